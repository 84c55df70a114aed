"""Checks of what a regression assumes: one row each, with its size and what to do."""

from kbkresearch.analysis.assumptions.check import Assumptions, assumptions

__all__ = ["Assumptions", "assumptions"]

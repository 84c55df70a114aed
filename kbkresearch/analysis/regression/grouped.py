"""What an estimator for grouped rows returns beside the estimates: the options it ran with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from kbkresearch.analysis.regression.estimates import Estimates

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, eq=False)
class GroupedEstimates(Estimates):
    """Estimates of a mixed model or of estimating equations.

    Attributes
    ----------
    options : mapping of str to object
        Keyword arguments that the estimator was called with, so that it can be run again on
        resampled groups.
    """

    options: Mapping[str, Any] = field(default_factory=dict)

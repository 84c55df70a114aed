"""Utilisation rates, the tariffs and funds that follow from them, and how sure they are.

This package is also the function `kbkresearch.capitation`: importing any of its modules makes
Python bind the package to that name, so the package itself can be called and then is
`kbkresearch.capitation.capitate.capitation`.
"""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from inspect import Signature

    from kbkresearch.capitation.capitate import Capitation


def _function() -> Callable[..., Capitation]:
    """Return the function; imported when it is first called or asked about."""
    from kbkresearch.capitation.capitate import capitation

    return capitation


class _Room(ModuleType):
    """A package that is called as the function of its name."""

    def __call__(self, *arguments: Any, **options: Any) -> Capitation:
        """Return rates, tariffs and funds; see `kbkresearch.capitation.capitate.capitation`."""
        return _function()(*arguments, **options)

    @property
    def __signature__(self) -> Signature:
        """Return the parameters of the function."""
        import inspect

        return inspect.signature(_function())


sys.modules[__name__].__class__ = _Room

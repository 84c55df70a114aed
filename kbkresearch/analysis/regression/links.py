"""Distributions of the latent scale that an ordinal outcome is cut from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from kbkresearch.errors import UnknownNameError

if TYPE_CHECKING:
    from collections.abc import Callable

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


@dataclass(frozen=True, slots=True)
class Link:
    """A symmetric distribution on the latent scale.

    Attributes
    ----------
    cdf, pdf, slope, ppf : callable
        Distribution function, density, derivative of the density, quantile function, on arrays.
    """

    cdf: Callable[[Floats], Floats]
    pdf: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    ppf: Callable[[Floats], Floats]


def link_of(name: str) -> Link:
    """Return the latent distribution of a link by its name.

    Parameters
    ----------
    name : {"logit", "probit"}
        The link.

    Returns
    -------
    Link

    Raises
    ------
    UnknownNameError
        For any other name.

    Examples
    --------
    >>> float(link_of("logit").cdf(np.array(0.0)))
    0.5
    """
    from scipy import special

    def logistic_pdf(z: Floats) -> Floats:
        return special.expit(z) * special.expit(-z)  # type: ignore[no-any-return]

    def normal_pdf(z: Floats) -> Floats:
        return np.exp(-0.5 * z * z) / np.sqrt(2 * np.pi)  # type: ignore[no-any-return]

    def normal_slope(z: Floats) -> Floats:
        return -np.where(np.isfinite(z), z, 0.0) * normal_pdf(z)

    links = {
        "logit": Link(
            special.expit,
            logistic_pdf,
            lambda z: logistic_pdf(z) * (special.expit(-z) - special.expit(z)),
            special.logit,
        ),
        "probit": Link(special.ndtr, normal_pdf, normal_slope, special.ndtri),
    }
    if name not in links:
        raise UnknownNameError("link", name, links)
    return links[name]

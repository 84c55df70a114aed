"""Do residuals follow a normal distribution? Five tests, and one that only looks like one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kbkresearch.analysis.assumptions.model import Check
from kbkresearch.vocabulary import Text

if TYPE_CHECKING:
    from kbkresearch.analysis.assumptions.model import Floats

SHAPIRO_MOST = 5000
_SHAPIRO_LEAST, _LILLIEFORS_LEAST, _ANDERSON_LEAST = 3, 5, 8
_LARGE, _KNEE = 100, 0.1

# Dallal and Wilkinson (1986), equation 1: exp(a D² (n + 2.78019) + ...), for p up to 0.1
_DALLAL = (-7.01256, 2.78019, 2.99587, -0.122119, 0.974598, 1.67997)
# above 0.1: in Stephens' modified D, ascending powers, up to each limit; the figures are those of
# Gross and Ligges, R package nortest, found by simulation
_MODIFIED = (
    (0.302, (1.0,)),
    (0.5, (2.76773, -19.828315, 80.709644, -138.55152, 81.218052)),
    (0.9, (-4.901232, 40.662806, -97.490286, 94.029866, -32.355711)),
    (1.31, (6.198765, -19.558097, 23.186922, -12.234627, 2.423045)),
    (np.inf, (0.0,)),
)
# D'Agostino and Stephens (1986), table 4.9: exponents in the modified A², ascending powers
_ANDERSON = (
    (0.2, True, (-13.436, 101.14, -223.73)),
    (0.34, True, (-8.318, 42.796, -59.938)),
    (0.6, False, (0.9177, -4.279, -1.38)),
    (10.0, False, (1.2937, -5.709, 0.0186)),
)
_ANDERSON_FLOOR = 3.7e-24


def shape_of(values: Floats) -> dict[str, float]:
    """Return skewness and excess kurtosis (moment coefficients), zero for a normal distribution.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    dict of str to float
    """
    centred = values - values.mean()
    variance = np.mean(centred**2)
    return {
        "skewness": float(np.mean(centred**3) / variance**1.5),
        "kurtosis": float(np.mean(centred**4) / variance**2 - 3),
    }


def shapiro_wilk(values: Floats) -> Check:
    """Test normality by Shapiro and Wilk's W.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    Check
        Without a statistic for fewer than 3 rows, and above 5,000: the approximation of its p-value
        was made for no more.

    References
    ----------
    Royston P (1995). Remark AS R94. Applied Statistics 44:547-551.
    """
    n = len(values)
    if n > SHAPIRO_MOST:
        return Check(n=n, problem=_TOO_MANY)
    if n < _SHAPIRO_LEAST:
        return _too_few(n, _SHAPIRO_LEAST)
    from scipy import stats

    found = stats.shapiro(values)
    return Check(float(found.statistic), p_value=float(found.pvalue), n=n, sizes=shape_of(values))


def distance(values: Floats) -> float:
    """Return the largest distance D between the values' distribution and the normal fitted to them.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    float
    """
    from scipy.special import ndtr

    n = len(values)
    p = ndtr(np.sort((values - values.mean()) / values.std(ddof=1)))
    steps = np.arange(1, n + 1) / n
    return float(max((steps - p).max(), (p - steps + 1 / n).max()))


def lilliefors(values: Floats) -> Check:
    """Test normality by Lilliefors' form of Kolmogorov-Smirnov, for estimated mean and variance.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    Check

    References
    ----------
    Lilliefors HW (1967). Journal of the American Statistical Association 62:399-402.

    Dallal GE, Wilkinson L (1986). The American Statistician 40:294-296.

    Stephens MA (1974). Journal of the American Statistical Association 69:730-737.
    """
    n = len(values)
    if n < _LILLIEFORS_LEAST:
        return _too_few(n, _LILLIEFORS_LEAST)
    d = distance(values)
    return Check(d, p_value=lilliefors_p(d, n), n=n, sizes=shape_of(values))


def lilliefors_p(d: float, n: int) -> float:
    """Return the p-value of Lilliefors' test.

    Parameters
    ----------
    d : float
        Largest distance between the distributions.
    n : int
        Rows.

    Returns
    -------
    float

    Examples
    --------
    >>> round(lilliefors_p(0.061, 100), 2), round(lilliefors_p(0.097, 50), 2)
    (0.48, 0.28)
    """
    size = min(n, _LARGE)
    scaled = d * (n / _LARGE) ** 0.49 if n > _LARGE else d
    a, shift, b, c, e, f = _DALLAL
    inner = size + shift
    p = np.exp(a * scaled**2 * inner + b * scaled * inner**0.5 + c + e / size**0.5 + f / size)
    if p <= _KNEE:
        return float(p)
    modified = d * (np.sqrt(n) - 0.01 + 0.85 / np.sqrt(n))
    powers = next(powers for limit, powers in _MODIFIED if modified <= limit)
    return float(np.polynomial.polynomial.polyval(modified, powers))


def ks_spss(values: Floats) -> Check:
    """Return the one-sample Kolmogorov-Smirnov test as SPSS printed it for residuals; not valid.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    Check
        The statistic is Z = D sqrt(n); `sizes` has D.

    Notes
    -----
    Its p-value is for a mean and a variance that are known. With estimated ones it is far too
    large.
    """
    n = len(values)
    if n < _LILLIEFORS_LEAST:
        return _too_few(n, _LILLIEFORS_LEAST)
    d = distance(values)
    z, p = kolmogorov(d, n)
    return Check(z, p_value=p, n=n, sizes={"d": d, "lilliefors_p": lilliefors_p(d, n)})


def kolmogorov(d: float, n: int) -> tuple[float, float]:
    """Return Kolmogorov's Z and its asymptotic p-value.

    Parameters
    ----------
    d : float
    n : int

    Returns
    -------
    z, p : float

    Examples
    --------
    Two published outputs of SPSS, Z = 0.606 and p = 0.856, Z = 0.687 and p = 0.733 (D is rounded):

    >>> [round(one, 2) for d, n in [(0.061, 100), (0.097, 50)] for one in kolmogorov(d, n)]
    [0.61, 0.85, 0.69, 0.73]
    """
    from scipy.special import kolmogorov as survival

    z = d * np.sqrt(n)
    return float(z), float(survival(z))


def jarque_bera(values: Floats) -> Check:
    """Test normality by skewness and kurtosis.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    Check

    References
    ----------
    Jarque CM, Bera AK (1987). International Statistical Review 55:163-172.
    """
    from scipy.special import chdtrc

    n = len(values)
    if n < _ANDERSON_LEAST:
        return _too_few(n, _ANDERSON_LEAST)
    shape = shape_of(values)
    statistic = n / 6 * (shape["skewness"] ** 2 + shape["kurtosis"] ** 2 / 4)
    return Check(statistic, df=2.0, p_value=float(chdtrc(2, statistic)), n=n, sizes=shape)


def anderson_darling(values: Floats) -> Check:
    """Test normality by Anderson and Darling's A, which gives weight to the tails.

    Parameters
    ----------
    values : array, shape (n,)

    Returns
    -------
    Check
        The statistic is A as it is; the p-value rests on A (1 + 0.75 / n + 2.25 / n²).

    References
    ----------
    D'Agostino RB, Stephens MA (1986). Goodness-of-Fit Techniques, table 4.9.
    """
    from scipy.special import log_ndtr

    n = len(values)
    if n < _ANDERSON_LEAST:
        return _too_few(n, _ANDERSON_LEAST)
    z = np.sort((values - values.mean()) / values.std(ddof=1))
    odd = 2 * np.arange(1, n + 1) - 1
    a = float(-n - np.mean(odd * (log_ndtr(z) + log_ndtr(-z[::-1]))))
    p = _anderson_p(a * (1 + 0.75 / n + 2.25 / n**2))
    return Check(a, p_value=p, n=n, sizes=shape_of(values))


def _anderson_p(modified: float) -> float:
    """Return the p-value of the modified A."""
    for limit, lower, powers in _ANDERSON:
        if modified < limit:
            p = float(np.exp(np.polynomial.polynomial.polyval(modified, powers)))
            return 1 - p if lower else p
    return _ANDERSON_FLOOR


_TOO_MANY = Text(
    "lebih dari 5.000 baris: nilai p Shapiro-Wilk dihampiri hanya sampai 5.000, dan dengan n"
    " sebesar itu penyimpangan kecil pun ditolak",
    "more than 5,000 rows: the p-value of Shapiro-Wilk is approximated up to 5,000 only, and with"
    " so many rows trifles are rejected",
)


def _too_few(n: int, least: int) -> Check:
    """Return a check that has too few rows."""
    why = Text(f"{n} baris; perlu sedikitnya {least}", f"{n} rows; it needs {least} or more")
    return Check(n=n, problem=why)

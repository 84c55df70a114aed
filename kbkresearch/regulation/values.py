"""The typed, frozen values that rule files are read into.

Every number of the law is a `Value`: the number with its unit, its citation and how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from decimal import Decimal

    from kbkresearch.regulation.describe import RuleTable
    from kbkresearch.regulation.intervals import Interval
    from kbkresearch.vocabulary import Text

Status: TypeAlias = Literal["sourced", "corrected", "unverified", "reform"]
STATUSES: tuple[Status, ...] = ("sourced", "corrected", "unverified", "reform")
UNITS = (
    "permille",
    "pct",
    "share",
    "rp_pmpm",
    "members_per_doctor",
    "persons",
    "date",
    "text",
)


@dataclass(frozen=True, slots=True)
class Value:
    """One value of the law.

    Attributes
    ----------
    value : Decimal, Interval, date or str
        The value itself, exact.
    unit : str
        One of `UNITS`.
    citation : str
        Document, and the article, table or section in it.
    status : {"sourced", "corrected", "unverified", "reform"}
        Sourced: read in the document cited. Corrected: the document cannot be right as printed,
        `note` says why and what was done. Unverified: no document at hand confirms it. Reform: not
        law, set by a what-if.
    note : Text
        Why corrected or unverified; may be empty where sourced.
    """

    value: Any
    unit: str
    citation: str
    status: Status
    note: Text


@dataclass(frozen=True, slots=True)
class Band:
    """One band of an indicator: the level that a range of values is given.

    Attributes
    ----------
    level : int or str
        Rating (1 to 4), or the name of a zone.
    interval : Interval
        Values of the indicator in this band.
    value : Value
        The interval with unit, citation and status.
    """

    level: int | str
    interval: Interval
    value: Value


@dataclass(frozen=True, slots=True)
class Indicator:
    """One indicator of a rule set.

    Attributes
    ----------
    name : str
        ``"ak"``, ``"rrns"``, ``"rppt"``, ``"rppb"`` or ``"rkr"``.
    label : Text
        Its name in words.
    unit : {"permille", "pct"}
        Unit of the indicator.
    scale : int
        What the ratio is multiplied by: 1000 or 100.
    better : {"higher", "lower"}
        Direction.
    parts : tuple of (str, str)
        Numerator and denominator columns; the indicator is the mean of the ratios.
    bands : tuple of Band
        Ascending; they partition the domain.
    domain : Interval
        Values that can occur.
    weight : Value or None
        Share of the score; None where the rule set has no score.
    in_payment : bool
        Whether the payment depends on it.
    zero_policy : str
        Name of the policy option for a zero denominator; empty where none can occur.
    """

    name: str
    label: Text
    unit: str
    scale: int
    better: str
    parts: tuple[tuple[str, str], ...]
    bands: tuple[Band, ...]
    domain: Interval
    weight: Value | None
    in_payment: bool
    zero_policy: str

    @property
    def column(self) -> str:
        """Return the canonical column of the indicator, for instance ``"ak_permille"``."""
        return f"{self.name}_{self.unit}"

    @property
    def level_column(self) -> str:
        """Return the canonical column of its level: ``"ak_rating"`` or ``"ak_zone"``."""
        return f"{self.name}_{'rating' if isinstance(self.bands[0].level, int) else 'zone'}"

    @property
    def best(self) -> Band:
        """Return the band that counts as full achievement."""
        return self.bands[-1 if self.better == "higher" else 0]

    @property
    def target(self) -> Decimal:
        """Return the target: the edge of the best band, 150 for AK under ``kbk-2019``."""
        return self.best.interval.low if self.better == "higher" else self.best.interval.high

    @property
    def edges(self) -> tuple[tuple[Decimal, bool], ...]:
        """Return inner band edges, ascending, each with whether it belongs to the band above."""
        return tuple((band.interval.low, band.interval.low_closed) for band in self.bands[1:])


@dataclass(frozen=True, slots=True)
class PaymentTable:
    """What one kind of facility is paid, in per cent of the norm capitation.

    Attributes
    ----------
    facility_type : str
        A canonical facility type, or ``"any"``.
    by_score : tuple of (Interval, Value)
        Score band and payment, for rule sets with a score; else empty.
    by_zones : mapping of tuple of int to Value
        Number of indicators in each zone (in the order of the rule set's ``levels``) and payment,
        for rule sets with zones; else empty.
    """

    facility_type: str
    by_score: tuple[tuple[Interval, Value], ...] = ()
    by_zones: Mapping[tuple[int, ...], Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a reformed rule set came from.

    Attributes
    ----------
    baseline : str
        Id of the rule set that was changed.
    changes : mapping of str to object
        Path in the rule file and its new value.
    title, author, reference : str
        As given by the reform.
    """

    baseline: str
    changes: Mapping[str, Any]
    title: str = ""
    author: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A dated rule document of any kind; base of `RuleSet` and `Tariff`, and norms as they are.

    Attributes
    ----------
    id, kind : str
        Identifier and kind (``"performance"``, ``"tariff"`` or ``"norm"``).
    family : str
        Documents of one family follow each other in time.
    title : Text
        Title in words.
    regulation : str
        The legal text.
    valid_from : Value
        First day in force.
    valid_until : Value or None
        Last day in force; None while no successor is known.
    values : mapping of str to Value
        Every value of the document by its path, in order.
    raw : mapping
        The document as read, for `replace` and for differences.
    provenance : Provenance or None
        Set on reforms.
    """

    id: str
    kind: str
    family: str
    title: Text
    regulation: str
    valid_from: Value
    valid_until: Value | None
    values: Mapping[str, Value] = field(repr=False)
    raw: Mapping[str, Any] = field(repr=False)
    provenance: Provenance | None

    def in_force(self, day: date) -> bool:
        """Return whether the document is in force on `day`."""
        ended = self.valid_until is not None and day > self.valid_until.value
        return bool(day >= self.valid_from.value and not ended)

    def describe(self, lang: str = "en") -> RuleTable:
        """Return the document as a table: every value with unit, citation and status.

        Parameters
        ----------
        lang : {"id", "en"}
            Language of labels and notes.

        Returns
        -------
        RuleTable
        """
        from kbkresearch.regulation.describe import describe

        return describe(self, lang)

    def replace(self, changes: Mapping[str, Any], **about: str) -> Document:
        """Return a new document with some values changed; this one stays as it is.

        Parameters
        ----------
        changes : mapping of str to object
            Path and new value, for instance ``{"indicators.ak.weight": "0.3"}``. `raw` and
            `values` show the paths.
        **about : str
            ``id``, ``title``, ``author`` and ``reference`` of the reform.

        Returns
        -------
        Document
            Of the same class, with `provenance`.

        Raises
        ------
        RuleFileError
            If the changed document does not hold together, or a path does not exist.
        """
        from kbkresearch.regulation.reforms import replace

        return replace(self, changes, **about)


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet(Document):
    """A performance rule set: indicators, score and payment.

    Attributes
    ----------
    indicators : mapping of str to Indicator
        In the order of the regulation.
    levels : tuple of int or str
        Levels from worst to best: ratings or zones.
    score_domain : Interval or None
        Lowest and highest score; None where the rule set has no score.
    payment : mapping of str to PaymentTable
        By facility type, or the single key ``"any"``.
    without_consequence : Value
        Payment of facilities whose score does not change what they are paid.
    """

    indicators: Mapping[str, Indicator]
    levels: tuple[int | str, ...]
    score_domain: Interval | None
    payment: Mapping[str, PaymentTable]
    without_consequence: Value

    @property
    def has_score(self) -> bool:
        """Return whether the rule set adds weighted ratings to a score."""
        return self.score_domain is not None

    @property
    def paying(self) -> tuple[Indicator, ...]:
        """Return the indicators that the payment depends on."""
        return tuple(one for one in self.indicators.values() if one.in_payment)


@dataclass(frozen=True, slots=True)
class TariffRate:
    """One norm tariff: who gets it, and how much.

    Attributes
    ----------
    facility_type : str
        Canonical facility type, or ``"dentist_practice"``.
    members_per_doctor : Interval or None
        Members per doctor for which it holds; None where there is no doctor or no condition.
    doctor : bool or None
        Whether a doctor is there; None where it does not matter.
    dentist : bool or None
        Whether a dentist is there; None where it does not matter.
    tariff : Value
        Rupiah per member per month.
    """

    facility_type: str
    members_per_doctor: Interval | None
    doctor: bool | None
    dentist: bool | None
    tariff: Value


@dataclass(frozen=True, slots=True)
class TariffRange:
    """The range of the tariffs of one kind of facility, in rupiah per member per month."""

    facility_type: str
    low: Value
    high: Value


@dataclass(frozen=True, slots=True, eq=False)
class Tariff(Document):
    """Norm capitation tariffs.

    Attributes
    ----------
    rates : tuple of TariffRate
        Single tariffs; may be empty.
    ranges : tuple of TariffRange
        Ranges by facility type.
    """

    rates: tuple[TariffRate, ...]
    ranges: tuple[TariffRange, ...]

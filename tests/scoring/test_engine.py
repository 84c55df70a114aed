"""The engine against exact rational arithmetic, written anew here from the regulations' text."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kbkresearch as kbk
from kbkresearch.scoring.engine import (
    BLOCK,
    clean,
    codes_from_counts,
    codes_from_values,
    combine,
    combined_code,
    lookup,
    plan,
    round_half_up,
)

TYPES = ("puskesmas", "klinik_pratama", "rs_d_pratama", "dpp")
BILLION = 10**9

# The regulations, as comparisons of exact fractions --------------------------------------------


def ak_2019(x):
    if x >= 150:
        return 4
    if 145 < x < 150:
        return 3
    return 2 if 140 < x <= 145 else 1


def rrns_2019(x):
    if x <= 2:
        return 4
    if x <= Fraction(5, 2):
        return 3
    return 2 if x <= 3 else 1


def rppt_2019(x):
    if x >= 5:
        return 4
    if x >= 4:
        return 3
    return 2 if x >= 3 else 1


def zone(safe, best):
    return lambda x: "achievement" if best(x) else "safe" if safe(x) else "unsafe"


def never(_):
    return False


# rule set, indicator -> level of a value, unit per 1, edges
LAW = {
    ("kbk-2019", "ak"): (ak_2019, 1000, ["140", "145", "150"]),
    ("kbk-2019", "rrns"): (rrns_2019, 100, ["2", "2.5", "3"]),
    ("kbk-2019", "rppt"): (rppt_2019, 100, ["3", "4", "5"]),
    ("kbkp-2016", "ak"): (zone(lambda x: x >= 150, lambda x: x >= 250), 1000, ["150", "250"]),
    ("kbkp-2016", "rrns"): (zone(lambda x: x < 5, lambda x: x < 1), 100, ["1", "5"]),
    ("kbkp-2016", "rppb"): (zone(lambda x: x >= 50, lambda x: x >= 90), 100, ["50", "90"]),
    ("kbkp-2016", "rkr"): (zone(lambda x: x == 100, never), 100, ["100"]),
    ("kbkp-2017", "ak"): (zone(lambda x: x >= 150, never), 1000, ["150"]),
    ("kbkp-2017", "rrns"): (zone(lambda x: x < 5, never), 100, ["5"]),
    ("kbkp-2017", "rppb"): (zone(lambda x: x >= 50, never), 100, ["50"]),
    ("kbkp-2017", "rkr"): (zone(lambda x: x == 100, never), 100, ["100"]),
}
SINGLE = [key for key in LAW if key[1] != "rppt"]


def score_2019(a, b, c):
    return Fraction(4, 10) * a + Fraction(5, 10) * b + Fraction(1, 10) * c


def pay_2019(kind, score):
    if kind == "dpp":
        return None
    steps = (100, 95, 90, 85) if kind == "puskesmas" else (100, 97, 96, 95)
    return steps[0 if score == 4 else 1 if score >= 3 else 2 if score >= 2 else 3]


def floats(values):
    return np.array([float(one) for one in values])


def engine(key, *parts):
    """Levels that the engine gives for counts, by name."""
    indicator = kbk.rules(key[0]).indicators[key[1]]
    arrays = [(floats(top), floats(bottom)) for top, bottom in parts]
    assert clean(arrays).all()
    codes, values = codes_from_counts(arrays, plan(indicator))
    return [indicator.bands[code].level for code in codes], values


def exact(key, *parts):
    """The same from the text of the regulation, in fractions."""
    level, per, _ = LAW[key]
    ratios = [
        sum(Fraction(int(t), int(b)) for t, b in row) * per / len(parts)
        for row in zip(*(zip(*part, strict=True) for part in parts), strict=True)
    ]
    return [level(one) for one in ratios], ratios


# All 64 rating triples -------------------------------------------------------------------------

COUNTS = {
    "ak": {4: (1500, 10_000), 3: (1450, 9_999), 2: (1401, 10_000), 1: (1400, 10_000)},
    "rrns": {4: (2, 100), 3: (5, 200), 2: (3, 100), 1: (31, 1000)},
    "rppt": {
        4: (0, 50, 10, 100),
        3: (4, 100, 8, 200),
        2: (3, 100, 49, 1000),
        1: (3, 100, 29, 1000),
    },
}
VALUES = {
    "ak": {4: 150.0, 3: 145.01, 2: 145.0, 1: 140.0},
    "rrns": {4: 2.0, 3: 2.5, 2: 3.0, 1: 3.01},
    "rppt": {4: 5.0, 3: 4.0, 2: 3.0, 1: 2.99},
}
TRIPLES = list(product((1, 2, 3, 4), repeat=3))


@pytest.mark.parametrize("source", ["counts", "values"])
@pytest.mark.parametrize("kind", TYPES)
def test_all_64_triples(kind, source):
    if source == "counts":
        names = [
            *("contacts", "members", "nonspecialist_referrals", "referrals"),
            *("dm_controlled", "dm_diagnosed", "ht_controlled", "ht_diagnosed"),
        ]
        rows = [(*COUNTS["ak"][a], *COUNTS["rrns"][b], *COUNTS["rppt"][c]) for a, b, c in TRIPLES]
    else:
        names = ["ak_permille", "rrns_pct", "rppt_pct"]
        rows = [(VALUES["ak"][a], VALUES["rrns"][b], VALUES["rppt"][c]) for a, b, c in TRIPLES]
    scored = kbk.score(pd.DataFrame(rows, columns=names).assign(facility_type=kind))
    ratings = scored[["ak_rating", "rrns_rating", "rppt_rating"]]
    assert [tuple(row) for row in ratings.to_numpy()] == TRIPLES
    scores = [score_2019(*triple) for triple in TRIPLES]
    assert scored["score"].tolist() == [float(one) for one in scores]
    paid = [pay_2019(kind, one) for one in scores]
    if kind == "dpp":
        assert scored["payment_pct"].isna().all()
    else:
        assert scored["payment_pct"].tolist() == paid
    rules = {one.rule for one in kbk.findings_of(scored)}
    expected = {"rs_d_pratama": {"unverified_rule"}, "dpp": {"no_payment_table"}}
    assert rules == expected.get(kind, set())


# Band edges ------------------------------------------------------------------------------------

SIZES = [1, 2, 3, 7, 40, 97, 200, 999, 1000, 10_000, 123_457, 10**6, 999_999_937, BILLION]
HUGE = [10**13 + 37, 10**15, 2**52 + 1]  # products beyond 2**53 even for a single ratio


def around(edge, bottom, per):
    """Numerators on, just below and just above an edge, for one denominator."""
    near = Fraction(edge) * bottom / per
    return sorted({n for d in (-2, -1, 0, 1, 2) if 0 <= (n := int(near) + d) <= bottom})


@pytest.mark.parametrize("key", SINGLE, ids="-".join)
def test_every_edge_of_single_ratios(key):
    _, per, edges = LAW[key]
    pairs = [(n, size) for edge in edges for size in SIZES for n in around(edge, size, per)]
    part = tuple(zip(*pairs, strict=True))
    (found, values), (expected, ratios) = engine(key, part), exact(key, part)
    assert found == expected
    assert values.tolist() == [float(one) for one in ratios]
    assert {Fraction(edge) for edge in edges} <= set(ratios), "every edge itself is among the rows"
    pairs = [(n, size) for edge in edges for size in HUGE for n in around(edge, size, per)]
    part = tuple(zip(*pairs, strict=True))
    assert engine(key, part)[0] == exact(key, part)[0]


def on_the_edge(percent, g, m, t):
    """Two ratios with mean exactly `percent`: one t/(100 g) below it, the other as much above."""
    return (percent * g - t, 100 * g), (percent * g * m + t * m, 100 * g * m)


@pytest.mark.parametrize("percent", [3, 4, 5])
def test_every_edge_of_the_mean_of_two_ratios(percent):
    """On the edge, and one controlled member off it, with products far beyond 2**53."""
    rows = []
    for g, m, t in product((1, 3, 997, 10**4, 99_991, 10**6), (1, 7, 10), (0, 1, 2)):
        (a, b), (c, d) = on_the_edge(percent, g, m, t)
        assert Fraction(a, b) + Fraction(c, d) == Fraction(2 * percent, 100)
        rows += [(a, b, c + off, d) for off in (-1, 0, 1) if 0 <= c + off <= d]
        rows += [(a + off, b, c, d) for off in (-1, 0, 1) if 0 <= a + off <= b]
    a, b, c, d = zip(*rows, strict=True)
    key = ("kbk-2019", "rppt")
    assert max(b) * max(d) > 2**53
    (found, values), (expected, ratios) = engine(key, (a, b), (c, d)), exact(key, (a, b), (c, d))
    assert found == expected
    np.testing.assert_allclose(values, floats(ratios), rtol=1e-14)


def a_hair_off(percent, off, k, d):
    """Two ratios whose mean misses `percent` by 50 k / (b d): as a float it is `percent`."""
    return k, d + off, d * percent // 50 - k, d


@pytest.mark.parametrize("percent", [3, 4, 5])
@pytest.mark.parametrize("off", [1, -1])
def test_a_mean_that_no_float_tells_from_the_edge(percent, off):
    """Only from above it has the better rating."""
    rows = [a_hair_off(percent, off, k, BILLION) for k in (1, 2, 3)]
    for a, b, c, d in rows:
        mean = 50 * (Fraction(a, b) + Fraction(c, d))
        assert 0 < (percent - mean) * off < Fraction(1, 10**15)
        assert float(mean) == percent
    a, b, c, d = zip(*rows, strict=True)
    rating = percent - 1 if off < 0 else percent - 2
    assert engine(("kbk-2019", "rppt"), (a, b), (c, d))[0] == [rating] * 3


def test_edges_as_values():
    for key, (level, _, edges) in LAW.items():
        indicator = kbk.rules(key[0]).indicators[key[1]]
        bands = plan(indicator)
        low, high = bands.bounds
        texts = [
            str(Decimal(edge) + Decimal(step))
            for edge in edges
            for step in ("-1", "-0.01", "-0.000001", "0", "0.000001", "0.01", "1")
            if low <= Decimal(edge) + Decimal(step) <= high
        ]
        codes = codes_from_values(floats(texts), bands)
        assert [indicator.bands[code].level for code in codes] == [
            level(Fraction(text)) for text in texts
        ]
        nothing = floats([np.nan, low - 0.01, high + 0.01, np.inf, -np.inf])
        assert codes_from_values(nothing, bands).tolist() == [bands.missing] * 5


# Property tests --------------------------------------------------------------------------------

BOTTOM = st.one_of(
    st.integers(1, 300), st.integers(1, 100_000), st.integers(1, BILLION), st.just(BILLION)
)


@st.composite
def ratio(draw, key):
    """One numerator and denominator: anywhere, or within two units of an edge."""
    _, per, edges = LAW[key]
    bottom = draw(BOTTOM)
    if draw(st.booleans()):
        return draw(st.integers(0, bottom)), bottom
    near = int(Fraction(draw(st.sampled_from(edges))) * bottom / per)
    return min(max(near + draw(st.integers(-2, 2)), 0), bottom), bottom


@st.composite
def two_ratios(draw):
    """Two ratios: near an edge of their mean, on it, one unit or a hair off it."""
    percent = draw(st.integers(3, 5))
    how = draw(st.sampled_from(["hair", "edge", "near"]))
    if how == "hair":
        d = 50 * draw(st.integers(10**7, 2 * 10**7 - 1))
        return a_hair_off(percent, draw(st.sampled_from([-1, 1])), draw(st.integers(1, 3)), d)
    if how == "edge":
        g, m = draw(st.integers(1, 10**6)), draw(st.integers(1, 10))
        (a, b), (c, d) = on_the_edge(percent, g, m, draw(st.integers(0, 3 * g)))
        a = min(max(a + draw(st.integers(-1, 1)), 0), b)
    else:
        b, d = draw(BOTTOM), draw(BOTTOM)
        a = draw(st.integers(0, b))
        c = int((Fraction(2 * percent, 100) - Fraction(a, b)) * d)
    c = min(max(c + draw(st.integers(-1, 1)), 0), d)
    return a, b, c, d


@pytest.mark.parametrize("key", SINGLE, ids="-".join)
def test_single_ratios_are_exact(key):
    @settings(deadline=None, max_examples=40)
    @given(st.lists(ratio(key), min_size=1, max_size=25))
    def check(pairs):
        part = tuple(zip(*pairs, strict=True))
        assert engine(key, part)[0] == exact(key, part)[0]

    check()


@settings(deadline=None, max_examples=200)
@given(st.lists(two_ratios(), min_size=1, max_size=25))
def test_means_of_two_ratios_are_exact(rows):
    a, b, c, d = zip(*rows, strict=True)
    key = ("kbk-2019", "rppt")
    assert engine(key, (a, b), (c, d))[0] == exact(key, (a, b), (c, d))[0]


FRAMES = st.lists(
    st.tuples(ratio(("kbk-2019", "ak")), ratio(("kbk-2019", "rrns")), two_ratios()),
    min_size=1,
    max_size=20,
)


def frame(rows):
    columns = {}
    for (contacts, members), (nonspecialist, referrals), (a, b, c, d) in rows:
        for name, value in {
            "contacts": contacts,
            "members": members,
            "nonspecialist_referrals": nonspecialist,
            "referrals": referrals,
            "dm_controlled": a,
            "dm_diagnosed": b,
            "ht_controlled": c,
            "ht_diagnosed": d,
        }.items():
            columns.setdefault(name, []).append(value)
    types = [TYPES[n % 3] for n in range(len(rows))]
    return pd.DataFrame(columns).assign(facility_type=types)


@settings(deadline=None, max_examples=60)
@given(FRAMES)
def test_scores_are_exact_and_rows_do_not_depend_on_each_other(rows):
    data = frame(rows)
    scored = kbk.score(data)
    for position, row in enumerate(data.itertuples()):
        a = ak_2019(Fraction(row.contacts, row.members) * 1000)
        b = rrns_2019(Fraction(row.nonspecialist_referrals, row.referrals) * 100)
        c = rppt_2019(
            50
            * (
                Fraction(row.dm_controlled, row.dm_diagnosed)
                + Fraction(row.ht_controlled, row.ht_diagnosed)
            )
        )
        one = scored.iloc[position]
        assert (one["ak_rating"], one["rrns_rating"], one["rppt_rating"]) == (a, b, c)
        assert one["score"] == float(score_2019(a, b, c))
        assert one["payment_pct"] == pay_2019(row.facility_type, score_2019(a, b, c))
    turned = kbk.score(data.iloc[::-1])
    pd.testing.assert_frame_equal(turned.iloc[::-1], scored)


@settings(deadline=None, max_examples=100)
@given(
    st.tuples(*[st.decimals(0, top, places=2) for top in (1000, 100, 100)]),
    st.tuples(*[st.decimals(0, step, places=2) for step in (20, 2, 2)]),
    st.sampled_from(TYPES[:3]),
)
def test_better_indicators_never_lower_score_or_payment(start, gain, kind):
    (ak, rrns, rppt), (more, fewer, controlled) = start, gain
    better = (min(ak + more, 1000), max(rrns - fewer, 0), min(rppt + controlled, 100))
    rows = [start, (better[0], rrns, rppt), (ak, better[1], rppt), (ak, rrns, better[2]), better]
    data = pd.DataFrame(rows, columns=["ak_permille", "rrns_pct", "rppt_pct"]).astype(float)
    scored = kbk.score(data, facility_type=kind)
    for column in ("score", "payment_pct"):
        before, *single, both = scored[column]
        assert before <= min(single) <= max(single) <= both


@settings(deadline=None, max_examples=100)
@given(
    st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 10_000), *[st.integers(0, 1000)] * 2),
        min_size=1,
        max_size=20,
    )
)
def test_values_give_what_counts_give_where_they_are_exact_decimals(rows):
    """With denominators that are powers of ten every indicator is a short decimal."""
    data = pd.DataFrame(
        rows, columns=["contacts", "nonspecialist_referrals", "dm_controlled", "ht_controlled"]
    ).assign(members=10_000, referrals=10_000, dm_diagnosed=1000, ht_diagnosed=1000)
    values = pd.DataFrame(
        {
            "ak_permille": [float(Decimal(c) / 10) for c, *_ in rows],
            "rrns_pct": [float(Decimal(r) / 100) for _, r, *_ in rows],
            "rppt_pct": [float(Decimal(d + h) / 20) for *_, d, h in rows],
        }
    )
    counted = kbk.score(data, facility_type="puskesmas")
    given_ = kbk.score(values, facility_type="puskesmas")
    pd.testing.assert_frame_equal(counted[given_.columns], given_)


# Rounding --------------------------------------------------------------------------------------


@pytest.mark.parametrize("decimals", range(7))
def test_rounding_is_half_up_as_decimal_does_it(decimals):
    rng = np.random.default_rng(decimals)
    step = Decimal(1).scaleb(-decimals)
    for _ in range(300):
        bottom = int(rng.integers(1, BILLION))
        top = int(rng.integers(0, bottom + 1))
        expected = (Decimal(1000 * top) / bottom).quantize(step, ROUND_HALF_UP)
        assert round_half_up(top, bottom, 1000, decimals) == float(expected)
    for half in range(1, 200, 2):  # exactly between two neighbours
        bottom = 2 * 10**decimals
        expected = (Decimal(half) / bottom).quantize(step, ROUND_HALF_UP)
        assert round_half_up(half, bottom, 1, decimals) == float(expected)


@pytest.mark.parametrize(
    ("contacts", "round_to", "rating", "shown"),
    [
        (149_995, None, 3, 149.995),
        (149_995, 2, 4, 150.0),
        (149_994, 2, 3, 149.99),
        (149_500, 0, 4, 150.0),
        (149_499, 0, 3, 149.0),
        (145_004, 2, 2, 145.0),
        (145_005, 2, 3, 145.01),
        (140_004, 2, 1, 140.0),
    ],
)
@pytest.mark.parametrize("counted", [True, False])
def test_rounding_before_rating(contacts, round_to, rating, shown, counted):
    data = pd.DataFrame({"rrns_pct": [1.0], "rppt_pct": [5.0]})
    if counted:
        data = data.assign(contacts=contacts, members=10**6)
    else:
        data = data.assign(ak_permille=contacts / 1000)
    scored = kbk.score(data, facility_type="puskesmas", round_to=round_to)
    assert scored.loc[0, "ak_permille"] == shown
    assert scored.loc[0, "ak_rating"] == rating


def test_rounding_the_mean_of_two_ratios():
    """Just below 4.995% stays 4.99, exactly 4.995% becomes 5.00: by hand, 50 (1/20 + 499/10000)."""
    data = pd.DataFrame(
        {
            "dm_controlled": [5, 5],
            "dm_diagnosed": [100, 100],
            "ht_controlled": [4990, 499_000_000 // 10 - 1],
            "ht_diagnosed": [100_000, BILLION],
            "ak_permille": 150.0,
            "rrns_pct": 1.0,
        }
    )
    scored = kbk.score(data, facility_type="puskesmas", round_to=2)
    assert scored["rppt_pct"].tolist() == [5.0, 4.99]
    assert scored["rppt_rating"].tolist() == [4, 3]


# Blocks, threads, lookups ----------------------------------------------------------------------


def many(n, start=7):
    rng = np.random.default_rng(start)
    members = rng.integers(1, 30_000, n)
    referrals = rng.integers(1, 400, n)
    dm, ht = rng.integers(1, 300, n), rng.integers(1, 900, n)
    return pd.DataFrame(
        {
            "facility_type": np.array(TYPES)[rng.integers(0, 4, n)],
            "members": members,
            "contacts": (members * rng.uniform(0.12, 0.17, n)).astype(np.int64),
            "referrals": referrals,
            "nonspecialist_referrals": (referrals * rng.uniform(0, 0.05, n)).astype(np.int64),
            "dm_diagnosed": dm,
            "dm_controlled": (dm * rng.uniform(0, 0.1, n)).astype(np.int64),
            "ht_diagnosed": ht,
            "ht_controlled": (ht * rng.uniform(0, 0.1, n)).astype(np.int64),
        }
    )


def test_many_rows_in_blocks_and_threads_give_what_few_rows_give():
    data = many(4 * BLOCK + 1234)
    whole = kbk.score(data)
    pieces = [kbk.score(data.iloc[start : start + 9973]) for start in range(0, len(data), 9973)]
    pd.testing.assert_frame_equal(whole, pd.concat(pieces))
    seams = sorted({0, len(data) - 1, *(BLOCK * n + d for n in range(1, 5) for d in (-1, 0, 1))})
    alone = pd.concat([kbk.score(data.iloc[[row]]) for row in seams])
    pd.testing.assert_frame_equal(whole.iloc[seams], alone)


def test_a_sample_of_many_rows_against_fractions():
    data = many(3000, start=8)
    scored = kbk.score(data)
    for row in scored.itertuples():
        a = ak_2019(Fraction(row.contacts, row.members) * 1000)
        b = rrns_2019(Fraction(row.nonspecialist_referrals, row.referrals) * 100)
        mean = Fraction(row.dm_controlled, row.dm_diagnosed)
        mean += Fraction(row.ht_controlled, row.ht_diagnosed)
        c = rppt_2019(50 * mean)
        assert (row.ak_rating, row.rrns_rating, row.rppt_rating) == (a, b, c)
        paid = pay_2019(row.facility_type, score_2019(a, b, c))
        assert row.payment_pct == paid or (paid is None and np.isnan(row.payment_pct))


@pytest.mark.parametrize("name", ["kbk-2019", "kbkp-2016", "kbkp-2017"])
def test_the_lookup_holds_what_the_rules_say_and_nothing_for_a_missing_level(name):
    law = kbk.rules(name)
    table = lookup(law)
    for codes in product(*(range(size) for size in table.sizes)):
        place = combined_code([np.array([c], np.uint8) for c in codes], table.sizes)[0]
        missing = any(c == size - 1 for c, size in zip(codes, table.sizes, strict=True))
        paid = dict(zip(TYPES, table.payment[:-1, place], strict=True))
        assert np.isnan(table.payment[-1, place]) == (missing or name == "kbk-2019")
        if missing:
            assert np.isnan(table.score[place])
            assert np.isnan(list(paid.values())).all()
        elif name == "kbk-2019":
            bands = [one.bands[c] for one, c in zip(law.paying, codes, strict=True)]
            score = score_2019(*(band.level for band in bands))
            assert table.score[place] == float(score)
            assert [paid[kind] for kind in TYPES[:3]] == [pay_2019(k, score) for k in TYPES[:3]]
            assert np.isnan(paid["dpp"])
        else:
            assert np.isfinite(list(paid.values())).all()


@pytest.mark.parametrize(
    ("top", "bottom", "usable"),
    [
        (0.0, 1.0, True),
        (1.0, 1.0, True),
        (float(BILLION), float(BILLION), True),
        (0.0, 0.0, False),
        (2.0, 1.0, False),
        (-1.0, 1.0, False),
        (0.5, 1.0, False),
        (1.0, 1.5, False),
        (np.nan, 1.0, False),
        (1.0, np.nan, False),
        (1.0, np.inf, False),
        (1.0, 2.0**53, False),
    ],
)
def test_which_counts_are_usable(top, bottom, usable):
    good = (floats([1]), floats([2]))
    one = (floats([top]), floats([bottom]))
    assert clean([one]).tolist() == [usable]
    assert clean([good, one]).tolist() == clean([one, good]).tolist() == [usable]


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.integers(0, 1000), st.integers(1, 1000)), min_size=1, max_size=3))
def test_combining_ratios_gives_their_mean(pairs):
    top, bottom = combine([(floats([a]), floats([b])) for a, b in pairs])
    mean = sum(Fraction(a, b) for a, b in pairs) / len(pairs)
    assert Fraction(int(top[0]), int(bottom[0])) == mean

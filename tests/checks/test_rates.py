"""Rates of violations: held against their limits as fractions, with the interval that Wilson gives."""

from fractions import Fraction
from math import sqrt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.scene import SCENE, check, copy, standing
from collection_guard.checks.rates import Limit, Rate, parse_limits, wilson
from collection_guard.model.problems import ConfigurationError
from collection_guard.reports.checks import render_check

RULES = {"call-at-night", "mother-called", "twice-a-day"}


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # As tables of the Wilson interval give them for 95 %.
    [(0, 10, 0.0, 0.277533), (1, 10, 0.017876, 0.404150), (5, 10, 0.236593, 0.763407)],
)
def test_the_interval_is_that_of_wilson(hits: int, of: int, low: float, high: float) -> None:
    """The interval of known counts is the one that the formula gives."""
    assert wilson(hits, of) == pytest.approx((low, high), abs=1e-6)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_the_interval_holds_the_share(hits: int, of: int) -> None:
    """The share lies within its interval, which lies within 0 and 1 and mirrors that of the opposite."""
    hits = min(hits, of)
    low, high = wilson(hits, of)
    assert 0 <= low <= hits / of <= high <= 1
    for end in (low, high):
        # What makes an end one: the share lies 1.96 standard errors, as they are at that end, away from it.
        if 0 < end < 1:
            assert abs(hits / of - end) == pytest.approx(1.959963984540054 * sqrt(end * (1 - end) / of))
    other = wilson(of - hits, of)
    assert (1 - other[1], 1 - other[0]) == pytest.approx((low, high))


def test_of_nothing_anything_is_possible() -> None:
    """Where nothing was assessed, the interval is everything, there is no share, and no limit is exceeded."""
    rate = Rate("call-at-night", Limit(Fraction(0), "0%"), 0, 0, 0, 5)
    assert (rate.interval(), rate.share, rate.exceeded) == ((0.0, 1.0), None, False)


@given(st.integers(0, 500), st.integers(1, 500), st.integers(0, 10_000))
def test_limits_are_compared_as_fractions(hits: int, of: int, limit: int) -> None:
    """A share is above its limit exactly where the fractions are: no rounding decides."""
    hits = min(hits, of)
    (parsed,) = parse_limits([f"call-at-night={limit / 100}%"], RULES).values()
    assert parsed.share == Fraction(limit, 10_000)
    assert Rate("call-at-night", parsed, hits, 0, of, 0).exceeded == (hits * 10_000 > limit * of)


@pytest.mark.parametrize(
    ("written", "share"), [("0.5%", "1/200"), ("0.005", "1/200"), (".1%", "1/1000"), ("100%", "1"), ("0", "0")]
)
def test_limits_are_written_as_per_cent_or_share(written: str, share: str) -> None:
    """0.5% and 0.005 are the same limit."""
    assert parse_limits([f"call-at-night={written}"], RULES)["call-at-night"].share == Fraction(share)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        (["call-at-night"], "bad_rate"),
        (["call-at-night=much"], "bad_rate"),
        (["call-at-night=5"], "bad_rate"),
        (["call-at-night=101%"], "bad_rate"),
        (["call-at-night=-1%"], "bad_rate"),
        (["call-at-nite=1%"], "check_unknown_rule"),
        (["call-at-night=1%", "call-at-night=2%"], "rate_twice"),
    ],
)
def test_a_limit_that_is_wrong_is_refused(written: list[str], code: str) -> None:
    """A limit above one, an unknown rule, or two limits of a rule are problems of the command line."""
    with pytest.raises(ConfigurationError) as caught:
        parse_limits(written, RULES)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize(("limit", "fails"), [("10%", True), ("19.99%", True), ("20%", False), ("50%", False)])
def test_a_rule_with_a_limit_is_judged_by_its_rate(limit: str, fails: bool) -> None:
    """One violation in five is above 19.99 % and not above 20 %; the violation itself is shown and does not fail."""
    report = check(SCENE, "november.csv", limits=[f"twice-a-day={limit}"], max_rejected=9, fail_on="advisory")
    assert ("rate" in standing(report, standing="fails")) is fails
    assert [one.standing for one in report.findings if one.rule == "twice-a-day" and one.kind == "violation"] == [
        "noted"
    ]
    words = render_check(report, "text", "en")[0]
    assert f"twice-a-day: 1 of 5, 20.00 % (95 % interval 3.62 % to 62.45 %), limit {limit}" in words


def test_waived_violations_do_not_count_in_a_rate(tmp_path: Path) -> None:
    """A rate leaves waived violations out, and says how many there are."""
    report = check(copy(tmp_path), "november.csv", waivers="waivers.yaml", limits=["call-at-night=45%"])
    (rate,) = next(item for item in report.items if item.kind == "batch").rates
    assert (rate.violations, rate.waived, rate.assessed, rate.exceeded) == (2, 1, 5, False)


def test_a_rate_of_which_nothing_is_known_does_not_pass(tmp_path: Path) -> None:
    """Where no contact could be assessed the rate is reported as unknown, and counts as no success."""
    (tmp_path / "log.csv").write_text(
        "event_id,case_id,channel,direction,started_at,relationship\nA,C,call,outbound,2025-11-03 10:00,\n", "utf-8"
    )
    report = check(tmp_path, "log.csv", limits=["mother-called=1%"])
    assert standing(report) == ["rate_unknown"]
    assert all(passed.rule != "mother-called" for item in report.items for passed in item.passed)


def test_a_rule_that_could_not_be_assessed_did_not_pass(tmp_path: Path) -> None:
    """A rule all of whose verdicts are unassessable is no passed test; under strict it is a finding of its own."""
    (tmp_path / "log.csv").write_text(
        "event_id,case_id,channel,direction,started_at,relationship\nA,C,call,outbound,2025-11-03 10:00,\n", "utf-8"
    )
    report = check(tmp_path, "log.csv")
    assert [passed.rule for item in report.items for passed in item.passed] == ["call-at-night", "twice-a-day"]
    strict = check(tmp_path, "log.csv", strict=True)
    assert (standing(strict), strict.consequences()) == (["unassessable"], {"unassessable"})

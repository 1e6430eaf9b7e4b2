"""Every operator on numbers known in part: decided just when every number between the ends agrees."""

import math
from fractions import Fraction
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.atoms import missing_of, truth_of_atom
from collection_guard.language.ir import All, Bounds, Inclusion, InZones, Test
from collection_guard.language.kleene import MAYBE, NO, YES, Interval
from engines.vectors import CLOCK, FactVector

END = 8
NAME = "measure.m0"


def truth(test: Test, value: Any) -> int:
    """Return the truth of a test on a value."""
    return truth_of_atom(test, FactVector({test.fact: value}, None))


def holds(test: Test, point: Fraction) -> int:
    """Return the truth of a test of one number, by arithmetic alone."""
    value: Any = test.value
    match test.operator:
        case "eq":
            found = YES if point == value else NO
        case "in":
            found = YES if point in value else NO
        case "lt":
            found = YES if point < value else NO
        case "le":
            found = YES if point <= value else NO
        case "gt":
            found = YES if point > value else NO
        case "ge":
            found = YES if point >= value else NO
        case _:
            inside = value.low < point < value.high
            found = YES if inside else NO
            ends = {value.low: [value.low_is], value.high: [value.high_is]}
            if value.low == value.high:
                ends = {value.low: [value.low_is, value.high_is]}
            if point in ends:
                truths = {"included": YES, "excluded": NO, "arguable": MAYBE}
                found = min(truths[one] for one in ends[point])
    return YES - found if test.negated else found


NUMBERS = st.integers(0, 5)
INCLUSIONS = st.sampled_from(get_args(Inclusion))
TESTS = (
    st.builds(Test, st.just(NAME), st.sampled_from(("eq", "lt", "le", "gt", "ge")), NUMBERS, st.booleans())
    | st.builds(Test, st.just(NAME), st.just("in"), st.frozensets(NUMBERS, min_size=1, max_size=3), st.booleans())
    | st.builds(
        Test,
        st.just(NAME),
        st.just("between"),
        st.tuples(NUMBERS, NUMBERS, INCLUSIONS, INCLUSIONS)
        .map(
            lambda found: Bounds(*sorted(found[:2]), *found[2:])  # type: ignore[arg-type]  # two numbers, two inclusions
        )
        # The loader refuses bounds between which nothing can lie.
        .filter(lambda bounds: bounds.low < bounds.high or "excluded" not in {bounds.low_is, bounds.high_is}),
        st.booleans(),
    )
)


@given(TESTS, NUMBERS, NUMBERS, st.booleans())
def test_an_interval_decides_just_what_all_its_numbers_agree_on(test: Test, low: int, more: int, endless: bool) -> None:
    """True or false only where it is so for every number between the ends, and then always; else unknown."""
    high = math.inf if endless else low + more
    last = END if endless else low + more
    points = [Fraction(number, 2) for number in range(2 * low, 2 * last + 1)]
    truths = {holds(test, point) for point in points}
    expected = truths.pop() if len(truths) == 1 else MAYBE
    value = low if low == high else Interval(low, high)
    assert truth(test, value) == expected


@given(TESTS)
def test_what_is_unknown_compares_to_unknown(test: Test) -> None:
    """No operator but `known` decides anything of a fact that is unknown."""
    assert truth(test, None) == MAYBE


@pytest.mark.parametrize(
    ("test", "value", "expected"),
    [
        (Test("contact.channel", "eq", "call"), "call", YES),
        (Test("contact.channel", "eq", "call"), "sms", NO),
        (Test("contact.channel", "eq", "call", True), "sms", YES),
        (Test("contact.channel", "in", frozenset({"call", "sms"})), "sms", YES),
        (Test("contact.channel", "in", frozenset({"call", "sms"})), "qq", NO),
        (Test("contact.channel", "in", frozenset({"call"}), True), None, MAYBE),
        (Test("recipient.is_borrower", "eq", True), True, YES),
        (Test("recipient.is_borrower", "eq", True), False, NO),
        (Test("recipient.is_borrower", "eq", False), False, YES),
        (Test("recipient.roles", "contains", "guarantor"), frozenset({"guarantor"}), YES),
        (Test("recipient.roles", "contains", "guarantor"), frozenset(), NO),
        (Test("recipient.roles", "contains", frozenset({"a", "b"})), frozenset({"b"}), YES),
        (Test("recipient.roles", "contains", frozenset({"a", "b"})), frozenset({"c"}), NO),
        (Test("agency.name", "matches", "甲"), "上海甲公司", YES),
        (Test("agency.name", "matches", "^甲"), "上海甲公司", NO),
        (Test("agency.name", "known", True), None, NO),
        (Test("agency.name", "known", True), "", YES),
        (Test("agency.name", "known", True, True), None, YES),
        (Test(NAME, "known", True), Interval(0, math.inf), YES),
        (Test(NAME, "ge", 3), math.inf, YES),
        (Test(NAME, "eq", 3), math.inf, NO),
    ],
)
def test_operators_on_what_is_known(test: Test, value: Any, expected: int) -> None:
    """Words, sets, texts and truth values are compared as they are."""
    assert truth(test, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, [NAME]),
        (2, ["parameter.start"]),
        (4, ["parameter.end"]),
        (Interval(2, 3), [NAME]),
        (Interval(1, 5), [NAME]),
    ],
)
def test_a_bound_that_is_arguable_names_its_parameter_just_at_the_bound(value: Any, expected: list[str]) -> None:
    """Elsewhere the fact is what is missing."""
    test = Test(NAME, "between", Bounds(2, 4, "arguable", "arguable", "start", "end"))
    assert truth(test, value) == MAYBE
    assert list(missing_of(test, FactVector({NAME: value}, None))) == expected


def test_both_bounds_are_named_where_they_meet() -> None:
    """An interval of one instant, arguable at both ends, hangs on both parameters."""
    test = Test(NAME, "between", Bounds(2, 2, "arguable", "arguable", "start", "end"))
    assert list(missing_of(test, FactVector({NAME: 2}, None))) == ["parameter.start", "parameter.end"]


def test_without_a_zone_only_what_depends_on_it_is_unknown() -> None:
    """A fact that has nothing to do with zones is known inside a condition over zones too."""
    late = Test(CLOCK, "lt", 5)
    called = Test("contact.channel", "eq", "call")
    recorded = Test("contact.channel", "known", True)
    for quantifier in ("some", "every"):
        facts = FactVector({"contact.channel": "sms"}, None)
        assert truth_of_atom(InZones(quantifier, All((late, called))), facts) == NO  # type: ignore[arg-type]  # both are quantifiers
        atom = InZones(quantifier, All((late, recorded)))  # type: ignore[arg-type]  # as above
        assert truth_of_atom(atom, facts) == MAYBE
        assert list(missing_of(atom, facts)) == [CLOCK]
        unknown = InZones(quantifier, Test("contact.channel", "known", True, True))  # type: ignore[arg-type]  # as above
        assert truth_of_atom(unknown, facts) == NO


def test_zones_that_disagree() -> None:
    """One zone is enough for `some`, every one is needed for `every`, and only zones left open are missing."""
    late = Test(CLOCK, "lt", 5)
    facts = FactVector({}, {"A": {CLOCK: 1}, "B": {CLOCK: 9}})
    assert truth_of_atom(InZones("some", late), facts) == YES
    assert truth_of_atom(InZones("every", late), facts) == NO
    facts = FactVector({}, {"A": {CLOCK: 1}, "B": {}})
    assert truth_of_atom(InZones("some", late), facts) == YES
    assert truth_of_atom(InZones("every", late), facts) == MAYBE
    assert list(missing_of(InZones("every", late), facts)) == [CLOCK]

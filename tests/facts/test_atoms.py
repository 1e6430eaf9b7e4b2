"""The truth of leaf conditions, and what is missing where they hang."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.atoms import missing_of, truth_of, truth_of_atom
from collection_guard.language.ir import (
    All,
    AnyOf,
    Bounds,
    Inclusion,
    InZones,
    Node,
    Operator,
    Test,
    negated,
    open_atoms,
)
from collection_guard.language.kleene import MAYBE, NO, YES, Interval, interval

from .making import NEW_YORK, SHANGHAI, event, sheet_of

ARGUABLE = Bounds(8, 21, "arguable", "arguable", "permitted_from_is", "permitted_to_is")


class Given:
    """Facts given one by one; what is not given is unknown."""

    def __init__(self, values: dict[str, Any], zones: tuple[str, ...] | None = None) -> None:
        self._values = values
        self._zones = zones

    def value(self, name: str) -> Any:
        return self._values.get(name)

    def zones(self) -> tuple[str, ...] | None:
        return self._zones

    def value_in_zone(self, name: str, zone: str) -> Any:
        return self._values.get(f"{name} {zone}")


def truth(operator: Operator, constant: Any, value: Any) -> int:
    return truth_of_atom(Test("f", operator, constant), Given({"f": value}))


@pytest.mark.parametrize(
    ("operator", "constant", "value", "expected"),
    [
        ("eq", "call", "call", YES),
        ("eq", "call", "sms", NO),
        ("eq", True, True, YES),
        ("eq", True, False, NO),
        ("eq", 3, 3.0, YES),
        ("in", frozenset({"call", "sms"}), "sms", YES),
        ("in", frozenset({"call", "sms"}), "qq", NO),
        ("in", frozenset({1, 2}), 2, YES),
        ("in", frozenset({1, 2}), 3, NO),
        ("in", frozenset({1, 2}), Interval(2, 3), MAYBE),
        ("contains", "deaf", frozenset({"deaf", "blind"}), YES),
        ("contains", "deaf", frozenset({"blind"}), NO),
        ("contains", frozenset({"deaf", "blind"}), frozenset({"blind"}), YES),
        ("contains", frozenset({"deaf", "blind"}), frozenset(), NO),
        ("matches", "^律", "律师", YES),
        ("matches", "^师", "律师", NO),
        ("known", True, "x", YES),
        ("known", True, None, NO),
        ("eq", "call", None, MAYBE),
        ("ge", 3, None, MAYBE),
    ],
)
def test_s01_truth_of_a_leaf(operator: Operator, constant: Any, value: Any, expected: int) -> None:
    """Each operator says yes, no, or nothing where the fact is unknown, and its opposite says the opposite."""
    assert truth(operator, constant, value) == expected
    assert truth_of_atom(Test("f", operator, constant, negated=True), Given({"f": value})) == YES - expected


COMPARED: dict[Operator, Callable[[float, int], bool]] = {
    "eq": lambda number, bound: number == bound,
    "lt": lambda number, bound: number < bound,
    "le": lambda number, bound: number <= bound,
    "gt": lambda number, bound: number > bound,
    "ge": lambda number, bound: number >= bound,
}
numbers = st.integers(0, 6)
spans = st.tuples(numbers, numbers).map(sorted)


def all_or_none(answers: list[bool]) -> int:
    return YES if all(answers) else MAYBE if any(answers) else NO


@given(st.sampled_from(sorted(COMPARED)), spans, numbers)
def test_s05_comparison_of_an_interval(operator: Operator, span: list[int], bound: int) -> None:
    """A comparison is true or false where it is so for every number between the ends, else unknown."""
    low, high = span
    expected = all_or_none([COMPARED[operator](number, bound) for number in range(low, high + 1)])
    assert truth(operator, bound, interval(low, high)) == expected


@given(spans, spans, st.sampled_from(("included", "excluded")), st.sampled_from(("included", "excluded")))
def test_s05_interval_between_bounds(span: list[int], ends: list[int], low_is: Inclusion, high_is: Inclusion) -> None:
    """Between two bounds, each in or out, is what lies between them with every number that it can be."""
    inside = [
        (ends[0] < number or (number == ends[0] and low_is == "included"))
        and (number < ends[1] or (number == ends[1] and high_is == "included"))
        for number in range(span[0], span[1] + 1)
    ]
    found = truth("between", Bounds(ends[0], ends[1], low_is, high_is), interval(*span))
    if found != MAYBE:
        assert found == all_or_none(inside)
    elif span[0] == span[1]:
        pytest.fail("a number that is known lies between two bounds or it does not")


@pytest.mark.parametrize(
    ("value", "expected", "missing"),
    [
        (7, NO, []),
        (8, MAYBE, ["parameter.permitted_from_is"]),
        (9, YES, []),
        (20, YES, []),
        (21, MAYBE, ["parameter.permitted_to_is"]),
        (22, NO, []),
        (Interval(7, 9), MAYBE, ["f"]),
        (None, MAYBE, ["f"]),
    ],
)
def test_arguable_bound_names_its_parameter(value: Any, expected: int, missing: list[str]) -> None:
    """At a bound of which it is arguable whether it belongs, what is missing is the parameter and not the fact."""
    atom = Test("f", "between", ARGUABLE)
    assert truth_of_atom(atom, Given({"f": value})) == expected
    if expected == MAYBE:
        assert list(missing_of(atom, Given({"f": value}))) == missing


IN_EVERY, IN_SOME = (InZones(quantifier, Test("f", "ge", 8)) for quantifier in ("every", "some"))


def zoned(**values: Any) -> Given:
    return Given({f"f {zone}": value for zone, value in values.items()}, tuple(values) or None)


@pytest.mark.parametrize(
    ("values", "every", "some"),
    [
        ({"a": 8, "b": 9}, YES, YES),
        ({"a": 7, "b": 9}, NO, YES),
        ({"a": 7, "b": 6}, NO, NO),
        ({"a": None, "b": 9}, MAYBE, YES),
        ({"a": None, "b": 7}, NO, MAYBE),
        ({}, MAYBE, MAYBE),
    ],
)
def test_s16_condition_in_every_or_in_some_zone(values: dict[str, Any], every: int, some: int) -> None:
    """In every zone is the least of the truths, in some zone the greatest; without a zone both are unknown."""
    facts = zoned(**values)
    assert (truth_of_atom(IN_EVERY, facts), truth_of_atom(IN_SOME, facts)) == (every, some)
    opposite: Any = negated(IN_EVERY)
    assert truth_of_atom(opposite, facts) == YES - every
    for atom, found in ((IN_EVERY, every), (IN_SOME, some)):
        if found == MAYBE:
            assert set(missing_of(atom, facts)) == {"f"}


def test_zoned_fact_of_an_event() -> None:
    """A fact in a zone is computed there, and one that does not depend on it is the same everywhere."""
    sheet = sheet_of(event(recipient={"timezone": NEW_YORK}))
    assert sheet.value_in_zone("contact.weekday", NEW_YORK) == "wed"
    assert sheet.value_in_zone("contact.weekday", SHANGHAI) == "thu"
    assert sheet.value_in_zone("contact.channel", NEW_YORK) == "call"


FACTS = ("a", "b", "c", "d")
leaves = st.builds(Test, st.sampled_from(FACTS), st.just("eq"), st.just(True), st.booleans())
trees: st.SearchStrategy[Node] = st.recursive(
    leaves,
    lambda parts: (
        st.builds(All, st.lists(parts, max_size=3).map(tuple))
        | st.builds(AnyOf, st.lists(parts, max_size=3).map(tuple))
    ),
    max_leaves=8,
)
worlds = st.fixed_dictionaries({name: st.sampled_from((True, False, None)) for name in FACTS})


def missing(node: Node, facts: Given) -> set[str]:
    return {
        name for atom in open_atoms(node, lambda leaf: truth_of_atom(leaf, facts)) for name in missing_of(atom, facts)
    }


@given(trees, worlds)
def test_s02_missing_facts_are_unknown_and_only_where_the_outcome_hangs(node: Node, values: dict[str, Any]) -> None:
    """A decided condition misses nothing; an open one misses some facts, all of them unknown."""
    facts = Given(values)
    named = missing(node, facts)
    assert bool(named) is (truth_of(node, facts) == MAYBE)
    assert all(values[name] is None for name in named)


@given(trees, worlds, st.data())
def test_s02_knowing_what_is_missing_decides(node: Node, values: dict[str, Any], data: st.DataObject) -> None:
    """Whatever the missing facts turn out to be, with them the condition is decided, without any other fact."""
    named = missing(node, Given(values))
    completed = values | {name: data.draw(st.booleans()) for name in sorted(named)}
    assert truth_of(node, Given(completed)) != MAYBE


@given(trees, worlds, st.data())
def test_s01_no_completion_overturns_what_is_decided(node: Node, values: dict[str, Any], data: st.DataObject) -> None:
    """What is true or false with facts missing is so whatever they turn out to be; the opposite is the opposite."""
    found = truth_of(node, Given(values))
    completed = {name: data.draw(st.booleans()) if value is None else value for name, value in values.items()}
    assert found in {MAYBE, truth_of(node, Given(completed))}
    assert truth_of(negated(node), Given(values)) == YES - found


def test_s02_leaf_beside_a_deciding_sibling_is_not_missing() -> None:
    """Of an alternative that a known fact decides, nothing is missing; of an open one only what is unknown."""
    a, b, c = (Test(name, "eq", True) for name in "abc")
    assert missing(All((AnyOf((a, b)), c)), Given({"a": True})) == {"c"}
    assert missing(AnyOf((All((a, b)), c)), Given({"a": False})) == {"c"}
    assert missing(All((AnyOf((a, b)), c)), Given({"a": False})) == {"b", "c"}

"""The truth of leaf conditions on facts, and the names of what was missing where one hangs."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from pydantic_core import SchemaValidator

from collection_guard.language.conditions import pattern_validator
from collection_guard.language.ir import Atom, Bounds, Inclusion, InZones, Node, Test, open_atoms, truth
from collection_guard.language.kleene import MAYBE, NO, YES, ends
from collection_guard.language.vocabulary import FACTS

if TYPE_CHECKING:
    from collection_guard.facts.sheet import FactSource


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> SchemaValidator:
    return pattern_validator(pattern)


def truth_of(node: Node, facts: "FactSource") -> int:
    """Return the truth of a condition on facts."""
    return truth(node, lambda atom: truth_of_atom(atom, facts))


def truth_of_atom(atom: Atom, facts: "FactSource") -> int:
    """Return the truth of a leaf on facts."""
    if isinstance(atom, InZones):
        truths = [truth(atom.body, lambda leaf: _in_zone(leaf, facts, zone)) for zone in facts.zones() or (None,)]  # noqa: B023  # called at once
        return min(truths) if atom.quantifier == "every" else max(truths)
    return _truth_of_test(atom, facts.value(atom.fact))


def _in_zone(atom: Atom, facts: "FactSource", zone: str | None) -> int:
    assert isinstance(atom, Test)  # noqa: S101  # the loader refuses zones inside zones
    return _truth_of_test(atom, _value_in(atom.fact, facts, zone))


def _value_in(name: str, facts: "FactSource", zone: str | None) -> Any:
    """Return the value of a fact in a zone; where no zone is known, only what depends on it is unknown."""
    if zone is not None:
        return facts.value_in_zone(name, zone)
    fact = FACTS.get(name)
    return None if fact is not None and fact.zoned else facts.value(name)


def missing_of(atom: Atom, facts: "FactSource") -> Iterator[str]:
    """Yield the names of what is missing for a leaf: its fact, or the parameter that leaves a bound arguable."""
    if isinstance(atom, InZones):
        for zone in facts.zones() or (None,):
            for leaf in open_atoms(atom.body, lambda leaf: _in_zone(leaf, facts, zone)):  # noqa: B023  # called at once
                assert isinstance(leaf, Test)  # noqa: S101  # as above
                yield from _missing_of_test(leaf, _value_in(leaf.fact, facts, zone))
        return
    yield from _missing_of_test(atom, facts.value(atom.fact))


def _missing_of_test(test: Test, value: Any) -> Iterator[str]:
    bounds = test.value
    if value is not None and isinstance(bounds, Bounds):
        named = [
            name
            for end, name, inclusion in (
                (bounds.low, bounds.low_named, bounds.low_is),
                (bounds.high, bounds.high_named, bounds.high_is),
            )
            if inclusion == "arguable" and value == end
        ]
        if named:
            yield from (f"parameter.{name}" for name in named)
            return
    yield test.fact


def _truth_of_test(test: Test, value: Any) -> int:
    found = _plain_truth(test, value)
    return YES - found if test.negated else found


def _plain_truth(test: Test, value: Any) -> int:
    if test.operator == "known":
        return NO if value is None else YES
    if value is None:
        return MAYBE
    constant: Any = test.value
    match test.operator:
        case "eq":
            return _equals(value, constant)
        case "in" if isinstance(value, str):
            return YES if value in constant else NO
        case "in":
            return max(_equals(value, item) for item in constant)
        case "contains":
            wanted = constant if isinstance(constant, frozenset) else {constant}
            return YES if wanted & value else NO
        case "matches":
            return YES if _matcher(constant).isinstance_python(value) else NO
        case "lt":
            return YES - _above(value, constant, "included")
        case "le":
            return YES - _above(value, constant, "excluded")
        case "gt":
            return _above(value, constant, "excluded")
        case "ge":
            return _above(value, constant, "included")
        case _:
            over = _above(value, constant.low, constant.low_is)
            return min(over, YES - _above(value, constant.high, _complement(constant.high_is)))


def _complement(inclusion: Inclusion) -> Inclusion:
    """Return how the end of an interval belongs to what lies above the interval."""
    return {"included": "excluded", "excluded": "included", "arguable": "arguable"}[inclusion]  # type: ignore[return-value]  # the words are the same three


def _equals(value: Any, constant: Any) -> int:
    if isinstance(value, str | bool | frozenset) or isinstance(constant, str | bool):
        return YES if value == constant else NO
    low, high = ends(value)
    if low == high:
        return YES if low == constant else NO
    return MAYBE if low <= constant <= high else NO


def _above(value: Any, bound: float, bound_is: Inclusion) -> int:
    """Return whether a number lies above a bound, which may itself belong to what is above it."""
    low, high = ends(value)
    if low > bound or (low == bound and bound_is == "included"):
        return YES
    if high < bound or (high == bound and bound_is == "excluded"):
        return NO
    return MAYBE

"""The truth of leaf conditions on facts, and the names of what was missing where one hangs."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from collection_guard.language.ir import Atom, Bounds, InZones, Node, Test, open_atoms, truth
from collection_guard.language.leaves import truth_of_test
from collection_guard.language.vocabulary import FACTS

if TYPE_CHECKING:
    from collection_guard.facts.sheet import FactSource


def truth_of(node: Node, facts: "FactSource") -> int:
    """Return the truth of a condition on facts."""
    return truth(node, lambda atom: truth_of_atom(atom, facts))


def truth_of_atom(atom: Atom, facts: "FactSource") -> int:
    """Return the truth of a leaf on facts."""
    if isinstance(atom, InZones):
        truths = [truth(atom.body, lambda leaf: _in_zone(leaf, facts, zone)) for zone in facts.zones() or (None,)]  # noqa: B023  # called at once
        return min(truths) if atom.quantifier == "every" else max(truths)
    return truth_of_test(atom, facts.value(atom.fact))


def _in_zone(atom: Atom, facts: "FactSource", zone: str | None) -> int:
    assert isinstance(atom, Test)  # noqa: S101  # the loader refuses zones inside zones
    return truth_of_test(atom, _value_in(atom.fact, facts, zone))


def _value_in(name: str, facts: "FactSource", zone: str | None) -> Any:
    """Return the value of a fact in a zone; where no zone is known, only what depends on it is unknown."""
    if zone is not None:
        return facts.value_in_zone(name, zone)
    fact = FACTS.get(name)
    zoned = name.startswith("calendar.") if fact is None else fact.zoned
    return None if zoned else facts.value(name)


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

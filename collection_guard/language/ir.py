"""The intermediate representation: a small typed tree in negation normal form that every engine reads.

A leaf (an *atom*) is a test of one fact, or a condition that must hold in some or in every zone that the recipient may
be in. Above the leaves stand only ``All`` and ``AnyOf``; negation lives in the leaves, so that engines without a
general "not" can decide a rule by two monotone conditions.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from collection_guard.language.kleene import MAYBE, NO, YES

Operator = Literal["eq", "in", "lt", "le", "gt", "ge", "between", "matches", "contains", "known"]
Inclusion = Literal["included", "excluded", "arguable"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval of a ``between``: its ends, and whether each belongs to it."""

    low: float
    high: float
    low_is: Inclusion = "included"
    high_is: Inclusion = "excluded"
    low_named: str | None = None
    high_named: str | None = None


Constant = bool | float | str | frozenset[str] | frozenset[float] | Bounds


@dataclass(frozen=True, slots=True)
class Test:
    """A leaf: one fact held against a constant, or the opposite of that."""

    __test__ = False  # not a test class, whatever its name

    fact: str
    operator: Operator
    value: Constant
    negated: bool = False


@dataclass(frozen=True, slots=True)
class InZones:
    """A leaf: a condition on local time that must hold in some, or in every, zone the recipient may be in."""

    quantifier: Literal["some", "every"]
    body: "Node"


@dataclass(frozen=True, slots=True)
class All:
    """A conjunction; of nothing, it is true."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A disjunction; of nothing, it is false."""

    parts: tuple["Node", ...]


Atom = Test | InZones
Node = Test | InZones | All | AnyOf


def negated(node: Node) -> Node:
    """Return the opposite condition, in negation normal form."""
    match node:
        case Test():
            return Test(node.fact, node.operator, node.value, not node.negated)
        case InZones():
            return InZones("every" if node.quantifier == "some" else "some", negated(node.body))
        case All():
            return AnyOf(tuple(negated(part) for part in node.parts))
        case _:
            return All(tuple(negated(part) for part in node.parts))


def atoms_of(node: Node) -> Iterator[Atom]:
    """Yield the leaves of a condition, from left to right."""
    match node:
        case All() | AnyOf():
            for part in node.parts:
                yield from atoms_of(part)
        case _:
            yield node


def tests_of(node: Node) -> Iterator[Test]:
    """Yield all tests of a condition, also those inside a condition over zones."""
    for atom in atoms_of(node):
        if isinstance(atom, InZones):
            yield from tests_of(atom.body)
        else:
            yield atom


def facts_of(node: Node) -> tuple[str, ...]:
    """Return the facts that a condition names, in order, each once."""
    return tuple(dict.fromkeys(test.fact for test in tests_of(node)))


def truth(node: Node, of_atom: Callable[[Atom], int]) -> int:
    """Return the truth of a condition, given that of its leaves."""
    match node:
        case All():
            lowest = YES
            for part in node.parts:
                lowest = min(lowest, truth(part, of_atom))
                if lowest == NO:
                    break
            return lowest
        case AnyOf():
            highest = NO
            for part in node.parts:
                highest = max(highest, truth(part, of_atom))
                if highest == YES:
                    break
            return highest
        case _:
            return of_atom(node)


def open_atoms(node: Node, of_atom: Callable[[Atom], int]) -> Iterator[Atom]:
    """Yield the leaves on which an undecided condition hangs: those that remain after Kleene simplification.

    A leaf beside a deciding sibling is none of them, and a decided condition has none (semantics 2).
    """
    if truth(node, of_atom) != MAYBE:
        return
    match node:
        case All() | AnyOf():
            for part in node.parts:
                yield from open_atoms(part, of_atom)
        case _:
            yield node


def deciding_atoms(node: Node, of_atom: Callable[[Atom], int]) -> Iterator[Atom]:
    """Yield the leaves that make a true condition true: all of a conjunction, the true ones of a disjunction."""
    if truth(node, of_atom) != YES:
        return
    match node:
        case All() | AnyOf():
            for part in node.parts:
                yield from deciding_atoms(part, of_atom)
        case _:
            yield node

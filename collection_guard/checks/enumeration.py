"""Every consistent case of some conditions: the truths that their leaves can have together.

A leaf is not free of the others: no channel is two channels, what is above 5 is above 3, and two conditions over zones
look at the same zones. The values of each fact are therefore tried, as many as tell its tests apart, and different
facts are free of one another. Cases that a connection between facts rules out are among those that are yielded.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, combinations, pairwise, product
from math import prod
from typing import Any, Final

from collection_guard.language.ir import Atom, Bounds, InZones, Node, Test, atoms_of, tests_of, truth
from collection_guard.language.kleene import NO, UNBOUNDED, YES, Interval
from collection_guard.language.leaves import truth_of_test
from collection_guard.language.vocabulary import Fact
from collection_guard.language.written import can_be, unit_of

_MOST_VALUES: Final = 20_000
"""More values of facts that hang together than this are not tried."""
_MOST_WORDS: Final = 10
"""More words of a set than this are not combined."""

Case = Mapping[Atom, int]
_Vector = tuple[int, ...]


class TooManyCasesError(Exception):
    """There are more cases than were to be tried."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Leaves whose facts hang together, and the truths that they can have together."""

    atoms: tuple[Atom, ...]
    vectors: tuple[_Vector, ...]


def cases(nodes: Sequence[Node], vocabulary: Mapping[str, Fact], most: int = 200_000) -> Iterator[Case]:
    """Yield every consistent case of the leaves of some conditions; raise TooManyCasesError of too many."""
    atoms = list(dict.fromkeys(chain.from_iterable(atoms_of(node) for node in nodes)))
    groups = [_group(part, vocabulary) for part in _parted(atoms)]
    if prod(len(group.vectors) for group in groups) > most:
        raise TooManyCasesError
    names = tuple(chain.from_iterable(group.atoms for group in groups))
    return (
        dict(zip(names, chain.from_iterable(vectors), strict=True))
        for vectors in product(*(group.vectors for group in groups))
    )


def truth_in(node: Node, case: Case) -> int:
    """Return the truth of a condition in a case."""
    return truth(node, case.__getitem__)


def _parted(atoms: Sequence[Atom]) -> list[list[Atom]]:
    """Return leaves in groups: those of one fact together, and all conditions over zones with what they name."""
    parts: list[tuple[set[str], list[Atom]]] = []
    for atom in atoms:
        names = {test.fact for test in tests_of(atom)}
        if isinstance(atom, InZones):
            names.add("")  # stands for the zones themselves, which all such conditions share
        joined = [part for part in parts if part[0] & names]
        parts = [part for part in parts if not part[0] & names]
        parts.append(
            (names.union(*(part[0] for part in joined)), [*chain.from_iterable(part[1] for part in joined), atom])
        )
    return [part[1] for part in parts]


def _group(atoms: list[Atom], vocabulary: Mapping[str, Fact]) -> _Group:
    plain = [atom for atom in atoms if isinstance(atom, Test)]
    zoned = [atom for atom in atoms if isinstance(atom, InZones)]
    tests = list(chain.from_iterable(tests_of(atom) for atom in atoms))
    names = list(dict.fromkeys(test.fact for test in tests))
    shared = [name for name in names if not vocabulary[name].zoned]
    by_zone = [name for name in names if vocabulary[name].zoned]
    values = {name: _values(vocabulary[name], [test for test in tests if test.fact == name]) for name in names}
    if prod(len(values[name]) for name in names) > _MOST_VALUES:
        raise TooManyCasesError
    found: dict[_Vector, None] = {}
    for of_shared in product(*(values[name] for name in shared)):
        known = dict(zip(shared, of_shared, strict=True))
        ahead = tuple(_truth_of_value(test, known[test.fact]) for test in plain)
        if not zoned:
            found[ahead] = None
            continue
        in_one = set()
        for of_zone in product(*(values[name] for name in by_zone)):
            here = known | dict(zip(by_zone, of_zone, strict=True))
            in_one.add(
                tuple(
                    truth(atom.body, lambda leaf, here=here: _truth_of_value(leaf, here[leaf.fact]))  # type: ignore[misc]  # bound at once
                    for atom in zoned
                )
            )
        for behind in _over_zones(zoned, in_one):
            found[ahead + behind] = None
    return _Group((*plain, *zoned), tuple(found))


def _over_zones(zoned: Sequence[InZones], in_one: set[_Vector]) -> set[_Vector]:
    """Return what conditions over zones can be together, over any number of zones.

    Each needs one zone as its witness, so that as many zones as conditions show everything.
    """
    found = set(in_one)
    for _ in range(len(zoned) - 1):
        found |= {
            tuple(
                min(left, right) if atom.quantifier == "every" else max(left, right)
                for atom, left, right in zip(zoned, one, other, strict=True)
            )
            for one, other in product(found, in_one)
        }
    return found


@dataclass(frozen=True, slots=True)
class _Text:
    """A text that no test names, and the expressions that it matches."""

    matched: frozenset[str]


def _truth_of_value(test: Test, value: Any) -> int:
    if isinstance(value, _Text):
        plain = YES if test.operator == "known" or (test.operator == "matches" and test.value in value.matched) else NO
        return YES - plain if test.negated else plain
    return truth_of_test(test, value)


def _values(fact: Fact, tests: list[Test]) -> list[Any]:
    """Return values of a fact that tell its tests apart, unknown among them."""
    match fact.type:
        case "bool":
            return [True, False, None]
        case "enum":
            words = _words(tests)
            return [*words, *[word for word in fact.words if word not in words][:1], None]
        case "str":
            patterns = [str(test.value) for test in tests if test.operator == "matches"]
            others = [_Text(frozenset(some)) for some in _subsets(patterns)]
            return [*_words(tests), *others, None]
        case "set":
            return [*(frozenset(some) for some in _subsets(_words(tests))), None]
        case _:
            return _numbers(fact, tests)


def _words(tests: list[Test]) -> list[str]:
    words: dict[str, None] = {}
    for test in tests:
        if isinstance(test.value, str) and test.operator != "matches":
            words[test.value] = None
        elif isinstance(test.value, frozenset):
            words.update(dict.fromkeys(sorted(str(word) for word in test.value)))
    return list(words)


def _subsets(words: Sequence[str]) -> Iterator[tuple[str, ...]]:
    distinct = list(dict.fromkeys(words))
    if len(distinct) > _MOST_WORDS:
        raise TooManyCasesError
    return chain.from_iterable(combinations(distinct, size) for size in range(len(distinct) + 1))


def _numbers(fact: Fact, tests: list[Test]) -> list[Any]:
    """Return numbers at, beside and between all bounds, and all ranges between these."""
    bounds: set[float] = set()
    for test in tests:
        constant: Any = test.value
        if isinstance(constant, Bounds):
            bounds |= {constant.low, constant.high}
        elif isinstance(constant, frozenset):
            bounds |= constant
        elif test.operator != "known":
            bounds.add(constant)
    unit = unit_of(fact)
    points = sorted({bound + step * unit for bound in bounds or {0} for step in (-1, 0, 1)})
    if fact.type != "int":
        points = sorted({*points, *((low + high) / 2 for low, high in pairwise(points))})
    can = [point for point in points if can_be(fact, point)] or [0]
    ranges = [Interval(low, high) for low, high in combinations(can, 2)]
    return [*can, *ranges, *(Interval(low, UNBOUNDED) for low in can), None]

"""Phrases found in a folded text: one pass of an automaton tells what stands in it, joins of places how."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import attrgetter, itemgetter, or_
from typing import Final, NamedTuple, TypeAlias

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from collection_guard.facts.content.characters import is_latin
from collection_guard.facts.content.phrases import Step

Range: TypeAlias = tuple[int, int]
Quantities: TypeAlias = Callable[[str], dict[str, list[Range]]]

# Which ends of a string are Latin letters, so that it must end a word there.
_FIRST, _LAST = 1, 2
_LATIN_LETTER: Final = re.compile("[a-z]")
# By what factor one more character makes a form rarer: a Chinese one, a Latin one.
_RARER, _RARER_LATIN = 30.0, 3.0
_QUANTITY_COMMONNESS = 0.05


# Where a phrase was found: its start, its end, and the ranges of its steps.
Match: TypeAlias = tuple[int, int, tuple[Range, ...]]
# Which string was found, by its number, its start, and its end.
Found: TypeAlias = tuple[int, int, int]
_END = itemgetter(1)
_MASK = attrgetter("mask")


class PatternStep(NamedTuple):
    """One step of a pattern: any form of the atom, after the gap."""

    atom: int
    gap: int
    across_clauses: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase, with the atoms that it needs as a mask: one bit an atom."""

    phrase: str
    steps: tuple[PatternStep, ...]
    atoms: int
    numbers: frozenset[int]  # the same atoms as a set
    rest: tuple[PatternStep, ...]  # the steps after the first


def mask_of(atoms: Iterable[int]) -> int:
    """Return atoms as a mask."""
    return sum(1 << atom for atom in set(atoms))


class Family:
    """Strings that are forms of the same atoms."""

    __slots__ = ("atoms", "mask")

    def __init__(self, atoms: Iterable[int]) -> None:
        # In a tuple, whose parts lie together: a set spreads them, and most of the time goes into fetching.
        self.atoms = tuple(atoms)
        self.mask = mask_of(self.atoms)


class Matcher:
    """Holds every string of the lexicon, each with the atoms that it is a form of."""

    def __init__(self, quantities: Quantities, samples: Mapping[str, str]) -> None:
        self._samples = samples
        self._atoms: dict[frozenset[str], int] = {}
        self._quantity_atoms: dict[str, int] = {}
        self._quantities = quantities
        self.forms_of: list[frozenset[str]] = []
        self.strings: list[str] = []
        self.families: list[Family] = []
        self._edges: list[int] = []
        # Every string that is looked for, short ones first: most of what stands in a text is close together then.
        self.order: list[str] = []
        self._family_of: list[Family] = []
        self._automaton: AhoCorasick | None = None

    def atom(self, forms: frozenset[str]) -> int:
        """Return the number of a set of forms."""
        number = self._atoms.get(forms)
        if number is None:
            number = self._atoms[forms] = len(self.forms_of)
            self.forms_of.append(forms)
        return number

    def quantity_atom(self, name: str) -> int:
        """Return the number of a concept that is computed from the text, such as an amount."""
        number = self._quantity_atoms.get(name)
        if number is None:
            number = self._quantity_atoms[name] = len(self.forms_of)
            self.forms_of.append(frozenset())
        return number

    def pattern(self, phrase: str, compiled: tuple[Step, ...], forms_of: Callable[[str], frozenset[str]]) -> Pattern:
        """Return a phrase over atoms."""
        parts: list[PatternStep] = []
        for step in compiled:
            if step.concept is None:
                atom = self.atom(step.forms)
            elif step.concept in self._samples:
                atom = self.quantity_atom(step.concept)
            else:
                atom = self.atom(forms_of(step.concept))
            parts.append(PatternStep(atom, step.gap, step.across_clauses))
        numbers = frozenset(part.atom for part in parts)
        return Pattern(phrase, tuple(parts), mask_of(numbers), numbers, tuple(parts[1:]))

    def forms(self) -> list[str]:
        """Return every string known so far, sorted."""
        return sorted(frozenset().union(*self.forms_of))

    def build(self, others: Iterable[str] = ()) -> None:
        """Build the automaton once all atoms are known; ``others`` are strings to be found in the same pass."""
        of: dict[str, list[int]] = {}
        for atom, forms in enumerate(self.forms_of):
            for form in forms:
                of.setdefault(form, []).append(atom)
        self.strings = sorted(of)
        self.order = sorted(of.keys() | set(others), key=lambda string: (len(string), string)) or ["\0"]
        families: dict[tuple[int, ...], Family] = {}
        for string in self.order:
            numbers = tuple(of.get(string, ()))
            if numbers not in families:
                families[numbers] = Family(numbers)
            self._family_of.append(families[numbers])
        self.families = [*families.values()]
        self._edges = [
            _FIRST * is_latin(string[0]) + _LAST * is_latin(string[-1]) if string in of else 0 for string in self.order
        ]
        self._automaton = AhoCorasick(
            self.order,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def sample(self, atom: int, choose: Callable[..., str]) -> str:
        """Return one form of an atom: the shortest or the longest, or a quantity written out."""
        for name, number in self._quantity_atoms.items():
            if number == atom:
                return self._samples[name]
        return choose(self.forms_of[atom], key=lambda form: (len(form), form), default="")

    def standing(self, text: str) -> set[int]:
        """Return the numbers of the strings that stand in a text, even inside a Latin word."""
        return {found[0] for found in self._places(text)}

    def _places(self, text: str) -> list[Found]:
        return self._automaton.find_matches_as_indexes(text, overlapping=True) if self._automaton else []

    def hits(self, text: str) -> "Hits":
        """Return what stands in the text."""
        places = self._places(text)
        hits = Hits({found[0] for found in places})
        by_family, family_of = hits.found, self._family_of
        for number, start, end in self._whole_words(text, places) if _LATIN_LETTER.search(text) else places:
            by_family[family_of[number]].append((start, end))
        hits.atoms = reduce(or_, map(_MASK, by_family), 0)
        for name, ranges in self._quantities(text).items():
            self.give(hits, name, ranges)
        return hits

    def _whole_words(self, text: str, places: list[Found]) -> list[Found]:
        """Return the places at which no Latin word is cut."""
        edges, size = self._edges, len(text)
        return [
            found
            for found in places
            if not (edge := edges[found[0]])
            or not (
                (edge & _FIRST and found[1] and "a" <= text[found[1] - 1] <= "z")
                or (edge & _LAST and found[2] < size and "a" <= text[found[2]] <= "z")
            )
        ]

    def give(self, hits: "Hits", name: str, ranges: list[Range]) -> None:
        """Note where a quantity stands, or what is found elsewhere, such as names."""
        atom = self._quantity_atoms.get(name)
        if atom is not None and ranges:
            hits.atoms |= 1 << atom
            hits.quantities.append(atom)
            hits.places[atom] = ranges

    def rarest(self, pattern: Pattern) -> int:
        """Return the atom of a pattern that the fewest texts hold."""
        return min((step.atom for step in pattern.steps), key=lambda atom: (self.commonness(atom), atom))

    def commonness(self, atom: int) -> float:
        """Return about how often a text holds an atom: the longer its forms, the rarer."""
        if atom in self._quantity_atoms.values():
            return _QUANTITY_COMMONNESS
        return sum((_RARER_LATIN if form.isascii() else _RARER) ** -len(form) for form in self.forms_of[atom])


class Hits:
    """Which strings and atoms stand in a text; the places of an atom are put together when they are asked for."""

    __slots__ = ("atoms", "found", "places", "quantities", "strings")

    def __init__(self, strings: set[int]) -> None:
        self.strings = strings  # by their numbers, even inside a Latin word
        self.found: defaultdict[Family, list[Range]] = defaultdict(list)
        self.atoms = 0
        self.places: dict[int, list[Range]] = {}
        self.quantities: list[int] = []

    def prepare(self, patterns: Sequence[Pattern]) -> None:
        """Put the places of all atoms of some patterns together at once."""
        places = self.places
        mask = reduce(or_, [pattern.atoms for pattern in patterns], 0)
        wanted = frozenset().union(*[pattern.numbers for pattern in patterns]).difference(places)
        mixed: list[list[Range]] = []
        for family, ranges in self.found.items():
            if family.mask & mask:
                for atom in wanted.intersection(family.atoms):
                    if atom in places:
                        both = places[atom] = places[atom] + ranges
                        mixed.append(both)
                    else:
                        places[atom] = ranges
                        if len(ranges) > 1:
                            mixed.append(ranges)
        for both in mixed:
            both.sort()

    def of(self, atom: int) -> list[Range]:
        """Return the places of an atom, sorted."""
        places = self.places.get(atom)
        if places is None:
            places = self.places[atom] = [
                place for family, ranges in self.found.items() if atom in family.atoms for place in ranges
            ]
            if len(places) > 1:
                places.sort()
        return places


def find(pattern: Pattern, hits: Hits, boundaries: list[int], sentences: list[int]) -> list[Match]:
    """Return every place where the steps of a pattern follow each other."""
    places = hits.of(pattern.steps[0].atom)
    rest = pattern.rest
    if not (rest and places):
        return [(*place, (place,)) for place in places]
    first = places[0][0]
    known = hits.places
    for atom, _, _ in rest:
        following = known[atom] if atom in known else hits.of(atom)
        if not following or following[-1][0] < first:  # nothing of it stands behind where the first begins
            return []
    current: list[Match] = [(*place, (place,)) for place in places]
    for atom, gap, across_clauses in rest:
        limits = sentences if across_clauses else boundaries
        if len(current) == 1:
            current = _after(current[0], known[atom], gap, limits)
        else:
            current.sort(key=_END)
            current = _after_any(current, known[atom], gap, limits)
        if not current:
            break
    return current


def _after(before: Match, places: list[Range], gap: int, limits: list[int]) -> list[Match]:
    """Return the places that follow a part, none of the limits between."""
    first, end, parts = before
    reached: list[Match] = []
    for place in places:
        start = place[0]
        if start < end:
            continue
        # Places are sorted: what is too far for one is too far for the rest.
        if start - end > gap or (gap and limits and _cut(limits, end, start)):
            break
        reached.append((first, place[1], (*parts, place)))
    return reached


def _after_any(current: list[Match], places: list[Range], gap: int, limits: list[int]) -> list[Match]:
    """Return the places that follow one of several parts, which are sorted by their ends."""
    ends = [partial[1] for partial in current]
    first = ends[0]
    reached: list[Match] = []
    for place in places:
        start = place[0]
        if start < first:
            continue
        # The nearest earlier part decides: if a mark stands between, it stands before farther parts as well.
        before = current[bisect_right(ends, start) - 1]
        if start - before[1] > gap or (gap and limits and _cut(limits, before[1], start)):
            continue
        reached.append((before[0], place[1], (*before[2], place)))
    return reached


def _cut(limits: list[int], left: int, right: int) -> bool:
    """Tell whether a mark stands in a range."""
    i = bisect_right(limits, left - 1)
    return i < len(limits) and limits[i] < right

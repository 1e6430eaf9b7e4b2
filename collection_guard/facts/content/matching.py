"""Phrases found in a folded text: one pass of an automaton tells what stands in it, joins of places how."""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping
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
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz")
_LATIN_LETTER: Final = re.compile("[a-z]")
# By what factor one more character makes a form rarer: a Chinese one, a Latin one.
_RARER, _RARER_LATIN = 30.0, 3.0
_QUANTITY_COMMONNESS = 0.05
# In a text up to this long, strings are looked for one by one when their places are asked for; in a longer one, one
# more pass finds all places, so that the cost stays in proportion to the length whatever stands in it.
_SHORT: Final = 4_000


# Where a phrase was found: its start, its end, and the ranges of its steps.
Match: TypeAlias = tuple[int, int, tuple[Range, ...]]
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


def mask_of(atoms: Iterable[int]) -> int:
    """Return atoms as a mask."""
    return sum(1 << atom for atom in set(atoms))


class Family:
    """Strings that are forms of the same atoms."""

    __slots__ = ("atoms", "mask")

    def __init__(self, atoms: Iterable[int]) -> None:
        self.atoms = frozenset(atoms)
        self.mask = mask_of(self.atoms)


class _Families(dict[str, Family]):
    """The family of each string that was met: few of all strings are, so that they stay close together in memory."""

    def __init__(self, of: Mapping[str, Family]) -> None:
        super().__init__()
        self._of = of
        self._none = Family(())

    def __missing__(self, string: str) -> Family:
        family = self[string] = self._of.get(string, self._none)
        return family


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
        self.edges: dict[str, int] = {}
        self._family_of = _Families({})
        self._everything: list[str] = []
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
        return Pattern(phrase, tuple(parts), mask_of(part.atom for part in parts))

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
        families: dict[tuple[int, ...], Family] = {}
        of_string: dict[str, Family] = {}
        for string in self.strings:
            numbers = tuple(of[string])
            if numbers not in families:
                families[numbers] = Family(numbers)
            of_string[string] = families[numbers]
            edges = _FIRST * is_latin(string[0]) + _LAST * is_latin(string[-1])
            if edges:
                self.edges[string] = edges
        self.families = [*families.values()]
        self._family_of = _Families(of_string)
        self._everything = sorted(of.keys() | set(others)) or ["\0"]
        self._automaton = AhoCorasick(
            self._everything,
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=True,
        )

    def sample(self, atom: int, choose: Callable[..., str]) -> str:
        """Return one form of an atom: the shortest or the longest, or a quantity written out."""
        for name, number in self._quantity_atoms.items():
            if number == atom:
                return self._samples[name]
        return choose(self.forms_of[atom], key=lambda form: (len(form), form), default="")

    def standing(self, text: str) -> set[str]:
        """Return every string that stands in a text, even inside a Latin word."""
        return set(self._automaton.find_matches_as_strings(text, overlapping=True)) if self._automaton else set()

    def hits(self, text: str) -> "Hits":
        """Return what stands in the text."""
        hits = Hits(self, text, self.standing(text))
        hits.families = set(map(self._family_of.__getitem__, hits.strings))
        hits.atoms = reduce(or_, map(_MASK, hits.families), 0)
        for name, ranges in self._quantities(text).items():
            self.give(hits, name, ranges)
        return hits

    def give(self, hits: "Hits", name: str, ranges: list[Range]) -> None:
        """Note where a quantity stands, or what is found elsewhere, such as names."""
        atom = self._quantity_atoms.get(name)
        if atom is not None and ranges:
            hits.atoms |= 1 << atom
            hits.quantities.append(atom)
            hits.places[atom] = ranges

    def all_places(self, text: str) -> dict[str, list[Range]]:
        """Return every place of every string, by one pass."""
        found: dict[str, list[Range]] = {}
        if self._automaton is not None:
            for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
                found.setdefault(self._everything[index], []).append((start, end))
        return found

    def rarest(self, pattern: Pattern) -> int:
        """Return the atom of a pattern that the fewest texts hold."""
        return min((step.atom for step in pattern.steps), key=lambda atom: (self.commonness(atom), atom))

    def commonness(self, atom: int) -> float:
        """Return about how often a text holds an atom: the longer its forms, the rarer."""
        if atom in self._quantity_atoms.values():
            return _QUANTITY_COMMONNESS
        return sum((_RARER_LATIN if form.isascii() else _RARER) ** -len(form) for form in self.forms_of[atom])


class Hits:
    """Which strings and atoms stand in a text; their places are looked for when asked for."""

    __slots__ = (
        "_edges",
        "_forms_of",
        "_latin",
        "_text",
        "_where",
        "all_strings",
        "atoms",
        "families",
        "places",
        "quantities",
        "strings",
    )

    def __init__(self, matcher: Matcher, text: str, strings: set[str]) -> None:
        self._text = text
        self._forms_of = matcher.forms_of
        self._edges = matcher.edges
        self._where: dict[str, list[Range]] = {} if len(text) <= _SHORT else matcher.all_places(text)
        self.atoms = 0
        self.families: set[Family] = set()
        self.places: dict[int, list[Range]] = {}
        self.quantities: list[int] = []
        # All strings, and those among them that do not cut a Latin word.
        self.all_strings = self.strings = strings
        self._latin = bool(_LATIN_LETTER.search(text))
        if self._latin:
            self.strings = strings.difference([s for s in self._edges.keys() & strings if not self._is_whole(s)])

    def of(self, atom: int) -> list[Range]:
        """Return the places of an atom, sorted."""
        places = self.places.get(atom)
        if places is None:
            strings = self._forms_of[atom] & self.strings
            places = []
            for string in strings:
                places += self._places_of(string)
            if len(places) > 1:
                places.sort()
            self.places[atom] = places
        return places

    def _places_of(self, string: str) -> list[Range]:
        places = self._where.get(string)
        if places is None:
            places = self._where[string] = []
            size, text = len(string), self._text
            start = text.find(string)
            while start >= 0:
                places.append((start, start + size))
                start = text.find(string, start + 1)
        if self._latin and string in self._edges:
            edge = self._edges[string]
            places = [place for place in places if not self._cuts(edge, *place)]
        return places

    def _is_whole(self, string: str) -> bool:
        """Tell whether a string stands anywhere without cutting a Latin word."""
        edge, size, text = self._edges[string], len(string), self._text
        start = text.find(string)
        while start >= 0 and self._cuts(edge, start, start + size):
            start = text.find(string, start + 1)
        return start >= 0

    def _cuts(self, edge: int, start: int, end: int) -> bool:
        text = self._text
        return bool(edge & _FIRST and start and text[start - 1] in _LATIN) or bool(
            edge & _LAST and text[end : end + 1] in _LATIN
        )


def find(pattern: Pattern, hits: Hits, boundaries: list[int], sentences: list[int]) -> list[Match]:
    """Return every place where the steps of a pattern follow each other."""
    steps = pattern.steps
    current: list[Match] = [(*place, (place,)) for place in hits.of(steps[0].atom)]
    for atom, gap, across_clauses in steps[1:]:
        if not current:
            break
        limits = sentences if across_clauses else boundaries
        if len(current) == 1:
            current = _after(current[0], hits.of(atom), gap, limits)
        else:
            current.sort(key=_END)
            current = _after_any(current, hits.of(atom), gap, limits)
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

"""Phrases found in a folded text: one pass of an Aho-Corasick automaton, then joins of neighbouring hits."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import itemgetter, or_
from typing import TypeAlias

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from collection_guard.facts.content.characters import is_latin
from collection_guard.facts.content.phrases import Step

Range: TypeAlias = tuple[int, int]
Quantities: TypeAlias = Callable[[str], dict[str, list[Range]]]

# Which ends of a string are Latin letters, so that it must end a word there.
_FIRST, _LAST = 1, 2
_LATIN = frozenset("abcdefghijklmnopqrstuvwxyz")
# By what factor one more character makes a form rarer: a Chinese one, a Latin one.
_RARER, _RARER_LATIN = 30.0, 3.0
_QUANTITY_COMMONNESS = 0.05


# Where a phrase was found: its start, its end, and the ranges of its steps.
Match: TypeAlias = tuple[int, int, tuple[Range, ...]]
_END = itemgetter(1)


@dataclass(frozen=True, slots=True)
class PatternStep:
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


class Matcher:
    """Holds every string of the lexicon, each with the atoms that it is a form of."""

    def __init__(self, quantities: Quantities, samples: Mapping[str, str]) -> None:
        self._samples = samples
        self._atoms: dict[frozenset[str], int] = {}
        self._forms: list[frozenset[str]] = []
        self._quantity_atoms: dict[str, int] = {}
        self._quantities = quantities
        self.strings: list[str] = []
        # Strings that are forms of the same atoms are of one class: a text touches few of them.
        self._class_of: list[int] = []
        self._atoms_of: list[frozenset[int]] = []
        self._masks: list[int] = []
        self._classes_of: list[frozenset[int]] = []
        self._edges: list[int] = []
        self._automaton: AhoCorasick | None = None

    def atom(self, forms: frozenset[str]) -> int:
        """Return the number of a set of forms."""
        number = self._atoms.get(forms)
        if number is None:
            number = self._atoms[forms] = len(self._forms)
            self._forms.append(forms)
        return number

    def quantity_atom(self, name: str) -> int:
        """Return the number of a concept that is computed from the text, such as an amount."""
        number = self._quantity_atoms.get(name)
        if number is None:
            number = self._quantity_atoms[name] = len(self._forms)
            self._forms.append(frozenset())
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
        return sorted(frozenset().union(*self._forms))

    def build(self) -> None:
        """Build the automaton once all atoms are known."""
        of: dict[str, list[int]] = {}
        for atom, forms in enumerate(self._forms):
            for form in forms:
                of.setdefault(form, []).append(atom)
        self.strings = sorted(of)
        classes: dict[frozenset[int], int] = {}
        self._class_of = [classes.setdefault(frozenset(of[string]), len(classes)) for string in self.strings]
        self._atoms_of = list(classes)
        self._masks = list(map(mask_of, classes))
        classes_of: list[list[int]] = [[] for _ in self._forms]
        for atoms, number in classes.items():
            for atom in atoms:
                classes_of[atom].append(number)
        self._classes_of = [frozenset(numbers) for numbers in classes_of]
        self._edges = [_FIRST * is_latin(string[0]) + _LAST * is_latin(string[-1]) for string in self.strings]
        self._automaton = AhoCorasick(
            self.strings or ["\0"],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def sample(self, atom: int, choose: Callable[..., str]) -> str:
        """Return one form of an atom: the shortest or the longest, or a quantity written out."""
        for name, number in self._quantity_atoms.items():
            if number == atom:
                return self._samples[name]
        return choose(self._forms[atom], key=lambda form: (len(form), form), default="")

    def hits(self, text: str, given: dict[str, list[Range]] | None = None) -> "Hits":
        """Return where each atom stands in the text; ``given`` are places found elsewhere, such as those of names."""
        found: dict[int, list[Range]] = defaultdict(list)
        if self._automaton is not None and text:
            class_of = self._class_of
            matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
            if not _LATIN.isdisjoint(text):
                matches = self._whole_words(text, matches)
            for index, start, end in matches:
                found[class_of[index]].append((start, end))
        places: dict[int, list[Range]] = {}
        quantities = self._quantities(text)
        for name, ranges in (quantities | given if given else quantities).items():
            atom = self._quantity_atoms.get(name)
            if atom is not None and ranges:
                places[atom] = ranges
        atoms = reduce(or_, map(self._masks.__getitem__, found), mask_of(places))
        return Hits(found, atoms, places, self._classes_of)

    def _whole_words(self, text: str, matches: list[tuple[int, int, int]]) -> list[tuple[int, int, int]]:
        """Return the matches that do not cut a Latin word."""
        edges, size = self._edges, len(text)
        return [
            (index, start, end)
            for index, start, end in matches
            if not (edge := edges[index])
            or not (
                (edge & _FIRST and start and "a" <= text[start - 1] <= "z")
                or (edge & _LAST and end < size and "a" <= text[end] <= "z")
            )
        ]

    def classes(self) -> list[frozenset[int]]:
        """Return the atoms of every class of strings, once built."""
        return self._atoms_of

    def rarest(self, pattern: Pattern) -> int:
        """Return the atom of a pattern that the fewest texts hold."""
        return min((step.atom for step in pattern.steps), key=lambda atom: (self.commonness(atom), atom))

    def commonness(self, atom: int) -> float:
        """Return about how often a text holds an atom: the longer its forms, the rarer."""
        if atom in self._quantity_atoms.values():
            return _QUANTITY_COMMONNESS
        return sum((_RARER_LATIN if form.isascii() else _RARER) ** -len(form) for form in self._forms[atom])


class Hits:
    """Which atoms stand in a text, as a mask; the places of one are put together when asked for."""

    __slots__ = ("_classes_of", "_places", "atoms", "found", "quantities")

    def __init__(
        self,
        found: dict[int, list[Range]],
        atoms: int,
        places: dict[int, list[Range]],
        classes_of: list[frozenset[int]],
    ) -> None:
        self.atoms = atoms
        self.found = found
        self.quantities = frozenset(places)
        self._places = places
        self._classes_of = classes_of

    def of(self, atom: int) -> list[Range]:
        """Return the places of an atom, sorted."""
        places = self._places.get(atom)
        if places is None:
            places = []
            if self.atoms >> atom & 1:
                for number in self._classes_of[atom].intersection(self.found):
                    places += self.found[number]
                if len(places) > 1:
                    places.sort()
            self._places[atom] = places
        return places


def find(pattern: Pattern, hits: Hits, boundaries: list[int], sentences: list[int]) -> list[Match]:
    """Return every place where the steps of a pattern follow each other."""
    current: list[Match] = [(*place, (place,)) for place in hits.of(pattern.steps[0].atom)]
    for step in pattern.steps[1:]:
        if not current:
            return []
        if len(current) > 1:
            current.sort(key=_END)
        ends = [partial[1] for partial in current]
        first, gap = ends[0], step.gap
        limits = sentences if step.across_clauses else boundaries
        reached: list[Match] = []
        for place in hits.of(step.atom):
            start = place[0]
            if start < first:
                continue
            # The nearest earlier part decides: if a mark stands between, it stands before farther parts as well.
            before = current[bisect_right(ends, start) - 1]
            if start - before[1] > gap or (gap and limits and _cut(limits, before[1], start)):
                continue
            reached.append((before[0], place[1], (*before[2], place)))
        current = reached
    return current


def _cut(limits: list[int], left: int, right: int) -> bool:
    """Tell whether a mark stands in a range."""
    i = bisect_right(limits, left - 1)
    return i < len(limits) and limits[i] < right

"""Phrases found in a folded text: one pass of an Aho-Corasick automaton, then joins of neighbouring hits."""

from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple, TypeAlias

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from collection_guard.facts.content.characters import is_latin
from collection_guard.facts.content.phrases import Step

Range: TypeAlias = tuple[int, int]
Hits: TypeAlias = dict[int, list[Range]]
Quantity: TypeAlias = Callable[[str], list[Range]]


class Match(NamedTuple):
    """Where a phrase was found; ``parts`` are the ranges of its steps."""

    start: int
    end: int
    parts: tuple[Range, ...]


@dataclass(frozen=True, slots=True)
class PatternStep:
    """One step of a pattern: any form of the atom, after the gap."""

    atom: int
    gap: int
    across_clauses: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase; ``mask`` has the bit of every atom it needs."""

    phrase: str
    steps: tuple[PatternStep, ...]
    mask: int


class Matcher:
    """Holds every string of the lexicon, each with the atoms that it is a form of."""

    def __init__(self, quantities: Mapping[str, Quantity], samples: Mapping[str, str]) -> None:
        self._samples = samples
        self._atoms: dict[frozenset[str], int] = {}
        self._forms: list[frozenset[str]] = []
        self._quantity_atoms: dict[str, int] = {}
        self._quantities = quantities
        self.strings: list[str] = []
        self._atoms_of: list[tuple[int, ...]] = []
        self._edges: list[tuple[bool, bool]] = []
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

    def pattern(
        self, phrase: str, compiled: tuple[Step, ...], forms_of: Callable[[str], frozenset[str]]
    ) -> Pattern:
        """Return a phrase over atoms."""
        parts: list[PatternStep] = []
        mask = 0
        for step in compiled:
            if step.concept is None:
                atom = self.atom(step.forms)
            elif step.concept in self._quantities:
                atom = self.quantity_atom(step.concept)
            else:
                atom = self.atom(forms_of(step.concept))
            parts.append(PatternStep(atom, step.gap, step.across_clauses))
            mask |= 1 << atom
        return Pattern(phrase, tuple(parts), mask)

    def build(self) -> None:
        """Build the automaton once all atoms are known."""
        of: dict[str, list[int]] = {}
        for atom, forms in enumerate(self._forms):
            for form in forms:
                of.setdefault(form, []).append(atom)
        self.strings = sorted(of)
        self._atoms_of = [tuple(of[string]) for string in self.strings]
        self._edges = [(is_latin(string[0]), is_latin(string[-1])) for string in self.strings]
        self._automaton = AhoCorasick(
            self.strings or ["\0"],
            matchkind=MatchKind.Standard,
            implementation=Implementation.DFA,
            store_patterns=False,
        )

    def sample(self, atom: int, choose: Callable[..., str]) -> str:
        """Return one form of an atom: the shortest or the longest, or a quantity written out."""
        for name, number in self._quantity_atoms.items():
            if number == atom:
                return self._samples[name]
        return choose(self._forms[atom], key=lambda form: (len(form), form), default="")

    def hits(self, text: str) -> tuple[Hits, int]:
        """Return where each atom stands in the text, sorted by start, and the mask of atoms found."""
        found: Hits = {}
        if self._automaton is None or not text:
            return found, 0
        atoms_of, edges, size = self._atoms_of, self._edges, len(text)
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            first, last = edges[index]
            if first and start and "a" <= text[start - 1] <= "z":
                continue
            if last and end < size and "a" <= text[end] <= "z":
                continue
            place = (start, end)
            for atom in atoms_of[index]:
                if atom in found:
                    found[atom].append(place)
                else:
                    found[atom] = [place]
        for name, atom in self._quantity_atoms.items():
            places = self._quantities[name](text)
            if places:
                found[atom] = places
        mask = 0
        for atom, places in found.items():
            mask |= 1 << atom
            if len(places) > 1:
                places.sort()
        return found, mask


def find(pattern: Pattern, hits: Hits, boundaries: list[int], sentences: list[int]) -> list[Match]:
    """Return every place where the steps of a pattern follow each other."""
    first = pattern.steps[0]
    current = [Match(start, end, ((start, end),)) for start, end in hits[first.atom]]
    for step in pattern.steps[1:]:
        if not current:
            return current
        current.sort(key=itemgetter(1))
        ends = [match.end for match in current]
        limits = sentences if step.across_clauses else boundaries
        reached: list[Match] = []
        for start, end in hits[step.atom]:
            # The nearest earlier part decides: if a mark stands between, it stands before farther parts as well.
            i = bisect_right(ends, start) - 1
            if i < 0 or start - ends[i] > step.gap:
                continue
            if step.gap and _cut(limits, ends[i], start):
                continue
            before = current[i]
            reached.append(Match(before.start, end, (*before.parts, (start, end))))
        current = reached
    return current


def _cut(limits: list[int], left: int, right: int) -> bool:
    """Tell whether a mark stands in a range."""
    i = bisect_right(limits, left - 1)
    return i < len(limits) and limits[i] < right

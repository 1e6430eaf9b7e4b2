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
Quantities: TypeAlias = Callable[[str], Mapping[str, list[Range]]]

# Which ends of a string are Latin letters, so that it must end a word there.
_FIRST, _LAST = 1, 2
# By what factor one more character makes a form rarer: a Chinese one, a Latin one.
_RARER, _RARER_LATIN = 30.0, 3.0
_QUANTITY_COMMONNESS = 0.05


_Partial: TypeAlias = tuple[int, int, tuple[Range, ...]]
_END = itemgetter(1)


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

    def __init__(self, quantities: Quantities, samples: Mapping[str, str]) -> None:
        self._samples = samples
        self._atoms: dict[frozenset[str], int] = {}
        self._forms: list[frozenset[str]] = []
        self._quantity_atoms: dict[str, int] = {}
        self._quantities = quantities
        self.strings: list[str] = []
        self._atoms_of: list[tuple[int, ...]] = []
        self._strings_of: list[frozenset[int]] = []
        self._masks: list[int] = []
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
        mask = 0
        for step in compiled:
            if step.concept is None:
                atom = self.atom(step.forms)
            elif step.concept in self._samples:
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
        self._masks = [sum(1 << atom for atom in atoms) for atoms in self._atoms_of]
        self._edges = [_FIRST * is_latin(string[0]) + _LAST * is_latin(string[-1]) for string in self.strings]
        number = {string: index for index, string in enumerate(self.strings)}
        self._strings_of = [frozenset(number[form] for form in forms) for forms in self._forms]
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

    def hits(self, text: str) -> "Hits":
        """Return where each atom stands in the text."""
        by_string: dict[int, list[Range]] = {}
        mask = 0
        if self._automaton is not None and text:
            edges, masks, size = self._edges, self._masks, len(text)
            for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
                edge = edges[index]
                if edge:
                    if edge & _FIRST and start and "a" <= text[start - 1] <= "z":
                        continue
                    if edge & _LAST and end < size and "a" <= text[end] <= "z":
                        continue
                places = by_string.get(index)
                if places is None:
                    by_string[index] = [(start, end)]
                    mask |= masks[index]
                else:
                    places.append((start, end))
        quantities: dict[int, list[Range]] = {}
        for name, places in self._quantities(text).items():
            atom = self._quantity_atoms.get(name)
            if atom is not None and places:
                quantities[atom] = places
                mask |= 1 << atom
        return Hits(self, by_string, quantities, mask)

    def commonness(self, atom: int) -> float:
        """Return about how often a text holds an atom: the longer its forms, the rarer."""
        if atom in self._quantity_atoms.values():
            return _QUANTITY_COMMONNESS
        return sum((_RARER_LATIN if form.isascii() else _RARER) ** -len(form) for form in self._forms[atom])

    def strings_of(self, atom: int) -> frozenset[int]:
        """Return the numbers of the strings that are forms of an atom."""
        return self._strings_of[atom]

    def atoms_of(self, string: int) -> tuple[int, ...]:
        """Return the atoms that a string is a form of."""
        return self._atoms_of[string]


class Hits:
    """Where each string was found; the places of an atom are put together when asked for."""

    __slots__ = ("_by_atom", "_matcher", "by_string", "mask", "quantities")

    def __init__(
        self,
        matcher: Matcher,
        by_string: dict[int, list[Range]],
        quantities: dict[int, list[Range]],
        mask: int,
    ) -> None:
        self._matcher = matcher
        self.by_string = by_string
        self.quantities = quantities
        self.mask = mask
        self._by_atom: dict[int, list[Range]] = {}

    def anchors(self, atoms_of: list[tuple[int, ...]]) -> dict[int, list[Range]]:
        """Return the places of those atoms that patterns are looked up by, sorted."""
        places: dict[int, list[Range]] = {}
        for string, ranges in self.by_string.items():
            for atom in atoms_of[string]:
                if atom in places:
                    places[atom] += ranges
                else:
                    places[atom] = ranges.copy()
        for ranges in places.values():
            if len(ranges) > 1:
                ranges.sort()
        self._by_atom |= places
        return places

    def of(self, atom: int) -> list[Range]:
        """Return the places of an atom, sorted."""
        places = self._by_atom.get(atom)
        if places is None:
            places = list(self.quantities.get(atom, ()))
            for string in self._matcher.strings_of(atom).intersection(self.by_string):
                places += self.by_string[string]
            if len(places) > 1:
                places.sort()
            self._by_atom[atom] = places
        return places


def find(pattern: Pattern, hits: Hits, boundaries: list[int], sentences: list[int]) -> list[Match]:
    """Return every place where the steps of a pattern follow each other."""
    first = hits.of(pattern.steps[0].atom)
    if len(pattern.steps) == 1:
        return [Match(start, end, ((start, end),)) for start, end in first]
    current: list[_Partial] = [(start, end, ((start, end),)) for start, end in first]
    for step in pattern.steps[1:]:
        if not current:
            return []
        if len(current) > 1:
            current.sort(key=_END)
        ends = [partial[1] for partial in current]
        limits = sentences if step.across_clauses else boundaries
        reached: list[_Partial] = []
        for start, end in hits.of(step.atom):
            # The nearest earlier part decides: if a mark stands between, it stands before farther parts as well.
            i = bisect_right(ends, start) - 1
            if i < 0 or start - ends[i] > step.gap:
                continue
            if step.gap and _cut(limits, ends[i], start):
                continue
            before = current[i]
            reached.append((before[0], end, (*before[2], (start, end))))
        current = reached
    return [Match(*partial) for partial in current]


def _cut(limits: list[int], left: int, right: int) -> bool:
    """Tell whether a mark stands in a range."""
    i = bisect_right(limits, left - 1)
    return i < len(limits) and limits[i] < right

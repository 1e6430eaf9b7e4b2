"""The strings of the lexicon: one automaton finds them all, each a form of atoms that phrases are made of."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np

from collection_guard.facts.content.characters import is_latin
from collection_guard.facts.content.finder import StringFinder
from collection_guard.facts.content.phrases import Step
from collection_guard.facts.content.ragged import Lists, Whole

# Which ends of a string are Latin letters, so that it must end a word there.
FIRST, LAST = 1, 2
# By what factor one more character makes a form rarer: a Chinese one, a Latin one.
_RARER, _RARER_LATIN = 30.0, 3.0
_QUANTITY_COMMONNESS: Final = 0.05


class PatternStep(NamedTuple):
    """One step of a pattern: any form of the atom, after the gap."""

    atom: int
    gap: int
    across_clauses: bool


@dataclass(frozen=True, slots=True)
class Pattern:
    """A compiled phrase."""

    phrase: str
    steps: tuple[PatternStep, ...]


class Matcher:
    """Holds every string of the lexicon, each with the atoms that it is a form of."""

    def __init__(self, samples: Mapping[str, str]) -> None:
        self._samples = samples
        self._atoms: dict[frozenset[str], int] = {}
        self._rarities: dict[int, float] = {}
        # The atoms that are computed from the text, such as an amount, by their names.
        self.quantity_atoms: dict[str, int] = {}
        self.forms_of: list[frozenset[str]] = []
        self.strings: list[str] = []
        # Every string that is looked for, by its number, with its atoms and which ends of it must end a word.
        self.order: list[str] = []
        self.atoms_of = Lists(())
        self.edges: Whole = np.empty(0, np.intp)
        self.finder = StringFinder(())

    def atom(self, forms: frozenset[str]) -> int:
        """Return the number of a set of forms."""
        number = self._atoms.get(forms)
        if number is None:
            number = self._atoms[forms] = len(self.forms_of)
            self.forms_of.append(forms)
        return number

    def quantity_atom(self, name: str) -> int:
        """Return the number of a concept that is computed from the text, such as an amount."""
        number = self.quantity_atoms.get(name)
        if number is None:
            number = self.quantity_atoms[name] = len(self.forms_of)
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
        return Pattern(phrase, tuple(parts))

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
        self.order = sorted(of.keys() | set(others), key=lambda string: (len(string), string))
        self.atoms_of = Lists(of.get(string, ()) for string in self.order)
        edges = (FIRST * is_latin(string[0]) + LAST * is_latin(string[-1]) for string in self.order)
        self.edges = np.fromiter(edges, np.intp)
        self.finder = StringFinder(self.order)

    def sample(self, atom: int, choose: Callable[..., str]) -> str:
        """Return one form of an atom: the shortest or the longest, or a quantity written out."""
        for name, number in self.quantity_atoms.items():
            if number == atom:
                return self._samples[name]
        return choose(self.forms_of[atom], key=lambda form: (len(form), form), default="")

    def rarest(self, pattern: Pattern) -> int:
        """Return the atom of a pattern that the fewest texts hold."""
        return min((step.atom for step in pattern.steps), key=self.rarity)

    def rarity(self, atom: int) -> tuple[float, int]:
        """Return about how often a text holds an atom, the longer its forms, the rarer; of equals the first counts."""
        known = self._rarities.get(atom)
        if known is None:
            known = _QUANTITY_COMMONNESS
            if atom not in self.quantity_atoms.values():
                known = sum((_RARER_LATIN if form.isascii() else _RARER) ** -len(form) for form in self.forms_of[atom])
            self._rarities[atom] = known
        return known, atom


__all__ = ["FIRST", "LAST", "Matcher", "Pattern", "PatternStep"]

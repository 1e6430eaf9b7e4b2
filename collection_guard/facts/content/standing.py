"""What of the lexicon stands where in a batch of texts."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np

from collection_guard.facts.content.batch import Batch, code_points, laid
from collection_guard.facts.content.context import Range
from collection_guard.facts.content.matching import FIRST, LAST
from collection_guard.facts.content.names import Named
from collection_guard.facts.content.quantities import quantities
from collection_guard.facts.content.ragged import (
    Truth,
    Whole,
    apart,
    changes,
    once,
    spread,
    stably,
    whole,
)

if TYPE_CHECKING:
    from collection_guard.facts.content.lexicon import Lexicon

# The quantity that only the finder of names finds.
FIRM_NAME: Final = "firm_name"


def strings_of(lexicon: "Lexicon", texts: Sequence[str]) -> tuple[Whole, Whole]:
    """Return which strings stand in some folded texts, even inside a Latin word: the text and the number of each."""
    joined, of, _, _ = laid(texts)
    numbers, starts, _ = lexicon.matcher.finder.find(joined, code_points(joined))
    total = len(lexicon.matcher.order)
    return apart(once(of[starts] * total + numbers), total)


class Places:
    """Where some atoms stand, sorted by text, atom and start; what begins at one place stays as it came."""

    def __init__(self, batch: Batch, width: int, pairs: Whole, starts: Whole, ends: Whole) -> None:
        size = batch.size + 1
        order, keys = stably(pairs * size + starts)
        pairs = keys // size
        self.starts, self.ends = starts[order], ends[order]
        self._width = width
        first = changes(pairs)
        # Each atom of a text once, with where its places begin; behind the last, one that is never asked for.
        self._pairs = np.append(pairs[first], np.iinfo(np.intp).max)
        self._firsts = np.append(first, pairs.size)
        self._sizes = np.append(np.diff(self._firsts), 0)

    def of(self, texts: Whole, atoms: Whole) -> tuple[Whole, Whole]:
        """Return where the places of atoms in texts begin among all places, and how many they are; all stand there."""
        at = np.searchsorted(self._pairs, texts * self._width + atoms)
        return self._firsts[at], self._sizes[at]

    def everywhere(self, atom: int) -> tuple[Whole, Whole]:
        """Return the starts and ends of the places of an atom in all texts."""
        at = np.flatnonzero(self._pairs[:-1] % self._width == atom)
        places = spread(self._firsts[at], self._sizes[at])
        return self.starts[places], self.ends[places]


class Standing:
    """Which strings and atoms stand in the texts of a batch, and where.

    The places of one string in one text lie together. Atoms are put to strings of texts, not to places, and places of
    atoms are made when asked for: atoms are far more than anything else, so that each step over them costs.
    """

    def __init__(self, lexicon: "Lexicon", batch: Batch) -> None:
        matcher = lexicon.matcher
        self._batch = batch
        numbers, starts, ends = matcher.finder.find(batch.joined, batch.codes)
        total = len(matcher.order)
        order, keys = stably(batch.of[starts] * total + numbers)
        first = changes(keys)
        # The strings of each text once, even inside a Latin word: what is weighed, and what leads to phrases.
        self.texts, self.strings = apart(keys[first], total)
        self.firms = self._named(lexicon)
        starts, ends = starts[order], ends[order]
        sizes = np.diff(np.append(first, keys.size))
        cut = self._cut(np.repeat(matcher.edges[self.strings], sizes), starts, ends)
        if cut.any():
            starts, ends = starts[~cut], ends[~cut]
            sizes = sizes - np.add.reduceat(cut, first, dtype=np.intp)
        more_atoms, more_starts, more_ends = self._quantities(lexicon)
        self.quantity_texts, self.quantity_atoms = batch.of[more_starts], more_atoms
        self._starts, self._ends = np.concatenate((starts, more_starts)), np.concatenate((ends, more_ends))
        # Strings that form atoms and stand somewhere, and behind them each place of a quantity.
        firsts = np.cumsum(sizes) - sizes
        kept = np.flatnonzero((sizes > 0) & (matcher.atoms_of.sizes[self.strings] > 0))
        alone = np.arange(more_atoms.size)
        self._firsts = np.concatenate((firsts[kept], starts.size + alone))
        self._sizes = np.concatenate((sizes[kept], np.ones_like(alone)))
        # One column more than there are atoms: it always stands, in place of what a short phrase does not ask for.
        self.width = len(matcher.forms_of) + 1
        many, atoms = matcher.atoms_of.flat(self.strings[kept])
        bases = self.texts[kept] * self.width
        self._pairs = np.concatenate((np.repeat(bases, many) + atoms, self.quantity_texts * self.width + more_atoms))
        self._holders = np.repeat(np.arange(self._sizes.size), np.concatenate((many, np.ones_like(alone))))
        self._present = np.zeros(batch.count * self.width, np.bool_)
        self._present[self._pairs] = True
        self._present[self.width - 1 :: self.width] = True

    def _cut(self, edges: Whole, starts: Whole, ends: Whole) -> Truth:
        """Tell which strings stand inside a Latin word."""
        latin = self._batch.latin
        cut: Truth = ((edges & FIRST != 0) & latin[starts - 1]) | ((edges & LAST != 0) & latin[ends])
        return cut

    def _named(self, lexicon: "Lexicon") -> dict[int, list[Named]]:
        """Return the firms that texts name, for those texts that may name one."""
        texts: list[int] = once(self.texts[lexicon.cues[self.strings]]).tolist()
        return {number: lexicon.names.firms(self._batch.texts[number]) for number in texts}

    def _quantities(self, lexicon: "Lexicon") -> tuple[Whole, Whole, Whole]:
        """Return the atoms of what is computed from each text, with their starts and ends."""
        atom_of = lexicon.matcher.quantity_atoms
        atoms: list[int] = []
        ranges: list[Range] = []
        begins: list[int] = self._batch.begins.tolist()
        for number, (begin, text) in enumerate(zip(begins, self._batch.texts, strict=True)):
            found = quantities(text.text)
            if number in self.firms:
                found[FIRM_NAME] = [(firm.start, firm.end) for firm in self.firms[number]]
            for name, places in found.items():
                atom = atom_of.get(name)
                if atom is not None:
                    atoms += [atom] * len(places)
                    ranges += ((begin + start, begin + end) for start, end in places)
        flat = whole(chain.from_iterable(ranges))
        return whole(atoms), flat[::2], flat[1::2]

    def has(self, texts: Whole, atoms: Whole) -> Truth:
        """Tell whether an atom stands in a text."""
        present: Truth = self._present[texts * self.width + atoms]
        return present

    def places(self, texts: Whole, atoms: Whole, everywhere: Sequence[int] = ()) -> Places:
        """Return the places of some atoms, each in the text where it is asked for, and of some in all texts."""
        asked = np.zeros(self._present.size, np.bool_)
        asked[texts * self.width + atoms] = True
        for atom in everywhere:
            asked[atom :: self.width] = True
        chosen = np.flatnonzero(asked[self._pairs])
        holders = self._holders[chosen]
        sizes = self._sizes[holders]
        at = spread(self._firsts[holders], sizes)
        pairs = np.repeat(self._pairs[chosen], sizes)
        return Places(self._batch, self.width, pairs, self._starts[at], self._ends[at])


__all__ = ["FIRM_NAME", "Places", "Standing", "strings_of"]

"""What of the lexicon stands where in a batch of texts."""

from collections.abc import Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from collection_guard.facts.content.batch import Batch, Range, laid
from collection_guard.facts.content.matching import FIRST, LAST
from collection_guard.facts.content.names import Named
from collection_guard.facts.content.quantities import quantities
from collection_guard.facts.content.ragged import Truth, Whole, whole

if TYPE_CHECKING:
    from collection_guard.facts.content.lexicon import Lexicon

# The quantity that only the finder of names finds.
FIRM_NAME: Final = "firm_name"


def _found(lexicon: "Lexicon", joined: str) -> NDArray[np.intp]:
    """Return every string that stands in a text as three rows: its numbers, their starts and ends, in order of ends."""
    found = lexicon.matcher.places(joined)
    flat = np.fromiter(chain.from_iterable(found), np.intp, 3 * len(found))
    return np.ascontiguousarray(flat.reshape(-1, 3).T)


def _once(lexicon: "Lexicon", texts: Whole, numbers: Whole) -> tuple[Whole, Whole]:
    """Return the strings of each text once."""
    total = len(lexicon.matcher.order)
    texts, numbers = np.divmod(np.unique(texts * total + numbers), total)
    return texts, numbers


def strings_of(lexicon: "Lexicon", texts: Sequence[str]) -> tuple[Whole, Whole]:
    """Return which strings stand in some folded texts, even inside a Latin word: the text and the number of each."""
    joined, of, _, _ = laid(texts)
    numbers, starts, _ = _found(lexicon, joined)
    return _once(lexicon, of[starts], numbers)


class Places:
    """Where some atoms stand, sorted by atom and start."""

    def __init__(self, batch: Batch, atoms: Whole, starts: Whole, ends: Whole) -> None:
        self._batch, self._size = batch, batch.size + 1
        keys = atoms * self._size + starts
        # Stable: what begins at one place stays in the order in which it was found, the shortest first.
        order = np.argsort(keys, kind="stable")
        self._keys, self.starts, self.ends = keys[order], starts[order], ends[order]

    def of(self, texts: Whole, atoms: Whole) -> tuple[Whole, Whole]:
        """Return where the places of an atom in a text begin among all places, and how many they are."""
        keys = atoms * self._size
        first = np.searchsorted(self._keys, keys + self._batch.begins[texts])
        return first, np.searchsorted(self._keys, keys + self._batch.ends[texts]) - first


class Standing:
    """Which strings and atoms stand in the texts of a batch, and where."""

    def __init__(self, lexicon: "Lexicon", batch: Batch) -> None:
        matcher = lexicon.matcher
        self._batch = batch
        numbers, starts, ends = _found(lexicon, batch.joined)
        # The strings of each text once, even inside a Latin word: what is weighed, and what leads to phrases.
        self.texts, self.strings = _once(lexicon, batch.of[starts], numbers)
        self.firms = self._named(lexicon)
        more_atoms, more_starts, more_ends = self._quantities(lexicon)
        kept = np.flatnonzero(matcher.atoms_of.sizes[numbers])
        numbers, starts, ends = numbers[kept], starts[kept], ends[kept]
        cut = self._cut(matcher.edges[numbers], starts, ends)
        if cut.any():
            kept = np.flatnonzero(~cut)
            numbers, starts, ends = numbers[kept], starts[kept], ends[kept]
        owners, atoms = matcher.atoms_of.at(numbers)
        self._starts, self._ends = np.concatenate((starts, more_starts)), np.concatenate((ends, more_ends))
        # Every string that stands somewhere, as each of the atoms that it is a form of.
        self._places = np.concatenate((owners, np.arange(starts.size, self._starts.size)))
        self._atoms = np.concatenate((atoms, more_atoms))
        # One column more than there are atoms: it always stands, in place of what a short phrase does not ask for.
        self.width = len(matcher.forms_of) + 1
        self._pairs = batch.of[self._starts[self._places]] * self.width + self._atoms
        self._present = np.zeros(batch.count * self.width, np.bool_)
        self._present[self._pairs] = True
        self._present[self.width - 1 :: self.width] = True
        self.quantity_texts, self.quantity_atoms = batch.of[more_starts], more_atoms

    def _cut(self, edges: Whole, starts: Whole, ends: Whole) -> Truth:
        """Tell which strings stand inside a Latin word."""
        latin = self._batch.latin
        return ((edges & FIRST != 0) & latin[starts - 1]) | ((edges & LAST != 0) & latin[ends])

    def _named(self, lexicon: "Lexicon") -> dict[int, list[Named]]:
        """Return the firms that texts name, for those texts that may name one."""
        texts: list[int] = np.unique(self.texts[lexicon.cues[self.strings]]).tolist()
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
        return self._present[texts * self.width + atoms]

    def places(self, texts: Whole, atoms: Whole) -> Places:
        """Return the places of some atoms, each in the text where it is asked for."""
        asked = np.zeros(self._present.size, np.bool_)
        asked[texts * self.width + atoms] = True
        return self._chosen(np.flatnonzero(asked[self._pairs]))

    def everywhere(self, atom: int) -> tuple[Whole, Whole]:
        """Return the places of one atom in all texts, sorted by their starts."""
        places = self._chosen(np.flatnonzero(self._atoms == atom))
        return places.starts, places.ends

    def _chosen(self, chosen: Whole) -> Places:
        places = self._places[chosen]
        return Places(self._batch, self._atoms[chosen], self._starts[places], self._ends[places])


__all__ = ["FIRM_NAME", "Places", "Standing", "strings_of"]

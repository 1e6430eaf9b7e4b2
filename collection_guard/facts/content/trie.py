"""Many strings found in a text at once: a tree of characters, walked from every place of the text together."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from collection_guard.facts.content.ragged import Truth, Whole, changes, stably

_CODE_POINTS: Final = 0x110000
# Nodes are looked up by multiplication: this prime near the golden ratio of a word spreads neighbours far apart.
_SPREADING: Final = np.uint64(0x9E3779B97F4A7C15)
_WORD: Final = 64
# The share of the slots that is empty: a node that is not there is mostly known after one look.
_SLOTS_A_NODE: Final = 3


class Trie:
    """Strings by their numbers.

    An automaton goes through a text character by character and waits for memory at each. Here all places of many texts
    take one step down the tree together, those where no string goes on drop out, and the processor fetches far ahead.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        sizes = np.array([len(string) for string in strings], np.intp)
        codes = np.frombuffer("".join(strings).encode("utf-32-le", "surrogatepass"), np.uint32)
        starts = np.cumsum(sizes) - sizes
        # Characters by small numbers; 0 is any that no string holds, or that separates texts from each other.
        self._class_of = np.zeros(_CODE_POINTS, np.int32)
        known = np.unique(codes[codes >= ord(" ")])
        self._class_of[known] = np.arange(1, known.size + 1)
        self._classes = known.size + 1
        classes = self._class_of[codes].astype(np.intp)
        # Node 0 is the root; the children of all nodes of one depth are numbered in one go.
        at = np.zeros(sizes.size, np.intp)
        total = 1
        keys: list[Whole] = [np.full(1, -1, np.intp)]
        ends: list[tuple[Whole, Whole]] = []
        depth, going = 0, np.arange(sizes.size)
        while going.size:
            over = sizes[going] == depth
            ends.append((at[going[over]], going[over]))
            going = going[~over]
            order, sorted_keys = stably(at[going] * self._classes + classes[starts[going] + depth])
            first = changes(sorted_keys)
            keys.append(sorted_keys[first])
            at[going[order]] = total + np.repeat(np.arange(first.size), np.diff(np.append(first, going.size)))
            total += first.size
            depth += 1
        self._keys = np.concatenate(keys)
        self._string_of = np.full(total, -1, np.intp)
        for nodes, numbers in ends:
            self._string_of[nodes] = numbers
        self._lay(total)

    def _lay(self, total: int) -> None:
        """Put every node into a slot that its parent and its character tell, or into the next that is free."""
        bits = (total * _SLOTS_A_NODE).bit_length()
        self._shift, self._last = np.uint64(_WORD - bits), (1 << bits) - 1
        self._slots = np.zeros(1 << bits, np.int32)  # 0, the root, is nobody's child: a free slot
        pending = np.arange(1, total)
        slots = self._slot(self._keys[pending])
        while pending.size:
            free = self._slots[slots] == 0
            # Of several that come to one slot the last stays.
            self._slots[slots[free]] = pending[free]
            left = self._slots[slots] != pending
            pending, slots = pending[left], (slots[left] + 1) & self._last
        # The first step is one look at a table.
        self._first = np.zeros(self._classes, np.intp)
        self._first[1:] = self._child(np.arange(1, self._classes))

    def _slot(self, keys: Whole) -> Whole:
        """Return the slot in which to look first."""
        slots: Whole = ((keys.astype(np.uint64) * _SPREADING) >> self._shift).astype(np.intp)
        return slots

    def _child(self, keys: Whole) -> Whole:
        """Return the nodes of some parents and characters, 0 where there is none."""
        slots = self._slot(keys)
        nodes = self._slots[slots].astype(np.intp)
        # Slots that hold another node: the one that is sought may be in one of those behind.
        open_ones = np.flatnonzero((self._keys[nodes] != keys) & (nodes != 0))
        while open_ones.size:
            slots[open_ones] = (slots[open_ones] + 1) & self._last
            found = self._slots[slots[open_ones]].astype(np.intp)
            nodes[open_ones] = found
            open_ones = open_ones[(self._keys[found] != keys[open_ones]) & (found != 0)]
        return nodes

    def find(self, codes: NDArray[np.uint32]) -> tuple[Whole, Whole, Whole]:
        """Return every string that stands in a text, even inside others: its number, its start, and its end.

        The text ends with a control character; what holds one is not found. Shorter strings come first, then earlier
        ones.
        """
        classes = self._class_of[codes].astype(np.intp)
        nodes = self._first[classes]
        starts = np.flatnonzero(nodes)
        nodes = nodes[starts]
        found: list[tuple[Whole, Whole, Whole]] = []
        depth = 1
        while starts.size:
            numbers = self._string_of[nodes]
            held: Truth = numbers >= 0
            found.append((numbers[held], starts[held], starts[held] + depth))
            following = classes[starts + depth]
            nodes = self._child(nodes * self._classes + following)
            going = np.flatnonzero((nodes != 0) & (following != 0))
            starts, nodes = starts[going], nodes[going]
            depth += 1
        if not found:
            return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0, np.intp)
        numbers, starts, ends = (np.concatenate(part) for part in zip(*found, strict=True))
        return numbers, starts, ends


__all__ = ["Trie"]

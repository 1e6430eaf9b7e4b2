"""Many strings found in the texts of a batch at once."""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from collection_guard.facts.content.ragged import Whole, whole

_NONE = -1


class StringFinder:
    """Finds strings, by their numbers.

    The automaton answers with an object for each place, which costs as much as the finding: half of all places are
    those of single characters, which are looked up in a table instead.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        # Control characters separate texts: no string that has one is found.
        found = [number for number, string in enumerate(strings) if string and min(string) >= " "]
        single = [number for number in found if len(strings[number]) == 1]
        longer = [number for number in found if len(strings[number]) > 1]
        codes = whole(ord(strings[number]) for number in single)
        # The last place of the table stands for every character beyond it.
        self._single = np.full(int(codes.max(initial=0)) + 2, _NONE, np.intp)
        self._single[codes] = single
        self._longer = whole(longer)
        self._automaton = AhoCorasick(
            [strings[number] for number in longer],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def find(self, text: str, codes: NDArray[np.uint32]) -> tuple[Whole, Whole, Whole]:
        """Return every string that stands in a text, even inside others: its number, its start, and its end.

        ``codes`` are the characters of the text as numbers. The places of one string come in their order.
        """
        numbers = self._single[np.minimum(codes, self._single.size - 1)]
        starts = np.flatnonzero(numbers != _NONE)
        numbers = numbers[starts]
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        rows = np.fromiter(chain.from_iterable(found), np.intp, 3 * len(found)).reshape(-1, 3)
        return (
            np.concatenate((numbers, self._longer[rows[:, 0]])),
            np.concatenate((starts, rows[:, 1])),
            np.concatenate((starts + 1, rows[:, 2])),
        )


__all__ = ["StringFinder"]

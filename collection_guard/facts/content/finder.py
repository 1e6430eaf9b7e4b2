"""Many strings found in the texts of a batch at once."""

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Final

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation, MatchKind
from numpy.typing import NDArray

from collection_guard.facts.content.ragged import Whole, whole

SEPARATOR: Final = "\x1f"
"""Stands around the texts of a batch: no folded text holds a control character, and no phrase does."""
_NONE: Final = -1
# So many characters go to the automaton at once: what it answers is read while it still lies in near memory.
_PIECE: Final = 2_000


class StringFinder:
    """Finds strings, by their numbers.

    The automaton answers with an object for each place, which costs as much as the finding: half of all places are
    those of single characters, which are looked up in a table instead.
    """

    def __init__(self, strings: Sequence[str]) -> None:
        # No string that has a control character, such as the separator, is found.
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
        pieces = [self._found(text[begin:end], begin) for begin, end in _pieces(text)]
        rows = np.concatenate([np.empty((0, 3), np.intp), *pieces])
        return (
            np.concatenate((numbers, self._longer[rows[:, 0]])),
            np.concatenate((starts, rows[:, 1])),
            np.concatenate((starts + 1, rows[:, 2])),
        )

    def _found(self, piece: str, begin: int) -> NDArray[np.intp]:
        """Return what the automaton finds in a piece of a text: numbers, starts and ends in the whole text."""
        found = self._automaton.find_matches_as_indexes(piece, overlapping=True)
        rows = np.fromiter(chain.from_iterable(found), np.intp, 3 * len(found)).reshape(-1, 3)
        rows[:, 1:] += begin
        return rows


def _pieces(text: str) -> Iterator[tuple[int, int]]:
    """Yield where pieces of a text begin and end: behind a separator, which no string reaches across."""
    begin = 0
    while begin < len(text):
        cut = text.find(SEPARATOR, begin + _PIECE)
        end = cut + 1 if cut >= 0 else len(text)
        yield begin, end
        begin = end


__all__ = ["SEPARATOR", "StringFinder"]

"""Rows beside what belongs to their case: pairs of a row and an entry, and the set of what each row is beside.

What is said of the entries of a row is a set of small numbers; rows with the same set are alike in it.
"""

from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Flags, Ints, numbered

NONE: Final = -1
"""Stands for no number, or no name."""
_BITS: Final = 62
RELATIONS: Final = 4
"""How many ways there are for two things to be the same, not the same, or not known to be."""


def expanded(begin: Ints, end: Ints) -> tuple[Ints, Ints]:
    """Return for ranges of entries the pairs of whose range it is and which entry, in order."""
    lengths = end - begin
    owner = np.repeat(np.arange(len(lengths)), lengths)
    before = np.cumsum(lengths) - lengths
    return owner, begin[owner] + np.arange(len(owner)) - before[owner]


def relation(one: Ints, other: Ints) -> Ints:
    """Return how things are to others: the first is none, the second is none, they are the same, or not the same."""
    both = np.where(one == other, 2, 3)
    return np.asarray(np.where(one == NONE, 0, np.where(other == NONE, 1, both)), np.int64)


def sets_of(size: int, owner: Ints, codes: Ints, width: int) -> list[tuple[Ints, int]]:
    """Return columns that are the same for rows beside the same set of codes; pairs stand in the order of owners."""
    if not len(owner):
        return []
    groups = numbered(codes, width)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    found: list[tuple[Ints, int]] = []
    for first in range(0, len(groups.firsts), _BITS):
        place = groups.codes.astype(np.int64) - first
        inside: Flags = (place >= 0) & (place < _BITS)
        bits = np.where(inside, np.left_shift(1, np.where(inside, place, 0)), 0)
        words = np.zeros(size, np.int64)
        words[owner[starts]] = np.bitwise_or.reduceat(bits, starts)
        distinct, number = np.unique(words, return_inverse=True)
        found.append((number.astype(np.int64), len(distinct)))
    return found

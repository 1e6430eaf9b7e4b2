"""Rows beside what belongs to their case: pairs of a row and an entry, and the set of what each row is beside.

What is said of the entries of a row is a set of small numbers; rows with the same set are alike in it.
"""

from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Flags, Ints, numbered

NONE: Final = -1
"""Stands for no number, or no name."""
_BITS: Final = 62
_FEW: Final = 2**24
"""Numbers below this are put together with others without being numbered anew."""
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
    """Return columns; rows in which they are the same are beside the same set of codes.

    Pairs stand in the order of their owners.
    """
    if not len(owner):
        return []
    groups = numbered(codes, width)
    starts = np.flatnonzero(np.diff(owner, prepend=-1))
    place = np.arange(len(owner)) - np.repeat(starts, np.diff(starts, append=len(owner)))
    base, most = len(groups.firsts) + 1, int(place.max()) + 1
    if base**most <= _FEW:
        # Few entries of few kinds: what stands at each place, as the digits of one number.
        digits = (groups.codes + 1) * np.power(base, place)
        number = np.zeros(size, np.int64)
        number[owner[starts]] = np.add.reduceat(digits, starts)
        return [(number, base**most)]
    found: list[tuple[Ints, int]] = []
    for first in range(0, len(groups.firsts), _BITS):
        bit = groups.codes.astype(np.int64) - first
        inside: Flags = (bit >= 0) & (bit < _BITS)
        bits = np.where(inside, np.left_shift(1, np.where(inside, bit, 0)), 0)
        words = np.zeros(size, np.int64)
        words[owner[starts]] = np.bitwise_or.reduceat(bits, starts)
        distinct, number = np.unique(words, return_inverse=True)
        found.append((number.astype(np.int64), len(distinct)))
    return found

"""Lists of different lengths as flat arrays: what many texts hold is worked on in one go."""

from collections.abc import Iterable
from itertools import chain
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.intp]
Truth: TypeAlias = NDArray[np.bool_]
# The bits of a whole number that are not its sign.
_WORD: Final = 63


def whole(numbers: Iterable[int]) -> Whole:
    """Return numbers as an array."""
    return np.fromiter(numbers, np.intp)


def spread(starts: Whole, sizes: Whole) -> Whole:
    """Return for each start the numbers from it on, as many as its size, end to end."""
    ends = np.cumsum(sizes)
    return np.arange(ends[-1] if ends.size else 0) + np.repeat(starts - ends + sizes, sizes)


def changes(numbers: Whole) -> Whole:
    """Return the places at which a run of equal numbers begins."""
    if not numbers.size:
        return np.empty(0, np.intp)
    return np.flatnonzero(np.concatenate(([True], numbers[1:] != numbers[:-1])))


def stably(keys: Whole) -> tuple[Whole, Whole]:
    """Return the order of keys, none below nought, in which equal ones stay as they are, and the keys in that order.

    Numbers are sorted several times as fast as their order is found, so each key carries its place along.
    """
    bits = max(keys.size, 1).bit_length()
    if int(keys.max(initial=0)) >> (_WORD - bits):
        order = np.argsort(keys, kind="stable")
        return order, keys[order]
    packed = np.sort((keys << bits) | np.arange(keys.size))
    return packed & ((1 << bits) - 1), packed >> bits


def once(keys: Whole) -> Whole:
    """Return keys once each, sorted."""
    keys = np.sort(keys)
    return keys[changes(keys)]


def apart(keys: Whole, width: int) -> tuple[Whole, Whole]:
    """Return the two numbers that each key was made of, the second of them below the width."""
    first = keys // width  # the quotient alone is quick, its rest is not
    return first, keys - first * width


def bounds(sorted_owners: Whole, count: int) -> Whole:
    """Return where the items of each owner begin, and last where all end, in an array sorted by owner."""
    return np.searchsorted(sorted_owners, np.arange(count + 1))


class Lists:
    """Lists of numbers end to end: list ``i`` is as long as ``sizes[i]`` and begins at ``starts[i]`` of ``items``."""

    __slots__ = ("items", "sizes", "starts")

    def __init__(self, lists: Iterable[Iterable[int]]) -> None:
        parts = [tuple(part) for part in lists]
        self.sizes = whole(map(len, parts))
        self.starts = np.cumsum(self.sizes) - self.sizes
        self.items = whole(chain.from_iterable(parts))

    def flat(self, which: Whole) -> tuple[Whole, Whole]:
        """Return how long several lists are, and their items end to end."""
        sizes = self.sizes[which]
        return sizes, self.items[spread(self.starts[which], sizes)]

    def at(self, which: Whole) -> tuple[Whole, Whole]:
        """Return the items of several lists end to end, each with the place of its list in ``which``."""
        sizes, items = self.flat(which)
        return np.repeat(np.arange(which.size), sizes), items


__all__ = ["Lists", "Truth", "Whole", "apart", "bounds", "changes", "once", "spread", "stably", "whole"]

"""Lists of different lengths as flat arrays: what many texts hold is worked on in one go."""

from collections.abc import Iterable
from itertools import chain
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.intp]
Truth: TypeAlias = NDArray[np.bool_]


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

    def at(self, which: Whole) -> tuple[Whole, Whole]:
        """Return the items of several lists end to end, each with the place of its list in ``which``."""
        sizes = self.sizes[which]
        owners = np.repeat(np.arange(which.size), sizes)
        return owners, self.items[spread(self.starts[which], sizes)]


__all__ = ["Lists", "Truth", "Whole", "bounds", "changes", "spread", "whole"]

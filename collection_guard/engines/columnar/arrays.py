"""Columns of codes: every distinct value stands once in a table, and a row holds its place in it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]
Codes: TypeAlias = npt.NDArray[np.int32]
Floats: TypeAlias = npt.NDArray[np.float64]
Flags: TypeAlias = npt.NDArray[np.bool_]
Truths: TypeAlias = npt.NDArray[np.int8]

_WIDEST: Final = 2**62
_TABLE: Final = 2**16
"""Up to so many combinations, or four for each row, are numbered through a table, more by sorting."""


@dataclass(frozen=True, slots=True)
class Coded:
    """A column: for each row the place of its value in a table."""

    codes: Codes
    values: Sequence[Any]

    def value(self, row: int) -> Any:
        """Return the value of a row."""
        return self.values[self.codes[row]]

    def map(self, function: Callable[[Any], Any]) -> "Coded":
        """Return the column of what a function makes of each value; equal results share a place."""
        made = coded(map(function, self.values))
        return Coded(made.codes[self.codes], made.values)

    def where(self, test: Callable[[Any], bool]) -> Flags:
        """Return for each row whether its value passes a test."""
        passes = np.fromiter(map(test, self.values), np.bool_, len(self.values))
        return np.asarray(passes[self.codes], np.bool_)


def coded(values: Iterable[Any]) -> Coded:
    """Return the column of values; they are told apart by equality."""
    table: dict[Any, int] = {}
    codes = np.fromiter((table.setdefault(value, len(table)) for value in values), np.int32)
    return Coded(codes, list(table))


def constant(value: Any, size: int) -> Coded:
    """Return a column of one value."""
    return Coded(np.zeros(size, np.int32), [value])


@dataclass(frozen=True, slots=True)
class Groups:
    """Rows grouped by what they share: the group of each row, and the first row of each group."""

    codes: Codes
    firsts: Ints

    def spread(self, values: Sequence[Any]) -> Coded:
        """Return the column in which every row has the value of its group; equal values share a place."""
        made = coded(values)
        return Coded(made.codes[self.codes], made.values)


def grouped(size: int, *parts: Coded | tuple[npt.NDArray[Any], int]) -> Groups:
    """Return rows grouped by the combination of columns; a bare array comes with the number of its values."""
    return numbered(*_packed(size, parts))


def packed(size: int, *parts: Coded | tuple[npt.NDArray[Any], int]) -> Ints:
    """Return one number for each row, the same where all columns are the same."""
    return _packed(size, parts)[0]


def _packed(size: int, parts: Iterable[Coded | tuple[npt.NDArray[Any], int]]) -> tuple[Ints, int]:
    key, width = np.zeros(size, np.int64), 1
    for part in parts:
        codes, count = (part.codes, len(part.values)) if isinstance(part, Coded) else part
        count = max(count, 1)
        if width * count > _WIDEST:
            groups = numbered(key, width)
            key, width = groups.codes.astype(np.int64), len(groups.firsts)
        key = key * count + codes
        width *= count
    return key, width


def numbered(key: Ints, width: int) -> Groups:
    """Return rows grouped by a number below a width."""
    size = len(key)
    if width > max(_TABLE, 4 * size):
        _, firsts, codes = np.unique(key, return_index=True, return_inverse=True)
        return Groups(codes.astype(np.int32), firsts.astype(np.int64))
    first = np.full(width, size, np.int64)
    first[key[::-1]] = np.arange(size - 1, -1, -1)  # of equal places the last one written stays: the first row
    present = first < size
    places = (np.cumsum(present) - 1).astype(np.int32)
    return Groups(places[key], first[present])

"""The entries of measures as columns, sorted by key and place in the log, so that a window is a range of them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Flags, Floats, Ints, Truths
from collection_guard.engines.columnar.windows import NEVER, Spans
from collection_guard.language.compiled import CompiledMeasure
from collection_guard.language.kleene import NO

NOWHERE: Final = -1
"""Stands for no entry of a ledger."""


@dataclass(frozen=True, slots=True)
class Question:
    """A measure asked at some rows: one entry of each column for each of them."""

    measure: CompiledMeasure
    rows: Ints
    spans: Spans
    complete: Ints
    """The instant from which the log holds all that may count; ``NEVER`` where it is whole."""
    complete_row: Ints
    """The first row at that instant or later."""
    zones: Ints
    """The zone whose dates count, as a code."""

    def of(self, chosen: Flags | Ints | slice) -> "Question":
        """Return the question asked at some of its rows."""
        return Question(
            self.measure,
            self.rows[chosen],
            self.spans.of(chosen),
            self.complete[chosen],
            self.complete_row[chosen],
            self.zones[chosen],
        )

    def unseen(self) -> Flags:
        """Say where the window reaches before what the log holds."""
        return np.asarray((self.complete != NEVER) & (self.spans.first < self.complete), np.bool_)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The entries of a measure whose keys have the same known parts."""

    rows: Ints
    counts: Truths
    restarts: Truths
    keys: Ints
    """The distinct keys, rising."""
    places: Ints
    """Key and row of each entry as one number, rising."""
    visible: Ints
    """The last row at which an entry becomes visible, of those of the key up to each; as one number with the key."""
    width: int

    def ranges(self, keys: Ints, first_rows: Ints, last_rows: Ints) -> tuple[Ints, Ints]:
        """Return for each key the range of its entries from one row to before another."""
        base, found = self._base(keys)
        begin = np.searchsorted(self.places, base + np.minimum(first_rows, last_rows), side="left")
        end = np.searchsorted(self.places, base + last_rows, side="left")
        return np.where(found, begin, 0), np.where(found, end, 0)

    def all_visible(self, keys: Ints, ends: Ints, rows: Ints) -> Flags:
        """Say whether all entries of each key up to the end of its range were known at the start of a row."""
        base, found = self._base(keys)
        latest = self.visible[np.maximum(ends - 1, 0)]
        return np.asarray(~found | (ends == 0) | (latest - base <= rows), np.bool_)

    def _base(self, keys: Ints) -> tuple[Ints, Flags]:
        place = np.minimum(np.searchsorted(self.keys, keys), len(self.keys) - 1)
        return place * self.width, np.asarray(self.keys[place] == keys, np.bool_)


def ledger_of(rows: Ints, keys: Ints, counts: Truths, restarts: Truths, visible_from: Ints, size: int) -> Ledger | None:
    """Return the entries among rows of a log of a size, None if there are none; ``visible_from``: surely known."""
    chosen = (counts[rows] != NO) | (restarts[rows] != NO)
    rows = rows[chosen]
    if not len(rows):
        return None
    rows = rows[np.argsort(keys[rows], kind="stable")]
    distinct, place = np.unique(keys[rows], return_inverse=True)
    width = size + 2
    base = place.astype(np.int64) * width
    visible = np.maximum.accumulate(base + visible_from[rows])
    return Ledger(rows, counts[rows], restarts[rows], distinct, base + rows, visible, width)


def last_where(flags: Flags) -> Ints:
    """Return for each place how far the last flag up to it lies; before the first, ``NOWHERE``."""
    return np.maximum.accumulate(np.where(flags, np.arange(len(flags)), NOWHERE))


def sums(values: Floats) -> Floats:
    """Return the sums of all values before each place, and of all."""
    return np.concatenate([np.zeros(1), np.cumsum(values)])

"""Where the window of a measure begins, as columns: rows before it do not count (semantics 3-5)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Flags, Ints, grouped
from collection_guard.engines.columnar.facts import FactColumns
from collection_guard.facts.history import BEGINNING, Reach, reach_of
from collection_guard.facts.keys import complete_from
from collection_guard.language.compiled import CompiledMeasure

NEVER: Final = -(2**62)
"""Stands for no instant: the log is taken as whole."""
_EPOCH: Final = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class Spans:
    """For each row, how far back a measure looks."""

    first: Ints
    """The first instant of the window."""
    first_row: Ints
    """The first row that may lie in the window."""
    sure_row: Ints
    """The first row from which on every row surely lies in it."""
    by_date: Flags
    """Where the clocks repeat a date, and each row's own date says whether it lies in the window."""
    first_day: Ints
    """The first date of the window, in days since 1970, where dates decide."""

    def of(self, chosen: Flags | Ints | slice) -> "Spans":
        """Return the spans of some rows."""
        return Spans(
            self.first[chosen],
            self.first_row[chosen],
            self.sure_row[chosen],
            self.by_date[chosen],
            self.first_day[chosen],
        )


def spans_of(facts: FactColumns, measure: CompiledMeasure, asked: Ints) -> Spans:
    """Return how far back a measure looks from the rows asked, one entry for each of them."""
    log, window = facts.log, measure.window
    at, none = log.at[asked], np.zeros(len(asked), np.int64)
    if window.kind in {"elapsed", "ever"}:
        first = at - window.size if window.kind == "elapsed" else np.full(len(asked), BEGINNING)
        row = log.row_from(first)
        return Spans(first, row, row, np.zeros(len(asked), np.bool_), none)
    zones = facts.people.zone
    # In a known zone the date of the contact decides all; else its very instant does.
    first_days = facts.people.days()[0]
    days = first_days[asked] - first_days.min(initial=0)
    instants = np.where(zones.where(lambda zone: zone is None)[asked], np.arange(len(asked)), 0)
    zone_codes = (zones.codes[asked], len(zones.values))
    groups = grouped(len(asked), zone_codes, (days, int(days.max(initial=0)) + 1), (instants, len(asked) + 1))
    reaches = [_reach(facts, measure, int(asked[place])) for place in groups.firsts.tolist()]
    first = _each(reach.first for reach in reaches)
    first_row = log.row_from(_each(reach.floor for reach in reaches))
    sure_row = log.row_from(_each(reach.surely for reach in reaches))
    first_day = _each((reach.first_date - _EPOCH).days if reach.first_date else 0 for reach in reaches)
    by_date = np.zeros(len(reaches), np.bool_)
    for index, reach in enumerate(reaches):
        if reach.first_date is None or reach.zone is None:
            first_row[index] = log.row_from(np.array([reach.first]))[0]
        elif facts.clocks.dates_never_fall(reach.zone):
            begun = np.searchsorted(facts.clocks.dates(reach.zone), first_day[index], side="left")
            first_row[index] = sure_row[index] = max(int(first_row[index]), int(begun))
        else:
            by_date[index] = True
            sure_row[index] = first_row[index]
    codes = groups.codes
    return Spans(first[codes], first_row[codes], sure_row[codes], by_date[codes], first_day[codes])


def _reach(facts: FactColumns, measure: CompiledMeasure, row: int) -> Reach:
    return reach_of(facts.sheet(row), measure)


def _each(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def complete_from_of(facts: FactColumns, measure: CompiledMeasure, asked: Ints) -> Ints:
    """Return the instant from which the log holds all that a measure may count; ``NEVER`` where it is whole."""
    settings = facts.world.settings
    whole = settings.history_complete_from is None and settings.history == "complete"
    if whole and facts.world.whole_from is None:
        return np.full(len(asked), NEVER)
    columns = (facts.people.codes, facts.people.zone, facts.log["borrower"])
    parts = [(column.codes[asked], len(column.values)) for column in columns]
    groups = grouped(len(asked), *parts)
    found = [complete_from(facts.sheet(int(asked[place])), measure) for place in groups.firsts.tolist()]
    return _each(NEVER if one is None else one for one in found)[groups.codes]

"""Elected quiet windows as columns: the clocks of each row in the zones of its borrower, beside each window."""

from typing import TYPE_CHECKING, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Ints
from collection_guard.engines.columnar.clocks import local
from collection_guard.language.kleene import MAYBE, NO, YES, fact_of
from collection_guard.language.units import DAY
from collection_guard.model.words import WEEKDAYS

if TYPE_CHECKING:
    from collection_guard.engines.columnar.facts import FactColumns
    from collection_guard.engines.columnar.profiles import Entries

QUIET: Final = "contact.in_elected_quiet_window"
FIRST_WEEKDAY: Final = WEEKDAYS.index("thu")
"""The weekday on which 1970 began."""
_WEEK: Final = len(WEEKDAYS)


def quiet_column(facts: "FactColumns") -> Coded:
    """Return whether each contact was made in a window that the borrower elected (semantics 18)."""
    people, at = facts.people, facts.log.at
    windows = people.profiles.windows
    given = people.profiles.gives("quiet_windows")[people.codes.codes]
    found = np.where(given, NO, MAYBE).astype(np.int8)
    rows, places = people.beside(windows)
    if len(rows):
        in_force = (windows["first"][places] <= at[rows]) & (at[rows] < windows["last"][places])
        rows, places = rows[in_force], places[in_force]
        zones = facts.column("borrower.zones")
        for code, names in enumerate(zones.values):
            pairs = np.flatnonzero(zones.codes[rows] == code)
            if len(pairs):
                of_pairs = _in_any(windows, places[pairs], at[rows[pairs]], names)
                np.maximum.at(found, rows[pairs], of_pairs)
    return Coded(found.astype(np.int32), [fact_of(truth) for truth in (NO, MAYBE, YES)])


def _in_any(windows: "Entries", places: Ints, at: Ints, zones: tuple[str, ...]) -> Ints:
    """Return whether windows are open in one of several zones, or, where no zone is known, around the clock."""
    if not zones:
        return np.where(windows["always"][places] == 1, YES, MAYBE)
    covered = [_covers(windows, places, local(at, zone)) for zone in zones]
    return np.where(np.logical_or.reduce(covered), YES, NO)


def _covers(windows: "Entries", places: Ints, shown: Ints) -> Flags:
    """Say whether windows are open at what the clocks show; weekdays name the day on which a window starts."""
    clock, today = shown % DAY, (shown // DAY + FIRST_WEEKDAY) % _WEEK
    start, end, weekdays = (windows[name][places] for name in ("start", "end", "weekdays"))
    starts_today = (weekdays >> today) & 1 == 1
    started_yesterday = (weekdays >> ((today - 1) % _WEEK)) & 1 == 1
    within = starts_today & (start <= clock) & (clock < end)
    over_midnight = (starts_today & (clock >= start)) | (started_yesterday & (clock < end))
    return np.asarray(np.where(start < end, within, over_midnight), np.bool_)

"""Local clocks as columns: the offsets of a zone looked up in the transitions that pytz itself reads."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Ints
from collection_guard.facts.clock import zone_of
from collection_guard.language.units import DAY

_EPOCH: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # pytz keeps transitions as naive times of UTC
_MICROSECOND: Final = timedelta(microseconds=1)
_FIRST_DATE: Final = date(1970, 1, 1).toordinal()


class Clocks:
    """The local time of every row of a log in the zones asked for, each computed once."""

    def __init__(self, at: Ints) -> None:
        self._at = at
        self._shown: dict[str, Ints] = {}
        self._monotone: dict[str, bool] = {}

    def shown(self, zone: str) -> Ints:
        """Return what the clocks of a zone show at the start of each row, in microseconds since 1970."""
        found = self._shown.get(zone)
        if found is None:
            found = self._shown[zone] = local(self._at, zone)
        return found

    def dates(self, zone: str) -> Ints:
        """Return the date of each row in a zone, in days since 1970."""
        return self.shown(zone) // DAY

    def dates_never_fall(self, zone: str) -> bool:
        """Say whether dates follow the order of the rows; clocks put back over midnight repeat a date."""
        found = self._monotone.get(zone)
        if found is None:
            found = self._monotone[zone] = bool(np.all(np.diff(self.dates(zone)) >= 0))
        return found


def local(instants: Ints, zone: str) -> Ints:
    """Return what the clocks of a zone show at instants, in microseconds since 1970."""
    starts, offsets = _transitions(zone)
    place = np.maximum(np.searchsorted(starts, instants, side="right") - 1, 0)
    return np.asarray(instants + offsets[place], np.int64)


def _transitions(zone: str) -> tuple[Ints, Ints]:
    """Return from when which offset holds in a zone, as pytz knows it; before the first, the first holds."""
    found: Any = zone_of(zone)
    times = getattr(found, "_utc_transition_times", None)
    if not times:
        offset = found.utcoffset(_EPOCH) // _MICROSECOND
        return np.zeros(1, np.int64), np.array([offset], np.int64)
    starts = [(time - _EPOCH) // _MICROSECOND for time in times]
    offsets = [info[0] // _MICROSECOND for info in found._transition_info]  # noqa: SLF001  # no public name
    return np.array(starts, np.int64), np.array(offsets, np.int64)


def day_of(number: int) -> date:
    """Return the date of a number of days since 1970."""
    return date.fromordinal(_FIRST_DATE + number)


def on_days(days: Ints, function: Callable[[date], int]) -> Ints:
    """Return what a function makes of each date, asked once for each."""
    distinct, codes = np.unique(days, return_inverse=True)
    made = np.fromiter((function(day_of(int(number))) for number in distinct), np.int64, len(distinct))
    return np.asarray(made[codes], np.int64)


def possible_days(at: Ints) -> list[Ints]:
    """Return the earliest and the latest date of each instant, where its zone is unknown."""
    return [(at + hours * 3_600_000_000) // DAY for hours in (-12, 14)]

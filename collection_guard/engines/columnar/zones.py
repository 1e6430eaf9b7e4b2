"""Facts that depend on the zone, as columns: local time, weekday and local end of some rows in one zone."""

from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Floats, Ints, constant
from collection_guard.engines.columnar.clocks import local
from collection_guard.engines.columnar.log import Log
from collection_guard.engines.columnar.numbers import Numbers
from collection_guard.engines.columnar.quiet import FIRST_WEEKDAY
from collection_guard.facts.timing import LONGEST_RINGING
from collection_guard.language.units import DAY, SECOND
from collection_guard.model.words import CALL_CHANNELS, OTHER_CHANNEL, UNKNOWN, WEEKDAYS

_RINGING: Final = int(LONGEST_RINGING.total_seconds()) * SECOND


class ZonedFacts:
    """Local times of a log, computed for the rows and the zone asked for."""

    def __init__(self, log: Log) -> None:
        self._log = log
        is_call = log["channel"].where(CALL_CHANNELS.__contains__)
        rings = is_call | log["channel"].where(OTHER_CHANNEL.__eq__)
        network = log["outcome.network"]
        failed = is_call & network.where(lambda word: word not in {None, UNKNOWN, "connected"})
        # A call that did not connect was talked for no time, where nobody recorded how long.
        lasted = log.at + whole_microseconds(log.talk)
        self._known = log.has_end | log.has_talk | failed
        self._earliest = np.where(log.has_end, log.ended, lasted)
        self._latest = np.where(log.has_end, log.ended, lasted + np.where(rings, _RINGING, 0))

    def column(self, name: str, rows: Ints, zone: str | None) -> Coded | Numbers:
        """Return a fact of rows in a zone; in no zone nothing is known."""
        if zone is None:
            return constant(None, len(rows))
        shown = local(self._log.at[rows], zone)
        match name:
            case "contact.local_time":
                clock = (shown % DAY).astype(np.float64)
                return Numbers(clock, clock, np.ones(len(rows), np.bool_))
            case "contact.weekday":
                return Coded(((shown // DAY + FIRST_WEEKDAY) % 7).astype(np.int32), WEEKDAYS)
            case _:
                midnight = shown - shown % DAY
                ends = [local(end[rows], zone) - midnight for end in (self._earliest, self._latest)]
                low, high = (extreme(*ends).astype(np.float64) for extreme in (np.minimum, np.maximum))
                return Numbers(low, high, self._known[rows])


def whole_microseconds(seconds: Floats) -> Ints:
    """Return seconds as microseconds, rounded as ``timedelta`` does."""
    fraction, whole = np.modf(seconds)
    parts = np.rint(fraction * SECOND)
    return np.asarray(whole.astype(np.int64) * SECOND + parts.astype(np.int64), np.int64)

"""Who was addressed, as columns: once for each recipient of a case, and each span of dates on which entries hold."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Groups, Ints, coded, grouped
from collection_guard.engines.columnar.clocks import Clocks, possible_days
from collection_guard.engines.columnar.log import Log
from collection_guard.facts.clock import legal_zone
from collection_guard.facts.world import World, has_case
from collection_guard.language.compiled import Tables
from collection_guard.model.profile import CaseProfile, EmergencyContact, OwnNumber

_EPOCH: Final = 719_163
"""The ordinal of the first day of 1970."""
_DATES: Final = 4_000_000
"""More than there are dates in the calendar."""


class People:
    """The profiles of a log's cases as columns."""

    def __init__(self, log: Log, world: World, tables: Tables, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        profiles = log["case"].map(lambda case_id: case_id if has_case(case_id) and case_id in world.profiles else None)
        self.codes: Coded = Coded(profiles.codes, [world.profiles[one] if one else None for one in profiles.values])
        """The profile of each row, None where its case has none."""

        def zone_of(profile: CaseProfile | None) -> str | None:
            zone = (profile.timezone if profile else None) or world.settings.timezone
            return legal_zone(zone, tables.legal_zones) if zone else None

        zones = coded(map(zone_of, self.codes.values))
        self.zone = Coded(zones.codes[self.codes.codes], zones.values)
        """The zone whose dates count for the case of each row."""

    def days(self) -> tuple[Ints, Ints]:
        """Return the earliest and the latest date that each row may have in the zone of its case."""
        first, last = possible_days(self._log.at)
        for code, zone in enumerate(self.zone.values):
            if zone is not None:
                rows = self.zone.codes == code
                first[rows] = last[rows] = self._clocks.dates(zone)[rows]
        return first, last

    def addressees(self) -> Groups:
        """Return the rows grouped by what decides who was addressed: case profile, recipient, and entries in force."""
        bounds: list[int] = []
        for code, profile in enumerate(self.codes.values):
            bounds += (code * _DATES + day for day in sorted(_turns(profile)))
        turns = np.array(bounds, np.int64)
        first, last = self.days()
        place = self.codes.codes.astype(np.int64) * _DATES + _EPOCH
        begin = np.searchsorted(turns, self.codes.codes.astype(np.int64) * _DATES)
        spans: list[tuple[Any, int]] = []
        for day in (first, np.minimum(first + 1, last), last):
            span = np.searchsorted(turns, place + day, side="right") - begin
            spans.append((span, int(span.max(initial=0)) + 1))
        return grouped(self._log.size, self.codes, self._log["recipient"], *spans)


def _turns(profile: CaseProfile | None) -> Iterable[int]:
    """Return the dates on which an entry of a profile begins to hold, or holds no more, as ordinals."""
    turns: set[int] = set()
    if profile is not None:
        entries: list[OwnNumber | EmergencyContact] = [*(profile.numbers or ()), *(profile.emergency_contacts or ())]
        for entry in entries:
            if entry.valid_from is not None:
                turns.add(entry.valid_from.toordinal())
            if entry.valid_to is not None:
                turns.add(entry.valid_to.toordinal() + 1)
    return turns

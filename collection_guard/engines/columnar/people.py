"""Who was addressed, as columns: rows are alike if their recipients stand alike to what their case's profile lists.

A number or a name matters only by being that of an entry or not, and an entry by holding on the date or not. So
recipients of many cases are alike, and the reference reads one of each kind. Of groups whose members are listed each
is a kind of its own.
"""

from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Groups, Ints, grouped
from collection_guard.engines.columnar.clocks import Clocks, possible_days
from collection_guard.engines.columnar.identities import Identities
from collection_guard.engines.columnar.log import Log
from collection_guard.engines.columnar.pairs import NONE, RELATIONS, expanded, relation, sets_of
from collection_guard.engines.columnar.profiles import GIVEN_WIDTH, Entries, ProfileColumns
from collection_guard.facts.clock import legal_zone
from collection_guard.facts.numbers import zones_of_number
from collection_guard.facts.world import World, has_case
from collection_guard.language.compiled import Tables

_STATES: Final = 3
"""An entry holds not yet, or now, or no more."""
_ALL_STATES: Final = _STATES**3
_HOLDS: Final = 1 + _STATES + _STATES**2
"""The state of an entry that holds on the first, the second and the last date that a contact may have."""
_BY_NUMBER: Final = RELATIONS
"""Stands for how names are to each other where numbers decide."""
_NAMED: Final = RELATIONS + 1
Parts = list[tuple[Ints, int]]


class People:
    """The profiles of a log's cases as columns."""

    def __init__(self, log: Log, world: World, tables: Tables, clocks: Clocks) -> None:
        self._log = log
        self._clocks = clocks
        self._days: tuple[Ints, Ints] | None = None
        self.identities = Identities(log, world.settings.country)
        profiles = log["case"].map(lambda case_id: case_id if has_case(case_id) and case_id in world.profiles else None)
        self.codes: Coded = Coded(profiles.codes, [world.profiles[one] if one else None for one in profiles.values])
        """The profile of each row, None where its case has none."""
        self.profiles = ProfileColumns(self.codes.values, self.identities)

        def zone_of(given: str | None) -> str | None:
            zone = given or world.settings.timezone
            return legal_zone(zone, tables.legal_zones) if zone else None

        zones = self.profiles.zone.map(zone_of)
        self.zone = self.of_rows(zones)
        """The zone whose dates count for the case of each row."""
        self.listed_members: Flags = log["recipient"].where(lambda recipient: recipient[4] is not None)
        """The rows whose recipients are listed one by one."""

    def of_rows(self, of_profiles: Coded) -> Coded:
        """Return for each row what stands there for its profile."""
        return Coded(of_profiles.codes[self.codes.codes], of_profiles.values)

    def days(self) -> tuple[Ints, Ints]:
        """Return the earliest and the latest date that each row may have in the zone of its case."""
        if self._days is None:
            first, last = possible_days(self._log.at)
            for code, zone in enumerate(self.zone.values):
                if zone is not None:
                    rows = self.zone.codes == code
                    first[rows] = last[rows] = self._clocks.dates(zone)[rows]
            self._days = first, last
        return self._days

    def addressees(self) -> Groups:
        """Return the rows grouped by what decides who was addressed."""
        profiles = self.profiles
        given = profiles.given + profiles.exists * GIVEN_WIDTH
        return grouped(
            self._log.size,
            (given[self.codes.codes], 2 * GIVEN_WIDTH),
            self._log["recipient"].map(lambda recipient: recipient[1:4]),
            (self.identities.numbers != NONE, 2),
            *self._own_numbers(),
            *self._contacts(with_zones=False),
            *self.one_by_one(),
        )

    def places(self, is_borrower: Coded) -> Groups:
        """Return the rows grouped by what decides in which zones the recipient may be, and the borrower."""
        numbers = self._log["recipient.number"]
        return grouped(
            self._log.size,
            self._log["recipient"].map(lambda recipient: (recipient[0], recipient[3])),
            is_borrower,
            self.of_rows(self.profiles.zone),
            self.of_rows(self.profiles.locations),
            numbers.map(zones_of_number),
            *self._contacts(with_zones=True),
            *self.one_by_one(),
        )

    def one_by_one(self) -> Parts:
        """Return what tells rows apart whose recipients are listed one by one: all of the recipient, case and date."""
        rows = np.flatnonzero(self.listed_members)
        if not len(rows):
            return []
        log = self._log
        columns = (self.codes, log["recipient"], log["recipient.name"], log["recipient.number"])
        parts = [(column.codes[rows], len(column.values)) for column in columns]
        parts += [(day[rows] - day.min(), int(day.max() - day.min()) + 1) for day in self.days()]
        groups = grouped(len(rows), *parts)
        found = np.zeros(log.size, np.int64)
        found[rows] = groups.codes + 1
        return [(found, len(groups.firsts) + 1)]

    def beside(self, entries: Entries) -> tuple[Ints, Ints]:
        """Return all pairs of a row and an entry of its profile."""
        return expanded(entries.begin[self.codes.codes], entries.end[self.codes.codes])

    def _own_numbers(self) -> Parts:
        entries = self.profiles.numbers
        rows, places = self.beside(entries)
        same = relation(self.identities.numbers[rows], entries["number"][places])
        codes = same * _ALL_STATES + self._states(entries, rows, places)
        return sets_of(self._log.size, rows, codes, RELATIONS * _ALL_STATES)

    def _contacts(self, *, with_zones: bool) -> Parts:
        """Return how each recipient is to the emergency contacts: to all, or to those that have a zone."""
        entries = self.profiles.contacts
        rows, places = self.beside(entries)
        if with_zones:
            zoned = entries["zone"][places] > 0
            rows, places = rows[zoned], places[zoned]
        same = relation(self.identities.numbers[rows], entries["number"][places])
        named = np.full(len(rows), _BY_NUMBER, np.int64)
        open_ = np.flatnonzero(same < 2)
        names = self.profiles.names_of_contacts(places[open_])
        named[open_] = relation(self.identities.names_at(rows[open_]), names)
        states = self._states(entries, rows, places)
        kinds, width = (states, _ALL_STATES)
        if with_zones:
            zones = entries["zone"][places]
            kinds = zones * 2 + (states == _HOLDS)
            width = 2 * (int(zones.max(initial=0)) + 1)
        codes = (kinds * RELATIONS + same) * _NAMED + named
        return sets_of(self._log.size, rows, codes, width * RELATIONS * _NAMED)

    def _states(self, entries: Entries, rows: Ints, places: Ints) -> Ints:
        """Return of each pair whether the entry holds on the first, the second and the last date of the row."""
        first, last = self.days()

        def state(day: Ints) -> Ints:
            now = day[rows]
            return (now >= entries["first"][places]).astype(np.int64) + (now > entries["last"][places])

        begun = state(first)
        if np.array_equal(first, last):
            return begun * _HOLDS
        return (begun * _STATES + state(np.minimum(first + 1, last))) * _STATES + state(last)

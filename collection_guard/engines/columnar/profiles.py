"""Case profiles as columns: what each gives, and its entries one after the other."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Ints, coded
from collection_guard.engines.columnar.identities import Identities
from collection_guard.facts.clock import microseconds
from collection_guard.language.units import DAY, clock_microseconds
from collection_guard.model.profile import CaseProfile, EmergencyContact, Instruction, OwnNumber, QuietWindow
from collection_guard.model.words import WEEKDAYS

_EPOCH: Final = date(1970, 1, 1).toordinal()
_EVER: Final = 2**61
"""Stands for an end that is open."""
_LISTS: Final = ("numbers", "emergency_contacts", "quiet_windows", "instructions")
GIVEN_WIDTH: Final = 2 ** len(_LISTS)
ALL_DAYS: Final = 2 ** len(WEEKDAYS) - 1


@dataclass(frozen=True, slots=True)
class Entries:
    """The entries of one list of all profiles: those of a profile are a range."""

    begin: Ints
    end: Ints
    columns: dict[str, Ints]

    def __getitem__(self, name: str) -> Ints:
        """Return what stands in one field of all entries."""
        return self.columns[name]


class ProfileColumns:
    """The profiles of the cases of a log; None stands for that of cases without one."""

    def __init__(self, profiles: Sequence[CaseProfile | None], identities: Identities) -> None:
        self._profiles = profiles
        self._identities = identities

    @cached_property
    def given(self) -> Ints:
        """Return as one number below ``GIVEN_WIDTH`` which lists a profile gives."""
        found = np.zeros(len(self._profiles), np.int64)
        for place, name in enumerate(_LISTS):
            found |= self.gives(name).astype(np.int64) << place
        return found

    def gives(self, name: str) -> Flags:
        """Say of each profile whether it gives a field."""
        return np.fromiter((getattr(one, name, None) is not None for one in self._profiles), np.bool_)

    @cached_property
    def exists(self) -> Flags:
        """Say of each whether there is a profile."""
        return np.fromiter((one is not None for one in self._profiles), np.bool_)

    @cached_property
    def zone(self) -> Coded:
        """Return the zone that each profile gives."""
        return self.of(lambda one: one.timezone)

    @cached_property
    def locations(self) -> Coded:
        """Return the zones of the places at which each borrower may be."""
        return self.of(lambda one: frozenset(place.timezone for place in one.locations or ()) or None)

    def of(self, function: Callable[[CaseProfile], Any]) -> Coded:
        """Return what a function makes of each profile, None where there is none."""
        return coded(None if one is None else function(one) for one in self._profiles)

    @cached_property
    def numbers(self) -> Entries:
        """Return the borrowers' own numbers."""
        owned = [(one.numbers or ()) if one is not None else () for one in self._profiles]
        entries: list[OwnNumber] = [entry for each in owned for entry in each]
        return _entries(owned, number=self._identities.numbers_of(e.number for e in entries), **_dates(entries))

    @cached_property
    def contacts(self) -> Entries:
        """Return the emergency contacts; the zone of each as a code, 0 where it has none."""
        owned = [(one.emergency_contacts or ()) if one is not None else () for one in self._profiles]
        entries: list[EmergencyContact] = [entry for each in owned for entry in each]
        zones: dict[str | None, int] = {None: 0}
        return _entries(
            owned,
            number=self._identities.numbers_of(e.number for e in entries),
            zone=_ints(zones.setdefault(e.timezone, len(zones)) for e in entries),
            **_dates(entries),
        )

    def names_of_contacts(self, places: Ints) -> Ints:
        """Return the names of some of the emergency contacts."""
        if not len(places):
            return places
        names = [entry.name for one in self._profiles for entry in (one.emergency_contacts or () if one else ())]
        distinct, place = np.unique(places, return_inverse=True)
        return self._identities.names_of(names[one] for one in distinct.tolist())[place]

    @cached_property
    def windows(self) -> Entries:
        """Return the quiet windows: times of the day in microseconds, weekdays as bits, instants."""
        owned = [(one.quiet_windows or ()) if one is not None else () for one in self._profiles]
        entries: list[QuietWindow] = [entry for each in owned for entry in each]
        return _entries(
            owned,
            start=_ints(0 if e.start is None else clock_microseconds(e.start) for e in entries),
            end=_ints(DAY if e.end is None else clock_microseconds(e.end) for e in entries),
            always=_ints(e.start is None and e.end is None and e.weekdays is None for e in entries),
            weekdays=_ints(_bits(e.weekdays) for e in entries),
            first=_ints(_instant(e.valid_from, -_EVER) for e in entries),
            last=_ints(_instant(e.valid_to, _EVER) for e in entries),
        )

    @cached_property
    def instructions(self) -> tuple[Entries, Sequence[Instruction]]:
        """Return the instructions, each with what it says as a code, and the instructions themselves."""
        owned = [(one.instructions or ()) if one is not None else () for one in self._profiles]
        entries: list[Instruction] = [entry for each in owned for entry in each]
        said: dict[Any, int] = {}
        columns = {
            "said": _ints(said.setdefault((e.kind, e.channel, e.number is None), len(said)) for e in entries),
            "number": self._identities.numbers_of(e.number for e in entries),
            "first": _ints(_instant(e.at, -_EVER) for e in entries),
            "last": _ints(_instant(e.expires, _EVER) for e in entries),
        }
        return _entries(owned, **columns), entries


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, np.int64)


def _entries(owned: Sequence[Sequence[Any]], **columns: Ints) -> Entries:
    lengths = np.fromiter(map(len, owned), np.int64, len(owned))
    end = np.cumsum(lengths)
    return Entries(end - lengths, end, columns)


def _dates(entries: Sequence[OwnNumber | EmergencyContact]) -> dict[str, Ints]:
    """Return the first and the last date of entries, in days since 1970."""
    return {
        "first": _ints(-_EVER if e.valid_from is None else e.valid_from.toordinal() - _EPOCH for e in entries),
        "last": _ints(_EVER if e.valid_to is None else e.valid_to.toordinal() - _EPOCH for e in entries),
    }


def _bits(weekdays: Sequence[str] | None) -> int:
    return ALL_DAYS if weekdays is None else sum(2 ** WEEKDAYS.index(day) for day in set(weekdays))


def _instant(instant: datetime | None, ever: int) -> int:
    return ever if instant is None else microseconds(instant)

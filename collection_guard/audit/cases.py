"""The case of a contact that the log names none for: by the number called, where profiles know whose it is."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

import pytz

from collection_guard.facts.numbers import number_key
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile, EmergencyContact, OwnNumber

How = Literal["by_profile", "by_number", "by_event"]
"""How a case was found: by a profile; by the number alone, or by the event itself, where no profile decides."""


@dataclass(frozen=True, slots=True)
class _Holding:
    """A number that belongs to a case from one date to another."""

    case_id: str
    zone: str | None
    first: date | None
    last: date | None

    def holds_at(self, moment: datetime) -> bool | None:
        """Say whether the number belongs to the case at an instant; None where the zone alone would tell."""
        if self.first is None and self.last is None:
            return True
        return self._between(moment, pytz.timezone(self.zone)) if self.zone else self._in_every_zone(moment)

    def _between(self, moment: datetime, zone: pytz.BaseTzInfo) -> bool:
        day = moment.astimezone(zone).date()
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def _in_every_zone(self, moment: datetime) -> bool | None:
        # Local dates lie between those of UTC-12 and UTC+14.
        plain = moment.astimezone(UTC)
        days = {(plain + timedelta(hours=hours)).date() for hours in (-12, 0, 14)}
        holds = {(self.first is None or self.first <= day) and (self.last is None or day <= self.last) for day in days}
        return holds.pop() if len(holds) == 1 else None


class CaseFinder:
    """Finds the one case whose own or emergency-contact number, valid on that date, is the number called."""

    def __init__(
        self,
        profiles: Mapping[str, CaseProfile] | None,
        *,
        timezone: str | None = None,
        country: str = "CN",
    ) -> None:
        self.profiles = profiles
        self._country = country
        self._holdings: dict[str, list[_Holding]] = defaultdict(list)
        for profile in (profiles or {}).values():
            zone = profile.timezone or timezone
            entries: list[OwnNumber | EmergencyContact] = [*(profile.numbers or ())]
            entries += profile.emergency_contacts or ()
            for entry in entries:
                key = number_key(entry.number, country)
                if key is not None:
                    holding = _Holding(profile.case_id, zone, entry.valid_from, entry.valid_to)
                    self._holdings[key].append(holding)

    def find(self, event: Event) -> tuple[How, str]:
        """Return how the case of an event is found, and its id or the key that stands in for one."""
        key = number_key(event.recipient.number, self._country)
        if key is None:
            return "by_event", f"event:{event.event_id}"
        # A holding that may or may not hold leaves the case open, as a second one does.
        possible = {
            (holding.case_id, held)
            for holding in self._holdings.get(key, ())
            if (held := holding.holds_at(event.started_at)) is not False
        }
        cases = {case_id for case_id, _ in possible}
        if len(cases) == 1 and any(held for _, held in possible):
            return "by_profile", cases.pop()
        return "by_number", f"number:{hashlib.sha256(key.encode()).hexdigest()[:16]}"

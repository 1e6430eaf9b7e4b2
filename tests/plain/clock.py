"""Where and when: zones, permitted hours, elected quiet windows (lines 16 to 18)."""

import datetime as dt
from collections.abc import Iterable

from collection_guard.model import CaseProfile, Event, QuietWindow, Recipient

from .addressee import Addressees, borrower_zone, is_group, same_contact
from .contact import CALLS, channel_in, is_outbound, network
from .keys import covers, dates_of, instant_in, legal_zone, legal_zones, local_time, number_zones, zone_of
from .values import Settings, Tri, agreed, all_of, any_of

Zones = tuple[str, ...]
RINGING = dt.timedelta(minutes=2)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class Clock:
    """The clocks at which the events of one case are read."""

    def __init__(self, profile: CaseProfile | None, settings: Settings, addressees: Addressees) -> None:
        self.profile = profile
        self.settings = settings
        self.addressees = addressees

    def _contact_zones(self, event: Event, person: Recipient) -> Zones:
        """Return the zones that the profile gives for the contact who was addressed."""
        if self.profile is None:
            return ()
        days = dates_of(event.started_at, borrower_zone(self.profile, self.settings))
        return legal_zones(
            contact.timezone
            for contact in self.profile.emergency_contacts or ()
            if contact.timezone is not None
            and all(covers(contact.valid_from, contact.valid_to, day) for day in days)
            and same_contact(person.number, person.name, contact.number, contact.name, self.settings) is True
        )

    def person_zones(self, event: Event, person: Recipient, is_borrower: Tri) -> Zones | None:
        """Return the candidate zones of one person (line 16), each step tried only if the last gave none."""
        if person.timezone == "unknown":
            return None
        if person.timezone is not None:
            return legal_zones([person.timezone])
        if is_borrower is True and self.profile is not None and self.profile.timezone is not None:
            return legal_zones([self.profile.timezone])
        if is_borrower is False and self._contact_zones(event, person):
            return self._contact_zones(event, person)
        if number_zones(person.number, self.settings.country):
            return number_zones(person.number, self.settings.country)
        configured = legal_zone(self.settings.timezone)
        return None if configured is None else (configured,)

    @staticmethod
    def _zones_of_all(each: Iterable[Zones | None]) -> Zones | None:
        """Return the candidate zones of several people; unknown if those of one are."""
        zones = list(each)
        known = [zone for found in zones if found is not None for zone in found]
        return None if None in zones else legal_zones(known)

    def recipient_zones(self, event: Event) -> Zones | None:
        """Fact recipient.zones (line 16); of a group, the zones of every member (line 9)."""
        person = event.recipient
        if person.timezone is None and is_group(person) and person.members:
            return self._zones_of_all(
                self.person_zones(event, member, self.addressees.member_is_borrower(event, member))
                for member in person.members
            )
        return self.person_zones(event, person, self.addressees.is_borrower(event))

    def borrower_zones(self, event: Event) -> Zones | None:
        """Return the candidate zones of the borrower at an event (line 18)."""
        person = event.recipient
        if self.addressees.is_borrower(event) is False:
            zone = borrower_zone(self.profile, self.settings)
            return None if zone is None else (zone,)
        if person.timezone is None and is_group(person) and person.members:
            return self._zones_of_all(
                self.person_zones(event, member, is_borrower=True)
                for member in self.addressees.borrowing_members(event)
            )
        return self.person_zones(event, person, is_borrower=True)

    def is_outside_hours(self, event: Event) -> Tri:
        """Say whether a contact starts outside the permitted hours in a candidate zone (line 17)."""
        zones = self.recipient_zones(event)
        if zones is None:
            return None
        return any(
            not (self.settings.permitted_from <= local_time(event.started_at, zone).time() < self.settings.permitted_to)
            for zone in zones
        )

    def runs_into_quiet_hours(self, event: Event) -> Tri:
        """Say whether a contact ends after the permitted hours of its day in a candidate zone (line 17)."""
        zones = self.recipient_zones(event)
        if zones is None:
            return None
        ends = []
        for zone in zones:
            day = local_time(event.started_at, zone).date()
            ends.append(zone_of(zone).localize(dt.datetime.combine(day, self.settings.permitted_to)))
        span = _end(event)
        if span is None:
            return None
        # Both ends of what is known must agree, and one zone in which the call runs on is enough.
        return any_of(*(agreed([instant > end for instant in span]) for end in ends))

    def in_elected_quiet_window(self, event: Event) -> Tri:
        """Fact contact.in_elected_quiet_window (line 18)."""
        if self.profile is None or self.profile.quiet_windows is None:
            return None
        windows = [
            window
            for window in self.profile.quiet_windows
            if instant_in(window.valid_from, window.valid_to, event.started_at)
        ]
        if not windows:
            return False
        if any((window.start, window.end, window.weekdays) == (None, None, None) for window in windows):
            return True
        zones = self.borrower_zones(event)
        if zones is None:
            return None
        return any(_is_in(window, local_time(event.started_at, zone)) for window in windows for zone in zones)

    def quiet_window_rule(self, event: Event) -> tuple[Tri, Tri]:
        """Rule contact-in-elected-quiet-window (line 18)."""
        scope = all_of(is_outbound(event), self.addressees.is_borrower(event))
        return scope, self.in_elected_quiet_window(event)


def _end(event: Event) -> tuple[dt.datetime, dt.datetime] | None:
    """Return the earliest and the latest instant at which a contact can have ended; None if nothing is known."""
    if event.ended_at is not None and event.ended_at >= event.started_at:
        return event.ended_at, event.ended_at
    talked = event.talk_seconds
    if talked is None and event.channel in CALLS and network(event) not in (None, "connected"):
        talked = 0
    if talked is None:
        return None
    hung_up = event.started_at + dt.timedelta(seconds=talked)
    may_ring = channel_in(event, CALLS) is not False
    return (hung_up, hung_up + RINGING) if may_ring else (hung_up, hung_up)


def _is_in(window: QuietWindow, local: dt.datetime) -> bool:
    """Say whether a local time lies in a window that starts on an elected day (line 18)."""
    start = window.start or dt.time()
    end = window.end or dt.time()
    today, yesterday = DAYS[local.weekday()], DAYS[local.weekday() - 1]
    starts_today = window.weekdays is None or today in window.weekdays
    started_yesterday = window.weekdays is None or yesterday in window.weekdays
    clock = local.time()
    if end > start:
        return starts_today and start <= clock < end
    # The window spans midnight, or ends with the day.
    return (starts_today and clock >= start) or (started_yesterday and clock < end)

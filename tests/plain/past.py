"""What a history says: reachability (lines 4, 5, 13 to 15), counts per day (line 26), instructions (line 23)."""

import datetime as dt
import math
import re
from collections.abc import Callable

from collection_guard.model import CaseProfile, Event, Recipient

from .addressee import Addressees, borrower_zone, is_group, same_contact
from .contact import CALLS, PERSONS, as_each_kind, channel_in, is_connection, is_outbound, network, party
from .keys import dates_of, instant_in, is_blank, midnight, number_key
from .values import Settings, Tri, all_of, any_of

Interval = tuple[float, float]
FAILED = {
    "no_answer",
    "busy",
    "rejected",
    "powered_off",
    "suspended",
    "unallocated",
    "out_of_coverage",
    "forwarded",
}
WRONG = {"wrong_number", "recycled_number"}
LONGEST_DAY = dt.timedelta(hours=25)
WITHOUT_NUMBER = {"visit", "letter", "social_post"}


def order(event: Event) -> tuple[dt.datetime, str]:
    """Return the place of an event in the total order (line 4)."""
    return event.started_at, event.event_id


def was_known(past: Event, at: dt.datetime) -> Tri:
    """Say whether an event was known at an instant: from its record on, else from its own start (line 4)."""
    recorded = past.recorded_at
    if recorded is None:
        return past.started_at <= at
    if isinstance(recorded, dt.datetime):
        return recorded <= at
    if (recorded.not_before or past.started_at) > at:
        return False
    last = None if recorded.before is None else recorded.before - dt.timedelta.resolution
    return True if last is not None and last <= at else None


def history(event: Event, events: list[Event]) -> list[tuple[Event, Tri]]:
    """Return what precedes an event and was known by then, or may have been, in order (line 4)."""
    place = order(event)
    before = [(past, was_known(past, event.started_at)) for past in events if order(past) < place]
    return sorted(((past, known) for past, known in before if known is not False), key=lambda one: order(one[0]))


def _machine(event: Event) -> Tri:
    """Say whether a machine answered (line 10): nobody did where a call did not connect."""
    readings = {_answered_by(one) for one in as_each_kind(event)}
    answered_by = readings.pop() if len(readings) == 1 else None
    return None if answered_by is None else answered_by == "machine"


def _answered_by(event: Event) -> str | None:
    if event.outcome.answered_by is not None:
        return event.outcome.answered_by
    if event.channel in CALLS and network(event) not in (None, "connected"):
        return "nobody"
    return "human" if event.outcome.party in PERSONS else None


def _network_failed(event: Event) -> Tri:
    reported = network(event)
    return None if reported is None else reported in FAILED


def _somebody_else(event: Event, addressees: Addressees) -> Tri:
    reached = party(event, addressees)
    return None if reached is None else reached in ("third_party", "wrong_party", "authorised_party")


def is_failed_attempt(event: Event, addressees: Addressees) -> Tri:
    """Line 13."""
    if event.outcome.network in ("congestion", "blocked"):
        return False
    failed = any_of(_network_failed(event), _machine(event), _somebody_else(event, addressees))
    called = channel_in(event, ("call", "voice_notice"))
    return all_of(called, is_outbound(event), addressees.number_is_own(event), failed)


def _on_channel(event: Event, channel: str | None) -> Tri:
    """Say whether a contact was on the channel that an instruction names; null names all."""
    if channel is None:
        return True
    return None if channel == "other" else channel_in(event, [channel])


class Past:
    """The events of one case, looked back on from each of them."""

    def __init__(
        self,
        case_id: str,
        events: list[Event],
        profile: CaseProfile | None,
        settings: Settings,
        earliest: dt.datetime,
    ) -> None:
        self.case_id = case_id
        self.events = events
        self.profile = profile
        self.settings = settings
        self.addressees = Addressees(profile, settings)
        self.zone = borrower_zone(profile, settings)
        self.complete_from = self._complete_from(earliest)
        # What a past event was does not depend on who looks back.
        self.attempt = {event.event_id: is_failed_attempt(event, self.addressees) for event in events}
        self.connection = {event.event_id: is_connection(event, self.addressees) for event in events}

    def _complete_from(self, earliest: dt.datetime) -> dt.datetime | None:
        """Line 5: from when the log holds all contacts of the case."""
        if self.profile is not None and self.profile.history_from is not None:
            return midnight(self.profile.history_from, self.zone)
        if self.settings.history_complete_from is not None:
            return midnight(self.settings.history_complete_from, self.zone)
        return earliest if self.settings.history == "from-earliest" else None

    def is_case(self) -> bool:
        """Say whether the case is known at all; contacts without one are kept under another key."""
        return re.fullmatch("number:[0-9a-f]{16}|event:.+", self.case_id, re.DOTALL) is None

    def failed_attempts(self, event: Event) -> tuple[Interval, Interval]:
        """Facts measure.failed_attempts and measure.failed_attempt_dates (lines 5 and 15)."""
        if not self.is_case():
            return (0, math.inf), (0, math.inf)
        window_start = event.started_at - dt.timedelta(hours=self.settings.window_hours)
        past = history(event, self.events)
        # What lies before a connection that surely was does not count, seen or unseen.
        connected_since = any(
            self.complete_from is not None
            and self.complete_from <= other.started_at
            and window_start <= other.started_at
            for other, known in past
            if self.connection[other.event_id] is True and known
        )
        reaches_unseen = self.complete_from is not None and window_start < self.complete_from and not connected_since
        surely: list[Event] = []
        possibly: list[Event] = []
        for index, (attempt, known) in enumerate(past):
            if attempt.started_at < window_start:
                continue
            # A connection does not count itself: only what comes after it does.
            if self.connection[attempt.event_id] is True:
                continue
            later = [all_of(self.connection[other.event_id], heard) for other, heard in past[index:]]
            counts = all_of(self.attempt[attempt.event_id], known)
            if counts is not False and True not in later:
                possibly.append(attempt)
            unseen_restart = self.complete_from is not None and attempt.started_at < self.complete_from
            if counts is True and all(other is False for other in later) and not unseen_restart:
                surely.append(attempt)
        if self.zone is None:
            fewest, most = min(len(surely), 1), len(possibly)
        else:
            fewest, most = len(self._dates(surely)), len(self._dates(possibly))
        if reaches_unseen:
            return (len(surely), math.inf), (fewest, math.inf)
        return (len(surely), len(possibly)), (fewest, most)

    def _dates(self, events: list[Event]) -> set[dt.date]:
        return {dates_of(event.started_at, self.zone)[0] for event in events}

    def number_reported_wrong(self, event: Event) -> Tri:
        """Fact recipient.number_reported_wrong (line 23)."""
        answers: list[Tri] = []
        if self.profile is None or self.profile.instructions is None:
            answers.append(None)
        else:
            answers.extend(
                self._is_to_number(event, instruction.number)
                for instruction in self.profile.instructions
                if instruction.kind in WRONG and instant_in(instruction.at, instruction.expires, event.started_at)
            )
        for past, known in history(event, self.events):
            word = past.outcome.state_change
            if word in WRONG or word == "unknown":
                reported = None if word == "unknown" or not self.is_case() else True
                answers.append(all_of(known, reported, self._is_to_number(event, past.recipient.number)))
        return any_of(False, *answers)

    def _is_to_number(self, event: Event, number: str | None) -> Tri:
        """Say whether a contact went to a number; unknown where either cannot be compared."""
        country = self.settings.country
        people: tuple[Recipient, ...] = (event.recipient,)
        if is_group(event.recipient) and event.recipient.members:
            people = event.recipient.members
        elif event.channel in WITHOUT_NUMBER and is_blank(event.recipient.number):
            return False
        wanted = number_key(number, country)
        keys = [number_key(person.number, country) for person in people]
        return any_of(*(None if None in (key, wanted) else key == wanted for key in keys))

    def asked_to_cease(self, event: Event) -> Tri:
        """Fact recipient.has_asked_to_cease (line 23)."""
        answers: list[Tri] = []
        if self.profile is None or self.profile.instructions is None:
            answers.append(None)
        else:
            for instruction in self.profile.instructions:
                if instruction.kind != "cease":
                    continue
                if not instant_in(instruction.at, instruction.expires, event.started_at):
                    continue
                if is_blank(instruction.number):
                    to_whom = self.addressees.is_borrower(event)
                else:
                    to_whom = self._is_to_number(event, instruction.number)
                answers.append(all_of(_on_channel(event, instruction.channel), to_whom))
        for past, known in history(event, self.events):
            word = past.outcome.state_change
            if word in ("cease", "unknown"):
                asked = None if word == "unknown" or not self.is_case() else True
                answers.append(all_of(known, asked, self._same_recipient(past, event)))
        return any_of(False, *answers)

    def _same_recipient(self, past: Event, event: Event) -> Tri:
        """Say whether somebody was addressed in both contacts: every member of a group counts (line 9)."""
        return any_of(
            *(
                self._one_person(one, one_borrows, other, other_borrows)
                for one, one_borrows in self._people(past)
                for other, other_borrows in self._people(event)
            )
        )

    def _people(self, event: Event) -> list[tuple[Recipient, Tri]]:
        """Return everybody who was addressed, each with whether it is the borrower."""
        person = event.recipient
        if is_group(person) and person.members:
            return [(member, self.addressees.member_is_borrower(event, member)) for member in person.members]
        return [(person, self.addressees.is_borrower(event))]

    def _one_person(self, one: Recipient, one_borrows: Tri, other: Recipient, other_borrows: Tri) -> Tri:
        """Say whether two records are of one person: both the borrower, or one number, or else one name."""
        if {one_borrows, other_borrows} == {True, False}:
            return False  # the borrower and somebody else, even at one number
        same = same_contact(one.number, one.name, other.number, other.name, self.settings)
        return any_of(all_of(one_borrows, other_borrows), same)


def count_today(
    event: Event,
    events: list[Event],
    counts: Callable[[Event], Tri],
    zone: str | None,
    complete_from: dt.datetime | None,
) -> Interval:
    """Count earlier events of the borrower's local day (line 26)."""
    low = high = 0
    for past, known in history(event, events):
        if zone is None:
            # On one local day only if less than 25 hours (the longest day) lie between them; surely at one instant.
            apart = event.started_at - past.started_at
            same_day: Tri = None if apart < LONGEST_DAY else False
            same_day = True if apart == dt.timedelta() else same_day
        else:
            same_day = dates_of(past.started_at, zone) == dates_of(event.started_at, zone)
        answer = all_of(known, same_day, counts(past))
        low += answer is True
        high += answer is not False
    day = dates_of(event.started_at, zone)[0]
    start = event.started_at - LONGEST_DAY if zone is None else midnight(day, zone)
    if complete_from is not None and start < complete_from:
        return low, math.inf
    return low, high

"""Which contacts a complaint is about: those of a case or to a number, by every agency, around a date."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from collection_guard.audit.dates import local_date
from collection_guard.audit.taken import Contact
from collection_guard.facts.numbers import number_key
from collection_guard.facts.world import has_case
from collection_guard.model.event import Event

DAYS: Final = 30
"""How many days on either side of the date of a complaint are looked at, unless told otherwise."""
_HALF_SHOWN: Final = re.compile(r"\+?(\d*)[*＊•●#xX×?？]{2,}(\d*)")
_FEWEST_SHOWN: Final = 4
"""With fewer digits left by its mask a number could be nearly anybody's."""


@dataclass(frozen=True, slots=True)
class Complaint:
    """Who complains, when, and of what: ``about`` names the rules that were broken if the complaint is right."""

    numbers: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()
    around: date | None = None
    days: int = DAYS
    about: tuple[str, ...] = ()
    reference: str | None = None

    @property
    def period(self) -> tuple[date, date] | None:
        """Return the first and the last date that are looked at; None: all of the log."""
        if self.around is None:
            return None
        span = timedelta(days=self.days)
        # A complaint at the edge of the calendar is looked at as far as dates go.
        first = date.min if self.around - date.min < span else self.around - span
        last = date.max if date.max - self.around < span else self.around + span
        return first, last


@dataclass(frozen=True, slots=True)
class Selection:
    """The contacts of a complaint, and those that stand beside them."""

    contacts: tuple[Contact, ...]
    outside: int = 0
    """Contacts of the same person before or after the period."""
    before: int = 0
    """Contacts of the same person in the period that are history, and not judged."""
    possible: tuple[Contact, ...] = ()
    """Contacts in the period whose masked number may be the one that complains."""
    other_cases: tuple[tuple[str, int], ...] = ()
    """Further cases that the contacts or their borrower lead to, with the number of their contacts beside these."""


def select(
    contacts: Iterable[Contact],
    complaint: Complaint,
    *,
    timezone: str | None,
    country: str,
    past: Iterable[Contact] = (),
) -> Selection:
    """Return the contacts that a complaint is about, in the order of their history; those of the past are counted."""
    ordered = sorted(contacts, key=lambda item: (item.event.started_at, item.event.event_id))
    keys = {key for number in complaint.numbers if (key := number_key(number, country)) is not None}
    cases = set(complaint.cases)

    def is_meant(event: Event) -> bool:
        return event.case_id in cases or any(number_key(number, country) in keys for number in _numbers(event))

    meant = [item for item in ordered if is_meant(item.event)]
    chosen = [item for item in meant if _within(item.event.started_at, complaint.period, timezone)]
    ids = {id(item) for item in meant}
    possible = [
        item
        for item in ordered
        if id(item) not in ids
        and _within(item.event.started_at, complaint.period, timezone)
        and any(_may_be(number, key) for number in _numbers(item.event) for key in keys)
    ]
    return Selection(
        tuple(chosen),
        len(meant) - len(chosen),
        sum(is_meant(item.event) and _within(item.event.started_at, complaint.period, timezone) for item in past),
        tuple(possible),
        _other_cases(ordered, meant, cases),
    )


def _numbers(event: Event) -> Iterator[str]:
    for recipient in (event.recipient, *(event.recipient.members or ())):
        if recipient.number is not None:
            yield recipient.number


def _within(instant: datetime, period: tuple[date, date] | None, timezone: str | None) -> bool:
    return period is None or period[0] <= local_date(instant, timezone) <= period[1]


def _may_be(shown: str, key: str) -> bool:
    """Say whether what a mask leaves of a number agrees with a number."""
    found = _HALF_SHOWN.fullmatch(re.sub(r"[ \-]", "", shown))
    if found is None or len(found[1]) + len(found[2]) < _FEWEST_SHOWN:
        return False
    # The mask may begin with the country code or without it, and need not be as long as what it hides.
    return key.endswith(found[2]) and any(digits.startswith(found[1]) for digits in (key[1:], key[3:], "0" + key[3:]))


def _other_cases(ordered: Sequence[Contact], meant: Sequence[Contact], cases: set[str]) -> tuple[tuple[str, int], ...]:
    """Count the contacts beside those that are meant, of their cases and of the other cases of their borrowers."""
    ids = {id(item) for item in meant}
    borrowers = {item.event.borrower_id for item in meant} - {None}
    led_to = {item.event.case_id for item in meant}
    led_to |= {item.event.case_id for item in ordered if item.event.borrower_id in borrowers}
    beside = Counter(
        item.event.case_id
        for item in ordered
        if id(item) not in ids and item.event.case_id in led_to - cases and has_case(item.event.case_id)
    )
    return tuple(sorted(beside.items()))

"""Who was addressed (lines 6 to 9)."""

import datetime as dt
from collections.abc import Callable

from collection_guard.model import CaseProfile, Event, Recipient

from .keys import covers, dates_of, folded, is_blank, is_masked, legal_zone, number_key
from .values import Settings, Tri, agreed, all_of, any_of, negation

# Line 6.
DEBTOR = {"self"}
OBLIGOR = {"co_borrower", "guarantor"}
REPRESENTATIVE = {"attorney", "agent_authorised", "guardian", "executor", "heir"}


def borrower_zone(profile: CaseProfile | None, settings: Settings) -> str | None:
    """Return the zone of the borrower's dates, else the configured one (line 7)."""
    if profile is not None and profile.timezone is not None:
        return legal_zone(profile.timezone)
    return legal_zone(settings.timezone)


def borrower_dates(event: Event, profile: CaseProfile | None, settings: Settings) -> tuple[dt.date, ...]:
    """Return the date of an event where the borrower is; several where the zone is unknown."""
    return dates_of(event.started_at, borrower_zone(profile, settings))


def is_group(recipient: Recipient) -> bool:
    """Say whether several people were addressed at once (line 9)."""
    return recipient.audience in ("group", "public") or (recipient.audience == "unknown" and bool(recipient.members))


def _own(recipient: Recipient, profile: CaseProfile | None, day: dt.date, settings: Settings) -> Tri:
    """Line 7: is the number the borrower's own on this date?"""
    if profile is None or profile.numbers is None:
        return None
    if not profile.numbers:
        return False  # a borrower without numbers owns none, whatever was called
    key = number_key(recipient.number, settings.country)
    if key is None:
        return None
    answers: list[Tri] = [False]
    for number in profile.numbers:
        if covers(number.valid_from, number.valid_to, day):
            other = number_key(number.number, settings.country)
            answers.append(None if other is None else other == key)
    return any_of(*answers)


def _was_own(recipient: Recipient, profile: CaseProfile | None, day: dt.date, settings: Settings) -> bool:
    """Line 7: is the number known to have been the borrower's, and to be so no longer?"""
    key = number_key(recipient.number, settings.country)
    if key is None or profile is None or profile.numbers is None:
        return False
    ended = [
        number
        for number in profile.numbers
        if number_key(number.number, settings.country) == key and number.valid_to is not None and number.valid_to < day
    ]
    return bool(ended) and _own(recipient, profile, day, settings) is False


def _is_contacts(recipient: Recipient, profile: CaseProfile | None, day: dt.date, settings: Settings) -> bool:
    """Line 7: is the number known to be that of a contact of the profile on this date?"""
    key = number_key(recipient.number, settings.country)
    if key is None or profile is None:
        return False
    return any(
        number_key(contact.number, settings.country) == key
        for contact in profile.emergency_contacts or ()
        if covers(contact.valid_from, contact.valid_to, day)
    )


def same_name(one: str | None, other: str | None) -> Tri:
    """Compare two names; one that is missing or masked decides nothing."""
    if one is None or other is None or is_blank(one) or is_blank(other) or is_masked(one) or is_masked(other):
        return None
    return folded(one) == folded(other)


def same_contact(
    number: str | None, name: str | None, other_number: str | None, other_name: str | None, settings: Settings
) -> Tri:
    """Compare two people: by number if both have one, else by name (line 8)."""
    key, other_key = number_key(number, settings.country), number_key(other_number, settings.country)
    if key is not None and other_key is not None:
        return key == other_key
    return same_name(name, other_name)


def _emergency(recipient: Recipient, profile: CaseProfile | None, day: dt.date, settings: Settings) -> Tri:
    """Line 8, for one person on one date."""
    if profile is not None:
        if profile.emergency_contacts is None:
            return None
        return any_of(
            False,
            *(
                same_contact(recipient.number, recipient.name, contact.number, contact.name, settings)
                for contact in profile.emergency_contacts
                if covers(contact.valid_from, contact.valid_to, day)
            ),
        )
    return None if recipient.roles is None else "emergency_contact" in recipient.roles


def _addressee(recipient: Recipient, profile: CaseProfile | None, day: dt.date, settings: Settings) -> tuple[Tri, Tri]:
    """Line 7, for one person on one date: is it the borrower, and is it a third party?"""
    if _own(recipient, profile, day, settings) is True:
        both = _is_contacts(recipient, profile, day, settings)
        return (None, None) if both else (True, False)
    if _was_own(recipient, profile, day, settings):
        return False, True
    if recipient.relationship is not None:
        if recipient.relationship in DEBTOR:
            return True, False
        return False, recipient.relationship not in OBLIGOR | REPRESENTATIVE
    named = profile is not None and _emergency(recipient, profile, day, settings) is True
    if named or recipient.roles:
        return False, True
    return None, None


class Addressees:
    """Who is addressed by the events of one case."""

    def __init__(self, profile: CaseProfile | None, settings: Settings) -> None:
        self.profile = profile
        self.settings = settings

    def _on_each_date(self, event: Event, answer: Callable[[dt.date], Tri]) -> Tri:
        return agreed(answer(day) for day in borrower_dates(event, self.profile, self.settings))

    def _person_is_borrower(self, event: Event, person: Recipient) -> Tri:
        return self._on_each_date(event, lambda day: _addressee(person, self.profile, day, self.settings)[0])

    def _person_is_third(self, event: Event, person: Recipient) -> Tri:
        return self._on_each_date(event, lambda day: _addressee(person, self.profile, day, self.settings)[1])

    def person_is_emergency(self, event: Event, person: Recipient) -> Tri:
        """Say whether one person is an emergency contact (line 8)."""
        return self._on_each_date(event, lambda day: _emergency(person, self.profile, day, self.settings))

    def _person_has_own_number(self, event: Event, person: Recipient) -> Tri:
        return self._on_each_date(event, lambda day: _own(person, self.profile, day, self.settings))

    def number_is_own(self, event: Event) -> Tri:
        """Fact recipient.number_is_own (lines 7 and 9)."""
        person = event.recipient
        if is_group(person) and person.members:
            return any_of(*(self._person_has_own_number(event, member) for member in person.members))
        return self._person_has_own_number(event, person)

    def is_third_party(self, event: Event) -> Tri:
        """Fact recipient.is_third_party (lines 6, 7 and 9)."""
        person = event.recipient
        if not is_group(person):
            third = self._person_is_third(event, person)
            return any_of(third, None) if person.audience == "unknown" else third
        if not person.members:
            return True
        return any_of(*(self._person_is_third(event, member) for member in person.members))

    def is_borrower(self, event: Event) -> Tri:
        """Fact recipient.is_borrower (lines 7 and 18)."""
        person = event.recipient
        if not is_group(person):
            return None if person.audience == "unknown" else self._person_is_borrower(event, person)
        if not person.members:
            return None if person.relationship is None else person.relationship == "self"
        return any_of(*(self._person_is_borrower(event, member) for member in person.members))

    def borrowing_members(self, event: Event) -> list[Recipient]:
        """Return the members of a group that are the borrower, or where none surely is, those that may be."""
        members = event.recipient.members or ()
        surely = [member for member in members if self._person_is_borrower(event, member) is True]
        return surely or [member for member in members if self._person_is_borrower(event, member) is None]

    def member_is_borrower(self, event: Event, person: Recipient) -> Tri:
        """Say whether one person is the borrower (line 7)."""
        return self._person_is_borrower(event, person)

    def is_emergency_contact(self, event: Event) -> Tri:
        """Fact recipient.is_emergency_contact (lines 8 and 9).

        Of a group, the opposite of: some member is a third party and no emergency contact.
        """
        person = event.recipient
        if not is_group(person):
            return None if person.audience == "unknown" else self.person_is_emergency(event, person)
        if not person.members:
            return None
        strangers = (
            all_of(self._person_is_third(event, member), negation(self.person_is_emergency(event, member)))
            for member in person.members
        )
        return negation(any_of(*strangers))

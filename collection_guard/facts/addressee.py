"""Who was addressed: own numbers, party classes, emergency contacts, zones (semantics 6-9 and 16)."""

from collections.abc import Container, Iterable
from datetime import date
from typing import Final, Protocol

from collection_guard.facts.clock import dates_of, legal_zone
from collection_guard.facts.names import fold_name
from collection_guard.facts.numbers import number_key, zones_of_number
from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.language.kleene import all_of, any_of, negation
from collection_guard.model.event import Recipient
from collection_guard.model.profile import EmergencyContact
from collection_guard.model.words import UNKNOWN

_GROUPS: Final = frozenset({"group", "public"})
_OPEN: Final = "open"
"""A number that is both the borrower's and a contact's: both readings are open (semantics 7)."""


class _Dated(Protocol):
    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


def valid_on(entry: _Dated, day: date) -> bool:
    """Say whether an entry holds on a date; both its dates are inclusive, a null one is open (semantics 3)."""
    return (entry.valid_from is None or entry.valid_from <= day) and (entry.valid_to is None or day <= entry.valid_to)


def _agreed(readings: Iterable[bool | None]) -> bool | None:
    """Return what is so on every date that it can be, else unknown."""
    readings = list(readings)
    return readings[0] if all(reading is readings[0] for reading in readings) else None


def usable_name(name: str | None) -> str | None:
    """Return a name as a key, or None if it is missing or masked."""
    if name is None or not name.strip() or any(mark in name for mark in "*＊●•"):
        return None
    return fold_name(name)


def same_person(number: str | None, name: str | None, other_number: str | None, other_name: str | None) -> bool | None:
    """Say whether two records mean one person: by number if both have one, else by name (semantics 8)."""
    if number is not None and other_number is not None:
        return number == other_number
    if name is not None and other_name is not None:
        return name == other_name
    return None


class Addressee:
    """One recipient of an event, read against the case profile on the dates that the contact may have."""

    __slots__ = ("_classes", "_country", "_recipient", "days", "name", "number", "sheet")

    def __init__(self, sheet: FactSheet, recipient: Recipient, days: tuple[date, ...]) -> None:
        self.sheet = sheet
        self.days = days
        self._recipient = recipient
        self._country = sheet.world.settings.country
        self.number = number_key(recipient.number, self._country)
        self.name = usable_name(recipient.name)
        self._classes: frozenset[str | None] | None = None

    def number_is_own(self) -> bool | None:
        """Say whether the number is the borrower's own on that date."""
        profile = self.sheet.profile
        if profile is None or profile.numbers is None:
            return None
        if not profile.numbers:
            return False
        if self.number is None:
            return None
        return _agreed(self._own_on(day) for day in self.days)

    def _own_on(self, day: date) -> bool | None:
        profile = self.sheet.profile
        assert profile is not None  # noqa: S101  # asked only with a profile
        return any_of(
            None if key is None else key == self.number
            for entry in profile.numbers or ()
            if valid_on(entry, day)
            for key in (number_key(entry.number, self._country),)
        )

    def _was_own_before(self, day: date) -> bool:
        profile = self.sheet.profile
        return profile is not None and any(
            number_key(entry.number, self._country) == self.number
            and entry.valid_to is not None
            and entry.valid_to < day
            for entry in profile.numbers or ()
        )

    def _contacts_on(self, day: date) -> list[EmergencyContact]:
        profile = self.sheet.profile
        contacts = (profile.emergency_contacts if profile else None) or ()
        return [entry for entry in contacts if valid_on(entry, day)]

    def _is_entry(self, entry: EmergencyContact) -> bool | None:
        return same_person(self.number, self.name, number_key(entry.number, self._country), usable_name(entry.name))

    def classes(self) -> frozenset[str | None]:
        """Return the party class on each date that it can be; None stands for one that is unknown."""
        if self._classes is None:
            found = (self._class_on(day) for day in self.days)
            self._classes = frozenset(None if one == _OPEN else one for one in found)
        return self._classes

    def party_class(self) -> str | None:
        """Return the party class; None if it is unknown."""
        (found, *more) = self.classes()
        return None if more else found

    def is_of(self, wanted: Container[str]) -> bool | None:
        """Say whether the party class is one of several: on every date that it can be, else it is unknown."""
        return _agreed(None if one is None else one in wanted for one in self.classes())

    def _class_on(self, day: date) -> str | None:
        decisive = self._class_by_number(day)
        if decisive is not None:
            return decisive
        if self._recipient.relationship is not None:
            return self.sheet.rule_set.tables.class_of.get(self._recipient.relationship)
        if any_of(self._is_entry(entry) for entry in self._contacts_on(day)):
            return "contact"
        # However the person came to be listed, the list was not one of the borrower's own numbers.
        return "contact" if self._recipient.roles else None

    def _class_by_number(self, day: date) -> str | None:
        """Return what the number alone decides: it outranks the word (semantics 7)."""
        profile = self.sheet.profile
        if self.number is None or profile is None or profile.numbers is None:
            return None
        own = self._own_on(day)
        if own:
            country = self._country
            shared = any(number_key(e.number, country) == self.number for e in self._contacts_on(day))
            return _OPEN if shared else "debtor"
        if own is False and self._was_own_before(day):
            return "unrelated"
        return None

    def is_emergency_contact(self) -> bool | None:
        """Say whether the borrower named this person beforehand (semantics 8)."""
        profile = self.sheet.profile
        if profile is None:
            roles = self._recipient.roles
            return None if roles is None else "emergency_contact" in roles
        if profile.emergency_contacts is None:
            return None
        return _agreed(any_of(self._is_entry(entry) for entry in self._contacts_on(day)) for day in self.days)

    def zones(self, *, is_borrower: bool | None) -> tuple[str, ...]:
        """Return every zone that the person may be in (semantics 16); none if nothing is known."""
        sheet, profile = self.sheet, self.sheet.profile
        if self._recipient.timezone is not None:
            return () if self._recipient.timezone == UNKNOWN else (self._recipient.timezone,)
        if is_borrower and profile is not None and profile.locations:
            # Pieces of evidence may disagree, and then each place is one where the borrower may be.
            return tuple(sorted({location.timezone for location in profile.locations}))
        if is_borrower and profile is not None and profile.timezone is not None:
            return (profile.timezone,)
        configured = sheet.world.settings.timezone
        return (
            (self._zones_as_contact() if is_borrower is False else ())
            or zones_of_number(self._recipient.number)
            or ((configured,) if configured else ())
        )

    def _zones_as_contact(self) -> tuple[str, ...]:
        """Return the zones that the profile gives for this person as an emergency contact."""
        profile = self.sheet.profile
        return tuple(
            entry.timezone
            for entry in (profile.emergency_contacts if profile else None) or ()
            if entry.timezone is not None and all(valid_on(entry, day) for day in self.days) and self._is_entry(entry)
        )


def addressee_of(sheet: FactSheet) -> Addressee:
    """Return the addressee of an event."""
    addressee: Addressee = sheet.value("recipient.addressee")
    return addressee


def people_of(sheet: FactSheet) -> list[Addressee]:
    """Return everyone addressed: the known members of a group, else the one recipient."""
    members: list[Addressee] | None = sheet.value("recipient.group")
    return members or [addressee_of(sheet)]


@fact("borrower.zone")
def _borrower_zone(sheet: FactSheet) -> str | None:
    profile = sheet.profile
    zone = (profile.timezone if profile else None) or sheet.world.settings.timezone
    return legal_zone(zone, sheet.rule_set.tables.legal_zones) if zone else None


@fact("recipient.addressee")
def _addressee(sheet: FactSheet) -> Addressee:
    days = dates_of(sheet.event.started_at, sheet.borrower_zone)
    return Addressee(sheet, sheet.event.recipient, days)


@fact("recipient.group")
def _group(sheet: FactSheet) -> list[Addressee] | None:
    """Return the members of the group addressed; an empty list if they are not known; None if it is no group.

    Of an audience that is unknown, members that are listed show that it is one.
    """
    recipient = sheet.event.recipient
    if recipient.audience not in _GROUPS and not (recipient.audience == UNKNOWN and recipient.members):
        return None
    days = addressee_of(sheet).days
    return [Addressee(sheet, member, days) for member in recipient.members or ()]


def _may_be_group(sheet: FactSheet) -> bool:
    """Say whether it is unknown if the one recipient was alone."""
    return sheet.event.recipient.audience == UNKNOWN


def _is_third_party(sheet: FactSheet, addressee: Addressee) -> bool | None:
    return addressee.is_of(sheet.rule_set.tables.third_party_classes)


@fact("recipient.party_class")
def _party_class(sheet: FactSheet) -> str | None:
    return addressee_of(sheet).party_class()


@fact("recipient.is_third_party")
def _is_third(sheet: FactSheet) -> bool | None:
    group: list[Addressee] | None = sheet.value("recipient.group")
    if group is None:
        alone = _is_third_party(sheet, addressee_of(sheet))
        return any_of([alone, None]) if _may_be_group(sheet) else alone
    # Without members a group holds at least one third party, whoever it is (semantics 9).
    return any_of(_is_third_party(sheet, member) for member in group) if group else True


@fact("recipient.is_borrower")
def _is_borrower(sheet: FactSheet) -> bool | None:
    group: list[Addressee] | None = sheet.value("recipient.group")
    if group is None:
        return None if _may_be_group(sheet) else is_debtor(addressee_of(sheet))
    if group:
        return any_of(is_debtor(member) for member in group)
    relationship = sheet.event.recipient.relationship
    return None if relationship is None else relationship == "self"


def is_debtor(addressee: Addressee) -> bool | None:
    """Say whether one person is the borrower."""
    return addressee.is_of(("debtor",))


@fact("recipient.is_emergency_contact")
def _is_emergency_contact(sheet: FactSheet) -> bool | None:
    group: list[Addressee] | None = sheet.value("recipient.group")
    if group is None:
        return None if _may_be_group(sheet) else addressee_of(sheet).is_emergency_contact()
    if not group:
        return None
    # A group is as good as its third parties: one who was not named beforehand is one too many.
    return negation(
        any_of(all_of([_is_third_party(sheet, member), negation(member.is_emergency_contact())]) for member in group)
    )


@fact("recipient.number_is_own")
def _number_is_own(sheet: FactSheet) -> bool | None:
    return any_of(person.number_is_own() for person in people_of(sheet))


@fact("recipient.has_number")
def _has_number(sheet: FactSheet) -> bool:
    number = sheet.event.recipient.number
    return number is not None and bool(number.strip())


@fact("recipient.relationship")
def _relationship(sheet: FactSheet) -> str | None:
    return sheet.event.recipient.relationship


@fact("recipient.roles")
def _roles(sheet: FactSheet) -> frozenset[str] | None:
    roles = sheet.event.recipient.roles
    return None if roles is None else frozenset(roles)


@fact("borrower.accessibility")
def _accessibility(sheet: FactSheet) -> frozenset[str] | None:
    profile = sheet.profile
    return None if profile is None or profile.accessibility is None else frozenset(profile.accessibility)


@fact("recipient.zones")
def _zones(sheet: FactSheet) -> tuple[str, ...]:
    """Return every zone that the recipient may be in (semantics 16); none if nothing is known.

    Of a group, these are the zones of all members; one of whom nothing is known leaves all open.
    """
    members: list[Addressee] | None = sheet.value("recipient.group")
    if members and sheet.event.recipient.timezone is None:
        return _zones_of_all(sheet, (member.zones(is_borrower=is_debtor(member)) for member in members))
    return _zones_of_all(sheet, [addressee_of(sheet).zones(is_borrower=sheet.value("recipient.is_borrower"))])


@fact("borrower.zones")
def _borrower_zones(sheet: FactSheet) -> tuple[str, ...]:
    """Return every zone that the borrower may be in as the one addressed (semantics 18)."""
    if sheet.value("recipient.is_borrower") is False:
        zone = sheet.borrower_zone
        return (zone,) if zone else ()
    members: list[Addressee] | None = sheet.value("recipient.group")
    addressed = [addressee_of(sheet)]
    if members and sheet.event.recipient.timezone is None:
        surely = [member for member in members if is_debtor(member)]
        addressed = surely or [member for member in members if is_debtor(member) is None]
    return _zones_of_all(sheet, (person.zones(is_borrower=True) for person in addressed))


def _zones_of_all(sheet: FactSheet, each: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Return the zones by which people are judged; none if nothing is known of one of them."""
    zones = list(each)
    table = sheet.rule_set.tables.legal_zones
    return tuple(sorted({legal_zone(zone, table) for found in zones for zone in found})) if all(zones) else ()

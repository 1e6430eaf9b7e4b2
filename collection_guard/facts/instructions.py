"""Instructions in force: numbers reported wrong, requests to cease (semantics 23)."""

from collections.abc import Hashable, Iterator
from typing import Final

from collection_guard.facts.addressee import Addressee, addressee_of, is_debtor, people_of, same_person
from collection_guard.facts.debts import debts_of
from collection_guard.facts.numbers import number_key
from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.facts.signs import Sign, instructs
from collection_guard.language.kleene import all_of, any_of
from collection_guard.model.profile import Instruction
from collection_guard.model.words import OTHER_CHANNEL, StateChange

WRONG: Final[tuple[StateChange, ...]] = ("wrong_number", "recycled_number")
CEASE: Final[tuple[StateChange, ...]] = ("cease",)
WITHOUT_NUMBER: Final = frozenset({"visit", "letter", "social_post"})


def _given(sheet: FactSheet, kinds: tuple[str, ...]) -> Iterator[Instruction]:
    """Yield the instructions of the profile that are known and in force at the start of the event."""
    started = sheet.event.started_at
    instructions = (sheet.profile.instructions if sheet.profile else None) or ()
    for instruction in instructions:
        if (
            instruction.kind in kinds
            and (instruction.at is None or instruction.at <= started)
            and (instruction.expires is None or started < instruction.expires)
        ):
            yield instruction


def _reported(sign: Sign) -> tuple[Hashable, Hashable] | None:
    """Return what a sign reported, of whom: all on which an instruction in the log hangs."""
    event = sign.event
    if event.outcome.state_change is None:
        return None
    number = number_key(event.recipient.number, sign.sheet.world.settings.country)
    people = tuple((person.number, person.name, borrows) for person, borrows in _addressed(sign.sheet))
    return "", (event.outcome.state_change, number, people)


def _profile_is_silent(sheet: FactSheet) -> bool | None:
    """Return false where the profile's list is known; without one, there may be instructions nobody sees."""
    return None if sheet.profile is None or sheet.profile.instructions is None else False


def _to_number(sheet: FactSheet, number: str | None) -> bool | None:
    """Say whether the contact was to a number; one that could not go to a number was not."""
    people = people_of(sheet)
    alone = people == [addressee_of(sheet)]
    if alone and not sheet.value("recipient.has_number") and sheet.event.channel in WITHOUT_NUMBER:
        return False
    named = number_key(number, sheet.world.settings.country)
    return any_of(None if person.number is None or named is None else person.number == named for person in people)


@fact("recipient.number_reported_wrong")
def _number_reported_wrong(sheet: FactSheet) -> bool | None:
    told = [told_wrong(sheet, instruction) for instruction in _given(sheet, WRONG)]
    logged = [reported_wrong(sheet, sign) for sign in sheet.history.signs(sheet, _reported, ("",))]
    return any_of([*told, *logged, _profile_is_silent(sheet)])


def told_wrong(sheet: FactSheet, instruction: Instruction) -> bool | None:
    """Say whether a contact went to the number that the profile says is somebody else's."""
    return _to_number(sheet, instruction.number)


def reported_wrong(sheet: FactSheet, sign: Sign) -> bool | None:
    """Say whether an earlier event reported that the number of a contact is somebody else's."""
    return all_of([instructs(sign, WRONG), _to_number(sheet, sign.event.recipient.number)])


@fact("recipient.has_asked_to_cease")
def _has_asked_to_cease(sheet: FactSheet) -> bool | None:
    told = [told_to_cease(sheet, instruction) for instruction in _given(sheet, CEASE)]
    logged = [reported_cease(sheet, sign) for sign in sheet.history.signs(sheet, _reported, ("",))]
    return any_of([*told, *logged, _profile_is_silent(sheet)])


def reported_cease(sheet: FactSheet, sign: Sign) -> bool | None:
    """Say whether an earlier event reported a request to cease that binds a contact."""
    return all_of([instructs(sign, CEASE), _same_recipient(sheet, sign)])


def told_to_cease(sheet: FactSheet, instruction: Instruction) -> bool | None:
    """Say whether a request in the profile binds this contact: by channel, by number, else the borrower's."""
    same_channel: bool | None = True
    if instruction.channel is not None:
        channels = {instruction.channel, sheet.event.channel}
        same_channel = None if OTHER_CHANNEL in channels else len(channels) == 1
    to_whom = (
        sheet.value("recipient.is_borrower") if instruction.number is None else _to_number(sheet, instruction.number)
    )
    return all_of([same_channel, to_whom])


def _same_recipient(sheet: FactSheet, sign: Sign) -> bool | None:
    """Say whether a request in the log binds this contact: it binds the one who made it, of a group each member."""
    return any_of(_is_one(now, then) for now in _addressed(sheet) for then in _addressed(sign.sheet))


def _addressed(sheet: FactSheet) -> list[tuple[Addressee, bool | None]]:
    """Return everyone addressed, and whether it is the borrower."""
    if sheet.value("recipient.group"):
        return [(member, is_debtor(member)) for member in people_of(sheet)]
    return [(addressee_of(sheet), sheet.value("recipient.is_borrower"))]


def _is_one(now: tuple[Addressee, bool | None], then: tuple[Addressee, bool | None]) -> bool | None:
    """Say whether two contacts were with one person; the borrower and somebody else are two, whatever the number."""
    (one, one_borrows), (other, other_borrows) = now, then
    if one_borrows is not None and other_borrows is not None and one_borrows != other_borrows:
        return False
    return any_of([all_of([one_borrows, other_borrows]), same_person(one.number, one.name, other.number, other.name)])


def binding(sheet: FactSheet, kinds: tuple[str, ...]) -> bool | None:
    """Say whether an instruction of the profile binds the contact: where it names something, only that."""
    return any_of([*(_concerns(sheet, one) for one in _given(sheet, kinds)), _profile_is_silent(sheet)])


def _concerns(sheet: FactSheet, instruction: Instruction) -> bool | None:
    return all_of(
        [
            True if instruction.number is None else _to_number(sheet, instruction.number),
            _by_channel(sheet, instruction),
            True if instruction.place is None else _at_place(sheet, instruction.place),
            True if instruction.debt is None else _about_debt(sheet, instruction.debt),
        ]
    )


def _by_channel(sheet: FactSheet, instruction: Instruction) -> bool | None:
    if instruction.channel is None:
        return True
    return _same(sheet.value("contact.channel"), instruction.declared_channel or instruction.channel)


def _same(one: str | None, other: str) -> bool | None:
    return None if one is None else one == other


def _at_place(sheet: FactSheet, place: str) -> bool | None:
    """Say whether the contact meets the person at a place: what it reaches is there, or the person is known to be."""
    fields = sheet.rule_set.extensions.fields
    found = [_same(sheet.value(f"field.{name}"), place) for name in ("place", "known_location") if name in fields]
    return any_of(found) if found else None


def _about_debt(sheet: FactSheet, debt: str) -> bool | None:
    debts, _ = debts_of(sheet, "debt")
    own = f"case:{sheet.event.case_id}"
    # A contact that names no debt is about the case; which of its debts that is, nobody said.
    return None if tuple(debts) == (own,) and debt != own else debt in debts

"""By what measures collect the events of the past, from when the log is whole, and which numbers count no more."""

from datetime import date
from typing import TYPE_CHECKING, Final

from collection_guard.facts.clock import microseconds, start_of_day
from collection_guard.facts.names import fold_name
from collection_guard.facts.numbers import number_key
from collection_guard.facts.world import has_case
from collection_guard.language.compiled import CompiledMeasure
from collection_guard.language.schema import Key

if TYPE_CHECKING:
    from collection_guard.facts.sheet import FactSheet

MAY_BE_ANY: Final = frozenset[Key]({"number", "collector", "agency", "person", "channel", "address"})
KeyOf = tuple[str | None, ...]
"""The parts of a key; None stands for one that is unknown, and may be any."""
_BORROWER: Final = "the borrower"
_EVERY_DEBT: Final = "*"
"""Measures by debts collect the contacts of all debts, and each contact says which it counts for."""


def key_of(sheet: "FactSheet", measure: CompiledMeasure) -> KeyOf | None:
    """Return the key by which a measure collects events, None if it has no case or borrower to be collected by.

    A case without a borrower id is a borrower of its own; a report says so. A number, a collector or an agency that
    is not recorded may be any.
    """
    parts = [key_part(sheet, key) for key in measure.keys]
    if any(part is None and key not in MAY_BE_ANY for part, key in zip(parts, measure.keys, strict=True)):
        return None
    return tuple(parts)


def key_part(sheet: "FactSheet", key: Key) -> str | None:
    """Return one part of the key by which measures collect events, None if the event has or names none."""
    event = sheet.event
    match key:
        case "case":
            return case_key(event.case_id)
        case "borrower":
            return borrower_key(event.borrower_id, event.case_id, sheet.profile.borrower_id if sheet.profile else None)
        case "number":
            return number_key(event.recipient.number, sheet.world.settings.country)
        case "collector":
            return event.collector.id
        case "person":
            return _person(sheet)
        case "channel":
            channel: str | None = sheet.value("contact.channel")
            return channel
        case "address":
            address: str | None = sheet.value("field.about_address") or sheet.value("field.to_address")
            return address
        case "debt" | "called_debt" | "discussed_debt" | "account":
            return _EVERY_DEBT
        case _:  # the agency, the last of the keys
            return agency_key(event.agency)


def case_key(case_id: str) -> str | None:
    """Return a case as a key, None if it is not known."""
    return case_id if has_case(case_id) else None


def borrower_key(named: str | None, case_id: str, in_profile: str | None) -> str | None:
    """Return a borrower as a key: as a contact names it, else its profile, else the case stands for it."""
    borrower = named or in_profile
    return f"case:{case_id}" if borrower is None and has_case(case_id) else borrower


def agency_key(agency: str | None) -> str | None:
    """Return an agency as a key, None if it is not recorded."""
    return fold_name(agency) if agency and agency.strip() else None


def _person(sheet: "FactSheet") -> str | None:
    """Return who is contacted as a key: the borrower, else a person by name or by number."""
    borrower: bool | None = sheet.value("recipient.is_borrower")
    if borrower and sheet.event.recipient.relationship in {None, "self"}:
        return _BORROWER
    recipient = sheet.event.recipient
    if borrower is None:
        return None
    if recipient.name and recipient.name.strip():
        return fold_name(recipient.name)
    return number_key(recipient.number, sheet.world.settings.country)


def complete_from(sheet: "FactSheet", measure: CompiledMeasure) -> int | None:
    """Return the instant from which the log holds all that a measure may count, None if it is taken as whole.

    Cases that share a key are whole together from when the last of them is.
    """
    world, own = sheet.world, sheet.profile
    general = world.settings.history_complete_from
    whole_from, whole_from_of = wholeness(sheet)
    days = {own.history_from if own else None}
    if "case" not in measure.keys and "borrower" in measure.keys:
        days |= whole_from_of
    elif "case" not in measure.keys:
        days = {whole_from, general}
    day = max((found for day in days if (found := day or general) is not None), default=None)
    if day is not None:
        return microseconds(start_of_day(day, sheet.borrower_zone))
    if sheet.kept is None and world.settings.history == "from-earliest" and world.earliest is not None:
        return microseconds(world.earliest)
    return None


def wholeness(sheet: "FactSheet") -> tuple[date | None, frozenset[date | None]]:
    """Return from when the last of all cases is whole, and from when those of the borrower are, by their profiles."""
    if sheet.kept is not None and sheet.rule_set.pack in sheet.kept.facts:
        kept = sheet.kept.facts[sheet.rule_set.pack]
        return kept.whole_from, kept.whole_from_of
    borrower = sheet.event.borrower_id or (sheet.profile.borrower_id if sheet.profile else None)
    return sheet.world.whole_from, sheet.world.whole_from_of.get(borrower or "", frozenset())


def voided_numbers(sheet: "FactSheet", measure: CompiledMeasure) -> frozenset[str | None] | None:
    """Return the numbers that are known by now to be somebody else's, where contacts to them count no more.

    None among them stands for a report that names no number: it may be of any. So does one of which it is not known
    whether it was heard of by now: it may be of none.
    """
    kinds = measure.void_once_reported
    if not kinds:
        return None
    country, known = sheet.world.settings.country, sheet.as_of
    told = (sheet.profile.instructions if sheet.profile else None) or ()
    found = {
        number_key(one.number, country)
        for one in told
        if one.kind in kinds and (one.at is None or one.at <= known) and (one.expires is None or known < one.expires)
    }
    return frozenset(
        found
        | {
            number_key(sign.event.recipient.number, country) if sign.heard else None
            for sign in sheet.history.reports(sheet)
            if sign.event.outcome.state_change in kinds
        }
    )

"""Facts that packs declare: further fields, calendars, instructions that bind, answers to the borrower."""

from datetime import datetime
from typing import Any, Final

from collection_guard.facts.clock import local_date, same_date
from collection_guard.facts.instructions import binding
from collection_guard.facts.sheet import FactSheet, declared, declared_in_zone
from collection_guard.facts.signs import Sign
from collection_guard.language.fields import FieldOf
from collection_guard.language.kleene import all_of, any_of, negation

_TEXT: Final = "text"


@declared("field")
def _field(sheet: FactSheet, name: str) -> Any:
    """Return a field as it was given; a value that is none of its type or words is unknown."""
    field = sheet.rule_set.extensions.fields[name]
    if name == _TEXT:
        return sheet.event.content
    record = sheet.profile if field.of_profile else sheet.event
    given = (record.fields if record is not None else None) or {}
    return _typed(field, given.get(name))


def _typed(field: FieldOf, value: Any) -> Any:
    match field.type:
        case "bool":
            return value if isinstance(value, bool) else None
        case "int" | "float":
            return value if isinstance(value, int | float) and not isinstance(value, bool) else None
        case "set":
            words = value if isinstance(value, list | tuple) else None
            known = words is not None and all(isinstance(word, str) for word in words)
            return frozenset(words or ()) if known and not (field.words and set(words or ()) - field.words) else None
        case _:
            return value if isinstance(value, str) and (not field.words or value in field.words) else None


@declared_in_zone("calendar")
def _calendar(sheet: FactSheet, name: str, zone: str) -> bool | None:
    """Say whether the local date is a day of a calendar; outside what was published it is unknown."""
    calendar = sheet.rule_set.extensions.calendars[name]
    day = local_date(sheet.event.started_at, zone)
    return day in calendar.days if calendar.first <= day <= calendar.last else None


@declared("instruction")
def _instruction(sheet: FactSheet, name: str) -> bool | None:
    return binding(sheet, sheet.rule_set.extensions.instructions[name])


@declared("reply")
def _reply(sheet: FactSheet, name: str) -> bool | None:
    """Return what is known of an answer; of an event that the log does not hold, nothing is."""
    wanted: str | None = sheet.value("field.in_reply_to")
    if wanted is None:
        return False
    earlier = list(sheet.history.past_of_case(sheet))
    answered = next((sign for sign in earlier if sign.event_id == wanted and sign.heard), None)
    if name == "is_first":
        return negation(any_of(all_of([_answers(sign, wanted), sign.heard]) for sign in earlier))
    if answered is None:
        return None
    match name:
        case "answers":
            inbound = answered.event.direction
            return None if inbound is None else inbound == "inbound"
        case "same_channel":
            channels = {one.value("contact.channel") for one in (sheet, answered.sheet)}
            return None if None in channels else len(channels) == 1
        case "same_day":
            return same_date(answered.event.started_at, sheet.event.started_at, sheet.borrower_zone)
        case _:  # in the session
            ended: datetime | None = answered.event.ended_at
            return None if ended is None else answered.event.started_at <= sheet.event.started_at <= ended


def _answers(sign: Sign, wanted: str) -> bool:
    return sign.event.direction == "outbound" and (sign.event.fields or {}).get("in_reply_to") == wanted

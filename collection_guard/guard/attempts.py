"""Events as callers give them: read, refused with every reason, and as they are before anybody has answered."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import ValidationError

from collection_guard.language.shapes import known_keys
from collection_guard.model.event import Claims, Event, Outcome
from collection_guard.model.mismatches import mismatch
from collection_guard.model.problems import EventError, Problem
from collection_guard.model.texts import nearest

_UNDER_WAY: Final = Outcome(disposition="unknown")
_UNKNOWN_OUTCOME: Final = Outcome(disposition="unknown", state_change="unknown")
_SPOKEN: Final = frozenset({"call", "video", "visit"})
"""Channels on which nobody knows beforehand what will be said."""


def event_of(given: Event | Mapping[str, Any], *, started_at: datetime | None = None, event_id: str = "") -> Event:
    """Return an event as given; raise EventError with everything that is wrong with it.

    ``started_at`` and ``event_id`` stand in where none are given.
    """
    if isinstance(given, Event):
        stands_in = {"started_at": started_at, "event_id": event_id}
        absent = {name: value for name, value in stands_in.items() if value and getattr(given, name) is None}
        return given.changed(**absent) if absent else given
    if not isinstance(given, Mapping):
        raise EventError([Problem("event_no_mapping", values={"kind": type(given).__name__})])
    fields = dict(given)
    if started_at is not None and fields.get("started_at") is None:
        fields["started_at"] = started_at
    if event_id and fields.get("event_id") is None:
        fields["event_id"] = event_id
    try:
        return Event.model_validate(fields)
    except ValidationError as error:
        raise EventError([_problem(details) for details in error.errors(include_url=False)]) from None


def _problem(details: Any) -> Problem:
    path = tuple(details["loc"])
    field = ".".join(str(part) for part in path)
    match details["type"]:
        case "extra_forbidden":
            return Problem("event_unknown_field", values={"field": field, "nearest": _near(path)})
        case "missing":
            return Problem("event_lacks", values={"field": field})
        case _:
            return Problem("event_value", values={"field": field, "reason": mismatch(details)})


def _near(path: tuple[int | str, ...]) -> str | None:
    near = nearest(str(path[-1]), known_keys(Event, path[:-1]))
    return near and ".".join(str(part) for part in (*path[:-1], near))


def before_contact(event: Event, at: datetime, after: Collection[str] = ()) -> Event:
    """Return an attempt as it is known before the contact: at its instant, with an outcome that nobody knows.

    ``after`` names further fields of the rules that only the contact will tell.
    """
    fields = event.fields
    if fields is not None and after:
        fields = {name: value for name, value in fields.items() if name not in after}
    return event.changed(
        started_at=at,
        ended_at=None,
        talk_seconds=None,
        recorded_at=None,
        fields=fields,
        outcome=_UNKNOWN_OUTCOME,
    )


def without_speech(event: Event) -> Event:
    """Return a contact that was made without what was said in it; a message keeps its words, known before."""
    if event.channel not in _SPOKEN:
        return event
    return event.changed(content=None, signals=None, claims=Claims())


def reserved(attempt: Event, token: str) -> Event:
    """Return an attempt as it takes its place in what is counted: under way, and no instruction given by anybody."""
    return attempt.changed(event_id=f"reserved:{token}", outcome=_UNDER_WAY)

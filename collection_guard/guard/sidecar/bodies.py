"""What is sent to the sidecar, and how it is read: strictly, with every problem named."""

import json
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, Field, ValidationError

from collection_guard.language.shapes import detailed_problems, note_places
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.event import Event, Identifier, OfContact, Record
from collection_guard.model.masking import mask_any
from collection_guard.model.problems import InputError, Problem

MOST_IN_BATCH: Final = 200
_SHOWN: Final = 20
"""How many problems of one body are told; a body can hold more than anybody reads."""

_UNSHOWN: Final = frozenset({"content", "extra"})
"""What was said, and what is the caller's own."""

_Token = Annotated[str, Field(min_length=1, max_length=500)]


class Attempt(Event):
    """A contact that is about to be made: an event of which only what is known before it need be given."""

    event_id: Identifier | None = Field(default=None, description="Null: nothing but the decision is asked for.")  # type: ignore[assignment]  # an event has one
    started_at: OfContact | None = Field(default=None, description="When it is to begin; null: now.")  # type: ignore[assignment]  # an event has one


class CheckRequest(Record):
    """One contact that is about to be made."""

    attempt: Attempt


class CheckBatch(Record):
    """Contacts that are about to be made, decided in this order, each with what those before it reserved."""

    attempts: Annotated[tuple[Attempt, ...], Field(min_length=1, max_length=MOST_IN_BATCH)]


class RecordRequest(Record):
    """One contact that was made, with the token of its decision where it had one."""

    event: Event
    token: _Token | None = None


class RecordBatch(Record):
    """Contacts that were made, recorded in this order."""

    records: Annotated[tuple[RecordRequest, ...], Field(min_length=1, max_length=MOST_IN_BATCH)]


class CancelRequest(Record):
    """The token of a decision whose contact is not made after all."""

    token: _Token


class CancelBatch(Record):
    """The tokens of decisions whose contacts are not made after all."""

    tokens: Annotated[tuple[_Token, ...], Field(min_length=1, max_length=MOST_IN_BATCH)]


_Body = TypeVar("_Body", bound=BaseModel)


def read_body(model: type[_Body], raw: bytes) -> _Body:
    """Return a body as its model; raise InputError with what is wrong with it, values masked."""
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        raise InputError(_problems(model, raw, error)) from None


class _SentBody(Document):
    """A body as a document: its problems stand at the path of a field, and hold no value in full."""

    def problem(self, code: str, path: KeyPath = (), *, at_key: bool = False, **values: object) -> Problem:
        """Return a problem at the path of a field."""
        del at_key
        field = [str(part) for part in path if isinstance(part, str)]
        if "value" in values:
            values["value"] = _masked(field, values["value"])
        made = super().problem(code, path, at_key=False, **values)
        return Problem(code, ".".join(map(str, path)) or None, values=made.values)


def _masked(field: list[str], value: object) -> object:
    if _UNSHOWN.intersection(field) or isinstance(value, dict | list):
        return "…"
    if value is None or isinstance(value, bool):
        return value
    # The path within an event, which stands one or two fields deep in a body.
    known = next((".".join(field[place:]) for place in (1, 2) if field[place:]), "")
    masked = mask_any(known, str(value))
    return value if masked == str(value) else masked


def _problems(model: type[BaseModel], raw: bytes, error: ValidationError) -> list[Problem]:
    errors = error.errors(include_url=False)
    if errors[0]["type"] == "json_invalid":
        return [Problem("body_not_json", values={"reason": errors[0]["ctx"]["error"]})]
    document = _SentBody("", json.loads(raw), whole="request")
    for details in errors[:_SHOWN]:
        note_places(document, details["loc"])
    found = detailed_problems(model, document, errors[:_SHOWN])
    if len(errors) > _SHOWN:
        found.append(Problem("body_more_problems", values={"count": len(errors) - _SHOWN}))
    return found

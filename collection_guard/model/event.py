"""A contact event: a call, a message, a visit or a letter, as it was recorded."""

from typing import Annotated, Any, Self

import pytz
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from collection_guard.model.words import (
    AnsweredBy,
    Audience,
    Channel,
    CollectorKind,
    Direction,
    Disposition,
    Network,
    Party,
    Relationship,
    Role,
    Signal,
    StateChange,
)


def _known_zone(name: str) -> str:
    if name not in pytz.all_timezones_set:
        raise PydanticCustomError("unknown_zone", "not a zone of the IANA database: {zone}", {"zone": name})
    return name


Zone = Annotated[str, AfterValidator(_known_zone)]
"""The name of a time zone of the IANA database, such as ``Asia/Shanghai``."""

Identifier = Annotated[str, Field(min_length=1)]


class Record(BaseModel):
    """The base of every record: strict types, frozen, unknown fields refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Collector(Record):
    """Who made the contact: a person, an automatic dialer or a voice robot; all are judged alike."""

    id: str | None = None
    name: str | None = None
    kind: CollectorKind | None = None


class Recipient(Record):
    """The other party of the contact: the one called, or in an inbound contact the one who called."""

    name: str | None = None
    number: str | None = Field(
        default=None, description="As recorded. A masked number (138****1234) is shown, but never a key."
    )
    timezone: Zone | None = None
    relationship: Relationship | None = Field(default=None, description="To the borrower; null is unknown.")
    roles: tuple[Role, ...] | None = Field(
        default=None, description="How the person came to be listed; an empty list is none, null is unknown."
    )
    audience: Audience | None = None
    members: tuple["Recipient", ...] | None = Field(
        default=None, description="The members of a group, where the audience is one."
    )


class Outcome(Record):
    """What came of the contact. What is not recorded is unknown."""

    network: Network | None = None
    answered_by: AnsweredBy | None = None
    party: Party | None = Field(default=None, description="Who was reached.")
    disposition: Disposition | None = Field(default=None, description="Null: none was reported.")
    message_left: bool | None = None
    state_change: StateChange | None = Field(default=None, description="Null: none was reported.")


class Claims(Record):
    """What the collector claimed to be."""

    law_firm: str | None = None
    law_firms: tuple[str, ...] | None = Field(default=None, description="An empty list: none was claimed.")
    person: str | None = None
    title: str | None = None


class Event(Record):
    """One contact event, the public contract of every reader, dialer and store."""

    event_id: Identifier
    case_id: Identifier
    borrower_id: str | None = None
    agency: str | None = None
    collector: Collector = Collector()
    channel: Channel
    direction: Direction | None = None
    started_at: AwareDatetime
    ended_at: AwareDatetime | None = None
    talk_seconds: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None
    recorded_at: AwareDatetime | None = Field(
        default=None, description="When the record became known; null: at its own start."
    )
    recipient: Recipient = Recipient()
    outcome: Outcome = Outcome()
    claims: Claims = Claims()
    content: str | None = Field(
        default=None,
        description="What was said or written; an empty text: nothing was said; null: not recorded.",
    )
    signals: dict[Signal, bool | None] | None = Field(
        default=None, description="Content signals already known; they win over detection, one by one."
    )
    extra: dict[str, Any] | None = Field(default=None, description="The caller's own; no rule reads it.")

    @model_validator(mode="before")
    @classmethod
    def _null_groups_are_empty(cls, data: Any) -> Any:
        """Read a null group (``"outcome": null``) as a group of which nothing is known."""
        if isinstance(data, dict):
            groups = ("collector", "recipient", "outcome", "claims")
            if any(name in data and data[name] is None for name in groups):
                return {key: value for key, value in data.items() if value is not None or key not in groups}
        return data

    def with_id(self, event_id: str) -> Self:
        """Return the same event under another id."""
        return self.model_copy(update={"event_id": event_id})

"""A contact event: a call, a message, a visit or a letter, as it was recorded."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, TypeAlias

import pytz
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidatorFunctionWrapHandler,
    WithJsonSchema,
    WrapValidator,
)
from pydantic_core import PydanticCustomError, TzInfo

from collection_guard.model.words import (
    CALL_CHANNELS,
    UNKNOWN,
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


def _known_zone_if_read(name: str) -> str:
    return name if name == UNKNOWN else _known_zone(name)


RecordedZone = Annotated[str, AfterValidator(_known_zone_if_read)]
"""The name of a time zone, or ``unknown`` where one was recorded that nobody can read."""


def _no_number(value: Any) -> Any:
    """Refuse a bare number as a time: whether it counts seconds, milliseconds or days is anybody's guess."""
    if isinstance(value, int | float):
        raise PydanticCustomError("number_as_time", "a number is no time; give ISO 8601 text")
    return value


def _at_its_offset(value: datetime) -> datetime:
    """Return an instant with a fixed offset: two of one zone are compared by their clocks, which run twice at times."""
    return value if isinstance(value.tzinfo, _FIXED) else value.replace(tzinfo=timezone(value.utcoffset() or _NONE))


_FIXED: Final = (timezone, TzInfo)
_NONE: Final = timedelta(0)
Instant = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(_no_number), AfterValidator(_at_its_offset)]
"""An instant with its offset, as a ``datetime`` or as ISO 8601 text."""


def _of_our_time(value: datetime) -> datetime:
    """Refuse an instant so near to the ends of the calendar that no day around it can be told."""
    if not _FIRST_YEAR <= value.year <= _LAST_YEAR:
        raise PydanticCustomError(
            "year_out_of_range",
            "its year is not between {first} and {last}",
            {"first": _FIRST_YEAR, "last": _LAST_YEAR},
        )
    return value


_FIRST_YEAR: Final = 1000
_LAST_YEAR: Final = 8999
YEARS: Final = (_FIRST_YEAR, _LAST_YEAR)
"""The first and the last year of contacts."""
OfContact = Annotated[Instant, AfterValidator(_of_our_time), Field(json_schema_extra={"pattern": "^[1-8][0-9]{3}-"})]
"""An instant of a contact: windows reach back and forth from it, and must not leave the calendar."""
Day = Annotated[date, Field(strict=False), BeforeValidator(_no_number)]
"""A date, as a ``date`` or as ISO 8601 text."""
ClockTime = Annotated[time, Field(strict=False), BeforeValidator(_no_number)]
"""A local time of day, as a ``time`` or as text such as ``22:00``."""

Identifier = Annotated[str, Field(min_length=1)]


def as_tuple(value: Any) -> Any:
    """Take a JSON array where a tuple is kept."""
    return tuple(value) if isinstance(value, list) else value


def _nothing_known(value: Any) -> Any:
    """Read a null group (``"outcome": null``) as a group of which nothing is known."""
    return {} if value is None else value


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
    number: str | None = None
    timezone: RecordedZone | None = Field(
        default=None, description="Null: none was recorded. Recorded in a word that nobody knows: unknown."
    )
    relationship: Relationship | None = None
    roles: Annotated[tuple[Role, ...] | None, BeforeValidator(as_tuple)] = None
    audience: Audience | None = Field(
        default=None,
        description="Null: nobody else is known to be addressed, and whether it was private stays unknown. "
        "Recorded in a word that nobody knows: unknown.",
    )
    members: Annotated[tuple["Recipient", ...] | None, BeforeValidator(as_tuple)] = None


class Outcome(Record):
    """What came of the contact. What is not recorded is unknown."""

    network: Network | None = Field(
        default=None, description="Null: nothing recorded, and a message was sent. A word that nobody knows: unknown."
    )
    answered_by: AnsweredBy | None = None
    party: Party | None = None
    disposition: Disposition | None = None
    message_left: bool | None = None
    state_change: StateChange | None = None


class Claims(Record):
    """What the collector claimed to be."""

    law_firm: str | None = None
    law_firms: Annotated[tuple[str, ...] | None, BeforeValidator(as_tuple)] = None
    person: str | None = None
    title: str | None = None


MOST_SECONDS: Final = 31_622_400
"""Seconds of a leap year: no contact lasts longer, and what is longer is no number of seconds."""


@dataclass(frozen=True, slots=True)
class Span:
    """An instant of which only this much is known: not before one instant, and before another. None: nobody knows.

    It is written as the two instants with a slash between them, ``..`` for one that nobody knows, and ``unknown`` where
    both are.
    """

    not_before: datetime | None = None
    before: datetime | None = None

    def __str__(self) -> str:
        """Return the span as JSON holds it."""
        if self.not_before is None and self.before is None:
            return UNKNOWN
        return "/".join(".." if end is None else end.isoformat() for end in (self.not_before, self.before))


def span_in(text: str) -> Span:
    """Return the span that a text from a record is."""
    first, _, last = (text if text != UNKNOWN else "../..").partition("/")
    return Span(*(None if end == ".." else datetime.fromisoformat(end) for end in (first, last)))


def _recorded(value: Any, instant: ValidatorFunctionWrapHandler) -> datetime | Span:
    """Read an instant, or a span of them."""
    if value == UNKNOWN:
        return Span()
    if isinstance(value, str) and "/" in value:
        first, _, last = value.partition("/")
        span = Span(*(None if end == ".." else instant(end) for end in (first, last)))
    elif isinstance(value, Span):
        span = Span(*(None if end is None else instant(end) for end in (value.not_before, value.before)))
    else:
        found: datetime = instant(value)
        return found
    if span.not_before is not None and span.before is not None and span.not_before >= span.before:
        raise PydanticCustomError("span_reversed", "the span ends before it begins")
    return span


def _written(value: datetime | Span) -> datetime | str:
    return str(value) if isinstance(value, Span) else value


_INSTANT_TEXT: Final = {"type": "string", "format": "date-time", "pattern": "^[1-8][0-9]{3}-"}
_DATE: Final = (
    r"(?:[1-8][0-9]{3}-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
    r"|[1-8][0-9](?:0[48]|[2468][048]|[13579][26])-02-29|(?:[2468][048]|[1357][26])00-02-29)"
)
_CLOCK: Final = r"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,6})?(?:Z|[+-](?:0[0-9]|1[0-4]):[0-5][0-9])"
_SPAN_END: Final = rf"(?:{_DATE}{_CLOCK}|\.\.)"
_SPAN_TEXT: Final = {
    "type": "string",
    "pattern": f"^{_SPAN_END}/{_SPAN_END}$",
    "description": "Not before the one instant, and before the other, which lies after it; two dots: nobody knows.",
}

if TYPE_CHECKING:
    Recorded: TypeAlias = datetime | Span
else:
    Recorded = Annotated[
        OfContact,
        WrapValidator(_recorded),
        PlainSerializer(_written, when_used="json"),
        WithJsonSchema({"anyOf": [_INSTANT_TEXT, _SPAN_TEXT, {"const": UNKNOWN, "type": "string"}]}),
    ]


class Event(Record):
    """One contact event, the public contract of every reader, dialer and store."""

    event_id: Identifier
    case_id: Identifier
    borrower_id: str | None = None
    agency: str | None = None
    collector: Annotated[Collector, BeforeValidator(_nothing_known, json_schema_input_type=Collector | None)] = (
        Collector()
    )
    channel: Channel = Field(description="Of a channel given as other, it is unknown which it was.")
    direction: Direction | None = None
    started_at: OfContact
    ended_at: OfContact | None = None
    talk_seconds: Annotated[float, Field(ge=0, le=MOST_SECONDS, allow_inf_nan=False)] | None = None
    recorded_at: Recorded | None = None
    recipient: Annotated[Recipient, BeforeValidator(_nothing_known, json_schema_input_type=Recipient | None)] = (
        Recipient()
    )
    outcome: Annotated[Outcome, BeforeValidator(_nothing_known, json_schema_input_type=Outcome | None)] = Outcome()
    claims: Annotated[Claims, BeforeValidator(_nothing_known, json_schema_input_type=Claims | None)] = Claims()
    content: str | None = None
    signals: dict[Signal, bool | None] | None = None
    fields: dict[str, Any] | None = Field(
        default=None,
        description="Further fields that a rule pack declares, by name; a pack that declares none reads none.",
    )
    extra: dict[str, Any] | None = None

    @property
    def known_from(self) -> datetime:
        """Return the earliest instant at which the event may have been known (semantics 4)."""
        recorded = self.recorded_at
        if isinstance(recorded, Span):
            recorded = recorded.not_before
        return recorded or self.started_at

    @property
    def was_stopped(self) -> bool:
        """Say whether a gate or a limit stopped the call before it was made: then nobody was called (semantics 4)."""
        return self.outcome.network == "blocked" and self.channel in CALL_CHANNELS

    def with_id(self, event_id: str) -> Self:
        """Return the same event under another id."""
        return self.changed(event_id=event_id)

    def changed(self, **values: Any) -> Self:
        """Return the same event with other values, taken as they are.

        It is what ``model_copy`` does, in a fourth of the time: a guard does it several times for each attempt.
        """
        made = self.__class__.__new__(self.__class__)
        _set(made, "__dict__", {**self.__dict__, **values})
        _set(made, "__pydantic_fields_set__", self.__pydantic_fields_set__ | values.keys())
        _set(made, "__pydantic_extra__", None)
        _set(made, "__pydantic_private__", None)
        return made


_set: Final = object.__setattr__
"""An event is frozen: only one that is being made can be written to."""

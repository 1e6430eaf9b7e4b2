"""The vocabulary files, read and validated."""

from functools import cache
from importlib import resources
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from collection_guard.language.yaml_positions import parse_yaml
from collection_guard.model.event import Record, as_tuple
from collection_guard.model.problems import InputError
from collection_guard.model.words import (
    Accessibility,
    AnsweredBy,
    Audience,
    Channel,
    CollectorKind,
    Direction,
    Disposition,
    InstructionKind,
    Network,
    Party,
    Relationship,
    Role,
    Signal,
    StateChange,
    Weekday,
)

SetAsideWord = Literal["administrative_note", "internal", "legal", "parcel"]


def _texts(value: Any) -> Any:
    """Take numbers among words as the text they are (a word such as 114 needs no quotes)."""
    return tuple(str(item) for item in value) if isinstance(value, list) else value


Words = Annotated[tuple[str, ...], BeforeValidator(_texts)]


class HeaderWords(Record):
    """The headers that name one path."""

    path: str
    words: Words = ()
    ambiguous: Words = ()
    generic: Words = ()
    exact: Words = ()


class ImpliedWord(Record):
    """What the presence of one of some headers says, where no column says it."""

    path: Literal["direction", "channel"]
    word: str
    headers: Words


class HeaderFile(Record):
    """``headers.yaml``."""

    columns: Annotated[tuple[HeaderWords, ...], BeforeValidator(as_tuple)]
    implies: Annotated[tuple[ImpliedWord, ...], BeforeValidator(as_tuple)]
    units: dict[str, Words]


class RelationshipFile(Record):
    """``relationships.yaml``."""

    relationship: dict[Relationship, Words]
    roles: dict[Role, Words]
    unknown: Words
    ambiguous: dict[str, Words]


class ChannelWords(Record):
    """What some words of a channel column say."""

    words: Words
    channel: Channel | None = None
    collector_kind: CollectorKind | None = None
    audience: Audience | None = None
    direction: Direction | None = None
    set_aside: SetAsideWord | None = None


class ChannelFile(Record):
    """``channels.yaml``."""

    channels: Annotated[tuple[ChannelWords, ...], BeforeValidator(as_tuple)]


class OutcomeWords(Record):
    """What some words of a result column say."""

    words: Words
    network: Network | None = None
    answered_by: AnsweredBy | None = None
    party: Party | None = None
    disposition: Disposition | None = None
    state_change: StateChange | None = None
    message_left: bool | None = None
    needs_talk: bool | None = None
    set_aside: SetAsideWord | None = None


class OutcomeFile(Record):
    """``outcomes.yaml``."""

    outcomes: Annotated[tuple[OutcomeWords, ...], BeforeValidator(as_tuple)]
    on_messages: Annotated[tuple[OutcomeWords, ...], BeforeValidator(as_tuple)]
    on_calls: Annotated[tuple[OutcomeWords, ...], BeforeValidator(as_tuple)]
    ambiguous: dict[str, Words]


class PartyWords(Record):
    """The words of a column that says who was reached."""

    borrower: Words
    authorised_party: Words
    third_party: Words
    wrong_party: Words
    nobody: Words
    unknown: Annotated[Words, Field(alias="~unknown")]


class WordFile(Record):
    """``words.yaml``."""

    direction: dict[Direction, Words]
    answered_by: dict[AnsweredBy, Words]
    party: PartyWords
    audience: dict[Audience, Words]
    collector_kind: dict[CollectorKind, Words]
    state_change: dict[StateChange, Words]
    disposition: dict[Disposition, Words]
    signal: dict[Signal, Words]
    boolean: dict[Literal["true", "false"], Words]
    zone: dict[str, Words]
    weekday: dict[Weekday, Words]
    instruction_kind: dict[InstructionKind, Words]
    accessibility: dict[Accessibility, Words]
    blank: Words
    none: Words
    ditto: Words
    total: Words
    footer: Words


class ProfileFile(Record):
    """``profiles.yaml``."""

    columns: dict[str, Words]
    ignored: Words
    whole_day: Words
    examples: dict[str, str]
    json_examples: dict[str, str]
    parts: dict[str, Words]


def _data(name: str) -> Any:
    path = resources.files("collection_guard.audit.vocabulary") / name
    document = parse_yaml(path.read_text("utf-8"), name)
    if document.problems:
        raise InputError(document.problems)
    return document.data


@cache
def header_file() -> HeaderFile:
    """Return the words of headers."""
    return HeaderFile.model_validate(_data("headers.yaml"))


@cache
def relationship_file() -> RelationshipFile:
    """Return the words of relationships."""
    return RelationshipFile.model_validate(_data("relationships.yaml"))


@cache
def channel_file() -> ChannelFile:
    """Return the words of channels."""
    return ChannelFile.model_validate(_data("channels.yaml"))


@cache
def outcome_file() -> OutcomeFile:
    """Return the words of outcomes."""
    return OutcomeFile.model_validate(_data("outcomes.yaml"))


@cache
def word_file() -> WordFile:
    """Return the small word lists."""
    return WordFile.model_validate(_data("words.yaml"))


@cache
def profile_file() -> ProfileFile:
    """Return the words of profile tables."""
    return ProfileFile.model_validate(_data("profiles.yaml"))

"""The schema of a rule pack: packs, rules, measures, parameters and examples, as Pydantic models."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from collection_guard.model.event import Day
from collection_guard.model.words import InstructionKind

Severity = Literal["critical", "major", "minor", "advisory"]
Effect = Literal["block", "review", "note"]
OnUnknown = Literal["deny", "review", "allow"]
VerdictWord = Literal["violation", "clear", "unassessable", "not_applicable"]
ParameterType = Literal["int", "float", "local_time", "duration", "inclusion", "bool", "str", "words"]
Key = Literal[
    "case",
    "borrower",
    "number",
    "collector",
    "agency",
    "person",
    "channel",
    "address",
    "debt",
    "called_debt",
    "discussed_debt",
    "account",
]
"""By what measures collect. A contact may be about several debts; ``called_debt`` are those that a call counts for,
``discussed_debt`` those that a conversation counts for, ``account`` the accounts that the debts are held under."""
ForceWord = Literal["binding", "presumption", "advisory"]
ChannelKind = Literal["call", "message", "visit", "none"]

SEVERITIES: tuple[Severity, ...] = ("critical", "major", "minor", "advisory")
"""From the gravest to the lightest."""

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
FactName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*$")]
TextId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
Words = Annotated[str, Field(min_length=1)]
Condition = dict[str, Any]
"""A condition as written; ``language/conditions.py`` reads it and holds it against the vocabulary."""


class Part(BaseModel):
    """The base of every part of a pack: strict types, frozen, unknown keys refused."""

    model_config = ConfigDict(strict=True, frozen=True, extra="forbid")


class Text(Part):
    """A text that a person reads, in Chinese and English."""

    zh: Words
    en: Words


class Source(Part):
    """What a rule rests on: where it is said, when, and what it says, in our own words."""

    title: Words
    published: Day | None = None
    clause: str | None = None
    says: Words
    url: str | None = None


class RebuttalFactor(Part):
    """What speaks against the presumption that a rule states, and when it does."""

    title: Text
    when: Condition


class Channel(Part):
    """A channel beyond the common ones, and how its outcome is read; ``none`` is no contact at all."""

    title: Text
    kind: ChannelKind


class Calendar(Part):
    """Days such as public holidays. Outside the years that were officially published it is unknown which they are."""

    title: Text
    source: Source
    official_from: Day
    official_through: Day
    days: dict[str, Words]


class EventField(Part):
    """A further field of events: its type, its words, and whether it can be known before the contact.

    What ``instructs`` only the person contacted can say: a contact that is under way has said it of nobody yet.
    """

    type: Literal["bool", "int", "float", "str", "enum", "set"]
    title: Text
    words: list[Words] = []
    stage: Literal["before", "after"] = "before"
    of: Literal["event", "profile"] = "event"
    instructs: bool = False


class ConsentFact(Part):
    """A consent of the person contacted: what it allows, how long it lasts, what ends it, and to whom it is given.

    ``lasts`` are local dates, that on which it is given included. ``ended_by`` names the events after which it is
    used up. ``valid_if`` is held against the contact in which it was given.
    """

    title: Text
    scope: Words
    lasts: int | None = None
    ended_by: Name | None = None
    direct_only: bool = False
    valid_if: Condition | None = None


class InstructionFact(Part):
    """An instruction of the profile that binds a contact: where it names a number, a debt ..., only that."""

    title: Text
    kinds: list[InstructionKind] = Field(min_length=1)


class Limit(Part):
    """A limit that a debt may not pass: a measure by debts, and the value that it must stay below.

    A ``shared`` limit is one that every other debt has to keep as well when calls are assigned.
    """

    measure: Name
    below: int | str
    shared: bool = True


class Retention(Part):
    """How long something is kept: so many years after the last of some events, or after the event itself."""

    title: Text
    after: Name
    years: int
    each: bool = False


class Force(Part):
    """The dates from which and to which something holds, both inclusive."""

    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None


class DatedValue(Part):
    """A parameter's value from a date on."""

    since: Annotated[Day, Field(alias="from")]
    value: Any


class Parameter(Part):
    """A number or a word of a pack that a configuration may set. Without a value its rules are not in force.

    ``least`` is the smallest value that makes sense: no configuration, and no date, can set a smaller one.
    """

    type: ParameterType
    title: Text
    value: Any = None
    values: list[DatedValue] | None = None
    least: Any = None
    stricter: Literal["lower", "higher", "subset"] | None = None


class Measure(Part):
    """A windowed fact over the history: what is counted, which events, how far back, since what, by which key."""

    title: Text
    count: Literal["events", "local_dates", "numbers", "talk_seconds", "elapsed"]
    where: str | Condition
    window: str
    since: str | Condition | None = None
    key: Key | list[Key] = "case"
    void_once_reported: list[InstructionKind] = []


class OpenDebts(Part):
    """Among the debts that a call may be assigned to, how many keep all limits in some assignment of the calls."""

    title: Text
    limits: list[Limit] = Field(min_length=1)


class DefinedFact(Part):
    """A fact that the pack defines as a condition over others."""

    title: Text
    when: Condition


class Example(Part):
    """A rule's own test: facts, or a whole event with its surroundings, and the verdict that must come out."""

    name: Words
    verdict: VerdictWord
    facts: dict[str, Any] | None = None
    event: dict[str, Any] | None = None
    profile: dict[str, Any] | None = None
    history: list[dict[str, Any]] | None = None
    registry: list[dict[str, Any]] | None = None
    settings: dict[str, Any] | None = None
    parameters: dict[str, Any] | None = None
    on: Day | None = None
    missing: list[str] | None = None


class Rule(Part):
    """One rule. ``applies_to`` is its scope; what it forbids, or requires, is judged inside that scope.

    ``on_unknown`` says what a guard does for want of a fact that can be known before a contact, ``on_unknown_outcome``
    what it does where only what the contact itself will tell makes it a violation or not.
    """

    id: RuleId
    title: Text
    severity: Severity
    effect: Effect
    on_unknown: OnUnknown = "review"
    on_unknown_outcome: OnUnknown = "allow"
    force: ForceWord = "binding"
    text: TextId | None = None
    in_force: Force = Force()
    applies_to: Condition = {}
    forbid: Condition | None = None
    require: Condition | None = None
    rebuttal: dict[Name, RebuttalFactor] = {}
    message: Text
    remedy: Text
    sources: list[Source] = Field(min_length=1)
    examples: list[Example] = Field(min_length=1)


class RuleFile(Part):
    """A file of rules beside ``pack.yaml``."""

    rules: list[Rule]


class PackFile(Part):
    """``pack.yaml``: the name, the tables, the parameters and the measures of a pack.

    ``zone`` is the zone by whose date rules are in force and parameters change. The tables of party classes may be left
    out only by a pack that extends another and has those of the other.
    """

    pack: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(-[a-z0-9]+)*$")]
    version: Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+$")]
    title: Text
    about: Text
    status: Literal["house-policy", "verified", "press-verified", "draft"]
    zone: str
    party_classes: dict[str, list[str]] = {}
    third_party_classes: list[str] = []
    legal_zones: dict[str, str] = {}
    lawyer_titles: list[str] = []
    parameters: dict[Name, Parameter] = {}
    sets: dict[Name, Condition] = {}
    measures: dict[Name, Measure] = {}
    facts: dict[FactName, DefinedFact] = {}
    regime: Text | None = None
    extends: str | None = None
    tighten: dict[Name, Any] = {}
    raise_severity: dict[RuleId, Severity] = {}
    texts: dict[TextId, Text] = {}
    channels: dict[Name, Channel] = {}
    fields: list[Name] = []
    own_fields: dict[Name, EventField] = {}
    calendars: dict[Name, Calendar] = {}
    consents: dict[Name, ConsentFact] = {}
    instructions: dict[Name, InstructionFact] = {}
    open_debts: dict[Name, OpenDebts] = {}
    one_debt: list[Words] = []
    retentions: dict[Name, Retention] = {}
    rules: list[Rule] = []

"""The schema of the lexicon's YAML files."""

from typing import Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

Signal = Literal[
    "debt_disclosure",
    "threat",
    "abuse",
    "impersonates_authority",
    "claims_lawyer",
    "public_shaming",
    "false_legal_claim",
    "third_party_pressure",
    "solicits_private_payment",
    "credit_repair_or_rate_scam",
    "pii_leak",
    "relay_only",
]
SIGNALS: Final[tuple[Signal, ...]] = get_args(Signal)

Kind = Literal["sms", "wechat", "group_chat", "call_transcript", "letter", "email", "app_push", "internal_note"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

Scope = Literal["clause", "sentence", "text"]
Negation = Literal["clause", "none"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Condition(_Strict):
    """Phrases of which one must stand in the scope, or none may."""

    any: list[str] = Field(min_length=1)
    within: Scope | int = "clause"


class Examples(_Strict):
    """An entry's own tests."""

    fires: list[str] = []
    silent: list[str] = []


class Entry(_Strict):
    """One way of doing one act with words."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    act: str
    phrases: list[str] = Field(min_length=1)
    negation: Negation = "clause"
    near: list[Condition] = []
    blocked_by: list[Condition] = []
    kinds: list[Kind] = []
    not_kinds: list[Kind] = []
    examples: Examples = Examples()


class Frame(_Strict):
    """Words that make what stands near them a mention: a warning, a report, a rule, a joke."""

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    phrases: list[str] = []
    scope: Literal["text", "sentence", "clause", "after", "quotes"]
    silences: list[str] = Field(default=["all"], min_length=1)
    spares: list[str] = []
    kinds: list[Kind] = []
    unless: list[Condition] = []
    examples: Examples = Examples()


class Act(_Strict):
    """What somebody does with words, and the signals that it is."""

    signals: list[Signal] = []
    zh: str
    en: str


class Scale(_Strict):
    """Clues that tell a signal only together: it is said if their weights and the start are more than nothing.

    The clues stand by weight, separated by ``|``: words, ``@act`` that is heard, ``-act`` that
    is only denied or mentioned, ``%frame`` that holds, ``=shape`` that the text has; ``+`` between two of these
    means both of them.
    """

    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    signal: Signal
    start: float
    clues: dict[float, str] = Field(min_length=1)


class Speakers(_Strict):
    """Labels that tell who speaks in a transcript."""

    collector: list[str]
    customer: list[str]


class Names(_Strict):
    """How the names of law firms and lawyers are cut out of a text."""

    firm_ends: list[str]
    firm_stops: list[str]
    firm_leads: str = ""
    firm_starts: list[str] = []
    places: list[str] = []
    latin_ends: list[str]
    latin_leads: list[str] = []
    latin_stops: list[str]
    latin_titles: list[str] = []
    latin_trades: list[str] = []
    person_titles: list[str]
    surnames: str


class Evasions(_Strict):
    """Words that are written in disguise, and how."""

    words: list[str]
    sounds_like: dict[str, list[str]] = {}
    never: list[str] = []
    keep: list[str] = []
    split: dict[str, list[str]] = {}
    defaults: dict[str, str] = {}
    latin_words: list[str] = []
    dialect: dict[str, list[str]] = {}


class LexiconFile(_Strict):
    """One file of the lexicon: any of its parts."""

    version: str | None = None
    # The acts of a weighed file's entries are weighed by the scales; any other entry decides by itself.
    weighed: bool = False
    concepts: dict[str, list[str]] = {}
    entries: list[Entry] = []
    frames: list[Frame] = []
    acts: dict[str, Act] = {}
    scales: list[Scale] = []
    speakers: Speakers | None = None
    names: Names | None = None
    evasions: Evasions | None = None
    readings: dict[str, str] = Field(default={}, alias="syllables")
    benign: list[str] = []

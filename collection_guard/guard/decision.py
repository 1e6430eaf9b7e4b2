"""What the guard answers: a decision before a contact, findings after it."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from collection_guard.engines.base import UNASSESSABLE, VIOLATION
from collection_guard.engines.judge import Judged
from collection_guard.engines.messages import filled
from collection_guard.language.schema import Effect, Severity, Text
from collection_guard.language.vocabulary import Fact
from collection_guard.model.masking import mask_any
from collection_guard.model.texts import LANGS, text

Outcome = Literal["allow", "review", "deny"]
Disposition = Literal["CGALOW", "CGREVW", "CGDENY", "CGFAIL"]
"""What a dialer can store as the status of an attempt: six characters, the most that some of them take."""
FindingKind = Literal[
    "violation", "unassessable", "overrun", "unknown_token", "other_token", "redelivered", "contradicted", "not_made"
]

RANK: dict[Outcome, int] = {"allow": 0, "review": 1, "deny": 2}


class Answer(BaseModel):
    """The base of all that the guard answers."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Words(Answer):
    """A text in both languages."""

    zh: str
    en: str


class Finding(Answer):
    """What a rule says of a contact, or what else there is to know of it; personal data in it is masked.

    ``kind`` is ``violation`` or ``unassessable`` for what a rule says. ``overrun``: the contact was recorded on a token
    that had expired. ``unknown_token``: the token is none that is held. ``other_token``: it is
    that of an attempt in another case, which keeps its place. ``redelivered``: the event was recorded before.
    ``contradicted``: it was, with another content, which stands. ``not_made``: the call was stopped before it was made,
    so that it is no contact and was not recorded.
    """

    kind: FindingKind
    rule: str | None = None
    pack: str | None = None
    severity: Severity | None = None
    effect: Effect | None = None
    message: Words
    remedy: Words | None = None
    evidence: dict[str, Any] = {}
    missing: tuple[str, ...] = ()


class Limit(Answer):
    """A counted limit: how much of it is used, and when that falls next; null if it never does by itself.

    ``used`` counts recorded contacts, ``reserved`` attempts that were allowed and are not recorded yet.
    """

    rule: str
    measure: str
    used: float
    reserved: float = 0
    limit: float
    resets_at: datetime | None = None


class Permitted(Answer):
    """An interval of whole seconds in which this very attempt is lawful; ``to`` is exclusive, null where it is open.

    In JSON ``since`` is ``from``. ``rule`` is the rule that forbids it until then.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    since: datetime = Field(alias="from")
    to: datetime | None = None
    rule: str | None = None


class Reason(Answer):
    """Why the decision is what it is, as a code and in both languages."""

    code: str
    zh: str
    en: str


class Decision(Answer):
    """The answer to an attempt. ``would_deny`` is set in shadow mode only, which always allows."""

    decision: Outcome
    violations: tuple[Finding, ...] = ()
    unassessable: tuple[Finding, ...] = ()
    disposition: Disposition
    reason: Reason
    limits: tuple[Limit, ...] = ()
    next_permitted: tuple[Permitted, ...] | None = None
    valid_until: datetime
    token: str
    rules_digest: str
    registry_digest: str | None = None
    would_deny: bool | None = None


def finding_of(judged: Judged, vocabulary: Mapping[str, Fact]) -> Finding | None:
    """Return what a verdict has to say, None if there is nothing."""
    verdict, rule = judged.verdict, judged.rule.rule
    if verdict.verdict not in {VIOLATION, UNASSESSABLE}:
        return None
    violated = verdict.verdict == VIOLATION
    return Finding(
        kind="violation" if violated else "unassessable",
        rule=rule.id,
        pack=judged.pack.name,
        severity=rule.severity,
        effect=rule.effect,
        message=_filled(rule.message, judged, vocabulary) if violated else _missing(verdict.missing, vocabulary),
        remedy=_filled(rule.remedy, judged, vocabulary) if violated else None,
        evidence=mask_any("", dict(verdict.evidence)),
        missing=verdict.missing,
    )


def _filled(words: Text, judged: Judged, vocabulary: Mapping[str, Fact]) -> Words:
    zh, en = (filled(words, judged.values, vocabulary, lang, masked=True) for lang in LANGS)
    return Words(zh=zh, en=en)


def _missing(names: tuple[str, ...], vocabulary: Mapping[str, Fact]) -> Words:
    said = {
        lang: text("report.list_sign", lang).join(
            vocabulary[name].doc[lang] if name in vocabulary else name for name in names
        )
        for lang in LANGS
    }
    return words_of("guard.unassessable", zh={"facts": said["zh"]}, en={"facts": said["en"]})


def words_of(code: str, *, zh: dict[str, Any] | None = None, en: dict[str, Any] | None = None, **values: Any) -> Words:
    """Return a text of the catalogue in both languages."""
    return Words(zh=text(code, "zh", **values, **(zh or {})), en=text(code, "en", **values, **(en or {})))


def reason_of(
    code: str, *, zh: dict[str, Any] | None = None, en: dict[str, Any] | None = None, **values: Any
) -> Reason:
    """Return a reason by its code."""
    if not (zh or en or values):
        return _plain_reason(code)
    words = words_of(f"guard.reason.{code}", zh=zh, en=en, **values)
    return Reason(code=code, zh=words.zh, en=words.en)


@cache
def _plain_reason(code: str) -> Reason:
    words = words_of(f"guard.reason.{code}")
    return Reason(code=code, zh=words.zh, en=words.en)

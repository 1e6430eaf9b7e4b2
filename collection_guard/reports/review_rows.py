"""The list that people fill in: one row a question, without what the program says unless it is asked for."""

from collections.abc import Iterator
from typing import Final

from collection_guard.model.texts import Lang, text
from collection_guard.reports.wording import Wording
from collection_guard.sampling.draw import WHOLE, Item, Sample
from collection_guard.sampling.review import ANSWERS, APPEALS, BATCH, written

_ABOUT: Final = (
    "batch",
    "item",
    "agency",
    "collector",
    "case",
    "recipient",
    "channel",
    "time",
    "phone",
    "recording",
    "file",
    "row",
    "event",
    "question",
    "rule_id",
)
_SAID: Final = ("verdict", "message")
TO_FILL_IN: Final = ("first", "first_by", "second", "second_by", "final", "appeal", "note")
_WRITTEN: Final = frozenset({"batch", "item", "first", "first_by", "second", "second_by", "final", "appeal"})
_OWN: Final = frozenset({"question", "rule_id", "verdict", "twice", "note"})
_RECORDING: Final = "recording"


def columns_of(sample: Sample) -> tuple[str, ...]:
    """Return the columns: what it is about, what the program says unless reviewers are blind, and what to fill in."""
    return (*_ABOUT, *(() if sample.plan.blind else _SAID), "twice", *TO_FILL_IN)


def header_of(column: str, lang: Lang) -> str:
    """Return the header of a column."""
    if column in _WRITTEN:
        return written("columns", column, lang)
    return text(f"sample.column.{column}" if column in _OWN else f"csv.{column}", lang)


def choices_of(column: str, lang: Lang) -> tuple[str, ...]:
    """Return what may be filled in, where it is one of a list."""
    if column in {"first", "second", "final"}:
        return tuple(written("answers", name, lang) for name in ANSWERS)
    return tuple(written("appeals", name, lang) for name in APPEALS) if column == "appeal" else ()


def rows_of(sample: Sample, say: Wording) -> Iterator[dict[str, str]]:
    """Yield the items of a draw as rows by their columns."""
    for item in sample.items:
        yield _row(item, sample, say)


def question(rule: str, say: Wording) -> str:
    """Return what is asked about an item."""
    if rule == WHOLE:
        return say.text("sample.whole")
    return say.of(say.report.rules[rule].rule.title)


def _row(item: Item, sample: Sample, say: Wording) -> dict[str, str]:
    event, position = item.contact.event, item.contact.position
    violation = sample.violations.get(item.key)
    recording = (event.extra or {}).get(_RECORDING)
    return {
        "batch": sample.digest[:BATCH],
        "item": item.id,
        "agency": say.agency(event.agency),
        "collector": say.collector(item.contact),
        "case": say.case(item.contact),
        "recipient": say.recipient(item.contact),
        "channel": say.word(event.channel),
        "time": say.moment(event.started_at),
        "phone": say.number_of(item.contact) or "",
        "recording": "" if recording is None else say.shown(recording),
        "file": " ".join(say.key(part) for part in (position.file, position.sheet) if part is not None),
        "row": "" if position.row is None else str(position.row),
        "event": say.key(event.event_id),
        "question": question(item.rule, say),
        "rule_id": item.rule,
        "verdict": say.word(item.verdict),
        "message": "" if violation is None else say.message(violation),
        "twice": say.word("yes") if item.second else "",
        **dict.fromkeys(TO_FILL_IN, ""),
    }

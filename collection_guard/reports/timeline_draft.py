"""The draft of an answer to a complaint, in Chinese: it says what the verdicts carry; a person makes it an answer."""

from collections.abc import Iterator
from typing import Final

from collection_guard.audit.report import NO_AGENCY
from collection_guard.complaints.timeline import Outcome, Timeline
from collection_guard.model.texts import Lang
from collection_guard.reports.timeline_wording import TimelineWording
from collection_guard.reports.wording import number

_LANG: Final[Lang] = "zh"
_ITEMS: Final = 20
_FIELDS: Final = 5
_ADVISORY: Final = "advisory"


def draft_of(timeline: Timeline, *, masked: bool = True) -> list[str]:
    """Return the draft, line by line; an empty line parts its paragraphs."""
    return list(_lines(timeline, TimelineWording(timeline, _LANG, masked=masked)))


def _lines(timeline: Timeline, say: TimelineWording) -> Iterator[str]:
    yield say.text("timeline.draft.head")
    reference = timeline.complaint.reference
    shown = say.text("timeline.draft.no_reference") if reference is None else say.shown(reference)
    yield say.text("timeline.draft.reference", reference=shown)
    yield ""
    yield say.text("timeline.draft.greeting")
    yield _looked(timeline, say)
    if timeline.contacts:
        yield ""
        yield from _found(timeline, say)
        yield from _not_found(timeline, say)
    yield ""
    yield say.text("timeline.draft.conclusion", outcome=say.text(f"timeline.{timeline.outcome}"))
    yield from _measures(timeline, say)
    yield say.text("timeline.draft.end")
    yield say.text("timeline.draft.sign")


def _looked(timeline: Timeline, say: TimelineWording) -> str:
    whole = timeline.complaint.period is None
    period = say.text("timeline.draft.of_whole_log") if whole else say.period_looked_at()
    if not timeline.contacts:
        return say.text("timeline.draft.looked_none", period=period)
    events = [item.contact.event for item in timeline.contacts]
    return say.text(
        "timeline.draft.looked",
        period=period,
        count=number(len(events)),
        agencies=say.listed([say.agency(name) for name in sorted({event.agency or NO_AGENCY for event in events})]),
        channels=say.listed([say.word(name) for name in sorted({event.channel for event in events})]),
    )


def _found(timeline: Timeline, say: TimelineWording) -> Iterator[str]:
    ranks, about = timeline.ranks, timeline.complaint.about
    found = [
        one
        for item in timeline.contacts
        for one in item.violations(ranks)
        if (one.rule in about if about else timeline.report.rules[one.rule].rule.severity != _ADVISORY)
    ]
    if not found:
        return
    yield say.text("timeline.draft.found")
    for no, violation in enumerate(found[:_ITEMS], 1):
        event = violation.contact.event
        line = say.text(
            "timeline.draft.item",
            no=no,
            time=say.clock(event.started_at),
            agency=say.agency(event.agency),
            channel=say.word(event.channel),
            what=say.message(violation),
        )
        yield line + (say.text("timeline.draft.to_confirm") if say.is_heard(violation) else "")
    if len(found) > _ITEMS:
        yield say.text("timeline.draft.left_out", count=number(len(found) - _ITEMS))


def _not_found(timeline: Timeline, say: TimelineWording) -> Iterator[str]:
    by_outcome: dict[Outcome, list[str]] = {}
    for point in timeline.points():
        by_outcome.setdefault(point.outcome, []).append(point.rule)
    if clear := by_outcome.get("refuted"):
        named = bool(timeline.complaint.about)
        rules = say.listed([say.title_of(rule) for rule in clear])
        yield say.text("timeline.draft.clear", rules=rules) if named else say.text("timeline.draft.rest_clear")
    if unknown := by_outcome.get("open"):
        fields = [say.field_name(path) for path, _, rules in timeline.missing() if set(rules) & set(unknown)]
        yield say.text(
            "timeline.draft.open",
            rules=say.listed([say.title_of(rule) for rule in unknown]),
            fields=say.listed(fields[:_FIELDS]) or say.text("timeline.past"),
        )


def _measures(timeline: Timeline, say: TimelineWording) -> Iterator[str]:
    broken = [point for point in timeline.points() if point.violated]
    ranks = timeline.ranks
    remedies = dict.fromkeys(
        say.remedy(violation)
        for point in broken
        for violation in point.violated[0].violations(ranks)
        if violation.rule == point.rule
    )
    if remedies:
        yield say.text("timeline.draft.measures")
        yield from (f"- {remedy}" for remedy in remedies)

"""The timeline of a complaint on a terminal: conclusion, contacts, what was broken, what is missing, a draft."""

import shlex
from typing import Final

from collection_guard.audit.report import Violation
from collection_guard.complaints.timeline import Timeline
from collection_guard.engines.base import VIOLATION
from collection_guard.model.texts import Lang
from collection_guard.reports.page import Column, Page, Styled
from collection_guard.reports.section import LISTED, STYLES
from collection_guard.reports.timeline_draft import draft_of
from collection_guard.reports.timeline_wording import TimelineWording
from collection_guard.reports.wording import number

_RIGHT: Final = frozenset({"no", "contacts", "rules", "violations", "open", "clear"})
_IN_FULL: Final = 50
"""Violations told in full; a page (--report) holds all."""


def render_timeline_text(
    timeline: Timeline,
    lang: Lang,
    *,
    masked: bool = True,
    width: int = 80,
    color: bool = False,
    explain_with: str | None = None,
) -> str:
    """Return the timeline as text no wider than ``width`` cells.

    ``explain_with`` are the arguments with which ``explain`` reads the same logs in the same way.
    """
    page = Page(width, color=color)
    _Terminal(timeline, TimelineWording(timeline, lang, masked=masked), page, explain_with).write()
    return page.text()


class _Terminal:
    def __init__(self, timeline: Timeline, say: TimelineWording, page: Page, explain_with: str | None) -> None:
        self._timeline, self._say, self._page, self._explain_with = timeline, say, page, explain_with
        self._numbers = {item.contact.event.event_id: no for no, item in enumerate(timeline.contacts, 1)}

    def write(self) -> None:
        """Write all sections."""
        self._title("title")
        self._page.pairs(self._say.head())
        self._contacts()
        self._points()
        self._violations()
        self._missing()
        self._title("caveats")
        for words in self._say.caveats():
            self._page.item(words)
        self._title("draft")
        for line in draft_of(self._timeline, masked=self._say.masked):
            if line:
                self._page.line(line)
            else:
                self._page.blank()
        self._next()

    def _title(self, code: str) -> None:
        self._page.title(self._say.text(f"timeline.{code}"))

    def _table(self, names: tuple[str, ...], rows: list[list[str | Styled]]) -> None:
        columns = [Column(self._say.text(f"timeline.column.{name}"), right=name in _RIGHT) for name in names]
        self._page.table(columns, rows)

    def _contacts(self) -> None:
        say = self._say
        self._title("list")
        if not self._timeline.contacts:
            self._page.line(say.text("timeline.none"))
            return
        self._table(
            ("no", "time", "agency", "channel", "whom", "verdict"),
            [
                [
                    str(no),
                    say.clock(item.contact.event.started_at),
                    say.agency(item.contact.event.agency),
                    say.channel(item.contact),
                    say.whom_of(item.contact),
                    say.verdict_of(item),
                ]
                for no, item in enumerate(self._timeline.contacts, 1)
            ],
        )

    def _points(self) -> None:
        points = self._timeline.points()
        if not points:
            return
        self._title("points")
        self._table(
            ("violations", "open", "clear", "outcome", "rule"),
            [
                [
                    number(len(point.violated)),
                    number(len(point.open)),
                    number(len(point.clear)),
                    self._say.outcome_of(point),
                    self._say.title_of(point.rule),
                ]
                for point in points
            ],
        )

    def _violations(self) -> None:
        ranks = self._timeline.ranks
        found = [one for item in self._timeline.contacts for one in item.violations(ranks)]
        if not found:
            return
        self._title("violations")
        for violation in found[:_IN_FULL]:
            self._page.blank()
            self._violation(violation)
        if len(found) > _IN_FULL:
            self._page.line(self._say.text("timeline.more", count=number(len(found) - _IN_FULL)))

    def _violation(self, violation: Violation) -> None:
        say, contact = self._say, violation.contact
        event = contact.event
        severity = self._timeline.report.rules[violation.rule].rule.severity
        self._page.heading(Styled(say.word(severity), STYLES[severity]), say.rule(violation.rule))
        no = say.text("timeline.contact_no", no=self._numbers[event.event_id])
        place = say.text("report.where", place=say.place(contact.position), id=say.key(event.event_id))
        rows = [
            ("contact", say.text("report.comma").join((no, say.clock(event.started_at), place))),
            ("what", say.message(violation)),
            *(("why" if line_no == 0 else "", line) for line_no, line in enumerate(say.evidence(violation))),
            ("basis", say.basis(violation)),
            ("remedy", say.remedy(violation)),
            *(("source" if line_no == 0 else "", line) for line_no, line in enumerate(say.sources(violation.rule))),
        ]
        self._page.pairs([(say.text(f"timeline.label.{code}") if code else "", words) for code, words in rows])

    def _missing(self) -> None:
        missing = self._timeline.missing()
        if not missing:
            return
        say = self._say
        self._title("missing")
        self._table(
            ("contacts", "rules", "missing"),
            [[number(count), number(len(rules)), say.field(path)] for path, count, rules in missing],
        )
        self._page.blank()
        lines = [line for no, item in enumerate(self._timeline.contacts, 1) for line in say.open_of(no, item)]
        for line in lines[:LISTED]:
            self._page.item(line)
        if len(lines) > LISTED:
            self._page.line(say.text("timeline.more", count=number(len(lines) - LISTED)))

    def _next(self) -> None:
        say, timeline = self._say, self._timeline
        self._title("next")
        ranks = timeline.ranks
        gravest = sorted(
            (ranks[item.rule.id], no)
            for no, one in enumerate(timeline.contacts, 1)
            for item in one.with_verdict(VIOLATION)
        )
        if gravest and self._explain_with is not None:
            event_id = say.key(timeline.contacts[gravest[0][1] - 1].contact.event.event_id)
            self._page.item(say.text("timeline.next_explain"))
            self._page.command(f"collection-guard explain {shlex.quote(event_id)} {self._explain_with}")
        if unrecorded := say.unrecorded():
            self._page.item(say.text("timeline.next_recordings", places=say.places(unrecorded)))
        for path, count, _ in timeline.missing()[:1]:
            self._page.item(say.text("timeline.next_supply", field=say.field(path), count=number(count)))
        if not timeline.complaint.about and timeline.contacts:
            self._page.item(say.text("timeline.next_about"))
        self._page.item(say.text("timeline.next_confirm" if timeline.contacts else "timeline.next_other_logs"))

"""The timeline of a complaint as one page that needs nothing else: to be printed, or sent with the answer."""

from collections.abc import Iterable, Iterator, Sequence
from html import escape
from importlib import resources
from string import Template

from collection_guard.audit.report import Violation
from collection_guard.complaints.timeline import Timeline
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang
from collection_guard.reports.timeline_draft import draft_of
from collection_guard.reports.timeline_wording import TimelineWording
from collection_guard.reports.wording import number


def render_timeline_html(timeline: Timeline, lang: Lang, *, masked: bool = True) -> str:
    """Return the timeline as HTML, with its styles and without scripts."""
    say = TimelineWording(timeline, lang, masked=masked)
    template = resources.files("collection_guard") / "templates" / "pages" / "timeline.html"
    return Template(template.read_text("utf-8")).substitute(
        lang="zh-CN" if lang == "zh" else "en",
        title=escape(say.text("timeline.title")),
        body="\n".join(_Body(timeline, say).lines()),
    )


def _safe(words: str) -> str:
    return escape(plain(words))


class _Body:
    def __init__(self, timeline: Timeline, say: TimelineWording) -> None:
        self._timeline, self._say = timeline, say

    def lines(self) -> Iterator[str]:
        """Yield the page, line by line."""
        say = self._say
        yield f"<h1>{_safe(say.text('timeline.title'))}</h1>"
        yield from _pairs(say.head())
        yield from self._contacts()
        yield from self._points()
        yield from self._violations()
        yield from self._missing()
        yield self._heading("caveats")
        yield from _items(say.caveats())
        yield self._heading("draft")
        draft = "\n".join(escape(plain(line)) for line in draft_of(self._timeline, masked=say.masked))
        yield f'<div class="draft" lang="zh-CN">{draft}</div>'

    def _heading(self, code: str) -> str:
        return f'<h2 id="{code}">{_safe(self._say.text(f"timeline.{code}"))}</h2>'

    def _table(self, code: str, names: Sequence[str], rows: Iterable[str]) -> Iterator[str]:
        """Yield a table with its heading; a wide one scrolls, by keyboard too."""
        yield self._heading(code)
        label = _safe(self._say.text(f"timeline.{code}"))
        yield f'<div class="scroll" tabindex="0" role="region" aria-label="{label}"><table><thead><tr>'
        yield "".join(f'<th scope="col">{_safe(self._say.text(f"timeline.column.{name}"))}</th>' for name in names)
        yield "</tr></thead><tbody>"
        yield from rows
        yield "</tbody></table></div>"

    def _contacts(self) -> Iterator[str]:
        say, contacts = self._say, self._timeline.contacts
        if not contacts:
            yield self._heading("list")
            yield f"<p>{_safe(say.text('timeline.none'))}</p>"
            return
        rows = (
            f'<tr id="c{no}"><th scope="row" class="right">{no}</th>'
            + _cells(
                say.clock(item.contact.event.started_at),
                say.agency(item.contact.event.agency),
                say.channel(item.contact),
                say.whom_of(item.contact),
            )
            + f'<td class="{item.verdict}">{_safe(say.verdict_of(item))}</td></tr>'
            for no, item in enumerate(contacts, 1)
        )
        yield from self._table("list", ("no", "time", "agency", "channel", "whom", "verdict"), rows)

    def _points(self) -> Iterator[str]:
        points = self._timeline.points()
        if not points:
            return
        say = self._say
        rows = (
            "<tr>"
            + "".join(
                f'<td class="right">{number(len(found))}</td>' for found in (point.violated, point.open, point.clear)
            )
            + _cells(say.outcome_of(point), say.rule(point.rule))
            + "</tr>"
            for point in points
        )
        yield from self._table("points", ("violations", "open", "clear", "outcome", "rule"), rows)

    def _violations(self) -> Iterator[str]:
        ranks = self._timeline.ranks
        found = [(no, one) for no, item in enumerate(self._timeline.contacts, 1) for one in item.violations(ranks)]
        if found:
            yield self._heading("violations")
        for no, violation in found:
            yield from self._violation(no, violation)

    def _violation(self, no: int, violation: Violation) -> Iterator[str]:
        say, contact = self._say, violation.contact
        severity = say.report.rules[violation.rule].rule.severity
        yield "<article>"
        grave = f'<span class="{severity}">[{_safe(say.word(severity))}]</span>'
        yield f"<h3>{grave} {_safe(say.rule(violation.rule))}</h3>"
        place = say.text("report.where", place=say.place(contact.position), id=say.key(contact.event.event_id))
        rows = [
            ("what", [say.message(violation)]),
            ("why", say.evidence(violation)),
            ("basis", [say.basis(violation)]),
            ("remedy", [say.remedy(violation)]),
            ("source", say.sources(violation.rule)),
        ]
        link = f'<a href="#c{no}">{_safe(say.text("timeline.contact_no", no=no))}</a>'
        yield f"<dl><dt>{_safe(say.text('timeline.label.contact'))}</dt>"
        yield f"<dd>{link} {_safe(say.clock(contact.event.started_at))} {_safe(place)}</dd>"
        for code, lines in rows:
            yield f"<dt>{_safe(say.text(f'timeline.label.{code}'))}</dt><dd>{'<br>'.join(map(_safe, lines))}</dd>"
        yield "</dl></article>"

    def _missing(self) -> Iterator[str]:
        say, missing = self._say, self._timeline.missing()
        if not missing:
            return
        rows = (
            f'<tr><td class="right">{number(count)}</td><td class="right">{number(len(rules))}</td>'
            + _cells(say.field(path))
            + "</tr>"
            for path, count, rules in missing
        )
        yield from self._table("missing", ("contacts", "rules", "missing"), rows)
        yield from _items(line for no, item in enumerate(self._timeline.contacts, 1) for line in say.open_of(no, item))


def _cells(*words: str) -> str:
    return "".join(f"<td>{_safe(word)}</td>" for word in words)


def _items(lines: Iterable[str]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{_safe(line)}</li>" for line in lines)
    yield "</ul>"


def _pairs(rows: Iterable[tuple[str, str]]) -> Iterator[str]:
    yield "<dl>"
    yield from (f"<dt>{_safe(label)}</dt><dd>{_safe(words)}</dd>" for label, words in rows)
    yield "</dl>"

"""The reconciliation on a terminal: what was compared, what does not agree, and what that rests on."""

from collections import Counter
from typing import Final

from collection_guard.audit.taken import Rejected
from collection_guard.language.schema import SEVERITIES
from collection_guard.model.texts import Lang
from collection_guard.reconciliation.findings import Finding
from collection_guard.reconciliation.run import AgencyCounts, Reconciliation
from collection_guard.reports.page import Column, Page, Styled
from collection_guard.reports.reconciliation_wording import ReconciliationWording
from collection_guard.reports.section import STYLES
from collection_guard.reports.wording import number, percent

_MOST: Final = 12


def render_reconciliation_text(
    result: Reconciliation, lang: Lang, *, masked: bool = True, width: int = 80, color: bool = False, most: int = _MOST
) -> str:
    """Return the report as text no wider than ``width`` cells, with at most ``most`` findings in full."""
    page = Page(width, color=color)
    _Terminal(result, ReconciliationWording(result, lang, masked=masked), page, most).write()
    return page.text()


class _Terminal:
    def __init__(self, result: Reconciliation, say: ReconciliationWording, page: Page, most: int) -> None:
        self._result, self._say, self._page, self._most = result, say, page, most

    def write(self) -> None:
        """Write all sections."""
        self._summary()
        self._by_kind()
        self._by_agency()
        self._findings()
        self._title("assumed")
        for words in self._say.rests():
            self._page.item(words)
        self._rows()

    def _title(self, code: str, **values: object) -> None:
        self._page.title(self._say.text(f"reconcile.{code}", **values))

    def _summary(self) -> None:
        result, say = self._result, self._say
        self._title("title")
        sides = [
            (say.text(f"reconcile.{side}"), self._side(len(rows), say.span(rows), others))
            for side, rows, others in (
                ("notes", result.note_rows, result.other_channels[0]),
                ("calls", result.call_rows, result.other_channels[1]),
            )
        ]
        recordings = say.text("reconcile.recordings_not_given")
        if result.recordings is not None:
            count = number(len(result.recordings.recordings))
            recordings = say.text("reconcile.recordings_of", count=count, linked=number(result.linked))
        matched = say.text(
            "reconcile.matched_of",
            count=number(result.matched),
            notes=percent(result.matched, len(result.note_rows)),
            calls=percent(result.matched, len(result.call_rows)),
        )
        by_severity = result.by_severity()
        severities = [f"{say.word(name)} {number(by_severity[name])}" for name in SEVERITIES if by_severity[name]]
        count = number(len(result.findings))
        found = say.text("reconcile.findings_of", count=count, severities=say.listed(severities))
        self._page.pairs(
            [
                *sides,
                (say.text("reconcile.recordings"), recordings),
                (say.text("reconcile.matched"), matched),
                (say.text("reconcile.findings"), found if severities else count),
            ]
        )
        if not result.findings:
            self._page.blank()
            self._page.line(say.text("reconcile.nothing_found"))

    def _side(self, count: int, period: str, others: int) -> str:
        code = "reconcile.rows_of_side_others" if others else "reconcile.rows_of_side"
        values: dict[str, object] = {"others": number(others)} if others else {}
        return self._say.text(code, count=number(count), period=period, **values)

    def _columns(self, *names: str, right: tuple[str, ...] = ()) -> list[Column]:
        return [Column(self._say.text(f"reconcile.column.{name}"), right=name in right) for name in names]

    def _by_kind(self) -> None:
        if not self._result.findings:
            return
        self._title("by_kind")
        severity = {finding.kind: finding.severity for finding in self._result.findings}
        self._page.table(
            self._columns("count", "severity", "kind", right=("count",)),
            [
                [number(count), self._severity(severity[kind]), self._say.kind(kind)]
                for kind, count in self._result.by_kind().items()
            ],
        )

    def _severity(self, severity: str) -> Styled:
        return Styled(self._say.word(severity), STYLES[severity])

    def _by_agency(self) -> None:
        some = [found for found in self._result.agencies if found.notes or found.calls]
        if not some:
            return
        self._title("by_agency")
        self._page.table(
            self._columns(
                "notes", "calls", "matched", "found", "clock", "agency", right=("notes", "calls", "matched", "found")
            ),
            [
                [
                    number(found.notes),
                    number(found.calls),
                    number(found.matched),
                    number(found.findings.total()),
                    self._clock(found),
                    self._say.agency(found.name),
                ]
                for found in some
            ],
        )
        self._page.blank()
        self._page.line(self._say.text("reconcile.clocks"))

    def _clock(self, found: AgencyCounts) -> str:
        if found.skew is None or not found.skew.known:
            return self._say.text("reconcile.clock_unknown")
        sign = "+" if found.skew.seconds > 0 else "−" if found.skew.seconds < 0 else ""
        seconds = sign + self._say.seconds(abs(found.skew.seconds))
        return self._say.text("reconcile.clock_known", seconds=seconds, pairs=number(found.skew.pairs))

    def _selection(self) -> list[Finding]:
        """Choose the findings to show: of each severity the first of every kind, then the second of every kind ..."""
        turn: Counter[str] = Counter()
        ranked = []
        for place, finding in enumerate(self._result.findings):
            ranked.append((SEVERITIES.index(finding.severity), turn[finding.kind], place, finding))
            turn[finding.kind] += 1
        return [finding for *_, finding in sorted(ranked, key=lambda item: item[:3])[: self._most]]

    def _findings(self) -> None:
        selection = self._selection()
        if not selection:
            return
        self._title("shown", shown=number(len(selection)), count=number(len(self._result.findings)))
        for finding in selection:
            self._page.blank()
            self._finding(finding)

    def _finding(self, finding: Finding) -> None:
        say = self._say
        self._page.heading(self._severity(finding.severity), say.kind(finding.kind))
        rows = [(say.text("reconcile.label.what"), say.says(finding))]
        if finding.agency is not None:
            rows.append((say.text("reconcile.label.agency"), say.agency(finding.agency)))
        rows += [(say.label(item), say.item(item)) for item in finding.items]
        if finding.nearest is not None:
            rows.append((say.text("reconcile.label.nearest"), say.row(finding.nearest)))
        if finding.listed_at is not None:
            rows.append((say.text("reconcile.label.listed"), say.place(finding.listed_at)))
        rows.append((say.text("reconcile.label.remedy"), say.remedy(finding)))
        self._page.pairs(rows)

    def _rows(self) -> None:
        result, say = self._result, self._say
        self._title("rows")
        for side, intake in (("notes", result.notes), ("calls", result.calls)):
            self._page.item(
                say.text(
                    "reconcile.row_sum",
                    side=say.text(f"reconcile.{side}"),
                    read=number(intake.rows_read),
                    contacts=number(len(intake.contacts)),
                    rejected=number(len(intake.rejected)),
                    set_aside=number(len(intake.set_aside)),
                )
            )
            self._reasons(intake.rejected)
        if result.recordings is not None:
            self._page.item(
                say.text(
                    "reconcile.recording_sum",
                    read=number(result.recordings.rows_read),
                    contacts=number(len(result.recordings.recordings)),
                    rejected=number(len(result.recordings.rejected)),
                    set_aside=number(len(result.recordings.set_aside)),
                )
            )
            self._reasons(result.recordings.rejected)

    def _reasons(self, rejected: tuple[Rejected, ...]) -> None:
        first = {row.reason: row for row in reversed(rejected)}
        for reason, count in sorted(Counter(row.reason for row in rejected).items()):
            words = self._say.cause(first[reason])
            self._page.item(self._say.text("reconcile.rejected_reason", count=number(count), reason=words), indent=4)

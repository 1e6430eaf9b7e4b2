"""The audit as a workbook: cover, rules, agencies, violations to be answered, data quality, sources, sampling."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from collection_guard.audit.report import Report
from collection_guard.language.schema import SEVERITIES
from collection_guard.model.texts import Lang
from collection_guard.reports.calls import calls_by_agency
from collection_guard.reports.excel.findings import columns_of, rows_of
from collection_guard.reports.excel.workbook import MOST_ROWS, CellValue, SheetColumn, Workbook, width_of, workbook
from collection_guard.reports.ground import Ground
from collection_guard.reports.html.blocks import Blocks
from collection_guard.reports.intervals import Share
from collection_guard.reports.quality_csv import COLUMNS as QUALITY_COLUMNS
from collection_guard.reports.quality_csv import quality_rows
from collection_guard.reports.scorecard import AgencyScore, agency_scores, rule_scores
from collection_guard.reports.wording import Wording, number, percent
from collection_guard.sampling.proof import discovery_size

_RATE: Final = "0.0"
_SHARE: Final = "0.0%"
_WIDE: Final = 46
_TALL: Final = 30
_NUMBERS: Final = frozenset(
    {"contacts", "rejected", "set_aside", "rows_counted", "filled", "unknown_values", "digits_lost"}
)
_RATES: Final = (0.01, 0.005, 0.001)
_CONFIDENCE: Final = 0.95
_USUAL: Final = 30
"""Calls that are listened to in a month, where nobody has thought of what they prove."""


def write_workbook(report: Report, path: Path, lang: Lang, *, masked: bool = True, most: int = MOST_ROWS) -> None:
    """Write the report as a workbook; with more violations than ``most``, on several sheets. Raises OSError."""
    say = Wording(report, lang, masked=masked)
    with workbook(path, say.text("report.title"), say.text("sheet.cut")) as book:
        _Book(report, say, book, most).write()


class _Book:
    def __init__(self, report: Report, say: Wording, book: Workbook, most: int) -> None:
        self._report, self._say, self._book, self._most = report, say, book, most

    def write(self) -> None:
        """Write all sheets."""
        self._book.pairs(self._name("cover"), self._say.text("report.title"), self._cover())
        self._table("summary", self._by_rule(), _SUMMARY)
        self._table("agencies", self._by_agency(), _AGENCIES)
        columns = columns_of(self._say.lang, self._report.settings.timezone)
        self._book.table(self._name("violations"), columns, rows_of(self._report, self._say), most=self._most)
        quality = [SheetColumn(self._say.text(f"csv.{name}"), 14) for name in QUALITY_COLUMNS]
        self._book.table(self._name("quality"), quality, self._quality())
        self._table("rules", self._rules(), _RULES)
        self._table("sampling", self._sampling(), _SAMPLING, above=list(self._of_sampling()))

    def _name(self, code: str) -> str:
        return self._say.text(f"sheet.{code}")

    def _table(
        self,
        code: str,
        rows: Iterator[list[CellValue]],
        names: dict[str, tuple[int, str | None]],
        above: list[str] | None = None,
    ) -> None:
        columns = []
        for name, (width, form) in names.items():
            header = self._say.text(f"sheet.column.{name}")
            columns.append(SheetColumn(header, max(width, width_of(header)), form))
        self._book.table(self._name(code), columns, rows, above=above or [])

    # The cover

    def _cover(self) -> Iterator[tuple[str, CellValue]]:
        report, say = self._report, self._say
        for place, words in enumerate(say.warnings()):
            yield (say.text("sheet.warning") if place == 0 else ""), words
        if report.earliest is not None and report.latest is not None:
            yield say.text("report.period_label"), say.period(report.earliest, report.latest)
        for place in range(len(report.intake.files)):
            yield (say.text("report.file") if place == 0 else ""), self._file(place)
        yield say.text("report.rows"), self._rows()
        yield say.text("report.contacts"), number(report.contacts)
        total = report.total
        yield (
            say.text("report.assessable"),
            say.text(
                "report.assessable_of",
                share=percent(total.assessed, total.applicable),
                part=number(total.assessed),
                whole=number(total.applicable),
            ),
        )
        for code, count in (
            ("fully_assessed", report.contacts_fully_assessed),
            ("in_violation", report.contacts_in_violation),
        ):
            share = percent(count, report.contacts)
            yield say.text(f"report.{code}"), say.text("report.share_of", share=share, part=number(count))
        found = Counter(report.rules[item.rule].rule.severity for item in report.violations)
        severities = say.listed([f"{say.word(name)} {number(found[name])}" for name in SEVERITIES if found[name]])
        violations = number(len(report.violations))
        yield (
            say.text("report.violations"),
            say.text("report.with_severities", count=violations, severities=severities) if severities else violations,
        )
        sheets = -(-len(report.violations) // self._most)
        if sheets > 1:
            yield "", say.text("sheet.goes_on", name=self._name("violations"), sheets=sheets, most=number(self._most))
        yield from self._unknown()
        yield from self._assumed()
        yield from self._run()
        yield say.text("sheet.masked"), say.text("sheet.masked_yes" if say.masked else "sheet.masked_no")
        yield say.text("sheet.no_advice"), say.text("sheet.no_advice_words")

    def _rows(self) -> str:
        intake = self._report.intake
        return self._say.text(
            "report.row_sum_with_history",
            contacts=number(len(intake.contacts)),
            history=number(len(intake.past)),
            rejected=number(len(intake.rejected)),
            set_aside=number(len(intake.set_aside)),
            read=number(intake.rows_read),
        )

    def _file(self, place: int) -> str:
        file = self._report.intake.files[place]
        parts = (self._say.key(file.path), self._say.text("report.file_rows", rows=number(file.rows)), file.digest)
        return self._say.text("report.comma").join(parts)

    def _unknown(self) -> Iterator[tuple[str, CellValue]]:
        say = self._say
        for place, column in enumerate(self._report.missing_columns()[:3]):
            words = say.text("report.next_column", field=say.field(column.field), count=number(column.verdicts))
            yield (say.text("sheet.cannot_know") if place == 0 else ""), words

    def _assumed(self) -> Iterator[tuple[str, CellValue]]:
        """Yield what was taken for granted, as the report on a terminal says it."""
        blocks = Blocks()
        Ground(self._report, self._say, blocks).assumed()
        items = [words for block in blocks.blocks for words in block.items]
        yield from zip((self._say.text("sheet.assumed"), *("" for _ in items[1:])), items, strict=True)

    def _run(self) -> Iterator[tuple[str, CellValue]]:
        report, say = self._report, self._say
        for pack in report.packs:
            status = say.word(pack.status)
            words = say.text("report.pack_of", name=pack.name, version=pack.version, status=status, digest=pack.digest)
            yield say.text("report.pack"), words
            for name, value in sorted(pack.parameters.items()):
                yield "", f"{name}: {value}"
        yield say.text("report.registry"), report.registry_digest or say.text("report.no_registry")
        yield say.text("report.detector"), report.detector or say.text("report.no_detector")
        yield say.text("report.engine"), report.engine
        yield say.text("report.verdict_digest"), report.verdict_digest

    # Rules and agencies

    def _by_rule(self) -> Iterator[list[CellValue]]:
        say = self._say
        for score in rule_scores(self._report):
            rule, tally = self._report.rules[score.rule].rule, score.tally
            yield [
                say.text("report.named", name=say.of(rule.title), id=rule.id),
                say.word(rule.severity),
                tally.violation,
                tally.clear,
                tally.unassessable,
                score.assessable.value,
                *_per_thousand(score.share),
            ]

    def _by_agency(self) -> Iterator[list[CellValue]]:
        calls = calls_by_agency(self._report) or {}
        for score in agency_scores(self._report):
            tally, called = score.tally, calls.get(score.name)
            yield [
                self._say.agency(score.name),
                score.grade,
                None if score.score is None else round(score.score, 1),
                tally.contacts,
                *((None, None, None) if called is None else (called.made, called.effective, called.unknown)),
                tally.contacts_in_violation,
                *_per_thousand(score.share),
                self._say.text(f"sheet.place.{score.place}"),
                tally.verdicts.assessable_share,
                self._fatal(score),
            ]

    def _fatal(self, score: AgencyScore) -> str:
        say = self._say
        sure = [f"{say.of(self._report.rules[rule].rule.title)} {count}" for rule, count in score.fatal.items()]
        heard = [
            say.text("sheet.unconfirmed", rule=say.of(self._report.rules[rule].rule.title), count=count)
            for rule, count in score.unconfirmed.items()
        ]
        return say.listed([*sure, *heard])

    def _quality(self) -> Iterator[list[CellValue]]:
        for row in quality_rows(self._report, self._say):
            yield [int(row[name]) if name in _NUMBERS else row[name] for name in QUALITY_COLUMNS]

    def _rules(self) -> Iterator[list[CellValue]]:
        say = self._say
        lines = "；" if say.lang == "zh" else "; "
        for name in sorted(self._report.rules):
            info = self._report.rules[name]
            rule = info.rule
            unset = say.text("page.unset", parameters=say.listed(list(info.unset))) if info.unset else ""
            yield [
                rule.id,
                say.of(rule.title),
                say.word(rule.severity),
                say.word(rule.effect),
                info.pack,
                unset or say.text("sheet.in_force"),
                lines.join(say.sources(name)),
            ]

    # Sampling

    def _of_sampling(self) -> Iterator[str]:
        say = self._say
        high = Share(0, _USUAL).high
        yield say.text("sheet.sampling_of", confidence=f"{100 * _CONFIDENCE:.0f}")
        yield say.text("proof.usual", count=_USUAL, high=f"{100 * high:.1f}")
        yield say.text("sheet.sampling_how")

    def _sampling(self) -> Iterator[list[CellValue]]:
        report, say = self._report, self._say
        populations = [(say.text("sheet.all"), report.contacts)] if report.contacts else []
        populations += [(say.agency(name), tally.contacts) for name, tally in sorted(report.by_agency.items())]
        for name, count in populations:
            yield [name, count, *(discovery_size(count, rate, _CONFIDENCE) for rate in _RATES)]


def _per_thousand(share: Share) -> list[CellValue]:
    """Return a rate per 1,000 with its interval; of nothing there is none."""
    if share.value is None:
        return [None, None, None]
    return [1000 * share.value, 1000 * share.low, 1000 * share.high]


_SUMMARY: Final[dict[str, tuple[int, str | None]]] = {
    "rule": (_WIDE, None),
    "severity": (10, None),
    "violation": (10, None),
    "clear": (10, None),
    "unassessable": (10, None),
    "assessable": (12, _SHARE),
    "rate": (12, _RATE),
    "low": (12, _RATE),
    "high": (12, _RATE),
}
_AGENCIES: Final[dict[str, tuple[int, str | None]]] = {
    "agency": (_TALL, None),
    "grade": (8, None),
    "score": (8, _RATE),
    "contacts": (10, None),
    "calls_made": (10, None),
    "effective_calls": (10, None),
    "effective_unknown": (10, None),
    "in_violation": (10, None),
    "rate": (12, _RATE),
    "low": (12, _RATE),
    "high": (12, _RATE),
    "place": (20, None),
    "assessable": (12, _SHARE),
    "fatal": (_WIDE, None),
}
_RULES: Final[dict[str, tuple[int, str | None]]] = {
    "id": (_TALL, None),
    "title": (_TALL, None),
    "severity": (10, None),
    "effect": (10, None),
    "pack": (10, None),
    "in_force": (20, None),
    "sources": (60, None),
}
_SAMPLING: Final[dict[str, tuple[int, str | None]]] = {
    "population": (_TALL, None),
    "contacts": (12, None),
    "one_in_100": (16, None),
    "one_in_200": (16, None),
    "one_in_1000": (16, None),
}

"""The quality of the data as a table: one row a column of each file, for whoever asks the agency for better."""

import csv
import io
from collections.abc import Iterator
from typing import Final

from collection_guard.audit.quality import SheetQuality, quality_of
from collection_guard.audit.report import Report
from collection_guard.audit.taken import ColumnReading
from collection_guard.model.plain import harmless
from collection_guard.model.texts import Lang, text
from collection_guard.reports.wording import Wording, percent

COLUMNS: Final = (
    "file",
    "sheet",
    "contacts",
    "rejected",
    "set_aside",
    "first",
    "last",
    "zone",
    "header",
    "field",
    "how",
    "rows_counted",
    "filled",
    "share",
    "unknown_values",
    "digits_lost",
    "form",
)


def render_quality_csv(report: Report, lang: Lang, *, masked: bool = True) -> str:
    """Return the quality of each column as CSV that spreadsheets open: with a byte order mark, and no formula."""
    say = Wording(report, lang, masked=masked)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([text(f"csv.{column}", lang) for column in COLUMNS])
    for row in quality_rows(report, say):
        writer.writerow([harmless(row[name]) for name in COLUMNS])
    return "\ufeff" + file.getvalue()


def quality_rows(report: Report, say: Wording) -> Iterator[dict[str, str]]:
    """Yield each column of each sheet as a row of cells by the names of COLUMNS."""
    for sheet in quality_of(report.intake):
        about = _sheet(sheet, say)
        for column in sheet.reading.column_readings:
            yield about | _column(sheet, column, say)


def _sheet(sheet: SheetQuality, say: Wording) -> dict[str, str]:
    return {
        "file": say.key(sheet.file.path),
        "sheet": "" if sheet.reading.sheet is None else say.key(sheet.reading.sheet),
        "contacts": str(sheet.contacts),
        "rejected": str(sheet.rejected),
        "set_aside": str(sheet.set_aside),
        "first": "" if sheet.first is None else say.moment(sheet.first),
        "last": "" if sheet.last is None else say.moment(sheet.last),
        "zone": sheet.reading.zone or "",
        "rows_counted": str(sheet.reading.rows),
    }


def _column(sheet: SheetQuality, column: ColumnReading, say: Wording) -> dict[str, str]:
    return {
        "header": say.shown(column.header),
        "field": say.field(column.path) if column.is_judged else "",
        "how": say.text(f"known_by.{sheet.how(column)}"),
        "filled": str(column.filled),
        "share": percent(column.filled, sheet.reading.rows),
        "unknown_values": str(column.unknown),
        "digits_lost": str(column.lost),
        "form": "" if column.form is None else say.text(f"time_form.{column.form}"),
    }

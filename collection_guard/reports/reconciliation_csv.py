"""The table of what does not agree, one row a finding, as an agency is asked to answer it."""

import csv
import io
from typing import Final

from collection_guard.model.plain import harmless
from collection_guard.model.texts import Lang
from collection_guard.reconciliation.findings import Finding
from collection_guard.reconciliation.recordings import Recording
from collection_guard.reconciliation.rows import Row
from collection_guard.reconciliation.run import Reconciliation
from collection_guard.reports.reconciliation_wording import ReconciliationWording

COLUMNS: Final = (
    "number",
    "severity",
    "kind",
    "agency",
    "case",
    "phone",
    "collector",
    "time",
    "says",
    "note",
    "call",
    "recording",
    "nearest",
    "listed",
    "remedy",
    "answer",
)
"""The columns in their order; ``reconcile.column.<column>`` of the catalogue is the header."""


def render_reconciliation_csv(result: Reconciliation, lang: Lang, *, masked: bool = True) -> str:
    """Return the findings as CSV that spreadsheets open: with a byte order mark, and no cell that is a formula."""
    say = ReconciliationWording(result, lang, masked=masked)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([say.text(f"reconcile.column.{column}") for column in COLUMNS])
    for place, finding in enumerate(result.findings, 1):
        row = _row(finding, say) | {"number": str(place)}
        writer.writerow([harmless(row[column]) for column in COLUMNS])
    return "\ufeff" + file.getvalue()


def _row(finding: Finding, say: ReconciliationWording) -> dict[str, str]:
    rows = [item for item in finding.items if isinstance(item, Row)]
    recordings = [item for item in finding.items if isinstance(item, Recording)]
    sign = say.text("report.clause_sign")

    def of_side(side: str) -> str:
        return sign.join(say.row(row) for row in rows if row.side == side)

    numbers = (say.number_of(row.contact) for row in rows)
    return {
        "severity": say.word(finding.severity),
        "kind": say.kind(finding.kind),
        "agency": "" if finding.agency is None else say.agency(finding.agency),
        "case": next((say.case(row.contact) for row in rows if row.case is not None), ""),
        "phone": next((number for number in numbers if number), ""),
        "collector": next((say.collector(row.contact) for row in rows if row.event.collector.id), ""),
        "time": "" if finding.at is None else say.moment(finding.at),
        "says": say.says(finding),
        "note": of_side("notes"),
        "call": of_side("calls"),
        "recording": sign.join(say.recording(item) for item in recordings),
        "nearest": "" if finding.nearest is None else say.row(finding.nearest),
        "listed": "" if finding.listed_at is None else say.place(finding.listed_at),
        "remedy": say.remedy(finding),
        "answer": "",
    }

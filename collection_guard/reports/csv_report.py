"""The table of violations, one row a violation, as compliance teams hand it to an agency and get it back."""

import csv
import io
from typing import Final

from collection_guard.audit.report import Report, Violation
from collection_guard.model.plain import harmless
from collection_guard.model.texts import Lang, text
from collection_guard.reports.wording import Wording, gravest_first

COLUMNS: Final = (
    "number",
    "agency",
    "collector",
    "case",
    "recipient",
    "channel",
    "time",
    "phone",
    "rule",
    "message",
    "evidence",
    "severity",
    "basis",
    "remedy",
    "answer",
    "appeal",
    "file",
    "row",
    "event",
)
"""The columns in their order; ``csv.<column>`` of the catalogue is the header. The agency fills in two."""


def render_csv(report: Report, lang: Lang, *, masked: bool = True) -> str:
    """Return the violations as CSV that spreadsheets open: with a byte order mark, and no cell that is a formula."""
    wording = Wording(report, lang, masked=masked)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([text(f"csv.{column}", lang) for column in COLUMNS])
    for place, violation in enumerate(gravest_first(report), 1):
        row = _row(violation, wording)
        writer.writerow([str(place), *(harmless(row[column]) for column in COLUMNS[1:])])
    return "\ufeff" + file.getvalue()


def _row(violation: Violation, say: Wording) -> dict[str, str]:
    contact = violation.contact
    event, position = contact.event, contact.position
    rule = say.report.rules[violation.rule].rule
    files = [say.key(part) for part in (position.file, position.sheet) if part is not None]
    return {
        "agency": say.agency(event.agency),
        "collector": say.collector(contact),
        "case": say.case(contact),
        "recipient": say.recipient(contact),
        "channel": say.word(event.channel),
        "time": say.moment(event.started_at),
        "phone": say.number_of(contact) or "",
        "rule": say.text("report.named", name=say.of(rule.title), id=rule.id),
        "message": say.message(violation),
        "evidence": say.text("report.clause_sign").join(say.evidence(violation)),
        "severity": say.word(rule.severity),
        "basis": say.basis(violation),
        "remedy": say.remedy(violation),
        "answer": "",
        "appeal": "",
        "file": " ".join(files),
        "row": "" if position.row is None else str(position.row),
        "event": say.key(event.event_id),
    }

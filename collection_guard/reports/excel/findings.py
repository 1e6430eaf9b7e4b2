"""The sheet of violations, one row each, as compliance teams hand it to an agency and get it back."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import pytz

from collection_guard.audit.report import Report, Violation
from collection_guard.model.masking import mask_identifier, mask_text
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, text
from collection_guard.reports.excel.workbook import CellValue, SheetColumn, width_of
from collection_guard.reports.wording import Wording, gravest_first
from collection_guard.sampling.review import APPEALS, written

_WIDTHS: Final = {
    "number": 8,
    "agency": 26,
    "recipient": 22,
    "time": 20,
    "recording": 22,
    "rule": 36,
    "standard": 46,
    "message": 46,
    "evidence": 46,
    "remedy": 46,
    "answer": 40,
    "file": 26,
    "event": 18,
}
COLUMNS: Final = (
    "number",
    "agency",
    "collector",
    "case",
    "customer",
    "recipient",
    "channel",
    "time",
    "phone",
    "recording",
    "talk_seconds",
    "rule",
    "standard",
    "message",
    "evidence",
    "severity",
    "basis",
    "remedy",
    "deadline",
    "answer",
    "appeal",
    "file",
    "row",
    "event",
)
"""``csv.<column>`` of the catalogue is the header. Three are left to be filled in."""
_TO_FILL_IN: Final = {"deadline", "answer", "appeal"}
_RECORDING: Final = "recording"


def columns_of(lang: Lang, zone: str | None) -> list[SheetColumn]:
    """Return the columns; the header of times names the zone that all of them are in, where there is one."""
    return [_column(name, lang, zone) for name in COLUMNS]


def _column(name: str, lang: Lang, zone: str | None) -> SheetColumn:
    header = text(f"csv.{name}", lang)
    if name == "time" and zone is not None:
        header = text("report.in_brackets", lang, words=header, inner=zone)
    return SheetColumn(
        header,
        _WIDTHS.get(name, width_of(header)),
        choices=tuple(written("appeals", word, lang) for word in APPEALS) if name == "appeal" else (),
        to_fill_in=name in _TO_FILL_IN,
        hint=text(f"csv.{name}.hint", lang) if name in _TO_FILL_IN else None,
        is_date=name == "deadline",
    )


def rows_of(report: Report, say: Wording) -> Iterator[list[CellValue]]:
    """Yield the violations as rows, the gravest first."""
    for number, violation in enumerate(gravest_first(report), 1):
        row = _row(number, violation, say)
        yield [row[name] for name in COLUMNS]


def _row(number: int, violation: Violation, say: Wording) -> dict[str, CellValue]:
    contact = violation.contact
    event, position = contact.event, contact.position
    rule = say.report.rules[violation.rule].rule
    lines = "；" if say.lang == "zh" else "; "
    return {
        "number": number,
        "agency": say.agency(event.agency),
        "collector": say.collector(contact),
        "case": say.case(contact),
        "customer": customer(event.borrower_id, say),
        "recipient": say.recipient(contact),
        "channel": say.word(event.channel),
        "time": moment(event.started_at, say),
        "phone": say.number_of(contact),
        "recording": recording(event.extra, say),
        "talk_seconds": event.talk_seconds,
        "rule": say.text("report.named", name=say.of(rule.title), id=rule.id),
        "standard": lines.join(say.sources(violation.rule)),
        "message": say.message(violation),
        "evidence": lines.join(say.evidence(violation)),
        "severity": say.word(rule.severity),
        "basis": say.basis(violation),
        "remedy": say.remedy(violation),
        "deadline": None,
        "answer": None,
        "appeal": None,
        "file": " ".join(say.key(part) for part in (position.file, position.sheet) if part is not None),
        "row": position.row,
        "event": say.key(event.event_id),
    }


def customer(borrower_id: str | None, say: Wording) -> str | None:
    """Return the id of the customer, masked but for its end: customers are people."""
    if borrower_id is None:
        return None
    return mask_text(mask_identifier(plain(borrower_id))) if say.masked else plain(borrower_id)


def recording(extra: dict[str, object] | None, say: Wording) -> str | None:
    """Return where the recording is, as the log says."""
    value = (extra or {}).get(_RECORDING)
    return None if value is None else say.shown(value)


def moment(instant: datetime, say: Wording) -> CellValue:
    """Return an instant as a spreadsheet filters it, where one zone is configured and nothing is lost; else as text."""
    zone = say.report.settings.timezone
    if zone is None or instant.microsecond:
        return say.moment(instant)
    try:
        return instant.astimezone(pytz.timezone(zone)).replace(tzinfo=None)
    except OverflowError:  # the edge of the calendar has no form in another zone
        return say.moment(instant)

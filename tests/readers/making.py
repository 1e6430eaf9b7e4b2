"""Small logs for tests, written as the files that people send."""

import csv
import io
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

from collection_guard.audit.reading import read_logs
from collection_guard.audit.taken import Intake
from collection_guard.model.event import Event
from collection_guard.model.problems import InputError

HEADER = ("案件编号", "与本人关系", "被叫号码", "拨打时间", "通话时长", "通话结果")
ROW = ("C-1", "本人", "13800000001", "2025-11-03 10:00:00", "30", "已接通")


def local(text: str) -> datetime:
    """Return a local time without a zone, as a file holds it."""
    return datetime.fromisoformat(text)


def csv_text(rows: Sequence[Sequence[Any]], delimiter: str = ",") -> str:
    """Return rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def read_text(folder: Path, text: str, *, encoding: str = "utf-8", name: str = "log.csv", **options: Any) -> Intake:
    """Write a text to a file and read it."""
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return read_logs([path], **{"timezone": "Asia/Shanghai", **options})


def read_rows(folder: Path, rows: Sequence[Sequence[Any]], **options: Any) -> Intake:
    """Write rows as CSV and read them."""
    return read_text(folder, csv_text(rows), **options)


def one(folder: Path, header: Sequence[str], row: Sequence[Any], **options: Any) -> Event:
    """Return the event of a log of one row."""
    intake = read_rows(folder, [header, row], **options)
    assert not intake.rejected, [(item.reason, item.value) for item in intake.rejected]
    [contact] = intake.contacts
    return contact.event


def sheet(rows: Sequence[Sequence[Any]], title: str = "明细") -> Worksheet:
    """Return the sheet of a new workbook, filled with rows."""
    book = openpyxl.Workbook()
    found = book.active
    assert isinstance(found, Worksheet)
    found.title = title
    for row in rows:
        found.append(list(row))
    return found


def read_sheet(folder: Path, found: Worksheet, **options: Any) -> Intake:
    """Save the workbook of a sheet and read it."""
    path = folder / "log.xlsx"
    assert found.parent is not None
    found.parent.save(path)
    return read_logs([path], **{"timezone": "Asia/Shanghai", **options})


def whole(intake: Intake) -> Intake:
    """Return an intake, having checked that no row is lost."""
    assert len(intake.contacts) + len(intake.rejected) + len(intake.set_aside) == intake.rows_read
    assert intake.rows_read == sum(file.rows for file in intake.files)
    ids = [contact.event.event_id for contact in intake.contacts]
    assert len(ids) == len(set(ids))
    return intake


def told(error: InputError) -> None:
    """Check that an error says what is wrong, in both languages."""
    assert error.problems
    assert all(problem.render("zh") and problem.render("en") for problem in error.problems)

"""Logs of which a sample is drawn, and reviewers who know the truth."""

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
from reports.november import SETTINGS, event, intake, packs

from collection_guard.audit.run import Basis
from collection_guard.model.event import Event
from collection_guard.model.texts import Lang
from collection_guard.reports.files import write_review_file
from collection_guard.sampling.draw import Item, Sample, draw
from collection_guard.sampling.plan import Plan
from collection_guard.sampling.review import Answer, Review, written

RULE = "threat-made"


def message(number: int, agency: str = "甲", *, flagged: bool = False) -> Event:
    """Return a text message; flagged ones carry the signal of a threat."""
    return event(
        f"M-{number:04}",
        f"2025-11-{1 + number % 28:02}T10:00:00+08:00",
        channel="sms",
        agency=agency,
        recipient={"relationship": "self", "number": "13812345678", "name": "高小明"},
        content="",
        signals={"threat": flagged},
        extra={"product": "P1" if number % 2 else "P2"},
    )


def log(size: int = 60, every: int = 4) -> list[Event]:
    """Return messages of two agencies, one in so many flagged."""
    return [message(number, "甲" if number % 3 else "乙", flagged=number % every == 0) for number in range(size)]


def drawn(items: Sequence[Event], **plan: object) -> Sample:
    """Draw from contacts."""
    planned = Plan.model_validate({"seed": "s", "rules": [RULE], "size": 20, "minimum": 2} | plan)
    return draw(intake(items), Basis(packs("core"), settings=SETTINGS, engine="reference"), planned)


def answered(sample: Sample, truth: Callable[[Item], Answer]) -> dict[str, Review]:
    """Return what reviewers who know the truth answer."""
    return {item.id: Review(truth(item), truth(item) if item.second else None) for item in sample.items}


def filled_in(sample: Sample, path: Path, lang: Lang, answers: Callable[[Item], dict[str, str]]) -> None:
    """Write the list as a workbook, and fill in the answers of each item by the names of columns."""
    write_review_file(sample, path, lang)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    head = {str(cell.value): cell.column for cell in sheet[1]}
    by_id = {item.id: item for item in sample.items}
    for row in range(2, sheet.max_row + 1):
        item = by_id[str(sheet.cell(row, head[written("columns", "item", lang)]).value)]
        for name, value in answers(item).items():
            sheet.cell(row, head[written("columns", name, lang)]).value = value
    book.save(path)

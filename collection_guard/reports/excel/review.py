"""The list that people fill in, as a workbook: answers are chosen from lists, and the plan stands beside it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from collection_guard.model.texts import Lang
from collection_guard.reports.excel.workbook import CellValue, SheetColumn, width_of, workbook
from collection_guard.reports.review_rows import TO_FILL_IN, choices_of, columns_of, header_of, rows_of
from collection_guard.reports.sample_wording import SampleWording
from collection_guard.sampling.draw import Sample

_WIDE: Final = {"agency": 26, "question": 36, "message": 46, "recipient": 22, "time": 34, "file": 26, "note": 30}


def write_review_workbook(sample: Sample, path: Path, lang: Lang, *, masked: bool = True) -> None:
    """Write the list. Raises OSError."""
    say = SampleWording(sample, lang, masked=masked)
    names = columns_of(sample)
    columns = [
        SheetColumn(
            header_of(name, lang),
            _WIDE.get(name, width_of(header_of(name, lang))),
            choices=choices_of(name, lang),
            to_fill_in=name in TO_FILL_IN,
        )
        for name in names
    ]
    with workbook(path, say.text("sample.title"), say.text("sheet.cut")) as book:
        book.table(
            say.text("sample.sheet_list"), columns, ([row[name] for name in names] for row in rows_of(sample, say))
        )
        book.pairs(say.text("sample.sheet_plan"), say.text("sample.title"), _plan(say))


def _plan(say: SampleWording) -> Iterator[tuple[str, CellValue]]:
    yield from say.head()
    for words in say.proof():
        yield "", words
    for stratum, population, drawn in say.strata():
        yield stratum, say.text("sample.drawn_of", drawn=drawn, population=population)

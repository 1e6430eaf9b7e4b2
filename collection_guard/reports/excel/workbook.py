"""A workbook that is written row by row, the same bytes for the same rows, with every text a text and no formula."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import xlsxwriter
from rich.cells import cell_len
from xlsxwriter.exceptions import FileCreateError

from collection_guard.model.plain import begins_formula, plain
from collection_guard.model.whole_files import whole_path

MOST_ROWS: Final = 1_000_000
"""A sheet holds 1,048,576 rows; what does not fit goes on in a sheet of the same name with a number."""
_LONGEST: Final = 32_000
"""A cell holds 32,767 characters, of which one beyond the basic plane (an emoji, a rare character) is two."""
_FIRST_DAY: Final = datetime(1900, 3, 1)  # noqa: DTZ001  # spreadsheets know no zones
"""Before it, spreadsheets disagree on how days are counted."""
_WRITTEN: Final = datetime(2000, 1, 1)  # noqa: DTZ001  # as above
"""The time that the file says it was made: no clock, so that the same rows give the same bytes."""
_WIDTHS: Final = (8, 60)
_FORBIDDEN: Final = str.maketrans(dict.fromkeys("[]:*?/\\", " "))
_NAME: Final = 31

CellValue = str | float | datetime | date | None


@dataclass(frozen=True, slots=True)
class SheetColumn:
    """A column: its header, how wide it is, how its numbers look, what may be filled in, and a note for who does."""

    header: str
    width: int = 14
    form: str | None = None
    choices: tuple[str, ...] = ()
    to_fill_in: bool = False
    hint: str | None = None
    is_date: bool = False


class Workbook:
    """Writes sheets one after the other; no row is kept in memory."""

    def __init__(self, path: Path, title: str, folder: str, cut: str) -> None:
        options = {"constant_memory": True, "tmpdir": folder}
        self._book = xlsxwriter.Workbook(str(path), options)
        self._book.set_properties({"title": title, "created": _WRITTEN, "author": "", "comments": ""})
        self._formats: dict[tuple[tuple[str, Any], ...], Any] = {}
        self._names: set[str] = set()
        self._cut = cut

    def close(self) -> None:
        """Finish the file."""
        self._book.close()

    def pairs(self, name: str, title: str, rows: Iterable[tuple[str, CellValue]]) -> None:
        """Write a sheet of labels with what they say beside them; an empty label and text parts groups."""
        sheet = self._book.add_worksheet(self._name(name))
        sheet.set_column(0, 0, 26)
        sheet.set_column(1, 1, 96)
        sheet.set_portrait()
        sheet.fit_to_pages(1, 0)
        self._text(sheet, 0, 0, title, bold=True, font_size=16)
        for row, (label, value) in enumerate(rows, 2):
            self._text(sheet, row, 0, label, bold=True, valign="top")
            self._cell(sheet, row, 1, value, None)

    def table(
        self,
        name: str,
        columns: Sequence[SheetColumn],
        rows: Iterable[Sequence[CellValue]],
        *,
        above: Sequence[str] = (),
        most: int = MOST_ROWS,
    ) -> int:
        """Write a sheet with headers that stay, filters and lists to choose from; return how many rows it has."""
        count = 0
        iterator = iter(rows)
        following = [*islice(iterator, 1)]
        while True:
            count += self._part(self._name(name), columns, chain(following, iterator), above, most)
            if not (following := [*islice(iterator, 1)]):
                return count

    def _part(
        self,
        name: str,
        columns: Sequence[SheetColumn],
        rows: Iterator[Sequence[CellValue]],
        above: Sequence[str],
        most: int,
    ) -> int:
        sheet = self._book.add_worksheet(name)
        sheet.set_landscape()
        sheet.set_paper(9)
        sheet.fit_to_pages(1, 0)
        for place, column in enumerate(columns):
            sheet.set_column(place, place, min(max(column.width, _WIDTHS[0]), _WIDTHS[1]))
        for row, words in enumerate(above):
            self._text(sheet, row, 0, words, italic=True)
        head = len(above)
        for place, column in enumerate(columns):
            colour = "#FFF2CC" if column.to_fill_in else "#DDE3EA"
            self._text(sheet, head, place, column.header, bold=True, bg_color=colour, border=1, text_wrap=True)
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(head)
        written = 0
        for cells in rows:
            written += 1
            for place, (column, value) in enumerate(zip(columns, cells, strict=True)):
                self._cell(sheet, head + written, place, value, column)
            if written == most:
                break
        last = head + max(written, 1)
        sheet.autofilter(head, 0, last, len(columns) - 1)
        for place, column in enumerate(columns):
            if (rule := _validation(column)) is not None:
                sheet.data_validation(head + 1, place, last, place, rule)
        return written

    def _cell(self, sheet: Any, row: int, place: int, value: CellValue, column: SheetColumn | None) -> None:
        match value:
            case None | "":
                if column is not None and column.to_fill_in:
                    sheet.write_blank(row, place, None, self._format(bg_color="#FFFBEA", border=1, text_wrap=True))
            case datetime() if value < _FIRST_DAY:
                self._text(sheet, row, place, value.isoformat(" "), valign="top")
            case datetime():
                sheet.write_datetime(row, place, value, self._format(num_format="yyyy-mm-dd hh:mm:ss", valign="top"))
            case date():
                sheet.write_datetime(row, place, value, self._format(num_format="yyyy-mm-dd", valign="top"))
            case str():
                self._text(sheet, row, place, value, valign="top", text_wrap=True)
            case _:
                form = {"num_format": column.form} if column is not None and column.form else {}
                sheet.write_number(row, place, value, self._format(valign="top", **form))

    def _text(self, sheet: Any, row: int, place: int, words: str, **look: Any) -> None:
        clean = plain(words)
        if len(clean) > _LONGEST // 2 and (room := clean.encode("utf-16-le", "surrogatepass"))[2 * _LONGEST :]:
            clean = room[: 2 * _LONGEST].decode("utf-16-le", "ignore") + self._cut
        # Written as a string it is none; the mark keeps it from becoming a formula once somebody edits the cell.
        if begins_formula(clean):
            look["quote_prefix"] = True
        sheet.write_string(row, place, clean, self._format(**look))

    def _format(self, **look: Any) -> Any:
        key = tuple(sorted(look.items()))
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]

    def _name(self, name: str) -> str:
        clean = plain(name).translate(_FORBIDDEN).strip()[:_NAME]
        number, unique = 2, clean
        while unique.casefold() in self._names:
            tail = f" ({number})"
            unique, number = clean[: _NAME - len(tail)] + tail, number + 1
        self._names.add(unique.casefold())
        return unique


def _validation(column: SheetColumn) -> dict[str, Any] | None:
    shown = {} if column.hint is None else {"input_title": column.header[:32], "input_message": column.hint[:255]}
    if column.choices:
        return {"validate": "list", "source": list(column.choices), **shown}
    if column.is_date:
        return {"validate": "date", "criteria": ">", "value": date(2000, 1, 1), **shown}
    return {"validate": "any", **shown} if shown else None


def width_of(header: str, least: int = 10) -> int:
    """Return a width in which a header fits, Chinese counting two."""
    return max(least, cell_len(header) + 4)


@contextmanager
def workbook(path: Path, title: str, cut: str) -> Iterator[Workbook]:
    """Open a workbook for writing; under its name stands what was there before until all is written.

    ``cut`` stands at the end of a text that no cell holds whole.
    """
    # The rows of a sheet wait in a file of this folder; whatever happens, nothing of them is left behind.
    with whole_path(path) as unfinished, TemporaryDirectory() as folder:
        book = Workbook(unfinished, title, folder, cut)
        yield book
        try:
            book.close()
        except FileCreateError as error:
            raise OSError(str(error)) from error

"""Excel and OpenDocument workbooks, by python-calamine; openpyxl only says how a number is shown."""

import logging
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from typing import IO, Final

import openpyxl
import python_calamine
from openpyxl.utils import column_index_from_string

from collection_guard.model.problems import Problem
from collection_guard.model.tables.cells import Cell, is_blank
from collection_guard.model.tables.grids import Formats, Grid

_LOG: Final = logging.getLogger(__name__)

_MOST_CELLS: Final = 40_000_000
"""A sheet is read whole. One stray cell in the last corner would ask for more memory than any machine has."""
_MOST_BYTES: Final = 4_000_000_000
_CHUNK: Final = 1 << 22
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.(xml|bin)")
_LAST_CELL_RECORD: Final = 11
"""Records 1 to 11 of a binary sheet are cells and begin with their column; record 0 is a row."""
_ZEROS: Final = re.compile(rb'formatCode="0{2,}"')
_ROW: Final = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,9})"')
_COLUMN: Final = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{2,3})\d')


def read_workbook(data: bytes, file: str) -> list[Grid] | Problem:
    """Return the sheets of a workbook."""
    if data.startswith(b"PK") and (code := _too_large(data)) is not None:
        return Problem(code, file)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(BytesIO(data)) as workbook:
            padded = data.startswith(b"PK") and _has_padded_numbers(data)
            return [
                _grid(workbook.get_sheet_by_name(sheet.name), sheet, data, padded=padded)
                for sheet in workbook.sheets_metadata
                if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
            ]
    except python_calamine.PasswordError:
        return Problem("file_password", file)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 -- a broken file makes the reader's Rust code panic, which Python sees as a BaseException
        return Problem("workbook_broken", file, values={"cause": str(error).splitlines()[0] if str(error) else ""})


def _too_large(data: bytes) -> str | None:
    """Look through the XML of a zipped workbook for its extent, without building it."""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(info.file_size for info in archive.infolist()) > _MOST_BYTES:
                return "workbook_too_large"
            for info in archive.infolist():
                if (found := _SHEET.fullmatch(info.filename)) is not None:
                    with archive.open(info) as stream:
                        rows, columns = _extent(stream) if found[1] == "xml" else _extent_of_records(stream.read())
                    if rows * columns > _MOST_CELLS:
                        return "workbook_too_large"
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError, zlib.error):
        return "file_cut_off"
    return None


def _extent(stream: IO[bytes]) -> tuple[int, int]:
    """Return how many rows and columns a sheet in XML spans."""
    rows, columns, kept = 1, 26, b""
    first: int | None = None
    while chunk := stream.read(_CHUNK):
        text = kept + chunk
        for match in _ROW.finditer(text):
            number = int(match[1])
            first = number if first is None else min(first, number)
            rows = max(rows, number - first + 1)
        for name in set(_COLUMN.findall(text)):
            columns = max(columns, column_index_from_string(name.decode()))
        kept = text[-256:]
    return rows, columns


def _extent_of_records(data: bytes) -> tuple[int, int]:
    """Return how many rows and columns a binary sheet (.xlsb) spans: a chain of records, each number, size, data."""
    at, rows, columns = 0, [0], 0
    while at + 2 < len(data):
        kind, at = data[at], at + 1
        if kind & 0x80:
            kind, at = (kind & 0x7F) | data[at] << 7, at + 1
        size = shift = 0
        while at < len(data):
            byte, at = data[at], at + 1
            size |= (byte & 0x7F) << shift
            shift += 7
            if not byte & 0x80:
                break
        if kind == 0:
            rows.append(int.from_bytes(data[at : at + 4], "little"))
        elif kind <= _LAST_CELL_RECORD:
            columns = max(columns, int.from_bytes(data[at : at + 4], "little"))
        at += size
    return max(rows) - min(rows[1:], default=0) + 1, columns + 1


def _has_padded_numbers(data: bytes) -> bool:
    """Say whether a number format of zeros alone is defined, as for identifiers with leading zeros."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        return "xl/styles.xml" in archive.namelist() and bool(_ZEROS.search(archive.read("xl/styles.xml")))


def _grid(
    sheet: python_calamine.CalamineSheet, about: python_calamine.SheetMetadata, data: bytes, *, padded: bool
) -> Grid:
    if sheet.start is None:
        return Grid(sheet.name, [])
    top, left = sheet.start
    values: list[list[Cell]] = [list(row) for row in sheet.to_python(skip_empty_area=True)]
    wide, filled = _fill_merged(values, sheet.merged_cell_ranges or [], top, left)
    rows = [(top + index + 1, cells) for index, cells in enumerate(values)]
    hidden = about.visible != python_calamine.SheetVisibleEnum.Visible
    formats = _formats(data, sheet.name, left)
    return Grid(sheet.name, rows, wide=wide, formats=formats, padded=padded, hidden=hidden, filled=filled)


def _fill_merged(
    values: list[list[Cell]],
    ranges: Iterable[tuple[tuple[int, int], tuple[int, int]]],
    top: int,
    left: int,
) -> tuple[list[tuple[int, int, int]], bool]:
    """Write the value of cells merged downwards into each of their rows; note those merged across."""
    wide, filled = [], False
    for (first_row, first_column), (last_row, last_column) in ranges:
        row, column = first_row - top, first_column - left
        if row < 0 or column < 0 or row >= len(values) or column >= len(values[row]):
            continue
        for below in range(row + 1, min(last_row - top + 1, len(values))):
            if is_blank(values[below][column]) and not is_blank(values[row][column]):
                values[below][column] = values[row][column]
                filled = True
        if last_column > first_column:
            wide.append((row, column, last_column - left))
    return wide, filled


def _formats(data: bytes, sheet: str, left: int) -> Formats:
    """Return a look-up of number formats; it opens the file again, and only when it is asked."""

    @cache
    def cells_of() -> Mapping[tuple[int, int], str]:
        if not data.startswith(b"PK"):
            return {}
        try:
            book = openpyxl.load_workbook(BytesIO(data), read_only=True, data_only=True)
            found = {
                (cell.row, cell.column - left): cell.number_format
                for row in book[sheet].iter_rows()
                for cell in row
                if cell.value is not None and cell.number_format != "General"
            }
        except Exception as error:  # noqa: BLE001 -- how a number is shown is a help, never a reason to fail
            _LOG.debug("number formats not read: %s", error)
            return {}
        return found

    def formats(cells: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
        known = cells_of()
        return {cell: known[cell] for cell in cells if cell in known}

    return formats

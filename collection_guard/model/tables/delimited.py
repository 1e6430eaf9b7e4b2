"""CSV and its relatives: the delimiter is found, quotes that never close cost one row and not the file."""

import csv
from collections.abc import Callable, Sequence
from itertools import chain, islice
from typing import Final

from collection_guard.model.tables.cells import Cell
from collection_guard.model.tables.grids import BrokenRow, Grid

_DELIMITERS: Final = (",", "\t", ";", "|", "，")
_LONGEST_CELL: Final = 8 * 1024 * 1024
"""Transcripts are long, but no cell of a real log is longer than this."""
_MOST_BROKEN: Final = 20
"""After so many unclosed quotes each further line is taken as broken: the file is no CSV."""
_HEAD: Final = 30
_END: Final = "\x00end of the text\x00"
"""Fed after the last line: where it comes back inside a cell, a quote is still open."""

ScoreRow = Callable[[Sequence[Cell]], int]
"""Counts the known headers in a row."""


def read_delimited(text: str, score: ScoreRow) -> Grid:
    """Return the rows of a delimited text, numbered by the line on which they start."""
    csv.field_size_limit(_LONGEST_CELL)
    lines = _lines(text)
    delimiter = _delimiter(lines[:_HEAD], score)
    grid = Grid(None, [])
    start = 0
    while start < len(lines):
        start = _read_from(lines, start, delimiter, grid)
    if grid.rows and not text.endswith(("\n", "\r")):
        row, cells = grid.rows[-1]
        width = max(len(other) for _, other in grid.rows[:_HEAD])
        if len(grid.rows) > 1 and len(cells) < width and _is_last(row, cells, lines):
            grid.rows.pop()
            grid.broken.append(BrokenRow(row, "row_cut_off"))
    return grid


def _lines(text: str) -> list[str]:
    """Split at line ends alone: a form feed or a Unicode line separator belongs to its cell."""
    return text.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _is_last(row: int, cells: Sequence[Cell], lines: list[str]) -> bool:
    span = sum(str(cell).count("\n") for cell in cells)
    return row + span >= len(lines)


def _delimiter(head: list[str], score: ScoreRow) -> str:
    def known(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(csv.reader(head, delimiter=delimiter))
        except csv.Error:
            return 0, 0
        return max((score(row) for row in rows), default=0), sum(len(row) for row in rows)

    return max(_DELIMITERS, key=known)


def _read_from(lines: list[str], start: int, delimiter: str, grid: Grid) -> int:
    """Read rows from a line on; return where to go on after a broken one, or the end."""
    if len(grid.broken) >= _MOST_BROKEN:
        rest = range(start, len(lines))
        grid.broken += [BrokenRow(number + 1, "row_quote_unclosed") for number in rest if lines[number].strip()]
        return len(lines)
    feed = chain((line + "\n" for line in islice(lines, start, None)), (_END,))
    reader = csv.reader(feed, delimiter=delimiter)
    row = start
    while True:
        try:
            cells = next(reader)
        except csv.Error:
            grid.broken.append(BrokenRow(row + 1, "row_cell_too_long"))
            return row + 1
        if cells == [_END]:
            return len(lines)
        after = start + reader.line_num
        if (cells and cells[-1].endswith(_END)) or (after > row + 1 and _stray_quote(lines[row:after], delimiter)):
            # A quote that does not close where a cell ends swallows the rows after it. Its own row is lost; the
            # others are not.
            grid.broken.append(BrokenRow(row + 1, "row_quote_unclosed"))
            return row + 1
        grid.rows.append((row + 1, list(cells)))
        row = after


def _stray_quote(lines: list[str], delimiter: str) -> bool:
    """Say whether text follows a closing quote: in a row of several lines, the quote opened another cell."""
    try:
        list(csv.reader((line + "\n" for line in lines), delimiter=delimiter, strict=True))
    except csv.Error:
        return True
    return False

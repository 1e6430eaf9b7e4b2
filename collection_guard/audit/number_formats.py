"""What only the number format of a cell shows: leading zeros of an identifier, and the midnight of a date."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final

from collection_guard.audit.layout import Layout
from collection_guard.audit.vocabulary.headers import IDENTIFIERS
from collection_guard.model.tables import Cell, Grid

TIME_PATHS: Final = ("started_at", "ended_at", "recorded_at")


def show_padding(grid: Grid, rows: Sequence[tuple[int, list[Cell]]], layout: Layout) -> None:
    """Give identifiers the leading zeros that only their number format shows."""
    if not grid.padded:
        return
    places = [
        (row, column.index)
        for row, cells in rows
        for column in layout.columns
        if column.path in IDENTIFIERS and column.index < len(cells) and isinstance(cells[column.index], float)
    ]
    formats = grid.formats((row, index + 1) for row, index in places)
    by_row = dict(rows)
    for row, index in places:
        shown = formats.get((row, index + 1), "")
        cell = by_row[row][index]
        if shown and not shown.strip("0") and isinstance(cell, float) and cell.is_integer():
            by_row[row][index] = str(int(cell)).zfill(len(shown))


def show_midnights(grid: Grid, rows: Sequence[tuple[int, list[Cell]]], layout: Layout) -> None:
    """Tell a call at midnight from a date without a time: only the number format of the cell does."""
    places = [
        (row, column.index)
        for row, cells in rows
        for column in layout.columns
        if column.path in TIME_PATHS and column.index < len(cells) and _is_bare_date(cells[column.index])
    ]
    if not places:
        return
    formats = grid.formats((row, index + 1) for row, index in places)
    by_row = dict(rows)
    for row, index in places:
        cell = by_row[row][index]
        if "h" in formats.get((row, index + 1), "").lower() and isinstance(cell, date):
            by_row[row][index] = datetime.combine(cell, time())


def _is_bare_date(cell: Cell) -> bool:
    return isinstance(cell, date) and not isinstance(cell, datetime)

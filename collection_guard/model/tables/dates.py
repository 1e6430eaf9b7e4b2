"""Dates of a table: the year first, as text, as a cell of Excel, or as its serial number."""

import re
from datetime import date, datetime, timedelta
from typing import Final

from collection_guard.model.tables.cells import Cell, cell_text, narrow

_WRITTEN: Final = re.compile(
    r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})日?|(\d{2})(\d{2}))"
    r"(?:[ t]00:00(?::00(?:\.0+)?)?)?"
)
_DAY_ZERO: Final = date(1899, 12, 30)
_SERIALS: Final = range(20_000, 80_000)
"""Between 1954 and 2119: other numbers are no dates."""


def read_date(cell: Cell) -> date | None:
    """Return the date that a cell says, or None if it says none; a time of day other than midnight is no date."""
    if isinstance(cell, datetime):
        return cell.date() if cell.time() == datetime.min.time() else None
    if isinstance(cell, date):
        return cell
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        if int(cell) == cell and int(cell) in _SERIALS:
            return _DAY_ZERO + timedelta(days=int(cell))
        cell = cell_text(cell)
    if not isinstance(cell, str) or (found := _WRITTEN.fullmatch(narrow(cell_text(cell)).lower())) is None:
        return None
    month, day = (found[3], found[4]) if found[3] else (found[5], found[6]) if found[5] else (found[7], found[8])
    try:
        return date(int(found[1]), int(month), int(day))
    except ValueError:
        return None

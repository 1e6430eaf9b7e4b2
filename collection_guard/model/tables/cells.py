"""A cell of a table, and its text."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from typing import Final

Cell = str | float | int | bool | datetime | date | time | timedelta | None
"""What a cell may hold. Text files hold text alone."""

_EXCEL_TEXT: Final = re.compile(r'^="((?:[^"]|"")*)"$')
_INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
_WRAPPED: Final = ("=", "'")


def is_blank(cell: Cell) -> bool:
    """Say whether a cell holds nothing."""
    return cell is None or (isinstance(cell, str) and not cell.strip(" \t\r\n\u3000\u00a0\ufeff\u200b"))


def cell_text(cell: Cell) -> str:
    """Return the text that a person sees in a cell, without what Excel adds to keep text as text."""
    if isinstance(cell, str):  # nearly all cells of nearly all logs
        return _plain(cell)
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
        case datetime() | date() | time():
            return cell.isoformat(" ") if isinstance(cell, datetime) else cell.isoformat()
        case timedelta():
            return str(cell)


def _plain(text: str) -> str:
    plain = text.strip()
    if not plain.isascii() and _INVISIBLE.search(plain):
        plain = _INVISIBLE.sub("", plain).strip()
    if plain[:1] not in _WRAPPED:
        return plain
    if (quoted := _EXCEL_TEXT.match(plain)) is not None:
        plain = quoted[1].replace('""', '"').strip()
    # A leading apostrophe marks a text in Excel; some exports write it out.
    if plain.startswith("'") and plain[1:2].isalnum():
        plain = plain[1:]
    return plain


def narrow(text: str) -> str:
    """Return a text with full-width digits, letters and signs made narrow."""
    return unicodedata.normalize("NFKC", text)

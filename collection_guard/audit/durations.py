"""Lengths of time in the forms of logs: 95, 00:01:35, 0:01:35, 1分35秒, an Excel time."""

import re
from datetime import time, timedelta
from functools import lru_cache
from typing import Final

from collection_guard.model.tables.cells import Cell, cell_text, narrow

_NUMBER: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(?:秒|s|sec|seconds?)?")
_CLOCK: Final = re.compile(r"(\d+):([0-5]?\d):([0-5]?\d(?:\.\d+)?)")
_WORDS: Final = re.compile(
    r"(?:(\d+)\s*(?:小时|时|h))?\s*(?:(\d+)\s*(?:分钟?|min|m|′|'))?\s*(?:(\d+(?:\.\d+)?)\s*(?:秒钟?|s|′′|\"|''))?"
)


def read_duration(cell: Cell, unit: float = 1.0) -> float | None:
    """Return the seconds that a cell says, or None if it says none; plain numbers count in ``unit`` seconds.

    ``1:35`` alone is not read: it may be minutes and seconds or hours and minutes.
    """
    match cell:
        case bool() | None:
            return None
        case time():
            return cell.hour * 3600.0 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
        case timedelta():
            seconds = cell.total_seconds()
            return seconds if seconds >= 0 else None
        case int() | float():
            return cell * unit if 0 <= cell < 1e9 else None
        case str():
            return _text(cell, unit)
        case _:
            return None


@lru_cache(maxsize=20_000)
def _text(cell: str, unit: float) -> float | None:
    text = narrow(cell_text(cell)).lower()
    if found := _NUMBER.fullmatch(text):
        seconds = float(found[1]) * (unit if found[1] == text else 1.0)
        return seconds if seconds < 1e9 else None
    if found := _CLOCK.fullmatch(text):
        return int(found[1]) * 3600.0 + int(found[2]) * 60 + float(found[3])
    if text and (found := _WORDS.fullmatch(text)) and any(found.groups()):
        hours, minutes, seconds = (float(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return None

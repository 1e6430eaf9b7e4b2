"""Windows of measures, as written (``168h``, ``7 local dates``, ``this local day``, ``ever``) and as read."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from collection_guard.language.units import parse_duration

WindowKind = Literal["elapsed", "local_dates", "local_day", "local_week", "local_month", "ever"]

_FIXED: Final[dict[str, WindowKind]] = {
    "this local day": "local_day",
    "this local week": "local_week",
    "this local month": "local_month",
    "ever": "ever",
}
_BEFORE: Final = re.compile(r"ever before (\$?\w+) local dates?")
_DATES: Final = re.compile(r"(\$?\w+) local dates?")
_LONGEST_DATES: Final = 36_525
"""A hundred years; who means longer writes ``ever``."""


@dataclass(frozen=True, slots=True)
class Window:
    """How far back a measure looks: ``size`` is in microseconds (elapsed) or in dates, today included."""

    kind: WindowKind
    size: int = 0
    before_dates: int = 0
    """How many of the latest local dates, today included, do not count."""


def parse_window(text: str, parameter: Callable[[str, str], int | None]) -> Window | None:
    """Return the window that a text means, or None if it means none.

    ``parameter(name, type)`` gives the value of a ``$parameter`` in it, or None.
    """
    if text in _FIXED:
        return Window(_FIXED[text])
    if earlier := _BEFORE.fullmatch(text):
        skipped = _count_of(earlier[1], parameter)
        return Window("ever", 0, skipped) if skipped else None
    if dates := _DATES.fullmatch(text):
        count = _count_of(dates[1], parameter)
        return Window("local_dates", count) if count else None
    size = parameter(text[1:], "duration") if text.startswith("$") else parse_duration(text)
    return Window("elapsed", size) if size else None


def _count_of(text: str, parameter: Callable[[str, str], int | None]) -> int | None:
    """Return how many dates are meant, None if it is no number of dates."""
    count = parameter(text[1:], "int") if text.startswith("$") else _whole(text)
    return count if count is not None and 0 < count <= _LONGEST_DATES else None


def _whole(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 10 else None

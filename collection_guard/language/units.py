"""Local times and durations as written in rules, kept as whole microseconds."""

import re
from datetime import time
from typing import Final

SECOND: Final = 1_000_000
MINUTE: Final = 60 * SECOND
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR

_LOCAL_TIME: Final = re.compile(r"([01]\d|2[0-4]):([0-5]\d)(?::([0-5]\d))?")
_DURATION: Final = re.compile(r"(\d{1,9})(d|h|m|s)")
_UNITS: Final = {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}


def parse_local_time(text: str) -> int | None:
    """Return the microseconds since midnight of ``HH:MM`` or ``HH:MM:SS``, up to 24:00; None if it is none."""
    match = _LOCAL_TIME.fullmatch(text)
    if match is None:
        return None
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    total = hours * HOUR + minutes * MINUTE + seconds * SECOND
    return total if total <= DAY else None


def parse_duration(text: str) -> int | None:
    """Return the microseconds of ``7d``, ``168h``, ``30m`` or ``90s``; None if it is none."""
    match = _DURATION.fullmatch(text)
    return int(match[1]) * _UNITS[match[2]] if match else None


def clock_microseconds(clock: time) -> int:
    """Return the microseconds since midnight of a time of day."""
    return clock.hour * HOUR + clock.minute * MINUTE + clock.second * SECOND + clock.microsecond


def show_local_time(microseconds: float) -> str:
    """Return ``HH:MM:SS``, with the fraction of a second where there is one; hours may pass 24."""
    whole = int(microseconds)
    seconds, fraction = divmod(whole, SECOND)
    shown = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{shown}.{fraction:06d}".rstrip("0") if fraction else shown


def show_duration(microseconds: float) -> str:
    """Return a duration in its largest whole unit."""
    whole = int(microseconds)
    for name, size in _UNITS.items():
        if whole and whole % size == 0:
            return f"{whole // size}{name}"
    return f"{whole / SECOND:g}s"

"""Times of a log: an explicit ladder of forms, one form a column, and no guess where two readings are possible."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Final, Literal

import pytz

from collection_guard.model.tables.cells import Cell, cell_text, narrow

Fold = Literal["first", "second"]
Family = Literal["year-first", "day-first", "month-first", "clock", "serial", "epoch", "mail", "told"]
"""The forms of a time. ``clock`` is a time of day alone, ``told`` a form that a mapping file gives."""

_CLOCK: Final = (
    r"(?P<part>上午|下午|凌晨|早上|中午|晚上|am|pm)?\s*"
    r"(?P<h>\d{1,2})\s*(?:[:：时点]|(?=[ap]m))\s*(?:(?P<m>\d{1,2})\s*(?:[:：分]\s*(?:(?P<s>\d{1,2})"
    r"(?:[.,](?P<f>\d{1,9})\d*)?\s*秒?)?)?)?"
    r"\s*(?P<after>am|pm)?"
)
_OFFSET: Final = r"\s*(?P<z>z|utc|gmt|(?:utc|gmt)?[+-]\d{2}:?\d{2})?"
_YEAR_FIRST: Final = re.compile(
    r"(?P<Y>\d{4})(?:(?P<sep>[-/.])(?P<M>\d{1,2})(?P=sep)(?P<D>\d{1,2})|年(?P<M2>\d{1,2})月(?P<D2>\d{1,2})日?)"
    rf"(?:(?:\s*t\s*|\s+|(?<=日)){_CLOCK})?{_OFFSET}"
)
_COMPACT: Final = re.compile(
    r"(?P<Y>\d{4})(?P<M>\d\d)(?P<D>\d\d)"
    rf"(?:[ t]?(?P<h>\d\d):?(?P<m>\d\d)(?::?(?P<s>\d\d)(?:\.(?P<f>\d{{1,9}}))?)?)?{_OFFSET}"
)
_YEAR_LAST: Final = re.compile(
    rf"(?P<A>\d{{1,2}})(?P<sep>[-/.])(?P<B>\d{{1,2}})(?P=sep)(?P<Y>\d{{4}})(?:\s+{_CLOCK})?{_OFFSET}"
)
_CLOCK_ALONE: Final = re.compile(_CLOCK)
_MAIL: Final = re.compile(r"(?:[a-z]{3},\s*)?\d{1,2} [a-z]{3} \d{4} \d\d:\d\d(?::\d\d)? (?:gmt|utc|[+-]\d{4})")
_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")
_EXCEL_DAY_ZERO: Final = datetime(1899, 12, 30)  # noqa: DTZ001 -- a serial day has no zone
_SERIAL_DAYS: Final = (20_000, 80_000)
"""Serial days between 1954 and 2119: numbers outside are no dates of a contact."""
_EPOCHS: Final = ((1e9, 1e10, 1), (1e12, 1e13, 1_000), (1e15, 1e16, 1_000_000))
"""Seconds, milliseconds and microseconds since 1970, between 2001 and 2286."""
_LARGEST: Final = 10**17
_YEARS: Final = (1900, 2199)
"""0001-01-01 and 9999-12-31 stand for a missing time in some systems."""
_EVENING: Final = frozenset({"下午", "晚上", "pm"})


@dataclass(frozen=True, slots=True)
class Reading:
    """What one cell says: a naive local time, an instant, a date alone, or a time of day alone."""

    family: Family
    value: datetime | date | time
    order_matters: bool = False
    """The same digits read as another date if day and month change places."""


class TimeError(ValueError):
    """A time that cannot be an instant; the argument is the code of the reason."""


def read_time(cell: Cell, *, day_first: bool | None = None, told: str | None = None) -> Reading | None:
    """Return what a cell says of a time, or None if it has none of the known forms.

    A date such as 05/11/2025 is read as ``day_first`` says; without it, as day first wherever both are possible.
    """
    match cell:
        case datetime() | date():
            return Reading("year-first", cell) if _YEARS[0] <= cell.year <= _YEARS[1] else None
        case time():
            return Reading("clock", cell)
        case bool() | None | timedelta():
            return None
        case int() | float():
            if not abs(cell) < _LARGEST:  # not a number at all, too
                return None
            return _number(float(cell), str(int(cell)) if float(cell).is_integer() else "")
        case str():
            pass
        case _:
            return None
    return _as_told(cell_text(cell), told) if told is not None else _text(cell, day_first)


def _as_told(text: str, told: str) -> Reading | None:
    try:
        value = datetime.strptime(text, told)  # noqa: DTZ007 -- the zone is added afterwards, where none is read
    except ValueError:
        return None
    return Reading("told", value) if _YEARS[0] <= value.year <= _YEARS[1] else None


@lru_cache(maxsize=1 << 18)
def _text(cell: str, day_first: bool | None) -> Reading | None:
    # A column is read three times: for the order of day and month, for its form, and row by row.
    text = narrow(cell_text(cell)).lower()
    try:
        if (found := _YEAR_FIRST.fullmatch(text)) is not None:
            month, day = found["M"] or found["M2"], found["D"] or found["D2"]
            return _reading("year-first", found, int(found["Y"]), int(month), int(day))
        if (found := _COMPACT.fullmatch(text)) is not None and len(found["Y"]) == 4 and _plausible(found):
            return _reading("year-first", found, int(found["Y"]), int(found["M"]), int(found["D"]))
        if _NUMBER.fullmatch(text):
            return _number(float(text), text)
        if (found := _YEAR_LAST.fullmatch(text)) is not None:
            return _year_last(found, day_first)
        if (found := _CLOCK_ALONE.fullmatch(text)) is not None:
            moment = _clock(found)
            return None if moment is None or moment[1] else Reading("clock", moment[0])
        if _MAIL.fullmatch(text):
            return Reading("mail", parsedate_to_datetime(text))
    except (ValueError, OverflowError):
        pass
    return None


def _plausible(found: re.Match[str]) -> bool:
    """Tell 20251101220001 from a number of milliseconds."""
    return 1990 <= int(found["Y"]) <= 2199 and 1 <= int(found["M"]) <= 12 and 1 <= int(found["D"]) <= 31


def _year_last(found: re.Match[str], day_first: bool | None) -> Reading:
    first, second = int(found["A"]), int(found["B"])
    by_day = first > 12 or (second <= 12 and day_first is not False)
    month, day = (second, first) if by_day else (first, second)
    reading = _reading("day-first" if by_day else "month-first", found, int(found["Y"]), month, day)
    return Reading(reading.family, reading.value, order_matters=first <= 12 and second <= 12 and first != second)


def _reading(family: Family, found: re.Match[str], year: int, month: int, day: int) -> Reading:
    on = date(year, month, day)
    if not _YEARS[0] <= year <= _YEARS[1]:
        raise ValueError(found[0])
    if found["h"] is None:
        return Reading(family, on)
    moment = _clock(found)
    if moment is None:
        raise ValueError(found[0])
    value = datetime.combine(on, moment[0]) + timedelta(days=moment[1])
    zone = found["z"]
    return Reading(family, value if zone is None else value.replace(tzinfo=_offset(zone)))


def _clock(found: re.Match[str]) -> tuple[time, int] | None:
    """Return a time of day, and 1 where 24:00 means the next day; None where the words contradict each other."""
    names = found.groupdict()
    hour, minute, second = int(found["h"]), int(found["m"] or 0), int(found["s"] or 0)
    micro = int((found["f"] or "").ljust(6, "0")[:6])
    if hour == 24:
        return (time(0), 1) if minute == second == micro == 0 else None
    part, after = names.get("part"), names.get("after")
    if part is not None and after is not None:
        return None
    word = part or after
    if word == "中午":
        hour = hour + 12 if hour in (1, 2) else hour
        if hour not in (11, 12, 13, 14):
            return None
    elif word in _EVENING:
        # 晚上12点 may be either midnight, and 0:30 pm either half past twelve.
        if hour == 0 or (word == "晚上" and hour == 12):
            return None
        hour = hour + 12 if hour < 12 else hour
    elif word is not None:
        if hour > 12:
            return None
        hour = 0 if hour == 12 else hour
    return time(hour, minute, second, micro), 0


def _offset(zone: str) -> timezone:
    digits = zone.removeprefix("utc").removeprefix("gmt")
    if digits in ("", "z"):
        return UTC
    sign = -1 if digits[0] == "-" else 1
    plain = digits[1:].replace(":", "")
    minutes = int(plain[:2]) * 60 + int(plain[2:])
    return timezone(timedelta(minutes=sign * minutes)) if minutes else UTC


def _number(value: float, digits: str) -> Reading | None:
    if len(digits) in (8, 12, 14) and (found := _COMPACT.fullmatch(digits)) and _plausible(found):
        try:
            return _reading("year-first", found, int(found["Y"]), int(found["M"]), int(found["D"]))
        except ValueError:
            return None
    if _SERIAL_DAYS[0] <= value < _SERIAL_DAYS[1]:
        # Excel keeps about a microsecond; rounding to the millisecond, which it shows, undoes the noise.
        moment = _EXCEL_DAY_ZERO + timedelta(milliseconds=round(value * 86_400_000))
        return Reading("serial", moment.date() if value == int(value) else moment)
    for low, high, unit in _EPOCHS:
        if low <= value < high:
            micros = round(value * (1_000_000 // unit))
            return Reading("epoch", datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros))
    return None


@dataclass(frozen=True, slots=True)
class Column:
    """The one form of the times of a column."""

    family: Family | None
    day_first: bool | None = None


def order_of(columns: Iterable[Iterable[Cell]]) -> tuple[bool | None, str | None]:
    """Return whether the dates of some columns put the day first, and an example where nothing decides it.

    One order holds for all time columns of a table. Raises TimeError where they contradict each other.
    """
    decided: set[bool] = set()
    example = None
    for column in columns:
        for cell in column:
            if not isinstance(cell, str) or not cell[:1].isdigit():
                continue
            reading = read_time(cell)
            if reading is None or reading.family not in ("day-first", "month-first"):
                continue
            if reading.order_matters:
                example = example or cell_text(cell)
            elif not _same_both_ways(cell):
                decided.add(reading.family == "day-first")
    if len(decided) > 1:
        raise TimeError("time_order_mixed")
    return (decided.pop(), None) if decided else (None, example)


def _same_both_ways(cell: str) -> bool:
    found = _YEAR_LAST.fullmatch(narrow(cell_text(cell)).lower())
    return found is not None and found["A"] == found["B"]


def family_of(cells: Iterable[Cell], *, day_first: bool | None, told: str | None) -> Family | None:
    """Return the form that most times of a column have; with a tie, the one earlier in the ladder."""
    counts: dict[Family, int] = {}
    for cell in cells:
        reading = read_time(cell, day_first=day_first, told=told)
        if reading is not None:
            counts[reading.family] = counts.get(reading.family, 0) + 1
    ladder: tuple[Family, ...] = (
        "told", "year-first", "day-first", "month-first", "clock", "serial", "epoch", "mail",
    )  # fmt: skip
    return max(counts, key=lambda family: (counts[family], -ladder.index(family)), default=None)


def localise(moment: datetime, zone: str, fold: Fold | None) -> datetime:
    """Return the instant of a local time; raise TimeError where a clock change skips or repeats it."""
    offsets = _offsets(zone, moment)
    if not offsets:
        raise TimeError("time_skipped")
    if len(offsets) > 1 and fold is None:
        raise TimeError("time_repeated")
    # The larger offset comes first: clocks are put back, and the first pass is the earlier instant.
    return moment.replace(tzinfo=offsets[-1 if fold == "second" else 0])


def _offsets(zone: str, moment: datetime) -> tuple[timezone, ...]:
    day = _offsets_of_day(zone, moment.date())
    if len(day) == 1:
        return day
    where = pytz.timezone(zone)
    return tuple(
        offset for offset in day if moment.replace(tzinfo=offset).astimezone(where).replace(tzinfo=None) == moment
    )


@lru_cache(maxsize=10_000)
def _offsets_of_day(zone: str, day: date) -> tuple[timezone, ...]:
    """Return the offsets in force from the day before to the day after, the largest first."""
    where = pytz.timezone(zone)
    noon = datetime.combine(day, time(12), tzinfo=UTC)
    found = set()
    for hours in range(-48, 49, 3):
        try:
            offset = (noon + timedelta(hours=hours)).astimezone(where).utcoffset()
        except OverflowError:
            continue
        found.add(offset or timedelta(0))
    return tuple(timezone(offset) if offset else UTC for offset in sorted(found, reverse=True))

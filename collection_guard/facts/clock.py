"""Instants, local times and dates, by pytz; an offset is never taken for a zone."""

from bisect import bisect_right
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Final

import pytz
from pytz.tzinfo import BaseTzInfo

from collection_guard.language.units import DAY, HOUR, clock_microseconds

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
REGISTRY_ZONE: Final = "Asia/Shanghai"
"""The zone whose date decides what a partner list said (semantics 19)."""

# The widest offsets that zones have: an instant's date is one of those at these two.
_WESTMOST: Final = timedelta(hours=-12)
_EASTMOST: Final = timedelta(hours=14)
LONGEST_DAY: Final = timedelta(hours=25)
"""The longest that a date lasts, by the clocks of a zone that are put back by an hour."""

_FAR: Final = timedelta(hours=26)
_FIRST_DAY: Final = date.min + timedelta(days=2)
_LAST_DAY: Final = date.max - timedelta(days=2)


@lru_cache(maxsize=1024)
def zone_of(name: str) -> BaseTzInfo:
    """Return the zone of a name."""
    return pytz.timezone(name)


def microseconds(instant: datetime) -> int:
    """Return an instant as whole microseconds since 1970 in UTC."""
    return (instant - _EPOCH) // _MICROSECOND


def local(instant: datetime, zone: str) -> datetime:
    """Return an instant as the clocks of a zone show it."""
    return _local_at(microseconds(instant), zone)


@lru_cache(maxsize=20_000)
def _local_at(at: int, zone: str) -> datetime:
    """Return an instant by its microseconds: of one contact it is asked again and again."""
    return (_EPOCH + timedelta(microseconds=at)).astimezone(zone_of(zone))


def local_date(instant: datetime, zone: str) -> date:
    """Return the date of an instant in a zone."""
    at = microseconds(instant)
    known = _DATES.get(zone)
    if known is None or not known[0] <= at < known[1]:
        # Of a contact and those before it, the dates are asked for in turns.
        hour = (zone, at // HOUR)
        known = _HOURS.get(hour)
        if known is None or not known[0] <= at < known[1]:
            if len(_HOURS) >= _MOST_HOURS:
                _HOURS.clear()
            known = _HOURS[hour] = _date_around(at, zone)
        _DATES[zone] = known
    return known[2]


_DATES: Final[dict[str, tuple[int, int, date]]] = {}
"""The last date that was asked for in each zone, and from when until when the clocks show it without a change."""
_HOURS: Final[dict[tuple[str, int], tuple[int, int, date]]] = {}
"""The same of hours that were asked for before."""
_MOST_HOURS: Final = 20_000


def _date_around(at: int, zone: str) -> tuple[int, int, date]:
    shown = _local_at(at, zone)
    first = at - clock_microseconds(shown.time())
    changes = clock_changes(zone)
    after = bisect_right(changes, at)
    # A clock that is put on or back may show another date at once, and one date may come twice.
    since = max(first, changes[after - 1]) if after else first
    until = min(first + DAY, changes[after]) if after < len(changes) else first + DAY
    return since, until, shown.date()


@lru_cache(maxsize=1_000)
def clock_changes(zone: str) -> tuple[int, ...]:
    """Return when the clocks of a zone are put on or back, in microseconds since 1970."""
    times = getattr(zone_of(zone), "_utc_transition_times", ())
    return tuple(microseconds(change.replace(tzinfo=UTC)) for change in times)


def local_clock(instant: datetime, zone: str) -> int:
    """Return the local time of an instant, in microseconds since midnight, sub-seconds included."""
    return clock_microseconds(local(instant, zone).time())


def clock_since_midnight_of(start: datetime, instant: datetime, zone: str) -> int:
    """Return what the clocks of a zone show at an instant, counted from the midnight before ``start``."""
    shown = local(instant, zone)
    days = (shown.date() - local_date(start, zone)).days
    return clock_microseconds(shown.time()) + days * 86_400_000_000


def dates_of(instant: datetime, zone: str | None) -> tuple[date, ...]:
    """Return the date of an instant in a zone; where the zone is unknown, every date that it can be."""
    if zone is not None:
        return (local_date(instant, zone),)
    plain = instant.astimezone(UTC).replace(tzinfo=None)
    first, last = (plain + _WESTMOST).date(), (plain + _EASTMOST).date()
    return tuple(first + timedelta(days=step) for step in range((last - first).days + 1))


def same_date(one: datetime, other: datetime, zone: str | None) -> bool | None:
    """Say whether two instants lie on one date of a zone; None where the zone is unknown and they may."""
    if zone is not None:
        return local_date(one, zone) == local_date(other, zone)
    return True if one == other else None if abs(one - other) < LONGEST_DAY else False


@lru_cache(maxsize=10_000)
def start_of_day(day: date, zone: str | None) -> datetime:
    """Return the first instant of a date in a zone; where the zone is unknown, the last that it can be."""
    # Nearer the ends of the calendar than this, the offset of a zone would lead out of it.
    day = min(max(day, _FIRST_DAY), _LAST_DAY)
    midnight = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # the zone is put on below
    if zone is None:
        return midnight.replace(tzinfo=UTC) - _WESTMOST
    # Midnight may come twice, and then the first counts; or be skipped, and then one candidate lies on the day before.
    first, second = sorted(zone_of(zone).localize(midnight, is_dst=summer) for summer in (True, False))
    return first if local_date(first, zone) >= day else second


@lru_cache(maxsize=10_000)
def keeps_its_offset(day: date, zone: str) -> bool:
    """Say whether no clock change lies near the start of a date: then instants from it on are of that date or later."""
    start = start_of_day(day, zone)
    # No clock was ever put back by more than a day.
    return len({local(start + hours, zone).utcoffset() for hours in (-_FAR, timedelta(0), _FAR)}) == 1


def legal_zone(zone: str, table: Mapping[str, str]) -> str:
    """Return the zone by whose time a zone is judged (semantics 16)."""
    return table.get(zone, zone)

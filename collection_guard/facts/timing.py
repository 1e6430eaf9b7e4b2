"""When the contact was made: local times, ends, elected quiet windows (semantics 16-18)."""

from datetime import datetime, timedelta
from typing import Final

from collection_guard.facts.clock import clock_since_midnight_of, local, local_clock
from collection_guard.facts.outcome import network_of
from collection_guard.facts.sheet import FactSheet, fact, fact_in_zone
from collection_guard.language.kleene import Interval, any_of, interval
from collection_guard.language.units import DAY, clock_microseconds
from collection_guard.model.profile import QuietWindow
from collection_guard.model.words import CALL_CHANNELS, OTHER_CHANNEL, WEEKDAYS

LONGEST_RINGING: Final = timedelta(minutes=2)
"""How long a call can have rung, where its end was not recorded: networks give up before that."""
_MAY_RING: Final = CALL_CHANNELS | {OTHER_CHANNEL}


@fact_in_zone("contact.local_time")
def _local_time(sheet: FactSheet, zone: str) -> int:
    return local_clock(sheet.event.started_at, zone)


@fact_in_zone("contact.weekday")
def _weekday(sheet: FactSheet, zone: str) -> str:
    word: str = WEEKDAYS[local(sheet.event.started_at, zone).weekday()]
    return word


@fact("contact.end")
def _end(sheet: FactSheet) -> tuple[datetime, datetime] | None:
    """Return the earliest and the latest instant at which the contact can have ended.

    An end before the start is none. Without an end, a call lasted as long as it was talked, and rang before that.
    """
    event = sheet.event
    if event.ended_at is not None and event.ended_at >= event.started_at:
        return event.ended_at, event.ended_at
    talked = event.talk_seconds
    if talked is None and event.channel in CALL_CHANNELS and network_of(event) not in {None, "connected"}:
        talked = 0.0
    if talked is None:
        return None
    end = event.started_at + timedelta(seconds=talked)
    return end, end + LONGEST_RINGING if event.channel in _MAY_RING else end


@fact_in_zone("contact.local_end")
def _local_end(sheet: FactSheet, zone: str) -> float | Interval | None:
    ends: tuple[datetime, datetime] | None = sheet.value("contact.end")
    if ends is None:
        return None
    low, high = (clock_since_midnight_of(sheet.event.started_at, end, zone) for end in ends)
    return interval(min(low, high), max(low, high))


@fact("contact.in_elected_quiet_window")
def _in_elected_quiet_window(sheet: FactSheet) -> bool | None:
    profile = sheet.profile
    if profile is None or profile.quiet_windows is None:
        return None
    started = sheet.event.started_at
    in_force = [window for window in profile.quiet_windows if _in_force(window, started)]
    if not in_force:
        return False
    zones: tuple[str, ...] = sheet.value("borrower.zones")
    if not zones:
        around_the_clock = any(w.start is None and w.end is None and w.weekdays is None for w in in_force)
        return True if around_the_clock else None
    # Where the zone is uncertain, one zone in which the window is open is one too many.
    return any_of(_covers(window, started, zone) for window in in_force for zone in zones)


def _in_force(window: QuietWindow, instant: datetime) -> bool:
    return (window.valid_from is None or window.valid_from <= instant) and (
        window.valid_to is None or instant < window.valid_to
    )


def _covers(window: QuietWindow, instant: datetime, zone: str) -> bool:
    """Say whether a window is open; its weekdays name the day on which it starts (semantics 18)."""
    clock = local_clock(instant, zone)
    today = local(instant, zone).weekday()
    start = clock_microseconds(window.start) if window.start is not None else 0
    end = clock_microseconds(window.end) if window.end is not None else DAY
    if start < end:
        return _starts_on(window, today) and start <= clock < end
    return (_starts_on(window, today) and clock >= start) or (_starts_on(window, today - 1) and clock < end)


def _starts_on(window: QuietWindow, weekday: int) -> bool:
    return window.weekdays is None or WEEKDAYS[weekday % 7] in window.weekdays

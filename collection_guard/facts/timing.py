"""When the contact was made: local times, ends, elected quiet windows (semantics 16-18)."""

from datetime import datetime, timedelta

from collection_guard.facts.clock import clock_since_midnight_of, local, local_clock
from collection_guard.facts.sheet import FactSheet, fact, fact_in_zone
from collection_guard.language.kleene import any_of
from collection_guard.language.units import DAY, clock_microseconds
from collection_guard.model.profile import QuietWindow
from collection_guard.model.words import CALL_CHANNELS, WEEKDAYS


@fact_in_zone("contact.local_time")
def _local_time(sheet: FactSheet, zone: str) -> int:
    return local_clock(sheet.event.started_at, zone)


@fact_in_zone("contact.weekday")
def _weekday(sheet: FactSheet, zone: str) -> str:
    word: str = WEEKDAYS[local(sheet.event.started_at, zone).weekday()]
    return word


@fact("contact.end")
def _end(sheet: FactSheet) -> datetime | None:
    """Return the instant at which the contact ended; an end before the start is none."""
    event = sheet.event
    if event.ended_at is not None and event.ended_at >= event.started_at:
        return event.ended_at
    if event.talk_seconds is not None:
        return event.started_at + timedelta(seconds=event.talk_seconds)
    network = event.outcome.network
    if event.channel in CALL_CHANNELS and network is not None and network != "connected":
        return event.started_at  # nobody talked
    return None


@fact_in_zone("contact.local_end")
def _local_end(sheet: FactSheet, zone: str) -> int | None:
    end: datetime | None = sheet.value("contact.end")
    return None if end is None else clock_since_midnight_of(sheet.event.started_at, end, zone)


@fact("contact.in_elected_quiet_window")
def _in_elected_quiet_window(sheet: FactSheet) -> bool | None:
    profile = sheet.profile
    if profile is None or profile.quiet_windows is None:
        return None
    started = sheet.event.started_at
    in_force = [window for window in profile.quiet_windows if _in_force(window, started)]
    if not in_force:
        return False
    zones = sheet.zones()
    if zones is None:
        return None
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

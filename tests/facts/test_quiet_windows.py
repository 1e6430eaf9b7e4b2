"""Elected quiet windows, and when a contact ended."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.world import Settings
from collection_guard.language.kleene import Interval
from collection_guard.language.units import HOUR, MINUTE
from collection_guard.model.words import WEEKDAYS

from .making import NEW_YORK, OWN, SHANGHAI, event, profile, sheet_of, to_self

NOWHERE = Settings()


def in_window(started_at: str | datetime, *windows: dict[str, Any], zone: str | None = SHANGHAI, **fields: Any) -> Any:
    given = to_self(started_at=started_at, **fields)
    sheet = sheet_of(given, profile(timezone=zone, quiet_windows=list(windows)), NOWHERE)
    return sheet.value("contact.in_elected_quiet_window")


# Thursday, 20 November 2025.
@pytest.mark.parametrize(
    ("clock", "expected"),
    [("21:59:59.999999", False), ("22:00:00", True), ("23:59:59", True), ("00:00:00", True), ("06:59:59", True)],
)
def test_s18_window_over_midnight(clock: str, expected: bool) -> None:
    """A window from ten at night to seven holds its start, midnight and the morning."""
    night = {"start": "22:00", "end": "07:00"}
    assert in_window(f"2025-11-20T{clock}+08:00", night) is expected
    assert in_window("2025-11-20T07:00:00+08:00", night) is False


def test_s18_weekdays_name_the_day_on_which_a_window_starts() -> None:
    """A Thursday's window over midnight covers Friday's morning, and not Thursday's."""
    thursday = {"start": "22:00", "end": "07:00", "weekdays": ["thu"]}
    said = {
        moment: in_window(f"2025-11-{moment}+08:00", thursday)
        for moment in ("20T06:00:00", "20T22:00:00", "21T06:59:59", "21T07:00:00", "21T22:00:00", "22T06:00:00")
    }
    assert list(said.values()) == [False, True, True, False, False, False]
    sunday = {"start": "22:00", "end": "07:00", "weekdays": ["sun"]}
    assert in_window("2025-11-24T06:00:00+08:00", sunday) is True  # Monday


def test_s18_open_ends_of_the_day() -> None:
    """Without a start a window begins the day, without an end it ends it, without either it is the whole day."""
    ends, begins, whole = {"start": "20:00"}, {"end": "09:00"}, {"weekdays": ["thu"]}
    clocks = ("00:00:00", "08:59:59", "09:00:00", "19:59:59", "20:00:00", "23:59:59.999999")
    said = {
        name: [in_window(f"2025-11-20T{clock}+08:00", window) for clock in clocks]
        for name, window in (("ends", ends), ("begins", begins), ("whole", whole))
    }
    assert said == {
        "ends": [False, False, False, False, True, True],
        "begins": [True, True, False, False, False, False],
        "whole": [True] * 6,
    }
    assert in_window("2025-11-21T00:00:00+08:00", ends) is False
    assert in_window("2025-11-21T00:00:00+08:00", whole) is False


def test_s18_window_is_in_force_between_two_instants() -> None:
    """The first instant belongs to the window's time, the last does not."""
    window = {"start": "09:00", "end": "12:00", "from": "2025-11-20T10:00:00+08:00", "to": "2025-11-20T11:00:00+08:00"}
    said = [
        in_window(f"2025-11-20T{clock}+08:00", window) for clock in ("09:59:59", "10:00:00", "10:59:59", "11:00:00")
    ]
    assert said == [False, True, True, False]


def test_s18_borrowers_own_clock() -> None:
    """The window is read where the borrower is, not where the collector is."""
    noon = {"start": "12:00", "end": "13:00"}
    assert in_window("2025-11-20T12:30:00-05:00", noon, zone=NEW_YORK) is True
    assert in_window("2025-11-20T12:30:00+08:00", noon, zone=NEW_YORK) is False
    assert (
        in_window("2025-11-20T12:30:00-05:00", noon, recipient={"relationship": "self", "timezone": NEW_YORK}) is True
    )


def test_s18_unknown_zone_and_unknown_windows() -> None:
    """Without a zone only a window around the clock is sure; without the list nothing is; an empty list is none."""
    noon, always = {"start": "12:00", "end": "13:00"}, {"weekdays": None}
    moment = "2025-11-20T12:30:00+08:00"
    assert in_window(moment, noon, zone=None) is None
    assert in_window(moment, always, zone=None) is True
    assert in_window(moment, zone=None) is False
    no_list = sheet_of(to_self(), profile(quiet_windows=None))
    assert no_list.value("contact.in_elected_quiet_window") is None
    assert sheet_of(to_self()).value("contact.in_elected_quiet_window") is None


def test_s18_group_is_read_by_the_member_who_is_the_borrower() -> None:
    """In a group the borrower's own zone counts; where none is surely the borrower, that of each who may be."""
    morning = {"start": "07:00", "end": "10:00"}
    mum = {"relationship": "parent", "timezone": SHANGHAI}
    borrower = {"number": OWN, "relationship": "self", "timezone": NEW_YORK}
    perhaps = {"number": "wxid_1", "timezone": NEW_YORK}

    def said(*members: dict[str, Any]) -> Any:
        group = {"audience": "group", "members": list(members)}
        return in_window("2025-11-20T08:00:00-05:00", morning, channel="wechat", recipient=group)

    assert said(mum, borrower) is True
    assert said(mum, perhaps) is True
    assert said(mum, {**borrower, "timezone": None}) is False  # by the profile, in Shanghai
    assert said(mum) is False  # nobody in it is the borrower, who is asleep in Shanghai


zones = st.sampled_from([SHANGHAI, NEW_YORK, "Europe/London"])
clocks = st.times().map(lambda clock: clock.replace(microsecond=0, tzinfo=None))


@given(clocks, clocks, st.sets(st.sampled_from(WEEKDAYS), min_size=1), st.integers(0, 14 * 24 * 60), zones)
def test_s18_windows_by_walking_back_to_their_start(
    start: time, end: time, weekdays: set[str], minutes: int, zone: str
) -> None:
    """A contact is in a window if walking its minutes back from the contact meets the start before the end."""
    if start == end:
        return
    instant = datetime.fromisoformat("2025-10-20T00:00:30+00:00") + timedelta(minutes=minutes)
    wall = instant.astimezone(pytz.timezone(zone)).replace(tzinfo=None)
    starts = [
        datetime.combine(day, start)
        for day in (wall.date(), wall.date() - timedelta(1))
        if WEEKDAYS[day.weekday()] in weekdays
    ]
    length = (datetime.combine(wall, end) - datetime.combine(wall, start)) % timedelta(1)
    expected = any(begin <= wall < begin + length for begin in starts)
    window = {"start": start.isoformat(), "end": end.isoformat(), "weekdays": sorted(weekdays)}
    assert in_window(instant, window, zone=zone) is expected


def end_of(**fields: Any) -> Any:
    return sheet_of(event(started_at="2025-11-20T20:00:00+08:00", **fields)).value_in_zone(
        "contact.local_end", SHANGHAI
    )


def test_s17_end_as_recorded() -> None:
    """A recorded end is the end, on whatever day; one before the start is none."""
    assert end_of(ended_at="2025-11-20T21:00:00+08:00") == 21 * HOUR
    assert end_of(ended_at="2025-11-21T01:00:00+08:00") == 25 * HOUR
    assert end_of(ended_at="2025-11-20T19:00:00+08:00") is None
    assert end_of(ended_at="2025-11-20T19:00:00+08:00", channel="visit", talk_seconds=60) == 20 * HOUR + MINUTE


def test_s17_end_without_a_record() -> None:
    """A call rang for up to two minutes before it was talked; one that did not connect was not talked at all."""
    assert end_of(talk_seconds=60.0) == Interval(20 * HOUR + MINUTE, 20 * HOUR + 3 * MINUTE)
    assert end_of(outcome={"network": "busy"}) == Interval(20 * HOUR, 20 * HOUR + 2 * MINUTE)
    assert end_of(outcome={"network": "connected"}) is None
    assert end_of() is None
    assert end_of(channel="visit", talk_seconds=60.0) == 20 * HOUR + MINUTE
    assert end_of(channel="sms", outcome={"network": "undelivered"}) is None


def test_s17_end_in_the_hour_that_comes_twice() -> None:
    """Where the clocks go back while it rings, its end lies between two readings of the clock."""
    sheet = sheet_of(event(started_at="2025-11-02T01:58:30-04:00", talk_seconds=60.0))
    half = MINUTE // 2
    assert sheet.value_in_zone("contact.local_end", NEW_YORK) == Interval(61 * MINUTE + half, 119 * MINUTE + half)
    assert sheet.value_in_zone("contact.weekday", NEW_YORK) == "sun"

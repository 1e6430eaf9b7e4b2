"""Local times and durations as rules write them."""

from datetime import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.language.units import (
    DAY,
    HOUR,
    MINUTE,
    SECOND,
    clock_microseconds,
    parse_duration,
    parse_local_time,
    show_duration,
    show_local_time,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("00:00", 0),
        ("08:00", 8 * HOUR),
        ("20:59:59", 20 * HOUR + 59 * MINUTE + 59 * SECOND),
        ("24:00", DAY),
        ("24:00:01", None),
        ("24:30", None),
        ("25:00", None),
        ("8:00", None),
        ("08:60", None),
        ("08:00:60", None),
        ("08", None),
        ("0800", None),
        (" 08:00", None),
        ("-1:00", None),
    ],
)
def test_local_times_as_written(text: str, expected: int | None) -> None:
    """A local time is HH:MM or HH:MM:SS up to 24:00, and nothing else is."""
    assert parse_local_time(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7d", 7 * DAY),
        ("168h", 7 * DAY),
        ("30m", 30 * MINUTE),
        ("90s", 90 * SECOND),
        ("0s", 0),
        ("7", None),
        ("1.5h", None),
        ("-1h", None),
        ("1w", None),
        ("7 d", None),
        ("9999999999d", None),
    ],
)
def test_durations_as_written(text: str, expected: int | None) -> None:
    """A duration is a whole number of days, hours, minutes or seconds, and nothing else is."""
    assert parse_duration(text) == expected


@given(st.times())
def test_a_time_of_day_is_shown_as_it_was_and_read_back(clock: time) -> None:
    """What is shown is the time itself, with its fraction of a second where there is one."""
    shown = show_local_time(clock_microseconds(clock))
    if clock.microsecond:
        whole, fraction = shown.split(".")
        assert fraction == f"{clock.microsecond:06d}".rstrip("0")
    else:
        whole = shown
        assert parse_local_time(shown) == clock_microseconds(clock)
    assert whole == clock.replace(microsecond=0).isoformat()


def test_a_time_past_midnight_counts_on() -> None:
    """The end of a contact may lie after the midnight that follows its start."""
    assert show_local_time(25 * HOUR + 10 * MINUTE) == "25:10:00"


@given(st.integers(1, 10**6).map(lambda seconds: seconds * SECOND))
def test_a_duration_is_shown_in_its_largest_whole_unit_and_read_back(duration: int) -> None:
    """Seven days are 7d and not 168h, and the text means the same duration."""
    shown = show_duration(duration)
    assert parse_duration(shown) == duration
    for unit, size in {"d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}.items():
        if duration % size == 0:
            assert shown.endswith(unit)
            break


def test_durations_that_fill_no_unit_are_shown_in_seconds() -> None:
    """Nothing, and parts of a second, are seconds."""
    assert show_duration(0) == "0s"
    assert show_duration(1_500_000) == "1.5s"

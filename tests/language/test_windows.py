"""Windows of measures, as written and as read."""

import pytest

from collection_guard.language.units import DAY, HOUR
from collection_guard.language.windows import Window, parse_window

PARAMETERS = {("days", "int"): 7, ("none", "int"): 0, ("below", "int"): -1, ("span", "duration"): 2 * HOUR}


def parameter(name: str, kind: str) -> int | None:
    """Return the value of a parameter of a type."""
    return PARAMETERS.get((name, kind))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("168h", Window("elapsed", 7 * DAY)),
        ("7d", Window("elapsed", 7 * DAY)),
        ("$span", Window("elapsed", 2 * HOUR)),
        ("7 local dates", Window("local_dates", 7)),
        ("1 local date", Window("local_dates", 1)),
        ("$days local dates", Window("local_dates", 7)),
        ("36525 local dates", Window("local_dates", 36525)),
        ("this local day", Window("local_day")),
        ("this local week", Window("local_week")),
        ("this local month", Window("local_month")),
        ("ever", Window("ever")),
    ],
)
def test_windows_that_mean_something(text: str, expected: Window) -> None:
    """Each form of a window is read as it is written."""
    assert parse_window(text, parameter) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "7",
        "0d",
        "0 local dates",
        "36526 local dates",
        "9" * 5000 + " local dates",
        "-1 local dates",
        "$none local dates",
        "$below local dates",
        "$span local dates",
        "$days",
        "$unknown",
        "this local year",
        "week",
        "seven local dates",
    ],
)
def test_windows_that_mean_nothing(text: str) -> None:
    """What is no window, reaches nowhere, or reaches back beyond all dates is none."""
    assert parse_window(text, parameter) is None

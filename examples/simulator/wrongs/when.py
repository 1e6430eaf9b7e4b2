"""Wrongs of the hour: at night, on days of a clock change, in elected quiet windows."""

from datetime import date, time, timedelta
from typing import Final

from simulator import rule_ids as rule
from simulator.story import Story, moments_before_dawn_and_after_nine
from simulator.world import SHANGHAI, day_in

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def outside_hours(story: Story) -> None:
    """Contact the borrower before eight or from nine on."""
    at = story.at(story.day, moments_before_dawn_and_after_nine(story.rng))
    way = story.rng.random()
    if way < 0.4:
        story.talk(at, wrongs={rule.HOURS}, seconds=story.rng.randint(10, 50))
    elif way < 0.6:
        story.fail(at, wrongs={rule.HOURS})
    else:
        channel = story.rng.choice(("sms", "wechat", "app_push", "email", "letter"))
        story.write(at, channel, wrongs={rule.HOURS})


def outside_hours_on_clock_change(story: Story, day: date) -> None:
    """Contact a borrower abroad on the day on which the clocks change, just before and at each edge."""
    story.day = day
    story.write(story.at(day, time(7, 59, 59, 999_000)), "sms", wrongs={rule.HOURS}, prompt=True)
    story.write(story.at(day, time(8)), "sms", prompt=True)
    story.write(story.at(day, time(20, 59, 59, 999_000)), "sms", prompt=True)
    story.write(story.at(day, time(21)), "sms", wrongs={rule.HOURS}, prompt=True)


def third_party_at_night(story: Story) -> None:
    """Call the emergency contact at night, after the borrower has been reached."""
    story.connect()
    day = day_in(story.now, SHANGHAI) + timedelta(days=2)
    at = story.at(day, moments_before_dawn_and_after_nine(story.rng), story.emergency)
    wrongs = {rule.HOURS, rule.REACHABLE}
    story.talk(at, story.emergency, says="relay", seconds=story.rng.randint(10, 50), wrongs=wrongs)


def runs_into_the_night(story: Story) -> None:
    """Start in time, and still talk after nine."""
    at = story.at(story.day, time(20, story.rng.randint(50, 59), story.rng.randint(0, 59)))
    story.talk(at, seconds=story.rng.randint(660, 1500), wrongs={rule.RUNS_INTO})


def in_quiet_window(story: Story) -> None:
    """Contact the borrower inside the window that the borrower elected: at its start, or further in."""
    window = story.windows[0]
    day = story.day
    if window.since is not None:
        day = max(day, day_in(window.since, story.borrower.zone) + timedelta(days=1))
    while window.weekdays is not None and WEEKDAYS[day.weekday()] not in window.weekdays:
        day += timedelta(days=1)
    start = story.at(day, window.start)
    if window.until is not None and start + timedelta(hours=1) > window.until:
        return
    inside = start + timedelta(minutes=story.rng.choice((0, 0, 7, 41)))
    if story.rng.random() < 0.4:
        story.talk(inside, wrongs={rule.QUIET}, seconds=story.rng.randint(10, 300))
    else:
        channel = story.rng.choice(("sms", "wechat", "app_push", "email"))
        story.write(inside, channel, wrongs={rule.QUIET}, prompt=True)


def in_window_over_midnight(story: Story) -> None:
    """Contact the borrower in both parts of a window that begins in the evening and ends in the morning."""
    day = story.day
    weekdays = story.windows[0].weekdays
    while weekdays is not None and WEEKDAYS[day.weekday()] not in weekdays:
        day += timedelta(days=1)
    morning = day + timedelta(days=1)
    story.write(story.at(day, time(20)), "sms", wrongs={rule.QUIET}, prompt=True)
    story.write(story.at(day, time(21, 30)), "sms", wrongs={rule.QUIET, rule.HOURS}, prompt=True)
    story.write(story.at(morning, time(8, 59, 59)), "sms", wrongs={rule.QUIET}, prompt=True)
    story.write(story.at(morning, time(9)), "sms", prompt=True)
    if weekdays is not None and WEEKDAYS[morning.weekday()] not in weekdays:
        # The weekdays name the day on which the window starts: none starts on this evening.
        story.write(story.at(morning, time(20, 10)), "sms", prompt=True)

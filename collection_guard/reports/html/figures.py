"""The figures of the report as numbers and coordinates: trend, hours of the week, and the funnel of agencies."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil, log10
from typing import Final

import pytz

from collection_guard.audit.report import Report
from collection_guard.reports.intervals import Share
from collection_guard.reports.scorecard import AgencyScore, funnel

LEVELS: Final = 7
"""Shades of the map of hours, from none to most."""
_DAYS: Final = 62
_WEEKS: Final = 400
"""Up to so many days the trend goes by day; up to so many by week; then by month."""
_ROOM: Final = 1.15
_WIDTH: Final = 760
_LEFT: Final = 46
_RIGHT: Final = 12


@dataclass(frozen=True, slots=True)
class Bucket:
    """A day, a week or a month: its contacts, and those in violation."""

    first: date
    share: Share


@dataclass(frozen=True, slots=True)
class HourCell:
    """One hour of one weekday: how many, and the shade."""

    count: int
    level: int


@dataclass(frozen=True, slots=True)
class Axis:
    """A scale of a drawing, with the places of its ticks."""

    most: float
    ticks: list[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Trend:
    """The trend, with what a drawing of it needs."""

    step: str
    buckets: list[Bucket]
    bars: list[tuple[float, ...]]
    """Of each bucket: left, width, top and height of its contacts, top and height of those in violation."""
    line: str
    band: str
    dots: list[tuple[float, float]]
    rate: Axis
    count: Axis
    labels: list[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class Funnel:
    """The funnel plot: one dot an agency, the rate of all, and the limits of chance."""

    dots: list[tuple[float, float, AgencyScore, int]]
    inner: str
    outer: str
    mean: float
    x: Axis
    y: Axis


class Clock:
    """Tells the date and the hour of an instant as the report shows it."""

    def __init__(self, report: Report) -> None:
        name = report.settings.timezone
        self._zone = pytz.timezone(name) if name is not None else None

    def at(self, instant: datetime) -> datetime:
        """Return an instant in the configured zone, else by the clock that it was recorded with."""
        if self._zone is None:
            return instant
        try:
            return instant.astimezone(self._zone)
        except OverflowError:  # the edge of the calendar has no form in another zone
            return instant


def in_violation(report: Report) -> frozenset[str]:
    """Return the events of the contacts in violation."""
    return frozenset(item.contact.event.event_id for item in report.violations)


def hours(report: Report) -> tuple[list[list[HourCell]], list[list[HourCell]]]:
    """Return how many contacts began in each hour of each weekday, and how many of them are in violation."""
    clock, wrong = Clock(report), in_violation(report)
    every: Counter[tuple[int, int]] = Counter()
    bad: Counter[tuple[int, int]] = Counter()
    for contact in report.intake.contacts:
        at = clock.at(contact.event.started_at)
        every[at.weekday(), at.hour] += 1
        bad[at.weekday(), at.hour] += contact.event.event_id in wrong
    return _shaded(every), _shaded(bad)


def _shaded(counts: Counter[tuple[int, int]]) -> list[list[HourCell]]:
    most = max(counts.values(), default=0)
    return [
        [
            HourCell(count, ceil(count / most * (LEVELS - 1)) if count else 0)
            for hour in range(24)
            for count in [counts[day, hour]]
        ]
        for day in range(7)
    ]


def trend(report: Report) -> Trend:
    """Return contacts and those in violation over time."""
    clock, wrong = Clock(report), in_violation(report)
    every: Counter[date] = Counter()
    bad: Counter[date] = Counter()
    for contact in report.intake.contacts:
        day = clock.at(contact.event.started_at).date()
        every[day] += 1
        bad[day] += contact.event.event_id in wrong
    days = (max(every) - min(every)).days + 1 if every else 0
    step = "day" if days <= _DAYS else "week" if days <= _WEEKS else "month"
    first_of: dict[str, Callable[[date], date]] = {
        "day": lambda day: day,
        "week": lambda day: day - timedelta(days=day.weekday()) if day.toordinal() > day.weekday() else day,
        "month": lambda day: day.replace(day=1),
    }
    summed: dict[date, tuple[int, int]] = {}
    if step == "day" and every:
        summed = {min(every) + timedelta(days=place): (0, 0) for place in range(days)}
    for day, count in every.items():
        first = first_of[step](day)
        hits, of = summed.get(first, (0, 0))
        summed[first] = (hits + bad[day], of + count)
    buckets = [Bucket(first, Share(*numbers)) for first, numbers in sorted(summed.items())]
    return _drawn(step, buckets)


def _drawn(step: str, buckets: list[Bucket]) -> Trend:
    top, middle, bottom = 10.0, 130.0, 250.0
    width = (_WIDTH - _LEFT - _RIGHT) / max(1, len(buckets))
    most = max((bucket.share.of for bucket in buckets), default=0)
    count = _axis(most, bottom, bottom - middle - 22)
    highest = max((1000 * bucket.share.value for bucket in buckets if bucket.share.value is not None), default=0.0)
    rate = _axis(highest, middle, middle - top)
    bars, dots, upper, lower = [], [], [], []
    for place, bucket in enumerate(buckets):
        share = bucket.share
        left = _LEFT + place * width
        tall = _scaled(share.of, count.most, bottom - middle - 22)
        red = _scaled(share.hits, count.most, bottom - middle - 22)
        bars.append(tuple(_round(v) for v in (left + width * 0.1, width * 0.8, bottom - tall, tall, bottom - red, red)))
        if share.value is not None:
            x = left + width / 2
            dots.append((_round(x), _round(middle - _scaled(1000 * share.value, rate.most, middle - top))))
            upper.append((x, middle - _scaled(min(1000 * share.high, rate.most), rate.most, middle - top)))
            lower.append((x, middle - _scaled(1000 * share.low, rate.most, middle - top)))
    every = max(1, ceil(len(buckets) / 10))
    labels = [
        (
            _round(_LEFT + (place + 0.5) * width),
            bucket.first.isoformat()[5:] if step != "month" else bucket.first.isoformat()[:7],
        )
        for place, bucket in enumerate(buckets)
        if place % every == 0
    ]
    return Trend(
        step, buckets, bars, _path(dots), _path([*upper, *lower[::-1]], closed=True), dots, rate, count, labels
    )


def plot_funnel(report: Report, scores: list[AgencyScore]) -> Funnel | None:
    """Return the funnel plot; None without an agency to show."""
    of_all = Share(report.contacts_in_violation, report.contacts).value
    if of_all is None:
        return None
    top, bottom = 12.0, 330.0
    sizes = [score.share.of for score in scores]
    decades = (log10(max(1, min(sizes)) / 1.5), log10(max(sizes) * 1.5))
    highest = max(1000 * (score.share.value or 0.0) for score in scores)
    points = [point for point in funnel(report) if point.contacts >= 10 ** decades[0]]
    y = _axis(max(highest, 1000 * of_all * 2), bottom, bottom - top)

    def across(contacts: float) -> float:
        share = (log10(contacts) - decades[0]) / (decades[1] - decades[0])
        return _round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT))

    def up(rate: float) -> float:
        return _round(bottom - _scaled(min(1000 * rate, y.most), y.most, bottom - top))

    def area(low: str, high: str) -> str:
        upper = [(across(point.contacts), up(point.limits[high])) for point in points]
        lower = [(across(point.contacts), up(point.limits[low])) for point in points]
        return _path([*upper, *lower[::-1]], closed=True)

    ticks = [
        (across(size), f"{size:,}")
        for power in range(7)
        for size in (10**power, 3 * 10**power)
        if decades[0] <= log10(size) <= decades[1]
    ]
    dots = [(across(s.share.of), up(s.share.value or 0.0), s, place) for place, s in enumerate(scores, 1)]
    return Funnel(dots, area("low", "high"), area("below", "above"), up(of_all), Axis(max(sizes), ticks), y)


def _axis(highest: float, zero: float, tall: float) -> Axis:
    """Return a scale from 0 to a little above the highest value, with ticks at round numbers."""
    most = max(highest * _ROOM, 1e-9) if highest else 1.0
    power = 10 ** (ceil(log10(most)) - 1)
    unit = next(power * step for step in (0.5, 1, 2, 2.5, 5, 10) if most / (power * step) <= 5)
    return Axis(
        most,
        [
            (_round(zero - _scaled(unit * place, most, tall)), f"{unit * place:,.10g}")
            for place in range(int(most / unit) + 1)
        ],
    )


def _scaled(value: float, most: float, tall: float) -> float:
    return value / most * tall if most else 0.0


def _round(value: float) -> float:
    return round(value, 1)


def _path(points: list[tuple[float, float]], *, closed: bool = False) -> str:
    if not points:
        return ""
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points) + ("Z" if closed else "")

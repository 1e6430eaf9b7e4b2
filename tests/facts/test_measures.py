"""Measures over uncertain pasts are intervals: held against trying out every completion of what is not known."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import product
from math import inf

import pytz
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collection_guard.facts.world import Settings
from collection_guard.language.compiled import CompiledMeasure
from collection_guard.language.ir import Test
from collection_guard.language.kleene import ends
from collection_guard.language.units import HOUR
from collection_guard.language.windows import Window
from collection_guard.model.event import Event, Span

from .making import NEW_YORK, SHANGHAI, event, profile, rule_set, sheet_of

COUNTS = Test("contact.disposition", "eq", "promise")
RESTARTS = Test("contact.state_change", "eq", "complaint")
TRI = (True, False, None)
# The Sunday on which the clocks of New York go back, in the evening.
NOW = datetime(2025, 11, 2, 23, 30, tzinfo=UTC)
Counted = tuple[datetime, str, float]
"""When an event was that counts, to which number, and how long it was talked."""
FIRST_HOUR, LAST_HOUR = -60, 4
WINDOWS = (
    Window("elapsed", 24 * HOUR),
    Window("elapsed", 50 * HOUR),
    Window("local_dates", 2),
    Window("local_day"),
    Window("local_week"),
    Window("local_month"),
    Window("ever"),
)
KINDS = ("events", "local_dates", "numbers", "talk_seconds", "elapsed")
NUMBERS = ("13800000001", "13800000002", None)


@dataclass(frozen=True)
class Made:
    """A past event: when it was, when it was known, and whether it counts and restarts the count (None: unknown)."""

    hour: int
    known_hour: int
    doubt: int | None
    """For how many hours from then on it may have been known only; None: for ever."""
    counts: bool | None
    restarts: bool | None
    number: str | None
    talk: float | None

    @property
    def at(self) -> datetime:
        return NOW + timedelta(hours=self.hour)

    def recorded(self) -> datetime | Span:
        first = NOW + timedelta(hours=max(self.hour, self.known_hour))
        if self.doubt == 0:
            return first
        return Span(first, None if self.doubt is None else first + timedelta(hours=self.doubt))

    @property
    def known(self) -> bool | None:
        """Whether it was known by now; the end of a span is not of it."""
        first = max(self.hour, self.known_hour)
        if first > 0:
            return False
        return True if self.doubt == 0 or (self.doubt is not None and first + self.doubt <= 0) else None

    def event(self, event_id: str) -> Event:
        word = {True: "promise", False: None, None: "unknown"}
        change = {True: "complaint", False: None, None: "unknown"}
        return event(
            event_id,
            self.at,
            recorded_at=self.recorded(),
            talk_seconds=self.talk,
            recipient={"number": self.number},
            outcome={"disposition": word[self.counts], "state_change": change[self.restarts]},
        )


pasts = st.lists(
    st.builds(
        Made,
        st.integers(FIRST_HOUR, LAST_HOUR),
        st.integers(FIRST_HOUR, LAST_HOUR),
        st.sampled_from((0, 0, 0, 20, None)),
        st.sampled_from(TRI),
        st.sampled_from((False, False, *TRI)),
        st.sampled_from(NUMBERS),
        st.sampled_from((0.0, 30.0, 45.0, None)),
    ),
    max_size=4,
)
measures = st.builds(
    CompiledMeasure,
    st.just("m"),
    st.sampled_from(KINDS),
    st.just(COUNTS),
    st.sampled_from((None, RESTARTS)),
    st.sampled_from(WINDOWS),
    st.just(("case",)),
)
histories = st.sampled_from((None, date(2025, 10, 31), date(2025, 11, 1), date(2025, 11, 2)))
asked_ids = st.sampled_from(("0", "z"))  # before or after the past events that began at the same instant


def local_date(instant: datetime, zone: str) -> date:
    return instant.astimezone(pytz.timezone(zone)).date()


def midnight(day: date, zone: str) -> datetime:
    return pytz.timezone(zone).localize(datetime(day.year, day.month, day.day))  # noqa: DTZ001 - localized here


def in_window(at: datetime, window: Window, zone: str) -> bool:
    """Say in plain words whether an instant lies in a window that ends now."""
    today, day = local_date(NOW, zone), local_date(at, zone)
    match window.kind:
        case "elapsed":
            return NOW - at <= timedelta(microseconds=window.size)
        case "local_dates":
            return (today - day).days < window.size
        case "local_day":
            return day == today
        case "local_week":
            return day.isocalendar()[:2] == today.isocalendar()[:2]
        case "local_month":
            return (day.year, day.month) == (today.year, today.month)
        case _:
            return True


def value_of(measure: CompiledMeasure, counted: list[Counted], zone: str) -> float:
    match measure.count:
        case "events":
            return len(counted)
        case "local_dates":
            return len({local_date(at, zone) for at, _, _ in counted})
        case "numbers":
            return len({number for _, number, _ in counted})
        case "talk_seconds":
            return sum(talk for _, _, talk in counted)
        case _:
            latest = max((at for at, _, _ in counted), default=None)
            return inf if latest is None else (NOW - latest) / timedelta(microseconds=1)


def completions(seen: list[Made], measure: CompiledMeasure) -> Iterator[list[tuple[Made, bool, bool, str, float]]]:
    """Yield every way in which what is not known of past events may have been."""
    choices = [
        [
            (one, known and counts, known and restarts and measure.since is not None, number, talk)
            for known in ((True, False) if one.known is None else (one.known,))
            for counts in ((True, False) if one.counts is None else (one.counts,))
            for restarts in ((True, False) if one.restarts is None else (one.restarts,))
            for number in ((*NUMBERS[:2], f"new {index}") if one.number is None else (one.number,))
            for talk in ((0.0, inf) if one.talk is None else (one.talk,))
        ]
        for index, one in enumerate(seen)
    ]
    for chosen in product(*choices):
        yield list(chosen)


def unseen_pasts(
    measure: CompiledMeasure, complete: datetime | None, zone: str
) -> Iterator[tuple[list[Counted], datetime | None]]:
    """Yield what may be missing from the log: nothing, contacts that count without end, one that restarts the count.

    All of it as late as it can be: right before the instant from which the log is whole.
    """
    many = [(complete, f"unseen {index}", inf) for index in range(20)] if complete else []
    inside = complete is not None and in_window(complete - timedelta(microseconds=1), measure.window, zone)
    for counted in ([], many) if inside else ([],):
        yield counted, None
        if complete is not None and measure.since is not None:
            yield counted, complete


def by_trying_out(
    measure: CompiledMeasure, past: list[Made], zone: str, complete: datetime | None
) -> tuple[float, float]:
    """Return the lowest and the highest value over all completions; twenty unseen contacts stand for any number."""
    found: set[float] = set()
    for completed in completions(past, measure):
        for unseen, unseen_restart in unseen_pasts(measure, complete, zone):
            last = max((index for index, one in enumerate(completed) if one[2]), default=-1)
            restarted = completed[last][0].at if last >= 0 else None
            counted = [
                (one.at, number, talk)
                for index, (one, counts, _, number, talk) in enumerate(completed)
                if counts
                and index > last
                and in_window(one.at, measure.window, zone)
                # What was seen before the log is whole may have been followed by a restart that was not.
                and (unseen_restart is None or one.at >= unseen_restart)
            ]
            if unseen and unseen_restart is None and (restarted is None or restarted < unseen[0][0]):
                counted += unseen
            value = value_of(measure, counted, zone)
            found.add(inf if unseen and value >= 20 and measure.count in {"events", "numbers"} else value)
            if unseen and measure.count == "local_dates" and counted[-1:] == unseen[-1:]:
                found.add(inf)
    return min(found), max(found)


def measured(
    measure: CompiledMeasure, past: list[Event], settings: Settings, zone: str | None, event_id: str
) -> tuple[float, float]:
    case = profile(timezone=zone)
    sheet = sheet_of(event(event_id, NOW), case, settings, past=past, rules=rule_set([measure]))
    return ends(sheet.value("measure.m"))


def preceding(past: list[Made], event_id: str) -> tuple[list[Event], list[Made]]:
    """Return the past as events, and what of it precedes the event asked about and was known by then, in order."""
    ordered = sorted(past, key=lambda one: one.at)
    events = [one.event(str(index + 1)) for index, one in enumerate(ordered)]
    known = [
        one
        for one, made in zip(ordered, events, strict=True)
        if (one.at, made.event_id) < (NOW, event_id) and one.known is not False
    ]
    return events, known


@hypothesis_settings(max_examples=400)
@given(measures, pasts, st.sampled_from((SHANGHAI, NEW_YORK)), asked_ids)
def test_s05_measures_are_intervals(measure: CompiledMeasure, past: list[Made], zone: str, event_id: str) -> None:
    """A measure lies between its lowest and its highest value over all completions of an uncertain past."""
    events, known = preceding(past, event_id)
    assert measured(measure, events, Settings(), zone, event_id) == by_trying_out(measure, known, zone, None)


@hypothesis_settings(max_examples=400)
@given(measures, pasts, st.sampled_from((SHANGHAI, NEW_YORK)), asked_ids, histories)
def test_s05_incomplete_history(
    measure: CompiledMeasure, past: list[Made], zone: str, event_id: str, complete_from: date | None
) -> None:
    """Where the window reaches before the log is whole, unseen contacts may count, or may restart the count."""
    events, known = preceding(past, event_id)
    complete = None if complete_from is None else midnight(complete_from, zone)
    settings = Settings(history_complete_from=complete_from)
    assert measured(measure, events, settings, zone, event_id) == by_trying_out(measure, known, zone, complete)


@given(measures, pasts, st.sampled_from(pytz.common_timezones), asked_ids)
def test_s05_unknown_zone_holds_the_value_of_every_zone(
    measure: CompiledMeasure, past: list[Made], zone: str, event_id: str
) -> None:
    """Where the zone of the dates is unknown, a measure holds what it would be in any zone."""
    events, _ = preceding(past, event_id)
    low, high = measured(measure, events, Settings(), zone, event_id)
    lowest, highest = measured(measure, events, Settings(), None, event_id)
    assert lowest <= low <= high <= highest


def test_s05_unknown_zone_leaves_no_doubt_where_there_is_none() -> None:
    """Without a zone, contacts of one instant lie on one day, those of two days ago do not, those of last night may."""
    measure = CompiledMeasure("m", "events", COUNTS, None, Window("local_day"), ("case",))
    said = {
        hours: measured(measure, [Made(-hours, 0, 0, True, False, None, None).event("1")], Settings(), None, "z")
        for hours in (0, 1, 24, 25, 48)
    }
    assert said == {0: (1, 1), 1: (0, 1), 24: (0, 1), 25: (0, 0), 48: (0, 0)}


def test_s05_unknown_zone_of_a_longer_window() -> None:
    """Among seven dates is surely what began less than six days ago by the hour of a clock change, in any zone."""
    measure = CompiledMeasure("m", "events", COUNTS, None, Window("local_dates", 7), ("case",))
    said = {
        hours: measured(measure, [Made(-hours, 0, 0, True, False, None, None).event("1")], Settings(), None, "z")
        for hours in (6 * 24 - 1, 6 * 24, 7 * 24, 7 * 24 + 1)
    }
    assert said == {143: (1, 1), 144: (0, 1), 168: (0, 1), 169: (0, 0)}

"""Local times and dates, on both sides of every bound, and where clocks change."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import pytz
from hypothesis import example, given
from hypothesis import strategies as st

from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.clock import (
    clock_changes,
    clock_since_midnight_of,
    dates_of,
    legal_zone,
    local,
    local_clock,
    local_date,
    microseconds,
    same_date,
    start_of_day,
)
from collection_guard.facts.world import Settings
from collection_guard.language.ir import Bounds, InZones, Test
from collection_guard.language.kleene import MAYBE, NO, YES
from collection_guard.language.units import HOUR, SECOND, show_local_time
from collection_guard.model import Event

from .making import NEW_YORK, SHANGHAI, event, profile, sheet_of, to_self

PERMITTED = InZones("every", Test("contact.local_time", "between", Bounds(8 * HOUR, 21 * HOUR)))
BOUNDS = {"07:59:59": NO, "08:00:00": YES, "20:59:59.999": YES, "21:00:00": NO}
ZONES = sorted(pytz.common_timezones)
zones = st.sampled_from(ZONES)
days = st.dates(date(1995, 1, 1), date(2030, 12, 31))
instants = st.datetimes(datetime(1995, 1, 2), datetime(2030, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - Hypothesis puts the zone on


@given(
    asked=st.lists(st.tuples(instants, zones), min_size=2, max_size=8), again=st.lists(st.integers(0, 7), max_size=9)
)
def test_a_date_is_the_same_whatever_was_asked_before(asked: list[tuple[datetime, str]], again: list[int]) -> None:
    """Dates of several zones and days in turns, when hardly any is remembered: each is what the clocks show."""
    with pytest.MonkeyPatch.context() as few:
        few.setattr("collection_guard.facts.clock._MOST_HOURS", 2)
        for instant, zone in asked + [asked[place % len(asked)] for place in again]:
            for at in (instant, instant + timedelta(minutes=59), instant - timedelta(hours=30)):
                assert local_date(at, zone) == at.astimezone(pytz.timezone(zone)).date()


@pytest.mark.parametrize(("clock", "truth"), BOUNDS.items())
@pytest.mark.parametrize(
    ("zone", "day", "offset"),
    [
        (SHANGHAI, "2025-11-20", "+08:00"),
        (NEW_YORK, "2025-11-01", "-04:00"),
        # On this day the clocks go back at two, so that by eight it is standard time.
        (NEW_YORK, "2025-11-02", "-05:00"),
        # On this one they go forward.
        (NEW_YORK, "2026-03-08", "-04:00"),
        (NEW_YORK, "2026-03-07", "-05:00"),
    ],
)
def test_s17_bounds_of_the_permitted_hours(zone: str, day: str, offset: str, clock: str, truth: int) -> None:
    """Eight belongs to the permitted hours and nine at night does not, by the clocks of the recipient's zone."""
    sheet = sheet_of(event(started_at=f"{day}T{clock}{offset}", recipient={"timezone": zone}))
    assert show_local_time(sheet.value_in_zone("contact.local_time", zone)) == clock
    assert truth_of_atom(PERMITTED, sheet) == truth


@given(
    zone=zones,
    changes=st.lists(st.tuples(st.integers(0, 10**9), st.integers(-90_000, 90_000)), min_size=2, max_size=6),
)
def test_dates_are_those_that_the_clocks_show(zone: str, changes: list[tuple[int, int]]) -> None:
    """Whichever instants are asked about one after another, each has the date of its local time; also by a change."""
    known = clock_changes(zone) or (0,)
    for change, seconds in changes:
        at = max(known[change % len(known)], -(10**15)) + seconds * SECOND
        instant = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at)
        assert local_date(instant, zone) == local(instant, zone).date()


@pytest.mark.parametrize(("clock", "truth"), BOUNDS.items())
def test_s17_recipient_abroad(clock: str, truth: int) -> None:
    """A contact abroad is judged by the clocks there, wherever the collector and the borrower are."""
    contacts = [{"name": "李四", "number": "+1 212 555 0188", "timezone": NEW_YORK}]
    abroad = {"number": "+12125550188", "relationship": "friend"}
    given = event(started_at=f"2025-11-20T{clock}-05:00", recipient=abroad)
    assert truth_of_atom(PERMITTED, sheet_of(given, profile(emergency_contacts=contacts))) == truth
    assert truth_of_atom(PERMITTED, sheet_of(given)) == truth


def test_s17_every_candidate_zone_must_permit() -> None:
    """A number that may lie in several zones is called in time only if it is so in all of them."""
    anywhere = {"number": "+1 800 555 0100"}
    at_noon = sheet_of(event(started_at="2025-11-20T12:00:00-05:00", recipient=anywhere), settings=Settings())
    assert len(at_noon.zones() or ()) > 5
    assert truth_of_atom(PERMITTED, at_noon) == NO  # it is early in Honolulu
    in_one = InZones("some", PERMITTED.body)
    assert truth_of_atom(in_one, at_noon) == YES


def test_s16_no_zone_is_unknown() -> None:
    """An offset is no zone: where nothing names one, the hours are unknown."""
    assert truth_of_atom(PERMITTED, sheet_of(to_self(), settings=Settings())) == MAYBE


def test_legal_time_of_a_country_with_one() -> None:
    """A zone that the table names is judged by the zone it gives, any other by itself."""
    assert legal_zone("Asia/Urumqi", {"Asia/Urumqi": SHANGHAI}) == SHANGHAI
    assert legal_zone(NEW_YORK, {"Asia/Urumqi": SHANGHAI}) == NEW_YORK


def test_end_after_midnight_passes_24_hours() -> None:
    """An end on the next day is counted on from the midnight before the start, by the clock and not by the hour."""
    start = datetime.fromisoformat("2025-11-01T23:30:00-04:00")
    end = datetime.fromisoformat("2025-11-02T03:00:00-05:00")  # four and a half hours later
    assert clock_since_midnight_of(start, end, NEW_YORK) == 27 * HOUR
    assert clock_since_midnight_of(start, start, NEW_YORK) == local_clock(start, NEW_YORK)


@given(zones, instants)
def test_local_time_is_what_the_zone_shows(zone: str, instant: datetime) -> None:
    """Date and clock of a zone give back the wall time that pytz shows, and any offset of the instant the same."""
    wall = instant.astimezone(pytz.timezone(zone)).replace(tzinfo=None)
    midnight = datetime.combine(local_date(instant, zone), datetime.min.time())
    assert midnight + timedelta(microseconds=local_clock(instant, zone)) == wall
    assert local_date(instant.astimezone(pytz.timezone(SHANGHAI)), zone) == local_date(instant, zone)


@given(zones, instants)
def test_dates_of_an_unknown_zone_hold_that_of_every_zone(zone: str, instant: datetime) -> None:
    """Where the zone is unknown, the date in any zone is among those that it can be, and there are at most three."""
    possible = dates_of(instant, None)
    assert local_date(instant, zone) in possible
    assert len(possible) <= 3
    assert dates_of(instant, zone) == (local_date(instant, zone),)


@given(zones, days)
@example("America/Sao_Paulo", date(2018, 11, 4))  # midnight is skipped
@example("America/Havana", date(2025, 11, 2))  # midnight comes twice
@example("Asia/Beirut", date(2024, 3, 31))
@example("Pacific/Apia", date(2011, 12, 30))  # a date that did not take place
@example("Pacific/Apia", date(2011, 12, 31))
def test_start_of_day_is_its_first_instant(zone: str, day: date) -> None:
    """At the start of a date it is that date, and one microsecond before it is an earlier one."""
    start = start_of_day(day, zone)
    before = start - timedelta(microseconds=1)
    assert local_date(start, zone) >= day  # later only where the date did not take place
    assert local_date(before, zone) < day


@given(zones, days)
def test_start_of_day_in_an_unknown_zone_is_the_last_that_it_can_be(zone: str, day: date) -> None:
    """No zone begins a date later than the unknown zone does."""
    assert start_of_day(day, None) >= start_of_day(day, zone)


@given(instants)
def test_microseconds_keep_the_instant(instant: datetime) -> None:
    """An instant and its microseconds are one to one."""
    assert datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds(instant)) == instant


@given(instants, st.timedeltas(timedelta(hours=-30), timedelta(hours=30)), zones)
def test_s21_one_date_in_an_unknown_zone(one: datetime, apart: timedelta, zone: str) -> None:
    """Where the zone is unknown, what is said of one date holds in every zone."""
    other = one + apart
    assert same_date(one, other, None) in {None, same_date(one, other, zone)}
    assert same_date(one, one, None) is True
    assert same_date(one, one + timedelta(hours=25), None) is False
    assert same_date(one, one + timedelta(hours=24), None) is None


@pytest.mark.parametrize("day", [date.min, date.max])
@pytest.mark.parametrize("zone", [SHANGHAI, NEW_YORK, None])
def test_the_ends_of_the_calendar_have_a_beginning(day: date, zone: str | None) -> None:
    """A date at the end of the calendar is no error in any zone."""
    assert start_of_day(day, zone).tzinfo is not None


def test_instants_of_one_zone_are_compared_by_the_instant_where_clocks_run_twice() -> None:
    """A call from 01:50 to 01:05 in the night when the clock goes back lasted a quarter of an hour."""
    zone = ZoneInfo("America/New_York")
    begun, ended = datetime(2025, 11, 2, 1, 50, tzinfo=zone), datetime(2025, 11, 2, 1, 5, tzinfo=zone, fold=1)
    contact = event(started_at=begun, ended_at=ended)
    assert contact.ended_at is not None
    assert contact.ended_at - contact.started_at == timedelta(minutes=15)
    assert contact == Event.model_validate_json(contact.model_dump_json())

"""The invariant engines-agree: columnar says what reference and durable say, of every fact and every verdict."""

import gc
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import pytz
from facts.making import event, to_self
from hypothesis import given, settings
from hypothesis import strategies as st
from plain.cases import Records
from plain.engine_reading import parameters_of
from plain.random_log import RandomLog
from plain.test_agreement import drawn_seed, simulate, simulated
from plain.values import Settings as Reading

from collection_guard.engines.columnar.arrays import grouped
from collection_guard.engines.columnar.clocks import local
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.columnar.zones import whole_microseconds
from collection_guard.engines.durable import is_available
from collection_guard.engines.judge import in_order
from collection_guard.facts.clock import local as shown
from collection_guard.facts.clock import microseconds
from collection_guard.facts.world import ContentReading, Settings, World
from collection_guard.language.compiled import CompiledMeasure, CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import All, Bounds, InZones, Test
from collection_guard.language.packs import load_packs
from collection_guard.language.units import HOUR
from collection_guard.language.windows import Window
from collection_guard.model import CaseProfile, Event
from collection_guard.model.problems import RulesError
from engines.columns_compared import differences, moved, without_a_case, world_of
from engines.random_packs import pack_of_measures, random_pack

PACKS = load_packs(["core", Path(__file__).parents[1] / "language/sayable"])
TABLES = compile_packs(PACKS)[0].rule_sets[0].tables
LOGS = 3
ONCE_APART = 494_200
"""A log on which columns took a report that may have been heard for one that was."""
CONTACTS = 500
ENGINES = ("reference", "durable") if is_available() else ("reference",)
CHANGES = ((0, "Asia/Shanghai"), (27, "America/New_York"), (-5448, "America/St_Johns"))
"""Days by which a log is moved, and a zone whose clocks change then, or do not."""
__all__ = ["simulate"]


@pytest.mark.parametrize("first", [0, None])
def test_engines_agree_on_random_logs(first: int | None) -> None:
    """Where any field may be missing or contradict another, columns hold the facts and verdicts of the reference."""
    first = drawn_seed("random logs") if first is None else first
    for seed in range(first, first + LOGS):
        log = without_a_case(RandomLog(seed).records(cases=3), "C2")
        packs = compile_packs(PACKS, parameters_of(log.settings))
        assert differences(log.events, world_of(log), packs) == {}, seed


@pytest.mark.parametrize("first", [0, ONCE_APART, None])
def test_engines_agree_on_random_packs(first: int | None) -> None:
    """Whatever measures count, by what key, window and restart, and whatever rules ask, also as clocks change."""
    first = drawn_seed("random packs") if first is None else first
    for seed in range(first, first + (4 * LOGS if first != ONCE_APART else 1)):
        log = moved(without_a_case(RandomLog(seed).records(cases=3, events_each=12), "C2"), *CHANGES[seed % 3])
        pack = random_pack(TABLES, Random(seed))
        try:
            found = differences(log.events, world_of(log), [pack], ENGINES[seed % len(ENGINES)])
        except RulesError:
            continue  # durable refuses some rules as too large
        assert found == {}, seed


@settings(max_examples=15, deadline=None)
@given(st.randoms(use_true_random=False), st.integers(0, 200), st.sampled_from(CHANGES))
def test_engines_agree_on_packs_and_logs(chance: Random, seed: int, change: tuple[int, str]) -> None:
    """The same, with examples that Hypothesis chooses and makes small."""
    log = moved(RandomLog(seed).records(cases=2, events_each=6), *change)
    assert differences(log.events, world_of(log), [random_pack(TABLES, chance, 2, 2)]) == {}


@pytest.mark.parametrize("profile", ["wild", "clean"])
def test_engines_agree_on_simulated_contacts(simulate: ModuleType, tmp_path: Path, profile: str) -> None:
    """On contacts simulated from a seed drawn now, columns hold the facts and verdicts of the reference."""
    log = simulated(simulate, tmp_path, drawn_seed(f"{profile} contacts"), profile, CONTACTS)
    packs = compile_packs(PACKS, parameters_of(log.settings))
    assert differences(log.events, world_of(log), packs) == {}


@given(st.sampled_from(pytz.common_timezones), st.datetimes(datetime(1900, 1, 1), datetime(2060, 1, 1)))  # noqa: DTZ001 - in UTC below
def test_clocks_are_those_of_pytz(zone: str, moment: datetime) -> None:
    """A column of local times shows what pytz shows, in every zone and before and after its changes."""
    instants = [moment.replace(tzinfo=UTC) + timedelta(days=days) for days in range(0, 400, 40)]
    column = local(np.array([microseconds(one) for one in instants]), zone)
    assert [
        datetime(1970, 1, 1) + timedelta(microseconds=int(one))  # noqa: DTZ001 - as the clocks show it
        for one in column
    ] == [shown(one, zone).replace(tzinfo=None) for one in instants]


def measuring(
    count: str, *keys: str, window: Window | None = None, where: Any = None, since: Any = None
) -> CompiledPack:
    """Return a pack of one measure."""
    measure = CompiledMeasure("m", count, where or All(()), since, window or Window("ever"), keys or ("case",))  # type: ignore[arg-type]  # keys are named by the tests
    return pack_of_measures(TABLES, [measure])


@pytest.mark.parametrize("count", ["events", "local_dates"])
def test_dates_that_the_clocks_repeat(count: str) -> None:
    """Where clocks are put back over midnight, a date comes twice, and each contact is of its own date."""
    started = [
        "2010-11-06T12:00:00-02:30",
        "2010-11-07T00:00:30-02:30",  # the clocks go back at 00:01, and it is the sixth again
        "2010-11-06T23:30:00-03:30",
        "2010-11-07T00:30:00-03:30",
        "2010-11-07T12:00:00-03:30",
    ]
    world = World(Settings(timezone="America/St_Johns"))
    events = [event(str(number), moment) for number, moment in enumerate(started)]
    for window in (Window("local_day"), Window("local_dates", 2), Window("ever")):
        assert differences(events, world, [measuring(count, window=window)]) == {}


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 5), st.sampled_from((None, 0.1, 0.2, 0.3, 1e7, 62.0))), max_size=9))
def test_seconds_are_added_in_the_order_of_the_reference(made: list[tuple[int, float | None]]) -> None:
    """Fractions of seconds add up to different sums in another order: it is that of the reference."""
    start = datetime(2025, 11, 20, tzinfo=UTC)
    events = [
        event(str(number), start + timedelta(hours=hour), talk_seconds=talk) for number, (hour, talk) in enumerate(made)
    ]
    assert differences(events, World(Settings(timezone="UTC")), [measuring("talk_seconds")]) == {}


@given(st.integers(0, 2**32))
def test_groups_share_all_columns(seed: int) -> None:
    """Rows are grouped by all columns, also where their combinations are more than a number holds."""
    chance = np.random.default_rng(seed)
    columns = [chance.integers(0, 3, 40) for _ in range(4)]
    groups = grouped(40, *((column * 2**25, 2**27) for column in columns))
    whole = list(zip(*(column.tolist() for column in columns), strict=True))
    place = [whole.index(one) for one in whole]
    assert groups.firsts[groups.codes].tolist() == place


class Heard:
    """A reading of a content: whatever stands in it, separated by commas, firms in brackets."""

    detector, version, spans = "test", "1", {}

    def __init__(self, text: str) -> None:
        words = text.split(",")
        self.signals = {word: True for word in words if "[" not in word}
        self.law_firms = tuple(word.strip("[]") for word in words if "[" in word)


def detect(text: str, kind: str | None) -> ContentReading:
    """Hear what a content says of itself."""
    return Heard(f"{text},abuse" if kind == "letter" else text)


def test_what_is_heard_in_contents() -> None:
    """What a detector hears in each content and kind of text decides, also firms on a visit and in a letter."""
    contents = ("threat", "threat,[天平律师事务所]", "[博源律师事务所]", "", None, "threat")
    events = [
        to_self(str(number), f"2025-11-20T{10 + number % 8}:00:00+08:00", content=content, channel=channel, **more)
        for number, (content, (channel, more)) in enumerate(
            (content, channel)
            for content in contents
            for channel in (
                ("sms", {"signals": {"abuse": True}}),
                ("visit", {"agency": "甲"}),
                ("letter", {"agency": "甲", "claims": {"law_firm": "天平律师事务所"}}),
            )
        )
    ]
    world = World(Settings(timezone="Asia/Shanghai"), {}, None, detect)
    assert differences(events, world, compile_packs(PACKS)) == {}


def test_a_log_of_nothing() -> None:
    """Of no contacts there are no verdicts, and nothing goes wrong."""
    assert differences([], World(), compile_packs(PACKS)) == {}


def test_cases_of_a_borrower_are_whole_together() -> None:
    """From when the log holds a borrower's contacts is decided by the last of the cases, by each key."""
    cases = {
        name: CaseProfile(case_id=name, borrower_id="B", history_from=day)
        for name, day in (("C1", date(2025, 11, 3)), ("C2", None), ("C3", date(2025, 11, 5)))
    }
    events = [
        event(
            f"{day}", f"2025-11-{day:02d}T10:00:00+08:00", case_id=f"C{day % 4}", collector={"id": "1"}, outcome=known
        )
        for day in range(1, 13)
        for known in ({"state_change": "complaint" if day in {4, 9} else None},)
    ]
    since = Test("contact.state_change", "eq", "complaint")
    asked: tuple[tuple[str, str | None], ...] = (
        ("complete", "Asia/Shanghai"),
        ("from-earliest", "Asia/Shanghai"),
        ("complete", None),
    )
    for history, zone in asked:
        world = World(Settings(timezone=zone, history=history), cases, None, None, events[0].started_at)  # type: ignore[arg-type]  # both are readings
        for key in ("case", "borrower", "collector"):
            for count in ("events", "elapsed", "talk_seconds", "numbers", "local_dates"):
                pack = measuring(count, key, window=Window("local_dates", 5), since=since)
                assert differences(events, world, [pack]) == {}


@given(st.lists(st.floats(0, 1e7), min_size=1))
def test_seconds_are_rounded_as_timedelta_does(seconds: list[float]) -> None:
    """The end of a talk lies on the same microsecond as in the reference."""
    rounded = whole_microseconds(np.array(seconds))
    assert rounded.tolist() == [timedelta(seconds=one) // timedelta(microseconds=1) for one in seconds]


def test_bounds_that_may_belong_or_not() -> None:
    """What is open because it lies on an arguable bound is told apart from what is open because it is not known."""
    outcomes: tuple[dict[str, Any], ...] = ({}, {"disposition": "unknown"}, {"disposition": "promise"})
    events = [
        event(f"{case}-{number}", f"2025-11-20T{7 + number:02d}:00:00+08:00", case_id=f"C{case}", outcome=outcome)
        for case in range(12)
        for number, outcome in enumerate([*outcomes, *outcomes][case % 3 :][: 1 + case // 2])
    ]
    where = Test("contact.disposition", "eq", "promise")
    measure = CompiledMeasure("m", "events", where, None, Window("ever"), ("case",))
    bounds = Bounds(1, 2, "arguable", "arguable", "start", "end")
    hours = Bounds(8 * HOUR, 9 * HOUR, "arguable", "arguable", "start", "end")
    wrongs = (
        Test("measure.m", "between", bounds),
        InZones("every", Test("contact.local_time", "between", hours)),
        InZones("some", Test("contact.local_time", "between", hours)),
    )
    pack = pack_of_measures(TABLES, [measure], wrongs)
    for zone in ("Asia/Shanghai", None):
        assert differences(events, World(Settings(timezone=zone)), [pack]) == {}


@pytest.mark.parametrize("channel", ["call", "visit"])
def test_calls_that_may_run_into_quiet_hours(channel: str) -> None:
    """How long a call rang is not known where its end was not recorded: its local end lies between two instants."""
    known: tuple[dict[str, Any], ...] = (
        {"talk_seconds": 0.0},
        {"talk_seconds": 90.5},
        {"talk_seconds": 200.0000005},
        {"ended_at": "2025-11-20T21:05:00+08:00"},
        {"ended_at": "2025-11-19T21:05:00+08:00", "talk_seconds": 61.0},
        {"outcome": {"network": "no_answer"}},
        {},
    )
    events = [
        to_self(f"{minute}-{number}", f"2025-11-20T20:{minute}:00+08:00", channel=channel, **fields)
        for minute in (56, 57, 58, 59)
        for number, fields in enumerate(known)
    ]
    assert differences(events, World(Settings(timezone="Asia/Shanghai")), compile_packs(PACKS)) == {}


@pytest.mark.parametrize("on", [True, False])
def test_the_collector_is_left_as_it_was(on: bool) -> None:
    """While columns are made nobody looks for cycles; afterwards it is as before."""
    seen: list[bool] = []
    events = [to_self("1", "2025-11-20T10:00:00+08:00")]
    was_on = gc.isenabled()
    try:
        (gc.enable if on else gc.disable)()
        LogVerdicts(events, World(), compile_packs(PACKS), lambda _: seen.append(gc.isenabled()))
        assert gc.isenabled() is on
    finally:
        (gc.enable if was_on else gc.disable)()
    assert set(seen) == {False}


def test_a_letter_that_may_have_been_known_is_told_apart_from_one_that_was() -> None:
    """Two visits like each other, beside letters of other firms: one was recorded before, the other maybe after."""
    events = []
    for case, recorded in (("C1", None), ("C2", "2025-11-20T09:30:00Z/2025-11-21T09:30:00Z")):
        shared = {"case_id": case, "direction": "outbound", "agency": "甲公司", "recipient": {"relationship": "self"}}
        letter = {"channel": "letter", "started_at": "2025-11-20T02:00:00Z", "recorded_at": recorded}
        visit = {"channel": "visit", "started_at": "2025-11-20T10:00:00Z"}
        for name, fields, firm in (("L", letter, "乙律师事务所"), ("V", visit, "丙律师事务所")):
            written = {**shared, **fields, "event_id": f"{case}-{name}", "claims": {"law_firm": firm}}
            events.append(Event.model_validate(written))
    log = Records(in_order(events), {}, None, Reading(timezone="Asia/Shanghai"))
    found = differences(log.events, world_of(log), compile_packs(PACKS, parameters_of(log.settings)))
    assert found == {}

"""The history of an event: what precedes it, was known by then, and has its key."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from math import inf
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from plain.engine_reading import engine_reading
from plain.random_log import RandomLog

from collection_guard.facts.history import History
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledMeasure
from collection_guard.language.ir import All, Test
from collection_guard.language.kleene import Interval, ends
from collection_guard.language.schema import Key
from collection_guard.language.units import HOUR
from collection_guard.language.windows import Window
from collection_guard.model.event import Event

from .making import IN_SHANGHAI, OWN, event, profile, rule_set, sheet_of, to_self

ALL = All(())
NOW = datetime(2025, 11, 20, 2, tzinfo=UTC)
FACTS = ("borrower.is_unreachable", "recipient.has_asked_to_cease", "recipient.number_reported_wrong")


def counting(*keys: Key, where: Any = ALL, since: Any = None) -> CompiledMeasure:
    return CompiledMeasure("m", "events", where, since, Window("ever"), keys or ("case",))


def count(given: Event, past: list[Event], *keys: Key, case: Any = None) -> Any:
    return sheet_of(given, case, past=past, rules=rule_set([counting(*keys)])).value("measure.m")


@pytest.mark.parametrize("seed", range(6))
def test_no_look_ahead(seed: int) -> None:
    """Facts and verdicts stay the same when all that came later, or was recorded later, is taken away."""
    log = RandomLog(seed).records(cases=2)
    ordered = sorted(log.events, key=lambda one: (one.started_at, one.event_id))
    others = (log.profiles, log.registry, log.settings, FACTS)
    facts, verdicts, missing = engine_reading(ordered, *others)
    for index in range(1, len(ordered), 3):
        asked = ordered[index]
        known = [one for one in ordered[:index] if one.known_from <= asked.started_at]
        if log.settings.history == "from-earliest":
            known = ordered[
                :index
            ]  # the earliest contact says from when the log is whole, however late it was recorded
        fewer = engine_reading([*known, asked], *others)
        assert fewer[0][asked.event_id] == facts[asked.event_id]
        for found, all_found in ((fewer[1], verdicts), (fewer[2], missing)):
            of_asked = {key: value for key, value in found.items() if key[0] == asked.event_id}
            assert of_asked == {key: value for key, value in all_found.items() if key[0] == asked.event_id}


def test_s04_order_at_one_instant_is_by_id() -> None:
    """Of contacts that began at one instant, those with the smaller ids come first, as text is compared."""
    at_once = [event(name, NOW) for name in ("a", "b", "c", "10", "9")]
    said = {one.event_id: count(one, [other for other in at_once if other is not one]) for one in at_once}
    assert said == {"10": 0, "9": 1, "a": 2, "b": 3, "c": 4}


def test_s04_history_is_what_was_known_by_then() -> None:
    """A contact that was recorded late counts from the instant of its record on, and not before it."""
    late = event("a", NOW - timedelta(hours=5), recorded_at=NOW)
    assert count(event("z", NOW - timedelta(microseconds=1)), [late]) == 0
    assert count(event("z", NOW), [late]) == 1


@given(st.permutations(range(6)))
def test_s04_events_may_be_added_in_any_order(order: list[int]) -> None:
    """What a history says depends on its events, not on the order in which they were noted."""
    events = [to_self(f"{index}", NOW + timedelta(minutes=index // 2)) for index in range(6)]
    events[1] = to_self("1", NOW, outcome={"state_change": "wrong_number"})
    world, rules, history = World(IN_SHANGHAI, {"C1": profile()}), rule_set([counting()]), History()
    for index in order:
        history.add(FactSheet(events[index], world, rules, history))
    asked = FactSheet(to_self("z", NOW + timedelta(hours=1)), world, rules, history)
    assert asked.value("measure.m") == 6
    assert asked.value("recipient.number_reported_wrong") is True
    signs = history.signs(asked, lambda sign: ("", sign.event_id), ("",))
    assert [sign.event_id for sign in signs] == ["1"]


OTHERS = {
    "case_id": "C2",
    "borrower_id": "B2",
    "agency": "乙",
    "collector": {"id": "2"},
    "recipient": {"number": "13900000002"},
}
SAME: dict[Key, dict[str, Any]] = {
    "case": {"case_id": "C1"},
    "borrower": {"borrower_id": "B1"},
    "number": {"recipient": {"number": "+86 138 0000 0001"}},
    "collector": {"collector": {"id": "1"}},
    "agency": {"agency": "甲"},
}
ASKED = event("z", NOW, borrower_id="B1", agency="甲", collector={"id": "1"}, recipient={"number": OWN})


@pytest.mark.parametrize("key", SAME)
def test_key_decides_which_events_count(key: Key) -> None:
    """By each key, only events that share it count, however much else differs."""
    sharing = event("1", NOW - timedelta(hours=2), **OTHERS | SAME[key])
    apart = event("2", NOW - timedelta(hours=1), **OTHERS)
    assert count(ASKED, [sharing, apart], key) == 1
    assert count(ASKED, [sharing, apart], key, "agency") == (1 if key == "agency" else 0)


@pytest.mark.parametrize("key", ["number", "collector", "agency"])
def test_unknown_key_leaves_a_measure_unknown(key: Key) -> None:
    """A contact whose key is not recorded has no value of the measure, and may count for every other of its case."""
    nobody = event("1", NOW - timedelta(hours=1))
    assert count(event("z", NOW), [nobody], key) is None
    assert ends(count(ASKED, [nobody], key)) == (0, 1)
    assert ends(count(ASKED, [nobody], "case", key)) == (0, 1)
    assert count(ASKED, [event("1", NOW - timedelta(hours=1), case_id="C2")], "case", key) == 0


def test_unknown_restart_leaves_open_what_counts() -> None:
    """A contact to a number that was not recorded may have restarted the count of any."""
    before = event("1", NOW - timedelta(hours=2), recipient={"number": OWN}, outcome={"disposition": "promise"})
    complaint = {"disposition": "refused", "state_change": "complaint"}
    masked = event("2", NOW - timedelta(hours=1), recipient={"number": "138****0001"}, outcome=complaint)
    since = Test("contact.state_change", "eq", "complaint")
    rules = rule_set([counting("number", where=Test("contact.disposition", "eq", "promise"), since=since)])
    asked = event("z", NOW, recipient={"number": OWN})
    assert ends(sheet_of(asked, past=[before, masked], rules=rules).value("measure.m")) == (0, 1)


def test_agencies_are_one_however_their_name_is_written() -> None:
    """The agency's name is compared as names are: width of brackets, spaces and forms of characters do not matter."""
    past = [
        event("1", NOW - timedelta(hours=1), agency="誠信(北京) 公司"),
        event("2", NOW - timedelta(hours=1), agency=" "),
    ]
    assert ends(count(event("z", NOW, agency="诚信（北京）公司"), past, "agency")) == (1, 2)


@dataclass(frozen=True)
class Loss:
    """Which parts of a contact's key were not written down."""

    number: bool
    collector: bool
    agency: bool

    def of(self, given: Event) -> Event:
        fields: dict[str, Any] = {}
        if self.number:
            fields["recipient"] = given.recipient.model_copy(update={"number": None})
        if self.collector:
            fields["collector"] = given.collector.model_copy(update={"id": None})
        if self.agency:
            fields["agency"] = None
        return given.model_copy(update=fields)


KEYED = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.sampled_from(("C1", "C2", "number:00000000000000aa")),
        st.sampled_from((None, "promise", "unknown")),
        st.sampled_from((None, "complaint", "unknown")),
        st.sampled_from((OWN, "13900000009")),
        st.sampled_from(("1", "2")),
        st.sampled_from(("甲", "乙")),
        st.builds(Loss, st.booleans(), st.booleans(), st.booleans()),
    ),
    max_size=5,
)
KEYS: list[tuple[Key, ...]] = [
    (one, *rest)
    for one in ("case", "number", "collector", "agency")
    for rest in ((), ("number",), ("agency",))
    if one not in rest
]


@given(KEYED, st.sampled_from(KEYS), st.booleans(), st.sampled_from(("events", "numbers", "local_dates", "elapsed")))
def test_a_lost_key_is_never_taken_for_another(past: list[Any], keys: tuple[Key, ...], since: bool, kind: str) -> None:
    """Whatever number, collector and agency past contacts had, the measure as recorded holds the value that it had."""
    whole, lossy = [], []
    for index, (hour, case, promise, change, number, collector, agency, loss) in enumerate(past):
        given_whole = event(
            str(index),
            NOW - timedelta(hours=hour),
            case_id=case,
            agency=agency,
            collector={"id": collector},
            recipient={"number": number},
            outcome={"disposition": promise, "state_change": change},
        )
        whole.append(given_whole)
        lossy.append(loss.of(given_whole))
    restart = Test("contact.state_change", "eq", "complaint") if since else None
    measure = CompiledMeasure("m", kind, Test("contact.disposition", "eq", "promise"), restart, Window("ever"), keys)
    low, high = ends(sheet_of(ASKED, past=whole, rules=rule_set([measure])).value("measure.m"))
    lowest, highest = ends(sheet_of(ASKED, past=lossy, rules=rule_set([measure])).value("measure.m"))
    assert lowest <= low <= high <= highest


def test_s05_cases_that_share_a_key_are_whole_when_the_last_of_them_is() -> None:
    """A measure over several cases that looks past the day from which all are whole has no highest value."""
    profiles = {
        "C1": profile(borrower_id="B1", history_from="2025-11-01"),
        "C2": profile(case_id="C2", borrower_id="B1", history_from="2025-11-15"),
        "C3": profile(case_id="C3", borrower_id="B2", history_from="2025-11-19"),
        "C4": profile(case_id="C4", borrower_id="B2"),
    }

    def highest(key: Key, days: int, case: str = "C1", general: date | None = None) -> float:
        measure = CompiledMeasure("m", "events", ALL, None, Window("elapsed", days * 24 * HOUR), (key,))
        given = event("z", NOW, case_id=case, agency="甲", collector={"id": "1"}, recipient={"number": OWN})
        settings = Settings("Asia/Shanghai", history_complete_from=general)
        sheet = FactSheet(given, World(settings, profiles), rule_set([measure]), History())
        return ends(sheet.value("measure.m"))[1]

    assert [highest("case", days) for days in (18, 20)] == [0, inf]
    assert [highest("borrower", days) for days in (4, 6)] == [0, inf]
    assert [highest("borrower", days, "C4") for days in (0, 2)] == [0, inf]
    assert [highest("agency", days) for days in (0, 2)] == [0, inf]
    assert [highest("case", days, "C4") for days in (2, 99)] == [0, 0]
    # Of a case whose profile does not say, what is said of the whole log holds.
    said = date(2025, 11, 12)
    assert [highest("borrower", days, "C4", said) for days in (0, 2)] == [0, inf]
    assert [highest("case", days, "C4", said) for days in (7, 9)] == [0, inf]
    assert [highest("borrower", days, "C1", said) for days in (4, 6)] == [0, inf]


def test_contact_without_a_case_has_no_case_to_count_by() -> None:
    """A contact kept under its number has no case and no borrower, unless it names the borrower itself."""
    caseless = event("z", NOW, case_id="number:0123456789abcdef")
    assert count(caseless, [], "case") is None
    assert count(caseless, [], "borrower") is None
    named = event("z", NOW, case_id="number:0123456789abcdef", borrower_id="B1")
    assert count(named, [event("1", NOW - timedelta(hours=1), case_id="C7", borrower_id="B1")], "borrower") == 1


def test_s26_borrower_by_the_event_the_profile_or_the_case() -> None:
    """The borrower is the one that the event names, else the one of the profile, else the case stands for one."""
    earlier = event("1", NOW - timedelta(hours=1), case_id="C7", borrower_id="B1")
    assert count(event("z", NOW), [earlier], "borrower", case=profile(borrower_id="B1")) == 1
    assert count(event("z", NOW, borrower_id="B2"), [earlier], "borrower", case=profile(borrower_id="B1")) == 0
    same_case = event("1", NOW - timedelta(hours=1))
    assert count(event("z", NOW), [same_case], "borrower") == 1


def test_measure_on_a_defined_fact() -> None:
    """A fact that a pack defines is the truth of its condition: true, false or unknown."""
    once = Test("measure.m", "ge", 1)
    rules = rule_set([counting(where=Test("contact.disposition", "eq", "promise"))], {"borrower.promised": once})
    said = {
        word: sheet_of(
            event("z", NOW), past=[event("1", NOW - timedelta(1), outcome={"disposition": word})], rules=rules
        ).value("borrower.promised")
        for word in ("promise", "refused", "unknown")
    }
    assert said == {"promise": True, "refused": False, "unknown": None}


def test_two_rule_sets_share_one_past() -> None:
    """A rule set that holds from a later date on counts what was added before, and under the rule set before it."""
    before, after = rule_set([counting()]), rule_set([counting(where=Test("contact.channel", "eq", "sms"))])
    world, history = World(IN_SHANGHAI), History()
    events = [event("1", NOW, channel="call"), event("2", NOW + timedelta(1), channel="sms")]
    history.add(FactSheet(events[0], world, before, history))
    assert FactSheet(events[1], world, before, history).value("measure.m") == 1
    assert FactSheet(events[1], world, after, history).value("measure.m") == 0
    history.add(FactSheet(events[1], world, before, history))
    asked = event("3", NOW + timedelta(2))
    assert FactSheet(asked, world, before, history).value("measure.m") == 2
    assert FactSheet(asked, world, after, history).value("measure.m") == 1
    history.add(FactSheet(asked, world, after, history))
    last = event("4", NOW + timedelta(3), channel="sms")
    assert FactSheet(last, world, before, history).value("measure.m") == 3
    assert FactSheet(last, world, after, history).value("measure.m") == 1


def test_s05_from_the_earliest_contact() -> None:
    """Under from-earliest the log is whole from its earliest contact on; without one nothing is said."""
    measure = CompiledMeasure("m", "events", ALL, None, Window("local_dates", 2), ("case",))
    settings = Settings(timezone="Asia/Shanghai", history="from-earliest")
    said = {}
    for name, earliest in (("none", None), ("today", NOW - timedelta(hours=1)), ("long ago", NOW - timedelta(9))):
        sheet = sheet_of(event("z", NOW), None, settings, rules=rule_set([measure]), earliest=earliest)
        said[name] = ends(sheet.value("measure.m"))
    assert said == {"none": (0, 0), "today": (0, float("inf")), "long ago": (0, 0)}


def test_s05_profile_says_from_when_its_case_is_whole() -> None:
    """The date of the case's own profile goes before the one of the run, in the borrower's zone."""
    measure = CompiledMeasure("m", "events", ALL, None, Window("local_day"), ("case",))
    settings = Settings(timezone="Asia/Shanghai", history_complete_from=NOW.date() + timedelta(1))
    asked = event("z", NOW)

    def said(**fields: Any) -> Any:
        return sheet_of(asked, profile(**fields), settings, rules=rule_set([measure])).value("measure.m")

    assert said() == Interval(0, float("inf"))
    assert said(history_from="2025-11-20") == 0
    assert said(history_from="2025-11-20", timezone="America/New_York") == Interval(0, float("inf"))
    assert said(history_from="2025-11-19", timezone="America/New_York") == 0


def test_s05_connection_since_hides_what_was_not_seen() -> None:
    """Where the count surely began anew after the log is whole, what may have been before does not count."""
    since = Test("contact.state_change", "eq", "complaint")
    measure = CompiledMeasure("m", "events", ALL, since, Window("ever"), ("case",))
    restart = event("1", "2025-11-19T10:00:00+08:00", outcome={"state_change": "complaint"})
    later = event("2", "2025-11-19T11:00:00+08:00")

    def said(day: str) -> Any:
        case = profile(history_from=day)
        return ends(
            sheet_of(event("z", NOW), case, past=[restart, later], rules=rule_set([measure])).value("measure.m")
        )

    assert said("2025-11-19") == (1, 1)
    assert said("2025-11-20") == (0, float("inf"))


def test_time_since_the_last_event_is_since_the_latest_that_surely_counts() -> None:
    """The time since the last event looks at the latest that surely counts, and at a later one that only may."""
    measure = CompiledMeasure(
        "m", "elapsed", Test("contact.disposition", "eq", "promise"), None, Window("ever"), ("case",)
    )

    def past(hours: int, word: str) -> Event:
        return event(str(hours), NOW - timedelta(hours=hours), outcome={"disposition": word})

    sure, earlier, doubtful = past(3, "promise"), past(5, "promise"), past(1, "unknown")
    for before, expected in (([sure, earlier], (3, 3)), ([sure, earlier, doubtful], (1, 3)), ([doubtful], (1, inf))):
        sheet = sheet_of(event("z", NOW), past=before, rules=rule_set([measure]))
        assert ends(sheet.value("measure.m")) == tuple(hours * HOUR for hours in expected)

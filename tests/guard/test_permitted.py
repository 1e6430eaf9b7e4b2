"""When an attempt would be lawful: exact to the second, whatever the case, the zone, the clocks and the parameters."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import collection_guard as cg
from collection_guard.facts.clock import microseconds
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.guard.attempts import before_contact, event_of, reserved
from collection_guard.guard.permitted import Held, Outlook
from collection_guard.guard.settings import OnFailure
from collection_guard.guard.surroundings import surroundings
from collection_guard.language.packs import load_packs
from collection_guard.model.registry import RegistryData
from guard.making import MORNING, OWN, Clock, answered, attempt, open_guard, profile
from guard.probing import SECOND, Probe, hold_exactly

PACKS = load_packs([Path(__file__).parent / "pack"])
ZONES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/London",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "America/Havana",
)
CHANGES = (
    datetime(2025, 3, 9, 7, tzinfo=UTC),
    datetime(2025, 3, 30, 1, tzinfo=UTC),
    datetime(2025, 4, 5, 15, tzinfo=UTC),
    datetime(2025, 10, 4, 15, 30, tzinfo=UTC),
    datetime(2025, 10, 26, 1, tzinfo=UTC),
    datetime(2025, 11, 2, 5, tzinfo=UTC),
    datetime(2025, 6, 15, 12, tzinfo=UTC),
)
"""When clocks of these zones are put on or back, and a day on which none is."""
INSTANTS = st.builds(
    lambda change, seconds, fraction: change + timedelta(seconds=seconds, microseconds=fraction),
    st.sampled_from(CHANGES),
    st.integers(-4 * 86_400, 2 * 86_400),
    st.sampled_from((0, 0, 1, 500_000, 999_999)),
)
HOURS = st.sampled_from(("00:00", "01:30", "02:00", "08:00", "12:00", "21:00", "23:59:59", "24:00"))
PARAMETERS = st.fixed_dictionaries(
    {
        "most": st.integers(1, 4),
        "most_in_dates": st.integers(0, 4),
        "weekly": st.integers(1, 5),
        "window": st.sampled_from(("1h", "24h", "7d", "1s")),
        "dates": st.integers(1, 4),
        "rest": st.sampled_from(("1s", "90m", "1d", "3d")),
        "opens": st.sampled_from(("00:00", "01:30", "02:30", "08:00")),
        "closes": st.sampled_from(("12:00", "21:00", "23:59:59", "24:00")),
    }
)


@st.composite
def cases(draw: st.DrawFn) -> tuple[datetime, dict[str, Any], cg.CaseProfile, list[dict[str, Any]], dict[str, Any]]:
    """Return when somebody asks, the parameters, the case, its past, and the attempt."""
    at = draw(INSTANTS)
    zone = draw(st.sampled_from((*ZONES, None)))
    day = (at + timedelta(days=draw(st.integers(-3, 5)))).date()
    window = {
        "start": draw(st.sampled_from(("01:15", "12:00", "22:00"))),
        "end": draw(st.sampled_from(("02:15", "13:00", "07:00"))),
        "weekdays": draw(st.sampled_from((None, ["sat", "mon"]))),
        "to": at + timedelta(days=draw(st.integers(1, 9))),
    }
    case = cg.CaseProfile.model_validate(
        {
            "case_id": "C-1",
            "timezone": zone,
            "locations": [{"timezone": one} for one in draw(st.sampled_from(((), (), ZONES[:2], ZONES[3:4])))] or None,
            "numbers": [{"number": OWN, "valid_from": draw(st.sampled_from((None, day)))}],
            "emergency_contacts": [],
            "quiet_windows": draw(st.sampled_from(([], [window]))),
            "instructions": draw(
                st.sampled_from(([], [{"kind": "cease", "expires": at + timedelta(hours=7, microseconds=5)}]))
            ),
            "accessibility": [],
            "history_from": draw(st.sampled_from((None, None, day - timedelta(days=5)))),
        }
    )
    ago = st.builds(
        lambda hours, seconds, fraction: timedelta(hours=hours, seconds=seconds, microseconds=fraction),
        st.integers(0, 150),
        st.integers(0, 3_600),
        st.sampled_from((0, 1, 999_999)),
    )
    past = [
        attempt(event_id=f"E-{number}", started_at=at - one, direction=direction)
        for number, (one, direction) in enumerate(
            draw(st.lists(st.tuples(ago, st.sampled_from(("outbound", "outbound", "inbound", None))), max_size=5))
        )
    ]
    asked = attempt(
        recipient={"number": OWN, "relationship": "self", "timezone": draw(st.sampled_from((None, *ZONES)))}
    )
    return at, draw(PARAMETERS), case, past, asked


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(case=cases(), data=st.data())
def test_counterfactual_exact(case: Any, data: st.DataObject) -> None:
    """At the beginning of each interval the attempt is allowed, a second earlier it is not, nor anywhere between."""
    at, parameters, known, past, asked = case
    world = World(Settings(timezone="Asia/Shanghai"), {"C-1": known})
    probe = Probe(surroundings(PACKS, parameters, world, "reference"), at, past, asked)
    decision = probe(at)
    assume(decision.decision != "allow")
    assert decision.next_permitted is not None
    hold_exactly(probe, at, decision.next_permitted, data)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(case=cases(), data=st.data())
def test_an_allow_holds_until_it_must_be_asked_again(case: Any, data: st.DataObject) -> None:
    """Until ``valid_until`` the same attempt stays allowed; limits say truly how much is used and when that falls."""
    at, parameters, known, past, asked = case
    world = World(Settings(timezone="Asia/Shanghai"), {"C-1": known})
    probe = Probe(surroundings(PACKS, parameters, world, "reference"), at, past, asked)
    decision = probe(at)
    if decision.decision == "allow":
        for share in data.draw(st.lists(st.floats(0, 0.999), max_size=4)):
            assert probe.allows(at + (decision.valid_until - at) * share)
    for limit in decision.limits:
        if limit.resets_at is None:
            continue

        def used(instant: datetime, rule: str = limit.rule) -> float:
            return next(one.used for one in probe(instant).limits if one.rule == rule)

        assert used(limit.resets_at) < limit.used
        if limit.resets_at - SECOND > at:
            assert used(limit.resets_at - SECOND) >= limit.used


def test_the_core_rules_name_the_next_morning_and_the_rule_that_binds() -> None:
    """At night the answer is eight o'clock; on a day whose limit is used up, eight o'clock of the next."""
    clock = Clock(MORNING + timedelta(hours=12))
    guard = open_guard(clock)
    first, *_ = guard.check(attempt()).next_permitted or ()
    assert first.since == datetime(2025, 11, 21, tzinfo=UTC)
    assert first.to == datetime(2025, 11, 21, 13, tzinfo=UTC)
    assert first.rule == "contact-outside-permitted-hours"
    clock = Clock()
    guard = open_guard(clock)
    for number in range(3):
        guard.record(answered(f"E-{number}", clock.at))
        clock.move(seconds=1)
    denied = guard.check(attempt())
    assert [one.since for one in denied.next_permitted or ()][:1] == [datetime(2025, 11, 21, tzinfo=UTC)]
    assert [(one.rule, one.used, one.limit, one.resets_at) for one in denied.limits] == [
        ("repeated-contact", 3, 3, datetime(2025, 11, 20, 16, tzinfo=UTC))
    ]
    assert denied.valid_until == datetime(2025, 11, 21, tzinfo=UTC)


def test_clocks_of_every_place_where_the_borrower_may_be_are_looked_at() -> None:
    """Of two places, the answer is when it is eight in the later one; and an allow ends by their clocks, too."""
    clock = Clock()
    places = [{"timezone": "Asia/Shanghai"}, {"timezone": "Asia/Dubai"}]
    first, *_ = open_guard(clock, cases=[profile(locations=places)]).check(attempt()).next_permitted or ()
    assert (first.since, first.to) == (MORNING + timedelta(hours=2), MORNING + timedelta(hours=11))
    clock.at = MORNING + timedelta(hours=9, minutes=59, seconds=30)
    east = open_guard(clock, cases=[profile(locations=[{"timezone": "Asia/Tokyo"}])]).check(attempt())
    assert (east.decision, east.valid_until) == ("allow", MORNING + timedelta(hours=10))


def test_a_place_that_somebody_holds_is_free_when_it_expires() -> None:
    """Denied for want of a place, the attempt is lawful again when the place expires."""
    clock = Clock()
    guard = open_guard(clock, parameters={"contacts_per_day": 1})
    assert guard.check(attempt()).limits[0].reserved == 0
    refused = guard.check(attempt())
    assert (refused.limits[0].used, refused.limits[0].reserved) == (0, 1)
    assert [one.since for one in refused.next_permitted or ()][:1] == [MORNING + timedelta(seconds=120)]


def test_what_time_does_not_cure_has_no_next_time() -> None:
    """An agency that is on no list, and a request to cease without an end, leave nothing to wait for."""
    assert open_guard(Clock()).check(attempt(agency="别家")).next_permitted == ()
    told = profile(instructions=[{"kind": "cease"}])
    assert open_guard(Clock(), cases=[told]).check(attempt()).next_permitted == ()


def test_a_name_that_will_be_listed_is_lawful_from_that_day() -> None:
    """The partner list is looked up ahead: from the day on which the name is listed, at eight."""
    listed = [cg.RegistryEntry(name="诚信催收有限公司", category="collection_agency", valid_from=date(2025, 12, 1))]
    found = open_guard(Clock(), registry=listed).check(attempt()).next_permitted or ()
    assert found[0].since == datetime(2025, 12, 1, tzinfo=UTC)
    assert found[0].rule == "contact-outside-permitted-hours"
    assert RegistryIndex(RegistryData(tuple(listed))).listed("诚信催收有限公司", "collection_agency", date(2025, 12, 1))


def test_a_place_that_may_count_counts_for_sure() -> None:
    """One contact counts, one may, and so may one under way: a rule that only reviews what is unknown denies then."""
    parameters = {"most": 2, "rest": "0s", "weekly": 9, "most_in_dates": 9, "closes": "24:00", "opens": "00:00"}
    world = World(Settings(timezone="Asia/Shanghai"), {"C-1": profile()})
    around = surroundings(PACKS, parameters, world, "reference")

    def event(event_id: str, hours: int, direction: str | None) -> cg.Event:
        at = MORNING - timedelta(hours=hours)
        return before_contact(event_of(attempt(event_id=event_id, started_at=at, direction=direction)), at)

    past = [event("E-1", 2, "outbound"), event("E-2", 1, None)]
    asked = event("asked", 0, "outbound")
    place = Held(reserved(event("place", 0, None), "token"), microseconds(MORNING + timedelta(seconds=9)))
    assert Outlook(around, asked, past, [], OnFailure()).ruling().decision == "review"
    beside = Outlook(around, asked, past, [place], OnFailure()).ruling()
    assert (beside.decision, beside.reason) == ("deny", "reserved")

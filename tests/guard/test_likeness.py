"""People whom no rule tells apart are decided alike, without being looked into each; all others are looked into."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collection_guard as cg
from collection_guard.facts.clock import microseconds
from collection_guard.facts.history import History
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import Settings, World
from collection_guard.guard.attempts import before_contact, event_of
from collection_guard.guard.boundaries import Calendar
from collection_guard.guard.gate import Gate
from collection_guard.guard.likeness import likeness
from collection_guard.guard.scene import floors_of, keys_of
from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.surroundings import Surroundings, surroundings
from collection_guard.language.packs import load_packs
from collection_guard.language.units import DAY as LONG
from collection_guard.model.registry import RegistryData
from guard.making import MORNING, OWN, PARTNERS, Clock, attempt

CORE = load_packs(["core"])
OPTIONS = GuardOptions(next_permitted=0)
DAY = MORNING.date()
COLLECTORS: tuple[dict[str, Any] | None, ...] = (None, {"id": "A1"}, {"id": "A2", "name": "李某"}, {"kind": "ai"})


def profile_of(case: int, **fields: Any) -> cg.CaseProfile:
    """Return a profile of a borrower with a number of his own, in which everything is known."""
    given = {
        "case_id": f"C-{case}",
        "timezone": "Asia/Shanghai",
        "numbers": [{"number": f"1380000{case:04d}"}],
        "emergency_contacts": [],
        "quiet_windows": [],
        "instructions": [],
        "accessibility": [],
    }
    return cg.CaseProfile.model_validate(given | fields)


def call_to(case: int, **fields: Any) -> dict[str, Any]:
    """Return an attempt to call that borrower."""
    return attempt(case_id=f"C-{case}", recipient={"number": f"1380000{case:04d}", "relationship": "self"}) | fields


def rules(profiles: list[cg.CaseProfile], **parameters: Any) -> Surroundings:
    """Return the core rules over these profiles."""
    known = {one.case_id: one for one in profiles}
    world = World(Settings(timezone="Asia/Shanghai"), known, RegistryIndex(RegistryData(tuple(PARTNERS))))
    return surroundings(CORE, {"contacts_per_day": 3} | parameters, world, "reference")


def test_of_people_who_are_alike_one_is_looked_into(looks: list[str]) -> None:
    """Each keeps a place of his own all the same, and once a contact is recorded, he is like the others no more."""
    clock = Clock()
    around = rules([profile_of(case) for case in range(5)])
    gate = Gate(lambda: around, MemoryStore(), OPTIONS, now=clock)
    decisions = [gate.check(call_to(case)) for case in range(5)]
    assert [one.decision for one in decisions] == ["allow"] * 5
    assert len({one.token for one in decisions}) == 5
    assert looks == ["C-0"]
    outcome = {"network": "connected", "answered_by": "human", "party": "borrower"}
    gate.record(call_to(2, event_id="E-1", started_at=clock.at, outcome=outcome), token=decisions[2].token)
    gate.cancel(decisions[3].token)
    clock.move(seconds=1)
    assert [limit.used for limit in gate.check(call_to(2)).limits] == [1]
    assert [limit.used for limit in gate.check(call_to(3)).limits] == [0]
    assert looks == ["C-0", "C-2"]


def test_what_is_asked_of_each_zone_may_hang_on_the_past(tmp_path: Path) -> None:
    """A limit that holds in the evening alone counts the contacts of this person, whoever was asked about before."""
    pack = yaml.safe_load((Path(__file__).parent / "pack" / "pack.yaml").read_text("utf-8"))
    rule = next(one for one in pack["rules"] if one["id"] == "too-many-of-the-day")
    rule["forbid"] = {"in_some_zone": {"contact.local_time": {"ge": "09:00"}} | rule["forbid"]}
    for example in rule["examples"]:
        example["facts"]["contact.local_time"] = "10:00"
    (tmp_path / "pack.yaml").write_text(yaml.safe_dump(pack | {"rules": [rule]}), "utf-8")
    clock = Clock()
    world = World(Settings(timezone="Asia/Shanghai"), {f"C-{case}": profile_of(case) for case in range(2)})
    around = surroundings(load_packs([tmp_path]), {"most": 1}, world, "reference")
    gate = Gate(lambda: around, MemoryStore(), OPTIONS, now=clock)
    assert gate.check(call_to(0)).decision == "allow"
    gate.record(call_to(1, event_id="E-1", started_at=clock.at, outcome={"network": "busy"}))
    clock.move(seconds=1)
    assert [one.rule for one in gate.check(call_to(1)).violations] == ["too-many-of-the-day"]


def test_nothing_is_kept_beyond_what_was_looked_at_for_another() -> None:
    """Whom another was like an hour before, at no whole second, is not called after nine at night."""
    clock = Clock(MORNING + timedelta(hours=9, minutes=30, microseconds=500_000))
    around = rules([profile_of(case) for case in range(2)])
    gate = Gate(lambda: around, MemoryStore(), OPTIONS, now=clock)
    gate.record(call_to(1, event_id="E-1", started_at=clock.at, outcome={"network": "busy"}))
    clock.move(seconds=1)
    gate.cancel(gate.check(call_to(0)).token)
    clock.move(minutes=57)
    gate.cancel(gate.check(call_to(1)).token)
    clock.move(minutes=33)
    assert [one.rule for one in gate.check(call_to(1)).violations] == ["contact-outside-permitted-hours"]


def test_long_texts_are_not_kept(looks: list[str]) -> None:
    """A letter of a page or more is looked into each time; a short one, and whoever gets the same, is not."""
    around = rules([profile_of(case) for case in range(2)])
    gate = Gate(lambda: around, MemoryStore(), OPTIONS, now=Clock())
    for words, seen in (("请还款", 1), ("请还款" * 1_000, 5)):
        for case in (0, 1, 0, 1):
            decision = gate.check(call_to(case, channel="letter", content=words))
            assert decision.decision == "allow"
            gate.cancel(decision.token)
        assert len(looks) == seen


UNLIKE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "channel": ({}, {"channel": "sms"}),
    "relationship": ({}, {"recipient": {"number": "13800000001", "relationship": "parent"}}),
    "somebody else's number": ({}, {"recipient": {"number": "13900000002", "relationship": "self"}}),
    "no number": ({}, {"recipient": {"relationship": "self"}}),
    "a number abroad": ({"numbers": None}, {"recipient": {"number": "+12025550143", "relationship": "self"}}),
    "a number that was his": ({"numbers": [{"number": "13800000001", "valid_to": DAY - timedelta(days=1)}]}, {}),
    "a number that is a contact's too": ({"emergency_contacts": [{"name": "高母", "number": "13800000001"}]}, {}),
    "zone": ({"timezone": "America/New_York"}, {}),
    "window": ({"quiet_windows": [{"start": "09:00", "end": "11:00"}]}, {}),
    "instruction": ({"instructions": [{"kind": "cease", "number": "13800000001"}]}, {}),
    "history": ({"history_from": DAY}, {}),
    "agency": ({}, {"agency": "别家"}),
    "claims": ({}, {"claims": {"title": "律师"}}),
    "words": ({}, {"channel": "sms", "content": "请还款"}),
    "case": ({}, {"case_id": "C-9"}),
}


@pytest.mark.parametrize("aspect", UNLIKE)
def test_who_differs_in_what_a_rule_may_read_is_looked_into(aspect: str, looks: list[str]) -> None:
    """What another was allowed says nothing of him."""
    fields, asked = UNLIKE[aspect]
    around = rules([profile_of(0), profile_of(1, **fields)])
    gate = Gate(lambda: around, MemoryStore(), OPTIONS, now=Clock())
    gate.check(call_to(0))
    gate.check(call_to(1, **asked))
    assert len(looks) == 2


TODAY_ONLY = {"valid_from": DAY, "valid_to": DAY}
ASPECTS: dict[tuple[str, str], tuple[Any, ...]] = {
    ("profile", "borrower_id"): (None, "B-1", "B-2"),
    ("profile", "timezone"): (None, "Asia/Urumqi", "America/New_York"),
    ("profile", "numbers"): (
        *(None, (), [{"number": OWN}], [{"number": OWN, **TODAY_ONLY}], [{"number": "13900000002"}]),
        *([{"number": OWN, "valid_to": DAY - timedelta(days=1)}], [{"number": OWN}, {"number": "13900000002"}]),
    ),
    ("profile", "emergency_contacts"): (
        *(None, (), [{"name": "高母"}], [{"number": OWN}], [{"name": "高某", **TODAY_ONLY}]),
        *([{"number": OWN, "name": "高母"}], [{"name": "高母", "timezone": "Asia/Urumqi"}]),
    ),
    ("profile", "quiet_windows"): (None, (), [{"start": "12:00", "end": "14:00"}]),
    ("profile", "instructions"): (
        *(None, (), [{"kind": "cease"}], [{"kind": "wrong_number", "number": OWN}]),
        [{"kind": "cease", "number": "+8613800000001"}],
    ),
    ("profile", "accessibility"): (None, (), ["deaf"]),
    ("profile", "history_from"): (None, DAY),
    ("recipient", "number"): (
        OWN,
        "13900000002",
        "+8613800000001",
        "138****0001",
        "+12025550143",
        "wxid_li4",
        "",
        None,
    ),
    ("recipient", "name"): ("高某", "高母", "高*", None),
    ("recipient", "relationship"): ("self", "parent", None),
    ("recipient", "roles"): (None, ["emergency_contact"]),
    ("recipient", "timezone"): (None, None, "Asia/Urumqi", "unknown"),
    ("recipient", "audience"): (None, "group", "unknown"),
    ("attempt", "channel"): ("call", "sms", "visit", "other"),
    ("attempt", "direction"): ("outbound", "inbound", None),
    ("attempt", "collector"): COLLECTORS,
    ("attempt", "agency"): ("诚信催收有限公司", "别家", "", None),
    ("attempt", "borrower_id"): (None, "B-1", "B-3"),
    ("attempt", "claims"): (None, {"law_firm": "博源律师事务所"}, {"title": "律师"}),
    ("attempt", "content"): (None, "请还款", ""),
    ("attempt", "case_id"): (None, None, "event:1", "C-unknown"),
}
Chosen = dict[tuple[str, str], Any]
CHOSEN = st.fixed_dictionaries({aspect: st.sampled_from(values) for aspect, values in ASPECTS.items()})


@st.composite
def nearly_alike(draw: st.DrawFn) -> list[Chosen]:
    """Return a person, and others of whom one thing is different, or two."""
    first = draw(CHOSEN)
    changes = st.lists(st.sampled_from(sorted(ASPECTS)), min_size=1, max_size=2)
    others = [draw(changes) for _ in range(7)]
    return [first, *(first | {one: draw(st.sampled_from(ASPECTS[one])) for one in changed} for changed in others)]


def person(case: int, chosen: Chosen) -> tuple[cg.CaseProfile, dict[str, Any]]:
    """Return the profile of a person and an attempt to reach him."""
    parts: dict[str, dict[str, Any]] = {"profile": {}, "recipient": {}, "attempt": {}}
    for (part, name), value in chosen.items():
        parts[part][name] = value
    said = parts["attempt"] | {"case_id": parts["attempt"]["case_id"] or f"C-{case}"}
    return profile_of(case, **parts["profile"]), attempt(**said | {"recipient": parts["recipient"]})


def shown(around: Surroundings, event: cg.Event) -> list[Any]:
    """Return all facts of an attempt without a past, how far back it is read of, and when anything turns."""
    (rule_set,) = {rule_set for pack in around.packs for rule_set in pack.rule_sets}
    sheet = FactSheet(event, around.world, rule_set, History())
    zones = sheet.zones()
    names = {name: fact.zoned for name, fact in rule_set.vocabulary.items()}
    facts = {name: sheet.value(name) for name, zoned in names.items() if not zoned}
    local = {(one, name): sheet.value_in_zone(name, one) for one in zones or () for name in names if names[name]}
    ground, starts = around.whole_ground(around.packs[0])
    since = microseconds(event.started_at)
    turns = Calendar(sheet, ()).boundaries(ground, starts, since, since + 3 * LONG)
    keys = keys_of(around, event)
    missing = [getattr(keys, kind) is None for kind in ("case", "borrower", "number", "collector", "agency")]
    return [zones, facts, local, turns, missing, floors_of(around, event)]


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(chosen=nearly_alike(), hours=st.sampled_from((-9, 0, 3)))
def test_who_is_alike_shows_every_fact_alike(chosen: list[Chosen], hours: int) -> None:
    """Nothing that any rule may read tells two apart that are alike: but for the past, which neither has."""
    people = [person(case, one) for case, one in enumerate(chosen)]
    # One in eight has no profile.
    around = rules([profile for profile, _ in people[:-1]])
    at = MORNING + timedelta(hours=hours)
    found: dict[Any, list[Any]] = {}
    for number, (_, asked) in enumerate(people):
        event = before_contact(event_of(asked, started_at=at, event_id=f"E-{number}"), at)
        like = likeness(around, event, keys_of(around, event))
        assert like is not None
        assert found.setdefault(like, said := shown(around, event)) == said


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    chosen=nearly_alike(),
    order=st.lists(st.tuples(st.integers(0, 7), st.sampled_from(("ask", "ask", "ask", "tell"))), max_size=14),
)
def test_whoever_was_asked_about_before_changes_no_answer(chosen: list[Chosen], order: list[tuple[int, str]]) -> None:
    """A guard that has seen all the others says of each what one says that has seen nobody, whoever is like whom."""
    clock = Clock()
    people = [person(case, one) for case, one in enumerate(chosen)]
    around = rules([profile for profile, _ in people[:-1]])
    stores = MemoryStore(), MemoryStore()
    keeping = Gate(lambda: around, stores[0], OPTIONS, now=clock)

    def both(given: dict[str, Any]) -> Iterator[tuple[Gate, dict[str, Any]]]:
        yield keeping, given
        yield Gate(lambda: around, stores[1], OPTIONS, now=clock), given

    for number, (place, step) in enumerate([*((one, "ask") for one in range(len(people))), *order]):
        asked = people[place][1]
        clock.move(seconds=2)
        if step == "tell":
            event = asked | {"event_id": f"E-{number}", "started_at": clock.at, "outcome": {"network": "busy"}}
            mine, other = (gate.record(one) for gate, one in both(event))
            assert mine == other
            continue
        said = [(gate, gate.check(one)) for gate, one in both(asked)]
        assert said[0][1].model_dump(exclude={"token"}) == said[1][1].model_dump(exclude={"token"})
        for gate, decision in said:
            gate.cancel(decision.token)

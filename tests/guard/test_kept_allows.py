"""What was allowed is allowed again without being worked out anew, and never one step longer than it holds."""

import gc
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import collection_guard as cg
from collection_guard.facts.world import Settings, World
from collection_guard.guard.gate import Gate
from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.surroundings import Surroundings, surroundings
from guard.making import MORNING, MUM, OWN, Clock, answered, attempt, open_guard, profile
from guard.test_permitted import PACKS, cases

OPTIONS = GuardOptions(next_permitted=0, reservation_seconds=5)


def again(guard: Gate, **fields: Any) -> cg.Decision:
    """Ask, and give the place back."""
    decision = guard.check(attempt(**fields))
    guard.cancel(decision.token)
    return decision


def plain(decision: cg.Decision) -> dict[str, Any]:
    """Return a decision without its token."""
    return decision.model_dump(exclude={"token"})


def test_the_same_attempt_is_looked_into_once(looks: list[str]) -> None:
    """Asked again a second later, under whatever id, it is allowed for as long as before, with the same limits."""
    clock = Clock()
    guard = open_guard(clock)
    guard.record(answered("E-1", clock.at - timedelta(hours=1)))
    clock.move(seconds=2)
    first = again(guard, event_id="A-1")
    assert [(limit.used, limit.limit) for limit in first.limits] == [(1, 3)]
    for number in range(3):
        clock.move(seconds=1)
        known = again(guard, event_id=f"A-2{number}")
        assert known.valid_until == clock.at + timedelta(seconds=120)
        assert plain(known) | {"valid_until": None} == plain(first) | {"valid_until": None}
    assert looks == ["C-1"]
    again(guard, recipient={"number": MUM, "relationship": "parent"})
    again(guard, signals={"threat": False})
    assert len(looks) == 3


def test_what_is_kept_ends_with_the_permitted_hours(looks: list[str]) -> None:
    """Shortly before nine at night it is looked into anew, and the answer says that it holds until nine."""
    clock = Clock(MORNING + timedelta(hours=10, minutes=50))
    guard = open_guard(clock)
    again(guard)
    clock.move(minutes=7)
    again(guard)
    assert len(looks) == 1
    clock.move(minutes=1, seconds=30)
    assert again(guard).valid_until == MORNING + timedelta(hours=11)
    clock.move(minutes=1, seconds=30)
    assert again(guard).decision == "deny"


def test_a_place_that_is_held_is_counted(looks: list[str]) -> None:
    """Three that ask one after another and give nothing back get three places a day, and the fourth none."""
    guard = open_guard(Clock())
    again(guard)
    assert [guard.check(attempt()).decision for _ in range(4)] == ["allow", "allow", "allow", "deny"]
    assert len(looks) == 4


def test_places_that_others_held_do_not_stay(looks: list[str]) -> None:
    """What was allowed beside a place is looked into anew once that is given back: the limit names no place then."""
    guard = open_guard(Clock())
    token = guard.check(attempt()).token
    assert [limit.reserved for limit in again(guard).limits] == [1]
    guard.cancel(token)
    assert [limit.reserved for limit in again(guard).limits] == [0]
    assert len(looks) == 2


def test_what_another_process_recorded_is_seen(tmp_path: Path) -> None:
    """On one SQLite file, contacts that another guard recorded end what this one keeps."""
    clock = Clock()
    guard, other = (open_guard(clock, store=str(tmp_path / "guard.db")) for _ in range(2))
    for number in range(3):
        assert again(guard).decision == "allow"
        clock.move(seconds=1)
        other.record(answered(f"E-{number}", clock.at))
        clock.move(seconds=1)
    assert [one.rule for one in again(guard).violations] == ["repeated-contact"]


def test_rules_registry_and_profiles_that_are_loaded_anew_end_what_is_kept(tmp_path: Path) -> None:
    """After a reload the same attempt is judged by the new profile, and by the new list of partners."""
    clock, file, listed = Clock(), tmp_path / "cases.jsonl", tmp_path / "partners.csv"
    listed.write_text("name,category\n诚信催收有限公司,collection_agency\n", "utf-8")
    guard = open_guard(clock, registry=listed)
    assert again(guard).decision == "allow"
    listed.write_text("name,category\n别家,collection_agency\n", "utf-8")
    assert guard.reload().taken
    assert [one.rule for one in again(guard).violations] == ["agency-not-on-registry"]
    file.write_text(profile().model_dump_json() + "\n", "utf-8")
    guard = open_guard(clock, cases=file)
    assert again(guard).decision == "allow"
    file.write_text(profile(instructions=[{"kind": "cease"}]).model_dump_json() + "\n", "utf-8")
    assert guard.reload().taken
    assert [one.rule for one in again(guard).violations] == ["contact-after-cease-request"]


def test_a_reload_lets_go_of_what_was_loaded_before(tmp_path: Path) -> None:
    """What was allowed before a reload does not keep the rules and profiles of then in memory."""
    file = tmp_path / "cases.jsonl"
    file.write_text(profile().model_dump_json() + "\n", "utf-8")
    others = [one for one in gc.get_objects() if isinstance(one, Surroundings)]  # of guards of other tests
    guard = open_guard(Clock(), cases=file)
    for number in range(3):
        assert again(guard, collector={"id": f"A{number}"}).decision == "allow"
        assert guard.reload().taken
    assert again(guard).decision == "allow"
    gc.collect()
    alive = [one for one in gc.get_objects() if isinstance(one, Surroundings)]
    assert len([one for one in alive if all(one is not other for other in others)]) == 1


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("check", "check", "check", "again", "again", "record", "late", "cancel")),
        st.sampled_from((0, 1, 1, 2, 4, 6, 30, 600, 3_500, 20_000)),
        st.integers(0, 2),
    ),
    min_size=4,
    max_size=14,
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(case=cases(), steps=STEPS, fraction=st.sampled_from((0, 1, 400_000)))
def test_a_guard_that_keeps_says_what_one_says_that_begins_anew(
    case: Any, steps: list[tuple[str, int, int]], fraction: int
) -> None:
    """Whatever is asked, recorded and given back in whichever order and at whatever time, both answer the same."""
    at, parameters, known, past, asked = case
    clock = Clock(at - timedelta(milliseconds=1))
    around = surroundings(PACKS, parameters, World(Settings(timezone="Asia/Shanghai"), {"C-1": known}), "reference")
    stores = MemoryStore(), MemoryStore()
    keeping = Gate(lambda: around, stores[0], OPTIONS, now=clock)

    def guards() -> tuple[Gate, Gate]:
        return keeping, Gate(lambda: around, stores[1], OPTIONS, now=clock)

    def check(given: dict[str, Any]) -> list[str]:
        mine, other = (guard.check(given) for guard in guards())
        assert plain(mine) == plain(other)
        return [mine.token, other.token]

    def cancel(tokens: list[str]) -> None:
        for guard, token in zip(guards(), tokens, strict=True):
            guard.cancel(token)

    def record(event: dict[str, Any], tokens: list[str]) -> None:
        mine, other = (guard.record(event, token=token) for guard, token in zip(guards(), tokens, strict=True))
        assert mine == other

    for event in past:
        record(event, ["none", "none"])
    kinds = [asked, asked | {"direction": "inbound"}, asked | {"recipient": {"number": OWN}}]
    tokens = ["none", "none"]
    for number, (step, seconds, kind) in enumerate(steps):
        clock.move(seconds=seconds, microseconds=fraction)
        match step:
            case "check":
                tokens = check(kinds[0])
            case "again":
                cancel(check(kinds[kind]))
            case "cancel":
                cancel(tokens)
            case _:
                started: datetime = clock.at - timedelta(hours=kind if step == "late" else 0)
                record(kinds[kind] | {"event_id": f"N-{number}", "started_at": started}, tokens)

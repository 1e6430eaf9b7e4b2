"""A clock that jumped ahead and was put right: the guard acts again, and no limit was or will be exceeded."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

import collection_guard as cg
from collection_guard.audit.reading import read_logs
from collection_guard.cli.main import app
from collection_guard.facts.world import Settings, World
from collection_guard.guard.log.replay import Replay, replay
from collection_guard.guard.stores.base import Locks, Store
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.surroundings import surroundings
from collection_guard.language.packs import load_packs
from guard.lives import options
from guard.making import MORNING, Clock, answered, attempt, open_guard, profile

WHY = {"reason": "NTP", "by": "Li Wei", "confirmed_by": "Gao Fang"}


def replayed(folder: Path) -> Replay:
    """Judge a log again."""
    world = World(Settings(timezone="Asia/Shanghai"))
    return replay(folder / "log", surroundings(load_packs(["core"]), {"contacts_per_day": 3}, world, "reference"))


def test_a_guard_acts_again_after_its_clock_was_put_right(tmp_path: Path, reopen: Callable[[], Store]) -> None:
    """What the wrong clock recorded and allowed still counts today; from tomorrow on there is room again."""
    clock = Clock()
    guard = open_guard(clock, store=reopen(), options=options(tmp_path))
    guard.record(answered("right", clock.at))
    clock.move(days=1000)
    guard.record(answered("wrong", clock.at))
    assert guard.check(attempt()).decision == "allow"
    clock.move(days=-1000, minutes=5)
    assert guard.check(attempt()).reason.code == "clock"
    done = guard.set_clock_back(**WHY)
    assert (done.last is not None, done.moved) == (True, 1)
    clock.move(seconds=1)
    refused = guard.check(attempt())
    assert (refused.decision, refused.reason.code) == ("deny", "reserved")
    clock.move(seconds=120)
    assert guard.check(attempt()).decision == "allow"
    clock.move(seconds=1)
    assert guard.check(attempt()).decision == "deny"
    clock.move(days=1)
    assert [guard.check(attempt()).decision for _ in range(4)] == ["allow"] * 3 + ["deny"]
    guard.close()


def test_the_log_of_a_clock_that_was_put_right_is_judged_to_the_same(tmp_path: Path) -> None:
    """A contact that was moved stands as moved; checks of the wrong clock are counted, and all else is judged again."""
    clock, store = Clock(), MemoryStore()
    guard = open_guard(clock, store=store, options=options(tmp_path))
    for number in range(3):
        guard.check(attempt())
        guard.record(answered(f"before-{number}", clock.at))
        clock.move(hours=1)
    clock.move(days=30)
    guard.check(attempt())
    guard.record(answered("ahead", clock.at))
    clock.move(days=-30)
    guard.set_clock_back(**WHY)
    for number in range(3):
        clock.move(hours=9)
        guard.check(attempt())
        guard.record(answered(f"after-{number}", clock.at))
    guard.close()
    found = replayed(tmp_path)
    assert (found.records, found.checks, found.ahead) == (7, 7, 1)
    assert found.differences == []
    intake = read_logs([tmp_path / "log"])
    (moved,) = [one.event for one in intake.contacts if one.event.event_id == "ahead"]
    assert moved.started_at == moved.recorded_at == MORNING + timedelta(hours=3)
    assert intake.set_aside_by_reason()["recorded_again"] == 1


def test_it_needs_a_reason_two_persons_and_a_log(tmp_path: Path) -> None:
    """As an override does; what is refused changes nothing, and a guard that never acted has nothing to set back."""
    clock = Clock()
    guard = open_guard(clock, options=options(tmp_path))
    for missing in ({"reason": " "}, {"by": "gao  fang"}, {"confirmed_by": ""}):
        with pytest.raises(cg.ConfigurationError):
            guard.set_clock_back(**(WHY | missing))
    with pytest.raises(cg.ConfigurationError, match="decision log"):
        open_guard(clock).set_clock_back(**WHY)
    done = guard.set_clock_back(**WHY)
    assert (done.last, done.moved) == (None, 0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(st.sampled_from(("ask", "record", "ahead", "back", "wait")), max_size=25), data=st.data())
def test_no_limit_is_exceeded_whatever_the_clock_did(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str], data: st.DataObject
) -> None:
    """Of three contacts a day no fourth is allowed on a true day, however often the clock jumped and was put right."""
    true, ahead = Clock(), timedelta(0)
    guard = open_guard(lambda: true.at + ahead, options=options(tmp_path_factory.mktemp("jumps")))
    made: list[str] = []
    for number, step in enumerate(steps):
        true.move(seconds=1)
        if step == "ahead":
            ahead = timedelta(days=data.draw(st.sampled_from((1, 40, 2000))))
        elif step == "back":
            ahead = timedelta(0)
            guard.set_clock_back(**WHY)
        elif step == "wait":
            true.move(minutes=data.draw(st.sampled_from((1, 3, 60))))
        elif not ahead:
            decision = guard.check(attempt())
            if decision.decision == "allow" and step == "record":
                guard.record(answered(f"E-{number}", true.at), token=decision.token)
                made.append("right")
        elif len(made) < 3 and step == "record":
            guard.record(answered(f"E-{number}", true.at + ahead))
            made.append("wrong")
    if true.at < MORNING + timedelta(hours=13):
        assert len(made) <= 3


def test_a_jump_deletes_nothing_within_a_window() -> None:
    """Old contacts are deleted by the clock of an hour before: the first step of a clock ahead deletes none."""
    clock, store = Clock(), MemoryStore()
    guard = open_guard(clock, store=store, options={"keep_days": 2})
    guard.record(answered("E-1", clock.at))
    clock.move(hours=2)
    guard.record(answered("E-2", clock.at))
    clock.move(days=900)
    guard.record(answered("E-3", clock.at))
    with store.transaction(Locks(), durable=False) as step:
        assert step.recorded("E-1") is not None


def test_the_command_sets_a_store_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A store that acted in a hundred years is set back to now, by a reason and two names."""
    (tmp_path / "cases.jsonl").write_text(profile().model_dump_json(by_alias=True) + "\n", "utf-8")
    (tmp_path / "collection-guard.yaml").write_text(
        "timezone: Asia/Shanghai\ncases: cases.jsonl\nstore: guard.db\nguard: {decision_log: log, log_key: key}\n",
        "utf-8",
    )
    monkeypatch.chdir(tmp_path)
    far = Clock(MORNING + timedelta(days=36_500))
    with cg.Guard.open(tmp_path / "collection-guard.yaml", now=far) as guard:
        guard.record(answered("E-1", far.at))
    given = ["clock-back", "--reason", "NTP", "--by", "Li Wei", "--lang", "en"]
    done = CliRunner().invoke(app, [*given, "--confirmed-by", "Gao Fang"])
    assert done.exit_code == 0, done.output
    assert "1 contact was moved to now" in done.stdout
    assert CliRunner().invoke(app, [*given, "--confirmed-by", "Li Wei"]).exit_code == 2
    with cg.Guard.open(tmp_path / "collection-guard.yaml") as guard:
        assert guard.check(attempt(direction="inbound")).reason.code != "clock"

"""What waits before a file is carried out together, and everybody gets an answer of his own."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from guard.making import Clock, answered, attempt, open_guard

import collection_guard as cg
from collection_guard.guard.sidecar.line import Line
from collection_guard.guard.stores.checkpoints import Checkpoints
from collection_guard.guard.stores.sqlite import SqliteStore
from collection_guard.model.problems import Problem, StoreError


@pytest.fixture
def threads() -> Iterator[ThreadPoolExecutor]:
    """Yield the thread of a line."""
    with ThreadPoolExecutor(1) as made:
        yield made


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return whether each transaction of a file waits for the disk."""
    found: list[bool] = []
    plain = SqliteStore._whole

    @contextmanager
    def noted(store: SqliteStore, *, durable: bool) -> Iterator[Any]:
        with plain(store, durable=durable) as connection:
            yield connection
            found.append(durable)

    monkeypatch.setattr(SqliteStore, "_whole", noted)
    return found


def carried_out(line: Line, steps: list[tuple[Callable[[], Any], bool]]) -> list[Any]:
    """Return what comes of steps that all wait at once."""

    async def all_of_them() -> list[Any]:
        first = line.work(lambda: time.sleep(0.2), durable=False)  # while it is under way, the others come in
        asked = [line.work(step, durable=durable) for step, durable in steps]
        return await asyncio.gather(first, *asked, return_exceptions=True)

    return asyncio.run(all_of_them())[1:]


def test_never_one_over_among_those_who_wait_together(
    tmp_path: Path, threads: ThreadPoolExecutor, commits: list[bool]
) -> None:
    """Of forty who ask at once for a borrower with three contacts a day three are allowed, in one transaction."""
    guard = open_guard(Clock(), store=str(tmp_path / "guard.db"), options={"next_permitted": 0})
    found = carried_out(Line(guard, threads), [(lambda: guard.check(attempt()), False)] * 40)
    assert [one.decision for one in found].count("allow") == 3
    assert commits == [False]


def test_a_record_among_them_waits_for_the_disk_and_a_wrong_one_is_told_alone(
    tmp_path: Path, threads: ThreadPoolExecutor, commits: list[bool]
) -> None:
    """What is no contact is an error for whoever sent it; all others are kept."""
    clock = Clock()
    guard = open_guard(clock, store=str(tmp_path / "guard.db"))
    token = guard.check(attempt()).token
    commits.clear()
    steps: list[tuple[Callable[[], Any], bool]] = [
        (lambda: guard.record(answered("E-1", clock.at), token=token), True),
        (lambda: guard.record({}), True),
        (lambda: guard.cancel(token), False),
        (lambda: guard.check(attempt()), False),
    ]
    recorded, wrong, cancelled, decision = carried_out(Line(guard, threads), steps)
    assert {one.kind for one in recorded} == {"unassessable"}
    assert isinstance(wrong, cg.EventError)
    assert cancelled is False
    assert [limit.used for limit in decision.limits] == [1]
    assert commits == [True]


def test_what_is_not_kept_together_is_done_by_itself(
    tmp_path: Path, threads: ThreadPoolExecutor, commits: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing of all could be kept, nothing of it counts, and each gets the answer to its own step."""
    clock = Clock()
    guard = open_guard(clock, store=str(tmp_path / "guard.db"))
    plain = SqliteStore.together

    @contextmanager
    def failing(store: SqliteStore, *, durable: bool) -> Iterator[None]:
        with plain(store, durable=durable):
            yield
            raise StoreError([Problem("store_unreachable", values={"store": "guard.db", "cause": "disk full"})])

    monkeypatch.setattr(SqliteStore, "together", failing)
    steps: list[tuple[Callable[[], Any], bool]] = [
        (lambda number=number: guard.record(answered(f"E-{number}", clock.at)), True)  # type: ignore[misc]  # bound at once
        for number in range(3)
    ]
    found = carried_out(Line(guard, threads), [*steps, (lambda: guard.check(attempt()), False)])
    assert [{one.kind for one in each} for each in found[:3]] == [{"unassessable"}] * 3
    assert [one.rule for one in found[3].violations] == ["repeated-contact"]
    assert commits == [True, True, True, False]


def test_with_a_decision_log_each_step_is_by_itself(
    tmp_path: Path, threads: ThreadPoolExecutor, commits: list[bool]
) -> None:
    """A line of the log is never of something that was undone with others."""
    given = {"decision_log": str(tmp_path / "log"), "log_key": str(tmp_path / "key")}
    guard = open_guard(Clock(), store=str(tmp_path / "guard.db"), options=given)
    commits.clear()
    found = carried_out(Line(guard, threads), [(lambda: guard.check(attempt()), False)] * 4)
    assert [one.decision for one in found] == ["allow"] * 3 + ["deny"]
    assert len(commits) == 4


def test_the_line_goes_on_after_what_nobody_foresaw(
    tmp_path: Path, threads: ThreadPoolExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where what follows a transaction fails, all who waited are told so, and those after them are answered."""
    guard = open_guard(Clock(), store=str(tmp_path / "guard.db"))
    line = Line(guard, threads)
    asked: list[tuple[Callable[[], Any], bool]] = [(lambda: guard.check(attempt()), False)] * 2

    async def soon() -> list[Any]:
        first = line.work(lambda: time.sleep(0.2), durable=False)
        steps = [line.work(step, durable=durable) for step, durable in asked]
        return (await asyncio.wait_for(asyncio.gather(first, *steps, return_exceptions=True), 10))[1:]

    def fails() -> None:
        raise RuntimeError

    with monkeypatch.context() as broken:
        broken.setattr(Checkpoints, "written", lambda _: fails())
        assert {type(one) for one in asyncio.run(soon())} == {RuntimeError}
    assert {type(one) for one in asyncio.run(soon())} == {cg.Decision}

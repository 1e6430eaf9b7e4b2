"""Every store does the same: one conformance test for each behaviour that the guard rests on."""

import os
import sqlite3
import threading
import time
import tracemalloc
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.stores import postgres
from collection_guard.guard.stores.base import ByKey, Keys, Locks, Reservation, Row, Store, Transaction, Wanted
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.stores.opening import open_store
from collection_guard.guard.stores.sqlite import SqliteStore
from collection_guard.model.problems import ConfigurationError, StoreError
from guard.lives import options
from guard.making import Clock, answered, open_guard

KEYS = Keys("C-1", "C-1", "B-1", "+8613800000001", None, "诚信")
LOCKS = Locks(("borrower:B-1", "case:C-1"))
CASE = Wanted("C-1", 0)


def row(event_id: str = "E-1", at: int = 10, sign: int = 0, keys: Keys = KEYS) -> Row:
    """Return a recorded contact."""
    return Row(event_id, at, at + 1, sign, keys, f'{{"event_id": "{event_id}", "名": "高"}}')  # type: ignore[arg-type]  # one of the three


def held(token: str = "t", expires: int = 100, keys: Keys = KEYS) -> Reservation:  # noqa: S107  # no secret
    """Return a place."""
    return Reservation(token, 1, expires, keys, "{}")


def test_what_is_written_is_read_again_by_whoever_opens_the_store(reopen: Callable[[], Store]) -> None:
    """A contact, a place and the instant are there for the next step, and for the next to open the store."""
    with reopen().transaction(LOCKS, durable=True) as step:
        assert step.last_instant() is None
        step.record(row())
        step.reserve(held())
        step.set_instant(5)
        step.set_instant(7)
    with reopen().transaction(LOCKS, durable=False) as step:
        assert step.last_instant() == 7
        assert step.recorded("E-1") == row()
        assert step.recorded("E-2") is None
        wanted = Wanted("C-2", 0, (ByKey("borrower", "B-1", 10),))
        assert step.past(wanted) == [row()]
        assert step.places(wanted, 99) == [held()]
        assert step.places(wanted, 100) == []
        assert step.places(Wanted("C-2", 0), 0) == []
        assert step.places(CASE, 0) == [held()]


def test_a_place_is_given_back_once(store: Store) -> None:
    """The first who releases a token gets its place, also when it has expired; the second gets none."""
    with store.transaction(LOCKS, durable=False) as step:
        step.reserve(held())
    with store.transaction(Locks(), durable=False) as step:
        assert step.release("t") == held()
    with store.transaction(Locks(), durable=False) as step:
        assert step.release("t") is None


def fail(store: Store, rows: list[Row]) -> None:
    """Write everything that a step can write, and fail if the store has not."""
    with store.transaction(LOCKS, durable=True) as step:
        write(step, rows)
        raise ZeroDivisionError


def write(step: Transaction, rows: list[Row]) -> None:
    """Write everything that a step can write."""
    step.release("kept")
    step.reserve(held("new"))
    step.set_instant(9)
    for one in rows:
        step.record(one)


def test_a_step_that_fails_leaves_nothing(store: Store) -> None:
    """What a step wrote before it failed is not there, what it took away is, and the store goes on."""
    with store.transaction(LOCKS, durable=True) as step:
        step.reserve(held("kept"))
        step.set_instant(5)
    with pytest.raises(ZeroDivisionError):
        fail(store, [row()])
    with store.transaction(LOCKS, durable=True) as step:
        assert step.past(Wanted("C-1", 0, (ByKey("case", "C-1", 0),))) == []
        assert [place.token for place in step.places(CASE, 0)] == ["kept"]
        assert step.last_instant() == 5


@pytest.mark.parametrize("reopen", ["sqlite", "postgres"], indirect=True)
def test_a_contact_that_is_there_is_not_written_over(reopen: Callable[[], Store]) -> None:
    """A database refuses a second contact of the same id, and the step leaves nothing."""
    store = reopen()
    with pytest.raises(StoreError), store.transaction(LOCKS, durable=True) as step:
        write(step, [row("E-2"), row("E-2")])
    with store.transaction(LOCKS, durable=True) as step:
        assert step.recorded("E-2") is None


def test_signs_are_read_beyond_every_window(store: Store) -> None:
    """A change of state is read for good, a letter for as long as it is asked for, a plain call by its keys alone."""
    with store.transaction(LOCKS, durable=True) as step:
        step.record(row("call", 10, 0))
        step.record(row("letter", 10, 1))
        step.record(row("later letter", 20, 1))
        step.record(row("cease", 10, 2))
        step.record(row("other case", 10, 2, Keys("C-2", "C-2", "B-1")))
        found = step.past(Wanted("C-1", 15))
    assert sorted(one.event_id for one in found) == ["cease", "later letter"]


def test_what_is_forgotten_is_old_and_changed_no_state(store: Store) -> None:
    """Old contacts and tokens go; instructions stay, and so does what is young enough."""
    wanted = Wanted("C-1", 0, (ByKey("case", "C-1", 0),))
    with store.transaction(LOCKS, durable=True) as step:
        for number, sign in enumerate((0, 1, 2)):
            step.record(row(f"old {number}", 10, sign))
        step.record(row("young", 20))
        step.reserve(held("old", 30))
        step.reserve(held("young", 50))
        assert step.forget(20, 40) == 2
        assert sorted(one.event_id for one in step.past(wanted)) == ["old 2", "young"]
        assert step.release("old") is None
        assert step.release("young") is not None
        assert step.recorded("old 1") is None


def test_memory_keeps_nothing_of_people_who_are_forgotten() -> None:
    """Thousands of people who came and were forgotten leave no more behind than the tables that held them."""
    store = MemoryStore()
    tracemalloc.start()
    try:
        for number in range(3_000):
            keys = Keys(f"C-{number}", f"C-{number}", f"B-{number}", f"+86{number}")
            with store.transaction(LOCKS, durable=True) as step:
                step.record(row(f"E-{number}", number, number % 2, keys))
                step.reserve(held(f"t-{number}", number, keys))
                step.forget(number + 1, number + 1)
        left, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert left < 100_000


KEY = st.sampled_from(["a", "b", None])
ROWS = st.lists(
    st.builds(
        lambda number, at, sign, case, *keys: row(str(number), at, sign, Keys(case, case, *keys)),
        st.integers(0, 10_000),
        st.integers(0, 50),
        st.sampled_from((0, 1, 2)),
        st.sampled_from(["a", "b"]),
        KEY,
        KEY,
        KEY,
        KEY,
    ),
    unique_by=lambda one: one.event_id,
    max_size=12,
)
WANTED = st.builds(
    Wanted,
    st.sampled_from(["a", "b"]),
    st.integers(0, 50),
    st.lists(
        st.builds(
            ByKey,
            st.sampled_from(["case", "borrower", "number", "collector", "agency"]),
            st.sampled_from(["a", "b"]),
            st.integers(0, 50),
            st.booleans(),
        ),
        max_size=4,
    ).map(tuple),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, wanted=WANTED)
def test_every_store_reads_what_is_wanted_and_nothing_else(store: Store, rows: list[Row], wanted: Wanted) -> None:
    """Whatever is held and asked for, exactly the contacts that the request describes come back, each once."""
    with store.transaction(LOCKS, durable=False) as step:
        step.forget(1_000, 0)
        # Signs are not forgotten: what earlier examples left is told apart by its id.
        fresh = [one for one in rows if step.recorded(one.event_id) is None]
        for one in fresh:
            step.record(one)
        found = step.past(wanted)
    mine = {one.event_id for one in fresh}
    assert sorted((one for one in found if one.event_id in mine), key=lambda one: one.event_id) == sorted(
        (one for one in fresh if wanted.wants(one)), key=lambda one: one.event_id
    )
    assert len({one.event_id for one in found}) == len(found)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=ROWS, wanted=WANTED, given_back=st.sets(st.integers(0, 11)), now=st.integers(0, 50))
def test_every_store_finds_the_places_that_may_count(
    store: Store, rows: list[Row], wanted: Wanted, given_back: set[int], now: int
) -> None:
    """Whoever holds places, those that may count and have not expired are found, each once, and none given back."""
    places = [held(one.event_id, one.at, one.keys) for one in rows]
    with store.transaction(LOCKS, durable=False) as step:
        step.forget(0, 1_000)
        for place in places:
            step.reserve(place)
        for place in [place for number, place in enumerate(places) if number in given_back]:
            assert step.release(place.token) == place
        found = step.places(wanted, now)
    left = [place for number, place in enumerate(places) if number not in given_back and place.expires > now]
    may_count = [
        place.token
        for place in left
        if place.keys.case_id == wanted.case_id or any(wanted.is_of(part, place.keys) for part in wanted.by_key)
    ]
    assert sorted(place.token for place in found) == sorted(may_count)


def test_steps_that_touch_the_same_people_take_turns(reopen: Callable[[], Store]) -> None:
    """Eight threads over two openings each read a number and write the next: none is lost."""
    stores = [reopen(), reopen()]

    def count(store: Store) -> None:
        for _ in range(5):
            with store.transaction(LOCKS, durable=False) as step:
                seen = step.last_instant() or 0
                time.sleep(0.0005)
                step.set_instant(seen + 1)

    threads = [threading.Thread(target=count, args=(stores[number % 2],)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with stores[0].transaction(LOCKS, durable=False) as step:
        assert step.last_instant() == 40


def test_the_name_of_a_store_says_what_it_is_and_no_secret(database: str, tmp_path: Path) -> None:
    """A store is opened by its name; where one cannot be opened, the error names it without the password."""
    assert open_store("memory", GuardOptions()).name == "memory"
    store = open_store(str(tmp_path / "a.db"), GuardOptions())
    assert store.name == "sqlite:a.db"
    store.close()
    real = open_store(database, GuardOptions())
    real.check()
    assert real.name.startswith("postgresql:")
    real.close()
    with pytest.raises(StoreError) as caught:
        open_store("postgresql://me:secret@127.0.0.1:1/x", GuardOptions())
    assert "secret" not in str(caught.value)
    with pytest.raises(StoreError):
        open_store(str(tmp_path / "none" / "a.db"), GuardOptions())
    with pytest.raises(ConfigurationError):
        open_store("redis://x", GuardOptions())


def test_only_the_owner_reads_what_a_guard_keeps(tmp_path: Path) -> None:
    """Whatever the umask, the store, what SQLite has beside it, the decision log and its key are the owner's alone."""
    before = os.umask(0)
    try:
        clock = Clock()
        guard = open_guard(clock, store=str(tmp_path / "guard.db"), options=options(tmp_path))
        guard.record(answered("E-1", clock.at))
        files = [path for path in tmp_path.rglob("*") if path.is_file()]
        guard.close()
    finally:
        os.umask(before)
    assert {path.name for path in files} >= {"guard.db", "guard.db-wal", "guard.db-shm", "key"}
    assert len(files) == 5
    assert {path.stat().st_mode & 0o777 for path in files if path.exists()} == {0o600}


def test_a_store_that_its_owner_lets_others_read_stays_so(tmp_path: Path) -> None:
    """What is there is opened as it is."""
    path = tmp_path / "guard.db"
    open_store(str(path), GuardOptions()).close()
    path.chmod(0o640)
    open_store(str(path), GuardOptions()).close()
    assert path.stat().st_mode & 0o777 == 0o640


def test_without_psycopg_the_error_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has not installed the extra is told which one."""

    def missing(name: str) -> None:
        raise ImportError(name)

    monkeypatch.setattr(postgres, "import_module", missing)
    with pytest.raises(ConfigurationError, match=r"collection-guard\[postgres\]"):
        open_store("postgresql://x/y", GuardOptions())


def test_steps_that_are_taken_together_are_kept_together(tmp_path: Path) -> None:
    """Each sees those before it, and one that fails by itself leaves nothing, and nothing of it to the others."""
    store = SqliteStore(tmp_path / "guard.db")
    with store.together(durable=True):
        with store.transaction(LOCKS, durable=True) as step:
            step.record(row())
        with suppress(ZeroDivisionError), store.transaction(LOCKS, durable=False) as step:
            assert step.recorded("E-1") is not None
            step.record(row("E-2"))
            raise ZeroDivisionError
        with suppress(StoreError), store.transaction(LOCKS, durable=True) as step:
            step.reserve(held())
            step.record(row())  # it is there already
        with store.transaction(LOCKS, durable=True) as step:
            assert step.places(CASE, 0) == []
            step.record(row("E-3"))
        other = SqliteStore(tmp_path / "guard.db")
    with other.transaction(LOCKS, durable=False) as step:
        assert [step.recorded(f"E-{number}") is not None for number in (1, 2, 3)] == [True, False, True]


def test_of_steps_that_are_taken_together_nothing_is_kept_when_the_disk_is_full(tmp_path: Path) -> None:
    """Whoever began one is told, also where SQLite has undone it before its end; afterwards all goes on."""
    store = SqliteStore(tmp_path / "guard.db")
    with store.transaction(LOCKS, durable=True) as step:
        step.record(row())
    connection = store._connection
    assert connection is not None
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    connection.execute(f"PRAGMA max_page_count = {pages}")

    def recorded(*names: str) -> None:
        with store.transaction(LOCKS, durable=True) as step:
            for name in names:
                step.record(row(name))

    def steps() -> None:
        with store.together(durable=True):
            recorded("E-2")
            with pytest.raises(StoreError):
                recorded(*(f"E-{number}" for number in range(3, 2_000)))
            # As SQLite does it by itself where it cannot undo a part.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            with pytest.raises(StoreError):
                recorded("E-X")

    with pytest.raises(StoreError):
        steps()
    connection.execute("PRAGMA max_page_count = 1000000")
    with store.transaction(LOCKS, durable=True) as step:
        assert [step.recorded(name) is not None for name in ("E-1", "E-2", "E-3", "E-X")] == [True, False, False, False]
        step.record(row("E-2"))


def test_contacts_have_an_index_by_what_rules_read(tmp_path: Path) -> None:
    """By the keys that some rule has counted by, and no others: each is written with every contact."""
    store = SqliteStore(tmp_path / "guard.db")

    def indexes() -> set[str]:
        with closing(sqlite3.connect(tmp_path / "guard.db")) as connection:
            return {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'")}

    by_number = Wanted("C-1", 0, (ByKey("number", "+8613800000001", 0, or_none=True),))
    with store.transaction(LOCKS, durable=True) as step:
        step.record(row())
        step.past(Wanted("C-1", 0, (ByKey("borrower", "B-1", 0), ByKey("case", "C-1", 0))))
    assert not {name for name in indexes() if name.endswith(("_number", "_collector", "_agency"))}
    with suppress(ZeroDivisionError), store.transaction(LOCKS, durable=True) as step:
        step.past(by_number)
        raise ZeroDivisionError
    assert "collection_guard_by_number" not in indexes()
    with store.transaction(LOCKS, durable=True) as step:
        assert step.past(by_number) == [row()]
    assert {"collection_guard_by_number", "collection_guard_places_by_number"} <= indexes()
    assert not {name for name in indexes() if name.endswith(("_collector", "_agency"))}

"""The log of an SQLite file is copied into it beside the steps."""

import shutil
import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from collection_guard.guard.stores.base import Keys, Locks, Row
from collection_guard.guard.stores.sqlite import SqliteStore

KEYS = Keys("C-1", "C-1", "B-1")


def copied(path: Path, folder: Path) -> int:
    """Return how many contacts are in the file itself, without the log beside it; 0 while it is being written."""
    alone = folder / "alone.db"
    shutil.copyfile(path, alone)
    with closing(sqlite3.connect(alone)) as connection, suppress(sqlite3.DatabaseError):
        return int(connection.execute("SELECT count(*) FROM collection_guard_contacts").fetchone()[0])
    return 0


def test_what_many_steps_wrote_comes_into_the_file_while_it_is_in_use(tmp_path: Path) -> None:
    """A thread copies the log, no step has to; once closed, the file holds all of it."""
    path = tmp_path / "guard.db"
    store = SqliteStore(path, "kill")
    number = found = 0
    until = time.monotonic() + 60
    while not found and time.monotonic() < until:
        for _ in range(100):
            with store.transaction(Locks(), durable=True) as step:
                step.record(Row(f"E-{number}", number, number, 0, KEYS, "{}"))
            number += 1
        found = copied(path, tmp_path)
    assert 0 < found <= number
    store.close()
    assert copied(path, tmp_path) == number


def test_a_store_is_closed_while_its_log_is_copied(tmp_path: Path) -> None:
    """Whenever a store is closed, everything is in its file, and nothing stands beside it any more."""
    for steps in (1, 1_000, 1_001):
        path = tmp_path / f"{steps}.db"
        store = SqliteStore(path, "kill")
        for number in range(steps):
            with store.transaction(Locks(), durable=True) as step:
                step.record(Row(f"E-{number}", number, number, 0, KEYS, "{}"))
        store.close()
        assert copied(path, tmp_path) == steps
        assert not Path(f"{path}-wal").exists()

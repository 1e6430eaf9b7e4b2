"""What the embedded store keeps when writers are killed, the disk is full, or the file cannot be written."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collection_guard.guard.stores.sqlite import SqliteStore
from collection_guard.model.problems import StoreError
from guard.making import MORNING, Clock, answered, attempt, open_guard


def hardship(*arguments: str) -> dict[str, Any]:
    """Run the program of that name, and return what it found."""
    tests = Path(__file__).parent.parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    command = [sys.executable, "-m", "guard.hardship", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.no_cover
def test_writers_killed_at_random_moments_lose_nothing_and_exceed_nothing(tmp_path: Path) -> None:
    """After each kill every acknowledged record is there, no limit is exceeded, and places come back."""
    found = hardship("kill", str(tmp_path), "40", "6")
    assert found["acknowledged"] > 40
    assert {name: found[name] for name in ("kills", "lost", "over", "not_given_back")} == {
        "kills": 40,
        "lost": 0,
        "over": 0,
        "not_given_back": 0,
    }


def test_a_full_disk_denies_with_a_reason_and_loses_nothing(tmp_path: Path) -> None:
    """When the file cannot grow, record fails and check denies; when it can again, everything acknowledged is there."""
    found = hardship("full", str(tmp_path))
    assert found["recorded"] > 0
    assert found["lost"] == 0
    assert "guard.db" in found["refused"]
    assert (found["decision"], found["reason"]) == ("deny", "store")
    assert found["again"] == "allow"


def test_a_file_that_cannot_be_written_denies_with_a_reason(tmp_path: Path) -> None:
    """A store that is read-only refuses contacts and records; what it holds is still there."""
    store = SqliteStore(tmp_path / "guard.db")
    guard = open_guard(Clock(), store=store)
    guard.record(answered("E-1", MORNING))
    connection = store._connection
    assert connection is not None
    connection.execute("PRAGMA query_only = ON")
    refused = guard.check(attempt())
    assert (refused.decision, refused.disposition, refused.reason.code) == ("deny", "CGFAIL", "store")
    with pytest.raises(StoreError, match="readonly"):
        guard.record(answered("E-2", MORNING))
    connection.execute("PRAGMA query_only = OFF")
    assert guard.record(answered("E-1", MORNING))[0].kind == "redelivered"
    assert guard.check(attempt()).decision == "allow"

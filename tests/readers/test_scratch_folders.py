"""Folders for what a run lays aside: none outlives its run for longer than until the next."""

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from collection_guard.model import file_locks
from collection_guard.model.scratch_folders import PREFIX, remove_left_behind, scratch_folder

HOLDING = """
import sys
from collection_guard.model.scratch_folders import scratch_folder
with scratch_folder() as folder:
    (folder / "part").write_text("a number")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A temporary folder of the test, here and in processes that it starts."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    return tmp_path


def test_only_folders_of_the_dead_are_removed(temporary: Path) -> None:
    """A folder that a process holds stays; once it was killed, the next run removes it with all that is in it."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLDING], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        folder = Path(process.stdout.readline().strip())
        assert folder.parent == temporary
        remove_left_behind()
        assert (folder / "part").exists()
        process.send_signal(signal.SIGKILL)
    assert (folder / "part").exists()
    with scratch_folder("other-") as own:
        assert list(temporary.iterdir()) == [own]
        assert own.name.startswith(f"{PREFIX}other-")
    assert not list(temporary.iterdir())


def test_what_is_nobodys_known_folder_stays(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder without a lock, a link to a folder, and one of another user are not touched."""
    (temporary / f"{PREFIX}of-somebody").mkdir()
    (temporary / f"{PREFIX}of-somebody" / "letter").touch()
    left = temporary / "elsewhere"
    left.mkdir()
    (left / "in-use").touch()
    (temporary / f"{PREFIX}link").symlink_to(left)
    remove_left_behind()
    assert (left / "in-use").exists()
    assert (temporary / f"{PREFIX}of-somebody" / "letter").exists()
    (temporary / f"{PREFIX}link").unlink()
    left = left.rename(temporary / f"{PREFIX}left")
    with monkeypatch.context() as patch:
        patch.setattr(os, "getuid", lambda: left.stat().st_uid + 1)
        remove_left_behind()
    assert left.exists()
    remove_left_behind()
    assert not left.exists()


class NoLocks:
    """A file system that cannot lock."""

    LOCK_EX = LOCK_NB = 0

    @staticmethod
    def flock(_file: int, _how: int) -> None:
        raise OSError


@pytest.mark.parametrize("locks", [None, NoLocks])
def test_without_locks_nothing_is_taken_for_left_behind(
    temporary: Path, monkeypatch: pytest.MonkeyPatch, locks: type | None
) -> None:
    """Where nothing can be locked, a run still has its folder, and still removes it itself."""
    monkeypatch.setattr(file_locks, "_LOCKS", locks)
    with scratch_folder() as first, scratch_folder() as second:
        assert first.exists()
        assert second.exists()
    assert not list(temporary.iterdir())

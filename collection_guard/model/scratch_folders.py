"""Folders for what a run lays aside: gone when it ends, and those of runs that were killed gone with the next.

What lies in them are parts of contact logs, with the telephone numbers as they are, so none may stay.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from shutil import rmtree
from typing import Final

from collection_guard.model.file_locks import can_lock, lock

PREFIX: Final = "collection-guard-"
_IN_USE: Final = "in-use"
"""A file in each folder, which its run holds locked: the system lets go when the run dies, however it does."""


@contextmanager
def scratch_folder(kind: str = "") -> Iterator[Path]:
    """Give a folder in the temporary folder, and remove it with all that is in it; first remove those of dead runs."""
    remove_left_behind()
    with tempfile.TemporaryDirectory(prefix=PREFIX + kind, ignore_cleanup_errors=True) as name:
        folder = Path(name)
        lock = _locked(folder)
        try:
            yield folder
        finally:
            if lock is not None:
                os.close(lock)


def remove_left_behind() -> None:
    """Remove the folders of this user that runs left which were killed.

    Left alone are those that somebody holds, and those without a lock, of which nobody knows who made them.
    """
    if not can_lock():
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        with suppress(OSError):
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            held = os.open(folder / _IN_USE, os.O_RDWR | os.O_NOFOLLOW)
            try:
                if lock(held):
                    rmtree(folder, ignore_errors=True)
            finally:
                os.close(held)


def _locked(folder: Path) -> int | None:
    """Lock a folder; return the open file, None where nothing can be locked."""
    held = os.open(folder / f".{_IN_USE}", os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    if not lock(held):  # without locks its folder is never taken for one left behind
        os.close(held)
        return None
    # It takes its name once it is locked, so that nobody finds it free before.
    (folder / f".{_IN_USE}").rename(folder / _IN_USE)
    return held

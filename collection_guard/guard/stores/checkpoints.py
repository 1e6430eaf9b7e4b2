"""Checkpoints of an SQLite file, made beside the steps and not within one of them.

What is committed stands in the write-ahead log first, and is copied from there into the file. SQLite does that within
the commit that finds the log long, which then takes many times as long as any other.
"""

import sqlite3
import threading
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

_STEPS: Final = 1_000
"""After how many steps the log is copied."""
_ROUNDS: Final = 3
"""How often is copied what was added in the meantime: only a log that is copied whole begins anew."""
_LONG: Final = 15_000
"""From how many pages on steps wait until the log is copied whole."""
PAGES: Final = 20_000
"""After how many pages SQLite copies the log within a commit, should nobody have done it beside."""


class Checkpoints:
    """Copies the log of one file in a thread of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._steps = 0
        self._wanted = threading.Event()
        self._ended = False
        self._thread: threading.Thread | None = None

    def written(self) -> None:
        """Take notice of a step, whose caller is alone."""
        self._steps += 1
        if self._steps < _STEPS:
            return
        self._steps = 0
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="guard-checkpoints", daemon=True)
            self._thread.start()
        self._wanted.set()

    def end(self) -> None:
        """End the thread."""
        self._ended = True
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        while self._wanted.wait() and not self._ended:
            self._wanted.clear()
            # Where it fails, the next step says what is wrong with the file, and the log is copied later.
            with suppress(sqlite3.Error), closing(sqlite3.connect(self._path, timeout=1)) as connection:
                self._copy(connection)

    @staticmethod
    def _copy(connection: sqlite3.Connection) -> None:
        for _ in range(_ROUNDS):
            _, pages, copied = connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()
            if pages == copied:
                return
        if pages > _LONG:
            connection.execute("PRAGMA wal_checkpoint(RESTART)").fetchone()

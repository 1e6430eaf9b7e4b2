"""The embedded store: one SQLite file for all threads and processes of one machine."""

import os
import random
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from collection_guard.guard.stores.base import Locks, Row, Transaction, Wanted
from collection_guard.guard.stores.checkpoints import PAGES, Checkpoints
from collection_guard.guard.stores.sql import BY_KIND, SCHEMA, Execute, SqlStep
from collection_guard.language.schema import Key
from collection_guard.model.problems import Problem, StoreError

_PATIENCE: Final = 30.0
"""How many seconds a step waits for those of other processes."""
_PAUSE: Final = (0.0002, 0.002)
"""Between two attempts to begin, in seconds; at random, so that no process waits behind all others."""
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
_ALL: Final = ("",)


class _Step(SqlStep):
    """A step in the file, which makes the index of a key when a rule reads by it for the first time."""

    def __init__(self, execute: Execute, indexed: set[Key]) -> None:
        super().__init__(execute, _ALL)
        self._indexed = indexed

    def past(self, wanted: Wanted) -> list[Row]:
        """Return the recorded contacts that are wanted."""
        for part in wanted.by_key:
            if part.key not in self._indexed:
                for statement in BY_KIND.get(part.key, ()):
                    self._execute(statement, ())
                self._indexed.add(part.key)
        return super().past(wanted)


class SqliteStore:
    """Keeps everything in one file, in write-ahead mode.

    What was written survives that any process is killed. With ``survives="power"`` a recorded contact also survives a
    loss of power: its step returns when the disk has it. Places never wait for the disk.
    """

    def __init__(self, path: Path, survives: str = "power") -> None:
        self.name = f"sqlite:{path.name}"
        self._path = path
        self._survives = survives
        self._lock = threading.RLock()
        self._connection: sqlite3.Connection | None = None
        self._process = os.getpid()
        self._synchronous = ""
        self._indexed: set[Key] = set()
        """The keys of which an index is known to be there."""
        self._is_together = False
        """Whether several steps are one transaction; only whoever holds the lock reads it."""
        self._checkpoints = Checkpoints(path)
        with self._lock, self._failing():
            self._connect()

    def _connect(self) -> sqlite3.Connection:
        # A connection does not outlive a fork: the child begins with one of its own and leaves the parent's alone.
        if self._connection is None or self._process != os.getpid():
            self._make()
            connection = sqlite3.connect(self._path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False)
            connection.execute("PRAGMA journal_mode = WAL")
            held = connection.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'collection_guard_%'")
            if held.fetchone()[0] < len(SCHEMA):
                for statement in SCHEMA:
                    connection.execute(statement)
            # From here on a step waits by itself: in ``_begin``, and for its turn.
            connection.execute("PRAGMA busy_timeout = 0")
            connection.execute(f"PRAGMA wal_autocheckpoint = {PAGES}")
            self._checkpoints = Checkpoints(self._path)
            self._connection, self._process, self._synchronous = connection, os.getpid(), ""
        return self._connection

    def _make(self) -> None:
        """Make the file for its owner alone, before SQLite makes it for everybody; its log beside it is made alike.

        It holds numbers and texts as they are. Whoever lets others read it has said so, and is not overruled.
        """
        # Where it cannot be made, or is there, SQLite says what is wrong, or opens it.
        with suppress(OSError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            values: dict[str, object] = {"store": self.name, "cause": str(error)}
            raise StoreError([Problem("store_unreachable", values=values)]) from error

    @contextmanager
    def transaction(self, locks: Locks, *, durable: bool) -> Iterator[Transaction]:
        """Begin a step; SQLite lets one process write at a time, whatever it touches."""
        del locks
        with self._lock, self._failing():
            if self._is_together:
                with self._part() as connection:
                    yield _Step(connection.execute, self._indexed)
            else:
                with self._whole(durable=durable) as connection:
                    yield _Step(connection.execute, self._indexed)

    @contextmanager
    def together(self, *, durable: bool) -> Iterator[None]:
        """Take the steps that this thread begins within as one: all of them are kept, or none."""
        with self._lock, self._failing(), self._whole(durable=durable) as connection:
            self._is_together = True
            try:
                yield
            finally:
                self._is_together = False
            self._still_there(connection)

    @contextmanager
    def _whole(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """Run one transaction of the file."""
        connection = self._connect()
        mode = "FULL" if durable and self._survives == "power" else "NORMAL"
        if mode != self._synchronous:
            connection.execute(f"PRAGMA synchronous = {mode}")
            self._synchronous = mode
        self._begin(connection)
        try:
            yield connection
        except BaseException:
            self._roll_back(connection)
            raise
        try:
            connection.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back(connection)
            raise
        self._checkpoints.written()

    @contextmanager
    def _part(self) -> Iterator[sqlite3.Connection]:
        """Run one step of several that are taken together."""
        connection = self._connect()
        self._still_there(connection)
        connection.execute("SAVEPOINT step")
        try:
            yield connection
        except BaseException:
            self._undo_part(connection)
            raise
        connection.execute("RELEASE step")

    def _undo_part(self, connection: sqlite3.Connection) -> None:
        """Undo one step of several; a full disk may have undone all of them already."""
        self._indexed.clear()
        try:
            if connection.in_transaction:
                connection.execute("ROLLBACK TO step")
                connection.execute("RELEASE step")
        except sqlite3.Error:
            self._roll_back(connection)

    @staticmethod
    def _still_there(connection: sqlite3.Connection) -> None:
        """Raise an error where SQLite has ended the transaction by itself: a step must not begin one of its own."""
        if not connection.in_transaction:
            raise sqlite3.OperationalError("a step before it failed, and all of them with it")

    def _begin(self, connection: sqlite3.Connection) -> None:
        until = time.monotonic() + _PATIENCE
        while True:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode not in _BUSY or time.monotonic() > until:
                    raise
                time.sleep(random.uniform(*_PAUSE))  # noqa: S311  # no secret
            else:
                return

    def _roll_back(self, connection: sqlite3.Connection) -> None:
        """End a step that failed; SQLite has already ended those that it failed itself."""
        self._indexed.clear()
        if connection.in_transaction:
            connection.execute("ROLLBACK")

    def check(self) -> None:
        """Raise StoreError if the file cannot be written."""
        with self.transaction(Locks(), durable=False):
            pass

    def close(self) -> None:
        """Close the file."""
        with self._lock, self._failing():
            if self._connection is not None and self._process == os.getpid():
                self._checkpoints.end()
                self._connection.close()
            self._connection = None

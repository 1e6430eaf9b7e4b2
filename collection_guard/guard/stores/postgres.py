"""The store of several hosts: a PostgreSQL database."""

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from importlib import import_module
from itertools import chain
from typing import Any, Final
from urllib.parse import urlsplit

from collection_guard.guard.stores.base import Locks, Transaction
from collection_guard.guard.stores.sql import BY_KIND, SCHEMA, SqlStep
from collection_guard.model.problems import ConfigurationError, Problem, StoreError

_CONNECTIONS: Final = 4
"""How many a process holds: threads that wait for one would wait for the same borrowers otherwise."""
_SPACE: Final = "collection-guard:"


class PostgresStore:
    """Keeps everything in a database. Steps that touch the same people wait for each other, all others do not."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.name = f"postgresql:{parts.hostname or ''}{parts.path}"
        self._address = address
        try:
            self._driver: Any = import_module("psycopg")
        except ImportError as error:
            raise ConfigurationError([Problem("postgres_missing", values={"cause": str(error)})]) from error
        self._free: list[Any] = []
        self._room = threading.BoundedSemaphore(_CONNECTIONS)
        self._process = os.getpid()
        with self.transaction(Locks(("schema",)), durable=True) as step:
            del step

    @contextmanager
    def _failing(self) -> Iterator[None]:
        try:
            yield
        except self._driver.Error as error:
            values: dict[str, object] = {"store": self.name, "cause": " ".join(str(error).split())}
            raise StoreError([Problem("store_unreachable", values=values)]) from error

    @contextmanager
    def _connection(self) -> Iterator[Any]:
        if self._process != os.getpid():
            # A connection does not outlive a fork: the child leaves the parent's alone.
            self._free, self._room = [], threading.BoundedSemaphore(_CONNECTIONS)
            self._process = os.getpid()
        with self._room:
            connection = self._free.pop() if self._free else self._driver.connect(self._address)
            try:
                yield connection
            finally:
                if connection.closed or connection.broken:
                    connection.close()
                else:
                    self._free.append(connection)

    @contextmanager
    def transaction(self, locks: Locks, *, durable: bool) -> Iterator[Transaction]:
        """Begin a step that nobody who touches the same keys takes at the same time.

        What has no answer is sent together with what is asked next: a step waits for the server as seldom as it can.
        """
        with self._failing(), self._connection() as connection, ExitStack() as stack:
            pipeline = stack.enter_context(connection.pipeline())
            stack.enter_context(connection.transaction())
            cursor = stack.enter_context(connection.cursor())

            def execute(statement: str, values: Sequence[Any] = ()) -> Any:
                found = cursor.execute(statement.replace("?", "%s"), values)
                if statement.startswith("DELETE"):
                    pipeline.sync()  # how many were deleted is an answer, too
                return found

            self._take(execute, locks, durable=durable)
            if locks.exclusive == ("schema",):
                # All indexes at once: to make one later would hold up every host.
                for statement in (*SCHEMA, *chain.from_iterable(BY_KIND.values())):
                    execute(statement)
            yield SqlStep(execute, locks.exclusive or ("",))

    @staticmethod
    def _take(execute: Any, locks: Locks, *, durable: bool) -> None:
        """Take the locks in one order, whoever takes them, so that no two steps wait for each other.

        They are one statement, whose columns are found in their order; what follows sees all that was done under them.
        """
        calls, values = [], []
        if not durable:
            calls.append("set_config('synchronous_commit', 'off', true)")
        for name in sorted({*locks.exclusive, *locks.shared}):
            kind = "" if name in locks.exclusive else "_shared"
            calls.append(f"pg_advisory_xact_lock{kind}(hashtextextended(?, 0))")
            values.append(_SPACE + name)
        if calls:
            execute(f"SELECT {', '.join(calls)}", values)

    def check(self) -> None:
        """Raise StoreError if the database cannot be reached."""
        with self._failing(), self._connection() as connection:
            connection.execute("SELECT 1 FROM collection_guard_instants LIMIT 1")
            connection.rollback()

    def close(self) -> None:
        """Close all connections."""
        with self._failing():
            while self._free:
                self._free.pop().close()

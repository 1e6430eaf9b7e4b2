"""The store of one process that forgets everything at its end."""

import threading
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

from collection_guard.guard.stores.base import CHANGES_STATE, NO_SIGN, Locks, Reservation, Row, Transaction, Wanted

_Key = TypeVar("_Key")
_Item = TypeVar("_Item")
KINDS = ("case", "borrower", "number", "collector", "agency")


@dataclass(slots=True)
class _Contents:
    """Everything that the store holds, and by which keys it is found."""

    instant: int | None = None
    rows: dict[str, Row] = field(default_factory=dict)
    by_key: dict[tuple[str, str | None], dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    signs: dict[str, dict[str, Row]] = field(default_factory=lambda: defaultdict(dict))
    reservations: dict[str, Reservation] = field(default_factory=dict)
    held: dict[tuple[str, str | None], dict[str, Reservation]] = field(default_factory=lambda: defaultdict(dict))
    """Reservations by their keys."""
    undo: list[Callable[[], object]] = field(default_factory=list)
    """What takes back the writes of the step that is under way, the last one first."""

    # A step reads and writes under the store's one lock, so it is its own transaction.

    def last_instant(self) -> int | None:
        return self.instant

    def set_instant(self, at: int) -> None:
        before = self.instant
        self.undo.append(lambda: setattr(self, "instant", before))
        self.instant = at

    def past(self, wanted: Wanted) -> list[Row]:
        found: dict[str, Row] = {}
        for part in wanted.by_key:
            for value in {part.value, None} if part.or_none else {part.value}:
                found.update(self.by_key.get((part.key, value), {}))
        found.update(self.signs.get(wanted.case_id, {}))
        return [row for row in found.values() if wanted.wants(row)]

    def places(self, wanted: Wanted, now: int) -> list[Reservation]:
        found = dict(self.held.get(("case_id", wanted.case_id), {}))
        for part in wanted.by_key:
            for value in (part.value, None) if part.or_none else (part.value,):
                found.update(self.held.get((part.key, value), {}))
        return [held for held in found.values() if held.expires > now]

    def reserve(self, reservation: Reservation) -> None:
        self.undo.append(lambda: self._drop(reservation.token))
        self._hold(reservation)

    def release(self, token: str) -> Reservation | None:
        held = self._drop(token)
        if held is not None:
            self.undo.append(lambda: self._hold(held))
        return held

    def _hold(self, held: Reservation) -> None:
        self.reservations[held.token] = held
        for key in _keys_of(held):
            self.held[key][held.token] = held

    def _drop(self, token: str) -> Reservation | None:
        held = self.reservations.pop(token, None)
        for key in _keys_of(held) if held is not None else ():
            _take(self.held, key, token)
        return held

    def recorded(self, event_id: str) -> Row | None:
        return self.rows.get(event_id)

    def record(self, row: Row) -> None:
        self.undo.append(lambda: self._remove(row))
        self.rows[row.event_id] = row
        for kind in KINDS:
            self.by_key[kind, getattr(row.keys, kind)][row.event_id] = row
        if row.sign != NO_SIGN:
            self.signs[row.keys.case_id][row.event_id] = row

    def ahead(self, now: int) -> list[Row]:
        return [row for row in self.rows.values() if max(row.at, row.known) > now]

    def amend(self, row: Row) -> None:
        old = self.rows[row.event_id]
        self._remove(old)
        self.undo.append(lambda: self.record(old))
        self.record(row)

    def set_back(self, now: int, expires: int) -> int | None:
        before = self.instant
        if before is not None and before > now:
            self.set_instant(now)
        for held in [held for held in self.reservations.values() if held.expires > expires]:
            self.release(held.token)
            self.reserve(replace(held, expires=expires))
        return before

    def forget(self, before: int, tokens_before: int) -> int:
        old = [row for row in self.rows.values() if row.at < before and row.sign != CHANGES_STATE]
        for row in old:
            self._remove(row)
        for token in [held.token for held in self.reservations.values() if held.expires < tokens_before]:
            self._drop(token)
        return len(old)

    def _remove(self, row: Row) -> None:
        del self.rows[row.event_id]
        for kind in KINDS:
            _take(self.by_key, (kind, getattr(row.keys, kind)), row.event_id)
        if row.sign != NO_SIGN:
            _take(self.signs, row.keys.case_id, row.event_id)


def _take(kept: dict[_Key, dict[str, _Item]], key: _Key, name: str) -> None:
    """Take something out of what is kept by a key, and the key with the last of it: nobody may ever come back to it."""
    same = kept[key]
    del same[name]
    if not same:
        del kept[key]


def _keys_of(held: Reservation) -> list[tuple[str, str | None]]:
    return [("case_id", held.keys.case_id), *((kind, getattr(held.keys, kind)) for kind in KINDS)]


class MemoryStore:
    """Keeps everything in this process."""

    name = "memory"

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._contents = _Contents()

    @contextmanager
    def transaction(self, locks: Locks, *, durable: bool) -> Iterator[Transaction]:
        """Begin a step, alone."""
        del locks, durable
        with self._lock:
            self._contents.undo.clear()
            try:
                yield self._contents
            except BaseException:
                for take_back in reversed(self._contents.undo):
                    take_back()
                raise

    def check(self) -> None:
        """Memory is always there."""

    def close(self) -> None:
        """Let go of nothing: who opens another store begins anew."""

"""What the stores with SQL have in common: their tables, and one step in them."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal, cast

from collection_guard.guard.stores.base import CHANGES_STATE, Keys, Reservation, Row, Signs, Wanted
from collection_guard.language.schema import Key

Execute = Callable[[str, Sequence[Any]], Any]
"""Runs one statement with its values, and returns a cursor."""

_KEYS: Final = ("case_id", "case_key", "borrower", "number", "collector", "agency")
_COLUMN_OF: Final = {"case": "case_key"}
_ROW: Final = "event_id, at, known, sign, " + ", ".join(_KEYS) + ", payload"
_PLACE: Final = "token, made, expires, " + ", ".join(_KEYS) + ", payload"
_ALWAYS: Final = ("case_key", "borrower")
"""By what nearly all rules count. Every further index is written with every contact, and lies somewhere else."""

SCHEMA: Final = (
    """CREATE TABLE IF NOT EXISTS collection_guard_contacts (
        event_id text PRIMARY KEY, at bigint NOT NULL, known bigint NOT NULL, sign smallint NOT NULL,
        case_id text NOT NULL, case_key text, borrower text, number text, collector text, agency text,
        payload text NOT NULL)""",
    """CREATE TABLE IF NOT EXISTS collection_guard_places (
        token text PRIMARY KEY, made bigint NOT NULL, expires bigint NOT NULL,
        case_id text NOT NULL, case_key text, borrower text, number text, collector text, agency text,
        payload text NOT NULL)""",
    "CREATE TABLE IF NOT EXISTS collection_guard_instants (name text PRIMARY KEY, at bigint NOT NULL)",
    *(
        f"CREATE INDEX IF NOT EXISTS collection_guard_by_{column} ON collection_guard_contacts ({column}, at)"
        for column in _ALWAYS
    ),
    """CREATE INDEX IF NOT EXISTS collection_guard_signs ON collection_guard_contacts (case_id, sign, at)
        WHERE sign > 0""",
    "CREATE INDEX IF NOT EXISTS collection_guard_at ON collection_guard_contacts (at)",
    "CREATE INDEX IF NOT EXISTS collection_guard_expires ON collection_guard_places (expires)",
    *(
        f"CREATE INDEX IF NOT EXISTS collection_guard_places_by_{column} ON collection_guard_places ({column})"
        for column in ("case_id", "borrower")
    ),
)
BY_KIND: Final[dict[Key, tuple[str, ...]]] = {
    "number": (
        "CREATE INDEX IF NOT EXISTS collection_guard_by_number ON collection_guard_contacts (number, at)",
        "CREATE INDEX IF NOT EXISTS collection_guard_places_by_number ON collection_guard_places (number)",
    ),
    "collector": (
        "CREATE INDEX IF NOT EXISTS collection_guard_by_collector ON collection_guard_contacts (collector, at)",
    ),
    "agency": ("CREATE INDEX IF NOT EXISTS collection_guard_by_agency ON collection_guard_contacts (agency, at)",),
}
"""What rules need that count by these keys."""


class SqlStep:
    """One step in a database with SQL."""

    def __init__(self, execute: Execute, names: Sequence[str]) -> None:
        """Take what runs a statement, and the names under which the instants of this step are kept."""
        self._execute = execute
        self._names = names

    def last_instant(self) -> int | None:
        """Return the latest instant at which the guard acted, None if it never did."""
        marks = ", ".join("?" * len(self._names))
        found = self._execute(
            f"SELECT max(at) FROM collection_guard_instants WHERE name IN ({marks})",  # noqa: S608  # marks alone
            self._names,
        ).fetchone()[0]
        return None if found is None else int(found)

    def set_instant(self, at: int) -> None:
        """Keep the instant at which the guard acts."""
        for name in self._names:
            self._execute(
                "INSERT INTO collection_guard_instants (name, at) VALUES (?, ?) "
                "ON CONFLICT (name) DO UPDATE SET at = excluded.at",
                (name, at),
            )

    def past(self, wanted: Wanted) -> list[Row]:
        """Return the recorded contacts that are wanted."""
        select = f"SELECT {_ROW} FROM collection_guard_contacts WHERE "  # noqa: S608  # names of columns alone
        parts = [
            # SQLite takes the index of signs only where its own condition is repeated.
            f"{select}sign > 0 AND case_id = ? AND sign = 2",
            f"{select}sign > 0 AND case_id = ? AND sign = 1 AND at >= ?",
        ]
        values: list[Any] = [wanted.case_id, wanted.case_id, wanted.firms_since]
        for part in wanted.by_key:
            column = _COLUMN_OF.get(part.key, part.key)
            parts.append(f"{select}{column} = ? AND at >= ?")
            values += [part.value, part.since]
            if part.or_none:
                parts.append(f"{select}{column} IS NULL AND at >= ?")
                values.append(part.since)
        found = self._execute(" UNION ".join(parts), values).fetchall()
        return [_row(columns) for columns in found]

    def places(self, wanted: Wanted, now: int) -> list[Reservation]:
        """Return the reservations that may count in what is wanted and have not expired."""
        select = f"SELECT {_PLACE} FROM collection_guard_places WHERE expires > ? AND "  # noqa: S608  # names of columns alone
        parts = [f"{select}case_id = ?"]
        values: list[Any] = [now, wanted.case_id]
        for part in wanted.by_key:
            if part.key == "case" and part.value == wanted.case_id:
                continue
            column = _COLUMN_OF.get(part.key, part.key)
            parts.append(f"{select}{column} = ?")
            values += [now, part.value]
            if part.or_none:
                parts.append(f"{select}{column} IS NULL")
                values.append(now)
        found = self._execute(" UNION ".join(parts), values)
        return [_place(columns) for columns in found.fetchall()]

    def reserve(self, reservation: Reservation) -> None:
        """Keep a place."""
        values = (reservation.token, reservation.made, reservation.expires, *_keys(reservation.keys))
        self._insert("places", _PLACE, (*values, reservation.payload))

    def release(self, token: str) -> Reservation | None:
        """Give a place back; return it, or None if no such token is held."""
        found = self._execute(
            f"DELETE FROM collection_guard_places WHERE token = ? RETURNING {_PLACE}",  # noqa: S608  # as above
            (token,),
        ).fetchall()
        return _place(found[0]) if found else None

    def recorded(self, event_id: str) -> Row | None:
        """Return the contact of an id, None if it was not recorded."""
        found = self._execute(
            f"SELECT {_ROW} FROM collection_guard_contacts WHERE event_id = ?",  # noqa: S608  # as above
            (event_id,),
        ).fetchone()
        return None if found is None else _row(found)

    def record(self, row: Row) -> None:
        """Add a contact."""
        values = (row.event_id, row.at, row.known, row.sign, *_keys(row.keys), row.payload)
        self._insert("contacts", _ROW, values)

    def ahead(self, now: int) -> list[Row]:
        """Return the contacts that began after an instant, or were known after it."""
        found = self._execute(
            f"SELECT {_ROW} FROM collection_guard_contacts WHERE at > ? OR known > ?",  # noqa: S608  # as above
            (now, now),
        )
        return [_row(columns) for columns in found.fetchall()]

    def amend(self, row: Row) -> None:
        """Put a contact in the place of that with its id."""
        self._execute("DELETE FROM collection_guard_contacts WHERE event_id = ?", (row.event_id,))
        self.record(row)

    def set_back(self, now: int, expires: int) -> int | None:
        """Set back to an instant whatever the guard did after it, and let no place last beyond another."""
        latest = self._execute("SELECT max(at) FROM collection_guard_instants", ()).fetchone()[0]
        self._execute("UPDATE collection_guard_instants SET at = ? WHERE at > ?", (now, now))
        self._execute("UPDATE collection_guard_places SET expires = ? WHERE expires > ?", (expires, expires))
        return None if latest is None else int(latest)

    def forget(self, before: int, tokens_before: int) -> int:
        """Delete contacts that began before an instant and changed no state, and tokens that expired before another."""
        self._execute("DELETE FROM collection_guard_places WHERE expires < ?", (tokens_before,))
        gone = self._execute(
            "DELETE FROM collection_guard_contacts WHERE at < ? AND sign <> ?", (before, CHANGES_STATE)
        )
        return int(gone.rowcount)

    def _insert(self, table: Literal["contacts", "places"], columns: str, values: Sequence[Any]) -> None:
        marks = ", ".join("?" * len(values))
        self._execute(f"INSERT INTO collection_guard_{table} ({columns}) VALUES ({marks})", values)  # noqa: S608  # as above


def _keys(keys: Keys) -> tuple[str | None, ...]:
    return (keys.case_id, keys.case, keys.borrower, keys.number, keys.collector, keys.agency)


def _row(columns: Sequence[Any]) -> Row:
    event_id, at, known, sign, *keys, payload = columns
    return Row(event_id, at, known, cast("Signs", sign), Keys(*keys), payload)


def _place(columns: Sequence[Any]) -> Reservation:
    token, made, expires, *keys, payload = columns
    return Reservation(token, made, expires, Keys(*keys), payload)

"""What every store is: recorded contacts and reservations, read and written in atomic transactions."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Literal, Protocol, runtime_checkable

from collection_guard.language.schema import Key

NO_SIGN: Final = 0
MAY_NAME_FIRM: Final = 1
CHANGES_STATE: Final = 2
Signs = Literal[0, 1, 2]
"""Why a contact may be read beyond the windows: a letter or visit for a day or two, a change of state for good."""


@dataclass(frozen=True, slots=True)
class Keys:
    """By what a contact is found again; None where it has or names none."""

    case_id: str
    case: str | None = None
    borrower: str | None = None
    number: str | None = None
    collector: str | None = None
    agency: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A recorded contact: its instants in microseconds since 1970, its keys, and the event as JSON."""

    event_id: str
    at: int
    known: int
    sign: Signs
    keys: Keys
    payload: str


@dataclass(frozen=True, slots=True)
class Reservation:
    """A place kept for an attempt that was allowed, until it is recorded, cancelled, or expires."""

    token: str
    made: int
    expires: int
    keys: Keys
    payload: str


@dataclass(frozen=True, slots=True)
class ByKey:
    """Contacts with a key from an instant on; where a key may be any, those without one too."""

    key: Key
    value: str
    since: int
    or_none: bool = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the past is needed: by keys and windows, and the signs of the case."""

    case_id: str
    firms_since: int
    by_key: tuple[ByKey, ...] = ()

    def wants(self, row: Row) -> bool:
        """Say whether a contact is of what is wanted."""
        if row.keys.case_id == self.case_id and (
            row.sign == CHANGES_STATE or (row.sign == MAY_NAME_FIRM and row.at >= self.firms_since)
        ):
            return True
        return any(row.at >= part.since and self.is_of(part, row.keys) for part in self.by_key)

    @staticmethod
    def is_of(part: ByKey, keys: Keys) -> bool:
        """Say whether something has the key that is asked for, or may have it."""
        value = getattr(keys, part.key)
        return value == part.value or (part.or_none and value is None)


@dataclass(frozen=True, slots=True)
class Locks:
    """What a step must be alone with, and what it may share with others that do not need to be alone with it."""

    exclusive: tuple[str, ...] = ()
    shared: tuple[str, ...] = ()


class Transaction(Protocol):
    """One atomic step. It sees every step before it, and none is beside it that touches what it is alone with."""

    def last_instant(self) -> int | None:
        """Return the latest instant at which the guard acted, None if it never did."""

    def set_instant(self, at: int) -> None:
        """Keep the instant at which the guard acts."""

    def past(self, wanted: Wanted) -> list[Row]:
        """Return the recorded contacts that are wanted."""

    def places(self, wanted: Wanted, now: int) -> list[Reservation]:
        """Return the reservations that may count in what is wanted and have not expired."""

    def reserve(self, reservation: Reservation) -> None:
        """Keep a place."""

    def release(self, token: str) -> Reservation | None:
        """Give a place back; return it, or None if no such token is held."""

    def recorded(self, event_id: str) -> Row | None:
        """Return the contact of an id, None if it was not recorded."""

    def record(self, row: Row) -> None:
        """Add a contact."""

    def ahead(self, now: int) -> list[Row]:
        """Return the contacts that began after an instant, or were known after it."""

    def amend(self, row: Row) -> None:
        """Put a contact in the place of that with its id."""

    def set_back(self, now: int, expires: int) -> int | None:
        """Set back to an instant whatever the guard did after it, and let no place last beyond another.

        Return the latest instant at which the guard had acted, None if it never did.
        """

    def forget(self, before: int, tokens_before: int) -> int:
        """Delete contacts that began before an instant and changed no state, and tokens that expired before another.

        Return how many contacts were deleted.
        """


class Store(Protocol):
    """A store. Every failure of it is a StoreError."""

    @property
    def name(self) -> str:
        """Return what the store is, without anything secret."""

    def transaction(self, locks: Locks, *, durable: bool) -> AbstractContextManager[Transaction]:
        """Begin a step under locks; ``durable``: what it writes must survive whatever the store can survive."""

    def check(self) -> None:
        """Raise StoreError if the store cannot be reached."""

    def close(self) -> None:
        """Let go of it."""


@runtime_checkable
class TakesTogether(Protocol):
    """A store that can keep what several steps write at once, which costs little more than one of them."""

    def together(self, *, durable: bool) -> AbstractContextManager[None]:
        """Take the steps that this thread begins within as one: all of them are kept, or none and it is a StoreError.

        Each of them sees those before it, and one that fails by itself leaves nothing.
        """

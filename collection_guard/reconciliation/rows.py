"""Telephone contacts of one side, as reconciliation looks at them: when, whom, by whom, for how long."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final, Literal

from collection_guard.audit.taken import Contact, Position
from collection_guard.facts.names import fold_name
from collection_guard.facts.numbers import number_key
from collection_guard.facts.world import has_case
from collection_guard.model.event import Event
from collection_guard.model.masking import mask_number

Side = Literal["notes", "calls", "recordings"]

TELEPHONE: Final = frozenset({"call", "voice_notice"})
"""Channels of which a telephone system keeps a record."""
MINUTE: Final = 60
_ENOUGH: Final = 5
"""So many lengths of time that are all whole minutes are no accident."""
_SHOWN: Final = 4
"""Digits at the end of a number that its mask leaves readable."""
_LONGEST: Final = 4 * 3600
"""A longer call is a mistake of its record, and must not reach for notes of other calls."""
_ANSWERED: Final = frozenset({"borrower", "authorised_party", "third_party", "wrong_party"})


@dataclass(frozen=True, eq=False)
class Row:
    """A row of one side. What is None is not recorded."""

    side: Side
    contact: Contact
    number: str | None
    """The key of the other party's number; a masked number has none."""
    precision: int = 0
    """Seconds by which the time may be late: 60 where a file tells no seconds."""
    talk_precision: int = 0
    legs: tuple[Contact, ...] = ()
    """Further legs of the same call."""

    @property
    def event(self) -> Event:
        """Return the contact as it was read."""
        return self.contact.event

    @property
    def position(self) -> Position:
        """Return where the row stands."""
        return self.contact.position

    @property
    def at(self) -> datetime:
        """Return when the contact began."""
        return self.event.started_at

    @cached_property
    def second(self) -> float:
        """Return when the contact began, in seconds."""
        return self.at.timestamp()

    @cached_property
    def agency(self) -> str | None:
        """Return the agency, folded."""
        return fold_name(self.event.agency) if self.event.agency else None

    @property
    def case(self) -> str | None:
        """Return the case, where one is known."""
        return self.event.case_id if has_case(self.event.case_id) else None

    @property
    def talk(self) -> float | None:
        """Return the seconds of talk."""
        return self.event.talk_seconds

    @cached_property
    def lasting(self) -> float:
        """Return the seconds from the start to the end, ringing included where the end is recorded."""
        ended = self.event.ended_at
        whole = (ended - self.at).total_seconds() if ended is not None else 0.0
        return max((span for span in (self.talk or 0.0, whole) if 0 <= span <= _LONGEST), default=0.0)

    @cached_property
    def connected(self) -> bool | None:
        """Say whether somebody or something answered; None where the row leaves it open."""
        return connected(self.event)

    @property
    def recording(self) -> str | None:
        """Return the name of the recording that the row gives."""
        value = (self.event.extra or {}).get("recording")
        return str(value) if value else None

    @property
    def own_number(self) -> str | None:
        """Return the number on the collector's side of the line."""
        key = "callee" if self.event.direction == "inbound" else "caller"
        value = (self.event.extra or {}).get(key)
        return str(value) if value else None

    def sort_key(self) -> tuple[float, str, tuple[str, str, int]]:
        """Order rows by what they say, and only then by their place."""
        return self.second, self.event.event_id, self.position.sort_key()


def connected(event: Event) -> bool | None:
    """Say whether a call was connected; a call forwarded to a mailbox may or may not count as one."""
    match event.outcome.network:
        case "connected":
            return True
        case "forwarded":
            return None
        case str():
            return False
        case None:
            pass
    if event.talk_seconds is not None:
        return event.talk_seconds > 0
    if event.outcome.party in _ANSWERED or event.outcome.answered_by in ("human", "machine"):
        return True
    return False if "nobody" in (event.outcome.party, event.outcome.answered_by) else None


def rows_of(contacts: Iterable[Contact], side: Side, country: str) -> tuple[list[Row], list[Contact]]:
    """Return the telephone contacts of a side in their order, and what went over other channels."""
    telephone: list[Contact] = []
    others: list[Contact] = []
    for contact in contacts:
        (telephone if contact.event.channel in TELEPHONE else others).append(contact)
    coarse, coarse_talk = _whole_minutes(telephone)
    rows = [
        Row(
            side,
            contact,
            number_key(contact.event.recipient.number, country),
            MINUTE if _table(contact) in coarse else 0,
            MINUTE if _table(contact) in coarse_talk else 0,
        )
        for contact in telephone
    ]
    return sorted(rows, key=Row.sort_key), others


_Table = tuple[str | None, str | None]


def _table(contact: Contact) -> _Table:
    return contact.position.file, contact.position.sheet


def _whole_minutes(contacts: Iterable[Contact]) -> tuple[set[_Table], set[_Table]]:
    """Return the tables whose times tell no seconds, and those whose lengths of talk do not."""
    with_seconds: set[_Table] = set()
    tables: set[_Table] = set()
    talks: dict[_Table, list[float]] = defaultdict(list)
    for contact in contacts:
        table, at = _table(contact), contact.event.started_at
        tables.add(table)
        if at.second or at.microsecond:
            with_seconds.add(table)
        if contact.event.talk_seconds:
            talks[table].append(contact.event.talk_seconds)
    coarse = {
        table for table, found in talks.items() if len(found) >= _ENOUGH and not any(talk % MINUTE for talk in found)
    }
    return tables - with_seconds, coarse


def fold_legs(rows: list[Row], seconds: float) -> list[Row]:
    """Make one call of the legs of a call: the same agency and number, begun within some seconds of the first.

    The leg that talked longest speaks for the call; the others are kept beside it.
    """
    groups: dict[tuple[object, ...], list[list[Row]]] = defaultdict(list)
    for row in rows:
        if row.number is None:
            groups[(id(row),)].append([row])
            continue
        same = groups[row.agency, row.number, row.event.direction == "inbound"]
        if same and row.second - same[-1][0].second <= seconds:
            same[-1].append(row)
        else:
            same.append([row])
    calls = [_one_call(legs) for found in groups.values() for legs in found]
    return sorted(calls, key=Row.sort_key)


def _one_call(legs: list[Row]) -> Row:
    if len(legs) == 1:
        return legs[0]
    ranked = sorted(legs, key=lambda leg: (not leg.connected, -(leg.talk or 0.0), leg.sort_key()))
    return replace(ranked[0], legs=tuple(leg.contact for leg in ranked[1:]))


def may_be_same_number(left: Row, right: Row) -> bool:
    """Say whether two rows may be of one number: a masked number agrees with any that looks so masked."""
    if left.number is not None and right.number is not None:
        return left.number == right.number
    shown, other = left.event.recipient.number, right.event.recipient.number
    if shown is None or other is None:
        return True
    one, two = (mask_number(number)[-_SHOWN:] for number in (shown, other))
    return one == two or not (one.isdigit() and two.isdigit())

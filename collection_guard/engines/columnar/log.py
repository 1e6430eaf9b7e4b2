"""A log as columns: events in the total order of a history, each field as a column of codes or numbers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Floats, Ints, coded
from collection_guard.facts.clock import microseconds
from collection_guard.facts.knowledge import NEVER, Knowledge
from collection_guard.model.event import Event

EMPTY: Final = ""
TEXT: Final = "text"
"""Content is told apart by whether it is missing, empty or a text; what a text says is told by its reading."""


@dataclass(frozen=True, slots=True)
class Log:
    """Events sorted by ``started_at`` and ``event_id``, and their fields as columns.

    A place among the rows stands for a place in the order: a row precedes another if its number is smaller.
    """

    events: Sequence[Event]
    at: Ints
    """The start, in microseconds since 1970."""
    visible_from: Ints
    """The first row at whose start the event may have been known."""
    surely_visible_from: Ints
    """The first row at whose start it was surely known, as far as it ever is."""
    doubtful: Flags
    """Whether it is never surely known, and so only may count."""
    ended: Ints
    has_end: Flags
    talk: Floats
    has_talk: Flags
    columns: dict[str, Coded] = field(default_factory=dict)
    _others: Callable[[], Coded] | None = None
    _texts: Callable[[], Coded] | None = None

    @property
    def size(self) -> int:
        """Return how many events there are."""
        return len(self.events)

    def __getitem__(self, name: str) -> Coded:
        """Return a column of codes by its name."""
        return self.columns[name]

    def other_fields(self) -> Coded:
        """Return which of the fields that are no column of their own are missing."""
        return coded(map(_missing, self.events)) if self._others is None else self._others()

    def texts(self) -> Coded:
        """Return the contents themselves."""
        return coded(event.content for event in self.events) if self._texts is None else self._texts()

    def row_from(self, instants: Ints) -> Ints:
        """Return for each instant the first row that starts at it or later."""
        return np.searchsorted(self.at, instants, side="left").astype(np.int64)


def log_of(events: Sequence[Event]) -> Log:
    """Return events as a log. They must be in the order of a history."""
    size = len(events)
    at = np.fromiter((microseconds(event.started_at) for event in events), np.int64, size)
    known = known_of([Knowledge.of(event) for event in events])
    # An end before the start is none.
    ends = [e.ended_at if e.ended_at is not None and e.ended_at >= e.started_at else None for e in events]
    ended = np.fromiter((0 if end is None else microseconds(end) for end in ends), np.int64, size)
    talk = np.fromiter((np.nan if e.talk_seconds is None else e.talk_seconds for e in events), np.float64, size)
    return Log(
        events,
        at,
        *known.rows(at),
        ended,
        np.fromiter((end is not None for end in ends), np.bool_, size),
        np.nan_to_num(talk),
        ~np.isnan(talk),
        _columns(events),
    )


@dataclass(frozen=True, slots=True)
class Known:
    """When events became known, as columns."""

    first: Ints
    surely: Ints
    doubtful: Flags

    def rows(self, at: Ints) -> tuple[Ints, Ints, Flags]:
        """Return the first rows, of those that start at some instants, by which each may and must have been known."""
        first, surely = (np.searchsorted(at, one, side="left").astype(np.int64) for one in (self.first, self.surely))
        return first, surely, self.doubtful


def known_of(events: Sequence[Knowledge]) -> Known:
    """Return when some events became known."""
    return Known(
        np.array([one.first for one in events], np.int64),
        np.array([one.from_then_on for one in events], np.int64),
        np.array([one.surely == NEVER for one in events], np.bool_),
    )


def _columns(events: Sequence[Event]) -> dict[str, Coded]:
    recipients = coded(_recipient(event) for event in events)
    outcomes = coded(_outcome(event) for event in events)
    return {
        "case": coded(event.case_id for event in events),
        "borrower": coded(event.borrower_id for event in events),
        "agency": coded(event.agency for event in events),
        "collector.id": coded(event.collector.id for event in events),
        "collector.name": coded(event.collector.name for event in events),
        "collector.kind": coded(event.collector.kind for event in events),
        "channel": coded(event.channel for event in events),
        "direction": coded(event.direction for event in events),
        "recipient": recipients,
        "recipient.name": coded(event.recipient.name for event in events),
        "recipient.number": coded(event.recipient.number for event in events),
        "recipient.audience": recipients.map(lambda recipient: recipient[3]),
        "outcome": outcomes,
        "outcome.network": outcomes.map(lambda outcome: outcome[0]),
        "claims": coded((e.claims.law_firm, e.claims.law_firms, e.claims.title) for e in events),
        "content": coded(TEXT if event.content else event.content for event in events),
        "signals": coded(None if e.signals is None else tuple(e.signals.items()) for e in events),
        "claims_lawyer": coded((e.signals or {}).get("claims_lawyer") for e in events),
    }


def _recipient(event: Event) -> tuple[Any, ...]:
    """Return what is recorded of a recipient beside name and number, in which hardly two cases are alike."""
    one = event.recipient
    return one.timezone, one.relationship, one.roles, one.audience, one.members


def _outcome(event: Event) -> tuple[Any, ...]:
    one = event.outcome
    return one.network, one.answered_by, one.party, one.disposition, one.message_left, one.state_change


def _missing(event: Event) -> tuple[bool, ...]:
    """Return which of the fields that are no column of their own are missing."""
    collector = event.collector
    fields = (event.borrower_id, event.agency, event.direction, event.ended_at, event.talk_seconds, event.recorded_at)
    return tuple(
        value is None for value in (*fields, collector.id, collector.name, collector.kind, event.claims.person)
    )

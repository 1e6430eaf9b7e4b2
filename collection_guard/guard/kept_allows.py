"""Attempts that were allowed a moment ago: asked again while nothing has changed, they are allowed by the same reasons.

A dialer asks for one contact again and again before it makes it. What was found out for an allow holds for the same
attempt until the next instant at which anything that any rule reads may turn, as long as the same contacts are
recorded, nobody holds a place beside it, and rules, registry and profiles were not loaded anew. All of that is looked
at each time: the past and the places are read anew, in the step that keeps the place.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final

from collection_guard.facts.clock import microseconds
from collection_guard.guard.deciding import Ruling
from collection_guard.guard.decision import Limit
from collection_guard.guard.permitted import Outlook
from collection_guard.guard.stores.base import Keys, Row, Transaction, Wanted
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.units import SECOND
from collection_guard.model.event import Event

_MOST: Final = 20_000


@dataclass(frozen=True, slots=True)
class KeptAllow:
    """An allow without a finding, by what it was reached, and in which span nothing can turn it."""

    keys: Keys
    wanted: Wanted
    past: tuple[Row, ...]
    since: int
    until: int
    """The first instant after it at which anything may turn."""
    limits: tuple[Limit, ...]

    def holds(self, at: int, expires: int) -> bool:
        """Say whether an attempt between two instants is still within the span."""
        # A boundary is named by the whole second at it or after it.
        return self.since <= at <= expires < self.until - SECOND

    def is_unchanged(self, step: Transaction, now: int) -> bool:
        """Say whether the past is the same, and nobody holds a place beside it.

        What was wanted then reaches back further than what is wanted now, for windows only move on.
        """
        return not step.places(self.wanted, now) and tuple(step.past(self.wanted)) == self.past


@dataclass(frozen=True, slots=True)
class Looked:
    """An outlook on an attempt, and what was read for it."""

    outlook: Outlook
    attempt: Event
    keys: Keys
    wanted: Wanted
    past: tuple[Row, ...]


class KeptAllows:
    """The allows of one guard, by attempt."""

    def __init__(self) -> None:
        # Of one load of rules and profiles alone: what is kept of an earlier one would keep all of that in memory.
        self._held: tuple[Surroundings | None, dict[Hashable, KeptAllow]] = (None, {})

    def of(self, around: Surroundings, attempt: Event) -> KeptAllow | None:
        """Return what is kept of the same attempt by the same rules and profiles, None if nothing is."""
        held, known = self._held
        key = _key_of(attempt) if held is around else None
        return None if key is None else known.get(key)

    def keep(self, around: Surroundings, ruling: Ruling, looked: Looked, limits: tuple[Limit, ...]) -> None:
        """Keep what came of an attempt, if it was allowed and nothing at all is to be said of it."""
        key = _key_of(looked.attempt)
        said = ruling.reason != "clear" or ruling.violations or ruling.unassessable
        if key is None or said or not looked.outlook.is_alone:
            return
        held, known = self._held
        if held is not around or len(known) >= _MOST:
            known = {}
            self._held = (around, known)
        known[key] = KeptAllow(
            looked.keys,
            looked.wanted,
            looked.past,
            microseconds(looked.attempt.started_at),
            looked.outlook.unturned_until(),
            limits,
        )


def _key_of(attempt: Event) -> Hashable:
    """Return what rules read of an attempt but for its id and its instant; None where it says more than most do."""
    if attempt.signals is not None or attempt.fields is not None:
        return None
    return (
        *(attempt.case_id, attempt.borrower_id, attempt.agency, attempt.collector, attempt.channel),
        *(attempt.direction, attempt.recipient, attempt.claims, attempt.content),
    )

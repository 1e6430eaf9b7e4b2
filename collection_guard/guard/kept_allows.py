"""Attempts that were allowed a moment ago: asked again while nothing has changed, they are allowed by the same reasons.

A dialer asks for one contact again and again before it makes it, and for contacts with thousands of people that no
rule tells apart as long as nothing is recorded of them. What was found out for an allow holds for the same attempt, and
before an empty past for all that are [alike](likeness.py), until the next instant at which anything that any rule reads
may turn, as long as the same contacts are recorded, nobody holds a place beside it, and rules, registry and profiles
were not loaded anew. All of that is looked at each time: the past and the places are read anew, in the step that keeps
the place.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import Final

from collection_guard.facts.clock import microseconds
from collection_guard.guard.deciding import Ruling
from collection_guard.guard.decision import Limit
from collection_guard.guard.likeness import Alike, Known, same_attempt
from collection_guard.guard.permitted import Outlook
from collection_guard.guard.scene import Floors
from collection_guard.guard.stores.base import Reservation, Row
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.units import SECOND
from collection_guard.model.event import Event

_MOST: Final = 20_000
"""How many attempts are kept, and how many kinds of attempts that are alike; the oldest goes first."""


@dataclass(frozen=True, slots=True)
class KeptAllow:
    """An allow without a finding, by what it was reached, and in which span nothing can turn it."""

    floors: Floors
    past: tuple[Row, ...]
    since: int
    until: int
    """The first instant after it at which anything may turn."""
    limits: tuple[Limit, ...]

    def holds(self, at: int, expires: int) -> bool:
        """Say whether an attempt between two instants is still within the span."""
        # A boundary is named by the whole second at it or after it.
        return self.since <= at <= expires < self.until - SECOND

    def is_unchanged(self, past: Sequence[Row], places: Sequence[Reservation]) -> bool:
        """Say whether the past of an attempt is that by which it was allowed, and nobody holds a place beside it."""
        return not places and len(past) == len(self.past) and frozenset(past) == frozenset(self.past)


@dataclass(frozen=True, slots=True)
class Looked:
    """An outlook on an attempt, and what was read for it."""

    outlook: Outlook
    attempt: Event
    like: Hashable | None
    floors: Floors
    past: tuple[Row, ...]


@dataclass(slots=True)
class _Held:
    """What is kept of one load of rules and profiles; what were kept of an earlier one would keep all of that alive."""

    around: Surroundings | None = None
    same: Known[KeptAllow] = field(default_factory=lambda: Known(_MOST))
    """By attempt, where something is recorded of the person."""
    allowed: Known[KeptAllow] = field(default_factory=lambda: Known(_MOST))
    """By what attempts have in common, before an empty past."""
    alike: Known[Alike] = field(default_factory=lambda: Known(_MOST))
    """By the same, before whatever past."""


class KeptAllows:
    """The allows of one guard, and what was found out about attempts that are alike."""

    def __init__(self) -> None:
        self._held = _Held()

    def of(self, around: Surroundings, attempt: Event, like: Hashable | None) -> KeptAllow | None:
        """Return what is kept of an attempt by the same rules and profiles, None if nothing is."""
        held = self._held
        same = same_attempt(attempt) if held.around is around else None
        if same is None:
            return None
        return held.same.get(same) or (None if like is None else held.allowed.get(like))

    def alike(self, around: Surroundings, like: Hashable | None, at: int) -> Alike | None:
        """Return what was found out about attempts that are like one, to be found out where nothing was as yet.

        None where nothing is like it.
        """
        if like is None:
            return None
        known = self._of(around).alike.get(like)
        return known if known is not None and known.holds(at) else Alike(at, at)

    def keep(self, around: Surroundings, ruling: Ruling, looked: Looked, limits: tuple[Limit, ...]) -> None:
        """Keep what came of an attempt, if it was allowed and nothing at all is to be said of it."""
        if ruling.reason != "clear" or ruling.violations or ruling.unassessable or not looked.outlook.is_alone:
            return
        same = same_attempt(looked.attempt)
        if same is None:
            return
        since, until = microseconds(looked.attempt.started_at), looked.outlook.unturned_until()
        kept = KeptAllow(looked.floors, looked.past, since, until, limits)
        held = self._of(around)
        if looked.past or looked.like is None:
            held.same.keep(same, kept)
        else:
            held.allowed.keep(looked.like, kept)
            # What was recorded of the person once is no more: the attempt is like all others again.
            held.same.drop(same)

    def keep_alike(self, around: Surroundings, looked: Looked) -> None:
        """Keep what was found out about an attempt that holds for all that are like it."""
        alike = looked.outlook.alike
        if alike is not None and alike.until <= alike.since:
            alike.until = looked.outlook.unturned_alone()
            self._of(around).alike.keep(looked.like, alike)

    def _of(self, around: Surroundings) -> _Held:
        if self._held.around is not around:
            self._held = _Held(around)
        return self._held

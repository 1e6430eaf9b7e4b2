"""When an event became known: at an instant, or at one of which only a span is known (semantics 4)."""

import sys
from dataclasses import dataclass
from typing import Final, Self

from collection_guard.facts.clock import microseconds
from collection_guard.language.kleene import MAYBE, YES
from collection_guard.model.event import Event, Span

NEVER: Final = sys.maxsize
"""Stands for an instant that does not come."""


@dataclass(frozen=True, slots=True)
class Knowledge:
    """From when on an event may have been known, and from when on it surely was, in microseconds since 1970."""

    first: int
    surely: int

    @classmethod
    def of(cls, event: Event) -> Self:
        """Return when an event became known: when it was recorded, else at its own start."""
        first, recorded = microseconds(event.known_from), event.recorded_at
        if not isinstance(recorded, Span):
            return cls(first, first)
        # A span holds none of its end: at the last instant before it, the event was known.
        return cls(first, NEVER if recorded.before is None else max(first, microseconds(recorded.before) - 1))

    @property
    def most(self) -> int:
        """Return how surely the event can ever count: what is never surely known only may."""
        return MAYBE if self.surely == NEVER else YES

    @property
    def from_then_on(self) -> int:
        """Return from when on it counts as surely as it ever can."""
        return self.first if self.surely == NEVER else self.surely

"""Past events as a measure sees them."""

from dataclasses import dataclass, replace
from datetime import datetime

from collection_guard.language.kleene import MAYBE, NO, YES


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """A past event as one measure sees it: whether it counts, and whether it restarts the count."""

    at: int
    event_id: str
    known: int
    """When it was known at the earliest."""
    surely: int
    """From when on it was surely known."""
    counts: int
    restarts: int
    number: str | None
    talk: float | None
    started: datetime
    debts: tuple[str, ...] = ()
    """Where a measure collects by debts: those that it counts for."""
    each: bool = True
    """Whether it counts for each of them, or for any one."""

    def heard(self, at: int) -> int:
        """Return the truth of whether it was known at an instant."""
        return YES if self.surely <= at else MAYBE if self.known <= at else NO

    def for_debt(self, debt: str | None) -> "Entry | None":
        """Return the event as it counts for one debt, None if it does not; no debt: as it is."""
        if debt is None:
            return self
        if debt not in self.debts:
            return None
        if self.each or len(self.debts) == 1:
            return self
        return replace(self, counts=min(self.counts, MAYBE), restarts=min(self.restarts, MAYBE))

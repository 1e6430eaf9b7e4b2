"""What a scan back through the history would gather, kept as running sums, so that a long past is not scanned again.

A tally takes in the entries of one measure and key from the earliest on, as far as all of them are known, and reads off
what a window that ends there holds. It decides nothing: the window, the restart and what counts surely are given.
"""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from collection_guard.facts.clock import local_date
from collection_guard.language.kleene import MAYBE, NO, YES

if TYPE_CHECKING:
    from collection_guard.facts.history import Entry

TALLIED: Final = frozenset({"events", "local_dates", "numbers", "elapsed"})
"""What is counted so; seconds are fractions, whose sum hangs on the order in which they are added."""
NONE: Final = -1
"""Stands for no entry."""


def thing_of(kind: str, entry: "Entry", zone: str | None) -> object | None:
    """Return what is told apart: a local date or a number; None if it is unknown."""
    if kind == "numbers":
        return entry.number
    return None if zone is None else local_date(entry.started, zone)


@dataclass(slots=True)
class Things:
    """The distinct things of a tally, each at its last place, the one met last at the end."""

    taken: int = 0
    possible: dict[object, int] = field(default_factory=dict)
    sure: dict[object, int] = field(default_factory=dict)
    unknown: list[int] = field(default_factory=lambda: [0])
    """How many of the entries before each place have an unknown thing."""
    unknown_sure: int = NONE

    def take(self, thing: object | None, *, counts: int) -> None:
        """Take in the next entry."""
        place, self.taken = self.taken, self.taken + 1
        self.unknown.append(self.unknown[place] + (counts != NO and thing is None))
        if counts == NO:
            return
        if thing is None:
            self.unknown_sure = place if counts == YES else self.unknown_sure
            return
        for kept in (self.possible, self.sure) if counts == YES else (self.possible,):
            kept.pop(thing, None)
            kept[thing] = place

    @staticmethod
    def since(kept: dict[object, int], place: int) -> set[object]:
        """Return the things met at a place or later."""
        found = set()
        for thing, last in reversed(kept.items()):
            if last < place:
                break
            found.add(thing)
        return found


class Tally:
    """The running sums over the first entries of one measure and key: ``size`` of them."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._reset()

    def _reset(self) -> None:
        self.size = 0
        self.possible = [0]
        """How many entries before each place may count."""
        self.sure = [0]
        self.last_possible = self.last_sure = NONE
        self.last_restart = self.last_maybe_restart = NONE
        self._known: int | None = None
        self._last: Entry | None = None
        self._things: dict[str | None, Things] = {}

    def settle(self, entries: list["Entry"], end: int, at: int) -> int:
        """Take in the entries before a place, as far as all were known at an instant; return how many are taken in.

        None are where the tally has gone further already, which it has if an earlier event is asked about than before.
        """
        if self.size and (self.size > len(entries) or entries[self.size - 1] is not self._last):
            self._reset()  # an entry was added among those that were taken in
        if self.size > end or (self._known is not None and self._known > at):
            return 0
        while self.size < end and entries[self.size].surely <= at:
            self._take(entries[self.size])
        return self.size

    def _take(self, entry: "Entry") -> None:
        place, self.size = self.size, self.size + 1
        self._last = entry
        self._known = entry.surely if self._known is None else max(self._known, entry.surely)
        self.possible.append(self.possible[place] + (entry.counts != NO))
        self.sure.append(self.sure[place] + (entry.counts == YES))
        self.last_possible = place if entry.counts != NO else self.last_possible
        self.last_sure = place if entry.counts == YES else self.last_sure
        self.last_restart = place if entry.restarts == YES else self.last_restart
        self.last_maybe_restart = place if entry.restarts == MAYBE else self.last_maybe_restart

    def things(self, entries: list["Entry"], zone: str | None) -> Things:
        """Return the distinct local dates of a zone, or the distinct numbers, of the entries taken in."""
        found = self._things.setdefault(zone, Things())
        for entry in entries[found.taken : self.size]:
            found.take(thing_of(self.kind, entry, zone), counts=entry.counts)
        return found

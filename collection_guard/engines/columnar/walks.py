"""Measures by walking back: every entry of a window looked at, the latest first, as the reference does it.

One walk is a stretch of a column of pairs (who asks, which entry); the walks of many rows stand one after the other.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from collection_guard.engines.columnar.arrays import Flags, Floats, Ints, Truths
from collection_guard.engines.columnar.facts import FactColumns
from collection_guard.engines.columnar.ledgers import Ledger, Question
from collection_guard.engines.columnar.windows import NEVER
from collection_guard.language.kleene import MAYBE, NO, UNBOUNDED, YES

_CHUNK: Final = 2_000_000
"""So many pairs are looked at together."""


@dataclass(frozen=True, slots=True)
class Range:
    """A ledger and, for each row asked, the range of its entries that may lie in the window.

    Entries whose key is not known whole only may be of the key asked for.
    """

    ledger: Ledger
    begin: Ints
    end: Ints
    exact: bool


def walked(facts: FactColumns, question: Question, ranges: Sequence[Range]) -> tuple[Floats, Floats]:
    """Return the lowest and the highest value of a measure at each row asked."""
    low, high = np.zeros(len(question.rows)), np.zeros(len(question.rows))
    for part in _chunks(np.sum([one.end - one.begin for one in ranges], axis=0, dtype=np.int64)):
        some = [Range(one.ledger, one.begin[part], one.end[part], one.exact) for one in ranges]
        low[part], high[part] = _Walk(facts, question.of(part), some).ends()
    return low, high


def _chunks(lengths: Ints) -> Iterator[slice]:
    """Yield stretches of rows whose pairs are not too many to be held together."""
    total = np.cumsum(lengths)
    begin = 0
    while begin < len(lengths):
        before = int(total[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(total, before + _CHUNK, side="right")))
        yield slice(begin, end)
        begin = end


class _Walk:
    """The walks of some rows, their pairs filtered to what was known by then and lies in the window."""

    def __init__(self, facts: FactColumns, question: Question, ranges: Sequence[Range]) -> None:
        self._facts = facts
        self._question = question
        self._size = len(question.rows)
        log, measure = facts.log, question.measure
        asker, entry, counts, restarts = _pairs(ranges)
        inside = np.where(entry >= question.spans.sure_row[asker], YES, MAYBE)
        inside = self._by_date(asker, entry, inside)
        now = question.rows[asker]
        seen = (log.visible_from[entry] <= now) & (inside != NO)
        heard = np.where(log.surely_visible_from[entry] <= now, YES, MAYBE)
        counts = np.where(restarts == YES, NO, counts)  # what restarts the count does not count itself, known or not
        inside, restarts = np.minimum(inside, heard), np.minimum(restarts, heard)
        asker, entry, inside = asker[seen], entry[seen], inside[seen]
        counts, restarts = counts[seen], restarts[seen]
        restarted = _so_far(asker, restarts == YES)
        self._restarts = _firsts(asker, restarts == YES, entry, self._size)
        closed = restarts == MAYBE
        if measure.since is not None:
            complete = question.complete[asker]
            closed |= (complete != NEVER) & (log.at[entry] < complete)
        is_open = ~_so_far(asker, closed)
        counted = ~restarted & (counts != NO)
        sure = (counts == YES) & (inside == YES) & is_open
        self._asker, self._entry, self._sure = asker[counted], entry[counted], sure[counted]

    def _by_date(self, asker: Ints, entry: Ints, inside: Ints) -> Ints:
        """Compare dates one by one, where the clocks of a zone repeat one."""
        question, people = self._question, self._facts.people
        for code in np.unique(question.zones[question.spans.by_date]).tolist():
            pairs = np.flatnonzero((question.spans.by_date & (question.zones == code))[asker])
            day = self._facts.clocks.dates(people.zone.values[code])[entry[pairs]]
            inside[pairs] = np.where(day >= question.spans.first_day[asker[pairs]], YES, NO)
        return inside

    def ends(self) -> tuple[Floats, Floats]:
        """Return the lowest and the highest value."""
        match self._question.measure.count:
            case "events":
                low, high = self._tally(self._sure), self._tally(np.ones(len(self._asker), np.bool_))
            case "talk_seconds":
                low, high = self._talk()
            case "elapsed":
                possible = _firsts(self._asker, np.ones(len(self._asker), np.bool_), self._entry, self._size)
                sure = _firsts(self._asker, self._sure, self._entry, self._size)
                return elapsed_ends(self._facts, self._question, possible, sure, self._unseen())
            case "numbers":
                low, high = self._distinct(self._facts.numbers[self._entry])
            case _:
                low, high = self._distinct(self._dates())
        return low, np.where(self._unseen(), UNBOUNDED, high)

    def _unseen(self) -> Flags:
        return unseen_since(self._facts, self._question, self._restarts)

    def _tally(self, chosen: Flags) -> Floats:
        return np.bincount(self._asker[chosen], minlength=self._size).astype(np.float64)

    def _talk(self) -> tuple[Floats, Floats]:
        log = self._facts.log
        # Summed in the order of the walk, one by one: sums of fractions depend on it.
        seconds = log.talk[self._entry]
        endless = np.where(log.has_talk[self._entry], seconds, UNBOUNDED)
        return self._sum(np.where(self._sure, seconds, 0.0)), self._sum(endless)

    def _sum(self, weights: Floats) -> Floats:
        return np.bincount(self._asker, weights=weights, minlength=self._size).astype(np.float64)

    def _dates(self) -> Ints:
        """Return the date of each entry in the zone of who asks, -1 where that is unknown."""
        found = np.full(len(self._entry), -1, np.int64)
        zones = self._question.zones[self._asker]
        for code, zone in enumerate(self._facts.people.zone.values):
            pairs = np.flatnonzero(zones == code) if zone is not None else ()
            if zone is not None and len(pairs):
                days = self._facts.clocks.dates(zone)
                found[pairs] = (days - days.min(initial=0))[self._entry[pairs]]
        return found

    def _distinct(self, things: Ints) -> tuple[Floats, Floats]:
        """Count distinct things: one that is unknown may be new, or the same as any other."""
        unknown = things < 0
        width = int(things.max(initial=0)) + 1

        def told_apart(chosen: Flags) -> Floats:
            both = np.unique(self._asker[chosen] * width + things[chosen]) // width
            return np.bincount(both, minlength=self._size).astype(np.float64)

        low = np.maximum(told_apart(self._sure & ~unknown), self._tally(self._sure & unknown) > 0)
        return low, told_apart(~unknown) + self._tally(unknown)


def unseen_since(facts: FactColumns, question: Question, restarts: Ints) -> Flags:
    """Say where unseen events may lie: a restart that the log surely holds all after leaves none."""
    at = facts.log.at[np.maximum(restarts, 0)]
    whole = (restarts >= 0) & (question.complete != NEVER) & (at >= question.complete)
    return np.asarray(question.unseen() & ~whole, np.bool_)


def elapsed_ends(
    facts: FactColumns, question: Question, possible: Ints, sure: Ints, unseen: Flags
) -> tuple[Floats, Floats]:
    """Return the shortest and the longest time since the latest event that counts, given the rows of the latest."""
    at = facts.log.at
    now = at[question.rows]
    latest = np.where(possible >= 0, at[np.maximum(possible, 0)], NEVER)
    latest = np.where(unseen, np.maximum(latest, question.complete), latest)
    shortest = np.where(latest == NEVER, UNBOUNDED, (now - latest).astype(np.float64))
    longest = np.where(sure >= 0, (now - at[np.maximum(sure, 0)]).astype(np.float64), UNBOUNDED)
    return np.minimum(shortest, longest), longest


def _pairs(ranges: Sequence[Range]) -> tuple[Ints, Ints, Truths, Truths]:
    """Return who asks and which row is looked at, the latest first, and its part in the measure."""
    askers, entries, counts, restarts = [], [], [], []
    for one in ranges:
        lengths = one.end - one.begin
        asker = np.repeat(np.arange(len(lengths)), lengths)
        before = np.cumsum(lengths) - lengths
        place = one.end[asker] - 1 - (np.arange(len(asker)) - before[asker])
        most = YES if one.exact else MAYBE
        askers.append(asker)
        entries.append(one.ledger.rows[place])
        counts.append(np.minimum(one.ledger.counts[place], most))
        restarts.append(np.minimum(one.ledger.restarts[place], most))
    asker, entry = np.concatenate(askers), np.concatenate(entries)
    count, restart = np.concatenate(counts), np.concatenate(restarts)
    if len(ranges) > 1:
        order = np.lexsort((-entry, asker))
        asker, entry, count, restart = asker[order], entry[order], count[order], restart[order]
    return asker, entry, count, restart


def _so_far(asker: Ints, flags: Flags) -> Flags:
    """Say for each pair whether a flag was set in its walk, itself included."""
    total = np.cumsum(flags)
    starts = np.flatnonzero(np.diff(asker, prepend=-1))
    before = np.zeros(len(asker), np.int64)
    before[starts] = total[starts] - flags[starts]
    return np.asarray(total > np.maximum.accumulate(before), np.bool_)


def _firsts(asker: Ints, flags: Flags, entry: Ints, size: int) -> Ints:
    """Return the entry of the first flagged pair of each walk, -1 where none is."""
    found = np.full(size, -1, np.int64)
    chosen = np.flatnonzero(flags)[::-1]
    found[asker[chosen]] = entry[chosen]  # of equal places the last one written stays: the first of the walk
    return found

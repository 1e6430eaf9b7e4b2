"""The history of cases: what precedes an event in the order of the log and was known by then (semantics 4-5).

Measures over uncertain pasts are intervals: an event that may or may not count, or may or may not restart the count,
gives a lowest and a highest value over all completions.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import product
from typing import TYPE_CHECKING, Any, Final

from collection_guard.facts.atoms import truth_of
from collection_guard.facts.clock import dates_of, keeps_its_offset, local_date, microseconds, start_of_day
from collection_guard.facts.debts import about, is_by_debts
from collection_guard.facts.entries import Entry
from collection_guard.facts.keys import MAY_BE_ANY, KeyOf, complete_from, key_of, key_part, voided_numbers
from collection_guard.facts.knowledge import Knowledge
from collection_guard.facts.numbers import number_key
from collection_guard.facts.signs import CaseSigns, Says, Sign, is_sign
from collection_guard.facts.tallies import TALLIED, Tally, thing_of
from collection_guard.language.compiled import CompiledMeasure, Extensions, RuleSet
from collection_guard.language.kleene import MAYBE, NO, UNBOUNDED, YES, Interval, ends, fact_of, interval
from collection_guard.language.schema import Key
from collection_guard.language.units import DAY, HOUR
from collection_guard.language.windows import Window

if TYPE_CHECKING:
    from collection_guard.facts.sheet import FactSheet

__all__ = [
    "BEGINNING",
    "MAY_BE_ANY",
    "Entry",
    "History",
    "KeyOf",
    "Noted",
    "Reach",
    "key_part",
    "noted",
    "reach_of",
]

# A date begins at most this long before, or after, its midnight in UTC.
_ZONE_SPREAD: Final = 15 * HOUR
NO_EXTENSIONS: Final = Extensions()
BEGINNING: Final = microseconds(datetime.min.replace(tzinfo=UTC))


Noted = tuple[str, KeyOf, Entry]
"""A measure, the key by which an event counts in it, and the event as the measure sees it."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How far back a measure looks from an event."""

    first: int
    """The first instant of the window, in microseconds; what lies before it does not count."""
    floor: int
    """An instant before which no event can lie in the window."""
    surely: int
    """An instant from which on every event lies in the window; between the two, its zone would have to be known."""
    first_date: date | None = None
    """The first date of the window, where the clocks change about then: dates do not simply follow one another."""
    zone: str | None = None
    last_date: date | None = None
    """Where the latest dates do not count: the last that does."""

    def counts(self, entry: Entry) -> int:
        """Return the truth of whether an event in the window is early enough to count."""
        if self.last_date is None:
            return YES
        truths = {day <= self.last_date for day in dates_of(entry.started, self.zone)}
        return MAYBE if len(truths) > 1 else YES if truths.pop() else NO

    def holds(self, entry: Entry) -> int:
        """Return the truth of whether an event lies in the window."""
        if self.first_date is not None and self.zone is not None:
            return YES if local_date(entry.started, self.zone) >= self.first_date else NO
        return YES if entry.at >= self.surely else MAYBE if entry.at >= self.first else NO


class History:
    """The past of all cases under one pack. Events are added as they pass; only earlier ones are ever read."""

    def __init__(self) -> None:
        self._events: list[FactSheet] = []
        self._entries: dict[RuleSet, dict[tuple[str, KeyOf], list[Entry]]] = {}
        self._tallies: dict[tuple[RuleSet, str, KeyOf], Tally] = {}
        self._signs: dict[str, CaseSigns] = defaultdict(CaseSigns)
        self._past: dict[str, list[Sign]] = defaultdict(list)

    def add(self, sheet: "FactSheet") -> None:
        """Add an event to the past of those after it."""
        event = sheet.event
        at, known = microseconds(event.started_at), Knowledge.of(event)
        self._events.append(sheet)
        for rule_set, entries in self._entries.items():
            own = sheet if sheet.rule_set is rule_set else type(sheet)(event, sheet.world, rule_set, self)
            self._index(own, entries)
        sign = Sign(at, event.event_id, known.first, known.surely, sheet)
        if is_sign(event):
            self._signs[event.case_id].add(sign)
        if sheet.rule_set.extensions != NO_EXTENSIONS:
            insort(self._past[event.case_id], sign, key=_order)

    def reports(self, sheet: "FactSheet") -> Iterator[Sign]:
        """Yield the events of the case that carry a report, as far as they are known at the instant asked about."""
        known = microseconds(sheet.as_of)
        own = microseconds(sheet.event.started_at), sheet.event.event_id
        for sign in self._signs_of(sheet.event.case_id):
            later = (sign.at, sign.event_id) >= own and sheet.as_of == sheet.event.started_at
            heard = None if later else sign.heard_by(known)
            if heard is not None:
                yield heard

    def signs(self, sheet: "FactSheet", says: Says, parts: Iterable[Hashable]) -> Iterator[Sign]:
        """Yield earlier events of the case that carry an instruction or may name a firm, known by then.

        Of those that say the same, one is given: ``says`` tells what a sign says, and in which part of the past it
        lies; the signs of ``parts`` are asked for.
        """
        at = microseconds(sheet.event.started_at)
        return self._signs_of(sheet.event.case_id).alike(sheet, at, says, parts)

    def _signs_of(self, case_id: str) -> CaseSigns:
        return self._signs[case_id]

    def past_of_case(self, sheet: "FactSheet") -> Iterator[Sign]:
        """Yield the earlier events of the case that were known by then, the earliest first."""
        at, known = microseconds(sheet.event.started_at), microseconds(sheet.as_of)
        for sign in self._past.get(sheet.event.case_id, ()):
            if (sign.at, sign.event_id) >= (at, sheet.event.event_id):
                break
            heard = sign.heard_by(known)
            if heard is not None:
                yield heard

    def defined(self, sheet: "FactSheet", node: Any) -> bool | None:
        """Return the value of a fact that the pack defines as a condition over others."""
        return fact_of(truth_of(node, sheet))

    def measured(self, sheet: "FactSheet", measure: CompiledMeasure) -> float | Interval | None:
        """Return the value of a measure at an event, None if its key is unknown.

        By debts, it is the highest of those that the contact counts for; of any one of them, it may be each.
        """
        key = key_of(sheet, measure)
        if key is None:
            return None
        if None in key:
            return self._of_any(sheet, measure, key)
        if not is_by_debts(measure):
            return self._measured(sheet, measure, key, None)
        found = about(sheet, measure)
        values = [ends(self._measured(sheet, measure, key, debt)) for debt in found.debts]
        lows, highs = [low for low, _ in values], [high for _, high in values]
        return interval(max(lows), max(highs)) if found.each else interval(min(lows), max(highs))

    def _of_any(self, sheet: "FactSheet", measure: CompiledMeasure, key: KeyOf) -> float | Interval | None:
        """Return how many events there may be where a part of the key is unknown: that of no key, or of any.

        Packs that declare nothing keep the plain reading: the measure is unknown.
        """
        if measure.count != "events" or sheet.rule_set.extensions == NO_EXTENSIONS:
            return None
        # The key itself stands for whom the log does not name: what precedes an incomplete history may be anyone's.
        others = {key} | {other for name, other in self._entries_of(sheet.rule_set) if name == measure.name}
        same = [o for o in others if all(one in {None, mine} or mine is None for one, mine in zip(o, key, strict=True))]
        debts = about(sheet, measure).debts if is_by_debts(measure) else (None,)
        found = [self._measured(sheet, measure, other, debt) for other in same for debt in debts]
        return interval(0.0, max((ends(value)[1] for value in found), default=0.0))

    def assignable(self, sheet: "FactSheet", measure: CompiledMeasure) -> Iterator[tuple[Entry, int]]:
        """Yield the events that a measure by debts may count at an event, for whatever debt, and how surely."""
        key = key_of(sheet, measure)
        if key is None:
            return
        reach = reach_of(sheet, measure)
        known, void = microseconds(sheet.as_of), voided_numbers(sheet, measure)
        for entry in _preceding(self._found(sheet, measure, key), sheet):
            if entry.at < reach.floor:
                break
            inside = min(reach.holds(entry), entry.heard(known))
            truth = min(entry.counts, inside, reach.counts(entry), _stands(entry, void))
            if truth != NO:
                yield entry, truth

    def _measured(self, sheet: "FactSheet", measure: CompiledMeasure, key: KeyOf, debt: str | None) -> float | Interval:
        reach = reach_of(sheet, measure)
        at, known = microseconds(sheet.event.started_at), microseconds(sheet.as_of)
        void = voided_numbers(sheet, measure)
        count = _Count(measure.count, at, sheet.borrower_zone)
        complete = complete_from(sheet, measure)
        scan = _Scan(count, reach, known, None if measure.since is None else complete, debt, void)
        found = self._found(sheet, measure, key)
        is_plain = debt is None and not void and reach.first_date is None and reach.last_date is None
        if is_plain and len(found) == 1 and found[0][0] and measure.count in TALLIED:
            tally = self._tallies.setdefault((sheet.rule_set, measure.name, key), Tally(measure.count))
            scan.with_tally(found[0][1], (at, sheet.event.event_id), tally)
        else:
            scan.through(_preceding(found, sheet))
        unseen = complete is not None and reach.first < complete
        if scan.restarted_at is not None and complete is not None and scan.restarted_at >= complete:
            unseen = False
        return count.result(unseen_before=complete if unseen else None)

    def _found(self, sheet: "FactSheet", measure: CompiledMeasure, key: KeyOf) -> "list[tuple[bool, list[Entry]]]":
        """Return the events with a key, and with them those whose key may be the same, and whether it surely is."""
        entries = self._entries_of(sheet.rule_set)
        if MAY_BE_ANY.isdisjoint(measure.keys):
            own = entries.get((measure.name, key))
            return [(True, own)] if own else []
        return [
            (unknown == key, own)
            for unknown in _compatible(key, measure.keys)
            if (own := entries.get((measure.name, unknown)))
        ]

    def _entries_of(self, rule_set: RuleSet) -> dict[tuple[str, KeyOf], list[Entry]]:
        entries = self._entries.get(rule_set)
        if entries is None:
            entries = self._entries[rule_set] = defaultdict(list)
            for sheet in self._events:
                own = sheet if sheet.rule_set is rule_set else type(sheet)(sheet.event, sheet.world, rule_set, self)
                self._index(own, entries)
        return entries

    def _index(self, sheet: "FactSheet", entries: dict[tuple[str, KeyOf], list[Entry]]) -> None:
        """Note an event under every measure in which it may count or restart the count."""
        for name, key, entry in self._noted(sheet):
            own = entries[name, key]
            own.insert(_position(own, entry.at, entry.event_id), entry)

    def _noted(self, sheet: "FactSheet") -> "Iterable[Noted]":
        """Return an event as every measure sees it."""
        return noted(sheet)


def _stands(entry: Entry, void: frozenset[str | None] | None) -> int:
    """Return the truth of whether an event still counts, once numbers were reported."""
    if not void:
        return YES
    if entry.number is None or None in void:
        return MAYBE
    return NO if entry.number in void else YES


def _position(entries: list[Entry], at: int, event_id: str) -> int:
    return bisect_left(entries, (at, event_id), key=lambda entry: (entry.at, entry.event_id))


def _place_of(entries: list[Entry], instant: int, end: int) -> int:
    """Return the place of the first of some entries that began at an instant or later."""
    return bisect_left(entries, instant, hi=end, key=lambda entry: entry.at)


def _backwards(
    entries: list[Entry], before: tuple[int, str], *, surely: bool = True, first: int = 0
) -> Iterator[Entry]:
    """Yield entries before a place in the order, the latest first; what is not surely of the key only may count."""
    for index in range(_position(entries, *before) - 1, first - 1, -1):
        entry = entries[index]
        yield entry if surely else replace(entry, counts=min(entry.counts, MAYBE), restarts=min(entry.restarts, MAYBE))


def _preceding(found: list[tuple[bool, list[Entry]]], sheet: "FactSheet") -> Iterator[Entry]:
    """Yield the events found before an event, the latest first; those whose key only may be the same only may count."""
    before = microseconds(sheet.event.started_at), sheet.event.event_id
    return merge(*(_backwards(own, before, surely=surely) for surely, own in found), reverse=True)


def _order(sign: Sign) -> tuple[int, str]:
    return sign.at, sign.event_id


def _compatible(key: KeyOf, kinds: tuple[Key, ...]) -> Iterator[KeyOf]:
    """Yield a key itself, and then the same with each choice of unknown parts.

    A contact without a case, or without a borrower, is kept under a key of its own and is no other's.
    """
    choices = ((part, None) if kind in MAY_BE_ANY else (part,) for part, kind in zip(key, kinds, strict=True))
    yield from product(*choices)


def noted(sheet: "FactSheet") -> Iterator[Noted]:
    """Yield an event as every measure sees it in which it may count or restart the count, with the key it counts by."""
    event = sheet.event
    at, known = microseconds(event.started_at), Knowledge.of(event)
    truths: dict[int, int] = {}  # measures share named sets, and each is evaluated once
    for measure in sheet.rule_set.measures.values():
        for node in (measure.where, measure.since):
            if node is not None and id(node) not in truths:
                truths[id(node)] = truth_of(node, sheet)
        counts = truths[id(measure.where)]
        restarts = NO if measure.since is None else truths[id(measure.since)]
        if known.most == MAYBE:
            # What restarts the count does not count itself, known or not.
            counts, restarts = NO if restarts == YES else min(counts, MAYBE), min(restarts, MAYBE)
        if counts == NO and restarts == NO:
            continue
        key = key_of(sheet, measure)
        if key is None:
            continue
        number = number_key(event.recipient.number, sheet.world.settings.country)
        debts, each = about(sheet, measure) if is_by_debts(measure) else ((), True)
        entry = Entry(
            at,
            event.event_id,
            known.first,
            known.from_then_on,
            counts,
            restarts,
            number,
            event.talk_seconds,
            event.started_at,
            debts,
            each,
        )
        yield measure.name, key, entry


def reach_of(sheet: "FactSheet", measure: CompiledMeasure) -> Reach:
    """Return how far back a measure looks from an event."""
    known = sheet.reaches.get(measure)
    if known is None:
        known = sheet.reaches[measure] = _reach(sheet, measure.window)
    return known


def _reach(sheet: "FactSheet", window: Window) -> Reach:
    started = sheet.event.started_at
    at = microseconds(started)
    zone = sheet.borrower_zone
    if window.kind in {"elapsed", "ever"}:
        first = at - window.size if window.kind == "elapsed" else BEGINNING
        last = dates_of(started, zone)[0] - timedelta(days=window.before_dates) if window.before_dates else None
        return Reach(first, first, first, zone=zone, last_date=last)
    today = dates_of(started, zone)
    spans = [_dates_in(window, day) for day in today]
    if zone is None:
        # The clocks of one zone run ahead of the time that passes, or behind it, by the hour of a clock change.
        first = at - max(spans) * DAY - HOUR + 1
        return Reach(first, first, min(at, at - (min(spans) - 1) * DAY + HOUR))
    first_date = today[0] - timedelta(days=spans[0] - 1)
    first = microseconds(start_of_day(first_date, zone))
    if keeps_its_offset(first_date, zone):
        return Reach(first, first, first)
    return Reach(first, first - _ZONE_SPREAD, first, first_date, zone)


def _dates_in(window: Window, today: date) -> int:
    """Return how many dates lie in a window that ends today."""
    return {"local_day": 1, "local_week": today.weekday() + 1, "local_month": today.day}.get(window.kind, window.size)


@dataclass(slots=True)
class _Scan:
    """A scan back through the past for one measure at one event."""

    count: "_Count"
    reach: Reach
    known: int
    """The instant at which an event must have been known to count."""
    complete: int | None
    """The instant before which an unseen event may have restarted the count, None if none can."""
    debt: str | None
    """The debt for which events are counted, None for all of them."""
    void: frozenset[str | None] | None
    """Numbers that were reported: contacts to them count no more."""
    lowest_open: bool = True
    """Whether what is met counts surely: nothing later may have restarted the count."""
    restarted_at: int | None = None

    def through(self, entries: Iterable[Entry]) -> bool:
        """Add entries, the latest first, as far as the window reaches; say whether it may reach further."""
        for whole in entries:
            if whole.at < self.reach.floor:
                return False
            entry = whole.for_debt(self.debt)
            if entry is None:
                continue
            heard = entry.heard(self.known)
            inside = min(self.reach.holds(entry), heard) if heard != NO else NO
            if inside == NO:
                continue
            if self.complete is not None and entry.at < self.complete:
                self.lowest_open = False  # an unseen event between this one and the first seen may have restarted it
            restarts = min(entry.restarts, heard)
            if restarts == YES:
                self.restarted_at = entry.at
                return False
            if restarts == MAYBE:
                self.lowest_open = False
            if entry.restarts == YES:
                continue  # known or not, it does not count itself
            truth = min(entry.counts, inside, self.reach.counts(entry), _stands(entry, self.void))
            if truth != NO:
                self.count.add(entry, surely=truth == YES and self.lowest_open)
        return True

    def with_tally(self, entries: list[Entry], before: tuple[int, str], tally: Tally) -> None:
        """Add the entries before a place: one by one those that the tally does not hold, then what it holds at once."""
        end = tally.settle(entries, _position(entries, *before), self.known)
        if not self.through(_backwards(entries, before, first=end)) or not end:
            return
        start = _place_of(entries, self.reach.first, end)
        if tally.last_restart >= start:
            start = tally.last_restart + 1
            self.restarted_at = entries[tally.last_restart].at
        surely = max(start, tally.last_maybe_restart + 1, _place_of(entries, self.reach.surely, end))
        if self.complete is not None:
            surely = max(surely, _place_of(entries, self.complete, end))
        self.count.add_tally(tally, entries, start, surely if self.lowest_open else end)


class _Count:
    """The lowest and the highest value of a measure, event by event, from the latest to the earliest."""

    def __init__(self, kind: str, at: int, zone: str | None) -> None:
        self._kind = kind
        self._at = at
        self._zone = zone
        self._low = 0.0
        self._high = 0.0
        self._sure: set[object] = set()
        self._possible: set[object] = set()
        self._latest_sure: int | None = None
        self._latest_possible: int | None = None

    def add(self, entry: Entry, *, surely: bool) -> None:
        match self._kind:
            case "events":
                self._low += surely
                self._high += 1
            case "talk_seconds":
                self._low += (entry.talk or 0.0) if surely else 0.0
                self._high += UNBOUNDED if entry.talk is None else entry.talk
            case "elapsed":
                self._last(entry, surely=surely)
            case kind:
                self._distinct(thing_of(kind, entry, self._zone), surely=surely)

    def _last(self, entry: Entry, *, surely: bool) -> None:
        """Keep the first that is given: it is the latest."""
        if self._latest_possible is None:
            self._latest_possible = entry.at
        if surely and self._latest_sure is None:
            self._latest_sure = entry.at

    def _distinct(self, thing: object | None, *, surely: bool) -> None:
        """Count distinct things: one that is unknown may be new, or the same as any other."""
        if thing is None:
            self._high += 1
            self._low = max(self._low, float(surely))
            return
        self._possible.add(thing)
        if surely:
            self._sure.add(thing)

    def add_tally(self, tally: Tally, entries: list[Entry], start: int, surely: int) -> None:
        """Add the entries of a tally from a place on; those from ``surely`` on count surely, if they count at all."""
        match self._kind:
            case "events":
                self._low += tally.sure[-1] - tally.sure[surely]
                self._high += tally.possible[-1] - tally.possible[start]
            case "elapsed":
                if tally.last_possible >= start:
                    self._last(entries[tally.last_possible], surely=False)
                if tally.last_sure >= surely:
                    self._last(entries[tally.last_sure], surely=True)
            case _:
                things = tally.things(entries, self._zone)
                self._possible |= things.since(things.possible, start)
                self._sure |= things.since(things.sure, surely)
                self._high += things.unknown[-1] - things.unknown[start]
                self._low = max(self._low, float(things.unknown_sure >= surely))

    def result(self, unseen_before: int | None) -> float | Interval:
        """Return the value; ``unseen_before`` is the instant before which unseen events may lie."""
        match self._kind:
            case "elapsed":
                latest_possible = self._latest_possible
                if unseen_before is not None:
                    latest_possible = unseen_before if latest_possible is None else max(latest_possible, unseen_before)
                low = UNBOUNDED if latest_possible is None else self._at - latest_possible
                high = UNBOUNDED if self._latest_sure is None else self._at - self._latest_sure
                return interval(min(low, high), high)
            case "local_dates" | "numbers":
                low = max(float(len(self._sure)), self._low)
                high = len(self._possible) + self._high
            case _:
                low, high = self._low, self._high
        return interval(low, UNBOUNDED if unseen_before is not None else high)

"""The instants at which anything that a rule reads of one and the same attempt may change, were it made later.

Between two of them every fact keeps its truth in every rule, so that only they need to be looked at. An instant too
many costs a look; one too few would be a wrong answer, and is looked for by a test.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final

from collection_guard.facts.clock import (
    REGISTRY_ZONE,
    clock_changes,
    legal_zone,
    local_date,
    microseconds,
    start_of_day,
    zone_of,
)
from collection_guard.facts.kept import Firms
from collection_guard.facts.keys import complete_from
from collection_guard.facts.knowledge import Knowledge
from collection_guard.facts.numbers import zones_of_number
from collection_guard.facts.sheet import FactSheet
from collection_guard.language.compiled import CompiledMeasure, CompiledPack, CompiledRule, RuleSet
from collection_guard.language.ir import Bounds, Node, Test, tests_of
from collection_guard.language.units import DAY, HOUR, SECOND, clock_microseconds
from collection_guard.model.event import Event
from collection_guard.model.profile import EmergencyContact, OwnNumber
from collection_guard.model.words import UNKNOWN

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_CLOCKS: Final = frozenset({"contact.local_time", "contact.local_end"})
# Where a zone is unknown, a date may have begun from 14 hours before its midnight in UTC to 12 hours after it.
_EDGES: Final = (timedelta(hours=-14), timedelta(hours=12))


def moment(at: int) -> datetime:
    """Return an instant given in microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at)


def whole_seconds(boundary: int) -> tuple[int, int]:
    """Return the first whole seconds at a boundary, and after it, in microseconds."""
    return -(-boundary // SECOND) * SECOND, (boundary // SECOND + 1) * SECOND


@dataclass(frozen=True, slots=True)
class Ground:
    """On what a rule rests: its tests, directly or through definitions, and the measures that it reads."""

    tests: tuple[Test, ...]
    measures: tuple[CompiledMeasure, ...]
    clocks: tuple[int, ...]
    """Local times at which a test of the rule turns, in microseconds since midnight."""
    quiet_windows: bool
    dates: bool = False
    """Something turns with the date of the borrower: a consent, or what answers the borrower."""

    @property
    def is_daily(self) -> bool:
        """Say whether something that the rule reads may change every day."""
        return bool(self.clocks) or self.quiet_windows or self.dates


def ground_of(rule: CompiledRule, rule_set: RuleSet) -> Ground:
    """Return on what a rule rests."""
    tests = tuple(dict.fromkeys(_tests(rule.whole, rule_set)))
    names = [test.fact for test in tests]
    clocks: set[int] = set()
    for test in tests:
        if test.fact in _CLOCKS:
            clocks.update(int(value) % DAY for value in _constants(test))
    groups = {name.partition(".")[0] for name in names}
    if "contact.weekday" in names or "calendar" in groups:
        clocks.add(0)
    measures = dict.fromkeys(one for name in names for one in _measures(name, rule_set))
    quiet = "contact.in_elected_quiet_window" in names
    return Ground(tests, tuple(measures), tuple(sorted(clocks)), quiet, bool(groups & {"consent", "reply"}))


def _measures(name: str, rule_set: RuleSet) -> Iterator[CompiledMeasure]:
    """Yield the measures that a fact is: one, or those that limit open debts."""
    group, _, name = name.partition(".")
    if group == "measure" and name in rule_set.measures:
        yield rule_set.measures[name]
    elif group == "measure":
        yield from (limit.measure for limit in rule_set.extensions.open_debts[name])


def _limits(test: Test, rule_set: RuleSet) -> Iterator[tuple[CompiledMeasure, float]]:
    """Yield the measures that a test holds against upper limits, each with the least that is too much."""
    group, _, name = test.fact.partition(".")
    if group == "measure" and name in rule_set.extensions.open_debts:
        # A debt is open while it keeps limits of its own.
        yield from ((limit.measure, limit.below) for limit in rule_set.extensions.open_debts[name])
        return
    measure, value = rule_set.measures.get(name) if group == "measure" else None, test.value
    if measure is None or measure.count == "elapsed" or isinstance(value, bool) or not isinstance(value, int | float):
        return
    if test.operator in ({"lt", "le"} if test.negated else {"ge", "gt"}):
        yield measure, value + (1 if test.operator in {"gt", "le"} and measure.count != "talk_seconds" else 0)


Counted = tuple[int, CompiledMeasure, float]
"""A counted limit: the place of its rule, what is counted, and the least that is too much."""


def counted_in(rule_set: RuleSet) -> Iterator[Counted]:
    """Yield the counted limits of a rule set, in the order of its rules."""
    for index, rule in enumerate(rule_set.rules):
        for test in tests_of(rule.whole):
            yield from ((index, measure, least) for measure, least in _limits(test, rule_set))


def together(grounds: Iterable[Ground]) -> Ground:
    """Return on what several rules rest together."""
    each = list(grounds)
    return Ground(
        tuple(dict.fromkeys(test for one in each for test in one.tests)),
        tuple(dict.fromkeys(measure for one in each for measure in one.measures)),
        tuple(sorted({clock for one in each for clock in one.clocks})),
        any(one.quiet_windows for one in each),
        any(one.dates for one in each),
    )


def beginnings(pack: CompiledPack, rule: CompiledRule) -> tuple[int, ...]:
    """Return the instants at which a rule comes into force or ceases to be, and at which parameters change."""
    days = [rule_set.since for rule_set in pack.rule_sets]
    days += [rule.rule.in_force.since, rule.rule.in_force.until and rule.rule.in_force.until + _DAY]
    return tuple(microseconds(start_of_day(day, pack.zone)) for day in days if day is not None)


def _tests(node: Node, rule_set: RuleSet) -> Iterator[Test]:
    for test in tests_of(node):
        yield test
        if test.fact in rule_set.defined:
            yield from _tests(rule_set.defined[test.fact], rule_set)


def _constants(test: Test) -> Iterator[float]:
    value = test.value
    if isinstance(value, Bounds):
        yield value.low
        yield value.high
    elif isinstance(value, frozenset):
        yield from (float(one) for one in value if not isinstance(one, str))
    elif not isinstance(value, bool | str):
        yield value


@dataclass(slots=True)
class Calendar:
    """The boundaries of one attempt: of its case, its clocks, and of the contacts before it."""

    sheet: FactSheet
    events: tuple[Event, ...]
    expiries: tuple[int, ...] = ()
    _known_past: frozenset[int] | None = field(init=False, default=None)
    _known_instants: frozenset[int] | None = field(init=False, default=None)
    _known_dates: frozenset[int] | None = field(init=False, default=None)

    @property
    def _zones(self) -> tuple[str, ...]:
        """Return the zones that any reading of the attempt may go by."""
        event, profile, world = self.sheet.event, self.sheet.profile, self.sheet.world
        people = [event.recipient, *(event.recipient.members or ())]
        found = {person.timezone for person in people}
        found.update(zone for person in people for zone in zones_of_number(person.number))
        if profile is not None:
            found.update((profile.timezone, *(entry.timezone for entry in profile.emergency_contacts or ())))
            found.update(place.timezone for place in profile.locations or ())
        found.add(world.settings.timezone)
        table = self.sheet.rule_set.tables.legal_zones
        known = {legal_zone(zone, table) for zone in found if zone is not None and zone != UNKNOWN}
        return tuple(sorted(known))

    def boundaries(
        self, ground: Ground, starts: Iterable[int], first: int, last: int, alone: Iterable[int] | None = None
    ) -> list[int]:
        """Return the whole seconds after ``first`` and up to ``last`` at which the outcome of rules may change.

        ``ground`` is on what they rest, ``starts`` the instants at which they come into force. ``alone`` are those
        boundaries that do not hang on the past or on places, where they are known.
        """
        # Within one date nothing changes that goes by dates.
        by_dates = self._passes_midnight(first, last)
        boundaries = set(self._of_past(ground, by_dates=by_dates))
        boundaries.update(self._alone(ground, starts, first, last, by_dates=by_dates) if alone is None else alone)
        return self.seconds(boundaries, first, last)

    def _of_past(self, ground: Ground, *, by_dates: bool) -> Iterator[int]:
        """Yield what hangs on contacts before the attempt, and on places."""
        if self._known_past is None:
            self._known_past = frozenset(self._past_instants())
        yield from self._known_past
        started = [past.started_at for past in self.events]
        if by_dates:
            # A visit and the letter that it left belong together on one date.
            for at in started:
                yield from self._days_after(at, (1,))
        for measure in ground.measures if started else ():
            yield from self._of_starts(measure, started, ground, by_dates=by_dates)

    def _alone(self, ground: Ground, starts: Iterable[int], first: int, last: int, *, by_dates: bool) -> Iterator[int]:
        """Yield what does not."""
        if self._known_instants is None:
            self._known_instants = frozenset(self._instants())
        yield from self._known_instants
        yield from starts
        if by_dates:
            if self._known_dates is None:
                self._known_dates = frozenset(self._first_dates())
            yield from self._known_dates
        for measure in ground.measures:
            yield from self._of_starts(measure, self._beginnings(measure), ground, by_dates=by_dates)
        if ground.is_daily:
            yield from self._daily(ground, first, last)

    def _passes_midnight(self, first: int, last: int) -> bool:
        """Say whether a date begins between two instants, by the borrower's clocks or by those of registries."""
        zone = self.sheet.borrower_zone
        if zone is None or last - first > DAY:
            return True
        return any(not _within_date(one, first - 2 * SECOND, last + 2 * SECOND) for one in {zone, REGISTRY_ZONE})

    @staticmethod
    def seconds(boundaries: set[int], first: int, last: int) -> list[int]:
        """Return boundaries as whole seconds in order."""
        near = [one for one in boundaries if first - SECOND <= one <= last]
        return sorted({at for one in near for at in whole_seconds(one) if first < at <= last})

    # What changes once

    def _past_instants(self) -> Iterator[int]:
        yield from self.expiries
        for past in self.events:
            yield microseconds(past.started_at)
            known = Knowledge.of(past)
            yield from (known.first, known.from_then_on)
            if past.ended_at is not None:
                yield microseconds(past.ended_at)

    def _instants(self) -> Iterator[int]:
        profile = self.sheet.profile
        if profile is not None:
            for window in profile.quiet_windows or ():
                yield from (microseconds(at) for at in (window.valid_from, window.valid_to) if at is not None)
            for told in profile.instructions or ():
                yield from (microseconds(at) for at in (told.at, told.expires) if at is not None)

    def _first_dates(self) -> Iterator[int]:
        event, profile = self.sheet.event, self.sheet.profile
        if profile is not None:
            dated: list[OwnNumber | EmergencyContact] = [*(profile.numbers or ()), *(profile.emergency_contacts or ())]
            for entry in dated:
                yield from self._dates(entry.valid_from, entry.valid_to)
        registry = self.sheet.world.registry
        if registry is None:
            return
        if registry.known_from is not None:
            yield microseconds(start_of_day(registry.known_from, REGISTRY_ZONE))
        firms: Firms = self.sheet.value("law_firm.firms")
        looked_up = [(firm, category) for firm in firms.names for category in ("law_firm", "official_directory")]
        if event.agency:
            looked_up.append((event.agency, "collection_agency"))
        for name, category in looked_up:
            for period in registry.periods(name, category):
                for day in (period.first, None if period.last is None else period.last + _DAY):
                    if day is not None:
                        yield microseconds(start_of_day(day, REGISTRY_ZONE))

    def _dates(self, first: date | None, last: date | None) -> Iterator[int]:
        for day in (first, None if last is None or last >= date.max - _DAY else last + _DAY):
            if day is not None:
                yield from self._starts(day)

    def _starts(self, day: date) -> Iterator[int]:
        """Yield when a date begins in the zone of the borrower; where that is unknown, when it may begin."""
        zone = self.sheet.borrower_zone
        if zone is not None:
            yield microseconds(start_of_day(day, zone))
            return
        midnight = datetime.combine(day, time(), UTC)
        yield from (microseconds(midnight + edge) for edge in _EDGES)

    def _days_after(self, started: datetime, steps: tuple[int, ...]) -> Iterator[int]:
        zone = self.sheet.borrower_zone
        if zone is not None:
            today = local_date(started, zone)
            yield from (microseconds(start_of_day(today + timedelta(days=step), zone)) for step in steps)
            return
        at = microseconds(started)
        for step in range(max(steps) + 3):
            day = (started.astimezone(UTC) + timedelta(days=step - 1)).date()
            yield from self._starts(day)
            yield from (at + step * DAY + shift for shift in (-HOUR, -HOUR - 1, 0, HOUR - 1, HOUR))

    def of_measure(self, measure: CompiledMeasure) -> Iterator[int]:
        """Yield when a contact leaves the window of a measure."""
        starts = [past.started_at for past in self.events]
        yield from self._of_starts(measure, starts + self._beginnings(measure), None, by_dates=True)

    def _beginnings(self, measure: CompiledMeasure) -> list[datetime]:
        """Return from when on all that a measure may count is there, where that is not from the beginning."""
        whole = complete_from(self.sheet, measure)
        return [] if whole is None else [moment(whole)]

    def _of_starts(
        self, measure: CompiledMeasure, starts: Iterable[datetime], ground: Ground | None, *, by_dates: bool
    ) -> Iterator[int]:
        """Yield when what began then leaves the window of a measure, and when it is as long ago as a rule asks."""
        spans = [
            int(value)
            for test in (ground.tests if ground is not None and measure.count == "elapsed" else ())
            if test.fact == f"measure.{measure.name}"
            for value in _constants(test)
        ]
        for started in starts:
            at = microseconds(started)
            yield from (at + span for span in spans)
            if measure.window.kind == "elapsed":
                yield at + measure.window.size
            if not by_dates:
                continue
            if measure.window.before_dates:
                yield from self._days_after(started, (measure.window.before_dates,))
            match measure.window.kind:
                # A contact leaves with its last date, and what lies before a complete history with the date before.
                case "local_day":
                    yield from self._days_after(started, (0, 1))
                case "local_dates":
                    yield from self._days_after(started, (measure.window.size - 1, measure.window.size))
                case "local_week":
                    yield from self._days_after(started, tuple(range(8)))
                case "local_month":
                    yield from self._days_after(started, tuple(range(32)))
                case _:
                    pass

    # What changes every day

    def _daily(self, ground: Ground, first: int, last: int) -> Iterator[int]:
        clocks = set(ground.clocks)
        profile = self.sheet.profile
        for window in (profile.quiet_windows if ground.quiet_windows and profile is not None else None) or ():
            clocks.add(0)
            clocks.update(clock_microseconds(at) for at in (window.start, window.end) if at is not None)
        for zone in self._zones if clocks else ():
            yield from _shown(zone, tuple(sorted(clocks)), first, last)
        if ground.dates and self.sheet.borrower_zone is not None:
            yield from _shown(self.sheet.borrower_zone, (0,), first, last)
        elif ground.dates:
            midnight = first // DAY * DAY
            while midnight <= last + DAY:
                yield from (midnight + microseconds(_EPOCH + edge) for edge in _EDGES)
                midnight += DAY


def _within_date(zone: str, first: int, last: int) -> bool:
    """Say whether two instants, and all between them, lie within one date of a zone."""
    start, end = _ends_of(zone, local_date(moment((first + last) // 2), zone))
    return start <= first and last < end


@lru_cache(maxsize=1_000)
def _ends_of(zone: str, day: date) -> tuple[int, int]:
    """Return when a date begins in a zone, and when the next does."""
    return microseconds(start_of_day(day, zone)), microseconds(start_of_day(day + _DAY, zone))


def _shown(zone: str, clocks: tuple[int, ...], first: int, last: int) -> Iterator[int]:
    """Yield when the clocks of a zone show some times, and when they are changed, between two instants."""
    day, end = local_date(moment(first), zone) - _DAY, local_date(moment(last), zone) + _DAY
    while day <= end:
        yield from _shown_on(zone, clocks, day)
        day += _DAY
    changes = clock_changes(zone)
    yield from changes[bisect_left(changes, first) : bisect_right(changes, last)]


@lru_cache(maxsize=5_000)
def _shown_on(zone: str, clocks: tuple[int, ...], day: date) -> frozenset[int]:
    """Return when the clocks of a zone show some times on a date: once, twice where they are put back, or as if."""
    naive = datetime(day.year, day.month, day.day)  # noqa: DTZ001  # put on below
    times = [naive + timedelta(microseconds=clock) for clock in clocks]
    return frozenset(
        microseconds(zone_of(zone).localize(at, is_dst=summer)) for at in times for summer in (True, False)
    )

"""An attempt or a contact before its past: which part of the past is needed, and what the rules say.

The facts, the history and the engines are those of every audit; here a history is made of the few contacts that the
windows of the rules reach, not of a whole log.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from collection_guard.engines.base import VIOLATION
from collection_guard.facts.clock import local_date, microseconds
from collection_guard.facts.history import (
    BEGINNING,
    MAY_BE_ANY,
    Entry,
    History,
    Noted,
    key_part,
    noted,
    reach_of,
)
from collection_guard.facts.keys import agency_key, borrower_key, case_key
from collection_guard.facts.knowledge import Knowledge
from collection_guard.facts.numbers import number_key
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.signs import is_sign
from collection_guard.guard.decision import Finding
from collection_guard.guard.standing import Pattern, Reading, Said, Under
from collection_guard.guard.stores.base import (
    CHANGES_STATE,
    MAY_NAME_FIRM,
    NO_SIGN,
    ByKey,
    Keys,
    Locks,
    Row,
    Signs,
    Wanted,
)
from collection_guard.guard.surroundings import KINDS, Surroundings
from collection_guard.language.kleene import NO, YES
from collection_guard.language.schema import Key
from collection_guard.language.units import DAY, HOUR
from collection_guard.model.event import Event

_FIRMS_FOR: Final = 2 * DAY
"""A visit and the letter that it left lie on one date, and a date lasts 25 hours at the most."""


@dataclass(frozen=True, slots=True)
class Floors:
    """How far back rules read, whoever it is about: instants in microseconds, by the kinds of keys."""

    firms: int
    """For letters and visits, which belong together."""
    by_kind: tuple[tuple[Key, int], ...]


@dataclass(frozen=True, slots=True)
class Judgement:
    """What every rule says of one event, on its fact sheets under all packs."""

    sheets: Sequence[Under]
    pattern: Pattern

    @property
    def shown(self) -> list[FactSheet]:
        """Return the fact sheets by the first rule of their packs."""
        return [self.sheets[place][1] for place in self.pattern.order]

    def violations(self) -> list[Finding]:
        """Return what the rules that are violated have to say, sorted by rule id."""
        found = (self.pattern.finding(one, self.sheets) for one in self.pattern.standings if one.word == VIOLATION)
        return [finding for finding in found if finding is not None]

    def findings(self) -> list[Finding]:
        """Return what the rules have to say, sorted by rule id."""
        found = (self.pattern.finding(one, self.sheets) for one in self.pattern.standings)
        return [finding for finding in found if finding is not None]


class _Past(History):
    """A history in which what an event counts for is remembered, and some contacts are under way.

    These count wherever they may, and restart no count.
    """

    def __init__(self, around: Surroundings, under_way: frozenset[str]) -> None:
        super().__init__()
        self._around = around
        self._under_way = under_way

    def _noted(self, sheet: FactSheet) -> Iterable[Noted]:
        if sheet.event.event_id not in self._under_way:
            return self._around.noted(sheet)
        return [(name, key, _taken(entry)) for name, key, entry in noted(sheet)]

    def forget(self) -> None:
        """Forget everything: the events, whose sheets name this past, and what was found out about them."""
        for sheet in self._events:
            sheet.forget()
        for kept in (self._events, self._entries, self._tallies, self._signs, self._past):
            kept.clear()


def let_go(sheets: Iterable[FactSheet]) -> None:
    """Forget what was found out, once no fact is asked for any more.

    Sheets and the past before them name each other: whoever drops them as they are leaves them to Python's search for
    garbage, and for that the slowest of all calls wait.
    """
    for sheet in sheets:
        if isinstance(sheet.history, _Past):
            sheet.history.forget()
        sheet.forget()


def _taken(entry: Entry) -> Entry:
    return replace(entry, counts=NO if entry.counts == NO else YES, restarts=NO)


class Scene:
    """A past, under every pack; beside it, contacts that are under way."""

    def __init__(self, around: Surroundings, past: Iterable[Event] = (), under_way: Iterable[Event] = ()) -> None:
        self.around = around
        beside = list(under_way)
        taken = frozenset(event.event_id for event in beside)
        self._histories = {pack.name: _Past(around, taken) for pack in around.packs}
        self._last: tuple[Event, tuple[Under, ...]] | None = None
        self.add(past)
        self.add(beside)

    def add(self, past: Iterable[Event]) -> None:
        """Add contacts to the past."""
        around = self.around
        for event in past:
            for pack, rule_set in around.rule_sets(event):
                history = self._histories[pack.name]
                history.add(FactSheet(event, around.world, rule_set, history))

    def sheets(self, event: Event) -> tuple[Under, ...]:
        """Return the fact sheet of an event under each pack; those of the last event are kept."""
        if self._last is None or self._last[0] is not event:
            sheets = (
                (pack, FactSheet(event, self.around.world, rule_set, self._histories[pack.name]))
                for pack, rule_set in self.around.rule_sets(event)
            )
            self._last = event, tuple(sheets)
        return self._last[1]

    def readings(self, event: Event) -> Iterator[Reading]:
        """Yield every rule as it stands on an event."""
        yield from self.readings_on({pack.name: sheet for pack, sheet in self.sheets(event)})

    def readings_on(self, sheets: Mapping[str, FactSheet]) -> Iterator[Reading]:
        """Yield every rule as it stands on the fact sheets of one event, by the name of the pack."""
        for pack in self.around.packs:
            sheet = sheets[pack.name]
            day = local_date(sheet.event.started_at, pack.zone)
            for rule in sheet.rule_set.rules:
                yield Reading(rule, pack, sheet, rule.in_force_on(day))

    def judged(self, event: Event, *, forgotten: bool = False) -> Judgement:
        """Return what every rule says of an event; ``forgotten``: of a past that nobody can read."""
        return judgement(self.around, self.sheets(event), forgotten=forgotten)


def judgement(
    around: Surroundings, sheets: Sequence[Under], *, forgotten: bool = False, said: Said | None = None
) -> Judgement:
    """Return what every rule says on the fact sheets of one event under all packs."""
    for _, sheet in sheets if forgotten else ():
        _forget(sheet)
    return Judgement(sheets, around.patterns.of(sheets, said))


def _forget(sheet: FactSheet) -> None:
    """Leave open what hangs on the past; what a profile says stands."""
    defined = sheet.rule_set.defined
    for name, fact in sheet.rule_set.vocabulary.items():
        if fact.of_history and name not in defined and (name.startswith("measure.") or not sheet.value(name)):
            sheet.tell(name, None)


def keys_of(around: Surroundings, event: Event) -> Keys:
    """Return the keys by which an event is found again; they are the same under every pack."""
    world = around.world
    if world.kept:
        sheet = FactSheet(event, world, around.packs[0].rule_sets[0], History())
        return Keys(event.case_id, *(key_part(sheet, kind) for kind in KINDS))
    case = case_key(event.case_id)
    profile = world.profiles.get(event.case_id) if case is not None else None
    return Keys(
        event.case_id,
        case,
        borrower_key(event.borrower_id, event.case_id, profile.borrower_id if profile else None),
        number_key(event.recipient.number, world.settings.country),
        event.collector.id,
        agency_key(event.agency),
    )


def floors_of(around: Surroundings, event: Event, sheets: Iterable[Under] = ()) -> Floors:
    """Return how far back any rule may read of an event, or of the same event at a later time.

    ``sheets`` are fact sheets of the event; none of what is read on them hangs on the past.
    """
    known = {sheet.rule_set: sheet for _, sheet in sheets}
    floors: dict[Key, int] = {}
    for rule_set in (rule_set for pack in around.packs for rule_set in pack.rule_sets):
        sheet = known.get(rule_set) or FactSheet(event, around.world, rule_set, History())
        read = around.reads(rule_set)
        for kind, measure in read.measures:
            floor = reach_of(sheet, measure).floor
            floors[kind] = min(floor, floors.get(kind, floor))
        if read.whole_case:
            floors["case"] = BEGINNING
    return Floors(microseconds(event.started_at) - _FIRMS_FOR, tuple(floors.items()))


def wanted_by(around: Surroundings, keys: Keys, floors: Floors) -> Wanted:
    """Return the part of the past that has these keys, as far back as any rule may read."""
    parts: dict[tuple[Key, str], int] = {}
    for kind, floor in floors.by_kind:
        value: str | None = getattr(keys, kind)
        if value is None:
            continue
        parts[kind, value] = min(floor, parts.get((kind, value), floor))
        # Contacts are kept by whom their profile named then; who that is may have become known since.
        for case in around.cases_of(value, keys.case_id) if kind == "borrower" else ():
            parts["case", case] = min(floor, parts.get(("case", case), floor))
    by_key = tuple([ByKey(kind, value, since, kind in MAY_BE_ANY) for (kind, value), since in parts.items()])
    return Wanted(keys.case_id, floors.firms, by_key)


def wanted_of(around: Surroundings, event: Event, sheets: Iterable[Under] = ()) -> Wanted:
    """Return the part of the past that any rule may read of an event, or of the same event at a later time."""
    return wanted_by(around, keys_of(around, event), floors_of(around, event, sheets))


def locks_of(around: Surroundings, keys: Keys) -> Locks:
    """Return what a step on an event must be alone with: everyone whose count it may change or read."""
    exclusive = {f"case:{keys.case_id}", f"borrower:{keys.borrower}"}
    shared: set[str] = set()
    for kind in around.widest_kinds:
        value = getattr(keys, kind)
        # Who has no number, or no name, may count for everybody: such a step is alone with all of them.
        exclusive.add(f"{kind}" if value is None else f"{kind}:{value}")
        if value is not None:
            shared.add(kind)
    return Locks(tuple(sorted(exclusive)), tuple(sorted(shared)))


def widest_window(around: Surroundings) -> int | None:
    """Return how far back any rule looks, in microseconds, None for ever."""
    rule_sets = [rules for pack in around.packs for rules in pack.rule_sets]
    windows = (one.window for rules in rule_sets for one in rules.measures.values())
    if any(around.reads(rules).whole_case for rules in rule_sets):
        return None
    widest = _FIRMS_FOR
    for window in windows:
        if window.kind == "ever":
            return None
        dates = {"local_day": 1, "local_week": 7, "local_month": 31}.get(window.kind, window.size)
        widest = max(widest, window.size if window.kind == "elapsed" else (dates + 1) * (DAY + HOUR))
    return widest


def row_of(event: Event, keys: Keys) -> Row:
    """Return a contact as a store keeps it."""
    sign: Signs = NO_SIGN
    if event.outcome.state_change is not None:
        sign = CHANGES_STATE
    elif is_sign(event):
        sign = MAY_NAME_FIRM
    at = microseconds(event.started_at)
    return Row(event.event_id, at, Knowledge.of(event).first, sign, keys, payload_of(event))


def payload_of(event: Event) -> str:
    """Return an event as the text of a row: what is not said in it is left out."""
    return event.model_dump_json(exclude_defaults=True)


@lru_cache(maxsize=20_000)
def event_in(payload: str) -> Event:
    """Return the event of a row: contacts of the same people are read again and again."""
    return Event.model_validate_json(payload)

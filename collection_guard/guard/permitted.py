"""When this very attempt would be lawful, were it made later and nothing else happened."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from collection_guard.facts.clock import microseconds
from collection_guard.facts.sheet import FactSheet
from collection_guard.guard.attempts import before_contact
from collection_guard.guard.boundaries import Calendar, beginnings, moment
from collection_guard.guard.deciding import Ruling, add_places, outcome_of, rule_on, under_way, unseen
from collection_guard.guard.decision import Limit, Permitted
from collection_guard.guard.likeness import Alike
from collection_guard.guard.scene import Judgement, Scene, judgement, let_go
from collection_guard.guard.settings import OnFailure
from collection_guard.guard.standing import Reading
from collection_guard.guard.surroundings import Surroundings, holds_up
from collection_guard.language.compiled import CompiledMeasure, CompiledPack, CompiledRule, RuleSet
from collection_guard.language.kleene import UNBOUNDED, ends
from collection_guard.language.units import DAY, HOUR, SECOND
from collection_guard.model.event import Event

HORIZON: Final = 400 * DAY
"""How far ahead is searched: a year and a month."""
_REACHES: Final = (2 * DAY, 30 * DAY, HORIZON)
"""Clocks are looked at in steps: most answers lie within a day or two."""


_NEAR: Final = HOUR
"""How far ahead is looked, at the least, for what turns while a place is kept."""


@dataclass(frozen=True, slots=True)
class Held:
    """A contact that is under way, and until when its place is kept, in microseconds."""

    event: Event
    expires: int


class Outlook:
    """One attempt, at any later instant, before a history that stands still."""

    def __init__(
        self,
        around: Surroundings,
        attempt: Event,
        past: Sequence[Event],
        held: Sequence[Held],
        on_failure: OnFailure,
        scene: Scene | None = None,
        alike: Alike | None = None,
    ) -> None:
        """Take an attempt and what was before it; ``scene`` is that past, where it was set already.

        ``alike`` is what was found out about attempts that are like this one, and takes what is found out here.
        """
        self._around = around
        self._attempt = attempt
        self._past = past
        self._held = held
        self._on_failure = on_failure
        self.alike = alike
        self._alone = scene or Scene(around, past)
        self._first = microseconds(attempt.started_at)
        self._known: dict[tuple[str, str, int], bool] = {}
        self._readings: dict[int, dict[tuple[str, str], Reading]] = {}
        self._beside: dict[int, dict[tuple[str, str], Reading]] = {}
        self._sheets: dict[int, dict[str, FactSheet]] = {}
        self._sheets_beside: dict[int, dict[str, FactSheet]] = {}
        self._ahead: dict[str, tuple[int, list[int]]] = {}
        events = (*past, *(place.event for place in held))
        expiries = tuple(place.expires for place in held)
        self._calendars = {name: Calendar(one, events, expiries) for name, one in self._sheets_at(self._first).items()}

    def let_go(self) -> None:
        """Forget what was found out: nothing is asked any more."""
        for sheets in (*self._sheets.values(), *self._sheets_beside.values()):
            let_go(sheets.values())

    # One instant

    def permits(self, pack: CompiledPack, rule_id: str, at: int) -> bool:
        """Say whether a rule lets the attempt pass at an instant."""
        known = self._known.get((pack.name, rule_id, at))
        if known is None:
            known = self._known[pack.name, rule_id, at] = self._permits((pack.name, rule_id), at)
        return known

    def _permits(self, key: tuple[str, str], at: int) -> bool:
        reading = self._at(at)[key]
        hangs = reading.hangs_on_outcome()
        outcome, _ = outcome_of(reading.rule.rule, reading.truth_before(), self._on_failure, hangs=hangs)
        if outcome != "allow":
            return False
        if reading.rule.rule.effect == "note":
            return True
        beside = self._beside_at(at)
        return not beside or beside[key].grade() <= reading.grade()

    def _at(self, at: int) -> dict[tuple[str, str], Reading]:
        found = self._readings.get(at)
        if found is None:
            found = self._readings[at] = _by_rule(self._alone.readings_on(self._sheets_at(at)))
        return found

    def _sheets_at(self, at: int) -> dict[str, FactSheet]:
        """Return the attempt under each pack, by its name, as it would be at an instant."""
        found = self._sheets.get(at)
        if found is None:
            sheets = self._alone.sheets(self._attempt_at(at))
            found = self._sheets[at] = {pack.name: sheet for pack, sheet in sheets}
        return found

    def _beside_at(self, at: int) -> dict[tuple[str, str], Reading]:
        found = self._beside.get(at)
        if found is None:
            sheets = self._beside_sheets_at(at)
            found = self._beside[at] = _by_rule(self._alone.readings_on(sheets)) if sheets else {}
        return found

    def _beside_sheets_at(self, at: int) -> dict[str, FactSheet]:
        """Return the same with the places that others hold at that instant; empty if there are none."""
        found = self._sheets_beside.get(at)
        if found is None:
            attempt = self._attempt_at(at)
            scene = scene_beside(self._around, attempt, self._past, self._held)
            sheets = scene.sheets(attempt) if scene is not None else ()
            found = self._sheets_beside[at] = {pack.name: sheet for pack, sheet in sheets}
        return found

    def _attempt_at(self, at: int) -> Event:
        if at == self._first:
            return self._attempt
        return before_contact(self._attempt, moment(at), self._around.after_fields)

    def ruling(self) -> Ruling:
        """Return what the rules and the places that others hold come to on the attempt as it was asked for."""
        ruling = rule_on(self.judgement, self._on_failure)
        beside = self._beside_sheets_at(self._first)
        if beside:
            add_places(ruling, self.judgement.pattern, self._judged_on(beside).pattern)
        return ruling

    @cached_property
    def judgement(self) -> Judgement:
        """Return what the rules say of the attempt as it was asked for, on recorded contacts alone."""
        return self._judged_on(self._sheets_at(self._first))

    def _judged_on(self, sheets: Mapping[str, FactSheet]) -> Judgement:
        said = None if self.alike is None else self.alike.said
        return judgement(self._around, [(pack, sheets[pack.name]) for pack in self._around.packs], said=said)

    @property
    def is_alone(self) -> bool:
        """Say whether nothing is under way beside the attempt."""
        return not self._beside_sheets_at(self._first)

    # One rule

    def _boundaries(self, pack: CompiledPack, rule_id: str, first: int, last: int) -> list[int]:
        found: set[int] = set()
        for rule_set in pack.rule_sets:
            rule = rule_of(rule_set, rule_id)
            ground = self._around.ground(rule_set, rule)
            found.update(self._calendars[pack.name].boundaries(ground, beginnings(pack, rule), first, last))
        return sorted(found)

    def _turn(self, pack: CompiledPack, rule_id: str, first: int, last: int, *, to: bool) -> int | None:
        """Return the first whole second from ``first`` on at which a rule permits (``to``), or forbids."""
        if self.permits(pack, rule_id, first) is to:
            return first
        before = first
        reaches = [min(self._first + reach, last) for reach in _REACHES if self._first + reach > first]
        for reach in dict.fromkeys([*reaches, last]):
            for at in self._boundaries(pack, rule_id, before, reach):
                if self.permits(pack, rule_id, at) is to:
                    return self._exactly(pack, rule_id, before, at, to=to)
                before = at
            before = max(before, reach // SECOND * SECOND)
        return None

    def _exactly(self, pack: CompiledPack, rule_id: str, before: int, at: int, *, to: bool) -> int:
        """Return the very second of a turn between two instants."""
        # INVARIANT (counterfactual-exact): one second before the answer the rule still says the opposite.
        while at - before > SECOND and self.permits(pack, rule_id, at - SECOND) is to:
            middle = (before + at) // 2 // SECOND * SECOND
            if self.permits(pack, rule_id, middle) is to:
                at = middle
            else:
                before = middle
        return at

    # All rules

    def intervals(self, most: int) -> tuple[Permitted, ...]:
        """Return the next intervals in which every rule permits the attempt, each with the rule that held it up."""
        rules = self._rules()
        last = self._first + HORIZON
        at = -(-self._first // SECOND) * SECOND
        found: list[Permitted] = []
        while len(found) < most:
            met = self._meet(rules, at, last)
            if met is None:
                break
            since, binding = met
            until = self._ends(rules, since, last)
            found.append(Permitted(since=moment(since), to=None if until is None else moment(until), rule=binding))
            if until is None:
                break
            at = until
        return tuple(found)

    def lasting(self) -> tuple[str, ...]:
        """Return the rules that forbid the attempt at every instant: time alone cures none of them."""
        last = self._first + HORIZON
        return tuple(rule for pack, rule in self._rules() if self._turn(pack, rule, self._first, last, to=True) is None)

    def _ends(self, rules: list[tuple[CompiledPack, str]], at: int, last: int) -> int | None:
        """Return the first instant that some rule forbids, None if none does; what turns daily bounds the search."""
        until: int | None = None
        for pack, rule_id in sorted(rules, key=lambda item: not self._turns_daily(*item)):
            turn = self._turn(pack, rule_id, at, last if until is None else until - SECOND, to=False)
            until = until if turn is None else turn
        return until

    def _turns_daily(self, pack: CompiledPack, rule_id: str) -> bool:
        return any(self._around.ground(one, rule_of(one, rule_id)).clocks for one in pack.rule_sets)

    def _meet(self, rules: list[tuple[CompiledPack, str]], at: int, last: int) -> tuple[int, str | None] | None:
        """Return the first instant that all rules permit, and the rule that was the last to do so."""
        binding: str | None = None
        moved = True
        while moved:
            moved = False
            for pack, rule_id in rules:
                turn = self._turn(pack, rule_id, at, last, to=True)
                if turn is None:
                    return None
                if turn > at:
                    at, binding, moved = turn, rule_id, True
        return at, binding

    def _rules(self) -> list[tuple[CompiledPack, str]]:
        """Return the rules that can hold an attempt up; those that do so now stand first, for they may never cease."""
        now = self._at(self._first)
        found = [(reading.pack, key[1]) for key, reading in now.items() if holds_up(reading.rule)]
        stops = {item: not self.permits(*item, self._first) for item in found}
        turning = [item for item in found if stops[item] or self._may_turn(*item)]
        return sorted(turning, key=lambda item: not stops[item])

    def _may_turn(self, pack: CompiledPack, rule_id: str) -> bool:
        """Say whether a rule that lets the attempt pass may forbid it later."""
        if self._turns_daily(pack, rule_id):
            return True
        return bool(self._boundaries(pack, rule_id, self._first, self._first + HORIZON))

    def allowed_until(self, last: int) -> int:
        """Return the first instant after now at which a rule forbids what it permits now, at most ``last``."""
        for pack in self._around.packs:
            rules = self._around.holding_up(pack)
            for at in self._turns(pack, last):
                if at > last:
                    break
                if any(self.permits(pack, one, self._first) and not self.permits(pack, one, at) for one in rules):
                    last = at
                    break
        return last

    def unturned_until(self) -> int:
        """Return the first whole second, within an hour, at which anything that any rule reads may turn."""
        first = [turns[0] for turns in (self._turns(pack, 0) for pack in self._around.packs) if turns]
        # A whole second, too, where nothing does: others that are like the attempt look no further than this.
        return min(first, default=(self._first + _NEAR) // SECOND * SECOND)

    def unturned_alone(self) -> int:
        """Return the same for the attempt without its past: what others that are like it have in common with it."""
        if not self._past and not self._held:
            return self.unturned_until()
        alone = Outlook(self._around, self._attempt, (), (), self._on_failure)
        return alone.unturned_until()

    def _turns(self, pack: CompiledPack, last: int) -> list[int]:
        """Return the whole seconds after now, up to an instant or further, at which anything may turn."""
        known = self._ahead.get(pack.name)
        if known is None or known[0] < last:
            ground, starts = self._around.whole_ground(pack)
            alike = self.alike
            if alike is not None and alike.holds(self._first) and last < alike.until:
                # What others have in common with it does not turn before: what is left is its own past.
                reach, alone = alike.until, (alike.until,)
            else:
                reach, alone = max(last, self._first + _NEAR), None
            turns = self._calendars[pack.name].boundaries(ground, starts, self._first, reach, alone)
            known = self._ahead[pack.name] = reach, turns
        return known[1]

    # Limits

    def limits(self) -> tuple[Limit, ...]:
        """Return how far counted limits are used, and when the count of each falls next."""
        beside = self._beside_sheets_at(self._first)
        found = []
        for pack, standings in zip(self._around.packs, self.judgement.pattern.by_pack, strict=True):
            sheet = self._sheets_at(self._first)[pack.name]
            for index, measure, least in self._around.counted(sheet.rule_set):
                if not standings[index].counts:
                    continue
                used = highest(sheet, measure)
                taken = highest(beside[pack.name], measure) if beside else used
                falls = self._falls(pack, measure, used)
                found.append(
                    Limit(
                        rule=standings[index].rule.id,
                        measure=measure.name,
                        used=used,
                        reserved=max(0.0, taken - used),
                        limit=least,
                        resets_at=None if falls is None else moment(falls),
                    )
                )
        return tuple(found)

    def _falls(self, pack: CompiledPack, measure: CompiledMeasure, used: float) -> int | None:
        if not used:
            return None
        calendar = self._calendars[pack.name]
        boundaries = set(calendar.of_measure(measure))
        for at in calendar.seconds(boundaries, self._first, self._first + HORIZON):
            if highest(self._sheets_at(at)[pack.name], measure) < used:
                return at
        return None


def scene_beside(around: Surroundings, attempt: Event, past: Iterable[Event], held: Iterable[Held]) -> Scene | None:
    """Return the past of an attempt with the places that others hold at its instant; None if there are none."""
    at = microseconds(attempt.started_at)
    past = list(past)
    beside = [*(place.event for place in held if place.expires > at), *unseen(past, attempt)]
    if not beside:
        return None
    taken = {event.event_id for event in beside}
    return Scene(
        around, [one for one in past if one.event_id not in taken], under_way(beside, attempt, around.instructing)
    )


def highest(sheet: FactSheet, measure: CompiledMeasure) -> float:
    """Return the highest that a count can be; nothing is counted where its key is unknown."""
    value = sheet.value(f"measure.{measure.name}")
    return 0.0 if value is None else min(ends(value)[1], UNBOUNDED)


def rule_of(rule_set: RuleSet, rule_id: str) -> CompiledRule:
    """Return the rule of an id: a pack has the same rules on every date."""
    index = bisect_right(rule_set.rules, rule_id, key=lambda rule: rule.id) - 1
    return rule_set.rules[index]


def _by_rule(readings: Iterable[Reading]) -> dict[tuple[str, str], Reading]:
    return {(reading.pack.name, reading.rule.id): reading for reading in readings}

"""The judge: events in their order, through facts and an engine, to verdicts with missing facts and evidence."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, VIOLATION, Engine, MakeEngine
from collection_guard.engines.durable import DurableEngine, is_available
from collection_guard.engines.evidence import evidence_of, values_named
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.facts.atoms import missing_of, truth_of, truth_of_atom
from collection_guard.facts.clock import local_date, microseconds
from collection_guard.facts.history import History, reach_of
from collection_guard.facts.sheet import FactSheet, FactSource
from collection_guard.facts.world import World
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.ir import Atom, Node, open_atoms, tests_of
from collection_guard.language.kleene import YES
from collection_guard.model.event import Event
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.verdict import Verdict

ENGINES: Final = ("auto", "reference", "durable")


def engine_maker(name: str) -> MakeEngine:
    """Return the maker of an engine: durable where it can be imported, the reference engine elsewhere.

    Single contacts are no matter for columns or Spark: where these are asked for, it is as for ``auto``.
    """
    if name == "reference" or (name in {"auto", "columnar", "spark"} and not is_available()):
        return ReferenceEngine
    if not is_available():
        raise ConfigurationError([Problem("durable_unavailable")])
    return DurableEngine


def missing_facts(rule: CompiledRule, facts: FactSource, rule_set: RuleSet) -> tuple[str, ...]:
    """Return the unknown facts on which an unassessable verdict hangs, in the vocabulary's order (semantics 2)."""
    found = _missing_in(rule.whole, facts, rule_set)
    if len(found) < 2:
        return tuple(found)
    order = {name: index for index, name in enumerate(rule_set.vocabulary)}
    return tuple(sorted(found, key=lambda name: (order.get(name, len(order)), name)))


def _missing_in(node: Node, facts: FactSource, rule_set: RuleSet) -> set[str]:
    found: set[str] = set()
    for atom in open_atoms(node, lambda leaf: truth_of_atom(leaf, facts)):
        found |= missing_at(atom, facts, rule_set)
    return found


def missing_at(atom: Atom, facts: FactSource, rule_set: RuleSet) -> frozenset[str]:
    """Return what is named as missing for one leaf that hangs."""
    return frozenset().union(*(_named(name, facts, rule_set) for name in missing_of(atom, facts)))


def _named(name: str, facts: FactSource, rule_set: RuleSet) -> set[str]:
    """Return what is named for an unknown fact: the fact, and the parameters that leave its definition arguable.

    Where these alone leave it open, no fact is missing.
    """
    definition = rule_set.defined.get(name)
    if definition is None:
        return {name}
    inside = _missing_in(definition, facts, rule_set)
    arguable = {one for one in inside if one.startswith("parameter.")}
    return arguable if arguable and arguable == inside else {name} | arguable


@dataclass(frozen=True, slots=True)
class Judged:
    """One verdict, and whether it looked back past the earliest contact that the log holds.

    ``values`` are those of the facts that the rule's message and remedy name, where the rule is violated.
    """

    rule: CompiledRule
    pack: CompiledPack
    verdict: Verdict
    looks_past_log: bool
    values: dict[str, Any]


def verdict_on(sheet: FactSheet, rule: CompiledRule, word: str) -> Verdict:
    """Return a verdict with what was missing for it, or the evidence of it."""
    missing: tuple[str, ...] = ()
    evidence: dict[str, Any] = {}
    if word == UNASSESSABLE:
        missing = missing_facts(rule, sheet, sheet.rule_set)
    elif word == VIOLATION:
        evidence = evidence_of(rule, sheet)
        if rule.rebuttal:
            # A presumption can be rebutted: the finding names what speaks against it, if anything does.
            speaks = [name for name, node in rule.rebuttal if truth_of(node, sheet) == YES]
            evidence["presumption:"] = {"speaks_against": speaks}
    return Verdict(sheet.event.event_id, sheet.event.case_id, rule.id, word, missing, evidence)


class _Bench:
    """One pack with its history, and an engine for each span of dates."""

    def __init__(self, pack: CompiledPack, make: MakeEngine, world: World) -> None:
        self.pack = pack
        self.history = History()
        self._world = world
        # All engines are made at the start, so that a rule that one cannot take is refused before anything is judged.
        self.engines: dict[RuleSet, Engine] = {rule_set: make(rule_set) for rule_set in pack.rule_sets}

    def day_of(self, event: Event) -> date:
        return local_date(event.started_at, self.pack.zone)

    def sheet(self, event: Event) -> FactSheet:
        return FactSheet(event, self._world, self.pack.on(self.day_of(event)), self.history)


class Judge:
    """Judges events one by one in the order of their history: ``started_at``, then ``event_id``.

    ``judge`` gives the verdicts of one event on what precedes it; ``add`` makes the event part of the past.
    """

    def __init__(
        self, packs: Iterable[CompiledPack], world: World, engine: str = "auto", make: MakeEngine | None = None
    ) -> None:
        """Take packs and their surroundings; ``make`` stands in for the maker of the engine, to share engines."""
        plain = engine_maker(engine)
        make = make or plain
        self.engine_name = "durable" if plain is DurableEngine else "reference"
        self.world = world
        self._benches = [_Bench(pack, make, world) for pack in packs]
        self._sheets: list[FactSheet] = []
        self._measures: dict[tuple[RuleSet, str], tuple[str, ...]] = {}

    def judge(self, event: Event) -> Iterator[Judged]:
        """Yield the verdict of every rule on one event, by rule id within each pack."""
        self._sheets = [bench.sheet(event) for bench in self._benches]
        for bench, sheet in zip(self._benches, self._sheets, strict=True):
            rule_set = sheet.rule_set
            day = bench.day_of(event)
            words = bench.engines[rule_set].verdicts(sheet)
            for rule, word in zip(rule_set.rules, words, strict=True):
                verdict = verdict_on(sheet, rule, word if rule.in_force_on(day) else NOT_APPLICABLE)
                past = verdict.verdict != NOT_APPLICABLE and self._looks_past_log(sheet, rule)
                values = values_named(rule, sheet) if word == VIOLATION else {}
                yield Judged(rule, bench.pack, verdict, past, values)

    def _looks_past_log(self, sheet: FactSheet, rule: CompiledRule) -> bool:
        earliest = self.world.earliest
        if earliest is None:
            return False
        key = (sheet.rule_set, rule.id)
        names = self._measures.get(key)
        if names is None:
            names = self._measures[key] = tuple(measures_of(rule.whole, sheet.rule_set))
        if not names:
            return False
        beginning = microseconds(earliest)
        return any(reach_of(sheet, sheet.rule_set.measures[name]).first < beginning for name in names)

    def add(self, event: Event) -> None:
        """Make an event part of the past of those after it."""
        judged = bool(self._sheets) and self._sheets[0].event is event
        for index, bench in enumerate(self._benches):
            bench.history.add(self._sheets[index] if judged else bench.sheet(event))

    def sheets(self) -> list[FactSheet]:
        """Return the fact sheets of the event judged last, one for each pack."""
        return self._sheets


def measures_of(node: Node, rule_set: RuleSet) -> Iterator[str]:
    """Yield the names of the measures on which a condition rests, directly or through a defined fact."""
    for test in tests_of(node):
        name = test.fact.removeprefix("measure.")
        if name in rule_set.extensions.open_debts:
            yield from (limit.measure.name for limit in rule_set.extensions.open_debts[name])
        elif test.fact.startswith("measure."):
            yield name
        elif test.fact in rule_set.defined:
            yield from measures_of(rule_set.defined[test.fact], rule_set)


def in_order(events: Iterable[Event]) -> list[Event]:
    """Return events in the total order of a history (semantics 4)."""
    return sorted(events, key=lambda event: (event.started_at, event.event_id))

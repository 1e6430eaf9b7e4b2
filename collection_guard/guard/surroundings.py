"""What a guard decides by: rules compiled once, their engines, profiles and the registry, each with its digest."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final

from collection_guard.engines.base import Engine
from collection_guard.engines.judge import engine_maker
from collection_guard.facts.clock import local_date
from collection_guard.facts.history import MAY_BE_ANY, Noted, noted
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import World, has_case
from collection_guard.guard.boundaries import Counted, Ground, beginnings, counted_in, ground_of, together
from collection_guard.guard.standing import Patterns
from collection_guard.language.compiled import CompiledMeasure, CompiledPack, CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.fields import PREFIX
from collection_guard.language.ir import tests_of
from collection_guard.language.pack import Pack
from collection_guard.language.schema import Key
from collection_guard.model.event import Event

_MOST_NOTED: Final = 20_000
_MOST_CASES: Final = 100
"""Whoever has more cases is no person, but a word that stands for nobody in particular."""
KINDS: Final[tuple[Key, ...]] = ("case", "borrower", "number", "collector", "agency")
"""The kinds of keys, the narrowest first: a measure with several is read by the first that it has."""


def kind_of(measure: CompiledMeasure) -> Key:
    """Return by which of its keys the contacts that a measure collects are found: the narrowest that is stored."""
    return next((kind for kind in KINDS if kind in measure.keys), "borrower")


@dataclass(frozen=True, slots=True)
class Reads:
    """Which contacts the measures of a rule set read."""

    measures: tuple[tuple[Key, CompiledMeasure], ...]
    """One measure of each window, and by which key it finds its contacts."""
    whole_case: bool
    """Whether the pack reads a case from its beginning: for consents, and for what a contact answers."""
    by_event: bool
    """Whether what an event counts for hangs on nothing but itself and its case: not on what came before it."""


def reads_of(rule_set: RuleSet) -> Reads:
    """Return which contacts the measures of a rule set read."""
    measures = {(kind_of(one), one.window): one for one in rule_set.measures.values()}
    nodes = [node for one in rule_set.measures.values() for node in (one.where, one.since) if node is not None]
    named = {test.fact for node in nodes for test in tests_of(node)}
    plain = rule_set.fits_columns and not any(rule_set.vocabulary[name].of_history for name in named)
    whole = bool(rule_set.extensions.consents) or "in_reply_to" in rule_set.extensions.fields
    return Reads(tuple((kind, one) for (kind, _), one in measures.items()), whole, plain)


@dataclass(frozen=True)
class Surroundings:
    """The surroundings of every decision until the next reload."""

    packs: tuple[CompiledPack, ...]
    world: World
    engines: Mapping[RuleSet, Engine]
    rules_digest: str
    registry_digest: str | None
    after_fields: frozenset[str] = frozenset()
    """Further fields of events that only the contact itself will tell."""
    instructing: frozenset[str] = frozenset()
    """Those of them that only the person contacted can say, such as a request not to call."""
    patterns: Patterns = field(init=False)
    """What the rules come to, as far as it was met."""
    _grounds: dict[tuple[RuleSet, str], Ground] = field(default_factory=dict)
    _noted: dict[tuple[RuleSet, int], tuple[Event, tuple[Noted, ...]]] = field(default_factory=dict)
    _reads: dict[RuleSet, Reads] = field(default_factory=dict)
    _counted: dict[RuleSet, tuple[Counted, ...]] = field(default_factory=dict)
    _whole: dict[str, tuple[Ground, tuple[int, ...]]] = field(default_factory=dict)
    _holding: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _cases: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no pattern met, and with the cases of every borrower."""
        object.__setattr__(self, "patterns", Patterns(self.engines))
        for case_id, profile in self.world.profiles.items():
            if profile.borrower_id is not None:
                self._cases[profile.borrower_id] = (*self._cases.get(profile.borrower_id, ())[:_MOST_CASES], case_id)

    def rule_sets(self, event: Event) -> Iterator[tuple[CompiledPack, RuleSet]]:
        """Yield each pack with the rule set that holds on the date of an event."""
        for pack in self.packs:
            only = pack.rule_sets[0] if len(pack.rule_sets) == 1 else None
            yield pack, only or pack.on(local_date(event.started_at, pack.zone))

    def ground(self, rule_set: RuleSet, rule: CompiledRule) -> Ground:
        """Return on what a rule rests; it is found once."""
        known = self._grounds.get((rule_set, rule.id))
        if known is None:
            known = self._grounds[rule_set, rule.id] = ground_of(rule, rule_set)
        return known

    def reads(self, rule_set: RuleSet) -> Reads:
        """Return which contacts the measures of a rule set read; it is found once."""
        known = self._reads.get(rule_set)
        if known is None:
            known = self._reads[rule_set] = reads_of(rule_set)
        return known

    def noted(self, sheet: FactSheet) -> Sequence[Noted]:
        """Return a past event as every measure sees it: contacts of the same people are read again and again."""
        known = self._noted.get((sheet.rule_set, id(sheet.event)))
        if known is not None and known[0] is sheet.event:
            return known[1]
        if len(self._noted) >= _MOST_NOTED:
            self._noted.clear()
        seen = tuple(noted(sheet))
        if self.reads(sheet.rule_set).by_event:
            # The event is kept with what is said of it, so that no other is ever at its place in memory.
            self._noted[sheet.rule_set, id(sheet.event)] = sheet.event, seen
        return seen

    @cached_property
    def widest_kinds(self) -> frozenset[Key]:
        """Return the kinds of keys that some measure collects by, without a case or a borrower."""
        measures = (one for rules in self.engines for one in rules.measures.values())
        return frozenset(kind_of(measure) for measure in measures) & MAY_BE_ANY

    @cached_property
    def are_plain(self) -> bool:
        """Say whether all packs read nothing but the common vocabulary, and count by plain keys."""
        return all(rules.fits_columns for rules in self.engines)

    def cases_of(self, borrower: str, own: str) -> Sequence[str]:
        """Return the cases whose profiles name a borrower now, or one alone where they are too many for one person."""
        found = self._cases.get(borrower, ())
        alone = (own,) if has_case(own) else ()
        return alone if len(found) > _MOST_CASES else tuple(dict.fromkeys((*alone, *found)))

    def counted(self, rule_set: RuleSet) -> tuple[Counted, ...]:
        """Return the counted limits of a rule set; they are found once."""
        known = self._counted.get(rule_set)
        if known is None:
            known = self._counted[rule_set] = tuple(counted_in(rule_set))
        return known

    def holding_up(self, pack: CompiledPack) -> tuple[str, ...]:
        """Return the rules of a pack that can hold an attempt up; they are found once."""
        known = self._holding.get(pack.name)
        if known is None:
            known = self._holding[pack.name] = tuple(one.id for one in pack.rule_sets[0].rules if holds_up(one))
        return known

    def whole_ground(self, pack: CompiledPack) -> tuple[Ground, tuple[int, ...]]:
        """Return on what all rules of a pack rest, and when they come into force."""
        known = self._whole.get(pack.name)
        if known is None:
            rules = [(rules, rule) for rules in pack.rule_sets for rule in rules.rules]
            starts = {at for _, rule in rules for at in beginnings(pack, rule)}
            whole = together(self.ground(rule_set, rule) for rule_set, rule in rules)
            known = self._whole[pack.name] = whole, tuple(sorted(starts))
        return known


def holds_up(rule: CompiledRule) -> bool:
    """Say whether a rule can hold an attempt up."""
    return rule.rule.effect != "note" or {rule.rule.on_unknown, rule.rule.on_unknown_outcome} != {"allow"}


def surroundings(
    packs: Iterable[Pack], parameters: Mapping[str, Any], world: World, engine: str = "auto"
) -> Surroundings:
    """Compile packs, once; raise RulesError or ConfigurationError with all that is wrong with them."""
    compiled = tuple(compile_packs(packs, parameters))
    make = engine_maker(engine)
    engines = {rule_set: make(rule_set) for pack in compiled for rule_set in pack.rule_sets}
    said = {"packs": sorted((pack.name, pack.digest) for pack in compiled), "parameters": dict(parameters)}
    written = json.dumps(said, sort_keys=True, ensure_ascii=False, default=str)
    digest = hashlib.sha256(written.encode()).hexdigest()
    after = {
        name.removeprefix(PREFIX)
        for rule_set in engines
        for name, fact in rule_set.vocabulary.items()
        if name.startswith(PREFIX) and fact.stage == "after"
    }
    instructing = {
        name
        for rule_set in engines
        for name, one in rule_set.extensions.fields.items()
        if one.instructs and not one.of_profile
    }
    registry = world.registry.digest if world.registry else None
    return Surroundings(compiled, world, engines, digest, registry, frozenset(after), frozenset(instructing))

"""What a guard decides by: rules compiled once, their engines, profiles and the registry, each with its digest."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from collection_guard.engines.base import Engine
from collection_guard.engines.judge import engine_maker
from collection_guard.facts.clock import local_date
from collection_guard.facts.world import World
from collection_guard.guard.boundaries import Counted, Ground, beginnings, counted_in, ground_of, together
from collection_guard.guard.standing import Patterns
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.fields import PREFIX
from collection_guard.language.pack import Pack
from collection_guard.model.event import Event


@dataclass(frozen=True, slots=True)
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
    _counted: dict[RuleSet, tuple[Counted, ...]] = field(default_factory=dict)
    _whole: dict[str, tuple[Ground, tuple[int, ...]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Begin with no pattern met."""
        object.__setattr__(self, "patterns", Patterns(self.engines))

    def rule_sets(self, event: Event) -> Iterator[tuple[CompiledPack, RuleSet]]:
        """Yield each pack with the rule set that holds on the date of an event."""
        for pack in self.packs:
            yield pack, pack.on(local_date(event.started_at, pack.zone))

    def ground(self, rule_set: RuleSet, rule: CompiledRule) -> Ground:
        """Return on what a rule rests; it is found once."""
        known = self._grounds.get((rule_set, rule.id))
        if known is None:
            known = self._grounds[rule_set, rule.id] = ground_of(rule, rule_set)
        return known

    def counted(self, rule_set: RuleSet) -> tuple[Counted, ...]:
        """Return the counted limits of a rule set; they are found once."""
        known = self._counted.get(rule_set)
        if known is None:
            known = self._counted[rule_set] = tuple(counted_in(rule_set))
        return known

    def whole_ground(self, pack: CompiledPack) -> tuple[Ground, tuple[int, ...]]:
        """Return on what the rules of a pack rest that can hold an attempt up, and when they come into force."""
        known = self._whole.get(pack.name)
        if known is None:
            rules = [(rules, rule) for rules in pack.rule_sets for rule in rules.rules if holds_up(rule)]
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

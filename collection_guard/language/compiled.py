"""Rules as engines read them: constants filled in for the dates on which they hold."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from collection_guard.language.ir import Atom, Node, atoms_of
from collection_guard.language.schema import Key, Rule
from collection_guard.language.vocabulary import Fact
from collection_guard.language.windows import Window


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule: its scope, and its whole condition (scope and what is forbidden in it).

    ``unset`` names the parameters without a value, for want of which the rule is not in force. ``place`` is the file,
    line and column of its id.
    """

    rule: Rule
    scope: Node
    whole: Node
    unset: tuple[str, ...] = ()
    place: tuple[str, int, int] | None = None

    @property
    def id(self) -> str:
        """Return the id of the rule."""
        return self.rule.id

    def in_force_on(self, day: date) -> bool:
        """Say whether the rule holds on a date of its pack's zone."""
        force = self.rule.in_force
        return (
            not self.unset
            and (force.since is None or force.since <= day)
            and (force.until is None or day <= force.until)
        )


@dataclass(frozen=True, slots=True, eq=False)
class CompiledMeasure:
    """A measure with its conditions read and its window known."""

    name: str
    count: str
    where: Node
    since: Node | None
    window: Window
    keys: tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Tables:
    """What a pack says in tables: party classes, legal zones, titles of lawyers."""

    class_of: Mapping[str, str]
    third_party_classes: frozenset[str]
    legal_zones: Mapping[str, str]
    lawyer_titles: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class RuleSet:
    """One pack as it holds from a date on: the reading of facts, and the rules, sorted by id."""

    pack: str
    since: date | None
    tables: Tables
    vocabulary: Mapping[str, Fact]
    measures: Mapping[str, CompiledMeasure]
    defined: Mapping[str, Node]
    rules: tuple[CompiledRule, ...]
    parameters: Mapping[str, Any]

    def atoms(self) -> tuple[Atom, ...]:
        """Return the distinct leaves of all rules, in the order of their first use."""
        found: dict[Atom, None] = {}
        for rule in self.rules:
            found.update(dict.fromkeys(atoms_of(rule.scope)))
            found.update(dict.fromkeys(atoms_of(rule.whole)))
        return tuple(found)


@dataclass(frozen=True, slots=True, eq=False)
class CompiledPack:
    """A pack as it holds over time: one rule set from each date on which a parameter changes."""

    name: str
    version: str
    status: str
    zone: str
    digest: str
    rule_sets: tuple[RuleSet, ...]

    def on(self, day: date) -> RuleSet:
        """Return the rule set that holds on a date of the pack's zone."""
        chosen = self.rule_sets[0]
        for rule_set in self.rule_sets[1:]:
            if rule_set.since is not None and rule_set.since <= day:
                chosen = rule_set
        return chosen

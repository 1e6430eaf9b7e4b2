"""Rules as engines read them: constants filled in for the dates on which they hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from collection_guard.language.fields import FieldOf
from collection_guard.language.ir import Atom, Node, atoms_of, tests_of
from collection_guard.language.schema import Key, Rule, Text
from collection_guard.language.vocabulary import Fact
from collection_guard.language.windows import Window


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """One rule: its scope, and its whole condition (scope and what is forbidden in it).

    ``unset`` names the parameters without a value, for want of which the rule is not in force. ``rebuttal`` are the
    factors against the presumption that it states. ``place`` is the file, line and column of its id.
    """

    rule: Rule
    scope: Node
    whole: Node
    unset: tuple[str, ...] = ()
    rebuttal: tuple[tuple[str, Node], ...] = ()
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
    void_once_reported: tuple[str, ...] = ()
    """Instructions about a number that make earlier contacts to it count no more, from when they are known."""


@dataclass(frozen=True, slots=True, eq=False)
class CompiledLimit:
    """A limit on a debt: what is measured, below what it must stay, and whether every other debt keeps it too."""

    measure: CompiledMeasure
    below: int
    shared: bool


@dataclass(frozen=True, slots=True, eq=False)
class CompiledConsent:
    """A consent as the pack defines it."""

    scope: str
    lasts: int | None
    ended_by: Node | None
    direct_only: bool
    valid_if: Node | None


@dataclass(frozen=True, slots=True)
class CompiledCalendar:
    """Days of a calendar, and the dates between which it is known which they are."""

    first: date
    last: date
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class Extensions:
    """What a pack declares beyond the common vocabulary. A pack that declares anything is not decided by columns."""

    fields: Mapping[str, FieldOf] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    calendars: Mapping[str, CompiledCalendar] = field(default_factory=dict)
    consents: Mapping[str, CompiledConsent] = field(default_factory=dict)
    instructions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    open_debts: Mapping[str, tuple[CompiledLimit, ...]] = field(default_factory=dict)
    one_debt: frozenset[str] = frozenset()
    retentions: Mapping[str, tuple[Node, int, bool]] = field(default_factory=dict)


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
    sets: Mapping[str, Node] = field(default_factory=dict)
    extensions: Extensions = field(default_factory=Extensions)

    @property
    def fits_columns(self) -> bool:
        """Say whether the columnar engine can decide the pack."""
        plain = {"case", "borrower", "number", "collector", "agency"}
        if self.extensions != Extensions() or any(rule.rebuttal for rule in self.rules):
            return False
        return all(
            plain.issuperset(measure.keys)
            and not measure.void_once_reported
            and not measure.window.before_dates
            and not self._looks_back(measure)
            for measure in self.measures.values()
        )

    def _looks_back(self, measure: CompiledMeasure) -> bool:
        """Say whether a measure's filter rests on other measures, or on facts that the pack defines."""
        nodes = (measure.where,) if measure.since is None else (measure.where, measure.since)
        named = {test.fact for node in nodes for test in tests_of(node)}
        return any(name in self.defined or name.startswith("measure.") for name in named)

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
    extends: str | None = None
    regime: Text | None = None

    def on(self, day: date) -> RuleSet:
        """Return the rule set that holds on a date of the pack's zone."""
        chosen = self.rule_sets[0]
        for rule_set in self.rule_sets[1:]:
            if rule_set.since is not None and rule_set.since <= day:
                chosen = rule_set
        return chosen

"""What an audit found: counts, violations with their evidence, what could not be known, and what was assumed."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from collection_guard.audit.calls import Calls
from collection_guard.audit.taken import Contact, Intake
from collection_guard.facts.world import Settings
from collection_guard.language.schema import SEVERITIES, Rule, Text
from collection_guard.language.vocabulary import Fact

NO_AGENCY = "—"
"""Stands for the agency of contacts that name none."""


@dataclass(frozen=True, slots=True)
class RuleInfo:
    """A rule as a report needs it; ``facts`` are those that its condition and its scope name."""

    rule: Rule
    pack: str
    unset: tuple[str, ...] = ()
    facts: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class PackInfo:
    """A pack that was applied; ``facts`` is its vocabulary, its own measures and facts included."""

    name: str
    version: str
    status: str
    digest: str
    parameters: dict[str, Any]
    facts: Mapping[str, Fact] = field(default_factory=dict)
    regime: Text | None = None


@dataclass(slots=True)
class Tally:
    """How often each verdict was given."""

    violation: int = 0
    clear: int = 0
    unassessable: int = 0
    not_applicable: int = 0

    def add(self, verdict: str, count: int = 1) -> None:
        """Count one verdict, or several that are the same."""
        setattr(self, verdict, getattr(self, verdict) + count)

    def take(self, other: "Tally") -> None:
        """Add what was counted elsewhere."""
        for verdict in ("violation", "clear", "unassessable", "not_applicable"):
            self.add(verdict, getattr(other, verdict))

    @property
    def assessed(self) -> int:
        """Return how many verdicts say yes or no."""
        return self.violation + self.clear

    @property
    def applicable(self) -> int:
        """Return how many verdicts are not ``not_applicable``."""
        return self.assessed + self.unassessable

    @property
    def assessable_share(self) -> float | None:
        """Return the share that could be assessed of those to which the rule applied or may have; None of none."""
        return self.assessed / self.applicable if self.applicable else None


@dataclass(slots=True)
class AgencyTally:
    """The contacts of one agency, and what was found in them."""

    contacts: int = 0
    contacts_in_violation: int = 0
    contacts_assessed: int = 0
    verdicts: Tally = field(default_factory=Tally)
    by_rule: Counter[str] = field(default_factory=Counter)
    tallies: dict[str, Tally] = field(default_factory=dict)
    """The verdicts of each rule."""

    def take(self, other: "AgencyTally") -> None:
        """Add what was counted elsewhere."""
        self.contacts += other.contacts
        self.contacts_in_violation += other.contacts_in_violation
        self.contacts_assessed += other.contacts_assessed
        self.verdicts.take(other.verdicts)
        self.by_rule.update(other.by_rule)
        for rule, tally in other.tallies.items():
            self.tallies.setdefault(rule, Tally()).take(tally)


@dataclass(frozen=True, slots=True)
class Violation:
    """One violation: the contact, the rule, the facts that made it one, and those that its message names."""

    contact: Contact
    rule: str
    evidence: dict[str, Any]
    values: dict[str, Any]

    def place(self) -> tuple[datetime, str, str]:
        """Return the place of the violation in the verdict file."""
        return self.contact.event.started_at, self.contact.event.event_id, self.rule


@dataclass(frozen=True, slots=True)
class MissingColumn:
    """A field that was empty, and how many unassessable verdicts hang on a fact that is read from it."""

    field: str
    verdicts: int
    rules: tuple[str, ...]


@dataclass(slots=True)
class Counts:
    """What was counted in the contacts that were judged, in all of them or in those of one partition."""

    contacts_judged: int = 0
    earliest: datetime | None = None
    latest: datetime | None = None
    by_rule: dict[str, Tally] = field(default_factory=dict)
    by_agency: dict[str, AgencyTally] = field(default_factory=dict)
    missing: dict[str, Counter[tuple[str, ...]]] = field(default_factory=dict)
    empty_fields: dict[str, Counter[str]] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    """All of them, or the first ones: ``total.violation`` says how many there are."""
    contacts_in_violation: int = 0
    contacts_fully_assessed: int = 0
    looks_past_log: int = 0
    calls: dict[str, Calls] | None = None
    """The calls of each agency, where a log is judged in parts and its contacts are not at hand."""
    texts: int | None = None
    """How many contacts hold a text, likewise."""

    @property
    def total(self) -> Tally:
        """Return the verdicts of all rules together."""
        total = Tally()
        for tally in self.by_rule.values():
            total.take(tally)
        return total

    def take(self, other: "Counts", most: int) -> None:
        """Add what was counted elsewhere, and keep so many violations, the first in the order of the verdict file."""
        self.contacts_judged += other.contacts_judged
        self.earliest = min((day for day in (self.earliest, other.earliest) if day is not None), default=None)
        self.latest = max((day for day in (self.latest, other.latest) if day is not None), default=None)
        for rule, tally in other.by_rule.items():
            self.by_rule.setdefault(rule, Tally()).take(tally)
        for agency, counted in other.by_agency.items():
            self.by_agency.setdefault(agency, AgencyTally()).take(counted)
        for rule, missing in other.missing.items():
            self.missing.setdefault(rule, Counter()).update(missing)
        for rule, fields in other.empty_fields.items():
            self.empty_fields.setdefault(rule, Counter()).update(fields)
        self.violations = sorted([*self.violations, *other.violations], key=Violation.place)[:most]
        self.contacts_in_violation += other.contacts_in_violation
        self.contacts_fully_assessed += other.contacts_fully_assessed
        self.looks_past_log += other.looks_past_log
        if other.calls is not None:
            both = (self.calls or {}, other.calls)
            self.calls = {name: both[0].get(name, Calls()) + both[1].get(name, Calls()) for name in both[0] | both[1]}
        if other.texts is not None:
            self.texts = (self.texts or 0) + other.texts


@dataclass(slots=True, kw_only=True)
class Report(Counts):
    """The result of one audit. Counts are over contacts and rules; nothing in it depends on the clock."""

    engine: str
    engine_note: str | None
    settings: Settings
    packs: list[PackInfo]
    registry_digest: str | None
    detector: str | None
    intake: Intake
    rules: dict[str, RuleInfo]
    profiles_read: int = 0
    profiles_met: int | None = None
    """Of how many cases of the profiles the log holds a contact; None where a log is judged in parts."""
    verdict_digest: str = ""

    @property
    def contacts(self) -> int:
        """Return how many contacts were judged."""
        return self.contacts_judged or len(self.intake.contacts)

    @property
    def history(self) -> int:
        """Return how many contacts were the history of those that were judged."""
        return self.intake.counted_past or len(self.intake.past)

    @property
    def violations_left_out(self) -> int:
        """Return how many violations a large audit counted, and left to the file of verdicts."""
        return self.total.violation - len(self.violations)

    @property
    def nothing_to_hear(self) -> bool:
        """Say whether a detector was asked for, and no contact holds a text that it could read."""
        if self.detector is None or not self.contacts:
            return False
        contacts = self.intake.contacts
        # A log that is judged in parts keeps no contacts to look at, and counts.
        return not any(item.event.content for item in contacts) if contacts else self.texts == 0

    def perhaps_texts(self) -> list[str]:
        """Return the columns that may hold texts, and were not read because they may hold something else."""
        sheets = (sheet for file in self.intake.files for sheet in file.sheets)
        found = (header for sheet in sheets for header, paths in sheet.ambiguous.items() if "content" in paths)
        return list(dict.fromkeys(found))

    def by_severity(self) -> Counter[str]:
        """Count the violations by the severity of their rules."""
        counts: Counter[str] = Counter()
        for rule, tally in self.by_rule.items():
            counts[self.rules[rule].rule.severity] += tally.violation
        return counts

    def violations_at_or_above(self, severity: str) -> int:
        """Count the violations of rules at or above a severity."""
        grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return sum(tally.violation for rule, tally in self.by_rule.items() if self.rules[rule].rule.severity in grave)

    def missing_facts(self) -> Counter[str]:
        """Count the unassessable verdicts by each fact on which they hang."""
        counts: Counter[str] = Counter()
        for combinations in self.missing.values():
            for names, count in combinations.items():
                counts.update(dict.fromkeys(names, count))
        return counts

    def missing_columns(self, rule: str | None = None) -> list[MissingColumn]:
        """Return the fields that were empty where verdicts hang on them, the most helpful first; of one rule or all."""
        verdicts: Counter[str] = Counter()
        rules: dict[str, list[str]] = {}
        for name, counts in sorted(self.empty_fields.items()):
            if rule in {None, name}:
                verdicts.update(counts)
                for path in counts:
                    rules.setdefault(path, []).append(name)
        found = [MissingColumn(path, count, tuple(rules[path])) for path, count in verdicts.items()]
        places = self._places_of_fields(rule)
        return sorted(found, key=lambda column: (-column.verdicts, places.get(column.field, len(places)), column.field))

    def _places_of_fields(self, rule: str | None) -> dict[str, int]:
        """Return how early the missing facts name each field that they are read from: what says most comes first."""
        facts_of = {pack.name: pack.facts for pack in self.packs}
        places: dict[str, int] = {}
        for name, combinations in self.missing.items():
            if rule in {None, name}:
                for missing in {missing for names in combinations for missing in names}:
                    fact = facts_of[self.rules[name].pack].get(missing)
                    for place, path in enumerate(fact.fields if fact is not None else ()):
                        places[path] = min(places.get(path, place), place)
        return places

    def worst_rules(self, most: int = 3) -> list[tuple[str, Tally]]:
        """Return the rules with the most violations; graver rules first among equals."""
        found = [(rule, tally) for rule, tally in self.by_rule.items() if tally.violation]
        order = {name: index for index, name in enumerate(SEVERITIES)}
        found.sort(key=lambda pair: (-pair[1].violation, order[self.rules[pair[0]].rule.severity], pair[0]))
        return found[:most]

    def not_in_force(self) -> list[RuleInfo]:
        """Return the rules that a missing parameter keeps out of force."""
        return [info for info in self.rules.values() if info.unset]

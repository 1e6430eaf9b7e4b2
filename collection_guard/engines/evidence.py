"""The evidence of a violation: the facts that made it one, and what belongs to them."""

from typing import Any

from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.sheet import FactSheet, FactSource
from collection_guard.language.compiled import CompiledRule
from collection_guard.language.ir import Atom, atoms_of, deciding_atoms, tests_of
from collection_guard.language.kleene import UNBOUNDED, Interval
from collection_guard.language.placeholders import PLACEHOLDER
from collection_guard.language.units import show_duration, show_local_time
from collection_guard.language.vocabulary import Fact


def evidence_of(rule: CompiledRule, sheet: FactSheet) -> dict[str, Any]:
    """Return the facts that make a violated rule true, with their values and what stands beside them."""
    evidence: dict[str, Any] = {}
    for atom in deciding_atoms(rule.whole, lambda leaf: truth_of_atom(leaf, sheet)):
        _show_atom(atom, sheet, evidence)
    return evidence


def _show_atom(atom: Atom, sheet: FactSheet, evidence: dict[str, Any]) -> None:
    for test in tests_of(atom):
        evidence[test.fact] = show(sheet, sheet.rule_set.vocabulary[test.fact])
        if test.fact in sheet.notes:
            evidence[f"{test.fact}:"] = sheet.notes[test.fact]
        if test.fact in sheet.rule_set.defined:
            for leaf in atoms_of(sheet.rule_set.defined[test.fact]):
                _show_atom(leaf, sheet, evidence)


def shown(fact: Fact, value: Any) -> Any:
    """Return the value of a fact as JSON shows it: times as HH:MM:SS, durations in their unit, ends of intervals."""
    match value:
        case None | bool() | str():
            return value
        case frozenset() | set():
            return sorted(value)
        case Interval():
            return [shown(fact, value.low), shown(fact, value.high)]
        case _ if value == UNBOUNDED:
            return None
        case _ if fact.type == "local_time":
            return show_local_time(value)
        case _ if fact.type == "duration":
            return show_duration(value)
        case _:
            return int(value) if value == int(value) else value


def values_named(rule: CompiledRule, sheet: FactSheet) -> dict[str, Any]:
    """Return the values of the facts that a rule's message and remedy name in braces."""
    texts = (rule.rule.message.zh, rule.rule.message.en, rule.rule.remedy.zh, rule.rule.remedy.en)
    names = {name for text in texts for name in PLACEHOLDER.findall(text)}
    return {name: show(sheet, sheet.rule_set.vocabulary[name]) for name in sorted(names)}


def show(facts: FactSource, fact: Fact) -> Any:
    """Return the value of a fact for a person: one per zone where it depends on the zone."""
    if fact.zoned:
        return {zone: shown(fact, facts.value_in_zone(fact.name, zone)) for zone in facts.zones() or ()} or None
    return shown(fact, facts.value(fact.name))

"""The decision on an attempt, from what the rules say of it and from the places that others hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain
from typing import Final

from collection_guard.facts.clock import microseconds
from collection_guard.facts.knowledge import Knowledge
from collection_guard.guard.decision import RANK, Finding, Outcome
from collection_guard.guard.scene import Judgement
from collection_guard.guard.settings import OnFailure
from collection_guard.guard.standing import Pattern, own
from collection_guard.language.kleene import MAYBE, YES
from collection_guard.language.schema import Effect, Rule
from collection_guard.model.event import Event

_OF_EFFECT: Final[dict[Effect, Outcome]] = {"block": "deny", "review": "review", "note": "allow"}
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class Ruling:
    """What the rules come to on an attempt: the decision, and the rules that made it, by their reason."""

    decision: Outcome = "allow"
    reason: str = "clear"
    rules: list[str] = field(default_factory=list)
    violations: list[Finding] = field(default_factory=list)
    unassessable: list[Finding] = field(default_factory=list)

    def weigh(self, outcome: Outcome, reason: str, rule: str) -> None:
        """Take what one rule asks for: the gravest decision stands; within it a wrong comes before what is unknown."""
        graver = RANK[outcome] > RANK[self.decision]
        if graver or (outcome == self.decision and (self.reason, reason) == ("unknown_facts", "violation")):
            self.decision, self.reason, self.rules = outcome, reason, [rule]
        elif outcome == self.decision and outcome != "allow" and reason == self.reason and rule not in self.rules:
            self.rules.append(rule)


def outcome_of(
    rule: Rule, truth: int, on_failure: OnFailure, *, hangs: bool, forgotten: bool = False
) -> tuple[Outcome, str]:
    """Return what a rule of a truth asks for before the contact, and why.

    ``hangs``: on what only the contact will tell, where the rule wants that heeded. ``forgotten``: the past cannot be
    read.
    """
    if truth == YES:
        return _OF_EFFECT[rule.effect], "violation"
    if truth == MAYBE:
        if forgotten and rule.on_unknown != "allow":
            return on_failure.store, "store"
        if rule.on_unknown == "deny":
            return on_failure.unknown_facts, "unknown_facts"
        return rule.on_unknown, "unknown_facts"
    if hangs:
        return (on_failure.store, "store") if forgotten else (rule.on_unknown_outcome, "outcome")
    return "allow", "clear"


def rule_on(judgement: Judgement, on_failure: OnFailure, *, forgotten: bool = False) -> Ruling:
    """Return what the rules say of an attempt on recorded contacts alone; ``forgotten``: on a past nobody can read."""
    pattern = judgement.pattern
    weighed = pattern.weighed.get((on_failure, forgotten))
    if weighed is None:
        weighed = pattern.weighed[on_failure, forgotten] = _weighed(pattern, on_failure, forgotten=forgotten)
    ruling = Ruling(weighed.decision, weighed.reason, list(weighed.rules))
    ruling.unassessable = [finding for one in weighed.unassessable if (finding := own(one)) is not None]
    ruling.violations = judgement.violations()
    return ruling


def _weighed(pattern: Pattern, on_failure: OnFailure, *, forgotten: bool) -> Ruling:
    """Return what follows from a pattern alone: all but the evidence of violations."""
    ruling = Ruling()
    for standing in pattern.standings:
        if standing.left_open is not None and standing.grade:
            ruling.unassessable.append(standing.left_open)
        rule, before, hangs = standing.rule.rule, standing.before, standing.hangs
        asked = outcome_of(rule, before, on_failure, hangs=hangs, forgotten=forgotten)
        ruling.weigh(*asked, standing.rule.id)
    return ruling


def add_places(ruling: Ruling, alone: Pattern, beside: Pattern) -> None:
    """Weigh what becomes forbidden, or may, by contacts that are under way.

    A contact that was allowed and is not recorded yet counts wherever it may come to count, so that those who ask at
    one time can never exceed a limit together.
    """
    for before, now in zip(chain(*alone.by_pack), chain(*beside.by_pack), strict=True):
        if now.grade > before.grade:
            rule = now.rule.rule
            ruling.weigh(rule.on_unknown_outcome if now.hangs else _OF_EFFECT[rule.effect], "reserved", rule.id)


def under_way(events: Iterable[Event], attempt: Event, instructing: Iterable[str] = ()) -> list[Event]:
    """Return contacts that take a place beside an attempt as if they had just begun, their outcome unknown.

    Nobody has given an instruction in them: of the further fields that would say so, those that say nothing say no.
    """
    latest = attempt.started_at - _INSTANT
    silent = dict.fromkeys(instructing, False)
    return [
        event.model_copy(
            update={
                "started_at": min(event.started_at, latest),
                "recorded_at": None,
                "fields": silent | (event.fields or {}) if silent else event.fields,
            }
        )
        for event in events
    ]


def unseen(past: Iterable[Event], attempt: Event) -> list[Event]:
    """Return recorded contacts that no verdict on the attempt counts: they begin later, or were known later."""
    at = microseconds(attempt.started_at)
    return [
        event
        for event in past
        if (event.started_at, event.event_id) >= (attempt.started_at, attempt.event_id)
        or Knowledge.of(event).from_then_on > at
    ]

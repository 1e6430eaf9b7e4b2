"""The decision on an attempt, from what the rules say of it and from the places that others hold."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from collection_guard.engines.base import UNASSESSABLE, VIOLATION
from collection_guard.engines.judge import Judged
from collection_guard.facts.clock import microseconds
from collection_guard.facts.sheet import FactSheet
from collection_guard.guard.decision import RANK, Finding, Outcome, finding_of
from collection_guard.guard.scene import Reading, Scene
from collection_guard.guard.settings import OnFailure
from collection_guard.language.kleene import MAYBE, NO, YES
from collection_guard.language.schema import Effect
from collection_guard.model.event import Event

_OF_EFFECT: Final[dict[Effect, Outcome]] = {"block": "deny", "review": "review", "note": "allow"}
_INSTANT: Final = timedelta(microseconds=1)


@dataclass(slots=True)
class Ruling:
    """What the rules come to on an attempt: the decision, and the rules that made it, by their reason."""

    decision: Outcome = "allow"
    reason: str = "clear"
    rules: list[str] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    sheets: list[FactSheet] = field(default_factory=list)
    violations: list[Finding] = field(default_factory=list)
    unassessable: list[Finding] = field(default_factory=list)

    def weigh(self, outcome: Outcome, reason: str, rule: str) -> None:
        """Take what one rule asks for: the gravest decision stands; within it a wrong comes before what is unknown."""
        graver = RANK[outcome] > RANK[self.decision]
        if graver or (outcome == self.decision and (self.reason, reason) == ("unknown_facts", "violation")):
            self.decision, self.reason, self.rules = outcome, reason, [rule]
        elif outcome == self.decision and outcome != "allow" and reason == self.reason and rule not in self.rules:
            self.rules.append(rule)


def outcome_of(reading: Reading, on_failure: OnFailure, *, forgotten: bool = False) -> tuple[Outcome, str]:
    """Return what a rule asks for before the contact, and why; ``forgotten``: the past cannot be read."""
    rule = reading.rule.rule
    match reading.truth_before():
        case truth if truth == YES:
            return _OF_EFFECT[rule.effect], "violation"
        case truth if truth == MAYBE:
            if forgotten and rule.on_unknown != "allow":
                return on_failure.store, "store"
            if rule.on_unknown == "deny":
                return on_failure.unknown_facts, "unknown_facts"
            return rule.on_unknown, "unknown_facts"
    return "allow", "clear"


def rule_on(scene: Scene, attempt: Event, on_failure: OnFailure, *, forgotten: bool = False) -> Ruling:
    """Return what the rules say of an attempt on recorded contacts alone; ``forgotten``: on a past nobody can read."""
    ruling = Ruling()
    for reading, judged in scene.judged(attempt, forgotten=forgotten):
        ruling.judged.append(judged)
        if reading.sheet not in ruling.sheets:
            ruling.sheets.append(reading.sheet)
        finding = finding_of(judged, reading.sheet.rule_set.vocabulary)
        if finding is not None and judged.verdict.verdict == VIOLATION:
            ruling.violations.append(finding)
        elif finding is not None and judged.verdict.verdict == UNASSESSABLE and reading.truth_before() != NO:
            ruling.unassessable.append(finding)
        ruling.weigh(*outcome_of(reading, on_failure, forgotten=forgotten), reading.rule.id)
    return ruling


def add_places(ruling: Ruling, alone: Scene, beside: Scene, attempt: Event) -> None:
    """Weigh what becomes forbidden, or may, by contacts that are under way.

    A contact that was allowed and is not recorded yet counts wherever it may come to count, so that those who ask at
    one time can never exceed a limit together.
    """
    before = {(reading.pack.name, reading.rule.id): reading.truth_before() for reading in alone.readings(attempt)}
    for reading in beside.readings(attempt):
        if reading.truth_before() > before[reading.pack.name, reading.rule.id]:
            ruling.weigh(_OF_EFFECT[reading.rule.rule.effect], "reserved", reading.rule.id)


def under_way(events: Iterable[Event], attempt: Event) -> list[Event]:
    """Return contacts that take a place beside an attempt as if they had just begun, their outcome unknown."""
    latest = attempt.started_at - _INSTANT
    return [
        event.model_copy(update={"started_at": min(event.started_at, latest), "recorded_at": None}) for event in events
    ]


def unseen(past: Iterable[Event], attempt: Event) -> list[Event]:
    """Return recorded contacts that no verdict on the attempt counts: they begin later, or were known later."""
    at = microseconds(attempt.started_at)
    return [
        event
        for event in past
        if (event.started_at, event.event_id) >= (attempt.started_at, attempt.event_id)
        or microseconds(event.recorded_at or event.started_at) > at
    ]

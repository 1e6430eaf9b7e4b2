"""Short ways to make events, profiles, rule sets and the fact sheet of one event after its past."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from collection_guard.facts.history import History
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledMeasure, RuleSet, Tables
from collection_guard.language.ir import Node
from collection_guard.language.vocabulary import FACTS
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile

SHANGHAI = "Asia/Shanghai"
NEW_YORK = "America/New_York"
NOW = "2025-11-20T10:00:00+08:00"
OWN, OLD, MUM, OTHER = "13800000001", "13600000004", "13900000002", "13700000003"
CLASSES = {
    "debtor": ["self"],
    "obligor": ["guarantor"],
    "representative": ["attorney"],
    "contact": ["parent", "friend"],
    "institution": ["employer"],
    "unrelated": ["stranger"],
}
TABLES = Tables(
    {word: name for name, words in CLASSES.items() for word in words},
    frozenset({"contact", "institution", "unrelated"}),
    {"Asia/Urumqi": SHANGHAI},
    frozenset({"律师", "lawyer"}),
)
IN_SHANGHAI = Settings(timezone=SHANGHAI)


def rule_set(measures: Iterable[CompiledMeasure] = (), defined: Mapping[str, Node] | None = None) -> RuleSet:
    """Return a rule set without rules: facts need its tables, measures and definitions alone."""
    named = {measure.name: measure for measure in measures}
    return RuleSet("test", None, TABLES, FACTS, named, defined or {}, (), {})


RULES = rule_set()


def event(event_id: str = "e", started_at: str | datetime = NOW, **fields: Any) -> Event:
    """Return an event: an outbound call of case C1, of which nothing else is known."""
    given = {"case_id": "C1", "channel": "call", "direction": "outbound", **fields}
    return Event.model_validate({"event_id": event_id, "started_at": started_at, **given})


def to_self(event_id: str = "e", started_at: str | datetime = NOW, **fields: Any) -> Event:
    """Return an event addressed to the borrower."""
    return event(event_id, started_at, **{"recipient": {"number": OWN, "relationship": "self"}, **fields})


def profile(**fields: Any) -> CaseProfile:
    """Return a profile of case C1 in Shanghai: one number of the borrower's own, one given up, a mother."""
    return CaseProfile.model_validate(
        {
            "case_id": "C1",
            "timezone": SHANGHAI,
            "numbers": [{"number": OWN}, {"number": OLD, "valid_to": "2025-10-31"}],
            "emergency_contacts": [{"name": "王芳", "number": MUM}],
            "quiet_windows": [],
            "instructions": [],
            "accessibility": [],
            **fields,
        }
    )


def sheets(
    events: Iterable[Event],
    case: CaseProfile | None = None,
    settings: Settings = IN_SHANGHAI,
    rules: RuleSet = RULES,
    **world: Any,
) -> dict[str, FactSheet]:
    """Return the fact sheets of events, each asked for nothing yet, in the order of their history."""
    around = World(settings, {} if case is None else {case.case_id: case}, **world)
    history = History()
    made: dict[str, FactSheet] = {}
    for given in sorted(events, key=lambda one: (one.started_at, one.event_id)):
        sheet = FactSheet(given, around, rules, history)
        made[given.event_id] = sheet
        history.add(sheet)
    return made


def sheet_of(
    given: Event,
    case: CaseProfile | None = None,
    settings: Settings = IN_SHANGHAI,
    *,
    past: Iterable[Event] = (),
    rules: RuleSet = RULES,
    **world: Any,
) -> FactSheet:
    """Return the fact sheet of one event after its past."""
    return sheets([*past, given], case, settings, rules, **world)[given.event_id]

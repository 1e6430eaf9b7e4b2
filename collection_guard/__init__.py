"""A rule engine for the conduct of debt collection.

As a library::

    import collection_guard as cg

    report = cg.audit(events, rules=["core"], registry=registry, cases=profiles, timezone="Asia/Shanghai")
    for violation in report.violations:
        print(violation.rule, violation.contact.event.event_id, violation.evidence)
"""

from collection_guard.facts.content.reading import Detector, Reading, Span
from collection_guard.guard.decision import Decision
from collection_guard.library import audit
from collection_guard.model import (
    CaseProfile,
    ConfigurationError,
    Event,
    EventError,
    InputError,
    LogError,
    Problem,
    RegistryEntry,
    RulesError,
    StoreError,
)
from collection_guard.online import Guard, GuardSettings
from collection_guard.version import __version__

__all__ = [
    "CaseProfile",
    "ConfigurationError",
    "Decision",
    "Detector",
    "Event",
    "EventError",
    "Guard",
    "GuardSettings",
    "InputError",
    "LogError",
    "Problem",
    "Reading",
    "RegistryEntry",
    "RulesError",
    "Span",
    "StoreError",
    "__version__",
    "audit",
]

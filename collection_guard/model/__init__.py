"""What happened: events, case profiles, the partner registry, and what was said of them."""

from collection_guard.model.event import Claims, Collector, Event, Outcome, Recipient, Span
from collection_guard.model.problems import (
    ConfigurationError,
    EventError,
    InputError,
    LogError,
    Problem,
    RulesError,
    StoreError,
)
from collection_guard.model.profile import CaseProfile, EmergencyContact, Instruction, OwnNumber, QuietWindow
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry

__all__ = [
    "CaseProfile",
    "Claims",
    "Collector",
    "ConfigurationError",
    "EmergencyContact",
    "Event",
    "EventError",
    "InputError",
    "Instruction",
    "LogError",
    "Outcome",
    "OwnNumber",
    "PartnerList",
    "Problem",
    "QuietWindow",
    "Recipient",
    "RegistryData",
    "RegistryEntry",
    "RulesError",
    "Span",
    "StoreError",
]

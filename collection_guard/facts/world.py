"""What facts are read from beside the event itself: settings, case profiles, the registry, a content detector."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol

from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.profile import CaseProfile

HistoryReading = Literal["complete", "from-earliest"]
CASELESS: tuple[str, ...] = ("number:", "event:")
"""Prefixes of the keys under which contacts without a known case are kept."""


@dataclass(frozen=True, slots=True)
class Settings:
    """How a log is to be read. A report prints every one of them.

    ``timezone`` is the zone of naive times and of recipients of whom nothing better is known, ``country`` the one in
    which numbers without a country code are dialled. ``assume_party`` reads a connected call whose party was not
    recorded as having reached the addressee. ``history`` says whether the log holds everything that came before it,
    ``history_complete_from`` from which date on it does.
    """

    timezone: str | None = None
    country: str = "CN"
    assume_party: bool = False
    history: HistoryReading = "complete"
    history_complete_from: date | None = None


class ContentReading(Protocol):
    """What a detector heard in a text."""

    @property
    def signals(self) -> Mapping[str, bool]:
        """Return each signal that the detector decides."""

    @property
    def law_firms(self) -> tuple[str, ...]:
        """Return the law firms that the text claims to be or to act for, brackets as written."""


Detector = Callable[[str, str], ContentReading]
"""Reads a text of a channel."""


@dataclass(frozen=True, slots=True)
class World:
    """The surroundings of events, the same for a whole run."""

    settings: Settings = field(default_factory=Settings)
    profiles: Mapping[str, CaseProfile] = field(default_factory=dict)
    registry: RegistryIndex | None = None
    detector: Detector | None = None
    earliest: datetime | None = None


def has_case(case_id: str) -> bool:
    """Say whether a case is known; without one a contact is kept under its number or by itself."""
    return not case_id.startswith(CASELESS)

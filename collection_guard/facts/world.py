"""What facts are read from beside the event itself: settings, case profiles, the registry, a content detector."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final, Literal, Protocol, runtime_checkable

from collection_guard.facts.kept import Kept
from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.profile import CaseProfile

HistoryReading = Literal["complete", "from-earliest"]
_CASELESS: Final = re.compile(r"number:[0-9a-f]{16}|event:.+", re.DOTALL)
"""The keys under which contacts without a known case are kept."""


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


class Words(Protocol):
    """A piece of a text."""

    @property
    def text(self) -> str:
        """Return the piece exactly as it stands in the text."""


class ContentReading(Protocol):
    """What a detector heard in a text."""

    @property
    def signals(self) -> Mapping[str, bool]:
        """Return each signal that the detector decides."""

    @property
    def spans(self) -> Mapping[str, Sequence[Words]]:
        """Return the words that say it, by signal."""

    @property
    def detector(self) -> str:
        """Return the name of the detector."""

    @property
    def version(self) -> str:
        """Return the version of the detector."""

    @property
    def law_firms(self) -> tuple[str, ...]:
        """Return the law firms that the text claims to be or to act for, brackets as written."""


@runtime_checkable
class Histories(Protocol):
    """Profiles that say from when cases are whole without all of them being looked at."""

    def histories(self) -> Iterable[tuple[str | None, date | None]]:
        """Return from when cases are whole, with the borrower of each; nothing where no profile says so."""


Detector = Callable[[str, str | None], ContentReading]
"""Reads a text of a kind (sms, wechat, group_chat, call_transcript, letter, email, app_push, internal_note)."""


@runtime_checkable
class ExpectingDetector(Protocol):
    """A detector that reads many texts together, if it is told which will be asked for."""

    def __call__(self, text: str, kind: str | None) -> ContentReading:
        """Return what a text of a kind says."""

    def expect(self, texts: Iterable[tuple[str, str | None]]) -> None:
        """Take the texts, with their kinds, that may be asked for next."""


@dataclass(frozen=True, slots=True)
class World:
    """The surroundings of events, the same for a whole run."""

    settings: Settings = field(default_factory=Settings)
    profiles: Mapping[str, CaseProfile] = field(default_factory=dict)
    registry: RegistryIndex | None = None
    detector: Detector | None = None
    earliest: datetime | None = None
    kept: Mapping[str, Kept] = field(default_factory=dict)
    """What is kept beside events whose personal data is gone, by event."""
    whole_from: date | None = field(init=False)
    """From which date on the last of the cases is in the log as a whole, by the profiles that say so."""
    whole_from_of: Mapping[str, frozenset[date | None]] = field(init=False)
    """From when the cases of a borrower are whole, where a profile says so; None stands for one that does not say."""

    def __post_init__(self) -> None:
        """Gather from when cases are whole: a measure may count the contacts of several."""
        told = self.profiles
        days = (
            list(told.histories())
            if isinstance(told, Histories)
            else [(profile.borrower_id, profile.history_from) for profile in told.values()]
        )
        # Where the log as a whole has a date, a case that says none is whole from then: a contact may name its borrower
        # though its own case is another's, and says a date.
        general = self.settings.history_complete_from is not None and any(day for _, day in days)
        dated = {borrower for borrower, day in days if borrower is not None and (general or day is not None)}
        of_borrower: dict[str, set[date | None]] = {borrower: set() for borrower in dated}
        for borrower, day in days if dated else ():
            if borrower in dated:
                of_borrower[borrower].add(day)
        object.__setattr__(self, "whole_from_of", {name: frozenset(said) for name, said in of_borrower.items()})
        object.__setattr__(self, "whole_from", max((day for _, day in days if day), default=None))


def has_case(case_id: str) -> bool:
    """Say whether a case is known; without one a contact is kept under its number or by itself."""
    return _CASELESS.fullmatch(case_id) is None

"""Calls made and effective calls (有效通话): limits of calls a day are about the latter.

A call made is an outbound contact by voice, people's or a machine's. It is effective where the borrower was spoken to:
not where it was not connected, where a machine answered, or where somebody else did. Where nobody recorded who
answered, or which way the call went, it is unknown, and counted as such: it may have been one.
"""

from dataclasses import dataclass
from typing import Final

from collection_guard.facts.outcome import network_of
from collection_guard.model.event import Event
from collection_guard.model.words import CALL_CHANNELS, UNKNOWN

_BORROWER: Final = "borrower"
_SELF: Final = "self"


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls made, those of them that are effective, and those of which nobody knows."""

    made: int = 0
    effective: int = 0
    unknown: int = 0

    def __add__(self, other: "Calls") -> "Calls":
        """Return both together."""
        return Calls(self.made + other.made, self.effective + other.effective, self.unknown + other.unknown)

    @classmethod
    def of(cls, event: Event, count: int, *, assume_party: bool) -> "Calls":
        """Return what so many contacts are that are alike in who was called, how, and what came of it."""
        if event.channel not in CALL_CHANNELS or event.direction == "inbound":
            return cls()
        effective = is_effective(event, assume_party=assume_party)
        return cls(count, count * (effective is True), count * (effective is None))


def is_effective(event: Event, *, assume_party: bool) -> bool | None:
    """Say whether the borrower was spoken to in a call that was made to somebody; None if nobody knows."""
    party = _party(event, assume_party=assume_party)
    if party is None:
        return None
    return False if party != _BORROWER else None if event.direction is None else True


def _party(event: Event, *, assume_party: bool) -> str | None:
    """Return who was reached by a call, as ``contact.party`` says it where the relationship was recorded."""
    outcome = event.outcome
    if network_of(event) not in {None, "connected"} or outcome.answered_by == "machine":
        return "nobody"
    if outcome.party is not None:
        return outcome.party
    if outcome.answered_by == "nobody":
        return "nobody"
    answered = outcome.network == "connected" or outcome.answered_by == "human"
    relationship = event.recipient.relationship
    if not answered or not assume_party or relationship in {None, UNKNOWN}:
        return None
    return _BORROWER if relationship == _SELF else "somebody_else"

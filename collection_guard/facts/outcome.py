"""What came of the contact: who was reached, what was conveyed (semantics 10-11).

Of a channel given as ``other`` it is unknown which it was: what depends on the channel is known where a call, a visit
and a message all come to the same.
"""

from collections.abc import Iterable
from typing import Final, Literal, TypeVar

from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.language.kleene import all_of, any_of
from collection_guard.model.event import Event
from collection_guard.model.words import CALL_CHANNELS, MESSAGE_CHANNELS, OTHER_CHANNEL, UNKNOWN

_PERSONS = frozenset({"borrower", "authorised_party", "third_party", "wrong_party"})
_OTHERS = frozenset({"third_party", "wrong_party"})
_NOT_SENT = frozenset({"undelivered", "blocked"})
_T = TypeVar("_T")
_Kind = Literal["call", "visit", "message"]
_KINDS: Final[tuple[_Kind, ...]] = ("call", "visit", "message")
# What is no contact with a person at all is sent, and that is all of it.
_KINDS_OF: Final[dict[str, tuple[_Kind, ...]]] = {
    "call": ("call",),
    "visit": ("visit",),
    "message": ("message",),
    "none": ("message",),
}


def _kinds(sheet: FactSheet) -> tuple[_Kind, ...]:
    """Return what a contact was, or all that it may have been."""
    event = sheet.event
    if event.channel == OTHER_CHANNEL:
        declared = sheet.rule_set.extensions.channels.get(declared_channel(sheet) or "")
        return _KINDS_OF.get(declared or "", _KINDS)
    if event.channel in CALL_CHANNELS:
        return ("call",)
    return ("message",) if event.channel in MESSAGE_CHANNELS else ("visit",)


def declared_channel(sheet: FactSheet) -> str | None:
    """Return the channel beyond the common ones by which a contact went, None if it is none that the pack declares."""
    word = (sheet.event.fields or {}).get("channel")
    return word if isinstance(word, str) and word in sheet.rule_set.extensions.channels else None


def _agreed(readings: Iterable[_T]) -> _T | None:
    """Return what all readings say, else unknown."""
    found = set(readings)
    return found.pop() if len(found) == 1 else None


def network_of(event: Event) -> str | None:
    """Return what the network reported; None if nothing was, or nobody knows what."""
    network = event.outcome.network
    return None if network == UNKNOWN else network


@fact("contact.channel")
def _channel(sheet: FactSheet) -> str | None:
    channel = sheet.event.channel
    return declared_channel(sheet) if channel == OTHER_CHANNEL else channel


@fact("contact.direction")
def _direction(sheet: FactSheet) -> str | None:
    return sheet.event.direction


@fact("contact.audience")
def _audience(sheet: FactSheet) -> str | None:
    audience = sheet.event.recipient.audience
    return None if audience == UNKNOWN else audience


@fact("contact.talk_seconds")
def _talk_seconds(sheet: FactSheet) -> float | None:
    return sheet.event.talk_seconds


@fact("contact.network")
def _network(sheet: FactSheet) -> str | None:
    return network_of(sheet.event)


@fact("contact.message_left")
def _message_left(sheet: FactSheet) -> bool | None:
    return sheet.event.outcome.message_left


@fact("contact.disposition")
def _disposition(sheet: FactSheet) -> str | None:
    word = sheet.event.outcome.disposition
    return "none" if word is None else None if word == UNKNOWN else word


@fact("contact.state_change")
def _state_change(sheet: FactSheet) -> str | None:
    word = sheet.event.outcome.state_change
    return "none" if word is None else None if word == UNKNOWN else word


def _not_connected(event: Event) -> bool:
    """Say whether a contact, if it was a call, is known not to have connected."""
    return network_of(event) not in {None, "connected"}


@fact("contact.answered_by")
def _answered_by(sheet: FactSheet) -> str | None:
    event = sheet.event
    outcome = event.outcome
    if outcome.answered_by is not None:
        return outcome.answered_by
    otherwise = "human" if outcome.party in _PERSONS else None
    return _agreed("nobody" if kind == "call" and _not_connected(event) else otherwise for kind in _kinds(sheet))


@fact("contact.party")
def _party(sheet: FactSheet) -> str | None:
    return _agreed(_party_as(sheet, kind) for kind in _kinds(sheet))


def _party_as(sheet: FactSheet, kind: _Kind) -> str | None:
    """Return who was reached, if the contact was of a kind."""
    event, outcome = sheet.event, sheet.event.outcome
    if kind == "call":
        if _not_connected(event) or outcome.answered_by == "machine":
            return "nobody"
        if outcome.party is None and outcome.answered_by == "nobody":
            return "nobody"
        answered = outcome.network == "connected" or outcome.answered_by == "human"
        if outcome.party is None and answered and sheet.world.settings.assume_party:
            return _addressee_as_party(sheet)
    return outcome.party


def _addressee_as_party(sheet: FactSheet) -> str | None:
    """Return the addressee as the party reached: the parameter ``assume_party``."""
    is_borrower: bool | None = sheet.value("recipient.is_borrower")
    is_third_party: bool | None = sheet.value("recipient.is_third_party")
    if is_borrower:
        return "borrower"
    if is_third_party:
        return "third_party"
    return "authorised_party" if is_borrower is False and is_third_party is False else None


@fact("contact.conveyed")
def _conveyed(sheet: FactSheet) -> bool | None:
    return _agreed(_conveyed_as(sheet, kind) for kind in _kinds(sheet))


def _conveyed_as(sheet: FactSheet, kind: _Kind) -> bool | None:
    """Say whether anything was conveyed: sent, or said to a person, or left as a message."""
    outcome = sheet.event.outcome
    if kind == "message":
        # Sending is the act; what the network reported in a word that nobody knows may be that nothing was sent.
        return None if outcome.network == UNKNOWN else outcome.network not in _NOT_SENT
    if outcome.answered_by == "machine":
        return outcome.message_left
    party = _party_as(sheet, kind)
    if sheet.event.content or party in _PERSONS:
        return True
    return False if party == "nobody" or _not_connected(sheet.event) else None


@fact("contact.reached_third_party")
def _reached_third_party(sheet: FactSheet) -> bool | None:
    return _agreed(all_of([_conveyed_as(sheet, kind), _third_party_heard(sheet, kind)]) for kind in _kinds(sheet))


def _third_party_heard(sheet: FactSheet, kind: _Kind) -> bool | None:
    """Say whether what was conveyed, if anything was, came to a third party."""
    event = sheet.event
    addressee: bool | None = sheet.value("recipient.is_third_party")
    recorded = event.outcome.party
    if kind == "message":
        # Whoever wrote to us is known by the record; whom our message reached, by whom it was addressed to.
        read = any_of([addressee, recorded in _OTHERS])
        wrote = read if recorded is None else recorded in _OTHERS
        return {"inbound": wrote, "outbound": read}.get(event.direction or "", read if read == wrote else None)
    party = _party_as(sheet, kind)
    if event.outcome.answered_by == "machine" or party == "nobody":
        heard = addressee
    elif party is None:
        heard = None
    else:
        heard = party in _OTHERS
    if sheet.value("recipient.group") is not None:
        return any_of([heard, addressee])  # whoever answered, the others heard it too
    # Where it is unknown whether there were others, only that a third party heard it is known.
    return any_of([heard, None]) if event.recipient.audience == UNKNOWN else heard

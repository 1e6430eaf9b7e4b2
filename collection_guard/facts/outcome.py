"""What came of the contact: who was reached, what was conveyed (semantics 10-11)."""

from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.language.kleene import all_of, any_of
from collection_guard.model.words import CALL_CHANNELS, MESSAGE_CHANNELS

_PERSONS = frozenset({"borrower", "authorised_party", "third_party", "wrong_party"})
_OTHERS = frozenset({"third_party", "wrong_party"})
_NOT_SENT = frozenset({"undelivered", "blocked"})


@fact("contact.channel")
def _channel(sheet: FactSheet) -> str:
    return sheet.event.channel


@fact("contact.direction")
def _direction(sheet: FactSheet) -> str | None:
    return sheet.event.direction


@fact("contact.audience")
def _audience(sheet: FactSheet) -> str | None:
    return sheet.event.recipient.audience


@fact("contact.talk_seconds")
def _talk_seconds(sheet: FactSheet) -> float | None:
    return sheet.event.talk_seconds


@fact("contact.network")
def _network(sheet: FactSheet) -> str | None:
    return sheet.event.outcome.network


@fact("contact.message_left")
def _message_left(sheet: FactSheet) -> bool | None:
    return sheet.event.outcome.message_left


@fact("contact.disposition")
def _disposition(sheet: FactSheet) -> str | None:
    word = sheet.event.outcome.disposition
    return "none" if word is None else None if word == "unknown" else word


@fact("contact.state_change")
def _state_change(sheet: FactSheet) -> str | None:
    word = sheet.event.outcome.state_change
    return "none" if word is None else None if word == "unknown" else word


def _not_connected(sheet: FactSheet) -> bool:
    event = sheet.event
    network = event.outcome.network
    return event.channel in CALL_CHANNELS and network is not None and network != "connected"


@fact("contact.answered_by")
def _answered_by(sheet: FactSheet) -> str | None:
    outcome = sheet.event.outcome
    if outcome.answered_by is not None:
        return outcome.answered_by
    if _not_connected(sheet):
        return "nobody"
    return "human" if outcome.party in _PERSONS else None


@fact("contact.party")
def _party(sheet: FactSheet) -> str | None:
    event, outcome = sheet.event, sheet.event.outcome
    if event.channel in CALL_CHANNELS:
        if _not_connected(sheet) or outcome.answered_by == "machine":
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
    event = sheet.event
    sent = event.outcome.network not in _NOT_SENT  # of a message, sending is the act
    if event.channel in MESSAGE_CHANNELS:
        return sent
    spoken = _spoken(sheet)
    if event.channel == "other":
        return spoken if spoken == sent else None  # known only if it is so whatever the channel was
    return spoken


def _spoken(sheet: FactSheet) -> bool | None:
    """Say whether a call or a visit conveyed anything: to a person, or by leaving a message."""
    outcome = sheet.event.outcome
    if outcome.answered_by == "machine":
        return outcome.message_left
    party: str | None = sheet.value("contact.party")
    if sheet.event.content or party in _PERSONS:
        return True
    nobody = party == "nobody" or outcome.network not in {None, "connected"}
    return False if nobody else None


@fact("contact.reached_third_party")
def _reached_third_party(sheet: FactSheet) -> bool | None:
    event = sheet.event
    addressee: bool | None = sheet.value("recipient.is_third_party")
    recorded = event.outcome.party
    if event.channel in MESSAGE_CHANNELS:
        # Whoever wrote to us is known by the record; whom our message reached, by whom it was addressed to.
        read = any_of([addressee, recorded in _OTHERS])
        wrote = read if recorded is None else recorded in _OTHERS
        heard = {"inbound": wrote, "outbound": read}.get(event.direction or "", read if read == wrote else None)
    else:
        party: str | None = sheet.value("contact.party")
        if event.outcome.answered_by == "machine" or party == "nobody":
            heard = addressee
        elif party is None:
            heard = None
        else:
            heard = party in _OTHERS
        if sheet.value("recipient.group") is not None:
            heard = any_of([heard, addressee])  # whoever answered, the others heard it too
    return all_of([sheet.value("contact.conveyed"), heard])

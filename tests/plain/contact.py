"""Who was reached, and what was conveyed (lines 10 to 12)."""

from collections.abc import Iterable

from collection_guard.model import Event

from .addressee import Addressees, is_group
from .values import Tri, agreed, all_of, any_of, negation

CALLS = {"call", "voice_notice", "video"}
SPOKEN = CALLS | {"visit"}
MESSAGES = {
    "sms",
    "wechat",
    "enterprise_wechat",
    "qq",
    "whatsapp",
    "alipay_msg",
    "app_push",
    "email",
    "letter",
    "social_post",
}
KINDS = ("call", "visit", "sms")
PERSONS = {"borrower", "authorised_party", "third_party", "wrong_party"}
SUPPLIED_ONLY = {"doorstep_obstruction", "distress"}


def is_outbound(event: Event) -> Tri:
    """Say whether the collector made the contact; unknown where the direction is."""
    return None if event.direction is None else event.direction == "outbound"


def channel_in(event: Event, channels: Iterable[str]) -> Tri:
    """Say whether the channel is one of several; a contact given as "other" may have been on any."""
    return None if event.channel == "other" else event.channel in channels


def network(event: Event) -> str | None:
    """Return what the network reported (line 10); a word that nobody knew says nothing."""
    return None if event.outcome.network == "unknown" else event.outcome.network


def as_each_kind(event: Event) -> list[Event]:
    """Return the event as what it was, or of an unknown channel as each that it may have been."""
    if event.channel != "other":
        return [event]
    return [event.model_copy(update={"channel": kind}) for kind in KINDS]


def party(event: Event, addressees: Addressees) -> str | None:
    """Fact contact.party (line 10)."""
    return agreed([_party(one, addressees) for one in as_each_kind(event)])


def _party(event: Event, addressees: Addressees) -> str | None:
    outcome = event.outcome
    if event.channel in CALLS and (outcome.answered_by == "machine" or network(event) not in (None, "connected")):
        return "nobody"
    if outcome.party is not None:
        return outcome.party
    if event.channel in CALLS and outcome.answered_by == "nobody":
        return "nobody"
    connected = outcome.network == "connected" or outcome.answered_by == "human"
    if addressees.settings.assume_party and event.channel in CALLS and connected:
        if addressees.is_borrower(event) is True:
            return "borrower"
        if addressees.is_third_party(event) is True:
            return "third_party"
        if addressees.is_borrower(event) is False and addressees.is_third_party(event) is False:
            return "authorised_party"
    return None


def _conveyed_by_sending(event: Event) -> Tri:
    sent = event.outcome.network not in ("undelivered", "blocked")
    return None if event.outcome.network == "unknown" else sent


def _conveyed_by_speaking(event: Event, reached: str | None) -> Tri:
    outcome = event.outcome
    if outcome.answered_by == "machine":
        return outcome.message_left
    if reached in PERSONS or event.content:
        return True
    if reached == "nobody" or network(event) not in (None, "connected"):
        return False
    return None


def conveyed(event: Event, addressees: Addressees) -> Tri:
    """Fact contact.conveyed (line 11)."""
    return agreed([_conveyed(one, addressees) for one in as_each_kind(event)])


def _conveyed(event: Event, addressees: Addressees) -> Tri:
    if event.channel in MESSAGES:
        return _conveyed_by_sending(event)
    return _conveyed_by_speaking(event, _party(event, addressees))


def reached_third_party(event: Event, addressees: Addressees) -> Tri:
    """Fact contact.reached_third_party (line 11)."""
    return agreed(
        [all_of(_conveyed(one, addressees), _third_party_heard(one, addressees)) for one in as_each_kind(event)]
    )


def _third_party_heard(event: Event, addressees: Addressees) -> Tri:
    addressed = addressees.is_third_party(event)
    reached = _party(event, addressees)
    met = None if reached is None else reached in ("third_party", "wrong_party")
    if event.channel in MESSAGES:
        # A message of ours went to its addressee, whoever is said to have read it; one that came in was written by the
        # party that is recorded.
        outbound = is_outbound(event)
        sent = any_of(addressed, met is True)
        received = sent if met is None else met
        return agreed([sent, received]) if outbound is None else sent if outbound else received
    if event.outcome.answered_by == "machine" or reached == "nobody":
        return addressed  # what a machine took down is for the addressee
    if is_group(event.recipient):
        return any_of(addressed, met)  # whoever was met in a group, everybody in it was addressed (line 9)
    if event.recipient.audience == "unknown":
        return any_of(met, None)  # there may have been others
    return met  # never assumed to be the addressee (line 10)


def signal(event: Event, name: str) -> Tri:
    """Fact content.<signal> (lines 22 and 25), while no detector is installed."""
    given = {str(key): value for key, value in (event.signals or {}).items()}.get(name)
    if given is not None:
        return given
    if event.content == "" and name not in SUPPLIED_ONLY:
        return False
    return None


def is_number_own_reply(event: Event, addressees: Addressees) -> Tri:
    """Line 14: is it an inbound message from the borrower?"""
    wrote = party(event, addressees)
    return addressees.number_is_own(event) if wrote is None else wrote == "borrower"


def is_replied(event: Event, addressees: Addressees) -> Tri:
    """Line 14: is it a message to the borrower that was answered? A word that no table knows may mean it."""
    word = event.outcome.disposition
    replied = None if word == "unknown" else word == "replied"
    return all_of(addressees.is_borrower(event), replied)


def is_connection(event: Event, addressees: Addressees) -> Tri:
    """Line 14: was the borrower in person reached, or did the borrower answer?"""
    reached, outbound, written = party(event, addressees), is_outbound(event), channel_in(event, MESSAGES)
    met = None if reached is None else reached == "borrower"
    answered = any_of(
        all_of(negation(outbound), is_number_own_reply(event, addressees)),
        all_of(outbound, is_replied(event, addressees)),
    )
    return any_of(all_of(negation(written), met), all_of(written, answered))

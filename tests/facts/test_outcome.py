"""What came of a contact: who was reached, what was conveyed, and to whom."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.world import Settings
from collection_guard.model.words import (
    ANSWERED_BY,
    CALL_CHANNELS,
    CHANNELS,
    DIRECTIONS,
    MESSAGE_CHANNELS,
    NETWORKS,
    PARTIES,
    RELATIONSHIPS,
)

from .making import SHANGHAI, event, sheet_of

PARTY, CONVEYED, REACHED = "contact.party", "contact.conveyed", "contact.reached_third_party"
ANSWERED = "contact.answered_by"
PARENT = {"relationship": "parent"}
ASSUMING = Settings(timezone=SHANGHAI, assume_party=True)

outcomes = st.fixed_dictionaries(
    {
        "network": st.none() | st.sampled_from(NETWORKS),
        "answered_by": st.none() | st.sampled_from(ANSWERED_BY),
        "party": st.none() | st.sampled_from(PARTIES),
        "message_left": st.none() | st.booleans(),
    }
)
contacts = st.fixed_dictionaries(
    {
        "channel": st.sampled_from(CHANNELS),
        "direction": st.none() | st.sampled_from(DIRECTIONS),
        "outcome": outcomes,
        "content": st.sampled_from((None, "", "您好")),
        "recipient": st.fixed_dictionaries({"relationship": st.none() | st.sampled_from(RELATIONSHIPS)}),
    }
)


def said(name: str, settings: Settings | None = None, **fields: Any) -> Any:
    given_event = event(**fields)
    return (sheet_of(given_event) if settings is None else sheet_of(given_event, None, settings)).value(name)


@pytest.mark.parametrize("channel", sorted(CALL_CHANNELS))
def test_s10_call_that_did_not_connect_reached_nobody(channel: str) -> None:
    """Whatever party is recorded: not connected, or answered by a machine, is nobody."""
    for outcome in (
        {"network": "busy"},
        {"answered_by": "machine"},
        {"network": "connected", "answered_by": "machine"},
    ):
        assert said(PARTY, channel=channel, outcome={"party": "borrower", **outcome}) == "nobody"
    assert said(ANSWERED, channel=channel, outcome={"network": "busy"}) == "nobody"


def test_s10_answered_by_nobody_gives_way_to_a_recorded_party() -> None:
    """It makes the party nobody only where none is recorded, and on a visit not at all."""
    nobody = {"answered_by": "nobody"}
    assert said(PARTY, outcome=nobody) == "nobody"
    assert said(PARTY, outcome={**nobody, "party": "borrower"}) == "borrower"
    assert said(PARTY, channel="visit", outcome=nobody) is None


def test_s10_party_is_never_assumed_unless_it_is_asked_for() -> None:
    """A connected call without a recorded party reached an unknown person; the parameter takes the addressee."""
    answered = {"network": "connected"}
    self, mother, guarantor = ({"relationship": word} for word in ("self", "parent", "guarantor"))
    assert said(PARTY, outcome=answered, recipient=self) is None
    assert said(PARTY, ASSUMING, outcome=answered, recipient=self) == "borrower"
    assert said(PARTY, ASSUMING, outcome={"answered_by": "human"}, recipient=mother) == "third_party"
    assert said(PARTY, ASSUMING, outcome=answered, recipient=guarantor) == "authorised_party"
    assert said(PARTY, ASSUMING, outcome=answered) is None
    assert said(PARTY, ASSUMING, outcome={}, recipient=self) is None
    assert said(PARTY, ASSUMING, outcome=answered, recipient=self, channel="visit") is None
    undecided = {"audience": "group", "members": [guarantor, {"name": "某人"}]}
    assert said(PARTY, ASSUMING, outcome=answered, recipient=undecided) is None


@pytest.mark.parametrize("party", [None, "nobody", "borrower"])
def test_answered_by_a_person_where_one_was_reached(party: str | None) -> None:
    """Who answered is as recorded, else a person where somebody was reached in person."""
    assert said(ANSWERED, outcome={"party": party}) == ("human" if party == "borrower" else None)
    assert said(ANSWERED, outcome={"party": party, "answered_by": "machine"}) == "machine"


@pytest.mark.parametrize("channel", sorted(MESSAGE_CHANNELS))
def test_s11_sending_a_message_is_the_act(channel: str) -> None:
    """A message is conveyed unless it is known not to have been sent or delivered."""
    said_of = {network: said(CONVEYED, channel=channel, outcome={"network": network}) for network in (None, *NETWORKS)}
    assert said_of.pop("unknown") is None
    assert {network for network, conveyed in said_of.items() if not conveyed} == {"undelivered", "blocked"}


@pytest.mark.parametrize("channel", [*sorted(CALL_CHANNELS), "visit"])
def test_s11_speaking_needs_somebody_or_a_machine(channel: str) -> None:
    """A machine is tested first; then a person or content; then nobody, or no connection; else it is unknown."""

    def conveyed(content: str | None = None, **outcome: Any) -> Any:
        return said(CONVEYED, channel=channel, content=content, outcome=outcome)

    for left in (True, False, None):
        assert conveyed("您好", answered_by="machine", message_left=left, party="borrower") is left
    for party in ("borrower", "authorised_party", "third_party", "wrong_party"):
        assert conveyed(party=party) is True
    assert conveyed("您好") is True
    assert conveyed("", network="connected") is None
    assert conveyed(party="nobody") is False
    assert conveyed(network="rejected") is False
    assert conveyed() is None


def test_s11_channel_that_nobody_knows() -> None:
    """Of another channel it is known only where a call, a visit and a message all come to the same."""
    other: dict[str, Any] = {"channel": "other"}
    assert said("contact.channel", **other) is None
    assert said(CONVEYED, **other, outcome={"party": "borrower"}) is True
    assert said(CONVEYED, **other, outcome={"party": "borrower", "network": "busy"}) is None
    assert said(CONVEYED, **other, outcome={"network": "blocked"}) is False
    assert said(CONVEYED, **other) is None
    assert said(PARTY, **other, outcome={"party": "borrower"}) == "borrower"
    assert said(PARTY, **other, outcome={"party": "borrower", "network": "busy"}) is None
    assert said(PARTY, **other, outcome={"party": "nobody", "network": "busy"}) == "nobody"
    assert said(ANSWERED, **other, outcome={"network": "busy"}) is None
    assert said(ANSWERED, **other, outcome={"party": "borrower"}) == "human"
    mother = {"relationship": "parent"}
    assert said(REACHED, **other, recipient=mother, outcome={"party": "third_party"}) is True
    assert said(REACHED, **other, recipient=mother, outcome={"party": "borrower"}) is None
    assert said(REACHED, **other, recipient={"relationship": "self"}, outcome={"network": "blocked"}) is False


def test_a_report_that_nobody_can_read_is_not_a_message_sent() -> None:
    """Sending is the act, but what the network reported may be that nothing was sent; of a call nothing is known."""
    unread = {"network": "unknown"}
    assert said("contact.network", outcome=unread) is None
    assert said(CONVEYED, channel="sms", outcome=unread) is None
    assert said(CONVEYED, outcome=unread) is None
    assert said(PARTY, outcome=unread) is None
    assert said("contact.end", outcome=unread) is None


def test_an_audience_that_nobody_can_read_may_be_a_group() -> None:
    """Only that a third party heard it is known; whether it was the borrower alone is not."""

    def to(relationship: str, fact: str, **fields: Any) -> Any:
        return said(fact, recipient={"relationship": relationship, "audience": "unknown"}, **fields)

    assert to("self", "contact.audience") is None
    assert to("parent", "recipient.is_third_party") is True
    assert to("self", "recipient.is_third_party") is None
    assert to("self", "recipient.is_borrower") is None
    assert to("parent", "recipient.is_emergency_contact") is None
    assert to("parent", REACHED, channel="sms") is True
    assert to("self", REACHED, channel="sms") is None
    assert to("self", REACHED, outcome={"party": "third_party"}) is True
    assert to("self", REACHED, outcome={"party": "borrower"}) is None
    listed = {"audience": "unknown", "members": [{"relationship": "self"}]}
    assert said("recipient.is_third_party", recipient=listed) is False


def test_s11_who_was_reached_by_a_call() -> None:
    """A third party is who answered, or who was left a message; a borrower reached is none."""

    def reached(relationship: str | None, **outcome: Any) -> Any:
        return said(REACHED, recipient={"relationship": relationship}, outcome=outcome)

    assert reached("self", party="third_party") is True
    assert reached("self", party="wrong_party") is True
    assert reached("parent", party="borrower") is False
    assert reached("parent", party="authorised_party") is False
    assert reached("parent", network="connected") is None
    assert reached("parent", network="no_answer") is False
    assert reached("parent", answered_by="machine", message_left=True) is True
    assert reached("self", answered_by="machine", message_left=True) is False
    assert reached(None, answered_by="machine", message_left=True) is None


def test_s11_who_was_reached_by_a_message() -> None:
    """Ours reached its addressee and whoever is said to have read it; theirs was written by the party recorded."""

    def reached(direction: str | None, relationship: str, party: str | None) -> Any:
        return said(
            REACHED,
            channel="sms",
            direction=direction,
            recipient={"relationship": relationship},
            outcome={"party": party},
        )

    assert reached("outbound", "parent", "borrower") is True
    assert reached("outbound", "self", "third_party") is True
    assert reached("outbound", "self", None) is False
    assert reached("inbound", "parent", "borrower") is False
    assert reached("inbound", "self", "third_party") is True
    assert reached("inbound", "parent", None) is True
    assert reached(None, "parent", "borrower") is None
    assert reached(None, "parent", None) is True
    assert reached(None, "self", "borrower") is False


def test_s09_everybody_in_a_group_is_reached() -> None:
    """Whoever answers, the others hear it too; where nobody is known to have answered, one may have."""

    def reached(*members: dict[str, Any], **outcome: Any) -> Any:
        return said(REACHED, channel="visit", recipient={"audience": "group", "members": members}, outcome=outcome)

    borrower, guarantor = {"relationship": "self"}, {"relationship": "guarantor"}
    assert reached(borrower, PARENT, party="borrower") is True
    assert reached(borrower, guarantor, party="borrower") is False
    assert reached(borrower, guarantor, party="third_party") is True
    assert reached(borrower, guarantor) is None


@given(contacts)
def test_s11_nothing_conveyed_reaches_nobody(fields: dict[str, Any]) -> None:
    """A third party is reached only by what was conveyed, and nothing unanswered without a message is conveyed."""
    sheet = sheet_of(event(**fields))
    if sheet.value(CONVEYED) is False:
        assert sheet.value(REACHED) is False
    if fields["channel"] in CALL_CHANNELS and sheet.value(PARTY) == "nobody" and not fields["content"]:
        assert sheet.value(CONVEYED) is not True or fields["outcome"]["message_left"]


@given(contacts)
def test_missing_direction_is_either_direction(fields: dict[str, Any]) -> None:
    """Where the direction is not recorded, only what both directions agree on is known."""
    each = {word: sheet_of(event(**{**fields, "direction": word})).value(REACHED) for word in (*DIRECTIONS, None)}
    assert each[None] is (each["inbound"] if each["inbound"] is each["outbound"] else None)


@pytest.mark.parametrize("name", ["disposition", "state_change"])
def test_s10_null_is_none_and_an_unknown_word_is_unknown(name: str) -> None:
    """Nothing reported is the word none; a word that no table knows is unknown."""
    fact = f"contact.{name}"
    assert said(fact) == "none"
    assert said(fact, outcome={name: "unknown"}) is None
    assert said(fact, outcome={name: "dispute"}) == "dispute"


def test_plain_fields_are_as_recorded() -> None:
    """What a field says, and nothing where it says nothing."""
    full = event(
        channel="sms",
        direction="inbound",
        talk_seconds=3.5,
        recipient={"audience": "public", "relationship": "friend", "roles": ["address_book"], "number": "1"},
        outcome={"network": "read", "message_left": False},
    )
    names = ("channel", "direction", "audience", "talk_seconds", "network", "message_left")
    assert [sheet_of(full).value(f"contact.{name}") for name in names] == [
        "sms",
        "inbound",
        "public",
        3.5,
        "read",
        False,
    ]
    assert [said(f"contact.{name}", direction=None) for name in names] == ["call", None, None, None, None, None]
    assert sheet_of(full).value("recipient.relationship") == "friend"
    assert sheet_of(full).value("recipient.roles") == {"address_book"}
    assert [said(f"recipient.{name}") for name in ("relationship", "roles", "has_number")] == [None, None, False]
    assert sheet_of(full).value("recipient.has_number") is True

"""Cases of lines 10 to 12: who was reached, and what was conveyed."""

from typing import Any

from .case import MET_THIRD, MOTHER, OWN, REACHED, SELF, Case, Json, at, event, one, profile

PARTY, CONVEYED, THIRD_REACHED = "contact.party", "contact.conveyed", "contact.reached_third_party"
WHILE_REACHABLE, NO_EMERGENCY = "third-party-while-borrower-reachable", "third-party-not-emergency-contact"
RELAY, DISCLOSED, PRESSED = (
    "third-party-contact-beyond-relay",
    "debt-disclosed-to-third-party",
    "third-party-asked-to-pay",
)
UNCONNECTED = (
    "no_answer",
    "busy",
    "rejected",
    "powered_off",
    "suspended",
    "unallocated",
    "out_of_coverage",
    "forwarded",
    "congestion",
    "blocked",
)
GUARANTOR: Json = {"relationship": "guarantor"}
CONNECTED: Json = {"network": "connected"}


def reached(line: int, says: str, outcome: Json, facts: Json, to: Json = SELF, **more: Any) -> Case:
    """Return a case about one contact and its outcome."""
    settings = {"assume_party": more.pop("assume_party")} if "assume_party" in more else {}
    return one(line, says, event(to=to, outcome=outcome, **more), facts, case=profile(), **settings)


LINE_10 = [
    *(
        reached(10, f"a call with {network} reached nobody", {"network": network}, {PARTY: "nobody"})
        for network in UNCONNECTED
    ),
    reached(10, "a machine is nobody", {**CONNECTED, "answered_by": "machine"}, {PARTY: "nobody"}),
    reached(
        10,
        "a call not connected reached nobody, whatever its party says",
        {"network": "busy", "party": "borrower"},
        {PARTY: "nobody"},
    ),
    reached(
        10,
        "a machine is nobody, whatever the party says",
        {**CONNECTED, "answered_by": "machine", "party": "third_party"},
        {PARTY: "nobody"},
    ),
    *(
        reached(10, f"a recorded {party} is taken as recorded", {**CONNECTED, "party": party}, {PARTY: party}, MOTHER)
        for party in ("borrower", "authorised_party", "third_party", "wrong_party", "nobody")
    ),
    reached(10, "a connected call without a party is unknown", CONNECTED, {PARTY: None}),
    reached(10, "a human voice is not yet a party", {**CONNECTED, "answered_by": "human"}, {PARTY: None}),
    reached(10, "a call without any outcome is unknown", {}, {PARTY: None}),
    reached(10, "if so configured the borrower answered", CONNECTED, {PARTY: "borrower"}, assume_party=True),
    reached(10, "if so configured the mother answered", CONNECTED, {PARTY: "third_party"}, MOTHER, assume_party=True),
    reached(
        10,
        "if so configured the guarantor answered",
        CONNECTED,
        {PARTY: "authorised_party"},
        GUARANTOR,
        assume_party=True,
    ),
    reached(
        10, "an unknown addressee cannot be assumed", CONNECTED, {PARTY: None}, {"name": "赵六"}, assume_party=True
    ),
    reached(10, "nobody is assumed on a call not connected", {"network": "busy"}, {PARTY: "nobody"}, assume_party=True),
    reached(10, "a recorded party outranks the assumption", MET_THIRD, {PARTY: "third_party"}, assume_party=True),
    one(
        10,
        "a null state change means that none was reported",
        event(to=SELF),
        {"recipient.number_reported_wrong": False, "recipient.has_asked_to_cease": False},
        case=profile(),
        before=[event("a", at(19), SELF, outcome=REACHED)],
    ),
    one(
        10,
        "a state change that no list knows is unknown",
        event(to=SELF),
        {"recipient.number_reported_wrong": None, "recipient.has_asked_to_cease": None},
        case=profile(),
        before=[event("a", at(19), SELF, outcome={"state_change": "unknown"})],
    ),
]


def sent(says: str, network: str | None, conveyed: bool, channel: str = "sms") -> Case:
    """Return a case about a message to the mother."""
    facts = {CONVEYED: conveyed, THIRD_REACHED: conveyed}
    return reached(11, says, {"network": network}, facts, MOTHER, channel=channel)


def left(says: str, message_left: bool | None, to: Json, third: bool | None, **more: Any) -> Case:
    """Return a case about a call that a machine answered."""
    outcome = {**CONNECTED, "answered_by": "machine", "message_left": message_left}
    return reached(11, says, outcome, {CONVEYED: message_left, THIRD_REACHED: third}, to, **more)


LINE_11 = [
    sent("sending is the act", None, True),
    sent("a sent message was conveyed", "sent", True),
    sent("a delivered message was conveyed", "delivered", True),
    sent("a read message was conveyed", "read", True),
    sent("an undelivered message was not conveyed", "undelivered", False),
    sent("a blocked message was not conveyed", "blocked", False),
    sent("a letter was conveyed", None, True, "letter"),
    sent("a letter that came back was not conveyed", "undelivered", False, "letter"),
    sent("a post was conveyed", None, True, "social_post"),
    sent("an e-mail was conveyed", "sent", True, "email"),
    left("a message left on the mother's machine", True, MOTHER, True),
    left("a message left on the borrower's machine", True, SELF, False),
    left("no message left", False, MOTHER, False),
    left("a machine, and nobody knows whether a message was left", None, MOTHER, None),
    left("a machine is tested before the content", False, MOTHER, False, content="您好"),
    left("a voice notice on a machine", True, MOTHER, True, channel="voice_notice"),
    reached(11, "the borrower was told", REACHED, {CONVEYED: True, THIRD_REACHED: False}),
    reached(11, "the mother was told", MET_THIRD, {CONVEYED: True, THIRD_REACHED: True}, MOTHER),
    reached(11, "the borrower answers the mother's telephone", REACHED, {CONVEYED: True, THIRD_REACHED: False}, MOTHER),
    reached(11, "someone else answers the borrower's number", MET_THIRD, {CONVEYED: True, THIRD_REACHED: True}),
    reached(
        11,
        "a wrong party answers the borrower's number",
        {**CONNECTED, "party": "wrong_party"},
        {CONVEYED: True, THIRD_REACHED: True},
    ),
    reached(
        11,
        "an authorised party is no third party",
        {**CONNECTED, "party": "authorised_party"},
        {CONVEYED: True, THIRD_REACHED: False},
        GUARANTOR,
    ),
    reached(
        11,
        "words were recorded, so they were said; to whom is unknown",
        CONNECTED,
        {CONVEYED: True, THIRD_REACHED: None},
        MOTHER,
        content="您好",
    ),
    reached(11, "nobody answered", {"network": "no_answer"}, {CONVEYED: False, THIRD_REACHED: False}, MOTHER),
    reached(
        11,
        "a connected call to nobody",
        {**CONNECTED, "party": "nobody"},
        {CONVEYED: False, THIRD_REACHED: False},
        MOTHER,
    ),
    reached(
        11,
        "a connected call without party or content is unknown",
        CONNECTED,
        {CONVEYED: None, THIRD_REACHED: None},
        MOTHER,
    ),
    reached(11, "a call without any outcome is unknown", {}, {CONVEYED: None, THIRD_REACHED: None}, MOTHER),
    reached(
        11,
        "a visit that met the mother",
        {"party": "third_party"},
        {CONVEYED: True, THIRD_REACHED: True},
        MOTHER,
        channel="visit",
    ),
    reached(
        11,
        "a visit that met nobody",
        {"party": "nobody"},
        {CONVEYED: False, THIRD_REACHED: False},
        MOTHER,
        channel="visit",
    ),
    reached(11, "a visit without an outcome", {}, {CONVEYED: None, THIRD_REACHED: None}, MOTHER, channel="visit"),
    reached(11, "a video call that nobody took", {"network": "no_answer"}, {CONVEYED: False}, MOTHER, channel="video"),
    reached(
        11, "a message to the borrower", {"network": "sent"}, {CONVEYED: True, THIRD_REACHED: False}, channel="sms"
    ),
    reached(
        11,
        "a message to somebody unknown",
        {"network": "sent"},
        {CONVEYED: True, THIRD_REACHED: None},
        {"name": "赵六"},
        channel="sms",
    ),
    reached(
        11,
        "a post to the public",
        {},
        {CONVEYED: True, THIRD_REACHED: True},
        {"audience": "public"},
        channel="social_post",
    ),
]


def said(says: str, given: Json, **verdicts: str) -> Case:
    """Return a case about the two kinds of rule of line 12; keywords are written with underscores."""
    names = {
        "while_reachable": WHILE_REACHABLE,
        "no_emergency": NO_EMERGENCY,
        "relay": RELAY,
        "disclosed": DISCLOSED,
        "pressed": PRESSED,
    }
    return one(12, says, given, {}, {names[key]: value for key, value in verdicts.items()}, case=profile())


ALL_FALSE = {"debt_disclosure": False, "third_party_pressure": False}
LINE_12 = [
    said(
        "an unanswered call to the mother is a contact, on which nothing was said",
        event(to=MOTHER, outcome={"network": "no_answer"}),
        while_reachable="violation",
        no_emergency="clear",
        relay="not_applicable",
        disclosed="not_applicable",
        pressed="not_applicable",
    ),
    said(
        "an undelivered message is a contact",
        event(to=MOTHER, channel="sms", outcome={"network": "undelivered"}),
        while_reachable="violation",
        disclosed="not_applicable",
    ),
    said("a letter is a contact", event(to=MOTHER, channel="letter"), while_reachable="violation"),
    said(
        "a visit is a contact",
        event(to={"relationship": "neighbor", "name": "赵六"}, channel="visit"),
        while_reachable="violation",
        no_emergency="violation",
    ),
    said(
        "whom one may contact concerns outbound contacts",
        event(to=MOTHER, direction="inbound", outcome=MET_THIRD),
        while_reachable="not_applicable",
        no_emergency="not_applicable",
    ),
    said(
        "what is said counts in either direction",
        event(
            to=MOTHER,
            direction="inbound",
            outcome=MET_THIRD,
            signals={"debt_disclosure": True, "third_party_pressure": True, "relay_only": False},
            content="欠款",
        ),
        disclosed="violation",
        pressed="violation",
        relay="violation",
    ),
    said(
        "an unknown direction", event(to=MOTHER, direction=None), while_reachable="unassessable", no_emergency="clear"
    ),
    said(
        "reached, but no content recorded",
        event(to=MOTHER, outcome=MET_THIRD),
        relay="unassessable",
        disclosed="unassessable",
        pressed="unassessable",
    ),
    said(
        "reached, and nothing was said",
        event(to=MOTHER, outcome=MET_THIRD, content=""),
        relay="clear",
        disclosed="clear",
        pressed="clear",
    ),
    said(
        "a message that only asks to be passed on",
        event(to=MOTHER, outcome=MET_THIRD, content="请转告", signals={"relay_only": True, **ALL_FALSE}),
        relay="clear",
        disclosed="clear",
        pressed="clear",
    ),
    said(
        "more than a message to pass on",
        event(to=MOTHER, outcome=MET_THIRD, content="请转告", signals={"relay_only": False, **ALL_FALSE}),
        relay="violation",
        disclosed="clear",
    ),
    said(
        "the borrower was reached",
        event(to={"number": OWN}, outcome=REACHED, signals={"debt_disclosure": True}),
        disclosed="not_applicable",
        while_reachable="not_applicable",
    ),
    said(
        "whether a third party was reached is unknown, and the debt was named",
        event(to=MOTHER, outcome=CONNECTED, signals={"debt_disclosure": True}),
        disclosed="unassessable",
    ),
    said(
        "whether a third party was reached is unknown, and the debt was not named",
        event(to=MOTHER, outcome=CONNECTED, signals={"debt_disclosure": False}),
        disclosed="clear",
    ),
]
CASES = [*LINE_10, *LINE_11, *LINE_12]

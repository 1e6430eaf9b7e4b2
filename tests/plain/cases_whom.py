"""Cases of lines 6 to 9: who was addressed."""

from typing import Any

from .case import MOTHER, MUM, NEW, OLD, OWN, SELF, Case, Json, event, one, profile

THIRD, BORROWER, EMERGENCY, IS_OWN = (
    "recipient.is_third_party",
    "recipient.is_borrower",
    "recipient.is_emergency_contact",
    "recipient.number_is_own",
)
NO_EMERGENCY = "third-party-not-emergency-contact"
CLASSES = {
    "self": False,
    "co_borrower": False,
    "guarantor": False,
    "attorney": False,
    "agent_authorised": False,
    "guardian": False,
    "executor": False,
    "heir": False,
    "spouse": True,
    "ex_spouse": True,
    "parent": True,
    "child": True,
    "sibling": True,
    "relative": True,
    "friend": True,
    "colleague": True,
    "classmate": True,
    "teacher": True,
    "business_partner": True,
    "employer": True,
    "community_body": True,
    "neighbor": True,
    "new_subscriber": True,
    "stranger": True,
}


def who(line: int, says: str, to: Json, third: bool | None, borrower: bool | None, **more: Any) -> Case:
    """Return a case about the addressee of one call."""
    facts = {THIRD: third, BORROWER: borrower}
    return one(line, says, event(to=to), facts, **{"case": profile(), **more})


def emergency(says: str, to: Json, expected: bool | None, case: Json | None) -> Case:
    """Return a case about an emergency contact."""
    return one(8, says, event(to=to), {EMERGENCY: expected}, case=case)


def named(**entry: object) -> Json:
    """Return a profile with this one emergency contact."""
    return profile(emergency_contacts=[entry])


NEW_YORK_NUMBER = profile(timezone="America/New_York", numbers=[{"number": OWN, "valid_to": "2025-11-19"}])

LINE_6 = [
    who(6, f"{word} is {'' if third else 'not '}a third party", {"relationship": word}, third, word == "self")
    for word, third in CLASSES.items()
]
LINE_7 = [
    who(7, "an own number outranks the word", {"number": OWN, "relationship": "parent"}, False, True),
    who(7, "a number no longer own is a third party's", {"number": OLD, "relationship": "self"}, True, False),
    who(7, "without a number the relationship decides", {"relationship": "self"}, False, True),
    who(7, "a number never own leaves it to the relationship", {"number": NEW, "relationship": "self"}, False, True),
    who(7, "a strange number without a word is unknown", {"number": NEW}, None, None),
    who(7, "an emergency contact by number is a third party", {"number": MUM}, True, False),
    who(7, "an emergency contact by name is a third party", {"name": "王芳"}, True, False),
    who(7, "no roles and no relationship is unknown", {"number": NEW, "roles": []}, None, None),
    *(
        who(7, f"the role {role} alone is a third party", {"number": NEW, "roles": [role]}, True, False)
        for role in ("emergency_contact", "address_book", "skip_trace")
    ),
    who(
        7,
        "a known relationship outranks a role",
        {"number": NEW, "relationship": "guarantor", "roles": ["address_book"]},
        False,
        False,
    ),
    who(7, "the role alone serves without a profile", {"roles": ["skip_trace"]}, True, False, case=None),
    who(7, "a masked number decides nothing", {"number": "138****0001", "relationship": "parent"}, True, False),
    one(
        7,
        "whether a masked number is own is unknown",
        event(to={"number": "138****0001"}),
        {IS_OWN: None, BORROWER: None, THIRD: None},
        case=profile(),
    ),
    one(7, "a listed number is own", event(to={"number": OWN}), {IS_OWN: True}, case=profile()),
    one(7, "an unlisted number is not own", event(to=MOTHER), {IS_OWN: False}, case=profile()),
    one(7, "without a profile own is unknown", event(to=SELF), {IS_OWN: None, BORROWER: True}),
    one(7, "a null list leaves own unknown", event(to=SELF), {IS_OWN: None}, case=profile(numbers=None)),
    one(7, "an empty list owns nothing", event(to=SELF), {IS_OWN: False}, case=profile(numbers=[])),
    one(
        7,
        "without a profile windows, instructions and accessibility are unknown",
        event(to=SELF),
        {
            "contact.in_elected_quiet_window": None,
            "recipient.number_reported_wrong": None,
            "recipient.has_asked_to_cease": None,
        },
        {"inaccessible-channel": "unassessable"},
    ),
    one(
        7,
        "null lists of a profile leave windows, instructions and accessibility unknown",
        event(to=SELF),
        {
            "contact.in_elected_quiet_window": None,
            "recipient.number_reported_wrong": None,
            "recipient.has_asked_to_cease": None,
        },
        {"inaccessible-channel": "unassessable"},
        case={"case_id": "C1"},
    ),
    one(
        7,
        "an instruction in the log counts without a profile",
        event(to=SELF),
        {"recipient.number_reported_wrong": True},
        before=[event("a", "2025-11-19T10:00:00+08:00", SELF, outcome={"state_change": "wrong_number"})],
    ),
    who(
        7,
        "dates are those of the borrower's zone",
        {"number": OWN, "relationship": "self"},
        False,
        True,
        # Ten in the morning in Shanghai is nine in the evening of the 19th in New York.
        case=NEW_YORK_NUMBER,
    ),
    who(
        7,
        "without the borrower's zone dates are those of the configured one",
        {"number": OWN, "relationship": "self"},
        True,
        False,
        case={**NEW_YORK_NUMBER, "timezone": None},
    ),
    one(
        7,
        "without any zone the last date of a number leaves both readings open",
        event(to=SELF),
        {IS_OWN: None, BORROWER: None, THIRD: None},
        case={**NEW_YORK_NUMBER, "timezone": None},
        timezone=None,
    ),
    who(
        7,
        "a number of both the borrower and a contact leaves both readings open",
        {"number": OWN, "relationship": "self"},
        None,
        None,
        case=named(name="李四", number=OWN),
    ),
    who(
        7,
        "a number that is no longer the contact's is the borrower's alone",
        {"number": OWN, "relationship": "parent"},
        False,
        True,
        case=named(name="李四", number=OWN, valid_to="2025-11-19"),
    ),
    who(7, "a number is compared in every way of writing it", {"number": "+86 138-0000-0001"}, False, True),
    who(
        7,
        "what is no telephone number is its own key",
        {"number": "wxid_li4"},
        False,
        True,
        case=profile(numbers=[{"number": "wxid_li4"}]),
    ),
    who(
        7,
        "a number that became own again is own",
        {"number": OWN, "relationship": "friend"},
        False,
        True,
        case=profile(numbers=[{"number": OWN, "valid_to": "2025-10-01"}, {"number": OWN, "valid_from": "2025-11-01"}]),
    ),
    one(
        7,
        "a number that is own only later is not own yet, and never was",
        event(to={"number": OWN, "relationship": "guarantor"}),
        {IS_OWN: False, BORROWER: False, THIRD: False},
        case=profile(numbers=[{"number": OWN, "valid_from": "2025-11-21"}]),
    ),
]
LINE_8 = [
    emergency("by number", {"number": MUM, "name": "别人"}, True, profile()),
    emergency("another number is not one, whatever the name", {"number": NEW, "name": "王芳"}, False, profile()),
    emergency("by name where the profile has no number", {"number": NEW, "name": "王芳"}, True, named(name="王芳")),
    emergency("another name is not one", {"number": NEW, "name": "李芳"}, False, named(name="王芳")),
    emergency("by name where the log has no number", {"name": "王芳"}, True, profile()),
    emergency("by name where the number is masked", {"name": "王芳", "number": "139****0002"}, True, profile()),
    emergency("neither name nor number to compare is unknown", {"relationship": "parent"}, None, profile()),
    emergency("an entry ends with its last date", MOTHER, True, named(number=MUM, valid_to="2025-11-20")),
    emergency("an entry that ended yesterday is none", MOTHER, False, named(number=MUM, valid_to="2025-11-19")),
    emergency("an entry begins with its first date", MOTHER, True, named(number=MUM, valid_from="2025-11-20")),
    emergency("an entry that begins tomorrow is none", MOTHER, False, named(number=MUM, valid_from="2025-11-21")),
    emergency(
        "the profile outranks the log's role",
        {"number": NEW, "roles": ["emergency_contact"]},
        False,
        profile(),
    ),
    emergency(
        "the profile alone decides even if its list is unknown",
        {**MOTHER, "roles": ["emergency_contact"]},
        None,
        profile(emergency_contacts=None),
    ),
    emergency("an empty list names nobody", MOTHER, False, profile(emergency_contacts=[])),
    emergency("without a profile the role decides", {"roles": ["emergency_contact"]}, True, None),
    emergency("without a profile other roles are not it", {"roles": ["address_book"]}, False, None),
    emergency("without a profile an empty list of roles is not it", {**MOTHER, "roles": []}, False, None),
    emergency("without a profile and roles it is unknown", MOTHER, None, None),
    one(
        8,
        "a friend who is none is a wrong",
        event(to={"number": NEW, "relationship": "friend"}),
        {},
        {NO_EMERGENCY: "violation"},
        case=profile(),
    ),
    one(8, "the mother who is one is no wrong", event(to=MOTHER), {}, {NO_EMERGENCY: "clear"}, case=profile()),
    one(8, "unknown roles cannot be judged", event(to=MOTHER), {}, {NO_EMERGENCY: "unassessable"}),
    one(8, "the borrower is no third party", event(to=SELF), {}, {NO_EMERGENCY: "not_applicable"}, case=profile()),
]


def group(says: str, to: Json, facts: Json, verdicts: dict[str, str] | None = None) -> Case:
    """Return a case about a message to several people."""
    to = {"audience": "group", **to}
    return one(9, says, event(to=to, channel="wechat"), facts, verdicts, case=profile())


LINE_9 = [
    group(
        "one third party among the members makes it a third-party contact",
        {"members": [SELF, MOTHER]},
        {THIRD: True, BORROWER: True},
    ),
    group(
        "members of whom none is a third party",
        {"members": [SELF, {"relationship": "guarantor"}]},
        {THIRD: False, BORROWER: True},
        {NO_EMERGENCY: "not_applicable"},
    ),
    group("one member who may be a third party", {"members": [SELF, {"name": "赵六"}]}, {THIRD: None, BORROWER: True}),
    group(
        "every member counts: a friend beside the emergency contact",
        {"members": [MOTHER, {"number": NEW, "relationship": "friend"}]},
        {THIRD: True, EMERGENCY: False},
        {NO_EMERGENCY: "violation"},
    ),
    group(
        "members without the borrower",
        {"members": [MOTHER], "number": OWN},
        {THIRD: True, BORROWER: False, EMERGENCY: True},
        {NO_EMERGENCY: "clear"},
    ),
    group(
        "a group without members holds an unknown third party",
        {"relationship": "self"},
        {THIRD: True, EMERGENCY: None},
        {NO_EMERGENCY: "unassessable"},
    ),
    group("the public holds an unknown third party", {"audience": "public"}, {THIRD: True, EMERGENCY: None}),
    group(
        "a private message reaches its addressee alone",
        {**SELF, "audience": "private"},
        {THIRD: False, BORROWER: True},
    ),
]
CASES = [*LINE_6, *LINE_7, *LINE_8, *LINE_9]

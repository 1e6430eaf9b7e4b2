"""Cases of lines 4, 5, 13, 14, 15 and 26: what the history says."""

from math import inf
from typing import Any

from .case import MET_THIRD, MOTHER, MUM, NOW, OLD, OWN, REACHED, SELF, Case, Json, at, event, failed, one, profile

ATTEMPTS, DATES, UNREACHABLE = (
    "measure.failed_attempts",
    "measure.failed_attempt_dates",
    "borrower.is_unreachable",
)
WHILE_REACHABLE = "third-party-while-borrower-reachable"
CONNECTED: Json = {"network": "connected"}
CALL = event(to=MOTHER)
NO_ANSWER: Json = {"network": "no_answer"}


def past(line: int, says: str, before: list[Json], facts: Json, verdict: str | None = None, **more: Any) -> Case:
    """Return a case about a call to the mother at ten on 20 November, and what went before it."""
    verdicts = {} if verdict is None else {WHILE_REACHABLE: verdict}
    return one(line, says, more.pop("given", CALL), facts, verdicts, before=before, **{"case": profile(), **more})


def counted(line: int, says: str, before: list[Json], low: float, high: float, **more: Any) -> Case:
    """Return a case about the number of failed attempts."""
    return past(line, says, before, {ATTEMPTS: (low, high)}, **more)


ANY = "unknown"
UNANSWERED = [failed("a", at(17)), failed("b", at(18)), failed("c", at(18, "15:00:00"))]


def on(day: int) -> str:
    """Return the span of a date of November 2025 in Shanghai."""
    return f"{at(day, '00:00:00')}/{at(day + 1, '00:00:00')}"


LINE_4 = [
    counted(4, "of two events at one instant the smaller id comes first", [failed("a", NOW)], 1, 1),
    counted(4, "of two events at one instant the greater id comes later", [failed("z", NOW)], 0, 0),
    counted(4, "the order is that of instants, not of written times", [failed("a", "2025-11-20T01:59:59+00:00")], 1, 1),
    counted(4, "a later event does not count", [failed("a", at(20, "10:00:01"))], 0, 0),
    counted(4, "an event is no part of its own history", [], 0, 0, given=failed("e", NOW)),
    counted(4, "what was recorded later was not known", [failed("a", at(19), recorded_at=at(20, "10:00:01"))], 0, 0),
    counted(4, "what was recorded at that very instant was known", [failed("a", at(19), recorded_at=NOW)], 1, 1),
    counted(4, "what has no time of recording was known at its own start", [failed("a", at(20, "09:59:59"))], 1, 1),
    counted(4, "a time of recording that nobody can read: may be known", [failed("a", at(19), recorded_at=ANY)], 0, 1),
    counted(
        4,
        "recorded on the date of the event: may be known",
        [failed("a", at(20, "09:00:00"), recorded_at=on(20))],
        0,
        1,
    ),
    counted(4, "recorded on the date before: known", [failed("a", at(19), recorded_at=on(19))], 1, 1),
    counted(4, "recorded on the date after: not known", [failed("a", at(19), recorded_at=on(21))], 0, 0),
    counted(
        4,
        "at the end of its date a record is known",
        [failed("a", at(18), recorded_at=on(19))],
        1,
        1,
        given=event("e", at(20, "00:00:00"), MOTHER),
    ),
    past(
        4,
        "a connection that may be known may have ended that the borrower was unreachable",
        [*UNANSWERED, event("d", at(19), SELF, outcome=REACHED, recorded_at=ANY)],
        {UNREACHABLE: None, ATTEMPTS: (0, 3)},
        "unassessable",
    ),
    past(
        4,
        "an instruction that may be known may bind",
        [event("a", at(19), SELF, outcome={"state_change": "wrong_number"}, recorded_at=ANY)],
        {"recipient.number_reported_wrong": None},
        given=event(to=SELF),
    ),
    past(
        4,
        "a request to cease on the date of the contact may be known",
        [event("a", at(20, "08:30:00"), MOTHER, outcome={"state_change": "cease"}, recorded_at=on(20))],
        {"recipient.has_asked_to_cease": None},
    ),
    past(
        4,
        "a connection recorded later does not undo what was known",
        [
            failed("a", at(17)),
            failed("b", at(18)),
            failed("c", at(18, "15:00:00")),
            event("d", at(19), SELF, outcome=REACHED, recorded_at=at(21)),
        ],
        {UNREACHABLE: True},
        "clear",
    ),
    past(
        4,
        "an instruction recorded later was not known",
        [event("a", at(19), SELF, outcome={"state_change": "wrong_number"}, recorded_at=at(21))],
        {"recipient.number_reported_wrong": False},
        given=event(to=SELF),
    ),
]

THREE = UNANSWERED
MAYBE_REPLY = event("m", at(19), {"number": "138****0001"}, channel="wechat", direction="inbound")
LINE_5 = [
    counted(5, "a call without an outcome may have failed", [event("a", at(19), SELF)], 0, 1),
    past(
        5,
        "a connected call without a party may have failed, or been the connection",
        [*THREE, event("d", at(19), SELF, outcome=CONNECTED)],
        {ATTEMPTS: (0, 4), DATES: (0, 3), UNREACHABLE: None},
        "unassessable",
    ),
    past(
        5,
        "a possible reply is a restart for the lowest value alone",
        [*THREE, MAYBE_REPLY],
        {ATTEMPTS: (0, 3), DATES: (0, 2), UNREACHABLE: None},
        "unassessable",
    ),
    past(
        5,
        "an uncertain event that changes neither end changes nothing",
        [event("0", at(16), SELF), *THREE],
        {ATTEMPTS: (3, 4), DATES: (2, 3), UNREACHABLE: True},
        "clear",
    ),
    past(
        5,
        "both ends below the bound agree",
        [failed("a", at(17)), event("b", at(18), SELF)],
        # The second call may have reached the borrower, or have failed.
        {ATTEMPTS: (0, 2), DATES: (0, 2), UNREACHABLE: False},
        "violation",
    ),
    past(5, "without the option the log is complete", [], {ATTEMPTS: (0, 0), UNREACHABLE: False}, "violation"),
    past(
        5,
        "a window that reaches before the complete history has no highest value",
        [],
        {ATTEMPTS: (0, inf), DATES: (0, inf), UNREACHABLE: None},
        "unassessable",
        history_complete_from="2025-11-14",
    ),
    past(
        5,
        "a window inside the complete history",
        [],
        {ATTEMPTS: (0, 0), DATES: (0, 0), UNREACHABLE: False},
        "violation",
        history_complete_from="2025-11-13",
    ),
    counted(
        5,
        "a window that begins with the complete history",
        [],
        0,
        0,
        given=event(started_at=at(20, "00:00:00"), to=MOTHER),
        history_complete_from="2025-11-13",
    ),
    counted(
        5,
        "a window that begins a second before the complete history",
        [],
        0,
        inf,
        given=event(started_at=at(19, "23:59:59"), to=MOTHER),
        history_complete_from="2025-11-13",
    ),
    past(
        5,
        "attempts before the complete history may have been followed by an unseen connection",
        THREE,
        {ATTEMPTS: (0, inf), UNREACHABLE: None},
        "unassessable",
        history_complete_from="2025-11-19",
    ),
    past(
        5,
        "attempts within the complete history count, whatever went before",
        THREE,
        {ATTEMPTS: (3, inf), DATES: (2, inf), UNREACHABLE: True},
        "clear",
        history_complete_from="2025-11-17",
    ),
    counted(5, "a case can have its own complete history", [], 0, inf, case=profile(history_from="2025-11-14")),
    past(
        5,
        "the log may be taken as complete from its earliest contact only",
        [failed("a", at(19))],
        {ATTEMPTS: (1, inf), UNREACHABLE: None},
        "unassessable",
        history="from-earliest",
    ),
    past(
        5,
        "the earliest contact lies before the window",
        [failed("a", at(13, "09:59:59"))],
        {ATTEMPTS: (0, 0), UNREACHABLE: False},
        "violation",
        history="from-earliest",
    ),
]


def attempt(says: str, low: int, high: int, to: Json = SELF, day: int = 19, **fields: Any) -> Case:
    """Return a case about one earlier contact, and whether it counts as a failed attempt."""
    case = fields.pop("case", profile())
    return counted(13, says, [event("a", at(day), to, **fields)], low, high, case=case)


FAILING = ("no_answer", "busy", "rejected", "powered_off", "suspended", "unallocated", "out_of_coverage", "forwarded")
UNTIL_18 = profile(numbers=[{"number": OWN}, {"number": OLD, "valid_to": "2025-11-18"}])
LINE_13 = [
    *(attempt(f"{network} is a failed attempt", 1, 1, outcome={"network": network}) for network in FAILING),
    attempt("congestion is no attempt", 0, 0, outcome={"network": "congestion"}),
    attempt("a blocked call is no attempt", 0, 0, outcome={"network": "blocked"}),
    attempt("a machine is a failed attempt", 1, 1, outcome={**CONNECTED, "answered_by": "machine"}),
    attempt("somebody else is a failed attempt", 1, 1, outcome=MET_THIRD),
    attempt("a wrong party is a failed attempt", 1, 1, outcome={**CONNECTED, "party": "wrong_party"}),
    attempt("the borrower is no failed attempt", 0, 0, outcome=REACHED),
    attempt("a voice notice counts", 1, 1, channel="voice_notice", outcome=NO_ANSWER),
    attempt("a visit is no attempt", 0, 0, channel="visit", outcome={"party": "nobody"}),
    attempt("a message is no attempt", 0, 0, channel="sms", outcome={"network": "undelivered"}),
    attempt("a video call is no attempt", 0, 0, channel="video", outcome=NO_ANSWER),
    attempt("an inbound call is no attempt", 0, 0, direction="inbound", outcome=NO_ANSWER),
    attempt("an unknown direction may be an attempt", 0, 1, direction=None, outcome=NO_ANSWER),
    attempt("another's number is no attempt", 0, 0, MOTHER, outcome=NO_ANSWER),
    attempt("a masked number may be the borrower's", 0, 1, {"number": "138****0001"}, outcome=NO_ANSWER),
    attempt("without a profile any number may be the borrower's", 0, 1, case=None, outcome=NO_ANSWER),
    attempt("a number that is own on that date", 1, 1, {"number": OLD}, 18, case=UNTIL_18, outcome=NO_ANSWER),
    attempt("a number that was own until the day before", 0, 0, {"number": OLD}, 19, case=UNTIL_18, outcome=NO_ANSWER),
    attempt("the number counts, not the word", 1, 1, {"number": OWN, "relationship": "parent"}, outcome=NO_ANSWER),
]


def connection(says: str, low: int, high: int, to: Json = SELF, **fields: Any) -> Case:
    """Return a case about one contact after three failed attempts, and whether it is a connection."""
    return counted(14, says, [*THREE, event("d", at(19), to, **fields)], low, high)


INBOUND: Json = {"direction": "inbound"}
LINE_14 = [
    connection("the borrower answers", 0, 0, outcome=REACHED),
    connection("the borrower calls", 0, 0, outcome=REACHED, **INBOUND),
    connection("the borrower opens the door", 0, 0, channel="visit", outcome={"party": "borrower"}),
    connection("the borrower answers the mother's telephone", 0, 0, MOTHER, outcome=REACHED),
    connection("the mother answers her telephone", 3, 3, MOTHER, outcome=MET_THIRD),
    connection("an inbound message from the own number", 0, 0, {"number": OWN}, channel="sms", **INBOUND),
    connection("an inbound message from another number", 3, 3, MOTHER, channel="sms", **INBOUND),
    connection("an inbound message from a masked number", 0, 3, {"number": "138****0001"}, channel="sms", **INBOUND),
    connection(
        "an inbound message of the borrower from another number",
        0,
        0,
        {"number": MUM},
        channel="sms",
        outcome={"party": "borrower"},
        **INBOUND,
    ),
    connection(
        "an inbound message of somebody else from the own number",
        3,
        3,
        channel="sms",
        outcome={"party": "third_party"},
        **INBOUND,
    ),
    connection("a message that was replied to", 0, 0, channel="wechat", outcome={"disposition": "replied"}),
    connection(
        "a message that the mother replied to", 3, 3, MOTHER, channel="wechat", outcome={"disposition": "replied"}
    ),
    connection("a message whose end no table knows", 0, 3, channel="wechat", outcome={"disposition": "unknown"}),
    connection("a message to the borrower without a reply", 3, 3, channel="wechat", outcome={"network": "read"}),
    connection(
        "a delivered message is none, whatever its party says",
        3,
        3,
        channel="sms",
        outcome={"network": "delivered", "party": "borrower"},
    ),
    counted(
        14,
        "attempts after the connection count again",
        [*THREE, event("d", at(19), SELF, outcome=REACHED), failed("f", at(19, "15:00:00"))],
        1,
        1,
    ),
]

# Half past eleven in the evening of the 19th, and half past midnight of the 20th, in New York.
NEW_YORK = [
    failed("a", "2025-11-20T04:30:00+00:00"),
    failed("b", "2025-11-20T05:30:00+00:00"),
    failed("c", "2025-11-20T06:30:00+00:00"),
]
EVENING = event(started_at=at(20, "20:00:00"), to=MOTHER)
ONE_DATE = [failed(name, at(18, clock)) for name, clock in (("a", "09:00:00"), ("b", "10:00:00"), ("c", "11:00:00"))]
LINE_15 = [
    past(15, "three attempts on two dates", THREE, {ATTEMPTS: (3, 3), DATES: (2, 2), UNREACHABLE: True}, "clear"),
    past(
        15, "three attempts on one date", ONE_DATE, {ATTEMPTS: (3, 3), DATES: (1, 1), UNREACHABLE: False}, "violation"
    ),
    past(
        15, "two attempts on two dates", THREE[:2], {ATTEMPTS: (2, 2), DATES: (2, 2), UNREACHABLE: False}, "violation"
    ),
    past(
        15,
        "an attempt exactly 168 hours ago counts",
        [failed("0", at(13)), *THREE[1:]],
        {ATTEMPTS: (3, 3), UNREACHABLE: True},
        "clear",
    ),
    past(
        15,
        "an attempt a second earlier does not",
        [failed("0", at(13, "09:59:59")), *THREE[1:]],
        {ATTEMPTS: (2, 2), UNREACHABLE: False},
        "violation",
    ),
    past(
        15,
        "dates are those of the borrower's zone",
        NEW_YORK,
        {ATTEMPTS: (3, 3), DATES: (2, 2), UNREACHABLE: True},
        given=EVENING,
        case=profile(timezone="America/New_York"),
    ),
    past(
        15,
        "the same instants are one date in Shanghai",
        NEW_YORK,
        {ATTEMPTS: (3, 3), DATES: (1, 1), UNREACHABLE: False},
        given=EVENING,
    ),
    past(15, "the numbers are parameters: attempts", THREE[:2], {UNREACHABLE: True}, "clear", failed_attempts=2),
    past(15, "the numbers are parameters: dates", ONE_DATE, {UNREACHABLE: True}, "clear", failed_dates=1),
    past(
        15,
        "the numbers are parameters: the window",
        THREE,
        {ATTEMPTS: (0, 0), UNREACHABLE: False},
        "violation",
        window_hours=24,
    ),
    past(
        15,
        "attempts of another case do not count",
        [{**attempted, "case_id": "C2"} for attempted in THREE],
        {ATTEMPTS: (0, 0)},
        "violation",
    ),
    past(
        15,
        "without a profile nothing is certain",
        THREE,
        {ATTEMPTS: (0, 3), UNREACHABLE: None},
        "unassessable",
        case=None,
    ),
    past(
        15,
        "without a profile too few calls are certainly too few",
        THREE[:2],
        {ATTEMPTS: (0, 2), UNREACHABLE: False},
        "violation",
        case=None,
    ),
]


def daily(says: str, verdict: str, before: list[Json], given: Json, rule: str, **settings: Any) -> Case:
    """Return a case about a number of contacts on one day."""
    return one(26, says, given, {}, {rule: verdict}, case=profile(), before=before, **settings)


def chat(event_id: str, started_at: str, to: Json = SELF, channel: str = "wechat", **fields: Any) -> Json:
    """Return a message to a social account."""
    return event(event_id, started_at, to, channel=channel, **fields)


SOCIAL, REPEATED = "social-account-bombing", "repeated-contact"
NINE, HALF = at(20, "09:00:00"), at(20, "09:30:00")
ASKED = chat("e", NOW)
LINE_26 = [
    daily("no limit is set for messages, so there is no rule", "not_applicable", [chat("a", NINE)], ASKED, SOCIAL),
    daily("no limit is set for contacts, so there is no rule", "not_applicable", [chat("a", NINE)], ASKED, REPEATED),
    daily("the second message of two allowed", "clear", [chat("a", NINE)], ASKED, SOCIAL, social_messages_per_day=2),
    daily(
        "the third message of two allowed",
        "violation",
        [chat("a", NINE), chat("b", HALF, channel="qq")],
        ASKED,
        SOCIAL,
        social_messages_per_day=2,
    ),
    daily("messages of yesterday do not count", "clear", [chat("a", at(19))], ASKED, SOCIAL, social_messages_per_day=1),
    daily(
        "a text message is none to a social account",
        "clear",
        [chat("a", NINE, channel="sms")],
        ASKED,
        SOCIAL,
        social_messages_per_day=1,
    ),
    daily(
        "a call is none to a social account",
        "not_applicable",
        [chat("a", NINE)],
        event(to=SELF),
        SOCIAL,
        social_messages_per_day=1,
    ),
    daily(
        "messages of the borrower do not count",
        "clear",
        [chat("a", NINE, direction="inbound")],
        ASKED,
        SOCIAL,
        social_messages_per_day=1,
    ),
    daily(
        "messages to the mother do not count",
        "clear",
        [chat("a", NINE, MOTHER)],
        ASKED,
        SOCIAL,
        social_messages_per_day=1,
    ),
    daily(
        "a message to somebody unknown may count",
        "unassessable",
        [chat("a", NINE, {"name": "赵六"})],
        ASKED,
        SOCIAL,
        social_messages_per_day=1,
    ),
    daily("the second contact of two allowed", "clear", [failed("a", NINE)], ASKED, REPEATED, contacts_per_day=2),
    daily(
        "the third contact of two allowed",
        "violation",
        [failed("a", NINE), chat("b", HALF)],
        ASKED,
        REPEATED,
        contacts_per_day=2,
    ),
    daily(
        "a contact to the mother is none to the borrower",
        "not_applicable",
        [failed("a", NINE)],
        CALL,
        REPEATED,
        contacts_per_day=1,
    ),
    daily(
        "a day that begins before the complete history",
        "unassessable",
        [],
        ASKED,
        REPEATED,
        contacts_per_day=1,
        history_complete_from="2025-11-21",
    ),
]
CASES = [*LINE_4, *LINE_5, *LINE_13, *LINE_14, *LINE_15, *LINE_26]

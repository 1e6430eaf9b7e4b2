"""Cases of lines 1, 3 and 16 to 18: logic, bounds and clocks."""

from typing import Any

from .case import MOTHER, MUM, NOW, OWN, REACHED, SELF, Case, Json, at, event, one, profile

HOURS, LATE_END, QUIET = (
    "contact-outside-permitted-hours",
    "contact-runs-into-quiet-hours",
    "contact-in-elected-quiet-window",
)
IS_OWN, IN_WINDOW, ZONES = "recipient.number_is_own", "contact.in_elected_quiet_window", "recipient.zones"
TEN_PM = at(20, "22:00:00")


def logic(says: str, given: Json, verdict: str, **settings: Any) -> Case:
    """Return a case about the two conditions of one rule."""
    return one(1, says, given, {}, {HOURS: verdict}, **settings)


LINE_1 = [
    logic("true scope, true condition", event(started_at=TEN_PM), "violation"),
    logic("true scope, false condition", event(), "clear"),
    logic("true scope, unknown condition", event(), "unassessable", timezone=None),
    logic("unknown scope, true condition", event(started_at=TEN_PM, direction=None), "unassessable"),
    logic("unknown scope, false condition", event(direction=None), "clear"),
    logic("unknown scope, unknown condition", event(direction=None), "unassessable", timezone=None),
    logic("false scope, true condition", event(started_at=TEN_PM, direction="inbound"), "not_applicable"),
    logic("false scope, false condition", event(direction="inbound"), "not_applicable"),
    logic("false scope, unknown condition", event(direction="inbound"), "not_applicable", timezone=None),
]


def owned(says: str, expected: bool, **dates: str) -> Case:
    """Return a case about the dates of a number."""
    return one(3, says, event(to=SELF), {IS_OWN: expected}, case=profile(numbers=[{"number": OWN, **dates}]))


def elected(line: int, says: str, expected: bool | None, window: Json, given: Json | None = None) -> Case:
    """Return a case about one elected window and a contact to the borrower."""
    verdict = {True: "violation", False: "clear", None: "unassessable"}[expected]
    case = profile(quiet_windows=[window])
    return one(line, says, given or event(to=SELF), {IN_WINDOW: expected}, {QUIET: verdict}, case=case)


def ceased(says: str, expected: bool, **instants: str) -> Case:
    """Return a case about the instants of an instruction."""
    facts = {"recipient.has_asked_to_cease": expected}
    return one(3, says, event(to=SELF), facts, case=profile(instructions=[{"kind": "cease", **instants}]))


LINE_3 = [
    owned("a last date is inclusive", True, valid_to="2025-11-20"),
    owned("a first date is inclusive", True, valid_from="2025-11-20"),
    owned("the day after the last date", False, valid_to="2025-11-19"),
    owned("the day before the first date", False, valid_from="2025-11-21"),
    owned("null ends are open", True),
    elected(3, "an interval of instants begins with its first", True, {"from": NOW}),
    elected(3, "an interval of instants ends before its last", False, {"to": NOW}),
    elected(3, "an instant before the end", True, {"to": at(20, "10:00:01")}),
    elected(3, "an instant before the beginning", False, {"from": at(20, "10:00:01")}),
    ceased("known from that instant on", True, at=NOW),
    ceased("not yet known", False, at=at(20, "10:00:01")),
    ceased("expired at that instant", False, expires=NOW),
    ceased("expires an instant later", True, expires=at(20, "10:00:01")),
]


def zoned(says: str, to: Json, zones: tuple[str, ...] | None, **more: Any) -> Case:
    """Return a case about the zone of a recipient."""
    given = event(to=to, started_at=more.pop("started_at", NOW))
    return one(16, says, given, {ZONES: zones}, **{"case": profile(timezone="America/New_York"), **more})


SHANGHAI = ("Asia/Shanghai",)
UTC_STRANGER: Json = {"number": "13700000003"}
LINE_16 = [
    zoned("the event's own zone wins", {**SELF, "timezone": "Europe/London"}, ("Europe/London",)),
    zoned("the borrower's zone for the borrower", SELF, ("America/New_York",)),
    zoned("not the borrower's zone for a contact", MOTHER, SHANGHAI),
    zoned(
        "the contact's zone for a contact",
        MOTHER,
        ("Europe/Paris",),
        case=profile(emergency_contacts=[{"number": MUM, "timezone": "Europe/Paris"}]),
    ),
    zoned(
        "the zone of another contact does not matter",
        {"number": "13700000003", "relationship": "friend"},
        SHANGHAI,
        case=profile(emergency_contacts=[{"number": MUM, "timezone": "Europe/Paris"}]),
    ),
    zoned("the zone of a number with its country", {"number": "+44 20 7123 4567"}, ("Europe/London",)),
    zoned("the zone of a number of one city", {"number": "+1 212 555 0100"}, ("America/New_York",)),
    zoned(
        "a number of the borrower's own, in a zone that the profile does not name",
        {"number": "+44 20 7123 4567"},
        ("Europe/London",),
        case=profile(timezone=None, numbers=[{"number": "+442071234567"}]),
    ),
    zoned("a number without its country has no zone of its own", UTC_STRANGER, ("Asia/Tokyo",), timezone="Asia/Tokyo"),
    zoned("a masked number has no zone", {"number": "+44 20 **** 4567"}, SHANGHAI),
    zoned("the configured zone also for an unknown addressee", {"name": "赵六"}, SHANGHAI),
    zoned("the configured zone without a profile", SELF, SHANGHAI, case=None),
    zoned("nothing known is unknown", UTC_STRANGER, None, timezone=None),
    zoned("an offset is no zone", SELF, None, case=None, timezone=None, started_at="2025-11-20T11:00:00+09:00"),
    *(
        zoned(f"{zone} is judged by Shanghai", {**SELF, "timezone": zone}, SHANGHAI)
        for zone in ("Asia/Urumqi", "Asia/Kashgar", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "PRC")
    ),
    zoned("the configured zone is judged by the legal time too", SELF, SHANGHAI, case=None, timezone="Asia/Urumqi"),
    zoned("the profile's zone is judged by the legal time too", SELF, SHANGHAI, case=profile(timezone="Asia/Urumqi")),
    zoned("Hong Kong has its own time", {**SELF, "timezone": "Asia/Hong_Kong"}, ("Asia/Hong_Kong",)),
    zoned(
        "the zones of all members of a group are candidates",
        {"audience": "group", "members": [SELF, MOTHER]},
        ("America/New_York", "Asia/Shanghai"),
    ),
]


def hour(says: str, started_at: str, verdict: str, zone: str = "Asia/Shanghai", **settings: Any) -> Case:
    """Return a case about the hour of a call."""
    given = event(started_at=started_at, to={"timezone": zone})
    return one(17, says, given, {}, {HOURS: verdict}, **settings)


NEW_YORK = "America/New_York"
MOBILE: Json = {"number": "+61 412 345 678"}


def ended(says: str, verdict: str, **fields: Any) -> Case:
    """Return a case about a call that begins a minute before nine in the evening."""
    given = event(**{"started_at": at(20, "20:59:00"), "to": SELF, "outcome": REACHED, **fields})
    return one(17, says, given, {}, {LATE_END: verdict}, case=profile())


LINE_17 = [
    hour("before eight", at(20, "07:59:59"), "violation"),
    hour("a thousandth before eight", at(20, "07:59:59.999"), "violation"),
    hour("at eight", at(20, "08:00:00"), "clear"),
    hour("a thousandth before nine in the evening", at(20, "20:59:59.999"), "clear"),
    hour("at nine in the evening", at(20, "21:00:00"), "violation"),
    hour("before eight when summer time ends", "2025-11-02T12:59:59Z", "violation", NEW_YORK),
    hour("at eight when summer time ends", "2025-11-02T13:00:00Z", "clear", NEW_YORK),
    hour("before nine in the evening when summer time ends", "2025-11-03T01:59:59.999Z", "clear", NEW_YORK),
    hour("at nine in the evening when summer time ends", "2025-11-03T02:00:00Z", "violation", NEW_YORK),
    hour("before eight when summer time begins", "2025-03-09T11:59:59Z", "violation", NEW_YORK),
    hour("at eight when summer time begins", "2025-03-09T12:00:00Z", "clear", NEW_YORK),
    hour("before nine in the evening when summer time begins", "2025-03-10T00:59:59.999Z", "clear", NEW_YORK),
    hour("at nine in the evening when summer time begins", "2025-03-10T01:00:00Z", "violation", NEW_YORK),
    hour("morning in Shanghai, night in London", NOW, "violation", "Europe/London"),
    hour("half past eight by legal time in Urumqi", at(20, "08:30:00"), "clear", "Asia/Urumqi"),
    hour("the hours are parameters: the first", at(20, "08:30:00"), "violation", permitted_from="09:00"),
    hour("the hours are parameters: the last", at(20, "21:30:00"), "clear", permitted_to="22:00"),
    one(17, "inbound contacts are free", event(started_at=TEN_PM, direction="inbound"), {}, {HOURS: "not_applicable"}),
    one(17, "a message late at night", event(started_at=TEN_PM, channel="sms", to=SELF), {}, {HOURS: "violation"}),
    one(
        17,
        "one candidate zone that forbids is enough",
        event(started_at="2025-11-20T10:30:00Z", to=MOBILE),
        {},
        {HOURS: "violation"},
    ),
    one(17, "every candidate zone permits", event(started_at="2025-11-20T05:00:00Z", to=MOBILE), {}, {HOURS: "clear"}),
    ended("a call that ends after nine", "violation", ended_at=at(20, "21:00:01")),
    ended("a call that ends at nine", "clear", ended_at=at(20, "21:00:00")),
    ended("a call without an end", "unassessable"),
    ended("a message runs nowhere", "not_applicable", channel="sms", ended_at=at(20, "21:00:01")),
    ended("an inbound call may run on", "not_applicable", direction="inbound", ended_at=at(20, "21:00:01")),
    one(
        17,
        "a call that starts in time breaks no hour, however long it lasts",
        event(started_at=at(20, "20:59:00"), to=SELF, ended_at=at(20, "22:00:00")),
        {},
        {HOURS: "clear", LATE_END: "violation"},
    ),
]

NOON: Json = {"start": "12:00", "end": "14:00"}
NIGHT: Json = {"start": "22:00", "end": "07:00"}
WEDNESDAY: Json = {**NIGHT, "weekdays": ["wed"]}


def quiet(says: str, expected: bool | None, window: Json, started_at: str, **fields: Any) -> Case:
    """Return a case about one window and a contact to the borrower at one instant."""
    return elected(18, says, expected, window, event(started_at=started_at, **{"to": SELF, **fields}))


def ruled(says: str, verdict: str, given: Json, **fields: Any) -> Case:
    """Return a case about the rule on windows, with one from ten to eleven."""
    case = profile(**{"quiet_windows": [{"start": "10:00", "end": "11:00"}], **fields})
    return one(18, says, given, {}, {QUIET: verdict}, case=case)


LINE_18 = [
    quiet("before the window", False, NOON, at(20, "11:59:59")),
    quiet("at its start", True, NOON, at(20, "12:00:00")),
    quiet("before its end", True, NOON, at(20, "13:59:59.999")),
    quiet("at its end", False, NOON, at(20, "14:00:00")),
    quiet("a window that spans midnight, before it", True, NIGHT, at(20, "23:00:00")),
    quiet("a window that spans midnight, after it", True, NIGHT, at(20, "06:59:59")),
    quiet("a window that spans midnight, at its end", False, NIGHT, at(20, "07:00:00")),
    quiet("a window that spans midnight, before its start", False, NIGHT, at(20, "21:59:59")),
    # The 19th of November 2025 is a Wednesday.
    quiet("the day on which the window starts", True, WEDNESDAY, at(19, "23:00:00")),
    quiet("the morning after that day", True, WEDNESDAY, at(20, "06:00:00")),
    quiet("the morning of that day", False, WEDNESDAY, at(19, "06:00:00")),
    quiet("the evening of the next day", False, WEDNESDAY, at(20, "23:00:00")),
    quiet("a window not yet in force", False, {**NOON, "from": at(20, "13:00:00")}, at(20, "12:59:59")),
    quiet("a window just in force", True, {**NOON, "from": at(20, "13:00:00")}, at(20, "13:00:00")),
    quiet("a window no longer in force", False, {**NOON, "to": at(20, "13:00:00")}, at(20, "13:00:00")),
    *(
        quiet(f"{channel} counts like a call", True, NOON, at(20, "12:30:00"), channel=channel)
        for channel in ("sms", "letter", "visit", "app_push")
    ),
    ruled("a contact to the mother", "not_applicable", event(to=MOTHER)),
    ruled("a contact to the guarantor", "not_applicable", event(to={"relationship": "guarantor"})),
    ruled("a contact by the borrower", "not_applicable", event(to=SELF, direction="inbound")),
    ruled("an unknown addressee in the window", "unassessable", event(to={"name": "赵六"})),
    ruled(
        "an unknown addressee outside the window", "clear", event(started_at=at(20, "12:00:00"), to={"name": "赵六"})
    ),
    ruled("a group with the borrower", "violation", event(to={"audience": "group", "members": [MOTHER, SELF]})),
    ruled("a group without the borrower", "not_applicable", event(to={"audience": "group", "members": [MOTHER]})),
    ruled(
        "a group without members, addressed to the borrower",
        "violation",
        event(to={"audience": "group", "relationship": "self"}),
    ),
    # Ten in the morning in Shanghai is nine in the evening in New York.
    ruled("the borrower's local time, outside the window", "clear", event(to=SELF), timezone=NEW_YORK),
    ruled(
        "the borrower's local time, inside it",
        "violation",
        event(to=SELF, started_at="2025-11-20T15:30:00Z"),
        timezone=NEW_YORK,
    ),
    ruled("windows unknown", "unassessable", event(to=SELF), quiet_windows=None),
    ruled("no window elected", "clear", event(to=SELF), quiet_windows=[]),
]
CASES = [*LINE_1, *LINE_3, *LINE_16, *LINE_17, *LINE_18]

"""What packs declare: fields, channels, calendars, instructions, consents, answers, debts and assignments."""

from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, compiled, measure, named

from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import Settings
from collection_guard.language.compiled import RuleSet
from collection_guard.language.kleene import Interval, ends
from collection_guard.model.event import Event
from collection_guard.model.problems import RulesError

from .making import NEW_YORK, OTHER, OWN, event, profile, sheets

CALL = {"network": "no_answer"}
TALK = {"network": "connected", "answered_by": "human", "party": "borrower"}
SELF = {"recipient": {"relationship": "self", "number": OWN}}
CONSENT = {"title": named("c"), "scope": "call"}


def pack_of(folder: Path, **parts: Any) -> RuleSet:
    """Return the rule set of a pack that declares something."""
    return compiled(folder, a_pack(a_rule(), **parts)).rule_sets[0]


def contact(event_id: str, day: str, **fields: Any) -> Event:
    """Return an outbound call to the borrower at ten on a day of November."""
    return event(event_id, f"2025-11-{day}T10:00:00+08:00", **{"outcome": CALL, **SELF, **fields})


def judged(rules: RuleSet, *events: Event, **case: Any) -> dict[str, FactSheet]:
    """Return the fact sheets of events under a pack."""
    return sheets(events, profile(**case), rules=rules)


def test_fields_are_read_by_their_type(tmp_path: Path) -> None:
    """A value of another type, or a word of nobody's list, is unknown and never taken for something."""
    rules = pack_of(
        tmp_path,
        fields=["place", "visitors", "languages", "contact_request", "debt_use", "text"],
        own_fields={"score": {"type": "float", "title": named("s")}},
    )
    good = {"place": "home", "visitors": 2, "languages": ["en"], "contact_request": True, "score": 0.5}
    bad = {"place": "moon", "visitors": True, "languages": ["xx"], "contact_request": "yes", "score": "high"}
    worse = {"languages": "en"}
    made = judged(
        rules,
        contact("a", "03", fields=good, content="hello"),
        contact("b", "04", fields=bad),
        contact("c", "05", fields=worse),
        contact("d", "06"),
        fields={"debt_use": "family_common"},
    )
    names = ("place", "visitors", "languages", "contact_request", "score")
    values = {key: [sheet.value(f"field.{name}") for name in names] for key, sheet in made.items()}
    assert values["a"] == ["home", 2, frozenset({"en"}), True, 0.5]
    assert values["b"] == values["c"] == values["d"] == [None] * 5
    assert [made[key].value("field.debt_use") for key in "ad"] == ["family_common"] * 2
    assert [made[key].value("field.text") for key in "ad"] == ["hello", None]


def test_a_declared_channel_is_read_by_its_kind(tmp_path: Path) -> None:
    """A channel that only the pack knows has a name and a kind; one that it does not know stays unknown."""
    kinds = {"poster": "message", "ringless": "call", "door": "visit", "bureau": "none"}
    rules = pack_of(tmp_path, channels={name: {"title": named(name), "kind": kind} for name, kind in kinds.items()})
    made = judged(
        rules,
        *(
            event(name, f"2025-11-0{n}T10:00:00+08:00", channel="other", fields={"channel": name}, **SELF)
            for n, name in enumerate([*kinds, "pigeon"], 1)
        ),
    )
    assert [made[name].value("contact.channel") for name in made] == ["poster", "ringless", "door", "bureau", None]
    assert [made[name].value("contact.conveyed") for name in made] == [True, None, None, True, None]


def test_a_calendar_is_known_as_far_as_it_was_published(tmp_path: Path) -> None:
    """Outside the published years nobody knows which days are holidays."""
    source = {"title": "t", "says": "s"}
    calendar = {
        "title": named("h"),
        "source": source,
        "official_from": "2025-11-01",
        "official_through": "2025-11-30",
        "days": {"2025-11-04": "a day"},
    }
    rules = pack_of(tmp_path, calendars={"days": calendar})
    made = judged(rules, contact("a", "03"), contact("b", "04"), event("c", "2025-12-04T10:00:00+08:00", **SELF))
    assert [made[key].value_in_zone("calendar.days", "Asia/Shanghai") for key in "abc"] == [False, True, None]
    # It is still the third in New York.
    late = judged(rules, contact("d", "04"))["d"]
    assert late.value_in_zone("calendar.days", NEW_YORK) is False


@pytest.mark.parametrize(
    ("said", "fields", "binds"),
    [
        ({}, {}, True),
        ({"number": OTHER}, {}, False),
        ({"number": OWN}, {}, True),
        ({"channel": "sms"}, {}, False),
        ({"channel": "call"}, {}, True),
        ({"place": "home"}, {"place": "home"}, True),
        ({"place": "home"}, {"place": "mobile", "known_location": "home"}, True),
        ({"place": "home"}, {"place": "mobile", "known_location": "unstated"}, False),
        ({"place": "home"}, {"place": "mobile"}, None),
        ({"debt": "d1"}, {"debts": ["d1", "d2"]}, True),
        ({"debt": "d1"}, {"debts": ["d2"]}, False),
        ({"debt": "d1"}, {}, None),
        ({"at": "2025-11-04T00:00:00+08:00"}, {}, False),
    ],
)
def test_an_instruction_binds_what_it_names(
    tmp_path: Path, said: dict[str, Any], fields: dict[str, Any], binds: bool | None
) -> None:
    """Where it names a number, a channel, a place or a debt, only that."""
    rules = pack_of(
        tmp_path,
        fields=["place", "known_location", "debts"],
        instructions={"attorney": {"title": named("i"), "kinds": ["attorney"]}},
    )
    (sheet,) = judged(rules, contact("a", "03", fields=fields), instructions=[{"kind": "attorney", **said}]).values()
    assert sheet.value("instruction.attorney") is binds


def test_an_instruction_for_a_place_is_open_where_no_place_is_declared(tmp_path: Path) -> None:
    """A pack that reads no places cannot tell."""
    rules = pack_of(tmp_path, instructions={"place": {"title": named("i"), "kinds": ["no_place"]}})
    (sheet,) = judged(rules, contact("a", "03"), instructions=[{"kind": "no_place", "place": "home"}]).values()
    assert sheet.value("instruction.place") is None


def test_without_a_list_of_instructions_nothing_is_known(tmp_path: Path) -> None:
    """A profile that does not say may hide one; so may consents."""
    rules = pack_of(
        tmp_path,
        instructions={"attorney": {"title": named("i"), "kinds": ["attorney"]}},
        consents={"to_call": CONSENT},
    )
    (sheet,) = judged(rules, contact("a", "03"), instructions=None).values()
    assert [sheet.value(name) for name in ("instruction.attorney", "consent.to_call")] == [None, None]


AT_THREE = "2025-11-03T09:00:00+08:00"


@pytest.mark.parametrize(
    ("told", "covered"),
    [
        ({}, True),
        ({"scope": "after_hours"}, False),
        ({"scope": None}, None),
        ({"given_to": "creditor"}, False),
        ({"number": OTHER}, False),
        ({"number": OWN}, True),
        ({"at": "2025-11-05T09:00:00+08:00"}, False),
        ({"expires": "2025-11-04T09:00:00+08:00"}, False),
        ({"at": "2025-10-29T09:00:00+08:00"}, True),
        ({"at": "2025-10-28T09:00:00+08:00"}, False),
        ({"at": None}, True),
    ],
)
def test_a_consent_of_the_profile(tmp_path: Path, told: dict[str, Any], covered: bool | None) -> None:
    """It covers what it allows, from when it is known, for as many dates as it lasts, if it was given directly."""
    rules = pack_of(tmp_path, consents={"to_call": CONSENT | {"lasts": 7, "direct_only": True}})
    said = {"kind": "consent", "scope": "call", "at": AT_THREE} | told
    (sheet,) = judged(rules, contact("a", "04"), instructions=[said]).values()
    assert sheet.value("consent.to_call") is covered


@pytest.mark.parametrize(
    ("given", "day", "between", "covered"),
    [
        ({}, "04", None, True),
        ({"gives_consent": "after_hours"}, "04", None, False),
        ({"consent_number": OTHER}, "04", None, False),
        ({"consent_date": "2025-11-04"}, "04", None, True),
        ({"consent_date": "2025-11-05"}, "04", None, False),
        ({}, "09", None, True),
        ({}, "10", None, False),
        ({}, "05", TALK, False),
        ({}, "05", CALL, True),
        ({"spoiled": True}, "04", None, False),
        ({"spoiled": None}, "04", None, None),
    ],
)
def test_a_consent_given_in_a_contact(
    tmp_path: Path, given: dict[str, Any], day: str, between: dict[str, str] | None, covered: bool | None
) -> None:
    """It lasts a week, ends with the next conversation, and counts only if the contact itself was good."""
    consent = CONSENT | {"lasts": 7, "ended_by": "talk", "valid_if": {"field.spoiled": False}}
    rules = pack_of(
        tmp_path,
        own_fields={"spoiled": {"type": "bool", "title": named("s")}},
        consents={"to_call": consent},
        sets={"talk": {"contact.party": "borrower"}},
    )
    fields = {"gives_consent": "call", "spoiled": False} | given
    first = event("k", AT_THREE, channel="email", direction="inbound", fields=fields, **SELF)
    middle = [contact("m", "04", outcome=between)] if between else []
    assert judged(rules, first, *middle, contact("z", day))["z"].value("consent.to_call") is covered


def test_a_consent_recorded_with_the_contact_covers_it(tmp_path: Path) -> None:
    """Where the scope is the one that is asked for."""
    rules = pack_of(tmp_path, consents={"to_call": CONSENT})
    made = judged(
        rules, contact("a", "03", fields={"consent": "call"}), contact("b", "04", fields={"consent": "after_hours"})
    )
    assert [made[key].value("consent.to_call") for key in "ab"] == [True, False]


def test_a_consent_without_a_zone_is_open_at_the_edges(tmp_path: Path) -> None:
    """Whose date it is, nobody knows."""
    rules = pack_of(tmp_path, consents={"to_call": CONSENT | {"lasts": 1}})
    said = {"kind": "consent", "scope": "call", "at": "2025-11-03T09:00:00+08:00"}
    made = sheets([contact("a", "04")], profile(timezone=None, instructions=[said]), settings=Settings(), rules=rules)
    assert made["a"].value("consent.to_call") is None


REPLIES = ("answers", "is_first", "same_channel", "same_day", "in_session")


def replies(rules: RuleSet, *events: Event) -> list[bool | None]:
    """Return what is known of the last event as an answer."""
    sheet = judged(rules, *events)["z"]
    return [sheet.value(f"reply.{name}") for name in REPLIES]


def test_answers_to_the_borrowers_own_message(tmp_path: Path) -> None:
    """The first by the same channel on the same day; within the session that the borrower opened."""
    rules = pack_of(tmp_path, fields=["in_reply_to"])
    mail = event("k", "2025-11-03T09:00:00+08:00", channel="email", direction="inbound", **SELF)
    session = mail.model_copy(update={"ended_at": contact("x", "03").started_at})
    nobody = mail.model_copy(update={"direction": None})
    answer = contact("z", "03", channel="email", fields={"in_reply_to": "k"}, outcome={})
    other = contact("y", "03", channel="sms", fields={"in_reply_to": "k"}, outcome={})
    assert replies(rules, mail, answer) == [True, True, True, True, None]
    assert replies(rules, session, answer) == [True, True, True, True, True]
    assert replies(rules, nobody, answer)[0] is None
    assert replies(rules, mail, other, answer)[1] is False
    late = contact("z", "04", fields={"in_reply_to": "k"})
    assert replies(rules, session, late) == [True, True, False, False, False]
    assert replies(rules, contact("z", "03")) == [False] * 5
    assert replies(rules, answer) == [None, True, None, None, None]
    odd = mail.model_copy(update={"channel": "other"})
    assert replies(rules, odd, answer)[2] is None


BY_DEBT = {
    "calls": measure(where="call", window="7 local dates", key=["borrower", "called_debt"]),
    "talks": measure(where="talk", window="7 local dates", key=["borrower", "discussed_debt"]),
    "claims": measure(where="call", window="7 local dates", key=["borrower", "debt"]),
    "accounts": measure(where="call", window="7 local dates", key=["borrower", "account"]),
}
SETS = {
    "call": {"contact.direction": "outbound", "contact.channel": "call"},
    "talk": {"contact.channel": "call", "contact.party": "borrower"},
}
OPEN = {
    "open": {
        "title": named("o"),
        "limits": [{"measure": "calls", "below": 2}, {"measure": "talks", "below": 1, "shared": False}],
    }
}
DEBTS = ["debts", "discussed", "opened_by_collector", "opened_by_borrower", "allocated_to"]


def by_debt(folder: Path) -> RuleSet:
    """Return a pack that counts calls and conversations by debts, two of them a week."""
    return pack_of(folder, fields=DEBTS, sets=SETS, measures=BY_DEBT, open_debts=OPEN, one_debt=["student_loan"])


def on(event_id: str, day: str, *debts: str, **fields: Any) -> Event:
    """Return a call about debts."""
    outcome = fields.pop("outcome", CALL)
    return contact(event_id, day, outcome=outcome, fields={"debts": list(debts), **fields})


def counts(made: dict[str, FactSheet], name: str) -> tuple[float, float]:
    """Return the ends of a measure at the last event."""
    return ends(made["z"].value(f"measure.{name}"))


@pytest.mark.parametrize(
    ("past", "calls", "talks"),
    [
        ({"debts": ["a"]}, (1, 1), (0, 0)),
        ({"debts": ["b"]}, (0, 0), (0, 0)),
        ({"debts": ["a", "b"]}, (0, 1), (0, 0)),
        ({"debts": ["a", "b"], "allocated_to": "b"}, (0, 0), (0, 0)),
        ({"debts": ["a", "b"], "outcome": TALK}, (1, 1), (1, 1)),
        ({"debts": ["a", "b"], "discussed": ["b"], "outcome": TALK}, (0, 0), (0, 0)),
        ({"debts": ["a", "b"], "discussed": [], "outcome": TALK}, (0, 1), (0, 1)),
        (
            {"debts": ["a", "b"], "opened_by_collector": ["b"], "opened_by_borrower": ["a"], "outcome": TALK},
            (0, 0),
            (1, 1),
        ),
        ({"debts": ["a"], "opened_by_borrower": ["a"], "outcome": TALK}, (1, 1), (1, 1)),
    ],
)
def test_a_contact_counts_for_the_debts_it_was_about(
    tmp_path: Path, past: dict[str, Any], calls: tuple[int, int], talks: tuple[int, int]
) -> None:
    """Each that was discussed, what the collector brought up as a call, and any one of several if nobody answered."""
    outcome = past.pop("outcome", CALL)
    made = judged(by_debt(tmp_path), contact("p", "03", outcome=outcome, fields=dict(past)), on("z", "04", "a"))
    past["outcome"] = outcome
    assert (counts(made, "calls"), counts(made, "talks")) == (calls, talks)


def test_debts_of_one_account_are_one_debt_where_the_pack_says_so(tmp_path: Path) -> None:
    """Student loans here; by accounts, whatever is held under one."""
    groups = [
        {"account": "S", "debts": ["s1", "s2"], "kind": "student_loan"},
        {"account": "C", "debts": ["c1", "c2"]},
    ]
    rules = by_debt(tmp_path)
    loans = judged(rules, on("p", "03", "s1"), on("z", "04", "s2"), debt_groups=groups)
    cards = judged(rules, on("p", "03", "c1"), on("z", "04", "c2"), debt_groups=groups)
    assert [counts(made, "calls")[1] for made in (loans, cards)] == [1, 0]
    assert [counts(made, "accounts")[1] for made in (loans, cards)] == [1, 1]
    assert counts(judged(rules, on("p", "03", "a"), on("q", "03", "b"), on("z", "04", "a", "b")), "claims") == (1, 1)


def open_debts(made: dict[str, FactSheet]) -> float | Interval:
    """Return how many debts a call may still be assigned to."""
    value: float | Interval = made["z"].value("measure.open")
    return value


def test_a_limit_is_broken_only_if_every_assignment_breaks_it(tmp_path: Path) -> None:
    """Two calls a week for each of two debts make four; the fifth finds no debt."""
    rules = by_debt(tmp_path)
    either = [on(f"p{n}", f"0{n}", "a", "b") for n in range(3, 8)]
    last = on("z", "08", "a", "b")
    assert [open_debts(judged(rules, *either[:n], last)) for n in (0, 2, 3, 4, 5)] == [2, 2, 2, 0, 0]
    fixed = [on(f"q{n}", f"0{n}", "a") for n in range(3, 6)]
    # A debt that is over its limit anyhow does not keep the other from being called about.
    assert open_debts(judged(rules, *fixed, last)) == 1
    assert open_debts(judged(rules, *fixed, on("p", "06", "a", "b"), on("z", "08", "b"))) == 1
    # The earlier calls for either are moved to the other debt, one by one.
    assert open_debts(judged(rules, *either[:2], on("r", "07", "a"), on("z", "08", "a"))) == 1
    assert open_debts(judged(rules, *either[:2], on("r", "06", "a"), on("s", "07", "b"), on("z", "08", "a"))) == 0


def test_a_conversation_for_either_debt_leaves_the_other_open(tmp_path: Path) -> None:
    """A general talk may have been about one; a call about both debts counts for both."""
    rules = by_debt(tmp_path)
    talk = {"outcome": TALK, "discussed": []}
    assert open_debts(judged(rules, on("p", "03", "a", "b", **talk), on("z", "04", "a"))) == 1
    assert open_debts(judged(rules, on("p", "03", "a", **talk), on("z", "04", "a"))) == 0
    assert open_debts(judged(rules, on("p", "03", "a", outcome=TALK), on("z", "04", "a", "b", outcome=TALK))) == 0
    assert open_debts(judged(rules, on("p", "03", "c", outcome=TALK), on("z", "04", "a", "b", outcome=TALK))) == 1
    calls = [on(f"p{n}", "03", "a", "b") for n in range(3)]
    assert open_debts(judged(rules, on("k", "03", "a", "b", **talk), *calls, on("z", "04", "a"))) == 0


def test_what_may_have_counted_leaves_the_number_of_open_debts_open(tmp_path: Path) -> None:
    """A conversation whose party nobody recorded may close a debt, or not."""
    made = judged(by_debt(tmp_path), on("p", "03", "a", outcome={"network": "connected"}), on("z", "04", "a"))
    assert open_debts(made) == Interval(0, 1)


def test_calls_to_a_number_found_to_be_somebody_elses_count_no_more(tmp_path: Path) -> None:
    """From when it is known: by the profile, by a report in the log, or afterwards where one asks as of later."""
    rules = pack_of(
        tmp_path,
        own_fields={"x": {"type": "bool", "title": named("x")}},
        sets=SETS,
        measures={"calls": measure(where="call", window="7 local dates", void_once_reported=["wrong_number"])},
    )
    calls = [contact("a", "03"), contact("b", "04"), contact("c", "04", recipient={"relationship": "self"})]
    report = contact("r", "05", direction="inbound", outcome={"state_change": "wrong_number"})
    assert counts(judged(rules, *calls, contact("z", "05")), "calls") == (3, 3)
    assert counts(judged(rules, *calls, report, contact("z", "06")), "calls") == (0, 1)
    told = [{"kind": "wrong_number", "number": OWN, "at": "2025-11-05T00:00:00+08:00"}]
    assert counts(judged(rules, *calls, contact("z", "06"), instructions=told), "calls") == (0, 1)
    any_number = [{"kind": "wrong_number", "at": "2025-11-05T00:00:00+08:00"}]
    assert counts(judged(rules, *calls, contact("z", "06"), instructions=any_number), "calls") == (0, 3)
    other = [{"kind": "wrong_number", "number": OTHER}]
    assert counts(judged(rules, *calls[:2], contact("z", "06"), instructions=other), "calls") == (2, 2)
    late = report.model_copy(update={"started_at": contact("x", "06").started_at})
    sheet = judged(rules, *calls[:2], contact("z", "05"), late)["z"]
    later = FactSheet(sheet.event, sheet.world, rules, sheet.history, contact("x", "07").started_at)
    assert (sheet.value("measure.calls"), later.value("measure.calls")) == (2, 0)


def test_what_is_known_of_the_person_and_the_channel_makes_a_key(tmp_path: Path) -> None:
    """The borrower by who it is, others by name, else by number; who is nobody knows may be any."""
    rules = pack_of(
        tmp_path,
        fields=["to_address", "about_address"],
        sets=SETS,
        measures={
            "people": measure(where="call", key=["case", "person"]),
            "ways": measure(where={"contact.direction": "outbound"}, key=["case", "channel"]),
            "mails": measure(where={"contact.direction": "inbound"}, key=["case", "address"]),
            "dates": measure(where="call", key=["case", "person"], count="local_dates"),
            "debts": measure(where="call", key=["person", "debt"]),
        },
    )
    mum = {"recipient": {"relationship": "parent", "name": "Mum"}}
    number = {"recipient": {"relationship": "parent", "number": OTHER}}
    nobody = {"recipient": {"number": OTHER}}
    past = [contact("a", "03"), contact("b", "03", **mum), contact("c", "03", **mum), contact("d", "03", **number)]

    def people(**fields: Any) -> tuple[float, float]:
        return counts(judged(rules, *past, contact("z", "04", **fields)), "people")

    assert [people(), people(**mum), people(**number), people(**nobody)] == [(1, 1), (2, 2), (1, 1), (0, 2)]
    assert judged(rules, *past, contact("z", "04", **nobody))["z"].value("measure.dates") is None
    assert ends(judged(rules, *past, contact("z", "04", **nobody))["z"].value("measure.debts")) == (0, 2)
    assert counts(judged(rules, *past, contact("z", "04", channel="sms")), "ways") == (0, 0)
    assert counts(judged(rules, *past, contact("z", "04", channel="other")), "ways") == (0, 4)
    mail = {"channel": "email", "outcome": {}}
    stop = event("s", AT_THREE, channel="email", direction="inbound", fields={"about_address": "x"}, **SELF)
    assert counts(judged(rules, stop, contact("z", "04", fields={"to_address": "x"}, **mail)), "mails") == (1, 1)
    assert counts(judged(rules, stop, contact("z", "04", fields={"to_address": "y"}, **mail)), "mails") == (0, 0)
    assert counts(judged(rules, stop, contact("z", "04", **mail)), "mails") == (0, 1)
    assert counts(judged(rules, contact("z", "04", **mail)), "mails") == (0, 0)


def test_a_key_by_debts_still_needs_a_case_or_a_borrower(tmp_path: Path) -> None:
    """A contact of no case is no other's, and no debt of it is counted."""
    rules = by_debt(tmp_path)
    stray = event("z", "2025-11-04T10:00:00+08:00", case_id="event:z", fields={"debts": ["a"]})
    made = judged(rules, on("p", "03", "a"), stray)
    assert made["z"].value("measure.calls") is None
    assert open_debts(made) == 1


def test_a_window_may_leave_out_the_latest_dates(tmp_path: Path) -> None:
    """What lies on them does not count, but still restarts the count."""
    rules = pack_of(
        tmp_path,
        sets=SETS,
        measures={"old": measure(where="call", since="talk", window="ever before 2 local dates")},
    )
    past = [contact("a", "03"), contact("b", "04"), contact("c", "05")]
    assert counts(judged(rules, *past, contact("z", "05")), "old") == (1, 1)
    assert counts(judged(rules, *past, contact("z", "06")), "old") == (2, 2)
    assert counts(judged(rules, *past, contact("t", "05", outcome=TALK), contact("z", "06")), "old") == (0, 0)
    made = sheets([*past, contact("z", "06")], profile(timezone=None), settings=Settings(), rules=rules)
    assert ends(made["z"].value("measure.old")) == (1, 2)


def test_a_filter_may_use_a_measure_above_it(tmp_path: Path) -> None:
    """What came after the first conversation is counted by what was known at each contact."""
    rules = pack_of(
        tmp_path,
        sets=SETS,
        facts={"small.is_call": {"title": named("f"), "when": {"contact.channel": "call"}}},
        measures={
            "talks": measure(where="talk"),
            "after": measure(where={"small.is_call": True, "measure.talks": {"ge": 1}}),
        },
    )
    made = judged(rules, contact("a", "03", outcome=TALK), contact("b", "04"), contact("c", "05"), contact("z", "06"))
    assert counts(made, "after") == (2, 2)


def test_several_places_that_the_borrower_may_be_in_are_all_candidates() -> None:
    """Evidence that disagrees leaves each of its zones open."""
    places = [{"timezone": NEW_YORK}, {"timezone": "America/Los_Angeles"}]
    (sheet,) = sheets([contact("a", "03")], profile(locations=places)).values()
    assert sheet.zones() == ("America/Los_Angeles", NEW_YORK)


def test_what_became_known_only_later_is_not_known_before(tmp_path: Path) -> None:
    """A consent in a letter works from when it was received, and a call noted late is not counted before."""
    rules = pack_of(
        tmp_path,
        fields=DEBTS,
        sets=SETS,
        measures=BY_DEBT,
        open_debts=OPEN,
        consents={"to_call": CONSENT},
    )
    received = {"recorded_at": "2025-11-05T09:00:00+08:00"}
    letter = event("k", AT_THREE, channel="letter", fields={"gives_consent": "call"}, **received, **SELF)
    made = judged(rules, letter, contact("a", "04"), contact("b", "06"))
    assert [made[key].value("consent.to_call") for key in "ab"] == [False, True]
    late = on("p", "03", "a", outcome=TALK).model_copy(update={"recorded_at": contact("x", "06").started_at})
    assert [open_debts(judged(rules, late, on("z", day, "a"))) for day in ("04", "07")] == [1, 0]


def test_a_talk_about_one_of_the_debts_of_a_call_about_both(tmp_path: Path) -> None:
    """Whichever it was about, the call is about it too."""
    talk = on("p", "03", "a", "b", outcome=TALK, discussed=[])
    assert open_debts(judged(by_debt(tmp_path), talk, on("z", "04", "a", "b", outcome=TALK))) == 0


def test_a_fact_over_zones_filters_no_past(tmp_path: Path) -> None:
    """A definition over local times can be a rule's condition, not a measure's filter."""
    late = {"in_some_zone": {"contact.local_time": {"ge": "21:00"}}}
    facts = {"small.late": {"title": named("l"), "when": late}}
    assert "small.late" in pack_of(tmp_path / "good", facts=facts).vocabulary
    with pytest.raises(RulesError) as refused:
        pack_of(tmp_path / "bad", facts=facts, measures={"m": measure(where={"small.late": True})})
    assert [problem.code for problem in refused.value.problems] == ["filter_of_history"]

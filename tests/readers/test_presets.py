"""A sample of every preset, read end to end: the counts are counted by hand, row by row."""

import random
from pathlib import Path
from typing import Any

import pytest

from collection_guard.audit.presets import presets
from collection_guard.audit.reading import read_logs
from collection_guard.audit.taken import Intake
from collection_guard.model.event import Event
from readers.making import whole

FOLDER = Path(__file__).parent / "presets"

# Which rows (lines, or JSON objects) become contacts, are rejected, are set aside; and the words that no table knows.
BY_HAND: dict[str, dict[str, Any]] = {
    # 24 lines. 1 to 3 have 16 columns, 17 has 17, 19 to 21 have 21, the others 18: the log was configured anew.
    "Master.csv": {
        "preset": "asterisk-master",
        # 1 talked, 2 rang out, 4 busy, 5 failed, 6 congested, 8 answered leg, 9 rang out and 10 its redial,
        # 13 came in, 15 originated at 21:30, 16 of unknown direction, 17 with a prefix, 19 and 20 a conference of two
        # numbers, 23 with an unknown disposition
        "contacts": [1, 2, 4, 5, 6, 8, 9, 10, 13, 15, 16, 17, 19, 20, 23],
        "rejected": {18: "other_width", 24: "time_missing"},
        # 3 began one second after 2 without an id; 7 is the unanswered leg of 8; 14 the agent's leg of 13
        "aside": {
            3: "second_leg", 7: "second_leg", 11: "redelivery", 12: "internal_call", 14: "second_leg",
            21: "internal_call", 22: "blank",
        },
        "unknown": {("outcome", "HANGUP"): 1},
    },
    "freeswitch-example.csv": {
        "preset": "freeswitch-cdr-csv",
        # 12 has the 13 columns of the template that is built in
        "contacts": [1, 3, 4, 5, 8, 9, 10, 12],
        "rejected": {},
        # 2 is the b-leg of 1, 6 was barred by the switch, 7 is between extensions, 11 is 9 once more
        "aside": {2: "second_leg", 6: "blocked", 7: "internal_call", 11: "redelivery"},
        "unknown": {("outcome", "SIP_486_LOCAL"): 1},
    },
    "freeswitch-asterisk.csv": {
        "preset": "freeswitch-cdr-csv",
        "contacts": [1, 2, 3, 5],
        "rejected": {4: "time_unreadable"},
        "aside": {},
        "unknown": {},
    },
    "freeswitch.jsonl": {
        "preset": "freeswitch-json",
        "contacts": [1, 3, 4, 6],
        "rejected": {7: "time_missing"},
        # 2 is the b-leg of 1, 5 is 3 posted again, 8 is between extensions
        "aside": {2: "second_leg", 5: "redelivery", 8: "internal_call"},
        "unknown": {("outcome", "WEIRD_CAUSE"): 1},
    },
    # 14 rows under a header on line 1.
    "vicidial_log.csv": {
        "preset": "vicidial-log",
        # PROMSE on line 10 is no default status: the flags beside it say what it is; ZZTOP on 11 has no flags
        "contacts": [2, 3, 4, 6, 7, 8, 9, 10, 11, 15],
        "rejected": {13: "time_missing"},
        # DNCL was stopped before dialling, QUEUE was never dialled, 14 is 2 once more
        "aside": {5: "blocked", 12: "not_dialled", 14: "redelivery"},
        "unknown": {("outcome", "ZZTOP"): 1},
    },
    # No header, tabs; line 1 has the 17 columns of older versions.
    "vicidial_log.tsv": {
        "preset": "vicidial-log", "contacts": [1, 2, 3], "rejected": {}, "aside": {}, "unknown": {},
    },
    "twilio-calls.csv": {
        "preset": "twilio-calls",
        "contacts": [3, 4, 5, 7, 8, 9, 12],
        "rejected": {13: "time_missing"},
        # 2 is the agent's parent leg of 3, 6 was still queued, 10 forwards the call that came in as 9, 11 is 4 again
        "aside": {2: "second_leg", 6: "not_dialled", 10: "second_leg", 11: "redelivery"},
        "unknown": {("outcome", "dropped"): 1},
    },
    # One page of the API with three calls; 2 is the agent's child leg of 1.
    "twilio-calls.json": {
        "preset": "twilio-calls", "contacts": [1, 3], "rejected": {}, "aside": {2: "second_leg"}, "unknown": {},
    },
    "cn-task-cdr.jsonl": {
        "preset": "cn-task-cdr",
        "contacts": [1, 2, 4, 5, 7, 8],
        # 9 says other times of the call of 1; 10 has no time; 11 breaks off
        "rejected": {9: "duplicate_differs", 10: "time_missing", 11: "row_json_syntax"},
        # 3 is 2 pushed again, 6 was not let out
        "aside": {3: "redelivery", 6: "blocked"},
        "unknown": {("outcome", "99"): 1, ("direction", "3"): 1},
    },
    # 10 rows under a header on line 1.
    "cn-agency-ruoyi.csv": {
        "preset": "cn-agency-ruoyi",
        "contacts": [2, 3, 5, 7, 8, 9],
        "rejected": {10: "time_without_clock"},
        # 4 is the call of 3 noted a second later, 6 a code without a call, 11 the sum
        "aside": {4: "second_leg", 6: "administrative_note", 11: "total"},
        "unknown": {("outcome", "K9"): 1},
    },
    "cn-bank-xingye.csv": {
        "preset": "cn-bank-xingye",
        "contacts": [2, 3, 4, 5, 7, 8],
        "rejected": {9: "time_unreadable"},
        "aside": {6: "legal", 10: "administrative_note"},
        "unknown": {("outcome", "再议"): 1, ("recipient.relationship", "二舅"): 1},
    },
    "cn-zhx.csv": {
        "preset": "cn-zhx",
        "contacts": [2, 3, 4, 6, 7, 9, 10],
        "rejected": {8: "time_missing"},
        "aside": {5: "internal"},
        "unknown": {("recipient.relationship", "村支书"): 1},
    },
}  # fmt: skip


def read(name: str, **options: Any) -> Intake:
    """Read a sample as its file asks."""
    return whole(read_logs([FOLDER / name], **{"timezone": "Asia/Shanghai", **options}))


def at(intake: Intake, row: int) -> Event:
    """Return the event of a row."""
    [event] = [contact.event for contact in intake.contacts if contact.position.row == row]
    return event


def outcome(event: Event) -> dict[str, Any]:
    """Return what is known of an outcome."""
    return event.outcome.model_dump(exclude_none=True)


def said(intake: Intake) -> dict[str, dict[str, object]]:
    """Return the assumptions of the only sheet."""
    [sheet] = intake.files[0].sheets
    return {item.code: item.values for item in sheet.assumptions}


def test_every_preset_has_a_sample() -> None:
    """No preset is without a file, and no file without its counts; a guard writes its decision log in its own tests."""
    assert {entry["preset"] for entry in BY_HAND.values()} == set(presets()) - {"collection-guard-decisions"}
    assert {path.name for path in FOLDER.iterdir()} == set(BY_HAND)


@pytest.mark.parametrize("name", BY_HAND)
def test_rows_are_what_was_counted_by_hand(name: str) -> None:
    """Contacts, rejected rows, rows set aside and unknown words of a sample are those of the count."""
    entry, intake = BY_HAND[name], read(name)
    assert [contact.position.row for contact in intake.contacts] == entry["contacts"]
    assert {row.position.row: row.reason for row in intake.rejected} == entry["rejected"]
    assert {row.position.row: row.reason for row in intake.set_aside} == entry["aside"]
    assert {(item.path, item.value): item.count for item in intake.unmapped} == entry["unknown"]


@pytest.mark.parametrize("name", BY_HAND)
def test_the_preset_is_told_by_the_file_and_said(name: str) -> None:
    """Without being named the preset of a sample is found, once, and stands among the assumptions; named, as named."""
    preset = BY_HAND[name]["preset"]
    assert said(read(name))["preset_recognised"] == {"preset": preset}
    named = read(name, preset=preset)
    assert said(named)["preset_named"] == {"preset": preset}
    assert "preset_recognised" not in said(named)
    assert named.contacts == read(name).contacts


@pytest.mark.parametrize("name", [name for name in BY_HAND if name.endswith((".jsonl", ".tsv")) or "-ex" in name])
def test_the_order_of_rows_does_not_matter(name: str, tmp_path: Path) -> None:
    """INVARIANT order-free: shuffled lines of a log without a header give the same events and counts."""
    lines = (FOLDER / name).read_text("utf-8").splitlines()
    expected = read(name)
    for seed in range(5):
        random.Random(seed).shuffle(lines)
        (tmp_path / name).write_text("\n".join(lines) + "\n", "utf-8")
        found = whole(read_logs([tmp_path / name], timezone="Asia/Shanghai"))
        assert {item.event.event_id: item.event for item in found.contacts} == {
            item.event.event_id: item.event for item in expected.contacts
        }
        assert found.set_aside_by_reason() == expected.set_aside_by_reason()
        assert found.rejected_by_reason() == expected.rejected_by_reason()


# --- telephone systems -------------------------------------------------------------------------------------------


def test_asterisk_numbers_sides_and_legs() -> None:
    """Prefixes are cut off, extensions tell the direction, an answered leg is kept, and a redial has its own id."""
    intake = read("Master.csv")
    talked = at(intake, 1)
    assert (talked.channel, talked.direction, talked.recipient.number) == ("call", "outbound", "13800138001")
    assert (talked.started_at.isoformat(), talked.talk_seconds) == ("2025-11-03T10:00:00+08:00", 60.0)
    # What answered, a person or a machine, Asterisk does not know.
    assert outcome(talked) == {"network": "connected"}
    assert (talked.extra or {})["dst"] == "913800138001"
    assert (talked.extra or {})["caller"] == "1001"
    assert at(intake, 6).recipient.number == "008613900139001"
    assert (at(intake, 8).event_id, at(intake, 8).talk_seconds) == ("1762138800.13", 50.0)
    assert [at(intake, row).event_id for row in (9, 10)] == ["1762140000.15", "1762140000.15/2"]
    incoming = at(intake, 13)
    assert (incoming.direction, incoming.recipient.number, incoming.talk_seconds) == ("inbound", "13800138001", 179.0)
    # dst is s: the number stands in the argument of Dial.
    originated = at(intake, 15)
    assert (originated.direction, originated.recipient.number) == ("outbound", "13900139002")
    # Neither of the two numbers is an extension, and the context is nobody's: who called whom is unknown.
    assert at(intake, 16).direction is None
    # One conference reached two numbers: two contacts, and the extension that joined is none.
    assert [at(intake, row).recipient.number for row in (19, 20)] == ["13800138001", "13900139001"]
    assert outcome(at(intake, 23)) == {
        "network": "unknown", "answered_by": "nobody", "disposition": "unknown", "state_change": "unknown",
    }  # fmt: skip


def test_dialled_forms_of_one_number_are_one_number() -> None:
    """With 9, 0, +86, 0086 or an IP prefix, a number has one key: contacts without a case share it."""
    intake = read("Master.csv")
    keys = {at(intake, row).case_id for row in (1, 2, 8, 9, 13, 17, 19)}
    assert len(keys) == 1
    assert len({at(intake, row).case_id for row in (4, 5, 6, 20)}) == 1
    assert (intake.cases.by_number, intake.cases.given) == (15, 0)


def test_freeswitch_billed_seconds_outrank_the_cause() -> None:
    """A call that talked was connected however it ended; one that was not answered reached nobody."""
    intake = read("freeswitch-example.csv")
    assert outcome(at(intake, 5)) == {"network": "connected"}
    # NORMAL_CLEARING without an answer says neither why nor whether it rang.
    assert outcome(at(intake, 9)) == {"answered_by": "nobody"}
    assert outcome(at(intake, 4)) == {"network": "no_answer", "answered_by": "nobody", "party": "nobody"}
    assert at(intake, 1).event_id.endswith("0001")
    assert at(intake, 8).direction == "inbound"


def test_freeswitch_template_asterisk() -> None:
    """The other order of columns is told by its shapes; SIP addresses and prefixes become numbers."""
    intake = read("freeswitch-asterisk.csv")
    assert [at(intake, row).recipient.number for row in (1, 2, 3)] == ["13800138001", "13900139001", "013900139002"]
    assert outcome(at(intake, 5)) == {
        "network": "unallocated", "answered_by": "nobody", "state_change": "recycled_number",
    }  # fmt: skip


def test_freeswitch_json_counts_microseconds_and_is_no_judge_of_direction() -> None:
    """Times keep their microseconds; a leg that is inbound to the switch may be of a call that went out."""
    intake = read("freeswitch.jsonl", timezone=None)
    assert at(intake, 1).started_at.isoformat() == "2025-11-03T02:00:00.123456+00:00"
    assert (at(intake, 1).direction, at(intake, 4).direction) == ("outbound", "inbound")
    # Without start_uepoch the time of the call flow serves; an answer at 0 is none.
    assert at(intake, 3).started_at.isoformat() == "2025-11-03T02:01:40+00:00"
    assert outcome(at(intake, 4)) == {"network": "connected"}


def test_vicidial_reads_epochs_flags_and_country_codes() -> None:
    """The epoch is the time, flags say what a status is, and the number has its country code."""
    intake = read("vicidial_log.csv", timezone=None)
    first = at(intake, 2)
    assert first.started_at.isoformat() == "2025-11-03T15:00:00+00:00"
    assert (first.recipient.number, first.talk_seconds, first.collector.id) == ("+12065550101", None, "6001")
    assert outcome(first) == {
        "network": "connected", "answered_by": "human", "disposition": "callback_requested",
    }  # fmt: skip
    assert at(intake, 3).collector.id is None
    assert outcome(at(intake, 4)) == {
        "network": "connected", "answered_by": "machine", "party": "nobody", "message_left": True,
    }  # fmt: skip
    assert at(intake, 6).outcome.state_change == "cease"
    # As installed LRERR is flagged as answered by a human; its channel was never had.
    assert at(intake, 8).outcome.network == "congestion"
    # PROMSE is this campaign's own: the flags of its row say that a human answered.
    assert outcome(at(intake, 10)) == {"network": "connected", "answered_by": "human"}
    assert at(intake, 15).recipient.number == "+442079460113"
    assert {contact.event.direction for contact in intake.contacts} == {"outbound"}
    assert at(read("vicidial_log.tsv"), 3).recipient.number == "2065550203"


def test_twilio_times_are_gmt_and_the_agent_is_no_contact() -> None:
    """The leg to the borrower is the contact, whichever came first; a failed call has the time of its creation."""
    intake = read("twilio-calls.csv", timezone=None)
    leg = at(intake, 3)
    assert (leg.recipient.number, leg.started_at.isoformat()) == ("+12065550101", "2025-11-03T18:00:06+00:00")
    assert outcome(leg) == {"network": "connected", "answered_by": "human"}
    assert outcome(at(intake, 5)) == {"network": "connected", "answered_by": "machine"}
    assert at(intake, 7).started_at.isoformat() == "2025-11-03T18:13:00+00:00"
    assert outcome(at(intake, 8)) == {"answered_by": "nobody", "party": "nobody"}
    assert (at(intake, 9).direction, at(intake, 9).recipient.number) == ("inbound", "+12065550101")
    page = read("twilio-calls.json", timezone=None)
    assert (at(page, 3).direction, at(page, 3).recipient.number) == ("outbound", "+12065550109")


def test_task_records_talk_from_answer_to_end() -> None:
    """duration_call counts from dialling: 38 seconds of which 30.5 were talk; who called whom has its codes."""
    intake = read("cn-task-cdr.jsonl", timezone=None)
    first = at(intake, 1)
    assert (first.talk_seconds, first.direction, first.recipient.number) == (30.5, "outbound", "13800138001")
    assert first.started_at.isoformat() == "2025-11-03T02:00:00+00:00"
    incoming = at(intake, 4)
    assert (incoming.direction, incoming.recipient.number) == ("inbound", "13800138001")
    # Rung at first: there was nothing to dial.
    assert incoming.started_at.isoformat() == "2025-11-03T02:13:20+00:00"
    assert outcome(at(intake, 2)) == {"network": "no_answer", "answered_by": "nobody"}
    # The result is unknown, but somebody talked for a minute.
    assert outcome(at(intake, 7)) == {"network": "connected", "disposition": "unknown", "state_change": "unknown"}
    assert at(intake, 8).direction is None


# --- case systems --------------------------------------------------------------------------------------------------


def test_agency_codes_and_relationships() -> None:
    """Codes and words stand side by side in one column; 1 is the borrower, -1 nobody known."""
    intake = read("cn-agency-ruoyi.csv", timezone=None)
    first = at(intake, 2)
    assert (first.case_id, first.borrower_id, first.collector.id) == ("RY-1001", "B-1001", "A017")
    assert first.recipient.relationship == "self"
    assert first.started_at.isoformat() == "2025-11-03T10:00:00+08:00"
    assert outcome(first) == {
        "network": "connected", "answered_by": "human", "party": "borrower", "disposition": "promise",
    }  # fmt: skip
    assert at(intake, 3).outcome.party == "third_party"
    assert at(intake, 5).outcome.network == "no_answer"
    # 5 is 失连: a state of the case, and not the result of this call.
    assert (at(intake, 7).recipient.relationship, outcome(at(intake, 7))) == (None, {})


def test_the_zone_of_a_preset_gives_way_to_the_one_configured() -> None:
    """Times of a Chinese case system are read as Shanghai's, unless a zone is named; which one, is said."""
    assert said(read("cn-zhx.csv", timezone=None))["naive_times"] == {"zone": "Asia/Shanghai"}
    moved = read("cn-zhx.csv", timezone="Asia/Tokyo")
    assert said(moved)["naive_times"] == {"zone": "Asia/Tokyo"}
    assert at(moved, 2).started_at.isoformat() == "2025-11-03T09:00:00+09:00"


def test_relationship_and_name_in_one_cell() -> None:
    """父亲-高父 is a parent of that name, whatever dash stands between; a name alone is a name."""
    intake = read("cn-bank-xingye.csv", timezone=None)
    assert [(at(intake, row).recipient.relationship, at(intake, row).recipient.name) for row in (3, 4, 7, 8)] == [
        ("parent", "高父"), ("self", "高某"), (None, "李某"), (None, "李舅"),
    ]  # fmt: skip
    assert [at(intake, row).channel for row in (2, 4, 5)] == ["call", "sms", "visit"]
    assert at(intake, 3).outcome.disposition == "message_passed"


def test_two_relationships_in_one_cell_of_a_preset(tmp_path: Path) -> None:
    """本人-母亲 is no borrower by the name of Mother: the cell is counted as it stands."""
    lines = (FOLDER / "cn-bank-xingye.csv").read_text(encoding="utf-8").splitlines()
    path = tmp_path / "log.csv"
    path.write_text("\n".join([lines[0], lines[2].replace("父亲-高父", "本人-母亲")]) + "\n", encoding="utf-8")
    intake = read_logs([path])
    assert [contact.event.recipient.relationship for contact in intake.contacts] == [None]
    assert [(item.path, item.value) for item in intake.unmapped] == [("recipient.relationship", "本人-母亲")]


def test_case_notes_of_a_case_system() -> None:
    """The state of the case is no result; a case number that lost its digits is none."""
    intake = read("cn-zhx.csv", timezone=None)
    assert at(intake, 2).case_id == "3000000000000000001"
    assert outcome(at(intake, 2)) == {
        "network": "connected", "answered_by": "human", "party": "borrower", "disposition": "promise",
    }  # fmt: skip
    assert (at(intake, 2).extra or {})["case_state"] == "失联"
    assert at(intake, 6).channel == "letter"
    assert at(intake, 9).case_id.startswith("number:")
    assert [finding.code for finding in intake.findings] == ["ID_PRECISION_LOST"]

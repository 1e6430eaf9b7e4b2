"""Ids, duplicates, gates and cases: what becomes of rows once they are events."""

import random
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard import audit
from collection_guard.audit.cases import CaseFinder
from collection_guard.audit.identity import content_digest
from collection_guard.audit.intake import take_events
from collection_guard.audit.taken import Intake
from collection_guard.facts.numbers import number_key
from collection_guard.facts.world import has_case
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile, EmergencyContact, OwnNumber
from readers.making import HEADER, ROW, read_rows, read_text, whole

AT = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)


def event(**fields: Any) -> Event:
    """Return an event with some fields."""
    return Event.model_validate({"event_id": "E-1", "case_id": "C-1", "channel": "call", "started_at": AT} | fields)


def by_id(intake: Intake) -> dict[str, Event]:
    """Return the events of an intake by their ids."""
    return {contact.event.event_id: contact.event for contact in intake.contacts}


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C-1", "C-2", ""]),
        st.sampled_from(["本人", "母亲"]),
        st.sampled_from(["13800000001", "13800000002", ""]),
        st.sampled_from(["2025-11-03 10:00:00", "2025-11-03 10:00:01", "?"]),
        st.sampled_from(["0", "30"]),
        st.sampled_from(["已接通", "关机", "呼叫限制", "导入催记"]),
    ),
    min_size=1,
    max_size=12,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_s04_ids_by_digest_do_not_hang_on_the_order_of_rows_or_files(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], chance: random.Random
) -> None:
    """Shuffled, and split over two files, the same rows give the same ids, events and counts."""
    folder = tmp_path_factory.mktemp("logs")
    first = whole(read_rows(folder, [HEADER, *rows]))
    shuffled = list(rows)
    chance.shuffle(shuffled)
    second = whole(read_rows(folder, [HEADER, *shuffled]))
    assert by_id(first) == by_id(second)
    assert first.cases == second.cases
    assert (first.set_aside_by_reason(), first.rejected_by_reason()) == (
        second.set_aside_by_reason(),
        second.rejected_by_reason(),
    )


def test_s04_identical_rows_are_numbered(tmp_path: Path) -> None:
    """Two equal rows without an id are two contacts; what no rule reads does not make a row another."""
    header = (*HEADER, "内部编码")
    intake = whole(read_rows(tmp_path, [header, (*ROW, "b"), (*ROW, "a"), (*ROW[:4], "31", ROW[5], "a")]))
    ids = sorted(by_id(intake))
    assert len(ids) == 3
    [same] = [name for name in ids if name.endswith("-2")]
    assert same.removesuffix("-2") in ids
    # The number follows the content: code a comes first, wherever it stood.
    assert (by_id(intake)[same].extra or {})["内部编码"] == "b"


def test_the_digest_is_that_of_the_content_alone() -> None:
    """The same instant in another offset is the same; the id and extra are no content; anything else is."""
    shifted = event(event_id="E-2", started_at="2025-11-03T10:00:00+08:00", extra={"a": 1})
    assert content_digest(event()) == content_digest(shifted)
    assert content_digest(event()) != content_digest(event(agency="x"))
    assert content_digest(event()) != content_digest(event(case_id="C-2"))
    edge = event(started_at="1000-01-01T00:00:00+08:00")
    assert content_digest(edge) != content_digest(event())


def test_s04_two_rows_with_one_id(tmp_path: Path) -> None:
    """Equal content is a redelivery; of others the first recorded is kept, and each rejected one names it."""
    header = ("流水号", "案件编号", "被叫号码", "拨打时间", "登记时间")
    rows = [
        ("T-1", "C-1", "1", "2025-11-03 10:00", "2025-11-03 12:00"),
        ("T-1", "C-1", "1", "2025-11-03 10:01", "2025-11-03 11:00"),
        ("T-1", "C-1", "1", "2025-11-03 10:01", "2025-11-03 11:00"),
        ("T-1", "C-1", "1", "2025-11-03 09:00", ""),
        ("T-2", "C-1", "1", "2025-11-03 10:00", ""),
    ]
    intake = whole(read_rows(tmp_path, [header, *rows]))
    assert [contact.position.row for contact in intake.contacts] == [5, 6]
    assert [row.reason for row in intake.rejected] == ["duplicate_differs"] * 3
    assert all(str(row.values["kept"]).endswith("log.csv:5") for row in intake.rejected)
    rows[3] = ("T-1", "C-1", "1", "2025-11-03 13:00", "")
    intake = whole(read_rows(tmp_path, [header, *rows]))
    assert [contact.position.row for contact in intake.contacts] == [3, 6]
    assert [(row.position.row, row.reason) for row in intake.set_aside] == [(4, "redelivery")]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(["call", "sms"])), max_size=10),
    st.randoms(use_true_random=False),
)
def test_s04_what_is_kept_of_one_id_does_not_hang_on_the_order(
    parts: list[tuple[int, int, str]], chance: random.Random
) -> None:
    """Any order of deliveries keeps the same content."""
    events = [
        event(event_id=f"E-{number}", started_at=AT + timedelta(minutes=minute), channel=channel)
        for number, minute, channel in parts
    ]
    shuffled = list(events)
    chance.shuffle(shuffled)
    first, second = take_events(events), take_events(shuffled)
    assert by_id(first) == by_id(second)
    assert first.rows_read == len(events) == len(first.contacts) + len(first.rejected) + len(first.set_aside)


def test_s04_calls_stopped_by_a_gate_are_set_aside() -> None:
    """A blocked call reached no network; a blocked message was sent."""
    blocked = {"outcome": {"network": "blocked"}}
    events = [
        event(event_id=f"E-{name}", channel=name, **blocked)
        for name in ("call", "voice_notice", "video", "sms", "visit")
    ]
    intake = take_events(events)
    assert intake.set_aside_by_reason() == {"blocked": 3}
    assert [contact.event.channel for contact in intake.contacts] == ["sms", "visit"]


def test_s10_words_outside_a_list_read_as_unknown_and_are_counted(tmp_path: Path) -> None:
    """In the model's own columns as in raw ones."""
    line = (
        '{"event_id":"E","case_id":"C","channel":"??","started_at":"2025-11-03T10:00:00+08:00","outcome":{"network":"q1",'
        '"answered_by":"q2","party":"q3","disposition":"q4","state_change":"q5"}}'
    )
    intake = read_text(tmp_path, line, name="log.jsonl")
    outcome = intake.contacts[0].event.outcome
    assert intake.contacts[0].event.channel == "other"
    assert (outcome.network, outcome.answered_by, outcome.party) == ("unknown", None, None)
    assert (outcome.disposition, outcome.state_change) == ("unknown", "unknown")
    assert {item.path for item in intake.unmapped} == {
        "channel",
        "outcome.network",
        "outcome.answered_by",
        "outcome.party",
        "outcome.disposition",
        "outcome.state_change",
    }
    assert all(item.count == 1 for item in intake.unmapped)


def profile(case_id: str, **fields: Any) -> CaseProfile:
    """Return a profile."""
    return CaseProfile(case_id=case_id, **fields)


OWN = OwnNumber(number="138 0000 0001", valid_from=date(2025, 1, 1), valid_to=date(2025, 11, 3))
KIN = EmergencyContact(name="王某", number="+86-138-0000-0002")


@pytest.mark.parametrize(
    ("number", "at", "expected"),
    [
        ("13800000001", "2025-11-03T23:59:59+08:00", "C-1"),
        ("13800000001", "2025-11-04T00:00:00+08:00", None),
        ("13800000002", "2025-11-04T00:00:00+08:00", "C-1"),
        ("13800000003", "2025-11-03T10:00:00+08:00", None),
    ],
)
def test_a_contact_without_a_case_has_that_of_the_number_on_that_date(
    number: str, at: str, expected: str | None
) -> None:
    """Own numbers and emergency contacts count, on the date of the profile's zone."""
    finder = CaseFinder({"C-1": profile("C-1", timezone="Asia/Shanghai", numbers=(OWN,), emergency_contacts=(KIN,))})
    how, case_id = finder.find(event(case_id="\x00", started_at=at, recipient={"number": number}))
    assert (how, case_id) == ("by_profile", expected) if expected else how == "by_number" and not has_case(case_id)


def test_the_configured_zone_serves_where_a_profile_names_none() -> None:
    """Without any zone a date is known only where all local dates agree."""
    profiles = {"C-1": profile("C-1", numbers=(OWN,))}
    late = event(started_at="2025-11-03T23:00:00+08:00", recipient={"number": "13800000001"})
    assert CaseFinder(profiles, timezone="Asia/Shanghai").find(late)[1] == "C-1"
    assert (
        CaseFinder(profiles, timezone="Asia/Tokyo").find(
            late.model_copy(update={"started_at": AT + timedelta(hours=13)})
        )[0]
        == "by_number"
    )
    assert CaseFinder(profiles).find(late)[0] == "by_number"
    assert (
        CaseFinder(profiles).find(event(started_at="2025-06-01T10:00:00Z", recipient={"number": "13800000001"}))[1]
        == "C-1"
    )
    assert (
        CaseFinder(profiles).find(event(started_at="2026-06-01T10:00:00Z", recipient={"number": "13800000001"}))[0]
        == "by_number"
    )


def test_a_number_of_two_cases_or_of_none_keeps_its_own_key() -> None:
    """Nothing is rejected for lacking a case: the number itself, or the event, stands in."""
    shared = {name: profile(name, numbers=(OwnNumber(number="13800000001"),)) for name in ("C-1", "C-2")}
    finder = CaseFinder(shared)
    called = event(recipient={"number": "13800000001"})
    assert finder.find(called)[0] == "by_number"
    assert finder.find(called) == CaseFinder(None).find(event(recipient={"number": "+86 138 0000 0001"}))
    for hidden in (None, "138****0001", ""):
        assert finder.find(event(recipient={"number": hidden})) == ("by_event", "event:E-1")
    assert number_key("13800000001") is not None


def test_a_case_found_twice_by_one_number_is_one_case() -> None:
    """The borrower's own number may be listed as an emergency contact of the same case."""
    both = profile(
        "C-1",
        numbers=(OwnNumber(number="13800000001"),),
        emergency_contacts=(EmergencyContact(number="13800000001"), EmergencyContact(name="x")),
    )
    assert CaseFinder({"C-1": both}).find(event(recipient={"number": "13800000001"})) == ("by_profile", "C-1")


def test_cases_are_counted_by_how_they_were_found(tmp_path: Path) -> None:
    """Given, by profile, by number, by event; ids that stand in for a case are recognised when read again."""
    rows = [HEADER, ROW, ("", *ROW[1:]), ("", "本人", "13800000009", *ROW[3:]), ("", "本人", "", *ROW[3:])]
    profiles = {"C-1": profile("C-1", numbers=(OwnNumber(number="13800000001"),))}
    intake = whole(read_rows(tmp_path, rows, profiles=profiles))
    counts = intake.cases
    assert (counts.given, counts.by_profile, counts.by_number, counts.by_event) == (1, 1, 1, 1)
    assert [intake.has_case(contact.event.case_id) for contact in intake.contacts] == [True, True, False, False]
    again = take_events(contact.event for contact in intake.contacts)
    assert (again.cases.given, again.cases.by_number, again.cases.by_event) == (2, 1, 1)


def test_events_that_are_built_already_are_taken_with_their_number() -> None:
    """The library call has positions too: first, second, third."""
    intake = take_events([event(), event(event_id="E-2")])
    assert [contact.position.row for contact in intake.contacts] == [1, 2]
    assert intake.files == ()


def test_s26_a_borrower_named_on_some_rows_of_a_case_is_that_of_the_others() -> None:
    """Where the rows of a case and its profile name one borrower, contacts that name none are that borrower's."""
    given = [
        event(event_id="1", borrower_id="K1"),
        event(event_id="2"),
        event(event_id="3", case_id="C-2"),
        event(event_id="4", case_id="C-3", borrower_id="K3"),
        event(event_id="5", case_id="C-3", borrower_id="K4"),
        event(event_id="6", case_id="C-3"),
        event(event_id="7", case_id="number:0123456789abcdef", borrower_id="K1"),
        event(event_id="8", case_id="number:0123456789abcdef"),
        event(event_id="9", case_id="C-4"),
    ]
    intake = take_events(given, profiles={"C-2": CaseProfile(case_id="C-2", borrower_id="K2")})
    named = {name: one.borrower_id for name, one in by_id(intake).items()}
    assert named == {
        "1": "K1", "2": "K1", "3": "K2", "4": "K3", "5": "K4", "6": None, "7": "K1", "8": None, "9": None
    }  # fmt: skip
    assert (intake.cases.borrower_by_case, intake.cases.borrower_disputed) == (2, 1)


def test_s26_contacts_that_name_no_borrower_count_with_those_that_do() -> None:
    """Three contacts of one case on one day are three, though only the first names the borrower."""
    given = [
        event(event_id=str(index), direction="outbound", borrower_id=borrower, recipient={"relationship": "self"},
              started_at=AT + timedelta(hours=index))
        for index, borrower in enumerate(("K1", None, None))
    ]  # fmt: skip
    report = audit(given, parameters={"contacts_per_day": 2}, timezone="Asia/Shanghai")
    assert [one.contact.event.event_id for one in report.violations if one.rule == "repeated-contact"] == ["2"]

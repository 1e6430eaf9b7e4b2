"""When a contact was recorded: at an instant, on a date, at a time that nobody can read; and what follows from it."""

import json
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from guard.making import Clock, answered, attempt, open_guard
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

import collection_guard as cg
from collection_guard.audit.identity import content_digest
from collection_guard.audit.taken import Intake
from collection_guard.model import Event, Span
from readers.making import read_rows, read_text

CHINA = timezone(timedelta(hours=8))
AT = datetime(2025, 11, 20, 9, tzinfo=CHINA)
GIVEN: dict[str, Any] = {"event_id": "e", "case_id": "C-1", "channel": "call", "started_at": AT.isoformat()}
instants = st.none() | st.integers(0, 3_000_000_000).map(lambda at: datetime.fromtimestamp(at, CHINA))


def read_json_lines(folder: Path, events: list[dict[str, Any]], **options: Any) -> Intake:
    """Write events as JSON lines and read them."""
    text = "".join(json.dumps(event, ensure_ascii=False) + "\n" for event in events)
    return read_text(folder, text, name="log.jsonl", **options)


@given(instants, instants)
def test_a_span_is_written_and_read_back(not_before: datetime | None, before: datetime | None) -> None:
    """An event with a span of recording is itself again from its JSON; one that ends before it begins is refused."""
    span = Span(not_before, before)
    if not_before is not None and before is not None and not_before >= before:
        with pytest.raises(ValidationError, match="ends before it begins"):
            Event.model_validate({**GIVEN, "recorded_at": span})
        return
    event = Event.model_validate({**GIVEN, "recorded_at": span})
    again = Event.model_validate_json(event.model_dump_json())
    assert again == event
    assert again.known_from == (not_before or AT)
    assert content_digest(again) == content_digest(event)


@pytest.mark.parametrize("written", ["2025-11-20", "2025-11-20T09:00:00", "/", "a/b", 1, {}, "2025-11-20/2025-11-21"])
def test_what_is_no_time_of_recording_is_refused_under_its_own_name(written: object) -> None:
    """In an event that is built, what is no instant and no span is one problem of that field."""
    with pytest.raises(ValidationError) as caught:
        Event.model_validate({**GIVEN, "recorded_at": written})
    assert [error["loc"] for error in caught.value.errors()] == [("recorded_at",)]


def test_s04_json_lines_hold_dates_spans_and_unknown(tmp_path: Path) -> None:
    """A date is its day in the zone of the file's times, or in any zone where none is given; the rest is as written."""
    spans = "2025-11-20T00:00:00+08:00/.."
    lines = [
        {**GIVEN, "event_id": str(place), "recorded_at": written}
        for place, written in enumerate(("2025-11-20", spans, "unknown", "yesterday", AT.isoformat()))
    ]
    intake = read_json_lines(tmp_path, lines, timezone="Asia/Shanghai")
    day = datetime(2025, 11, 20, tzinfo=CHINA)
    assert [contact.event.recorded_at for contact in intake.contacts] == [
        Span(day, day + timedelta(days=1)),
        Span(day, None),
        Span(),
        Span(),
        AT,
    ]
    assert [(item.path, item.value) for item in intake.unmapped] == [("recorded_at", "yesterday")]
    (anywhere,) = read_json_lines(tmp_path, lines[:1], timezone=None).contacts
    widest = anywhere.event.recorded_at
    assert isinstance(widest, Span)
    assert widest.not_before == day - timedelta(hours=6)
    assert widest.before == day + timedelta(days=1, hours=20)


def test_a_date_of_recording_in_a_table(tmp_path: Path) -> None:
    """A log whose times of recording are dates is judged by what was known on the days before."""
    head = ("案件编号", "被叫号码", "关系", "拨打时间", "通话结果", "登记时间")
    rows = [
        head,
        *(("C-1", "13800000001", "本人", f"2025-11-{day} 10:00", "无人接听", f"2025-11-{day}") for day in (17, 18)),
        ("C-1", "13800000001", "本人", "2025-11-20 09:00", "无人接听", "2025-11-20"),
        ("C-1", "13900000002", "母亲", "2025-11-20 10:00", "无人接听", "2025-11-20"),
        ("C-1", "13900000002", "母亲", "2025-11-21 10:00", "无人接听", "2025-11-21"),
    ]
    contacts = [contact.event for contact in read_rows(tmp_path, rows).contacts]
    case = cg.CaseProfile.model_validate(
        {"case_id": "C-1", "timezone": "Asia/Shanghai", "numbers": [{"number": "13800000001"}]}
    )
    report = cg.audit(contacts, cases=[case], timezone="Asia/Shanghai")
    rule = report.by_rule["third-party-while-borrower-reachable"]
    # On the 20th it is open whether the third attempt was known an hour later; on the 21st it was.
    assert (rule.violation, rule.unassessable, rule.clear) == (0, 1, 1)


def test_of_two_records_the_one_that_may_be_earlier_is_kept(tmp_path: Path) -> None:
    """Of two contents under one id, the one whose record may be the earliest stands."""
    late = {**GIVEN, "recorded_at": "2025-11-21T00:00:00+08:00"}
    maybe = {**GIVEN, "recorded_at": "2025-11-20T00:00:00+08:00/2025-11-23T00:00:00+08:00"}
    intake = read_json_lines(tmp_path, [late, maybe])
    (kept,) = intake.contacts
    assert isinstance(kept.event.recorded_at, Span)
    assert [row.reason for row in intake.rejected] == ["duplicate_differs"]


def test_the_guard_knows_what_it_is_told_from_then_on() -> None:
    """A contact whose time of recording nobody can read is known to the guard from when it is told of it."""
    clock = Clock()
    guard = open_guard(clock)
    for number in range(3):
        guard.record(answered(f"E-{number}", clock.at - timedelta(minutes=9 - number), recorded_at="unknown"))
        clock.move(seconds=1)
    refused = guard.check(attempt())
    assert [one.rule for one in refused.violations] == ["repeated-contact"]
    assert refused.unassessable == ()

"""Logs kept by hand: headers that say little, ditto marks, sums and signatures below, odd lengths of talk."""

from datetime import UTC, datetime, time
from pathlib import Path

import pytest

from collection_guard.audit.taken import Intake
from readers.making import HEADER, ROW, local, one, read_rows, read_sheet, sheet, whole


def read_codes(intake: Intake) -> set[str]:
    """Return the codes of what was assumed of the sheets."""
    return {item.code for file in intake.files for reading in file.sheets for item in reading.assumptions}


def test_headers_that_say_little_are_read_where_nothing_else_says_it(tmp_path: Path) -> None:
    """A date, a time, a telephone and a result, under the plainest of names; the report says so."""
    rows = [
        ("案件编号", "关系", "电话", "日期", "时间", "通话时长", "结果"),
        ("C-1", "母亲", "13900000002", local("2025-11-03"), time(10, 5), 0, "未接"),
    ]
    intake = whole(read_sheet(tmp_path, sheet(rows)))
    [contact] = intake.contacts
    assert contact.event.started_at == datetime(2025, 11, 3, 2, 5, tzinfo=UTC)
    assert (contact.event.recipient.number, contact.event.outcome.network) == ("13900000002", "no_answer")
    assert "generic_header" in read_codes(intake)


@pytest.mark.parametrize("header", ["被叫号码", "联系电话"])
def test_a_header_that_says_more_goes_first(header: str, tmp_path: Path) -> None:
    """Beside a column that names the number called, a telephone is somebody's and stays as it was written."""
    intake = whole(
        read_rows(tmp_path, [("案件编号", header, "电话", "拨打时间"), ("C-1", "1390", "1380", "2025-11-03 10:00")])
    )
    [contact] = intake.contacts
    assert contact.event.recipient.number == "1390"
    assert contact.event.extra == {"电话": "1380"}
    assert "generic_header" not in read_codes(intake)


def test_of_two_headers_that_say_little_none_is_taken(tmp_path: Path) -> None:
    """A telephone and a mobile: whose is whose, a person has to say."""
    event = one(
        tmp_path, ("案件编号", "电话", "手机", "拨打时间", "关系"), ("C-1", "1", "2", "2025-11-03 10:00", "本人")
    )
    assert event.recipient.number is None
    assert event.extra == {"电话": "1", "手机": "2"}


def test_plain_words_alone_are_no_header(tmp_path: Path) -> None:
    """Values such as 电话 and 结果 do not make a header; two of them beside a known one do."""
    rows = [("说明", "电话", "结果", "时间"), ("见下", "", "", ""), HEADER, ROW]
    intake = whole(read_rows(tmp_path, rows))
    assert [contact.position.row for contact in intake.contacts] == [4]


def test_a_ditto_mark_is_no_case_and_no_number(tmp_path: Path) -> None:
    """What stands above is not known to be meant: the cell says nothing, and is listed."""
    rows = [HEADER, ROW, ("同上", "母亲", "〃", "2025-11-03 11:00", "0", "同上")]
    intake = whole(read_rows(tmp_path, rows))
    second = intake.contacts[1].event
    assert second.case_id.startswith("event:")
    assert (second.recipient.number, second.outcome.network) == (None, None)
    assert {(item.path, item.value) for item in intake.unmapped} == {
        ("case_id", "同上"),
        ("callee", "〃"),
        ("outcome", "同上"),
    }


@pytest.mark.parametrize(
    "below",
    [
        ("合计", "", "", "12 笔", "30", ""),
        ("制表人：张三", "", "", "审核：李四", "", ""),
        ("总计：", "", "", "—共12", "", ""),
    ],
)
def test_what_stands_below_is_no_contact_whatever_its_columns(below: tuple[str, ...], tmp_path: Path) -> None:
    """A sum or a signature under the header of the time is set aside; a contact without a time is not."""
    intake = whole(read_rows(tmp_path, [HEADER, ROW, below, ("C-2", "本人", "1", "?", "", "")]))
    assert len(intake.contacts) == len(intake.set_aside) == 1
    assert [row.reason for row in intake.rejected] == ["time_unreadable"]


def test_a_relationship_and_a_role_in_one_cell(tmp_path: Path) -> None:
    """Both are read, in either order; of two relationships none is."""
    words = ("母亲(紧急联系人)", "紧急联系人-母亲", "本人/配偶", "母亲-父亲", "紧急联系人(第一联系人)")
    rows = [HEADER, *(("C-1", word, "1", f"2025-11-03 10:0{place}", "", "") for place, word in enumerate(words))]
    found = [contact.event.recipient for contact in read_rows(tmp_path, rows).contacts]
    assert [(item.relationship, item.roles) for item in found] == [
        ("parent", ("emergency_contact",)),
        ("parent", ("emergency_contact",)),
        (None, None),
        (None, None),
        (None, None),
    ]


def test_a_length_of_talk_that_cannot_be_costs_no_contact(tmp_path: Path) -> None:
    """A year and more, and a time of Excel that lost its format, are unknown and listed."""
    rows = [
        HEADER,
        ("C-1", "本人", "1", "2025-11-03 10:00", 999_999_999, ""),
        ("C-1", "本人", "1", "2025-11-03 11:00", 0.00109953, ""),
        ("C-1", "本人", "1", "2025-11-03 12:00", 0.5, ""),
    ]
    intake = whole(read_sheet(tmp_path, sheet(rows)))
    assert [contact.event.talk_seconds for contact in intake.contacts] == [None, None, 0.5]
    assert {item.value for item in intake.unmapped} == {"999999999", "0.00109953"}


def test_marks_that_nobody_sees_are_not_part_of_an_identifier(tmp_path: Path) -> None:
    """Marks of direction come along when a number is copied from a telephone or a web page."""
    event = one(tmp_path, HEADER, ("\u202aC-1\u202c", "本人", "\u200e13800000001", "2025-11-03 10:00", "", ""))
    assert (event.case_id, event.recipient.number) == ("C-1", "13800000001")


def test_a_time_of_recording_may_be_said_to_be_none(tmp_path: Path) -> None:
    """无 says that none was recorded: the contact was known at its own start, and nothing is listed."""
    intake = whole(read_rows(tmp_path, [(*HEADER, "录入时间"), (*ROW, "无")]))
    assert intake.contacts[0].event.recorded_at is None
    assert intake.unmapped == ()


def test_numbers_that_tell_nobody_apart_are_counted(tmp_path: Path) -> None:
    """Masked, several in one cell, or with a note: the contact is kept, and the column is named with their count."""
    numbers = ("138****0001", "13800000001/13900000002", "13800000001(本人)", "13800000001", "95588")
    rows = [HEADER, *(("C-1", "本人", text, f"2025-11-03 10:0{n}", "", "") for n, text in enumerate(numbers))]
    intake = whole(read_rows(tmp_path, rows))
    [finding] = intake.findings
    assert (finding.code, finding.count, finding.position.row) == ("NUMBER_NOT_COMPARABLE", 3, 2)
    assert "被叫号码" in finding.cause("zh")
    assert finding.help("en")

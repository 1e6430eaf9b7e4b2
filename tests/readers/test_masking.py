"""Personal data is masked enough to protect, and not so much that a record cannot be found."""

import csv
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.rejected_file import COLUMNS, write_rejected
from collection_guard.audit.taken import Position, Rejected
from collection_guard.model.masking import mask_any, mask_identifier, mask_name, mask_number, mask_text, mask_value
from readers.making import HEADER, ROW, read_rows


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800138000", "138****8000"),
        ("+86 13800138000", "+86 138****8000"),
        ("+8613800138000", "+86138****8000"),
        ("+442071234567", "+44******4567"),
        ("008613800138000", "0086138****8000"),
        ("8613800138000", "86138****8000"),
        ("138****8000", "138****8000"),
        ("62345678", "******78"),
        ("110", "*10"),
        ("01062345678", "010****5678"),
        ("13800138000*", "138*****000*"),
    ],
)
def test_a_number_keeps_three_and_four_digits(number: str, masked: str) -> None:
    """138****8000; a country code stays, a short number keeps two digits."""
    assert mask_number(number) == masked


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("高某某", "高**"),
        ("欧阳锋", "欧阳*"),
        ("欧阳", "欧*"),
        ("高**", "高**"),
        ("李　小明", "李**"),
        ("张 三", "张*"),
        ("John Smith", "J*** S***"),
        ("Wang Xiuying", "W*** X***"),
        ("Mary Jane Watson", "M*** J*** W***"),
        ("Smith", "S****"),
        ("", ""),
    ],
)
def test_a_name_keeps_the_surname(name: str, masked: str) -> None:
    """Surnames of two characters are known."""
    assert mask_name(name) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("请转告13800138000尽快", "请转告138****8000尽快"),
        ("138-0013-8000", "138****8000"),
        ("138 0013 8000", "138****8000"),
        ("身份证11010519491231002X。", "身份证**************002X。"),
        ("卡6225 8801 1234 5678 901", "卡" + "*" * 15 + "8901"),
        ("1380 013 8000", "138****8000"),
        ("13800 138000", "138****8000"),
        ("138.0013.8000", "138****8000"),
        ("138_0013_8000", "138****8000"),
        ("110105 19491231 002X", "**************002X"),
        ("案件C-13 2025-11-20 08:00", "案件C-13 2025-11-20 08:00"),
        ("010-62345678", "*******5678"),
        ("１３８００１３８０００", "１３８****８０００"),
        ("2025-11-20 20:59:59", "2025-11-20 20:59:59"),
        ("欠款123456元", "欠款123456元"),
        ("ab.c@bank.com", "a***@bank.com"),
    ],
)
def test_digits_in_a_text_are_masked_where_they_may_name_somebody(text: str, masked: str) -> None:
    """Runs of seven digits and more, spaced numbers and addresses are masked; dates and amounts stay."""
    assert mask_text(text) == masked


@given(st.text("0123456789 -abc高", max_size=40))
def test_no_run_of_seven_digits_survives(text: str) -> None:
    """Whatever surrounds it, a long run of digits is broken; masking twice is masking once."""
    masked = mask_text(text)
    assert not re.search(r"\d{7}", masked)
    assert mask_text(masked) == masked


@given(st.text(max_size=30))
def test_masking_never_fails_and_never_shows_a_whole_number(value: str) -> None:
    """Any value under any path is masked without an error."""
    for path in ("recipient.number", "recipient.name", "borrower_id", "content", "extra.debtor_name", ""):
        assert isinstance(mask_value(path, value), str)
    assert len(mask_identifier(value)) == len(value.strip())


def test_values_of_any_shape_are_masked_by_their_path() -> None:
    """Evidence holds mappings and lists; numbers and names within are masked, truth values are not."""
    masked = mask_any(
        "",
        {
            "recipient": {"number": "13800138000", "name": "高某", "members": [{"number": "13800138000"}]},
            "n": 3,
            "t": ("13800138000",),
        },
    )
    assert masked == {
        "recipient": {"number": "138****8000", "name": "高*", "members": [{"number": "138****8000"}]},
        "n": 3,
        "t": ["138****8000"],
    }


def rows_of(path: Path) -> list[list[str]]:
    """Read a file of rejected rows as Excel does: by its byte order mark."""
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_the_file_of_rejected_rows_says_where_what_and_why(tmp_path: Path) -> None:
    """Position, column, masked value, reason and help, in the language asked for."""
    rows = [HEADER, ROW, (*ROW[:3], "13800138000 昨天", *ROW[4:])]
    intake = read_rows(tmp_path, rows)
    out = tmp_path / "rejected.csv"
    write_rejected(out, intake.rejected, "zh")
    head, row = rows_of(out)
    assert head == ["文件", "工作表", "行", "列", "值", "原因", "处理办法"]
    assert row[1:5] == ["", "3", "拨打时间", "138****8000 昨天"]
    assert row[5] == "时间无法读取"
    write_rejected(out, intake.rejected, "en", masked=False)
    head, row = rows_of(out)
    assert head == ["file", "sheet", "row", "column", "value", "reason", "what to do"]
    assert row[4] == "13800138000 昨天"
    assert "time_format" in row[6]
    assert len(COLUMNS) == len(row)


def test_the_name_behind_a_relationship_that_nobody_knows_is_masked() -> None:
    """The word is shown, so that it can be mapped; who it is is not."""
    assert mask_value("recipient.relationship", "二舅公-高建国-13800138000") == "二舅公-高**-138****8000"
    assert mask_value("recipient.relationship", "高建国(表舅)") == "高**(表舅)"
    assert mask_value("recipient.relationship", "拜把子") == "拜把子"


def test_a_cell_of_a_log_is_no_formula_in_the_file_of_rejected_rows(tmp_path: Path) -> None:
    """=HYPERLINK(...) in a log must not run when somebody opens the rejected rows; half characters do not stop it."""
    out = tmp_path / "rejected.csv"
    rows = [
        Rejected(Position("a.csv", None, 2), "time_unreadable", "时间", "started_at", value)
        for value in ('=HYPERLINK("x")', "+1", "@a", "\ud800")
    ]
    write_rejected(out, rows, "en", masked=False)
    values = [row[4] for row in rows_of(out)[1:]]
    assert values == ['\'=HYPERLINK("x")', "'+1", "'@a", "\\ud800"]


def test_a_long_text_is_masked_in_one_pass() -> None:
    """A text of a million characters without an address is no reason to look at every part of it again and again."""
    assert mask_text("甲" * 1_000_000) == "甲" * 1_000_000

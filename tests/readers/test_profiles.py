"""Case profiles: every field, both forms, every mistake with its place, read whole or not at all."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.profiles import example_of, read_profiles
from collection_guard.audit.vocabulary.files import profile_file
from collection_guard.model.problems import LogError
from collection_guard.model.profile import CaseProfile
from collection_guard.model.texts import LANGS
from readers.making import csv_text, local, sheet, told

HEADER = ("案件编号", "借款人编号", "时区", "本人号码", "紧急联系人", "安宁时段", "指令", "无障碍", "历史起始日")
FULL = (
    "C-1",
    "B-1",
    "北京时间",
    "13800000000@2024-01-01..2025-10-31|13900000000@2025-11-01..",
    "王桂芳:13700000000|李强|：13600000000|Li:+12125550100:America/New_York@..2025-12-31",
    "12:00-14:00|周六,sun 全天|mon 22:00至08:00@2025-11-01..2025-11-03 10:00",
    "停催@2025-11-03 10:00..2025-12-01T00:00Z|wrong_number:13800000000|no_channel:短信@2025-11-01",
    "听障|blind",
    "2025年10月1日",
)
EXPECTED: dict[str, Any] = {
    "case_id": "C-1",
    "borrower_id": "B-1",
    "timezone": "Asia/Shanghai",
    "numbers": [
        {"number": "13800000000", "valid_from": date(2024, 1, 1), "valid_to": date(2025, 10, 31)},
        {"number": "13900000000", "valid_from": date(2025, 11, 1)},
    ],
    "emergency_contacts": [
        {"name": "王桂芳", "number": "13700000000"},
        {"name": "李强"},
        {"number": "13600000000"},
        {"name": "Li", "number": "+12125550100", "timezone": "America/New_York", "valid_to": date(2025, 12, 31)},
    ],
    "quiet_windows": [
        {"start": "12:00", "end": "14:00"},
        {"weekdays": ["sat", "sun"]},
        {
            "start": "22:00",
            "end": "08:00",
            "weekdays": ["mon"],
            "from": "2025-11-01T00:00+08:00",
            "to": "2025-11-03T10:00+08:00",
        },
    ],
    "instructions": [
        {"kind": "cease", "at": "2025-11-03T10:00+08:00", "expires": "2025-12-01T00:00Z"},
        {"kind": "wrong_number", "number": "13800000000"},
        {"kind": "no_channel", "channel": "sms", "at": "2025-11-01T00:00+08:00"},
    ],
    "accessibility": ["deaf", "blind"],
    "history_from": date(2025, 10, 1),
}


def write(folder: Path, text: str, name: str = "cases.csv") -> Path:
    """Write a file of profiles."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def problems(path: Path, **options: Any) -> list[tuple[str, int | None]]:
    """Return the problems of a file of profiles by code and row."""
    with pytest.raises(LogError) as caught:
        read_profiles(path, **options)
    for problem in caught.value.problems:
        for lang in LANGS:
            assert problem.render(lang)
    return [(problem.code, problem.row or problem.line) for problem in caught.value.problems]


def test_a_row_says_all_that_a_profile_holds(tmp_path: Path) -> None:
    """Bars, dates, hours, instants in the profile's zone, words in Chinese and English."""
    profiles = read_profiles(write(tmp_path, csv_text([("客户档案",), HEADER, FULL])))
    assert profiles == {"C-1": CaseProfile.model_validate(EXPECTED)}


def test_excel_and_json_lines_say_the_same(tmp_path: Path) -> None:
    """A typed date in Excel, JSON inside a cell, and JSON lines give the same profile."""
    row = [
        json.dumps(EXPECTED["numbers"], default=str) if name == "本人号码" else cell
        for name, cell in zip(HEADER, FULL, strict=True)
    ]
    row[-1] = local("2025-10-01")  # type: ignore[call-overload] # a typed cell
    found = sheet([(*HEADER, "客户姓名"), (*row, "王某")])
    assert found.parent is not None
    found.parent.save(tmp_path / "cases.xlsx")
    lines = json.dumps(EXPECTED, default=str, ensure_ascii=False)
    expected = {"C-1": CaseProfile.model_validate(EXPECTED)}
    assert read_profiles(tmp_path / "cases.xlsx") == expected
    assert read_profiles(write(tmp_path, lines, "cases.jsonl")) == expected


@pytest.mark.parametrize("field", ["本人号码", "紧急联系人", "安宁时段", "指令", "无障碍"])
def test_an_empty_cell_is_unknown_and_none_is_an_empty_list(tmp_path: Path, field: str) -> None:
    """What nobody looked at is not what is known to be absent."""
    text = csv_text([("case_id", field), ("C-1", ""), ("C-2", "无"), ("C-3", "none")])
    names = {
        "本人号码": "numbers",
        "紧急联系人": "emergency_contacts",
        "安宁时段": "quiet_windows",
        "指令": "instructions",
        "无障碍": "accessibility",
    }
    found = read_profiles(write(tmp_path, text))
    assert [getattr(found[name], names[field]) for name in ("C-1", "C-2", "C-3")] == [None, (), ()]


def test_instants_without_an_offset_are_in_the_profiles_zone_else_the_configured_one(tmp_path: Path) -> None:
    """Without either they are a problem."""
    path = write(
        tmp_path,
        csv_text(
            [
                ("case_id", "timezone", "instructions"),
                ("C-1", "America/New_York", "cease@2025-11-01 10:00"),
                ("C-2", "", "cease@2025-11-01 10:00"),
            ]
        ),
    )
    found = read_profiles(path, timezone="Asia/Shanghai")
    at = [(found[name].instructions or ())[0].at for name in ("C-1", "C-2")]
    assert at == [datetime(2025, 11, 1, 14, tzinfo=UTC), datetime(2025, 11, 1, 2, tzinfo=UTC)]
    assert problems(path) == [("profile_no_offset", 3)]


@pytest.mark.parametrize(
    ("field", "cell", "code"),
    [
        ("timezone", "Mars/Base", "profile_no_zone"),
        ("numbers", "138@yesterday..", "profile_no_date"),
        ("numbers", "@2025-01-01..", "profile_no_number"),
        ("numbers", "[{", "profile_no_json"),
        ("numbers", '[{"number": "138", "nummer": "138"}]', "profile_unknown_field"),
        ("emergency_contacts", ":", "profile_no_contact"),
        ("emergency_contacts", "a:1:Mars/Base", "profile_no_zone"),
        ("quiet_windows", "noon", "profile_no_hours"),
        ("quiet_windows", "12-14", "profile_no_clock"),
        ("quiet_windows", "25:00-26:00", "profile_no_clock"),
        ("quiet_windows", "someday 12:00-14:00", "profile_no_weekday"),
        ("quiet_windows", "12:00-12:00", "profile_value"),
        ("quiet_windows", "12:00-14:00@soon..", "profile_no_instant"),
        ("instructions", "sing", "profile_no_instruction"),
        ("instructions", "cease@2025-03-09 02:30", "profile_clock_change"),
        ("instructions", "cease@10:30", "profile_no_instant"),
        ("accessibility", "tall", "profile_no_need"),
        ("history_from", "soon", "profile_no_date"),
        ("borrower_id", "6.22588E+18", "profile_precision_lost"),
        ("numbers", "13800000000/13900000000", "profile_several_numbers"),
        ("numbers", "13800000000、13900000000|13700000000", "profile_several_numbers"),
        ("numbers", "13800000000 13900000000", "profile_several_numbers"),
        ("numbers", "010-12345678/87654321", "profile_several_numbers"),
        ("emergency_contacts", "王桂芳:13700000000,13600000000", "profile_several_numbers"),
        ("instructions", "wrong_number:13800000000；13900000000", "profile_several_numbers"),
        ("numbers", "未知", "profile_value"),
        ("numbers", "13800000000@2025-11-02..2025-11-01", "profile_value"),
        ("emergency_contacts", "王桂芳@2025-11-02..2025-11-01", "profile_value"),
        ("emergency_contacts", "[{}]", "profile_value"),
        ("quiet_windows", "[{}]", "profile_value"),
        ("quiet_windows", '[{"weekdays": [], "start": "22:00"}]', "profile_value"),
        ("quiet_windows", '[{"start": "22:00+08:00", "end": "23:00"}]', "profile_value"),
        ("quiet_windows", "12:00-14:00@2025-11-02..2025-11-02", "profile_value"),
        ("instructions", "cease@2025-11-02..2025-11-01", "profile_value"),
    ],
)
def test_a_cell_that_cannot_be_read_is_a_problem_with_its_place(
    tmp_path: Path, field: str, cell: str, code: str
) -> None:
    """The field, the value, the reason and an example of what would do."""
    path = write(tmp_path, csv_text([("case_id", field), ("C-1", cell)]))
    assert problems(path, timezone="America/New_York") == [(code, 2)]


@pytest.mark.parametrize(
    "number",
    ["010-12345678-8001", "+1 (212) 555-0100", "138 0013 8000", "0571/87654321", "95588", "wxid_li4", "138****1234"],
)
def test_one_number_may_be_written_in_parts(number: str) -> None:
    """Codes, extensions, groups of digits, service numbers, accounts and masks are one number each."""
    profile = CaseProfile.model_validate({"case_id": "C-1", "numbers": [{"number": number}]})
    assert [own.number for own in profile.numbers or ()] == [number]


def test_what_is_wrong_in_json_is_said_in_the_readers_language_with_an_example_in_json(tmp_path: Path) -> None:
    """The cause of a mismatch is Chinese in a Chinese message, and the example has the form that the file has."""
    profile = {"case_id": "C-1", "numbers": [{"number": 138}], "quiet_windows": [{"start": "noon"}]}
    with pytest.raises(LogError) as caught:
        read_profiles(write(tmp_path, json.dumps(profile), "cases.jsonl"))
    said = {lang: [problem.render(lang) for problem in caught.value.problems] for lang in LANGS}
    assert [("应为文本" in words) + ("[{" in words) for words in said["zh"]] == [2, 1]
    assert "不是时刻" in said["zh"][1]
    assert "it must be text" in said["en"][0]


def test_the_end_of_a_day_may_be_written_as_24(tmp_path: Path) -> None:
    """22:00-24:00 ends at midnight."""
    found = read_profiles(write(tmp_path, csv_text([("case_id", "quiet_windows"), ("C-1", "22:00-24:00")])))
    [window] = found["C-1"].quiet_windows or ()
    assert (str(window.start), str(window.end)) == ("22:00:00", "00:00:00")


def test_every_mistake_of_a_file_comes_in_one_run(tmp_path: Path) -> None:
    """Unknown and double headers, a missing case, a case that stands twice, a broken quote."""
    text = csv_text([("case_id", "numbers", "本人号码", "numbres"), ("C-1",), ("C-1",), ("", "138"), ()]) + '"C-9,x\n'
    assert sorted(problems(write(tmp_path, text))) == [
        ("profile_no_case", 4),
        ("profile_twice", 3),
        ("profile_two_headers", 1),
        ("profile_unknown_field", 1),
        ("row_quote_unclosed", 6),
    ]
    lines = (
        '{"case_id":"C-1","numbres":[]}\n{"numbers":[]}\n{"case_id":"C-1"}\n{"case_id":"C-1"}\nx\n{"case_id":"C-2","numbers":[{"number":"1","x":2}]}\n{"case_id":"C-3","timezone":["'
        + "x" * 90
        + '"]}'
    )
    assert problems(write(tmp_path, lines, "cases.jsonl")) == [
        ("profile_unknown_field", 1),
        ("profile_no_case", 2),
        ("profile_twice", 4),
        ("row_json_syntax", 5),
        ("profile_unknown_field", 6),
        ("profile_value", 7),
    ]


def test_the_encoding_of_the_log_is_that_of_a_file_beside_it_that_shows_none(tmp_path: Path) -> None:
    """An encoding that was told reads what nothing else would, and leaves a marked file and UTF-8 as they are."""
    path = tmp_path / "cases.csv"
    for name, encoding in (("José", "latin-1"), ("王桂芳", "utf-8"), ("王桂芳", "utf-16")):
        path.write_bytes(csv_text([("case_id", "emergency_contacts"), ("C-1", f"{name}:13700000000")]).encode(encoding))
        [contact] = read_profiles(path, encoding="latin-1")["C-1"].emergency_contacts or ()
        assert contact.name == name
    path.write_bytes("case_id,emergency_contacts\nC-1,José:13700000000\n".encode("latin-1"))
    assert problems(path) == [("encoding_broken", 2)]


def test_a_file_that_is_none_is_a_problem(tmp_path: Path) -> None:
    """A missing file, a table without a header, a number with a fraction."""
    assert problems(tmp_path / "none.csv") == [("file_missing", None)]
    assert problems(write(tmp_path, "a,b\n1,2\n")) == [("profile_no_header", None)]
    found = sheet([("case_id", "timezone"), (1.5, "Asia/Shanghai")])
    assert found.parent is not None
    found.parent.create_sheet("empty")
    found.parent.save(tmp_path / "cases.xlsx")
    assert problems(tmp_path / "cases.xlsx") == [("profile_number_not_integral", 2)]


def test_every_example_of_a_message_can_be_read(tmp_path: Path) -> None:
    """What a help shows as an example is accepted as it stands."""
    examples = {name: example_of(name) for name in profile_file().examples}
    found = read_profiles(
        write(tmp_path, csv_text([list(examples), list(examples.values())])), timezone="Asia/Shanghai"
    )
    assert list(found) == [examples["case_id"]]
    whole = {"case_id": "C-1"} | {name: json.loads(text) for name, text in profile_file().json_examples.items()}
    assert CaseProfile.model_validate(whole).instructions
    assert example_of("nothing") == "—"


@given(
    st.sampled_from([*CaseProfile.model_fields][1:]), st.text('0123456789:-@.|,[]{}" \uff1a周全天amonce', max_size=24)
)
def test_no_cell_of_a_profile_is_beyond_reading(
    tmp_path_factory: pytest.TempPathFactory, field: str, cell: str
) -> None:
    """Any cell gives a profile or a problem."""
    path = write(tmp_path_factory.mktemp("cases"), csv_text([("case_id", field), ("C-1", cell)]))
    try:
        assert "C-1" in read_profiles(path, timezone="Asia/Shanghai")
    except LogError as error:
        told(error)


def test_what_stood_in_a_wrong_field_is_shown_masked(tmp_path: Path) -> None:
    """A message about a profile gives neither a whole number nor a whole name away, in a cell or in JSON."""
    cell = csv_text([HEADER, ("C-1", "", "", "13800000001@nonsense", "赵大宝:13700000001@nonsense", *[""] * 4)])
    contact = {"name": "赵大宝", "number": "13700000001", "wrong": 1}
    lines = [{"case_id": "C-1", "numbers": [{"number": 13800000001}], "emergency_contacts": contact}]
    for path in (
        write(tmp_path, cell),
        write(tmp_path, "\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "cases.jsonl"),
    ):
        with pytest.raises(LogError) as caught:
            read_profiles(path)
        said = "".join(problem.render(lang) for problem in caught.value.problems for lang in LANGS)
        assert "13800000001" not in said
        assert "13700000001" not in said
        assert "赵大宝" not in said
        assert "赵" in said

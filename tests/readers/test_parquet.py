"""Parquet files: flat tables as CSV has them, nested events as JSON has them, and what is wrong with either."""

import json
import sys
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.reading import read_logs
from collection_guard.audit.taken import Intake
from collection_guard.facts.partner_lists import read_registry
from collection_guard.model.event import Event
from collection_guard.model.problems import LogError
from collection_guard.model.tables.parquet_footer import int96_columns
from readers.making import HEADER, ROW, csv_text, local, told, whole

ZONE = "Asia/Shanghai"
SAMPLES = Path(__file__).parent
START = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)


def read(folder: Path, columns: dict[str, Any], **options: Any) -> Intake:
    """Write columns to a Parquet file and read it."""
    path = folder / "log.parquet"
    pl.DataFrame(columns).write_parquet(path)
    return whole(read_logs([path], **{"timezone": ZONE, **options}))


def test_a_flat_table_is_read_by_the_names_of_its_columns(tmp_path: Path) -> None:
    """As the same table is from CSV, with times, numbers and lengths as such; rows are counted from 1."""
    intake = read(
        tmp_path,
        {
            "案件编号": [9007199254740993, 2],
            "与本人关系": ["本人", None],
            "被叫号码": [13800000001, None],
            "拨打时间": [local("2025-11-03 10:00"), local("2025-11-03 11:00")],
            "通话时长": [timedelta(seconds=30), None],
            "通话结果": ["已接通", "关机"],
            "备用": [Decimal("1.50"), None],
        },
    )
    first, second = (contact.event for contact in intake.contacts)
    assert (first.case_id, second.case_id) == ("9007199254740993", "2")
    assert (first.recipient.number, second.recipient.number) == ("13800000001", None)
    assert (first.recipient.relationship, first.talk_seconds) == ("self", 30)
    assert first.started_at == START
    assert [contact.position.row for contact in intake.contacts] == [1, 2]
    [sheet] = intake.files[0].sheets
    assert sheet.header_rows == ()
    assert sheet.unmapped == ("备用",)
    assert read(tmp_path, {"案件编号": ["C"], "拨打时间": [START], "通话结果": ["关机"]}, timezone=None).contacts


def test_instants_keep_their_instant_whatever_zone_they_are_shown_in(tmp_path: Path) -> None:
    """A column with a zone needs none configured; one without does."""
    times = pl.Series([START]).dt.convert_time_zone("America/New_York")
    columns: dict[str, Any] = {"case_id": ["C"], "channel": ["call"], "started_at": times}
    [contact] = read(tmp_path, columns, timezone=None).contacts
    assert contact.event.started_at == START
    naive = columns | {"started_at": [local("2025-11-03 10:00")]}
    assert read(tmp_path, naive, timezone=None).rejected_by_reason() == {"time_without_zone": 1}


def test_nested_events_are_read_as_the_same_events_of_json(tmp_path: Path) -> None:
    """Structures, lists, members, signals and what is the caller's own, with nulls wherever they may be."""
    full = {
        "event_id": "E-1", "case_id": "C-1", "borrower_id": "B-1", "agency": "某公司",
        "collector": {"id": "A017", "name": "高某", "kind": "human"}, "channel": "wechat", "direction": "outbound",
        "started_at": "2025-11-20T20:59:59+08:00", "ended_at": None, "talk_seconds": 62, "recorded_at": None,
        "recipient": {
            "name": None, "number": "13800000000", "timezone": ZONE, "relationship": "parent",
            "roles": ["emergency_contact"], "audience": "group",
            "members": [{"name": "甲", "relationship": "friend", "number": None}],
        },
        "outcome": {"network": "connected", "answered_by": "human", "party": "third_party", "message_left": None},
        "claims": {"law_firm": None, "law_firms": ["甲律师事务所", "乙律师事务所"]},
        "content": " 原文 ", "signals": {"threat": True, "abuse": None}, "extra": {"批次": "7"},
    }  # fmt: skip
    bare = {"event_id": "E-2", "case_id": "C-1", "channel": "sms", "started_at": "2025-11-20T21:00:00+08:00"}
    lines = tmp_path / "log.jsonl"
    lines.write_text("".join(json.dumps(item) + "\n" for item in (full, bare)), "utf-8")
    path = tmp_path / "log.parquet"
    frame = pl.DataFrame([full, {name: bare.get(name) for name in full}], schema_overrides={"ended_at": pl.String})
    frame.write_parquet(path)
    expected = [contact.event for contact in read_logs([lines]).contacts]
    found = [contact.event for contact in whole(read_logs([path])).contacts]
    assert found == expected
    typed = frame.with_columns(pl.col("started_at").str.to_datetime(time_zone="UTC"))
    typed.write_parquet(path)
    assert [contact.event for contact in whole(read_logs([path])).contacts] == expected


def test_a_nested_table_that_is_no_event_has_a_column_for_each_part(tmp_path: Path) -> None:
    """A partition column beside the event costs nothing; lists stand in one cell, as tables have them."""
    intake = read(
        tmp_path,
        {
            "case_id": ["C-1", "C-2"],
            "channel": ["call", "call"],
            "started_at": [START, START],
            "recipient": [{"number": 13800000001, "roles": ["emergency_contact"]}, None],
            "dt": [date(2025, 11, 3), None],
            "tags": [[{"a": 1}], [{"a": 2}]],
            "at": [time(9, 30), None],
        },
    )
    first, second = (contact.event for contact in intake.contacts)
    assert (first.recipient.number, first.recipient.roles) == ("13800000001", ("emergency_contact",))
    assert (second.recipient.number, second.recipient.roles) == (None, None)
    assert first.extra == {"dt": "2025-11-03", "tags": '[{"a": 1}]', "at": "09:30:00"}
    assert set(intake.files[0].sheets[0].unmapped) == {"dt", "tags", "at"}


def test_identifiers_that_lost_digits_are_pointed_out_and_whole_ones_are_not(tmp_path: Path) -> None:
    """A number with a fraction part keeps 15 digits; a whole number and a decimal keep all; NaN is nothing."""
    number = 6225880112345678901
    columns: dict[str, Any] = {"channel": ["call"] * 2, "started_at": [START, START + timedelta(hours=1)]}
    lost = read(tmp_path, columns | {"case_id": [float(number), float("nan")]})
    [finding] = lost.findings
    assert (finding.code, finding.column, finding.count) == ("ID_PRECISION_LOST", "case_id", 1)
    for exact in (pl.Series([number, None], dtype=pl.Int64), pl.Series([Decimal(number), None])):
        intake = read(tmp_path, columns | {"case_id": exact})
        assert intake.contacts[0].event.case_id == str(number)
        assert not intake.findings


def test_a_row_that_is_bad_costs_itself_alone(tmp_path: Path) -> None:
    """Bytes that are no text, and a time beyond the calendar."""
    columns: dict[str, Any] = {
        "case_id": [b"C-1", b"\xff\xfe", b"C-3"],
        "channel": ["call"] * 3,
        "started_at": [START] * 3,
    }
    intake = read(tmp_path, columns)
    assert intake.rejected_by_reason() == {"row_bad_character": 1}
    assert [contact.event.case_id for contact in intake.contacts] == ["C-1", "C-3"]
    days = pl.Series([1762135200_000, 400_000_000_000_000]).cast(pl.Datetime("ms"))
    intake = read(tmp_path, {"case_id": ["C-1", "C-2"], "channel": ["call"] * 2, "started_at": days})
    assert intake.rejected_by_reason() == {"time_unreadable": 1}
    nested = {
        "case_id": ["C-1", "C-2"],
        "channel": ["call"] * 2,
        "started_at": [START] * 2,
        "recipient": [{"number": b"1"}, {"number": b"\xff"}],
    }
    assert read(tmp_path, nested).rejected_by_reason() == {"row_bad_character": 1}


def test_times_of_spark_without_a_zone_are_instants_and_the_report_says_so(tmp_path: Path) -> None:
    """INT96 in a file that pyarrow wrote as Spark does; the configured zone does not move it."""
    path = SAMPLES / "int96.parquet"
    assert int96_columns(path.read_bytes()) == {"拨打时间"}
    intake = whole(read_logs([path], timezone=ZONE))
    assert intake.contacts[0].event.started_at == datetime(2025, 11, 3, 10, 0, tzinfo=UTC)
    codes = [item.code for item in intake.files[0].assumptions]
    assert codes == ["instants_in_utc"]
    pl.DataFrame({"a": [START]}).write_parquet(tmp_path / "x.parquet")
    assert int96_columns((tmp_path / "x.parquet").read_bytes()) == set()


@given(st.binary(max_size=300))
def test_any_footer_is_read_or_left(data: bytes) -> None:
    """What is no footer names no column, and never hangs or crashes."""
    found = int96_columns(b"PAR1" + data + len(data).to_bytes(4, "little") + b"PAR1")
    assert all(isinstance(name, str) for name in found)


def test_a_footer_that_counts_more_than_it_holds_comes_to_an_end() -> None:
    """A list of so many numbers that to walk through them would take for ever."""
    footer = b"\x19\xf7" + b"\xff" * 8 + b"\x3f"
    assert int96_columns(b"PAR1" + footer + len(footer).to_bytes(4, "little") + b"PAR1") == set()


@pytest.mark.parametrize("cut", [6, 30, 200])
def test_a_file_that_is_cut_off_or_broken_is_told(tmp_path: Path, cut: int) -> None:
    """What is missing at the end, and what is damaged inside."""
    path = tmp_path / "log.parquet"
    data = (SAMPLES / "int96.parquet").read_bytes()
    for broken, code in ((data[:-cut], "file_cut_off"), (data[:8] + b"\xff" * cut + b"PAR1", "parquet_broken")):
        path.write_bytes(broken)
        with pytest.raises(LogError) as caught:
            read_logs([path])
        assert [problem.code for problem in caught.value.problems] == [code]
        told(caught.value)


def test_without_the_extra_the_problem_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A plain installation says how to read the file."""
    monkeypatch.setitem(sys.modules, "polars", None)
    with pytest.raises(LogError, match=r"pip install 'collection-guard\[large\]'"):
        read_logs([SAMPLES / "int96.parquet"])
    assert tmp_path


def test_a_table_without_the_time_of_contacts_is_told(tmp_path: Path) -> None:
    """Its columns are named; so are two columns for one field."""
    path = tmp_path / "log.parquet"
    pl.DataFrame({"案件编号": ["C"], "通话结果": ["关机"]}).write_parquet(path)
    with pytest.raises(LogError, match="案件编号, 通话结果"):
        read_logs([path], map_file=None)
    pl.DataFrame({"拨打时间": [START], "通话开始时间": [START]}).write_parquet(path)
    with pytest.raises(LogError, match="several columns are `started_at`"):
        read_logs([path])


def test_case_profiles_and_partner_lists_may_be_parquet_too(tmp_path: Path) -> None:
    """Nested or flat, they are what the same file as JSON or CSV is."""
    path = tmp_path / "cases.parquet"
    profile = {"case_id": "C-1", "numbers": [{"number": "13800000001", "valid_from": "2024-01-01", "valid_to": None}]}
    pl.DataFrame([profile]).write_parquet(path)
    lines = tmp_path / "cases.jsonl"
    lines.write_text(json.dumps(profile), "utf-8")
    assert read_profiles(path) == read_profiles(lines)
    pl.DataFrame({"case_id": ["C-1"], "numbers": ["13800000001"]}).write_parquet(path)
    [number] = read_profiles(path)["C-1"].numbers or ()
    assert number.number == "13800000001"
    partners = tmp_path / "partners.parquet"
    pl.DataFrame({"name": ["甲公司"], "category": ["collection_agency"]}).write_parquet(partners)
    assert [row.name for row in read_registry(partners).rows] == ["甲公司"]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["C-1", "C-2", ""]),
            st.sampled_from(["本人", "父亲-高某", "二舅", ""]),
            st.sampled_from(["13800000001", "+8613800000001", ""]),
            st.sampled_from(["2025-11-03 10:00:00", "2025-11-03", "", "昨天"]),
            st.sampled_from(["30", "00:01:35", "x", ""]),
            st.sampled_from(["已接通", "关机", "未知词", "导入催记", ""]),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_flat_table_gives_the_same_as_csv(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    """The same cells as text give the same events, rejected rows and rows set aside."""
    folder = tmp_path_factory.mktemp("same")
    plain, path = folder / "a.csv", folder / "a.parquet"
    plain.write_text(csv_text([HEADER, ROW, *rows, ROW]), "utf-8")
    pl.DataFrame([ROW, *rows, ROW], schema=list(HEADER), orient="row").write_parquet(path)
    first, second = (whole(read_logs([file], timezone=ZONE)) for file in (plain, path))

    def events(intake: Intake) -> list[Event]:
        return [contact.event for contact in intake.contacts]

    assert events(first) == events(second)
    assert first.rejected_by_reason() == second.rejected_by_reason()
    assert first.set_aside_by_reason() == second.set_aside_by_reason()

"""Times are read by an explicit ladder; nothing is guessed."""

from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path

import pytest
import pytz
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.durations import read_duration
from collection_guard.audit.times import TimeError, family_of, localise, order_of, read_time
from collection_guard.model.event import Span
from readers.making import local, read_rows

AT = local("2025-11-01 22:05:01")
SHANGHAI = timedelta(hours=8)
CHINA = timezone(SHANGHAI)


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("2025-11-01 22:05:01", AT),
        ("2025/11/1 22:05", AT.replace(second=0)),
        ("2025.11.01 22:05:01.5", AT.replace(microsecond=500_000)),
        ("2025-11-01T22:05:01", AT),
        ("20251101220501", AT),
        ("20251101 22:05:01", AT),
        ("202511012205", AT.replace(second=0)),
        ("2025年11月1日22时05分", AT.replace(second=0)),
        ("2025年11月1日 22时5分1秒", AT),
        ("2025年11月01日 下午10:05", AT.replace(second=0)),
        ("2025/11/1 上午12:05", local("2025-11-01 00:05")),
        ("2025/11/1 中午12:05", local("2025-11-01 12:05")),
        ("2025-11-01 10:05 PM", AT.replace(second=0)),
        ("2025-11-01 12:05 am", local("2025-11-01 00:05")),
        ("２０２５－１１－０１ ２２：０５：０１", AT),
        ("2025-11-01 24:00", local("2025-11-02")),
        ("2025-11-01", date(2025, 11, 1)),
        ("20251101", date(2025, 11, 1)),
        ("22:05:01", time(22, 5, 1)),
        ('="2025-11-01 22:05:01"', AT),
        ("45962.5", local("2025-11-01 12:00")),
        (45962.9, local("2025-11-01 21:36")),
        (45962, date(2025, 11, 1)),
        (20251101220501.0, AT),
        (AT, AT),
        (date(2025, 11, 1), date(2025, 11, 1)),
        (time(1, 2), time(1, 2)),
        ("1762005901", AT.replace(tzinfo=UTC) - SHANGHAI),
        ("1762005901000", AT.replace(tzinfo=UTC) - SHANGHAI),
        (1762005901000000, AT.replace(tzinfo=UTC) - SHANGHAI),
        ("2025-11-01T22:05:01+08:00", AT.replace(tzinfo=UTC) - SHANGHAI),
        ("2025-11-01T14:05:01Z", AT.replace(tzinfo=UTC) - SHANGHAI),
        ("2025-11-01 22:05:01 UTC+0800", AT.replace(tzinfo=UTC) - SHANGHAI),
        ("Sat, 01 Nov 2025 14:05:01 +0000", AT.replace(tzinfo=UTC) - SHANGHAI),
        ("01 Nov 2025 14:05:01 GMT", AT.replace(tzinfo=UTC) - SHANGHAI),
        ("13/11/2025 22:05", local("2025-11-13 22:05")),
        ("11/13/2025 22:05", local("2025-11-13 22:05")),
    ],
)
def test_each_form_of_a_time_is_read(written: str | float, value: object) -> None:
    """Every form of the ladder gives the time that a person reads there."""
    reading = read_time(written)
    assert reading is not None
    assert reading.value == value


@pytest.mark.parametrize(
    "written",
    [
        "",
        "yesterday",
        "2025-13-01 10:00",
        "2025-02-30 10:00",
        "2025-11-01 25:00",
        "2025-11-01 24:01",
        "2025-11-01 22:61",
        "25/11/1 10:00",
        "2025-11/01 10:00",
        "2025-11-01 下午10:05 am",
        "2025-11-01 上午13:00",
        "2025-11-01 晚上12:00",
        "2025-11-01 0:30 pm",
        "2025-11-01 晚上0:30",
        "2025-11-01 中午9:00",
        "0001-01-01 00:00:00",
        "9999-12-31 00:00:00",
        "12345",
        "99999999999999999999",
        "24:00:00",
        "2025-11-01 22:05:01 Beijing",
        True,
        None,
        timedelta(hours=1),
        17.0,
        "Sat, 99 Nov 2025 14:05:01 GMT",
        float("inf"),
        "20259999",
    ],
)
def test_what_has_no_known_form_is_not_read(written: object) -> None:
    """A text that is no time, or may be two, gives nothing rather than a guess."""
    assert read_time(written) is None  # type: ignore[arg-type] # hostile cells too


@given(st.datetimes(min_value=local("1990-01-01"), max_value=local("2100-01-01")))
def test_a_time_written_with_the_year_first_is_read_back(moment: datetime) -> None:
    """Writing and reading in each year-first form gives the same second."""
    moment = moment.replace(microsecond=0)
    for form in (
        "%Y-%m-%d %H:%M:%S",
        "%Y/%m/%d %H:%M:%S",
        "%Y%m%d%H%M%S",
        "%Y年%m月%d日%H时%M分%S秒",
        "%Y-%m-%d %I:%M:%S %p",
    ):
        reading = read_time(moment.strftime(form))
        assert reading is not None
        assert reading.value == moment, form


@given(st.datetimes(min_value=local("2000-01-01"), max_value=local("2100-01-01")))
def test_a_serial_number_of_excel_is_read_to_the_millisecond(moment: datetime) -> None:
    """The noise of a floating-point day never moves a time to the second before."""
    moment = moment.replace(microsecond=0)
    serial = (moment - local("1899-12-30")) / timedelta(days=1)
    reading = read_time(serial)
    assert reading is not None
    assert reading.value == (moment.date() if serial == int(serial) else moment)


@given(st.text(max_size=30) | st.floats() | st.integers())
def test_no_cell_is_beyond_reading(cell: str | float) -> None:
    """Whatever stands in a cell, reading it as a time or a duration ends in a value or in nothing."""
    read_time(cell)
    seconds = read_duration(cell)
    assert seconds is None or seconds >= 0


def test_one_date_decides_the_order_of_day_and_month_for_its_table() -> None:
    """05/11 is the fifth of November beside 25/11, and the eleventh of May beside 11/25."""
    assert order_of([["05/11/2025 10:00", "25/11/2025 10:00"]]) == (True, None)
    assert order_of([["05/11/2025 10:00"], ["11/25/2025 10:00"]]) == (False, None)
    assert order_of([["05/05/2025 10:00", "2025-11-05 10:00", None, 3.0, "5x"]]) == (None, None)
    undecided, example = order_of([["05/11/2025 10:00"]])
    assert undecided is None
    assert example == "05/11/2025 10:00"
    with pytest.raises(TimeError, match="time_order_mixed"):
        order_of([["25/11/2025 10:00", "11/25/2025 10:00"]])
    by_month = read_time("05/11/2025 10:00", day_first=False)
    assert by_month is not None
    assert by_month.value == local("2025-05-11 10:00")


def test_the_form_of_a_column_is_that_of_most_of_its_times() -> None:
    """With a tie the form earlier in the ladder is the column's."""
    assert family_of(["2025-11-01 10:00", "1762005901", "1762005902"], day_first=None, told=None) == "epoch"
    assert family_of(["2025-11-01 10:00", "1762005901"], day_first=None, told=None) == "year-first"
    assert family_of(["-", ""], day_first=None, told=None) is None


def test_a_told_form_is_the_only_one() -> None:
    """A time_format reads what it describes and nothing else."""
    reading = read_time("05.11.25 10h", told="%d.%m.%y %Hh")
    assert reading is not None
    assert reading.value == local("2025-11-05 10:00")
    assert read_time("2025-11-05 10:00", told="%d.%m.%y %Hh") is None
    assert read_time("05.11.0025 10h", told="%d.%m.%Y %Hh") is None


@given(
    st.sampled_from(["Asia/Shanghai", "America/New_York", "Europe/London", "Australia/Lord_Howe", "Africa/Casablanca"]),
    st.datetimes(min_value=local("2024-01-01"), max_value=local("2026-12-31")),
)
def test_a_local_time_is_the_instant_that_the_zone_shows_it_at(zone: str, moment: datetime) -> None:
    """The instant of a local time shows that local time; skipped and repeated ones are refused, as pytz does."""
    where = pytz.timezone(zone)
    try:
        expected = where.localize(moment, is_dst=None)
    except pytz.NonExistentTimeError:
        with pytest.raises(TimeError, match="time_skipped"):
            localise(moment, zone, "first")
        return
    except pytz.AmbiguousTimeError:
        with pytest.raises(TimeError, match="time_repeated"):
            localise(moment, zone, None)
        first, second = localise(moment, zone, "first"), localise(moment, zone, "second")
        assert first < second
        assert {first, second} == {where.localize(moment, is_dst=True), where.localize(moment, is_dst=False)}
        return
    assert localise(moment, zone, None) == expected


def test_s16_naive_times_are_read_in_the_configured_zone(tmp_path: Path) -> None:
    """Without an offset the configured zone is that of the file; an offset in the file wins."""
    rows = [
        ("案件编号", "被叫号码", "拨打时间"),
        ("C-1", "1", "2025-11-03 10:00"),
        ("C-2", "2", "2025-11-03T10:00+01:00"),
    ]
    first, second = read_rows(tmp_path, rows, timezone="America/New_York").contacts
    assert first.event.started_at.astimezone(UTC).hour == 15
    assert second.event.started_at.astimezone(UTC).hour == 9


def test_fold_says_which_pass_of_a_repeated_hour_is_meant(tmp_path: Path) -> None:
    """The two passes are an hour apart; without --fold the row is rejected."""
    rows = [("案件编号", "被叫号码", "拨打时间"), ("C-1", "1", "2025-11-02 01:30:00")]
    first, second = (
        read_rows(tmp_path, rows, timezone="America/New_York", fold=fold).contacts[0].event.started_at
        for fold in ("first", "second")
    )
    assert second - first == timedelta(hours=1)
    assert [row.reason for row in read_rows(tmp_path, rows, timezone="America/New_York").rejected] == ["time_repeated"]


def test_a_date_column_completes_a_time_of_day(tmp_path: Path) -> None:
    """Date and time in two columns make one instant."""
    rows = [("案件编号", "被叫号码", "拨打日期", "拨打时间"), ("C-1", "1", "2025-11-03", "10:00:05")]
    [contact] = read_rows(tmp_path, rows).contacts
    assert contact.event.started_at.isoformat() == "2025-11-03T10:00:05+08:00"
    [row] = read_rows(tmp_path, [rows[0], ("C-1", "1", "", "10:00:05")]).rejected
    assert row.reason == "time_without_date"


def test_other_times_that_cannot_be_read_are_unknown_and_listed(tmp_path: Path) -> None:
    """A bad hang-up time does not cost the contact, but it is not passed over in silence."""
    rows = [
        ("案件编号", "被叫号码", "拨打时间", "挂断时间", "登记时间"),
        ("C-1", "1", "2025-11-03 10:00", "10:05", "2025-11-03 11:00"),
        ("C-1", "1", "2025-11-03 12:00", "?", "2025-11-03"),
        ("C-1", "1", "2025-11-03 13:00", "1762147800", "1762147800"),
    ]
    intake = read_rows(tmp_path, rows)
    recorded = [contact.event.recorded_at for contact in intake.contacts]
    day = Span(not_before=datetime(2025, 11, 3, tzinfo=CHINA), before=datetime(2025, 11, 4, tzinfo=CHINA))
    assert recorded == [datetime(2025, 11, 3, 11, tzinfo=CHINA), day, Span()]
    assert {(item.path, item.value) for item in intake.unmapped} == {
        ("ended_at", "10:05"),
        ("ended_at", "?"),
        ("ended_at", "1762147800"),
        ("recorded_at", "1762147800"),
    }


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("95", 95),
        (95.0, 95),
        ("00:01:35", 95),
        ("0:01:35", 95),
        ("1分35秒", 95),
        ("1小时2分3秒", 3723),
        ("95秒", 95),
        ("1h2m", 3720),
        ("1′35″", 95),
        (time(0, 1, 35), 95),
        (timedelta(hours=30), 108_000),
        ("25:00:00", 90_000),
        ("1分钟", 60),
        ("0", 0),
        ("９５", 95),
        ("1:35", None),
        ("abc", None),
        ("", None),
        (-1, None),
        (True, None),
        (timedelta(seconds=-1), None),
        (date(2025, 1, 1), None),
        ("1e99", None),
        ("99999999999999", None),
    ],
)
def test_each_form_of_a_duration_is_read(written: object, seconds: float | None) -> None:
    """A length of time in any of the known forms is its seconds; 1:35 may be two things and is nothing."""
    assert read_duration(written) == seconds  # type: ignore[arg-type] # hostile cells too


@pytest.mark.parametrize(
    ("header", "written", "seconds"),
    [
        ("通话时长(秒)", "90", 90),
        ("通话时长（分钟）", "1.5", 90),
        ("通话时长(ms)", "90000", 90),
        ("通话时长(分)", "00:01:30", 90),
    ],
)
def test_the_unit_in_a_header_counts(tmp_path: Path, header: str, written: str, seconds: float) -> None:
    """Minutes under a header that says so are not read as seconds; a form with its own units stands."""
    rows = [("案件编号", "被叫号码", "拨打时间", header), ("C-1", "1", "2025-11-03 10:00", written)]
    assert read_rows(tmp_path, rows).contacts[0].event.talk_seconds == seconds

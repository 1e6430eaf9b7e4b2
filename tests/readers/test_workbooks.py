"""Workbooks as people keep them: titles, merged cells, totals, numbers that are names, several sheets."""

import zipfile
from datetime import time, timedelta
from pathlib import Path

import openpyxl
import pytest

from collection_guard.audit.reading import read_logs
from collection_guard.model.problems import LogError
from collection_guard.model.tables import workbook
from readers.making import HEADER, ROW, local, read_rows, read_sheet, sheet, whole
from readers.xlsb import write_xlsb

WHEN = local("2025-11-03 10:00:05")
FOLDER = Path(__file__).parent


def test_titles_above_and_totals_below_are_set_aside(tmp_path: Path) -> None:
    """A title, an empty row, a total and a signature are no contacts, and each is counted as what it is."""
    rows = [
        ("映州银行 2025年11月 催收记录",),
        (),
        HEADER,
        ROW,
        (),
        (*ROW[:3], "2025-11-04 09:00"),
        ("合计", None, None, None, 60),
        ("制表人：王某", "审核：李某"),
    ]
    found = sheet(rows)
    found.merge_cells("A1:F1")
    intake = whole(read_sheet(tmp_path, found))
    assert [contact.position.row for contact in intake.contacts] == [4, 6]
    assert intake.set_aside_by_reason() == {"blank": 2, "title": 2, "total": 1}
    assert intake.files[0].sheets[0].header_rows == (3,)


def test_a_lone_identifier_is_no_title(tmp_path: Path) -> None:
    """A contact of which only the case id is left is rejected, not set aside as a remark."""
    intake = whole(read_rows(tmp_path, [HEADER, ROW, ("C-2",), ("以下为第二批",)]))
    assert intake.rejected_by_reason() == {"time_missing": 1}
    assert intake.set_aside_by_reason() == {"title": 1}


def test_a_total_with_a_time_is_no_total(tmp_path: Path) -> None:
    """A row with the time of a contact is never taken for a total, whatever it begins with."""
    intake = whole(read_sheet(tmp_path, sheet([HEADER, ("总计", *ROW[1:])])))
    assert intake.contacts[0].event.case_id == "总计"


def test_numbers_times_and_lengths_of_excel_are_read(tmp_path: Path) -> None:
    """A number in a number cell, a typed time, a length typed as a time of day."""
    found = sheet(
        [
            HEADER,
            ("C-1", "母亲", 13800138000, WHEN, time(0, 1, 35), "已接通"),
            ("C-1", "母亲", 13800138000.0, 45962.9, timedelta(hours=25), "已接通"),
        ]
    )
    first, second = (contact.event for contact in whole(read_sheet(tmp_path, found)).contacts[:1] * 2)
    assert first.recipient.number == "13800138000"
    assert first.started_at.replace(tzinfo=None) == WHEN
    assert second.talk_seconds == 95


def test_a_table_in_excel_and_in_csv_gives_the_same_events(tmp_path: Path) -> None:
    """The same contacts have the same ids and contents, typed cells or text."""
    typed = sheet(
        [
            HEADER,
            ("C-1", "母亲", 13800138000, WHEN, 95, "已接通"),
            ("C-2", "本人", 13800138001, WHEN, time(0, 1, 35), "关机"),
        ]
    )
    plain = [
        HEADER,
        ("C-1", "母亲", "13800138000", "2025/11/3 10:00:05", "95", "已接通"),
        ("C-2", "本人", "13800138001", "2025/11/3 10:00:05", "1分35秒", "关机"),
    ]
    from_excel = [contact.event for contact in read_sheet(tmp_path, typed).contacts]
    from_csv = [contact.event for contact in read_rows(tmp_path, plain).contacts]
    assert from_excel == from_csv


def test_cells_merged_downwards_stand_in_each_of_their_rows(tmp_path: Path) -> None:
    """A case id merged over two contacts is that of both, and the report says how it was read."""
    found = sheet([HEADER, ROW, (None, "母亲", "13800000002", "2025-11-03 11:00:00", "0", "关机")])
    found.merge_cells("A2:A3")
    intake = whole(read_sheet(tmp_path, found))
    assert [contact.event.case_id for contact in intake.contacts] == ["C-1", "C-1"]
    assert "filled_down" in {item.code for item in intake.files[0].sheets[0].assumptions}


def test_a_header_of_two_rows_is_read_by_group_and_name(tmp_path: Path) -> None:
    """联系人 above 姓名 is the name of the contact, not of the borrower."""
    found = sheet(
        [
            ("案件编号", "联系人", None, "被叫号码", "通话", None),
            (None, "姓名", "关系", None, "开始时间", "时长"),
            ("C-1", "高某", "母亲", "13800000001", "2025-11-03 10:00:00", "35"),
        ]
    )
    found.merge_cells("B1:C1")
    found.merge_cells("E1:F1")
    found.merge_cells("A1:A2")
    found.merge_cells("D1:D2")
    intake = whole(read_sheet(tmp_path, found))
    [reading] = intake.files[0].sheets
    assert reading.header_rows == (1, 2)
    assert reading.columns == {
        "案件编号": "case_id",
        "联系人姓名": "recipient.name",
        "联系人关系": "recipient.relationship",
        "被叫号码": "callee",
        "通话开始时间": "started_at",
        "通话时长": "talk_seconds",
    }
    event = intake.contacts[0].event
    assert (event.recipient.name, event.talk_seconds) == ("高某", 35)


def test_sheets_without_a_header_or_a_time_are_set_aside_row_by_row(tmp_path: Path) -> None:
    """A remark sheet and a summary do not stop the contacts from being read, and are not passed over in silence."""
    found = sheet([HEADER, ROW])
    book = found.parent
    assert isinstance(book, openpyxl.Workbook)
    notes, summary, empty = book.create_sheet("说明"), book.create_sheet("汇总"), book.create_sheet("空")
    notes.append(["口径说明"])
    notes.append(["仅供内部"])
    summary.append(["催收机构", "通话时长"])
    summary.append(["甲", 35])
    assert empty.title == "空"
    intake = whole(read_sheet(tmp_path, found))
    assert len(intake.contacts) == 1
    assert intake.set_aside_by_reason() == {"sheet_without_header": 2, "sheet_without_time": 2}


def test_a_hidden_sheet_is_read_and_said(tmp_path: Path) -> None:
    """Hiding a sheet does not hide its contacts."""
    found = sheet([HEADER, ROW])
    book = found.parent
    assert isinstance(book, openpyxl.Workbook)
    more = book.create_sheet("补充")
    more.append(list(HEADER))
    more.append(["C-2", *ROW[1:]])
    more.sheet_state = "hidden"
    intake = whole(read_sheet(tmp_path, found))
    assert [contact.position.sheet for contact in intake.contacts] == ["明细", "补充"]
    assert [item.code for item in intake.files[0].sheets[1].assumptions if item.code == "hidden_sheet"]


def test_leading_zeros_that_only_the_number_format_shows_are_kept(tmp_path: Path) -> None:
    """000123 in a cell of the format 000000 is the case 000123."""
    found = sheet([HEADER, (123, *ROW[1:])])
    found["A2"].number_format = "000000"
    assert read_sheet(tmp_path, found).contacts[0].event.case_id == "000123"
    found["A2"].number_format = "0.00"
    assert read_sheet(tmp_path, found).contacts[0].event.case_id == "123"


def test_a_call_at_midnight_is_told_from_a_date_by_its_number_format(tmp_path: Path) -> None:
    """The same value is a time under one format and a bare date, which is no time, under another."""
    found = sheet([HEADER, (*ROW[:3], local("2025-11-03"), *ROW[4:]), (*ROW[:3], WHEN, *ROW[4:])])
    found["D2"].number_format = "yyyy-mm-dd hh:mm:ss"
    assert [contact.event.started_at.hour for contact in read_sheet(tmp_path, found).contacts] == [0, 10]
    found["D2"].number_format = "yyyy-mm-dd"
    assert [row.reason for row in read_sheet(tmp_path, found).rejected] == ["time_without_clock"]


def test_a_table_that_starts_in_the_middle_of_a_sheet_keeps_its_row_numbers(tmp_path: Path) -> None:
    """Rows are numbered as Excel numbers them, and formats are found for a table not in column A."""
    found = sheet([])
    table: list[tuple[str | int, ...]] = [HEADER, (7, *ROW[1:])]
    for row, cells in enumerate(table, 5):
        for column, cell in enumerate(cells, 3):
            found.cell(row, column).value = cell
    found["C6"].number_format = "000"
    [contact] = whole(read_sheet(tmp_path, found)).contacts
    assert contact.position.row == 6
    assert contact.event.case_id == "007"


def test_an_xls_file_is_read() -> None:
    """The old binary format (written once by xlwt) holds the same contact."""
    intake = whole(read_logs([FOLDER / "log.xls"], timezone="Asia/Shanghai"))
    event = intake.contacts[0].event
    assert (event.case_id, event.recipient.number, event.talk_seconds) == ("C-1", "13800000001", 95)
    assert event.started_at.replace(tzinfo=None) == WHEN


def test_an_xlsb_file_is_read(tmp_path: Path) -> None:
    """The binary format of new Excels is read like the others; its dates are serial numbers."""
    path = tmp_path / "log.xlsb"
    write_xlsb(path, "明细", [list(HEADER), ["C-1", "母亲", 13800000001.0, 45964.5, 95.0, "已接通"]])
    event = whole(read_logs([path], timezone="Asia/Shanghai")).contacts[0].event
    assert (event.case_id, event.recipient.number, event.started_at.hour) == ("C-1", "13800000001", 12)


def test_a_stray_cell_of_an_xlsb_file_is_refused(tmp_path: Path) -> None:
    """The extent of a binary sheet is found before memory is asked for it."""
    path = tmp_path / "log.xlsb"
    write_xlsb(path, "明细", [list(HEADER), list(ROW)], stray=(1_048_575, 16_383))
    with pytest.raises(LogError, match="more cells than can be read"):
        read_logs([path])


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body>
<office:spreadsheet><table:table table:name="明细">{rows}{rest}</table:table></office:spreadsheet>
</office:body></office:document-content>"""
ODS_REST = (
    '<table:table-row table:number-rows-repeated="{rows}"><table:table-cell'
    ' table:number-columns-repeated="{columns}"{value}/></table:table-row>'
)


def write_ods(path: Path, rows: list[tuple[str, ...]], rest: str) -> None:
    """Write an OpenDocument sheet of texts."""
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    xml = "".join(f"<table:table-row>{''.join(cell.format(text) for text in row)}</table:table-row>" for row in rows)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", ODS.format(rows=xml, rest=rest))


def test_an_ods_file_is_read_and_its_million_empty_rows_are_none(tmp_path: Path) -> None:
    """LibreOffice fills a sheet with repeated empty rows; they are no rows of the log."""
    path = tmp_path / "log.ods"
    write_ods(path, [HEADER, ROW], ODS_REST.format(rows=1048574, columns=1024, value=""))
    intake = whole(read_logs([path], timezone="Asia/Shanghai"))
    assert intake.rows_read == 1
    assert intake.contacts[0].event.case_id == "C-1"


def test_an_ods_file_that_repeats_a_value_without_end_is_refused(tmp_path: Path) -> None:
    """A few bytes that stand for billions of cells do not exhaust the machine."""
    path = tmp_path / "log.ods"
    value = ' office:value-type="float" office:value="1"'
    write_ods(path, [HEADER, ROW], ODS_REST.format(rows=1048574, columns=16384, value=value))
    with pytest.raises(LogError, match="the workbook is broken"):
        read_logs([path])


def test_a_workbook_that_unpacks_to_too_much_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes in the directory of the zip are looked at before anything is unpacked."""
    monkeypatch.setattr(workbook, "_MOST_BYTES", 100)
    with pytest.raises(LogError, match="more cells than can be read"):
        read_sheet(tmp_path, sheet([HEADER, ROW]))


def test_a_panic_of_the_reader_is_a_broken_workbook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rust code that panics raises what is no Exception; Ctrl-C is let through."""

    class Panic(BaseException):
        """What a panic looks like from Python."""

    path = tmp_path / "log.xlsx"
    book = sheet([HEADER, ROW]).parent
    assert isinstance(book, openpyxl.Workbook)
    book.save(path)
    monkeypatch.setattr(workbook, "python_calamine", _Calamine(Panic))
    with pytest.raises(LogError, match="index out of range"):
        read_logs([path])
    monkeypatch.setattr(workbook, "python_calamine", _Calamine(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        read_logs([path])


class _Calamine:
    """A reader whose opening of a file fails."""

    PasswordError = ZeroDivisionError

    def __init__(self, error: type[BaseException]) -> None:
        self.CalamineWorkbook = self
        self._error = error

    def from_filelike(self, _: object) -> None:
        """Fail."""
        raise self._error("index out of range")


def test_only_the_named_sheet_and_header_row_are_read(tmp_path: Path) -> None:
    """A mapping file may name the sheet and the row of the header; a sheet that is not there is a problem."""
    found = sheet([("a", "b", "c"), HEADER, ROW])
    book = found.parent
    assert isinstance(book, openpyxl.Workbook)
    other = book.create_sheet("其他")
    other.append(list(HEADER))
    other.append(list(ROW))
    map_file = tmp_path / "map.yaml"
    map_file.write_text("sheet: 明细\nheader_row: 2\n", "utf-8")
    intake = whole(read_sheet(tmp_path, found, map_file=map_file))
    assert [contact.position.sheet for contact in intake.contacts] == ["明细"]
    assert intake.set_aside_by_reason() == {"sheet_not_named": 2, "title": 1}
    map_file.write_text("sheet: 没有\n", "utf-8")
    with pytest.raises(LogError, match="there is no sheet `没有`; there are: 明细, 其他"):
        read_sheet(tmp_path, found, map_file=map_file)

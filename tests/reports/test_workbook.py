"""The audit as a workbook, opened by openpyxl and by LibreOffice."""

import re
import shutil
import subprocess
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet
from project.tree import ROOT
from sampling.making import drawn, log

from collection_guard.audit.report import Report
from collection_guard.model.texts import LANGS, Lang
from collection_guard.reports.excel.report import write_workbook
from collection_guard.reports.files import write_review_file
from collection_guard.reports.scorecard import agency_scores, rule_scores
from collection_guard.reports.wording import Wording
from collection_guard.sampling.draw import Sample
from collection_guard.sampling.review import Review, read_review, written
from reports.november import audit, event, events, intake, whole_intake
from reports.test_masking import report_full_of

NASTY = "=cmd|' /C calc'!A0"
SHEETS = {
    "zh": ["封面", "汇总", "机构评分", "违规明细", "数据质量", "规则清单", "抽样"],
    "en": ["Cover", "Summary", "Agencies", "Violations", "Data quality", "Rules", "Sampling"],
}
ASKED = [
    "序号", "委外机构", "催收员工号", "案件编号", "客户标识", "触达对象及关系", "渠道", "时间（Asia/Shanghai）", "号码",
    "录音文件", "违规条款", "事实描述", "证据摘录", "严重等级", "判定方式", "建议处理", "整改期限", "机构反馈",
    "申诉结论",
]  # fmt: skip


def nasty_report() -> Report:
    """Return a report on a log that holds formulas wherever a spreadsheet might compute one."""
    contact = event(
        NASTY,
        "2025-11-04T22:00:00+08:00",
        case_id="+1+1",
        borrower_id="@SUM(A1)",
        agency=NASTY,
        collector={"id": "-2+3", "name": NASTY},
        recipient={"relationship": "parent", "number": NASTY, "name": "＝1+1"},
        extra={"recording": '=HYPERLINK("http://x","y")'},
    )
    # Wherever a text stands, also behind signs that a spreadsheet passes over before it computes.
    behind = [
        event(
            f"{sign}=E{place}",
            "2025-11-04T22:00:00+08:00",
            case_id=f"{sign}=C",
            borrower_id=f"{sign}=B",
            agency=f"{sign}{NASTY}",
            collector={"id": f"{sign}+1", "name": f"{sign}-1"},
            recipient={"relationship": "parent", "number": f"{sign}@n", "name": f"{sign}=n"},
            extra={"recording": f"{sign}=r"},
        )
        for place, sign in enumerate(("\t", "\r", "\n", " ", "\u3000", "\r\n\t"))
    ]
    return audit(intake([contact, *behind, *events()]), "core")


def opened(report: Report, folder: Path, lang: Lang = "zh", **more: Any) -> openpyxl.Workbook:
    """Write a report and open it."""
    path = folder / f"report.{lang}.xlsx"
    write_workbook(report, path, lang, **more)
    return openpyxl.load_workbook(path)


def texts(book: openpyxl.Workbook) -> list[str]:
    """Return every text of a workbook."""
    return [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


def header_row(sheet: Worksheet) -> int:
    """Return the row of the headers: the last of those that stay in view."""
    return int(str(sheet.freeze_panes)[1:]) - 1


def table(sheet: Worksheet) -> list[dict[str, Any]]:
    """Return the rows of a sheet by their headers."""
    head, *rows = sheet.iter_rows(min_row=header_row(sheet), values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]  # type: ignore[arg-type]  # headers are texts


def check_form(book: openpyxl.Workbook) -> None:
    """Assert what every reader must find: sheets, filters over all rows, and lists to choose from."""
    assert book.sheetnames == SHEETS["zh"]
    for name in SHEETS["zh"][1:]:
        sheet = book[name]
        first, last = str(sheet.auto_filter.ref).replace("$", "").split(":")
        assert first == ("A4" if name == "抽样" else "A1")
        assert sheet[last].row == max(sheet.max_row, sheet[first].row + 1)
        assert sheet[last].column == sheet.max_column
    sheet = book["违规明细"]
    head = [str(cell.value) for cell in sheet[1]]
    of_column = {
        head[sheet[str(item.sqref).split(":")[0]].column - 1]: item for item in sheet.data_validations.dataValidation
    }
    assert of_column["申诉结论"].type == "list"
    assert of_column["申诉结论"].formula1 == '"成立,部分成立,不成立,待定"'
    assert of_column["整改期限"].type == "date"


def test_the_sheets_are_those_that_compliance_teams_use(tmp_path: Path) -> None:
    """Each table has headers that stay, filters, and columns to fill in that say what may be filled in."""
    book = opened(audit(whole_intake(), "core"), tmp_path)
    check_form(book)
    assert [str(sheet.freeze_panes) for sheet in book] == ["None", "A2", "A2", "A2", "A2", "A2", "A5"]
    head = [cell.value for cell in book["违规明细"][1]]
    assert [name for name in head if name in ASKED] == ASKED
    for row in table(book["违规明细"]):
        assert (row["整改期限"], row["机构反馈"], row["申诉结论"]) == (None, None, None)
    assert opened(audit(whole_intake(), "core"), tmp_path, "en").sheetnames == SHEETS["en"]


def test_every_number_is_that_of_the_report(tmp_path: Path) -> None:
    """Rows of violations, counts and rates with their intervals agree with the report that they are from."""
    report = audit(whole_intake(), "core")
    book = opened(report, tmp_path)
    rows = table(book["违规明细"])
    assert len(rows) == len(report.violations)
    assert {row["触达编号"] for row in rows} == {item.contact.event.event_id for item in report.violations}
    assert all(isinstance(row["时间（Asia/Shanghai）"], datetime) for row in rows)
    assert {row["行"] for row in rows} == {item.contact.position.row for item in report.violations}
    for row, score in zip(table(book["汇总"]), rule_scores(report), strict=True):
        assert (row["违规"], row["合规"], row["无法判定"]) == (
            score.tally.violation,
            score.tally.clear,
            score.tally.unassessable,
        )
        if score.tally.assessed:
            assert row["每千次违规"] == pytest.approx(1000 * score.tally.violation / score.tally.assessed)
            assert row["95 % 上限"] == pytest.approx(1000 * score.share.high)
    for row, agency in zip(table(book["机构评分"]), agency_scores(report), strict=True):
        assert (row["触达"], row["违规触达"], row["等级"]) == (agency.tally.contacts, agency.share.hits, agency.grade)
        assert row["95 % 下限"] == pytest.approx(1000 * agency.share.low)
    assert len(table(book["规则清单"])) == len(report.rules)
    (everything, *_) = table(book["抽样"])
    assert everything["触达"] == report.contacts


def test_the_cover_says_what_was_assumed_and_cannot_be_known(tmp_path: Path) -> None:
    """Whoever opens the file alone learns what it rests on: files, rows, assumptions, packs, masking."""
    report = audit(whole_intake(), "core")
    cover = "\n".join(str(cell.value) for row in opened(report, tmp_path, "en")["Cover"].iter_rows() for cell in row)
    for words in (
        "contacts 5 + history 0 + rejected 2 + set aside 3 = rows read 10",
        "the log is taken to hold everything that came before",
        "nobody is assumed to have been reached",
        report.verdict_digest,
        report.packs[0].digest,
        "masked",
        f"supply “{Wording(report, 'en').field(report.missing_columns()[0].field)}”",
    ):
        assert words in cover


def test_what_a_log_says_is_text_and_never_a_formula(tmp_path: Path) -> None:
    """A cell that begins like a formula is a string, and is marked to stay one when it is edited."""
    book = opened(nasty_report(), tmp_path, masked=False)
    found = 0
    for sheet in book:
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type != "f"
                if isinstance(cell.value, str) and cell.value.lstrip().startswith(("=", "+", "-", "@", "＝")):
                    found += 1
                    assert cell.data_type == "s"
                    assert cell.quotePrefix
                assert cell.hyperlink is None
    assert found >= 40
    assert NASTY in texts(book)


@pytest.mark.parametrize("lang", LANGS)
def test_the_same_report_gives_the_same_bytes(lang: Lang, tmp_path: Path) -> None:
    """No clock and no order of the input is in the file."""
    one, two = tmp_path / "one.xlsx", tmp_path / "two.xlsx"
    write_workbook(audit(intake(events()), "core"), one, lang)
    write_workbook(audit(intake(events()), "core"), two, lang)
    assert one.read_bytes() == two.read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.xlsx", "two.xlsx"]


def test_no_whole_number_and_no_name_is_in_it_unless_asked_for(tmp_path: Path) -> None:
    """Whatever field of a log holds a number or a name, the workbook shows neither."""
    number, name = "13812345678", "丁亘亟"
    report = report_full_of(number, name)
    for lang in LANGS:
        shown = "".join("".join(texts(opened(report, tmp_path, lang))).split())
        assert number not in shown
        assert name not in shown
        shown = "".join(texts(opened(report, tmp_path, lang, masked=False)))
        assert number in shown
        assert name in shown


def test_more_violations_than_a_sheet_holds_go_on_in_the_next(tmp_path: Path) -> None:
    """No row is lost, and each sheet has its headers and filters."""
    report = audit(whole_intake(), "core")
    count = len(report.violations)
    assert count > 3
    book = opened(report, tmp_path, most=3)
    names = [name for name in book.sheetnames if name.startswith("违规明细")]
    assert len(names) == -(-count // 3)
    assert len([name for name in opened(report, tmp_path, most=count).sheetnames if name.startswith("违规明细")]) == 1
    rows = [row for name in names for row in table(book[name]) if row["序号"] is not None]
    assert [row["序号"] for row in rows] == list(range(1, count + 1))
    assert f"每张工作表最多 3 行：“违规明细”共有 {len(names)} 张" in texts(book)


@pytest.mark.parametrize(("sign", "units"), [("长", 1), ("🏦", 2)])
def test_a_text_longer_than_a_cell_is_cut_and_marked(tmp_path: Path, sign: str, units: int) -> None:
    """A spreadsheet would refuse the file, or lose the cell; it counts in units of UTF-16."""
    contact = event("E-1", "2025-11-04T22:00:00+08:00", agency=sign * 40_000, recipient={"relationship": "parent"})
    longest = max(texts(opened(audit(intake([contact]), "core"), tmp_path)), key=len)
    assert units * longest.count(sign) > 30_000
    assert len(longest.encode("utf-16-le")) // 2 < 32_767
    assert longest.endswith("此处截断；全文见 JSON 报告）")


@pytest.mark.no_cover  # what it runs is covered here; this is about memory
def test_more_rows_take_no_more_memory() -> None:
    """The benchmark writes ten times as many rows, reads them back, and the memory rises no higher."""
    command = [sys.executable, str(ROOT / "benchmarks/workbook.py"), "--rows", "500", "5000", "--contacts", "300"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
    assert done.stdout.startswith("collection-guard ")
    assert "Not measured: " in done.stdout
    found = re.findall(r"rows ([\d,]+): memory rose by (\d+) MB.* ([\d,]+) rows read back", done.stdout)
    assert [(rows, back) for rows, _, back in found] == [("500", "500"), ("5,000", "5,000")]
    few, many = (int(rise) for _, rise, _ in found)
    assert many < few + 8


def test_an_empty_log_gives_a_workbook_all_the_same(tmp_path: Path) -> None:
    """Every sheet is there, with its headers."""
    book = opened(audit(intake([])), tmp_path)
    assert book.sheetnames == SHEETS["zh"]
    assert table(book["违规明细"]) == []


def half_filled_in(sample: Sample, path: Path) -> None:
    """Write the list as people send it back: columns moved, a title and a gap above, every other row left empty."""
    write_review_file(sample, path, "zh")
    book = openpyxl.load_workbook(path)
    rows = [list(row) for row in book.worksheets[0].iter_rows(values_only=True)]
    first, second, item = (rows[0].index(written("columns", name, "zh")) for name in ("first", "second", "item"))
    twice = {one.id for one in sample.items if one.second}
    chosen = {one.id for one in sample.items[::2]}
    for row in rows[1:]:
        if row[item] in chosen:
            row[first] = written("answers", "violation", "zh")
            row[second] = written("answers", "clear", "zh") if row[item] in twice else None
    kept = [rows[0], *(row for row in rows[1:] if row[item] in chosen)]
    sent = openpyxl.Workbook()
    sheet = sent.worksheets[0]
    for cells in (["复核结果（第二组）"], [], *(row[::-1] for row in kept)):
        sheet.append(cells)
    sent.save(path)


def test_libreoffice_opens_it_with_sheets_filters_and_validation(tmp_path: Path) -> None:
    """What LibreOffice read, and wrote again, has all of them; a formula in a note is still a text."""
    office = shutil.which("soffice")
    if office is None:
        pytest.skip("LibreOffice is absent: install the Debian package libreoffice-calc")
    path = tmp_path / "report.xlsx"
    write_workbook(nasty_report(), path, "zh", masked=False)
    sample = drawn(log())
    reviewed = tmp_path / "review.xlsx"
    half_filled_in(sample, reviewed)
    command = [
        office, f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--headless",
        "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(tmp_path / "again"), str(path), str(reviewed),
    ]  # fmt: skip
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of openpyxl, on what LibreOffice adds for itself
        book = openpyxl.load_workbook(tmp_path / "again" / "report.xlsx")
    check_form(book)
    assert NASTY in texts(book)
    assert not any(cell.data_type == "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    wanted = {item.id: Review("violation", "clear" if item.second else None) for item in sample.items[::2]}
    assert read_review(tmp_path / "again" / "review.xlsx", sample) == wanted
    assert read_review(reviewed, sample) == wanted

"""The table of violations that compliance teams hand on."""

import csv
import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.audit.report import Report
from collection_guard.model.texts import LANGS, Lang
from collection_guard.reports import render_csv
from collection_guard.reports.csv_report import COLUMNS
from reports.november import audit, event, intake, whole_intake, whole_report


def table(report: Report, lang: Lang = "zh", *, masked: bool = True) -> list[dict[str, str]]:
    """Return the rows of the table by the header of their columns, read as a spreadsheet reads them."""
    words = render_csv(report, lang, masked=masked)
    return list(csv.DictReader(io.StringIO(words.removeprefix("\ufeff"), newline="")))


def test_it_begins_with_a_byte_order_mark() -> None:
    """Without one, Excel takes UTF-8 for the local encoding."""
    assert render_csv(whole_report(), "zh").encode("utf-8").startswith(b"\xef\xbb\xbf\xe5\xba\x8f")


def test_the_columns_are_those_that_compliance_teams_use() -> None:
    """Two of them are left for the agency to fill in."""
    [row, *_] = table(whole_report())
    assert list(row)[:8] == ["序号", "委外机构", "催收员工号", "案件编号", "触达对象及关系", "渠道", "时间", "号码"]
    assert list(row)[8:14] == ["违规条款", "事实描述", "证据摘录", "严重等级", "判定方式", "建议处理"]
    assert list(row)[14:] == ["机构反馈", "申诉结论", "文件", "行", "触达编号"]
    assert (row["机构反馈"], row["申诉结论"]) == ("", "")
    assert (row["违规条款"], row["严重等级"], row["行"]) == ("联系了父母（mother-called）", "致命", "6")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("pack", ["small", "core"])
def test_one_row_a_violation_numbered_from_one_the_gravest_first(lang: Lang, pack: str) -> None:
    """Every violation is there, once."""
    report = audit(whole_intake(), pack)
    rows = [list(row.values()) for row in table(report, lang)]
    assert [row[0] for row in rows] == [str(place) for place in range(1, len(report.violations) + 1)]
    by_id = {(row[-1], rule) for row in rows for rule in report.rules if f"{rule})" in row[8] or f"{rule}）" in row[8]}
    assert by_id == {(item.contact.event.event_id, item.rule) for item in report.violations}
    ranks = ["致命 严重 一般 提示", "critical major minor advisory"][lang == "en"].split()
    graves = [ranks.index(row[11]) for row in rows]
    assert graves == sorted(graves)


START = st.sampled_from(["=", "+", "-", "@", "\t=", "\r", " =", "＝", "＠", "\n+", ""])


@settings(max_examples=30)
@given(START, st.text(max_size=20))
def test_no_cell_is_a_formula(start: str, rest: str) -> None:
    """What a log says never runs in the spreadsheet that shows it, wherever it stands."""
    hostile = f"{start}cmd|'/c calc'!A1{rest}"
    contact = event(
        "E-2",
        "2025-11-04T11:00:00+08:00",
        case_id=hostile,
        agency=hostile,
        collector={"id": hostile},
        recipient={"relationship": "parent", "number": hostile, "name": hostile},
    ).with_id(hostile)
    report = audit(intake([contact]))
    for masked in (True, False):
        [row] = table(report, masked=masked)
        assert len(row) == len(COLUMNS)
        assert not [
            cell
            for cell in row.values()
            if cell.lstrip().startswith(("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＠"))
        ]


def test_without_violations_there_is_a_header_alone() -> None:
    """A program that reads the table finds its columns."""
    words = render_csv(audit(intake([])), "en")
    assert words.count("\r\n") == 1
    assert words.startswith("\ufeffNo.,Agency,")

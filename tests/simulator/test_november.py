"""The November example: both logs hold the same contacts, and everything made is what its source makes."""

import csv
import importlib.util
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import openpyxl
import pytest

from collection_guard.model import CaseProfile

FOLDER = Path(__file__).parents[2] / "examples" / "november"
HEADER_ROW = 3


@pytest.fixture(scope="module")
def making() -> ModuleType:
    """Return the script that makes the example."""
    spec = importlib.util.spec_from_file_location("november_make", FOLDER / "make.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def made(making: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which the example was made anew."""
    out = tmp_path_factory.mktemp("november")
    making.make(out)
    return out


def source() -> list[dict[str, str]]:
    with (FOLDER / "source" / "contacts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def csv_rows(folder: Path) -> list[list[str]]:
    with (folder / "contacts.gb18030.csv").open(encoding="gb18030", newline="") as file:
        return list(csv.reader(file))


def sheet_rows(folder: Path) -> list[list[Any]]:
    book = openpyxl.load_workbook(folder / "contacts.xlsx")
    return [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]


def as_text(value: Any) -> str:
    return "" if value is None else str(value)


@pytest.mark.parametrize(
    "name",
    [
        "contacts.gb18030.csv",
        "README.md",
        "README.zh-CN.md",
        "partners-by-month/2025-09-16.csv",
        "partners-by-month/2025-11.csv",
    ],
)
def test_shipped_file_is_what_the_source_makes(made: Path, name: str) -> None:
    """Every text file of the example is, byte for byte, what its source makes today."""
    assert (FOLDER / name).read_bytes() == (made / name).read_bytes()


def test_shipped_workbook_is_what_the_source_makes(made: Path) -> None:
    """The workbook holds the cells that its source makes; other releases of the writer lay out other bytes."""
    assert sheet_rows(FOLDER) == sheet_rows(made)


def test_workbook_is_made_the_same_twice(making: ModuleType, made: Path, tmp_path: Path) -> None:
    """Making the workbook again gives the same bytes: no moment of its making is in it."""
    making.make(tmp_path)
    assert (made / "contacts.xlsx").read_bytes() == (tmp_path / "contacts.xlsx").read_bytes()


def test_both_logs_hold_the_same_contacts() -> None:
    """Cell by cell the sheet, between its header and its total, says what the CSV file says."""
    sheet, table = sheet_rows(FOLDER), csv_rows(FOLDER)
    body = sheet[HEADER_ROW - 1 : -1]
    agency = table[0].index("催收机构")
    assert len(body) == len(table)
    for written, row in zip(body, table, strict=True):
        texts = [as_text(value) for value in written]
        # Below the first cell of a merged range a sheet holds nothing.
        texts[agency] = texts[agency] or row[agency]
        assert texts == row


def test_workbook_has_the_marks_of_real_ones() -> None:
    """There are titles, a total, merged cells in the data, a second sheet, and numbers of telephones as numbers."""
    book = openpyxl.load_workbook(FOLDER / "contacts.xlsx")
    sheet = book.worksheets[0]
    rows = sheet_rows(FOLDER)
    number = rows[HEADER_ROW - 1].index("电话号码")
    when = rows[HEADER_ROW - 1].index("联系时间")
    assert len(book.worksheets) == 2
    assert rows[-1][0] == "合计"
    assert any(area.min_row > HEADER_ROW for area in sheet.merged_cells.ranges)
    assert any(area.min_row == 1 for area in sheet.merged_cells.ranges)
    assert sum(isinstance(row[number], int) for row in rows) > 40
    assert sum(isinstance(row[when], datetime) for row in rows) > 40


def test_contacts_are_of_known_cases() -> None:
    """Every contact is of a case with a profile, and the profiles are readable."""
    profiles = [
        CaseProfile.model_validate_json(line) for line in (FOLDER / "cases.jsonl").read_text("utf-8").splitlines()
    ]
    assert {row["案件编号"] for row in source()} == {profile.case_id for profile in profiles}


def test_only_the_redelivery_shares_its_id() -> None:
    """One row comes twice, the same in every cell that is published; all others have ids of their own."""
    published = [tuple(row) for row in csv_rows(FOLDER)[1:]]
    assert len(published) - 1 == len({row[0] for row in published}) == len(set(published))


def test_dropped_agency_is_missing_from_the_second_list_only() -> None:
    """One collection agency of the September list is gone in November; every agency of a lawful row is listed."""
    lists = {}
    for day in ("2025-09-16", "2025-11-14"):
        with (FOLDER / "partners" / f"{day}.csv").open(encoding="utf-8", newline="") as file:
            lists[day] = {row["name"] for row in csv.DictReader(file) if row["category"] == "collection_agency"}
    assert len(lists["2025-09-16"] - lists["2025-11-14"]) == 1
    for row in source():
        in_force = lists["2025-11-14" if row["联系时间"] >= "2025-11-14" else "2025-09-16"]
        assert (row["催收机构"] not in in_force) == ("agency-not-on-registry" in row["wrongs"])


def test_neither_reported_firm_is_on_a_list() -> None:
    """The two names that the press reported stand on no list of the example."""
    for path in (FOLDER / "partners").iterdir():
        assert "博源" not in path.read_text("utf-8")
    claimed = {row["声称律所"] for row in source()}
    assert {"博源(北京)律师事务所", "北京博源律师事务所"} <= claimed


def test_core_constraints_are_each_planted() -> None:
    """Each of the four core constraints, and most of the other rules, has a row that violates it."""
    planted = {rule for row in source() for rule in row["wrongs"].split("|") if rule}
    assert planted >= {
        "third-party-while-borrower-reachable",
        "debt-disclosed-to-third-party",
        "contact-outside-permitted-hours",
        "law-firm-not-on-registry",
    }
    assert len(planted) >= 20


def test_readme_names_every_planted_wrong() -> None:
    """Both READMEs name each planted row with each rule that it violates."""
    for name in ("README.md", "README.zh-CN.md"):
        lines = (FOLDER / name).read_text("utf-8").splitlines()
        for row in source():
            told = [line for line in lines if line.startswith(f"| {row['话单编号']} |") and "`" in line]
            assert len(told) == (1 if row["wrongs"] else 0)
            assert all(f"`{rule}`" in told[0] for rule in row["wrongs"].split("|") if rule)


def test_every_story_is_told_in_both_languages() -> None:
    """What a row shows is told in Chinese and English, or not at all."""
    for row in source():
        assert bool(row["shows_zh"]) == bool(row["shows_en"])

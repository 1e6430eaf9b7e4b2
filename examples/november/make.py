"""Make the files of this example from source/contacts.csv: one log in two forms, and the tables of the READMEs.

    python examples/november/make.py [FOLDER]

Everything written is the same at every run: the workbook's times are fixed, and nothing in it is compressed.
"""

import csv
import io
import re
import shutil
import sys
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

HERE: Final = Path(__file__).parent
NOT_PUBLISHED: Final = ("wrongs", "shows_zh", "shows_en")
"""Columns of the source that say what a row is for."""
MADE: Final = datetime(2025, 12, 1, 9, 0, 0)  # noqa: DTZ001 - a workbook keeps times without a zone
TITLE: Final = "映州银行（虚构）2025年11月委外催收联系记录"
SUBTITLE: Final = "导出：2025-12-01 09:00　时间均为北京时间"
NOTES: Final = (
    ("说明",),
    ("本表为虚构示例，人名、号码、机构均为虚构。",),
    ("博源(北京)律师事务所、北京博源律师事务所为新闻报道所引名称，见README。",),
    ("同一机构的上门与函件，机构名称合并显示。",),
)
FIRST_DATA_ROW: Final = 4

Row = dict[str, str]


def contacts() -> tuple[list[str], list[Row]]:
    """Return the header and the rows of the source."""
    with (HERE / "source" / "contacts.csv").open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        rows = list(reader)
        return [name for name in reader.fieldnames or () if name not in NOT_PUBLISHED], rows


def write_csv(path: Path, header: list[str], rows: list[Row]) -> None:
    """Write the log as Excel for Chinese Windows saves it."""
    with path.open("w", encoding="gb18030", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows([row[name] for name in header] for row in rows)


def write_xlsx(path: Path, header: list[str], rows: list[Row]) -> None:
    """Write the log as a workbook: titles above the header, a total below, and notes on a second sheet."""
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new workbook has a sheet")
    sheet.title = "联系记录"
    sheet.append([TITLE])
    sheet.append([SUBTITLE])
    sheet.append(header)
    last = get_column_letter(len(header))
    sheet.merge_cells(f"A1:{last}1")
    sheet["A1"].font = Font(bold=True, size=14)
    sheet["A1"].alignment = Alignment(horizontal="center")
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    for row in rows:
        sheet.append([_cell(name, row[name]) for name in header])
    seconds = sum(int(row["通话时长(秒)"] or 0) for row in rows)
    total = ["合计", f"{len(rows)}条"] + [""] * (len(header) - 2)
    sheet.append([*total[: header.index("通话时长(秒)")], seconds])
    _merge_visit_and_letter(sheet, header, rows)
    sheet.freeze_panes = f"A{FIRST_DATA_ROW}"
    notes = book.create_sheet("说明")
    for note in NOTES:
        notes.append(list(note))
    book.properties.creator = "make.py"
    book.properties.created = MADE
    made = io.BytesIO()
    book.save(made)
    _write_with_fixed_times(made, path)


def _cell(name: str, text: str) -> str | int | datetime | None:
    """Return what Excel makes of a text: numbers of telephones, times of times, and text of what is neither."""
    if not text:
        return None
    if name in ("电话号码", "通话时长(秒)") and text.isdigit():
        return int(text)
    if name == "联系时间":
        try:
            return datetime.fromisoformat(text)
        except ValueError:
            return text
    return text


def _merge_visit_and_letter(sheet: Worksheet, header: list[str], rows: list[Row]) -> None:
    """Merge the cells of the agency of the visit and the letter that it left, as people do in such tables."""
    column = get_column_letter(header.index("催收机构") + 1)
    for index, row in enumerate(rows):
        if row["催收方式"] == "外访" and index + 1 < len(rows) and rows[index + 1]["催收方式"] == "律师函":
            first = FIRST_DATA_ROW + index
            sheet.merge_cells(f"{column}{first}:{column}{first + 1}")


def _write_with_fixed_times(made: io.BytesIO, path: Path) -> None:
    """Copy a workbook without the moment at which it was written."""
    stamp = f"{MADE.isoformat()}Z".encode()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as new:
        for name in sorted(old.namelist(), key=lambda part: (part != "[Content_Types].xml", part)):
            part = old.read(name)
            if name == "docProps/core.xml":
                part = re.sub(rb"(<dcterms:modified[^>]*>)[^<]*", rb"\g<1>" + stamp, part)
            entry = zipfile.ZipInfo(name, MADE.timetuple()[:6])
            entry.external_attr = 0o600 << 16
            new.writestr(entry, part)


def table(rows: list[Row], lang: str) -> str:
    """Return the table of planted wrongs, one line a contact."""
    heads = {"zh": "| 话单编号 | 规则 | 经过 |", "en": "| 话单编号 (row) | rules | what happens |"}
    lines = [heads[lang], "|---|---|---|"]
    for row in rows:
        if row["wrongs"]:
            rules = "<br>".join(f"`{rule}`" for rule in row["wrongs"].split("|"))
            lines.append(f"| {row['话单编号']} | {rules} | {row[f'shows_{lang}']} |")
    return "\n".join(lines)


def other_rows(rows: list[Row], lang: str) -> str:
    """Return the table of rows without a planted wrong that are there to show something."""
    heads = {"zh": "| 话单编号 | 看点 |", "en": "| 话单编号 (row) | what it shows |"}
    lines = [heads[lang], "|---|---|"]
    shown = [row for row in rows if not row["wrongs"] and row[f"shows_{lang}"]]
    return "\n".join([*lines, *(f"| {row['话单编号']} | {row[f'shows_{lang}']} |" for row in shown)])


def fill(text: str, rows: list[Row], lang: str) -> str:
    """Return a README with its tables made anew."""
    for name, made in (("wrongs", table(rows, lang)), ("others", other_rows(rows, lang))):
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition(f"<!-- /{name} -->")
        if not (start and end):
            raise ValueError(f"the README has no place for the table of {name}")
        text = f"{before}{start}{made}\n{end}{after}"
    return text


def make(out: Path) -> None:
    """Write every made file to a folder."""
    out.mkdir(parents=True, exist_ok=True)
    header, rows = contacts()
    write_csv(out / "contacts.gb18030.csv", header, rows)
    write_xlsx(out / "contacts.xlsx", header, rows)
    by_month = out / "partners-by-month"
    by_month.mkdir(exist_ok=True)
    for day, name in (("2025-09-16", "2025-09-16"), ("2025-11-14", "2025-11")):
        shutil.copyfile(HERE / "partners" / f"{day}.csv", by_month / f"{name}.csv")
    for lang, name in (("zh", "README.zh-CN.md"), ("en", "README.md")):
        text = (HERE / name).read_text("utf-8")
        (out / name).write_text(fill(text, rows, lang), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    make(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE)

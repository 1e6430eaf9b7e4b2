"""Every output of one audit, scanned for every number of everything that went in."""

import base64
import gzip
import re
import shutil
from pathlib import Path

import openpyxl

from tests.cli.test_november import NOVEMBER, run

PACKED = re.compile(r"H4sI[A-Za-z0-9+/=]{100,}")
TELEPHONE = re.compile(r"(?<![\d.])(?:1[3-9]\d{9}|0\d{9,11})(?![\d.])")


def text_of(path: Path) -> str:
    """Return the text of a file, with what it holds compressed; of a workbook that of its cells."""
    if path.suffix != ".xlsx":
        text = path.read_bytes().decode("utf-8-sig")
        packed = PACKED.findall(text)
        assert bool(packed) == (path.suffix == ".html"), "what a page holds compressed is read as well"
        return text + "".join(gzip.decompress(base64.b64decode(one)).decode() for one in packed)
    rows = (row for sheet in openpyxl.load_workbook(path) for row in sheet.iter_rows(values_only=True))
    return "\n".join(str(cell) for row in rows for cell in row if cell is not None)


def test_no_output_of_an_audit_holds_a_whole_number_of_its_input(tmp_path: Path) -> None:
    """Reports, verdicts, rejected rows, data quality, messages and the page: none shows a number of the input whole."""
    folder = tmp_path / "november"
    shutil.copytree(NOVEMBER, folder, ignore=shutil.ignore_patterns("expected", "*.rejected.csv"))
    numbers = {
        found for name in ("contacts.xlsx", "cases.jsonl") for found in TELEPHONE.findall(text_of(folder / name))
    }
    assert len(numbers) > 10
    outputs = "report.json", "verdicts.jsonl", "quality.csv", "rejected.csv", "report.html", "report.xlsx"
    options = ["--format", "json", "--out", outputs[0], "--verdicts", outputs[1], "--verdicts-of", "all"]
    options += ["--quality", outputs[2], "--rejected", outputs[3], "--report", outputs[4]]
    done = run("audit", "contacts.xlsx", *options, cwd=folder)
    assert done.returncode == 1, done.stderr
    said = run("audit", "contacts.xlsx", "--lang", "zh", "--report", outputs[5], cwd=folder)
    shown = {name: text_of(folder / name) for name in outputs} | {"messages": done.stderr + said.stdout + said.stderr}
    assert all(shown.values())
    whole = {(name, number) for name, text in shown.items() for number in numbers if number in text}
    assert whole == set()

"""``audit --report`` through the command as it is installed."""

from pathlib import Path

import openpyxl
import pytest

from tests.cli.test_november import november, run

__all__ = ["november"]


def test_an_audit_writes_a_workbook_beside_what_it_prints(november: Path) -> None:
    """What is printed and the exit code are the same as without it; the workbook holds every finding."""
    result = run("audit", "contacts.xlsx", "--lang", "zh", "--quiet", "--report", "out/report.xlsx", cwd=november)
    assert (result.returncode, result.stderr) == (1, "")
    expected = (november / "expected" / "report.zh.txt").read_text("utf-8")
    assert result.stdout.partition("\n依据\n")[0] == expected.partition("\n依据\n")[0]
    book = openpyxl.load_workbook(november / "out" / "report.xlsx")
    assert book["违规明细"].max_row == 1 + 53


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("report.pdf", "the suffixes are"),
        ("contacts.xlsx", "contacts.xlsx"),
        ("cases.jsonl/x.xlsx", "cases.jsonl/x.xlsx"),
    ],
)
def test_a_report_that_cannot_be_written_is_refused(november: Path, path: str, said: str) -> None:
    """An unknown suffix, an input, or a place that is none: the log is left as it was, and the cause is said."""
    before = (november / "contacts.xlsx").read_bytes()
    result = run("audit", "contacts.xlsx", "--lang", "en", "--quiet", "--report", path, cwd=november)
    assert result.returncode == 2
    assert said in result.stderr
    assert (november / "contacts.xlsx").read_bytes() == before

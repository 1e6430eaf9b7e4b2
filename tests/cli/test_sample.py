"""``collection-guard sample`` on the shipped example, as it is installed."""

import re
import shlex
from pathlib import Path

import openpyxl
import pytest
from typer.testing import CliRunner

from collection_guard.cli.main import app
from tests.cli.test_november import november, run

__all__ = ["november"]


def test_a_list_is_drawn_filled_in_and_read_back(november: Path) -> None:
    """The command that is printed reads the list back; the options of a plan may stand in a file."""
    (november / "plan.yaml").write_text("seed: 2025-11\nsize: 150\n", "utf-8")
    made = run(
        "sample", "contacts.xlsx", "--plan", "plan.yaml", "--rule", "threat-made", "--write", "review.xlsx",
        "--lang", "en", "--quiet", cwd=november,
    )  # fmt: skip
    assert (made.returncode, made.stderr) == (0, "")
    book = openpyxl.load_workbook(november / "review.xlsx")
    sheet = book.worksheets[0]
    head = {str(cell.value): cell.column for cell in sheet[1]}
    assert sheet.data_validations.dataValidation
    for row in range(2, sheet.max_row + 1):
        sheet.cell(row, head["Finding"]).value = "no violation"
    book.save(november / "review.xlsx")
    (command,) = re.findall(r"^    (collection-guard sample .*)$", made.stdout, re.MULTILINE)
    read = run(*shlex.split(command)[1:], "--quiet", cwd=november)
    assert (read.returncode, read.stderr) == (0, "")
    assert re.search(r"Confirmed +0 of 2$", read.stdout, re.MULTILINE)
    assert re.search(r"Corrected rate +0\.0 % \(0\.0 % to \d", read.stdout)


def test_an_appeal_that_was_upheld_becomes_a_sample_that_check_holds_the_rules_to(november: Path) -> None:
    """The agency's table comes back; the sample fails `check` until what was wrong is mended."""
    run("audit", "contacts.xlsx", "--lang", "zh", "--quiet", "--format", "csv", "--out", "v.csv", cwd=november)
    head, *rows = (november / "v.csv").read_text("utf-8-sig").splitlines()
    place = head.split(",").index("申诉结论") - len(head.split(","))
    changed = []
    for row in rows:
        parts = row.split(",")
        parts[place] = "成立" if "HD2511-018" in row and "threat-made" in row else parts[place]
        changed.append(",".join(parts))
    (november / "v.csv").write_text("\n".join([head, *changed]), "utf-8")
    arguments = ("--appeals", "v.csv", "--labels", "labels.yaml", "--lang", "en", "--quiet")
    made = run("sample", "contacts.xlsx", *arguments, cwd=november)
    assert (made.returncode, made.stderr) == (0, "")
    assert "1 appeal was upheld" in made.stdout
    checked = run("check", "labels.yaml", "--lang", "en", cwd=november)
    assert checked.returncode == 1
    assert "expected clear, found violation" in " ".join(checked.stdout.split())


def test_what_is_history_is_not_drawn(november: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --since the contacts before are looked back on; only those after are drawn."""
    monkeypatch.chdir(november)
    arguments = ["--seed", "1", "--size", "900", "--strata", "channel", "--of", "contacts"]
    arguments += ["--write", "list.csv", "--since", "2025-11-20", "--quiet"]
    result = CliRunner().invoke(app, ["sample", "contacts.xlsx", *arguments])
    assert (result.exit_code, result.stderr) == (0, "")
    days = set(re.findall(r"2025-11-\d\d", (november / "list.csv").read_text("utf-8-sig")))
    assert days
    assert min(days) >= "2025-11-20"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--seed", "1", "--write", "review.doc"), "the suffixes are .xlsx .csv"),
        (("--seed", "1", "--write", "contacts.xlsx"), "contacts.xlsx"),
        (("--seed", "1", "--labels", "x.yaml"), "--labels goes with"),
        (("--size", "10", "--rule", "threats-made"), "no seed is given"),
        (("--seed", "1", "--rule", "law-firm-not-in-official-directory"), "there is nothing to review"),
    ],
)
def test_what_cannot_be_drawn_is_refused_with_its_reason(
    november: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    """Nothing is written."""
    before = (november / "contacts.xlsx").read_bytes()
    monkeypatch.chdir(november)
    result = CliRunner().invoke(app, ["sample", "contacts.xlsx", *arguments, "--lang", "en", "--quiet"])
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert (november / "contacts.xlsx").read_bytes() == before

"""``collection-guard timeline`` on the shipped example, as it is installed."""

import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collection_guard.cli.main import app
from tests.cli.test_november import november, run

__all__ = ["november"]
ABOUT = "third-party-while-borrower-reachable"


def test_a_complaint_becomes_a_timeline_a_page_and_a_draft(november: Path) -> None:
    """All contacts of the case are listed with their verdicts; the command that is printed explains the gravest one."""
    result = run(
        "timeline", "contacts.xlsx", "--case", "YZ-1101", "--around", "2025-11-05", "--about", ABOUT,
        "--report", "page.html", "--lang", "en", "--quiet", cwd=november,
    )  # fmt: skip
    assert (result.returncode, result.stderr) == (0, "")
    assert "7 (2 in violation, 0 that cannot be judged in all, 5 others)" in " ".join(result.stdout.split())
    assert "属实 (substantiated)" in result.stdout
    assert "关于催收投诉的答复（草稿）" in result.stdout
    (command,) = re.findall(r"^    (collection-guard explain .*)$", result.stdout, re.MULTILINE)
    explained = run(*shlex.split(command)[1:], cwd=november)
    assert "[violation] Third party contacted while the borrower can be reached" in explained.stdout
    page = (november / "page.html").read_text("utf-8")
    assert "HD2511-013" in page
    assert not list(november.glob("*.rejected.csv"))


def test_a_number_shows_masked_and_leads_to_its_case(november: Path) -> None:
    """Whoever has only the number learns which case holds more."""
    result = run("timeline", "contacts.xlsx", "--number", "16500110001", "--lang", "en", "--quiet", cwd=november)
    assert result.returncode == 0
    assert "16500110001" not in result.stdout
    assert "--case YZ-1101" in " ".join(result.stdout.split())


def test_what_is_history_is_looked_back_on_and_not_judged(november: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --since the earlier contacts of a case are counted, not listed; nothing is refuted beside them."""
    monkeypatch.chdir(november)
    arguments = ["timeline", "contacts.xlsx", "--case", "YZ-1101", "--about", ABOUT, "--lang", "en", "--quiet"]
    whole, later = (CliRunner().invoke(app, [*arguments, *more]) for more in ([], ["--since", "2025-11-20"]))
    counted = [int(re.findall(r"(\d+)\s+\(\d+\s+in\s+violation", found.stdout)[0]) for found in (whole, later)]
    assert counted[0] > counted[1]
    assert f"{counted[0] - counted[1]} further contacts are history" in " ".join(later.stdout.split())
    assert "further contacts are history" not in whole.stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("contacts.xlsx",), "it is not said whose contacts to look at"),
        (("--case", "YZ-1101"), "no log is given"),
        (("contacts.xlsx", "--number", "138****0001"), "`138****0001` is no whole number"),
        (("contacts.xlsx", "--case", "YZ-11O1", "--about", "threats-made"), "nearest: threat-made"),
        (("contacts.xlsx", "--case", "YZ-11O1", "--about", "threats-made"), "the case `YZ-11O1`"),
        (("contacts.xlsx", "--case", "YZ-1101", "--around", "5.11.2025"), "--around"),
        (("contacts.xlsx", "--case", "YZ-1101", "--report", "page.pdf"), "the suffixes are .html"),
    ],
)
def test_what_cannot_be_looked_up_is_refused_with_its_reason(
    november: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    """A misspelt case finds nothing, and nothing found must not look like an answer."""
    before = sorted(november.iterdir())
    monkeypatch.chdir(november)
    result = CliRunner().invoke(app, ["timeline", *arguments, "--lang", "en", "--quiet"])
    assert result.exit_code == 2
    assert said in result.stderr
    assert result.stdout == ""
    assert sorted(november.iterdir()) == before

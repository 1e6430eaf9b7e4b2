"""A telephone system's log and case profiles, through the command as it is installed: what they show and cannot."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_november import run

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "telephone"
PAGES = {"en": ROOT / "docs/audit.md", "zh": ROOT / "docs/zh/audit.md"}
HOURS, THIRD = "contact-outside-permitted-hours", "third-party-while-borrower-reachable"
AUDIT = ("audit", "Master.csv", "--cases", "cases.jsonl", "--quiet")
# Of the eight rows of Master.csv: 1 to the borrower, 3 by night, 5 to the mother, 6 to a number of nobody's, 7 came in.
# 2 is between extensions, 4 the unanswered leg of 5, 8 is 3 once more.
TO_BORROWER, BY_NIGHT, TO_MOTHER, TO_NOBODY, CAME_IN = (
    "1762135200.1", "1762176600.5", "1762221600.7", "1762225200.10", "1762259400.12",
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the example, with its verdicts."""
    found = tmp_path_factory.mktemp("telephone") / "example"
    shutil.copytree(EXAMPLE, found)
    done = run(*AUDIT, "--timezone", "Asia/Shanghai", "--verdicts", "v.jsonl", "--verdicts-of", "all",
               "--format", "json", "--out", "report.json", cwd=found)  # fmt: skip
    assert done.returncode == 1, done.stderr
    return found


@pytest.fixture(scope="module")
def verdicts(folder: Path) -> dict[tuple[str, str], dict[str, Any]]:
    """Return the verdicts by contact and rule."""
    lines = [json.loads(line) for line in (folder / "v.jsonl").read_text("utf-8").splitlines()]
    return {(line["event_id"], line["rule"]): line for line in lines}


def test_a_master_csv_and_profiles_give_violations_of_hours_and_of_third_parties(
    verdicts: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """The call by night and the call to the mother are violations, and no other contact is one of any rule."""
    found = {key for key, line in verdicts.items() if line["verdict"] == "violation"}
    assert found == {(BY_NIGHT, HOURS), (TO_MOTHER, THIRD)}
    assert {line["case_id"] for (event, _), line in verdicts.items() if event != TO_NOBODY} == {"C-1"}
    assert verdicts[TO_BORROWER, THIRD]["verdict"] == "not_applicable"
    assert verdicts[CAME_IN, HOURS]["verdict"] == "not_applicable"


def test_what_a_telephone_log_cannot_tell_is_said(
    folder: Path, verdicts: dict[tuple[str, str], dict[str, Any]]
) -> None:
    """Whose number it was, who answered and what was said are unknown, and the columns that would help are named."""
    unknown = verdicts[TO_NOBODY, THIRD]
    assert unknown["verdict"] == "unassessable"
    assert "recipient.is_third_party" in unknown["missing"]
    assert unknown["case_id"].startswith("number:")
    assert verdicts[TO_NOBODY, HOURS]["verdict"] == "clear"
    assert verdicts[TO_MOTHER, "debt-disclosed-to-third-party"]["verdict"] == "unassessable"
    report = json.loads((folder / "report.json").read_text("utf-8"))
    helpful = {column["field"] for column in report["missing"]["columns"]}
    assert {"content", "outcome.party", "recipient.relationship"} <= helpful


def test_without_the_zone_of_the_server_nothing_is_judged(folder: Path) -> None:
    """The command says what is missing and what to do, and exits as for an input that cannot be read."""
    done = run(*AUDIT, "--lang", "zh", cwd=folder)
    assert (done.returncode, done.stdout) == (4, "")
    assert "--timezone Asia/Shanghai" in done.stderr


@pytest.mark.parametrize("lang", PAGES)
def test_the_page_shows_what_the_command_prints(folder: Path, lang: str) -> None:
    """Each paragraph of the shown report stands in the report as it is printed, and the command is the one shown."""
    text = PAGES[lang].read_text("utf-8")
    (shown,) = re.findall(r"<!-- telephone -->\n```text\n(.*?)```\n<!-- /telephone -->", text, re.DOTALL)
    command = "collection-guard audit Master.csv --cases cases.jsonl --timezone Asia/Shanghai"
    assert f"\n{command} --lang {lang}\n" in text
    printed = run(*command.split()[1:], "--lang", lang, "--quiet", cwd=folder).stdout
    paragraphs = shown.strip("\n").split("\n\n")
    assert len(paragraphs) > 2
    assert [paragraph for paragraph in paragraphs if f"{paragraph}\n" not in printed] == []


def test_the_formats_are_listed() -> None:
    """--preset list prints every format in either language, and needs no log."""
    for lang, word in (("en", "told by"), ("zh", "认出的依据")):
        done = run("audit", "--preset", "list", "--lang", lang, cwd=ROOT)
        assert done.returncode == 0
        assert "asterisk-master" in done.stdout
        assert word in done.stdout


def test_a_name_of_no_format_is_a_mistake_of_the_command_line(folder: Path) -> None:
    """It exits with 2, and the nearest name is said."""
    done = run(*AUDIT, "--preset", "asterisk-mastr", "--lang", "en", cwd=folder)
    assert done.returncode == 2
    assert "nearest: asterisk-master" in done.stderr

"""What the example prints is what is shown in the READMEs and kept beside the example."""

import json
import re
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from project.tree import READMES, ROOT

NOVEMBER = ROOT / "examples/november"
EXPECTED = NOVEMBER / "expected"
LANGS = ("en", "zh")
AGAIN = "run scripts/examples and look at the difference"
DAY = ROOT / "examples/reconcile"
CORE = {
    "third-party-while-borrower-reachable",
    "debt-disclosed-to-third-party",
    "contact-outside-permitted-hours",
    "law-firm-not-on-registry",
}
"""The four constraints that the first example must show."""


@cache
def audit(log: str, lang: str, engine: str = "auto") -> dict[str, str]:
    """Return what an audit of the example prints and writes."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        files = {"verdicts.jsonl": folder / "verdicts", f"rejected.{lang}.csv": folder / "rejected"}
        verdicts, rejected = files.values()
        command = [sys.executable, "-m", "collection_guard", "audit", log, "--lang", lang]
        # What is given is printed again in the next command, so that only what differs from the example is given.
        command += [] if engine == "auto" else ["--engine", engine]
        command += ["--quiet", "--verdicts", str(verdicts), "--rejected", str(rejected)]
        done = subprocess.run(command, check=False, capture_output=True, cwd=NOVEMBER)
        assert done.returncode == 1, done.stderr.decode()
        report = re.sub(r"\b[0-9a-f]{12}\b", "(digest)", done.stdout.decode())
        return {f"report.{lang}.txt": report} | {key: path.read_text("utf-8") for key, path in files.items()}


@pytest.mark.parametrize("lang", LANGS)
def test_the_example_prints_what_is_kept_beside_it(lang: str) -> None:
    """Report, verdicts and rejected rows of the November log are those of examples/november/expected."""
    for name, found in audit("contacts.xlsx", lang).items():
        assert found == (EXPECTED / name).read_text("utf-8"), f"{name}: {AGAIN}"


@pytest.mark.parametrize(("readme", "lang"), list(zip(READMES, LANGS, strict=True)), ids=LANGS)
def test_the_finding_in_the_readme_is_what_the_tool_prints(readme: Path, lang: str) -> None:
    """The READMEs show a finding of the example, line by line as it is printed."""
    (shown,) = re.findall(
        r"<!-- finding -->\n```text\n(.*?)```\n<!-- /finding -->", readme.read_text("utf-8"), re.DOTALL
    )
    assert "third-party-while-borrower-reachable" in shown
    assert f"\n\n{shown}\n" in audit("contacts.xlsx", lang)[f"report.{lang}.txt"], AGAIN


def test_both_forms_of_the_log_give_the_same_verdicts() -> None:
    """The CSV in GB18030 and the workbook hold the same contacts, and give the same verdict file."""
    verdicts = audit("contacts.gb18030.csv", "zh")["verdicts.jsonl"]
    assert verdicts == (EXPECTED / "verdicts.jsonl").read_text("utf-8")


def test_the_reference_engine_gives_the_same_verdicts() -> None:
    """The engine is a matter of speed, not of verdicts."""
    verdicts = audit("contacts.xlsx", "en", "reference")["verdicts.jsonl"]
    assert verdicts == (EXPECTED / "verdicts.jsonl").read_text("utf-8")


def test_the_example_shows_the_core_constraints_and_what_is_missing() -> None:
    """Each of the four core constraints is violated at least once, and something could not be assessed."""
    lines = [json.loads(line) for line in (EXPECTED / "verdicts.jsonl").read_text("utf-8").splitlines()]
    assert {line["rule"] for line in lines if line["verdict"] == "violation"} >= CORE
    unassessable = [line for line in lines if line["verdict"] == "unassessable"]
    assert unassessable
    assert all(line["missing"] for line in unassessable)


@pytest.mark.parametrize("lang", LANGS)
def test_personal_data_is_masked_in_what_is_kept(lang: str) -> None:
    """No telephone number and no name of a borrower stands in full in the printed report."""
    profiles = [json.loads(line) for line in (NOVEMBER / "cases.jsonl").read_text("utf-8").splitlines()]
    numbers = [entry["number"] for profile in profiles for entry in profile.get("numbers") or []]
    names = [entry["name"] for profile in profiles for entry in profile.get("emergency_contacts") or []]
    report = (EXPECTED / f"report.{lang}.txt").read_text("utf-8")
    assert [word for word in (*numbers, *names) if word and word in report] == []


# --- reconciliation -------------------------------------------------------------------------------------------------


@cache
def reconcile(lang: str, form: str = "text") -> str:
    """Return what the reconciliation of the example prints."""
    command = [sys.executable, "-m", "collection_guard", "reconcile", "--lang", lang, "--format", form, "--quiet"]
    for name in ("notes", "calls", "recordings", "collectors", "own-numbers"):
        command += [f"--{name}", f"{name}.csv"]
    done = subprocess.run(command, check=False, capture_output=True, cwd=DAY)
    assert done.returncode == 1, done.stderr.decode()
    return done.stdout.decode()


@pytest.mark.parametrize("lang", LANGS)
def test_the_reconciliation_prints_what_is_kept_beside_it(lang: str) -> None:
    """The report on the day of notes and calls is that of examples/reconcile/expected."""
    assert reconcile(lang) == (DAY / f"expected/report.{lang}.txt").read_text("utf-8"), AGAIN


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_of_the_day_names_every_finding(readme: str) -> None:
    """The table of the README has a row for each finding, with the rows that it is about."""
    text = (DAY / readme).read_text("utf-8")
    told = {(kind, rows) for rows, kind in re.findall(r"^\| ((?:CJ|HD)[^|]*) \| `([a-z-]+)` \|", text, re.MULTILINE)}
    findings = json.loads(reconcile("en", "json"))["findings"]
    found = {
        (one["kind"], ", ".join(row["id"] for row in one["rows"] if row["side"] != "recordings")) for one in findings
    }
    assert {(kind, tuple(sorted(rows.split(", ")))) for kind, rows in told} == {
        (kind, tuple(sorted(rows.split(", ")))) for kind, rows in found
    }
    assert len(findings) == len(told)

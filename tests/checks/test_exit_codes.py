"""Every exit code of a check and their precedence, through the command as it is installed."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from checks.scene import NUMBER, copy, inside
from collection_guard.cli.main import app

Run = Callable[..., subprocess.CompletedProcess[str]]
HOUSE = ("--rules", "house", "--timezone", "Asia/Shanghai", "--engine", "reference", "--detector", "none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the scene with a log in which nothing is wrong, and one with a single violation."""
    folder = copy(tmp_path)
    head = (folder / "november.csv").read_text("utf-8").splitlines()[0]
    clean = "A-1,C-1,甲公司,call,outbound,2025-11-03 10:00:00,,self"
    (folder / "clean.csv").write_text(f"{head}\n{clean}\n", "utf-8")
    (folder / "parent.csv").write_text(f"{head}\n{clean.replace('self', 'parent')}\n", "utf-8")
    (folder / "unknown.csv").write_text(f"{head}\n{clean.replace('self', '')}\n", "utf-8")
    (folder / "good.conduct.yaml").write_text(
        'events: [{channel: call, direction: outbound, started_at: "2025-11-20T22:00:00+08:00"}]\n'
        "expect: [{rule: call-at-night, verdict: violation}]\n"
    )
    return folder


CODES = {
    "nothing wrong": (0, ["clean.csv", "good.conduct.yaml", "house", "partners", "waivers.yaml"]),
    "a minor violation": (1, ["parent.csv"]),
    "a minor violation, only critical ones fail": (0, ["parent.csv", "--fail-on", "critical"]),
    "a minor violation, none fails": (0, ["parent.csv", "--fail-on", "never"]),
    "an unmet expectation": (1, ["samples", "--fail-on", "never"]),
    "a rate above its limit": (
        1,
        ["november.csv", "--max-rejected", "1", "--fail-on", "never", "--max-rate", "twice-a-day=1%"],
    ),
    "a rate below its limit": (0, ["parent.csv", "--max-rate", "mother-called=100%"]),
    "a lapsed waiver": (1, ["clean.csv", "--waivers", "waivers.yaml", "--today", "2027-06-01"]),
    "an unused waiver": (0, ["clean.csv", "--waivers", "waivers.yaml", "--today", "2025-12-01"]),
    "no path": (2, []),
    "an unknown format": (2, ["clean.csv", "--format", "xml"]),
    "two formats to stdout": (2, ["clean.csv", "--format", "text", "--format", "json"]),
    "more files than formats": (2, ["clean.csv", "--out", "a", "--out", "b"]),
    "two formats to one file": (2, ["clean.csv", "--format", "text", "--out", "a", "--format", "json", "--out", "a"]),
    "a day that is none": (2, ["clean.csv", "--today", "tomorrow"]),
    "an unknown option": (2, ["clean.csv", "--fail-at", "minor"]),
    "an impossible limit": (2, ["clean.csv", "--max-rate", "call-at-night=300%"]),
    "a limit of an unknown rule": (2, ["clean.csv", "--max-rate", "call-at-nite=3%"]),
    "waivers that are wrong": (2, ["clean.csv", "--waivers", "notes.yaml"]),
    "a baseline that is none": (2, ["clean.csv", "--baseline", "notes.yaml"]),
    "a baseline read and written": (2, ["clean.csv", "--baseline", "b.json", "--write-baseline", "b.json"]),
    "a report that cannot be written": (2, ["clean.csv", "--out", "clean.csv/report.txt"]),
    "an example that does not hold": (3, ["late"]),
    "rules that are not there": (3, ["clean.csv", "--rules", "nowhere"]),
    "a file that is not recognised": (4, ["notes.yaml"]),
    "a missing file": (4, ["nowhere.csv"]),
    "a rejected row": (4, ["november.csv", "--fail-on", "never"]),
    "a rejected row that is allowed": (0, ["november.csv", "--fail-on", "never", "--max-rejected", "1"]),
    "a verdict that could not be reached": (5, ["unknown.csv", "--strict"]),
    "a verdict that could not be reached, not strict": (0, ["unknown.csv"]),
    "2 before 3": (2, ["late", "--max-rate", "x"]),
    "3 before 4": (3, ["late", "notes.yaml"]),
    "3 before 1": (3, ["late", "parent.csv"]),
    "4 before 1": (4, ["notes.yaml", "parent.csv"]),
    "1 before 5": (1, ["parent.csv", "unknown.csv", "--strict"]),
    "4 before 5": (4, ["notes.yaml", "unknown.csv", "--strict"]),
}


INSTALLED = {
    "nothing wrong",
    "a minor violation",
    "no path",
    "an example that does not hold",
    "a file that is not recognised",
    "a verdict that could not be reached",
    *(name for name in CODES if " before " in name),
}
"""Outcomes that are looked at through the command as it is installed: each code, and each step of their precedence."""


def complete(words: list[str]) -> list[str]:
    """Return the words of a command line with the small pack, unless they name another."""
    return ["check", *words, *(HOUSE[2:] if "--rules" in words else HOUSE)]


@pytest.mark.parametrize("name", CODES)
def test_exit_codes(folder: Path, name: str) -> None:
    """Each outcome has its exit code; of several the first of 2, 3, 4, 1 and 5 is given, and nobody sees a trace."""
    code, words = CODES[name]
    with inside(folder):
        done = CliRunner().invoke(app, complete(words))
    assert (done.exit_code, done.output) == (code, done.output)
    assert done.exception is None or isinstance(done.exception, SystemExit)
    assert code == 0 or done.output


@pytest.mark.parametrize("name", sorted(INSTALLED))
def test_exit_codes_of_the_installed_command(installed: Run, folder: Path, name: str) -> None:
    """The command that the wheel installs ends with the same codes."""
    code, words = CODES[name]
    done = installed("collection-guard", *complete(words), cwd=folder)
    assert (done.returncode, done.stdout, done.stderr) == (code, done.stdout, done.stderr)
    assert "Traceback" not in done.stderr


def test_several_formats_are_written_at_once(installed: Run, folder: Path) -> None:
    """The n-th file is the n-th format's, one format may go to stdout, and nothing else stands there."""
    words = ["--format", "sarif", "--out", "a.sarif", "--format", "junit", "--out", "b/c.xml", "--format", "json"]
    done = installed("collection-guard", "check", "parent.csv", *words, *HOUSE, cwd=folder)
    assert done.returncode == 1
    assert json.loads((folder / "a.sarif").read_text("utf-8"))["version"] == "2.1.0"
    assert (folder / "b/c.xml").read_text("utf-8").startswith("<?xml")
    assert json.loads(done.stdout)["counts"]["fails"] == 1
    assert done.stderr.startswith("checked: ")
    silent = installed("collection-guard", "check", "parent.csv", "--format", "json", "--quiet", *HOUSE, cwd=folder)
    assert silent.stderr == ""


def test_settings_of_an_audit_are_those_of_a_check(installed: Run, folder: Path) -> None:
    """The configuration is read; where it says nothing of thresholds, a check is stricter than an audit."""
    (folder / "collection-guard.yaml").write_text(
        "rules: [house]\ntimezone: Asia/Shanghai\nengine: reference\ndetector: none\n"
    )
    assert installed("collection-guard", "check", "parent.csv", cwd=folder).returncode == 1
    (folder / "collection-guard.yaml").write_text(
        "rules: [house]\ntimezone: Asia/Shanghai\nfail_on: critical\ndetector: none\n"
    )
    assert installed("collection-guard", "check", "parent.csv", cwd=folder).returncode == 0


def test_a_baseline_is_written_and_used(installed: Run, folder: Path) -> None:
    """After a baseline is written nothing that it knows fails; what is added does."""
    paths = ("samples", "parent.csv")
    assert (
        installed("collection-guard", "check", *paths, "--write-baseline", "b.json", *HOUSE, cwd=folder).returncode == 0
    )
    again = installed("collection-guard", "check", *paths, "--baseline", "b.json", *HOUSE, cwd=folder)
    assert again.returncode == 0
    assert "6 known from the baseline" in again.stdout
    more = installed(
        "collection-guard",
        "check",
        "november.csv",
        *paths,
        "--baseline",
        "b.json",
        "--max-rejected",
        "1",
        *HOUSE,
        cwd=folder,
    )
    assert more.returncode == 1


def test_a_changed_bound_fails(installed: Run, folder: Path) -> None:
    """21:00 changed to 22:00 in the rules fails the examples of the rules, and samples at the bound."""
    (folder / "bound.conduct.yaml").write_text(
        'events: [{channel: call, direction: outbound, started_at: "2025-11-20T21:00:00+08:00"}]\n'
        "expect: [{rule: call-at-night, verdict: violation}]\n"
    )
    words = ("collection-guard", "check", "house", "bound.conduct.yaml")
    assert installed(*words, *HOUSE, cwd=folder).returncode == 0
    pack = folder / "house/pack.yaml"
    pack.write_text(pack.read_text("utf-8").replace('value: "21:00"', 'value: "22:00"'), "utf-8")
    done = installed(*words, *HOUSE, cwd=folder)
    assert done.returncode == 3
    assert "call-at-night, example “nine sharp”: expected violation, found clear" in done.stdout
    assert "bound.conduct.yaml:2:10: [fails]" in done.stdout


def test_both_languages_and_masking_reach_the_terminal(installed: Run, folder: Path) -> None:
    """--lang zh speaks Chinese, and numbers are shown on request only."""
    done = installed("collection-guard", "check", "samples", "--lang", "zh", *HOUSE, cwd=folder)
    assert "应为违规，实为合规" in done.stdout
    for words, shown in (((), False), (("--unmasked",), True)):
        done = installed("collection-guard", "check", "samples", "--format", "junit", *words, *HOUSE, cwd=folder)
        assert (NUMBER in done.stdout) is shown


@pytest.mark.parametrize("name", ["samples", "waivers"])
def test_schemas_are_published(installed: Run, folder: Path, name: str) -> None:
    """`rules schema` prints the JSON Schemas of samples and waivers."""
    done = installed("collection-guard", "rules", "schema", name, cwd=folder)
    assert name in json.loads(done.stdout).get("properties", {}) or name in done.stdout
    assert json.loads(done.stdout)["$defs"]

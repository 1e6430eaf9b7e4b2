"""The main job on the shipped example, through the command as it is installed."""

import csv
import io
import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

NOVEMBER = Path(__file__).parents[2] / "examples" / "november"
CORE_CONSTRAINTS = {
    "third-party-while-borrower-reachable": ("借款人可联系时联系第三人", "Third party contacted while"),
    "debt-disclosed-to-third-party": ("向第三人透露债务", "Debt disclosed to a third party"),
    "contact-outside-permitted-hours": ("在可联系时段之外联系", "Contact outside the permitted hours"),
    "law-firm-not-on-registry": ("所称律师事务所不在合作机构名单上", "Claimed law firm not on the partner list"),
}


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in a folder."""
    env = {key: value for key, value in os.environ.items() if not key.startswith("COLLECTION_GUARD_")}
    return subprocess.run(
        [sys.executable, "-m", "collection_guard", *arguments],
        cwd=cwd,
        env=env | environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def november(tmp_path: Path) -> Path:
    """Return a copy of the example's folder, so that what a run writes stays out of the project."""
    folder = tmp_path / "november"
    # Whoever tried the example in the clone has rows there that an audit wrote beside the log.
    shutil.copytree(NOVEMBER, folder, ignore=shutil.ignore_patterns("*.rejected.csv"))
    return folder


def verdicts(folder: Path, log: str, *more: str) -> list[dict[str, object]]:
    """Return the verdict file of an audit."""
    result = run("audit", log, "--verdicts", "v.jsonl", "--verdicts-of", "all", "--quiet", *more, cwd=folder)
    assert result.returncode in {0, 1}, result.stderr
    return [json.loads(line) for line in (folder / "v.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_four_core_constraints_show_in_both_languages(november: Path, lang: str) -> None:
    """The audit exits 1 and names a violation of each of the four core constraints in the language asked for."""
    result = run("audit", "contacts.xlsx", "--lang", lang, cwd=november)
    assert result.returncode == 1
    for rule, titles in CORE_CONSTRAINTS.items():
        assert rule in result.stdout
        assert titles[0 if lang == "zh" else 1] in result.stdout


def test_report_says_what_was_not_known_and_not_read(november: Path) -> None:
    """The report names the missing facts, the rejected rows and the rows set aside, and the rejected file exists."""
    result = run("audit", "contacts.xlsx", "--lang", "en", cwd=november)
    assert "contact.conveyed" in result.stdout
    assert "rejected" in result.stdout
    assert "set aside" in result.stdout
    rejected = (november / "contacts.rejected.csv").read_text("utf-8-sig")
    rows = list(csv.reader(io.StringIO(rejected)))
    assert len(rows) == 3


def test_csv_and_excel_give_identical_verdicts(november: Path) -> None:
    """The same contacts give the same verdicts whatever the form of the file."""
    assert verdicts(november, "contacts.xlsx") == verdicts(november, "contacts.gb18030.csv")


def test_engines_agree_on_the_verdict_file(november: Path) -> None:
    """engines-agree: the verdict files of both engines are the same byte for byte."""
    files = []
    for engine in ("reference", "durable"):
        run("audit", "contacts.xlsx", "--verdicts", f"{engine}.jsonl", "--engine", engine, "--quiet", cwd=november)
        files.append((november / f"{engine}.jsonl").read_bytes())
    assert files[0] == files[1]
    assert files[0]


def test_violations_are_those_of_the_readme(november: Path) -> None:
    """The violations found are the wrongs that the example's README lists, row by row."""
    lines = (november / "README.md").read_text("utf-8").splitlines()
    table = [line.split("|")[1:3] for line in lines if line.startswith("| HD2511")]
    planted = {(row.strip(), rule.strip("` ")) for row, rules in table for rule in rules.split("<br>") if "`" in rule}
    found = {(v["event_id"], v["rule"]) for v in verdicts(november, "contacts.xlsx") if v["verdict"] == "violation"}
    assert found == planted


def _claim(folder: Path, *more: str) -> dict[str, object]:
    """Return the verdict on the visit that claimed a law firm."""
    wanted = ("HD2511-066", "law-firm-not-on-registry")
    return next(v for v in verdicts(folder, "contacts.xlsx", *more) if (v["event_id"], v["rule"]) == wanted)


@pytest.mark.parametrize("normal_form_listed", [True, False])
def test_claimed_firm_is_a_violation_whoever_resembles_it(november: Path, *, normal_form_listed: bool) -> None:
    """A firm that is not listed is a violation also where one that looks like it is, which is then a hint."""
    partners = next(iter(sorted((november / "partners").glob("*.csv"), reverse=True)))
    lines = [line for line in partners.read_text("utf-8-sig").splitlines() if "博源" not in line]
    header = next(csv.reader([lines[0]]))
    if normal_form_listed:
        row = dict.fromkeys(header, "")
        name = next(key for key in header if "名称" in key or key == "name")
        category = next(key for key in header if "类" in key or key == "category")
        row |= {name: "北京博源律师事务所", category: "law_firm"}
        lines.append(",".join(row[key] for key in header))
    partners.write_text("\n".join(lines) + "\n", "utf-8")
    verdict = _claim(november)
    assert verdict["verdict"] == "violation"
    assert ("北京博源律师事务所" in json.dumps(verdict["evidence"], ensure_ascii=False)) is normal_form_listed


def _agency_verdicts(folder: Path, *more: str) -> dict[str, set[str]]:
    """Return the verdicts on the agency dropped from the second list, before and from its day on."""
    lists = sorted((folder / "partners").glob("*.csv"))
    names = [{row[0] for row in csv.reader(io.StringIO(path.read_text("utf-8-sig")))} for path in lists]
    log = run("audit", "contacts.xlsx", "--format", "json", cwd=folder)
    assert log.returncode == 1
    dropped = names[0] - names[1]
    found: dict[str, set[str]] = {"before": set(), "after": set()}
    with (folder / "contacts.gb18030.csv").open(encoding="gb18030", newline="") as file:
        rows = list(csv.reader(file))
    header = next(row for row in rows if "话单编号" in row)
    columns = {name: header.index(name) for name in ("话单编号",)}
    agency = next(i for i, name in enumerate(header) if name in {"委外机构", "催收机构", "外包机构", "委外公司"})
    started = next(i for i, name in enumerate(header) if name in {"联系时间", "拨打时间", "呼叫时间", "触达时间"})
    when = {
        row[columns["话单编号"]]: row[started] for row in rows if len(row) == len(header) and row[agency] in dropped
    }
    for verdict in verdicts(folder, "contacts.xlsx", *more):
        if verdict["rule"] == "agency-not-on-registry" and verdict["event_id"] in when:
            side = "before" if when[str(verdict["event_id"])].replace("/", "-") < "2025-11-14" else "after"
            found[side].add(str(verdict["verdict"]))
    return found


def test_agency_dropped_from_the_list_is_clear_before_and_a_violation_after(november: Path) -> None:
    """A list holds until the first that omits the agency."""
    assert _agency_verdicts(november) == {"before": {"clear"}, "after": {"violation"}}


def test_list_known_by_month_leaves_that_month_open(november: Path) -> None:
    """Under a list known only by its month, what the two lists disagree on is unassessable in that month."""
    found = _agency_verdicts(november, "--registry", "partners-by-month")
    assert found == {"before": {"unassessable"}, "after": {"unassessable"}}


def test_history_is_said_to_be_unseen_and_can_be_declared(november: Path) -> None:
    """A log judged alone says that verdicts look back past it; declared incomplete, they become unassessable."""
    alone = run("audit", "contacts.xlsx", "--lang", "en", cwd=november)
    assert "look back past" in alone.stdout
    declared = verdicts(november, "contacts.xlsx", "--history-complete-from", "2025-11-08")
    taken = verdicts(november, "contacts.xlsx")
    changed = {
        (before["verdict"], after["verdict"])
        for before, after in zip(taken, declared, strict=True)
        if before["verdict"] != after["verdict"]
    }
    assert changed == {("violation", "unassessable"), ("clear", "unassessable")}


def test_personal_data_is_masked(november: Path) -> None:
    """No full number of the log stands in any report unless it is asked for."""
    numbers = {
        number["number"]
        for line in (november / "cases.jsonl").read_text("utf-8").splitlines()
        for number in json.loads(line)["numbers"] or []
    }
    for form in ("text", "json", "csv"):
        out = run("audit", "contacts.xlsx", "--format", form, cwd=november).stdout
        assert not [number for number in numbers if number in out]
    assert any(
        number in run("audit", "contacts.xlsx", "--format", "json", "--unmasked", cwd=november).stdout
        for number in numbers
    )


def test_explain_shows_the_parts_and_what_would_be_lawful(november: Path) -> None:
    """One event is explained rule by rule, with what held and what would have made it lawful."""
    result = run("explain", "HD2511-013", "contacts.xlsx", "--lang", "en", cwd=november)
    assert result.returncode == 0, result.stderr
    assert "third-party-while-borrower-reachable" in result.stdout
    assert "borrower.is_unreachable is true" in result.stdout
    assert "[yes] recipient.is_third_party is true" in result.stdout


def test_registry_lookup_gives_the_near_miss_as_a_hint(november: Path) -> None:
    """A name is looked up as of a date, and one that looks like it is named as not the same."""
    result = run("registry", "lookup", "博源(北京)律师事务所", "--on", "2025-11-20", "--lang", "en", cwd=november)
    assert result.returncode == 0, result.stderr
    assert "is not listed (law_firm)" in result.stdout


def test_the_next_command_explains_what_the_audit_found(november: Path) -> None:
    """The command printed at the end reads the same logs in the same way, and can be copied as it stands."""
    (november / "collection-guard.yaml").unlink()
    given = ("contacts.gb18030.csv", "--timezone", "Asia/Shanghai", "--param", "contacts_per_day=3", "--lang", "en")
    printed = run("audit", *given, "--cases", "cases.jsonl", cwd=november).stdout.splitlines()
    (command,) = (line for line in printed if "collection-guard explain" in line)
    program, *arguments = shlex.split(command)
    assert program == "collection-guard"
    result = run(*arguments, cwd=november)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"event {arguments[1]}, case ")
    assert "[violation]" in result.stdout


def test_a_contact_that_was_rejected_is_not_merely_missing(november: Path) -> None:
    """Asked for a contact whose row could not be read, explain says that rows were rejected."""
    (november / "collection-guard.yaml").unlink()
    result = run("explain", "HD2511-013", "contacts.gb18030.csv", "--lang", "en", cwd=november)
    assert result.returncode == 2
    assert "could not be read as contacts" in result.stderr

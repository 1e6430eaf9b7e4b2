"""Each format on the same findings: as expected, valid by its own definition, whole, and without personal data."""

import csv
import gzip
import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from junitparser import JUnitXml, TestSuite
from openpyxl import Workbook

from checks.scene import NUMBER, SCENE, check, copy, whole
from checks.write_golden import GOLDEN, rendered
from collection_guard.checks.findings import Finding, Place
from collection_guard.checks.report import CheckReport, Item
from collection_guard.model.texts import LANGS
from collection_guard.reports.checks import CHECK_FORMATS, render_check
from collection_guard.reports.github import escape_data, escape_property
from collection_guard.reports.markdown import LISTED, escaped
from collection_guard.reports.sarif import artifact, render_sarif

SCHEMA = json.loads((Path(__file__).parent / "schema/sarif-schema-2.1.0.json").read_text("utf-8"))


@cache
def scene() -> CheckReport:
    return whole()


def sarif(report: CheckReport, **options: Any) -> dict[str, Any]:
    """Return a check as SARIF, held against the schema."""
    log = json.loads(render_sarif(report, "en", **options)[0])
    jsonschema.Draft4Validator(SCHEMA, format_checker=jsonschema.FormatChecker()).validate(log)
    return log


def results(report: CheckReport, **options: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sarif(report, **options)["runs"][0]["results"]
    return found


def many(count: int, **changed: Any) -> CheckReport:
    """Return a check with so many violations."""
    report = scene()
    (item,) = (item for item in report.items if item.path == "november.csv")
    (first,) = (finding for finding in item.findings if finding.event == "N-2" and finding.standing == "fails")
    findings = [
        replace(first, event=f"M-{number}", identity=(first.rule or "", "C-1", f"M-{number}"), **changed)
        for number in range(count)
    ]
    return replace(report, items=[*report.items, Item("more.csv", "batch", findings=findings)])


def test_every_format_says_what_it_said() -> None:
    """Each report of the scene is, in both languages, as it is kept; write_golden.py writes them anew."""
    kept = {path.name: path.read_text("utf-8") for path in GOLDEN.iterdir()}
    assert kept == rendered()


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("output_format", CHECK_FORMATS)
def test_waived_findings_stand_in_every_format(output_format: Any, lang: Any) -> None:
    """A waived finding is shown with its reason, its approver and its ticket, whatever the format."""
    words, _ = render_check(scene(), output_format, lang)
    for part in ("she is the guardian", "LAW-2", "Law"):
        assert part in words
    assert "高某" in words


@pytest.mark.parametrize("output_format", CHECK_FORMATS)
def test_waived_findings_are_counted_in_every_format(output_format: Any) -> None:
    """The number of waived findings stands in each report, and is that of the findings that are waived."""
    words, _ = render_check(scene(), output_format, "en")
    counted = {
        "text": r"(\d+) waived",
        "github": r"(\d+) waived",
        "markdown": r"\| waived \| (\d+) \|",
        "json": r'"waived": (\d+)\n',
        "sarif": r'"counts":\{[^}]*"waived":(\d+)',
    }
    if output_format == "junit":
        numbers = re.findall(r'name="waived" value="(\d+)"', words)
        assert sum(map(int, numbers)) == 2
        assert words.count('type="waived"') == 2
    else:
        found = re.search(counted[output_format], words)
        assert found is not None
        assert int(found[1]) == 2


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("output_format", CHECK_FORMATS)
def test_personal_numbers_are_masked_unless_asked_for(output_format: Any, lang: Any) -> None:
    """A telephone number in a sample's name or a waiver's reason is masked in every format, and shown on request."""
    assert NUMBER not in render_check(scene(), output_format, lang)[0]
    assert NUMBER in render_check(scene(), output_format, lang, masked=False)[0]


# --- SARIF ---------------------------------------------------------------------------------------------------------


def test_sarif_is_valid_and_points_at_file_and_line() -> None:
    """The SARIF of the scene is valid, and each result that has a line points at it in a file that is there."""
    for result in results(scene()):
        (location,) = result["locations"]
        physical = location["physicalLocation"]
        if "region" in physical:
            lines = (SCENE / physical["artifactLocation"]["uri"]).read_text("utf-8").splitlines()
            assert 1 <= physical["region"]["startLine"] <= len(lines)
    (unmet,) = (result for result in results(scene()) if result["ruleId"] == "check/expectation-evidence")
    region = unmet["locations"][0]["physicalLocation"]["region"]
    assert "measure.earlier_today: 2" in (SCENE / "samples/night.conduct.yaml").read_text().splitlines()[9]
    assert region == {"startLine": 10, "startColumn": 9}


def test_sarif_suppresses_what_is_waived_and_nothing_else() -> None:
    """A waived result carries its suppression with the reason; no other result carries one."""
    suppressed = [result for result in results(scene()) if "suppressions" in result]
    assert [result["properties"]["standing"] for result in suppressed] == ["waived", "waived"]
    assert "she is the guardian" in suppressed[1]["suppressions"][0]["justification"]
    assert {result["properties"]["standing"] for result in results(scene())} == {"fails", "waived", "noted"}


def test_fingerprints_survive_moved_lines(tmp_path: Path) -> None:
    """Lines added above do not change what a finding is about; another event of the same rule is another finding."""
    folder = copy(tmp_path)
    before = results(check(folder, "november.csv", "samples"))
    for name in ("november.csv", "samples/night.conduct.yaml"):
        path = folder / name
        head = "一份日志\n" if name.endswith("csv") else "# one\n# two\n"
        path.write_text(head + path.read_text("utf-8"), "utf-8")
    after = results(check(folder, "november.csv", "samples"))

    def prints(found: list[dict[str, Any]]) -> list[str]:
        return sorted(
            one["partialFingerprints"]["primaryLocationLineHash"] for one in found if one["ruleId"] != "check/rejected"
        )

    assert prints(before) == prints(after)
    assert len(set(prints(before))) == len(prints(before))
    assert before[0]["locations"] != after[0]["locations"]


def test_two_findings_of_one_identity_are_told_apart() -> None:
    """Two findings of the same rule, case and event have fingerprints that differ in their number alone."""
    report = scene()
    found = [finding for finding in report.findings if finding.event == "N-2" and finding.rule == "call-at-night"]
    double = replace(report, items=[Item("x.csv", "batch", findings=found * 2)])
    prints = [result["partialFingerprints"]["collectionGuard/v1"] for result in results(double)]
    assert [one.partition(":")[2] for one in prints] == ["1", "2"]
    assert len({one.partition(":")[0] for one in prints}) == 1


def test_sarif_holds_what_code_scanning_shows_and_says_what_it_leaves_out() -> None:
    """Above 5,000 results the gravest stay, those that fail first, and the file says how many are missing."""
    report = many(25_100)
    words, left_out = render_sarif(report, "en")
    log = json.loads(words)
    kept = log["runs"][0]["results"]
    assert len(kept) == 5_000
    assert left_out == len(report.findings) - 5_000
    (notice,) = log["runs"][0]["invocations"][0]["toolExecutionNotifications"]
    assert f"{left_out:,} were left out" in notice["message"]["text"]
    assert {result["properties"]["standing"] for result in kept} == {"fails"}
    assert log["runs"][0]["properties"]["counts"]["waived"] == 2


def test_sarif_stays_below_the_size_that_is_taken() -> None:
    """A file that would be too large when compressed holds fewer results, and is valid."""
    report = many(200)
    most = 6_000
    words, left_out = render_sarif(report, "en", most_bytes=most)
    assert len(gzip.compress(words.encode(), mtime=0)) <= most
    assert 0 < left_out < len(report.findings)
    assert len(results(report, most_bytes=most)) == len(report.findings) - left_out


def test_sarif_names_files_as_addresses(tmp_path: Path) -> None:
    """A relative path is an address relative to the root of the sources; an absolute one is a file's own."""
    assert artifact("logs/十一月 1%.csv") == {
        "uri": "logs/%E5%8D%81%E4%B8%80%E6%9C%88%201%25.csv",
        "uriBaseId": "SRCROOT",
    }
    assert artifact(str(tmp_path / "a b.csv"))["uri"].startswith("file:///")
    assert artifact(str(tmp_path / "a b.csv"))["uri"].endswith("a%20b.csv")


@given(st.text(), st.text())
def test_sarif_is_valid_whatever_stands_in_the_input(name: str, file: str) -> None:
    """No text of an input makes the SARIF invalid."""
    finding = Finding("problem", "problem", name, Place(file or "x", 1), rule=name, values={})
    odd = replace(finding, kind="unexpected", code="unexpected", values={"rule": name, "event": name})
    sarif(replace(scene(), items=[Item(file, None, findings=[odd])]))


# --- JUnit ---------------------------------------------------------------------------------------------------------


def test_junit_is_read_back_by_a_parser() -> None:
    """A parser of JUnit counts in the file what the check counts: failures, errors, waived ones as skipped."""
    report = scene()
    read = JUnitXml.fromstring(render_check(report, "junit", "en")[0].encode())
    suites = {suite.name: suite for suite in read if isinstance(suite, TestSuite)}
    assert list(suites) == [item.path for item in report.items]
    cases = [case for suite in suites.values() for case in suite]
    assert len(cases) == read.tests == report.passed + len(report.findings)
    fails = [finding for finding in report.findings if finding.standing == "fails"]
    errors = [finding for finding in fails if finding.consequence in {"rules", "input"}]
    assert (read.failures, read.errors, read.skipped) == (len(fails) - len(errors), len(errors), 2)
    tags = [type(result).__name__ for case in cases for result in case.result]
    assert (tags.count("Failure"), tags.count("Error"), tags.count("Skipped")) == (read.failures, read.errors, 2)
    passed = [case for case in cases if case.is_passed]
    assert len(passed) == report.passed + sum(1 for one in report.findings if one.standing == "noted")


@given(st.text())
def test_junit_is_well_formed_whatever_stands_in_the_input(name: str) -> None:
    """No text of an input makes the XML unreadable."""
    odd = Finding("unexpected", "unexpected", name, Place(name or "x", 1), values={"rule": name, "event": name})
    words = render_check(replace(scene(), items=[Item(name, None, findings=[odd])]), "junit", "en")[0]
    read = JUnitXml.fromstring(words.encode("utf-8", "surrogatepass"))
    assert read.failures == 1


# --- GitHub --------------------------------------------------------------------------------------------------------


def unescaped(words: str, *signs: str) -> str:
    """Undo the escapes as the runner does: the per cent sign last."""
    for sign in (*signs, "\r", "\n", "%"):
        words = words.replace(f"%{ord(sign):02X}", sign)
    return words


def commands(words: str) -> list[tuple[str, dict[str, str], str]]:
    """Read workflow commands as the runner does: name, properties and message."""
    found = []
    for line in words.splitlines():
        match = re.fullmatch(r"::(\w+) (.*?)::(.*)", line)
        assert match is not None, line
        pairs = [pair.partition("=") for pair in match[2].split(",")]
        found.append((match[1], {name: unescaped(value, ":", ",") for name, _, value in pairs}, unescaped(match[3])))
    return found


@given(st.text())
def test_github_escapes_can_be_undone(words: str) -> None:
    """What the runner reads is what was meant, and it stands on one line."""
    assert unescaped(escape_data(words)) == words
    assert unescaped(escape_property(words), ":", ",") == words
    assert not {"\r", "\n"} & set(escape_data(words))
    assert not {"\r", "\n", ":", ","} & set(escape_property(words))


def test_github_lines_are_commands_at_their_lines() -> None:
    """Each finding is one command at its file and line; what does not fail is no error, and errors come first."""
    report = scene()
    lines = commands(render_check(report, "github", "en")[0])
    assert len(lines) == len(report.findings) + 1
    names = [name for name, _, _ in lines]
    assert names == sorted(names, key=["error", "warning", "notice"].index)
    wrong = next(line for line in lines if line[1].get("line") == "5" and line[1]["file"] == "november.csv")
    assert wrong == (
        "warning",
        {"file": "november.csv", "line": "5", "title": "[fails] mother-called"},
        "The parent was contacted: 100% wrong, never do it. (event N-4)\nCall the borrower instead, and: ask first.",
    )
    assert {name for name, properties, _ in lines if "[waived]" in properties["title"]} == {"notice"}


# --- Markdown and JSON -----------------------------------------------------------------------------------------------


@given(st.text(max_size=60))
def test_markdown_has_no_sign_that_was_not_meant(words: str) -> None:
    """Whatever stands in an input, it stays inside its cell: no pipe, tag, line end or mention of it is one."""
    shown = escaped(words)
    assert "\n" not in shown
    assert re.search(r"(?<!\\)(?:\\\\)*[|<>`@*_\[\]]", shown) is None


def test_markdown_lists_no_more_than_a_person_reads() -> None:
    """Of very many findings the gravest are listed, and the others are counted."""
    words = render_check(many(LISTED + 50), "markdown", "en")[0]
    fails = scene().counted()["fails"]
    assert f"{50 + fails} more: see --format json." in words


def test_json_holds_every_finding_and_both_languages() -> None:
    """The JSON holds as many findings as were made, each with its words in both languages."""
    data = json.loads(render_check(scene(), "json", "zh")[0])
    assert len(data["findings"]) == len(scene().findings)
    assert {finding["fingerprint"] for finding in data["findings"]} == {one.fingerprint for one in scene().findings}
    for finding in data["findings"]:
        assert finding["message"]["zh"] != finding["message"]["en"]
    assert data["counts"] == scene().counted() | {"passed": scene().passed}


# --- what is only in some runs ----------------------------------------------------------------------------------------


def test_sarif_says_what_is_new(tmp_path: Path) -> None:
    """Against a baseline each result says whether it is new; every format names the baseline or marks what it knows."""
    folder = copy(tmp_path)
    options: dict[str, Any] = {"max_rejected": 9, "exclude": ["labelled*"]}
    known = Counter(one.fingerprint for one in check(folder, "november.csv", **options).findings)
    report = check(folder, "november.csv", "samples", baseline=known, baseline_path="b.json", **options)
    states = {one["properties"]["kind"]: one["baselineState"] for one in results(report)}
    assert states["violation"] == "unchanged"
    assert states["expectation"] == "new"
    for lang in LANGS:
        text = render_check(report, "text", lang)[0]
        assert "b.json" in text
        assert "labelled.jsonl" in text
    assert 'type="known"' in render_check(report, "junit", "en")[0]


def test_rows_of_a_sheet_are_no_lines(tmp_path: Path) -> None:
    """A violation in a workbook is found at sheet and row; no format calls the row a line of the file."""
    book = Workbook()
    book.active.title = "十一月"
    for row in csv.reader((SCENE / "november.csv").read_text("utf-8").splitlines()):
        book.active.append(row)
    book.save(tmp_path / "november.xlsx")
    report = check(tmp_path, "november.xlsx", max_rejected=9)
    violations = [one for one in report.findings if one.kind == "violation"]
    assert (violations[0].place.line, violations[0].place.sheet, violations[0].place.row) == (None, "十一月", 2)
    (location,) = next(one for one in results(report) if one["properties"]["kind"] == "violation")["locations"]
    assert "region" not in location["physicalLocation"]
    assert location["logicalLocations"] == [{"name": "十一月:2", "kind": "element"}]
    assert "november.xlsx:十一月:2" in render_check(report, "text", "en")[0]
    assert "line=" not in render_check(report, "github", "en")[0]


def test_faults_of_the_data_are_noted(tmp_path: Path) -> None:
    """Identifiers that lost their digits in a spreadsheet are noted in words, and fail nothing."""
    head = "case_id,event_id,channel,direction,started_at,relationship\n"
    (tmp_path / "log.csv").write_text(head + "1.23E+15,A,call,outbound,2025-11-03 10:00:00,self\n", "utf-8")
    report = check(tmp_path, "log.csv")
    assert [(one.kind, one.standing) for one in report.findings] == [("data", "noted")]
    assert "case_id" in render_check(report, "text", "en")[0]


def test_a_threshold_of_never_is_said() -> None:
    """A report under which no violation fails says so, in both languages."""
    report = check(SCENE, "november.csv", fail_on="never", max_rejected=9)
    assert "violations as such do not make the check fail" in render_check(report, "text", "en")[0]
    assert "违规本身不令检查失败" in render_check(report, "markdown", "zh")[0]

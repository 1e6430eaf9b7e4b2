"""The conformance runner: closed vocabulary with positions, four statuses, JSON in the order of the file."""

import json
from pathlib import Path
from typing import Any

import pytest

from collection_guard.checks.conformance.run import CaseResult, ConformanceRun
from collection_guard.checks.conformance.vocabulary import vocabulary
from collection_guard.model.problems import InputError
from collection_guard.reports.conformance import conformance_json, conformance_text

CALL = {
    "id": "e1",
    "at": "2026-11-10T21:00:00+08:00",
    "tz": "Asia/Shanghai",
    "channel": "call",
    "direction": "outbound",
    "from_role": "collector",
    "to_role": "borrower",
    "outcome": "no_answer",
}
CASE = {
    "id": "night",
    "regime": "core",
    "citation": "the policy",
    "title": "a call at nine",
    "source": "policy",
    "verified": True,
    "kind": "rule_text_instance",
    "dates": "instantiated",
    "evidence": "primary",
    "facts": {"events": [CALL]},
    "expected": [{"target": "e1", "rule": "core.hours", "outcome": "prohibited"}],
}


def run(folder: Path, *cases: dict[str, Any]) -> list[CaseResult]:
    """Write cases as a file, and return their results."""
    path = folder / "cases.yaml"
    data = {"schema": {}, "sources": {"policy": {"title": "t"}}, "cases": list(cases)}
    path.write_text(json.dumps(data, indent=1), "utf-8")
    return ConformanceRun(engine="reference").run(path)


def codes(result: CaseResult) -> list[str]:
    """Return what makes a case unreadable."""
    return [problem.code for problem in result.problems]


def test_a_case_passes_fails_or_is_not_gated(tmp_path: Path) -> None:
    """What the rules say decides; an inference, a paraphrase and an open outcome decide nothing."""
    expected = {"target": "case", "rule": "core.hours"}
    results = run(
        tmp_path,
        CASE,
        CASE | {"id": "fails", "expected": [expected | {"outcome": "no_violation"}]},
        CASE | {"id": "derived", "kind": "derived"},
        CASE | {"id": "inferred", "verified": "inferred"},
        CASE | {"id": "paraphrase", "evidence": "secondary_paraphrase"},
        CASE | {"id": "open", "expected": [expected | {"outcome": "depends"}]},
        CASE | {"id": "list", "expected": [expected | {"target": ["e1"], "outcome": "violation"}]},
    )
    assert [(result.id, result.status) for result in results] == [
        ("night", "pass"),
        ("fails", "fail"),
        ("derived", "not_gated"),
        ("inferred", "not_gated"),
        ("paraphrase", "not_gated"),
        ("open", "not_gated"),
        ("list", "pass"),
    ]
    assert [result.gated for result in results] == [True, True, False, False, False, False, True]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"colour": "red"}, "conformance_key"),
        ({"regime": "xx"}, "conformance_word"),
        ({"title": 5}, "conformance_type"),
        ({"text": "pdpa"}, "conformance_text_of"),
        ({"source": "nobody"}, "conformance_word"),
        ({"expected": {}}, "conformance_type"),
        ({"facts": {"events": [CALL | {"channel": "fax"}]}}, "conformance_word"),
        ({"facts": {"events": [CALL | {"at": "2026-11-10T21:00:00"}]}}, "conformance_type"),
        ({"facts": {"events": [CALL | {"at": "noon, offset unknown"}]}}, "conformance_type"),
        ({"facts": {"events": [CALL | {"tz": "Mars/Olympus"}]}}, "conformance_type"),
        ({"facts": {"events": [CALL | {"visitors": True}]}}, "conformance_type"),
        ({"facts": {"events": [CALL | {"content_flags": ["smiles"]}]}}, "conformance_word"),
        ({"facts": {"events": [CALL | {"in_reply_to": "e9"}]}}, "conformance_event"),
        ({"facts": {"events": [CALL, CALL]}}, "conformance_twice"),
        ({"facts": {"events": [{key: CALL[key] for key in CALL if key != "to_role"}]}}, "conformance_missing"),
        ({"facts": {"events": [{key: CALL[key] for key in CALL if key != "at"}]}}, "conformance_missing"),
        ({"facts": {"events": [CALL], "quiet_windows": [{"start": "9:00"}]}}, "conformance_type"),
        ({"facts": {"events": [CALL], "instructions": [{"kind": "attorney", "at": "soon"}]}}, "conformance_type"),
        ({"expected": [{"target": "e9", "rule": "core.hours", "outcome": "violation"}]}, "conformance_event"),
        ({"expected": [{"target": "e1", "rule": "core.hour", "outcome": "violation"}]}, "conformance_word"),
        ({"expected": [{"target": "e1", "rule": "core.hours", "outcome": "wrong"}]}, "conformance_word"),
        ({"expected": [{"target": "e1", "rule": "core.hours", "outcome": "count_equals"}]}, "conformance_value"),
        (
            {"expected": [{"target": "e1", "rule": "core.hours", "outcome": "counters", "value": {"a": {"calls": 1}}}]},
            "conformance_value",
        ),
        (
            {"expected": [{"target": "e1", "rule": "core.hours", "outcome": "counted_toward_one_of", "value": []}]},
            "conformance_value",
        ),
        ({"expected": [{"target": "e1", "rule": "cn.hours", "outcome": "violation"}]}, "conformance_label"),
        ({"expected": [{"target": "e1", "rule": "core.hours", "outcome": "counted"}]}, "conformance_nothing_behind"),
    ],
)
def test_what_the_vocabulary_does_not_name_is_not_readable(tmp_path: Path, change: dict[str, Any], code: str) -> None:
    """Neither passed nor skipped: the case says what it is, with line and column."""
    (result,) = run(tmp_path, CASE | change)
    assert result.status == "not_readable"
    assert codes(result) == [code]
    assert result.problems[0].line is not None
    assert result.problems[0].line > 1


def test_the_place_and_the_nearest_name_of_an_unknown_word_are_said(tmp_path: Path) -> None:
    """A typing error is found where it stands."""
    path = tmp_path / "cases.yaml"
    run(tmp_path, CASE | {"expected": [{"target": "e1", "rule": "core.hour", "outcome": "violation"}]})
    line = next(n for n, text in enumerate(path.read_text("utf-8").splitlines(), 1) if "core.hour" in text)
    (result,) = ConformanceRun(engine="reference").run(path)
    (problem,) = result.problems
    assert (problem.file, problem.line, problem.values["nearest"]) == (str(path), line, "core.hours")
    shown = json.loads(conformance_json([result]))
    assert shown[0]["details"][0] | {"column": 1} == {
        "file": str(path),
        "line": line,
        "column": 1,
        "code": "conformance_word",
        "problem": "`expected[].rule` cannot be `core.hour`",
        "nearest": "core.hours",
    }


def test_two_cases_of_one_id_are_both_unreadable(tmp_path: Path) -> None:
    """Which of them was meant, nobody can say."""
    assert [codes(result) for result in run(tmp_path, CASE, CASE)] == [["conformance_twice"]] * 2


@pytest.mark.parametrize("text", ["", "cases: 5", "cases: []\nmore: 1", "a: [", "schema: {}"])
def test_a_file_that_holds_no_cases_is_refused(tmp_path: Path, text: str) -> None:
    """With its place, before anything is judged."""
    path = tmp_path / "cases.yaml"
    path.write_text(text, "utf-8")
    with pytest.raises(InputError):
        ConformanceRun().run(path)


def test_a_case_that_is_no_object_is_not_readable(tmp_path: Path) -> None:
    """It has its place in the list all the same."""
    path = tmp_path / "cases.yaml"
    path.write_text("cases: [5]\n", "utf-8")
    (result,) = ConformanceRun().run(path)
    assert (result.id, result.status) == ("", "not_readable")


def test_json_has_one_object_for_each_case_in_the_order_of_the_file(tmp_path: Path) -> None:
    """With the keys that others read."""
    results = run(tmp_path, CASE | {"id": "z"}, CASE | {"id": "a", "regime": "nowhere"})
    shown = json.loads(conformance_json(results))
    assert [(one["id"], one["regime"], one["status"], one["gated"]) for one in shown] == [
        ("z", "core", "pass", True),
        ("a", "nowhere", "not_readable", False),
    ]
    assert shown[0]["details"] == [
        {
            "target": "e1",
            "rule": "core.hours",
            "expected": "prohibited",
            "found": "violation: e1 contact-outside-permitted-hours",
            "holds": True,
            "gated": True,
        }
    ]


def test_the_text_says_what_is_not_as_expected_in_both_languages(tmp_path: Path) -> None:
    """A failing expectation shows both outcomes; the sums stand at the end."""
    wanted = {"target": "e1", "rule": "core.hours", "outcome": "no_violation"}
    results = run(tmp_path, CASE | {"expected": [wanted, wanted | {"outcome": "depends"}]})
    assert conformance_text(results, "en").splitlines() == [
        "FAIL  night [core]: a call at nine",
        "    e1 core.hours: expected no_violation, found violation: e1 contact-outside-permitted-hours",
        "    e1 core.hours: depends is not gated; found violation: e1 contact-outside-permitted-hours",
        "core: 0 pass, 1 fail, 0 not gated, 0 not readable",
    ]
    assert "未通过 1" in conformance_text(results, "zh")


def test_every_key_with_words_has_some(tmp_path: Path) -> None:
    """The vocabulary is whole: no key of words lacks its list, and each label names a regime."""
    words = vocabulary()
    assert [path for path, key in words.keys.items() if key.type == "word" and not key.words] == []
    assert set(words.labels.values()) <= set(words.keys["regime"].words)
    assert set(words.texts.values()) <= set(words.keys["regime"].words)

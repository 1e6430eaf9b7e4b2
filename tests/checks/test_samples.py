"""Labelled samples: every form is read, every mistake has its place, and what differs is said."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from checks.scene import SCENE, check, standing
from collection_guard.checks.report import CheckReport
from collection_guard.checks.samples import SampleFile
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.problems import Problem

EVENT = 'channel: call, direction: outbound, started_at: "2025-11-20T22:00:00+08:00"'
NIGHT = f"{{{EVENT}, recipient: {{timezone: Asia/Shanghai, relationship: self}}}}"
SAME = f"{{event_id: A, {EVENT}}}"
EXPECT_A = "expect: [{event: A, rule: call-at-night, verdict: clear}]\n"
EXPECT = "{rule: call-at-night, verdict: violation}"


def written(folder: Path, text: str, name: str = "x.conduct.yaml") -> CheckReport:
    """Return the check of one file of this text."""
    (folder / name).write_text(text, "utf-8")
    return check(folder, name)


def problems(report: CheckReport) -> list[tuple[str, int | None, int | None]]:
    """Return the problems that were found, with line and column."""
    return [
        (finding.problem.code, finding.place.line, finding.place.column)
        for finding in report.findings
        if isinstance(finding.problem, Problem)
    ]


@pytest.mark.parametrize(
    "text",
    [
        f"samples:\n  - events: [{NIGHT}]\n    expect: [{EXPECT}]\n",
        f"- events: [{NIGHT}]\n  expect: [{EXPECT}]\n",
        f"events: [{NIGHT}]\nexpect: [{EXPECT}]\n",
        f"- {{{EVENT}, recipient: {{timezone: Asia/Shanghai}}, expect: [{EXPECT}]}}\n",
    ],
    ids=["samples", "list", "one", "events"],
)
def test_every_form_of_a_yaml_file_is_read(tmp_path: Path, text: str) -> None:
    """Samples under a key, in a list, alone, or as labelled events come to the same and fit the published schema."""
    report = written(tmp_path, text)
    assert (report.passed, report.findings) == (1, [])
    jsonschema.validate(read_yaml(tmp_path / "x.conduct.yaml").data, SampleFile.model_json_schema(by_alias=True))


def test_the_scene_fits_the_published_schema() -> None:
    """The samples of the scene are valid by the schema that editors use; a misspelt key is not."""
    schema = SampleFile.model_json_schema(by_alias=True)
    data = read_yaml(SCENE / "samples/night.conduct.yaml").data
    jsonschema.validate(data, schema)
    data["samples"][0]["expct"] = []
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(data, schema)


def lines(*objects: dict[str, Any]) -> str:
    return "".join(json.dumps(item) + "\n" for item in objects)


def event(number: int, **fields: Any) -> dict[str, Any]:
    plain = {"channel": "call", "direction": "outbound", "started_at": f"2025-11-20T1{number}:00:00+08:00"}
    return plain | {"event_id": f"E-{number}", "recipient": {"timezone": "Asia/Shanghai"}} | fields


def test_labelled_events_of_a_file_are_one_log(tmp_path: Path) -> None:
    """Events of one case share their history across lines; those without a case stand alone."""
    second = [{"rule": "twice-a-day", "verdict": "violation", "evidence": {"measure.earlier_today": 1}}]
    first = [{"rule": "twice-a-day", "verdict": "clear"}]
    together = lines(event(1, case_id="C"), event(2, case_id="C", expect=second))
    apart = lines(event(1), event(2, expect=first))
    assert standing(written(tmp_path, together, "a.jsonl")) == []
    assert standing(written(tmp_path, apart, "b.jsonl")) == []


def test_cases_of_a_file_share_nothing(tmp_path: Path) -> None:
    """Two whole case histories are judged apart, even where they name the same case."""
    expect = [{"rule": "twice-a-day", "verdict": "clear"}]
    case = {"events": [event(1, case_id="C")], "expect": expect}
    report = written(tmp_path, lines(case, case), "a.jsonl")
    assert (report.passed, standing(report)) == (2, [])


def test_a_json_array_is_read_like_lines(tmp_path: Path) -> None:
    """An array of labelled events is read; its elements are no lines, and are not called so."""
    wrong = event(1, expect=[{"rule": "call-at-night", "verdict": "violation"}])
    report = written(tmp_path, json.dumps([wrong, wrong | {"event_id": "E-2"}]), "a.json")
    assert [finding.place.line for finding in report.findings] == [1, 1]


def test_what_a_sample_says_replaces_what_is_configured(tmp_path: Path) -> None:
    """Settings, parameters, profile and registry of a sample hold for it alone."""
    own = f"""\
- events: [{{{EVENT}, recipient: {{relationship: self}}}}]
  settings: {{timezone: Europe/London}}
  expect: [{{rule: call-at-night, verdict: clear}}]
- events: [{{{EVENT}, recipient: {{relationship: self}}}}]
  expect: [{{rule: call-at-night, verdict: violation}}]
- events: [{{{EVENT}, recipient: {{relationship: self}}}}]
  parameters: {{quiet_from: "22:30"}}
  expect: [{{rule: call-at-night, verdict: clear}}]
- events: [{{{EVENT}, recipient: {{relationship: self}}}}]
  profile: {{timezone: America/New_York}}
  expect: [{{rule: call-at-night, verdict: clear, evidence: {{}}}}]
"""
    report = written(tmp_path, own)
    assert (report.passed, standing(report)) == (4, [])


@pytest.mark.parametrize(
    ("expected", "code"),
    [
        ("verdict: clear", "expectation_verdict"),
        ("verdict: violation, evidence: {contact.local_time: {Asia/Shanghai: '21:00:00'}}", "expectation_evidence"),
        ("verdict: violation, evidence: {contact.channel: call}", "expectation_evidence"),
        ("verdict: violation, missing: [contact.direction]", "expectation_missing"),
        ("verdict: violation, evidence: {contact.direction: outbound}", None),
        ("verdict: violation, evidence: {contact.local_time: {Asia/Shanghai: '22:00:00'}}, missing: []", None),
    ],
)
def test_verdict_evidence_and_missing_facts_are_held_against_what_came_out(
    tmp_path: Path, expected: str, code: str | None
) -> None:
    """Each part of an expectation that does not hold is found; evidence need only be a part of the whole."""
    report = written(tmp_path, f"events: [{NIGHT}]\nexpect: [{{rule: call-at-night, {expected}}}]\n")
    assert standing(report) == ([] if code is None else [code])
    assert report.consequences() == (set() if code is None else {"violations"})


def test_an_exhaustive_sample_expects_every_violation(tmp_path: Path) -> None:
    """A violation that an exhaustive sample does not name is found; without the word it is not."""
    text = f"events: [{NIGHT}]\nexpect: [{{rule: mother-called, verdict: clear}}]\n"
    assert standing(written(tmp_path, text)) == []
    assert standing(written(tmp_path, text + "exhaustive: true\n")) == ["unexpected"]


MISTAKES = {
    "unknown rule": (
        f"events: [{NIGHT}]\nexpect:\n  - {{rule: call-at-nihgt, verdict: clear}}\n",
        "check_unknown_rule",
        3,
        5,
    ),
    "unknown key": (f"events: [{NIGHT}]\nexpect: [{EXPECT}]\nparamters: {{}}\n", "unknown_key", 3, 1),
    "unknown field": (f"events:\n  - {{{EVENT}, chanel: sms}}\nexpect: [{EXPECT}]\n", "unknown_key", 2, None),
    "impossible word": (
        f"events: [{NIGHT}]\nexpect:\n  - {{rule: call-at-night, verdict: broken}}\n",
        "wrong_word",
        3,
        None,
    ),
    "unknown missing fact": (
        f"events: [{NIGHT}]\nexpect: [{{rule: call-at-night, verdict: unassessable, missing: [contact.chanel]}}]\n",
        "unknown_fact",
        2,
        10,
    ),
    "unknown parameter": (
        f"- events: [{NIGHT}]\n  parameters: {{quiet_form: 1}}\n  expect: [{EXPECT}]\n",
        "override_unknown",
        1,
        3,
    ),
    "which event": (
        f"events:\n  - {NIGHT}\n  - {NIGHT}\nexpect:\n  - {EXPECT}\n",
        "sample_which_event",
        5,
        5,
    ),
    "no such event": (
        f"events: [{NIGHT}]\nexpect: [{{event: E-9, rule: call-at-night, verdict: clear}}]\n",
        "sample_unknown_event",
        2,
        18,
    ),
    "event twice": (
        f"events:\n  - {SAME}\n  - {SAME}\n{EXPECT_A}",
        "sample_event_twice",
        3,
        5,
    ),
    "nothing expected": (f"events: [{NIGHT}]\n", "missing_key", 1, 1),
    "no events": (f"events: []\nexpect: [{EXPECT}]\n", "shape_empty", 1, 9),
    "no list": ("samples: {a: 1}\n", "samples_no_list", 1, 10),
    "no mapping": ("samples: [1]\n", "sample_no_object", 1, 11),
    "no sample at all": ("samples: []\n", "samples_expect_nothing", 1, 1),
    "key beside samples": (
        f"samples:\n  - events: [{NIGHT}]\n    expect: [{EXPECT}]\nsmaples: []\n",
        "unknown_key",
        4,
        1,
    ),
    "naive time": (
        f"events: [{{channel: call, started_at: '2025-11-20 22:00'}}]\nexpect: [{EXPECT}]\n",
        "shape_instant",
        1,
        None,
    ),
    "key twice": (f"events: [{NIGHT}]\nexpect: [{EXPECT}]\nexpect: []\n", "yaml_duplicate_key", 3, 1),
}


@pytest.mark.parametrize(("text", "code", "line", "column"), MISTAKES.values(), ids=MISTAKES)
def test_a_mistake_in_a_sample_has_its_place(
    tmp_path: Path, text: str, code: str, line: int, column: int | None
) -> None:
    """Each way to get a sample wrong is a problem of the input with line and column, and never passes."""
    report = written(tmp_path, text)
    found = problems(report)
    assert (code, line) in [(one, at) for one, at, _ in found]
    if column is not None:
        assert (code, line, column) in found
    assert report.consequences() == {"input"}


def test_all_mistakes_of_a_file_are_found_at_once(tmp_path: Path) -> None:
    """Several mistakes in several samples are all reported, in one run."""
    text = "".join(
        f"- events: [{{{EVENT}, chanel: a}}]\n  expect: [{{rule: nope-{n}, verdict: bad}}]\n" for n in range(3)
    )
    assert len(problems(written(tmp_path, text))) == 6


def test_labels_of_one_event_are_about_it(tmp_path: Path) -> None:
    """A label beside an event may name it, and no other; two events of one id are refused."""
    expect = {"rule": "call-at-night", "verdict": "clear"}
    own = written(tmp_path, lines(event(1, expect=[expect | {"event": "E-1"}])), "a.jsonl")
    assert standing(own) == []
    other = written(tmp_path, lines(event(1, expect=[expect | {"event": "E-2"}])), "b.jsonl")
    assert problems(other) == [("sample_unknown_event", 1, 1)]
    twice = written(tmp_path, lines(event(1, expect=[expect]), event(1, expect=[expect])), "c.jsonl")
    assert problems(twice) == [("sample_event_twice", 2, 1)]


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ('{"channel": "call", "expect": []', "row_json_syntax"),
        ('{"channel": "call", "expect": [], "expect": []}', "row_json_duplicate_key"),
        ('{"chanel": "call", "started_at": "2025-11-20T10:00:00+08:00", "expect": []}', "unknown_key"),
        ("[1]", "row_json_no_object"),
    ],
)
def test_a_broken_line_of_json_costs_no_other(tmp_path: Path, line: str, code: str) -> None:
    """A line that is no sample is a problem at its line; the others are checked all the same."""
    good = lines(event(1, expect=[{"rule": "call-at-night", "verdict": "clear"}]))
    report = written(tmp_path, good + line + "\n", "a.jsonl")
    assert [(one, at) for one, at, _ in problems(report) if one == code] == [(code, 2)]
    assert report.consequences() == {"input"}
    assert report.passed == 1

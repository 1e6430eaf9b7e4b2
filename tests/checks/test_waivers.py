"""Waivers and baselines: what they cover, when they lapse, and that they hide nothing."""

import json
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from checks.scene import SCENE, check, copy, standing
from collection_guard.checks.baseline import against, baseline_of, read_baseline
from collection_guard.checks.findings import Finding, Place
from collection_guard.checks.report import CheckReport
from collection_guard.checks.run import adopt_baseline
from collection_guard.checks.waivers import WaiverFile, read_waivers
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.problems import ConfigurationError

WHOLE = {
    "rule": "call-at-night",
    "scope": {"case": "C-1"},
    "reason": "asked for",
    "approver": "Law",
    "ticket": "LAW-1",
    "expires": "2026-06-30",
}


def dumped(*entries: dict[str, Any]) -> str:
    """Return waivers as YAML, without the aliases that a writer makes of one object that stands twice."""
    return str(yaml.safe_dump({"waivers": json.loads(json.dumps(entries))}, allow_unicode=True))


def waived_by(folder: Path, *entries: dict[str, Any], **more: Any) -> CheckReport:
    """Return the check of the log of the scene with these waivers."""
    (folder / "w.yaml").write_text(dumped(*entries), "utf-8")
    (folder / "november.csv").write_text((SCENE / "november.csv").read_text("utf-8"), "utf-8")
    return check(folder, "november.csv", waivers="w.yaml", **({"max_rejected": 9} | more))


def events(report: CheckReport, of: str) -> list[str]:
    """Return the events of the violations that stand so."""
    found = [one for one in report.findings if one.kind == "violation" and one.standing == of]
    return [f"{one.event}:{one.rule}" for one in found]


@pytest.mark.parametrize(
    ("scope", "waived"),
    [
        ({"case": "C-1"}, ["N-1", "N-2"]),
        ({"event": "N-2"}, ["N-2"]),
        ({"case": "C-1", "event": "N-6"}, []),
        ({"agency": "甲公司"}, ["N-1", "N-2"]),
        ({"agency": " 甲 公司"}, ["N-1", "N-2"]),
        ({"agency": "甲"}, []),
        ({"from": "2025-11-03"}, ["N-1", "N-2", "N-6"]),
        ({"from": "2025-11-04"}, ["N-6"]),
        ({"to": "2025-11-03"}, ["N-1", "N-2"]),
        ({"from": "2025-11-06", "to": "2025-11-06", "agency": "乙公司"}, ["N-6"]),
    ],
)
def test_a_waiver_covers_what_fits_all_of_its_scope(tmp_path: Path, scope: dict[str, str], waived: list[str]) -> None:
    """Rule, case, event, agency and dates must all fit; both dates are inclusive, names are folded."""
    report = waived_by(tmp_path, WHOLE | {"scope": scope})
    assert events(report, "waived") == [f"{event}:call-at-night" for event in waived]
    assert report.counted()["waived"] == len(waived)
    total = len(events(report, "waived")) + len(events(report, "fails"))
    assert total == len(events(waived_by(tmp_path), "fails"))


@pytest.mark.parametrize(
    ("days", "codes", "fails"),
    [
        (-15, [], False),
        (-14, ["waiver_lapses_soon"], False),
        (0, ["waiver_lapses_soon"], False),
        (1, ["waiver_lapsed"], True),
        (400, ["waiver_lapsed"], True),
    ],
)
def test_a_waiver_warns_before_it_lapses_and_fails_after(
    tmp_path: Path, days: int, codes: list[str], fails: bool
) -> None:
    """It holds through its last day, warns from 14 days before, and once lapsed fails and waives nothing."""
    expires = date(2026, 6, 30)
    report = waived_by(tmp_path, WHOLE, today=expires + timedelta(days), fail_on="never")
    assert standing(report, kind="waiver") == codes
    assert (report.consequences() == {"violations"}) is fails
    assert events(report, "waived") == ([] if fails else ["N-1:call-at-night", "N-2:call-at-night"])


def test_a_lapsed_waiver_fails_though_it_is_about_nothing(tmp_path: Path) -> None:
    """A lapsed waiver is a finding that fails even where nothing else does."""
    report = waived_by(tmp_path, WHOLE | {"scope": {"case": "C-99"}}, today=date(2027, 1, 1), fail_on="never")
    assert standing(report, kind="waiver") == ["waiver_lapsed", "waiver_unused"]
    assert standing(report, standing="fails") == ["waiver_lapsed"]


def test_a_waiver_that_is_about_nothing_is_reported(tmp_path: Path) -> None:
    """An unused waiver is a finding at its line, and does not fail by itself."""
    report = waived_by(tmp_path, WHOLE | {"rule": "twice-a-day", "scope": {"case": "C-9"}}, fail_on="never")
    (finding,) = (one for one in report.findings if one.kind == "waiver")
    assert (finding.code, finding.standing, finding.place) == ("waiver_unused", "noted", Place("w.yaml", 2, 3))
    assert report.consequences() == set()


def test_each_waiver_that_is_about_a_violation_is_used(tmp_path: Path) -> None:
    """Of two waivers of one violation neither is unused; the one that holds is named, not the one that has lapsed."""
    lapsed = WHOLE | {"expires": "2025-12-31", "ticket": "OLD"}
    report = waived_by(tmp_path, lapsed, WHOLE | {"ticket": "NEW"})
    assert "waiver_unused" not in standing(report)
    assert {one.waiver.entry.ticket for one in report.findings if one.standing == "waived" and one.waiver} == {"NEW"}


@pytest.mark.parametrize("missing", sorted(WHOLE))
def test_every_part_of_a_waiver_is_required(tmp_path: Path, missing: str) -> None:
    """A waiver without rule, scope, reason, approver, ticket or last day is refused at its place."""
    entry = {name: value for name, value in WHOLE.items() if name != missing}
    (tmp_path / "w.yaml").write_text(dumped(entry), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_waivers(tmp_path / "w.yaml", {"call-at-night"})
    assert [(one.code, one.values["name"], one.line) for one in caught.value.problems] == [("missing_key", missing, 2)]


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"reason": " "}, None),
        ({"approver": "\u3000"}, None),
        ({"rule": "call-at-nite"}, "check_unknown_rule"),
        ({"scope": {}}, "waiver_without_scope"),
        ({"scope": {"from": "2025-12-01", "to": "2025-11-01"}}, "waiver_dates"),
        ({"scope": {"cases": "C-1"}}, "unknown_key"),
        ({"reason": ""}, None),
        ({"expires": "soon"}, None),
        ({"until": "2026-01-01"}, "unknown_key"),
    ],
)
def test_a_waiver_that_is_wrong_is_refused(tmp_path: Path, changed: dict[str, Any], code: str | None) -> None:
    """A misspelt rule or key, an empty scope and impossible dates are problems with their line."""
    (tmp_path / "w.yaml").write_text(dumped(WHOLE | changed), "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_waivers(tmp_path / "w.yaml", {"call-at-night"})
    (problem,) = caught.value.problems
    assert code is None or problem.code == code
    assert problem.line is not None
    assert problem.line >= 2


def test_the_waivers_of_the_scene_fit_the_published_schema() -> None:
    """The schema that editors use takes the waivers that the command takes."""
    jsonschema.validate(read_yaml(SCENE / "waivers.yaml").data, WaiverFile.model_json_schema(by_alias=True))


# --- baseline --------------------------------------------------------------------------------------------------------


def written_baseline(folder: Path, report: CheckReport) -> Counter[str]:
    (folder / "b.json").write_text(baseline_of(report.findings), "utf-8")
    return read_baseline(folder / "b.json")


def test_only_new_findings_fail(tmp_path: Path) -> None:
    """What a baseline knows does not fail; a new violation, a new unmet expectation and a new rate do."""
    folder = copy(tmp_path)
    paths = ("samples", "november.csv")
    options: dict[str, Any] = {"max_rejected": 9, "limits": ["twice-a-day=10%"]}
    known = written_baseline(tmp_path, check(folder, *paths, **options))
    same = check(folder, *paths, **options, baseline=known)
    assert same.consequences() == set()
    assert same.counted()["known"] == known.total() > 0
    log = folder / "november.csv"
    log.write_text(log.read_text("utf-8") + "N-7,C-9,乙公司,call,outbound,2025-11-07 23:00:00,,self\n", "utf-8")
    new = check(folder, *paths, **options, baseline=known)
    assert [(one.event, one.rule) for one in new.findings if one.standing == "fails"] == [("N-7", "call-at-night")]


def test_a_baseline_hides_nothing(tmp_path: Path) -> None:
    """Files that cannot be read, invalid packs, lapsed waivers and rejected rows are never known."""
    folder = copy(tmp_path)
    paths = ("late", "notes.yaml", "november.csv")
    known = written_baseline(tmp_path, check(folder, *paths, waivers="waivers.yaml"))
    report = check(folder, *paths, waivers="waivers.yaml", baseline=known)
    assert report.consequences() == {"rules", "input", "violations"}
    assert set(standing(report, standing="fails")) >= {
        "example_verdict",
        "rejected",
        "check_unrecognised",
        "waiver_lapsed",
    }


def test_what_is_gone_from_a_baseline_is_said(tmp_path: Path) -> None:
    """A baseline that knows more than is found is reported, so that it can be written anew."""
    folder = copy(tmp_path)
    known = written_baseline(tmp_path, check(folder, "november.csv", max_rejected=9))
    log = folder / "november.csv"
    log.write_text("\n".join(log.read_text("utf-8").splitlines()[:2]) + "\n", "utf-8")
    report = check(folder, "november.csv", baseline=known, baseline_path="b.json")
    assert standing(report) == ["violation", "baseline_gone"]
    assert report.baseline is not None
    assert (report.baseline.known, report.baseline.gone) == (6, 5)


def test_waived_findings_stay_out_of_a_baseline(tmp_path: Path) -> None:
    """What is waived today fails again once its waiver is gone: it was not written down as known."""
    folder = copy(tmp_path)
    known = written_baseline(tmp_path, check(folder, "november.csv", waivers="waivers.yaml", max_rejected=9))
    report = check(folder, "november.csv", max_rejected=9, baseline=known)
    assert events(report, "fails") == ["N-1:call-at-night", "N-3:mother-called"]


def test_a_baseline_names_nobody_and_is_the_same_twice(tmp_path: Path) -> None:
    """A baseline holds digests and rules alone, sorted, whatever the order of the findings."""
    report = check(SCENE, "november.csv", "samples", max_rejected=9)
    text = baseline_of(report.findings)
    assert text == baseline_of(reversed(report.findings))
    for word in ("N-1", "C-1", "甲公司", "13812345678", "november"):
        assert word not in text
    adopted = check(SCENE, "november.csv", "samples", max_rejected=9)
    assert adopt_baseline(adopted, "b.json") == text
    assert adopted.consequences() == set()


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_a_finding_is_known_as_often_as_it_was_counted(known: list[int], found: list[int]) -> None:
    """Of n findings of one identity no more are known than the baseline counts, and none that it counts is missed."""

    def finding(number: int) -> Finding:
        return Finding("violation", "violation", "", Place("x"), identity=(str(number),))

    baseline = Counter(finding(number).fingerprint for number in known)
    marked, gone = against([finding(number) for number in found], baseline)
    for number in range(4):
        count = sum(1 for one in marked if one == _known(finding(number)))
        assert count == min(known.count(number), found.count(number))
    assert gone == sum(max(0, known.count(number) - found.count(number)) for number in range(4))


def _known(finding: Finding) -> Finding:
    return replace(finding, standing="known")


@pytest.mark.parametrize(
    "text", ["", "[]", "{", "{}", '{"format": "other", "format_version": 1, "findings": []}', json.dumps([1])]
)
def test_what_is_no_baseline_is_refused(tmp_path: Path, text: str) -> None:
    """A file that is no baseline is a problem of the configuration, never an empty baseline."""
    (tmp_path / "b.json").write_text(text)
    with pytest.raises(ConfigurationError):
        read_baseline(tmp_path / "b.json")

"""Packs of regimes in an ordinary audit: further fields are read, findings cite their pack, columns give way."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.cli.test_november import run
from tests.conformance.test_runner import CASE

CALL = {
    "case_id": "C",
    "borrower_id": "B",
    "agency": "A",
    "channel": "call",
    "direction": "outbound",
    "recipient": {"relationship": "self", "number": "+12025550123", "timezone": "America/New_York"},
}
TALK = {"network": "connected", "answered_by": "human", "party": "borrower"}
PROFILE = {"case_id": "C", "timezone": "America/New_York", "instructions": [], "quiet_windows": []}


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Return a log of a conversation, and of a call that law requires two days later; a profile lies beside it."""
    events: list[dict[str, Any]] = [
        {"event_id": "1", "started_at": "2026-11-10T09:00:00-05:00", "outcome": TALK},
        {
            "event_id": "2",
            "started_at": "2026-11-12T09:00:00-05:00",
            "outcome": {"network": "no_answer"},
            "fields": {"purpose": "legally_required"},
        },
    ]
    (tmp_path / "cases.jsonl").write_text(json.dumps(PROFILE) + "\n", "utf-8")
    path = tmp_path / "log.jsonl"
    path.write_text("".join(json.dumps(CALL | event) + "\n" for event in events), "utf-8")
    return path


def audit(log: Path, *options: str) -> Any:
    """Return the process of an audit by two packs at once."""
    rules = ("--rules", "core,us-reg-f", "--timezone", "America/New_York", "--lang", "en")
    return run("audit", log.name, "--cases", "cases.jsonl", *rules, *options, cwd=log.parent)


def test_a_finding_cites_its_pack_and_what_speaks_against_a_presumption(log: Path) -> None:
    """The regime, its version and how far it was verified, the clause, and the factor that the further field gives."""
    report = json.loads(audit(log, "--format", "json").stdout)
    (found,) = [one for one in report["violations"] if one["rule"] == "call-after-conversation"]
    assert found["event_id"] == "2"
    regime = {"zh": "美国（联邦）", "en": "United States (federal)"}
    assert found["pack"] == {"name": "us-reg-f", "version": "1.0.0", "status": "verified", "regime": regime}
    assert found["force"] == "presumption"
    assert found["evidence"]["presumption:"] == {"speaks_against": ["required_by_law"]}
    assert found["sources"][0]["clause"].startswith("1006.14(b)(2)(i)(B)")
    assert any("required_by_law" in line for line in found["evidence_in_words"]["en"])


def test_findings_for_people_name_the_regime_its_clause_version_and_status(log: Path) -> None:
    """On the terminal, in both languages, and on the page; the house policy is of no regime, and names none."""
    shown = audit(log).stdout
    assert "1006.14(b)(2)(i)(B)" in shown
    assert "United States (federal): pack us-reg-f 1.0.0, verified; presumption" in " ".join(shown.split())
    assert "美国（联邦）：规则包 us-reg-f 1.0.0" in audit(log, "--lang", "zh").stdout.replace("\n", "")
    audit(log, "--report", "page.html")
    page = (log.parent / "page.html").read_text("utf-8")
    assert "United States (federal): pack us-reg-f 1.0.0, verified; presumption" in page
    assert ": pack core" not in page


def test_columns_refuse_what_they_cannot_decide(log: Path) -> None:
    """Asked for by name they say so; a pack that declares nothing new is decided by them as ever."""
    refused = audit(log, "--engine", "columnar")
    assert refused.returncode == 2
    assert "us-reg-f" in refused.stderr


def test_a_field_that_is_no_object_is_a_rejected_row(log: Path) -> None:
    """Further fields are given by name."""
    log.write_text(json.dumps(CALL | {"started_at": "2026-11-10T09:00:00-05:00", "fields": 5}) + "\n", "utf-8")
    report = json.loads(audit(log, "--format", "json").stdout)
    assert [row["reason"] for row in report["rejected"]] == ["field_type"]


def test_the_command_says_what_fails_and_what_cannot_be_read(log: Path) -> None:
    """Exit codes: 1 where a case fails, 4 where one cannot be read, 2 for what the option does not take."""
    folder = log.parent

    def written(name: str, change: dict[str, Any]) -> str:
        data = {"schema": {}, "sources": {"policy": {}}, "cases": [CASE | change]}
        (folder / name).write_text(json.dumps(data, indent=1), "utf-8")
        return name

    wanted = {"target": "e1", "rule": "core.hours", "outcome": "no_violation"}
    passed = run("check", "--conformance", written("good.yaml", {}), "--format", "json", cwd=folder)
    assert (passed.returncode, [one["status"] for one in json.loads(passed.stdout)]) == (0, ["pass"])
    assert run("check", "--conformance", written("wrong.yaml", {"expected": [wanted]}), cwd=folder).returncode == 1
    assert run("check", "--conformance", written("odd.yaml", {"regime": "core2"}), cwd=folder).returncode == 4
    assert run("check", "--conformance", "none.yaml", cwd=folder).returncode == 4
    assert run("check", "--conformance", "good.yaml", "more", cwd=folder).returncode == 2
    assert run("check", "--conformance", "good.yaml", "--format", "sarif", cwd=folder).returncode == 2


def test_regimes_are_listed_with_status_and_force(log: Path) -> None:
    """One line for each pack."""
    lines = run("rules", "list", "--regimes", "--lang", "en", cwd=log.parent).stdout.splitlines()
    (line,) = [one for one in lines if one.startswith("cn-national ")]
    assert "verified by press reports" in line
    assert "2025-02-28 … 2026-01-30" in line
    assert len(lines) == 17
    assert "us-reg-f 1.0.0 [verified] United States (federal) — 28 rules (" in "\n".join(lines)
    assert "São Paulo — 1 rule (binding), date of entry into force not given" in "\n".join(lines)
    two = run("rules", "list", "core,cn-national", "--regimes", "--lang", "en", cwd=log.parent)
    assert (two.returncode, len(two.stdout.splitlines())) == (0, 2)
    undated = run("rules", "list", "us-reg-f", "--regimes", "--lang", "zh", cwd=log.parent).stdout
    assert undated.endswith("28 条规则，有约束力、推定、提示，规则未写明生效日期\n")
    assert run("rules", "list", "cn-nationl", "--regimes", cwd=log.parent).returncode == 3

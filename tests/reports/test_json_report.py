"""The report as JSON: whole, the same whatever the order of the input, and its counts equal to what they count."""

import json
import random
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from collection_guard.model.texts import LANGS
from collection_guard.reports import render_json
from collection_guard.reports.json_report import FORMAT, FORMAT_VERSION
from reports.november import audit, event, intake, whole_intake, whole_report


def parsed(pack: str = "small") -> dict[str, Any]:
    """Return the JSON report on everything, parsed."""
    found: dict[str, Any] = json.loads(render_json(audit(whole_intake(), pack)))
    return found


@pytest.mark.parametrize("pack", ["small", "core"])
def test_counts_equal_the_rows_they_summarise(pack: str) -> None:
    """Every number can be had again from the lists beside it."""
    report = parsed(pack)
    counts, verdicts = report["counts"], report["counts"]["verdicts"]
    assert counts["rows_read"] == counts["contacts"] + len(report["rejected"]) + len(report["set_aside"])
    assert counts["rejected_by_reason"] == Counter(row["reason"] for row in report["rejected"])
    assert counts["set_aside_by_reason"] == Counter(row["reason"] for row in report["set_aside"])
    assert verdicts["violation"] == len(report["violations"]) > 0
    assert counts["contacts_in_violation"] == len({item["event_id"] for item in report["violations"]})
    assert {name: count for name, count in counts["violations_by_severity"].items() if count} == Counter(
        item["severity"] for item in report["violations"]
    )
    for kind in ("violation", "clear", "unassessable", "not_applicable"):
        assert verdicts[kind] == sum(tally[kind] for tally in report["by_rule"].values())
        assert verdicts[kind] == sum(agency["verdicts"][kind] for agency in report["by_agency"])
    assert sum(verdicts[kind] for kind in ("violation", "clear", "unassessable", "not_applicable")) == counts[
        "contacts"
    ] * len(report["rules"])
    assert counts["contacts"] == sum(agency["contacts"] for agency in report["by_agency"])
    for rule, tally in report["by_rule"].items():
        assert tally["violation"] == sum(item["rule"] == rule for item in report["violations"])
        assert tally["unassessable"] == sum(item["verdicts"] for item in report["missing"]["by_rule"].get(rule, []))


def test_every_violation_stands_by_itself() -> None:
    """Who, when, where, what, why, what to do instead and on what ground, in both languages."""
    [mother] = [item for item in parsed()["violations"] if item["rule"] == "mother-called"]
    assert (mother["event_id"], mother["case_id"], mother["file"], mother["sheet"], mother["row"]) == (
        "E-2",
        "C-1",
        "logs/november.xlsx",
        "联系记录",
        6,
    )
    assert mother["started_at"] == "2025-11-04T11:00:00+08:00"
    assert mother["evidence"] == {"contact.direction": "outbound", "recipient.relationship": "parent"}
    assert mother["message"]["zh"] == "联系了父母，当日此前 1 次。"
    assert mother["remedy"] == {"zh": "请联系借款人本人。", "en": "Call the borrower instead."}
    assert mother["sources"][0]["published"] == "2025-12-18"


def test_the_run_can_be_repeated_from_its_record() -> None:
    """Engine, packs with digests and parameters, registry, settings and files are all there."""
    report = whole_report()
    record = json.loads(render_json(report))["run"]
    [pack] = record["packs"]
    assert (pack["name"], pack["version"], pack["digest"]) == ("small", "1.2.3", "abcd" * 16)
    assert pack["parameters"] == {"contacts_per_day": None}
    assert record["engine"] == "reference"
    assert record["registry_digest"] == report.registry_digest
    assert record["settings"]["timezone"] == "Asia/Shanghai"
    assert record["files"][0]["digest"] == "feed" * 16


def test_the_report_says_what_it_is() -> None:
    """Programs can tell the format, its version, and whether people are masked."""
    for masked in (True, False):
        report = json.loads(render_json(whole_report(), masked=masked))
        assert (report["format"], report["format_version"], report["masked"]) == (FORMAT, FORMAT_VERSION, masked)


@pytest.mark.parametrize("pack", ["small", "core"])
def test_order_free(pack: str) -> None:
    """Shuffled rows give the same report."""
    whole = whole_intake()
    expected = render_json(audit(whole, pack))
    for seed in range(3):
        contacts = list(whole.contacts)
        random.Random(seed).shuffle(contacts)
        assert render_json(audit(replace(whole, contacts=tuple(contacts)), pack)) == expected


def test_every_text_stands_in_both_languages() -> None:
    """Wherever one language stands, so does the other, and neither is empty."""
    found = 0

    def look(value: Any) -> None:
        nonlocal found
        if isinstance(value, dict):
            if set(value) & set(LANGS):
                assert set(value) == set(LANGS)
                assert all(value.values())
                found += 1
            for inner in value.values():
                look(inner)
        elif isinstance(value, list):
            for inner in value:
                look(inner)

    look(parsed("core"))
    assert found > 50


def test_missing_facts_and_columns_are_counted_by_rule() -> None:
    """What was unknown is named with the number of verdicts that hang on it."""
    missing = parsed()["missing"]
    assert missing["by_rule"]["mother-called"] == [{"facts": ["recipient.relationship"], "verdicts": 1}]
    assert {"field": "recipient.relationship", "verdicts": 1, "rules": ["mother-called"]} in missing["columns"]


def test_rules_out_of_force_name_their_parameter() -> None:
    """A rule that waits for a number is not silently clear."""
    assert parsed()["not_in_force"] == [{"rule": "too-often", "parameters": ["contacts_per_day"]}]


def test_a_case_that_is_not_known_is_null() -> None:
    """The key under which such a contact is kept is no case."""
    contact = event(
        "E-1", "2025-11-04T10:00:00+08:00", case_id="number:0011223344556677", recipient={"relationship": "parent"}
    )
    [violation] = json.loads(render_json(audit(intake([contact]))))["violations"]
    assert violation["case_id"] is None


def test_an_empty_log_has_a_report_too() -> None:
    """Nothing read is a result."""
    report = json.loads(render_json(audit(intake([]))))
    assert report["counts"]["contacts"] == 0
    assert report["period"] == {"earliest": None, "latest": None}
    assert report["counts"]["verdicts"]["assessable_share"] is None

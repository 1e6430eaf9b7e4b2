"""Better or worse than last time is said as far as the numbers allow, and with every reason to doubt it."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.report import NO_AGENCY, Report
from collection_guard.model.problems import ConfigurationError
from collection_guard.reports import render_json, render_text
from collection_guard.reports.comparison import Change, Comparison, Earlier, compare, read_previous
from collection_guard.reports.intervals import Share
from reports import november
from reports.test_scorecard import BAD, GOOD, contacts, report


def earlier(found: Report, *, masked: bool = True, **changed: Any) -> Earlier:
    """Return a report as a later one finds it in a file."""
    content = json.loads(render_json(found, masked=masked))
    return Earlier.model_validate(content | changed)


def beside(after: Report, before: Report, **changed: Any) -> Comparison:
    """Return the comparison of two reports."""
    return compare(after, earlier(before, **changed))


def test_better_and_worse_need_more_than_chance() -> None:
    """Sixty instead of twenty of 400 is worse, the reverse better, and three instead of two says nothing."""
    few, many = report(contacts(GOOD, 400, 20)), report(contacts(GOOD, 400, 60))
    assert beside(many, few).overall.direction == "worse"
    assert beside(few, many).overall.direction == "better"
    assert beside(report(contacts(GOOD, 400, 3)), report(contacts(GOOD, 400, 2))).overall.direction == (
        "no_clear_difference"
    )


@given(st.integers(0, 50), st.integers(1, 50), st.integers(0, 50), st.integers(1, 50))
def test_a_change_and_its_reverse_say_the_opposite(hits: int, of: int, other_hits: int, other_of: int) -> None:
    """What is worse one way round is better the other, and the interval is mirrored."""
    one, other = Share(min(hits, of), of), Share(min(other_hits, other_of), other_of)
    there, back = Change(one, other), Change(other, one)
    assert there.interval == pytest.approx((-back.interval[1], -back.interval[0]))
    opposite = {"better": "worse", "worse": "better", "no_clear_difference": "no_clear_difference"}
    assert back.direction == opposite[there.direction]
    assert there.interval[0] <= other.hits / other.of - one.hits / one.of <= there.interval[1]


def test_an_earlier_audit_in_pieces_is_compared_by_what_it_counted() -> None:
    """It lists the first violations and counts all; rules that only it had are in its rate, and that is said."""
    before = report(contacts(GOOD, 40, 30))
    content = json.loads(render_json(before))
    content["violations"] = content["violations"][:2]
    content["counts"]["violations_left_out"] = 28
    found = compare(report(contacts(GOOD, 40, 30)), Earlier.model_validate(content))
    assert found.overall == Change(Share(30, 40), Share(30, 40))
    assert "earlier_counted" not in found.caveats
    content["by_rule"]["a-rule-of-then"] = {"violation": 0, "clear": 1, "unassessable": 0}
    assert "earlier_counted" in compare(before, Earlier.model_validate(content)).caveats


def test_agencies_are_found_again() -> None:
    """Each agency of both times is compared by its own contacts, the nameless too; a new one is named as new."""
    before = report(contacts(GOOD, 30, 2), contacts(None, 5, 1))
    found = beside(report(contacts(GOOD, 40, 3), contacts(None, 6, 2), contacts(BAD, 9, 1)), before)
    assert found.agencies == {
        GOOD: Change(Share(2, 30), Share(3, 40)),
        NO_AGENCY: Change(Share(1, 5), Share(2, 6)),
    }
    assert found.new_agencies == (BAD,)


@pytest.mark.parametrize("masked", [True, False])
def test_an_agency_with_a_number_in_its_name_is_found_again(masked: bool) -> None:
    """A name that the earlier report shows masked is masked before it is looked up."""
    name = "催收点13812345678"
    before = earlier(report(contacts(name, 10, 1)), masked=masked)
    assert list(compare(report(contacts(name, 10, 2)), before).agencies) == [name]


def test_only_rules_of_both_times_count() -> None:
    """A rule that the earlier audit did not have makes nothing worse, and it is said that the rules differ."""
    now = report(contacts(GOOD, 400, 60))
    then = json.loads(render_json(report(contacts(GOOD, 400, 0))))
    del then["by_rule"]["after-hours"]
    found = compare(now, Earlier.model_validate(then))
    assert found.overall == Change(Share(0, 400), Share(0, 400))
    assert "after-hours" not in found.rules
    assert "other_rules" in found.caveats


def test_the_same_report_is_no_different() -> None:
    """Against itself nothing is better or worse; that it is the same log is said."""
    whole = november.whole_report()
    found = beside(whole, whole)
    assert found.overall.before == found.overall.after
    assert {change.direction for change in (*found.rules.values(), *found.agencies.values())} == {"no_clear_difference"}
    assert set(found.caveats) == {"same_files", "periods_overlap"}


@pytest.mark.parametrize(
    ("changed", "caveat"),
    [
        ({"detector": "other 9"}, "other_detector"),
        ({"registry_digest": None}, "other_registry"),
        ({"packs": [{"name": "small", "digest": "0" * 64, "parameters": {"contacts_per_day": None}}]}, "rules_changed"),
        ({"packs": [{"name": "small", "digest": "abcd" * 16, "parameters": {}}]}, "other_parameters"),
    ],
)
def test_every_reason_to_doubt_is_named(changed: dict[str, Any], caveat: str) -> None:
    """Another detector, list, text of the rules or parameter is said, and nothing else."""
    whole = november.whole_report()
    run = json.loads(render_json(whole))["run"]
    assert set(beside(whole, whole, run=run | changed).caveats) == {caveat, "same_files", "periods_overlap"}


def test_less_known_is_a_reason_to_doubt() -> None:
    """Where much less could be assessed than before, fewer violations may be no better."""
    before = report(contacts(GOOD, 50))
    after = report(contacts(GOOD, 50))
    after.by_rule["after-hours"].unassessable, after.by_rule["after-hours"].clear = 40, 10
    assert "less_assessable" in beside(after, before).caveats
    assert "less_assessable" not in beside(before, after).caveats


def test_periods_one_after_the_other_do_not_overlap() -> None:
    """An earlier month is simply earlier."""
    now, then = report(contacts(GOOD, 5)), json.loads(render_json(report(contacts(GOOD, 5))))
    then["period"] = {"earliest": "2025-10-01T00:00:00+08:00", "latest": "2025-10-31T00:00:00+08:00"}
    assert "periods_overlap" not in compare(now, Earlier.model_validate(then)).caveats


def test_the_text_and_json_say_it() -> None:
    """The terminal says direction, both rates and the doubts; JSON holds the numbers."""
    now, before = report(contacts(GOOD, 400, 60)), report(contacts(GOOD, 400, 20))
    found = beside(now, before)
    words = " ".join(render_text(now, "en", comparison=found).split())
    assert "worse: 50.0 → 150.0 per 1,000" in words
    assert "the periods overlap" in words
    written = json.loads(render_json(now, comparison=found))["comparison"]
    assert written["contacts_in_violation"]["before"] == {"hits": 20, "of": 400}
    assert written["contacts_in_violation"]["direction"] == "worse"
    assert written["rules"]["after-hours"]["after"] == {"hits": 60, "of": 400}
    assert json.loads(render_json(now))["comparison"] is None


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("no json", "previous_no_report"),
        ("[" * 100_000, "previous_no_report"),
        ("[]", "previous_no_report"),
        ('{"format": "collection-guard-report", "format_version": 1}', "previous_no_report"),
        ('{"format": "collection-guard-report", "format_version": 99}', "previous_other_version"),
        (None, "previous_unreadable"),
    ],
)
def test_what_is_no_earlier_report_is_refused(tmp_path: Path, words: str | None, code: str) -> None:
    """A file that is absent, no JSON, no report or of another version is a problem with its name."""
    path = tmp_path / "before.json"
    if words is not None:
        path.write_text(words, "utf-8")
    with pytest.raises(ConfigurationError) as raised:
        read_previous(path)
    (problem,) = raised.value.problems
    assert (problem.code, problem.file) == (code, str(path))


def test_a_report_is_read_as_it_was_written(tmp_path: Path) -> None:
    """What the audit writes can be read as an earlier report."""
    path = tmp_path / "before.json"
    whole = november.whole_report()
    path.write_text(render_json(whole), "utf-8")
    assert read_previous(path) == earlier(whole)

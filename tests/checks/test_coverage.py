"""Coverage: each leaf seen true, false and unknown, each bound at -1, 0 and +1, and nothing claimed that was not."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, loaded, measure, named, parameter
from typer.testing import CliRunner

from checks.scene import copy
from collection_guard.checks.coverage import Coverage, coverage_of, rule_tests
from collection_guard.checks.trials import trials_of
from collection_guard.cli.main import app
from collection_guard.cli.rule_checks import share_of
from collection_guard.language import ir
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs, shipped_packs
from collection_guard.language.written import written_tests
from collection_guard.model.problems import ConfigurationError

DAY = "Asia/Shanghai"


def example(facts: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return an example of given facts; its verdict is of no account to coverage."""
    return {"name": json.dumps(facts), "verdict": "clear", "facts": facts} | parts


def covered(folder: Path, rule: dict[str, Any], **parts: Any) -> Coverage:
    """Return the coverage of a pack of one rule."""
    pack = loaded(folder, a_pack(rule, **parts))
    return coverage_of(pack, trials_of(pack))


def lacking(found: Coverage) -> list[tuple[str, str]]:
    """Return what is missing, as text and what it lacks."""
    return [(gap.text, gap.lacks) for gap in found.gaps]


def test_a_leaf_must_be_seen_true_false_and_unknown(tmp_path: Path) -> None:
    """Of each leaf of scope and condition, every truth that no example gives is told with its place."""
    rule = a_rule(
        applies_to={"contact.direction": "outbound"},
        forbid={"any": [{"contact.channel": ["call", "sms"]}, {"recipient.is_borrower": True}]},
        examples=[
            example({"contact.direction": "outbound", "contact.channel": "call"}),
            example({"contact.channel": "letter", "recipient.is_borrower": False}),
        ],
    )
    found = covered(tmp_path, rule)
    assert lacking(found) == [
        ("contact.direction: outbound", "no"),
        ("contact.channel: [call, sms]", "unknown"),
        ("recipient.is_borrower: true", "yes"),
    ]
    assert (found.leaves_seen, found.leaves, found.bounds) == (6, 9, 0)
    lines = (tmp_path / "pack.yaml").read_text("utf-8").splitlines()
    assert "contact.direction" in lines[found.gaps[0].line - 1]
    assert "contact.channel" in lines[found.gaps[1].line - 1]


def test_whether_a_fact_is_known_is_never_unknown(tmp_path: Path) -> None:
    """What no completion can do is not asked for."""
    rule = a_rule(
        forbid={"contact.party": {"known": False}}, examples=[example({}), example({"contact.party": "borrower"})]
    )
    found = covered(tmp_path, rule)
    assert (found.gaps, found.leaves_seen, found.leaves) == ([], 2, 2)


@pytest.mark.parametrize(
    ("values", "missing"),
    [
        ([3, 4, 5], []),
        ([4], ["below", "above"]),
        ([2, 6], ["below", "at", "above"]),
        ([[3, 4], [4, None]], ["below", "at", "above"]),
    ],
)
def test_a_bound_of_a_number_must_be_met_one_below_at_and_one_above(
    tmp_path: Path, values: list[Any], missing: list[str]
) -> None:
    """A number two away, or known only as a range, shows nothing of a bound."""
    rule = a_rule(forbid={"measure.m": {"ge": 4}}, examples=[example({"measure.m": value}) for value in values])
    found = covered(tmp_path, rule, measures={"m": measure()})
    assert [gap.lacks for gap in found.gaps if gap.kind == "bound"] == missing


@pytest.mark.parametrize(
    ("clock", "lacks"),
    [
        ("20:59:59", "below"),
        ("20:59:59.999999", "below"),
        ("21:00:00", "at"),
        ("21:00:00.000001", "above"),
        ("21:00:01", "above"),
    ],
)
def test_the_unit_of_a_time_is_one_second(tmp_path: Path, clock: str, lacks: str) -> None:
    """Whatever lies within a second of a time shows the side on which it lies; a second and more shows nothing."""
    condition = {"in_some_zone": {"contact.local_time": {"ge": "21:00"}}}

    def seen(time: str) -> set[str]:
        rule = a_rule(forbid=condition, examples=[example({"contact.local_time": {DAY: time}})])
        gaps = covered(tmp_path, rule).gaps
        return {"below", "at", "above"} - {gap.lacks for gap in gaps if gap.kind == "bound"}

    assert seen(clock) == {lacks}
    assert seen("20:59:58.999999") == seen("21:00:01.000001") == set()


def test_both_ends_of_a_between_are_bounds_of_their_own(tmp_path: Path) -> None:
    """What is near one end shows nothing of the other, and the place is that of the end."""
    between = {"between": {"from": "08:00", "to": "21:00"}}
    times = ["07:59:59", "08:00:00", "08:00:01"]
    rule = a_rule(
        forbid={"in_every_zone": {"contact.local_time": between}},
        examples=[example({"contact.local_time": {DAY: time}}) for time in times],
    )
    found = covered(tmp_path, rule)
    ends = [gap for gap in found.gaps if gap.kind == "bound"]
    assert [(gap.lacks, gap.text.endswith("(to)")) for gap in ends] == [
        (word, True) for word in ("below", "at", "above")
    ]
    lines = (tmp_path / "pack.yaml").read_text("utf-8").splitlines()
    assert '"to": "21:00"' in lines[ends[0].line - 1]


def test_what_a_fact_cannot_be_is_not_asked_for(tmp_path: Path) -> None:
    """A count is never below zero, and no contact starts before midnight or at 24:00."""
    rule = a_rule(
        forbid={
            "measure.m": {"gt": 0},
            "in_some_zone": {"contact.local_time": {"ge": "00:00", "lt": "24:00"}},
        },
        examples=[
            example({"measure.m": 0, "contact.local_time": {DAY: "00:00:00"}}),
            example({"measure.m": 1, "contact.local_time": {DAY: "00:00:01"}}),
            example({"contact.local_time": {DAY: "23:59:59"}}),
        ],
    )
    found = covered(tmp_path, rule, measures={"m": measure()})
    assert (found.bounds_seen, found.bounds) == (5, 5)


def test_bounds_of_defined_facts_count_where_rules_use_them(tmp_path: Path) -> None:
    """A definition is covered by the examples of the rules that rest on it, unless they give the fact itself."""
    facts = {"borrower.gone": {"title": named("g"), "when": {"measure.m": {"ge": "$limit"}}}}
    more: dict[str, Any] = {
        "facts": facts,
        "measures": {"m": measure()},
        "parameters": {"limit": parameter("int", 3)},
    }
    given = [example({"borrower.gone": value}) for value in (True, False, None)]
    rule = a_rule(forbid={"borrower.gone": True}, examples=given)
    assert covered(tmp_path, rule, **more).gaps == []
    rule["examples"] = [example({}), example({"measure.m": 3}), example({"measure.m": 2})]
    found = covered(tmp_path, rule, **more)
    assert [(gap.subject, gap.text, gap.lacks) for gap in found.gaps] == [
        ("borrower.gone", "measure.m: {ge: $limit}", "above")
    ]


def test_an_example_on_a_day_without_the_rule_shows_nothing(tmp_path: Path) -> None:
    """Neither before a rule is in force, nor where a parameter that it needs is not set."""
    shown = {"contact.channel": "call", "measure.m": 3}
    rule = a_rule(
        in_force={"from": "2025-10-01"},
        forbid={"contact.channel": "call", "measure.m": {"ge": "$limit"}},
        examples=[
            example(shown, on="2025-09-30", parameters={"limit": 3}),
            example(shown),
        ],
    )
    found = covered(tmp_path, rule, measures={"m": measure()}, parameters={"limit": parameter("int")})
    assert found.leaves_seen == found.bounds_seen == 0
    rule["examples"] = [example(shown, parameters={"limit": 3}), example(shown, parameters={"limit": 2})]
    found = covered(tmp_path, rule, measures={"m": measure()}, parameters={"limit": parameter("int")})
    assert (found.leaves_seen, found.bounds_seen) == (2, 2)


def test_events_show_what_facts_show(tmp_path: Path) -> None:
    """An example that gives a whole event is covered by the facts that are computed from it and its history."""
    call = {"channel": "call", "direction": "outbound"}
    rule = a_rule(
        forbid={"measure.m": {"ge": 2}},
        examples=[
            {
                "name": "third",
                "verdict": "violation",
                "event": call | {"started_at": "2025-11-20T12:00:00+08:00"},
                "history": [call | {"started_at": f"2025-11-20T1{hour}:00:00+08:00"} for hour in (0, 1)],
                "settings": {"timezone": DAY},
            }
        ],
    )
    found = covered(tmp_path, rule, measures={"m": measure()})
    assert lacking(found) == [
        ("measure.m: {ge: 2}", "no"),
        ("measure.m: {ge: 2}", "unknown"),
        ("measure.m: {ge: 2}", "below"),
        ("measure.m: {ge: 2}", "above"),
    ]


@pytest.mark.parametrize("name", shipped_packs())
def test_leaves_as_written_are_the_leaves_of_the_compiled_rules(name: str) -> None:
    """Number, order and facts agree for every rule and every definition of every pack that comes along."""
    (pack,) = load_packs([name])
    unset = {key: 3 for key, one in pack.header.parameters.items() if one.type == "int" and one.value is None}
    latest = compile_packs([pack], unset)[0].rule_sets[-1]
    pairs = [
        (written_tests(definition.when, ()), latest.defined[fact]) for fact, definition in pack.header.facts.items()
    ]
    compiled = {rule.id: rule for rule in latest.rules}
    pairs += [(rule_tests(rule, path), compiled[rule.id].whole) for rule, _, path in pack.rules]
    assert pairs
    for tests, node in pairs:
        leaves = [(number, test.fact) for number, atom in enumerate(ir.atoms_of(node)) for test in ir.tests_of(atom)]
        assert [(test.leaf, test.fact) for test in tests] == leaves


@pytest.mark.parametrize(
    ("written", "share"),
    [("100%", Fraction(1)), ("0.95", Fraction(19, 20)), ("2/3", Fraction(2, 3)), ("66.7 %", Fraction(667, 1000))],
)
def test_shares_are_read_exactly(written: str, share: Fraction) -> None:
    """A share is the fraction that is written, and not the float nearest to it."""
    assert share_of(written, "--fail-under") == share


@pytest.mark.parametrize("written", ["", "101%", "1.1", "3/2", "1/0", "-1", "most", "1e-3"])
def test_what_is_no_share_is_refused(written: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(ConfigurationError):
        share_of(written, "--fail-under")


def test_the_threshold_is_compared_as_fractions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two thirds are not under 2/3, and are under 66.67 %, which a rounded share would not be."""
    rule = a_rule(examples=[example({}), example({"contact.channel": "call"})])
    monkeypatch.chdir(tmp_path)
    rule["examples"][0]["verdict"] = "unassessable"
    rule["examples"][1]["verdict"] = "violation"
    loaded(tmp_path, a_pack(rule))
    command = ["rules", "test", ".", "--coverage", "--engine", "reference", "--lang", "en"]

    def code(share: str) -> int:
        return CliRunner().invoke(app, [*command, "--fail-under", share]).exit_code

    assert [code(share) for share in ("2/3", "66%", "66.67%", "66.666666667%")] == [0, 0, 3, 3]


def test_the_command_names_what_is_missing_and_samples_fill_it(tmp_path: Path) -> None:
    """What the examples of a pack lack may be shown by labelled samples; both languages say the same."""
    folder = copy(tmp_path)
    inside_folder = ["rules", "test", str(folder / "house"), "--coverage", "--engine", "reference"]
    alone = CliRunner().invoke(app, [*inside_folder, "--lang", "en"])
    assert "call-at-night: no example lies one unit below this bound" in alone.stdout
    both = CliRunner().invoke(app, [*inside_folder, "--lang", "en", "--samples", str(folder / "samples")])
    assert "call-at-night: no example lies one unit below this bound" not in both.stdout
    assert both.exit_code == 0
    chinese = CliRunner().invoke(app, [*inside_folder, "--lang", "zh"])
    assert len(chinese.stdout.splitlines()) == len(alone.stdout.splitlines())


def test_options_without_coverage_are_refused() -> None:
    """An option that would do nothing is not passed over."""
    found = CliRunner().invoke(app, ["rules", "test", "--fail-under", "1", "--samples", "x", "--lang", "en"])
    assert found.exit_code == 2
    assert "--fail-under" in found.stderr
    assert "--samples" in found.stderr


def test_a_rule_that_does_not_exist_is_refused() -> None:
    """A misspelt rule is not a rule with nothing to show."""
    found = CliRunner().invoke(app, ["rules", "test", "--rule", "threat-maid", "--lang", "en"])
    assert found.exit_code == 2
    assert "threat-made" in found.stderr


def test_the_core_pack_is_covered_whole() -> None:
    """Each leaf and each bound of the core pack is shown by its examples."""
    (pack,) = load_packs(["core"])
    found = coverage_of(pack, trials_of(pack))
    assert (found.gaps, found.problems) == ([], [])
    assert found.leaves > 200
    assert found.bounds > 20


@pytest.mark.no_cover
@pytest.mark.parametrize("name", [name for name in shipped_packs() if name != "us-ma"])
def test_the_examples_of_every_pack_show_every_leaf_and_bound(name: str) -> None:
    """True, false and unknown; below, at and above. us-ma carries the examples of the pack that it extends."""
    (pack,) = load_packs([name])
    found = coverage_of(pack, trials_of(pack))
    assert [(gap.subject, gap.text, gap.lacks) for gap in found.gaps] == []
    assert found.problems == []

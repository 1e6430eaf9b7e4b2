"""Mutation: what is changed, what catches it, and what counts as equivalent."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, loaded, measure, named, parameter
from typer.testing import CliRunner

from checks.scene import copy
from collection_guard.checks.mutation import Mutation, mutate
from collection_guard.checks.trials import trials_of
from collection_guard.cli.main import app

ZONE = "Asia/Shanghai"


def example(verdict: str, facts: dict[str, Any], **parts: Any) -> dict[str, Any]:
    """Return an example of given facts."""
    return {"name": f"{verdict} {json.dumps(facts)}", "verdict": verdict, "facts": facts} | parts


def mutated(folder: Path, rule: dict[str, Any], **parts: Any) -> Mutation:
    """Return what becomes of the mutants of a pack of one rule."""
    pack = loaded(folder, a_pack(rule, **parts))
    return mutate(pack, trials_of(pack))


def made(found: Mutation, kind: str) -> dict[str, str]:
    """Return what became of the mutants of a kind, by how they read."""
    return {one.mutant.after: one.fate for one in found.outcomes if one.mutant.kind == kind}


COUNT = {"measures": {"m": measure()}}


def test_examples_at_a_bound_and_beside_it_catch_every_change_of_it(tmp_path: Path) -> None:
    """One unit up or down, included or excluded, the other way round: each is caught, and by whom is said."""
    examples = [
        example("clear", {"measure.m": 3}),
        example("violation", {"measure.m": 4}),
        example("violation", {"measure.m": 5}),
        example("unassessable", {}),
    ]
    found = mutated(tmp_path, a_rule(forbid={"measure.m": {"ge": 4}}, examples=examples), **COUNT)
    of_rule = [one for one in found.outcomes if one.mutant.subject == "a-rule"]
    assert {one.mutant.after for one in of_rule} == {
        "",
        "none: [{measure.m: {ge: 4}}]",
        "measure.m: {gt: 4}",
        "measure.m: {le: 4}",
        "measure.m: {ge: 3}",
        "measure.m: {ge: 5}",
        "require",
    }
    assert {one.fate for one in of_rule} == {"caught"}
    lower = next(one for one in of_rule if one.mutant.after == "measure.m: {ge: 3}")
    assert lower.by == 'a-rule: clear {"measure.m": 3}'


def test_a_bound_that_no_example_comes_near_survives_with_its_place(tmp_path: Path) -> None:
    """Examples far from the bound catch neither a moved bound nor another inclusion; the bound is named."""
    examples = [example("clear", {"measure.m": 0}), example("violation", {"measure.m": 9}), example("unassessable", {})]
    found = mutated(tmp_path, a_rule(forbid={"measure.m": {"ge": 4}}, examples=examples), **COUNT)
    assert made(found, "bound") == {"measure.m: {ge: 3}": "survived", "measure.m: {ge: 5}": "survived"}
    assert made(found, "inclusion") == {"measure.m: {gt: 4}": "survived"}
    line = next(one.mutant.line for one in found.outcomes if one.mutant.kind == "bound")
    assert '"ge": 4' in (tmp_path / "pack.yaml").read_text("utf-8").splitlines()[line - 1]


def test_conditions_are_dropped_negated_and_joined_otherwise(tmp_path: Path) -> None:
    """Every entry of scope and condition goes, turns into its opposite, and all turns into any, with what is below."""
    rule = a_rule(
        applies_to={"contact.direction": "outbound"},
        forbid={"any": [{"contact.channel": ["call", "sms"]}, {"recipient.is_borrower": True}]},
    )
    found = mutated(tmp_path, rule)
    changes = Counter((one.mutant.kind, one.mutant.before) for one in found.outcomes)
    assert changes["dropped", "contact.direction: outbound"] == 1
    assert changes["negated", "contact.direction: outbound"] == 1
    assert changes["dropped", "recipient.is_borrower: true"] == 1
    assert changes["negated", "recipient.is_borrower: true"] == 1
    assert changes["word", "contact.channel: [call, sms]"] == 2
    assert [after.split(":")[0] for after in made(found, "group")] == ["all"]


def test_zones_are_swapped_and_a_bound_by_a_parameter_moves_with_the_parameter(tmp_path: Path) -> None:
    """A bound of one second more is one second more under each example's own parameters."""
    between = {"between": {"from": "08:00", "to": "$end", "to_is": "$end_is"}}
    rule = a_rule(
        require={"in_every_zone": {"contact.local_time": between}},
        examples=[
            example("violation", {"contact.local_time": {ZONE: "20:00:00"}}, parameters={"end": "20:00"}),
            example("clear", {"contact.local_time": {ZONE: "19:59:59"}}, parameters={"end": "20:00"}),
        ],
    )
    parameters = {"end": parameter("local_time", "21:00"), "end_is": parameter("inclusion", "excluded")}
    found = mutated(tmp_path, rule, parameters=parameters)
    ends = {after: fate for after, fate in made(found, "bound").items() if "$end" in after and "08:00" in after}
    moved = {after: fate for after, fate in ends.items() if "$end +1s" in after or "$end -1s" in after}
    assert set(moved.values()) == {"caught"}
    assert len(moved) == 2
    assert {fate for after, fate in made(found, "inclusion").items() if "not $end_is" in after} == {"caught"}
    assert made(found, "zones").popitem()[1] == "survived"
    # The pack's own value, which both examples override, could be anything.
    of_value = {one.mutant.after: one.fate for one in found.outcomes if one.mutant.subject == "$end"}
    assert of_value == dict.fromkeys(
        ('value: "20:59:59"', 'value: "21:00:01"', 'value: "20:00:00"', 'value: "22:00:00"'), "survived"
    )


def test_the_core_pack_catches_nearly_all_mutants_and_the_hour_more_among_them() -> None:
    """At least 95 % are caught; permitted hours until 22:00 instead of 21:00 are among the mutants, and caught."""
    command = ["rules", "mutate", "core", "--format", "json", "--fail-under", "95%", "--lang", "en"]
    found = CliRunner().invoke(app, command)
    assert found.exit_code == 0
    outcomes = json.loads(found.stdout)["outcomes"]
    assert len(outcomes) > 400
    (later,) = (one for one in outcomes if one["subject"] == "$permitted_to" and one["after"] == 'value: "22:00:00"')
    assert later["fate"] == "caught"
    assert later["caught_by"]


def test_a_change_that_no_case_tells_apart_is_equivalent_and_not_scored(tmp_path: Path) -> None:
    """Below 6 and below 7 are one where below 4 is asked for as well; only an enumeration of values knows."""
    rule = a_rule(
        forbid={"all": [{"measure.m": {"lt": 4}}, {"measure.m": {"lt": 6}}]},
        examples=[
            example("violation", {"measure.m": 3}),
            example("clear", {"measure.m": 4}),
            example("unassessable", {}),
            example("unassessable", {"measure.m": [3, 4]}),
        ],
    )
    found = mutated(tmp_path, rule, **COUNT)
    told = {(one.mutant.before[-2], one.mutant.after): one.fate for one in found.outcomes}
    assert told["6", "measure.m: {lt: 7}"] == told["6", "measure.m: {lt: 5}"] == "equivalent"
    assert told["6", "measure.m: {le: 6}"] == "equivalent"
    assert told["4", "measure.m: {lt: 5}"] == told["4", "measure.m: {le: 4}"] == "caught"
    scored = len(found.outcomes) - found.count("equivalent")
    assert found.score == Fraction(found.count("caught"), scored)


def test_what_rules_rest_on_is_changed_too(tmp_path: Path) -> None:
    """Definitions, sets, measures and parameters, each tried on the examples of the rules that rest on them."""
    call = {"channel": "call", "direction": "outbound", "case_id": "C"}
    rule = a_rule(
        forbid={"borrower.busy": True},
        examples=[
            {
                "name": "two calls within the week",
                "verdict": "violation",
                "event": call | {"started_at": "2025-11-20T12:00:00+08:00"},
                "history": [call | {"started_at": f"2025-11-{day}T12:00:00+08:00"} for day in (13, 19)],
            }
        ],
    )
    found = mutated(
        tmp_path,
        rule,
        measures={"m": measure(where="calls", window="$span")},
        sets={"calls": {"contact.channel": "call"}},
        parameters={"span": parameter("duration", "168h")},
        facts={"borrower.busy": {"title": named("b"), "when": {"measure.m": {"ge": 2}}}},
    )
    told = {(one.mutant.subject, one.mutant.after): one.fate for one in found.outcomes}
    assert told["$span", 'value: "604799s"'] == "caught"
    assert told["$span", 'value: "604801s"'] == "survived"
    assert told["borrower.busy", "measure.m: {ge: 3}"] == "caught"
    assert told["borrower.busy", "measure.m: {ge: 1}"] == "survived"
    assert told["calls", "none: [{contact.channel: call}]"] == "caught"
    assert told["calls", ""] == "survived"


def test_a_failing_example_catches_nothing(tmp_path: Path) -> None:
    """What does not come out as written to begin with would catch every mutant; it is set aside, and said."""
    found = mutated(tmp_path, a_rule(examples=[example("clear", {"contact.channel": "call"})]))
    assert found.failing == 1
    assert found.count("caught") == 0


def test_the_day_from_which_a_rule_holds_is_a_bound(tmp_path: Path) -> None:
    """A rule in force a day earlier or later is caught by examples on these days."""
    calls = {"contact.channel": "call"}
    rule = a_rule(
        in_force={"from": "2025-10-01"},
        examples=[example("violation", calls, on="2025-10-01"), example("not_applicable", calls, on="2025-09-30")],
    )
    assert made(mutated(tmp_path, rule), "force") == {"from: 2025-09-30": "caught", "from: 2025-10-02": "caught"}


@pytest.mark.parametrize(("share", "code"), [("0%", 0), ("100%", 3)])
def test_the_command_fails_under_a_score(tmp_path: Path, share: str, code: int) -> None:
    """The threshold is that of the score; the survivors stand on stdout, the score beside them."""
    folder = copy(tmp_path) / "house"
    found = CliRunner().invoke(app, ["rules", "mutate", str(folder), "--fail-under", share, "--lang", "en"])
    assert found.exit_code == code
    assert "not caught: bound moved by one unit: contact.local_time: {ge: $quiet_from}" in found.stdout
    assert "mutants" in found.stderr


def test_samples_catch_what_examples_do_not(tmp_path: Path) -> None:
    """A labelled sample is as good as an example."""
    folder = copy(tmp_path)
    command = ["rules", "mutate", str(folder / "house"), "--format", "json", "--rule", "call-at-night"]

    def survivors(*more: str) -> set[str]:
        found = CliRunner().invoke(app, [*command, *more])
        return {one["after"] for one in json.loads(found.stdout)["outcomes"] if one["fate"] == "survived"}

    alone = survivors()
    together = survivors("--samples", str(folder / "samples"))
    assert together < alone
    assert any("-1s" in after for after in alone - together)


def test_an_overlay_that_tightens_is_held_by_the_examples_of_the_pack_below(tmp_path: Path) -> None:
    """They were written for its parameters, none fails; what is tightened wants an example of a rule of its own."""
    calls = {"calls": parameter("int", 7, stricter="lower")}
    examples = [example("clear", {"measure.m": 6}), example("violation", {"measure.m": 7})]
    rule = a_rule("base-rule", forbid={"measure.m": {"ge": "$calls"}}, examples=examples)
    loaded(tmp_path / "small", a_pack(rule, pack="small", parameters=calls, **COUNT))
    own = [example("violation", {"measure.m": 5}), example("clear", {"measure.m": 4})]
    for more, fate in (([], "survived"), ([a_rule("own-rule", forbid=rule["forbid"], examples=own)], "caught")):
        pack = loaded(tmp_path / f"over-{fate}", a_pack(*more, pack="over", extends="small", tighten={"calls": 5}))
        found = mutate(pack, trials_of(pack))
        assert (found.failing, found.problems) == (0, [])
        assert {one.fate for one in found.outcomes if one.mutant.after == "measure.m: {gt: $calls}"} == {"caught"}
        assert set(made(found, "parameter").values()) == {fate}

"""Overlays and declarations of packs: what is refused, with both values and both places."""

from pathlib import Path
from typing import Any

import pytest

from collection_guard.engines.examples import run_examples
from collection_guard.engines.judge import engine_maker
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import RulesError

from .small import Json, a_pack, a_rule, measure, named, parameter, written

BASE = a_pack(
    a_rule("base-rule", forbid={"measure.m": {"ge": "$calls"}}, severity="minor"),
    parameters={
        "calls": parameter("int", 7, stricter="lower"),
        "open_from": parameter("local_time", "08:00", stricter="higher"),
        "ways": parameter("words", ["call", "sms"], stricter="subset"),
        "loose": parameter("int", 5),
        "dated": {
            "type": "int",
            "title": named("p"),
            "values": [{"from": "2020-01-01", "value": 5}, {"from": "2021-01-01", "value": 4}],
            "stricter": "lower",
        },
    },
    measures={"m": measure()},
)


def overlay(folder: Path, *rules: Json, **parts: Any) -> list[str]:
    """Return the codes of what is wrong with an overlay of the base; none if it is sound."""
    written(folder / "small", BASE)
    pack = a_pack(*rules, pack="over", extends="small", **parts)
    try:
        compile_packs(load_packs([written(folder / "over", pack)]))
    except RulesError as error:
        return [problem.code for problem in error.problems]
    return []


def test_an_overlay_has_what_the_pack_below_it_has(tmp_path: Path) -> None:
    """It adds rules, raises severities and tightens parameters; what it does not touch stays."""
    assert overlay(tmp_path) == []
    pack = a_pack(
        a_rule("own-rule", forbid={"measure.m": {"ge": 1}, "measure.n": {"ge": 1}}),
        pack="over",
        extends="small",
        tighten={"calls": 5, "open_from": "09:00", "ways": ["call"], "dated": 3},
        raise_severity={"base-rule": "critical"},
        measures={"n": measure()},
    )
    (read,) = load_packs([written(tmp_path / "over", pack)])
    (compiled,) = compile_packs([read])
    rules = {rule.id: rule.rule.severity for rule in compiled.rule_sets[-1].rules}
    assert rules == {"base-rule": "critical", "own-rule": "minor"}
    assert compiled.extends == "small"
    assert dict(compiled.rule_sets[-1].parameters) == {
        "calls": 5,
        "open_from": "09:00",
        "ways": ["call"],
        "loose": 5,
        "dated": 3,
    }


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ({"tighten": {"calls": 8}}, "overlay_looser"),
        ({"tighten": {"calls": "few"}}, "overlay_looser"),
        ({"tighten": {"open_from": "07:00"}}, "overlay_looser"),
        ({"tighten": {"ways": ["call", "email"]}}, "overlay_looser"),
        ({"tighten": {"ways": []}}, "overlay_looser"),
        ({"tighten": {"loose": 4}}, "overlay_looser"),
        ({"tighten": {"dated": 5}}, "overlay_looser"),
        ({"tighten": {"nothing": 4}}, "unknown_parameter"),
        ({"raise_severity": {"base-rule": "advisory"}}, "overlay_severity"),
        ({"raise_severity": {"no-rule": "major"}}, "no_such_rule"),
        ({"measures": {"m": measure()}}, "overlay_redefines"),
        ({"third_party_classes": []}, "overlay_table"),
    ],
)
def test_what_is_looser_is_refused(tmp_path: Path, parts: dict[str, Any], code: str) -> None:
    """Only the direction that a parameter declares as stricter, a graver severity, a name of one's own."""
    assert overlay(tmp_path, **parts) == [code]


def test_a_rule_of_the_pack_below_cannot_be_written_again(tmp_path: Path) -> None:
    """Its id is taken."""
    assert overlay(tmp_path, a_rule("base-rule")) == ["rule_twice"]


def test_both_values_and_both_places_are_said(tmp_path: Path) -> None:
    """Whoever reads the refusal finds the two lines."""
    written(tmp_path / "small", BASE)
    pack = written(tmp_path / "over", a_pack(pack="over", extends="small", tighten={"calls": 8}))
    with pytest.raises(RulesError) as refused:
        load_packs([pack])
    (problem,) = refused.value.problems
    said = problem.render("en")
    assert "8 is not as strict as 7" in said
    assert str(tmp_path / "small/pack.yaml") in said
    assert said.startswith(str(tmp_path / "over/pack.yaml"))


@pytest.mark.parametrize("name", ["nothing", "over"])
def test_an_overlay_needs_a_pack_that_extends_none(tmp_path: Path, name: str) -> None:
    """There is no pile of overlays, and nothing extends itself."""
    written(tmp_path / "over", a_pack(pack="over", extends=name))
    with pytest.raises(RulesError) as refused:
        load_packs([tmp_path / "over"])
    assert {problem.code for problem in refused.value.problems} <= {"overlay_base", "no_such_pack"}


def test_an_overlay_in_one_file_finds_the_pack_beside_it(tmp_path: Path) -> None:
    """A single file has the folder it lies in beside it."""
    written(tmp_path / "small", BASE)
    written(tmp_path / "files", a_pack(pack="over", extends="small"), "over.yaml")
    (read,) = load_packs([tmp_path / "files/over.yaml"])
    assert [rule.id for rule, _, _ in read.rules] == ["base-rule"]


def test_an_overlay_that_leaves_its_tables_out_has_those_of_the_pack_below_it(tmp_path: Path) -> None:
    """It is the same pack as one that repeats them, to its digest; a pack that extends none must have them."""
    tables = ("party_classes", "third_party_classes", "legal_zones")
    written(tmp_path / "small", BASE | {"legal_zones": {"Asia/Urumqi": "Asia/Shanghai"}})
    whole = a_pack(pack="over", extends="small", legal_zones={"Asia/Urumqi": "Asia/Shanghai"})
    short = {key: value for key, value in whole.items() if key not in tables}
    (repeated,) = load_packs([written(tmp_path / "whole", whole)])
    (inherited,) = load_packs([written(tmp_path / "short", short)])
    assert inherited.digest == repeated.digest
    assert inherited.header.legal_zones == {"Asia/Urumqi": "Asia/Shanghai"}
    alone = {key: value for key, value in short.items() if key != "extends"}
    with pytest.raises(RulesError) as refused:
        load_packs([written(tmp_path / "alone", alone)])
    missing = [problem.values["name"] for problem in refused.value.problems]
    assert missing == ["party_classes", "third_party_classes"]


@pytest.mark.parametrize(("other", "code"), [("small", "overlay_and_base"), ("other", "overlays_of_one")])
def test_rules_that_an_overlay_brings_along_are_not_told_one_by_one(tmp_path: Path, other: str, code: str) -> None:
    """One problem, at the overlay, in whichever order and by whatever path the packs are named, says what to do."""
    base = BASE | {"rules": [*BASE["rules"], a_rule("second-rule")]}
    written(tmp_path / "small", base)
    written(tmp_path / "over", a_pack(pack="over", extends="small"))
    written(tmp_path / "other", a_pack(pack="other", extends="small"))
    for names in ([tmp_path / "over", tmp_path / "over/.." / other], [tmp_path / other, tmp_path / "over"]):
        with pytest.raises(RulesError) as refused:
            load_packs(names)
        (problem,) = refused.value.problems
        assert problem.code == code
        assert str(problem.file).endswith("over/pack.yaml")
        assert {problem.values["name"], problem.values["other"]} == {"over", other}


def test_examples_of_the_pack_below_are_run_by_its_own_parameters(tmp_path: Path) -> None:
    """Six is lawful where seven is the bound; a rule of the overlay's own is held against the tightened bound."""
    six = {"name": "six", "facts": {"measure.m": 6}}
    below = a_rule("base-rule", forbid={"measure.m": {"ge": "$calls"}}, examples=[six | {"verdict": "clear"}])
    own = a_rule("own-rule", forbid={"measure.m": {"ge": "$calls"}}, examples=[six | {"verdict": "violation"}])
    written(tmp_path / "small", BASE | {"rules": [below]})
    pack = a_pack(own, pack="over", extends="small", tighten={"calls": 5})
    results, problems = run_examples(
        load_packs([written(tmp_path / "over", pack)]), engine_maker("reference"), "reference"
    )
    assert problems == []
    assert {result.rule: result.found for result in results} == {"base-rule": "clear", "own-rule": "violation"}


CALENDAR = {
    "title": named("h"),
    "source": {"title": "t", "says": "s"},
    "official_from": "2025-01-01",
    "official_through": "2025-12-31",
}
LIMIT = {"measure": "m", "below": 7}


@pytest.mark.parametrize(
    ("parts", "rule", "codes"),
    [
        ({"fields": ["plaice"]}, {}, ["unknown_field"]),
        ({"calendars": {"h": CALENDAR | {"days": {"May Day": "x"}}}}, {}, ["calendar_date"]),
        ({"calendars": {"h": CALENDAR | {"days": {"2026-05-01": "x"}}}}, {}, ["calendar_outside"]),
        ({"open_debts": {"o": {"title": named("o"), "limits": [LIMIT | {"measure": "n"}]}}}, {}, ["unknown_measure"]),
        ({"open_debts": {"o": {"title": named("o"), "limits": [LIMIT]}}}, {}, ["bad_limit"]),
        (
            {
                "measures": {"m": measure(key=["case", "debt"])},
                "open_debts": {"o": {"title": named("o"), "limits": [LIMIT | {"below": 0}]}},
            },
            {},
            ["bad_limit"],
        ),
        (
            {
                "measures": {"m": measure(key=["case", "debt"])},
                "open_debts": {"o": {"title": named("o"), "limits": [LIMIT | {"below": "$none"}]}},
            },
            {},
            ["bad_limit"],
        ),
        (
            {
                "measures": {"m": measure(key=["case", "debt"])},
                "open_debts": {"o": {"title": named("o"), "limits": [LIMIT | {"shared": False}]}},
            },
            {},
            ["bad_limit"],
        ),
        ({}, {"text": "no-text"}, ["unknown_text"]),
        ({}, {"rebuttal": {"x": {"title": named("x"), "when": {}}}}, ["rebuttal_of_binding"]),
        ({"measures": {"m": measure(window="ever before 0 local dates")}}, {}, ["bad_window"]),
    ],
)
def test_declarations_that_mean_nothing_are_refused(
    tmp_path: Path, parts: dict[str, Any], rule: dict[str, Any], codes: list[str]
) -> None:
    """Each with its code and its place."""
    pack = a_pack(a_rule(**rule), **({"measures": {"m": measure()}} | parts))
    with pytest.raises(RulesError) as refused:
        compile_packs(load_packs([written(tmp_path, pack)]))
    assert [problem.code for problem in refused.value.problems] == codes
    assert all(problem.line for problem in refused.value.problems)


def test_a_limit_may_be_a_parameter_and_what_is_declared_stays_known(tmp_path: Path) -> None:
    """A pack with something else wrong does not complain of what it declares."""
    pack = a_pack(
        a_rule(forbid={"measure.o": {"lt": 1}, "contact.channel": "poster", "field.place": "home"}),
        a_rule("b-rule", force="presumption", rebuttal={"x": {"title": named("x"), "when": {"field.place": "home"}}}),
        fields=["place"],
        channels={"poster": {"title": named("c"), "kind": "message"}},
        parameters={"calls": parameter("int", 7)},
        measures={"m": measure(key=["case", "debt"])},
        open_debts={"o": {"title": named("o"), "limits": [LIMIT | {"below": "$calls"}]}},
    )
    (compiled,) = compile_packs(load_packs([written(tmp_path / "good", pack)]))
    assert not compiled.rule_sets[0].fits_columns
    with pytest.raises(RulesError) as refused:
        load_packs([written(tmp_path / "bad", pack | {"version": "one", "calendars": {"h": {}}})])
    assert {problem.code for problem in refused.value.problems} == {"shape_pattern", "missing_key"}


@pytest.mark.parametrize(
    "parts",
    [
        {"measures": {"m": measure(key=["case", "person"])}},
        {"measures": {"m": measure(void_once_reported=["wrong_number"])}},
        {"measures": {"m": measure(window="ever before 1 local dates")}},
        {"measures": {"m": measure(), "n": measure(where={"measure.m": {"ge": 1}})}},
        {
            "measures": {"m": measure(where={"small.x": True}, since={"contact.channel": "sms"})},
            "facts": {"small.x": {"title": named("x"), "when": {"contact.channel": "call"}}},
        },
    ],
)
def test_what_columns_cannot_decide_is_known(tmp_path: Path, parts: dict[str, Any]) -> None:
    """A measure by a person, one that drops what was reported, or one that rests on others."""
    (compiled,) = compile_packs(load_packs([written(tmp_path, a_pack(a_rule(), **parts))]))
    assert not compiled.rule_sets[0].fits_columns

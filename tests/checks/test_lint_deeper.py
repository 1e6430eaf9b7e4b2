"""The linter on rules that add nothing: shadowed, said twice, not translated, with gaps in time, in a wrong type."""

from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, loaded, measure, parameter

from collection_guard.checks.lint import lint
from collection_guard.language.compiling import compile_packs

CALL = {"contact.channel": "call"}


def found(folder: Path, pack: dict[str, Any], code: str) -> list[dict[str, object]]:
    """Return the values of what the linter says under one code."""
    one = loaded(folder, pack)
    return [issue.problem.values for issue in lint(one, compile_packs([one])[0]) if issue.problem.code == code]


@pytest.mark.parametrize(
    ("narrow", "wide", "shadowed"),
    [
        ({"forbid": CALL | {"measure.m": {"ge": 5}}}, {"forbid": {"measure.m": {"ge": 3}}}, True),
        ({"forbid": {"measure.m": {"ge": 5}}}, {"forbid": {"measure.m": {"ge": 3}}}, True),
        ({"forbid": {"measure.m": {"ge": 3}}}, {"forbid": {"measure.m": {"ge": 3}}}, False),
        ({"forbid": {"measure.m": {"ge": 5}}, "severity": "critical"}, {"forbid": {"measure.m": {"ge": 3}}}, False),
        ({"forbid": {"measure.m": {"ge": 2}}}, {"forbid": {"measure.m": {"between": {"from": 3, "to": 9}}}}, False),
        ({"forbid": CALL, "in_force": {"from": "2025-01-01"}}, {"forbid": {"contact.channel": ["call", "sms"]}}, False),
        ({"forbid": CALL}, {"forbid": {"contact.channel": ["call", "sms"]}}, True),
        ({"applies_to": CALL, "forbid": {"measure.m": 1}}, {"forbid": {"measure.m": {"le": 1}}}, True),
    ],
)
def test_a_rule_that_another_implies_is_told(
    tmp_path: Path, narrow: dict[str, Any], wide: dict[str, Any], shadowed: bool
) -> None:
    """Whatever violates the narrow rule violates the wide one: unless it is graver, or holds at another time."""
    pack = a_pack(a_rule("narrow", **narrow), a_rule("wide", **wide), measures={"m": measure()})
    expected = [{"id": "narrow", "other": "wide"}] if shadowed else []
    assert [one for one in found(tmp_path, pack, "lint_shadowed") if one["id"] == "narrow"] == expected


@pytest.mark.parametrize(
    ("condition", "twice"),
    [
        ({"applies_to": CALL, "forbid": CALL | {"measure.m": 1}}, True),
        ({"forbid": {"all": [CALL, {"any": [CALL, {"measure.m": 1}]}]}}, True),
        ({"forbid": {"any": [CALL, {"all": [CALL, {"measure.m": 1}]}]}}, True),
        ({"forbid": {"any": [CALL, {"measure.m": 1}, CALL]}}, True),
        ({"forbid": {"any": [CALL | {"measure.m": 1}, CALL | {"measure.m": 2}]}}, False),
        ({"applies_to": CALL, "forbid": {"measure.m": 1}}, False),
    ],
)
def test_what_a_rule_says_twice_is_told(tmp_path: Path, condition: dict[str, Any], twice: bool) -> None:
    """A leaf once more beside or below itself changes nothing; in two alternatives it does."""
    pack = a_pack(a_rule(**condition), measures={"m": measure()})
    expected = [{"id": "a-rule", "name": "contact.channel"}] if twice else []
    assert found(tmp_path, pack, "lint_twice") == expected


def test_what_is_not_translated_is_told(tmp_path: Path) -> None:
    """A text is told whose Chinese is its English, or holds no Chinese."""
    texts: dict[str, Any] = {"title": {"zh": "标题", "en": "title"}, "message": {"zh": "message", "en": "message"}}
    rule = a_rule(**texts, remedy={"zh": "remedy in chinese", "en": "remedy"})
    pack = a_pack(rule, title={"zh": "包", "en": "pack"}, about={"zh": "说明", "en": "about"})
    assert [one["where"] for one in found(tmp_path, pack, "lint_untranslated")] == ["rules.message", "rules.remedy"]


def test_a_rule_before_its_parameter_has_a_value_is_told(tmp_path: Path) -> None:
    """The days before the first dated value are a gap, unless the rule itself begins no earlier."""
    rules = [
        a_rule("early", forbid={"measure.m": {"ge": "$limit"}}),
        a_rule("late", forbid={"measure.m": {"ge": "$limit"}}, in_force={"from": "2026-01-01"}),
    ]
    values = [{"from": "2026-01-01", "value": 3}, {"from": "2026-02-01", "value": 3}]
    pack = a_pack(*rules, measures={"m": measure()}, parameters={"limit": parameter("int", values=values)})
    assert [(one["id"], one["name"]) for one in found(tmp_path, pack, "lint_date_gap")] == [("early", "limit")]
    assert [str(one["date"]) for one in found(tmp_path, pack, "lint_date_idle")] == ["2026-02-01"]


@pytest.mark.parametrize(("value", "told"), [("7 d", True), ("21:00", True), ("3 小时", True), ("call", False)])
def test_a_duration_as_text_is_told(tmp_path: Path, value: str, told: bool) -> None:
    """A text that reads as a time or a duration would be compared letter by letter."""
    pack = a_pack(a_rule(), parameters={"span": parameter("str", value)})
    assert [one["name"] for one in found(tmp_path, pack, "lint_unit")] == (["span"] if told else [])


def test_a_verified_pack_says_when_or_where_its_sources_appeared(tmp_path: Path) -> None:
    """Of a rule of a verified pack one source at least can be looked up; a draft need not say."""
    bare = a_rule("bare")
    dated = a_rule("dated", sources=[{"title": "paper", "says": "so", "published": "2025-12-18"}])
    assert found(tmp_path, a_pack(bare, dated, status="verified"), "lint_source") == [{"id": "bare"}]
    assert found(tmp_path, a_pack(bare, dated), "lint_source") == []


def test_a_rule_too_large_for_the_engine_durable_is_told(tmp_path: Path) -> None:
    """A rule of more alternatives than the engine durable takes is told before an audit refuses it."""
    either = [{"any": [{f"measure.m{index}": 1}, {f"measure.m{index}": 2}]} for index in range(7)]
    measures = {f"m{index}": measure() for index in range(7)}
    pack = a_pack(a_rule("wide", forbid={"all": either}), a_rule("narrow"), measures=measures)
    assert [one["id"] for one in found(tmp_path, pack, "rule_too_wide")] == ["wide"]

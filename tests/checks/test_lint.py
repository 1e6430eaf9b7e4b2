"""The linter: what makes a pack wrong or hard to trust, beyond what loading it refuses."""

from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, loaded, measure, named, parameter

from collection_guard.checks.lint import lint
from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import facts_of
from collection_guard.language.packs import load_packs, shipped_packs

EXAMPLES = [{"name": kind, "verdict": kind, "facts": {}} for kind in ("violation", "clear", "unassessable")]


def found(folder: Path, pack: dict[str, Any]) -> list[tuple[str, str, dict[str, object]]]:
    """Return what the linter says of a pack."""
    one = loaded(folder, pack)
    # The texts of these small packs are the same in both languages; what is said of that has a test of its own.
    return [
        (issue.consequence, issue.problem.code, issue.problem.values)
        for issue in lint(one, compile_packs([one])[0])
        if issue.problem.code != "lint_untranslated"
    ]


def of_condition(folder: Path, forbid: Any, **parts: Any) -> list[str]:
    """Return what the linter says of a pack of one rule with all its examples."""
    rule = a_rule(forbid=forbid, examples=EXAMPLES, **parts)
    parameters = {"unset": parameter("int")} if "$unset" in str(forbid) else {}
    return [
        code
        for _, code, _ in found(folder, a_pack(rule, measures={"m": measure()}, parameters=parameters))
        if code != "lint_unused"
    ]


def test_each_kind_of_example_that_a_rule_lacks_is_named(tmp_path: Path) -> None:
    """A rule that never shows when it is violated, clear or unassessable is hard to trust."""
    assert found(tmp_path, a_pack(a_rule())) == [
        ("warning", "lint_example_kind", {"id": "a-rule", "kind": "violation"}),
        ("warning", "lint_example_kind", {"id": "a-rule", "kind": "unassessable"}),
    ]


def test_what_nothing_uses_is_named(tmp_path: Path) -> None:
    """Each kind of declaration that nothing uses is told, and none that something uses in whatever way."""
    pack = a_pack(
        a_rule(
            examples=EXAMPLES,
            forbid={
                "measure.used": {"ge": "$limit"},
                "borrower.used": True,
                "measure.by_dates": 1,
                "measure.by_span": 1,
            },
        ),
        parameters={
            "limit": parameter("int", 1),
            "days": parameter("int", 1),
            "span": parameter("duration", "1d"),
            "word": parameter("str", "call"),
            "idle": parameter("int", 1),
        },
        sets={
            "used": {"contact.channel": "$word"},
            "ending": {"contact.channel": "sms"},
            "idle": {"contact.channel": "qq"},
        },
        measures={
            "used": measure(where="used", since="ending"),
            "by_dates": measure(window="$days local dates"),
            "by_span": measure(window="$span"),
            "inside": measure(),
            "idle": measure(),
        },
        facts={
            "borrower.used": {"title": named("u"), "when": {"measure.inside": 1}},
            "borrower.idle": {"title": named("i"), "when": {"measure.inside": 1}},
        },
    )
    assert [values["name"] for _, code, values in found(tmp_path, pack) if code == "lint_unused"] == [
        "$idle",
        "idle",
        "measure.idle",
        "borrower.idle",
    ]


def test_a_fact_that_only_another_fact_uses_is_used(tmp_path: Path) -> None:
    """Definitions rest on one another."""
    pack = a_pack(
        a_rule(examples=EXAMPLES, forbid={"borrower.second": True}),
        facts={
            "borrower.first": {"title": named("f"), "when": {"contact.channel": "call"}},
            "borrower.second": {"title": named("s"), "when": {"borrower.first": True}},
        },
    )
    assert found(tmp_path, pack) == []


@pytest.mark.parametrize(
    ("forbid", "expected"),
    [
        ({}, ["lint_always"]),
        ({"any": [{"contact.channel": "call"}, {"contact.channel": {"not": "call"}}]}, ["lint_always"]),
        ({"any": [{"measure.m": {"lt": 3}}, {"none": [{"measure.m": {"lt": 3}}]}]}, ["lint_always"]),
        ({"all": [{"contact.channel": "call"}, {"contact.channel": {"not": "call"}}]}, ["lint_never"]),
        ({"all": [{"contact.channel": "call"}, {"contact.channel": "sms"}]}, ["lint_never"]),
        ({"all": [{"contact.channel": ["call", "sms"]}, {"contact.channel": ["qq", "letter"]}]}, ["lint_never"]),
        ({"all": [{"contact.channel": ["call", "sms"]}, {"contact.channel": "call"}]}, []),
        ({"all": [{"recipient.is_borrower": True}, {"recipient.is_borrower": False}]}, ["lint_never"]),
        ({"any": [{"recipient.is_borrower": True}, {"recipient.is_borrower": False}]}, ["lint_always"]),
        ({"any": [{"recipient.is_borrower": True}, {"contact.message_left": False}]}, []),
        (
            {
                "any": [
                    {"in_some_zone": {"contact.weekday": "mon"}},
                    {"none": [{"in_some_zone": {"contact.weekday": "mon"}}]},
                ]
            },
            ["lint_always"],
        ),
        (
            {"all": [{"in_some_zone": {"contact.weekday": "mon"}}, {"in_every_zone": {"contact.weekday": "tue"}}]},
            ["lint_never"],
        ),
        ({"all": [{"in_some_zone": {"contact.weekday": "mon"}}, {"in_some_zone": {"contact.weekday": "tue"}}]}, []),
        ({"measure.m": {"ge": 3, "lt": 3}}, ["lint_never"]),
        ({"measure.m": {"ge": 3, "lt": 4}}, []),
        ({"any": [{"measure.m": {"ge": 3}}, {"measure.m": {"le": 2}}]}, ["lint_always"]),
        ({"contact.party": {"known": False}, "any": [{"contact.party": "borrower"}, {"contact.channel": "call"}]}, []),
        ({"measure.m": {"ge": "$unset"}, "all": [{"contact.channel": "call"}, {"contact.channel": "sms"}]}, []),
        ({"all": [{"measure.m": {"not": number}} for number in range(20)]}, []),
    ],
)
def test_a_condition_that_never_changes_is_an_error(tmp_path: Path, forbid: Any, expected: list[str]) -> None:
    """A rule that can never be violated, or always is, says nothing; what is not in force or too long is left alone."""
    assert of_condition(tmp_path, forbid) == expected


def test_a_rule_outside_its_own_scope_can_never_be_violated(tmp_path: Path) -> None:
    """Scope and condition are one."""
    assert of_condition(tmp_path, {"contact.channel": "sms"}, applies_to={"contact.channel": "call"}) == ["lint_never"]


def test_two_rules_of_one_condition_are_one_rule_told_twice(tmp_path: Path) -> None:
    """The same condition is told where it repeats, but not where the rules hold at different times."""
    rules = [
        a_rule("a-rule", examples=EXAMPLES),
        a_rule("b-rule", examples=EXAMPLES),
        a_rule("c-rule", examples=EXAMPLES, in_force={"from": "2030-01-01"}),
        a_rule("d-rule", examples=EXAMPLES, forbid={"measure.m": {"ge": "$limit"}}),
        a_rule("e-rule", examples=EXAMPLES, forbid={"measure.m": {"ge": "$limit"}}),
    ]
    pack = a_pack(*rules, measures={"m": measure()}, parameters={"limit": parameter("int")})
    assert found(tmp_path, pack) == [("warning", "lint_same", {"id": "b-rule", "other": "a-rule"})]


@pytest.mark.parametrize("name", shipped_packs())
def test_the_packs_that_come_along_have_no_errors(name: str) -> None:
    """What is shipped is held to what is asked of others."""
    (pack,) = load_packs([name])
    assert [issue for issue in lint(pack, compile_packs([pack])[0]) if issue.consequence == "error"] == []


def test_the_facts_of_a_condition_are_named_once_in_order(tmp_path: Path) -> None:
    """Also those inside zones."""
    one = loaded(
        tmp_path,
        a_pack(
            a_rule(
                forbid={
                    "contact.channel": "call",
                    "any": [
                        {"contact.direction": "inbound"},
                        {"in_some_zone": {"contact.weekday": "mon", "contact.channel": "sms"}},
                    ],
                }
            )
        ),
    )
    (rule,) = compile_packs([one])[0].rule_sets[0].rules
    assert facts_of(rule.whole) == ("contact.channel", "contact.direction", "contact.weekday")

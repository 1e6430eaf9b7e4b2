"""Packs compiled: parameters by date, what is not in force, what cannot be overridden."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import All, Test, negated
from collection_guard.language.windows import Window
from collection_guard.model.problems import ConfigurationError, RulesError
from language.small import a_pack, a_rule, compiled, loaded, measure, named, parameter

DATED = [{"from": "2025-01-01", "value": 5}, {"from": "2025-06-01", "value": 3}]
COUNTED = {"forbid": {"measure.calls": {"ge": "$limit"}}}


def limits(folder: Path, **parts: Any) -> dict[str, Any]:
    """Return a pack with a limit on calls."""
    return a_pack(a_rule(**COUNTED), measures={"calls": measure()}, parameters={"limit": parameter("int", **parts)})


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        (date(2024, 12, 31), None),
        (date(2025, 1, 1), 5),
        (date(2025, 5, 31), 5),
        (date(2025, 6, 1), 3),
        (date(2030, 1, 1), 3),
    ],
)
def test_a_parameter_has_the_value_of_its_date(tmp_path: Path, day: date, expected: int | None) -> None:
    """Each value holds from its date on; before the first there is none, and the rule is not in force."""
    rule_set = compiled(tmp_path, limits(tmp_path, values=DATED)).on(day)
    (rule,) = rule_set.rules
    assert rule_set.parameters == {"limit": expected}
    assert rule.unset == (() if expected else ("limit",))
    assert rule.in_force_on(day) == (expected is not None)
    if expected is not None:
        assert rule.whole == All((All(()), Test("measure.calls", "ge", expected)))


def test_an_override_holds_on_every_date(tmp_path: Path) -> None:
    """A configuration replaces all values of a parameter; null takes it away."""
    pack = compiled(tmp_path, limits(tmp_path, values=DATED), {"limit": 9})
    assert [rule_set.parameters["limit"] for rule_set in pack.rule_sets] == [9, 9, 9]
    without = compiled(tmp_path, limits(tmp_path, value=3), {"small.limit": None})
    assert without.rule_sets[0].rules[0].unset == ("limit",)


@pytest.mark.parametrize(
    ("type_", "least", "smaller"), [("int", 1, 0), ("duration", "1h", "59m"), ("local_time", "06:00", "05:59:59")]
)
def test_a_configuration_cannot_set_less_than_makes_sense(
    tmp_path: Path, type_: str, least: object, smaller: object
) -> None:
    """The least itself can be set, what lies below it is refused, and a parameter may go without a least."""
    told = {"limit": parameter(type_, least, least=least), "free": parameter("int", 1)}
    pack = loaded(tmp_path, a_pack(a_rule(), parameters=told))
    assert compile_packs([pack], {"limit": least, "free": -1})
    with pytest.raises(ConfigurationError) as caught:
        compile_packs([pack], {"limit": smaller})
    assert [problem.code for problem in caught.value.problems] == ["override_least"]


@pytest.mark.parametrize(
    ("since", "until", "day", "expected"),
    [
        ("2025-06-01", None, date(2025, 5, 31), False),
        ("2025-06-01", None, date(2025, 6, 1), True),
        (None, "2025-06-30", date(2025, 6, 30), True),
        (None, "2025-06-30", date(2025, 7, 1), False),
        (None, None, date(1, 1, 1), True),
    ],
)
def test_a_rule_is_in_force_on_both_its_dates(
    tmp_path: Path, since: str | None, until: str | None, day: date, expected: bool
) -> None:
    """Dates are inclusive at both ends, and an open end has no bound (semantics 3)."""
    force = {key: value for key, value in (("from", since), ("to", until)) if value}
    (rule,) = compiled(tmp_path, a_pack(a_rule(in_force=force))).rule_sets[0].rules
    assert rule.in_force_on(day) == expected


def test_what_is_required_is_forbidden_otherwise(tmp_path: Path) -> None:
    """`require: X` is `forbid: not X` (semantics 1)."""
    wanted = {"any": [{"contact.channel": "call"}, {"contact.direction": "inbound"}]}
    forbids = compiled(tmp_path / "f", a_pack(a_rule(forbid=wanted))).rule_sets[0].rules[0].whole
    requires = compiled(tmp_path / "r", a_pack(a_rule(require=wanted))).rule_sets[0].rules[0].whole
    assert requires == All((All(()), negated(forbids.parts[1])))


def test_a_rule_knows_where_its_id_stands(tmp_path: Path) -> None:
    """An engine that refuses a rule can say where."""
    (rule,) = compiled(tmp_path, a_pack(a_rule())).rule_sets[0].rules
    assert rule.place is not None
    file, line, column = rule.place
    assert file == str(tmp_path / "pack.yaml")
    assert (tmp_path / "pack.yaml").read_text("utf-8").splitlines()[line - 1][column - 1 :] == '"a-rule",'


def test_a_parameter_without_a_value_reaches_rules_through_measures_and_facts(tmp_path: Path) -> None:
    """Whatever a rule rests on: an unset parameter anywhere below keeps it out of force."""
    pack = a_pack(
        a_rule("by-window", forbid={"measure.windowed": {"ge": 1}}),
        a_rule("by-dates", forbid={"measure.dated": {"ge": 1}}),
        a_rule("by-filter", forbid={"measure.filtered": {"ge": 1}}),
        a_rule("by-since", forbid={"measure.restarted": {"ge": 1}}),
        a_rule("by-set", forbid={"measure.of_set": {"ge": 1}}),
        a_rule("by-fact", forbid={"borrower.second": True}),
        a_rule("by-scope", applies_to={"borrower.first": True}),
        a_rule("by-nothing", forbid={"measure.plain": {"ge": 1}}),
        parameters={
            "span": parameter("duration"),
            "days": parameter("int"),
            "channel": parameter("str"),
            "limit": parameter("int"),
        },
        sets={"chosen": {"contact.channel": "$channel"}, "calls": {"contact.channel": "call"}},
        measures={
            "windowed": measure(window="$span"),
            "dated": measure(window="$days local dates"),
            "filtered": measure(where={"contact.channel": "$channel"}),
            "restarted": measure(where="calls", since={"contact.channel": "$channel"}),
            "of_set": measure(where="calls", since="chosen"),
            "plain": measure(where="calls"),
        },
        facts={
            "borrower.first": {"title": named("f"), "when": {"measure.plain": {"ge": "$limit"}}},
            "borrower.second": {"title": named("s"), "when": {"borrower.first": True}},
        },
    )
    found = {rule.id: rule.unset for rule in compiled(tmp_path, pack).rule_sets[0].rules}
    assert found == {
        "by-window": ("span",),
        "by-dates": ("days",),
        "by-filter": ("channel",),
        "by-since": ("channel",),
        "by-set": ("channel",),
        "by-fact": ("limit",),
        "by-scope": ("limit",),
        "by-nothing": (),
    }


def test_an_unset_parameter_inside_zones_is_no_mistake(tmp_path: Path) -> None:
    """A condition over zones whose only bound is not set is not in force, and not refused."""
    pack = a_pack(
        a_rule(forbid={"in_some_zone": {"contact.local_time": {"lt": "$from"}}}),
        parameters={"from": parameter("local_time", "08:00")},
    )
    assert compiled(tmp_path, pack, {"from": None}).rule_sets[0].rules[0].unset == ("from",)


def test_windows_take_parameters_by_date(tmp_path: Path) -> None:
    """A window whose size is a parameter changes with it."""
    pack = a_pack(
        a_rule(forbid={"measure.calls": {"ge": 1}}),
        measures={"calls": measure(window="$days local dates")},
        parameters={
            "days": parameter("int", values=[{"from": "2025-01-01", "value": 7}, {"from": "2025-06-01", "value": 3}])
        },
    )
    found = [rule_set.measures["calls"].window for rule_set in compiled(tmp_path, pack).rule_sets]
    assert found == [Window("ever"), Window("local_dates", 7), Window("local_dates", 3)]


def test_measures_and_facts_know_the_fields_they_are_read_from(tmp_path: Path) -> None:
    """Which column would help is known of what a pack defines, through all its layers; so is from when it is known."""
    pack = a_pack(
        a_rule(),
        measures={"calls": measure(since={"contact.party": "borrower"}, key=["case", "number"])},
        facts={
            "borrower.busy": {"title": named("b"), "when": {"measure.calls": {"ge": 1}}},
            "contact.heard": {"title": named("h"), "when": {"borrower.busy": True, "content.threat": True}},
        },
    )
    rule_set = compiled(tmp_path, pack).rule_sets[0]
    facts = rule_set.vocabulary
    assert facts["measure.calls"].fields == ("channel", "outcome.party", "outcome.network", "outcome.answered_by")
    assert facts["borrower.busy"].fields == facts["measure.calls"].fields
    assert facts["contact.heard"].fields == (*facts["measure.calls"].fields, "content", "signals")
    assert [facts[name].stage for name in ("measure.calls", "borrower.busy", "contact.heard")] == [
        "before",
        "before",
        "after",
    ]
    assert rule_set.measures["calls"].keys == ("case", "number")


def test_the_leaves_of_a_rule_set_are_named_once(tmp_path: Path) -> None:
    """Rules share leaves, in the order of their first use."""
    pack = a_pack(
        a_rule("a-rule", applies_to={"contact.direction": "outbound"}),
        a_rule("b-rule", applies_to={"contact.direction": "outbound"}, forbid={"contact.channel": "sms"}),
    )
    assert compiled(tmp_path, pack).rule_sets[0].atoms() == (
        Test("contact.direction", "eq", "outbound"),
        Test("contact.channel", "eq", "call"),
        Test("contact.channel", "eq", "sms"),
    )


TYPES = ("int", "float", "local_time", "duration", "inclusion", "bool", "str", "words")
GOOD: dict[str, list[Any]] = {
    "int": [3],
    "float": [3, 0.5],
    "local_time": ["08:00"],
    "duration": ["7d"],
    "inclusion": ["included", "excluded", "arguable"],
    "bool": [True, False],
    "str": ["08:00", "7d", "included"],
    "words": [["a"]],
}
VALUES = [3, 0.5, "08:00", "7d", "included", "excluded", "arguable", True, False, ["a"], [], [1], {}, "x"]


@pytest.mark.parametrize("kind", TYPES)
def test_an_override_must_be_of_the_parameters_type(tmp_path: Path, kind: str) -> None:
    """A configuration of the wrong type is refused, with the parameter, its type and the value."""
    pack = loaded(tmp_path, a_pack(a_rule(), parameters={"p": parameter(kind)}))
    for value in VALUES:
        fits = any(type(value) is type(good) and value == good for good in GOOD[kind])
        fits = fits or (kind == "str" and isinstance(value, str))
        if fits:
            assert compile_packs([pack], {"p": value})[0].rule_sets[0].parameters == {"p": value}
            continue
        with pytest.raises(ConfigurationError) as caught:
            compile_packs([pack], {"p": value})
        (problem,) = caught.value.problems
        assert problem.code == "override_type"
        assert kind in problem.render("en")


def test_every_wrong_override_is_told(tmp_path: Path) -> None:
    """An unknown name has its nearest; all of them come at once."""
    pack = loaded(tmp_path, limits(tmp_path, value=3))
    with pytest.raises(ConfigurationError) as caught:
        compile_packs([pack], {"limt": 3, "other.limit": 3, "limit": "three"})
    assert sorted(problem.render("en") for problem in caught.value.problems) == [
        "an unknown parameter `limt` is configured; nearest: limit",
        "an unknown parameter `other.limit` is configured; nearest: limit",
        "the parameter `limit` is of type int and cannot be set to `three`",
    ]


def test_a_mistake_is_told_once_though_parameters_have_several_dates(tmp_path: Path) -> None:
    """A pack is compiled for each span of dates; what is wrong in all of them is wrong once."""
    pack = limits(tmp_path, values=DATED)
    pack["rules"].append(a_rule("b-rule", forbid={"contact.chanel": "call"}))
    with pytest.raises(RulesError) as caught:
        compile_packs([loaded(tmp_path, pack)])
    assert [problem.code for problem in caught.value.problems] == ["unknown_fact"]


def test_a_mistake_of_one_span_of_dates_is_told(tmp_path: Path) -> None:
    """A value that makes nonsense of a condition only from a later date on is found all the same."""
    pack = a_pack(
        a_rule(forbid={"measure.calls": {"between": {"from": "$limit", "to": 4}}}),
        measures={"calls": measure()},
        parameters={
            "limit": parameter("int", values=[{"from": "2025-01-01", "value": 3}, {"from": "2025-06-01", "value": 5}])
        },
    )
    with pytest.raises(RulesError) as caught:
        compile_packs([loaded(tmp_path, pack)])
    (problem,) = caught.value.problems
    assert problem.render("en").endswith("nothing lies between $limit = 5 and 4")


@given(
    st.lists(st.dates(date(2020, 1, 1), date(2030, 1, 1)), unique=True, max_size=5),
    st.dates(date(2019, 1, 1), date(2031, 1, 1)),
)
def test_the_rule_set_of_a_day_is_the_last_that_began(
    tmp_path_factory: pytest.TempPathFactory, days: list[date], day: date
) -> None:
    """On each day that holds which began last, and before the first that which has no beginning."""
    dated = [{"from": one.isoformat(), "value": index + 1} for index, one in enumerate(sorted(days))]
    folder = tmp_path_factory.mktemp("p")
    pack = compiled(folder, limits(folder, values=dated))
    begun = [one for one in sorted(days) if one <= day]
    assert pack.on(day).since == (begun[-1] if begun else None)
    assert pack.on(day).parameters["limit"] == (len(begun) or None)

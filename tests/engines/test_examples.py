"""The examples of rules: read with their types and places, and run."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, compiled, loaded, measure, named, parameter

from collection_guard.engines.durable import is_available
from collection_guard.engines.examples import ExampleResult, failures, read_example, run_examples, typed_facts
from collection_guard.engines.judge import ENGINES, engine_maker
from collection_guard.language.kleene import UNBOUNDED, Interval
from collection_guard.language.units import HOUR, MINUTE, SECOND
from collection_guard.language.yaml_positions import Document
from collection_guard.model.problems import InputError, Problem

MEASURES = {"calls": measure(), "since": measure(count="elapsed"), "talk": measure(count="talk_seconds")}
FACTS = {"borrower.busy": {"title": named("b"), "when": {"measure.calls": {"ge": 2}}}}


def run(folder: Path, *examples: Any, rule: Any = None, **parts: Any) -> tuple[list[ExampleResult], list[Problem]]:
    """Run the examples of one rule."""
    one = (rule or a_rule()) | {"examples": list(examples)}
    pack = loaded(folder, a_pack(one, measures=MEASURES, facts=FACTS, **parts))
    return run_examples([pack], engine_maker("reference"), "reference")


def wrong(folder: Path, example: dict[str, Any], **parts: Any) -> list[str]:
    """Return what is wrong with one example, without its place."""
    results, problems = run(folder, {"name": "e", "verdict": "clear"} | example, **parts)
    assert results == []
    assert all(problem.file and problem.line for problem in problems)
    return [problem.render("en").split(": ", 1)[1] for problem in problems]


@pytest.mark.parametrize(
    ("name", "written", "expected"),
    [
        ("contact.channel", "call", "call"),
        ("recipient.is_borrower", False, False),
        ("agency.name", "甲", "甲"),
        ("recipient.roles", ["address_book"], frozenset({"address_book"})),
        ("recipient.roles", [], frozenset()),
        ("measure.calls", 3, 3),
        ("measure.calls", [2, 3], Interval(2, 3)),
        ("measure.calls", [2, None], Interval(2, UNBOUNDED)),
        ("contact.talk_seconds", 2.5, 2.5),
        ("measure.since", "90m", 90 * MINUTE),
        ("measure.since", ["1h", None], Interval(HOUR, UNBOUNDED)),
        ("contact.channel", None, None),
        ("contact.local_time", {"Asia/Shanghai": "20:59:59.5"}, {"Asia/Shanghai": 21 * HOUR - SECOND // 2}),
        ("contact.local_end", {"Asia/Shanghai": "25:10"}, {"Asia/Shanghai": 25 * HOUR + 10 * MINUTE}),
        (
            "contact.weekday",
            {"Asia/Shanghai": "mon", "Europe/Paris": "sun"},
            {"Asia/Shanghai": "mon", "Europe/Paris": "sun"},
        ),
        ("contact.local_time", None, None),
    ],
)
def test_facts_have_their_types(tmp_path: Path, name: str, written: Any, expected: Any) -> None:
    """What an example gives is what the engines are given."""
    rule_set = compiled(tmp_path, a_pack(a_rule(), measures=MEASURES)).rule_sets[0]
    facts = typed_facts({name: written}, rule_set, Document("f"), ())
    if isinstance(expected, dict):
        assert facts.zones() == tuple(sorted(expected))
        assert {zone: facts.value_in_zone(name, zone) for zone in expected} == expected
        assert facts.value_in_zone(name, "America/New_York") is None
    else:
        assert facts.value(name) == expected
        assert facts.zones() is None


@pytest.mark.parametrize(
    ("name", "written", "problem"),
    [
        (
            "contact.chanel",
            "call",
            "unknown fact `contact.chanel`; nearest: contact.channel; `collection-guard rules facts` lists all",
        ),
        ("contact.channel", "phone", "`contact.channel` is of type enum and cannot be held against `phone`"),
        ("contact.channel", ["call"], '`contact.channel` is of type enum and cannot be held against `["call"]`'),
        (
            "recipient.is_borrower",
            1,
            "`recipient.is_borrower` is of type bool and cannot be held against `1`; write true or false",
        ),
        ("agency.name", 5, "`agency.name` is of type str and cannot be held against `5`"),
        ("recipient.roles", "guarantor", "`recipient.roles` is of type set and cannot be held against `guarantor`"),
        ("recipient.roles", ["boss"], '`recipient.roles` is of type set and cannot be held against `["boss"]`'),
        ("recipient.roles", [[]], "`recipient.roles` is of type set and cannot be held against `[[]]`"),
        ("measure.calls", 2.5, "`measure.calls` is of type int and cannot be held against `2.5`"),
        ("measure.calls", "2", '`measure.calls` is of type int and cannot be held against `"2"`'),
        ("measure.calls", True, "`measure.calls` is of type int and cannot be held against `true`"),
        ("measure.calls", [3, 2], "`measure.calls` is of type int and cannot be held against `[3, 2]`"),
        ("measure.calls", [1, 2, 3], "`measure.calls` is of type int and cannot be held against `[1, 2, 3]`"),
        (
            "measure.since",
            "soon",
            (
                "`measure.since` is of type duration and cannot be held against `soon`; "
                "a duration is written 7d, 168h, 30m or 90s"
            ),
        ),
        (
            "contact.local_time",
            "08:00",
            (
                "`contact.local_time` depends on the zone and cannot be just `08:00`; "
                'give it by zone, as in {Asia/Shanghai: "08:00"}'
            ),
        ),
        (
            "contact.local_time",
            {"Asia/Shanghai": "8 o'clock"},
            (
                "`contact.local_time` is of type local_time and cannot be held against "
                '`{"Asia/Shanghai": "8 o\'clock"}`; a time is written "08:00" or "08:00:30"'
            ),
        ),
        (
            "contact.local_time",
            {"Asia/Shanghai": 8},
            (
                "`contact.local_time` is of type local_time and cannot be held against "
                '`{"Asia/Shanghai": 8}`; a time is written "08:00" or "08:00:30"'
            ),
        ),
    ],
)
def test_facts_of_a_wrong_type_are_refused(tmp_path: Path, name: str, written: Any, problem: str) -> None:
    """What no engine could be given is told with its place, cause and help."""
    assert wrong(tmp_path, {"facts": {name: written}}) == [problem]


@pytest.mark.parametrize(
    ("example", "problems"),
    [
        ({}, ["the example `e` needs either `facts` or `event`"]),
        ({"profile": {}}, ["the example `e` needs either `facts` or `event`"]),
        (
            {"facts": {}, "event": {"channel": "call"}, "history": []},
            [
                "`event` belongs to an `event` and means nothing beside `facts`",
                "`history` belongs to an `event` and means nothing beside `facts`",
            ],
        ),
        (
            {"facts": {}, "parameters": {"limt": 3, "limit": "three"}},
            [
                "an unknown parameter `limt` is configured; nearest: limit",
                "the parameter `limit` is of type int and cannot be set to `three`",
            ],
        ),
        (
            {"event": {"chanel": "call", "started_at": "yesterday"}, "history": [{"channel": "sms"}]},
            [
                "`rules.0.examples.0.event` lacks `channel`",
                "unknown key `chanel`; nearest key: channel",
                (
                    "`rules.0.examples.0.event.started_at` must be an instant with its offset, not `yesterday`; "
                    "write 2025-11-20T09:30:00+08:00"
                ),
                "`rules.0.examples.0.history.0` lacks `started_at`",
            ],
        ),
        (
            {
                "event": {"channel": "cal", "started_at": "2025-11-20T10:00:00", "talk_seconds": -1},
                "profile": {"numbers": "none"},
                "registry": [{"category": "law_firm"}],
                "settings": {"timzone": "Asia/Shanghai", "assume_party": "yes", "history": "some"},
            },
            [
                (
                    "`rules.0.examples.0.event.channel` cannot be `cal`; it is one of call, voice_notice, video, sms, "
                    "wechat, enterprise_wechat, qq, whatsapp, alipay_msg, app_push, email, letter, visit, social_post, "
                    "other; nearest: call"
                ),
                (
                    "`rules.0.examples.0.event.started_at` must be an instant with its offset, "
                    "not `2025-11-20T10:00:00`; write 2025-11-20T09:30:00+08:00"
                ),
                "`rules.0.examples.0.event.talk_seconds` cannot be `-1`: it must not be less than 0",
                "`rules.0.examples.0.profile.numbers` must be a list, not `none`",
                "`rules.0.examples.0.registry.0` lacks `name`",
                "`rules.0.examples.0.settings.assume_party` must be true or false, not `yes`",
                "`rules.0.examples.0.settings.history` cannot be `some`; it is one of complete, from-earliest",
                "unknown key `timzone`; nearest key: timezone",
            ],
        ),
    ],
)
def test_examples_that_cannot_be_read_are_told_in_one_run(
    tmp_path: Path, example: dict[str, Any], problems: list[str]
) -> None:
    """Events, profiles, registries, settings and parameters are held against their schema, with the nearest name."""
    found = wrong(tmp_path, example, parameters={"limit": parameter("int", 1)})
    assert sorted(found) == sorted(problems)


def test_an_example_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    """The results of all others come with the problems of the one."""
    results, problems = run(
        tmp_path,
        {"name": "good", "verdict": "violation", "facts": {"contact.channel": "call"}},
        {"name": "bad", "verdict": "violation", "facts": {"contact.channel": "phone"}},
        {"name": "wrong", "verdict": "clear", "facts": {"contact.channel": "call"}},
        {"name": "unnamed", "verdict": "unassessable", "facts": {}, "missing": ["contact.direction"]},
        {"name": "named", "verdict": "unassessable", "facts": {}, "missing": ["contact.channel"]},
        {"name": "open", "verdict": "unassessable", "facts": {}},
    )
    assert [problem.code for problem in problems] == ["wrong_constant"]
    assert [(result.name, result.passed) for result in results] == [
        ("good", True),
        ("wrong", False),
        ("unnamed", False),
        ("named", True),
        ("open", True),
    ]
    assert [result.name for result in failures(results)] == ["wrong", "unnamed"]
    text = (tmp_path / "pack.yaml").read_text("utf-8").splitlines()
    _, line, column = results[1].place.rsplit(":", 2)
    assert text[int(line) - 1][int(column) - 1 :].startswith('"wrong"')


def test_a_defined_fact_is_worked_out_unless_it_is_given(tmp_path: Path) -> None:
    """Examples may state a defined fact, or what it rests on."""
    results, problems = run(
        tmp_path,
        {"name": "given", "verdict": "violation", "facts": {"borrower.busy": True}},
        {"name": "worked out", "verdict": "violation", "facts": {"measure.calls": 2}},
        {"name": "worked out too", "verdict": "clear", "facts": {"measure.calls": 1}},
        {"name": "unknown", "verdict": "unassessable", "facts": {}, "missing": ["borrower.busy"]},
        rule=a_rule(forbid={"borrower.busy": True}),
    )
    assert problems == []
    assert [result for result in results if not result.passed] == []


def test_facts_beside_zones_are_the_same_in_each(tmp_path: Path) -> None:
    """A fact that depends on no zone can stand beside one that does."""
    forbid = {"in_some_zone": {"contact.local_time": {"ge": "21:00"}, "contact.channel": "call"}}
    clocks = {"Asia/Shanghai": "21:30:00", "Europe/Paris": "14:30:00"}
    results, problems = run(
        tmp_path,
        {
            "name": "late call",
            "verdict": "violation",
            "facts": {"contact.local_time": clocks, "contact.channel": "call"},
        },
        {"name": "late sms", "verdict": "clear", "facts": {"contact.local_time": clocks, "contact.channel": "sms"}},
        {"name": "sms, no zone", "verdict": "clear", "facts": {"contact.channel": "sms"}},
        {
            "name": "no zone",
            "verdict": "unassessable",
            "facts": {"contact.channel": "call"},
            "missing": ["contact.local_time"],
        },
        rule=a_rule(forbid=forbid),
    )
    assert problems == []
    assert [result for result in results if not result.passed] == []


def test_examples_are_judged_on_their_date(tmp_path: Path) -> None:
    """`on` chooses the date; without it that from which the rule holds, or the last of all."""
    rule = a_rule(forbid={"measure.calls": {"ge": "$limit"}}, in_force={"from": "2025-03-01"})
    limit = parameter("int", values=[{"from": "2025-01-01", "value": 3}, {"from": "2025-06-01", "value": 2}])
    results, problems = run(
        tmp_path,
        {"name": "before the rule", "verdict": "not_applicable", "facts": {"measure.calls": 9}, "on": "2025-02-28"},
        {"name": "as it begins", "verdict": "clear", "facts": {"measure.calls": 2}},
        {"name": "later", "verdict": "violation", "facts": {"measure.calls": 2}, "on": "2025-06-01"},
        {
            "name": "with another limit",
            "verdict": "clear",
            "facts": {"measure.calls": 2},
            "parameters": {"limit": 5},
            "on": "2025-06-01",
        },
        rule=rule,
        parameters={"limit": limit},
    )
    assert problems == []
    assert [result for result in results if not result.passed] == []
    undated, _ = run(
        tmp_path,
        {"name": "the last of all", "verdict": "violation", "facts": {"measure.calls": 2}},
        rule=a_rule(forbid={"measure.calls": {"ge": "$limit"}}),
        parameters={"limit": limit},
    )
    assert [result.passed for result in undated] == [True]


@pytest.mark.parametrize("engine", ENGINES)
def test_whole_events_are_judged_with_what_surrounds_them(tmp_path: Path, engine: str) -> None:
    """Profile, history, registry and settings reach the rule, and ids may be left out."""
    if engine == "durable" and not is_available():
        pytest.skip("durable-rules cannot be imported here")
    at = "2025-11-20T{}:00+08:00"
    rule = a_rule(
        forbid={
            "all": [
                {"measure.calls": {"ge": 1}},
                {"agency.is_listed": True},
                {"recipient.is_borrower": True},
                {"in_every_zone": {"contact.local_time": {"lt": "12:00"}}},
            ]
        },
        examples=[
            {
                "name": "all of it",
                "verdict": "violation",
                "event": {
                    "channel": "call",
                    "started_at": at.format("11:00"),
                    "agency": "甲",
                    "recipient": {"number": "13800000001"},
                },
                "profile": {"numbers": [{"number": "13800000001"}]},
                "history": [
                    {"channel": "call", "started_at": at.format("10:00")},
                    {"channel": "call", "started_at": at.format("23:00")},
                ],
                "registry": [{"name": "甲", "category": "collection_agency"}],
                "settings": {"timezone": "Asia/Shanghai"},
            },
            {"name": "nothing", "verdict": "clear", "event": {"channel": "sms", "started_at": at.format("11:00")}},
        ],
    )
    pack = loaded(tmp_path, a_pack(rule, a_rule("b-rule"), measures=MEASURES))
    results, problems = run_examples([pack], engine_maker(engine), engine, only="a-rule")
    assert problems == []
    assert [(result.rule, result.found) for result in results] == [("a-rule", "violation"), ("a-rule", "clear")]


def test_an_example_is_read_as_its_event_its_past_and_its_world(tmp_path: Path) -> None:
    """A case id that is given holds for all of it; the registry may be missing."""
    example = {
        "name": "e",
        "verdict": "clear",
        "event": {"channel": "call", "started_at": "2025-11-20T10:00:00+08:00"},
        "profile": {"case_id": "C-1", "timezone": "Asia/Shanghai"},
        "history": [{"channel": "sms", "started_at": "2025-11-19T10:00:00+08:00", "event_id": "own"}],
        "settings": {"history_complete_from": "2025-11-01"},
    }
    pack = loaded(tmp_path, a_pack(a_rule(examples=[example])))
    ((rule, document, path),) = pack.rules
    event, earlier, world = read_example(rule.examples[0], document, (*path, "examples", 0))
    assert (event.event_id, event.case_id) == ("event", "C-1")
    assert [(one.event_id, one.case_id) for one in earlier] == [("own", "C-1")]
    assert set(world.profiles) == {"C-1"}
    assert world.registry is None
    assert world.settings.history_complete_from == date(2025, 11, 1)
    with pytest.raises(InputError):
        read_example(rule.examples[0].model_copy(update={"event": {}}), document, path)

"""The judge: events in their order, verdict by verdict, with what was missing."""

from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from language.small import a_pack, a_rule, compiled, measure, named, parameter

from collection_guard.engines.durable import DurableEngine, is_available
from collection_guard.engines.judge import Judge, Judged, in_order, measures_of
from collection_guard.facts.world import Settings, World
from collection_guard.language import ir
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model.event import Event
from collection_guard.model.problems import RulesError


def an_event(number: int, at: str = "2025-11-20T10:00:00+08:00", **parts: Any) -> Event:
    """Return a call."""
    data = {"event_id": f"E-{number}", "case_id": "C", "channel": "call", "direction": "outbound", "started_at": at}
    return Event.model_validate(data | parts)


COUNTED = a_pack(
    a_rule("a-second-call", forbid={"measure.calls": {"ge": 1}}),
    a_rule("old-rule", in_force={"to": "2020-01-01"}),
    measures={"calls": measure()},
)


def judged(judge: Judge, *events: Event) -> list[list[Judged]]:
    """Return the verdicts on events, each of which joins the past of the next."""
    found = []
    for event in events:
        found.append(list(judge.judge(event)))
        judge.add(event)
    return found


def test_an_event_joins_the_past_only_once_it_is_added(tmp_path: Path) -> None:
    """No event is counted by itself, and one that is not added is none of the past."""
    judge = Judge([compiled(tmp_path, COUNTED)], World())
    first, second = an_event(1), an_event(2, "2025-11-20T11:00:00+08:00")
    assert [item.verdict.verdict for item in judge.judge(first)] == ["clear", "not_applicable"]
    assert [item.verdict.verdict for item in judge.judge(second)] == ["clear", "not_applicable"]
    judge.add(first)  # not the event judged last
    (one, _) = judge.judge(second)
    assert one.verdict.verdict == "violation"
    assert one.verdict.evidence == {"measure.calls": 1}
    assert (one.verdict.event_id, one.verdict.case_id, one.verdict.rule) == ("E-2", "C", "a-second-call")
    assert [sheet.event for sheet in judge.sheets()] == [second]


def test_only_violations_carry_evidence_and_only_unassessable_names_what_is_missing(tmp_path: Path) -> None:
    """A verdict holds what belongs to it."""
    pack = a_pack(a_rule(applies_to={"contact.direction": "outbound"}, forbid={"content.threat": True}))
    judge = Judge([compiled(tmp_path, pack)], World())
    (unknown,), (bad,), (good,) = judged(
        judge,
        an_event(1),
        an_event(2, content="x", signals={"threat": True}),
        an_event(3, content="x", signals={"threat": False}),
    )
    assert (unknown.verdict.missing, unknown.verdict.evidence) == (("content.threat",), {})
    assert (bad.verdict.missing, bad.verdict.evidence) == (
        (),
        {"contact.direction": "outbound", "content.threat": True},
    )
    assert (good.verdict.missing, good.verdict.evidence) == ((), {})


def test_rules_and_parameters_are_those_of_the_date_in_the_packs_zone(tmp_path: Path) -> None:
    """The last second of the old law and the first of the new lie at the midnight of the pack's zone."""
    pack = a_pack(
        a_rule(forbid={"measure.calls": {"ge": "$limit"}}),
        zone="America/New_York",
        measures={"calls": measure()},
        parameters={
            "limit": parameter("int", values=[{"from": "2025-01-01", "value": 2}, {"from": "2025-11-20", "value": 1}])
        },
    )
    judge = Judge([compiled(tmp_path, pack)], World())
    found = judged(
        judge,
        an_event(1, "2025-11-19T12:00:00-05:00"),
        an_event(2, "2025-11-19T23:59:59-05:00"),
        an_event(3, "2025-11-20T00:00:00-05:00"),
    )
    assert [item.verdict.verdict for (item,) in found] == ["clear", "clear", "violation"]


def test_what_counts_is_read_as_on_the_date_of_the_event_judged(tmp_path: Path) -> None:
    """When what counts changes, the past is counted anew by it, with what did not count and without what did."""
    pack = a_pack(
        a_rule(forbid={"measure.messages": {"ge": 1}}),
        measures={"messages": measure(where={"contact.channel": "$counted"})},
        parameters={
            "counted": parameter(
                "words",
                values=[
                    {"from": "2025-01-01", "value": ["sms"]},
                    {"from": "2025-11-02", "value": ["wechat"]},
                    {"from": "2025-11-03", "value": ["sms"]},
                ],
            )
        },
    )
    judge = Judge([compiled(tmp_path, pack)], World())
    found = judged(
        judge,
        an_event(1, "2025-11-01T10:00:00+08:00", channel="wechat"),
        an_event(2, "2025-11-01T11:00:00+08:00"),
        an_event(3, "2025-11-02T10:00:00+08:00"),
        an_event(4, "2025-11-02T10:30:00+08:00", channel="sms"),
        an_event(5, "2025-11-03T10:00:00+08:00"),
        an_event(6, "2025-11-02T11:00:00+08:00"),  # comes late, and is judged by what held on its own date
    )
    assert [item.verdict.evidence.get("measure.messages", 0) for (item,) in found] == [0, 0, 1, 1, 1, 1]


def test_a_history_built_in_another_order_is_the_same(tmp_path: Path) -> None:
    """Events may be added in any order: what precedes an event is settled by their own times and ids."""
    pack = compiled(
        tmp_path,
        a_pack(
            a_rule("counted", forbid={"measure.calls": {"ge": 3}}),
            a_rule("restarted", forbid={"measure.after_sms": {"ge": 2}}),
            measures={"calls": measure(window="1d"), "after_sms": measure(since={"contact.channel": "sms"})},
        ),
    )
    chance = Random(7)
    events = [
        an_event(
            number,
            f"2025-11-{chance.randint(18, 20)}T{chance.randint(0, 23):02d}:00:00+08:00",
            channel=chance.choice(["call", "sms"]),
        )
        for number in range(40)
    ]
    last = an_event(99, "2025-11-20T23:30:00+08:00")
    straight = Judge([pack], World())
    judged(straight, *in_order(events))
    expected = [item.verdict for item in straight.judge(last)]
    for _ in range(5):
        chance.shuffle(events)
        mixed = Judge([pack], World())
        for event in events:
            mixed.add(event)
        assert [item.verdict for item in mixed.judge(last)] == expected


def test_the_order_of_a_history_is_by_start_and_then_by_id() -> None:
    """Two events of one instant have a settled order (semantics 4)."""
    one, two, three = an_event(2), an_event(1), an_event(0, "2025-11-20T10:00:01+08:00")
    for mixed in ([one, two, three], [three, one, two]):
        assert in_order(mixed) == [two, one, three]


@pytest.mark.parametrize(
    ("earliest", "expected"),
    [
        (None, [False, False]),
        (datetime(2025, 11, 13, 2, tzinfo=UTC), [False, False]),
        (datetime(2025, 11, 13, 2, 0, 1, tzinfo=UTC), [True, False]),
    ],
)
def test_a_verdict_knows_whether_it_looked_back_past_the_log(
    tmp_path: Path, earliest: datetime | None, expected: list[bool]
) -> None:
    """A window that reaches before the earliest contact is told, also through a defined fact."""
    pack = a_pack(
        a_rule("by-fact", forbid={"borrower.busy": True}),
        a_rule("no-measure", forbid={"contact.channel": "sms"}),
        measures={"calls": measure()},
        facts={"borrower.busy": {"title": named("b"), "when": {"contact.channel": "call", "measure.calls": {"ge": 1}}}},
    )
    judge = Judge([compiled(tmp_path, pack)], World(earliest=earliest))
    for _ in range(2):
        assert [item.looks_past_log for item in judge.judge(an_event(1))] == expected


def test_the_measures_below_a_condition_are_found(tmp_path: Path) -> None:
    """Directly, and through definitions of definitions."""
    pack = compiled(
        tmp_path,
        a_pack(
            a_rule(forbid={"borrower.second": True, "measure.direct": {"ge": 1}, "contact.channel": "call"}),
            measures={"direct": measure(), "below": measure()},
            facts={
                "borrower.first": {"title": named("f"), "when": {"measure.below": 1}},
                "borrower.second": {"title": named("s"), "when": {"borrower.first": True}},
            },
        ),
    ).rule_sets[0]
    assert list(measures_of(pack.rules[0].whole, pack)) == ["below", "direct"]


def test_a_definition_that_hangs_on_a_parameter_names_it(tmp_path: Path) -> None:
    """An arguable bound inside a defined fact is named by its parameter, with the fact where more is missing."""
    pack = a_pack(
        a_rule(forbid={"contact.late": True}),
        parameters={"start_is": parameter("inclusion", "arguable")},
        facts={
            "contact.at_night": {
                "title": named("n"),
                "when": {
                    "in_some_zone": {
                        "contact.local_time": {"between": {"from": "21:00", "to": "24:00", "from_is": "$start_is"}}
                    }
                },
            },
            "contact.late": {"title": named("l"), "when": {"contact.at_night": True, "contact.message_left": True}},
        },
    )
    judge = Judge([compiled(tmp_path, pack)], World(Settings(timezone="Asia/Shanghai")))
    night = "2025-11-20T21:00:00+08:00"
    known, unknown, neither = an_event(1, night, outcome={"message_left": True}), an_event(2, night), an_event(3)
    found = {event.event_id: next(judge.judge(event)).verdict for event in (known, unknown, neither)}
    assert found["E-1"].missing == ("parameter.start_is",)
    assert found["E-2"].missing == ("contact.late", "parameter.start_is")
    assert found["E-3"].verdict == "clear"


@pytest.mark.skipif(not is_available(), reason="durable-rules cannot be imported here")
def test_a_rule_too_large_for_an_engine_is_refused_before_anything_is_judged(tmp_path: Path) -> None:
    """The refusal names the place of the rule, at the start and not in the middle of a log."""
    forbid = {"any": [{"measure.calls": number} for number in range(33)]}
    pack = compiled(tmp_path, a_pack(a_rule(forbid=forbid), measures={"calls": measure()}))
    with pytest.raises(RulesError) as caught:
        Judge([pack], World(), "durable")
    (problem,) = caught.value.problems
    assert problem.code == "rule_too_large"
    assert problem.file == str(tmp_path / "pack.yaml")
    assert DurableEngine.name == "durable"
    assert next(Judge([pack], World(), "reference").judge(an_event(1))).verdict.verdict == "violation"
    assert date(2025, 11, 20) == an_event(1).started_at.date()


def test_a_limit_over_open_debts_rests_on_its_measures() -> None:
    """What a pack says of calls that may be allotted to several debts is counted by the measures of its limits."""
    rule_sets = [rule_set for pack in compile_packs(load_packs(["us-reg-f"])) for rule_set in pack.rule_sets]
    held = 0
    for rule_set in rule_sets:
        for name, limits in rule_set.extensions.open_debts.items():
            rules = [rule for rule in rule_set.rules if f"measure.{name}" in {t.fact for t in ir.tests_of(rule.whole)}]
            for rule in rules:
                assert {limit.measure.name for limit in limits} <= set(measures_of(rule.whole, rule_set))
            held += len(rules)
    assert held

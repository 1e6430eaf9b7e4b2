"""Evidence: the facts that made a violation one, as JSON shows them."""

import json
import math
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from language.small import a_pack, a_rule, compiled, measure, named

from collection_guard.engines.evidence import evidence_of, show, shown, values_named
from collection_guard.engines.judge import Judge
from collection_guard.facts.history import History
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import Settings, World
from collection_guard.language.kleene import Interval
from collection_guard.language.units import HOUR, MINUTE
from collection_guard.language.vocabulary import FACTS, Fact
from collection_guard.model.event import Event

TITLE = {"zh": "f", "en": "f"}


def an_event(at: str = "2025-11-20T22:00:00+08:00", **parts: Any) -> Event:
    """Return a call."""
    return Event.model_validate({"event_id": "E", "case_id": "C", "channel": "call", "started_at": at} | parts)


def evidence(folder: Path, pack: dict[str, Any], *events: Event, **settings: Any) -> dict[str, Any]:
    """Return the evidence of the first rule on the last of some events, which violates it."""
    judge = Judge([compiled(folder, pack)], World(Settings(**settings)), "reference")
    found: list[Any] = []
    for event in events:
        found = list(judge.judge(event))
        judge.add(event)
    verdict = found[0].verdict
    assert verdict.verdict == "violation"
    json.dumps(verdict.evidence)
    return dict(verdict.evidence)


def test_only_what_made_it_true_is_evidence(tmp_path: Path) -> None:
    """All of a conjunction, and of a disjunction what holds."""
    pack = a_pack(
        a_rule(
            applies_to={"contact.direction": "outbound"},
            forbid={"any": [{"contact.channel": "call"}, {"contact.message_left": True}]},
        )
    )
    found = evidence(tmp_path, pack, an_event(direction="outbound"))
    assert found == {"contact.direction": "outbound", "contact.channel": "call"}


def test_facts_of_zones_are_shown_by_zone(tmp_path: Path) -> None:
    """The clock of each zone that the recipient may be in stands beside its name."""
    forbid = {"in_some_zone": {"contact.local_time": {"ge": "21:00"}, "contact.channel": "call"}}
    pack = a_pack(a_rule(forbid=forbid))
    found = evidence(tmp_path, pack, an_event(), timezone="Asia/Shanghai")
    assert found == {"contact.local_time": {"Asia/Shanghai": "22:00:00"}, "contact.channel": "call"}


def test_definitions_show_what_they_rest_on_through_all_their_layers(tmp_path: Path) -> None:
    """A fact that a pack defines is shown with the measures below it, also where zones and definitions lie between."""
    pack = a_pack(
        a_rule(forbid={"contact.pestering": True}),
        measures={"calls": measure(), "since": measure(count="elapsed")},
        facts={
            "contact.late": {
                "title": named("late"),
                "when": {"in_some_zone": {"contact.local_time": {"ge": "21:00"}}, "measure.since": {"lt": "2h"}},
            },
            "contact.pestering": {"title": named("p"), "when": {"contact.late": True, "measure.calls": {"ge": 1}}},
        },
    )
    earlier = an_event("2025-11-20T21:00:00+08:00", event_id="D")
    found = evidence(tmp_path, pack, earlier, an_event(), timezone="Asia/Shanghai")
    assert found == {
        "contact.pestering": True,
        "contact.late": True,
        "contact.local_time": {"Asia/Shanghai": "22:00:00"},
        "measure.since": "1h",
        "measure.calls": 1,
    }


def test_what_belongs_to_a_fact_stands_beside_it(tmp_path: Path) -> None:
    """A note of how a fact came about is kept under its name and a colon."""
    pack = compiled(tmp_path, a_pack(a_rule()))
    rule_set = pack.rule_sets[0]
    sheet = FactSheet(an_event(), World(), rule_set, History())
    sheet.note("contact.channel", column="渠道")
    assert evidence_of(rule_set.rules[0], sheet) == {"contact.channel": "call", "contact.channel:": {"column": "渠道"}}


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("bool", None, None),
        ("bool", True, True),
        ("enum", "call", "call"),
        ("set", frozenset({"b", "a"}), ["a", "b"]),
        ("int", 3.0, 3),
        ("float", 2.5, 2.5),
        ("local_time", 20 * HOUR + 1_500_000, "20:00:01.5"),
        ("duration", 90 * MINUTE, "90m"),
        ("duration", math.inf, None),
        ("int", Interval(2.0, math.inf), [2, None]),
        ("duration", Interval(HOUR, 48 * HOUR), ["1h", "2d"]),
    ],
)
def test_values_as_json_shows_them(kind: Any, value: Any, expected: Any) -> None:
    """Times, durations and ends of intervals are shown as rules write them; without end is null."""
    found = shown(Fact("f", kind, "before", TITLE, ()), value)
    assert found == expected
    assert type(found) is type(expected)


def test_the_facts_that_texts_name_have_their_values(tmp_path: Path) -> None:
    """What message and remedy name in braces is found, in both languages, and where a zone is unknown nothing is."""
    rule = a_rule(
        message={"zh": "{contact.channel}", "en": "at {contact.local_time}"},
        remedy={"zh": "{measure.calls}", "en": "wait"},
    )
    pack = compiled(tmp_path, a_pack(rule, measures={"calls": measure()}))
    rule_set = pack.rule_sets[0]
    for zone, clock in ((None, None), ("Asia/Shanghai", {"Asia/Shanghai": "22:00:00"})):
        sheet = FactSheet(an_event(), World(Settings(timezone=zone)), rule_set, History())
        assert values_named(rule_set.rules[0], sheet) == {
            "contact.channel": "call",
            "contact.local_time": clock,
            "measure.calls": 0,
        }
        assert show(sheet, FACTS["contact.channel"]) == "call"
    assert datetime.fromisoformat("2025-11-20T22:00:00+08:00") == an_event().started_at

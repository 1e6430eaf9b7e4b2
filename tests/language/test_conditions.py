"""Conditions as written, held against the vocabulary and read into the tree."""

from typing import Any

import pytest

from collection_guard.language.conditions import _OPERATORS, ConditionReader, Value
from collection_guard.language.ir import All, AnyOf, Bounds, InZones, Node, Test
from collection_guard.language.units import HOUR
from collection_guard.language.vocabulary import FACTS, Fact
from collection_guard.language.yaml_positions import Document
from collection_guard.model.problems import Problem

TITLE = {"zh": "m", "en": "m"}
VOCABULARY = FACTS | {
    "measure.count": Fact("measure.count", "int", "before", TITLE, ()),
    "measure.since": Fact("measure.since", "duration", "before", TITLE, ()),
    "pack.defined": Fact("pack.defined", "bool", "before", TITLE, ()),
}
PARAMETERS = {
    "limit": Value("int", 3),
    "share": Value("float", 0.5),
    "from": Value("local_time", "08:00"),
    "span": Value("duration", "2h"),
    "start_is": Value("inclusion", "arguable"),
    "flag": Value("bool", True),
    "word": Value("str", "sms"),
    "pattern": Value("str", "^a"),
    "words": Value("words", ["sms", "call"]),
    "unset": Value("int", None),
    "unset_end": Value("inclusion", None),
    "wrong": Value(None, None),
}
CHANNEL = "contact.channel"


def reader() -> ConditionReader:
    """Return a reader of an empty document."""
    return ConditionReader(Document("f"), VOCABULARY, PARAMETERS, later=["pack.later"])


def read(data: Any) -> Node:
    """Return a condition that has nothing wrong with it."""
    one = reader()
    node = one.read(data, ())
    assert one.problems == []
    return node


def problems(data: Any) -> list[Problem]:
    """Return what is wrong with a condition."""
    one = reader()
    one.read(data, ())
    return one.problems


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({CHANNEL: "call"}, Test(CHANNEL, "eq", "call")),
        ({CHANNEL: ["call"]}, Test(CHANNEL, "in", frozenset({"call"}))),
        ({CHANNEL: ["call", "sms"]}, Test(CHANNEL, "in", frozenset({"call", "sms"}))),
        ({CHANNEL: {"not": "call"}}, Test(CHANNEL, "eq", "call", True)),
        ({CHANNEL: {"not_in": ["call", "sms"]}}, Test(CHANNEL, "in", frozenset({"call", "sms"}), True)),
        ({CHANNEL: {"known": True}}, Test(CHANNEL, "known", True)),
        ({CHANNEL: {"known": False}}, Test(CHANNEL, "known", True, True)),
        ({CHANNEL: "$word"}, Test(CHANNEL, "eq", "sms")),
        ({CHANNEL: {"not": "$word"}}, Test(CHANNEL, "eq", "sms", True)),
        ({CHANNEL: "$words"}, Test(CHANNEL, "in", frozenset({"call", "sms"}))),
        ({CHANNEL: {"not_in": "$words"}}, Test(CHANNEL, "in", frozenset({"call", "sms"}), True)),
        ({CHANNEL: ["$words", "letter"]}, Test(CHANNEL, "in", frozenset({"call", "sms", "letter"}))),
        ({CHANNEL: ["$words"]}, Test(CHANNEL, "in", frozenset({"call", "sms"}))),
        ({"recipient.is_borrower": True}, Test("recipient.is_borrower", "eq", True)),
        ({"recipient.is_borrower": {"not": True}}, Test("recipient.is_borrower", "eq", True, True)),
        ({"recipient.is_borrower": "$flag"}, Test("recipient.is_borrower", "eq", True)),
        ({"measure.count": 0}, Test("measure.count", "eq", 0)),
        ({"measure.count": {"not": 0}}, Test("measure.count", "eq", 0, True)),
        ({"measure.count": [1, 2]}, Test("measure.count", "in", frozenset({1, 2}))),
        ({"measure.count": {"lt": 3}}, Test("measure.count", "lt", 3)),
        ({"measure.count": {"le": "$limit"}}, Test("measure.count", "le", 3)),
        ({"measure.since": {"gt": "30m"}}, Test("measure.since", "gt", HOUR // 2)),
        ({"measure.since": {"ge": "$span"}}, Test("measure.since", "ge", 2 * HOUR)),
        ({"contact.talk_seconds": {"gt": 1.5}}, Test("contact.talk_seconds", "gt", 1.5)),
        ({"contact.talk_seconds": {"gt": "$share"}}, Test("contact.talk_seconds", "gt", 0.5)),
        ({"contact.talk_seconds": {"gt": "$limit"}}, Test("contact.talk_seconds", "gt", 3)),
        ({"agency.name": "甲"}, Test("agency.name", "eq", "甲")),
        ({"agency.name": {"matches": "^甲+$"}}, Test("agency.name", "matches", "^甲+$")),
        ({"agency.name": {"matches": "$pattern"}}, Test("agency.name", "matches", "^a")),
        ({"borrower.accessibility": {"contains": "deaf"}}, Test("borrower.accessibility", "contains", "deaf")),
        ({"measure.count": {"between": {"from": 1, "to": 5}}}, Test("measure.count", "between", Bounds(1, 5))),
        (
            {"measure.count": {"between": {"from": 5, "to": 5, "to_is": "included"}}},
            Test("measure.count", "between", Bounds(5, 5, "included", "included")),
        ),
        (
            {"measure.count": {"between": {"from": "$limit", "to": 5, "from_is": "$start_is", "to_is": "included"}}},
            Test("measure.count", "between", Bounds(3, 5, "arguable", "included", "start_is", None)),
        ),
        ({"all": [{CHANNEL: "call"}]}, All((Test(CHANNEL, "eq", "call"),))),
        (
            {"any": [{CHANNEL: "call"}, {CHANNEL: "sms"}]},
            AnyOf((Test(CHANNEL, "eq", "call"), Test(CHANNEL, "eq", "sms"))),
        ),
        (
            {"none": [{CHANNEL: "call"}, {"any": [{"measure.count": {"lt": 3}}]}]},
            All((Test(CHANNEL, "eq", "call", True), All((Test("measure.count", "lt", 3, True),)))),
        ),
        ({}, All(())),
        (
            {CHANNEL: "call", "measure.count": {"ge": 1, "lt": 4}},
            All((Test(CHANNEL, "eq", "call"), All((Test("measure.count", "ge", 1), Test("measure.count", "lt", 4))))),
        ),
        (
            {"in_every_zone": {"contact.weekday": ["sat", "sun"], CHANNEL: "call"}},
            InZones(
                "every", All((Test("contact.weekday", "in", frozenset({"sat", "sun"})), Test(CHANNEL, "eq", "call")))
            ),
        ),
        (
            {"none": [{"in_some_zone": {"contact.local_time": {"lt": "$from"}}}]},
            All((InZones("every", Test("contact.local_time", "lt", 8 * HOUR, True)),)),
        ),
    ],
)
def test_what_is_written_is_what_is_read(written: Any, expected: Node) -> None:
    """Each form of a condition becomes the tree that it means, with parameters filled in."""
    assert read(written) == expected


FACT_OF_TYPE = {
    "bool": "recipient.is_borrower",
    "int": "measure.count",
    "float": "contact.talk_seconds",
    "str": "agency.name",
    "enum": CHANNEL,
    "set": "borrower.accessibility",
    "duration": "measure.since",
}
GOOD = {"bool": True, "int": 1, "float": 1.5, "str": "a", "enum": "call", "set": "deaf", "duration": "1h"}


@pytest.mark.parametrize("kind", FACT_OF_TYPE)
@pytest.mark.parametrize("word", _OPERATORS)
def test_an_operator_takes_the_types_it_is_for_and_no_other(word: str, kind: str) -> None:
    """Of every operator and type it is settled whether they go together."""
    operand: Any = GOOD[kind]
    if word == "known":
        operand = True
    elif word == "not_in":
        operand = [operand]
    elif word == "between":
        operand = {"from": operand, "to": {"duration": "2h", "float": 2.5}.get(kind, 2)}
    found = [problem.code for problem in problems({FACT_OF_TYPE[kind]: {word: operand}})]
    assert found == ([] if kind in _OPERATORS[word] else ["operator_type"])


@pytest.mark.parametrize("kind", FACT_OF_TYPE)
def test_a_constant_of_another_type_is_refused(kind: str) -> None:
    """No fact is held against what it can never be: nothing is converted."""
    operator = {"set": "contains", "duration": "lt"}.get(kind)
    for other, value in {**GOOD, "null": None, "list": [[1]], "mapping": {"eq": 1}}.items():
        fits = other == kind or (kind, other) in {
            ("str", "enum"),
            ("str", "set"),
            ("str", "duration"),
            ("float", "int"),
        }
        operand = {operator: value} if operator else value
        assert (problems({FACT_OF_TYPE[kind]: operand}) == []) == fits, (kind, value)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ({"pack.later": True}, "fact_below"),
        ({"measure.count": {"ge": "$wrong"}}, None),
        ({CHANNEL: {"not_in": "$wrong"}}, None),
        ({"measure.count": {"between": {"from": "$wrong", "to": 3}}}, None),
        ({"measure.count": {"between": {"from": 1, "to": 3, "to_is": "$wrong"}}}, None),
        ({"measure.count": {"between": {"from": 1, "to": 3, "to_is": 5}}}, "inclusion"),
        ({"agency.name": {"matches": "$limit"}}, "parameter_type"),
        ({"agency.name": {"matches": "(a{1000}){1000}"}}, "bad_pattern"),
        ({"borrower.accessibility": ["deaf"]}, "set_needs_contains"),
        ({"in_every_zone": {"unknown": 1}}, "unknown_fact"),
        ({"in_every_zone": "mon"}, "condition_no_mapping"),
    ],
)
def test_a_mistake_is_told_once(written: Any, code: str | None) -> None:
    """What follows from one mistake is not told as another, nor is a parameter that is itself wrong."""
    assert [problem.code for problem in problems(written)] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ({"measure.count": {"ge": "$unset"}}, "unset"),
        ({"measure.count": "$unset"}, "unset"),
        ({"measure.count": {"between": {"from": "$unset", "to": 5}}}, "unset"),
        ({"measure.count": {"between": {"from": 1, "to": 5, "from_is": "$unset_end"}}}, "unset_end"),
        (
            {
                "in_some_zone": {
                    "contact.local_time": {"between": {"from": "08:00", "to": "21:00", "to_is": "$unset_end"}}
                }
            },
            "unset_end",
        ),
    ],
)
def test_a_parameter_without_a_value_is_named_and_no_mistake(written: Any, name: str) -> None:
    """Its rule is not in force, which is for the pack to say."""
    one = reader()
    one.read(written, ())
    assert one.problems == []
    assert one.unset == {name}


def test_every_mistake_of_a_condition_is_told() -> None:
    """Neither a list nor a group nor an interval stops at its first mistake."""
    found = problems(
        {
            "any": [{CHANNEL: ["smss", 5]}, {"agency.nam": "a"}],
            "measure.count": {"between": {"from": "a", "to": "b"}, "gee": 1},
        }
    )
    assert [problem.code for problem in found] == [
        "impossible_word",
        "wrong_constant",
        "unknown_fact",
        "wrong_constant",
        "wrong_constant",
        "unknown_operator",
    ]

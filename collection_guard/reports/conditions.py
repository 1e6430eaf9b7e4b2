"""Conditions in words, for explanations and rule pages."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from collection_guard.facts.atoms import truth_of, truth_of_atom
from collection_guard.facts.sheet import FactSource
from collection_guard.language.ir import All, AnyOf, Bounds, InZones, Node, Test
from collection_guard.language.kleene import MAYBE, NO
from collection_guard.language.units import show_duration, show_local_time
from collection_guard.language.vocabulary import Fact
from collection_guard.model.texts import Lang, text

_OPPOSITE: Final = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt"}


def in_words(node: Node, vocabulary: Mapping[str, Fact], lang: Lang) -> str:
    """Return a leaf condition as one line of words."""
    match node:
        case Test():
            return _test(node, vocabulary[node.fact], lang)
        case InZones():
            body = "; ".join(_lines_of(node.body, vocabulary, lang))
            return text(f"condition.{node.quantifier}_zone", lang, body=body)
        case All():
            return text("condition.all", lang) if node.parts else text("condition.always", lang)
        case AnyOf():
            return text("condition.any", lang) if node.parts else text("condition.never", lang)


def _lines_of(node: Node, vocabulary: Mapping[str, Fact], lang: Lang) -> list[str]:
    parts = node.parts if isinstance(node, All) else (node,)
    return [in_words(part, vocabulary, lang) for part in parts]


def tree(
    node: Node, vocabulary: Mapping[str, Fact], lang: Lang, facts: FactSource | None = None, depth: int = 0
) -> Iterator[str]:
    """Yield a condition line by line, indented; with facts, each line begins with whether it holds."""
    mark = ""
    if facts is not None:
        truth = truth_of(node, facts) if isinstance(node, All | AnyOf) else truth_of_atom(node, facts)
        mark = text("truth.unknown" if truth == MAYBE else "truth.no" if truth == NO else "truth.yes", lang) + " "
    if isinstance(node, All | AnyOf) and len(node.parts) == 1:
        yield from tree(node.parts[0], vocabulary, lang, facts, depth)
        return
    yield "  " * depth + mark + in_words(node, vocabulary, lang)
    if isinstance(node, All | AnyOf):
        for part in node.parts:
            yield from tree(part, vocabulary, lang, facts, depth + 1)


def _test(test: Test, fact: Fact, lang: Lang) -> str:
    value: Any = test.value
    if test.operator == "eq" and isinstance(value, bool):
        holds = value != test.negated
        return text("condition.is_true" if holds else "condition.is_false", lang, name=test.fact)
    values: dict[str, str] = {}
    match test.operator:
        case "known":
            pass
        case "in":
            values["value"] = ", ".join(sorted(_constant(item, fact) for item in value))
        case "contains":
            values["value"] = ", ".join(sorted(value) if isinstance(value, frozenset) else [value])
        case "between":
            assert isinstance(value, Bounds)  # noqa: S101  # the loader gives between its bounds
            for end, bound, included in (("low", value.low, value.low_is), ("high", value.high, value.high_is)):
                values |= {end: _constant(bound, fact), f"{end}_is": text(f"condition.{included}", lang)}
        case _:
            values["value"] = _constant(value, fact)
    operator = _OPPOSITE.get(test.operator, f"not_{test.operator}") if test.negated else test.operator
    phrase = text(f"condition.{operator}", lang, **values)
    return text("condition.test", lang, name=test.fact, phrase=phrase)


def _constant(value: Any, fact: Fact) -> str:
    if fact.type == "local_time" and not isinstance(value, str):
        return show_local_time(value)
    if fact.type == "duration" and not isinstance(value, str):
        return show_duration(value)
    return str(value)

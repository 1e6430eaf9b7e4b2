"""What a rule says of a contact: its message and its remedy, with the values of the facts that they name."""

import string
from collections.abc import Mapping
from typing import Any

from collection_guard.language.schema import Rule, Text
from collection_guard.language.vocabulary import FACTS, Fact
from collection_guard.model.masking import mask_text
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, has_text, text


def word(value: str, lang: Lang) -> str:
    """Return a word of a closed list; a word of nobody's list stays as it is."""
    code = f"word.{value}"
    return text(code, lang) if has_text(code) else value


def message_of(rule: Rule, values: Mapping[str, Any], lang: Lang, *, masked: bool = True) -> str:
    """Return a rule's message with the values of its facts filled in."""
    return filled(rule.message, values, FACTS, lang, masked=masked)


def filled(words: Text, values: Mapping[str, Any], facts: Mapping[str, Fact], lang: Lang, *, masked: bool) -> str:
    """Return a message or a remedy with the values of its facts filled in."""
    parts = []
    for literal, name, _, _ in string.Formatter().parse(words.zh if lang == "zh" else words.en):
        parts.append(literal)
        if name is not None:
            parts.append(spoken(values.get(name), facts.get(name), lang, masked=masked))
    return "".join(parts)


def spoken(value: Any, fact: Fact | None, lang: Lang, *, masked: bool) -> str:
    """Return the value of a fact in words of the language: as ``engines.evidence.shown`` gives it."""

    def inner(item: Any) -> str:
        return spoken(item, fact, lang, masked=masked)

    sign = text("report.list_sign", lang)
    match value:
        case None:
            return word("unknown", lang)
        case bool():
            return word("yes" if value else "no", lang)
        case dict():
            return sign.join(f"{inner(at)} ({zone})" for zone, at in value.items()) or word("unknown", lang)
        case [low, None] if fact is None or fact.type != "set":
            return text("report.at_least", lang, low=inner(low))
        case [low, high] if fact is None or fact.type != "set":
            return text("report.between", lang, low=inner(low), high=inner(high))
        case list() | tuple():
            return sign.join(inner(item) for item in value) or word("none", lang)
        case str() if fact is not None and fact.words:
            return word(value, lang)
        case _:
            return mask_text(plain(str(value))) if masked else plain(str(value))

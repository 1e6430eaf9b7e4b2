"""Texts to be read for what they say: one a line, or JSON objects that hold one each."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

from collection_guard.audit.vocabulary.tables import tables
from collection_guard.facts.content.schema import KINDS
from collection_guard.facts.signals import KIND_OF_CHANNEL
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import BrokenRow, JsonRow, read_text
from collection_guard.model.tables.json_text import looks_like_json, read_json
from collection_guard.model.texts import nearest

_NOTE: Final = "internal_note"
_SEEN: Final = 8
"""Names of fields in a message; more would hide it."""


@dataclass(frozen=True, slots=True)
class GivenText:
    """One text, by what it is called, and the kind of text that it is, if that is known."""

    id: Any
    text: str
    kind: str | None


@dataclass(slots=True)
class GivenTexts:
    """The texts of a file in their order, what cannot be read of it, and how its bytes were taken for a text."""

    encoding: str
    confirmed: bool
    texts: list[GivenText] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def kind_named(word: str) -> str | None:
    """Return the kind of text that a word names: itself, a channel, or an audience; None if it names none."""
    if word in KINDS:
        return word
    words = tables().by_path
    channel, audience = words["channel"].meaning(word), words["recipient.audience"].meaning(word)
    if channel is not None:
        if channel.get("set_aside") == "internal":
            return _NOTE
        return KIND_OF_CHANNEL.get(channel.get("channel", ""))
    return "group_chat" if audience is not None and audience.get("") in {"group", "public"} else None


def unknown_kind(word: str) -> dict[str, object]:
    """Return what a message says of a word that names no kind of text."""
    return {"value": word, "known": " | ".join(KINDS), "nearest": nearest(word, KINDS)}


def read_texts(data: bytes, file: str, *, encoding: str | None = None, kind: str | None = None) -> GivenTexts:
    """Return the texts that some bytes hold; raise LogError if they are no text.

    ``encoding`` is told by the bytes themselves if it is not given, as with logs. ``kind`` is that of texts that do
    not name theirs.
    """
    decoded = read_text(data, file, encoding=encoding, recognise=_common)
    if isinstance(decoded, Problem):
        raise LogError([decoded])
    found = GivenTexts(decoded.encoding, decoded.confirmed)
    content = decoded.text.lstrip("\ufeff")
    plain = _plain_array(content)
    if plain is not None:
        found.texts = [GivenText(str(number), text, kind) for number, text in enumerate(plain, 1)]
    elif looks_like_json(content):
        _take_objects(found, content, file, kind)
    else:
        _take_lines(found, content, file, kind)
    if found.problems:
        found.problems.append(Problem("signals_form", file))
    return found


def _common(head: str) -> int:
    """Count the characters that are common in texts: they confirm an encoding."""
    return sum(map(_common_characters().__contains__, head))


@cache
def _common_characters() -> frozenset[str]:
    file = resources.files("collection_guard") / "audit" / "common_characters.yaml"
    return frozenset(yaml.safe_load(file.read_text("utf-8"))["characters"])


def _plain_array(content: str) -> list[str] | None:
    """Return the texts of a JSON array of nothing but texts, None for all else."""
    if not content.lstrip().startswith("["):
        return None
    try:
        items = json.loads(content)
    except (ValueError, RecursionError):
        return None  # a text may begin with a bracket
    return items if items and all(isinstance(item, str) for item in items) else None


def _take_objects(found: GivenTexts, content: str, file: str, kind: str | None) -> None:
    rows, broken, _ = read_json(content)
    both: list[JsonRow | BrokenRow] = [*rows, *broken]
    for item in sorted(both, key=lambda one: one.row):
        _take(found, item, file, kind)


def _take_lines(found: GivenTexts, content: str, file: str, kind: str | None) -> None:
    # Only these end a line: a text may hold any other separator that Python would split at.
    for number, line in enumerate(content.replace("\r\n", "\n").split("\n"), 1):
        if line.lstrip().startswith("{"):
            rows, broken, _ = read_json(line)
            for item in rows:
                _take(found, JsonRow(number, item.data), file, kind)
            for failed in broken:
                _take(found, BrokenRow(number, failed.reason, failed.values), file, kind)
        elif line.strip():
            found.texts.append(GivenText(str(number), line, kind))


def _take(found: GivenTexts, item: JsonRow | BrokenRow, file: str, kind: str | None) -> None:
    if isinstance(item, BrokenRow):
        found.problems.append(Problem(item.reason, file, item.row, values=dict(item.values)))
        return
    problems = list(_faults(item.data))
    if problems:
        found.problems += [Problem(code, file, item.row, values=values) for code, values in problems]
        return
    data: dict[str, Any] = item.data
    named, given = data.get("channel"), data.get("id")
    own = kind if named is None else kind_named(named)
    found.texts.append(GivenText(str(item.row) if given is None else given, data["text"], own))


def _faults(data: Mapping[str, Any]) -> list[tuple[str, dict[str, object]]]:
    """Return what is wrong with the fields of an object; none of its values is shown, for they are texts."""
    faults: list[tuple[str, dict[str, object]]] = []
    if data.get("text") is None:
        seen = ", ".join(str(name) for name in list(data)[:_SEEN]) or None
        faults.append(("signals_no_text", {"seen": seen}))
    elif not isinstance(data["text"], str):
        faults.append(("signals_field", {"field": "text"}))
    if isinstance(data.get("id"), list | dict):
        faults.append(("signals_field", {"field": "id"}))
    channel = data.get("channel")
    if channel is not None and not isinstance(channel, str):
        faults.append(("signals_field", {"field": "channel"}))
    elif channel is not None and kind_named(channel) is None:
        faults.append(("signals_kind", {"subject": "`channel`"} | unknown_kind(channel)))
    return faults

"""Case files read with their positions: what the closed vocabulary does not name makes a case unreadable."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import pytz

from collection_guard.checks.conformance.vocabulary import Key, vocabulary, word_of
from collection_guard.language.yaml_positions import Document, KeyPath, read_yaml
from collection_guard.model.problems import InputError, Problem
from collection_guard.model.texts import nearest

CASE: Final = "case"
"""The target that means all events of a case together."""


@dataclass(slots=True)
class ReadCase:
    """One case as read: its data, where it stands, and all that is wrong with it."""

    id: str
    regime: str
    data: Mapping[str, Any]
    document: Document
    path: KeyPath
    problems: list[Problem] = field(default_factory=list)

    def problem(self, code: str, *path: str | int, at_key: bool = False, **values: object) -> None:
        """Note something that makes the case unreadable, at a path of it."""
        whole = (*self.path, *path)
        self.problems.append(self.document.problem(code, whole, at_key=at_key, **values))


def read_cases(path: Path) -> list[ReadCase]:
    """Return the cases of a file in its order; raise InputError if it holds none at all."""
    document = read_yaml(path)
    if document.problems:
        raise InputError(document.problems)
    data = document.data
    if not isinstance(data, dict) or not isinstance(data.get("cases"), list):
        raise InputError([document.problem("conformance_no_cases")])
    sources = data.get("sources")
    known = list(sources) if isinstance(sources, dict) else []
    cases = [_read(document, ("cases", index), item, known) for index, item in enumerate(data["cases"])]
    twice = {name for name, count in Counter(case.id for case in cases).items() if count > 1}
    for case in cases:
        if case.id in twice:
            case.problem("conformance_twice", "id", name=case.id)
    extra = [key for key in data if key not in {"schema", "sources", "cases"}]
    if extra:
        near = nearest(extra[0], ["schema", "sources", "cases"])
        raise InputError(
            [document.problem("unknown_key", (key,), at_key=True, name=key, nearest=near) for key in extra]
        )
    return cases


def _read(document: Document, path: KeyPath, item: Any, sources: list[str]) -> ReadCase:
    data = item if isinstance(item, dict) else {}
    case = ReadCase(str(data.get("id", "")), str(data.get("regime", "")), data, document, path)
    if not isinstance(item, dict):
        case.problem("conformance_type", name="cases", type="object", value=item)
        return case
    _object(case, data, "", ())
    if not case.problems:
        _references(case, sources)
    return case


def _object(case: ReadCase, data: Mapping[str, Any], under: str, path: tuple[str | int, ...]) -> None:
    known = vocabulary().below(under)
    for name in data:
        if name not in known:
            case.problem("conformance_key", *path, name, at_key=True, name=name, nearest=nearest(name, known))
    for name in known:
        whole = f"{under}.{name}" if under else name
        key = vocabulary().keys[whole]
        if name in data:
            _value(case, data[name], whole, key, (*path, name))
        elif key.required:
            case.problem("conformance_missing", *path, name=name)


def _value(case: ReadCase, value: Any, name: str, key: Key, path: tuple[str | int, ...]) -> None:
    if not key.many:
        _one(case, value, name, key, path)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _one(case, item, f"{name}[]", key, (*path, index))
    else:
        case.problem("conformance_type", *path, name=name, type=f"[{key.type}]", value=value)


def _one(case: ReadCase, value: Any, name: str, key: Key, path: tuple[str | int, ...]) -> None:
    if key.type == "object" and isinstance(value, dict):
        _object(case, value, name, path)
    elif key.type == "word":
        word = word_of(value)
        if word not in key.words:
            near = nearest(word, key.words)
            case.problem("conformance_word", *path, name=name, value=value, nearest=near)
    elif key.type not in {"target", "value"} and not _is(key.type, value):
        case.problem("conformance_type", *path, name=name, type=key.type, value=value)


def _is(kind: str, value: Any) -> bool:
    match kind:
        case "bool":
            return isinstance(value, bool)
        case "int":
            return isinstance(value, int) and not isinstance(value, bool)
        case "name":
            return isinstance(value, str | int) and not isinstance(value, bool) and value != ""
        case "text":
            return isinstance(value, str)
        case "zone":
            return value in pytz.all_timezones_set
        case "date_or_instant":
            return _is("date", value) or _is("instant", value)
        case "date_or_month":
            return _is("date", value) or (isinstance(value, str) and len(value) == 7 and _is("date", f"{value}-01"))
        case _:
            return isinstance(value, str) and _parsed(kind, value)


def _parsed(kind: str, value: str) -> bool:
    try:
        match kind:
            case "instant":
                return len(value) > 10 and datetime.fromisoformat(value).tzinfo is not None
            case "date":
                return len(value) == 10 and bool(date.fromisoformat(value))
            case "local_time":
                return len(value) == 5 and time.fromisoformat(value).tzinfo is None
    except ValueError:
        pass
    return False


def _references(case: ReadCase, sources: list[str]) -> None:
    """Check what names something else: events, sources, the pack of a label and of a text, values of outcomes."""
    words = vocabulary()
    data = case.data
    if data["source"] not in sources:
        case.problem(
            "conformance_word",
            "source",
            name="source",
            value=data["source"],
            nearest=nearest(str(data["source"]), sources),
        )
    text = data.get("text")
    if text is not None and words.texts[text] != case.regime:
        case.problem("conformance_text_of", "text", value=text, pack=words.texts[text])
    events = data["facts"]["events"]
    ids = [str(event["id"]) for event in events]
    for index, event in enumerate(events):
        here = ("facts", "events", index)
        if str(event["id"]) in ids[:index]:
            case.problem("conformance_twice", *here, "id", name=event["id"])
        if event["direction"] == "outbound" and "to_role" not in event:
            case.problem("conformance_missing", *here, name="to_role")
        if "in_reply_to" in event and str(event["in_reply_to"]) not in ids:
            near = nearest(str(event["in_reply_to"]), ids)
            case.problem("conformance_event", *here, "in_reply_to", value=event["in_reply_to"], nearest=near)
    for index, wanted in enumerate(data["expected"]):
        at = ("expected", index)
        for name in targets_of(wanted["target"]):
            if name != CASE and name not in ids:
                case.problem("conformance_event", *at, "target", value=name, nearest=nearest(name, ids))
        if not _value_fits(words.outcomes[wanted["outcome"]], wanted.get("value")):
            case.problem(
                "conformance_value", *here, "value" if "value" in wanted else "outcome", name=wanted["outcome"]
            )


def targets_of(target: Any) -> list[str]:
    """Return the targets that an expectation names."""
    return [str(name) for name in target] if isinstance(target, list) else [str(target)]


def _value_fits(kind: str | None, value: Any) -> bool:
    match kind:
        case None:
            return True
        case "names":
            return isinstance(value, list) and bool(value) and all(_is("name", item) for item in value)
        case "counters":
            return isinstance(value, dict) and bool(value) and all(_is_count(item) for item in value.values())
        case _:
            return _is(kind, value)


def _is_count(item: Any) -> bool:
    return (
        isinstance(item, dict) and set(item) == {"calls", "conversations"} and all(_is("int", n) for n in item.values())
    )


def wrong(cases: list[ReadCase]) -> Iterator[Problem]:
    """Yield all that is wrong with all cases."""
    for case in cases:
        yield from case.problems

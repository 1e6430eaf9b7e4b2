"""The page on the format of events, case profiles and partner lists, made from the models."""

import json
from collections.abc import Iterator
from typing import Final

from writing import code, listed, say, table

from collection_guard.model import words
from collection_guard.model.event import Record
from collection_guard.model.texts import Lang, text
from collection_guard.reports.records import ROOTS, Field, Kind, fields_of, records_in

INLINE: Final = 5
"""A list of words up to this long stands in the table; a longer one is named with a link to the vocabulary."""

EXAMPLES: Final[dict[str, dict[str, object]]] = {
    "Event": {
        "event_id": "E-1",
        "case_id": "C-1",
        "agency": "某催收有限公司",
        "collector": {"id": "A017", "kind": "human"},
        "channel": "call",
        "direction": "outbound",
        "started_at": "2025-11-20T20:59:59+08:00",
        "talk_seconds": 62,
        "recipient": {"number": "13900000002", "relationship": "parent", "roles": ["emergency_contact"]},
        "outcome": {"network": "connected", "answered_by": "human", "party": "third_party"},
        "claims": {"law_firm": "某律师事务所", "title": "律师"},
        "content": None,
        "signals": {"relay_only": True},
        "extra": {"line": 4},
    },
    "CaseProfile": {
        "case_id": "C-1",
        "timezone": "Asia/Shanghai",
        "numbers": [{"number": "13800000001", "valid_from": "2024-01-01"}],
        "emergency_contacts": [{"name": "高母", "number": "13900000002"}],
        "quiet_windows": [{"start": "22:00", "end": "08:00", "weekdays": ["sat", "sun"]}],
        "instructions": [{"kind": "cease", "number": "13800000001", "at": "2025-11-03T10:00:00+08:00"}],
        "accessibility": [],
    },
    "RegistryEntry": {"name": "某催收有限公司", "category": "collection_agency", "valid_from": "2025-09-16"},
}


def word_lists() -> dict[tuple[str, ...], str]:
    """Return the name of each closed list of words, by its words."""
    return {
        tuple(listing): name
        for name, kind in vars(words).items()
        if not name.isupper() and (listing := getattr(kind, "__args__", ()))
    }


def event_format(lang: Lang) -> Iterator[str]:
    """Yield the page in one language, line by line."""
    yield f"# {say('format/title', lang)}"
    yield ""
    yield say("format/about", lang)
    yield ""
    yield say("generated", lang)
    yield ""
    for root in ROOTS:
        name = root.__name__
        yield f"## {say(f'format/roots/{name}', lang)}"
        yield ""
        yield text(f"record.{name}", lang)
        yield ""
        yield say(f"format/in_file/{name}", lang)
        yield ""
        for record, path in _placed(root):
            if record is not root:
                yield f"### {code(path)}"
                yield ""
                yield text(f"record.{record.__name__}", lang)
                yield ""
            columns = [say(f"format/columns/{column}", lang) for column in ("field", "kind", "meaning", "absent")]
            yield from table(columns, (_row(field, path, lang) for field in fields_of(record)))
        yield f"### {say('format/example', lang)}{say('colon', lang)}{say(f'format/roots/{name}', lang)}"
        yield ""
        yield "```json"
        yield "{"
        shown = {json.dumps(key): json.dumps(value, ensure_ascii=False) for key, value in EXAMPLES[name].items()}
        yield ",\n".join(f" {key}: {value}" for key, value in shown.items())
        yield "}"
        yield "```"
        yield ""


def _placed(root: type[Record]) -> Iterator[tuple[type[Record], str]]:
    """Yield each record under a root, with the path at which it stands."""
    paths: dict[type[Record], str] = {root: ""}
    for record in records_in(root):
        yield record, paths[record]
        for field in fields_of(record):
            if field.kind.record is not None:
                paths.setdefault(field.kind.record, _path(field, paths[record]))


def _path(field: Field, under: str) -> str:
    name = f"{field.name}[]" if field.kind.listed and field.kind.record is not None else field.name
    return f"{under}.{name}" if under else name


def _row(field: Field, under: str, lang: Lang) -> list[str]:
    path = code(_path(field, under))
    return [path, _kind(field, under, lang), field.meaning(lang), field.absent(lang)]


def _kind(field: Field, under: str, lang: Lang) -> str:
    kind = field.kind
    shown = _single(field, kind, under, lang)
    return say("format/kinds/listed", lang, kind=shown) if kind.listed else shown


def _single(field: Field, kind: Kind, under: str, lang: Lang) -> str:
    if kind.record is field.record:
        return say("format/kinds/same", lang, record=code(under))
    if kind.name == "map" and kind.words:
        return say("format/kinds/signals", lang, words=_words(kind, lang))
    if kind.name == "word":
        return say("format/kinds/word", lang, words=_words(kind, lang))
    return say(f"format/kinds/{kind.name}", lang)


def _words(kind: Kind, lang: Lang) -> str:
    if len(kind.words) <= INLINE:
        return listed(map(code, kind.words), lang)
    title = say(f"vocabulary/lists/{word_lists()[kind.words]}", lang)
    return f"[{title}](vocabulary.md#{anchor(title)})"


def anchor(title: str) -> str:
    """Return the anchor of a heading."""
    return title.lower().replace(" ", "-")

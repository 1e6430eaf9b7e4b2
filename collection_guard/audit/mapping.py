"""A mapping file: what the headers and words of one's own logs mean, validated before anything is read.

```yaml
columns: {通话起始: started_at, 对端: recipient.number}    # header: path of the event
values: {outcome: {QT: 其他, X1: {network: connected, party: borrower}}, channel: {T: 电催}}
defaults: {channel: call, direction: outbound, agency: 某公司}
ignore: [内部编码]
files: ["agency-b*.xlsx"]                                # logs that it is for; without it, all that no other is for
sheet: 明细                                              # or a list
header_row: 3
timezone: Asia/Shanghai
time_format: "%d/%m/%Y %H:%M"
preset: asterisk-master
```
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytz

from collection_guard.audit.presets.loading import NO_PRESET, code_tables, presets, word_table
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import COLUMN_PATHS, is_column_path
from collection_guard.audit.vocabulary.tables import Meaning, WordTable, tables
from collection_guard.language.yaml_positions import Document, KeyPath, read_yaml
from collection_guard.model.problems import ConfigurationError
from collection_guard.model.texts import nearest

NO_HEADER: Final = 0
"""``header_row: none``: the table has no header, and its columns are called 1, 2, 3 and so on."""
_KEYS: Final = (
    "columns",
    "values",
    "defaults",
    "ignore",
    "files",
    "sheet",
    "header_row",
    "timezone",
    "time_format",
    "id_prefix",
    "preset",
    "codes",
    "own_numbers",
)
_WORD_PATHS: Final = (
    "channel",
    "direction",
    "collector.kind",
    "recipient.relationship",
    "recipient.roles",
    "recipient.audience",
    "recipient.timezone",
    "outcome",
    "hangup",
    "outcome.network",
    "outcome.answered_by",
    "outcome.party",
    "outcome.disposition",
    "outcome.state_change",
    "outcome.message_left",
    "signals",
)
_NO_DEFAULT: Final = frozenset(
    {"event_id", "started_at", "started_at.date", "signals", "recipient.members", "callee", "caller"}
)
_OUTCOME_PARTS: Final = (
    "network",
    "answered_by",
    "party",
    "disposition",
    "state_change",
    "message_left",
)
_CODED: Final = ("outcome", "hangup")
"""Columns whose codes a table may tell; the tables of other columns belong to their presets."""
_SET_ASIDE: Final = ("administrative_note", "internal", "legal", "parcel")


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a mapping file says; an empty one says nothing."""

    file: str | None = None
    columns: dict[str, str] = field(default_factory=dict)
    """Paths by folded header."""
    words: dict[str, WordTable] = field(default_factory=dict)
    """The file's own words by path; they come before the known ones."""
    defaults: dict[str, str] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    files: tuple[str, ...] = ()
    """Patterns of the logs that it is for."""
    sheets: tuple[str, ...] = ()
    """The sheets that it is for; without any, all of them."""
    header_row: int | None = None
    timezone: str | None = None
    time_format: str | None = None
    id_prefix: str = ""
    """Put before every event id: two systems may number their contacts alike."""
    preset: str | None = None
    own_numbers: tuple[str, ...] = ()
    """Numbers of one's own lines and people, which are no contacts."""

    def path_of(self, header: str) -> str | None:
        """Return the path that the file names for a header."""
        return self.columns.get(fold_word(header))

    def ignores(self, header: str) -> bool:
        """Say whether the file leaves a header out."""
        return fold_word(header) in self.ignored

    def meaning(self, path: str, word: str) -> Meaning | None:
        """Return what the file says of a word of a path."""
        return self.words[path].meaning(word) if path in self.words else None


def read_mapping(path: Path) -> Mapping:
    """Read a mapping file; raise ConfigurationError with every problem of it."""
    document = read_yaml(path)
    reading = _Reading(document)
    mapping = reading.mapping()
    if document.problems:
        raise ConfigurationError(document.problems)
    return mapping


class _Reading:
    def __init__(self, document: Document) -> None:
        self._document = document

    def _wrong(self, code: str, path: KeyPath, *, at_key: bool = False, **values: object) -> None:
        self._document.problems.append(self._document.problem(code, path, at_key=at_key, **values))

    def _unknown(self, code: str, word: str, known: Iterable[str], path: KeyPath, *, at_key: bool = False) -> None:
        self._wrong(code, path, at_key=at_key, word=word, nearest=nearest(word, known))

    def mapping(self) -> Mapping:
        data = self._document.data
        if data is None:
            data = {}
        if not isinstance(data, dict):
            self._wrong("map_not_a_mapping", ())
            return Mapping()
        for key in data:
            if key not in _KEYS:
                self._unknown("map_unknown_key", key, _KEYS, (key,), at_key=True)
        return Mapping(
            file=self._document.file,
            columns=self._columns(data.get("columns")),
            words=self._coded(data.get("codes"), self._values(data.get("values"))),
            defaults=self._defaults(data.get("defaults")),
            ignored=self._ignored(data.get("ignore")),
            files=self._texts(data, "files"),
            sheets=self._texts(data, "sheet"),
            header_row=self._row(data),
            timezone=self._zone(data),
            time_format=self._text(data, "time_format"),
            id_prefix=self._text(data, "id_prefix") or "",
            preset=self._preset(data),
            own_numbers=self._numbers(data),
        )

    def _group(self, value: Any, *path: str) -> dict[str, Any]:
        if value is None:
            return {}
        if not isinstance(value, dict):
            self._wrong("map_group", path, key=".".join(path))
            return {}
        return value

    def _columns(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for header, path in self._group(value, "columns").items():
            at: KeyPath = ("columns", header)
            if not isinstance(path, str) or not is_column_path(path):
                self._unknown("map_unknown_path", str(path), COLUMN_PATHS, at)
            elif fold_word(header) in found:
                self._wrong("map_header_twice", at, at_key=True, word=header)
            else:
                found[fold_word(header)] = path
        return found

    def _values(self, value: Any) -> dict[str, WordTable]:
        found: dict[str, WordTable] = {}
        for path, words in self._group(value, "values").items():
            if path not in _WORD_PATHS:
                self._unknown("map_no_words", path, _WORD_PATHS, ("values", path), at_key=True)
                continue
            table = WordTable()
            for raw, word in self._group(words, "values", path).items():
                meaning = self._meaning(path, word, ("values", path, raw))
                if meaning is not None:
                    table.replace((raw,), meaning)
            found[path] = table
        return found

    def _meaning(self, path: str, word: Any, at: KeyPath) -> Meaning | None:
        if word is None:
            return {}
        if isinstance(word, dict) and path in ("outcome", "hangup"):
            return self._parts(word, at)
        if isinstance(word, dict | list):
            self._wrong("map_group", at, key=".".join(map(str, at)))
            return None
        text = str(word).lower() if isinstance(word, bool) else str(word)
        if path in ("outcome", "hangup", "channel") and text in _SET_ASIDE:
            return {"set_aside": text}
        table = tables().by_path[path]
        meaning = table.meaning(text)
        if meaning is None:
            self._unknown("map_unknown_word", text, table.words(), at)
        return meaning

    def _parts(self, word: dict[str, Any], at: KeyPath) -> Meaning | None:
        meaning: dict[str, Any] = {}
        for part, value in word.items():
            if part == "set_aside" and value in _SET_ASIDE:
                meaning["set_aside"] = value
                continue
            if part not in _OUTCOME_PARTS:
                self._unknown("map_unknown_path", part, _OUTCOME_PARTS, (*at, part), at_key=True)
                continue
            found = self._meaning(f"outcome.{part}", value, (*at, part))
            if found:
                meaning[f"outcome.{part}"] = found[""]
        return meaning

    def _defaults(self, value: Any) -> dict[str, str]:
        found: dict[str, str] = {}
        for path, word in self._group(value, "defaults").items():
            at: KeyPath = ("defaults", path)
            if path not in COLUMN_PATHS or path in _NO_DEFAULT or path.startswith("signals."):
                known = [name for name in COLUMN_PATHS if name not in _NO_DEFAULT and "signals." not in name]
                self._unknown("map_unknown_path", path, known, at, at_key=True)
            elif isinstance(word, dict | list) or word is None:
                self._wrong("map_group", at, key=f"defaults.{path}")
            else:
                text = str(word).lower() if isinstance(word, bool) else str(word)
                if path not in _WORD_PATHS or self._meaning(path, text, at) is not None:
                    found[path] = text
        return found

    def _ignored(self, value: Any) -> frozenset[str]:
        if value is None:
            return frozenset()
        if not isinstance(value, list):
            self._wrong("map_list", ("ignore",), key="ignore")
            return frozenset()
        return frozenset(fold_word(str(item)) for item in value)

    def _text(self, data: dict[str, Any], key: str) -> str | None:
        value = data.get(key)
        if value is None or isinstance(value, str):
            return value
        self._wrong("map_text", (key,), key=key)
        return None

    def _texts(self, data: dict[str, Any], key: str) -> tuple[str, ...]:
        """Return a text, or each of a list of them."""
        value = data.get(key)
        if not isinstance(value, list):
            text = self._text(data, key)
            return () if text is None else (text,)
        for place, item in enumerate(value):
            if not isinstance(item, str):
                self._wrong("map_text", (key, place), key=key)
        return tuple(item for item in value if isinstance(item, str))

    def _row(self, data: dict[str, Any]) -> int | None:
        value = data.get("header_row")
        if value == "none":
            return NO_HEADER
        if value is None or (isinstance(value, int) and not isinstance(value, bool) and value > 0):
            return value
        self._wrong("map_row", ("header_row",))
        return None

    def _coded(self, value: Any, words: dict[str, WordTable]) -> dict[str, WordTable]:
        """Put the code tables that the file names under its own words."""
        for path, name in self._group(value, "codes").items():
            if path not in _CODED:
                self._unknown("map_no_codes", path, _CODED, ("codes", path), at_key=True)
            elif name not in (known := [table.name for table in code_tables().values() if table.path in _CODED]):
                near = nearest(str(name), known)
                self._wrong("map_unknown_codes", ("codes", path), word=name, nearest=near, known=", ".join(known))
            else:
                table = WordTable()
                table.overlay(word_table(name, path))
                if path in words:
                    table.overlay(words[path])
                words[path] = table
        return words

    def _numbers(self, data: dict[str, Any]) -> tuple[str, ...]:
        value = data.get("own_numbers")
        if value is None or (isinstance(value, list) and all(isinstance(item, str | int) for item in value)):
            return tuple(str(item) for item in value or ())
        self._wrong("map_list", ("own_numbers",), key="own_numbers")
        return ()

    def _preset(self, data: dict[str, Any]) -> str | None:
        name = self._text(data, "preset")
        if name is not None and name != NO_PRESET and name not in presets():
            self._unknown("map_unknown_preset", name, [*presets(), NO_PRESET], ("preset",))
        return name

    def _zone(self, data: dict[str, Any]) -> str | None:
        zone = self._text(data, "timezone")
        if zone is not None and zone not in pytz.all_timezones_set:
            self._unknown("map_unknown_zone", zone, pytz.all_timezones, ("timezone",))
        return zone

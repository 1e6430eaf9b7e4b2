"""Look-up of headers: which field of an event a column holds."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

from collection_guard.audit.vocabulary.files import header_file
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.language.fields import column_paths
from collection_guard.model.words import Signal

EVENT_PATHS: Final = (
    "event_id",
    "case_id",
    "borrower_id",
    "agency",
    "collector.id",
    "collector.name",
    "collector.kind",
    "channel",
    "direction",
    "started_at",
    "ended_at",
    "talk_seconds",
    "recorded_at",
    "recipient.name",
    "recipient.number",
    "recipient.timezone",
    "recipient.relationship",
    "recipient.roles",
    "recipient.audience",
    "recipient.members",
    "outcome.network",
    "outcome.answered_by",
    "outcome.party",
    "outcome.disposition",
    "outcome.message_left",
    "outcome.state_change",
    "claims.law_firm",
    "claims.law_firms",
    "claims.person",
    "claims.title",
    "content",
    "signals",
    *(f"signals.{signal}" for signal in get_args(Signal)),
)
RAW_PATHS: Final = ("callee", "caller", "outcome", "hangup", "started_at.date")
"""Columns that the reader turns into fields of the event: they are no fields themselves."""

COLUMN_PATHS: Final = (*EVENT_PATHS, *RAW_PATHS, *column_paths())

IDENTIFIERS: Final = frozenset(
    {"event_id", "case_id", "borrower_id", "collector.id", "recipient.number", "callee", "caller"}
)
"""Columns whose cells are names, though they look like numbers."""

_FIELD: Final = {"callee": "recipient.number"}
_BRACKET: Final = re.compile(r"^(.*?)[(\[【]([^()\[\]【】]*)[)\]】]$")
_TAIL: Final = re.compile(r"[*:：＊]+$")


@dataclass(frozen=True, slots=True)
class Header:
    """What a header means: a path, and for a length of time the seconds of its unit."""

    path: str
    seconds: float = 1.0

    @property
    def field(self) -> str:
        """Return the field that the column fills, which no second column may fill too."""
        return _FIELD.get(self.path, self.path)


class Headers:
    """All headers that are known."""

    def __init__(self) -> None:
        file = header_file()
        self._exact: dict[str, str] = {}
        self._known: dict[str, str] = {}
        self._ambiguous: dict[str, tuple[str, ...]] = {}
        self._generic: dict[str, str] = {}
        self._units = {fold_word(word): float(unit) for unit, words in file.units.items() for word in words}
        for path in COLUMN_PATHS:
            self._learn(path, path)
        for entry in file.columns:
            for word in entry.words:
                self._learn(word, entry.path)
            for word in entry.exact:
                self._exact[word] = entry.path
            for word in entry.generic:
                self._generic[fold_word(word)] = entry.path
            for word in entry.ambiguous:
                key = fold_word(word)
                self._ambiguous[key] = (*self._ambiguous.get(key, ()), entry.path)
        signals = tables().by_path["signals"]
        for word in signals.words():
            meaning = signals.meaning(word)
            if meaning is not None:
                self._learn(word, f"signals.{meaning['']}")
        self._implied: dict[str, dict[str, str]] = {}
        for implied in file.implies:
            for word in implied.headers:
                self._implied.setdefault(fold_word(word), {})[implied.path] = implied.word

    def _learn(self, word: str, path: str) -> None:
        key = fold_word(word)
        if self._known.setdefault(key, path) != path:
            raise ValueError(word)

    def find(self, header: str) -> Header | None:
        """Return what a header means, or None if it is unknown or ambiguous."""
        plain = _TAIL.sub("", header.strip())
        if plain in self._exact:
            return Header(self._exact[plain])
        key = fold_word(plain)
        if key in self._ambiguous:
            return None
        if key in self._known:
            return Header(self._known[key])
        if (bracket := _BRACKET.match(key)) and (path := self._known.get(bracket[1])):
            # A header with something in brackets is known when it is a unit of a length of time, and when the
            # brackets say nothing that changes the field: 联系电话(必填).
            unit = self._units.get(bracket[2])
            if path == "talk_seconds":
                return Header(path, unit) if unit is not None else None
            return Header(path)
        return None

    def candidates(self, header: str) -> tuple[str, ...]:
        """Return the paths that an ambiguous header may mean."""
        return self._ambiguous.get(fold_word(_TAIL.sub("", header.strip())), ())

    def generic(self, header: str) -> str | None:
        """Return the path that a header may mean where no other column holds it."""
        return self._generic.get(fold_word(_TAIL.sub("", header.strip())))

    def implied(self, header: str) -> dict[str, str]:
        """Return what the presence of a header says, by path."""
        key = fold_word(header)
        return dict(self._implied.get(key, {}))


@cache
def headers() -> Headers:
    """Return the known headers, read once."""
    return Headers()


def is_column_path(path: str) -> bool:
    """Say whether a column may be mapped to a path."""
    return path in COLUMN_PATHS or (path.startswith("extra.") and len(path) > len("extra."))

"""The values of single cells: identifiers, and words by the tables and the mapping file."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final

from collection_guard.audit.mapping import Mapping
from collection_guard.audit.taken import UnmappedValue
from collection_guard.audit.vocabulary.tables import Meaning, WordTable, tables
from collection_guard.model.tables import Cell, cell_text
from collection_guard.model.tables.cells import narrow
from collection_guard.model.words import CALL_CHANNELS, MESSAGE_CHANNELS, OTHER_CHANNEL

_SCIENTIFIC: Final = re.compile(r"(\d)(?:\.(\d+))?e\+?(\d{1,3})", re.IGNORECASE)
_FLOAT: Final = re.compile(r"(\d+)\.0+")
_EXACT_DIGITS: Final = 15
"""A spreadsheet keeps so many digits of a number; the rest are lost when it is saved."""


_RELATION: Final = re.compile(r"(?:.+?[(（]\s*(.+?)\s*[)）]|(.+?)\s*[-—－–:：/].+)")
"""Where the word for a relationship stands beside a name: 高某某(二舅公), 二舅公-高某某."""
_SHOWN: Final = 200


class RowError(Exception):
    """A row that cannot become an event: the reason, the column and the value."""

    def __init__(
        self, reason: str, path: str, header: str | None = None, value: object = None, **values: object
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.path = path
        self.header = header
        self.value = None if value is None else shown(value)
        self.values = values


def shown(value: object) -> str:
    """Return a value as text for a person, shortened."""
    if isinstance(value, str | float | int | datetime | date | time | timedelta):
        text = cell_text(value)
    else:
        text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


class PrecisionLostError(Exception):
    """An identifier whose last digits the file no longer holds."""


def identifier(cell: Cell, path: str, header: str) -> str | None:
    """Return an identifier as text; raise PrecisionLostError where its digits are lost."""
    if isinstance(cell, float):
        if not cell.is_integer():
            raise RowError("number_not_integral", path, header, cell)
        if abs(cell) >= 10**_EXACT_DIGITS:
            raise PrecisionLostError
        return str(int(cell))
    text = cell_text(cell)
    plain = narrow(text) if not text.isascii() else text
    if (found := _SCIENTIFIC.fullmatch(plain)) is not None:
        digits, power = found[1] + (found[2] or ""), int(found[3])
        if len(digits) - 1 < power:
            raise PrecisionLostError
        return digits[: power + 1] if not digits[power + 1 :].strip("0") else text
    if (found := _FLOAT.fullmatch(plain)) is not None:
        if len(found[1]) > _EXACT_DIGITS:
            raise PrecisionLostError
        return found[1]
    # Full-width digits make another text of the same number; other text stays as it was written.
    return plain if plain.replace("+", "").replace("-", "").isdigit() else text or None


class WordReader:
    """Reads words by the mapping file and the tables, and counts those that neither knows."""

    def __init__(self, mapping: Mapping) -> None:
        self._mapping = mapping
        self._tables = tables()
        self._unknown: Counter[tuple[str, str]] = Counter()

    def meaning(self, path: str, cell: Cell, channel: str | None = None) -> Meaning | None:
        """Return what a word says; None, and a count, if no table knows it."""
        word = cell_text(cell)
        found = self.known(path, word, channel)
        if found is None:
            self.count(path, word)
        return found

    def known(self, path: str, word: str, channel: str | None = None) -> Meaning | None:
        """Return what a word says, or None."""
        found = self._mapping.meaning(path, word)
        if found is not None:
            return found
        if path == "outcome" and channel == OTHER_CHANNEL:
            # Without knowing the channel, a word says what it says on every one.
            call, message = (self._table(path, one).meaning(word) for one in ("call", "sms"))
            return call if call == message else None
        return self._table(path, channel).meaning(word)

    def count(self, path: str, value: object) -> None:
        """Count a value that could not be read."""
        self._unknown[path, shown(value)] += 1

    def _table(self, path: str, channel: str | None) -> WordTable:
        if path == "outcome" and channel in CALL_CHANNELS:
            return self._tables.outcome_on_calls
        if path == "outcome" and channel in MESSAGE_CHANNELS:
            return self._tables.outcome_on_messages
        return self._tables.by_path[path]

    def unknown_of(self, path: str) -> int:
        """Count the values of a path that could not be read."""
        return sum(count for (name, _), count in self._unknown.items() if name == path)

    def unknown(self) -> Counter[tuple[str, str]]:
        """Return the values that could not be read, by path."""
        return self._unknown


def unmapped_values(readers: Iterable[WordReader]) -> tuple[UnmappedValue, ...]:
    """Return the values that could not be read, the most frequent first."""
    counts: Counter[tuple[str, str]] = Counter()
    for reader in readers:
        counts.update(reader.unknown())
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(UnmappedValue(path, value, count, nearest_words(path, value)) for (path, value), count in ranked)


def nearest_words(path: str, value: str) -> tuple[str, ...]:
    """Return known words of a column that look like a value, for a person to choose from."""
    # A column of one signal holds yes and no; lengths of time and times have no words at all.
    table = tables().by_path.get("boolean" if path.startswith("signals.") else path)
    if table is None:
        return ()
    beside = _RELATION.fullmatch(value) if path == "recipient.relationship" else None
    return table.nearest(value if beside is None else beside[1] or beside[2])

"""Look-up of the words of values: each distinct word is folded and searched once."""

import difflib
from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, Final

import pytz

from collection_guard.audit.vocabulary.files import (
    channel_file,
    outcome_file,
    relationship_file,
    word_file,
)
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.model.words import (
    ACCESSIBILITY_NEEDS,
    ANSWERED_BY,
    AUDIENCES,
    CHANNELS,
    COLLECTOR_KINDS,
    DIRECTIONS,
    DISPOSITIONS,
    INSTRUCTION_KINDS,
    NETWORKS,
    PARTIES,
    RELATIONSHIPS,
    ROLES,
    SIGNALS,
    STATE_CHANGES,
    UNKNOWN,
    WEEKDAYS,
)

Meaning = Mapping[str, Any]
"""What a word says: paths (below the table's subject) and values."""

_NEAR: Final = 0.5
_MOST: Final = 3


class WordTable:
    """The words of one column and their meanings."""

    def __init__(self) -> None:
        self._meanings: dict[str, Meaning] = {}
        self._shown: dict[str, str] = {}
        self._ambiguous: dict[str, tuple[str, ...]] = {}
        self._found: dict[str, Meaning | None] = {}

    def add(self, words: Iterable[str], meaning: Meaning) -> None:
        """Give words a meaning; a word with two meanings is a mistake of the data file."""
        self._found.clear()
        for word in words:
            key = fold_word(word)
            if self._meanings.get(key, meaning) != meaning:
                raise ValueError(word)
            self._meanings[key] = MappingProxyType(dict(meaning))
            self._shown.setdefault(key, word)

    def replace(self, words: Iterable[str], meaning: Meaning) -> None:
        """Give words another meaning than they have elsewhere."""
        for word in words:
            self._meanings.pop(fold_word(word), None)
        self.add(words, meaning)

    def overlay(self, other: "WordTable") -> None:
        """Take the words of another table, which come before one's own."""
        for word in other.words():
            self.replace((word,), other.meaning(word) or {})

    def add_ambiguous(self, word: str, candidates: Iterable[str]) -> None:
        """Name a word that has several readings; it is never looked up."""
        self._ambiguous[fold_word(word)] = tuple(candidates)

    def meaning(self, word: str) -> Meaning | None:
        """Return what a word says, or None if no table knows it."""
        try:
            return self._found[word]
        except KeyError:
            found = self._found[word] = self._meanings.get(fold_word(word))
            return found

    def nearest(self, word: str) -> tuple[str, ...]:
        """Return up to three known words that look like this one, for a person to choose from."""
        key = fold_word(word)
        if key in self._ambiguous:
            return self._ambiguous[key]
        near = difflib.get_close_matches(key, sorted(self._meanings), n=_MOST, cutoff=_NEAR)
        inside = sorted(
            (known for known in self._meanings if len(known) > 1 and (known in key or key in known)),
            key=lambda known: (-len(known), known),
        )
        return tuple(self._shown[known] for known in list(dict.fromkeys([*near, *inside]))[:_MOST])

    def words(self) -> tuple[str, ...]:
        """Return every known word, as its data file writes it."""
        return tuple(self._shown[key] for key in self._meanings)


class Tables:
    """All tables of values, by the path of the column that they read."""

    def __init__(self) -> None:
        words = word_file()
        party = words.party
        self.blank: Final = frozenset(word.casefold() for word in words.blank)
        self.none: Final = frozenset(fold_word(word) for word in words.none)
        self.ditto: Final = frozenset(words.ditto)
        self.total: Final = tuple(fold_word(word) for word in words.total)
        self.footer: Final = tuple(fold_word(word) for word in words.footer)
        self.outcome: Final = _outcomes("outcomes")
        self.outcome_on_calls: Final = _outcomes("on_calls")
        self.outcome_on_messages: Final = _outcomes("on_messages")
        self.by_path: Final[dict[str, WordTable]] = {
            "recipient.relationship": _relationships(),
            "recipient.roles": _roles(),
            "recipient.audience": _simple(AUDIENCES, words.audience),
            "recipient.timezone": _zones(words.zone),
            "channel": _channels(),
            "direction": _simple(DIRECTIONS, words.direction),
            "collector.kind": _simple(COLLECTOR_KINDS, words.collector_kind),
            "outcome": self.outcome,
            "hangup": self.outcome_on_calls,
            "outcome.network": _networks(),
            "outcome.answered_by": _simple(ANSWERED_BY, words.answered_by),
            "outcome.party": _simple(PARTIES, {name: getattr(party, name) for name in PARTIES}, unknown=party.unknown),
            "outcome.disposition": _simple(DISPOSITIONS, words.disposition, also=_part("disposition")),
            "outcome.state_change": _simple(STATE_CHANGES, words.state_change, also=_part("state_change")),
            "outcome.message_left": _booleans(words.boolean),
            "signals": _simple(SIGNALS, words.signal),
            "boolean": _booleans(words.boolean),
            "weekday": _simple(WEEKDAYS, words.weekday),
            "instruction_kind": _simple(INSTRUCTION_KINDS, words.instruction_kind),
            "accessibility": _simple(ACCESSIBILITY_NEEDS, words.accessibility),
        }

    def knows(self, word: str) -> bool:
        """Say whether a word stands in one of the tables of spoken words: it confirms how a file is encoded."""
        return any(
            self.by_path[path].meaning(word) is not None
            for path in ("recipient.relationship", "outcome", "channel", "direction")
        )


@cache
def tables() -> Tables:
    """Return the tables of values, read once."""
    return Tables()


def _simple(
    canonical: Iterable[str],
    words: Mapping[Any, tuple[str, ...]],
    *,
    unknown: Iterable[str] = (),
    also: Mapping[str, str] = MappingProxyType({}),
) -> WordTable:
    table = WordTable()
    for name in canonical:
        table.add((name, *words.get(name, ())), {"": name})
    table.add(unknown, {})
    for word, name in also.items():
        if table.meaning(word) is None:
            table.replace((word,), {"": name})
    return table


def _booleans(words: Mapping[Any, tuple[str, ...]]) -> WordTable:
    table = WordTable()
    table.add(("true", *words["true"]), {"": True})
    table.add(("false", *words["false"]), {"": False})
    return table


def _zones(words: Mapping[str, tuple[str, ...]]) -> WordTable:
    table = WordTable()
    for zone in pytz.all_timezones:
        # Folding takes zones such as GMT+0 and GMT-0 for different words, as they are.
        table.add((zone,), {"": zone})
    table.add((UNKNOWN,), {"": UNKNOWN})
    for zone, names in words.items():
        table.add(names, {"": zone})
    return table


def _relationships() -> WordTable:
    file, table = relationship_file(), WordTable()
    for name in RELATIONSHIPS:
        table.add((name, *file.relationship.get(name, ())), {"recipient.relationship": name})
    for role, words in file.roles.items():
        table.add((role, *words), {"recipient.roles": (role,)})
    table.add(file.unknown, {})
    for word, candidates in file.ambiguous.items():
        table.add_ambiguous(word, candidates)
    return table


def _roles() -> WordTable:
    file, table = relationship_file(), WordTable()
    for role in ROLES:
        table.add((role, *file.roles.get(role, ())), {"": role})
    return table


def _channels() -> WordTable:
    table = WordTable()
    for channel in CHANNELS:
        table.add((channel,), {"channel": channel})
    for entry in channel_file().channels:
        meaning = {
            "channel": entry.channel,
            "collector.kind": entry.collector_kind,
            "recipient.audience": entry.audience,
            "direction": entry.direction,
            "set_aside": entry.set_aside,
        }
        table.replace(entry.words, {path: word for path, word in meaning.items() if word is not None})
    return table


def _outcomes(which: str) -> WordTable:
    """Return the result words as they read on a call, on a message, or on a contact of unknown channel."""
    file, table = outcome_file(), WordTable()
    for network in NETWORKS:
        table.add((network,), {"outcome.network": network})
    for name in ("disposition", "state_change"):
        for word in DISPOSITIONS if name == "disposition" else STATE_CHANGES:
            if table.meaning(word) is None:
                table.replace((word,), {f"outcome.{name}": word})
    nothing = ("network", "disposition", "state_change")
    table.replace((UNKNOWN,), {f"outcome.{name}": UNKNOWN for name in nothing})
    for entry in file.outcomes:
        table.replace(entry.words, _outcome_meaning(entry))
    overrides = {"on_messages": file.on_messages, "on_calls": file.on_calls}.get(which, ())
    for entry in overrides:
        table.replace(entry.words, _outcome_meaning(entry))
    for word, candidates in file.ambiguous.items():
        table.add_ambiguous(word, candidates)
    return table


def _outcome_meaning(entry: Any) -> dict[str, Any]:
    meaning = {
        f"outcome.{name}": getattr(entry, name)
        for name in ("network", "answered_by", "party", "disposition", "state_change", "message_left")
    }
    meaning["set_aside"] = entry.set_aside
    meaning["needs_talk"] = entry.needs_talk
    return {path: word for path, word in meaning.items() if word is not None}


def _networks() -> WordTable:
    table = WordTable()
    for network in NETWORKS:
        table.add((network,), {"": network})
    for word, network in _part("network").items():
        if table.meaning(word) is None:
            table.replace((word,), {"": network})
    return table


def _part(name: str) -> dict[str, str]:
    """Return the result words that say one fact, with what they say of it."""
    return {
        word: getattr(entry, name)
        for entry in outcome_file().outcomes
        for word in entry.words
        if getattr(entry, name) is not None
    }

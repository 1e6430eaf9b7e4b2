"""One row becomes one event: words, times, identifiers and signals of its cells, and nothing guessed."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from pydantic import ValidationError

from collection_guard.audit.durations import read_duration
from collection_guard.audit.further_fields import read_fields
from collection_guard.audit.layout import ColumnPlan
from collection_guard.audit.mapping import Mapping
from collection_guard.audit.moments import Given, Moments, TimePlan
from collection_guard.audit.signals import read_signals
from collection_guard.audit.taken import PLACEHOLDER, Contact, Position, Rejected, SetAside
from collection_guard.audit.values import PrecisionLostError, RowError, WordReader, identifier
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import IDENTIFIERS
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.facts.numbers import number_key
from collection_guard.model.event import MOST_SECONDS, Event
from collection_guard.model.mismatches import mismatch
from collection_guard.model.tables import Cell, cell_text
from collection_guard.model.words import OTHER_CHANNEL, UNKNOWN

_RELATION: Final = re.compile(r"(.+?)\s*[-—－–:：/]\s*(.+)")
_RELATION_SIGN: Final = re.compile(r"[-—－–:：]")
_RELATION_AFTER: Final = re.compile(r"(.+?)\s*[(（]\s*(.+?)\s*[)）]")
_PHONE: Final = re.compile(r"[+\d*][\d*\s-]{6,}")
_NUMBERS: Final = ("recipient.number", "callee")
_BOTH: Final = 2
_LIST: Final = re.compile(r"[|｜、,，;；/]")
_LONGEST_BLANK: Final = 20
"""No word that stands for an empty cell is longer."""
_TEXT_PATHS: Final = ("agency", "collector.name", "recipient.name", "claims.person", "claims.title")
_SIMPLE_WORDS: Final = (
    "collector.kind",
    "recipient.audience",
    "recipient.timezone",
    "direction",
    "outcome.network",
    "outcome.answered_by",
    "outcome.party",
    "outcome.message_left",
)
_REPORTED: Final = ("outcome.disposition", "outcome.state_change")
_UNREADABLE: Final = dict.fromkeys(("recipient.audience", "recipient.timezone", "outcome.network", *_REPORTED), UNKNOWN)
"""Where null would say something, a word that nobody knows is ``unknown``."""
_OUTCOME: Final = (*_REPORTED, "outcome.network", "outcome.answered_by", "outcome.party", "outcome.message_left")


class EventReader:
    """Makes events of the rows of one table."""

    def __init__(
        self, mapping: Mapping, words: WordReader, times: TimePlan, *, implied: dict[str, str], strict: bool
    ) -> None:
        self._words = words
        self._moments = Moments(times, words)
        self._blank = tables().blank
        self._none = tables().none
        self._ditto = frozenset() if strict else tables().ditto
        self._strict = strict
        self._fallback = self._defaults(mapping) | implied
        self._id_prefix = mapping.id_prefix
        self.filled: Counter[int] = Counter()
        """In how many rows each column holds something, by its place."""
        self.lost: Counter[tuple[str, str]] = Counter()
        """Identifiers that lost digits, by header and path."""
        self.useless: Counter[tuple[str, str]] = Counter()
        """Numbers of telephones by which nobody can be found again, by header and path."""
        self.first_useless: dict[tuple[str, str], Position] = {}
        self.first_lost: dict[tuple[str, str], Position] = {}

    @property
    def met_naive_times(self) -> bool:
        """Say whether some time was read by the zone that is configured."""
        return self._moments.met_naive

    def _defaults(self, mapping: Mapping) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for path, word in mapping.defaults.items():
            try:
                meaning = self._words.known(path, word)
            except KeyError:
                found[path] = word
                continue
            for name, value in (meaning or {}).items():
                found.setdefault(name or path, value)
        return found

    def read(
        self, position: Position, cells: Iterable[tuple[ColumnPlan, Any]], extra: dict[str, Any] | None = None
    ) -> Contact | Rejected | SetAside:
        """Return the event of a row, or why there is none."""
        try:
            given, more = self._given(cells)
            flat = self._facts(given)
            reason = flat.pop("set_aside", None)
            if reason is not None:
                return SetAside(position, reason)
            self._moments.read(given, flat)
            self._identifiers(given, flat, more, position)
            return Contact(self._event(flat, extra if extra is not None else more or None), position)
        except RowError as error:
            return Rejected(position, error.reason, error.header, error.path, error.value, error.values)

    def _given(self, cells: Iterable[tuple[ColumnPlan, Any]]) -> tuple[Given, dict[str, Any]]:
        given: Given = {}
        extra: dict[str, Any] = {}
        for column, cell in cells:
            path, value = column.path, cell
            if isinstance(cell, str) and not (self._strict and path == "content"):
                text = cell_text(cell)
                if not text or (len(text) <= _LONGEST_BLANK and text.casefold() in self._blank):
                    continue
                if text in self._ditto and path != "content" and column.name is None:
                    # Whether the row above is still the one that is meant, nobody knows.
                    self._words.count(path, text)
                    continue
                value = cell if path == "content" else text
            elif cell is None:
                continue
            self.filled[column.index] += 1
            if column.name is not None:
                extra.setdefault(column.name, cell_text(value))
            elif path not in given:
                given[path] = (column.header, _in_seconds(value, column.seconds))
            elif cell_text(given[path][1]) != cell_text(value):
                raise RowError("two_values", path, column.header, cell, other=given[path][0])
        return given, extra

    # --- what the words say -----------------------------------------------------------------------------------

    def _facts(self, given: Given) -> dict[str, Any]:
        flat: dict[str, Any] = {}
        self._texts(given, flat)
        for path in _SIMPLE_WORDS:
            if path in given:
                meaning = self._words.meaning(path, self._word(given, path))
                if meaning is None:
                    flat[path] = _UNREADABLE.get(path)
                elif meaning:
                    flat[path] = meaning[""]
        for path in _REPORTED:
            if path in given:
                meaning = self._words.meaning(path, self._word(given, path))
                flat[path] = meaning.get("") if meaning is not None else UNKNOWN
        self._channel(given, flat)
        self._relationship(given, flat)
        self._roles(given, flat)
        if "talk_seconds" in given:
            self._talk(given, flat)
        self._outcome(given, flat)
        self._claims(given, flat)
        signals = read_signals(given, self._words)
        if signals is not None:
            flat["signals"] = signals
        fields = read_fields(given, self._words)
        if fields is not None:
            flat["fields"] = fields
        for path, value in self._fallback.items():
            # What was recorded, though nobody can read it, was not left out.
            if path not in given:
                flat.setdefault(path, value)
        if "channel" not in flat and "set_aside" not in flat:
            raise RowError("channel_missing", "channel")
        return flat

    def _word(self, given: Given, path: str) -> Cell:
        header, cell = given[path]
        if isinstance(cell, list | dict) or (self._strict and not isinstance(cell, str) and not isinstance(cell, bool)):
            raise RowError("field_type", path, header, cell)
        return cell  # type: ignore[no-any-return] # narrowed above to what a cell holds

    def _text(self, given: Given, path: str) -> str:
        header, cell = given[path]
        if isinstance(cell, list | dict) or (self._strict and not isinstance(cell, str)):
            raise RowError("field_type", path, header, cell)
        return cell_text(cell)

    def _texts(self, given: Given, flat: dict[str, Any]) -> None:
        for path in _TEXT_PATHS:
            if path in given:
                flat[path] = self._text(given, path)
        if "content" in given:
            text, raw = self._text(given, "content"), given["content"][1]
            # What was said is evidence: it is kept letter for letter, but for what Excel puts around it.
            kept = isinstance(raw, str) and (self._strict or raw[:1] not in ("=", "'"))
            flat["content"] = (raw if self._strict else raw.strip()) if kept else text
        if "recipient.members" in given:
            flat["recipient.members"] = self._members(*given["recipient.members"])

    def _channel(self, given: Given, flat: dict[str, Any]) -> None:
        if "channel" not in given:
            return
        meaning = self._words.meaning("channel", self._word(given, "channel"))
        if meaning is None:
            flat["channel"] = OTHER_CHANNEL
            return
        for path, value in meaning.items():
            flat.setdefault(path, value)

    def _relationship(self, given: Given, flat: dict[str, Any]) -> None:
        if "recipient.relationship" in given:
            text = cell_text(self._word(given, "recipient.relationship"))
            meaning = self._words.known("recipient.relationship", text)
            header, name = given["recipient.relationship"][0], flat.get("recipient.name")
            if name and given.get("recipient.name", ("", None))[0] == header and not self._is_name(name):
                # Both parts of one cell were split by the form of the log, and its second is no name: 本人-母亲.
                self._words.count("recipient.relationship", f"{text}-{name}")
                return
            if meaning is None:
                meaning = self._split(text)
            if meaning is None:
                self._words.count("recipient.relationship", text)
                return
            for path, value in meaning.items():
                flat.setdefault(path, value)
        elif not self._strict and (name := flat.get("recipient.name")):
            # 本人, 父亲-高某: the cell of the person says the relationship.
            meaning = self._words.known("recipient.relationship", name)
            meaning = {**meaning, "recipient.name": None} if meaning else self._split(name)
            if meaning is not None:
                flat.update(meaning)

    def _split(self, text: str) -> dict[str, Any] | None:
        """Read 父亲-高某, 父亲-高某-13800000000, 高某(父亲) and 母亲(紧急联系人); several persons are not read."""
        if self._strict:
            return None
        if (both := self._both(text)) is not None:
            return both
        if (found := _RELATION.fullmatch(text)) is not None:
            meaning = self._words.known("recipient.relationship", found[1])
            rest = [part.strip() for part in _RELATION_SIGN.split(found[2]) if part.strip()]
            if meaning and len(rest) == 1 and self._is_name(rest[0]):
                return {**meaning, "recipient.name": rest[0]}
            if meaning and len(rest) == 2 and self._is_name(rest[0]) and _PHONE.fullmatch(rest[1]):
                return {**meaning, "recipient.name": rest[0], "recipient.number": rest[1]}
        elif (found := _RELATION_AFTER.fullmatch(text)) is not None:
            meaning = self._words.known("recipient.relationship", found[2])
            if meaning and self._is_name(found[1]):
                return {**meaning, "recipient.name": found[1]}
        return None

    def _both(self, text: str) -> dict[str, Any] | None:
        """Read a relationship and a role in one cell, in either order; two relationships are two persons."""
        found = _RELATION.fullmatch(text) or _RELATION_AFTER.fullmatch(text)
        meanings = [self._words.known("recipient.relationship", part) for part in found.groups()] if found else []
        if not all(meanings) or len({frozenset(one) for one in meanings if one}) < _BOTH:
            return None
        return {path: value for one in meanings if one for path, value in one.items()}

    def _is_name(self, text: str) -> bool:
        """Say whether what stands beside a relationship may be a name: no second relationship, number or list."""
        parts = [text, *(part for part in re.split(r"[-—－–:：\s()（）]", text) if part)]
        known = any(
            self._words.known(path, part) is not None
            for path in ("recipient.relationship", "recipient.roles")
            for part in parts
        )
        return not (known or text.casefold() in self._blank or _LIST.search(text) or _PHONE.fullmatch(text))

    def _roles(self, given: Given, flat: dict[str, Any]) -> None:
        if "recipient.roles" not in given:
            return
        header, cell = given["recipient.roles"]
        parts = self._parts(header, cell, "recipient.roles")
        if parts is None:
            flat.setdefault("recipient.roles", ())
            return
        meanings = [self._words.meaning("recipient.roles", part) for part in parts]
        roles = [meaning[""] for meaning in meanings if meaning]
        # A role that nobody knows may be that of an emergency contact: then only the known one is certain.
        if None in meanings and "emergency_contact" not in roles:
            return
        flat["recipient.roles"] = tuple(dict.fromkeys((*flat.get("recipient.roles", ()), *roles)))

    def _parts(self, header: str, cell: Any, path: str) -> list[str] | None:
        """Return the items of a list in one cell; None where the cell says that there are none."""
        if isinstance(cell, list):
            if not all(isinstance(item, str) for item in cell):
                raise RowError("field_type", path, header, cell)
            return list(cell) or None
        if isinstance(cell, dict) or (self._strict and not isinstance(cell, str)):
            raise RowError("field_type", path, header, cell)
        text = cell_text(cell)
        if fold_word(text) in self._none:
            return None
        return [part.strip() for part in _LIST.split(text) if part.strip()]

    def _talk(self, given: Given, flat: dict[str, Any]) -> None:
        header, cell = given["talk_seconds"]
        if isinstance(cell, list | dict):
            raise RowError("field_type", "talk_seconds", header, cell)
        seconds = read_duration(cell)
        # 0.00109953 is a time of Excel without its format, and no thousandth of a second.
        serial = not self._strict and isinstance(cell, float) and 0 < cell < 1 and round(cell, 3) != cell
        if seconds is None or seconds > MOST_SECONDS or serial:
            self._words.count("talk_seconds", cell)
        else:
            flat["talk_seconds"] = seconds

    def _outcome(self, given: Given, flat: dict[str, Any]) -> None:
        channel = flat.get("channel", self._fallback.get("channel"))
        meanings = {
            path: self._words.meaning(path, self._word(given, path), channel)
            for path in ("outcome", "hangup")
            if path in given
        }
        for meaning in meanings.values():
            if meaning is None or (meaning.get("needs_talk") and not flat.get("talk_seconds")):
                continue
            for name, value in meaning.items():
                if name != "needs_talk":
                    flat.setdefault(name, value)
        if meanings.get("outcome", {}) is None:
            # Something was reported, and nobody knows what.
            for name in _OUTCOME:
                flat.setdefault(name, _UNREADABLE.get(name))

    def _claims(self, given: Given, flat: dict[str, Any]) -> None:
        for path in ("claims.law_firm", "claims.law_firms"):
            if path not in given:
                continue
            header, cell = given[path]
            if path == "claims.law_firm" or isinstance(cell, str):
                text = self._text(given, path)
                firms = None if fold_word(text) in self._none else [part.strip() for part in text.split("|")]
            else:
                firms = self._parts(header, cell, path)
            if firms is None:
                flat["claims.law_firms"] = ()
            elif path == "claims.law_firm" and len(firms) == 1:
                flat[path] = firms[0]
            else:
                flat["claims.law_firms"] = tuple(firm for firm in firms if firm)

    def _members(self, header: str, cell: Any) -> tuple[dict[str, Any], ...]:
        """Read the members of a group: a list of recipients, whose words go through the same tables."""
        path = "recipient.members"
        if isinstance(cell, str) and not self._strict:
            try:
                cell = json.loads(cell)
            except (ValueError, RecursionError):
                raise RowError("field_type", path, header, cell) from None
        if not isinstance(cell, list) or not all(isinstance(item, dict) for item in cell):
            raise RowError("field_type", path, header, cell)
        return tuple(self._member(header, item) for item in cell)

    def _member(self, header: str, item: dict[str, Any]) -> dict[str, Any]:
        member = dict(item)
        for name in ("relationship", "audience", "timezone"):
            path = f"recipient.{name}"
            word = member.get(name)
            if isinstance(word, str):
                meaning = self._words.meaning(path, word)
                unreadable = _UNREADABLE.get(path)
                member[name] = unreadable if meaning is None else meaning.get("", meaning.get(path))
        if isinstance(member.get("roles"), list):
            flat: dict[str, Any] = {}
            self._roles({"recipient.roles": (header, member["roles"])}, flat)
            member["roles"] = flat.get("recipient.roles")
        if member.get("members") is not None:
            member["members"] = self._members(header, member["members"])
        return member

    # --- identifiers ------------------------------------------------------------------------------------------

    def _identifiers(self, given: Given, flat: dict[str, Any], extra: dict[str, Any], position: Position) -> None:
        inbound = flat.get("direction") == "inbound"
        for path in IDENTIFIERS:
            if path not in given:
                continue
            header, cell = given[path]
            if isinstance(cell, list | dict | bool):
                raise RowError("field_type", path, header, cell)
            try:
                text = identifier(cell, path, header)
            except PrecisionLostError:
                self.lost[header, path] += 1
                self.first_lost.setdefault((header, path), position)
                continue
            if text is None:
                continue
            if path == "event_id":
                text = self._id_prefix + text
            if path in _NUMBERS and number_key(text) is None:
                self.useless[header, path] += 1
                self.first_useless.setdefault((header, path), position)
            # The other party of the contact is the one called, or in an inbound contact the one who called.
            if path in ("callee", "caller"):
                if (path == "caller") == inbound:
                    flat["recipient.number"] = text
                else:
                    extra[path] = text
            else:
                flat[path] = text

    def _event(self, flat: dict[str, Any], extra: dict[str, Any] | None) -> Event:
        data: dict[str, Any] = {"event_id": PLACEHOLDER, "case_id": PLACEHOLDER, "extra": extra}
        for path, value in flat.items():
            if value is None:
                continue
            group, dot, name = path.partition(".")
            if dot:
                data.setdefault(group, {})[name] = value
            else:
                data[path] = value
        try:
            return Event.model_validate(data)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            path = ".".join(str(part) for part in first["loc"])
            raise RowError("field_invalid", path, path, first["input"], cause=mismatch(first)) from None


def _in_seconds(cell: Any, unit: float) -> Any:
    """Return a cell under a header that names another unit than the second, such as 通话时长(分钟)."""
    seconds = read_duration(cell, unit) if unit != 1.0 else None
    return cell if seconds is None else seconds

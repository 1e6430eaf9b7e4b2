"""One row becomes one event: words, times, identifiers and signals of its cells, and nothing guessed."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

from pydantic import ValidationError

from collection_guard.audit.durations import read_duration
from collection_guard.audit.layout import ColumnPlan
from collection_guard.audit.mapping import Mapping
from collection_guard.audit.signals import read_signals
from collection_guard.audit.taken import PLACEHOLDER, Contact, Position, Rejected, SetAside
from collection_guard.audit.times import Family, Fold, TimeError, localise, read_time
from collection_guard.audit.values import PrecisionLostError, RowError, WordReader, identifier
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import IDENTIFIERS
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.facts.clock import start_of_day
from collection_guard.model.event import Event, Span
from collection_guard.model.mismatches import mismatch
from collection_guard.model.tables import Cell, cell_text
from collection_guard.model.words import OTHER_CHANNEL, UNKNOWN

_RELATION: Final = re.compile(r"(.+?)\s*[-—－–:：/]\s*(.+)")
_RELATION_SIGN: Final = re.compile(r"[-—－–:：]")
_RELATION_AFTER: Final = re.compile(r"(.+?)\s*[(（]\s*(.+?)\s*[)）]")
_PHONE: Final = re.compile(r"[+\d*][\d*\s-]{6,}")
_SPAN: Final = re.compile(r"(\.\.|\d{4}-\d\d-\d\dT[^/]+)/(\.\.|\d{4}-\d\d-\d\dT[^/]+)")
"""Two instants with a slash between them, as events are written."""
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

Given = dict[str, tuple[str, Any]]
"""The cells of a row that hold something, by path, with their headers."""


@dataclass(slots=True)
class TimePlan:
    """How the times of a table are read: one order of day and month, one form a column."""

    zone: str | None = None
    fold: Fold | None = None
    told: str | None = None
    day_first: bool | None = None
    families: dict[str, Family] = field(default_factory=dict)


class EventReader:
    """Makes events of the rows of one table."""

    def __init__(
        self, mapping: Mapping, words: WordReader, times: TimePlan, *, implied: dict[str, str], strict: bool
    ) -> None:
        self._words = words
        self._times = times
        self._blank = tables().blank
        self._none = tables().none
        self._strict = strict
        self._fallback = self._defaults(mapping) | implied
        self._id_prefix = mapping.id_prefix
        self.met_naive_times = False
        self.filled: Counter[int] = Counter()
        """In how many rows each column holds something, by its place."""
        self.lost: Counter[tuple[str, str]] = Counter()
        """Identifiers that lost digits, by header and path."""
        self.first_lost: dict[tuple[str, str], Position] = {}

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
            self._times_of(given, flat)
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
        if "fields" in given:
            flat["fields"] = given["fields"][1]
        for path, value in self._fallback.items():
            # What was recorded, though nobody can read it, was not left out.
            if path not in given:
                flat.setdefault(path, value)
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
        """Read 父亲-高某, 父亲-高某-13800000000 and 高某(父亲); what names several persons is not read."""
        if self._strict:
            return None
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
        if seconds is None:
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

    # --- times and identifiers --------------------------------------------------------------------------------

    def _times_of(self, given: Given, flat: dict[str, Any]) -> None:
        if "channel" not in flat:
            raise RowError("channel_missing", "channel")
        if "started_at" not in given and "started_at.date" not in given:
            raise RowError("time_missing", "started_at")
        flat["started_at"] = self._started(given)
        if "ended_at" in given:
            header, cell = given["ended_at"]
            value = self._value("ended_at", header, cell)
            if isinstance(value, datetime):
                flat["ended_at"] = self._instant(value, "ended_at", header, cell)
            else:
                self._words.count("ended_at", cell)
        if "recorded_at" in given:
            flat["recorded_at"] = self._recorded(*given["recorded_at"])

    def _recorded(self, header: str, cell: Any) -> datetime | Span | str:
        """Return when a contact was recorded: at an instant, on a date, or at a time that nobody can read."""
        if isinstance(cell, str) and (cell == UNKNOWN or _SPAN.fullmatch(cell)):
            return cell
        value = self._value("recorded_at", header, cell)
        if isinstance(value, datetime):
            return self._instant(value, "recorded_at", header, cell)
        if isinstance(value, date):
            return Span(*self._ends_of(value))
        self._words.count("recorded_at", cell)
        return Span()

    def _ends_of(self, day: date) -> tuple[datetime, datetime]:
        """Return when a date begins and ends, in the zone of the times of the file; without one, in whatever zone."""
        after, zone = day + timedelta(days=1), self._times.zone
        if zone is None:
            first, last = (timezone(timedelta(hours=hours)) for hours in (14, -12))
            return datetime.combine(day, time(), first), datetime.combine(after, time(), last)
        self.met_naive_times = True
        return start_of_day(day, zone), start_of_day(after, zone)

    def _started(self, given: Given) -> datetime:
        path = "started_at" if "started_at" in given else "started_at.date"
        header, cell = given[path]
        value = self._value(path, header, cell)
        if isinstance(value, time) and "started_at.date" in given:
            day = self._value("started_at.date", *given["started_at.date"])
            if isinstance(day, datetime):
                day = day.date()
            if isinstance(day, date):
                value = datetime.combine(day, value)
        if value is None:
            raise RowError("time_unreadable", path, header, cell)
        if not isinstance(value, datetime):
            code = "time_without_date" if isinstance(value, time) else "time_without_clock"
            raise RowError(code, path, header, cell)
        return self._instant(value, path, header, cell)

    def _value(self, path: str, header: str, cell: Any) -> datetime | date | time | None:
        if isinstance(cell, list | dict):
            raise RowError("field_type", path, header, cell)
        plan = self._times
        told = plan.told if isinstance(cell, str) else None
        reading = read_time(cell, day_first=plan.day_first, told=told)
        if reading is None:
            return None
        family = plan.families.get(path)
        if family is not None and reading.family != family:
            if path not in ("started_at", "started_at.date"):
                return None
            raise RowError("time_other_form", path, header, cell, form=reading.family, expected=family)
        return reading.value

    def _instant(self, value: datetime, path: str, header: str, cell: Any) -> datetime:
        if value.tzinfo is not None:
            return value
        zone = self._times.zone
        if zone is None:
            raise RowError("time_without_zone", path, header, cell)
        try:
            instant = localise(value, zone, self._times.fold)
        except TimeError as error:
            raise RowError(str(error), path, header, cell, zone=zone) from None
        self.met_naive_times = True
        return instant

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

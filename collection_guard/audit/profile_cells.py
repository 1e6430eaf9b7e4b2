"""The cells of a profile table: lists written as JSON or with bars between their items."""

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any, Final

from collection_guard.audit.times import Fold, TimeError, localise, read_time
from collection_guard.audit.vocabulary.files import profile_file
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.tables import Cell, cell_text
from collection_guard.model.tables.cells import narrow
from collection_guard.model.tables.dates import read_date
from collection_guard.model.words import CHANNELS

_ITEMS: Final = re.compile(r"[|｜]")
_WEEKDAYS: Final = re.compile(r"[,，、]")
_CLOCK: Final = re.compile(r"(\d{1,2}):(\d{2})(?::(\d{2}))?")
_BETWEEN: Final = re.compile(r"\s*(?:-|–|—|~|至|到)\s*")


class CellError(ValueError):
    """A cell that cannot be read; the argument is the code of the reason: ``problem.<code>``."""


class ProfileCells:
    """Reads the cells of profiles; instants without an offset are in the profile's zone, else the configured one."""

    def __init__(self, timezone: str | None, fold: Fold | None) -> None:
        self._timezone = timezone
        self._fold = fold
        self._lists: dict[str, Callable[[str, str | None], Any]] = {
            "numbers": self._number,
            "emergency_contacts": self._contact,
            "quiet_windows": self._window,
            "instructions": self._instruction,
            "accessibility": self._need,
        }

    def read(self, name: str, cell: Cell, zone: Cell) -> Any:
        """Return what a cell of a field says; ``zone`` is the cell of the profile's time zone."""
        if name == "timezone":
            return self._zone(cell_text(cell))
        if name == "history_from":
            found = read_date(cell)
            if found is None:
                raise CellError("profile_no_date")
            return found
        text = cell_text(cell)
        if fold_word(text) in tables().none:
            return []
        where = self._zone(cell_text(zone)) if cell_text(zone) else self._timezone
        if is_json(text):
            try:
                return json.loads(text)
            except (ValueError, RecursionError):
                raise CellError("profile_no_json") from None
        read = self._lists[name]
        return [read(item.strip(), where) for item in _ITEMS.split(text) if item.strip()]

    def _zone(self, text: str) -> str:
        meaning = tables().by_path["recipient.timezone"].meaning(text)
        if meaning is None:
            raise CellError("profile_no_zone")
        return str(meaning[""])

    def _number(self, item: str, _: str | None) -> dict[str, Any]:
        number, dates = _dated(item)
        return {"number": _digits(number), **dates}

    def _contact(self, item: str, _: str | None) -> dict[str, Any]:
        person, dates = _dated(item)
        parts = [part.strip() for part in re.split(r"[:：]", person, maxsplit=2)]
        name, number, zone = (*parts, "", "")[:3]
        if not name and not number:
            raise CellError("profile_no_contact")
        found: dict[str, Any] = {"name": name or None, "number": _digits(number) if number else None, **dates}
        return found | ({"timezone": self._zone(zone)} if zone else {})

    def _window(self, item: str, where: str | None) -> dict[str, Any]:
        hours, _, force = item.partition("@")
        found: dict[str, Any] = {}
        words = hours.strip()
        days, gap, rest = words.partition(" ")
        if gap and not _CLOCK.match(narrow(days)):
            found["weekdays"] = [self._weekday(day) for day in _WEEKDAYS.split(days)]
            words = rest.strip()
        if fold_word(words) in {fold_word(word) for word in profile_file().whole_day}:
            found |= {"start": None, "end": None}
        else:
            bounds = _BETWEEN.split(narrow(words))
            if len(bounds) != 2:
                raise CellError("profile_no_hours")
            found["start"], found["end"] = (_clock(bound) for bound in bounds)
        if force:
            first, last = _bounds(force)
            found["from"] = self._instant(first, where) if first else None
            found["to"] = self._instant(last, where) if last else None
        return found

    def _weekday(self, word: str) -> str:
        meaning = tables().by_path["weekday"].meaning(word.strip())
        if meaning is None:
            raise CellError("profile_no_weekday")
        return str(meaning[""])

    def _instruction(self, item: str, where: str | None) -> dict[str, Any]:
        what, _, when = item.partition("@")
        kind, _, scope = (part.strip() for part in re.sub("：", ":", what).partition(":"))
        meaning = tables().by_path["instruction_kind"].meaning(kind)
        if meaning is None:
            raise CellError("profile_no_instruction")
        found: dict[str, Any] = {"kind": meaning[""]}
        if scope:
            channel = (tables().by_path["channel"].meaning(scope) or {}).get("channel")
            if channel in CHANNELS:
                found["channel"] = channel
            else:
                found["number"] = _digits(scope)
        if when:
            first, last = _bounds(when)
            found["at"] = self._instant(first, where) if first else None
            found["expires"] = self._instant(last, where) if last else None
        return found

    def _need(self, item: str, _: str | None) -> str:
        meaning = tables().by_path["accessibility"].meaning(item)
        if meaning is None:
            raise CellError("profile_no_need")
        return str(meaning[""])

    def _instant(self, text: str, where: str | None) -> datetime:
        reading = read_time(text)
        value = reading.value if reading is not None and reading.family == "year-first" else None
        if isinstance(value, date) and not isinstance(value, datetime):
            value = datetime.combine(value, datetime.min.time())
        if not isinstance(value, datetime):
            raise CellError("profile_no_instant")
        if value.tzinfo is not None:
            return value
        if where is None:
            raise CellError("profile_no_offset")
        try:
            return localise(value, where, self._fold)
        except TimeError:
            raise CellError("profile_clock_change") from None


def is_json(text: str) -> bool:
    """Say whether a cell holds JSON in place of items between bars."""
    return text.startswith("[")


def _dated(item: str) -> tuple[str, dict[str, date | None]]:
    """Split ``what@first..last`` into what and its dates."""
    what, at, dates = item.partition("@")
    if not at:
        return what.strip(), {}
    first, last = _bounds(dates)
    return what.strip(), {"valid_from": _date(first), "valid_to": _date(last)}


def _bounds(text: str) -> tuple[str, str]:
    first, dots, last = text.strip().partition("..")
    if not dots and first:
        # A single date or instant begins; it does not end.
        return first.strip(), ""
    return first.strip(), last.strip()


def _date(text: str) -> date | None:
    if not text:
        return None
    found = read_date(text)
    if found is None:
        raise CellError("profile_no_date")
    return found


def _digits(text: str) -> str:
    if not text:
        raise CellError("profile_no_number")
    return re.sub(r"\.0$", "", narrow(text))


def _clock(text: str) -> str:
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        raise CellError("profile_no_clock")
    hour, minute, second = int(found[1]), int(found[2]), int(found[3] or 0)
    if hour == 24 and minute == second == 0:
        hour = 0
    if hour > 23 or minute > 59 or second > 59:
        raise CellError("profile_no_clock")
    return f"{hour:02d}:{minute:02d}:{second:02d}"

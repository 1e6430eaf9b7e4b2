"""The times of a contact: when it began, ended and was recorded."""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Final

from collection_guard.audit.times import Family, Fold, TimeError, localise, read_time
from collection_guard.audit.values import RowError, WordReader
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.facts.clock import start_of_day
from collection_guard.model.event import Span
from collection_guard.model.tables import cell_text
from collection_guard.model.words import UNKNOWN

_SPAN: Final = re.compile(r"(\.\.|\d{4}-\d\d-\d\dT[^/]+)/(\.\.|\d{4}-\d\d-\d\dT[^/]+)")
"""Two instants with a slash between them, as events are written."""

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


class Moments:
    """Reads the times among the cells of a row."""

    def __init__(self, plan: TimePlan, words: WordReader) -> None:
        self._plan = plan
        self._words = words
        self.met_naive = False
        """Whether some time was read by the zone that is configured."""

    def read(self, given: Given, flat: dict[str, Any]) -> None:
        """Read the times among the cells of a row; raise RowError where the contact has none."""
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

    def _recorded(self, header: str, cell: Any) -> datetime | Span | str | None:
        """Return when a contact was recorded: at an instant, on a date, or at a time that nobody can read."""
        if isinstance(cell, str) and (cell == UNKNOWN or _SPAN.fullmatch(cell)):
            return cell
        if isinstance(cell, str) and fold_word(cell_text(cell)) in tables().none:
            return None
        value = self._value("recorded_at", header, cell)
        if isinstance(value, datetime):
            return self._instant(value, "recorded_at", header, cell)
        if isinstance(value, date):
            return Span(*self._ends_of(value))
        self._words.count("recorded_at", cell)
        return Span()

    def _ends_of(self, day: date) -> tuple[datetime, datetime]:
        """Return when a date begins and ends, in the zone of the times of the file; without one, in whatever zone."""
        after, zone = day + timedelta(days=1), self._plan.zone
        if zone is None:
            first, last = (timezone(timedelta(hours=hours)) for hours in (14, -12))
            return datetime.combine(day, time(), first), datetime.combine(after, time(), last)
        self.met_naive = True
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
        plan = self._plan
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
        zone = self._plan.zone
        if zone is None:
            raise RowError("time_without_zone", path, header, cell)
        try:
            instant = localise(value, zone, self._plan.fold)
        except TimeError as error:
            raise RowError(str(error), path, header, cell, zone=zone) from None
        self.met_naive = True
        return instant

"""Who may call, and from which numbers: the lists of own numbers and of collectors, asked on a date."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Final, Literal

from collection_guard.audit.taken import Position
from collection_guard.audit.values import PrecisionLostError, RowError, identifier
from collection_guard.facts.names import fold_name
from collection_guard.facts.numbers import number_key
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import cell_text, is_blank
from collection_guard.model.tables.dates import read_date
from collection_guard.reconciliation.lists import ListFile, read_list

Why = Literal["absent", "other_agency", "not_yet", "no_longer"]
"""Why somebody is not on a list: not at all, for another agency, or on other dates."""
_ORDER: Final[tuple[Why, ...]] = ("no_longer", "not_yet", "other_agency", "absent")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of a list: for whom and when it holds. Dates are inclusive; what is missing does not limit it."""

    position: Position
    agency: str | None = None
    first: date | None = None
    last: date | None = None

    def why_not(self, agency: str | None, day: date) -> Why | None:
        """Return why the entry does not hold for an agency on a date; None where it does, or may."""
        if self.agency and agency and fold_name(self.agency) != fold_name(agency):
            return "other_agency"
        if self.first is not None and day < self.first:
            return "not_yet"
        if self.last is not None and self.last < day:
            return "no_longer"
        return None


@dataclass(frozen=True, slots=True)
class Absence:
    """That somebody is not on a list, why, and the entry that comes nearest."""

    why: Why
    entry: Entry | None = None


@dataclass(slots=True)
class AllowList:
    """A list of numbers, or of people by id and by name."""

    path: str
    entries: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))

    def holds(self, kind: str) -> bool:
        """Say whether the list has any key of a kind: without ids on it, an id says nothing."""
        return any(key.startswith(kind) for key in self.entries)

    def absence(self, key: str, agency: str | None, day: date) -> Absence | None:
        """Return why a key is not on the list for an agency on a date, or None if it is, or may be."""
        entries = self.entries.get(key)
        if not entries:
            return Absence("absent")
        reasons = [(entry.why_not(agency, day), entry) for entry in entries]
        if any(why is None for why, _ in reasons):
            return None
        return min(
            (Absence(why, entry) for why, entry in reasons if why is not None),
            key=lambda absence: _ORDER.index(absence.why),
        )


def id_key(value: str) -> str:
    """Return the key of a collector's id."""
    return f"id:{value.strip().casefold()}"


def name_key(value: str) -> str | None:
    """Return the key of a collector's name; a masked name has none."""
    folded = fold_name(value).casefold()
    return f"name:{folded}" if folded and not set(folded) & set("*＊•●") else None


def read_own_numbers(path: Path, country: str, *, encoding: str | None = None) -> AllowList:
    """Read the list of numbers from which collectors may call; raise LogError with all that is wrong with it."""
    reading = _Reading(read_list(path, "own_numbers", encoding=encoding))
    for place, cells in reading.found.rows:
        number = reading.identifier(place, cells, "number")
        key = number_key(number, country)
        if key is None:
            reading.wrong(place, "list_no_number")
        else:
            reading.add(place, cells, [key])
    return reading.settled()


def read_collectors(path: Path, *, encoding: str | None = None) -> AllowList:
    """Read the list of collectors, by id, by name, or both; raise LogError with all that is wrong with it."""
    reading = _Reading(read_list(path, "collectors", encoding=encoding))
    for place, cells in reading.found.rows:
        given = reading.identifier(place, cells, "id")
        name = None if is_blank(cells.get("name")) else name_key(reading.text(cells["name"]))
        keys = [key for key in (id_key(given) if given else None, name) if key is not None]
        if keys:
            reading.add(place, cells, keys)
        else:
            reading.wrong(place, "list_no_collector")
    return reading.settled()


class _Reading:
    """The entries of one list: it is read whole or not at all, as an entry left out would accuse somebody."""

    def __init__(self, found: ListFile) -> None:
        self.found = found
        self._list = AllowList(found.path)
        self._problems = [
            Problem(row.reason, row.position.file, sheet=row.position.sheet, row=row.position.row, values=row.values)
            for row in found.broken
        ]

    def wrong(self, place: Position, code: str, **values: object) -> None:
        self._problems.append(Problem(code, place.file, sheet=place.sheet, row=place.row, values=values))

    def text(self, cell: Any) -> str:
        return repr(cell) if isinstance(cell, list | dict) else cell_text(cell)

    def identifier(self, place: Position, cells: dict[str, Any], name: str) -> str | None:
        cell = cells.get(name)
        if is_blank(cell) or isinstance(cell, list | dict | bool):
            return None
        try:
            return identifier(cell, name, name)
        except (PrecisionLostError, RowError):
            self.wrong(place, "list_digits_lost", value=self.text(cell))
            return None

    def add(self, place: Position, cells: dict[str, Any], keys: Iterable[str]) -> None:
        first, last = self._date(place, cells, "valid_from"), self._date(place, cells, "valid_to")
        if first is not None and last is not None and last < first:
            self.wrong(place, "list_dates_reversed", first=first, last=last)
        agency = None if is_blank(cells.get("agency")) else self.text(cells["agency"])
        for key in keys:
            self._list.entries[key].append(Entry(place, agency, first, last))

    def _date(self, place: Position, cells: dict[str, Any], name: str) -> date | None:
        cell = cells.get(name)
        if is_blank(cell):
            return None
        found = None if isinstance(cell, list | dict) else read_date(cell)
        if found is None:
            self.wrong(place, "list_date", field=name, value=self.text(cell))
        return found

    def settled(self) -> AllowList:
        if self._problems:
            raise LogError(self._problems)
        return self._list

"""Partner registries read from files: rows with dates of their own, or a folder of whole lists as published."""

import calendar
import hashlib
import json
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml

from collection_guard.facts.names import fold_name
from collection_guard.model.masking import mask_text
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry
from collection_guard.model.tables import Cell, Grid, TableFile, cell_text, is_blank, read_table_file
from collection_guard.model.tables.dates import read_date
from collection_guard.model.texts import nearest

_FIELDS: Final = ("name", "category", "aliases", "valid_from", "valid_to", "source")
_DATED: Final = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?(?!\d)[-_. ]*(.*)")
_SUFFIXES: Final = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".xls", ".xlsb", ".ods", ".jsonl", ".json"})
_DEEPEST: Final = 30
"""A title may stand above the header; not more rows than this."""


@cache
def _words() -> tuple[dict[str, str], dict[str, str]]:
    text = (resources.files("collection_guard.facts") / "partner_words.yaml").read_text("utf-8")
    data = yaml.safe_load(text)
    columns = {_fold(word): name for name, words in data["columns"].items() for word in words}
    categories = {_fold(word): name for name, words in data["categories"].items() for word in words}
    return columns, categories


def _fold(word: str) -> str:
    return re.sub(r"[\s_]+", "", unicodedata.normalize("NFKC", word).casefold())


@dataclass(frozen=True, slots=True)
class RowPlace:
    """Where a row of a registry stands."""

    file: str
    sheet: str | None
    row: int

    def problem(self, code: str, **values: object) -> Problem:
        return Problem(code, self.file, sheet=self.sheet, row=self.row, values=values)

    def __str__(self) -> str:
        return ":".join(str(part) for part in (self.file, self.sheet, self.row) if part is not None)


Row = tuple[RowPlace, RegistryEntry]


@dataclass(frozen=True, slots=True)
class RegistryReading:
    """What was read of a registry: what it says, each row with its place, and everything that is wrong with it."""

    data: RegistryData
    rows: tuple[Row, ...]
    lists: tuple[tuple[PartnerList, tuple[Row, ...]], ...]
    problems: tuple[Problem, ...]


def read_registry(path: str | Path, *, encoding: str | None = None) -> RegistryData:
    """Read a partner registry; raise LogError with every problem of it.

    A file (CSV, Excel, JSON lines) holds rows of name, category, aliases (separated by ``|``), valid_from, valid_to
    and source. A folder holds whole lists as published, named by their day or month: ``2025-09-16-firms.csv``,
    ``2025-11.csv``; files of one date are parts of one list. Where such a file has no column for the category, the
    rest of its name may say it.
    """
    reading = examine_registry(path, encoding=encoding)
    if reading.problems:
        raise LogError(reading.problems)
    return reading.data


def examine_registry(path: str | Path, *, encoding: str | None = None) -> RegistryReading:
    """Read a partner registry as `read_registry` does, and return all that can be read beside what is wrong."""
    where = Path(path)
    reading = _Reading(encoding)
    rows: tuple[Row, ...] = ()
    lists: tuple[tuple[PartnerList, tuple[Row, ...]], ...] = ()
    if where.is_dir():
        lists = reading.folder(where)
    else:
        rows = reading.rows_with_dates(where)
    data = RegistryData(tuple(entry for _, entry in rows), tuple(found for found, _ in lists))
    data = RegistryData(data.rows, data.lists, registry_digest(data))
    return RegistryReading(data, rows, lists, tuple(reading.problems))


def registry_digest(data: RegistryData) -> str:
    """Return the digest of what a registry says, whatever the order of its rows and the names of its files."""
    lists = [[item.earliest.isoformat(), item.latest.isoformat(), _canonical(item.entries)] for item in data.lists]
    content = {"rows": _canonical(data.rows), "lists": sorted(lists, key=json.dumps)}
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _canonical(entries: Iterable[RegistryEntry]) -> list[Any]:
    dumped = [entry.model_dump(mode="json") | {"aliases": sorted(entry.aliases)} for entry in entries]
    return sorted(dumped, key=lambda entry: json.dumps(entry, sort_keys=True))


@dataclass(slots=True)
class _Reading:
    """The reading of one registry, with all problems met on the way."""

    encoding: str | None
    problems: list[Problem] = field(default_factory=list)

    def rows_with_dates(self, path: Path) -> tuple[Row, ...]:
        # One list as published may be read by itself, whose name then says what its columns do not.
        dated = _DATED.fullmatch(path.stem)
        rows = tuple(self._rows(path, _words()[1].get(_fold(dated[4])) if dated else None))
        self._check_overlaps(rows)
        return rows

    def folder(self, path: Path) -> tuple[tuple[PartnerList, tuple[Row, ...]], ...]:
        parts: dict[tuple[date, date], list[Row]] = defaultdict(list)
        names: dict[tuple[date, date], list[str]] = defaultdict(list)
        files = [
            file
            for file in sorted(path.iterdir())
            if file.suffix.lower() in _SUFFIXES and not file.name.startswith((".", "~$"))
        ]
        if not files:
            self.problems.append(Problem("registry_no_lists", str(path)))
        for file in files:
            span = self._span(file)
            if span is None:
                continue
            first, last, rest = span
            for place, entry in self._rows(file, _words()[1].get(_fold(rest))):
                if entry.valid_from is not None or entry.valid_to is not None:
                    self.problems.append(place.problem("registry_dates_in_list"))
                parts[first, last].append((place, entry))
            names[first, last].append(file.name)
        found = []
        for first, last in sorted(names):
            rows = tuple(parts[first, last])
            name = ", ".join(names[first, last])
            found.append((PartnerList(first, last, tuple(entry for _, entry in rows), name), rows))
        return tuple(found)

    def _span(self, file: Path) -> tuple[date, date, str] | None:
        found = _DATED.fullmatch(file.stem)
        if found is None:
            self.problems.append(Problem("registry_file_name", str(file)))
            return None
        try:
            if found[3] is not None:
                day = date(int(found[1]), int(found[2]), int(found[3]))
                return day, day, found[4]
            first = date(int(found[1]), int(found[2]), 1)
        except ValueError:
            written = "-".join(part for part in found.groups()[:3] if part)
            self.problems.append(Problem("registry_bad_date_name", str(file), values={"value": written}))
            return None
        return first, first.replace(day=calendar.monthrange(first.year, first.month)[1]), found[4]

    def _check_overlaps(self, rows: Sequence[Row]) -> None:
        """Refuse two rows that list one name in one category on the same date: which of them holds is unclear."""
        spans: dict[tuple[str, str], list[tuple[date, date, RowPlace]]] = defaultdict(list)
        for place, entry in rows:
            first, last = entry.valid_from or date.min, entry.valid_to or date.max
            for name in {fold_name(written) for written in (entry.name, *entry.aliases)}:
                same = spans[entry.category, name]
                clash = next((other for begin, end, other in same if begin <= last and first <= end), None)
                if clash is not None:
                    self.problems.append(
                        place.problem("registry_overlap", name=mask_text(entry.name), other=str(clash))
                    )
                    break
                same.append((first, last, place))

    # --- rows of a file ---------------------------------------------------------------------------------------

    def _rows(self, path: Path, category: str | None) -> Iterator[Row]:
        found = read_table_file(path, encoding=self.encoding, score=_score, knows=_is_category, firmly=False)
        if isinstance(found, Problem):
            self.problems.append(found)
            return
        before = len(self.problems)
        count = 0
        for place, cells in self._cells(found, category):
            entry = self._entry(place, cells, category)
            if entry is not None:
                count += 1
                yield place, entry
        if not count and len(self.problems) == before:
            self.problems.append(Problem("registry_empty", found.path))

    def _cells(self, found: TableFile, category: str | None) -> Iterator[tuple[RowPlace, dict[str, Any]]]:
        file = found.path
        for broken in found.broken:
            self.problems.append(RowPlace(file, None, broken.row).problem(broken.reason, **broken.values))
        for item in found.objects or ():
            place = RowPlace(file, None, item.row)
            unknown = [name for name in item.data if name not in _FIELDS]
            for name in unknown:
                near = nearest(name, _FIELDS)
                self.problems.append(place.problem("registry_unknown_field", field=name, nearest=near))
            if not unknown:
                yield place, item.data
        for grid in found.grids:
            for broken in grid.broken:
                place = RowPlace(file, grid.sheet, broken.row)
                self.problems.append(place.problem(broken.reason, **broken.values))
            if any(not is_blank(cell) for _, cells in grid.rows for cell in cells):
                yield from self._table(file, grid, category)

    def _table(self, file: str, grid: Grid, category: str | None) -> Iterator[tuple[RowPlace, dict[str, Any]]]:
        needed = {"name"} if category is not None else {"name", "category"}
        head = next(
            (index for index, (_, cells) in enumerate(grid.rows[:_DEEPEST]) if needed <= set(_named(cells))), None
        )
        if head is None:
            self.problems.append(Problem("registry_no_header", file, sheet=grid.sheet))
            return
        columns = _named(grid.rows[head][1])
        for name, indexes in columns.items():
            if len(indexes) > 1:
                headers = ", ".join(cell_text(grid.rows[head][1][index]) for index in indexes)
                place = RowPlace(file, grid.sheet, grid.rows[head][0])
                self.problems.append(place.problem("registry_two_headers", path=name, headers=headers))
        for row, cells in grid.rows[head + 1 :]:
            if any(not is_blank(cell) for cell in cells):
                yield (
                    RowPlace(file, grid.sheet, row),
                    {name: cells[index] for name, (index, *_) in columns.items() if index < len(cells)},
                )

    def _entry(self, place: RowPlace, cells: dict[str, Any], category: str | None) -> RegistryEntry | None:
        before = len(self.problems)
        name = _text(cells.get("name"))
        if not name:
            self.problems.append(place.problem("registry_no_name"))
        written = _text(cells.get("category"))
        known = _words()[1].get(_fold(written)) if written else category
        if not written and category is None:
            self.problems.append(place.problem("registry_no_category"))
        elif known is None:
            categories = sorted(set(_words()[1].values()))
            near = _words()[1].get(nearest(_fold(written), _words()[1]) or "")
            values: dict[str, object] = {"category": written, "nearest": near, "known": ", ".join(categories)}
            self.problems.append(place.problem("registry_category", **values))
        first, last = self._date(place, cells, "valid_from"), self._date(place, cells, "valid_to")
        if first is not None and last is not None and last < first:
            self.problems.append(place.problem("registry_dates_reversed", first=first, last=last))
        if len(self.problems) > before or known is None:
            return None
        return RegistryEntry(
            name=name,
            category=known,
            aliases=_aliases(cells.get("aliases")),
            valid_from=first,
            valid_to=last,
            source=_text(cells.get("source")) or None,
        )

    def _date(self, place: RowPlace, cells: dict[str, Any], name: str) -> date | None:
        cell = cells.get(name)
        if is_blank(cell):
            return None
        found = read_date(cell)
        if found is None:
            self.problems.append(place.problem("registry_date", field=name, value=_text(cell)))
        return found


def _named(cells: Sequence[Cell]) -> dict[str, list[int]]:
    """Return the columns of a header by field, each with its places."""
    named: dict[str, list[int]] = defaultdict(list)
    for index, cell in enumerate(cells):
        if isinstance(cell, str) and (name := _words()[0].get(_fold(cell_text(cell)))) is not None:
            named[name].append(index)
    return named


def _score(cells: Sequence[Cell]) -> int:
    return len(_named(cells))


def _is_category(word: str) -> bool:
    return _fold(word) in _words()[1]


def _text(cell: Any) -> str:
    return cell_text(cell) if isinstance(cell, str | int | float | date) or cell is None else repr(cell)


def _aliases(cell: Any) -> tuple[str, ...]:
    parts = cell if isinstance(cell, list) else _text(cell).replace("｜", "|").split("|")
    return tuple(dict.fromkeys(text for part in parts if (text := _text(part).strip())))

"""Contact logs of any form become one intake: JSON lines, CSV and its relatives, and workbooks."""

import gc
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final

import pytz

from collection_guard.audit.cases import CaseFinder
from collection_guard.audit.events import EventReader, TimePlan
from collection_guard.audit.intake import Intake, Tray
from collection_guard.audit.json_rows import Cells, flatten
from collection_guard.audit.layout import HeaderFinder, Layout
from collection_guard.audit.mapping import Mapping as MapFile
from collection_guard.audit.mapping import read_mapping
from collection_guard.audit.taken import (
    Assumption,
    FileReading,
    Finding,
    Position,
    Rejected,
    SetAside,
    SheetReading,
)
from collection_guard.audit.times import Fold, TimeError, family_of, order_of
from collection_guard.audit.values import RowError, WordReader
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import IDENTIFIERS
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.problems import ConfigurationError, LogError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.tables import Cell, Grid, TableFile, cell_text, is_blank, read_table_file
from collection_guard.model.texts import nearest

_TIME_PATHS: Final = ("started_at", "ended_at", "recorded_at")
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_./-]*[0-9][A-Za-z0-9_./-]*")
"""A lone cell of this form is a contact of which all but an identifier is missing, and no title."""
_SEEN: Final = 12
"""Headers named in a message; more would hide the message."""


def read_logs(
    paths: Iterable[str | Path],
    *,
    timezone: str | None = None,
    fold: Fold | None = None,
    map_file: str | Path | None = None,
    encoding: str | None = None,
    country: str = "CN",
    profiles: Mapping[str, CaseProfile] | None = None,
) -> Intake:
    """Read logs into one intake; raise LogError with every problem of every file that cannot be read.

    ``timezone`` is the zone of naive times (a mapping file may name it too), ``fold`` says which of two passes of
    a repeated hour is meant, ``encoding`` that of text files, ``country`` where numbers without a country code are
    dialled, and ``profiles`` give contacts without a case theirs.
    """
    if timezone is not None and timezone not in pytz.all_timezones_set:
        values: dict[str, object] = {"zone": timezone, "nearest": nearest(timezone, pytz.all_timezones)}
        raise ConfigurationError([Problem("zone_unknown", values=values)])
    mapping = MapFile() if map_file is None else read_mapping(Path(map_file))
    with _collector_paused():
        return _read(paths, mapping, timezone, fold, encoding, country, profiles)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Pause the search for cycles: reading makes millions of objects and no cycles, and the search walks them all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _read(
    paths: Iterable[str | Path],
    mapping: MapFile,
    timezone: str | None,
    fold: Fold | None,
    encoding: str | None,
    country: str,
    profiles: Mapping[str, CaseProfile] | None,
) -> Intake:
    run = _Run(mapping, timezone or mapping.timezone, fold, encoding)
    files = [run.read(path) for path in run.each_once(Path(path) for path in paths)]
    if run.problems:
        raise LogError(run.problems)
    intake = run.tray.settle(CaseFinder(profiles, timezone=run.zone, country=country))
    return replace(
        intake,
        files=tuple(file for file in files if file is not None),
        unmapped=run.words.unmapped(),
        findings=tuple(run.findings),
    )


@dataclass(slots=True)
class _Run:
    """The reading of all files of a run."""

    mapping: MapFile
    zone: str | None
    fold: Fold | None
    encoding: str | None
    tray: Tray = field(default_factory=Tray)
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    words: WordReader = field(init=False)
    finder: HeaderFinder = field(init=False)
    _digests: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.words = WordReader(self.mapping)
        self.finder = HeaderFinder(self.mapping)

    def each_once(self, paths: Iterable[Path]) -> Iterable[Path]:
        """Give each file once; the same file named twice would double every contact without an id."""
        seen: set[Path] = set()
        for path in paths:
            try:
                place = path.resolve()
            except (OSError, ValueError, RuntimeError):
                place = path  # reading it will say what is wrong
            if place in seen:
                self.problems.append(Problem("file_twice", str(path)))
            else:
                seen.add(place)
                yield path

    def read(self, path: Path) -> FileReading | None:
        """Read one file; its problems go to those of the run."""
        found = read_table_file(path, encoding=self.encoding, score=self.finder.score, knows=tables().knows)
        if isinstance(found, Problem):
            self.problems.append(found)
            return None
        if found.digest in self._digests:
            values: dict[str, object] = {"other": self._digests[found.digest]}
            self.findings.append(Finding("SAME_FILE_TWICE", Position(found.path), None, 1, values))
        self._digests[found.digest] = found.path
        before = len(self.tray)
        sheets = self._read_grids(found) if found.objects is None else [self._read_objects(found)]
        return FileReading(
            found.path,
            found.digest,
            found.encoding,
            found.confirmed,
            self.zone,
            tuple(sheets),
            len(self.tray) - before,
            self._assumed_of(found),
        )

    # --- JSON ---------------------------------------------------------------------------------------------------

    def _read_objects(self, found: TableFile) -> SheetReading:
        file = found.path
        for broken in found.broken:
            place = Position(file, None, broken.row)
            self.tray.add(Rejected(place, broken.reason, values=broken.values))
        for row in found.blank_rows:
            self.tray.add(SetAside(Position(file, None, row), "blank"))
        rows: list[tuple[Position, Cells, dict[str, Any] | None]] = []
        for item in found.objects or ():
            place = Position(file, None, item.row)
            try:
                cells, extra = flatten(item.data)
            except RowError as error:
                self.tray.add(Rejected(place, error.reason, error.header, error.path, error.value, error.values))
                continue
            rows.append((place, cells, extra))
        times = self._plan_of(
            file, None, {path: [c for _, cells, _ in rows for p, c in cells if p.path == path] for path in _TIME_PATHS}
        )
        reader = EventReader(self.mapping, self.words, times, implied={}, strict=True)
        for place, cells, extra in rows:
            self.tray.add(reader.read(place, cells, extra))
        self._lost(reader)
        return SheetReading(assumptions=self._assumed_times(reader, times))

    # --- tables -------------------------------------------------------------------------------------------------

    def _read_grids(self, found: TableFile) -> list[SheetReading]:
        sheets: list[SheetReading] = []
        layouts: list[tuple[Grid, Layout | None, str]] = []
        for grid in found.grids:
            _trim(grid)
            if self.mapping.sheet is not None and grid.sheet is not None and grid.sheet != self.mapping.sheet:
                layouts.append((grid, None, "sheet_not_named"))
                continue
            layout = self.finder.find(grid, found.path)
            if layout is not None and not {"started_at", "started_at.date"} & layout.paths():
                layouts.append((grid, None, "sheet_without_time"))
                continue
            layouts.append((grid, layout, "sheet_without_header"))
        if all(layout is None for _, layout, _ in layouts):
            self.problems.append(self._no_header(found))
            return []
        for grid, layout, reason in layouts:
            for broken in grid.broken:
                place = Position(found.path, grid.sheet, broken.row)
                self.tray.add(Rejected(place, broken.reason, values=broken.values))
            if layout is None:
                for row, _ in grid.rows:
                    self.tray.add(SetAside(Position(found.path, grid.sheet, row), reason))
            else:
                self.problems += layout.problems
                sheets.append(self._read_table(found.path, grid, layout))
        return sheets

    def _no_header(self, found: TableFile) -> Problem:
        """Name what stood where a header was looked for, and what is missing."""
        if self.mapping.sheet is not None and all(grid.sheet not in (None, self.mapping.sheet) for grid in found.grids):
            names = ", ".join(grid.sheet or "" for grid in found.grids)
            values: dict[str, object] = {"sheet": self.mapping.sheet, "sheets": names}
            return Problem("sheet_missing", found.path, values=values)
        for grid in found.grids:
            layout = self.finder.find(grid, found.path)
            if layout is not None:
                seen = ", ".join(name for name in layout.names if name)
                row = layout.header_rows[-1]
                return Problem("no_time_column", found.path, sheet=grid.sheet, row=row, values={"headers": seen})
        first = next((cells for grid in found.grids for _, cells in grid.rows if not _is_empty(cells)), [])
        names = ", ".join(cell_text(cell) for cell in first[:_SEEN] if not is_blank(cell))
        return Problem("no_header", found.path, values={"headers": names[:200]})

    def _read_table(self, file: str, grid: Grid, layout: Layout) -> SheetReading:
        rows = grid.rows[layout.first :]
        for row, cells in grid.rows[: layout.first]:
            if row not in layout.header_rows:
                reason = "blank" if _is_empty(cells) else "title"
                self.tray.add(SetAside(Position(file, grid.sheet, row), reason))
        _show_padding(grid, rows, layout)
        _show_midnights(grid, rows, layout)
        by_path = {
            path: [
                cells[c.index] for _, cells in rows for c in layout.columns if c.path == path and c.index < len(cells)
            ]
            for path in _TIME_PATHS
        }
        times = self._plan_of(file, grid.sheet, by_path)
        reader = EventReader(self.mapping, self.words, times, implied=layout.implied, strict=False)
        when = [column.index for column in layout.columns if column.path.startswith("started_at")]
        for row, cells in rows:
            place = Position(file, grid.sheet, row)
            no_contact = _no_contact(cells, layout, when)
            if no_contact is not None:
                self.tray.add(SetAside(place, no_contact))
            elif any(not is_blank(cell) for cell in cells[layout.width :]):
                values: dict[str, object] = {"cells": len(cells), "width": layout.width}
                self.tray.add(Rejected(place, "too_many_cells", values=values))
            else:
                width = len(cells)
                self.tray.add(
                    reader.read(
                        place,
                        [(column, cells[column.index]) for column in layout.columns if column.index < width],
                    )
                )
        self._lost(reader)
        return SheetReading(
            grid.sheet,
            layout.header_rows,
            {column.header: column.path for column in layout.columns if column.header not in layout.unmapped},
            layout.unmapped,
            layout.ambiguous,
            (*layout.assumptions, *_assumed_of(grid), *self._assumed_times(reader, times)),
        )

    # --- what holds for a whole table -----------------------------------------------------------------------------

    def _plan_of(self, file: str, sheet: str | None, columns: dict[str, list[Any]]) -> TimePlan:
        """Decide the order of day and month, and the form of each time column, before any row is read."""
        plan = TimePlan(self.zone, self.fold, self.mapping.time_format)
        if plan.told is None:
            try:
                plan.day_first, example = order_of(columns.values())
            except TimeError as error:
                self.problems.append(Problem(str(error), file, sheet=sheet))
                return plan
            if example is not None:
                self.problems.append(Problem("time_order_ambiguous", file, sheet=sheet, values={"value": example}))
        for path, cells in columns.items():
            family = family_of(cells, day_first=plan.day_first, told=plan.told)
            if family is not None:
                plan.families[path] = family
        return plan

    def _assumed_of(self, found: TableFile) -> tuple[Assumption, ...]:
        """Note what was assumed of a whole file: its encoding, and the defaults and words of the mapping file."""
        assumed = [Assumption("default", {"path": path, "word": word}) for path, word in self.mapping.defaults.items()]
        assumed += [Assumption("mapped_words", {"path": path}) for path in self.mapping.words]
        if not found.confirmed:
            assumed.append(Assumption("encoding_unconfirmed", {"encoding": found.encoding}))
        return tuple(assumed)

    def _assumed_times(self, reader: EventReader, times: TimePlan) -> tuple[Assumption, ...]:
        assumed = []
        if times.day_first is not None:
            assumed.append(Assumption("day_first" if times.day_first else "month_first"))
        if reader.met_naive_times:
            assumed.append(Assumption("naive_times", {"zone": self.zone}))
        return tuple(assumed)

    def _lost(self, reader: EventReader) -> None:
        for (header, path), count in sorted(reader.lost.items()):
            position = reader.first_lost[header, path]
            values: dict[str, object] = {"path": path}
            self.findings.append(Finding("ID_PRECISION_LOST", position, header, count, values))


def _assumed_of(grid: Grid) -> list[Assumption]:
    assumed = [Assumption("hidden_sheet")] if grid.hidden else []
    return [*assumed, Assumption("filled_down")] if grid.filled else assumed


def _is_empty(cells: Sequence[Cell]) -> bool:
    return all(is_blank(cell) for cell in cells)


def _trim(grid: Grid) -> None:
    """Drop the empty rows after the last that holds something: a formatted sheet ends in thousands of them."""
    while grid.rows and _is_empty(grid.rows[-1][1]):
        grid.rows.pop()


def _no_contact(cells: Sequence[Cell], layout: Layout, when: Sequence[int]) -> str | None:
    """Return why a row of a table is no contact, or None if it may be one."""
    if any(index < len(cells) and not is_blank(cells[index]) for index in when):
        return "repeated_header" if _repeats_header(cells, layout) else None
    filled = [cell_text(cell) for cell in cells if not is_blank(cell)]
    if not filled:
        return "blank"
    first = fold_word(filled[0])
    if any(first == word or _continues(first, word) for word in tables().total):
        return "total"
    if (len(filled) == 1 and _IDENTIFIER.fullmatch(filled[0]) is None) or any(
        _continues(first, word) for word in tables().footer
    ):
        return "title"
    return None


def _continues(text: str, word: str) -> bool:
    return text.startswith(word) and not text[len(word) : len(word) + 1].isalpha()


def _repeats_header(cells: Sequence[Cell], layout: Layout) -> bool:
    if not cells or cell_text(cells[0]) != layout.names[0]:
        return False
    texts = [cell_text(cell) for cell in cells]
    return texts[: layout.width] == list(layout.names[: len(texts)])


def _show_padding(grid: Grid, rows: Sequence[tuple[int, list[Cell]]], layout: Layout) -> None:
    """Give identifiers the leading zeros that only their number format shows."""
    if not grid.padded:
        return
    places = [
        (row, column.index)
        for row, cells in rows
        for column in layout.columns
        if column.path in IDENTIFIERS and column.index < len(cells) and isinstance(cells[column.index], float)
    ]
    formats = grid.formats((row, index + 1) for row, index in places)
    by_row = dict(rows)
    for row, index in places:
        shown = formats.get((row, index + 1), "")
        cell = by_row[row][index]
        if shown and not shown.strip("0") and isinstance(cell, float) and cell.is_integer():
            by_row[row][index] = str(int(cell)).zfill(len(shown))


def _show_midnights(grid: Grid, rows: Sequence[tuple[int, list[Cell]]], layout: Layout) -> None:
    """Tell a call at midnight from a date without a time: only the number format of the cell does."""
    places = [
        (row, column.index)
        for row, cells in rows
        for column in layout.columns
        if column.path in _TIME_PATHS and column.index < len(cells) and _is_bare_date(cells[column.index])
    ]
    if not places:
        return
    formats = grid.formats((row, index + 1) for row, index in places)
    by_row = dict(rows)
    for row, index in places:
        cell = by_row[row][index]
        if "h" in formats.get((row, index + 1), "").lower() and isinstance(cell, date):
            by_row[row][index] = datetime.combine(cell, time())


def _is_bare_date(cell: Cell) -> bool:
    return isinstance(cell, date) and not isinstance(cell, datetime)

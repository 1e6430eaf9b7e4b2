"""The rows of one sheet, or of one file without sheets, become contacts, rejected rows and rows set aside."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from collection_guard.audit.events import EventReader
from collection_guard.audit.intake import Tray
from collection_guard.audit.json_rows import Cells, flatten
from collection_guard.audit.layout import ColumnPlan, Layout
from collection_guard.audit.mapping import Mapping
from collection_guard.audit.moments import TimePlan
from collection_guard.audit.number_formats import TIME_PATHS, show_midnights, show_padding
from collection_guard.audit.other_rows import is_empty, no_contact
from collection_guard.audit.presets.plan import PresetPlan
from collection_guard.audit.presets.recognition import opened
from collection_guard.audit.taken import (
    Assumption,
    ColumnReading,
    Contact,
    Finding,
    Position,
    Rejected,
    SetAside,
    SheetReading,
)
from collection_guard.audit.times import Fold, TimeError, family_of, order_of
from collection_guard.audit.values import RowError, WordReader
from collection_guard.model.problems import Problem
from collection_guard.model.tables import Cell, Grid, TableFile, is_blank


@dataclass(slots=True)
class Yield:
    """What the files of a run have given so far."""

    tray: Tray = field(default_factory=Tray)
    problems: list[Problem] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    words: list[WordReader] = field(default_factory=list)


class SheetReader:
    """Reads one sheet by its map."""

    def __init__(
        self, mapping: Mapping, zone: str | None, fold: Fold | None, got: Yield, plan: PresetPlan | None = None
    ) -> None:
        self._mapping = mapping
        self._zone = zone if plan is None else zone or plan.zone
        self._fold = fold
        self._got = got
        self._plan = plan
        self._words = WordReader(mapping) if plan is None else plan.words
        got.words.append(self._words)

    def read_objects(self, found: TableFile) -> SheetReading:
        """Read JSON objects, which name their fields themselves."""
        file, tray = found.path, self._got.tray
        for broken in found.broken:
            place = Position(file, None, broken.row)
            tray.add(Rejected(place, broken.reason, values=broken.values))
        for row in found.blank_rows:
            tray.add(SetAside(Position(file, None, row), "blank"))
        rows: list[tuple[Position, Cells, dict[str, Any] | None]] = []
        plan, objects = self._plan, found.objects or []
        for item in objects if plan is None else opened(plan.preset, objects):
            place = Position(file, None, item.row)
            try:
                cells, extra = flatten(item.data) if plan is None else plan.cells_of_object(item.data)
            except RowError as error:
                tray.add(Rejected(place, error.reason, error.header, error.path, error.value, error.values))
                continue
            rows.append((place, cells, extra))
        times = self._plan_of(
            file, None, {path: [c for _, cells, _ in rows for p, c in cells if p.path == path] for path in TIME_PATHS}
        )
        reader = self._reader(times, {}, strict=plan is None)
        plans: dict[str, ColumnPlan] = {}
        for place, cells, extra in rows:
            plans.update((column.path, column) for column, _ in cells)
            tray.add(reader.read(place, cells, extra) if plan is None else plan.read(reader, place, cells, extra))
        self._lost(reader)
        return self._reading(reader, times, tuple(plans[path] for path in sorted(plans)), len(rows))

    def read_table(self, file: str, grid: Grid, layout: Layout) -> SheetReading:
        """Read the rows of a table below its header."""
        tray = self._got.tray
        rows = grid.rows[layout.first :]
        for row, cells in grid.rows[: layout.first]:
            if row not in layout.header_rows:
                tray.add(SetAside(Position(file, grid.sheet, row), "blank" if is_empty(cells) else "title"))
        show_padding(grid, rows, layout)
        show_midnights(grid, rows, layout)
        by_path = {
            path: [
                cells[c.index] for _, cells in rows for c in layout.columns if c.path == path and c.index < len(cells)
            ]
            for path in TIME_PATHS
        }
        times = self._plan_of(file, grid.sheet, by_path)
        reader = self._reader(times, layout.implied)
        when = [column.index for column in layout.columns if column.path.startswith("started_at")]
        count = 0
        for row, cells in rows:
            place = Position(file, grid.sheet, row)
            reason = no_contact(cells, layout, when)
            if reason is not None:
                tray.add(SetAside(place, reason))
            elif self._plan is not None and not layout.header_rows and grid.names is None:
                count += 1
                tray.add(self._row_without_header(reader, place, cells))
            elif any(not is_blank(cell) for cell in cells[layout.width :]):
                values: dict[str, object] = {"cells": len(cells), "width": layout.width}
                tray.add(Rejected(place, "too_many_cells", values=values))
            else:
                count += 1
                width = len(cells)
                given = [(column, cells[column.index]) for column in layout.columns if column.index < width]
                tray.add(reader.read(place, given) if self._plan is None else self._plan.read(reader, place, given))
        self._lost(reader)
        return self._reading(reader, times, layout.columns, count, grid, layout)

    def _reader(self, times: TimePlan, implied: dict[str, str], *, strict: bool = False) -> EventReader:
        plan = self._plan
        if plan is None:
            return EventReader(self._mapping, self._words, times, implied=implied, strict=strict)
        return EventReader(plan.mapping, plan.words, times, implied=implied | plan.implied, strict=False)

    def _row_without_header(
        self, reader: EventReader, place: Position, cells: Sequence[Cell]
    ) -> Contact | Rejected | SetAside:
        assert self._plan is not None  # noqa: S101  # only a preset reads tables that have no header
        found = self._plan.cells_of_row(cells, place)
        return found if isinstance(found, Rejected) else self._plan.read(reader, place, found)

    def _reading(
        self,
        reader: EventReader,
        times: TimePlan,
        columns: tuple[ColumnPlan, ...],
        rows: int,
        grid: Grid | None = None,
        layout: Layout | None = None,
    ) -> SheetReading:
        """Say how the sheet was read."""
        layout = layout if layout is not None else Layout()
        return SheetReading(
            None if grid is None else grid.sheet,
            layout.header_rows,
            {column.header: column.path for column in layout.columns if column.header not in layout.unmapped},
            layout.unmapped,
            layout.ambiguous,
            (*self._assumed(layout), *_assumed_of(grid), *self._assumed_times(reader, times)),
            self._zone if reader.met_naive_times else None,
            rows,
            tuple(self._columns(reader, times, columns)),
            self._mapping.file,
            frozenset(column.header for column in columns if self._mapping.path_of(column.header) is not None),
        )

    def _assumed(self, layout: Layout) -> list[Assumption]:
        plan = self._plan
        if plan is None:
            return layout.assumptions
        return [*plan.assumptions(), *(item for item in layout.assumptions if not plan.settles(item))]

    def _columns(self, reader: EventReader, times: TimePlan, columns: tuple[ColumnPlan, ...]) -> list[ColumnReading]:
        """Count of each column what was filled, not known and lost."""
        found = []
        counted: set[str] = set()
        for column in columns:
            path = column.path
            # Where several columns are one field, what nobody knows is counted with the first of them.
            unknown = 0 if path in counted else self._words.unknown_of(path)
            counted.add(path)
            form = times.families.get(path)
            lost = reader.lost[column.header, path]
            found.append(ColumnReading(column.header, path, reader.filled[column.index], unknown, lost, form))
        return found

    # --- what holds for a whole sheet -----------------------------------------------------------------------------

    def _plan_of(self, file: str, sheet: str | None, columns: dict[str, list[Any]]) -> TimePlan:
        """Decide the order of day and month, and the form of each time column, before any row is read."""
        plan = TimePlan(self._zone, self._fold, self._mapping.time_format)
        problems = self._got.problems
        if plan.told is None:
            try:
                plan.day_first, example = order_of(columns.values())
            except TimeError as error:
                problems.append(Problem(str(error), file, sheet=sheet))
                return plan
            if example is not None:
                problems.append(Problem("time_order_ambiguous", file, sheet=sheet, values={"value": example}))
        for path, cells in columns.items():
            family = family_of(cells, day_first=plan.day_first, told=plan.told)
            if family is not None:
                plan.families[path] = family
        preset = self._plan
        if preset is not None and self._zone is None and not preset.tells_zone(plan.families.get("started_at")):
            problems.append(Problem("preset_needs_zone", file, sheet=sheet, values={"preset": preset.preset.name}))
        return plan

    def _assumed_times(self, reader: EventReader, times: TimePlan) -> tuple[Assumption, ...]:
        assumed = []
        if times.day_first is not None:
            assumed.append(Assumption("day_first" if times.day_first else "month_first"))
        if reader.met_naive_times:
            assumed.append(Assumption("naive_times", {"zone": self._zone}))
        return tuple(assumed)

    def _lost(self, reader: EventReader) -> None:
        for (header, path), count in sorted(reader.lost.items()):
            position = reader.first_lost[header, path]
            values: dict[str, object] = {"path": path}
            self._got.findings.append(Finding("ID_PRECISION_LOST", position, header, count, values))
        for (header, path), count in sorted(reader.useless.items()):
            self._got.findings.append(
                Finding("NUMBER_NOT_COMPARABLE", reader.first_useless[header, path], header, count, {"path": path})
            )


def _assumed_of(grid: Grid | None) -> list[Assumption]:
    if grid is None:
        return []
    assumed = [Assumption("hidden_sheet")] if grid.hidden else []
    return [*assumed, Assumption("filled_down")] if grid.filled else assumed

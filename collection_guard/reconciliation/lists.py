"""Small lists that stand beside the records: own numbers, collectors, recordings; a table or JSON lines."""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final, Literal

import yaml

from collection_guard.audit.taken import Position, Rejected
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import Cell, Grid, TableFile, cell_text, is_blank, read_table_file
from collection_guard.model.texts import nearest

ListKind = Literal["own_numbers", "collectors", "recordings"]

_DEEPEST: Final = 30
"""A title may stand above the header; not more rows than this."""
_BRACKET: Final = re.compile(r"^(.*?)[(（\[]([^()（）\[\]]*)[)）\]]$")


@dataclass(frozen=True, slots=True)
class _Words:
    """The headers of one kind of list."""

    needs: tuple[str, ...]
    fields: tuple[str, ...]
    by_word: dict[str, str]
    units: dict[str, float]

    def find(self, header: Cell) -> tuple[str, float] | None:
        """Return the field that a header names, and the seconds of its unit."""
        if not isinstance(header, str) or is_blank(header):
            return None
        name = cell_text(header)
        if (found := self.by_word.get(fold_word(name))) is not None:
            return found, 1.0
        bracket = _BRACKET.match(name)
        if bracket is None or (found := self.by_word.get(fold_word(bracket[1]))) is None:
            return None
        unit = self.units.get(fold_word(bracket[2]), 1.0 if found != "seconds" else 0.0)
        return (found, unit) if unit else None


@cache
def _words(kind: ListKind) -> _Words:
    text = (resources.files("collection_guard.reconciliation") / "list_words.yaml").read_text("utf-8")
    data = yaml.safe_load(text)
    columns = data[kind]["columns"]
    return _Words(
        tuple(data[kind]["needs"]),
        tuple(columns),
        {fold_word(word): name for name, words in columns.items() for word in words},
        {fold_word(word): float(unit) for unit, words in data["units"].items() for word in words},
    )


@dataclass(slots=True)
class ListFile:
    """What a list holds: cells by field, each row with its place."""

    path: str
    rows: list[tuple[Position, dict[str, Any]]] = field(default_factory=list)
    broken: list[Rejected] = field(default_factory=list)
    units: dict[str, float] = field(default_factory=dict)
    """Seconds of the unit in which a field is given."""


def read_list(path: Path, kind: ListKind, *, encoding: str | None = None) -> ListFile:
    """Read a list; raise LogError with every problem that concerns more than one row."""
    words = _words(kind)

    def score(cells: Sequence[Cell]) -> int:
        return sum(words.find(cell) is not None for cell in cells)

    found = read_table_file(path, encoding=encoding, score=score, knows=lambda _: False)
    if isinstance(found, Problem):
        raise LogError([found])
    reading = _Reading(words, ListFile(found.path))
    reading.read(found)
    if not reading.problems and not reading.found.rows and not reading.found.broken:
        reading.problems.append(Problem("list_empty", found.path))
    if reading.problems:
        raise LogError(reading.problems)
    return reading.found


@dataclass(slots=True)
class _Reading:
    words: _Words
    found: ListFile
    problems: list[Problem] = field(default_factory=list)

    def read(self, found: TableFile) -> None:
        for broken in found.broken:
            self.found.broken.append(
                Rejected(Position(found.path, None, broken.row), broken.reason, values=broken.values)
            )
        for item in found.objects or ():
            place = Position(found.path, None, item.row)
            unknown = [name for name in item.data if name not in self.words.fields]
            for name in unknown:
                values: dict[str, object] = {"field": name, "nearest": nearest(name, self.words.fields)}
                self.problems.append(Problem("list_unknown_field", found.path, row=item.row, values=values))
            if not unknown:
                self.found.rows.append((place, {name: cell for name, cell in item.data.items() if cell is not None}))
        for grid in found.grids:
            for broken in grid.broken:
                place = Position(found.path, grid.sheet, broken.row)
                self.found.broken.append(Rejected(place, broken.reason, values=broken.values))
            if any(not is_blank(cell) for _, cells in grid.rows for cell in cells):
                self.found.rows += self._table(found.path, grid)

    def _table(self, file: str, grid: Grid) -> Iterator[tuple[Position, dict[str, Any]]]:
        head = next((index for index, (_, cells) in enumerate(grid.rows[:_DEEPEST]) if self._is_head(cells)), None)
        if head is None:
            first = next(cells for _, cells in grid.rows if any(not is_blank(cell) for cell in cells))
            seen = ", ".join(cell_text(cell) for cell in first[:12] if not is_blank(cell))
            values: dict[str, object] = {"headers": seen[:200], "known": ", ".join(self.words.fields)}
            self.problems.append(Problem("list_no_header", file, sheet=grid.sheet, values=values))
            return
        columns: dict[str, list[int]] = defaultdict(list)
        row, names = grid.rows[head]
        for index, cell in enumerate(names):
            if (meaning := self.words.find(cell)) is not None:
                columns[meaning[0]].append(index)
                self.found.units[meaning[0]] = meaning[1]
        for name, indexes in columns.items():
            if len(indexes) > 1:
                headers = ", ".join(cell_text(names[index]) for index in indexes)
                twice: dict[str, object] = {"path": name, "headers": headers}
                self.problems.append(Problem("list_two_headers", file, sheet=grid.sheet, row=row, values=twice))
        for number, cells in grid.rows[head + 1 :]:
            given = {
                name: cells[index]
                for name, (index, *_) in columns.items()
                if index < len(cells) and not is_blank(cells[index])
            }
            if given:
                yield Position(file, grid.sheet, number), given

    def _is_head(self, cells: Sequence[Cell]) -> bool:
        named = {meaning[0] for cell in cells if (meaning := self.words.find(cell)) is not None}
        return any(name in named for name in self.words.needs)

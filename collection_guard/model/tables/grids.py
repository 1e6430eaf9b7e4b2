"""Rows of cells with their places in the file."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from collection_guard.model.tables.cells import Cell

Formats = Callable[[Iterable[tuple[int, int]]], Mapping[tuple[int, int], str]]
"""Gives the number formats of some cells (row, column; both from 1), where the file has such."""


@dataclass(frozen=True, slots=True)
class BrokenRow:
    """A row that cannot be taken apart: its place, and the code and values of its reason."""

    row: int
    reason: str
    values: dict[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class JsonRow:
    """One object of a JSON file and the line (in an array: the element) where it stands."""

    row: int
    data: dict[str, object]


def _no_formats(_: Iterable[tuple[int, int]]) -> Mapping[tuple[int, int], str]:
    return {}


@dataclass(slots=True)
class Grid:
    """One table: the sheet of a workbook, or a whole text file. Rows are numbered from 1 as in the file."""

    sheet: str | None
    rows: list[tuple[int, list[Cell]]]
    broken: list[BrokenRow] = field(default_factory=list)
    wide: list[tuple[int, int, int]] = field(default_factory=list)
    """Cells merged across columns: row, first and last column, all from 0 within ``rows``."""
    formats: Formats = _no_formats
    padded: bool = False
    """The workbook shows some numbers with leading zeros."""
    hidden: bool = False
    names: tuple[str, ...] | None = None
    """The names of the columns, where the file itself keeps them apart from the rows: there is no header to find."""
    instants_without_zone: tuple[str, ...] = ()
    filled: bool = False
    """Some cells were merged downwards, and their value written into each of their rows."""

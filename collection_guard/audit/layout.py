"""Where the header of a table stands, and which of its columns holds which field of an event."""

from collections import defaultdict
from collections.abc import Mapping as AbstractMapping
from collections.abc import Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from collection_guard.audit.mapping import NO_HEADER, Mapping
from collection_guard.audit.taken import Assumption
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import Header, Headers, headers
from collection_guard.language.fields import EVENT_FIELDS, column_paths
from collection_guard.model.problems import Problem
from collection_guard.model.tables import Cell, Grid, cell_text, is_blank
from collection_guard.model.texts import nearest

_DEEPEST: Final = 30
"""Titles, filters and empty rows stand above a header; not more than this."""
_ENOUGH: Final = 2
"""One known word may stand in any sentence; two in one row are a header."""


@dataclass(frozen=True, slots=True)
class ColumnPlan:
    """One column: its place (from 0), its header, and what it holds."""

    index: int
    header: str
    path: str
    seconds: float = 1.0
    name: str | None = None
    """The key in ``extra``, for a column that is no field of the event."""


@dataclass(slots=True)
class Layout:
    """The columns of a table, and where its data begins."""

    columns: tuple[ColumnPlan, ...] = ()
    header_rows: tuple[int, ...] = ()
    """Rows of the header as a person counts them."""
    first: int = 0
    """Index of the first row below the header."""
    width: int = 0
    names: tuple[str, ...] = ()
    unmapped: tuple[str, ...] = ()
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)
    implied: dict[str, str] = field(default_factory=dict)
    assumptions: list[Assumption] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def row(self) -> int | None:
        """Return the row of the header, None where the columns have their names from elsewhere."""
        return self.header_rows[-1] if self.header_rows else None

    def paths(self) -> set[str]:
        """Return the paths that some column holds."""
        return {column.path for column in self.columns}


class HeaderFinder:
    """Finds and reads headers with the known words and those of a mapping file."""

    def __init__(self, mapping: Mapping, preset: AbstractMapping[str, str] = MappingProxyType({})) -> None:
        self._mapping = mapping
        self._preset = preset
        """Paths by folded header, as a preset gives them: they come before the known words."""
        self._known: Headers = headers()

    def score(self, cells: Sequence[Cell]) -> int:
        """Count the distinct fields that the cells of a row name; words that may mean one add to others alone."""
        found = {header.path for cell in cells if (header := self._find(cell)) is not None}
        if found:
            texts = (cell_text(cell) for cell in cells if isinstance(cell, str) and not is_blank(cell))
            found |= {path for text in texts if (path := self._known.generic(text)) is not None}
        return len(found)

    def _find(self, cell: Cell) -> Header | None:
        if not isinstance(cell, str) or is_blank(cell):
            return None
        return self._meaning(cell_text(cell))

    def _meaning(self, name: str) -> Header | None:
        told = self._mapping.path_of(name)
        if told is None and not self._mapping.ignores(name):
            told = self._preset.get(fold_word(name))
        if told is not None:
            known = self._known.find(name)
            return Header(told, known.seconds if known is not None and known.path == told else 1.0)
        return None if self._mapping.ignores(name) else self._known.find(name)

    def find(self, grid: Grid, file: str) -> Layout | None:
        """Return the layout of a table, or None if no row of it is a header."""
        if grid.names is not None:
            return self._named(grid, file, grid.names)
        if self._mapping.header_row == NO_HEADER:
            width = max((len(cells) for _, cells in grid.rows), default=0)
            return self._named(grid, file, [str(place + 1) for place in range(width)]) if width else None
        if self._mapping.header_row is not None:
            place = [index for index, (row, _) in enumerate(grid.rows) if row == self._mapping.header_row]
            return self._layout(grid, file, place[0], place[0]) if place else None
        head = grid.rows[:_DEEPEST]
        scores = [self.score(cells) for _, cells in head]
        best = max(range(len(head)), key=lambda index: (scores[index], -index), default=None)
        pair = self._best_pair(grid, scores)
        if pair is not None and (best is None or pair[1] > scores[best]):
            return self._layout(grid, file, pair[0], pair[0] + 1)
        if best is None or scores[best] < _ENOUGH:
            return None
        return self._layout(grid, file, best, best)

    def _best_pair(self, grid: Grid, scores: list[int]) -> tuple[int, int] | None:
        """Return the first of two rows that make one header together, and their score."""
        found: tuple[int, int] | None = None
        for index in range(len(scores) - 1):
            upper, lower = grid.rows[index][1], grid.rows[index + 1][1]
            # A header of two rows has a group above several columns; both its rows hold words alone.
            if not any(row == index for row, _, _ in grid.wide) and not _has_gap(upper, lower):
                continue
            if any(not isinstance(cell, str) and not is_blank(cell) for cell in (*upper, *lower)):
                continue
            score = self.score(self._joined(grid, index))
            if scores[index + 1] >= 1 and score >= _ENOUGH and (found is None or score > found[1]):
                found = (index, score)
        return found

    def _joined(self, grid: Grid, index: int) -> list[str]:
        """Return the names of the columns under a header of two rows."""
        upper, lower = list(grid.rows[index][1]), grid.rows[index + 1][1]
        for row, first, last in grid.wide:
            if row == index:
                for column in range(first + 1, min(last + 1, len(upper))):
                    upper[column] = upper[first]
        names = []
        for column in range(max(len(upper), len(lower))):
            group = cell_text(upper[column]) if column < len(upper) else ""
            name = cell_text(lower[column]) if column < len(lower) else ""
            both = group + name
            names.append(both if group != name and self._meaning(both) else name or group)
        return names

    def _named(self, grid: Grid, file: str, names: Sequence[str]) -> Layout:
        """Return the layout of a table whose columns have names of their own."""
        return self._planned(Layout(width=len(names), names=tuple(names)), grid, file)

    def _layout(self, grid: Grid, file: str, first: int, last: int) -> Layout:
        names = [cell_text(cell) for cell in grid.rows[first][1]] if first == last else self._joined(grid, first)
        layout = Layout(
            header_rows=tuple(grid.rows[index][0] for index in range(first, last + 1)),
            first=last + 1,
            width=len(names),
            names=tuple(names),
        )
        return self._planned(layout, grid, file)

    def _planned(self, layout: Layout, grid: Grid, file: str) -> Layout:
        """Say of each column what it holds."""
        names = layout.names
        generic = self._generic(names)
        columns: list[ColumnPlan] = []
        unmapped: list[str] = []
        by_field: dict[str, list[ColumnPlan]] = defaultdict(list)
        for index, name in enumerate(names):
            if not name or self._mapping.ignores(name):
                continue
            meaning = self._meaning(name)
            if meaning is None and name in generic:
                meaning = Header(generic[name])
                values: dict[str, object] = {"header": name, "path": meaning.path}
                layout.assumptions.append(Assumption("generic_header", values))
            if meaning is None:
                if name.casefold().startswith(EVENT_FIELDS):
                    # A pack reads such a column, if it has the name that the pack knows: it is not passed over.
                    values = {"name": name, "nearest": nearest(name.casefold(), column_paths())}
                    layout.problems.append(
                        Problem("unknown_field_column", file, sheet=grid.sheet, row=layout.row, values=values)
                    )
                candidates = self._known.candidates(name)
                if candidates:
                    layout.ambiguous[name] = candidates
                else:
                    unmapped.append(name)
                meaning = Header(f"extra.{name}")
            extra = meaning.path.removeprefix("extra.") if meaning.path.startswith("extra.") else None
            column = ColumnPlan(index, name, meaning.path, meaning.seconds, extra)
            columns.append(column)
            by_field[meaning.field].append(column)
        layout.columns, layout.unmapped = tuple(columns), tuple(unmapped)
        place = Problem("two_headers", file, sheet=grid.sheet, row=layout.row)
        for path, same in by_field.items():
            if len(same) > 1 and not self._may_share(path, same):
                values = {"path": path, "headers": ", ".join(item.header for item in same)}
                layout.problems.append(Problem(place.code, place.file, sheet=place.sheet, row=place.row, values=values))
        self._say_mapped(layout, names)
        self._imply(layout)
        return layout

    def _generic(self, names: Sequence[str]) -> dict[str, str]:
        """Return the headers that say little by themselves, and yet can mean one field alone in this table."""
        taken = {meaning.field for name in names if name and (meaning := self._meaning(name)) is not None}
        found: dict[str, list[str]] = defaultdict(list)
        for name in names:
            if name and self._meaning(name) is None and not self._mapping.ignores(name):
                path = self._known.generic(name)
                if path is not None and path not in taken:
                    found[path].append(name)
        return {same[0]: path for path, same in found.items() if len(same) == 1}

    def _say_mapped(self, layout: Layout, names: Sequence[str]) -> None:
        """Note what the mapping file settles, and what it might."""
        for column in layout.columns:
            if self._mapping.path_of(column.header) is not None:
                values: dict[str, object] = {"header": column.header, "path": column.path}
                layout.assumptions.append(Assumption("mapped", values))
        for header, paths in layout.ambiguous.items():
            layout.assumptions.append(Assumption("ambiguous_header", {"header": header, "paths": ", ".join(paths)}))
        ignored = [name for name in names if name and self._mapping.ignores(name)]
        if ignored:
            layout.assumptions.append(Assumption("ignored", {"headers": ", ".join(ignored)}))

    def _may_share(self, path: str, columns: list[ColumnPlan]) -> bool:
        """Allow several columns for what nobody judges, and where a mapping file names each of them."""
        if path.startswith("extra."):
            return True
        return all(self._mapping.path_of(column.header) is not None for column in columns)

    def _imply(self, layout: Layout) -> None:
        """Note what headers say of the direction and the channel where no column and no default does."""
        said: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for name in layout.names:
            for path, word in self._known.implied(name).items():
                said[path][word].append(name)
        taken = layout.paths() | set(self._mapping.defaults)
        for path, words in said.items():
            # Headers of calls and of messages side by side: the file holds both, and says nothing of one row.
            if path in taken or len(words) != 1:
                continue
            [(word, names)] = words.items()
            layout.implied[path] = word
            values: dict[str, object] = {"path": path, "word": word, "headers": ", ".join(names)}
            layout.assumptions.append(Assumption("implied_by_header", values))


def _has_gap(upper: Sequence[Cell], lower: Sequence[Cell]) -> bool:
    """Say whether the lower row fills columns that the upper one leaves empty."""
    blank = [is_blank(cell) for cell in upper]
    return any(empty and not is_blank(cell) for empty, cell in zip(blank, lower, strict=False))

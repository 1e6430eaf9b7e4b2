"""The columns of a table of unknown form: where its header stands, if it has one, and what each column may hold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from collection_guard.audit.layout import HeaderFinder
from collection_guard.audit.mapping import NO_HEADER, Mapping
from collection_guard.audit.presets.recognition import presets_of_grid, presets_of_objects
from collection_guard.audit.suggestion.columns import Guess, guesses_of
from collection_guard.audit.times import read_time
from collection_guard.audit.values import nearest_words
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import Cell, Grid, cell_text, is_blank, read_table_file

SURE: Final = 0.85
"""From here on a column is written out; below, the line is a comment until somebody confirms it."""
_SAMPLE: Final = 500
_SHOWN: Final = 3
_DEEPEST: Final = 10


@dataclass(frozen=True, slots=True)
class SuggestedColumn:
    """A column: its name in a mapping file, samples of it, and what it may hold."""

    name: str
    guesses: tuple[Guess, ...]
    samples: tuple[str, ...]
    unknown: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    """Words that no table knows, how often they stand there, and the nearest known ones."""

    @property
    def is_sure(self) -> bool:
        """Say whether one field stands out, on grounds that are strong."""
        return bool(self.guesses) and self.guesses[0].confidence >= SURE and not self.is_tied

    @property
    def is_tied(self) -> bool:
        """Say whether two fields are about as likely."""
        return len(self.guesses) > 1 and self.guesses[0].confidence - self.guesses[1].confidence < 0.15


@dataclass(slots=True)
class Suggested:
    """What a mapping file may say of a log."""

    file: str
    sheet: str | None = None
    sheets: tuple[str, ...] = ()
    """The sheets, where there are several that hold something."""
    header_row: int | None = None
    """Row 0: the table has none."""
    columns: list[SuggestedColumn] = field(default_factory=list)
    preset: str | None = None
    rivals: dict[str, list[str]] = field(default_factory=dict)
    """Columns that may hold the same field, by the field: none of them is written out."""
    is_naive: bool = False
    """Its times have no zone."""

    def paths(self) -> set[str]:
        """Return the fields of the columns that are written out."""
        return {item.guesses[0].path for item in self.columns if self.writes_out(item)}

    def writes_out(self, column: SuggestedColumn) -> bool:
        """Say whether a column is written out, and is no comment."""
        return column.is_sure and column.guesses[0].path not in self.rivals


def suggest(path: Path, *, encoding: str | None = None, sheet: str | None = None) -> Suggested:
    """Look at a log of unknown form; raise LogError where there is nothing to map."""
    finder = HeaderFinder(Mapping())
    found = read_table_file(path, encoding=encoding, score=finder.score, knows=tables().knows, names_apart=True)
    if isinstance(found, Problem):
        raise LogError([found])
    if found.objects is not None:
        fitting = presets_of_objects(found.objects)
        if len(fitting) != 1:
            raise LogError([Problem("map_of_objects", found.path)])
        return Suggested(found.path, preset=fitting[0].name)
    full = [grid for grid in found.grids if any(not is_blank(cell) for _, cells in grid.rows for cell in cells)]
    names = tuple(grid.sheet for grid in full if grid.sheet is not None)
    if sheet is not None:
        full = [grid for grid in full if grid.sheet == sheet]
    if not full:
        values: dict[str, object] = {"sheet": sheet or "", "sheets": ", ".join(names)}
        raise LogError([Problem("sheet_missing" if sheet is not None else "file_empty", found.path, values=values)])
    # The sheet with most rows is the log; notes and summaries stand beside it.
    grid = max(full, key=lambda item: len(item.rows))
    fitting = presets_of_grid(grid)
    result = Suggested(found.path, grid.sheet, names if len(names) > 1 else ())
    if len(fitting) == 1:
        result.preset = fitting[0].name
        return result
    _columns(grid, found.path, finder, result)
    _settle(result)
    return result


def _columns(grid: Grid, file: str, finder: HeaderFinder, result: Suggested) -> None:
    layout = finder.find(grid, file)
    if layout is not None:
        names, rows = list(layout.names), grid.rows[layout.first :]
    else:
        head = _head(grid)
        if head is None:
            result.header_row = NO_HEADER
            names = [str(place + 1) for place in range(max(len(cells) for _, cells in grid.rows))]
            rows = grid.rows
        else:
            result.header_row = grid.rows[head][0]
            names, rows = [cell_text(cell) for cell in grid.rows[head][1]], grid.rows[head + 1 :]
    headed = result.header_row != NO_HEADER
    sample = [cells for _, cells in rows if any(not is_blank(cell) for cell in cells)][:_SAMPLE]
    seen: set[str] = set()
    for place, name in enumerate(names):
        if name and fold_word(name) not in seen:
            seen.add(fold_word(name))
            cells = [cells[place] for cells in sample if place < len(cells) and not is_blank(cells[place])]
            result.columns.append(_column(name, guesses_of(name if headed else None, cells), cells))
            result.is_naive |= _is_naive(result.columns[-1], cells)


def _head(grid: Grid) -> int | None:
    """Return the first row of words alone whose columns hold something else below, None if there is none."""
    for place, (_, cells) in enumerate(grid.rows[:_DEEPEST]):
        texts = [cell_text(cell) for cell in cells]
        filled = [text for text in texts if text]
        if len(filled) < 2 or len(set(filled)) < len(filled) or any(map(_is_figure, filled)):
            continue
        # 电话 may be the name of a column, and a channel: what stands below tells.
        if not any(map(tables().knows, filled)) or _figures_below(grid, place):
            return place
    return None


def _is_figure(text: str) -> bool:
    """Say whether a text is a number or a time, and no name of a column."""
    digits = sum(letter.isdigit() for letter in text)
    return digits * 2 > len(text) or read_time(text) is not None


def _figures_below(grid: Grid, place: int) -> bool:
    """Say whether in some column under a row of words all that follows are numbers or times."""
    below = [cells for _, cells in grid.rows[place + 1 : place + 1 + _DEEPEST]]
    for column, cell in enumerate(grid.rows[place][1]):
        texts = [cell_text(cells[column]) for cells in below if column < len(cells) and not is_blank(cells[column])]
        if texts and not is_blank(cell) and all(map(_is_figure, texts)):
            return True
    return False


def _column(name: str, guesses: tuple[Guess, ...], cells: Sequence[Cell]) -> SuggestedColumn:
    texts = Counter(cell_text(cell) for cell in cells)
    path = guesses[0].path if guesses else ""
    unknown: list[tuple[str, int, tuple[str, ...]]] = []
    if path in tables().by_path and not (guesses and "relations" in guesses[0].grounds):
        table = tables().by_path[path]
        unknown = [
            (text, count, nearest_words(path, text))
            for text, count in sorted(texts.items(), key=lambda item: (-item[1], item[0]))
            if table.meaning(text) is None and text.casefold() not in tables().blank
        ]
    return SuggestedColumn(name, guesses, tuple(text for text, _ in texts.most_common(_SHOWN)), tuple(unknown[:20]))


def _is_naive(column: SuggestedColumn, cells: Sequence[Cell]) -> bool:
    if not column.guesses or column.guesses[0].path not in ("started_at", "ended_at", "recorded_at"):
        return False
    readings = (read_time(cell) for cell in cells)
    return any(reading is not None and getattr(reading.value, "tzinfo", None) is None for reading in readings)


def _settle(result: Suggested) -> None:
    """Note the fields that several columns may hold: which of them it is, a person has to say."""
    by_path: dict[str, list[SuggestedColumn]] = {}
    for column in result.columns:
        if column.is_sure:
            by_path.setdefault(_field(column.guesses[0].path), []).append(column)
    for columns in by_path.values():
        path = columns[0].guesses[0].path
        if len(columns) > 1 and not path.startswith("extra."):
            for column in columns:
                result.rivals.setdefault(column.guesses[0].path, []).extend(item.name for item in columns)


def _field(path: str) -> str:
    return "recipient.number" if path == "callee" else path

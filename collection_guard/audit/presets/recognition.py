"""Which preset a table or a list of JSON objects is read by: told by their shape where that allows one answer."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from collection_guard.audit.presets.loading import presets
from collection_guard.audit.presets.schema import Preset, RowForm
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.model.tables import Cell, Grid, JsonRow, cell_text, is_blank

_SAMPLE: Final = 200
"""Rows by which a table is recognised."""
_ENOUGH: Final = 0.8
"""The share of them that has to fit: a log may hold rows that are cut off, or of another version."""
_DEEPEST: Final = 30
"""A header stands in the first rows or nowhere."""

Names = tuple[str, ...]


def presets_of_grid(grid: Grid) -> tuple[Preset, ...]:
    """Return the presets that a table fits."""
    rows = sample_of(grid)
    return tuple(
        preset
        for preset in presets().values()
        if header_row(preset, grid) is not None or _share(preset, rows) >= _ENOUGH
    )


def presets_of_objects(objects: Sequence[JsonRow]) -> tuple[Preset, ...]:
    """Return the presets that JSON objects fit."""
    return tuple(preset for preset in presets().values() if fits_objects(preset, objects))


def fits_objects(preset: Preset, objects: Sequence[JsonRow]) -> bool:
    """Say whether most of some JSON objects have the keys of a preset."""
    form = preset.objects
    if form is None:
        return False
    sample = [item.data for item in opened(preset, objects[:_SAMPLE])][:_SAMPLE]
    fitting = sum(all(key in data for key in form.required) for data in sample)
    return bool(sample) and fitting >= _ENOUGH * len(sample)


def opened(preset: Preset, objects: Sequence[JsonRow]) -> list[JsonRow]:
    """Return the objects of pages, where a preset names the list that holds them; else the objects themselves."""
    within = preset.objects.within if preset.objects is not None else None
    pages = [item.data.get(within) for item in objects] if within is not None else []
    if within is None or not any(isinstance(page, list) for page in pages):
        return list(objects)
    found: list[JsonRow] = []
    for item, page in zip(objects, pages, strict=True):
        inside = [data for data in page if isinstance(data, dict)] if isinstance(page, list) else [item.data]
        found += [JsonRow(len(found) + number, data) for number, data in enumerate(inside, 1)]
    return found


def sample_of(grid: Grid) -> Sequence[Sequence[Cell]]:
    """Return the rows by which a table is recognised."""
    return [cells for _, cells in grid.rows if any(not is_blank(cell) for cell in cells)][:_SAMPLE]


def header_row(preset: Preset, grid: Grid) -> int | None:
    """Return the index of the row that is the header of a preset, if there is one."""
    if preset.header is None:
        return None
    required = [_folded(preset, name) for name in preset.header.required]
    for index, (_, cells) in enumerate(grid.rows[:_DEEPEST]):
        words = {fold_word(cell_text(cell)) for cell in cells if isinstance(cell, str)}
        if all(words & names for names in required):
            return index
    return None


def _folded(preset: Preset, name: str) -> set[str]:
    return {fold_word(word) for word in (name, *preset.column(name).also)}


def widths_of(preset: Preset, rows: Iterable[Sequence[Cell]]) -> dict[int, Names]:
    """Return the columns of a table without a header, for each number of cells that its rows may have.

    Two orders of the same width are told apart by the shapes of the cells.
    """
    by_width: dict[int, list[Sequence[Cell]]] = {}
    for cells in rows:
        by_width.setdefault(len(cells), []).append(cells)
    found: dict[int, Names] = {}
    for width in {len(names) for form in preset.rows for names in _orders(form)}:
        orders = [names for form in preset.rows for names in _orders(form) if len(names) == width]
        sample = by_width.get(width, [])[:_SAMPLE]

        def rank(names: Names, sample: list[Sequence[Cell]] = sample) -> tuple[int, int]:
            shaped = sum(preset.column(name).shape is not None for name in names)
            return sum(_fits(preset, names, cells) for cells in sample), shaped

        found[width] = max(orders, key=rank)
    return found


def _orders(form: RowForm) -> list[Names]:
    return [(*form.columns, *tail) for tail in form.tails]


def _share(preset: Preset, rows: Sequence[Sequence[Cell]]) -> float:
    """Return the share of some rows that have the columns and the shapes of a preset."""
    if not preset.rows or not rows:
        return 0.0
    widths = widths_of(preset, rows)
    return sum(_fits(preset, widths[len(cells)], cells) for cells in rows if len(cells) in widths) / len(rows)


def _fits(preset: Preset, names: Names, cells: Sequence[Cell]) -> bool:
    for name, cell in zip(names, cells, strict=True):
        column = preset.column(name)
        if column.shape is None:
            continue
        text = cell_text(cell)
        if text and preset.shapes[column.shape].fullmatch(text) is None:
            return False
        if not text and column.path == "started_at":
            return False
    return True


def reads_most_times(preset: Preset, grid: Grid) -> bool:
    """Say whether most rows hold a time where a preset has it: enough where the preset was named."""
    rows = sample_of(grid)
    widths = widths_of(preset, rows)
    timed = sum(_has_time(preset, widths[len(cells)], cells) for cells in rows if len(cells) in widths)
    return 2 * timed > len(rows)


def _has_time(preset: Preset, names: Names, cells: Sequence[Cell]) -> bool:
    column = preset.column(names[time_place(preset, names)])
    shape = preset.shapes.get(column.shape or "")
    text = cell_text(cells[time_place(preset, names)])
    return shape is not None and shape.fullmatch(text) is not None


def time_place(preset: Preset, names: Names) -> int:
    """Return where in a row the time of the contact stands, from 0."""
    return next(place for place, name in enumerate(names) if preset.column(name).path == "started_at")


def widths_in_words(preset: Preset) -> str:
    """Return the numbers of columns that a preset allows, for a message."""
    return ", ".join(str(width) for width in sorted({len(names) for form in preset.rows for names in _orders(form)}))


def time_places(preset: Preset) -> str:
    """Return the columns in which a preset may have the time, from 1, for a message."""
    places = {time_place(preset, names) + 1 for form in preset.rows for names in _orders(form)}
    return ", ".join(map(str, sorted(places)))


def widths_seen(grid: Grid) -> str:
    """Return the numbers of cells that rows of a table have, the most frequent first."""
    return ", ".join(str(width) for width, _ in Counter(len(cells) for cells in sample_of(grid)).most_common(5))


def value_at(data: Any, key: str) -> Any:
    """Return what stands at a dotted key of a JSON object, such as ``callflow.0.times.created_time``; else None."""
    for part in key.split("."):
        if isinstance(data, dict):
            data = data.get(part)
        elif isinstance(data, list) and part.isdigit() and int(part) < len(data):
            data = data[int(part)]
        else:
            return None
    return data

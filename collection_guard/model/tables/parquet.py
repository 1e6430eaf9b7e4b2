"""Parquet files, by Polars: flat tables under the names of their columns, and nested records as JSON has them.

Polars comes with the extra ``large``; without it, a Parquet file is a problem that says so.
"""

import importlib
import json
import math
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any, Final

from collection_guard.model.problems import Problem
from collection_guard.model.tables.cells import Cell
from collection_guard.model.tables.grids import BrokenRow, Grid, JsonRow
from collection_guard.model.tables.parquet_footer import int96_columns

RecordShape = Mapping[str, Collection[str]]
"""The fields of a record, and the parts of those that are structures: by it nested columns are known."""

_FIRST: Final = datetime(1, 1, 2)  # noqa: DTZ001 - compared with columns that have no zone
_LAST: Final = datetime(9999, 12, 30)  # noqa: DTZ001 - as above


@dataclass(slots=True)
class Objects:
    """The records of a Parquet file that holds such."""

    rows: list[JsonRow] = field(default_factory=list)
    broken: list[BrokenRow] = field(default_factory=list)
    instants_without_zone: tuple[str, ...] = ()


def read_parquet(data: bytes, file: str, record: RecordShape) -> Grid | Objects | Problem:
    """Return the rows of a Parquet file, numbered from 1: as records if its columns are those, else as a table."""
    try:
        polars: Any = importlib.import_module("polars")
    except ImportError:
        return Problem("parquet_needs_extra", file)
    try:
        frame = _in_range(polars, polars.read_parquet(BytesIO(data)))
        return _taken(frame, int96_columns(data), record)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # noqa: BLE001 -- a broken file makes the reader's Rust code panic, which Python sees as a BaseException
        return Problem("parquet_broken", file, values={"cause": str(error).splitlines()[0] if str(error) else ""})


def _in_range(polars: Any, frame: Any) -> Any:
    """Write out times beyond the calendar of Python as text, so that each costs its own row alone."""
    for name, kind in frame.schema.items():
        # Nanoseconds do not reach beyond the calendar; of them the bounds have no form.
        if isinstance(kind, polars.Datetime) and kind.time_unit != "ns" and frame.height:
            column = frame[name].dt.replace_time_zone(None)
            if not column.drop_nulls().is_between(_FIRST, _LAST).all():
                frame = frame.with_columns(frame[name].cast(polars.String))
    return frame


def _taken(frame: Any, instants: set[str], record: RecordShape) -> Grid | Objects:
    schema: dict[str, Any] = dict(frame.schema.items())
    rows = enumerate(frame.iter_rows(), 1)
    if _holds(schema, record):
        found = Objects(instants_without_zone=tuple(sorted(instants)))
        for number, cells in rows:
            try:
                values = [_value(cell, name, instants) for name, cell in zip(schema, cells, strict=True)]
            except UnicodeDecodeError:
                found.broken.append(BrokenRow(number, "row_bad_character"))
            else:
                found.rows.append(JsonRow(number, dict(zip(schema, values, strict=True))))
        return found
    names = list(_names(schema))
    grid = Grid(None, [], names=tuple(names), instants_without_zone=tuple(sorted(instants)))
    for number, cells in rows:
        try:
            grid.rows.append((number, list(_cells(zip(schema.items(), cells, strict=True), instants))))
        except UnicodeDecodeError:
            grid.broken.append(BrokenRow(number, "row_bad_character"))
    return grid


def _fields(kind: Any) -> dict[str, Any]:
    """Return the parts of a structure by name, none for any other type."""
    return {part.name: part.dtype for part in kind.fields} if hasattr(kind, "fields") else {}


def _holds(schema: dict[str, Any], record: RecordShape) -> bool:
    """Say whether the columns are the fields of a record, some of them nested, and nothing beside them."""
    nested = any(_fields(kind) or _fields(getattr(kind, "inner", None)) for kind in schema.values())
    return nested and all(
        name in record and set(_fields(kind)) <= set(record[name] or _fields(kind)) for name, kind in schema.items()
    )


def _names(schema: dict[str, Any], above: str = "") -> Iterator[str]:
    for name, kind in schema.items():
        parts = _fields(kind)
        if parts:
            yield from _names(parts, f"{above}{name}.")
        else:
            yield above + name


def _cells(columns: Iterable[tuple[tuple[str, Any], Any]], instants: set[str], above: str = "") -> Iterator[Cell]:
    """Yield the cells of a row of a table, each part of a structure in a column of its own."""
    for (name, kind), cell in columns:
        path, parts = above + name, _fields(kind)
        if parts:
            inner = cell or dict.fromkeys(parts)
            yield from _cells(((item, inner[item[0]]) for item in parts.items()), instants, f"{path}.")
        else:
            yield _flat(_value(cell, path, instants))


def _flat(value: Any) -> Cell:
    """Write a list or a mapping into one cell, as a table has them."""
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return "|".join(value)
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    cell: Cell = value
    return cell


def _value(value: Any, path: str, instants: set[str]) -> Any:
    """Return a value as the other readers have it; raise UnicodeDecodeError for bytes that are no text."""
    make = _KINDS.get(type(value))
    if make is not None:
        return make(value)
    match value:
        case datetime():
            if path in instants and value.tzinfo is None:
                return value.replace(tzinfo=UTC)
            # The zone of a column says how it is shown; the instant is what counts.
            return value if value.tzinfo is None else value.astimezone(UTC)
        case dict():
            return {name: _value(inner, f"{path}.{name}", instants) for name, inner in value.items()}
        case list():
            return [_value(inner, path, instants) for inner in value]
        case None | str() | bool() | int() | date() | time() | timedelta():
            return value
        case _:
            return str(value)


def _number(value: float) -> float | None:
    """Return a number; what is not a number stands for nothing."""
    return None if math.isnan(value) else value


def _decimal(value: Decimal) -> int | float:
    """Return a decimal number without loss if it is a whole one, as identifiers are."""
    return int(value) if value == value.to_integral_value() else float(value)


_KINDS: Final[dict[type, Callable[[Any], Any]]] = {
    float: _number,
    Decimal: _decimal,
    bytes: lambda value: value.decode("utf-8"),
}

"""Tables of contacts brought into the canonical form, and what in them is no contact.

A table fits if its columns are the fields of the event, flat under their paths or nested as in JSON, and its words are
those of the event. Everything else is for the readers of logs, which know other headers and words.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import polars as pl
from pydantic import ValidationError

from collection_guard.engines.columnar.faults import Faults, shown
from collection_guard.engines.columnar.tables import JSON, PAST, REQUIRED, SCHEMA, WITHIN
from collection_guard.model.event import MOST_SECONDS, YEARS, Event
from collection_guard.model.problems import Problem
from collection_guard.model.texts import nearest
from collection_guard.model.words import CALL_CHANNELS, UNKNOWN

_GROUPS: Final = {path.partition(".")[0] for path in SCHEMA if "." in path}
_IGNORED: Final = ("extra", "fields")
_CHECKED: Final = tuple(
    path
    for path in SCHEMA
    if path in JSON | {WITHIN}
    or path in {"channel", "direction", "collector.kind"}
    or path.startswith("outcome.")
    or path in {"recipient.timezone", "recipient.relationship", "recipient.audience"}
)
"""Columns whose every distinct value is checked as the event model does; what is left is any text, or checked whole."""
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Canonical:
    """A table in its canonical form, without calls that a gate stopped, which are counted."""

    frame: pl.DataFrame
    blocked: int
    problems: list[Problem]
    rows: pl.Series | None = None
    """The numbers of its rows in the file, where they have any."""


def problems_of_columns(schema: pl.Schema, file: str | None) -> list[Problem]:
    """Return what keeps the columns of a table from being those of contacts."""
    found = []
    given = set(_paths(schema))
    for path in sorted(given):
        if path not in SCHEMA and path.partition(".")[0] not in _IGNORED and not _is_signals(path):
            values: dict[str, object] = {"column": path, "nearest": nearest(path, SCHEMA)}
            found.append(Problem("table_column_unknown", file, values=values))
    found += [Problem("table_column_missing", file, values={"column": path}) for path in REQUIRED if path not in given]
    return found


def _is_signals(path: str) -> bool:
    return path.startswith("signals.")


def _paths(schema: pl.Schema) -> Iterator[str]:
    for name, kind in schema.items():
        if name in _GROUPS and isinstance(kind, pl.Struct):
            yield from (f"{name}.{part.name}" for part in kind.fields)
        else:
            yield name


def canonical(frame: pl.DataFrame, file: str | None = None, numbers: pl.Series | None = None) -> Canonical:
    """Return a table in its canonical form, and every problem of it: where it is, and how many rows have it.

    ``numbers`` are those of the rows in the file, where they have any. What cannot be read is missing in the table.
    """
    faults = Faults(file, numbers)
    faults.found += problems_of_columns(frame.schema, file)
    given = set(_paths(frame.schema))
    frame = _apart(frame)
    made: list[pl.Series] = []
    for path, kind in SCHEMA.items():
        source = _source(frame, path)
        try:
            series = _converted(source, path, kind)
        except (pl.exceptions.PolarsError, ValueError) as error:
            faults.note_column("table_column_type", column=path, cause=str(error).splitlines()[0][:_SHOWN])
            series = pl.Series(path, [None] * frame.height, dtype=kind)
        else:
            empty = _is_empty(source) if path in REQUIRED else source.is_null()
            if path in REQUIRED and path in given:
                faults.note("table_value_missing", empty, column=path)
            lost = series.is_null() & ~empty
            if lost.any():
                faults.note("table_unread", lost, column=path, example=shown(path, source.filter(lost)[0]))
        made.append(series.alias(path))
    table = pl.DataFrame(made)
    _check_values(table, faults)
    blocked = table["channel"].is_in(list(CALL_CHANNELS)) & (table["outcome.network"] == "blocked")
    left = ~blocked.fill_null(value=False)
    rows = None if numbers is None else numbers.filter(left)
    return Canonical(table.filter(left), int((~left).sum()), faults.found, rows)


def _is_empty(given: pl.Series) -> pl.Series:
    empty = given.is_null()
    return empty | (given == "").fill_null(value=False) if given.dtype == pl.String else empty


def _apart(frame: pl.DataFrame) -> pl.DataFrame:
    """Put spans among the instants at which contacts were recorded into a column of their own."""
    if frame.schema.get("recorded_at") != pl.String or WITHIN in frame.columns:
        return frame
    recorded = pl.col("recorded_at")
    span = recorded.str.contains("/", literal=True) | (recorded == UNKNOWN)
    return frame.with_columns(
        pl.when(span).then(None).otherwise(recorded).alias("recorded_at"),
        pl.when(span).then(recorded).otherwise(None).alias(WITHIN),
    )


def flagged(frame: pl.DataFrame, *, past: bool, since: datetime | None) -> pl.DataFrame:
    """Return contacts with the flag of history: of the past, or known before an instant."""
    since_when = pl.col(WITHIN).str.split("/").list.first()
    since_when = since_when.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
    known = pl.coalesce("recorded_at", since_when, "started_at")
    old = pl.lit(value=True) if past else known < since if since is not None else pl.lit(value=False)
    return frame.with_columns(old.alias(PAST))


def _source(frame: pl.DataFrame, path: str) -> pl.Series:
    group, dot, part = path.partition(".")
    if path in frame.columns:
        return frame[path]
    if dot and isinstance(frame.schema.get(group), pl.Struct) and part in frame[group].struct.fields:
        return frame[group].struct.field(part)
    return pl.Series(path, [None] * frame.height, dtype=SCHEMA[path])


def _converted(given: pl.Series, path: str, kind: Any) -> pl.Series:
    if given.dtype == kind:
        return given
    if given.dtype == pl.Null:
        return given.cast(kind)
    if path in JSON:
        return _as_json(given)
    if isinstance(kind, pl.Datetime):
        return _as_instants(given)
    if kind == pl.String and (given.dtype.is_float() or given.dtype.is_nested()):
        raise ValueError(str(given.dtype))  # identifiers that are fractions have lost digits
    if given.dtype == pl.String and kind == pl.Boolean:
        return given.replace_strict({"true": True, "false": False}, default=None, return_dtype=pl.Boolean)
    if given.dtype == pl.String and kind == pl.Float64:
        return given.cast(kind, strict=False)
    if kind != pl.String and not (kind == pl.Float64 and given.dtype.is_numeric()):
        raise ValueError(str(given.dtype))
    return given.cast(kind)


def _as_json(given: pl.Series) -> pl.Series:
    if not given.dtype.is_nested():
        raise ValueError(str(given.dtype))
    # A struct of one field is written as {"v":...}; what it holds is what is wanted.
    wrapped = pl.DataFrame({"v": given}).to_struct("v").struct.json_encode()
    text = wrapped.str.strip_prefix('{"v":').str.head(-1)
    return (
        pl.DataFrame({"text": text, "is": given.is_not_null()})
        .select(pl.when("is").then("text").otherwise(None))
        .to_series()
        .map_elements(_of_map, pl.String)
        if _is_map(given.dtype)
        else _where(text, given)
    )


def _where(text: pl.Series, given: pl.Series) -> pl.Series:
    return (
        pl.DataFrame({"text": text, "is": given.is_not_null()})
        .select(pl.when("is").then("text").otherwise(None))
        .to_series()
    )


def _is_map(kind: Any) -> bool:
    """Say whether a type is what a map of Arrow comes as."""
    inner = getattr(kind, "inner", None)
    return isinstance(inner, pl.Struct) and [part.name for part in inner.fields] == ["key", "value"]


def _of_map(text: str) -> str:
    return json.dumps({pair["key"]: pair["value"] for pair in json.loads(text)}, ensure_ascii=False)


def _as_instants(given: pl.Series) -> pl.Series:
    match given.dtype:
        case pl.String():
            return given.str.to_datetime("%+", time_unit="us", time_zone="UTC", strict=False)
        case pl.Datetime() if given.dtype.time_zone is not None:
            return given.dt.convert_time_zone("UTC").cast(pl.Datetime("us", "UTC"))
        case kind:
            raise ValueError(str(kind))


def _check_values(table: pl.DataFrame, faults: Faults) -> None:
    """Note what no event may hold: words that are none, times and lengths that are none."""
    talk = table["talk_seconds"]
    outside = [("talk_seconds", (talk < 0) | (talk > MOST_SECONDS) | ~talk.is_finite())]
    times = ("started_at", "ended_at", "recorded_at")
    outside += [(path, ~table[path].dt.year().is_between(*YEARS)) for path in times]
    for path, bad in outside:
        found = bad.fill_null(value=False)
        if found.any():
            faults.note("table_unread", found, column=path, example=shown(path, table[path].filter(found)[0]))
    for path in _CHECKED:
        column = table[path]
        wrong = [value for value in column.drop_nulls().unique().to_list() if not _is_one(path, value)]
        if wrong:
            faults.note_each("table_value", column, wrong, column=path)


def _is_one(path: str, value: Any) -> bool:
    """Say whether the event model takes a value."""
    path = "recorded_at" if path == WITHIN else path
    group, dot, part = path.partition(".")
    try:
        read = json.loads(value) if path in JSON else value
        record = {"event_id": "-", "case_id": "-", "channel": "call", "started_at": "2025-01-01T00:00:00Z"}
        Event.model_validate(record | ({group: {part: read}} if dot else {path: read}))
    except (ValidationError, ValueError):
        return False
    return True

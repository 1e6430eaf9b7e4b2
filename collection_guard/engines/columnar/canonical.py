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


def canonical(frame: pl.DataFrame, file: str | None = None) -> Canonical:
    """Return a table in its canonical form, and every problem of it: a column, a value, how often it stands there."""
    problems = problems_of_columns(frame.schema, file)
    if problems:
        return Canonical(pl.DataFrame(schema=dict(SCHEMA)), 0, problems)
    frame = _apart(frame)
    made: list[pl.Series] = []
    for path, kind in SCHEMA.items():
        given = _source(frame, path)
        try:
            series = _converted(given, path, kind)
        except (pl.exceptions.PolarsError, ValueError) as error:
            values: dict[str, object] = {"column": path, "cause": str(error).splitlines()[0][:_SHOWN]}
            problems.append(Problem("table_column_type", file, values=values))
            continue
        made.append(series.alias(path))
        problems += _unread(given, series, path, file)
    if problems:
        return Canonical(pl.DataFrame(schema=dict(SCHEMA)), 0, problems)
    table = pl.DataFrame(made)
    problems += _faults(table, file)
    blocked = table["channel"].is_in(list(CALL_CHANNELS)) & (table["outcome.network"] == "blocked").fill_null(
        value=False
    )
    return Canonical(table.filter(~blocked), int(blocked.sum()), problems)


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


def _unread(given: pl.Series, made: pl.Series, path: str, file: str | None) -> Iterator[Problem]:
    lost = given.is_not_null() & made.is_null()
    if lost.any():
        yield _value_problem(path, given.filter(lost)[0], int(lost.sum()), file)


def _value_problem(path: str, value: object, count: int, file: str | None) -> Problem:
    values: dict[str, object] = {"column": path, "value": str(value)[:_SHOWN], "count": count}
    return Problem("table_value", file, values=values)


def _faults(table: pl.DataFrame, file: str | None) -> Iterator[Problem]:
    """Yield what no event may hold: nothing where something is required, words that are none, times that are none."""
    for path in REQUIRED:
        missing = table[path].is_null()
        if table.schema[path] == pl.String:
            missing |= (table[path] == "").fill_null(value=False)
        if missing.any():
            yield Problem("table_value_missing", file, values={"column": path, "count": int(missing.sum())})
    talk = table["talk_seconds"]
    outside = [("talk_seconds", (talk < 0) | (talk > MOST_SECONDS) | ~talk.is_finite())]
    times = ("started_at", "ended_at", "recorded_at")
    outside += [(path, ~table[path].dt.year().is_between(*YEARS)) for path in times]
    for path, bad in outside:
        found = bad.fill_null(value=False)
        if found.any():
            yield _value_problem(path, table[path].filter(found)[0], int(found.sum()), file)
    for path in _CHECKED:
        for value, count in table[path].drop_nulls().value_counts().iter_rows():
            if not _is_one(path, value):
                yield _value_problem(path, value, count, file)


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

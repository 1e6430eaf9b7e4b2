"""The columnar engine inside Spark: a table of any source that Spark reads, one shuffle for each key of history.

Contacts travel as Arrow tables. Each partition is judged by the very code that judges a log on one machine: for each
key by which measures collect contacts, the contacts of a key are brought together once, and their measures become
columns; the last time they are brought together by case, and decided. Nothing loads this module without PySpark.
"""

import pickle
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

import polars as pl
import pyarrow as pa
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812  # as all of Spark's own examples name it
from pyspark.sql import types as st
from pyspark.storagelevel import StorageLevel

from collection_guard.engines.columnar.canonical import canonical, flagged
from collection_guard.engines.columnar.faults import LISTED, counted
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.output import table_of
from collection_guard.engines.columnar.passes import (
    GUEST,
    MAY_VISIT,
    PartitionKey,
    judged_by_case,
    key_column,
    steps_of,
    with_borrowers,
    with_measures,
)
from collection_guard.engines.columnar.scan import Scan, scan_of
from collection_guard.engines.columnar.tables import PAST, SCHEMA
from collection_guard.model.addresses import place_of
from collection_guard.model.cycles import no_search_for_cycles
from collection_guard.model.problems import LogError, Problem

CONTACTS_EACH: Final = 100_000
"""Contacts that are judged together, about; the contacts of one case are never parted."""
_KEY: Final = "key"
_BUCKET: Final = "bucket"
_COUNTS: Final = "counts"
_FILE: Final = "/file"
"""The column of the file that a row comes from, under a name that no field has."""
_DOT: Final = "/"
"""Stands for the dots of paths in Spark, where a dot in a name leads into a structure."""
_PATHS: Final = {path.replace(".", _DOT): path for path in SCHEMA}
Finish = Callable[[pl.DataFrame, Matter, Scan], tuple[pl.DataFrame | None, bytes]]
"""Makes of the contacts of whole cases their verdicts as a table, and anything that is counted in them."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The verdicts on a table, and what was counted in each partition. They are kept on disk until freed."""

    scan: Scan
    verdicts: DataFrame
    counts: list[bytes]
    kept: DataFrame

    def free(self) -> None:
        """Let Spark forget the verdicts."""
        self.kept.unpersist()


def verdicts(
    contacts: DataFrame, matter: Matter, wanted: frozenset[str] | None, *, together: int = CONTACTS_EACH
) -> DataFrame:
    """Return the verdicts of the kinds wanted on all contacts, None for a table of all, in the order of the log.

    About so many contacts are judged ``together``. Raises LogError with every problem of the table.
    """
    return judged(contacts, matter, _Plain(wanted), together=together).verdicts


@dataclass(frozen=True, slots=True)
class _Plain:
    """Writes verdicts, and counts nothing."""

    wanted: frozenset[str] | None

    def __call__(self, frame: pl.DataFrame, matter: Matter, _scan: Scan) -> tuple[pl.DataFrame, bytes]:
        table = table_of(judged_by_case(frame, matter.compiled, matter.world), self.wanted)
        return table.join(frame.select("event_id", "started_at"), on="event_id", maintain_order="left"), b""


def judged(
    contacts: DataFrame,
    matter: Matter,
    finish: Finish,
    *,
    past: DataFrame | None = None,
    since: datetime | None = None,
    together: int = CONTACTS_EACH,
) -> Judged:
    """Judge all contacts of a table, those of ``past`` and what was known before ``since`` being their history.

    Raises LogError with every problem of the table.
    """
    log, scan = _scanned(contacts, past, since)
    matter = replace(matter, earliest=scan.earliest)
    shared = contacts.sparkSession.sparkContext.broadcast(matter)
    buckets = max(1, -(-(scan.judged + scan.past) // together))
    steps = steps_of(matter.compiled)
    if scan.nameless and "borrower" in steps:
        log = _by_key(log, "case", buckets, shared).applyInArrow(_function(_Borrowers(shared)), log.schema)
    for key, found in steps.items():
        names = [name for step in found for name in (step.low, step.high)]
        schema = st.StructType([*log.schema.fields, *(st.StructField(name, st.DoubleType()) for name in names)])
        log = _by_key(log, key, buckets, shared).applyInArrow(_function(_Measures(shared, key, _arrow(schema))), schema)
    outcome = _outcome_schema(finish, matter, scan)
    concluded = _Concluded(shared, finish, scan, _arrow(outcome))
    kept = (
        _by_key(log, "case", buckets, shared)
        .applyInArrow(_function(concluded), outcome)
        .persist(StorageLevel.DISK_ONLY)
    )
    counts = [row[_COUNTS] for row in kept.filter(F.col(_COUNTS).isNotNull()).select(_COUNTS).collect()]
    order = [name for name in ("started_at", "event_id", "rule") if name in outcome.fieldNames()]
    found_verdicts = kept.filter(F.col(_COUNTS).isNull()).drop(_COUNTS).sort(*order).drop("started_at")
    return Judged(scan, found_verdicts, counts, kept)


def _scanned(contacts: DataFrame, past: DataFrame | None, since: datetime | None) -> tuple[DataFrame, Scan]:
    """Return the table in its canonical form, history flagged, and what there is to know of it."""
    scan = Scan()
    parts, sums = [], []
    schema = st.StructType(
        [
            *(st.StructField(name.replace(".", _DOT), _type(kind)) for name, kind in SCHEMA.items()),
            st.StructField(PAST, st.BooleanType()),
        ]
    )
    given = [(contacts, False)] + ([(past, True)] if past is not None else [])
    for table, old in given:
        frame = table.toDF(*(name.replace(".", _DOT) for name in table.columns))
        place = place_of(table.inputFiles())
        parts.append(frame.mapInArrow(_Read(old, since, _arrow(schema)), schema))
        look = _Look(old, since, place)
        named = frame.withColumn(_FILE, F.input_file_name())
        sums.append(named.mapInArrow(look, st.StructType([st.StructField("scan", st.BinaryType())])))
        # A table without rows has no batches, but columns.
        for problem in canonical(_frame(_arrow(frame.schema).empty_table()), place).problems:
            scan.note(problem)
    for one in sums:
        for row in one.collect():
            scan.take(pickle.loads(row["scan"]))  # noqa: S301  # made by our own workers
    log = parts[0] if len(parts) == 1 else parts[0].unionByName(parts[1])
    twice = log.filter("event_id != ''").groupBy("event_id").count().filter("count > 1")
    first = twice.orderBy(F.col("count").desc(), "event_id").limit(LISTED + 1).collect()
    for row in first[:LISTED]:
        values: dict[str, object] = {"value": row["event_id"], "column": "event_id"}
        scan.note(
            counted(Problem("table_id_twice", place_of(contacts.inputFiles()), values=values), row["count"], None)
        )
    if len(first) > LISTED:
        more: dict[str, object] = {"column": "event_id", "kinds": twice.count() - LISTED}
        scan.note(Problem("table_ids_more", place_of(contacts.inputFiles()), values=more))
    if scan.problems:
        raise LogError(scan.told())
    return log, scan


def _by_key(log: DataFrame, key: PartitionKey, buckets: int, shared: Any) -> Any:
    """Return contacts grouped so that those of one key are together; those of an unknown key visit every group."""
    schema = st.StructType([*log.schema.fields, st.StructField(_KEY, st.StringType())])
    keyed = log.mapInArrow(_Keyed(shared, key, _arrow(schema)), schema)
    own = F.pmod(F.xxhash64(_KEY), F.lit(buckets)).cast("int")
    unknown = F.sequence(F.lit(0), F.lit(buckets - 1)) if key in MAY_VISIT else F.array(F.lit(0))
    bucket = F.explode(F.when(F.col(_KEY).isNull(), unknown).otherwise(F.array(own)))
    placed = keyed.withColumn(_BUCKET, bucket).repartition(buckets, _BUCKET)
    return placed.withColumn(GUEST, F.col(_KEY).isNull() & (F.col(_BUCKET) > 0)).groupBy(_BUCKET)


def _function(step: Callable[[pa.Table], pa.Table]) -> Callable[[pa.Table], pa.Table]:
    """Return a step as a function of one argument: of an object Spark counts ``self`` as another."""

    def call(table: pa.Table) -> pa.Table:
        with no_search_for_cycles():  # profiles arrive with the first table
            return step(table)

    return call


def _outcome_schema(finish: Finish, matter: Matter, scan: Scan) -> st.StructType:
    """Return the columns of verdicts, as they come out of a table without contacts."""
    empty = pl.DataFrame(schema={**SCHEMA, PAST: pl.Boolean, GUEST: pl.Boolean})
    table, _ = finish(empty, matter, scan)
    columns = table.schema.items() if table is not None else [("started_at", SCHEMA["started_at"])]
    fields = [st.StructField(name, _type(kind)) for name, kind in columns]
    return st.StructType([*fields, st.StructField(_COUNTS, st.BinaryType())])


def _type(kind: Any) -> st.DataType:
    match kind:
        case pl.Float64():
            return st.DoubleType()
        case pl.Boolean():
            return st.BooleanType()
        case pl.Datetime():
            return st.TimestampType()
        case pl.UInt8():
            return st.ByteType()
        case pl.List():
            return st.ArrayType(st.StringType())
        case _:
            return st.StringType()


_ARROW: Final[dict[type[st.DataType], pa.DataType]] = {
    st.StringType: pa.string(),
    st.DoubleType: pa.float64(),
    st.BooleanType: pa.bool_(),
    st.TimestampType: pa.timestamp("us", "UTC"),
    st.ByteType: pa.int8(),
    st.BinaryType: pa.binary(),
}


def _arrow(schema: st.StructType) -> pa.Schema:
    return pa.schema([pa.field(one.name, _arrow_type(one.dataType)) for one in schema.fields])


def _arrow_type(kind: st.DataType) -> pa.DataType:
    match kind:
        case st.ArrayType():
            return pa.list_(_arrow_type(kind.elementType))
        case st.MapType():
            return pa.map_(_arrow_type(kind.keyType), _arrow_type(kind.valueType))
        case st.StructType():
            return pa.struct([pa.field(one.name, _arrow_type(one.dataType)) for one in kind.fields])
        case st.IntegerType() | st.LongType() | st.ShortType():
            return pa.int64()
        case st.FloatType() | st.DecimalType():
            return pa.float64()
        case st.TimestampNTZType():
            return pa.timestamp("us")
        case st.DateType():
            return pa.date32()
        case _:
            return _ARROW.get(type(kind), pa.string())


def _frame(table: pa.Table) -> pl.DataFrame:
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101  # a table is no series
    return frame.rename({name: _PATHS[name] for name in frame.columns if name in _PATHS})


def _batches(frame: pl.DataFrame, schema: pa.Schema) -> pa.Table:
    """Return a frame as Arrow in the columns and types that Spark was promised."""
    names = {path: name for name, path in _PATHS.items() if path in frame.columns}
    return frame.rename(names).select(schema.names).to_arrow(compat_level=pl.CompatLevel.oldest()).cast(schema)


@dataclass(frozen=True, slots=True)
class _Read:
    """Brings batches of a source into the canonical form."""

    past: bool
    since: datetime | None
    schema: pa.Schema

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for batch in batches:
            frame = flagged(canonical(_frame(pa.table(batch))).frame, past=self.past, since=self.since)
            yield from _batches(frame, self.schema).to_batches()


@dataclass(frozen=True, slots=True)
class _Look:
    """Looks through batches of a source."""

    past: bool
    since: datetime | None
    place: str | None = None

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        scan = Scan()
        for batch in batches:
            for file, frame in self._by_file(_frame(pa.table(batch))):
                found = canonical(frame, file)
                table = flagged(found.frame, past=self.past, since=self.since)
                # What is wrong with a column was seen before any row, and is so in every file.
                faults = [one for one in found.problems if "count" in one.values]
                scan.take(scan_of(replace(found, problems=faults), table, frame.height))
        yield pa.record_batch({"scan": [pickle.dumps(scan)]}, schema=pa.schema([pa.field("scan", pa.binary())]))

    def _by_file(self, frame: pl.DataFrame) -> Iterator[tuple[str | None, pl.DataFrame]]:
        """Yield the rows of each file, where the table comes from files."""
        if _FILE not in frame.columns:
            yield self.place, frame
            return
        for (address,), rows in frame.partition_by(_FILE, as_dict=True, include_key=False).items():
            yield place_of([address]) if address else self.place, rows


@dataclass(frozen=True, slots=True)
class _Keyed:
    """Adds the key by which contacts are brought together."""

    shared: Any
    key: PartitionKey
    schema: pa.Schema

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        world = self.shared.value.world
        for batch in batches:
            frame = _frame(pa.table(batch))
            keyed = frame.with_columns(key_column(frame, self.key, world).alias(_KEY))
            yield from _batches(keyed, self.schema).to_batches()


@dataclass(frozen=True, slots=True)
class _Borrowers:
    """Completes the borrowers of whole cases."""

    shared: Any

    def __call__(self, table: pa.Table) -> pa.Table:
        schema = pa.schema([one for one in table.schema if one.name not in {_KEY, _BUCKET, GUEST}])
        return _batches(with_borrowers(_frame(table), self.shared.value.world), schema)


@dataclass(frozen=True, slots=True)
class _Measures:
    """Adds the measures of a key to contacts that hold whole keys."""

    shared: Any
    key: PartitionKey
    schema: pa.Schema

    def __call__(self, table: pa.Table) -> pa.Table:
        matter: Matter = self.shared.value
        steps = steps_of(matter.compiled)[self.key]
        return _batches(with_measures(_frame(table), steps, matter.compiled, matter.world), self.schema)


@dataclass(frozen=True, slots=True)
class _Concluded:
    """Decides on whole cases; what was counted comes in a row of its own."""

    shared: Any
    finish: Finish
    scan: Scan
    schema: pa.Schema

    def __call__(self, table: pa.Table) -> pa.Table:
        found, counted = self.finish(_frame(table), self.shared.value, self.scan)
        counts = pl.DataFrame({_COUNTS: pl.Series([counted], dtype=pl.Binary)})
        verdicts = found if found is not None else pl.DataFrame(schema={"started_at": SCHEMA["started_at"]})
        both = pl.concat([verdicts.with_columns(pl.lit(None, pl.Binary).alias(_COUNTS)), counts], how="diagonal")
        return _batches(both, self.schema)

"""What the workers of Spark do, done here without one: each step takes Arrow tables and gives what it promised."""

import pickle
from types import SimpleNamespace
from typing import Any

import polars as pl
import pyarrow as pa
import pytest
from plain.random_log import RandomLog
from pyspark.sql import types as st

from collection_guard.engines import spark
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.passes import GUEST, steps_of
from collection_guard.engines.columnar.scan import Scan
from collection_guard.engines.columnar.tables import PAST, SCHEMA, frame_of
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.addresses import place_of

LOG = RandomLog(3).records(cases=4)
MATTER = Matter(tuple(load_packs(["core"])), {}, Settings(timezone="Asia/Shanghai"), None, LOG.profiles)
SHARED = SimpleNamespace(value=MATTER)
FIELDS = [st.StructField(name.replace(".", "/"), spark._type(kind)) for name, kind in SCHEMA.items()]
CANONICAL = st.StructType([*FIELDS, st.StructField(PAST, st.BooleanType())])


def given() -> pa.Table:
    """Return contacts as Spark hands them over, dots in names being something else there."""
    frame = frame_of(LOG.events)
    return frame.rename({name: name.replace(".", "/") for name in frame.columns}).to_arrow()


def read() -> pa.Table:
    """Return contacts in the canonical form."""
    step = spark._Read(past=False, since=None, schema=spark._arrow(CANONICAL))
    return pa.Table.from_batches(step(given().to_batches()))


def test_contacts_are_read_and_looked_through() -> None:
    """Reading keeps the contacts that are any, in the columns promised; looking counts them."""
    (batch,) = spark._Look(past=False, since=None)(given().to_batches())
    scan = pickle.loads(batch.column("scan")[0].as_py())  # noqa: S301  # made above
    assert scan.rows == len(LOG.events)
    assert scan.judged + scan.blocked == scan.rows
    table = read()
    assert table.schema.names == spark._arrow(CANONICAL).names
    assert table.num_rows == scan.judged


def test_problems_name_the_file_of_their_rows() -> None:
    """Rows that come from files are looked through file by file; others belong to the place of the whole table."""
    frame = frame_of(LOG.events[:3]).with_columns(pl.lit("pigeon").alias("channel"))
    frame = frame.rename({name: name.replace(".", "/") for name in frame.columns})
    files = frame.with_columns(pl.Series("/file", ["file:///a%20b/1.parquet", "", "s3a://c/2.parquet"]))
    for table, places in ((frame, ["folder"]), (files, ["/a b/1.parquet", "folder", "s3a://c/2.parquet"])):
        (batch,) = spark._Look(past=False, since=None, place="folder")(table.to_arrow().to_batches())
        scan = pickle.loads(batch.column("scan")[0].as_py())  # noqa: S301  # made above
        assert sorted(problem.file for problem in scan.told()) == places


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ([], None),
        (["file:///a%20b/1.jsonl"], "/a b/1.jsonl"),
        (["file:///x/part-1", "file:///x/part-2"], "/x"),
        (["hdfs://host/x/day=1/part-1", "hdfs://host/x/day=2/part-1"], "hdfs://host/x"),
    ],
)
def test_files_are_named_as_people_name_them(addresses: list[str], expected: str | None) -> None:
    """A file of this machine is its path; several are the folder that holds them all."""
    assert place_of(addresses) == expected


def test_keys_borrowers_and_measures_are_added() -> None:
    """Each step adds its columns to the contacts, and drops none."""
    table = read()
    keyed = st.StructType([*CANONICAL.fields, st.StructField("key", st.StringType())])
    with_keys = pa.Table.from_batches(spark._Keyed(SHARED, "collector", spark._arrow(keyed))(table.to_batches()))
    assert with_keys.column("key").to_pylist() == table.column("collector/id").to_pylist()
    none = pa.array([False] * table.num_rows)
    placed = with_keys.append_column("bucket", none).append_column(GUEST, none)
    completed = spark._function(spark._Borrowers(SHARED))(placed)
    assert completed.num_rows == table.num_rows
    assert completed.schema.names == table.schema.names
    names = [name for step in steps_of(MATTER.compiled)["borrower"] for name in (step.low, step.high)]
    schema = st.StructType([*CANONICAL.fields, *(st.StructField(name, st.DoubleType()) for name in names)])
    measured = spark._Measures(SHARED, "borrower", spark._arrow(schema))(placed)
    assert measured.num_rows == table.num_rows
    assert any(value is not None for name in names for value in measured.column(name).to_pylist())


@pytest.mark.parametrize("written", [True, False])
def test_verdicts_come_with_a_row_of_counts(*, written: bool) -> None:
    """Of each partition come its verdicts, and one row that holds what was counted."""
    plain = spark._Plain(frozenset({"violation", "unassessable"}))

    def finish(frame: pl.DataFrame, matter: Matter, scan: Scan) -> Any:
        return (plain(frame, matter, scan)[0] if written else None), b"counts"

    schema = spark._outcome_schema(finish, MATTER, Scan())
    step = spark._Concluded(SHARED, finish, Scan(), spark._arrow(schema))
    found = step(read())
    counts = [one for one in found.column("counts").to_pylist() if one is not None]
    assert counts == [b"counts"]
    assert (found.num_rows > 1) is written
    assert ("rule" in found.schema.names) is written


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (st.StringType(), pa.string()),
        (st.LongType(), pa.int64()),
        (st.DecimalType(10, 2), pa.float64()),
        (st.TimestampType(), pa.timestamp("us", "UTC")),
        (st.TimestampNTZType(), pa.timestamp("us")),
        (st.DateType(), pa.date32()),
        (st.ByteType(), pa.int8()),
        (st.BinaryType(), pa.binary()),
        (st.ArrayType(st.StringType()), pa.list_(pa.string())),
        (st.MapType(st.StringType(), st.BooleanType()), pa.map_(pa.string(), pa.bool_())),
        (st.StructType([st.StructField("id", st.StringType())]), pa.struct([pa.field("id", pa.string())])),
    ],
)
def test_types_of_spark_are_types_of_arrow(kind: st.DataType, expected: pa.DataType) -> None:
    """The columns of a source are checked by the types that its batches will have."""
    assert spark._arrow_type(kind) == expected


def test_small_numbers_and_lists_are_types_of_spark() -> None:
    """A table of all verdicts has bytes, one of findings lists of texts."""
    assert spark._type(pl.UInt8()) == st.ByteType()
    assert spark._type(pl.List(pl.String)) == st.ArrayType(st.StringType())

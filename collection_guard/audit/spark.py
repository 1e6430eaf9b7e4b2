"""An audit by Spark: of a table that it reads, with the report and the verdicts of any other audit."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession

from collection_guard.audit.large import SPARK, Finish, Verdicts, counted, matter_of, report_of
from collection_guard.audit.pieces import Outcome
from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis
from collection_guard.audit.taken import FileReading
from collection_guard.engines.columnar import COLUMNAR, fit_columns
from collection_guard.engines.spark import CONTACTS_EACH, judged
from collection_guard.model.problems import ConfigurationError, LogError, Problem
from collection_guard.model.scratch_folders import scratch_folder
from collection_guard.model.whole_files import whole_path

JAVA: Final = 17
"""The oldest Java on which this Spark runs."""
_QUIET: Final = """\
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = console
logger.gateway.name = org.apache.spark.api.python.PythonGatewayServer
logger.gateway.level = error
appender.console.type = Console
appender.console.name = console
appender.console.target = SYSTEM_ERR
appender.console.layout.type = PatternLayout
appender.console.layout.pattern = %d{yy/MM/dd HH:mm:ss} %p %c{1}: %m%n%ex
"""
"""What Spark logs where nobody has set it: errors. It would begin with a page on its own host, libraries and levels."""
_ROWS: Final = 100_000
_KINDS: Final = {
    "string": pa.large_string(),
    "byte": pa.uint8(),
    "tinyint": pa.uint8(),
    "array": pa.large_list(pa.large_string()),
}
_SCHEME: Final = re.compile(r"^([a-z][a-z0-9+.-]*):/(?=[^/])")


@dataclass(frozen=True, slots=True)
class SparkAudit:
    """The report of an audit, and the verdicts as a table of Spark."""

    report: Report
    verdicts: DataFrame


def audit_table(
    contacts: DataFrame,
    basis: Basis,
    detector: str | None = None,
    wanted: frozenset[str] | None = frozenset({"violation", "unassessable"}),
    *,
    past: DataFrame | None = None,
    since: datetime | None = None,
    together: int = CONTACTS_EACH,
    files: Sequence[FileReading] = (),
    written: bool = True,
) -> SparkAudit:
    """Audit a table of Spark. Its columns are the fields of the event, nested as in JSON, or flat under their paths.

    ``wanted`` are the kinds of verdicts that are returned, None for a table of all. Contacts of ``past``, and those
    known before ``since``, are history. Raises LogError with every problem of the table.
    """
    matter = matter_of(basis, detector)
    fit_columns(COLUMNAR, matter.compiled)
    finish = Finish(written=written, wanted=wanted)
    found = judged(contacts, matter, finish, past=past, since=since, together=together)
    report = report_of(Outcome(found.scan, counted(found.counts)), basis, matter, SPARK, files)
    return SparkAudit(report, found.verdicts)


def audit_files(
    logs: Sequence[Path],
    past: Sequence[Path],
    since: datetime | None,
    master: str | None,
    basis: Basis,
    detector: str | None,
    verdicts: Verdicts,
) -> Report:
    """Audit files by a Spark of its own; the verdicts go to one Parquet file, which appears once it is whole.

    Raises ConfigurationError where Java is missing, LogError for logs that cannot be read, OSError for the file.
    """
    check_java()
    with session_of(master) as session:
        files = [FileReading(_address(path), "", None, True, None, (), 0) for path in logs]
        files += [FileReading(_address(path), "", None, True, None, (), 0, past=True) for path in past]
        found = audit_table(
            _read(session, logs),
            basis,
            detector,
            verdicts[1] if verdicts else None,
            past=_read(session, past) if past else None,
            since=since,
            files=files,
            written=verdicts is not None,
        )
        if verdicts is not None:
            _write(found.verdicts, verdicts[0])
        return found.report


def _address(path: Path) -> str:
    """Return the address that a path stands for: in ``hdfs://host`` a path loses a slash.

    What is here is named in full: Java may have begun in another folder, and a cluster looks elsewhere by itself.
    """
    if path.exists():
        return path.resolve().as_uri()
    return _SCHEME.sub(r"\1://", str(path))


def _read(session: SparkSession, paths: Sequence[Path]) -> DataFrame:
    """Return files as one table, by their names: JSON lines, CSV, ORC, or Parquet, which a folder is taken for."""
    kinds = {".json": "json", ".jsonl": "json", ".ndjson": "json", ".csv": "csv", ".orc": "orc"}
    kind = kinds.get(paths[0].suffix.lower(), "parquet")
    others = [path for path in paths if kinds.get(path.suffix.lower(), "parquet") != kind]
    if others:
        raise LogError([Problem("spark_kinds", str(path)) for path in others])
    reader = session.read.options(header="true", multiLine="true", escape='"') if kind == "csv" else session.read
    try:
        return reader.format(kind).load([_address(path) for path in paths])
    except Exception as error:
        cause = str(error).splitlines()[0]
        raise LogError([Problem("spark_unread", str(paths[0]), values={"cause": cause})]) from error


@contextmanager
def session_of(master: str | None) -> Iterator[SparkSession]:
    """Give a session; its workers run this Python, and what they leave behind is left in a temporary folder."""
    with scratch_folder("spark-") as place:
        folder = str(place)
        os.environ["PYSPARK_PYTHON"] = sys.executable
        os.environ["SPARK_WORKER_DIR"] = folder
        os.environ.setdefault("SPARK_LOCAL_DIRS", folder)
        builder = SparkSession.builder.appName("collection-guard").master(master or "local[*]")
        if "SPARK_CONF_DIR" not in os.environ:
            # Said before a session has its level of logging: by its own file, or not at all.
            quiet = place / "log4j2.properties"
            quiet.write_text(_QUIET, "utf-8")
            builder = builder.config("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={quiet.as_uri()}")
        if master is None or master.startswith("local"):
            builder = builder.config("spark.sql.shuffle.partitions", 2 * (os.cpu_count() or 1))
        for name, value in (
            ("spark.sql.session.timeZone", "UTC"),
            ("spark.sql.warehouse.dir", folder),
            ("spark.ui.enabled", "false"),
            ("spark.ui.showConsoleProgress", "false"),
        ):
            builder = builder.config(name, value)
        session = builder.getOrCreate()
        try:
            yield session
        finally:
            session.stop()


def check_java() -> None:
    """Raise ConfigurationError unless there is a Java that is new enough."""
    home = os.environ.get("JAVA_HOME")
    java = str(Path(home) / "bin" / "java") if home else shutil.which("java")
    values: dict[str, object] = {"least": JAVA}
    if java is None or not Path(java).exists():
        raise ConfigurationError([Problem("java_missing", values=values)])
    ran = subprocess.run([java, "-version"], capture_output=True, text=True, check=False)  # noqa: S603  # the Java of this machine
    said = re.search(r'version "(?:1\.)?(\d+)', ran.stderr + ran.stdout)
    if said is None or int(said[1]) < JAVA:
        values["found"] = (ran.stderr + ran.stdout).strip().partition("\n")[0]
        raise ConfigurationError([Problem("java_too_old", values=values)])


def _write(verdicts: DataFrame, path: Path) -> None:
    with whole_path(path) as unfinished:
        schema = pa.schema([pa.field(one.name, _KINDS[one.dataType.typeName()]) for one in verdicts.schema.fields])
        with pq.ParquetWriter(unfinished, schema, compression="zstd") as writer:
            rows: list[dict[str, object]] = []
            for row in verdicts.toLocalIterator():
                rows.append(row.asDict())
                if len(rows) == _ROWS:
                    writer.write_table(pa.Table.from_pylist(rows, schema))
                    rows = []
            writer.write_table(pa.Table.from_pylist(rows, schema))

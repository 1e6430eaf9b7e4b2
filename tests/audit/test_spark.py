"""The invariant engines-agree on Spark: real worker processes give the verdicts of one machine, whatever the source."""

import importlib
import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from engines.test_columnar import simulate, simulated
from plain.cases import Records
from plain.engine_reading import parameters_of
from plain.test_agreement import drawn_seed
from typer.testing import CliRunner

from collection_guard.audit.bucket import MOST_VIOLATIONS
from collection_guard.audit.intake import take_events
from collection_guard.audit.large import matter_of
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.verdict_lines import WHICH
from collection_guard.audit.verdict_table import VerdictTable
from collection_guard.cli.main import app
from collection_guard.engines.columnar.faults import LISTED
from collection_guard.engines.columnar.tables import frame_of
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import ConfigurationError, LogError
from collection_guard.reports.calls import calls_by_agency

MASTER = "local-cluster[2,1,1024]"
ZONE = "Asia/Shanghai"
PACKS = load_packs(["core", Path(__file__).parents[1] / "language/sayable"])
CONTACTS = 5_000
MANY = 100_000
FINDINGS = WHICH["findings"]
pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # Spark's own
    pytest.mark.skipif(shutil.which("java") is None, reason="openjdk-17-jre-headless is not installed"),
]
__all__ = ["simulate"]


def basis_of(log: Records) -> Basis:
    settings = Settings(timezone=ZONE, history="from-earliest")
    # Small logs are judged by measures of every key.
    packs = PACKS if len(log.events) < CONTACTS else PACKS[:1]
    return Basis(packs, parameters_of(log.settings), settings, log.registry, log.profiles, engine="columnar")


def expected(log: Records, past: int, folder: Path) -> tuple[pl.DataFrame, Any]:
    """Return the verdicts and the report of an audit on one machine."""
    table = VerdictTable("findings")
    intake = take_events(log.events[past:], past=log.events[:past], timezone=ZONE, profiles=log.profiles)
    report = run_audit(intake, basis_of(log), table)
    table.write(folder / "expected.parquet")
    return pl.read_parquet(folder / "expected.parquet"), report


def nested(session: Any, log: Records, folder: Path, rows: slice) -> Any:
    """Return contacts as a table of Spark, nested as in JSON."""
    lines = "".join(e.model_dump_json(exclude={"extra"}, exclude_none=True) + "\n" for e in log.events[rows])
    (folder / f"{rows.start}.jsonl").write_text(lines, "utf-8")
    return session.read.json(str(folder / f"{rows.start}.jsonl")).repartition(4)


def check_agreement(session: Any, log: Records, folder: Path) -> None:
    """Verdicts and counts are those of one machine, over every key of history, with history of its own."""
    from collection_guard.audit.spark import audit_table  # noqa: PLC0415  # loads Spark

    contacts = len(log.events)
    past = contacts // 4
    table, report = expected(log, past, folder)
    found = audit_table(
        nested(session, log, folder, slice(past, None)),
        basis_of(log),
        past=nested(session, log, folder, slice(0, past)),
        together=contacts // 3,
    )
    assert rows_of(found.verdicts) == table.rows()
    ours = found.report
    for name in ("by_rule", "missing", "looks_past_log", "contacts", "history", "contacts_in_violation", "earliest"):
        assert getattr(ours, name) == getattr(report, name), name
    assert {name: one.verdicts for name, one in ours.by_agency.items()} == {
        name: one.verdicts for name, one in report.by_agency.items()
    }
    assert calls_by_agency(ours) == calls_by_agency(report)
    assert ours.intake.rows_read == report.intake.rows_read
    assert [one.evidence for one in ours.violations] == [one.evidence for one in report.violations][:MOST_VIOLATIONS]


def rows_of(verdicts: Any) -> list[Any]:
    """Return a table of Spark as rows."""
    frame = pl.from_arrow(verdicts.toArrow())
    assert isinstance(frame, pl.DataFrame)
    return frame.rows()


def check_all_verdicts(session: Any, log: Records, folder: Path) -> None:
    """Without a report, from flat columns: a row for each contact and a number for each rule; borrowers completed."""
    from collection_guard.engines import spark  # noqa: PLC0415  # loads Spark

    log.events[:] = [
        event.model_copy(update={"borrower_id": None}) if place % 3 else event for place, event in enumerate(log.events)
    ]
    table = VerdictTable("all")
    run_audit(take_events(log.events, timezone=ZONE, profiles=log.profiles), basis_of(log), table)
    table.write(folder / "expected.parquet")
    frame_of(log.events).write_parquet(folder / "log.parquet")
    matter = matter_of(basis_of(log), None)
    found = spark.judged(session.read.parquet(str(folder / "log.parquet")), matter, spark._Plain(None))
    assert rows_of(found.verdicts) == pl.read_parquet(folder / "expected.parquet").rows()
    found.free()


def check_refusals(session: Any, log: Records, folder: Path) -> None:
    """Columns that are none, words that are none and ids that come twice are told, before anything is judged."""
    from collection_guard.engines import spark  # noqa: PLC0415  # loads Spark

    matter = matter_of(basis_of(log), None)
    frame = frame_of(log.events[:20])
    for table, code in (
        (frame.rename({"channel": "chanel"}), {"table_column_unknown", "table_column_missing"}),
        (frame.with_columns(pl.lit("pigeon").alias("channel")), {"table_value"}),
        (pl.concat([frame, frame[:1]]), {"table_id_twice"}),
    ):
        table.write_parquet(folder / "wrong.parquet")
        with pytest.raises(LogError) as caught:
            spark.verdicts(session.read.parquet(str(folder / "wrong.parquet")), matter, FINDINGS)
        assert {problem.code for problem in caught.value.problems} == code
        assert str(folder / "wrong.parquet") in {problem.file for problem in caught.value.problems}
    several = folder / "several files"
    several.mkdir()
    frame.with_columns(pl.lit(1).alias("chanel")).write_parquet(several / "1.parquet")
    frame.with_columns(pl.lit(1).alias("chanel"), pl.lit("pigeon").alias("channel")).write_parquet(
        several / "2.parquet"
    )
    with pytest.raises(LogError) as caught:
        spark.verdicts(session.read.parquet(str(several)), matter, FINDINGS)
    told = [(problem.code, problem.file, problem.values.get("count")) for problem in caught.value.problems]
    assert sorted(told, key=str) == [
        ("table_column_unknown", str(several), None),
        *(("table_id_twice", str(several), 2) for _ in range(LISTED)),
        ("table_ids_more", str(several), None),
        ("table_value", str(several / "2.parquet"), 20),
    ]


def check_command(simulate: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``--engine spark`` writes the table that the ordinary audit writes, and leaves nothing else."""
    simulate.simulate(20251120, CONTACTS, folder, "clean")
    monkeypatch.chdir(folder)
    options = ["--cases", "cases.jsonl", "--registry", "registry.csv", "--timezone", ZONE, "--fail-on", "never"]
    audit = ["audit", "events.jsonl", *options, "--format", "json", "--quiet"]
    before = {path.name for path in folder.iterdir()}
    ran = CliRunner().invoke(app, [*audit, "--engine", "spark", "--master", MASTER, "--verdicts", "spark.parquet"])
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    assert (found["run"]["engine"], found["counts"]["contacts"]) == ("spark", CONTACTS)
    assert {path.name for path in folder.iterdir()} - before == {"spark.parquet"}
    assert CliRunner().invoke(app, [*audit, "--verdicts", "plain.parquet"]).exit_code == 0
    assert pl.read_parquet("spark.parquet").equals(pl.read_parquet("plain.parquet"))


@contextmanager
def untraced(cov: Any) -> Iterator[None]:
    """Let what runs meanwhile take the time that it takes."""
    if cov is not None:
        cov.stop()
    try:
        yield
    finally:
        if cov is not None:
            cov.start()


def check_many(session: Any, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On 100,000 contacts columns, pieces and Spark agree on all, and with each engine on a sample of whole cases."""
    monkeypatch.syspath_prepend(str(Path(__file__).parents[2] / "benchmarks"))
    agreement = importlib.import_module("engines_agree")
    given = agreement.Given(contacts=MANY, profile="rough", seed=drawn_seed("many contacts"), sample=500)
    assert list(agreement.disagreements(folder, given, session)) == []


@pytest.mark.long
def test_spark_agrees(simulate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cov: Any) -> None:
    """On a cluster of workers with processes of their own; all in one test, for a cluster takes long to start."""
    from collection_guard.audit.spark import session_of  # noqa: PLC0415  # loads Spark

    for name in ("wild", "clean", "many", "command", "local"):
        (tmp_path / name).mkdir()
    monkeypatch.setenv("SPARK_LOCAL_DIRS", str(tmp_path / "local"))
    monkeypatch.setenv("PYSPARK_PYTHON", "")
    monkeypatch.setenv("SPARK_WORKER_DIR", "")
    log = simulated(simulate, tmp_path / "wild", 20251120, "wild", 400)
    one = {"collector": log.events[0].collector.model_copy(update={"id": "A1"})}
    log.events[:] = [event.model_copy(update=one) for event in log.events]  # one collector in all partitions
    with session_of(MASTER) as session:
        check_agreement(session, log, tmp_path / "wild")
        check_refusals(session, log, tmp_path / "wild")
        with untraced(cov):  # what these lines are is covered by the others
            check_many(session, tmp_path / "many", monkeypatch)
        check_all_verdicts(session, simulated(simulate, tmp_path / "clean", 5, "clean", 200), tmp_path / "clean")
        # The command takes the session that there is, and ends it.
        check_command(simulate, tmp_path / "command", monkeypatch)


def test_java_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without Java, or with one that is too old, the error says which is needed."""
    from collection_guard.audit.spark import check_java  # noqa: PLC0415  # loads Spark

    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(ConfigurationError) as caught:
        check_java()
    assert "Java 17" in caught.value.problems[0].render("en")
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"1.8.0_392\"' >&2\n")
    java.chmod(0o755)
    with pytest.raises(ConfigurationError) as caught:
        check_java()
    assert "1.8.0_392" in caught.value.problems[0].render("zh")


def test_without_pyspark(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without its packages, the error names the extra that brings them."""
    from collection_guard.cli import large  # noqa: PLC0415  # beside what it checks

    monkeypatch.setattr(large, "find_spec", lambda name: None if name == "pyspark" else "there")
    ran = CliRunner().invoke(app, ["audit", str(tmp_path / "log.parquet"), "--engine", "spark", "--lang", "en"])
    assert ran.exit_code == 2
    assert "collection-guard[spark]" in ran.output

"""Audits in bounded memory: the verdicts and counts of an audit of all at once, whole or not there at all."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from engines.test_columnar import simulate, simulated
from plain.cases import Records
from plain.engine_reading import parameters_of
from terminal import written_to
from typer.testing import CliRunner

from collection_guard.audit import pieces
from collection_guard.audit.intake import take_events
from collection_guard.audit.large import audit_pieces, matter_of
from collection_guard.audit.pieces import Pieces, judge_pieces
from collection_guard.audit.report import Counts
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.verdict_lines import WHICH, Which
from collection_guard.audit.verdict_table import VerdictTable
from collection_guard.cli.main import app
from collection_guard.engines.columnar.tables import frame_of
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import LogError, Problem
from collection_guard.reports import render

ZONE = "Asia/Shanghai"
PACKS = load_packs(["core", Path(__file__).parents[1] / "language/sayable"])
CONTACTS = 500
SMALL = 400 * 2**20
__all__ = ["simulate"]


@pytest.fixture(scope="module", params=["wild", "clean"])
def log(request: pytest.FixtureRequest, simulate: Any, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """A simulated log: one in which anything may be missing, one in which nothing is."""
    return simulated(simulate, tmp_path_factory.mktemp("log"), 20251120, request.param, CONTACTS)


def basis_of(log: Records, engine: str = "columnar") -> Basis:
    settings = Settings(timezone=ZONE, history="from-earliest")
    return Basis(PACKS, parameters_of(log.settings), settings, log.registry, log.profiles, engine=engine)


def expected(log: Records, which: Which, folder: Path, past: int = 0) -> tuple[pl.DataFrame, dict[str, Any]]:
    """Return the table and the report of an audit of all at once."""
    table = VerdictTable(which)
    intake = take_events(log.events[past:], past=log.events[:past], timezone=ZONE, profiles=log.profiles)
    report = run_audit(intake, basis_of(log), table)
    table.write(folder / "expected.parquet")
    return pl.read_parquet(folder / "expected.parquet"), counted(report)


def counted(report: Any) -> dict[str, Any]:
    """Return what a report counts, without what a large audit has not: files, digest, and all violations."""
    found = json.loads(render(report, "json", "en", masked=False))
    counts = {name: value for name, value in found["counts"].items() if name != "violations_left_out"}
    ids = [(one["event_id"], one["rule"], one["evidence"]) for one in found["violations"]]
    whole = {name: found[name] for name in ("by_rule", "missing", "by_agency")}
    assert any(one["calls"]["made"] for one in whole["by_agency"])
    return whole | {"counts": counts, "ids": ids, "period": (report.earliest, report.latest)}


@pytest.mark.parametrize(("which", "each"), [("all", 100), ("findings", 10_000)])
def test_pieces_are_the_whole(
    log: Records, which: Which, each: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In many parts or in one, the table of verdicts is the same, and the report counts the same."""
    monkeypatch.setattr(pieces, "_LEAST", each)
    frame_of(log.events[250:]).write_parquet(tmp_path / "log.parquet")
    frame_of(log.events[:250]).write_parquet(tmp_path / "past.parquet")
    table, counts = expected(log, which, tmp_path, 250)
    given = Pieces([tmp_path / "log.parquet"], [tmp_path / "past.parquet"], None, SMALL // 2)
    seen: list[tuple[int, int]] = []
    wanted = None if which == "all" else WHICH[which]
    report = audit_pieces(
        given, basis_of(log), None, (tmp_path / "new" / "v.parquet", wanted), lambda *done: seen.append(done)
    )
    found = pl.read_parquet(tmp_path / "new" / "v.parquet")
    assert found.equals(table)
    assert found.schema == table.schema
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["v.parquet"]
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)
    assert seen[-1][0] == seen[-1][1]
    ours = counted(report)
    kept = len(ours["ids"])
    assert ours["ids"] == counts["ids"][:kept]
    assert kept == min(pieces.MOST_VIOLATIONS, len(counts["ids"]))
    assert report.violations_left_out == len(counts["ids"]) - kept
    assert ours | {"ids": ()} == counts | {"ids": ()}


def test_two_processes_and_lines(simulate: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two processes give the same as one, and JSON lines as Parquet; without a report, nothing is counted."""
    log = simulated(simulate, tmp_path, 3, "clean", CONTACTS)
    monkeypatch.setattr(pieces, "_LEAST", 120)
    monkeypatch.setattr(pieces, "_PARALLEL_FROM", 1)
    lines = "".join(event.model_dump_json(exclude={"extra"}, exclude_none=True) + "\n\n" for event in log.events)
    (tmp_path / "log.jsonl").write_text(lines, "utf-8")
    table, _ = expected(log, "all", tmp_path)
    given = Pieces([tmp_path / "log.jsonl"], [], None, SMALL, processes=2)
    matter = matter_of(basis_of(log), None)
    outcome = judge_pieces(replace(given), matter, (tmp_path / "v.parquet", None), counted=False)
    assert pl.read_parquet(tmp_path / "v.parquet").equals(table)
    assert outcome.counts == Counts()


@pytest.mark.parametrize("text", ["", "您好"])
def test_a_detector_without_a_text_is_told(tmp_path: Path, text: str) -> None:
    """As in the ordinary audit: in the report, on stderr beside JSON; where one contact has a text, nowhere."""
    line = {"case_id": "C", "channel": "sms", "started_at": "2025-11-01T10:00:00Z"}
    events = [line | {"event_id": "a"}, line | {"event_id": "b", "content": text}]
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(one) + "\n" for one in events), "utf-8")
    words = ["audit", f"{tmp_path}/log.jsonl", "--timezone", ZONE, "--memory", "400MiB", "--detector", "lexicon"]
    words += ["--fail-on", "never", "--lang", "en", "--quiet"]
    told = CliRunner().invoke(app, words)
    assert (told.exit_code, "no contact has a text: nothing was heard" in " ".join(told.stdout.split())) == (
        0,
        not text,
    )
    beside = CliRunner().invoke(app, [*words[:-1], "--format", "json"])
    assert ("no contact has a text: nothing was heard" in beside.stderr) == (not text)
    assert json.loads(beside.stdout)["counts"]["contacts"] == 2


def test_an_empty_log(log: Records, tmp_path: Path) -> None:
    """Of no contacts there is a table without rows, with the same columns."""
    frame_of([]).write_parquet(tmp_path / "log.parquet")
    given = Pieces([tmp_path / "log.parquet"], [], None, SMALL)
    report = audit_pieces(given, basis_of(log), None, (tmp_path / "v.parquet", WHICH["findings"]))
    assert report.contacts == 0
    found = pl.read_parquet(tmp_path / "v.parquet")
    assert found.columns == ["event_id", "case_id", "rule", "verdict", "missing"]
    assert not found.height


LINE = b'{"event_id":"a","case_id":"C","channel":"sms","started_at":"2025-11-01T10:00:00Z"}\n'


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("broken.parquet", b"PAR1 this is none PAR1", "parquet_broken"),
        ("broken.jsonl", b'{"event_id": \n', "table_line"),
        ("words.jsonl", LINE.replace(b"sms", b"pigeon"), "table_value"),
        ("twice.jsonl", LINE * 2, "table_id_twice"),
    ],
)
def test_a_log_that_is_none(log: Records, tmp_path: Path, name: str, content: bytes, code: str) -> None:
    """What cannot be read in pieces, holds other words, or an id twice, is refused with file and cause."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(LogError) as caught:
        audit_pieces(Pieces([tmp_path / name], [], None, SMALL), basis_of(log), None, (tmp_path / "v.parquet", None))
    assert [problem.code for problem in caught.value.problems] == [code]
    assert not (tmp_path / "v.parquet").exists()


@pytest.fixture
def files(simulate: Any, tmp_path: Path) -> Path:
    """A folder with a log as Parquet, and what belongs to it."""
    simulate.simulate(7, CONTACTS * 4, tmp_path, "clean")
    pl.read_ndjson(tmp_path / "events.jsonl", infer_schema_length=None).write_parquet(tmp_path / "log.parquet")
    (tmp_path / "temporary").mkdir()
    return tmp_path


def command(files: Path, *more: str) -> list[str]:
    options = ["--cases", f"{files}/cases.jsonl", "--registry", f"{files}/registry.csv", "--timezone", ZONE]
    return ["audit", f"{files}/log.parquet", *options, "--verdicts", f"{files}/v.parquet", "--fail-on", "never", *more]


def test_the_command(files: Path) -> None:
    """``--memory`` writes the same table as the ordinary audit, and the report says what it left to it."""
    runner = CliRunner()
    ran = runner.invoke(app, command(files, "--memory", "400MiB", "--lang", "en", "--format", "json"))
    assert ran.exit_code == 0, ran.output
    found = json.loads(ran.stdout)
    small = pl.read_parquet(files / "v.parquet")
    assert runner.invoke(app, command(files, "--engine", "columnar", "--quiet")).exit_code == 0
    assert small.equals(pl.read_parquet(files / "v.parquet"))
    counts = found["counts"]
    assert counts["contacts"] == counts["rows_read"] == CONTACTS * 4
    assert counts["violations_left_out"] == counts["verdicts"]["violation"] - len(found["violations"])


@pytest.mark.parametrize(
    ("options", "named"),
    [
        (("--memory", "512"), "a unit is missing"),
        (("--memory", "1MiB"), "the least is 400MiB"),
        (("--memory", "much"), "1GiB"),
        (("--memory", "999TiB"), "more than this machine has"),
        (("--memory", "1GiB", "--engine", "reference"), "--engine"),
        (("--memory", "1GiB", "--master", "yarn"), "--master"),
        (("--master", "yarn"), "--engine spark"),
        (("--memory", "1GiB", "--engine", "spark"), "--memory"),
        (("--memory", "1GiB", "--format", "csv"), "--format"),
        (("--memory", "1GiB", "--map", "m.yaml"), "--map"),
        (("--memory", "1GiB", "--quality", "q.csv"), "--quality"),
        (("--memory", "1GiB", "--verdicts", "v.jsonl"), "which holds none; name the file .parquet"),
    ],
)
def test_what_does_not_go_together(options: tuple[str, ...], named: str, tmp_path: Path) -> None:
    """Options that a large audit cannot follow are refused before anything is read."""
    ran = CliRunner().invoke(app, ["audit", str(tmp_path / "log.parquet"), *options, "--lang", "en"])
    assert ran.exit_code == 2
    assert named in ran.output


def started(files: Path, *more: str, **options: Any) -> "subprocess.Popen[bytes]":
    """Start the command, its temporary files in a folder of the test."""
    environment = os.environ | {"TMPDIR": str(files / "temporary"), "COLUMNS": "100", "TERM": "xterm"}
    program = [sys.executable, "-m", "collection_guard", *command(files, "--memory", "400MiB", *more)]
    return subprocess.Popen(program, env=environment, **{"stdout": subprocess.DEVNULL, **options})


def in_the_middle(files: Path) -> "subprocess.Popen[bytes]":
    """Return the command once it has laid aside a part of the log."""
    process = started(files, "--lang", "en", stderr=subprocess.PIPE)
    while not list((files / "temporary").glob("*/0/*/*.parquet")):
        assert process.poll() is None
        time.sleep(0.002)
    return process


def test_killed_in_the_middle(files: Path) -> None:
    """After SIGKILL the file of verdicts is the one that was there before; run again, it is the whole new one.

    What the killed run laid aside is gone after the next.
    """
    (files / "v.parquet").write_bytes(b"of yesterday")
    process = in_the_middle(files)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL
    assert (files / "v.parquet").read_bytes() == b"of yesterday"
    assert list((files / "temporary").iterdir())
    assert started(files, stderr=subprocess.DEVNULL).wait() == 0
    assert not list((files / "temporary").iterdir())
    assert pl.read_parquet(files / "v.parquet")["event_id"].n_unique() > 100
    assert not [path for path in files.iterdir() if "unfinished" in path.name]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_asked_to_end_in_the_middle(files: Path, number: signal.Signals) -> None:
    """Ended by a signal, the command says so in a line, exits as shells have it, and leaves no part of the log."""
    before = signal.signal(number, signal.SIG_DFL)  # what is ignored, as under nohup, stays so in the command
    try:
        process = in_the_middle(files)
    finally:
        signal.signal(number, before)
    process.send_signal(number)
    said = process.communicate()[1].decode()
    assert process.returncode == 128 + number
    assert said.splitlines() == [Problem("interrupted").render("en")]
    assert not list((files / "temporary").iterdir())
    assert not (files / "v.parquet").exists()


def test_a_bar_on_a_terminal_and_none_in_a_pipe(files: Path) -> None:
    """Who watches a terminal sees how much is done and how long the rest takes; a pipe sees nothing."""
    piped = started(files, stderr=subprocess.PIPE)
    assert piped.communicate()[1] == b""
    ours, theirs = pty.openpty()
    process = started(files, stderr=theirs)
    os.close(theirs)
    seen = written_to(ours)
    assert process.wait() == 0
    assert f"/{2 * CONTACTS * 4}".encode() in seen
    assert b"0:0" in seen

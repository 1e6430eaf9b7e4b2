"""Judging only what is new, with what came before as history, gives what judging everything at once gives."""

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from engines.test_columnar import simulate, simulated
from plain.cases import Records
from plain.engine_reading import parameters_of
from typer.testing import CliRunner

from collection_guard import audit
from collection_guard.audit.intake import take_events
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.verdict_lines import line_of
from collection_guard.audit.verdict_table import VerdictTable
from collection_guard.cli.main import app
from collection_guard.engines.durable import is_available
from collection_guard.facts.clock import local_date
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model import Event
from collection_guard.model.problems import ConfigurationError
from collection_guard.reports import render

ZONE = "Asia/Shanghai"
DAYS = 60
PACKS = load_packs(["core"])
Lines = dict[str, list[str]]
__all__ = ["simulate"]


def basis_of(log: Records, engine: str) -> Basis:
    """Return what a simulated log is judged by."""
    parameters = parameters_of(log.settings)
    return Basis(PACKS, parameters, Settings(timezone=ZONE), log.registry, log.profiles, engine=engine)


def verdicts(log: Records, engine: str, past: Sequence[Event], since: datetime | None = None) -> Lines:
    """Return the lines of the verdict file, by event."""
    found: Lines = defaultdict(list)
    intake = take_events(log.events, past=past, since=since, timezone=ZONE, profiles=log.profiles)
    report = run_audit(
        intake, basis_of(log, engine), lambda one: found[one.verdict.event_id].append(line_of(one.verdict))
    )
    assert report.contacts == len(found)
    assert len(intake.contacts) + len(intake.past) + len(intake.rejected) + len(intake.set_aside) == intake.rows_read
    return found


def by_day(events: Sequence[Event]) -> dict[date, list[Event]]:
    """Return events by the day on which they became known."""
    found: dict[date, list[Event]] = defaultdict(list)
    for event in events:
        found[local_date(event.known_from, ZONE)].append(event)
    return dict(sorted(found.items()))


@pytest.fixture(scope="module")
def log(simulate: object, tmp_path_factory: pytest.TempPathFactory) -> Records:
    """A log of sixty days, of which some contacts were recorded days after they had been made."""
    given = simulated(simulate, tmp_path_factory.mktemp("log"), 20251120, "clean", 420)  # type: ignore[arg-type]  # a fixture is no module to mypy
    first = min(event.started_at for event in given.events)
    kept = [event for event in given.events if event.started_at < first + timedelta(days=DAYS)]
    late = timedelta(days=2)
    return replace(
        given,
        events=[
            event.model_copy(update={"recorded_at": event.started_at + late}) if place % 9 == 0 else event
            for place, event in enumerate(kept)
        ],
    )


@pytest.mark.parametrize("engine", ["reference", "columnar", *(["durable"] if is_available() else [])])
def test_day_by_day_is_all_at_once(log: Records, engine: str) -> None:
    """Audits of one day each, with all earlier days as history, give each verdict and its evidence exactly."""
    days = by_day(log.events)
    assert len(days) > 40
    crossing = {event.case_id for event in log.events}
    assert (
        sum(
            len({day for day, events in days.items() if any(e.case_id == case for e in events)}) > 1
            for case in crossing
        )
        > 10
    )
    whole = verdicts(log, engine, ())
    assert sum('"verdict":"violation"' in line for lines in whole.values() for line in lines) > 20
    daily: Lines = {}
    past: list[Event] = []
    for events in days.values():
        found = verdicts(replace(log, events=events), engine, past)
        assert not found.keys() & daily.keys()
        daily |= found
        past += events
    assert daily == whole


@pytest.mark.parametrize("engine", ["reference", "columnar"])
def test_since_a_date_is_all_at_once_from_then_on(log: Records, engine: str) -> None:
    """Of one growing log, what became known since an instant is judged, a late record of an earlier day included."""
    whole = verdicts(log, engine, ())
    middle = sorted(event.started_at for event in log.events)[len(log.events) // 2]
    found = verdicts(log, engine, (), middle)
    known = {event.event_id: event.known_from for event in log.events}
    assert found == {name: lines for name, lines in whole.items() if known[name] >= middle}
    began_before = {event.event_id for event in log.events if event.started_at < middle}
    assert found.keys() & began_before


@pytest.mark.parametrize("which", ["all", "findings"])
def test_tables_and_reports_hold_what_was_judged(log: Records, tmp_path: Path, which: str) -> None:
    """History stands neither in the table of verdicts nor among the contacts of the report, whichever engine judges."""
    *before, last = by_day(log.events).values()
    past = [event for events in before for event in events]
    intake = take_events(last, past=past, timezone=ZONE, profiles=log.profiles)
    frames, reports = [], []
    for engine in ("reference", "columnar"):
        table = VerdictTable(which)  # type: ignore[arg-type]  # one of the words
        report = run_audit(intake, basis_of(log, engine), table)
        table.write(tmp_path / "verdicts.parquet")
        frames.append(pl.read_parquet(tmp_path / "verdicts.parquet"))
        report.engine = ""
        reports.append((render(report, "json", "en", masked=False), report.verdict_digest, report.empty_fields))
    assert frames[0].equals(frames[1])
    assert reports[0] == reports[1]
    assert set(frames[0]["event_id"]) <= {event.event_id for event in last}
    counts = json.loads(reports[0][0])["counts"]
    assert (counts["contacts"], counts["history"]) == (len(last), len(past))


def test_a_redelivery_is_not_judged_again(log: Records) -> None:
    """A contact that the history holds already is set aside, not judged a second time."""
    *before, last = by_day(log.events).values()
    again = before[-1]
    intake = take_events([*again, *last], past=[e for events in before for e in events], timezone=ZONE)
    assert {contact.event.event_id for contact in intake.contacts} == {event.event_id for event in last}
    assert intake.set_aside_by_reason() == {"redelivery": len(again)}


def lines_of(events: Sequence[Event]) -> str:
    return "".join(event.model_dump_json(exclude_none=True) + "\n" for event in events)


@pytest.fixture
def folder(log: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with one file of contacts for each day."""
    (tmp_path / "logs").mkdir()
    for day, events in by_day(log.events).items():
        (tmp_path / "logs" / f"{day}.jsonl").write_text(lines_of(events), "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path / "logs"


def test_the_command_judges_the_new_file(log: Records, folder: Path) -> None:
    """A folder may be the history of a file in it; the report says how many contacts were history."""
    files = sorted(folder.iterdir())
    last = json.loads(files[-1].read_text("utf-8").splitlines()[-1])
    options = ["--timezone", ZONE, "--format", "json", "--out", "report.json", "--fail-on", "never", "--quiet"]
    ran = CliRunner().invoke(app, ["audit", str(files[-1]), "--history", str(folder), *options])
    assert ran.exit_code == 0, ran.output
    found = json.loads(Path("report.json").read_text("utf-8"))
    assert found["counts"]["contacts"] == len(files[-1].read_text("utf-8").splitlines())
    assert found["counts"]["history"] == len(log.events) - found["counts"]["contacts"]
    assert [file["history"] for file in found["run"]["files"]] == [False] + [True] * (len(files) - 1)
    text = CliRunner().invoke(
        app, ["audit", str(files[-1]), "--history", str(folder), "--timezone", ZONE, "--lang", "zh"]
    )
    assert f"历史 {found['counts']['history']}" in text.output
    told = CliRunner().invoke(
        app, ["explain", last["event_id"], str(files[-1]), "--history", str(folder), "--timezone", ZONE]
    )
    assert told.exit_code == 0, told.output


def test_since_by_the_command(folder: Path) -> None:
    """A date is that of the configured zone, an instant needs none, and what is neither is refused."""
    last = max(path.stem for path in folder.iterdir())

    def counts(*options: str) -> dict[str, int]:
        ran = CliRunner().invoke(
            app, ["audit", str(folder), *options, "--format", "json", "--out", "report.json", "--fail-on", "never"]
        )
        assert ran.exit_code == 0, ran.output
        found: dict[str, int] = json.loads(Path("report.json").read_text("utf-8"))["counts"]
        return found

    by_date = counts("--since", last, "--timezone", ZONE)
    assert by_date["contacts"] == len((folder / f"{last}.jsonl").read_text("utf-8").splitlines())
    assert counts("--since", f"{last}T00:00:00+08:00")["contacts"] == by_date["contacts"]
    for wrong, word in (("yesterday", "YYYY-MM-DD"), (last, "--timezone"), (f"{last}T10:00:00", "--timezone")):
        ran = CliRunner().invoke(app, ["audit", str(folder), "--since", wrong, "--lang", "en"])
        assert ran.exit_code == 2
        assert word in ran.output


def test_by_the_library(log: Records, folder: Path) -> None:
    """The library takes history as events or as paths, and an instant without a zone is none."""
    *before, last = by_day(log.events).values()
    past = [event for events in before for event in events]
    events = audit(last, past=past, timezone=ZONE)
    paths = audit(max(folder.iterdir()), past=folder, timezone=ZONE)
    assert events.contacts == paths.contacts == len(last)
    assert events.verdict_digest == paths.verdict_digest
    with pytest.raises(ConfigurationError):
        audit(last, since=datetime(2025, 11, 1))  # noqa: DTZ001  # what is refused

"""Verdicts as Parquet: the same table whichever engine judged, and what the JSON lines say."""

import json
from pathlib import Path

import polars as pl
import pytest
from plain.random_log import RandomLog
from typer.testing import CliRunner

from audit.test_columnar_audit import basis_of
from collection_guard.audit.intake import take_events
from collection_guard.audit.run import run_audit
from collection_guard.audit.verdict_lines import Which, line_of
from collection_guard.audit.verdict_table import CODES, VerdictTable
from collection_guard.cli import audit as command
from collection_guard.cli.main import app


@pytest.mark.parametrize("which", ["all", "assessed", "findings"])
def test_the_table_is_the_same_by_every_engine(tmp_path: Path, which: Which) -> None:
    """Contact by contact or in columns, the table is one, and says what the verdicts are."""
    log = RandomLog(11).records(cases=4)
    events = [event.model_copy(update={"event_id": f"{event.event_id}\ud800"}) for event in log.events]
    said = []
    frames = []
    for engine in ("reference", "columnar"):
        basis = basis_of(log, engine)
        table = VerdictTable(which)
        intake = take_events(events, timezone="Asia/Shanghai", profiles=log.profiles)
        run_audit(intake, basis, table)
        table.write(tmp_path / "new" / "verdicts.parquet")
        frames.append(pl.read_parquet(tmp_path / "new" / "verdicts.parquet"))
        run_audit(intake, basis, lambda judged: said.append(json.loads(line_of(judged.verdict))))
    assert frames[0].equals(frames[1])
    assert frames[0].schema == frames[1].schema
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["verdicts.parquet"]
    said = said[: len(said) // 2]
    if which == "all":
        rules = frames[0].columns[2:]
        codes = [[CODES[verdict["verdict"]] for verdict in said[place :: len(rules)]] for place in range(len(rules))]
        assert [frames[0][rule].to_list() for rule in rules] == codes
        assert frames[0].height == len(events)
        return
    wanted = {"assessed": {"violation", "clear"}, "findings": {"violation", "unassessable"}}[which]
    rows = [(one["rule"], one["verdict"], one["missing"]) for one in said if one["verdict"] in wanted]
    assert frames[0].select("rule", "verdict", "missing").rows() == rows
    assert frames[0]["event_id"][0].endswith("\\ud800")


@pytest.mark.parametrize("which", ["all", "findings"])
def test_a_table_of_nothing(tmp_path: Path, which: Which) -> None:
    """Of no contacts there is a table without rows."""
    for engine in ("reference", "columnar"):
        table = VerdictTable(which)
        run_audit(take_events([], timezone="UTC"), basis_of(RandomLog(1).records(cases=1), engine), table)
        table.write(tmp_path / "none.parquet")
        assert pl.read_parquet(tmp_path / "none.parquet").height == 0


def test_the_command_writes_a_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file named .parquet is a table; without polars the command says what to install."""
    line = {"event_id": "E", "case_id": "C", "channel": "call", "direction": "outbound"}
    log = tmp_path / "log.jsonl"
    log.write_text(json.dumps(line | {"started_at": "2025-11-20T23:00:00+08:00"}) + "\n", "utf-8")
    arguments = ["audit", str(log), "--timezone", "Asia/Shanghai", "--verdicts", str(tmp_path / "v.parquet")]
    done = CliRunner().invoke(app, [*arguments, "--engine", "columnar", "--lang", "en"])
    assert done.exit_code == 1, done.output
    assert "contact-outside-permitted-hours" in pl.read_parquet(tmp_path / "v.parquet")["rule"].to_list()
    monkeypatch.setattr(command, "find_spec", lambda _: None)
    refused = CliRunner().invoke(app, [*arguments, "--lang", "en"])
    assert refused.exit_code == 2
    assert "collection-guard[large]" in refused.output

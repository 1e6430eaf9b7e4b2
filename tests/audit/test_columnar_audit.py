"""An audit by columns gives the report, the verdicts and the evidence of an audit contact by contact."""

import random
from pathlib import Path
from typing import Any

import pytest
from engines.test_columnar import detect
from plain.engine_reading import parameters_of
from plain.random_log import RandomLog
from plain.test_agreement import drawn_seed

from collection_guard.audit.intake import take_events
from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.verdict_lines import line_of
from collection_guard.engines import columnar
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model import Event
from collection_guard.reports import render

PACKS = load_packs(["core", Path(__file__).parents[1] / "language/sayable"])


def basis_of(log: Any, engine: str) -> Basis:
    """Return what a random log is judged by."""
    given = log.settings
    settings = Settings(given.timezone, given.country, given.assume_party, given.history, given.history_complete_from)
    return Basis(PACKS, parameters_of(given), settings, log.registry, log.profiles, detect, "test", engine)


def audited(events: list[Event], basis: Basis) -> tuple[Report, list[str]]:
    """Audit events; return the report and the lines of the verdict file."""
    lines: list[str] = []
    intake = take_events(events, timezone=basis.settings.timezone, profiles=basis.profiles)
    return run_audit(intake, basis, lambda judged: lines.append(line_of(judged.verdict))), lines


@pytest.mark.parametrize("seed", [3, None])
def test_the_report_is_the_same(seed: int | None) -> None:
    """Report, empty fields, digest, verdict file and evidence are the same, in the same order, but for the engine."""
    seed = drawn_seed("random log") if seed is None else seed
    log = RandomLog(seed).records(cases=8)
    events = [
        event.model_copy(update={"content": random.Random(index).choice(("threat", "[天平律师事务所]", "", None))})
        for index, event in enumerate(log.events)
    ]
    one, lines = audited(events, basis_of(log, "reference"))
    other, found = audited(events, basis_of(log, "columnar"))
    assert other.engine == "columnar"
    assert found == lines
    assert any('"evidence":{"' in line for line in lines)
    other.engine = one.engine
    for name in ("by_rule", "by_agency", "missing", "empty_fields", "violations", "verdict_digest", "looks_past_log"):
        assert getattr(other, name) == getattr(one, name), name
    assert list(other.by_agency) == list(one.by_agency)
    assert [list(counts) for counts in other.missing.values()] == [list(counts) for counts in one.missing.values()]
    assert render(other, "json", "en", masked=True) == render(one, "json", "en", masked=True)
    assert render(other, "text", "zh", masked=False) == render(one, "text", "zh", masked=False)


def test_auto_takes_columns_for_many_contacts(monkeypatch: pytest.MonkeyPatch) -> None:
    """From a size on columns are taken, and the report says so; below it they are not."""
    log = RandomLog(5).records(cases=2)
    basis = basis_of(log, "auto")
    progress: list[int] = []
    intake = take_events(log.events, timezone="Asia/Shanghai", profiles=log.profiles)
    monkeypatch.setattr(columnar, "FROM_CONTACTS", len(intake.contacts))
    assert run_audit(intake, basis, None, progress.append).engine == "columnar"
    assert progress == sorted(progress)
    assert progress[-1] == len(intake.contacts)
    monkeypatch.setattr(columnar, "FROM_CONTACTS", len(intake.contacts) + 1)
    assert run_audit(intake, basis).engine != "columnar"


def test_no_contacts() -> None:
    """A log of no contacts has an empty report."""
    report, lines = audited([], basis_of(RandomLog(1).records(cases=1), "columnar"))
    assert lines == []
    assert report.engine == "columnar"

"""Simulated months: every planted wrong is found and nothing else, whatever the engine and the order of the input."""

import json
import random
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest

from collection_guard.audit.intake import take_events
from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.verdict_lines import line_of
from collection_guard.engines.durable import DurableEngine
from collection_guard.engines.judge import Judge, Judged
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.sheet import FactSource
from collection_guard.facts.world import Settings
from collection_guard.language.compiled import RuleSet
from collection_guard.language.packs import load_packs
from collection_guard.model import Event

SIMULATE = Path(__file__).parents[2] / "examples" / "simulate.py"
SEEDS = [random.SystemRandom().randrange(10**9) for _ in range(3)]
CONTACTS = 50_000


def simulated(folder: Path, seed: int, contacts: int) -> Path:
    """Simulate a log with its planted wrongs."""
    out = folder / f"seed-{seed}"
    arguments = ["--seed", str(seed), "--contacts", str(contacts), "--out", str(out)]
    subprocess.run([sys.executable, str(SIMULATE), *arguments], check=True, capture_output=True)
    return out


def basis_of(folder: Path, engine: str) -> Basis:
    """Return what a simulated log is judged by."""
    told = json.loads((folder / "settings.json").read_text("utf-8"))
    return Basis(
        packs=load_packs(["core"]),
        parameters=told["parameters"],
        settings=Settings(timezone=told["timezone"]),
        registry=read_registry(folder / "registry.csv"),
        profiles=read_profiles(folder / "cases.jsonl"),
        engine=engine,
    )


def events_of(folder: Path) -> list[Event]:
    """Return the events of a simulated log."""
    with (folder / "events.jsonl").open(encoding="utf-8") as file:
        return [Event.model_validate_json(line) for line in file]


def audited(folder: Path, events: list[Event], engine: str, each: Callable[[Judged], None] | None = None) -> Report:
    """Audit a simulated log; ``each`` is called with every verdict."""
    basis = basis_of(folder, engine)
    intake = take_events(events, timezone=basis.settings.timezone, profiles=basis.profiles)
    return run_audit(intake, basis, each)


def verdicts_of(folder: Path, events: list[Event], engine: str) -> bytes:
    """Audit a simulated log; return all verdicts as the verdict file would hold them."""
    lines: list[str] = []
    audited(folder, events, engine, lambda judged: lines.append(line_of(judged.verdict)))
    return "".join(lines).encode()


class Twins:
    """Both engines on the same facts; what they say of a contact has to be the same."""

    name = "durable"

    def __init__(self, rule_set: RuleSet) -> None:
        self._durable, self._reference = DurableEngine(rule_set), ReferenceEngine(rule_set)

    def verdicts(self, facts: FactSource) -> list[str]:
        """Return the verdicts of durable-rules, after the reference engine gave the same."""
        words = self._durable.verdicts(facts)
        assert words == self._reference.verdicts(facts)
        return words


def assert_found_exactly(folder: Path, report: Report) -> None:
    """Precision and recall are 1 per rule."""
    planted: dict[str, set[str]] = {rule: set() for rule in report.rules}
    for line in (folder / "planted.jsonl").read_text("utf-8").splitlines():
        wrong = json.loads(line)
        planted[wrong["rule"]].add(wrong["event_id"])
    found: dict[str, set[str]] = {rule: set() for rule in report.rules}
    for violation in report.violations:
        found[violation.rule].add(violation.contact.event.event_id)
    assert found == planted, folder
    assert all(planted.values()), f"a rule of which no wrong was planted: {folder}"


@pytest.mark.long
@pytest.mark.no_cover  # what these lines are is covered elsewhere; tracing 150,000 contacts takes many minutes
@pytest.mark.parametrize("seed", SEEDS, ids=["first", "second", "third"])
def test_planted_wrongs_are_found_exactly(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    """Precision and recall are 1 per rule on 50,000 contacts, and both engines say the same of the same facts.

    All that a verdict file holds besides these words comes of the facts and the words, by code that knows no engine.
    """
    folder = simulated(tmp_path, seed, CONTACTS)
    monkeypatch.setattr(import_module("collection_guard.audit.run"), "Judge", partial(Judge, make=Twins))
    assert_found_exactly(folder, audited(folder, events_of(folder), "durable"))


@pytest.mark.no_cover
def test_both_engines_write_the_same_bytes(tmp_path: Path) -> None:
    """The verdict files of two whole audits, one by each engine, are byte-identical."""
    folder = simulated(tmp_path, SEEDS[0], CONTACTS // 5)
    events = events_of(folder)
    by_durable = verdicts_of(folder, events, "durable")
    assert len(by_durable) > len(events)
    assert verdicts_of(folder, events, "reference") == by_durable, folder


def test_order_free(tmp_path: Path) -> None:
    """order-free: shuffled rows, and whole cases judged apart, give the same verdicts byte for byte."""
    folder = simulated(tmp_path, SEEDS[0], 3_000)
    events = events_of(folder)
    whole = verdicts_of(folder, events, "auto")
    shuffled = random.Random(SEEDS[1]).sample(events, len(events))
    assert verdicts_of(folder, shuffled, "auto") == whole
    keys = sorted({event.borrower_id or event.case_id for event in events})
    part_of = {key: index % 3 for index, key in enumerate(keys)}
    parts = [[event for event in events if part_of[event.borrower_id or event.case_id] == part] for part in range(3)]
    lines = [line for part in parts for line in verdicts_of(folder, part, "auto").splitlines()]
    assert sorted(lines) == sorted(whole.splitlines())


def test_no_look_ahead(tmp_path: Path) -> None:
    """no-look-ahead: the verdicts on a log's beginning do not change when the rest of it is cut off."""
    folder = simulated(tmp_path, SEEDS[2], 3_000)
    events = sorted(events_of(folder), key=lambda event: (event.started_at, event.event_id))
    whole = verdicts_of(folder, events, "auto")
    beginning = verdicts_of(folder, events[:1_500], "auto")
    assert whole.startswith(beginning)


def test_nothing_lost(tmp_path: Path) -> None:
    """nothing-lost: contacts, rejected rows and rows set aside are the rows that were read."""
    folder = simulated(tmp_path, SEEDS[0], 1_000)
    events = events_of(folder)
    twice = [*events, *events[:10]]
    report = audited(folder, twice, "auto")
    intake = report.intake
    assert intake.rows_read == 1_010
    assert report.contacts + len(intake.rejected) + len(intake.set_aside) == intake.rows_read
    assert intake.set_aside_by_reason() == {"redelivery": 10} | {
        reason: count for reason, count in intake.set_aside_by_reason().items() if reason != "redelivery"
    }

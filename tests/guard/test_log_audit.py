"""The decision log as a log of an audit: records are contacts, checks are counted, and verdicts are those logged."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.reading import read_logs
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Intake
from collection_guard.cli.main import app
from collection_guard.engines.judge import Judged
from collection_guard.facts.world import Settings, World
from collection_guard.guard.log.replay import replay
from collection_guard.guard.surroundings import surroundings
from collection_guard.language.packs import load_packs
from collection_guard.model.chain import BEGINNING, SUFFIX, line_of, log_files
from guard.lives import life, options
from guard.making import MORNING, OWN, Clock, answered, attempt, open_guard, profile

Said = dict[str, dict[str, tuple[str, tuple[str, ...]]]]


def logged(folder: Path) -> Said:
    """Return what the guard said of each contact that it recorded."""
    found: Said = {}
    for path in log_files(folder):
        for line in path.read_bytes().splitlines():
            said = json.loads(line)
            if said["kind"] == "record":
                verdicts = said["verdicts"]
                one = found[said["event"]["event_id"]] = {
                    rule: (word, ()) for word in ("violation", "clear") for rule in verdicts[word]
                }
                one |= {rule: ("unassessable", tuple(missing)) for rule, missing in verdicts["unassessable"].items()}
    return found


def audited(intake: Intake, **basis: Any) -> Said:
    """Return what an audit says of each contact."""
    found: Said = {}

    def keep(judged: Judged) -> None:
        verdict = judged.verdict
        rules = found.setdefault(verdict.event_id, {})
        if verdict.verdict != "not_applicable":
            rules[verdict.rule] = (verdict.verdict, verdict.missing)

    settings = Settings(timezone="Asia/Shanghai")
    run_audit(intake, Basis(load_packs(["core"]), {"contacts_per_day": 3}, settings, engine="reference", **basis), keep)
    return found


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a guard's life, which three writers logged."""
    folder = tmp_path_factory.mktemp("lived")
    life(folder, 6, 300, openings=3)
    return folder / "log"


def test_gate_and_audit_agree(lived: Path) -> None:
    """Judged again from its log, each check and each record has the same verdicts with the same missing facts."""
    world = World(Settings(timezone="Asia/Shanghai"))
    found = replay(lived, surroundings(load_packs(["core"]), {"contacts_per_day": 3}, world, "reference"))
    assert found.checks > 150
    assert found.records > 200
    assert found.other_rules == 0
    assert found.differences == []


def test_an_audit_of_the_log_says_what_the_guard_said(lived: Path) -> None:
    """Event, rule, verdict and missing facts are equal, whatever profiles, registry and detector the audit has."""
    intake = read_logs([lived])
    said = logged(lived)
    assert len(intake.contacts) == len(said) > 200
    assert audited(intake) == said
    other = profile(case_id="C-1", numbers=[], instructions=[{"kind": "cease"}])
    assert audited(intake, profiles={"C-1": other}, detector=detector_in_use("lexicon")[0]) == said


def test_every_line_of_the_log_is_a_contact_or_set_aside_with_its_reason(lived: Path) -> None:
    """Checks are counted by what came of them; profiles and cancels are notes; nothing is rejected, no line is lost."""
    lines = [json.loads(line) for path in log_files(lived) for line in path.read_bytes().splitlines()]
    intake = read_logs([lived])
    assert intake.rejected == ()
    assert intake.rows_read == len(lines)
    kinds = Counter(line["kind"] for line in lines)
    counted = intake.set_aside_by_reason()
    assert len(intake.contacts) == kinds["record"]
    checks = {name: count for name, count in counted.items() if name.startswith("check_")}
    assert sum(checks.values()) == kinds["check"]
    tokens = {line.get("token") for line in lines if line["kind"] == "record"}
    assert checks["check_recorded"] == sum(line["token"] in tokens for line in lines if line["kind"] == "check")
    assert checks["check_deny"] > 0
    assert counted["decision_note"] == sum(kinds[kind] for kind in ("profile", "cancel", "redelivery", "not_made"))


def test_an_override_and_a_record_made_again_are_told_apart(tmp_path: Path) -> None:
    """An override stands under its own reason; of two lines of one contact the later is the contact."""
    clock = Clock()
    guard = open_guard(clock, options=options(tmp_path))
    token = guard.override(attempt(), reason="asked for it", by="Li Wei", confirmed_by="Gao Fang").token
    guard.record(answered("E-1", clock.at), token=token)
    guard.close()
    clock.move(seconds=5)
    # The store of the first guard is gone, as where a step failed after its line was written.
    again = open_guard(clock, options=options(tmp_path))
    again.record(answered("E-1", MORNING))
    again.close()
    intake = read_logs([tmp_path / "log"])
    counted = intake.set_aside_by_reason()
    assert (counted["check_overridden"], counted["recorded_again"]) == (1, 1)
    (contact,) = intake.contacts
    assert contact.event.recorded_at == clock.at


def test_a_writer_that_could_not_write_is_no_log(lived: Path) -> None:
    """The empty file that a full disk leaves is nothing, and does not keep the others from being audited."""
    empty = lived / f"0000{SUFFIX}"
    empty.touch()
    try:
        arguments = ["audit", str(lived), "--timezone", "Asia/Shanghai", "--fail-on", "never", "--format", "json"]
        ran = CliRunner().invoke(app, arguments)
        assert ran.exit_code == 0, ran.output
        assert json.loads(ran.stdout)["counts"]["contacts"] > 0
    finally:
        empty.unlink()


def test_lines_that_are_none_are_rejected_with_their_cause(tmp_path: Path) -> None:
    """A record whose profile was removed, a field that is none and a broken line are named, and the rest is read."""
    clock = Clock()
    guard = open_guard(clock, options=options(tmp_path))
    for number in range(3):
        guard.record(answered(f"E-{number}", clock.at))
        clock.move(seconds=1)
    guard.close()
    (path,) = log_files(tmp_path / "log")
    profile_line, first, second, third = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(first + profile_line + second.replace(b'"channel":"call"', b'"channel":"cal"') + third + b"{\n")
    intake = read_logs([path])
    assert [one.reason for one in intake.rejected][:2] == ["decision_without_profile", "field_invalid"]
    assert len(intake.rejected) == 3
    assert [one.event.event_id for one in intake.contacts] == ["E-2"]


def test_the_commands_read_the_log_without_profiles_or_registry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`audit` names its lines by reason, and `explain` shows one of its contacts; no number stands in either."""
    clock = Clock()
    guard = open_guard(clock, options=options(tmp_path))
    clock.move(hours=12)
    guard.check(attempt())
    guard.record(answered("E-1", clock.at))
    guard.close()
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["audit", "log", "--timezone", "Asia/Shanghai", "--lang", "en"])
    assert done.exit_code == 1
    assert "contact-outside-permitted-hours" in done.stdout
    assert "check that the guard denied" in done.stdout
    told = CliRunner().invoke(app, ["explain", "E-1", "log", "--timezone", "Asia/Shanghai", "--lang", "en"])
    assert told.exit_code == 0
    assert "2025-11-21 08:00:00 Asia/Shanghai" in told.stdout
    assert OWN not in done.stdout + told.stdout


def broken_log(folder: Path) -> tuple[Path, list[bytes]]:
    """Write the log of two calls, the second at night, and return its file and lines."""
    clock = Clock()
    guard = open_guard(clock, options=options(folder))
    guard.record(answered("E-1", clock.at))
    clock.move(hours=12)
    guard.record(answered("E-2", clock.at))
    clock.move(hours=12)
    guard.record(answered("E-3", clock.at))
    guard.close()
    (path,) = log_files(folder / "log")
    return path, path.read_bytes().splitlines(keepends=True)


def test_a_log_from_which_a_line_was_taken_is_not_judged_as_if_it_were_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The report begins with it, stderr and JSON name file and line, and the exit code is that of a broken input."""
    path, lines = broken_log(tmp_path)
    monkeypatch.chdir(tmp_path)
    run = CliRunner().invoke
    zone = ["--timezone", "Asia/Shanghai", "--lang", "en", "--fail-on", "never"]
    whole = run(app, ["audit", "log", *zone, "--format", "json"])
    assert (whole.exit_code, json.loads(whole.stdout)["broken_decision_logs"]) == (0, [])
    gone = next(place for place, line in enumerate(lines) if b'"event_id":"E-2"' in line)
    path.write_bytes(b"".join(lines[:gone] + lines[gone + 1 :]))
    place = f"log/{path.name}:{gone + 1}"
    told = run(app, ["audit", "log", *zone])
    assert told.exit_code == 4
    assert told.stdout.index("Careful: a decision log is not as it was written") < told.stdout.index("Contacts")
    assert told.stderr.startswith(f"{place}: the line is number {gone + 2} where {gone + 1} is due")
    given = json.loads(run(app, ["audit", "log", *zone, "--format", "json"]).stdout)
    codes = [(one["code"], one["row"]) for one in given["broken_decision_logs"]]
    assert codes == [("log_number", gone + 1), ("log_chain_broken", gone + 1)]
    assert [(one["code"], one["row"]) for one in given["data_findings"]] == [("DECISION_LOG_BROKEN", gone + 1)]
    by_stdin = run(app, ["audit", "-", *zone], input=path.read_bytes())
    assert (by_stdin.exit_code, f"stdin:{gone + 1}: the line is number" in by_stdin.stderr) == (4, True)
    explained = run(app, ["explain", "E-3", "log", "--timezone", "Asia/Shanghai", "--lang", "en"])
    assert (explained.exit_code, place in explained.stderr) == (0, True)
    replayed = run(app, ["log", "replay", "log", "--timezone", "Asia/Shanghai", "--lang", "en"])
    assert (replayed.exit_code, place in replayed.stderr) == (4, True)
    assert replayed.stdout.startswith("Careful: the log is not as it was written")


def test_a_log_with_a_line_that_is_none_is_not_judged_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`log replay` says of it what `log verify` says, with its exit code; so it does of a forged chain of odd lines."""
    path, lines = broken_log(tmp_path)
    monkeypatch.chdir(tmp_path)
    replay_log = ["log", "replay", "log", "--timezone", "Asia/Shanghai", "--lang", "en"]
    path.write_bytes(b"".join([*lines[:2], b"\xff garbage\n", *lines[2:]]))
    verified = CliRunner().invoke(app, ["log", "verify", "log", "--lang", "en"])
    replayed = CliRunner().invoke(app, replay_log)
    assert (replayed.exit_code, replayed.stderr) == (verified.exit_code, verified.stderr)
    assert (verified.exit_code, f"{path.name}:3: this is no line of a log" in verified.stderr) == (4, True)
    writer = path.name.removesuffix(SUFFIX)
    for odd in ({}, {"kind": "record", "verdicts": 3}, {"kind": "clock", "at": "noon", "heads": {}}):
        path.write_bytes(line_of(writer, 1, BEGINNING, odd) + b"\n")
        replayed = CliRunner().invoke(app, replay_log)
        assert (replayed.exit_code, f"{path.name}:1: this is no line of a log" in replayed.stderr) == (4, True)

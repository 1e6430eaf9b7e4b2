"""Each way for a log to be wrong has a file, and the file its message."""

from pathlib import Path
from typing import Any

import pytest

from collection_guard.audit.reading import read_logs
from collection_guard.audit.taken import Intake
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.problems import LogError
from collection_guard.model.texts import LANGS, catalogue

FOLDER = Path(__file__).parent.parent / "bad_logs"
EXPECTED: dict[str, dict[str, Any]] = read_yaml(FOLDER / "expected.yaml").data
ELSEWHERE = {"row_cell_too_long", "further_field", "decision_without_profile"}
"""Reasons that tests of their own cover: a file too large to keep, the fields of packs, a guard's decision log."""


def read(name: str) -> Intake:
    """Read one bad log as its entry asks."""
    entry = EXPECTED[name]
    map_file = FOLDER / entry["map"] if "map" in entry else None
    return read_logs([FOLDER / name], timezone=entry.get("timezone", "Asia/Shanghai"), map_file=map_file)


def named(kind: str) -> list[str]:
    """Return the logs whose entry has a key."""
    return sorted(name for name, entry in EXPECTED.items() if kind in entry)


@pytest.mark.parametrize("name", named("refused"))
def test_a_file_that_cannot_be_read_is_refused_with_cause_place_and_help(name: str) -> None:
    """One problem, its place, and words in both languages that say what to do."""
    entry = EXPECTED[name]
    with pytest.raises(LogError) as caught:
        read(name)
    [problem] = caught.value.problems
    assert problem.code == entry["refused"]
    assert Path(problem.file or "").name == name
    assert (problem.line or problem.row) == entry.get("place")
    for lang in LANGS:
        assert entry[lang] in problem.render(lang)
    assert problem.help("zh"), "a person must be told what to do"


@pytest.mark.parametrize("name", named("rejected"))
def test_rows_that_cannot_become_events_are_rejected_and_the_rest_is_read(name: str) -> None:
    """Row, reason and words are as expected; the other rows are contacts; no row is lost."""
    entry = EXPECTED[name]
    intake = read(name)
    assert {str(row.position.row): row.reason for row in intake.rejected} == entry["rejected"]
    assert len(intake.contacts) == entry["contacts"]
    assert len(intake.contacts) + len(intake.rejected) + len(intake.set_aside) == intake.rows_read
    assert {finding.column: finding.code for finding in intake.findings} == entry.get("findings", {})
    for lang in LANGS:
        said = [f"{row.cause(lang)}; {row.help(lang) or ''}" for row in intake.rejected]
        assert any(entry[lang] in text for text in said) or not said


def test_every_reason_to_reject_a_row_has_its_bad_log() -> None:
    """No reason stands in the catalogue without a file that shows it, and no file is without an entry."""
    reasons = {code.split(".")[1] for code in catalogue() if code.startswith("rejected.")}
    shown = {reason for entry in EXPECTED.values() for reason in entry.get("rejected", {}).values()}
    # Lists of recordings are no logs; tests/reconciliation covers them.
    reasons = {reason for reason in reasons if not reason.startswith("recording_")}
    assert reasons - shown - ELSEWHERE == set()
    assert shown <= reasons
    files = {path.name for path in FOLDER.iterdir() if path.suffix != ".yaml"}
    assert files == set(EXPECTED)


def test_all_problems_of_all_files_come_in_one_run() -> None:
    """A run over several unreadable files names each of them."""
    names = named("refused")[:5]
    with pytest.raises(LogError) as caught:
        read_logs([FOLDER / name for name in names])
    assert [Path(problem.file or "").name for problem in caught.value.problems] == names

"""The simulator: the same seed gives the same log, every core rule is planted, and what it writes is readable."""

import importlib
import json
import sys
from collections import Counter
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from collection_guard.model import CaseProfile, Event
from collection_guard.model import words as model_words

EXAMPLES = Path(__file__).parents[2] / "examples"
CONTACTS = 4000


@pytest.fixture(scope="session")
def simulate() -> ModuleType:
    """Return the simulator, which is a script beside the package, not a part of it."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        return importlib.import_module("simulate")
    finally:
        sys.path.remove(str(EXAMPLES))


@pytest.fixture(scope="session")
def clean(simulate: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a clean log."""
    out = tmp_path_factory.mktemp("clean")
    simulate.simulate(11, CONTACTS, out)
    return out


@pytest.fixture(scope="session")
def wild(simulate: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a wild log."""
    out = tmp_path_factory.mktemp("wild")
    simulate.simulate(11, CONTACTS, out, "wild")
    return out


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())}


@pytest.mark.parametrize("profile", ["clean", "wild", "ledgers"])
def test_same_seed_same_bytes(simulate: ModuleType, tmp_path: Path, profile: str) -> None:
    """One seed and size give the same files byte for byte; another seed gives others."""
    for name, seed in (("one", 5), ("two", 5), ("three", 6)):
        simulate.simulate(seed, 300, tmp_path / name, profile)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    telling = "calls.csv" if profile == "ledgers" else "events.jsonl"
    assert contents(tmp_path / "one")[telling] != contents(tmp_path / "three")[telling]


@pytest.mark.parametrize("size", [1, 13, 700])
@pytest.mark.parametrize("profile", ["clean", "wild"])
def test_size_is_exact(simulate: ModuleType, tmp_path: Path, profile: str, size: int) -> None:
    """A log holds as many contacts as were asked for, each with an id of its own."""
    simulate.simulate(3, size, tmp_path, profile)
    events = lines(tmp_path / "events.jsonl")
    assert size == len(events) == len({event["event_id"] for event in events})


def test_smaller_log_is_the_start_of_a_larger_one(simulate: ModuleType, tmp_path: Path, clean: Path) -> None:
    """Whatever is cut off at the end, what is kept is the same, and so are its wrongs."""
    simulate.simulate(11, 1237, tmp_path)
    kept = (tmp_path / "events.jsonl").read_text("utf-8").splitlines()
    assert kept == (clean / "events.jsonl").read_text("utf-8").splitlines()[:1237]
    ids = {event["event_id"] for event in lines(tmp_path / "events.jsonl")}
    wrongs = [wrong for wrong in lines(clean / "planted.jsonl") if wrong["event_id"] in ids]
    assert wrongs == lines(tmp_path / "planted.jsonl")


def test_every_core_rule_is_planted(simulate: ModuleType, clean: Path) -> None:
    """Each rule of the core pack has wrongs of its own, and each wrong is of a contact of the log, once."""
    wrongs = lines(clean / "planted.jsonl")
    ids = {event["event_id"] for event in lines(clean / "events.jsonl")}
    planted = Counter(wrong["rule"] for wrong in wrongs)
    assert set(planted) == set(simulate.rule_ids.ALL)
    assert len(planted) == 28
    assert {wrong["event_id"] for wrong in wrongs} <= ids
    assert len(wrongs) == len({(wrong["event_id"], wrong["rule"]) for wrong in wrongs})


@pytest.mark.parametrize("folder", ["clean", "wild"])
def test_records_are_of_the_model(folder: str, request: pytest.FixtureRequest) -> None:
    """Every contact and profile is one that the package reads."""
    path: Path = request.getfixturevalue(folder)
    for line in (path / "events.jsonl").read_text("utf-8").splitlines():
        Event.model_validate_json(line)
    for line in (path / "cases.jsonl").read_text("utf-8").splitlines():
        CaseProfile.model_validate_json(line)


def test_clean_contacts_of_a_borrower_are_apart_in_time(clean: Path) -> None:
    """No two contacts of one borrower begin at one instant, so their order is plain."""
    by_borrower: dict[str, list[datetime]] = {}
    for event in lines(clean / "events.jsonl"):
        by_borrower.setdefault(event["borrower_id"], []).append(datetime.fromisoformat(event["started_at"]))
    assert len(by_borrower) > 100
    for moments in by_borrower.values():
        assert all(earlier < later for earlier, later in pairwise(moments))


def test_clean_contacts_give_every_signal(clean: Path) -> None:
    """Nothing hangs on the detection of signals in texts: all fourteen are given."""
    for event in lines(clean / "events.jsonl"):
        assert set(event["signals"]) == set(model_words.SIGNALS)


def test_wild_log_is_awkward(wild: Path) -> None:
    """A wild log has ties, late records, masked numbers, both empty and missing texts, and cases without profile."""
    events, profiles = lines(wild / "events.jsonl"), lines(wild / "cases.jsonl")
    starts = [(event["case_id"], datetime.fromisoformat(event["started_at"])) for event in events]
    assert len(set(starts)) < len(starts)
    assert any(
        datetime.fromisoformat(event["recorded_at"]) > datetime.fromisoformat(event["started_at"])
        for event in events
        if event.get("recorded_at")
    )
    numbers = {(event.get("recipient") or {}).get("number") or "" for event in events}
    assert "138****1234" in numbers
    assert any(number.startswith("+1 ") for number in numbers)
    assert {None, ""} <= {event.get("content") for event in events}
    assert {event["case_id"] for event in events} > {profile["case_id"] for profile in profiles}
    assert any(profile.get("numbers", 0) is None for profile in profiles)
    assert not (wild / "planted.jsonl").exists()


def test_words_are_those_of_the_model(simulate: ModuleType) -> None:
    """The simulator, which knows nothing of the package, uses exactly the words of the event model."""
    words = json.loads((simulate.DATA / "event_words.json").read_text("utf-8"))
    names = {
        "channel": model_words.CHANNELS,
        "direction": model_words.DIRECTIONS,
        "audience": model_words.AUDIENCES,
        "collector_kind": model_words.COLLECTOR_KINDS,
        "relationship": model_words.RELATIONSHIPS,
        "role": model_words.ROLES,
        "network": model_words.NETWORKS,
        "answered_by": model_words.ANSWERED_BY,
        "party": model_words.PARTIES,
        "state_change": model_words.STATE_CHANGES,
        "disposition": model_words.DISPOSITIONS,
        "signal": model_words.SIGNALS,
        "instruction_kind": model_words.INSTRUCTION_KINDS,
        "accessibility": model_words.ACCESSIBILITY_NEEDS,
        "weekday": model_words.WEEKDAYS,
    }
    assert words == {name: list(values) for name, values in names.items()}

"""The engine agrees with the plain reading, fact by fact and verdict by verdict."""

import csv
import importlib
import json
import random
import sys
from collections import Counter
from pathlib import Path
from types import ModuleType

import pytest

from collection_guard.model import CaseProfile, Event, RegistryData, RegistryEntry

from .cases import Records
from .engine_reading import engine_reading
from .random_log import RandomLog
from .reading import judge
from .values import Settings

EXAMPLES = Path(__file__).parents[2] / "examples"
LOGS = 300
ONCE_APART = 478_220
"""A contact of a borrower whose only case says nothing of its history, kept under a case that does."""
CONTACTS = 25_000
"""So many of each profile, fifty thousand in all."""


def differences(given: Records) -> tuple[Counter[str], dict[str, str]]:
    """Return how often the two readings differ, by fact and by rule, and the first example of each."""
    others = (given.profiles, given.registry, given.settings)
    plain_facts, plain_verdicts = judge(given.events, *others)
    names = next(iter(plain_facts.values())).keys()
    facts, verdicts, _ = engine_reading(given.events, *others, names)
    found: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for event_id, values in plain_facts.items():
        for name, value in values.items():
            if facts[event_id][name] != value:
                found[name] += 1
                examples.setdefault(name, f"{event_id}: plain {value}, engine {facts[event_id][name]}")
    for key, verdict in plain_verdicts.items():
        if verdicts[key] != verdict:
            found[key[1]] += 1
            examples.setdefault(key[1], f"{key[0]}: plain {verdict}, engine {verdicts[key]}")
    assert verdicts.keys() == plain_verdicts.keys()
    return found, examples


def drawn_seed(what: str) -> int:
    """Draw a seed, and print it: pytest shows it where the test fails."""
    seed = random.SystemRandom().randrange(1_000_000)
    print(f"{what}: seed {seed}")  # noqa: T201 - the seed is what repeats a failure
    return seed


def test_agreement_on_random_logs() -> None:
    """On logs in which any field may be missing or contradict another, the two readings are one."""
    first = drawn_seed("random logs")
    for seed in (ONCE_APART, *range(first, first + LOGS)):
        found, examples = differences(RandomLog(seed).records(cases=2))
        assert not found, (seed, examples)


@pytest.fixture(scope="module")
def simulate() -> ModuleType:
    """Return the simulator, which is a script beside the package, not a part of it."""
    sys.path.insert(0, str(EXAMPLES))
    try:
        return importlib.import_module("simulate")
    finally:
        sys.path.remove(str(EXAMPLES))


def _registry(path: Path) -> RegistryData:
    with path.open(encoding="utf-8", newline="") as file:
        return RegistryData(
            rows=tuple(
                RegistryEntry.model_validate(
                    {name: value or None for name, value in row.items()}
                    | {"aliases": [alias for alias in row["aliases"].split("|") if alias]}
                )
                for row in csv.DictReader(file)
            )
        )


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8").removesuffix("\n").split("\n")


def simulated(simulate: ModuleType, folder: Path, seed: int, profile: str, contacts: int = CONTACTS) -> Records:
    """Simulate a log, and read it."""
    simulate.simulate(seed, contacts, folder, profile)
    events = [Event.model_validate_json(line) for line in _lines(folder / "events.jsonl")]
    cases = [CaseProfile.model_validate_json(line) for line in _lines(folder / "cases.jsonl")]
    written = json.loads((folder / "settings.json").read_text("utf-8"))
    settings = Settings(timezone=written["timezone"], **written["parameters"])
    return Records(events, {case.case_id: case for case in cases}, _registry(folder / "registry.csv"), settings)


@pytest.mark.long
@pytest.mark.parametrize("profile", ["wild", "clean"])
def test_agreement_on_simulated_contacts(simulate: ModuleType, tmp_path: Path, profile: str) -> None:
    """On contacts simulated from a seed drawn now, the two readings are one."""
    given = simulated(simulate, tmp_path, drawn_seed(f"{profile} contacts"), profile)
    assert len(given.events) == CONTACTS
    found, examples = differences(given)
    assert not found, examples

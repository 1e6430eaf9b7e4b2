"""The invariants order-free and engines-agree of a whole run: the same verdict lines, byte for byte."""

import json
from pathlib import Path
from random import Random

import pytest
from plain.cases import Records
from plain.random_log import RandomLog

from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Contact, Intake, Position
from collection_guard.audit.verdict_lines import line_of
from collection_guard.engines.durable import is_available
from collection_guard.facts.world import Settings
from collection_guard.language.pack import Pack
from collection_guard.language.packs import load_packs, rules_root
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.event import Event

ENGINES = ("reference", "durable") if is_available() else ("reference",)
LIMITS = {"contacts_per_day": 2, "social_messages_per_day": 1}
SAYABLE = Path(__file__).parents[1] / "language/sayable"


def lines(records: Records, events: list[Event], packs: list[Pack], engine: str) -> list[str]:
    """Return the verdict lines of a log in some order of its rows."""
    contacts = tuple(Contact(event, Position("log", None, row)) for row, event in enumerate(events, 2))
    settings = Settings(timezone=records.settings.timezone, assume_party=records.settings.assume_party)
    basis = Basis(packs, LIMITS, settings, records.registry, records.profiles, engine=engine)
    found: list[str] = []
    run_audit(Intake(contacts, (), (), len(contacts)), basis, lambda judged: found.append(line_of(judged.verdict)))
    return found


def rearranged(folder: Path, chance: Random) -> list[Pack]:
    """Return the packs with their rules in other files and another order."""
    found: list[Path] = []
    for source in (rules_root() / "core", SAYABLE):
        target = folder / source.name
        target.mkdir(parents=True)
        rules = [rule for file in sorted(source.glob("*.yaml")) for rule in read_yaml(file).data.get("rules", [])]
        header = read_yaml(source / "pack.yaml").data
        chance.shuffle(rules)
        header["rules"] = rules[::2]
        (target / "pack.yaml").write_text(json.dumps(header, ensure_ascii=False), "utf-8")
        (target / "zz.yaml").write_text(json.dumps({"rules": rules[1::2]}, ensure_ascii=False), "utf-8")
        found.append(target)
    return load_packs(reversed(found))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_order_free(tmp_path: Path, seed: int) -> None:
    """Shuffled rows, and rules in other files and another order, give the same verdicts; so do both engines."""
    chance = Random(seed)
    records = RandomLog(seed).records(cases=6)
    packs = load_packs(["core", SAYABLE])
    expected = lines(records, records.events, packs, "reference")
    assert len(expected) == len(records.events) * sum(len(pack.rules) for pack in packs)
    other = rearranged(tmp_path, chance)
    assert [pack.digest for pack in other] == [pack.digest for pack in packs]
    for engine in ENGINES:
        shuffled = chance.sample(records.events, len(records.events))
        assert lines(records, shuffled, other, engine) == expected

"""A guard's life at random: contacts of several cases checked and recorded, in order and late, and logged."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import collection_guard as cg
from collection_guard.guard.stores.memory import MemoryStore
from guard.making import MORNING, MUM, Clock, attempt, open_guard, profile

CONTENTS = (None, "", "请尽快还款，电话 13912345678", "叫李明赶紧还钱，不然上门")
OUTCOMES: tuple[dict[str, Any], ...] = (
    {"network": "connected", "answered_by": "human", "party": "borrower"},
    {"network": "connected", "answered_by": "human", "party": "third_party"},
    {"network": "connected"},
    {"network": "busy"},
    {"network": "no_answer"},
    {"network": "connected", "answered_by": "human", "party": "borrower", "state_change": "cease"},
    {"network": "blocked"},
    {},
)


def options(folder: Path) -> dict[str, Any]:
    """Return the options of a guard that logs, and searches no intervals."""
    return {"decision_log": str(folder / "log"), "log_key": str(folder / "key"), "next_permitted": 0}


def life(folder: Path, seed: int, contacts: int, openings: int = 1) -> None:
    """Check and record contacts at random, of several cases, in order and late, on tokens and without."""
    chance, clock = random.Random(seed), Clock(MORNING - timedelta(days=20))
    numbers = [f"1380000{number:04d}" for number in range(6)]
    cases = [
        profile(
            case_id=f"C-{number}",
            borrower_id=chance.choice((None, "B-1", f"B-{number}")),
            numbers=[{"number": numbers[number]}],
            emergency_contacts=[{"name": "高母", "number": MUM, "timezone": "America/New_York"}],
            instructions=chance.choice(([], [{"kind": "wrong_number", "number": numbers[number]}], None)),
            timezone=chance.choice(("Asia/Shanghai", None)),
            history_from=chance.choice((None, (MORNING - timedelta(days=8)).date())),
        )
        for number in range(5)
    ]
    store = MemoryStore()

    def opened() -> cg.Guard:
        return open_guard(
            clock, cases=cases, options=options(folder), detector="lexicon", engine="reference", store=store
        )

    guard = opened()
    for number in range(contacts):
        if number and number % (contacts // openings) == 0:
            guard.close()
            guard = opened()
        clock.move(seconds=chance.randrange(40_000))
        recipient = chance.choice(
            (
                {"number": chance.choice(numbers), "relationship": "self"},
                {"number": MUM, "name": "高母", "relationship": "parent"},
                {"number": "+12125550100", "roles": ["emergency_contact"]},
                {"audience": "group", "members": [{"number": MUM}, {"number": chance.choice(numbers)}]},
                {"name": "高母"},
            )
        )
        given = attempt(
            case_id=f"C-{chance.randrange(6)}",
            agency=chance.choice(("诚信催收有限公司", "别家", None)),
            channel=chance.choice(("call", "call", "sms", "visit", "letter")),
            collector={"id": "A017", "name": "高某"},
            recipient=recipient,
            content=chance.choice(CONTENTS),
            claims=chance.choice(({}, {"law_firm": "博源律师事务所", "person": "高某", "title": "律师"})),
        )
        token = guard.check(given).token if chance.random() < 0.7 else None
        if chance.random() < 0.8:
            late = timedelta(hours=chance.choice((0, 0, 0, 5, 60)))
            made = {
                **given,
                "event_id": f"E-{number}",
                "started_at": clock.at - late,
                "outcome": chance.choice(OUTCOMES),
            }
            guard.record(made, token=token)
            if chance.random() < 0.05:
                guard.record(made)
        elif token is not None:
            guard.cancel(token)
    guard.close()

"""Facts of a contact beside its case, as columns: profiles, instructions, reports, and what was left before."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from facts.making import event
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.engines.columnar.pairs import expanded, sets_of
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model import CaseProfile, Event
from engines.columns_compared import differences

PACKS = load_packs(["core", Path(__file__).parents[1] / "language/sayable"])
START = datetime(2025, 11, 20, 9, 0, tzinfo=UTC)
NUMBERS = ("13800000001", "+86 138 0000 0001", "13800000002", "138****0001", "+12125550100", " ", None)
NAMES = ("王芳", "王 芳", "李*", "李华", None)
CHANNELS = ("call", "sms", "visit", "letter", "wechat", "other")
CHANGES = (None, None, "wrong_number", "recycled_number", "cease", "dispute", "unknown")


def profiles(chance: Random) -> Iterator[CaseProfile]:
    """Yield profiles of cases that list one number or person in several ways, now, before and later."""
    for case in ("C1", "C2", "C3"):
        dates = [None, "2025-11-19", "2025-11-20", "2025-11-21", "2025-11-22"]
        first, last = sorted(chance.sample(range(1, 5), 2))
        span = {"valid_from": dates[chance.choice((0, first))], "valid_to": dates[chance.choice((0, last))]}
        own = [{"number": chance.choice(NUMBERS[:5]), **span} for _ in range(chance.randint(0, 2))]
        contacts = [
            {"name": chance.choice(NAMES[:4]), "number": chance.choice((*NUMBERS[:3], None)), **span}
            | ({"timezone": chance.choice(("Asia/Tokyo", "America/New_York"))} if chance.random() < 0.5 else {})
            for _ in range(chance.randint(0, 3))
        ]
        told = [
            {"kind": chance.choice(CHANGES[2:5]), "number": chance.choice((*NUMBERS[:4], None))}
            | ({"channel": chance.choice(CHANNELS)} if chance.random() < 0.3 else {})
            | ({"at": START + timedelta(hours=chance.randint(-5, 30))} if chance.random() < 0.5 else {})
            for _ in range(chance.randint(0, 2))
        ]
        windows = [
            {"start": chance.choice((None, "22:00", "12:00")), "end": chance.choice((None, "08:00", "13:30"))}
            | ({"weekdays": chance.sample(("thu", "fri", "sat"), 2)} if chance.random() < 0.5 else {})
            | ({"from": START + timedelta(hours=chance.randint(-5, 30))} if chance.random() < 0.3 else {})
            | ({"to": START + timedelta(hours=chance.randint(31, 60))} if chance.random() < 0.3 else {})
            for _ in range(chance.randint(0, 2))
        ]
        given: dict[str, Any] = {
            "numbers": own,
            "emergency_contacts": contacts,
            "instructions": told,
            "quiet_windows": windows,
            "accessibility": chance.choice(([], ["deaf"])),
            "timezone": chance.choice(("Asia/Tokyo", "Europe/London")),
            "locations": [{"timezone": "Asia/Seoul"}, {"timezone": "Asia/Tokyo"}],
            "borrower_id": "B",
        }
        yield CaseProfile.model_validate(
            {"case_id": case} | {name: value for name, value in given.items() if chance.random() < 0.8}
        )


def contacts(chance: Random, count: int) -> Iterator[Event]:
    """Yield contacts of a few cases with few people, so that numbers, names and hands are often the same."""
    for number in range(count):
        recipient: dict[str, Any] = {
            "name": chance.choice(NAMES),
            "number": chance.choice(NUMBERS),
            "relationship": chance.choice(("self", "parent", None)),
            "roles": chance.choice((None, [], ["emergency_contact"])),
            "audience": chance.choice(("private", None, "group", "unknown")),
        }
        if chance.random() < 0.1:
            recipient["members"] = [
                {"name": chance.choice(NAMES), "number": chance.choice(NUMBERS)} for _ in range(chance.randint(0, 2))
            ]
        started = START + timedelta(minutes=chance.randint(0, 60 * 50))
        late = started + timedelta(hours=chance.randint(0, 9))
        yield event(
            f"{number}",
            started,
            case_id=chance.choice(("C1", "C2", "C3", "C4", "number:0123456789abcdef")),
            channel=chance.choice(CHANNELS),
            recipient=recipient,
            agency=chance.choice(("甲", "甲 ", "乙", None)),
            collector={"id": chance.choice(("1", "2", None)), "name": chance.choice(NAMES)},
            claims={"law_firm": chance.choice((None, "天平律师事务所", "博源律师事务所"))},
            outcome={"state_change": chance.choice(CHANGES), "party": chance.choice((None, "borrower"))},
            recorded_at=late if chance.random() < 0.2 else None,
        )


@settings(max_examples=25, deadline=None)
@given(st.randoms(use_true_random=False), st.sampled_from(("Asia/Shanghai", None)))
def test_contacts_beside_their_cases(chance: Random, zone: str | None) -> None:
    """Whoever is listed or was reported, by whatever number or name, on whatever date, columns say what is so."""
    cases = {one.case_id: one for one in profiles(chance)}
    events = list(contacts(chance, 25))
    assert differences(events, World(Settings(timezone=zone), cases), compile_packs(PACKS)) == {}


@pytest.mark.parametrize(("codes", "most"), [(3, 2), (200, 2), (61, 9), (62, 9), (63, 9), (200, 9)])
def test_rows_beside_the_same_set_are_alike(codes: int, most: int) -> None:
    """Rows that share all columns of a set stand beside the same codes, however many codes there are."""
    chance = Random(codes)
    lists = [chance.sample(range(codes), chance.randint(0, most)) for _ in range(400)]
    lengths = np.array([len(one) for one in lists])
    owner, place = expanded(np.cumsum(lengths) - lengths, np.cumsum(lengths))
    flat = np.array([code for one in lists for code in one], np.int64)
    columns = sets_of(len(lists), owner, flat[place], codes)
    told = list(zip(*(column.tolist() for column, _ in columns), strict=True))
    pairs = set(zip(told, (frozenset(one) for one in lists), strict=True))
    assert len(pairs) == len({one for one, _ in pairs})
    assert len({one for one, _ in pairs}) <= 2 * len({one for _, one in pairs})
    assert all(column.max() < width for column, width in columns)

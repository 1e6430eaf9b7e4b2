"""A long past is not scanned again for each contact, and says the same as if it were."""

import random
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.facts.history import History, Reach
from collection_guard.facts.instructions import _reported
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.signs import CaseSigns, Sign
from collection_guard.facts.tallies import Tally
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledMeasure
from collection_guard.language.ir import Test
from collection_guard.language.units import HOUR
from collection_guard.language.windows import Window
from collection_guard.model.event import Event, Span

from .making import NEW_YORK, SHANGHAI, event, profile, rule_set

START = datetime(2025, 10, 25, 3, tzinfo=UTC)
COUNTS = Test("contact.disposition", "eq", "promise")
RESTARTS = Test("contact.state_change", "eq", "complaint")
WINDOWS = (Window("elapsed", 150 * HOUR), Window("local_dates", 3), Window("ever"))
KINDS = ("events", "local_dates", "numbers", "talk_seconds", "elapsed")
MEASURES = [
    CompiledMeasure(f"m{index}", kind, COUNTS, since, window, key)
    for index, (kind, since, window, key) in enumerate(
        [
            *product(KINDS, (None, RESTARTS), WINDOWS, (("case",),)),
            ("numbers", RESTARTS, WINDOWS[0], ("case", "number")),
        ]
    )
]
RULES = rule_set(MEASURES)


def events_at_random(chance: random.Random, size: int) -> list[Event]:
    """Return contacts of one case over three weeks, of which some were recorded late and some say little."""
    made = []
    for index in range(size):
        at = START + timedelta(minutes=chance.randrange(0, 21 * 24 * 60, 20))
        outcome = {
            "disposition": chance.choice(("promise", "promise", "refused", "unknown")),
            "state_change": chance.choice((None, None, None, None, None, None, "complaint", "unknown")),
        }
        known = at + timedelta(hours=chance.choice((1, 30, 200))) if chance.random() < 0.2 else None
        number = chance.choice(("13800000001", "13800000002", "13800000003", None))
        if known is not None and chance.random() < 0.5:
            known = Span(known, chance.choice((None, known + timedelta(hours=40))))
        more = {"recorded_at": known, "recipient": {"number": number}, "talk_seconds": chance.choice((None, 0.1, 62))}
        made.append(event(f"{index:03d}", at, outcome=outcome, **more))
    return made


def values(history: History, asked: Event, world: World) -> list[Any]:
    """Return every measure of an event; a contact that was asked about is not of its own past."""
    sheet = FactSheet(asked, world, RULES, history)
    return [sheet.value(f"measure.{measure.name}") for measure in MEASURES]


@settings(max_examples=8)
@given(
    st.integers(0, 2**32),
    st.sampled_from((SHANGHAI, NEW_YORK, None)),
    st.sampled_from((None, START.date(), START.date() + timedelta(days=9))),
    st.booleans(),
)
def test_what_is_summed_is_what_a_scan_finds(seed: int, zone: str | None, complete: Any, shuffled: bool) -> None:
    """Whatever the window, the key and the completeness, in and out of order, sums and scan say the same."""
    chance = random.Random(seed)
    world = World(Settings(history_complete_from=complete), {"C1": profile(timezone=zone)})
    made = sorted(events_at_random(chance, 40), key=lambda one: (one.started_at, one.event_id))
    if shuffled:
        # Contacts that come late are added among those summed already, and earlier ones are asked about again.
        for _ in range(6):
            made.insert(chance.randrange(40), made.pop(chance.randrange(40)))
    summed, scanned = History(), History()
    for one in made:
        found = values(summed, one, world)
        with patch.object(Tally, "settle", return_value=0):
            assert values(scanned, one, world) == found
        for history in (summed, scanned):
            history.add(FactSheet(one, world, RULES, history))


def test_a_long_past_is_not_scanned_again() -> None:
    """However many contacts a case has, one more looks at a few of them."""
    world = World(Settings(), {"C1": profile()})
    measures = [
        CompiledMeasure(kind, kind, COUNTS, RESTARTS, Window("local_dates", 30), ("case",))
        for kind in ("events", "local_dates", "numbers", "elapsed")
    ]
    rules, history, size = rule_set(measures), History(), 300
    told = {"disposition": "promise"}
    with patch.object(Reach, "holds", autospec=True, side_effect=Reach.holds) as holds:
        for index in range(size):
            sheet = FactSheet(
                event(f"{index:03d}", START + timedelta(minutes=index), outcome=told), world, rules, history
            )
            assert sheet.value("measure.events") == index
            assert [sheet.value(f"measure.{measure.name}") is not None for measure in measures] == [True] * 4
            history.add(sheet)
    assert holds.call_count <= size * len(measures)


@pytest.mark.parametrize("zone", [SHANGHAI, None])
def test_signs_that_say_the_same_are_asked_once(zone: str | None) -> None:
    """Of many reports of the same kind and people one is given, and of each other one; visits by their day."""
    world = World(Settings(), {"C1": profile(timezone=zone)})
    rules, history = rule_set(), History()
    mum = {"number": "13900000002", "relationship": "parent"}
    for index in range(60):
        report = {"state_change": "cease" if index % 2 else "dispute"}
        at = START + timedelta(hours=12 * index)
        history.add(FactSheet(event(f"r{index:02d}", at, outcome=report, recipient=mum), world, rules, history))
        visit = event(f"v{index:02d}", at, channel="visit", agency="甲", claims={"law_firm": f"{index % 3}所"})
        history.add(FactSheet(visit, world, rules, history))
    asked = FactSheet(event("z", START + timedelta(days=40), recipient=mum), world, rules, history)
    kinds = [sign.event.outcome.state_change for sign in history.signs(asked, _reported, ("",))]
    assert sorted(map(str, kinds)) == ["cease", "dispute"]
    assert asked.value("recipient.has_asked_to_cease") is True
    letter = event("l", START + timedelta(hours=12 * 58 + 1), channel="letter", agency="甲", claims={"law_firm": "9所"})
    assert FactSheet(letter, world, rules, history).value("law_firm.names_disagree") is (True if zone else None)


def sign(at: int, known: int, doubt: int) -> Sign:
    """Return a sign that was at one instant, may have been known at another, and was so long after."""
    world = World()
    return Sign(at, f"{at}", known, known + doubt, FactSheet(event(f"{at}"), world, rule_set(), History()))


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9), st.sampled_from((0, 0, 3, 99))), max_size=8),
    st.integers(0, 10),
)
def test_one_of_those_that_say_the_same_is_given_whenever_any_is_known(
    made: list[tuple[int, int, int]], at: int
) -> None:
    """A report that was recorded late, or may have been, does not hide another one that was known at once."""
    signs = CaseSigns(sign(*one) for one in made)
    asked = FactSheet(event("~"), World(), rule_set(), History())
    found = list(signs.alike(asked, at, lambda _: ("", ""), ("", "elsewhere")))
    known = [one for one in made if one[0] <= at and one[1] <= at]
    assert len(found) == bool(known)
    assert all((one.at, one.known, one.surely - one.known) in known for one in found)
    surely = any(first + doubt <= at for _, first, doubt in known)
    assert [one.heard for one in found] == [True if surely else None] * len(found)


def test_what_comes_late_is_summed_in_its_place_and_earlier_contacts_may_be_asked_about_again() -> None:
    """A contact added among those that were summed counts from then on, and not for those before it."""
    world, history = World(Settings(), {"C1": profile()}), History()
    measure = CompiledMeasure("m", "events", COUNTS, None, Window("ever"), ("case",))
    rules, told = rule_set([measure]), {"disposition": "promise"}

    def asked(hours: int) -> Any:
        one = event(f"z{hours}", START + timedelta(hours=hours), outcome=told)
        return FactSheet(one, world, rules, history).value("measure.m")

    for hours in (1, 3, 5):
        one = event(f"{hours}", START + timedelta(hours=hours), outcome=told)
        history.add(FactSheet(one, world, rules, history))
    assert (asked(6), asked(2), asked(6)) == (3, 1, 3)
    history.add(FactSheet(event("2", START + timedelta(hours=2), outcome=told), world, rules, history))
    assert (asked(6), asked(4), asked(1)) == (4, 3, 1)

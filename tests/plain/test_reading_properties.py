"""What must hold of the plain reading on any log, however contradictory."""

import random

import pytest

from .random_log import RandomLog
from .reading import read, verdicts

SEEDS = (1, 2, 3)
VERDICTS = {"violation", "clear", "unassessable", "not_applicable"}


@pytest.mark.parametrize("seed", SEEDS)
def test_s01_every_rule_says_one_word_of_every_event(seed: int) -> None:
    """Every event has one of the four verdicts under each rule, and each verdict occurs."""
    log = RandomLog(seed).records(20)
    found = verdicts(log.events, log.profiles, log.registry, log.settings)
    rules = {rule for _, rule in found}
    assert len(rules) == 28
    assert len(found) == len(rules) * len(log.events)
    assert set(found.values()) == VERDICTS


@pytest.mark.parametrize("seed", SEEDS)
def test_s04_no_look_ahead(seed: int) -> None:
    """An event reads the same when all that began later is taken away."""
    log = RandomLog(seed).records(10)
    events = sorted(log.events, key=lambda event: (event.started_at, event.event_id))
    whole = read(events, log.profiles, log.registry, log.settings)
    for size in range(1, len(events), 7):
        part = read(events[:size], log.profiles, log.registry, log.settings)
        assert part == {event.event_id: whole[event.event_id] for event in events[:size]}


@pytest.mark.parametrize("seed", SEEDS)
def test_s04_random_rows_in_any_order(seed: int) -> None:
    """Shuffled rows have the same facts and verdicts."""
    log = RandomLog(seed).records(20)
    shuffled = list(log.events)
    random.Random(seed).shuffle(shuffled)
    others = (log.profiles, log.registry, log.settings)
    assert read(shuffled, *others) == read(log.events, *others)
    assert verdicts(shuffled, *others) == verdicts(log.events, *others)


@pytest.mark.parametrize("seed", SEEDS)
def test_s05_intervals_have_two_ends(seed: int) -> None:
    """The lowest value is never above the highest, and there are no more dates than attempts."""
    log = RandomLog(seed).records(40)
    for facts in read(log.events, log.profiles, log.registry, log.settings).values():
        attempts, dates = facts["measure.failed_attempts"], facts["measure.failed_attempt_dates"]
        assert 0 <= attempts[0] <= attempts[1]
        assert 0 <= dates[0] <= dates[1]
        assert dates[0] <= attempts[0]
        assert dates[1] <= attempts[1]

"""What lasts is not looked through again and again, and what was garbage all the same is found within the hour."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from collection_guard.guard.sidecar.garbage import Searches


class Ring:
    """Names itself: it is gone only when it is looked for."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def clock() -> Iterator[list[float]]:
    """Yield the clock of searches that are watched, in seconds."""
    now = [100.0]
    searches = Searches(lambda: now[0])
    searches.begin()
    yield now
    searches.end()


def test_what_survives_a_full_search_is_left_out_of_the_next(clock: list[float]) -> None:
    """After each full search nothing is left that the next one would look through."""
    kept = [Ring() for _ in range(100)]
    before = gc.get_freeze_count()
    gc.collect(1)
    assert gc.get_freeze_count() == before
    gc.collect()
    assert gc.get_freeze_count() >= before + len(kept)
    assert len(gc.get_objects(generation=2)) < len(kept)
    assert clock == [100.0]


def test_what_lasted_and_is_garbage_by_now_is_found_within_the_hour(clock: list[float]) -> None:
    """Garbage that is new is found at once, and what was in use at the last search an hour later."""
    lasting = Ring()
    gc.collect()
    seen = weakref.ref(lasting)
    del lasting
    new = weakref.ref(Ring())
    gc.collect()
    assert new() is None
    assert seen() is not None
    clock[0] += 3600
    gc.collect()
    assert seen() is None
    assert gc.get_freeze_count() > 0

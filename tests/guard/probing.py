"""A history that stands still, asked at any instant: what the search for the next lawful time is held against."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

import collection_guard as cg
from collection_guard.guard.attempts import before_contact, event_of
from collection_guard.guard.decision import Permitted
from collection_guard.guard.gate import Gate
from collection_guard.guard.permitted import Outlook
from collection_guard.guard.scene import event_in
from collection_guard.guard.settings import OnFailure
from collection_guard.guard.stores.base import Locks, Row
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.surroundings import Surroundings

SECOND = timedelta(seconds=1)


class Probe:
    """One frozen history, asked at any instant by a guard that begins anew."""

    def __init__(self, around: Surroundings, at: datetime, past: list[dict[str, Any]], asked: dict[str, Any]) -> None:
        self._around, self._asked = around, asked
        store = MemoryStore()
        guard = Gate(lambda: around, store, now=lambda: at - timedelta(milliseconds=1))
        for event in past:
            guard.record(event)
        with store.transaction(Locks(), durable=False) as step:
            found = [step.recorded(event["event_id"]) for event in past]
        self._rows: list[Row] = [row for row in found if row is not None]

    def __call__(self, at: datetime) -> cg.Decision:
        store = MemoryStore()
        with store.transaction(Locks(), durable=False) as step:
            for row in self._rows:
                step.record(row)
        return Gate(lambda: self._around, store, now=lambda: at).check(self._asked)

    def allows(self, at: datetime) -> bool:
        """Say whether the attempt would be allowed at an instant."""
        event = before_contact(event_of(self._asked, started_at=at, event_id="attempt"), at)
        past = [event_in(row.payload) for row in self._rows]
        return Outlook(self._around, event, past, [], OnFailure()).ruling().decision == "allow"


def hold_exactly(probe: Probe, at: datetime, intervals: tuple[Permitted, ...], data: st.DataObject) -> None:
    """Assert that an attempt is allowed within the intervals, second by second, and nowhere before or between them."""
    closed_since = at
    for interval in intervals:
        assert interval.since.microsecond == 0
        assert probe.allows(interval.since)
        if interval.since - SECOND >= at:
            assert not probe.allows(interval.since - SECOND)
        gap = int((interval.since - closed_since) / SECOND) - 1
        for seconds in data.draw(st.lists(st.integers(0, max(gap, 0)), max_size=6)):
            between = closed_since.replace(microsecond=0) + SECOND + timedelta(seconds=seconds)
            assert between >= interval.since or not probe.allows(between)
        end = at + timedelta(days=399) if interval.to is None else interval.to - SECOND
        for share in data.draw(st.lists(st.floats(0, 1), max_size=4)):
            inside = interval.since + timedelta(seconds=int((end - interval.since) / SECOND * share))
            assert probe.allows(inside)
        assert probe.allows(end)
        if interval.to is None:
            return
        assert not probe.allows(interval.to)
        closed_since = interval.to
    if not intervals:
        for hours in data.draw(st.lists(st.integers(0, 400 * 24 - 1), max_size=12)):
            assert not probe.allows(at.replace(microsecond=0) + SECOND + timedelta(hours=hours))

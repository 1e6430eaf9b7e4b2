"""What is done after a contact: it takes its place in the history, and the rules are asked what it was."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from collection_guard.facts.clock import microseconds
from collection_guard.guard.attempts import event_of
from collection_guard.guard.boundaries import moment
from collection_guard.guard.decision import (
    Finding,
)
from collection_guard.guard.decision import words_of as _words
from collection_guard.guard.log.writer import DecisionLog
from collection_guard.guard.means import Given, Means
from collection_guard.guard.scene import (
    Judgement,
    Scene,
    event_in,
    keys_of,
    let_go,
    locks_of,
    row_of,
    wanted_of,
    widest_window,
)
from collection_guard.guard.stores.base import Locks, Transaction
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.units import DAY, HOUR, SECOND
from collection_guard.model.event import Event, Span

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SetBack:
    """What came of setting a guard back: until when it had acted, and how many contacts were moved to now."""

    last: datetime | None
    moved: int


class Recording:
    """Keeps what was recorded."""

    def __init__(self, means: Means) -> None:
        self._store, self._options = means.store, means.options
        self._now, self._log = means.now, means.log
        self._tidied = 0

    def record(self, around: Surroundings, event: Given, token: str | None) -> list[Finding]:
        """Record a contact, and return what the rules say of it."""
        given = event_of(event)
        keys = keys_of(around, given)
        with self._store.transaction(locks_of(around, keys), durable=True) as step:
            found = self._release(step, token, given.case_id)
            if given.was_stopped:
                if self._log is not None:
                    said = {"token": token, "event_id": given.event_id}
                    self._log.note("not_made", self._now().isoformat(), said)
                return [one for one in found if one.kind != "overrun"] + [_NOT_MADE]
            known = step.recorded(given.event_id)
            if known is None:
                # INVARIANT (no-look-ahead): a verdict counts what was known at its instant, and what is recorded late
                # was known late. A clock that was put back must not lose a contact: it is kept at the latest instant.
                now = max(microseconds(self._now()), (step.last_instant() or 0) + 1)
                kept = given.changed(recorded_at=_recorded(given, moment(now)))
                row = row_of(kept, keys)
                step.record(row)
                step.set_instant(now)
                self._tidy(around, step, now)
                if kept.fields is not None:
                    # Values of further fields may be of any type: they are judged as they are read again.
                    kept = event_in(row.payload)
            else:
                kept = event_in(known.payload)
                found.append(_redelivery(given, kept))
            judged = self._judged_again(around, step, kept)
            if self._log is not None:
                self._write_record(self._log, around, kept, judged, token, [one.kind for one in found])
            found += judged.findings()
            let_go(sheet for _, sheet in judged.sheets)
            return found

    def _write_record(
        self,
        log: DecisionLog,
        around: Surroundings,
        kept: Event,
        judged: Judgement,
        token: str | None,
        beside: list[str],
    ) -> None:
        """Write a contact into the decision log; one that was recorded before is only noted."""
        said = {"token": token, "beside": beside}
        at = kept.known_from.isoformat()
        if {"redelivered", "contradicted"} & set(beside):
            log.note("redelivery", self._now().isoformat(), said | {"event_id": kept.event_id})
            return
        log.judged("record", around, at, judged, said)

    def _tidy(self, around: Surroundings, step: Transaction, now: int) -> None:
        """Delete, once an hour, tokens of yesterday and what the policy does not keep and no rule reads any more."""
        if now < self._tidied + HOUR:
            return
        # By the clock of the last time: one that has just jumped ahead must not delete what is within a window.
        now, self._tidied = self._tidied, now
        widest, days = widest_window(around), self._options.keep_days
        before = now - max(widest, days * DAY) if widest is not None and days is not None else microseconds(_EARLIEST)
        step.forget(before, now - DAY)

    def set_clock_back(self, around: Surroundings, said: Mapping[str, str]) -> SetBack:
        """Act again after a clock that had jumped ahead was put right; ``said`` is why, and who answers for it."""
        moved = 0
        now = microseconds(self._now())
        with self._store.transaction(Locks(("clock",)), durable=True) as step:
            rows = sorted(step.ahead(now), key=lambda row: (row.at, row.event_id))
            last = step.set_back(now, now + self._options.reservation_seconds * SECOND)
            for row in rows:
                moved_back = _put_back(event_in(row.payload), moment(now))
                step.amend(row_of(moved_back, keys_of(around, moved_back)))
            assert self._log is not None  # noqa: S101  # without one nobody answers for it
            behind = None if last is None else moment(last).isoformat()
            self._log.note("clock", moment(now).isoformat(), {**said, "last": behind, "heads": self._log.heads()})
            for row in rows:
                amended = step.recorded(row.event_id)
                assert amended is not None  # noqa: S101  # it was put there
                kept = event_in(amended.payload)
                judged = self._judged_again(around, step, kept)
                self._write_record(self._log, around, kept, judged, None, ["moved"])
                moved += 1
            self._tidied = now
        return SetBack(None if last is None else moment(last), moved)

    @staticmethod
    def _judged_again(around: Surroundings, step: Transaction, kept: Event) -> Judgement:
        scene = Scene(around)
        rows = step.past(wanted_of(around, kept, scene.sheets(kept)))
        scene.add(event_in(row.payload) for row in rows if row.event_id != kept.event_id)
        return scene.judged(kept)

    def _release(self, step: Transaction, token: str | None, case_id: str) -> list[Finding]:
        if token is None:
            return []
        held = step.release(token)
        if held is None:
            return [Finding(kind="unknown_token", message=_words("guard.unknown_token"))]
        if held.keys.case_id != case_id:
            # The contact that the place is kept for may still be under way: its place must not go to somebody else.
            step.reserve(held)
            return [Finding(kind="other_token", message=_words("guard.other_token"))]
        expired = moment(held.expires)
        if self._now() < expired:
            return []
        return [Finding(kind="overrun", message=_words("guard.overrun", expired=expired.isoformat()))]

    def cancel(self, token: str) -> bool:
        """Give back the place of an attempt that was not made; false if no such token is held."""
        with self._store.transaction(Locks(), durable=False) as step:
            held = step.release(token) is not None
            if self._log is not None:
                self._log.note("cancel", self._now().isoformat(), {"token": token, "held": held})
            return held


_NOT_MADE: Final = Finding(kind="not_made", message=_words("guard.not_made"))


def _recorded(given: Event, now: datetime) -> datetime:
    """Return when a contact is known: now, or where it says itself that it was recorded later, not before that."""
    recorded = given.recorded_at
    own = recorded.not_before if isinstance(recorded, Span) else recorded
    return max(now, own or _EPOCH)


def _put_back(event: Event, now: datetime) -> Event:
    """Return a contact that a clock ahead recorded: known now, and begun now at the latest."""
    over = event.ended_at is not None and event.ended_at > now
    return event.model_copy(
        update={
            "recorded_at": now,
            "started_at": min(event.started_at, now),
            "ended_at": None if over else event.ended_at,
        }
    )


def _redelivery(given: Event, kept: Event) -> Finding:
    same = given.changed(recorded_at=None) == kept.changed(recorded_at=None)
    kind = "redelivered" if same else "contradicted"
    return Finding(kind=kind, message=_words(f"guard.{kind}"))

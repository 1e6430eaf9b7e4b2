"""The gate: asked before each contact, told after it."""

import asyncio
import secrets
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from collection_guard.facts.clock import microseconds
from collection_guard.guard.attempts import before_contact, event_of, reserved
from collection_guard.guard.boundaries import moment
from collection_guard.guard.deciding import Ruling, rule_on
from collection_guard.guard.decision import (
    Decision,
    Disposition,
    Finding,
    Limit,
    Outcome,
    Permitted,
    Reason,
    reason_of,
)
from collection_guard.guard.decision import words_of as _words
from collection_guard.guard.kept_allows import KeptAllow, KeptAllows, Looked
from collection_guard.guard.log.writer import DecisionLog
from collection_guard.guard.permitted import Held, Outlook
from collection_guard.guard.scene import (
    Judgement,
    Scene,
    event_in,
    keys_of,
    locks_of,
    payload_of,
    row_of,
    wanted_of,
    widest_window,
)
from collection_guard.guard.settings import IN_MEMORY, GuardOptions, Mode
from collection_guard.guard.stores.base import Keys, Locks, Reservation, Row, Store, Transaction
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.units import DAY, HOUR, SECOND
from collection_guard.model.event import Event, Span
from collection_guard.model.problems import ConfigurationError, InputError, Problem, StoreError

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EARLIEST: Final = datetime(1, 1, 2, tzinfo=UTC)
_DISPOSITIONS: Final[dict[Outcome, Disposition]] = {"allow": "CGALOW", "review": "CGREVW", "deny": "CGDENY"}
Given = Event | Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a reload: whether the new rules are in force, and else what is wrong with them."""

    taken: bool
    rules_digest: str
    registry_digest: str | None
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class SetBack:
    """What came of setting a guard back: until when it had acted, and how many contacts were moved to now."""

    last: datetime | None
    moved: int


@dataclass(frozen=True, slots=True)
class Status:
    """How the guard stands."""

    mode: Mode
    store: str
    store_reachable: bool
    store_problem: str | None
    rules_digest: str
    registry_digest: str | None
    reload_problems: tuple[Problem, ...]


@dataclass(frozen=True, slots=True)
class _Decided:
    """What came of an attempt, and until when its place is kept: found out by looking, or known."""

    ruling: Ruling
    expires: int
    looked: Looked | None = None
    kept: KeptAllow | None = None


class ClockError(Exception):
    """The clock stands before an instant at which the guard has already acted."""

    def __init__(self, now: int, last: int) -> None:
        super().__init__(f"{last - now} microseconds back")
        self.now = now
        self.last = last


class Gate:
    """Decides on attempts and keeps what was recorded. Safe for any number of threads."""

    def __init__(
        self,
        load: Callable[[], Surroundings],
        store: Store,
        options: GuardOptions | None = None,
        mode: Mode = "enforce",
        now: Callable[[], datetime] | None = None,
        log: DecisionLog | None = None,
    ) -> None:
        """Take what loads the surroundings, a store, and the clock, which nothing below this reads."""
        self._log = log
        self._load = load
        self._around = load()
        self._store = store
        self._options = options or GuardOptions()
        self._mode: Mode = mode
        self._now = now or (lambda: datetime.now(UTC))
        self._kept = KeptAllows()
        self._tidied = 0
        self._reloading = threading.Lock()
        self._reload_problems: tuple[Problem, ...] = ()

    # Before

    def check(self, attempt: Given) -> Decision:
        """Say whether a contact may be made; an allow keeps its place until it is recorded, cancelled or expires.

        The attempt is an event of which only what is known before it need be given; ``started_at`` is when it is to
        begin, now if left out. Raises EventError for an attempt that is none.
        """
        return self._check(attempt, None)

    def override(self, attempt: Given, *, reason: str, by: str, confirmed_by: str) -> Decision:
        """Allow an attempt whatever the rules say, for a reason that two persons answer for; it is logged.

        What the rules say of it stays in the decision. Raises ConfigurationError without a reason, without two
        different names, or without a decision log.
        """
        return self._check(attempt, self._answered_for(reason, by, confirmed_by))

    def _answered_for(self, *given: str) -> dict[str, str]:
        """Return a reason and two different names; raise ConfigurationError without them, or without a log of them."""
        named = [" ".join(words.split()) for words in given]
        if not all(named) or named[1].casefold() == named[2].casefold():
            raise ConfigurationError([Problem("override_incomplete")])
        if self._log is None:
            raise ConfigurationError([Problem("override_without_log")])
        return dict(zip(("reason", "by", "confirmed_by"), named, strict=True))

    def _check(self, attempt: Given, override: dict[str, str] | None) -> Decision:
        around = self._around
        token = secrets.token_hex(16)
        asked = event_of(attempt, started_at=self._now(), event_id=f"attempt:{token}")
        keys = keys_of(around, asked)
        try:
            with self._store.transaction(locks_of(around, keys), durable=False) as step:
                decided = self._decide(around, step, asked, keys, token, override)
        except StoreError as error:
            return self._without_store(around, asked, token, error)
        except ClockError as error:
            return self._without_clock(around, token, error)
        # What is only told, and no part of the decision, is found out when nobody waits for the step any more.
        return self._answer(around, token, decided)

    def _decide(
        self,
        around: Surroundings,
        step: Transaction,
        asked: Event,
        keys: Keys,
        token: str,
        override: dict[str, str] | None,
    ) -> "_Decided":
        now = self._instant(step)
        # A contact begins when it is asked for at the earliest: what was recorded until now counts in it.
        at = max(now, microseconds(asked.started_at))
        event = before_contact(asked, moment(at), around.after_fields)
        expires = now + self._options.reservation_seconds * SECOND

        def keep_place() -> None:
            step.reserve(Reservation(token, now, expires, keys, payload_of(reserved(event, token))))
            step.set_instant(now)

        # Who overrides, and a log, want to know more than that nothing forbids it.
        kept = self._kept.of(event) if override is None and self._log is None else None
        if kept is not None and kept.holds(around, at, expires) and kept.is_unchanged(step, now):
            keep_place()
            return _Decided(Ruling(), expires, kept=kept)
        scene = Scene(around)
        wanted = wanted_of(around, event, scene.sheets(event))
        rows = tuple(step.past(wanted))
        past = [event_in(row.payload) for row in rows]
        held = [Held(event_in(place.payload), place.expires) for place in step.places(wanted, now)]
        scene.add(past)
        outlook = Outlook(around, event, past, held, self._options.on_failure, scene)
        ruling = outlook.ruling()
        if override is not None:
            ruling.decision, ruling.reason = "allow", "overridden"
        if ruling.decision == "allow" or self._mode == "shadow":
            keep_place()
        if self._log is not None:
            # What is recorded next was not known at the instant of this check, whatever the resolution of the clock.
            step.set_instant(now)
            said = {
                "token": token,
                "decision": ruling.decision,
                "mode": self._mode,
                "reason": ruling.reason,
                "rules": ruling.rules,
                "overridden": override,
            }
            self._log.judged("check", around, moment(now).isoformat(), outlook.judgement, said)
        return _Decided(ruling, expires, Looked(outlook, event, wanted, rows))

    def _answer(self, around: Surroundings, token: str, decided: "_Decided") -> Decision:
        ruling, looked, until = decided.ruling, decided.looked, decided.expires
        permitted: tuple[Permitted, ...] | None = None
        limits: tuple[Limit, ...] = ()
        if decided.kept is not None:
            permitted, limits = (), decided.kept.limits
        elif looked is not None:
            limits = looked.outlook.limits()
            if ruling.decision == "allow":
                permitted, until = (), looked.outlook.allowed_until(until)
                self._kept.keep(around, ruling, looked, limits)
            elif self._options.next_permitted:
                permitted = looked.outlook.intervals(self._options.next_permitted)
                until = microseconds(permitted[0].since) if permitted else until
        shown: Outcome = "allow" if self._mode == "shadow" else ruling.decision
        return Decision(
            decision=shown,
            violations=tuple(ruling.violations),
            unassessable=tuple(ruling.unassessable),
            disposition=_DISPOSITIONS[shown],
            reason=_reason(ruling),
            limits=limits,
            next_permitted=permitted,
            valid_until=moment(until),
            token=token,
            rules_digest=around.rules_digest,
            registry_digest=around.registry_digest,
            would_deny=ruling.decision == "deny" if self._mode == "shadow" else None,
        )

    def _refusal(self, around: Surroundings, token: str, outcome: Outcome, reason: Reason) -> Decision:
        shadow = self._mode == "shadow"
        if self._log is not None:
            with suppress(StoreError):  # where the log cannot be written either, there is nothing more to refuse
                said = {"token": token, "decision": outcome, "mode": self._mode, "reason": reason.code}
                self._log.note("refused", self._now().isoformat(), said)
        return Decision(
            decision="allow" if shadow else outcome,
            disposition="CGFAIL",
            reason=reason,
            valid_until=self._now(),
            token=token,
            rules_digest=around.rules_digest,
            registry_digest=around.registry_digest,
            would_deny=outcome == "deny" if shadow else None,
        )

    def _without_store(self, around: Surroundings, asked: Event, token: str, error: StoreError) -> Decision:
        """Answer without a history: as configured, but allow what no history could forbid, such as an inbound call."""
        event = before_contact(asked, asked.started_at, around.after_fields)
        judged = Scene(around).judged(event, forgotten=True)
        ruling = rule_on(judged, self._options.on_failure, forgotten=True)
        if ruling.reason != "store":
            return self._answer(around, token, _Decided(ruling, microseconds(self._now())))
        problem = error.problems[0]
        reason = reason_of("store", zh={"problem": problem.render("zh")}, en={"problem": problem.render("en")})
        return self._refusal(around, token, ruling.decision, reason)

    def _without_clock(self, around: Surroundings, token: str, error: ClockError) -> Decision:
        seconds = -(-(error.last - error.now) // SECOND)
        reason = reason_of("clock", last=moment(error.last).isoformat(), seconds=seconds)
        return self._refusal(around, token, self._options.on_failure.clock, reason)

    def _instant(self, step: Transaction) -> int:
        """Return the instant of a step: by the clock, and after every step before it."""
        now = microseconds(self._now())
        last = step.last_instant()
        if last is None or now > last:
            return now
        if last - now > self._options.clock_tolerance_seconds * SECOND:
            raise ClockError(now, last)
        return last + 1

    # After

    def record(self, event: Given, *, token: str | None = None) -> list[Finding]:
        """Record a contact that was made, whatever was decided of it, and return what the rules say of it.

        It is placed in the history by its own time, and known from now on. A call that was stopped before it was made
        is none, and only gives its place back. Raises EventError for an event that is
        none, StoreError if it could not be kept: then it is not recorded, and is to be sent again.
        """
        around = self._around
        given = event_of(event)
        with self._store.transaction(locks_of(around, keys_of(around, given)), durable=True) as step:
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
                kept = given.model_copy(update={"recorded_at": _recorded(given, moment(now))})
                row = row_of(around, kept)
                step.record(row)
                step.set_instant(now)
                self._tidy(around, step, now)
            else:
                row, kept = known, event_in(known.payload)
                found.append(_redelivery(given, kept))
            kept, judged = self._judged_again(around, step, row)
            if self._log is not None:
                self._write_record(self._log, around, kept, judged, token, [one.kind for one in found])
            return found + judged.findings()

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

    def set_clock_back(self, *, reason: str, by: str, confirmed_by: str) -> SetBack:
        """Act again after a clock that had jumped ahead was put right, for a reason that two persons answer for.

        What was recorded by the wrong clock is known from now on, and what is said to begin after now began now: so it
        stands in every window for as long as it truly can, and no limit is exceeded. Places kept by the wrong clock
        last as long as any other. It is logged, and every contact that was moved is logged anew. The clock must be
        right by now. Raises ConfigurationError as ``override`` does, StoreError if nothing could be changed.
        """
        said = self._answered_for(reason, by, confirmed_by)
        around, moved = self._around, 0
        now = microseconds(self._now())
        with self._store.transaction(Locks(("clock",)), durable=True) as step:
            rows = sorted(step.ahead(now), key=lambda row: (row.at, row.event_id))
            last = step.set_back(now, now + self._options.reservation_seconds * SECOND)
            for row in rows:
                step.amend(row_of(around, _put_back(event_in(row.payload), moment(now))))
            assert self._log is not None  # noqa: S101  # without one nobody answers for it
            behind = None if last is None else moment(last).isoformat()
            self._log.note("clock", moment(now).isoformat(), {**said, "last": behind, "heads": self._log.heads()})
            for row in rows:
                kept = step.recorded(row.event_id)
                assert kept is not None  # noqa: S101  # it was put there
                self._write_record(self._log, around, *self._judged_again(around, step, kept), None, ["moved"])
                moved += 1
            self._tidied = now
        return SetBack(None if last is None else moment(last), moved)

    @staticmethod
    def _judged_again(around: Surroundings, step: Transaction, row: Row) -> tuple[Event, Judgement]:
        kept = event_in(row.payload)
        scene = Scene(around)
        rows = step.past(wanted_of(around, kept, scene.sheets(kept)))
        scene.add(event_in(one.payload) for one in rows if one.event_id != row.event_id)
        return kept, scene.judged(kept)

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

    # Beside

    async def acheck(self, attempt: Given) -> Decision:
        """Do as ``check`` does, in a thread."""
        return await asyncio.to_thread(self.check, attempt)

    async def arecord(self, event: Given, *, token: str | None = None) -> list[Finding]:
        """Do as ``record`` does, in a thread."""
        return await asyncio.to_thread(self.record, event, token=token)

    async def acancel(self, token: str) -> bool:
        """Do as ``cancel`` does, in a thread."""
        return await asyncio.to_thread(self.cancel, token)

    def reload(self) -> Reloaded:
        """Load rules, registry and profiles anew, all or none: what is wrong keeps what was in force, and is said."""
        with self._reloading:
            try:
                around = self._load()
            except InputError as error:
                self._reload_problems = error.problems
                old = self._around
                return Reloaded(False, old.rules_digest, old.registry_digest, error.problems)
            self._around, self._reload_problems = around, ()
            return Reloaded(True, around.rules_digest, around.registry_digest)

    @property
    def is_in_memory(self) -> bool:
        """Say whether the history is all in this process, so that nothing ever waits for a disk or for others."""
        return self._log is None and self._store.name == IN_MEMORY

    def status(self) -> Status:
        """Say how the guard stands."""
        problem: str | None = None
        try:
            self._store.check()
        except StoreError as error:
            problem = str(error)
        around = self._around
        return Status(
            mode=self._mode,
            store=self._store.name,
            store_reachable=problem is None,
            store_problem=problem,
            rules_digest=around.rules_digest,
            registry_digest=around.registry_digest,
            reload_problems=self._reload_problems,
        )

    def close(self) -> None:
        """Let go of the store, and of the log."""
        self._store.close()
        if self._log is not None:
            self._log.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


_NOT_MADE: Final = Finding(kind="not_made", message=_words("guard.not_made"))


def _recorded(given: Event, now: datetime) -> datetime:
    """Return when a contact is known: now, or where it says itself that it was recorded later, not before that."""
    recorded = given.recorded_at
    own = recorded.not_before if isinstance(recorded, Span) else recorded
    return max(now, own or _EPOCH)


def _reason(ruling: Ruling) -> Reason:
    return reason_of(ruling.reason, rules=", ".join(ruling.rules)) if ruling.rules else reason_of(ruling.reason)


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
    same = given.model_copy(update={"recorded_at": None}) == kept.model_copy(update={"recorded_at": None})
    kind = "redelivered" if same else "contradicted"
    return Finding(kind=kind, message=_words(f"guard.{kind}"))

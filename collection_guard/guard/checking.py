"""What is done before a contact: the rules are asked, a place is kept, and the answer is made."""

import secrets
from collections.abc import Hashable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from collection_guard.facts.clock import microseconds
from collection_guard.guard.attempts import before_contact, event_of, reserved
from collection_guard.guard.boundaries import moment
from collection_guard.guard.deciding import Ruling, rule_on
from collection_guard.guard.decision import (
    Decision,
    Disposition,
    Limit,
    Outcome,
    Permitted,
    Reason,
    reason_of,
)
from collection_guard.guard.kept_allows import KeptAllow, KeptAllows, Looked
from collection_guard.guard.likeness import likeness
from collection_guard.guard.means import Given, Means
from collection_guard.guard.permitted import Held, Outlook
from collection_guard.guard.scene import (
    Scene,
    event_in,
    floors_of,
    keys_of,
    locks_of,
    payload_of,
    wanted_by,
)
from collection_guard.guard.stores.base import Keys, Reservation, Row, Transaction
from collection_guard.guard.surroundings import Surroundings
from collection_guard.language.units import SECOND
from collection_guard.model.event import Event
from collection_guard.model.problems import StoreError

_DISPOSITIONS: Final[dict[Outcome, Disposition]] = {"allow": "CGALOW", "review": "CGREVW", "deny": "CGDENY"}


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


class Checking:
    """Decides on attempts."""

    def __init__(self, means: Means) -> None:
        self._store, self._options, self._mode = means.store, means.options, means.mode
        self._now, self._log = means.now, means.log
        self._kept = KeptAllows()

    def check(self, around: Surroundings, attempt: Given, override: Mapping[str, str] | None = None) -> Decision:
        """Decide on an attempt; ``override`` says why, and who answers for it, where it is allowed all the same."""
        token = secrets.token_hex(16)
        asked = event_of(attempt, started_at=self._now(), event_id=f"attempt:{token}")
        # Who overrides, and a log, want to know more than that nothing forbids it.
        keys = keys_of(around, asked)
        like = likeness(around, asked, keys)
        kept = self._kept.of(around, asked, like) if override is None and self._log is None else None
        try:
            with self._store.transaction(locks_of(around, keys), durable=False) as step:
                decided = self._decide(around, step, asked, (keys, like), token, override, kept)
        except StoreError as error:
            return self._without_store(around, asked, token, error)
        except ClockError as error:
            return self._without_clock(around, token, error)
        # What is only told, and no part of the decision, is found out when nobody waits for the step any more.
        answer = self._answer(around, token, decided)
        if decided.looked is not None:
            decided.looked.outlook.let_go()
        return answer

    def _decide(
        self,
        around: Surroundings,
        step: Transaction,
        asked: Event,
        who: tuple[Keys, Hashable | None],
        token: str,
        override: Mapping[str, str] | None,
        kept: KeptAllow | None,
    ) -> "_Decided":
        keys, like = who
        now = self._instant(step)
        # A contact begins when it is asked for at the earliest: what was recorded until now counts in it.
        at = max(now, microseconds(asked.started_at))
        event = before_contact(asked, moment(at), around.after_fields)
        expires = now + self._options.reservation_seconds * SECOND

        def keep_place() -> None:
            step.reserve(Reservation(token, now, expires, keys, payload_of(reserved(event, token))))
            step.set_instant(now)

        rows: list[Row] | None = None
        if kept is not None and kept.holds(at, expires):
            wanted = wanted_by(around, keys, kept.floors)
            rows, places = step.past(wanted), step.places(wanted, now)
            if kept.is_unchanged(rows, places):
                keep_place()
                return _Decided(Ruling(), expires, kept=kept)
        scene = Scene(around)
        floors = floors_of(around, event, scene.sheets(event))
        wanted = wanted_by(around, keys, floors)
        if rows is None:
            rows, places = step.past(wanted), step.places(wanted, now)
        else:
            # What was wanted then reaches back further than what is wanted now, for windows only move on.
            rows = [row for row in rows if wanted.wants(row)]
        past = [event_in(row.payload) for row in rows]
        held = [Held(event_in(place.payload), place.expires) for place in places]
        scene.add(past)
        alike = self._kept.alike(around, like, at)
        outlook = Outlook(around, event, past, held, self._options.on_failure, scene, alike)
        ruling = outlook.ruling()
        if override is not None:
            ruling.decision, ruling.reason = "allow", "overridden"
        if ruling.decision == "allow" or self._mode == "shadow":
            keep_place()
        if self._log is not None:
            # What is recorded next was not known at the instant of this check, whatever the resolution of the clock.
            step.set_instant(now)
            told = {
                "token": token,
                "decision": ruling.decision,
                "mode": self._mode,
                "reason": ruling.reason,
                "rules": ruling.rules,
                "overridden": override,
            }
            self._log.judged("check", around, moment(now).isoformat(), outlook.judgement, told)
        return _Decided(ruling, expires, Looked(outlook, event, like, floors, tuple(rows)))

    def _answer(self, around: Surroundings, token: str, decided: "_Decided") -> Decision:
        ruling, looked, until = decided.ruling, decided.looked, decided.expires
        permitted: tuple[Permitted, ...] | None = None
        limits: tuple[Limit, ...] = ()
        if decided.kept is not None:
            permitted, limits = (), decided.kept.limits
        elif looked is not None:
            limits = looked.outlook.limits()
            self._kept.keep_alike(around, looked)
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


def _reason(ruling: Ruling) -> Reason:
    return reason_of(ruling.reason, rules=", ".join(ruling.rules)) if ruling.rules else reason_of(ruling.reason)

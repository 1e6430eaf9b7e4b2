"""The gate: asked before each contact, told after it."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import TracebackType
from typing import Self, TypeVar

from collection_guard.guard.checking import Checking
from collection_guard.guard.decision import Decision, Finding
from collection_guard.guard.log.writer import DecisionLog
from collection_guard.guard.means import Given, Means
from collection_guard.guard.recording import Recording, SetBack
from collection_guard.guard.settings import IN_MEMORY, GuardOptions, Mode
from collection_guard.guard.stores.base import Store, TakesTogether
from collection_guard.guard.surroundings import Surroundings
from collection_guard.model.problems import ConfigurationError, InputError, Problem, StoreError

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reloaded:
    """What came of a reload: whether the new rules are in force, and else what is wrong with them."""

    taken: bool
    rules_digest: str
    registry_digest: str | None
    problems: tuple[Problem, ...] = ()


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
        self._mode: Mode = mode
        means = Means(store, options or GuardOptions(), mode, now or (lambda: datetime.now(UTC)), log)
        self._checking = Checking(means)
        self._recording = Recording(means)
        self._reloading = threading.Lock()
        self._reload_problems: tuple[Problem, ...] = ()

    # Before

    def check(self, attempt: Given) -> Decision:
        """Say whether a contact may be made; an allow keeps its place until it is recorded, cancelled or expires.

        The attempt is an event of which only what is known before it need be given; ``started_at`` is when it is to
        begin, now if left out. Raises EventError for an attempt that is none.
        """
        return self._checking.check(self._around, attempt)

    def override(self, attempt: Given, *, reason: str, by: str, confirmed_by: str) -> Decision:
        """Allow an attempt whatever the rules say, for a reason that two persons answer for; it is logged.

        What the rules say of it stays in the decision. Raises ConfigurationError without a reason, without two
        different names, or without a decision log.
        """
        return self._checking.check(self._around, attempt, self._answered_for(reason, by, confirmed_by))

    def _answered_for(self, *given: str) -> dict[str, str]:
        """Return a reason and two different names; raise ConfigurationError without them, or without a log of them."""
        named = [" ".join(words.split()) for words in given]
        if not all(named) or named[1].casefold() == named[2].casefold():
            raise ConfigurationError([Problem("override_incomplete")])
        if self._log is None:
            raise ConfigurationError([Problem("override_without_log")])
        return dict(zip(("reason", "by", "confirmed_by"), named, strict=True))

    # After

    def record(self, event: Given, *, token: str | None = None) -> list[Finding]:
        """Record a contact that was made, whatever was decided of it, and return what the rules say of it.

        It is placed in the history by its own time, and known from now on. A call that was stopped before it was made
        is none, and only gives its place back. Raises EventError for an event that is
        none, StoreError if it could not be kept: then it is not recorded, and is to be sent again.
        """
        return self._recording.record(self._around, event, token)

    def set_clock_back(self, *, reason: str, by: str, confirmed_by: str) -> SetBack:
        """Act again after a clock that had jumped ahead was put right, for a reason that two persons answer for.

        What was recorded by the wrong clock is known from now on, and what is said to begin after now began now: so it
        stands in every window for as long as it truly can, and no limit is exceeded. Places kept by the wrong clock
        last as long as any other. It is logged, and every contact that was moved is logged anew. The clock must be
        right by now. Raises ConfigurationError as ``override`` does, StoreError if nothing could be changed.
        """
        said = self._answered_for(reason, by, confirmed_by)
        return self._recording.set_clock_back(self._around, said)

    def cancel(self, token: str) -> bool:
        """Give back the place of an attempt that was not made; false if no such token is held."""
        return self._recording.cancel(token)

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

    def reload(self, beside: Callable[[], object] = bool) -> Reloaded:
        """Load rules, registry and profiles anew, all or none: what is wrong keeps what was in force, and is said.

        ``beside`` reads what must be fit to be taken with them, such as tokens; it raises InputError where it is not.
        """
        with self._reloading:
            old = self._around
            try:
                around = self._load()
                _same_country(old, around)
                beside()
            except InputError as error:
                self._reload_problems = error.problems
                return Reloaded(False, old.rules_digest, old.registry_digest, error.problems)
            self._around, self._reload_problems = around, ()
            return Reloaded(True, around.rules_digest, around.registry_digest)

    @property
    def is_in_memory(self) -> bool:
        """Say whether the history is all in this process, so that nothing ever waits for a disk or for others."""
        return self._log is None and self._store.name == IN_MEMORY

    def together(self, steps: Sequence[Callable[[], _T]], *, durable: bool) -> list[_T] | None:
        """Carry out several checks, records and cancels, one after another, and keep all they write at once.

        None where this cannot be done, or was not: then nothing of them was kept, and each is to be done by itself.
        ``durable``: some of them are records. A step must not raise: what it
        would raise is its result.
        """
        store = self._store
        # A line of the decision log is written before anybody knows whether all is kept.
        if self._log is not None or not isinstance(store, TakesTogether):
            return None
        try:
            with store.together(durable=durable):
                return [step() for step in steps]
        except StoreError:
            return None

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


def _same_country(old: Surroundings, new: Surroundings) -> None:
    """Raise ConfigurationError for another country: what is kept would not be found by its numbers any more."""
    before, now = old.world.settings.country, new.world.settings.country
    if before != now:
        raise ConfigurationError([Problem("reload_country", values={"before": before, "now": now})])

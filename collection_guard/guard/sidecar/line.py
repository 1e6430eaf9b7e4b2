"""The line before a store that is written by one at a time: what waits there is carried out together.

A transaction of a file costs much, and little more for several requests than for one. While one is under way, others
come in; they are the next. An answer is given when all of them are kept. Where that fails, each is done by itself.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from threading import Lock
from typing import Any, Final, TypeVar

from collection_guard.guard.gate import Gate

_T = TypeVar("_T")
_MOST: Final = 64
"""How many requests are carried out together: nobody waits for long before others."""
_Result = tuple[Any, BaseException | None]


class Line:
    """Carries requests out in the order in which they came."""

    def __init__(self, gate: Gate, threads: Executor) -> None:
        self._gate = gate
        self._threads = threads
        self._lock = Lock()
        self._waiting: deque[tuple[Callable[[], Any], bool, asyncio.Future[Any]]] = deque()
        self._is_open = False

    async def work(self, step: Callable[[], _T], *, durable: bool) -> _T:
        """Carry something out, and return what came of it; ``durable``: it is a record."""
        done: asyncio.Future[_T] = asyncio.get_running_loop().create_future()
        with self._lock:
            self._waiting.append((step, durable, done))
            begins, self._is_open = not self._is_open, True
        if begins:
            self._threads.submit(self._work_off)
        return await done

    def _work_off(self) -> None:
        while True:
            with self._lock:
                taken = [self._waiting.popleft() for _ in range(min(_MOST, len(self._waiting)))]
                self._is_open = bool(taken)
            if not taken:
                return
            try:
                found = self._carried_out([step for step, _, _ in taken], durable=any(kept for _, kept, _ in taken))
            except Exception as error:  # noqa: BLE001  # whoever waits is told, and the line goes on
                found = [(None, error)] * len(taken)
            answers = [(done, *one) for (_, _, done), one in zip(taken, found, strict=True)]
            for loop in {done.get_loop() for done, _, _ in answers}:
                with suppress(RuntimeError):  # it has ended, and nobody waits there any more
                    loop.call_soon_threadsafe(_tell, [one for one in answers if one[0].get_loop() is loop])

    def _carried_out(self, steps: list[Callable[[], Any]], *, durable: bool) -> list[_Result]:
        results = [_resulting(step) for step in steps]
        together = self._gate.together(results, durable=durable) if len(steps) > 1 else None
        return [step() for step in results] if together is None else together


def _resulting(step: Callable[[], Any]) -> Callable[[], _Result]:
    """Return a step that returns what it would raise."""

    def result() -> _Result:
        try:
            return step(), None
        except Exception as error:  # noqa: BLE001  # whoever asked is told
            return None, error

    return result


def _tell(answers: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for done, value, error in answers:
        if done.cancelled():
            continue
        if error is None:
            done.set_result(value)
        else:
            done.set_exception(error)

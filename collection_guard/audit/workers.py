"""Processes that work for an audit: they end with it, however it ends."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import active_children, get_context, parent_process
from threading import Thread
from typing import TypeVar

_T = TypeVar("_T")


@contextmanager
def workers(count: int, begin: Callable[[_T], None], told: _T) -> Iterator[Executor | None]:
    """Give so many processes, each of which was told something; None where one process does it all.

    Who is interrupted does not wait for what they are at.
    """
    if count < 2:
        yield None
        return
    before = set(active_children())
    pool = ProcessPoolExecutor(count, get_context("spawn"), _begin, (begin, told))
    try:
        yield pool
    except (KeyboardInterrupt, SystemExit):
        for child in set(active_children()) - before:
            child.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(begin: Callable[[_T], None], told: _T) -> None:
    # A Ctrl-C reaches all processes of a terminal; the one that was started ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_end_with_parent, daemon=True).start()
    begin(told)


def _end_with_parent() -> None:
    """Wait for the process that started this one to die, and die too: it may have been killed without a word."""
    parent = parent_process()
    if parent is not None:
        parent.join()
    os._exit(1)

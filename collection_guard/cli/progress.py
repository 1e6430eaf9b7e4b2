"""Progress of a run: a bar on a terminal, nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

_STEP: Final = 500


@contextmanager
def progress_to(total: int, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Give a function that shows how many contacts are done, or None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task("", total=total)

        def show(done: int) -> None:
            if done % _STEP == 0 or done == total:
                bar.update(task, completed=done)

        yield show


@contextmanager
def growing_progress(*, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that shows how much is done, of how much that turns out; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar() -> Progress:
    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)

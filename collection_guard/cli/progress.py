"""Progress of a run: a bar on a terminal, nothing in a pipe."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from collection_guard.model.texts import Lang, text

_STEP: Final = 500


@contextmanager
def progress_to(total: int, lang: Lang, *, quiet: bool) -> Iterator[Callable[[int], None] | None]:
    """Give a function that shows how many contacts are done, or None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        # Of a log that is judged by columns nothing is done until much is: until then the bar only moves.
        task = bar.add_task(text("progress.preparing", lang), total=None)
        shown = 0

        def show(done: int) -> None:
            nonlocal shown
            if done - shown >= _STEP or done in {0, total}:
                bar.update(task, completed=done, total=total, description=text("progress.judging", lang))
                shown = done

        yield show


@contextmanager
def growing_progress(lang: Lang, *, quiet: bool) -> Iterator[Callable[[int, int], None] | None]:
    """Give a function that shows how much is done, of how much that turns out; None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    with _bar() as bar:
        task = bar.add_task(text("progress.passes", lang), total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)

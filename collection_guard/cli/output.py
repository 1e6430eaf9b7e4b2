"""Where output goes: data to stdout or a file, messages to stderr."""

import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

import typer

from collection_guard.configuration import Configuration
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.whole_files import whole_file
from collection_guard.reports.page import NARROWEST, fitted


def terminal(out: Path | None) -> bool:
    """Say whether colours may be used: only on a terminal, and never where NO_COLOR is set."""
    return out is None and sys.stdout is not None and sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def terminal_width() -> int | None:
    """Return how many cells a line of the terminal has; None where the output goes elsewhere, to whole lines."""
    if sys.stdout is None or not sys.stdout.isatty():
        return None
    return max(shutil.get_terminal_size().columns, NARROWEST)


def show(lines: Iterable[str]) -> None:
    """Print lines of words; on a terminal none is wider than it."""
    width = terminal_width()
    shown = [part for line in lines for part in ([line] if width is None else fitted(line, width))]
    emit("".join(f"{line}\n" for line in shown), None)


def emit(content: str, out: Path | None) -> None:
    """Write a result to stdout, or to a file that appears only once it is whole."""
    if out is None:
        if sys.stdout is None:
            values: dict[str, object] = {"path": "stdout", "reason": "closed"}
            raise ConfigurationError([Problem("output_unwritable", values=values)])
        sys.stdout.buffer.write(content.encode("utf-8", "backslashreplace"))
        sys.stdout.buffer.flush()
        return
    try:
        with whole_file(out) as file:
            file.write(content)
    except OSError as error:
        values = {"path": str(out), "reason": error.strerror or str(error)}
        raise ConfigurationError([Problem("output_unwritable", values=values)]) from error


def refuse_shared(outputs: Iterable[tuple[str, Path]], inputs: Iterable[Path]) -> None:
    """Refuse an output, by its option, that would overwrite an input or another output; raise ConfigurationError."""
    taken = {path.resolve() for path in inputs}
    problems = []
    for option, path in outputs:
        target = path.resolve()
        if target in taken and (target.is_file() or not target.exists()):
            problems.append(Problem("output_is_input", values={"option": option, "path": str(path)}))
        taken.add(target)
    if problems:
        raise ConfigurationError(problems)


def show_configuration(settings: Configuration) -> None:
    """Print every setting in force, and where it comes from."""
    for name, value in settings.values.items():
        typer.echo(f"{name}: {value}  # {settings.origins[name]}")

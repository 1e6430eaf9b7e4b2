"""Exit codes, and the one place where problems become messages and codes."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

import typer

from collection_guard.model.problems import ConfigurationError, InputError, LogError, Problem, RulesError
from collection_guard.model.texts import Lang

OK: Final = 0
VIOLATIONS: Final = 1
USAGE: Final = 2
RULES: Final = 3
INPUT: Final = 4
UNASSESSABLE: Final = 5
INTERNAL: Final = 70
"""A fault of the program itself: none of the others, least of all the one for violations."""

PRECEDENCE: Final = (USAGE, RULES, INPUT, VIOLATIONS, UNASSESSABLE)
"""If several codes apply, the first of these is given."""

_T = TypeVar("_T")


def code_of(error: InputError) -> int:
    """Return the exit code of an error."""
    match error:
        case ConfigurationError():
            return USAGE
        case RulesError():
            return RULES
        case _:
            return INPUT


def first_of(codes: set[int]) -> int:
    """Return the code to exit with where several apply."""
    return next((code for code in PRECEDENCE if code in codes), OK)


def say(problem: Problem, lang: Lang) -> None:
    """Print a problem to stderr."""
    typer.echo(problem.render(lang), err=True)


@contextmanager
def exits(lang: Lang) -> Iterator[None]:
    """Turn an error of the input into its messages and its exit code."""
    try:
        yield
    except InputError as error:
        for problem in error.problems:
            say(problem, lang)
        raise typer.Exit(code_of(error)) from None


class Gathering:
    """Collects the errors of several steps, so that all of a run are said at once."""

    def __init__(self) -> None:
        self._errors: list[InputError] = []

    def attempt(self, step: Callable[[], _T]) -> _T | None:
        """Return what a step gives, or None if it failed."""
        try:
            return step()
        except InputError as error:
            self._errors.append(error)
            return None

    def problems(self) -> list[Problem]:
        """Return every problem met so far."""
        return [problem for error in self._errors for problem in error.problems]

    def settle(self, lang: Lang) -> None:
        """Print every problem and exit, if there were any."""
        if not self._errors:
            return
        for error in self._errors:
            for problem in error.problems:
                say(problem, lang)
        raise typer.Exit(first_of({code_of(error) for error in self._errors}))


def missing_file(path: Any) -> LogError:
    """Return the error for a file that is not there."""
    return LogError([Problem("no_such_file", values={"path": str(path)})])

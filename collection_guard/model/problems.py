"""Problems of input: where, what, and what to do about it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from collection_guard.model.texts import Lang, help_text, text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong with an input, with its place and its help.

    ``code`` names texts of the catalogue: ``problem.<code>`` says what is wrong and ``problem.<code>.help``,
    where there is one, what to do. ``values`` fill them in.
    """

    code: str
    file: str | None = None
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    row: int | None = None
    subject: str | None = None
    values: dict[str, object] = field(default_factory=dict)

    def place(self) -> str:
        """Return ``file:line:column``, or ``file:sheet:row`` for a table, as far as known."""
        parts = [str(part) for part in (self.file, self.sheet) if part is not None]
        numbers = (self.line, self.column) if self.line is not None else (self.row,)
        parts += [str(number) for number in numbers if number is not None]
        return ":".join(parts)

    def cause(self, lang: Lang) -> str:
        """Return what is wrong, in one sentence."""
        return text(f"problem.{self.code}", lang, **self._shown())

    def help(self, lang: Lang) -> str | None:
        """Return what to do about it, where there is something to say."""
        shown = self._shown()
        if "nearest" in self.values:
            shown["nearest"] = self.values["nearest"]
        return help_text(f"problem.{self.code}.help", lang, **shown)

    def _shown(self) -> dict[str, object]:
        """Return the values for a text: a dash stands where nothing is known."""
        values = {name: "—" if value is None else value for name, value in self.values.items()}
        return {"subject": self.subject or ""} | values

    def render(self, lang: Lang) -> str:
        """Return place, cause and help as one line of text."""
        place, help_text = self.place(), self.help(lang)
        line = f"{place}: {self.cause(lang)}" if place else self.cause(lang)
        return f"{line}; {help_text}" if help_text else line

    def sort_key(self) -> tuple[str, str, int, int, str]:
        """Order problems by their place."""
        return (self.file or "", self.sheet or "", self.line or self.row or 0, self.column or 0, self.code)


class InputError(Exception):
    """An input that cannot be used, with every problem found in it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=Problem.sort_key))
        super().__init__("\n".join(problem.render("en") for problem in self.problems))

    def __reduce__(self) -> tuple[type["InputError"], tuple[tuple[Problem, ...]]]:
        """Travel between processes with the problems, not with their words."""
        return type(self), (self.problems,)


class RulesError(InputError):
    """A rule pack that is invalid."""


class ConfigurationError(InputError):
    """A configuration or a command line that cannot be used."""


class LogError(InputError):
    """A log, profile file or partner list that cannot be read."""


class EventError(InputError):
    """An event or an attempt that cannot be used."""


class StoreError(InputError):
    """A store of the guard that cannot be reached, read or written."""

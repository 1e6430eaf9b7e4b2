"""The catalogue of everything a person reads, in Chinese and English."""

import difflib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from string import Formatter
from typing import Any, Final, Literal

import yaml

Lang = Literal["zh", "en"]
LANGS: Final[tuple[Lang, ...]] = ("zh", "en")


_LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""Every command reads the catalogue at its start; the loader in C, where PyYAML has it, is several times quicker."""


def language_of_environment() -> Lang:
    """Return the language that the environment asks for: its own variable, else the locale."""
    for variable in ("COLLECTION_GUARD_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        value = os.environ.get(variable, "")
        if value:
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Return every text by its code, in both languages."""
    texts: dict[str, dict[str, str]] = {}
    folder = resources.files("collection_guard") / "messages"
    for file in sorted(folder.iterdir(), key=lambda item: item.name):
        if file.name.endswith(".yaml"):
            found = yaml.load(file.read_text("utf-8"), Loader=_LOADER)  # noqa: S506  # a safe loader, in either form
            texts.update(found or {})
    return texts


class _Plurals(Formatter):
    """Fills in values, and says words about a number in its singular or plural."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value as it is said, or the word of two that goes with it."""
        one, bar, many = format_spec.partition("|")
        if not bar:
            return str(super().format_field(value, format_spec))
        return one if str(value) == "1" else many


_PLURALS: Final = _Plurals()


@dataclass(frozen=True, slots=True)
class Spoken:
    """A value of a text that is itself said in the language of the text."""

    texts: Mapping[Lang, str]


def text(code: str, lang: Lang, /, **values: object) -> str:
    """Return the text of a code with its values filled in."""
    said = {name: value.texts[lang] if isinstance(value, Spoken) else value for name, value in values.items()}
    template = catalogue()[code][lang]
    # "{count} {count:row|rows}": what stands before the bar is said of one, what stands behind it of any other number.
    return _PLURALS.vformat(template, (), said) if "|" in template else template.format(**said)


def help_text(code: str, lang: Lang, /, **values: object) -> str | None:
    """Return the text of a help, None where there is none.

    Its clauses stand between semicolons. One that names what is nearest is left out where nothing is near.
    """
    if code not in catalogue():
        return None
    mark = "；" if lang == "zh" else "; "
    clauses = catalogue()[code][lang].split(mark)
    if values.get("nearest", "") is None:
        clauses = [clause for clause in clauses if "{nearest}" not in clause]
    return mark.join(clauses).format(**values) or None


def has_text(code: str) -> bool:
    """Say whether the catalogue holds a text of this code."""
    return code in catalogue()


def nearest(word: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to a word, whatever its case, or None if none is near.

    A dotted name is also near to what stands behind its dot.
    """
    names = sorted(known)
    for plain in ({name.casefold(): name for name in names}, {_tail(name).casefold(): name for name in names}):
        found = difflib.get_close_matches(word.casefold(), plain, n=1, cutoff=0.6)
        if found:
            return plain[found[0]]
    return None


def _tail(name: str) -> str:
    return name.rpartition(".")[2]

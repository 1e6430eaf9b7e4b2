"""What the generated pages share: their words, and tables in Markdown."""

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

HERE: Final = Path(__file__).parent
_SPECIAL: Final = re.compile(r"([\\`*\[\]<>|~]|(?<!\w)[_#]|_(?!\w))")


@cache
def texts() -> dict[str, Any]:
    """Return the words of the generated pages."""
    found: dict[str, Any] = yaml.safe_load((HERE / "texts.yaml").read_text("utf-8"))
    return found


def say(path: str, lang: str, **values: str) -> str:
    """Return one text in a language, with its values filled in."""
    found: Any = texts()
    for part in path.split("/"):
        found = found[part]
    words: str = found[lang]
    for name, value in values.items():
        words = words.replace("{" + name + "}", value)
    return words.rstrip("\n")


def plain(word: str) -> str:
    """Return a text as Markdown that shows it as it is."""
    return _SPECIAL.sub(r"\\\1", word)


def code(word: str) -> str:
    """Return a word in the type of code."""
    return f"`{word}`"


def listed(words: Iterable[str], lang: str) -> str:
    """Return words as a list inside a sentence."""
    return say("and", lang).join(words)


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield a table, line by line, with an empty line behind it."""
    yield _row(columns)
    yield "|" + "---|" * len(columns)
    for row in rows:
        yield _row(row)
    yield ""


def _row(cells: Sequence[str]) -> str:
    # A bar inside code needs its backslash too; one that is escaped already keeps the one it has.
    return "| " + " | ".join(re.sub(r"(?<!\\)\|", r"\\|", cell) for cell in cells) + " |"

"""The closed vocabulary of the conformance format: keys with their types, words, labels, outcomes."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from collection_guard.language.yaml_positions import read_yaml

_FILE: Final = Path(__file__).with_name("format.yaml")


@dataclass(frozen=True, slots=True)
class Key:
    """One key: its type, whether it is a list, whether it must be there, and the words that it may hold."""

    type: str
    many: bool
    required: bool
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Everything that a case file may say."""

    keys: Mapping[str, Key]
    labels: Mapping[str, str]
    texts: Mapping[str, str]
    outcomes: Mapping[str, str | None]
    not_gated: Mapping[str, frozenset[str]]

    def below(self, path: str) -> list[str]:
        """Return the keys that may stand below a key (an empty path: in a case)."""
        start = f"{path}." if path else ""
        names = (key[len(start) :] for key in self.keys if key.startswith(start))
        return [name for name in names if "." not in name and "[" not in name]


@cache
def vocabulary() -> Vocabulary:
    """Return the vocabulary, read once."""
    data = read_yaml(_FILE).data
    words: dict[str, list[str]] = data["words"] | {
        "expected[].rule": list(data["labels"]),
        "expected[].outcome": list(data["outcomes"]),
    }
    return Vocabulary(
        {path: _key(said, tuple(words.get(path, ()))) for path, said in data["keys"].items()},
        data["labels"],
        data["texts"],
        data["outcomes"],
        {name: frozenset(found) for name, found in data["not_gated"].items()},
    )


def is_gated(data: Mapping[str, Any]) -> bool:
    """Say whether a case decides anything, by how it came about and how strong the reading of its text is."""
    closed = ((key, words) for key, words in vocabulary().not_gated.items() if key != "outcomes")
    return not any(word_of(data[key]) in words for key, words in closed)


def word_of(value: Any) -> str:
    """Return a word as it is spelled; ``true`` is read by YAML as a truth value."""
    return "true" if value is True else str(value)


def _key(said: Any, words: tuple[str, ...]) -> Key:
    plain = str(said).removesuffix("*")
    return Key(plain.strip("[]"), plain.startswith("["), str(said).endswith("*"), words)

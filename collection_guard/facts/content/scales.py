"""Scales: clues that tell a signal only together, each with its weight."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from math import sqrt
from typing import Final

from collection_guard.facts.content.characters import COLON, OPEN_BRACKET
from collection_guard.facts.content.context import Layout
from collection_guard.facts.content.schema import Scale

HEARD, SILENCED, FRAMED, SHAPED, TOGETHER, BETWEEN = "@", "-", "%", "=", "+", "|"
_SIGNS: Final = (HEARD, SILENCED, FRAMED, SHAPED)
# What a text looks like, whatever its words: which of these shapes it has can be weighed.
HEADING, LABEL, QUOTE, QUESTION, SHOUT, DIGITS, TURNS, YOU, NO_YOU = (
    f"{SHAPED}{name}" for name in ("heading", "label", "quote", "question", "shout", "digits", "turns", "you", "no_you")
)
SHAPES: Final = (HEADING, LABEL, QUOTE, QUESTION, SHOUT, DIGITS, TURNS, YOU, NO_YOU)
_LONGEST_LABEL: Final = 10
_DIGIT: Final = re.compile("[0-9]")
# How much more must speak for a signal whose acts are all denied or only mentioned.
DOUBT: Final = 2.0
# The more can be weighed in a text, the more comes together by chance: what must be outweighed grows with the root of
# the number of acts, frames and shapes. It is as written for as many as texts usually have.
_USUAL_CLUES: Final = 11
MOST_CLUES: Final = 60
_FEW_CLUES: Final = 2
LATIN_LETTER: Final = re.compile("[a-z']")
_LATIN_RUN: Final = re.compile("[a-z' ]+")


@dataclass(frozen=True, slots=True)
class CompiledScale:
    """A scale with the weight of every clue, and its place in the files."""

    scale: Scale
    weights: Mapping[str, float]
    file: str
    line: int


def weights_of(scale: Scale) -> dict[str, float]:
    """Return the weight of each clue of a scale."""
    return {clue: weight for weight, clues in scale.clues.items() for clue in clues.split(BETWEEN)}


def is_word(clue: str) -> bool:
    """Tell whether a clue is a word of the text, not an act or a frame."""
    return not clue.startswith(_SIGNS)


def parts_of(clue: str) -> list[str]:
    """Return the clues that a clue stands for: one, or two that stand in one text together."""
    return [clue] if is_word(clue) else clue.split(TOGETHER)


def together(clues: Iterable[str]) -> Iterator[str]:
    """Yield every two clues of a text as one, as the scales name them."""
    yield from map(TOGETHER.join, combinations(sorted(clues), 2))


def growth(clues: int) -> float:
    """Return by what the start of a scale grows in a text of so many acts, frames and shapes."""
    return sqrt((min(clues, MOST_CLUES) + _FEW_CLUES) / (_USUAL_CLUES + _FEW_CLUES))


def shapes(original: str, layout: Layout, kind: str | None) -> list[str]:
    """Return what a text looks like: its kind, its marks, whether it speaks to somebody."""
    text = layout.text
    found = [f"{SHAPED}{kind}"] if kind else []
    if text.startswith(OPEN_BRACKET):
        found.append(HEADING)
    if COLON in text[:_LONGEST_LABEL]:
        found.append(LABEL)
    if layout.quotes:
        found.append(QUOTE)
    if "？" in original or "?" in original:
        found.append(QUESTION)
    if "！" in original or "!" in original:
        found.append(SHOUT)
    if _DIGIT.search(text):
        found.append(DIGITS)
    if layout.others:
        found.append(TURNS)
    found.append(YOU if "你" in text or "您" in text or "you" in text else NO_YOU)
    return found


def latin_words(text: str) -> Iterator[str]:
    """Yield every English word of a folded text, and every two that follow each other."""
    return (word for word in latin_pieces(text) if word.strip(" ") == word != "")


def latin_pieces(text: str) -> list[str]:
    """Return the same quickly, with pieces between spaces that are no words."""
    found: list[str] = []
    for run in _LATIN_RUN.findall(text):
        words = run.split(" ")
        found += words
        found += map(" ".join, pairwise(words))
    return found


__all__ = [
    "CompiledScale",
    "growth",
    "is_word",
    "latin_pieces",
    "latin_words",
    "parts_of",
    "shapes",
    "together",
    "weights_of",
]

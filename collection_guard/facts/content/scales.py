"""Scales: clues that tell a signal only together, each with its weight."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import combinations, pairwise, repeat
from math import sqrt
from typing import Final

from collection_guard.facts.content.characters import COLON, OPEN_BRACKET
from collection_guard.facts.content.context import Layout
from collection_guard.facts.content.matching import Range
from collection_guard.facts.content.schema import SIGNALS, Scale, Signal

# Evidence shown: where the weightiest words stand tells enough.
_MOST_SHOWN: Final = 4
HEARD, SILENCED, FRAMED, SHAPED, TOGETHER, BETWEEN = "@", "-", "%", "=", "+", "|"
_SIGNS: Final = (HEARD, SILENCED, FRAMED, SHAPED)
# What a text looks like, whatever its words: which of these shapes it has can be weighed.
HEADING, LABEL, QUOTE, QUESTION, SHOUT, DIGITS, TURNS, YOU, NO_YOU = (
    f"{SHAPED}{name}" for name in ("heading", "label", "quote", "question", "shout", "digits", "turns", "you", "no_you")
)
SHAPES: Final = (HEADING, LABEL, QUOTE, QUESTION, SHOUT, DIGITS, TURNS, YOU, NO_YOU)
_LONGEST_LABEL: Final = 10
_DIGIT: Final = re.compile("[0-9]")
_HUNDREDTHS: Final = 100
# How much more must speak for a signal whose acts are all denied or only mentioned.
DOUBT: Final = 2.0
# The more can be weighed in a text, the more comes together by chance: what must be outweighed grows with the root of
# the number of acts, frames and shapes. It is as written for as many as texts usually have.
_USUAL_CLUES: Final = 11
_MOST_CLUES: Final = 60
_FEW_CLUES: Final = 2
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz'")
_LATIN_LETTER: Final = re.compile("[a-z']")
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
    return sqrt((min(clues, _MOST_CLUES) + _FEW_CLUES) / (_USUAL_CLUES + _FEW_CLUES))


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
    return (word for word in _latin_words(text) if word.strip(" ") == word != "")


def _latin_words(text: str) -> list[str]:
    """Return the same quickly, with pieces between spaces that are no words."""
    found: list[str] = []
    for run in _LATIN_RUN.findall(text):
        words = run.split(" ")
        found += words
        found += map(" ".join, pairwise(words))
    return found


class Balance:
    """All scales together, arranged by what stands in a text, so that one look at each clue weighs for all signals."""

    def __init__(self, scales: Sequence[CompiledScale]) -> None:
        """Arrange the scales."""
        self.scales: dict[str, CompiledScale] = {scale.scale.signal: scale for scale in scales}
        # Weights are hundredths. Those of all signals lie side by side in one integer, so that one addition weighs for
        # all; a lane is wide enough for all clues together.
        growths = list(map(growth, range(_MOST_CLUES + 1)))
        most = sum(abs(_hundredths(weight)) for scale in scales for weight in scale.weights.values())
        most += sum(_hundredths((DOUBT + abs(scale.scale.start)) * growths[-1]) for scale in scales)
        self._lane = most.bit_length() + 2
        self._half = 1 << (self._lane - 1)
        ones = sum(1 << (self._lane * lane) for lane in range(len(SIGNALS)))
        self._signs, self._above_nothing = ones * self._half, ones * (self._half - 1)
        self._sayings: dict[int, tuple[Signal, ...]] = {}
        # What must be outweighed, and what doubt adds to it, by how many clues a text has.
        self._starts = [
            self._packed((scale.scale.signal, scale.scale.start * by) for scale in scales) for by in growths
        ]
        self._doubts: dict[str, list[int]] = {
            signal: [self._packed([(signal, DOUBT * by)]) for by in growths] for signal in SIGNALS
        }
        clues: dict[str, list[tuple[str, float]]] = {}
        for scale in scales:
            for clue, weight in scale.weights.items():
                clues.setdefault(clue, []).append((scale.scale.signal, weight))
        self._weight = {clue: self._packed(weights) for clue, weights in clues.items()}
        # What two clues weigh together, by either of the two.
        self._beside: dict[str, dict[str, int]] = {}
        for clue in clues:
            first, *second = parts_of(clue)
            if second:
                weight = self._weight.pop(clue)
                for one, other in ((first, second[0]), (second[0], first)):
                    beside = self._beside.setdefault(one, {})
                    beside[other] = beside.get(other, 0) + weight
        self.words = sorted(filter(is_word, clues))
        self._latin = frozenset(word for word in self.words if word[0].isascii())
        # Chinese words are found where they stand, others between what separates words.
        self.han = frozenset(word for word in self.words if not word[0].isascii())
        self._order: Sequence[str] = ()
        self._han_weight: list[int] = []
        # The clues that speak for a signal, the weightiest first.
        self._speaking = {signal: _ranked(scale.weights) for signal, scale in self.scales.items()}

    def _packed(self, weights: Iterable[tuple[str, float]]) -> int:
        return sum(_hundredths(weight) << (self._lane * SIGNALS.index(signal)) for signal, weight in weights)

    def arrange(self, order: Sequence[str]) -> None:
        """Take the strings that are looked for, in the order of their numbers."""
        self._order = order
        # Numbers of their own, made in this order: what is asked for most lies close together in memory.
        self._han_weight = [self._weight[string] << 1 >> 1 if string in self.han else 0 for string in order]

    def words_of(self, text: str, strings: Iterable[int]) -> AbstractSet[str]:
        """Return the weighed words of a folded text; ``strings`` are the numbers of what stands in it."""
        found = self.han.intersection(map(self._order.__getitem__, strings))
        if _LATIN_LETTER.search(text):
            found |= self._latin.intersection(_latin_words(text))
        return found

    def total(self, text: str, strings: AbstractSet[int], others: Sequence[str], doubted: Iterable[str] = ()) -> int:
        """Return what all signals weigh in a folded text.

        ``strings`` are the numbers of what stands in it; ``others`` are the acts, frames and shapes, as clues.
        """
        weight, beside = self._weight, self._beside
        many = min(len(others), _MOST_CLUES)
        total = self._starts[many] + sum(map(self._han_weight.__getitem__, strings))
        if _LATIN_LETTER.search(text):
            total += sum(map(weight.__getitem__, self._latin.intersection(_latin_words(text))))
        total += sum(map(weight.get, others, repeat(0)))
        for i, clue in enumerate(others, start=1):
            if clue in beside:
                weights = beside[clue]
                for other in others[i:]:
                    if other in weights:
                        total += weights[other]
        for signal in doubted:
            total -= self._doubts[signal][many]
        return total

    def said(self, total: int) -> tuple[Signal, ...]:
        """Return the signals that weigh more than nothing."""
        signs = (total + self._above_nothing) & self._signs
        said = self._sayings.get(signs)
        if said is None:
            said = tuple(signal for signal, weight in zip(SIGNALS, self.weights(total), strict=True) if weight > 0)
            self._sayings[signs] = said
        return said

    def weights(self, total: int) -> list[float]:
        """Return what each signal weighs."""
        lanes = total + self._above_nothing
        size, half = self._lane, self._half
        return [((lanes >> (size * lane) & (2 * half - 1)) - half + 1) / _HUNDREDTHS for lane in range(len(SIGNALS))]

    def contributions(self, signal: str, words: Iterable[str], others: Collection[str]) -> list[tuple[str, float]]:
        """Return the clues of a text that weigh for or against a signal, the weightiest first."""
        weights = self.scales[signal].weights
        clues = [*others, *words, *self._pairs(others)]
        found = [(clue, weights[clue]) for clue in clues if clue in weights]
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))

    def _pairs(self, others: Collection[str]) -> list[str]:
        """Return every two clues of a text that weigh together, in either order."""
        return [
            first + TOGETHER + second
            for first in others
            if first in self._beside
            for second in self._beside[first].keys() & others
        ]

    def evidence(
        self,
        signal: str,
        layout: Layout,
        words: AbstractSet[str],
        others: Collection[str],
        acts: Mapping[str, list[Range]],
    ) -> list[Range]:
        """Return the clauses of what weighs most for a signal; ``acts`` are the places of those heard, as clues."""
        speaking = self._speaking[signal]
        clues = [*(speaking.keys() & words), *(clue for clue in others if clue in speaking)]
        clues += (clue for clue in self._pairs(others) if clue in speaking)
        ranges: list[Range] = []
        for clue in sorted(clues, key=speaking.__getitem__):
            if is_word(clue):
                ranges.append(_place(layout.own, clue))
            else:
                ranges += (acts[part][0] for part in parts_of(clue) if part in acts)
            if len(ranges) >= _MOST_SHOWN:
                break
        return sorted({layout.scope(start, end, "clause") for start, end in ranges})


def _hundredths(weight: float) -> int:
    return round(weight * _HUNDREDTHS)


def _ranked(weights: Mapping[str, float]) -> dict[str, int]:
    """Return the clues that speak for something, each with its rank: the weightiest first."""
    speaking = sorted((-weight, clue) for clue, weight in weights.items() if weight > 0)
    return {clue: rank for rank, (_, clue) in enumerate(speaking)}


def _place(text: str, word: str) -> Range:
    """Return where a word of a text stands first."""
    start = text.index(word)
    if word[0].isascii():
        while not {text[start - 1 : start], text[start + len(word) :][:1]}.isdisjoint(_LATIN):
            start = text.index(word, start + 1)
    return start, start + len(word)


__all__ = [
    "Balance",
    "CompiledScale",
    "growth",
    "is_word",
    "latin_words",
    "parts_of",
    "shapes",
    "together",
    "weights_of",
]

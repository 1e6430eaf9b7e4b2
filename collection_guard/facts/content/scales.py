"""Scales: clues that tell a signal only together, each with its weight."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, repeat
from struct import Struct
from typing import Final

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from collection_guard.facts.content.characters import COLON, OPEN_BRACKET
from collection_guard.facts.content.context import Layout
from collection_guard.facts.content.matching import Range
from collection_guard.facts.content.schema import SIGNALS, Scale

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
_DIGITS: Final = frozenset("0123456789")
# Weights are hundredths. Those of all signals lie side by side in one integer, so that one addition weighs for all;
# a lane is wide enough for more clues than a text can hold.
_HUNDREDTHS: Final = 100
_LANE: Final = 64
_HALF: Final = 1 << (_LANE - 1)
_LANES: Final = Struct(f"<{len(SIGNALS)}Q")
_MIDDLE: Final = sum(_HALF << (_LANE * lane) for lane in range(len(SIGNALS)))
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz'")
_END_OF_RUN: Final = "\n"


class _Runs(dict[int, str]):
    """English words and the spaces between them, as a table for ``str.translate``; all else ends a run of words."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        self[code] = char if char in _LATIN or char == " " else _END_OF_RUN
        return self[code]


_RUNS: Final = _Runs()


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
    if not _DIGITS.isdisjoint(text):
        found.append(DIGITS)
    if layout.others:
        found.append(TURNS)
    found.append(YOU if "你" in text or "您" in text or "you" in text else NO_YOU)
    return found


def latin_words(text: str) -> Iterator[str]:
    """Yield every English word of a folded text, and every two that follow each other."""
    for run in text.translate(_RUNS).split(_END_OF_RUN):
        words = run.split(" ")
        yield from filter(None, words)
        yield from (f"{one} {other}" for one, other in pairwise(words) if one and other)


class Balance:
    """All scales together, arranged by what stands in a text, so that one look at each clue weighs for all signals."""

    def __init__(self, scales: Sequence[CompiledScale]) -> None:
        """Arrange the scales."""
        self.scales: dict[str, CompiledScale] = {scale.scale.signal: scale for scale in scales}
        self._start = self._packed((scale.scale.signal, scale.scale.start) for scale in scales)
        clues: dict[str, list[tuple[str, float]]] = {}
        for scale in scales:
            for clue, weight in scale.weights.items():
                clues.setdefault(clue, []).append((scale.scale.signal, weight))
        self._weight = {clue: self._packed(weights) for clue, weights in clues.items()}
        # What two clues weigh together, by each of the two that comes first.
        self._beside: dict[str, dict[str, int]] = {}
        for clue in clues:
            first, *second = parts_of(clue)
            if second:
                self._beside.setdefault(first, {})[second[0]] = self._weight.pop(clue)
        self.words = sorted(filter(is_word, clues))
        self._latin = frozenset(word for word in self.words if word[0].isascii())
        self._han = AhoCorasick(
            [word for word in self.words if not word[0].isascii()] or ["\0"],
            matchkind=MatchKind.Standard,
            implementation=Implementation.ContiguousNFA,
            store_patterns=True,
        )

    @staticmethod
    def _packed(weights: Iterable[tuple[str, float]]) -> int:
        return sum(round(weight * _HUNDREDTHS) << (_LANE * SIGNALS.index(signal)) for signal, weight in weights)

    def words_of(self, text: str) -> set[str]:
        """Return the weighed words of a folded text."""
        found = set(self._han.find_matches_as_strings(text, overlapping=True))
        if not _LATIN.isdisjoint(text):
            found |= self._latin.intersection(latin_words(text))
        found.discard("\0")
        return found

    def totals(self, words: Collection[str], others: Collection[str]) -> list[float]:
        """Return what each signal weighs in a text of words; ``others`` are the acts, frames and shapes, as clues."""
        weight = self._weight
        total = self._start + sum(map(weight.__getitem__, words))
        total += sum(map(weight.get, others, repeat(0)))
        for beside in filter(None, map(self._beside.get, others)):
            total += sum(map(beside.get, others, repeat(0)))
        lanes = (total + _MIDDLE).to_bytes(_LANES.size, "little")
        return [(lane - _HALF) / _HUNDREDTHS for lane in _LANES.unpack(lanes)]

    def contributions(self, signal: str, words: Collection[str], others: Collection[str]) -> list[tuple[str, float]]:
        """Return the clues of a text that weigh for or against a signal, the weightiest first."""
        weights = self.scales[signal].weights
        clues = [*others, *words]
        clues += [
            first + TOGETHER + second
            for first, beside in zip(others, map(self._beside.get, others), strict=True)
            if beside
            for second in others
            if second in beside
        ]
        found = [(clue, weights[clue]) for clue in clues if clue in weights]
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))

    def evidence(
        self,
        signal: str,
        layout: Layout,
        words: Collection[str],
        others: Collection[str],
        acts: Mapping[str, list[Range]],
    ) -> list[Range]:
        """Return the clauses of what weighs most for a signal; ``acts`` are the places of those heard, as clues."""
        ranges: list[Range] = []
        for clue, weight in self.contributions(signal, words, others):
            if weight > 0 and is_word(clue):
                ranges.append(_place(layout.own, clue))
            elif weight > 0:
                ranges += (acts[part][0] for part in parts_of(clue) if part in acts)
            if len(ranges) >= _MOST_SHOWN:
                break
        return sorted({layout.scope(start, end, "clause") for start, end in ranges})


def _place(text: str, word: str) -> Range:
    """Return where a word of a text stands first."""
    start = text.index(word)
    if word[0].isascii():
        while not {text[start - 1 : start], text[start + len(word) :][:1]}.isdisjoint(_LATIN):
            start = text.index(word, start + 1)
    return start, start + len(word)


__all__ = ["Balance", "CompiledScale", "is_word", "latin_words", "parts_of", "shapes", "together", "weights_of"]

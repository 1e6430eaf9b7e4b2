"""All scales together: what the words, acts, frames and shapes of many texts weigh for every signal."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from collection_guard.facts.content.ragged import Lists, Truth, Whole, apart, bounds, changes, spread, stably, whole
from collection_guard.facts.content.scales import (
    DOUBT,
    FRAMED,
    HEARD,
    LATIN_LETTER,
    MOST_CLUES,
    SHAPED,
    SHAPES,
    SILENCED,
    CompiledScale,
    growth,
    is_word,
    latin_pieces,
    parts_of,
)
from collection_guard.facts.content.schema import KINDS, SIGNALS

_HUNDREDTHS: Final = 100
_WIDTH: Final = len(SIGNALS)
# Evidence shown for a signal that no entry heard: where the weightiest words stand tells enough.
_MOST_SHOWN: Final = 4
_NUMBER_OF: Final[Mapping[str, int]] = {signal: number for number, signal in enumerate(SIGNALS)}


def _hundredths(weight: float) -> int:
    return round(weight * _HUNDREDTHS)


class Balance:
    """All scales together, arranged by what stands in a text, so that one look at each clue weighs for all signals."""

    def __init__(self, scales: Sequence[CompiledScale], acts: Sequence[str], frames: Sequence[str]) -> None:
        self.scales: dict[str, CompiledScale] = {scale.scale.signal: scale for scale in scales}
        # Everything that can be weighed beside words, in order of names; what no scale knows comes last.
        self.clues = sorted(
            {
                *(sign + act for sign in (HEARD, SILENCED) for act in acts),
                *(FRAMED + frame for frame in frames),
                *SHAPES,
                *(SHAPED + kind for kind in KINDS),
            }
        )
        self._clue_numbers = {clue: number for number, clue in enumerate(self.clues)}
        self.heard_clues = whole(self._clue_numbers[HEARD + act] for act in acts)
        self.silenced_clues = whole(self._clue_numbers[SILENCED + act] for act in acts)
        self.frame_clues = whole(self._clue_numbers[FRAMED + frame] for frame in frames)
        weights: dict[str, list[tuple[str, float]]] = {}
        for scale in scales:
            for clue, weight in scale.weights.items():
                weights.setdefault(clue, []).append((scale.scale.signal, weight))
        # Each name of a scale is a row: what it weighs for which signals, in hundredths. The first row weighs nothing.
        self.names = ["", *weights]
        rows = {name: row for row, name in enumerate(self.names)}
        given = [(), *weights.values()]
        self._weights = np.zeros((len(given), _WIDTH), np.int32)
        for row, part in enumerate(given):
            for signal, weight in part:
                self._weights[row, _NUMBER_OF[signal]] = _hundredths(weight)
        self._ranks = self._ranked(rows)
        self.words = sorted(filter(is_word, weights))
        # Chinese words are found where they stand, others between what separates words.
        self.han = frozenset(word for word in self.words if not word[0].isascii())
        self._latin = {word: rows[word] for word in self.words if word[0].isascii()}
        self._rows = rows
        self._row_of_string = np.empty(0, np.intp)
        self._arrange_clues()
        # The acts that a row needs to be heard have places, and so has a word; whatever else is weighed has none.
        number_of = {HEARD + act: number for number, act in enumerate(acts)}
        self.acts_of = Lists([number_of[part] for part in parts_of(name) if part in number_of] for name in self.names)
        self.is_word = np.array([is_word(name) for name in self.names], np.bool_)
        self._places_of = np.where(self.is_word, 1, self.acts_of.sizes)
        growths = list(map(growth, range(MOST_CLUES + 1)))
        # What must be outweighed, and what doubt adds to it, by how many clues a text has.
        starts = [self.scales[signal].scale.start if signal in self.scales else 0.0 for signal in SIGNALS]
        self._starts = np.array([[_hundredths(start * by) for start in starts] for by in growths], np.intp)
        self._doubts = whole(_hundredths(DOUBT * by) for by in growths)

    def _ranked(self, rows: Mapping[str, int]) -> Whole:
        """Return for each signal and row the row's rank among those that speak for the signal, the weightiest first.

        What does not speak for it has a rank below nought.
        """
        ranks = np.full((_WIDTH, len(rows)), -1, np.intp)
        for signal, scale in self.scales.items():
            speaking = sorted((-weight, clue) for clue, weight in scale.weights.items() if weight > 0)
            ranks[_NUMBER_OF[signal], [rows[clue] for _, clue in speaking]] = np.arange(len(speaking))
        return ranks

    def _arrange_clues(self) -> None:
        """Lay out which row each clue has, and each two clues together: the first named first, or the other way."""
        known = len(self.clues) + 1
        self._row_of_clue = np.zeros(known, np.intp)
        self._row_of_pair = np.zeros(known * known, np.int32)
        self._backwards = False
        for row, name in enumerate(self.names):
            if not row or is_word(name):
                continue
            first, *second = (self._clue_numbers[part] for part in parts_of(name))
            if second:
                self._row_of_pair[first * known + second[0]] = row
                self._backwards = self._backwards or first >= second[0]
            else:
                self._row_of_clue[first] = row

    def arrange(self, order: Sequence[str]) -> None:
        """Take the strings that are looked for, in the order of their numbers."""
        self._row_of_string = whole(self._rows[string] if string in self.han else 0 for string in order)

    def clue_number(self, clue: str) -> int:
        """Return the number of a clue; all that no scale can know have one."""
        return self._clue_numbers.get(clue, len(self.clues))

    def latin_rows(self, text: str) -> list[int]:
        """Return the rows of the English words of a folded text."""
        if not LATIN_LETTER.search(text):
            return []
        return [self._latin[word] for word in self._latin.keys() & latin_pieces(text)]

    def weigh(
        self, count: int, strings: tuple[Whole, Whole], latin: tuple[Whole, Whole], clues: tuple[Whole, Whole]
    ) -> "Weighed":
        """Return what so many texts weigh: each part tells the texts, sorted, and what stands in them, once a text.

        ``strings`` are the numbers of strings, ``latin`` rows, and ``clues`` the numbers of clues.
        """
        known = len(self.clues) + 1
        _, keys = stably(clues[0] * known + clues[1])
        clue_texts, numbers = apart(keys, known)
        begins = bounds(clue_texts, count)
        many = np.diff(begins)
        # Every two clues of a text: each with all that follow it.
        at = np.arange(numbers.size)
        behind = begins[clue_texts + 1] - at - 1
        first, second = np.repeat(at, behind), spread(at + 1, behind)
        pairs = [(clue_texts[first], self._row_of_pair[np.repeat(numbers * known, behind) + numbers[second]])]
        if self._backwards:
            pairs.append((pairs[0][0], self._row_of_pair[numbers[second] * known + numbers[first]]))
        totals = self._starts[np.minimum(many, MOST_CLUES)]
        texts: list[Whole] = []
        rows: list[Whole] = []
        for holders, held in (
            (strings[0], self._row_of_string[strings[1]]),
            latin,
            (clue_texts, self._row_of_clue[numbers]),
            *pairs,
        ):
            kept = np.flatnonzero(held)
            texts.append(holders[kept])
            rows.append(held[kept].astype(np.intp))
            self.totals(texts[-1], rows[-1], totals)
        return Weighed(self, many, totals, np.concatenate(texts), np.concatenate(rows))

    def totals(self, texts: Whole, rows: Whole, totals: Whole) -> None:
        """Add what rows weigh, for every signal, to the totals of their texts, by which they are sorted."""
        first = changes(texts)
        if first.size:
            totals[texts[first]] += np.add.reduceat(self._weights.take(rows, axis=0), first, axis=0, dtype=np.int32)

    def speaking(self, texts: Whole, rows: Whole, asked: Truth) -> tuple[Whole, Whole]:
        """Return which rows speak for some signals of some texts and have places, by text and signal as one number.

        They come by these numbers, the weightiest first.
        """
        some: Truth = np.any(asked, axis=1)
        kept = np.flatnonzero(some[texts] & (self._places_of[rows] > 0))
        order, texts = stably(texts[kept])
        rows = rows[kept][order]
        begins = bounds(texts, asked.shape[0])
        quiet = np.flatnonzero(asked)
        of, signals = apart(quiet, _WIDTH)
        sizes = begins[of + 1] - begins[of]
        keys, rows = np.repeat(quiet, sizes), rows[spread(begins[of], sizes)]
        ranks = self._ranks[np.repeat(signals, sizes), rows]
        kept = np.flatnonzero(ranks >= 0)
        width = self._ranks.shape[1]
        order, packed = stably(keys[kept] * width + ranks[kept])
        keys, rows = packed // width, rows[kept[order]]
        # Enough is shown once the weightier ones have enough places.
        places = self._places_of[rows]
        first = changes(keys)
        before = np.cumsum(places) - places
        before -= np.repeat(before[first], np.diff(np.append(first, keys.size)))
        shown = np.flatnonzero(before < _MOST_SHOWN)
        return keys[shown], rows[shown]

    def doubts(self, clues: Whole) -> Whole:
        """Return what doubt takes in texts with so many clues."""
        return self._doubts[np.minimum(clues, MOST_CLUES)]

    def contributions(self, signal: str, rows: Iterable[int]) -> list[tuple[str, float]]:
        """Return the clues of a text that weigh for or against a signal, the weightiest first."""
        weights = self.scales[signal].weights
        found = [(self.names[row], weights[self.names[row]]) for row in rows if self.names[row] in weights]
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))


class Weighed:
    """What the texts of a batch weigh."""

    def __init__(self, balance: Balance, clues: Whole, totals: Whole, texts: Whole, rows: Whole) -> None:
        self._balance, self._texts, self._rows = balance, texts, rows
        self.clues, self.totals = clues, totals  # how many clues each text has, and what its signals weigh

    def doubt(self, doubted: Truth) -> None:
        """Take from signals of which every act found is denied or only mentioned."""
        self.totals -= doubted * self._balance.doubts(self.clues)[:, None]

    def points(self, text: int, signal: int) -> float:
        """Return what a signal weighs in a text."""
        return int(self.totals[text, signal]) / _HUNDREDTHS

    def rows_of(self, text: int) -> list[int]:
        """Return the rows that weigh in a text."""
        rows: list[int] = self._rows[self._texts == text].tolist()
        return rows

    def speaking(self, asked: Truth) -> tuple[Whole, Whole]:
        """Return the rows that speak most for some signals of some texts, by text and signal as one number."""
        return self._balance.speaking(self._texts, self._rows, asked)


__all__ = ["Balance", "Weighed"]

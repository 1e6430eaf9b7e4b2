"""All scales together: what the words, acts, frames and shapes of many texts weigh for every signal."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from collection_guard.facts.content.ragged import Lists, Truth, Whole, bounds, spread, whole
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
        self._signals_of = Lists([_NUMBER_OF[signal] for signal, _ in part] for part in given)
        self._weights = whole(_hundredths(weight) for part in given for _, weight in part)
        self._ranks = self._ranked(given)
        self.words = sorted(filter(is_word, weights))
        # Chinese words are found where they stand, others between what separates words.
        self.han = frozenset(word for word in self.words if not word[0].isascii())
        self._latin = {word: rows[word] for word in self.words if word[0].isascii()}
        self._rows = rows
        self._row_of_string = np.empty(0, np.intp)
        self._arrange_clues()
        growths = list(map(growth, range(MOST_CLUES + 1)))
        # What must be outweighed, and what doubt adds to it, by how many clues a text has.
        starts = [self.scales[signal].scale.start if signal in self.scales else 0.0 for signal in SIGNALS]
        self._starts = np.array([[_hundredths(start * by) for start in starts] for by in growths], np.intp)
        self._doubts = whole(_hundredths(DOUBT * by) for by in growths)

    def _ranked(self, given: Sequence[Sequence[tuple[str, float]]]) -> Whole:
        """Return for each weight of each row its rank among those that speak for its signal, the weightiest first.

        What speaks against it has a rank below nought.
        """
        rank_of: dict[tuple[str, str], int] = {}
        for signal, scale in self.scales.items():
            speaking = sorted((-weight, clue) for clue, weight in scale.weights.items() if weight > 0)
            rank_of |= {(signal, clue): rank for rank, (_, clue) in enumerate(speaking)}
        return whole(
            rank_of.get((signal, name), -1) for name, part in zip(self.names, given, strict=True) for signal, _ in part
        )

    def _arrange_clues(self) -> None:
        """Lay out which row each clue has, and each two clues together: the first named first, or the other way."""
        known = len(self.clues) + 1
        self._row_of_clue = np.zeros(known, np.intp)
        self._row_of_pair = np.zeros((known, known), np.int32)
        self._backwards = False
        for row, name in enumerate(self.names):
            if not row or is_word(name):
                continue
            first, *second = (self._clue_numbers[part] for part in parts_of(name))
            if second:
                self._row_of_pair[first, second[0]] = row
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
        """Return what so many texts weigh: each part tells the texts and what stands in them, each once a text.

        ``strings`` are the numbers of strings, ``latin`` rows, and ``clues`` the numbers of clues.
        """
        order = np.lexsort((clues[1], clues[0]))
        clue_texts, numbers = clues[0][order], clues[1][order]
        begins = bounds(clue_texts, count)
        many = np.diff(begins)
        # Every two clues of a text: each with all that follow it.
        at = np.arange(numbers.size)
        behind = begins[clue_texts + 1] - at - 1
        first, second = np.repeat(at, behind), spread(at + 1, behind)
        pairs = [self._row_of_pair[numbers[first], numbers[second]]]
        if self._backwards:
            pairs.append(self._row_of_pair[numbers[second], numbers[first]])
        paired = clue_texts[first]
        texts = np.concatenate((strings[0], latin[0], clue_texts, *(paired for _ in pairs)))
        rows = np.concatenate((self._row_of_string[strings[1]], latin[1], self._row_of_clue[numbers], *pairs))
        kept = np.flatnonzero(rows)
        return Weighed(self, many, texts[kept], rows[kept])

    def parts(self, texts: Whole, rows: Whole) -> "_Parts":
        """Return what rows weigh, signal by signal."""
        sizes = self._signals_of.sizes[rows]
        at = spread(self._signals_of.starts[rows], sizes)
        texts, rows = np.repeat(texts, sizes), np.repeat(rows, sizes)
        return _Parts(texts, rows, self._signals_of.items[at], self._weights[at], self._ranks[at])

    def starts(self, clues: Whole) -> Whole:
        """Return where the scales of texts with so many clues begin."""
        return self._starts[np.minimum(clues, MOST_CLUES)]

    def doubts(self, clues: Whole) -> Whole:
        """Return what doubt takes in texts with so many clues."""
        return self._doubts[np.minimum(clues, MOST_CLUES)]

    def contributions(self, signal: str, rows: Iterable[int]) -> list[tuple[str, float]]:
        """Return the clues of a text that weigh for or against a signal, the weightiest first."""
        weights = self.scales[signal].weights
        found = [(self.names[row], weights[self.names[row]]) for row in rows if self.names[row] in weights]
        return sorted(found, key=lambda item: (-abs(item[1]), item[0]))


class _Parts:
    """What the clues of texts weigh, one number for each signal that a clue weighs for or against."""

    __slots__ = ("ranks", "rows", "signals", "texts", "weights")

    def __init__(self, texts: Whole, rows: Whole, signals: Whole, weights: Whole, ranks: Whole) -> None:
        self.texts, self.rows, self.signals, self.weights, self.ranks = texts, rows, signals, weights, ranks


class Weighed:
    """What the texts of a batch weigh."""

    def __init__(self, balance: Balance, clues: Whole, texts: Whole, rows: Whole) -> None:
        self._balance, self.clues = balance, clues
        self._parts = balance.parts(texts, rows)
        self._texts, self._rows = texts, rows
        width = len(SIGNALS)
        # Whole numbers far below what a float holds exactly.
        sums = np.bincount(
            self._parts.texts * width + self._parts.signals, self._parts.weights, minlength=clues.size * width
        )
        self.totals = sums.astype(np.intp).reshape(-1, width) + balance.starts(clues)

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

    def speaking(self, asked: Truth) -> dict[tuple[int, int], list[str]]:
        """Return the clues that speak for some signals of some texts, by text and signal, the weightiest first."""
        parts = self._parts
        kept = np.flatnonzero((parts.ranks >= 0) & asked[parts.texts, parts.signals])
        texts, signals = parts.texts[kept], parts.signals[kept]
        order = np.lexsort((parts.ranks[kept], signals, texts))
        names = self._balance.names
        found: dict[tuple[int, int], list[str]] = {}
        for text, signal, row in zip(
            texts[order].tolist(), signals[order].tolist(), parts.rows[kept[order]].tolist(), strict=True
        ):
            found.setdefault((text, signal), []).append(names[row])
        return found


__all__ = ["Balance", "Weighed"]

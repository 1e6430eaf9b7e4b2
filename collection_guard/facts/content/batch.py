"""Texts read together: their characters end to end, and where clauses, sentences, quotations and speakers are."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from collection_guard.facts.content.characters import CLAUSE_END, SENTENCE_END
from collection_guard.facts.content.context import Layout, Range, layout
from collection_guard.facts.content.finder import SEPARATOR
from collection_guard.facts.content.ragged import Truth, Whole, whole
from collection_guard.facts.content.reading import Given, Span

if TYPE_CHECKING:
    from collection_guard.facts.content.lexicon import Lexicon

# Enough texts that a step over all of them costs little more than what it does, few enough to stay in near memory.
_MOST_TEXTS: Final = 512
_MOST_CHARACTERS: Final = 65_536
# What is around a range, as a number: its clause, its sentence, its text, or as many characters more than the last.
CLAUSE, SENTENCE, TEXT = 0, 1, 2
_AROUND: Final[dict[str | int, int]] = {"clause": CLAUSE, "sentence": SENTENCE, "text": TEXT}


def scope_number(within: str | int) -> int:
    """Return a scope of the lexicon as a number."""
    return TEXT + 1 + within if isinstance(within, int) else _AROUND[within]


def batches(texts: Iterable[Given]) -> Iterator[list[Given]]:
    """Yield texts in groups that are read together, in their order."""
    group: list[Given] = []
    characters = 0
    for text in texts:
        group.append(text)
        characters += len(text[0])
        if len(group) >= _MOST_TEXTS or characters >= _MOST_CHARACTERS:
            yield group
            group, characters = [], 0
    if group:
        yield group


def laid(texts: Sequence[str]) -> tuple[str, Whole, Whole, Whole]:
    """Return texts end to end: which of them each character is of, and where each begins and ends."""
    sizes = whole(map(len, texts)) + 1
    ends = np.cumsum(sizes)
    # What separates is of the text before it.
    of = np.concatenate(([0], np.repeat(np.arange(sizes.size), sizes)))
    return SEPARATOR + "".join(text + SEPARATOR for text in texts), of, ends - sizes + 1, ends


def code_points(text: str) -> NDArray[np.uint32]:
    """Return the characters of a text as numbers."""
    return np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)


class Marks:
    """Marks of one kind: their places, and how many stand before each character."""

    __slots__ = ("before", "places")

    def __init__(self, standing: Truth) -> None:
        self.places = np.flatnonzero(standing)
        self.before = np.concatenate(([0], np.cumsum(standing)))

    def around(self, starts: Whole, ends: Whole) -> tuple[Whole, Whole]:
        """Return the ranges from the last mark before to the first mark behind, marks left out."""
        return self.places[self.before[starts] - 1] + 1, self.places[self.before[ends]]

    def between(self, lefts: Whole, rights: Whole) -> Truth:
        """Tell for each range whether a mark stands in it."""
        return self.before[rights] > self.before[lefts]


class Ranges:
    """Ranges that hardly overlap, sorted: quotations, or what somebody else says."""

    def __init__(self, ranges: Iterable[Range], size: int) -> None:
        flat = whole(chain.from_iterable(ranges))
        self._lefts, self._rights = flat[::2], flat[1::2]
        self._size = size + 1
        self._keys = self._lefts * self._size + self._rights

    def __len__(self) -> int:
        return self._lefts.size

    def hold(self, starts: Whole, ends: Whole) -> Truth:
        """Tell for each of other ranges whether it lies in one of these: the one before it, or the one behind."""
        if not self._lefts.size:
            return np.zeros(starts.size, np.bool_)
        after = np.searchsorted(self._keys, starts * self._size + ends, side="right")
        held = np.zeros(starts.size, np.bool_)
        for near in (np.maximum(after - 1, 0), np.minimum(after, self._lefts.size - 1)):
            held |= (self._lefts[near] <= starts) & (ends <= self._rights[near])
        return held


class Batch:
    """Some texts, folded and laid end to end; all places are places in ``joined``."""

    def __init__(self, lexicon: "Lexicon", given: Sequence[Given]) -> None:
        self.texts = [lexicon.normalise(text) for text, _ in given]
        self.kinds = [kind for _, kind in given]
        folded = [text.text for text in self.texts]
        self.layouts: list[Layout] = [
            layout(text, lexicon.speakers, kind) for text, kind in zip(folded, self.kinds, strict=True)
        ]
        self._lay(folded)

    def _lay(self, folded: Sequence[str]) -> None:
        self.count = len(folded)
        self.joined, self.of, self.begins, self.ends = laid(folded)
        self.size = len(self.joined)
        self.codes = code_points(self.joined)
        apart = np.zeros(self.size, np.bool_)
        apart[0] = True
        apart[self.ends] = True
        # A separator is a mark of either kind, so that nothing reaches from one text into the next.
        sentences = apart | (self.codes == ord(SENTENCE_END))
        self.sentences = Marks(sentences)
        self.clauses = Marks(sentences | (self.codes == ord(CLAUSE_END)))
        self.latin = (self.codes >= ord("a")) & (self.codes <= ord("z"))
        self.quotes = self._ranges([layout.quotes for layout in self.layouts])
        self.others = self._ranges([layout.others for layout in self.layouts])

    def _ranges(self, by_text: Iterable[Sequence[Range]]) -> Ranges:
        begins = self.begins
        placed: list[Range] = []
        for number, ranges in enumerate(by_text):
            if ranges:
                begin = int(begins[number])
                placed += ((begin + start, begin + end) for start, end in ranges)
        return Ranges(placed, self.size)

    def scope(self, starts: Whole, ends: Whole, within: Whole) -> tuple[Whole, Whole]:
        """Return what is around each of some ranges, by the number of its scope."""
        lefts, rights = starts - (within - TEXT - 1), ends + (within - TEXT - 1)
        for number, marks in ((CLAUSE, self.clauses), (SENTENCE, self.sentences)):
            at = np.flatnonzero(within == number)
            if at.size:
                lefts[at], rights[at] = marks.around(starts[at], ends[at])
        at = np.flatnonzero(within == TEXT)
        if at.size:
            texts = self.of[starts[at]]
            lefts[at], rights[at] = self.begins[texts], self.ends[texts]
        return lefts, rights

    def span(self, number: int, start: int, end: int) -> Span:
        """Return the piece of a text as it was written that a range came from."""
        text = self.texts[number]
        begin = int(self.begins[number])
        left, right = text.original_range(start - begin, end - begin)
        return Span(left, right, text.original[left:right])


__all__ = [
    "CLAUSE",
    "SENTENCE",
    "TEXT",
    "Batch",
    "Marks",
    "Ranges",
    "batches",
    "code_points",
    "laid",
    "scope_number",
]

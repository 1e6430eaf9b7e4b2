"""Where things stand in a text: clauses, sentences, quotations, and who speaks."""

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Final

from collection_guard.facts.content.characters import (
    CLOSE_BRACKET,
    CLOSE_QUOTE,
    COLON,
    MARKS,
    OPEN_BRACKET,
    OPEN_QUOTE,
    SENTENCE_END,
)
from collection_guard.facts.content.matching import Range
from collection_guard.facts.content.schema import Speakers

_CLAUSE_MARKS = MARKS - {COLON, OPEN_QUOTE, CLOSE_QUOTE, OPEN_BRACKET, CLOSE_BRACKET}
_MARK: Final = re.compile("[" + "".join(sorted(MARKS)) + "]")
# A quotation longer than this is text in its own right.
_LONGEST_QUOTE = 120


@dataclass(slots=True)
class Layout:
    """The marks of a folded text, as sorted positions."""

    text: str
    clauses: list[int] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    quotes: list[Range] = field(default_factory=list)
    others: list[Range] = field(default_factory=list)

    @property
    def own(self) -> str:
        """Return what the collector says, places kept: everybody else's words are blotted out by marks."""
        if not self.others:
            return self.text
        pieces: list[str] = []
        at = 0
        for start, end in self.others:
            pieces += self.text[at:start], SENTENCE_END * (end - start)
            at = end
        return "".join([*pieces, self.text[at:]])

    def scope(self, start: int, end: int, within: str | int) -> Range:
        """Return the clause, the sentence, the text or the neighbourhood around a range."""
        if within == "text":
            return 0, len(self.text)
        if isinstance(within, int):
            return start - within, end + within
        marks = self.clauses if within == "clause" else self.sentences
        i, j = bisect_right(marks, start - 1), bisect_left(marks, end)
        return (marks[i - 1] + 1 if i else 0), (marks[j] if j < len(marks) else len(self.text))

    def quoted(self, start: int, end: int) -> bool:
        """Tell whether a range lies inside quotation marks."""
        return _inside(self.quotes, start, end)

    def by_other_speaker(self, start: int, end: int) -> bool:
        """Tell whether somebody else than the collector says a range."""
        return _inside(self.others, start, end)


def _inside(ranges: list[Range], start: int, end: int) -> bool:
    i = bisect_right(ranges, (start, end)) - 1
    candidates = ranges[max(i, 0) : i + 2] if ranges else []
    return any(left <= start and end <= right for left, right in candidates)


def layout(text: str, speakers: Speakers, kind: str | None) -> Layout:
    """Return where the marks of a text are."""
    places = [mark.start() for mark in _MARK.finditer(text)]
    result = Layout(text)
    opened = -1
    for place in places:
        char = text[place]
        if char in _CLAUSE_MARKS:
            result.clauses.append(place)
            if char == SENTENCE_END:
                result.sentences.append(place)
        elif char == OPEN_QUOTE:
            opened = place
        elif char == CLOSE_QUOTE and opened >= 0:
            if place - opened <= _LONGEST_QUOTE:
                result.quotes.append((opened + 1, place))
            opened = -1
    if COLON in text:
        result.others = _others(text, places, speakers, kind)
    return result


def _others(text: str, marks: list[int], speakers: Speakers, kind: str | None) -> list[Range]:
    """Return the ranges in which the customer speaks, in a transcript that labels its speakers."""
    turns: list[tuple[int, bool]] = []  # where a turn starts, and whether it is the customer's
    labels: list[Range] = []
    previous = -1
    for mark in marks:
        if text[mark] == COLON:
            label = text[previous + 1 : mark].strip().rstrip("0123456789 ")
            if label in speakers.customer or label in speakers.collector:
                turns.append((previous + 1, label in speakers.customer))
                labels.append((previous + 1, mark))
        if text[mark] != OPEN_QUOTE:
            previous = mark
    customer = any(is_customer for _, is_customer in turns)
    collector = any(not is_customer for _, is_customer in turns)
    # One label alone is the heading of a letter ("借款人：…"), unless the text is known to be a transcript.
    if not customer or not (collector or kind == "call_transcript"):
        # Nobody says the label of a speaker.
        return labels if kind == "call_transcript" else []
    ends = [start for start, _ in turns[1:]] + [len(text)]
    spoken = [(start, end) for (start, is_customer), end in zip(turns, ends, strict=True) if is_customer]
    return sorted([*spoken, *(label for label, turn in zip(labels, turns, strict=True) if not turn[1])])

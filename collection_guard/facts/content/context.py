"""Who speaks in a text, and what it quotes."""

import re
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from collection_guard.facts.content.characters import CLOSE_QUOTE, COLON, MARKS, OPEN_QUOTE, SENTENCE_END
from collection_guard.facts.content.schema import Speakers

Range: TypeAlias = tuple[int, int]
_MARK: Final = re.compile("[" + "".join(sorted(MARKS)) + "]")
_QUOTE: Final = re.compile(f"[{OPEN_QUOTE}{CLOSE_QUOTE}]")
# A quotation longer than this is text in its own right.
_LONGEST_QUOTE = 120


@dataclass(slots=True)
class Layout:
    """The quotations of a folded text, and what somebody else than the collector says in it, as sorted ranges."""

    text: str
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


def layout(text: str, speakers: Speakers, kind: str | None) -> Layout:
    """Return what a text quotes, and who speaks."""
    result = Layout(text)
    if CLOSE_QUOTE in text:
        result.quotes = _quotes(text)
    if COLON in text:
        result.others = _others(text, [mark.start() for mark in _MARK.finditer(text)], speakers, kind)
    return result


def _quotes(text: str) -> list[Range]:
    quotes: list[Range] = []
    opened = -1
    for mark in _QUOTE.finditer(text):
        place = mark.start()
        if text[place] == OPEN_QUOTE:
            opened = place
        elif opened >= 0:
            if place - opened <= _LONGEST_QUOTE:
                quotes.append((opened + 1, place))
            opened = -1
    return quotes


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

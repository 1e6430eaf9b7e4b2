"""What the texts of a batch say: what was heard in them, weighed to signals with their evidence."""

from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np

from collection_guard.facts.content.batch import Batch
from collection_guard.facts.content.context import Range
from collection_guard.facts.content.hearing import FRAMED, NEGATED, Heard, Hearing
from collection_guard.facts.content.lexicon import Lexicon
from collection_guard.facts.content.names import unique
from collection_guard.facts.content.ragged import Lists, Truth, Whole, once, stably, whole
from collection_guard.facts.content.reading import Given, Reading, Span, nothing_said
from collection_guard.facts.content.scales import shapes
from collection_guard.facts.content.schema import SIGNALS
from collection_guard.facts.content.standing import Standing, strings_of

# Evidence shown for one signal: the first pieces tell enough.
_MOST_SPANS: Final = 20
_WIDTH: Final = len(SIGNALS)
_RELAY: Final = SIGNALS.index("relay_only")
_LAWYER: Final = "claims_lawyer"
_LATIN: Final = frozenset("abcdefghijklmnopqrstuvwxyz'")


class Meaning:
    """What acts and entries mean for signals, as tables."""

    def __init__(self, lexicon: Lexicon, hearing: Hearing) -> None:
        self.lexicon, self.hearing = lexicon, hearing
        self.signals_of = Lists([SIGNALS.index(signal) for signal in lexicon.acts[act].signals] for act in hearing.acts)
        # Which phrases decide a signal by themselves: those whose entry no scale has the last word on.
        weighed = np.array([sought.entry.weighed for sought in hearing.sought], np.bool_)
        scaled = np.array([signal in lexicon.balance.scales for signal in SIGNALS], np.bool_)
        self.certain = ~(weighed[:, None] & scaled)

    def signals(self, count: int, texts: Whole, acts: Whole) -> Truth:
        """Return the signals that are acts of each of so many texts."""
        owners, signals = self.signals_of.at(acts)
        found = np.zeros((count, _WIDTH), np.bool_)
        found[texts[owners], signals] = True
        return found


class Clues:
    """What can be weighed in the texts of a batch beside their words: acts heard and only said, frames, shapes."""

    def __init__(self, meaning: Meaning, batch: Batch, heard: Heard) -> None:
        balance, total = meaning.lexicon.balance, max(len(meaning.hearing.acts), 1)
        done = once(heard.texts[heard.counted] * total + heard.acts[heard.counted])
        only_said = (heard.fates == NEGATED) | (heard.fates == FRAMED)
        said = once(heard.texts[only_said] * total + heard.acts[only_said])
        said = np.setdiff1d(said, done, assume_unique=True)
        frames = max(len(balance.frame_clues), 1)
        framed = once(heard.mentions.texts * frames + heard.mentions.frames)
        seen = [
            (number, balance.clue_number(shape))
            for number, (text, layout, kind) in enumerate(zip(batch.texts, batch.layouts, batch.kinds, strict=True))
            for shape in shapes(text.original, layout, kind)
        ]
        texts, numbers = np.array(seen, np.intp).reshape(-1, 2).T
        self.texts = np.concatenate((done // total, said // total, framed // frames, texts))
        self.numbers = np.concatenate(
            (
                balance.heard_clues[done % total],
                balance.silenced_clues[said % total],
                balance.frame_clues[framed % frames],
                numbers,
            )
        )
        # Signals of which every act found is denied or only mentioned.
        self.doubted = meaning.signals(batch.count, said // total, said % total)
        self.doubted &= ~meaning.signals(batch.count, done // total, done % total)


class Found:
    """What was found in a batch, stage by stage."""

    def __init__(self, meaning: Meaning, given: Sequence[Given], *, everything: bool = False) -> None:
        self.meaning = meaning
        self.batch = Batch(meaning.lexicon, given)
        self.standing = Standing(meaning.lexicon, self.batch)
        self.heard = meaning.hearing.hear(self.batch, self.standing, everything=everything)
        self.clues = Clues(meaning, self.batch, self.heard)


class Answers:
    """The signals of a batch, what they weigh, and the places that say them."""

    def __init__(self, found: Found) -> None:
        self.found = found
        batch, heard, meaning = found.batch, found.heard, found.meaning
        self.weighed = meaning.lexicon.balance.weigh(
            batch.count, self._strings(), self._latin(), (found.clues.texts, found.clues.numbers)
        )
        self.weighed.doubt(found.clues.doubted)
        rows = np.flatnonzero(heard.counted)
        owners, signals = meaning.signals_of.at(heard.acts[rows])
        rows = rows[owners]
        self.told = np.zeros((batch.count, _WIDTH), np.bool_)
        self.told[heard.texts[rows], signals] = True
        said = self.weighed.totals > 0
        certain = meaning.certain[heard.items[rows], signals]
        said[heard.texts[rows[certain]], signals[certain]] = True
        said[:, _RELAY] &= said.sum(axis=1) <= 1
        self.quiet = said & ~self.told
        kept = np.flatnonzero(said[heard.texts[rows], signals])
        rows, signals = rows[kept], signals[kept]
        keys, starts, ends = self._evidence()
        self._spans = self._told(
            np.concatenate((heard.texts[rows] * _WIDTH + signals, keys)),
            np.concatenate((heard.starts[rows], starts)),
            np.concatenate((heard.ends[rows], ends)),
        )

    def _strings(self) -> tuple[Whole, Whole]:
        """Return the strings in what the collector says in each text."""
        standing, layouts = self.found.standing, self.found.batch.layouts
        shared = [number for number, layout in enumerate(layouts) if layout.others]
        if not shared:
            return standing.texts, standing.strings
        alone = np.ones(len(layouts), np.bool_)
        alone[shared] = False
        kept = alone[standing.texts]
        texts, strings = strings_of(self.found.meaning.lexicon, [layouts[number].own for number in shared])
        order, texts = stably(np.concatenate((standing.texts[kept], whole(shared)[texts])))
        return texts, np.concatenate((standing.strings[kept], strings))[order]

    def _latin(self) -> tuple[Whole, Whole]:
        """Return the rows of the English words that the collector says in each text."""
        latin_rows = self.found.meaning.lexicon.balance.latin_rows
        rows = [latin_rows(layout.own) for layout in self.found.batch.layouts]
        return np.repeat(np.arange(len(rows)), whole(map(len, rows))), whole(row for part in rows for row in part)

    def _evidence(self) -> tuple[Whole, Whole, Whole]:
        """Return the clauses of what weighs most for each signal that no entry heard, by text and signal."""
        batch, balance = self.found.batch, self.found.meaning.lexicon.balance
        keys, rows = self.weighed.speaking(self.quiet)
        worded = balance.is_word[rows]
        words, acted = np.flatnonzero(worded), np.flatnonzero(~worded)
        begins = batch.begins.tolist()
        ranges: list[Range] = []
        for text, row in zip((keys[words] // _WIDTH).tolist(), rows[words].tolist(), strict=True):
            start, end = _place(batch.layouts[text].own, balance.names[row])
            ranges.append((begins[text] + start, begins[text] + end))
        flat = np.array(ranges, np.intp).reshape(-1, 2)
        owners, acts = balance.acts_of.at(rows[acted])
        acted = acted[owners]
        places = self._first(keys[acted] // _WIDTH, acts)
        heard = self.found.heard
        starts = np.concatenate((flat[:, 0], heard.starts[places]))
        ends = np.concatenate((flat[:, 1], heard.ends[places]))
        return np.concatenate((keys[words], keys[acted])), *batch.clauses.around(starts, ends)

    def _first(self, texts: Whole, acts: Whole) -> Whole:
        """Return which match is the first of each act that is heard in a text."""
        heard, total = self.found.heard, max(len(self.found.meaning.hearing.acts), 1)
        rows = np.flatnonzero(heard.counted)
        order, keys = stably(heard.texts[rows] * total + heard.acts[rows])
        return rows[order[np.searchsorted(keys, texts * total + acts)]]

    def _told(self, keys: Whole, starts: Whole, ends: Whole) -> dict[int, dict[str, tuple[Span, ...]]]:
        """Return the longest pieces of evidence by text and signal, overlapping ones joined."""
        order = np.lexsort((ends, starts, keys))
        size = self.found.batch.size + 1
        base = keys[order] * size
        # How far the pieces reach that begin no later, within one signal of one text: later ones count higher.
        reach = np.maximum.accumulate(base + ends[order])
        fresh = np.ones(order.size, np.bool_)
        fresh[1:] = base[1:] + starts[order][1:] > reach[:-1]
        first = np.flatnonzero(fresh)
        last = np.append(first[1:], order.size)[: first.size] - 1
        columns = (keys[order][first], starts[order][first], (reach - base)[last])
        pieces: dict[int, dict[str, list[Span]]] = {}
        span = self.found.batch.span
        for key, start, end in zip(*(column.tolist() for column in columns), strict=True):
            text, signal = divmod(key, _WIDTH)
            spans = pieces.setdefault(text, {}).setdefault(SIGNALS[signal], [])
            if len(spans) < _MOST_SPANS:
                spans.append(span(text, start, end))
        return {text: {name: tuple(spans) for name, spans in found.items()} for text, found in pieces.items()}

    def readings(self, detector: str, version: str) -> Iterator[Reading]:
        """Yield what each text says."""
        lexicon, standing = self.found.meaning.lexicon, self.found.standing
        digest, nothing = lexicon.digest, nothing_said(detector, version, lexicon.digest).signals
        for number, text in enumerate(self.found.batch.texts):
            # Evidence is part of the answer: what no words carry is not said.
            spans = self._spans.get(number, {})
            if not (text.original and spans):
                yield Reading(dict(nothing), {}, detector, version, digest)
                continue
            signals = {**nothing, **dict.fromkeys(spans, True)}
            firms: tuple[str, ...] = ()
            persons: tuple[str, ...] = ()
            if _LAWYER in spans:
                firms = unique(standing.firms.get(number, ()))
                persons = unique(lexicon.names.lawyers(text))
            yield Reading(signals, spans, detector, version, digest, firms, persons)


def _place(text: str, word: str) -> Range:
    """Return where a word of a text stands first."""
    start = text.index(word)
    if word[0].isascii():
        while not {text[start - 1 : start], text[start + len(word) :][:1]}.isdisjoint(_LATIN):
            start = text.index(word, start + 1)
    return start, start + len(word)


__all__ = ["Answers", "Clues", "Found", "Meaning"]

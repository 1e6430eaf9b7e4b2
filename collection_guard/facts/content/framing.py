"""Frames: ranges in which what is said is only mentioned, in many texts at once."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from collection_guard.facts.content.batch import CLAUSE, SENTENCE, TEXT, Batch
from collection_guard.facts.content.conditions import Conditions
from collection_guard.facts.content.joining import Found
from collection_guard.facts.content.lexicon import CompiledFrame
from collection_guard.facts.content.ragged import Lists, Whole, bounds, changes, spread, stably, whole
from collection_guard.facts.content.standing import Standing

_SCOPES: Final = {"text": TEXT, "sentence": SENTENCE, "clause": CLAUSE, "after": SENTENCE, "quotes": SENTENCE}


class Frames:
    """All frames by their numbers."""

    def __init__(self, frames: Sequence[CompiledFrame], acts: Sequence[str], conditions: Conditions) -> None:
        self.names = [frame.frame.id for frame in frames]
        self.frames = frames
        self._scopes = whole(_SCOPES[frame.frame.scope] for frame in frames)
        self._after = np.array([frame.frame.scope == "after" for frame in frames], np.bool_)
        self._quotes_only = np.array([frame.frame.scope == "quotes" for frame in frames], np.bool_)
        self._unless = Lists([conditions.number(condition) for condition in frame.unless] for frame in frames)
        self._conditions = conditions
        # Which acts a frame silences.
        self._silences = np.array(
            [
                [(frame.silences is None or act in frame.silences) and act not in frame.spares for act in acts]
                for frame in frames
            ],
            np.bool_,
        ).reshape(len(frames), len(acts))
        # A frame without phrases holds for its kinds of text as a whole.
        self._standing = [number for number, frame in enumerate(frames) if not frame.patterns]

    def mentions(self, batch: Batch, standing: Standing, found: Found, ranks: Whole, frames: Whole) -> "Mentions":
        """Return the frames that hold, and where; ``ranks`` order the phrases found, ``frames`` are theirs."""
        kept = np.flatnonzero(~batch.others.hold(found.starts, found.ends))
        owners, conditions = self._unless.at(frames[kept])
        if owners.size:
            rows = kept[owners]
            held = self._conditions.hold(batch, standing, conditions, found.starts[rows], found.ends[rows])
            kept = kept[np.bincount(owners[held], minlength=kept.size) == 0]
        starts, ends, frames = found.starts[kept], found.ends[kept], frames[kept]
        lefts, rights = batch.scope(starts, ends, self._scopes[frames])
        lefts = np.where(self._after[frames], ends, lefts)
        of, always = self._always(batch)
        # Those of whole texts come first, the others in the order of their phrases.
        order = np.concatenate((np.arange(always.size) - always.size, ranks[kept]))
        return Mentions(
            batch,
            self,
            np.concatenate((always, frames)),
            order,
            np.concatenate((batch.begins[of], lefts)),
            np.concatenate((batch.ends[of], rights)),
            np.concatenate((of, batch.of[starts])),
        )

    def _always(self, batch: Batch) -> tuple[Whole, Whole]:
        """Return the frames that hold for a kind of text, with the texts that are of that kind."""
        pairs = [
            (text, number)
            for number in self._standing
            for text, kind in enumerate(batch.kinds)
            if kind in self.frames[number].frame.kinds
        ]
        return whole(text for text, _ in pairs), whole(number for _, number in pairs)

    def silence(self, frames: Whole, acts: Whole) -> Whole:
        """Return which of some frames silence an act."""
        return np.flatnonzero(self._silences[frames, acts])

    def quotes_only(self, frames: Whole) -> Whole:
        """Return which of some frames hold for quotations alone."""
        return np.flatnonzero(self._quotes_only[frames])


class Mentions:
    """The ranges of a batch in which what is said is only mentioned, phrase by phrase that says so."""

    def __init__(
        self,
        batch: Batch,
        frames: Frames,
        numbers: Whole,
        ranks: Whole,
        starts: Whole,
        ends: Whole,
        texts: Whole,
    ) -> None:
        self._batch, self._frames = batch, frames
        self._size = batch.size + 1
        # One group for each phrase that says so in a text, its ranges by their starts.
        least = int(ranks.min(initial=0))
        width = int(ranks.max(initial=0)) - least + 1
        order, keys = stably((texts * width + ranks - least) * self._size + starts)
        first = changes(keys // self._size)
        starts, ends = starts[order], ends[order]
        self.texts, self.frames = texts[order], numbers[order]
        group = np.zeros(order.size, np.intp)
        group[first[1:]] = 1
        group = np.cumsum(group)
        self._group_frames, self._group_texts = self.frames[first], self.texts[first]
        self._keys = group * self._size + starts
        self._groups = group
        # How far the ranges reach that begin no later, within each group: later groups count higher.
        self._reach = np.maximum.accumulate(group * self._size + ends)
        self._of_text = bounds(self._group_texts, batch.count)

    def around(self, texts: Whole, starts: Whole, ends: Whole, acts: Whole) -> tuple[Whole, Whole]:
        """Return which of some acts are only mentioned, and the number of the first frame that says so of each."""
        sizes = self._of_text[texts + 1] - self._of_text[texts]
        owners = np.repeat(np.arange(texts.size), sizes)
        groups = spread(self._of_text[texts], sizes)
        kept = self._frames.silence(self._group_frames[groups], acts[owners])
        owners, groups = owners[kept], groups[kept]
        if not owners.size:
            return owners, groups
        last = np.searchsorted(self._keys, groups * self._size + starts[owners], side="right") - 1
        near = np.maximum(last, 0)
        held = (last >= 0) & (self._groups[near] == groups) & (self._reach[near] >= groups * self._size + ends[owners])
        quoted = self._frames.quotes_only(self._group_frames[groups])
        rows = owners[quoted]
        held[quoted] &= self._batch.quotes.hold(starts[rows], ends[rows])
        kept = np.flatnonzero(held)
        first = kept[changes(owners[kept])]
        return owners[first], self._group_frames[groups[first]]


__all__ = ["Frames", "Mentions"]

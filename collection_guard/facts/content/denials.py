"""Words that deny what follows them, in many texts at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from collection_guard.facts.content.batch import Batch
from collection_guard.facts.content.joining import NONE, Found
from collection_guard.facts.content.lexicon import Lexicon
from collection_guard.facts.content.ragged import Truth, Whole
from collection_guard.facts.content.standing import Places

# How far before an act a word may stand that denies it, in characters of either script.
_NEGATION_REACH: Final = 14
_NEGATION_REACH_LATIN: Final = 34
# How far after words that take a denial back the denial may stand.
_CANCEL_REACH: Final = 8
_LAST_ASCII: Final = 127


@dataclass(frozen=True, slots=True)
class _Words:
    """Words that deny, by their starts."""

    starts: Whole
    ends: Whole


class Denials:
    """The words of a batch that deny, and are not denied themselves."""

    def __init__(self, lexicon: Lexicon, batch: Batch, places: Places) -> None:
        self._batch = batch
        cancels = places.everywhere(lexicon.negator_cancel)
        self._negators = self._valid(places.everywhere(lexicon.negator), cancels)
        self._prohibitions = self._valid(places.everywhere(lexicon.prohibition), cancels)

    def _valid(self, denials: tuple[Whole, Whole], cancels: tuple[Whole, Whole]) -> _Words:
        """Return the words that deny and are not denied themselves ("do not think that we will not")."""
        starts, ends = denials
        if not (starts.size and cancels[0].size):
            return _Words(starts, ends)
        # How far denials are cancelled, up to each cancel: the last one before a denial need not be the longest. None
        # reaches into the next text.
        last = self._batch.ends[self._batch.of[cancels[0]]]
        reaches = np.maximum.accumulate(np.minimum(cancels[1] + _CANCEL_REACH, last))
        before = np.searchsorted(cancels[0], starts, side="right")
        kept = np.flatnonzero((before == 0) | (reaches[np.maximum(before - 1, 0)] < starts))
        return _Words(starts[kept], ends[kept])

    def of(self, found: Found, rows: Whole) -> tuple[Whole, Whole]:
        """Return for each of some matches the range of the word that denies it, from NONE where none does."""
        batch = self._batch
        starts, lasts = found.starts[rows], found.lasts()[rows]
        latin = batch.codes[starts] <= _LAST_ASCII
        reach = np.where(latin, _NEGATION_REACH_LATIN, _NEGATION_REACH)
        clause, _ = batch.clauses.around(starts, starts + 1)
        sentence, _ = batch.sentences.around(starts, starts + 1)
        lefts, rights = np.full(rows.size, NONE, np.intp), np.full(rows.size, NONE, np.intp)
        for words, first in ((self._negators, np.maximum(clause, starts - reach)), (self._prohibitions, sentence)):
            pending = np.flatnonzero(lefts == NONE)
            at = np.searchsorted(words.starts, first[pending])
            # The words from the left on: one behind where the last part begins ends the search, one that is itself
            # part of the match denies nothing, and the next is looked at.
            while pending.size:
                inside = at < words.starts.size
                inside[inside] = words.ends[at[inside]] <= lasts[pending[inside]]
                pending, at = pending[inside], at[inside]
                own = self._own(found, rows[pending], words.starts[at], words.ends[at])
                lefts[pending[~own]] = words.starts[at[~own]]
                rights[pending[~own]] = words.ends[at[~own]]
                pending, at = pending[own], at[own] + 1
        return lefts, rights

    @staticmethod
    def _own(found: Found, rows: Whole, starts: Whole, ends: Whole) -> Truth:
        """Tell which words lie within a part of the match that they would deny."""
        own = np.zeros(rows.size, np.bool_)
        for part in found.parts:
            place = part[rows]
            own |= (place != NONE) & (found.places.starts[place] <= starts) & (ends <= found.places.ends[place])
        return own


__all__ = ["Denials"]

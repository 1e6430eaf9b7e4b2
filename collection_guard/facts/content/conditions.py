"""What must stand near a match, or may not: asked of many matches at once."""

from collections.abc import Sequence

import numpy as np

from collection_guard.facts.content.batch import Batch, scope_number
from collection_guard.facts.content.joining import PatternTable, join
from collection_guard.facts.content.lexicon import CompiledCondition
from collection_guard.facts.content.ragged import Lists, Truth, Whole, apart, changes, stably, whole
from collection_guard.facts.content.standing import Standing


class Conditions:
    """Conditions by number; those that ask for the same phrases are answered together."""

    def __init__(self, table: PatternTable) -> None:
        self._table = table
        self._contents: dict[tuple[int, ...], int] = {}
        self._content_of: list[int] = []
        self._within: list[int] = []
        self.wordings: list[str] = []

    def number(self, condition: CompiledCondition) -> int:
        """Take a condition and return its number."""
        content = tuple(dict.fromkeys(map(self._table.number, condition.patterns)))
        self._content_of.append(self._contents.setdefault(content, len(self._contents)))
        self._within.append(scope_number(condition.within))
        self.wordings.append(condition.wording)
        return len(self.wordings) - 1

    def arrange(self) -> None:
        """Lay the conditions out once all are known."""
        self._contents_of, self._scopes = whole(self._content_of), whole(self._within)
        self._patterns_of = Lists(self._contents)

    def hold(self, batch: Batch, standing: Standing, numbers: Whole, starts: Whole, ends: Whole) -> Truth:
        """Tell for each of some conditions whether it holds around a range.

        The phrases of a text that answer a condition are laid out once, by their starts, each with the least end of
        those that begin no earlier: whether one lies in a scope is one look, however many there are.
        """
        total = len(self._contents)
        order, keys = stably(batch.of[starts] * total + self._contents_of[numbers])
        first = changes(keys)
        texts, contents = apart(keys[first], total)
        which = np.empty(keys.size, np.intp)
        which[order] = np.repeat(np.arange(first.size), np.diff(np.append(first, keys.size)))
        owners, patterns = self._patterns_of.at(contents)
        kept = self._table.standing(standing, texts[owners], patterns)
        owners, patterns = owners[kept], patterns[kept]
        if not owners.size:
            return np.zeros(numbers.size, np.bool_)
        found = join(self._table, batch, standing, texts[owners], patterns)
        size = batch.size + 1
        order, keys = stably(owners[found.owners] * size + found.starts)
        if not order.size:
            return np.zeros(numbers.size, np.bool_)
        bases = owners[found.owners][order] * size
        # The least of the ends that follow, within each text and condition: later ones count higher, so that going
        # backwards the first of an earlier one is less than all that were met.
        least = np.minimum.accumulate((bases + found.ends[order])[::-1])[::-1]
        lefts, rights = batch.scope(starts, ends, self._scopes[numbers])
        # A scope may reach beyond its text.
        lefts = np.maximum(lefts, 0)
        base = which * size
        next_one = np.searchsorted(keys, base + lefts)
        within = np.minimum(next_one, order.size - 1)
        held: Truth = (next_one < order.size) & (bases[within] == base) & (least[within] <= base + rights)
        return held


def first_failing(fails: Truth, owners: Whole) -> tuple[Whole, Whole]:
    """Return whose conditions fail, each once, and which of all conditions asked is the first that does."""
    failing = np.flatnonzero(fails)
    first = failing[changes(owners[failing])]
    return owners[first], first


__all__: Sequence[str] = ["Conditions", "first_failing"]

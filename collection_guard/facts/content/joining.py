"""Phrases found in many texts at once: what stands in them is joined step by step, all phrases together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from collection_guard.facts.content.batch import Batch
from collection_guard.facts.content.matching import Matcher, Pattern, PatternStep
from collection_guard.facts.content.ragged import Truth, Whole, changes, spread, stably
from collection_guard.facts.content.standing import Places, Standing

NONE: Final = -1


class PatternTable:
    """Phrases by number, each once however often it is asked for: their steps as tables."""

    def __init__(self) -> None:
        self._numbers: dict[tuple[PatternStep, ...], int] = {}

    def number(self, pattern: Pattern) -> int:
        """Return the number of a phrase."""
        return self._numbers.setdefault(pattern.steps, len(self._numbers))

    def arrange(self, matcher: Matcher) -> None:
        """Lay the phrases out once all are known."""
        known = list(self._numbers) or [()]
        self.sizes = np.array([len(steps) for steps in known], np.intp)
        longest = int(self.sizes.max())
        self.atoms = np.full((len(known), longest), NONE, np.intp)
        self._gaps = np.zeros((len(known), longest), np.intp)
        self._across = np.zeros((len(known), longest), np.bool_)
        # The atoms that must stand, the rarer ones first; short phrases ask for what always stands.
        self._asked = np.full((len(known), longest), len(matcher.forms_of), np.intp)
        for number, steps in enumerate(known):
            for i, step in enumerate(steps):
                self.atoms[number, i], self._gaps[number, i] = step.atom, step.gap
                self._across[number, i] = step.across_clauses
            asked = sorted({step.atom for step in steps}, key=matcher.rarity)
            # What leads to a phrase is its rarest atom, so that the next rarest is likeliest not to stand.
            for i, atom in enumerate([*asked[1:], *asked[:1]]):
                self._asked[number, i] = atom

    def standing(self, standing: Standing, texts: Whole, numbers: Whole) -> Whole:
        """Return which of some phrases have all their atoms in the text in which each is asked for."""
        kept = np.arange(numbers.size)
        for column in self._asked.T:
            held = np.flatnonzero(standing.has(texts[kept], column[numbers[kept]]))
            if held.size < kept.size:
                kept = kept[held]
        return kept

    def steps(self, numbers: Whole, step: int) -> tuple[Whole, Whole, Truth]:
        """Return the atom of a step of phrases, how far it may stand away, and whether marks of clauses may between."""
        return self.atoms[numbers, step], self._gaps[numbers, step], self._across[numbers, step]


@dataclass(frozen=True, slots=True)
class Found:
    """Where phrases were found: which of those asked for, from where to where, and the places of the steps."""

    owners: Whole
    starts: Whole
    ends: Whole
    places: Places
    parts: Sequence[Whole]  # by step: where it stands among the places, NONE for what has fewer steps

    def lasts(self) -> Whole:
        """Return where the last step of each begins."""
        last = self.parts[0]
        for part in self.parts[1:]:
            last = np.where(part == NONE, last, part)
        return self.places.starts[last]


def join(
    table: PatternTable,
    batch: Batch,
    standing: Standing,
    texts: Whole,
    numbers: Whole,
    *,
    marked: bool = True,
    everywhere: Sequence[int] = (),
) -> Found:
    """Return every place where the steps of a phrase follow each other, for phrases whose atoms all stand.

    Found are as many at most as there are places of the last step: the nearest earlier place of the step before
    decides, for if a mark stands between, it stands before farther places as well. Unless ``marked``, marks are not
    looked at. The
    places are also those of the atoms ``everywhere``.
    """
    asked = table.atoms[numbers]
    wanted = asked != NONE
    places = standing.places(np.repeat(texts, table.sizes[numbers]), asked[wanted], everywhere)
    sizes = table.sizes[numbers]
    first, count = places.of(texts, asked[:, 0])
    owners = np.repeat(np.arange(numbers.size), count)
    parts = [spread(first, count)]
    done: list[tuple[Whole, list[Whole]]] = []
    for step in range(1, asked.shape[1]):
        going = sizes[owners] > step
        if not going.all():
            over = np.flatnonzero(~going)
            done.append((owners[over], [part[over] for part in parts]))
            going_on = np.flatnonzero(going)
            owners, parts = owners[going_on], [part[going_on] for part in parts]
        if not owners.size:
            break
        open_ones = owners[changes(owners)]
        atoms, gaps, across = table.steps(numbers[open_ones], step)
        first, count = places.of(texts[open_ones], atoms)
        rows = np.repeat(np.arange(open_ones.size), count)
        following, after = open_ones[rows], spread(first, count)
        before = _nearest(batch, owners, places.ends[parts[-1]], following, places.starts[after])
        kept = np.flatnonzero(before != NONE)
        before, after, rows = before[kept], after[kept], rows[kept]
        lefts, rights = places.ends[parts[-1][before]], places.starts[after]
        good = rights - lefts <= gaps[rows]
        if marked:
            wide = across[rows]
            good &= ~np.where(wide, batch.sentences.between(lefts, rights), batch.clauses.between(lefts, rights))
        kept = np.flatnonzero(good)
        before = before[kept]
        owners = owners[before]
        parts = [*(part[before] for part in parts), after[kept]]
    done.append((owners, parts))
    return _gathered(done, places)


def _nearest(batch: Batch, owners: Whole, ends: Whole, following: Whole, starts: Whole) -> Whole:
    """Return for each place the part of the same phrase that ends last before it, NONE where there is none."""
    size = batch.size + 1
    order, keys = stably(owners * size + ends)
    nearest = np.searchsorted(keys, following * size + starts, side="right") - 1
    before = order[np.maximum(nearest, 0)]
    return np.where((nearest >= 0) & (owners[before] == following), before, NONE)


def _gathered(done: Sequence[tuple[Whole, list[Whole]]], places: Places) -> Found:
    """Return what was found, phrase by phrase, in the order of the last step."""
    steps = max(len(parts) for _, parts in done)
    owners = np.concatenate([owners for owners, _ in done])
    order, owners = stably(owners)
    columns: list[Whole] = []
    for step in range(steps):
        column = [parts[step] if step < len(parts) else np.full(held.size, NONE, np.intp) for held, parts in done]
        columns.append(np.concatenate(column)[order])
    last = np.concatenate([parts[-1] for _, parts in done])[order]
    return Found(owners, places.starts[columns[0]], places.ends[last], places, columns)


__all__ = ["NONE", "Found", "PatternTable", "join"]

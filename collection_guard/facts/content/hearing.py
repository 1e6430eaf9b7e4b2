"""Which acts texts do, and which they only deny or mention: entries found, then their context, many texts at once."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from collection_guard.facts.content.batch import Batch
from collection_guard.facts.content.conditions import Conditions, first_failing
from collection_guard.facts.content.denials import Denials
from collection_guard.facts.content.framing import Frames, Mentions
from collection_guard.facts.content.joining import NONE, Found, PatternTable, join
from collection_guard.facts.content.lexicon import CompiledEntry, Lexicon
from collection_guard.facts.content.matching import Pattern
from collection_guard.facts.content.ragged import Lists, Truth, Whole, apart, changes, once, stably, whole
from collection_guard.facts.content.schema import KINDS
from collection_guard.facts.content.standing import Standing

# How often one act is heard in one text: a few times are as good as many.
_MOST_FOUND: Final = 8
# What became of a match of an entry: it fired, or why it counts for nothing, in the order in which that is asked.
FIRED, SPEAKER, NEGATED, MISSING_NEAR, BLOCKED, FRAMED = range(6)
FATES: Final = ("fired", "speaker", "negated", "missing_near", "blocked", "framed")


@dataclass(frozen=True, slots=True)
class Sought:
    """A phrase of an entry."""

    entry: CompiledEntry
    pattern: Pattern


@dataclass(frozen=True, slots=True)
class Heard:
    """What became of every match of an entry in a batch, text by text, the rarer phrases first."""

    texts: Whole
    items: Whole  # which phrase of which entry
    starts: Whole
    ends: Whole
    fates: Whole
    # What silenced it: where the word that denies it is, or the number of the condition or the frame.
    causes: Whole
    cause_ends: Whole
    acts: Whole
    counted: Truth  # whether it fired, and the act was not heard often enough before
    mentions: Mentions


class Hearing:
    """Hears the acts of texts."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        matcher = lexicon.matcher
        self.acts = list(lexicon.acts)
        number_of = {act: number for number, act in enumerate(self.acts)}
        self.table = PatternTable()
        self.conditions = Conditions(self.table)

        def ranked(items: list[tuple[Pattern, int]]) -> list[tuple[Pattern, int]]:
            # Phrases whose rarest atom is the same stand together, in the order of the files.
            return sorted(items, key=lambda item: matcher.rarest(item[0]))

        entries, frames = lexicon.entries, lexicon.frames
        of_entries = ranked([(pattern, i) for i, entry in enumerate(entries) for pattern in entry.patterns])
        of_frames = ranked([(pattern, i) for i, frame in enumerate(frames) for pattern in frame.patterns])
        both = [*of_entries, *of_frames]
        # Items are the phrases of entries and, from `_frames_from` on, those of frames.
        self.sought = [Sought(entries[i], pattern) for pattern, i in of_entries]
        self._frames_from = len(of_entries)
        self._pattern_of = whole(self.table.number(pattern) for pattern, _ in both)
        self._owner_of = whole(i for _, i in both)
        self._act_of = whole(number_of[sought.entry.act] for sought in self.sought)
        self._negated = np.array([sought.entry.negated for sought in self.sought], np.bool_)
        by_entry = [
            [self.conditions.number(condition) for condition in (*entry.near, *entry.blocked_by)] for entry in entries
        ]
        self._near = np.zeros(len(self.conditions.wordings), np.bool_)
        for entry, numbers in zip(entries, by_entry, strict=True):
            self._near[numbers[: len(entry.near)]] = True
        self._conditions_of = Lists(by_entry)
        self._allowed = self._kinds(both)
        self.frames = Frames(frames, self.acts, self.conditions)
        self._denying = (lexicon.negator, lexicon.prohibition, lexicon.negator_cancel)
        self.conditions.arrange()
        self.table.arrange(matcher)
        # An act that is no signal is only weighed: to hear it once is enough.
        self._most = whole(_MOST_FOUND if act.signals else 1 for act in lexicon.acts.values())
        by_atom: dict[int, list[int]] = {}
        for item, (pattern, _) in enumerate(both):
            by_atom.setdefault(matcher.rarest(pattern), []).append(item)
        atoms_of = matcher.atoms_of
        self._by_string = Lists(
            [item for atom in atoms_of.items[start : start + size].tolist() for item in by_atom.get(atom, ())]
            for start, size in zip(atoms_of.starts.tolist(), atoms_of.sizes.tolist(), strict=True)
        )
        self._by_quantity = Lists(
            by_atom.get(atom, ()) if atom in matcher.quantity_atoms.values() else ()
            for atom in range(len(matcher.forms_of))
        )

    def _kinds(self, items: list[tuple[Pattern, int]]) -> Truth:
        """Return which phrases are asked of which kinds of text; the last row is of all other kinds."""
        allowed = np.ones((len(KINDS) + 1, len(items)), np.bool_)
        for item, (_, i) in enumerate(items):
            entry = self._lexicon.entries[i] if item < self._frames_from else None
            kinds = entry.kinds if entry is not None else frozenset(self._lexicon.frames[i].frame.kinds)
            not_kinds = entry.not_kinds if entry is not None else frozenset()
            if kinds or not_kinds:
                open_to = [(not kinds or kind in kinds) and kind not in not_kinds for kind in KINDS]
                allowed[:, item] = [*open_to, not kinds]
        return allowed

    def hear(self, batch: Batch, standing: Standing, *, everything: bool = False) -> Heard:
        """Return the acts that are heard, and those that are only denied or mentioned.

        ``everything`` hears an act as often as it is said.
        """
        texts, items = self._candidates(batch, standing)
        found = join(self.table, batch, standing, texts, self._pattern_of[items], everywhere=self._denying)
        item_of = items[found.owners]
        framing = item_of >= self._frames_from
        rows = np.flatnonzero(framing)
        mentions = self.frames.mentions(
            batch, standing, _chosen(found, rows), item_of[rows], self._owner_of[item_of[rows]]
        )
        rows = np.flatnonzero(~framing)
        return self._judged(batch, standing, _chosen(found, rows), item_of[rows], mentions, everything=everything)

    def _candidates(self, batch: Batch, standing: Standing) -> tuple[Whole, Whole]:
        """Return the phrases all of whose atoms stand in a text of their kind, text by text, by their numbers."""
        owners, items = self._by_string.at(standing.strings)
        texts = standing.texts[owners]
        owners, more = self._by_quantity.at(standing.quantity_atoms)
        texts, items = np.concatenate((texts, standing.quantity_texts[owners])), np.concatenate((items, more))
        kept = self.table.standing(standing, texts, self._pattern_of[items])
        total = max(len(self._pattern_of), 1)
        texts, items = apart(once(texts[kept] * total + items[kept]), total)
        number_of = {kind: number for number, kind in enumerate(KINDS)}
        kinds = whole(number_of.get(kind, len(KINDS)) for kind in batch.kinds)  # type: ignore[call-overload]  # any text
        kept = np.flatnonzero(self._allowed[kinds[texts], items])
        return texts[kept], items[kept]

    def _judged(
        self,
        batch: Batch,
        standing: Standing,
        found: Found,
        items: Whole,
        mentions: Mentions,
        *,
        everything: bool,
    ) -> Heard:
        """Ask of every match why it might count for nothing, the first reason being the one that is told."""
        starts, ends = found.starts, found.ends
        texts, acts = batch.of[starts], self._act_of[items]
        fates = np.full(items.size, FIRED, np.intp)
        causes, cause_ends = np.full(items.size, NONE, np.intp), np.full(items.size, NONE, np.intp)
        fates[batch.others.hold(starts, ends)] = SPEAKER
        rows = np.flatnonzero((fates == FIRED) & self._negated[items])
        causes[rows], cause_ends[rows] = Denials(self._lexicon, batch, found.places).of(found, rows)
        fates[causes != NONE] = NEGATED
        rows = np.flatnonzero(fates == FIRED)
        owners, conditions = self._conditions_of.at(self._owner_of[items[rows]])
        if owners.size:
            asked = rows[owners]
            near = self._near[conditions]
            fails = self.conditions.hold(batch, standing, conditions, starts[asked], ends[asked]) != near
            failed, first = first_failing(fails, asked)
            fates[failed] = np.where(near[first], MISSING_NEAR, BLOCKED)
            causes[failed] = conditions[first]
        rows = np.flatnonzero(fates == FIRED)
        framed, frames = mentions.around(texts[rows], starts[rows], ends[rows], acts[rows])
        fates[rows[framed]] = FRAMED
        causes[rows[framed]] = frames
        counted = fates == FIRED
        if not everything:
            counted = self._few(texts, acts, counted)
        return Heard(texts, items, starts, ends, fates, causes, cause_ends, acts, counted, mentions)

    def _few(self, texts: Whole, acts: Whole, fired: Truth) -> Truth:
        """Return which matches fire before their act was heard in their text as often as is enough."""
        rows = np.flatnonzero(fired)
        keys = texts[rows] * max(len(self.acts), 1) + acts[rows]
        order, keys = stably(keys)
        first = changes(keys)
        sizes = np.diff(np.append(first, rows.size))
        before = np.arange(rows.size) - np.repeat(first, sizes)
        counted = np.zeros(fired.size, np.bool_)
        rows = rows[order]
        counted[rows[before < self._most[acts[rows]]]] = True
        return counted


def _chosen(found: Found, rows: Whole) -> Found:
    return Found(
        found.owners[rows], found.starts[rows], found.ends[rows], found.places, [part[rows] for part in found.parts]
    )


__all__ = ["BLOCKED", "FATES", "FIRED", "FRAMED", "MISSING_NEAR", "NEGATED", "Heard", "Hearing", "Sought"]

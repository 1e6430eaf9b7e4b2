"""The lexicon's detector: entries, then their context, then signals."""

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from pathlib import Path
from typing import Final, Generic, TypeVar

from collection_guard.facts.content.context import Layout, layout
from collection_guard.facts.content.lexicon import (
    CompiledCondition,
    CompiledEntry,
    CompiledFrame,
    Lexicon,
    load_lexicon,
)
from collection_guard.facts.content.matching import Hits, Match, Matcher, Pattern, Range, find
from collection_guard.facts.content.names import unique
from collection_guard.facts.content.normalisation import Normalised
from collection_guard.facts.content.reading import Explanation, Reading, Span, Step, nothing_said
from collection_guard.facts.content.scales import FRAMED, HEARD, SILENCED, shapes
from collection_guard.facts.content.schema import SIGNALS

Item = TypeVar("Item", CompiledEntry, CompiledFrame)
NAME: Final = "lexicon"
VERSION: Final = "2"
# How far before an act a word may stand that denies it, in characters of either script.
_NEGATION_REACH: Final = 14
_NEGATION_REACH_LATIN: Final = 34
# How far after words that take a denial back the denial may stand.
_CANCEL_REACH: Final = 8
# How much more must speak for a signal whose acts are all denied or only mentioned.
_DOUBT: Final = 2.0
# Evidence shown for one signal: the first pieces tell enough.
_MOST_SPANS: Final = 20
# How often one act is heard in one text: a few times are as good as many.
_MOST_FOUND: Final = 8
# What an explanation shows of a scale: the weightiest clues.
_MOST_WEIGHTS: Final = 8
# Why an act that is found was not done with words, but named.
_ONLY_SAID: Final = ("negated", "framed")


@dataclass(slots=True)
class _Text:
    """One text under reading."""

    normalised: Normalised
    layout: Layout
    hits: Hits
    kind: str | None
    negators: list[Range]
    prohibitions: list[Range]
    held: dict[int, bool] = field(default_factory=dict)  # conditions on the whole text, by their identity

    def found(self, pattern: Pattern) -> list[Match]:
        """Return where a pattern is found all of whose atoms stand in the text."""
        if len(pattern.steps) == 1:
            return [(*place, (place,)) for place in self.hits.of(pattern.steps[0].atom)]
        return find(pattern, self.hits, self.layout.clauses, self.layout.sentences)

    def places(self, pattern: Pattern) -> Sequence[Range] | Sequence[Match]:
        """Return where a pattern begins and ends."""
        return self.hits.of(pattern.steps[0].atom) if len(pattern.steps) == 1 else self.found(pattern)


@dataclass(slots=True)
class _Fired:
    """An act that was heard, at a place."""

    entry: CompiledEntry
    pattern: Pattern
    match: Match


@dataclass(slots=True)
class _Heard:
    """What the entries heard in a text."""

    fired: list[_Fired] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    silenced: set[str] = field(default_factory=set)

    def clues(self, mentions: "list[_Mention]") -> list[str]:
        """Return the acts and frames as the scales name them."""
        clues = [HEARD + act for act in self.counts]
        clues += [SILENCED + act for act in self.silenced if act not in self.counts]
        return clues + list({FRAMED + mention.frame.frame.id for mention in mentions})


@dataclass(slots=True)
class _Mention:
    """A frame that holds over a range."""

    frame: CompiledFrame
    start: int
    end: int
    acts: frozenset[str] | None
    spares: frozenset[str]
    quotes_only: bool


class LexiconDetector:
    """Hears what a text says by the lexicon under ``rules/lexicon``."""

    name = NAME
    version = VERSION

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or load_lexicon()
        acts, matcher = self.lexicon.acts, self.lexicon.matcher
        self._entries = _Index(matcher, ((entry, entry.patterns) for entry in self.lexicon.entries))
        # An act that is no signal is only weighed: to hear it once is enough.
        self._most = {name: _MOST_FOUND if act.signals else 1 for name, act in acts.items()}
        self._frames = _Index(matcher, ((frame, frame.patterns) for frame in self.lexicon.frames))
        # A frame without phrases holds for its kinds of text as a whole.
        self._standing = [frame for frame in self.lexicon.frames if not frame.patterns]
        self._names = self.lexicon.names

    @classmethod
    def from_folder(cls, folder: Path) -> "LexiconDetector":
        """Return a detector over the lexicon in a folder."""
        return cls(load_lexicon(folder))

    def read(self, text: str, kind: str | None = None) -> Reading:
        """Return what a text of a kind says."""
        return self._read(text, kind, None)

    def heard(self, text: str, kind: str | None = None) -> frozenset[str]:
        """Return the entries that fire on a text, those that are no signal by themselves included."""
        view = self._view(text, kind)
        fired = self._hear(view, self._mentions(view), steps=None, everything=True).fired
        return frozenset(item.entry.entry.id for item in fired)

    def clues(self, text: str, kind: str | None = None) -> frozenset[str]:
        """Return what of a text the scales can weigh, apart from its words."""
        view = self._view(text, kind)
        mentions = self._mentions(view)
        return frozenset(self._clues(view, self._hear(view, mentions, None), mentions))

    def explain(self, text: str, kind: str | None = None) -> Explanation:
        """Return what a text says, which entries fired, and why others did not."""
        steps: list[Step] = []
        reading = self._read(text, kind, steps)
        steps = list(dict.fromkeys(steps))
        steps.sort(key=lambda step: (not step.fired, step.span or Span(0, 0, ""), step.entry))
        return Explanation(reading, tuple(steps))

    def _read(self, text: str, kind: str | None, steps: list[Step] | None) -> Reading:
        if not text:
            return nothing_said(self.name, self.version, self.lexicon.digest)
        view = self._view(text, kind)
        mentions = self._mentions(view)
        return self._reading(view, self._hear(view, mentions, steps), mentions, steps)

    def _view(self, text: str, kind: str | None) -> _Text:
        normalised = self.lexicon.normalise(text)
        hits = self.lexicon.hits(normalised)
        cancels = hits.of(self.lexicon.negator_cancel)
        return _Text(
            normalised,
            layout(normalised.text, self.lexicon.speakers, kind),
            hits,
            kind,
            _valid(hits.of(self.lexicon.negator), cancels),
            _valid(hits.of(self.lexicon.prohibition), cancels),
        )

    def _mentions(self, view: _Text) -> list[_Mention]:
        found = [
            _Mention(frame, 0, len(view.normalised.text), frame.silences, frame.spares, False)
            for frame in self._standing
            if view.kind in frame.frame.kinds
        ]
        for frame, pattern, _ in self._frames.candidates(view.hits):
            if frame.frame.kinds and view.kind not in frame.frame.kinds:
                continue
            for match in view.found(pattern):
                if view.layout.by_other_speaker(match[0], match[1]):
                    continue
                if any(self._holds(view, condition, match) for condition in frame.unless):
                    continue
                scope = frame.frame.scope
                if scope == "after":
                    start, (_, end) = match[1], view.layout.scope(match[0], match[1], "sentence")
                elif scope == "quotes":
                    start, end = view.layout.scope(match[0], match[1], "sentence")
                else:
                    start, end = view.layout.scope(match[0], match[1], scope)
                found.append(_Mention(frame, start, end, frame.silences, frame.spares, scope == "quotes"))
        return found

    def _hear(
        self, view: _Text, mentions: list[_Mention], steps: list[Step] | None, *, everything: bool = False
    ) -> "_Heard":
        """Return the acts that are heard, and those that are only denied or mentioned."""
        heard = _Heard()
        kind, counts, most = view.kind, heard.counts, self._most
        for entry, pattern, _ in self._entries.candidates(view.hits):
            act = entry.act
            enough = counts[act] >= most[act] and not everything
            if enough and steps is None:
                continue
            if (entry.kinds and kind not in entry.kinds) or kind in entry.not_kinds:
                continue
            for match in view.found(pattern):
                why = self._silenced(view, mentions, entry, match)
                if why is None:
                    if not enough:
                        heard.fired.append(_Fired(entry, pattern, match))
                        counts[act] += 1
                        enough = counts[act] >= most[act] and not everything
                elif why[0] in _ONLY_SAID:
                    heard.silenced.add(act)
                if steps is not None:
                    steps.append(self._step(view, entry, pattern, match, why))
                elif enough:
                    break
        return heard

    def _silenced(
        self, view: _Text, mentions: list[_Mention], entry: CompiledEntry, match: Match
    ) -> tuple[str, str] | None:
        """Return why a match counts for nothing, or None if it counts."""
        start, end, _ = match
        if view.layout.others and view.layout.by_other_speaker(start, end):
            return "speaker", ""
        if entry.negated and (view.negators or view.prohibitions):
            denial = self._denied(view, match)
            if denial is not None:
                return "negated", view.normalised.text[denial[0] : denial[1]]
        for condition in entry.near:
            if not self._holds(view, condition, match):
                return "missing_near", condition.wording
        for condition in entry.blocked_by:
            if self._holds(view, condition, match):
                return "blocked", condition.wording
        act = entry.act
        for mention in mentions:
            if mention.start <= start and end <= mention.end and act not in mention.spares:
                if mention.acts is not None and act not in mention.acts:
                    continue
                if mention.quotes_only and not view.layout.quoted(start, end):
                    continue
                return "framed", mention.frame.frame.id
        return None

    def _denied(self, view: _Text, match: Match) -> Range | None:
        """Return the word that denies a match, if one does."""
        first, _, parts = match
        latin = first < len(view.normalised.text) and view.normalised.text[first].isascii()
        reach = _NEGATION_REACH_LATIN if latin else _NEGATION_REACH
        clause, _ = view.layout.scope(first, first + 1, "clause")
        sentence, _ = view.layout.scope(first, first + 1, "sentence")
        last = parts[-1][0]
        for places, left in (
            (view.negators, max(clause, first - reach)),
            (view.prohibitions, sentence),
        ):
            for i in range(bisect_left(places, (left, 0)), len(places)):
                place = places[i]
                if place[1] > last:
                    break
                if not any(part[0] <= place[0] and place[1] <= part[1] for part in parts):
                    return place
        return None

    @staticmethod
    def _holds(view: _Text, condition: CompiledCondition, match: Match) -> bool:
        atoms = view.hits.atoms
        if not condition.rarest & atoms:
            return False
        if condition.within == "text":
            held = view.held.get(id(condition))
            if held is None:
                held = view.held[id(condition)] = bool(condition.single & atoms) or any(
                    view.places(pattern) for pattern in condition.patterns if not pattern.atoms & ~atoms
                )
            return held
        start, end = view.layout.scope(match[0], match[1], condition.within)
        for pattern in condition.patterns:
            if not pattern.atoms & ~atoms:
                for other in view.places(pattern):
                    if start <= other[0] and other[1] <= end:
                        return True
        return False

    def _span(self, view: _Text, start: int, end: int) -> Span:
        left, right = view.normalised.original_range(start, end)
        return Span(left, right, view.normalised.original[left:right])

    def _step(
        self, view: _Text, entry: CompiledEntry, pattern: Pattern, match: Match, why: tuple[str, str] | None
    ) -> Step:
        return Step(
            entry=entry.entry.id,
            act=entry.entry.act,
            signals=tuple(self.lexicon.acts[entry.entry.act].signals),
            fired=why is None,
            code=why[0] if why else "fired",
            phrase=pattern.phrase,
            span=self._span(view, match[0], match[1]),
            by=why[1] if why else None,
            file=entry.file,
            line=entry.line,
        )

    def _reading(self, view: _Text, heard: "_Heard", mentions: list[_Mention], steps: list[Step] | None) -> Reading:
        """Weigh what was heard to signals."""
        acts, balance = self.lexicon.acts, self.lexicon.balance
        places: dict[str, list[Range]] = {}
        said: set[str] = set()
        for item in heard.fired:
            for signal in acts[item.entry.act].signals:
                places.setdefault(signal, []).append(item.match[:2])
                scale = balance.scales.get(signal)
                if not item.entry.weighed or scale is None:
                    said.add(signal)
        clues = self._clues(view, heard, mentions)
        doubted = self._doubted(heard)
        words = balance.words_of(view.layout.own)
        totals = balance.totals(words, clues)
        if doubted:
            totals = [total - _DOUBT * (signal in doubted) for signal, total in zip(SIGNALS, totals, strict=True)]
        said.update(signal for signal, total in zip(SIGNALS, totals, strict=True) if total > 0)
        if len(said) > 1:
            said.discard("relay_only")
        if not said <= places.keys():
            heard_at: dict[str, list[Range]] = {}
            for item in heard.fired:
                heard_at.setdefault(HEARD + item.entry.act, []).append(item.match[:2])
            for silent in said - places.keys():
                places[silent] = balance.evidence(silent, view.layout, words, clues, heard_at)
        spans: dict[str, tuple[Span, ...]] = {
            signal: self._spans(view, places[signal]) for signal in SIGNALS if signal in said and places[signal]
        }
        if steps is not None:
            steps += self._weighings(words, clues, totals, doubted, spans, places)
        # Evidence is part of the answer: what no words carry is not said.
        signals: dict[str, bool] = {signal: signal in spans for signal in SIGNALS}
        firms: tuple[str, ...] = ()
        persons: tuple[str, ...] = ()
        if signals["claims_lawyer"]:
            firms = unique(self._names.firms(view.normalised))
            persons = unique(self._names.lawyers(view.normalised))
        return Reading(signals, spans, self.name, self.version, self.lexicon.digest, firms, persons)

    @staticmethod
    def _clues(view: _Text, heard: "_Heard", mentions: list[_Mention]) -> list[str]:
        """Return everything that can be weighed but the words."""
        return heard.clues(mentions) + shapes(view.normalised.original, view.layout, view.kind)

    def _doubted(self, heard: "_Heard") -> set[str]:
        """Return the signals of which every act found is denied or only mentioned."""
        acts = self.lexicon.acts
        doubted: set[str] = {signal for act in heard.silenced for signal in acts[act].signals}
        return doubted.difference(*(acts[act].signals for act in heard.counts)) if doubted else doubted

    def _weighings(
        self,
        words: set[str],
        clues: list[str],
        totals: list[float],
        doubted: set[str],
        spans: dict[str, tuple[Span, ...]],
        places: dict[str, list[Range]],
    ) -> Iterator[Step]:
        """Yield what each scale says of a signal that is said, or that some entry heard."""
        for compiled in self.lexicon.scales:
            signal = compiled.scale.signal
            if signal not in spans and signal not in places:
                continue
            total = totals[SIGNALS.index(signal)]
            weighed = self.lexicon.balance.contributions(signal, words, clues)
            by = " ".join(f"{clue} {weight:+.2f}" for clue, weight in weighed[:_MOST_WEIGHTS])
            start = compiled.scale.start - _DOUBT * (signal in doubted)
            by = f"{by}  {start:+.2f} = {total:+.2f}"
            tips = total > 0 and signal in spans
            span = spans[signal][0] if tips else None
            yield Step(
                entry=compiled.scale.id,
                act="",
                signals=(signal,),
                fired=tips,
                code="weighed" if tips else "outweighed",
                span=span,
                by=by.strip(),
                file=compiled.file,
                line=compiled.line,
            )

    def _spans(self, view: _Text, ranges: list[Range]) -> tuple[Span, ...]:
        """Return the longest pieces of evidence, overlapping ones joined."""
        merged: list[Range] = []
        for start, end in sorted(ranges):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(self._span(view, start, end) for start, end in merged[:_MOST_SPANS])


def _valid(denials: list[Range], cancels: list[Range]) -> list[Range]:
    """Return the words that deny and are not denied themselves ("do not think that we will not")."""
    if not (denials and cancels):
        return denials
    # How far denials are cancelled, up to each cancel: the last one before a denial need not be the longest.
    reaches = list(accumulate((end + _CANCEL_REACH for _, end in cancels), max))
    starts = [start for start, _ in cancels]
    kept: list[Range] = []
    for place in denials:
        before = bisect_right(starts, place[0])
        if not before or reaches[before - 1] < place[0]:
            kept.append(place)
    return kept


class _Index(Generic[Item]):
    """Patterns by the atom that the fewest texts hold, so that most texts touch few patterns."""

    def __init__(self, matcher: Matcher, items: Iterable[tuple[Item, tuple[Pattern, ...]]]) -> None:
        pairs = [(item, pattern) for item, patterns in items for pattern in patterns]
        self._by_atom: dict[int, list[tuple[Item, Pattern, int]]] = {}
        for item, pattern in pairs:
            self._by_atom.setdefault(matcher.rarest(pattern), []).append((item, pattern, pattern.atoms))
        anchors = self._by_atom.keys()
        self._anchors = [frozenset(anchors & atoms) for atoms in matcher.classes()]

    def candidates(self, hits: Hits) -> list[tuple[Item, Pattern, int]]:
        """Return the patterns all of whose atoms stand in the text."""
        lacking = ~hits.atoms
        by_atom = self._by_atom
        present = set(hits.quantities & by_atom.keys()).union(*map(self._anchors.__getitem__, hits.found))
        return [pair for atom in sorted(present) for pair in by_atom[atom] if not pair[2] & lacking]

"""The lexicon's detector: entries, then their context, then signals."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
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
from collection_guard.facts.content.names import NameFinder, unique
from collection_guard.facts.content.normalisation import Normalised
from collection_guard.facts.content.reading import Explanation, Reading, Span, Step, nothing_said
from collection_guard.facts.content.schema import SIGNALS

Item = TypeVar("Item", CompiledEntry, CompiledFrame)
NAME: Final = "lexicon"
VERSION: Final = "1"
# How far before an act a word may stand that denies it, in characters of either script.
_NEGATION_REACH: Final = 14
_NEGATION_REACH_LATIN: Final = 34
# Evidence shown for one signal: the first pieces tell enough.
_MOST_SPANS: Final = 20
# How often one act is heard in one text: a few times are as good as many.
_MOST_FOUND: Final = 8


@dataclass(slots=True)
class _Text:
    """One text under reading."""

    normalised: Normalised
    layout: Layout
    hits: Hits
    kind: str | None
    negators: list[Range]
    prohibitions: list[Range]
    cancels: list[Range]

    def found(self, pattern: Pattern) -> Iterable[Match]:
        if not pattern.atoms <= self.hits.atoms:
            return ()
        if len(pattern.steps) == 1:
            return (Match(*place, (place,)) for place in self.hits.of(pattern.steps[0].atom))
        return find(pattern, self.hits, self.layout.clauses, self.layout.sentences)


@dataclass(slots=True)
class _Fired:
    """An act that was heard, at a place."""

    entry: CompiledEntry
    pattern: Pattern
    match: Match


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
        pairs = [(entry, entry.patterns) for entry in self.lexicon.entries]
        self._signals = _Index(matcher, (pair for pair in pairs if acts[pair[0].act].signals))
        self._hints = _Index(matcher, (pair for pair in pairs if not acts[pair[0].act].signals))
        # What may be implied, with the hints that it takes.
        self._needs = [
            (item, {act for act in (*item.all_of, *item.any_of) if not acts[act].signals})
            for item in self.lexicon.implied
        ]
        self._frames = _Index(matcher, ((frame, frame.patterns) for frame in self.lexicon.frames))
        # A frame without phrases holds for its kinds of text as a whole.
        self._standing = [frame for frame in self.lexicon.frames if not frame.patterns]
        self._names = NameFinder(self.lexicon.names, self.lexicon.normaliser.folding)

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
        fired: list[_Fired] = []
        for index in (self._signals, self._hints):
            self._hear(view, self._mentions(view), index, fired, Counter(), None)
        return frozenset(item.entry.entry.id for item in fired)

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
        return self._reading(view, self._acts(view, mentions, steps), steps)

    def _view(self, text: str, kind: str | None) -> _Text:
        normalised = self.lexicon.normalise(text)
        hits = self.lexicon.matcher.hits(normalised.text)
        return _Text(
            normalised,
            layout(normalised.text, self.lexicon.speakers, kind),
            hits,
            kind,
            hits.of(self.lexicon.negator),
            hits.of(self.lexicon.prohibition),
            hits.of(self.lexicon.negator_cancel),
        )

    def _mentions(self, view: _Text) -> list[_Mention]:
        found = [
            _Mention(frame, 0, len(view.normalised.text), frame.silences, frame.spares, False)
            for frame in self._standing
            if view.kind in frame.frame.kinds
        ]
        for frame, pattern in self._frames.candidates(view.hits):
            if frame.frame.kinds and view.kind not in frame.frame.kinds:
                continue
            for match in view.found(pattern):
                if view.layout.by_other_speaker(match.start, match.end):
                    continue
                if any(self._holds(view, condition, match) for condition in frame.unless):
                    continue
                scope = frame.frame.scope
                if scope == "after":
                    start, (_, end) = match.end, view.layout.scope(match.start, match.end, "sentence")
                elif scope == "quotes":
                    start, end = view.layout.scope(match.start, match.end, "sentence")
                else:
                    start, end = view.layout.scope(match.start, match.end, scope)
                found.append(_Mention(frame, start, end, frame.silences, frame.spares, scope == "quotes"))
        return found

    def _acts(self, view: _Text, mentions: list[_Mention], steps: list[Step] | None) -> dict[str, list[Range]]:
        """Return the acts that are heard and where; hints only as far as something may still follow from them."""
        fired: list[_Fired] = []
        heard: Counter[str] = Counter()
        self._hear(view, mentions, self._signals, fired, heard, steps)
        weighed = self._weighed(view, mentions, heard, steps)
        hints = self._hints_for({*heard, *weighed})
        if hints:
            # Hints are no signal by themselves: they show in what they amount to, not as steps.
            self._hear(view, mentions, self._hints, fired, heard, None, hints)
        for item in fired:
            weighed.setdefault(item.entry.act, []).append((item.match.start, item.match.end))
        return weighed

    def _hints_for(self, heard: set[str]) -> set[str]:
        """Return the hints that may still amount to something."""
        hints: set[str] = set()
        for implied, needs in self._needs:
            if implied.act not in heard and heard.isdisjoint(implied.none_of):
                hints |= needs
        return hints

    def _hear(
        self,
        view: _Text,
        mentions: list[_Mention],
        index: "_Index[CompiledEntry]",
        fired: list[_Fired],
        heard: Counter[str],
        steps: list[Step] | None,
        only: set[str] | None = None,
    ) -> None:
        kind = view.kind
        for entry, pattern in index.candidates(view.hits):
            act = entry.act
            if (only is not None and act not in only) or (heard[act] >= _MOST_FOUND and steps is None):
                continue
            if (entry.kinds and kind not in entry.kinds) or kind in entry.not_kinds:
                continue
            for match in view.found(pattern):
                if heard[act] >= _MOST_FOUND and steps is None:
                    break
                why = self._silenced(view, mentions, entry, match)
                if why is None and heard[act] < _MOST_FOUND:
                    fired.append(_Fired(entry, pattern, match))
                    heard[act] += 1
                if steps is not None:
                    steps.append(self._step(view, entry, pattern, match, why))

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
        latin = match.start < len(view.normalised.text) and view.normalised.text[match.start].isascii()
        reach = _NEGATION_REACH_LATIN if latin else _NEGATION_REACH
        clause, _ = view.layout.scope(match.start, match.start + 1, "clause")
        sentence, _ = view.layout.scope(match.start, match.start + 1, "sentence")
        last = match.parts[-1][0]
        for places, left in (
            (view.negators, max(clause, match.start - reach)),
            (view.prohibitions, sentence),
        ):
            for place in places[bisect_left(places, (left, 0)) :]:
                if place[1] > last:
                    break
                inside = any(part[0] <= place[0] and place[1] <= part[1] for part in match.parts)
                if not inside and not self._cancelled(view, place):
                    return place
        return None

    @staticmethod
    def _cancelled(view: _Text, place: Range) -> bool:
        """Tell whether a denial is itself denied ("do not think that we will not")."""
        return any(cancel[0] <= place[0] <= cancel[1] + 8 for cancel in view.cancels)

    @staticmethod
    def _holds(view: _Text, condition: CompiledCondition, match: Match) -> bool:
        if condition.within == "text" and not condition.single.isdisjoint(view.hits.atoms):
            return True
        start, end = view.layout.scope(match.start, match.end, condition.within)
        for pattern in condition.patterns:
            for other in view.found(pattern):
                if start <= other.start and other.end <= end:
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
            span=self._span(view, match.start, match.end),
            by=why[1] if why else None,
            file=entry.file,
            line=entry.line,
        )

    def _reading(self, view: _Text, acts: dict[str, list[Range]], steps: list[Step] | None) -> Reading:
        """Compose acts to signals."""
        for implied in self.lexicon.implied:
            if implied.kinds and view.kind not in implied.kinds:
                continue
            if (
                implied.act not in acts
                and all(act in acts for act in implied.all_of)
                and (not implied.any_of or any(act in acts for act in implied.any_of))
                and not any(act in acts for act in implied.none_of)
            ):
                acts[implied.act] = acts.get(implied.span_of, [])
                if steps is not None and acts[implied.act]:
                    start, end = acts[implied.act][0]
                    of_act = tuple(self.lexicon.acts[implied.act].signals)
                    span = self._span(view, start, end)
                    steps.append(Step(implied.id, implied.act, of_act, True, "implied", span=span))
        places: dict[str, list[Range]] = {}
        for act, ranges in acts.items():
            for signal in self.lexicon.acts[act].signals:
                places.setdefault(signal, []).extend(ranges)
        if len(places) > 1:
            places.pop("relay_only", None)
        signals: dict[str, bool] = {signal: signal in places for signal in SIGNALS}
        spans: dict[str, tuple[Span, ...]] = {
            signal: self._spans(view, places[signal]) for signal in SIGNALS if signal in places
        }
        firms: tuple[str, ...] = ()
        persons: tuple[str, ...] = ()
        if signals["claims_lawyer"]:
            firms = unique(self._names.firms(view.normalised))
            persons = unique(self._names.lawyers(view.normalised))
        return Reading(signals, spans, self.name, self.version, self.lexicon.digest, firms, persons)

    def _weighed(
        self, view: _Text, mentions: list[_Mention], heard: Counter[str], steps: list[Step] | None
    ) -> dict[str, list[Range]]:
        """Return the acts that no words say alone, but all together, and where they are said."""
        acts: dict[str, list[Range]] = {}
        for compiled in self.lexicon.scales:
            act = compiled.scale.act
            if act in heard or self._a_mention(view, mentions, act):
                continue
            ranges = compiled.evidence(view.hits, view.layout)
            if not ranges:
                continue
            acts[act] = ranges
            if steps is not None:
                span, of_act = self._span(view, *ranges[0]), tuple(self.lexicon.acts[act].signals)
                place = compiled.file, compiled.line
                steps.append(Step(compiled.scale.id, act, of_act, True, "weighed", None, span, None, *place))
        return acts

    @staticmethod
    def _a_mention(view: _Text, mentions: list[_Mention], act: str) -> bool:
        """Tell whether a whole text only mentions an act."""
        size = len(view.normalised.text)
        return any(
            mention.start <= 0
            and size <= mention.end
            and not mention.quotes_only
            and act not in mention.spares
            and (mention.acts is None or act in mention.acts)
            for mention in mentions
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


class _Index(Generic[Item]):
    """Patterns by the atom that the fewest texts hold, so that most texts touch few patterns."""

    def __init__(self, matcher: Matcher, items: Iterable[tuple[Item, tuple[Pattern, ...]]]) -> None:
        pairs = [(item, pattern) for item, patterns in items for pattern in patterns]
        self._by_atom: dict[int, list[tuple[Item, Pattern]]] = {}
        for item, pattern in pairs:
            rarest = min((step.atom for step in pattern.steps), key=lambda atom: (matcher.commonness(atom), atom))
            self._by_atom.setdefault(rarest, []).append((item, pattern))
        self._anchors = frozenset(self._by_atom)

    def candidates(self, hits: Hits) -> Iterator[tuple[Item, Pattern]]:
        """Yield the patterns all of whose atoms stand in the text."""
        atoms = hits.atoms
        for atom in sorted(self._anchors & atoms):
            for item, pattern in self._by_atom[atom]:
                if pattern.atoms <= atoms:
                    yield item, pattern

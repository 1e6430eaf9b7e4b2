"""The lexicon's detector: entries, then their context, then signals."""

from collections.abc import Collection, Iterator
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Final

from collection_guard.facts.content.hearing import Heard, Hearing, Judged, Mention, View, Why
from collection_guard.facts.content.lexicon import CompiledEntry, Lexicon, load_lexicon
from collection_guard.facts.content.matching import Match, Pattern, Range
from collection_guard.facts.content.names import unique
from collection_guard.facts.content.reading import Explanation, Reading, Span, Step, nothing_said
from collection_guard.facts.content.scales import DOUBT, HEARD, growth, shapes
from collection_guard.facts.content.schema import SIGNALS

NAME: Final = "lexicon"
VERSION: Final = "2"
# Evidence shown for one signal: the first pieces tell enough.
_MOST_SPANS: Final = 20
# What an explanation shows of a scale: the weightiest clues.
_MOST_WEIGHTS: Final = 8


class LexiconDetector:
    """Hears what a text says by the lexicon under ``rules/lexicon``."""

    name = NAME
    version = VERSION

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or load_lexicon()
        self._hearing = Hearing(self.lexicon)
        self._names = self.lexicon.names
        self._signals = {name: tuple(act.signals) for name, act in self.lexicon.acts.items()}
        self._nothing: dict[str, bool] = dict.fromkeys(SIGNALS, False)

    @classmethod
    def from_folder(cls, folder: Path) -> "LexiconDetector":
        """Return a detector over the lexicon in a folder."""
        return cls(load_lexicon(folder))

    def read(self, text: str, kind: str | None = None) -> Reading:
        """Return what a text of a kind says."""
        return self._read(text, kind, None)

    def heard(self, text: str, kind: str | None = None) -> frozenset[str]:
        """Return the entries that fire on a text, those that are no signal by themselves included."""
        view = self._hearing.view(text, kind)
        fired = self._hearing.hear(view, self._hearing.mentions(view), everything=True).fired
        return frozenset(entry.entry.id for entry, _ in fired)

    def clues(self, text: str, kind: str | None = None) -> frozenset[str]:
        """Return what of a text the scales can weigh, apart from its words."""
        view = self._hearing.view(text, kind)
        mentions = self._hearing.mentions(view)
        return frozenset(self._clues(view, self._hearing.hear(view, mentions), mentions))

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
        view = self._hearing.view(text, kind)
        mentions = self._hearing.mentions(view)
        if steps is None:
            return self._reading(view, self._hearing.hear(view, mentions), mentions, None)
        judged: list[Judged] = []
        heard = self._hearing.hear(view, mentions, judged)
        steps += (self._step(view, *found) for found in judged)
        return self._reading(view, heard, mentions, steps)

    def _step(self, view: View, entry: CompiledEntry, pattern: Pattern, match: Match, why: Why) -> Step:
        return Step(
            entry=entry.entry.id,
            act=entry.entry.act,
            signals=tuple(self.lexicon.acts[entry.entry.act].signals),
            fired=why is None,
            code=why[0] if why else "fired",
            phrase=pattern.phrase,
            span=view.span(match[0], match[1]),
            by=why[1] if why else None,
            file=entry.file,
            line=entry.line,
        )

    def _reading(self, view: View, heard: Heard, mentions: list[Mention], steps: list[Step] | None) -> Reading:
        """Weigh what was heard to signals."""
        balance = self.lexicon.balance
        places: dict[str, list[Range]] = {}
        said: set[str] = set()
        for entry, place in heard.fired:
            for signal in self._signals[entry.act]:
                if signal in places:
                    places[signal].append(place)
                else:
                    places[signal] = [place]
                if not entry.weighed or signal not in balance.scales:
                    said.add(signal)
        clues = self._clues(view, heard, mentions)
        doubted = self._doubted(heard) if heard.silenced else ()
        own = view.layout.own
        strings = view.hits.strings if own is view.layout.text else self.lexicon.matcher.standing(own)
        total = balance.total(own, strings, clues, doubted)
        said.update(balance.said(total))
        if len(said) > 1:
            said.discard("relay_only")
        silent = said - places.keys()
        if silent:
            words = balance.words_of(own, strings)
            heard_at: dict[str, list[Range]] = {}
            for entry, place in heard.fired:
                heard_at.setdefault(HEARD + entry.act, []).append(place)
            for quiet in silent:
                places[quiet] = balance.evidence(quiet, view.layout, words, clues, heard_at)
        spans: dict[str, tuple[Span, ...]] = {
            signal: self._spans(view, places[signal])
            for signal in (sorted(said, key=SIGNALS.index) if len(said) > 1 else said)
            if places[signal]
        }
        if steps is not None:
            words = balance.words_of(own, strings)
            steps += self._weighings(words, clues, balance.weights(total), doubted, spans, places)
        # Evidence is part of the answer: what no words carry is not said.
        signals = self._nothing.copy()
        signals.update(dict.fromkeys(spans, True))
        firms: tuple[str, ...] = ()
        persons: tuple[str, ...] = ()
        if signals["claims_lawyer"]:
            firms = unique(self._names.firms(view.normalised))
            persons = unique(self._names.lawyers(view.normalised))
        return Reading(signals, spans, self.name, self.version, self.lexicon.digest, firms, persons)

    @staticmethod
    def _clues(view: View, heard: Heard, mentions: list[Mention]) -> list[str]:
        """Return everything that can be weighed but the words."""
        return heard.clues(mentions) + shapes(view.normalised.original, view.layout, view.kind)

    def _doubted(self, heard: Heard) -> set[str]:
        """Return the signals of which every act found is denied or only mentioned."""
        doubted: set[str] = {signal for act in heard.silenced for signal in self._signals[act]}
        return doubted.difference(*(self._signals[act] for act in heard.counts))

    def _weighings(
        self,
        words: AbstractSet[str],
        clues: list[str],
        totals: list[float],
        doubted: Collection[str],
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
            start = (compiled.scale.start - DOUBT * (signal in doubted)) * growth(len(clues))
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

    @staticmethod
    def _spans(view: View, ranges: list[Range]) -> tuple[Span, ...]:
        """Return the longest pieces of evidence, overlapping ones joined."""
        if len(ranges) == 1:
            return (view.span(*ranges[0]),)
        merged: list[Range] = []
        for start, end in sorted(ranges):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return tuple(view.span(start, end) for start, end in merged[:_MOST_SPANS])

"""What a detector heard in a text, in words: what counts, what did not and why, and last what the scales weighed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from collection_guard.audit.texts import GivenText
from collection_guard.engines.messages import word
from collection_guard.facts.content.reading import Detector, Explanation, Span, Step
from collection_guard.facts.content.scales import HEARD, SILENCED, TOGETHER, is_word
from collection_guard.facts.content.schema import Act
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, has_text, text

_WEIGHINGS: Final = ("weighed", "outweighed")
_TOTAL: Final = re.compile(r"^(?P<clues>.*?) *[+-]\d+\.\d\d = (?P<total>[+-]\d+\.\d\d)$")
"""How the detector writes what a scale weighed: clues with their weights, where it starts, what it comes to."""
_CLUE: Final = re.compile(r"(?P<clue>\S.*?) (?P<weight>[+-]\d+\.\d\d)(?= |$)")
_MOST_CLUES: Final = 3
_MOST_PIECES: Final = 6
_LONGEST: Final = 40


def explained(item: GivenText, explanation: Explanation, detector: Detector, lang: Lang) -> Iterator[str]:
    """Yield the lines that say what was heard in a text, in the order in which a reader asks."""
    # Ours names its acts.
    acts: Mapping[str, Act] = getattr(getattr(detector, "lexicon", None), "acts", {})
    yield from _Telling(acts, lang).lines(item, explanation)


class _Telling:
    def __init__(self, acts: Mapping[str, Act], lang: Lang) -> None:
        self._acts = acts
        self._lang: Lang = lang
        self._sign = text("report.list_sign", lang)

    def lines(self, item: GivenText, explanation: Explanation) -> Iterator[str]:
        reading = explanation.reading
        yield self._text("text", id=plain(str(item.id)), text=plain(item.text))
        said = [
            self._text("name", name=word(name, self._lang), id=name) for name, yes in reading.signals.items() if yes
        ]
        yield "  " + self._text("said", names=self._sign.join(said) or self._text("nothing"))
        for firm in reading.law_firms:
            yield "  " + self._text("firm", name=plain(firm))
        steps = [step for step in explanation.steps if step.code not in _WEIGHINGS]
        heard = [step for step in steps if step.fired and step.signals]
        hints = [step for step in steps if step.fired and not step.signals]
        silent = [step for step in steps if not step.fired and step.signals]
        yield from self._told("heard", heard)
        yield from self._told("not_counted", silent)
        yield from self._told("hint", hints)
        yield from dict.fromkeys(
            self._weight(step) for step in explanation.steps if step.code in _WEIGHINGS and step.signals
        )

    def _told(self, mark: str, steps: Iterable[Step]) -> Iterator[str]:
        """Yield one line for each thing done and each reason, whichever and however many entries found it."""
        groups: dict[tuple[str, tuple[str, ...], str], list[Step]] = {}
        for step in steps:
            groups.setdefault((self._act(step), step.signals, self._reason(step)), []).append(step)
        for (act, signals, reason), same in groups.items():
            names = self._sign.join(word(name, self._lang) for name in signals)
            done = self._text("of_signals", act=act, names=names) if names else act
            pieces = _longest(step.span for step in same if step.span is not None)[:_MOST_PIECES]
            yield "  " + self._text(
                "step",
                mark=self._text(mark),
                pieces="".join(self._text("piece", words=plain(piece.text)) for piece in pieces),
                act=done,
                why=self._text("because", reason=reason) if reason else "",
                entries=", ".join(dict.fromkeys(step.entry for step in same)),
            )

    def _act(self, step: Step) -> str:
        act = self._acts.get(step.act)
        return step.act if act is None else act.zh if self._lang == "zh" else act.en

    def _reason(self, step: Step) -> str:
        code = f"signals.why.{step.code}"
        if step.fired or not has_text(code):
            return ""
        by = plain(step.by or "")
        frame = f"signals.frame.{by}"
        if step.code == "framed" and has_text(frame):
            by = text(frame, self._lang)
        return text(code, self._lang, by=by if len(by) <= _LONGEST else by[:_LONGEST] + "…")

    def _weight(self, step: Step) -> str:
        """Return what a scale came to, and the heaviest of what it weighed."""
        outcome = self._text(f"why.{step.code}")
        found = _TOTAL.match(step.by or "")
        if found is None:
            total, clues = "", []
        else:
            total = found["total"]
            pairs = [(clue["clue"], clue["weight"]) for clue in _CLUE.finditer(found["clues"])]
            clues = [f"{self._clue(clue)} {weight}" for clue, weight in pairs if TOGETHER not in clue]
        if clues:
            outcome = self._text("weight_of", outcome=outcome, clues=self._sign.join(clues[:_MOST_CLUES]))
        name = self._sign.join(word(name, self._lang) for name in step.signals)
        return "  " + self._text("weight", name=name, total=total, outcome=outcome)

    def _clue(self, clue: str) -> str:
        if is_word(clue):
            return self._text("piece", words=plain(clue))
        act = self._acts.get(clue[1:])
        if clue[0] in (HEARD, SILENCED) and act is not None:
            return act.zh if self._lang == "zh" else act.en
        frame = f"signals.frame.{clue[1:]}"
        return text(frame, self._lang) if has_text(frame) else clue

    def _text(self, code: str, **values: object) -> str:
        return text(f"signals.{code}", self._lang, **values)


def _longest(spans: Iterable[Span]) -> list[Span]:
    """Return the pieces of a text that stand in no other of them, in their order, each once."""
    kept: list[Span] = []
    for span in sorted(set(spans), key=lambda one: (one.start, -one.end)):
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept

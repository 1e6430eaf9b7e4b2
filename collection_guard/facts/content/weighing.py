"""Weights of a scale from labelled texts: few words, each weighed against all others (L1 logistic regression)."""

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Final

from collection_guard.facts.content.context import layout
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.evaluation import Labelled, read_labelled
from collection_guard.facts.content.schema import SIGNALS, Signal

# A word must stand in this many texts to be weighed, and this much evidence is asked of it.
FEWEST_TEXTS: Final = 5
STRICTNESS: Final = 1.0
_LONGEST_HAN: Final = 3
_LONGEST_LATIN: Final = 2
_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[a-z']+(?: [a-z']+)*")
_SWEEPS: Final = 60
_CLOSE_ENOUGH: Final = 1e-3
_LEAST_WEIGHT: Final = 0.05


def words(detector: LexiconDetector, text: str, kind: str | None = None) -> frozenset[str]:
    """Return what of a text can be weighed: runs of up to three characters, and one or two English words."""
    lexicon = detector.lexicon
    folded = lexicon.normalise(text).text
    view = layout(folded, lexicon.speakers, kind)
    found: set[str] = set()
    for run in _RUN.finditer(folded):
        for start, end in _pieces(folded, *run.span()):
            if not view.by_other_speaker(start, end):
                found.add(folded[start:end])
    return frozenset(found)


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the ranges of a run of one script that can be weighed."""
    if not text[start].isascii():
        for size in range(1, _LONGEST_HAN + 1):
            yield from ((place, place + size) for place in range(start, end - size + 1))
        return
    parts = [(start + part.start(), start + part.end()) for part in re.finditer(r"[^ ]+", text[start:end])]
    for size in range(1, _LONGEST_LATIN + 1):
        yield from ((parts[i][0], parts[i + size - 1][1]) for i in range(len(parts) - size + 1))


@dataclass(slots=True)
class Weights:
    """What each word weighs, and what no words at all weigh."""

    start: float
    words: dict[str, float]

    def of(self, said: Iterable[str]) -> float:
        """Return the weight of what is said."""
        return self.start + sum(self.words.get(word, 0.0) for word in said)


def weigh(texts: Sequence[frozenset[str]], labels: Sequence[bool], strictness: float = STRICTNESS) -> Weights:
    """Return weights that tell the labelled texts apart with few words, found by coordinate descent."""
    count = Counter(word for text in texts for word in text)
    holders: dict[str, list[int]] = {word: [] for word in sorted(count) if count[word] >= FEWEST_TEXTS}
    for i, text in enumerate(texts):
        for word in text:
            if word in holders:
                holders[word].append(i)
    truth = [float(label) for label in labels]
    margins = [0.0] * len(texts)
    chances = [0.5] * len(texts)
    weights = dict.fromkeys(holders, 0.0)
    start = 0.0
    active = list(holders)
    for sweep in range(_SWEEPS):
        largest = abs(step := _step(range(len(texts)), truth, chances, 0.0, 0.0))
        start += step
        _move(range(len(texts)), step, margins, chances)
        for word in active:
            step = _step(holders[word], truth, chances, weights[word], strictness)
            if step:
                weights[word] += step
                _move(holders[word], step, margins, chances)
                largest = max(largest, abs(step))
        # Words without weight are looked at again every few sweeps only.
        full = sweep % 5 == 4
        if largest < _CLOSE_ENOUGH and len(active) == len(holders):
            break
        active = list(holders) if full or largest < _CLOSE_ENOUGH else [word for word in active if weights[word]]
    kept = {word: round(weight, 2) for word, weight in weights.items() if abs(weight) >= _LEAST_WEIGHT}
    return Weights(round(start, 2), kept)


def _step(holders: Iterable[int], truth: list[float], chances: list[float], weight: float, strictness: float) -> float:
    """Return the Newton step of one weight under an L1 penalty, at most one."""
    slope = curve = 0.0
    for i in holders:
        slope += chances[i] - truth[i]
        curve += chances[i] * (1 - chances[i])
    curve = max(curve, 1e-6)
    aim = weight - slope / curve
    bound = strictness / curve
    shrunk = aim - bound if aim > bound else aim + bound if aim < -bound else 0.0
    return max(-1.0, min(1.0, shrunk - weight))


def _move(holders: Iterable[int], step: float, margins: list[float], chances: list[float]) -> None:
    for i in holders:
        margins[i] += step
        chances[i] = 1 / (1 + exp(-max(-30.0, min(30.0, margins[i]))))


def weights_of(
    detector: LexiconDetector, texts: Sequence[Labelled], signal: Signal, strictness: float = STRICTNESS
) -> Weights:
    """Return the weights for one signal."""
    said = [words(detector, text.text, text.channel) for text in texts]
    return weigh(said, [text.labels[signal] for text in texts], strictness)


def document(signal: Signal, act: str, weights: Weights, caution: float) -> str:
    """Return a lexicon file with the scale; ``caution`` is added to what must be outweighed."""
    lines = [
        f"# What tells {signal} only together, weighed over labelled texts by",
        "# python -m collection_guard.facts.content.weighing: rather label more texts and weigh again than edit this.",
        "scales:",
        f"  - id: {signal.replace('_', '-')}-weighed",
        f"    act: {act}",
        f"    start: {weights.start - caution:.2f}",
        "    cues:",
    ]
    ordered = sorted(weights.words.items(), key=lambda item: (-item[1], item[0]))
    lines += [f"      {_quoted(word)}: {weight}" for word, weight in ordered]
    return "\n".join(lines) + "\n"


def _quoted(word: str) -> str:
    return "'" + word.replace("'", "''") + "'"


def main() -> None:
    """Weigh the texts named on the command line and print the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("signal", choices=SIGNALS)
    options.add_argument("act")
    options.add_argument("files", nargs="+", type=Path)
    options.add_argument("--strictness", type=float, default=STRICTNESS)
    options.add_argument("--caution", type=float, default=0.0)
    asked = options.parse_args()
    texts = [text for file in asked.files for text in read_labelled(file)]
    weights = weights_of(LexiconDetector(), texts, asked.signal, asked.strictness)
    sys.stdout.write(document(asked.signal, asked.act, weights, asked.caution))


__all__ = ["Weights", "document", "weigh", "weights_of", "words"]

if __name__ == "__main__":
    main()

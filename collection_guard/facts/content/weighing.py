"""Weights of the scales from labelled texts: logistic regression with an elastic net, by coordinate descent.

``python -m collection_guard.facts.content.weighing TEXTS…`` prints the scales of all signals as a file of the lexicon.
"""

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
from collection_guard.facts.content.scales import BETWEEN, HEARD, SILENCED
from collection_guard.facts.content.schema import SIGNALS, Signal

# A clue must stand in this many texts to be weighed.
FEWEST_TEXTS: Final = 3
# How much evidence a clue must bring to weigh anything, and how much each weight costs.
STRICTNESS: Final = 0.4
MODESTY: Final = 1.0
# What is taken from what must be outweighed, so that both errors are about as frequent on families not weighed.
LENIENCE: Final[dict[Signal, float]] = {
    "debt_disclosure": 0.6,
    "threat": 1.0,
    "abuse": 0.9,
    "impersonates_authority": 0.9,
    "claims_lawyer": 0.3,
    "public_shaming": 1.0,
    "false_legal_claim": 0.8,
    "third_party_pressure": 1.0,
    "solicits_private_payment": 0.8,
    "credit_repair_or_rate_scam": 1.2,
    "pii_leak": 1.2,
    "relay_only": 0.7,
}
# Where entries, on families not weighed, were about as right as the scale and heard more.
TRUSTING: Final[frozenset[Signal]] = frozenset({"public_shaming"})
# How often each text of everyday life counts: real traffic holds far more of them than labelled texts do.
EVERYDAY: Final = 5
_ACTS: Final = (HEARD, SILENCED)
_LONGEST_HAN: Final = 3
_LONGEST_LATIN: Final = 2
_RUN: Final = re.compile(r"[\u3400-\u9fff]+|[a-z']+(?: [a-z']+)*")
_SWEEPS: Final = 60
_CLOSE_ENOUGH: Final = 2e-3
_LEAST_WEIGHT: Final = 0.01
_LINE: Final = 108


def clues(detector: LexiconDetector, text: str, kind: str | None = None) -> frozenset[str]:
    """Return everything of a text that can be weighed."""
    return words(detector, text, kind) | detector.clues(text, kind)


def words(detector: LexiconDetector, text: str, kind: str | None = None) -> frozenset[str]:
    """Return the words that can be weighed: runs of up to three characters, and one or two English words."""
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
    """What each clue weighs, and what nothing at all weighs."""

    start: float
    clues: dict[str, float]

    def of(self, said: Iterable[str]) -> float:
        """Return the weight of what is said."""
        return self.start + sum(self.clues.get(clue, 0.0) for clue in said)


@dataclass(slots=True)
class _Fit:
    """Texts, their labels, and what the weights found so far say of each."""

    truth: list[float]
    margins: list[float]
    chances: list[float]

    def step(self, holders: Sequence[int], weight: float, strictness: float, modesty: float) -> float:
        """Return the Newton step of one weight under the penalties, at most one."""
        chances, truth = self.chances, self.truth
        slope, curve = modesty * weight, modesty
        for i in holders:
            chance = chances[i]
            slope += chance - truth[i]
            curve += chance * (1 - chance)
        curve = max(curve, 1e-6)
        aim = weight - slope / curve
        bound = strictness / curve
        shrunk = aim - bound if aim > bound else aim + bound if aim < -bound else 0.0
        return max(-1.0, min(1.0, shrunk - weight))

    def move(self, holders: Sequence[int], step: float) -> None:
        """Let a weight change by a step."""
        margins, chances = self.margins, self.chances
        for i in holders:
            margin = margins[i] = margins[i] + step
            chances[i] = 1 / (1 + exp(-max(-30.0, min(30.0, margin))))


def holders_of(texts: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    """Return which texts hold each clue, for the clues that enough texts hold."""
    count = Counter(clue for text in texts for clue in text)
    holders: dict[str, list[int]] = {clue: [] for clue in sorted(count) if count[clue] >= FEWEST_TEXTS}
    for i, text in enumerate(texts):
        for clue in text:
            if clue in holders:
                holders[clue].append(i)
    return holders


def weigh(
    holders: dict[str, list[int]], labels: Sequence[bool], strictness: float = STRICTNESS, modesty: float = MODESTY
) -> Weights:
    """Return the weights that tell the labelled texts apart."""
    fit = _Fit([float(label) for label in labels], [0.0] * len(labels), [0.5] * len(labels))
    everything = range(len(labels))
    weights = dict.fromkeys(holders, 0.0)
    start = 0.0
    active = list(holders)
    for sweep in range(_SWEEPS):
        largest = 0.0
        for _ in range(3):
            step = fit.step(everything, 0.0, 0.0, 0.0)
            start += step
            fit.move(everything, step)
            largest = max(largest, abs(step))
        for clue in active:
            step = fit.step(holders[clue], weights[clue], strictness, modesty)
            if step:
                weights[clue] += step
                fit.move(holders[clue], step)
                largest = max(largest, abs(step))
        # Clues without weight are looked at again every few sweeps only.
        if largest < _CLOSE_ENOUGH and len(active) == len(holders):
            break
        full = sweep % 6 == 5 or largest < _CLOSE_ENOUGH
        active = list(holders) if full else [clue for clue in active if weights[clue]]
    kept = {clue: round(weight, 2) for clue, weight in weights.items() if abs(weight) >= _LEAST_WEIGHT}
    return Weights(round(start, 2), kept)


def document(signal: Signal, weights: Weights) -> str:
    """Return a scale as a piece of a lexicon file."""
    lines = [
        f"  - id: {signal.replace('_', '-')}-weighed",
        f"    signal: {signal}",
        f"    start: {weights.start + LENIENCE[signal]:.2f}",
        *(["    trusts_entries: true"] if signal in TRUSTING else []),
        "    clues:",
    ]
    by_weight: dict[float, list[str]] = {}
    for clue, weight in weights.clues.items():
        by_weight.setdefault(weight, []).append(clue)
    for weight in sorted(by_weight, reverse=True):
        lines += [f"      '{weight:.2f}': {_quoted(BETWEEN.join(sorted(by_weight[weight])))}"]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


HEAD: Final = """\
# What tells a signal only together, weighed over labelled texts by
# python -m collection_guard.facts.content.weighing: rather label more texts and weigh again than edit this.
"""


@dataclass(slots=True)
class Evidence:
    """What can be weighed: which texts hold each clue, and what each text says."""

    holders: dict[str, list[int]]
    labels: list[frozenset[Signal]]
    acts: dict[str, frozenset[Signal]]

    def of(self, signal: Signal) -> dict[str, list[int]]:
        """Return the clues of a signal: an act that is another signal tells nothing about this one."""
        return {
            clue: held
            for clue, held in self.holders.items()
            if clue[0] not in _ACTS or not self.acts[clue[1:]] or signal in self.acts[clue[1:]]
        }

    def says(self, signal: Signal) -> list[bool]:
        """Return which texts say a signal."""
        return [signal in said for said in self.labels]


def evidence(detector: LexiconDetector, texts: Iterable[Labelled]) -> Evidence:
    """Return the evidence of labelled texts and of the lexicon's texts of everyday life, which say nothing."""
    lexicon = detector.lexicon
    read: list[frozenset[str]] = []
    labels: list[frozenset[Signal]] = []
    for text in texts:
        read.append(clues(detector, text.text, text.channel))
        labels.append(frozenset(signal for signal, said in text.labels.items() if said))
    for harmless in lexicon.benign:
        read += [clues(detector, harmless)] * EVERYDAY
        labels += [frozenset()] * EVERYDAY
    acts = {name: frozenset(act.signals) for name, act in lexicon.acts.items()}
    return Evidence(holders_of(read), labels, acts)


def main() -> None:
    """Weigh the texts named on the command line and print the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    asked = options.parse_args()
    found = evidence(LexiconDetector(), [text for file in asked.files for text in read_labelled(file)])
    sys.stdout.write(HEAD + "scales:\n")
    for signal in SIGNALS:
        sys.stdout.write(document(signal, weigh(found.of(signal), found.says(signal))))


__all__ = ["Evidence", "Weights", "clues", "document", "evidence", "holders_of", "weigh", "words"]

if __name__ == "__main__":
    main()

"""Weights of the scales from labelled texts: logistic regression whose weights cost, by coordinate descent.

``python -m collection_guard.facts.content.weighing TEXTS…`` prints the scales of all signals as a file of the lexicon.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp
from pathlib import Path
from typing import Final

from collection_guard.facts.content.characters import is_han
from collection_guard.facts.content.context import layout
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.evaluation import Labelled, read_labelled
from collection_guard.facts.content.scales import BETWEEN, HEARD, SILENCED, TOGETHER, latin_words, together
from collection_guard.facts.content.schema import SIGNALS, Signal

# A clue must stand in this many texts to be weighed.
FEWEST_TEXTS: Final = 3
# How much each weight costs, and from where on it is kept: what is kept is weighed once more without the rest.
MODESTY: Final = 1.0
LEAST_WEIGHT: Final = 0.1
# What is taken from what must be outweighed, so that both errors are about as frequent on families not weighed.
LENIENCE: Final[dict[Signal, float]] = {
    "debt_disclosure": 0.2,
    "threat": 1.5,
    "abuse": 0.6,
    "impersonates_authority": 1.5,
    "claims_lawyer": 0.9,
    "public_shaming": 1.5,
    "false_legal_claim": 1.3,
    "third_party_pressure": 1.9,
    "solicits_private_payment": 0.3,
    "credit_repair_or_rate_scam": 1.8,
    "pii_leak": 0.4,
    "relay_only": 1.4,
}
_ACTS: Final = (HEARD, SILENCED)
_LONGEST_HAN: Final = 3
_SWEEPS: Final = 60
_CLOSE_ENOUGH: Final = 5e-3
_LINE: Final = 108


def clues(detector: LexiconDetector, text: str, kind: str | None = None) -> frozenset[str]:
    """Return everything of a text that can be weighed: words, acts, frames and shapes, and any two of these."""
    found = detector.clues(text, kind)
    return words(detector, text, kind).union(found, together(found))


def words(detector: LexiconDetector, text: str, kind: str | None = None) -> frozenset[str]:
    """Return the words that can be weighed: up to three Chinese characters in a row, and one or two English words."""
    lexicon = detector.lexicon
    own = layout(lexicon.normalise(text).text, lexicon.speakers, kind).own
    places = range(len(own))
    han = (own[i : i + size] for size in range(1, _LONGEST_HAN + 1) for i in places)
    return frozenset(latin_words(own)).union(word for word in han if all(map(is_han, word)))


@dataclass(slots=True)
class Weights:
    """What each clue weighs, and what nothing at all weighs."""

    start: float
    clues: dict[str, float]

    def of(self, said: Iterable[str]) -> float:
        """Return the weight of what is said."""
        return self.start + sum(self.clues.get(clue, 0.0) for clue in said)


class _Fit:
    """Texts, their labels, and what the weights found so far say of each."""

    def __init__(self, labels: Sequence[bool]) -> None:
        self.truth = [float(label) for label in labels]
        self.margins = [0.0] * len(labels)
        # How far the answer of each text is from its label, and how much it would move.
        self.missed = [0.5 - truth for truth in self.truth]
        self.curves = [0.25] * len(labels)

    def step(self, holders: Sequence[int], weight: float, modesty: float) -> float:
        """Return the Newton step of one weight under the penalty, at most one."""
        slope = modesty * weight + sum(map(self.missed.__getitem__, holders))
        curve = modesty + sum(map(self.curves.__getitem__, holders))
        return max(-1.0, min(1.0, -slope / max(curve, 1e-6)))

    def move(self, holders: Sequence[int], step: float) -> None:
        """Let a weight change by a step."""
        margins = self.margins
        for i in holders:
            margin = margins[i] = margins[i] + step
            chance = 1 / (1 + exp(-max(-30.0, min(30.0, margin))))
            self.missed[i] = chance - self.truth[i]
            self.curves[i] = chance * (1 - chance)


def holders_of(texts: Sequence[frozenset[str]]) -> dict[str, list[int]]:
    """Return which texts hold each clue, for the clues that enough texts hold."""
    count = Counter(clue for text in texts for clue in text)
    holders: dict[str, list[int]] = {clue: [] for clue in sorted(count) if count[clue] >= FEWEST_TEXTS}
    for i, text in enumerate(texts):
        for clue in text:
            if clue in holders:
                holders[clue].append(i)
    return holders


def weigh(holders: dict[str, list[int]], labels: Sequence[bool], modesty: float = MODESTY) -> Weights:
    """Return the weights that tell the labelled texts apart."""
    found = _weighed(holders, labels, modesty)
    kept = {clue: holders[clue] for clue, weight in found.clues.items() if abs(weight) >= LEAST_WEIGHT}
    again = _weighed(kept, labels, modesty)
    return Weights(round(again.start, 2), {clue: round(weight, 2) for clue, weight in again.clues.items()})


def _weighed(holders: dict[str, list[int]], labels: Sequence[bool], modesty: float) -> Weights:
    fit = _Fit(labels)
    everything = range(len(labels))
    weights = dict.fromkeys(holders, 0.0)
    start = 0.0
    for _ in range(_SWEEPS):
        largest = 0.0
        for _ in range(3):
            step = fit.step(everything, 0.0, 0.0)
            start += step
            fit.move(everything, step)
            largest = max(largest, abs(step))
        for clue, held in holders.items():
            step = fit.step(held, weights[clue], modesty)
            if abs(step) > _CLOSE_ENOUGH / 10:
                weights[clue] += step
                fit.move(held, step)
                largest = max(largest, abs(step))
        if largest < _CLOSE_ENOUGH:
            break
    return Weights(start, weights)


def document(signal: Signal, weights: Weights) -> str:
    """Return a scale as a piece of a lexicon file."""
    lines = [
        f"  - id: {signal.replace('_', '-')}-weighed",
        f"    signal: {signal}",
        f"    start: {weights.start + LENIENCE[signal]:.2f}",
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
            if clue[0] not in _ACTS or TOGETHER in clue or not self.acts[clue[1:]] or signal in self.acts[clue[1:]]
        }

    def says(self, signal: Signal) -> list[bool]:
        """Return which texts say a signal."""
        return [signal in said for said in self.labels]


def evidence(detector: LexiconDetector, texts: Iterable[Labelled]) -> Evidence:
    """Return the evidence of labelled texts."""
    read: list[frozenset[str]] = []
    labels: list[frozenset[Signal]] = []
    for text in texts:
        read.append(clues(detector, text.text, text.channel))
        labels.append(frozenset(signal for signal, said in text.labels.items() if said))
    acts = {name: frozenset(act.signals) for name, act in detector.lexicon.acts.items()}
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

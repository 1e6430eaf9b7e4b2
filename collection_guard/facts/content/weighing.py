"""Weights of the scales from labelled texts: logistic regression whose weights cost.

``python -m collection_guard.facts.content.weighing TEXTS…`` prints the scales of all signals as a file of the lexicon.
"""

import argparse
import sys
from collections import Counter, deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from collection_guard.facts.content.characters import is_han
from collection_guard.facts.content.context import layout
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.evaluation import Labelled, read_labelled
from collection_guard.facts.content.scales import BETWEEN, HEARD, SILENCED, TOGETHER, growth, latin_words, together
from collection_guard.facts.content.schema import SIGNALS, Signal

# A clue must stand in this many texts to be weighed.
FEWEST_TEXTS: Final = 3
# How much each weight costs, and from where on it is kept: what is kept is weighed once more without the rest.
MODESTY: Final = 1.0
LEAST_WEIGHT: Final = 0.1
# What is taken from what must be outweighed, so that both errors are about as frequent with authors not weighed.
LENIENCE: Final[dict[Signal, float]] = {
    "debt_disclosure": 0.6,
    "threat": 1.3,
    "abuse": 1.6,
    "impersonates_authority": 1.4,
    "claims_lawyer": 0.9,
    "public_shaming": 1.0,
    "false_legal_claim": 1.2,
    "third_party_pressure": 1.7,
    "solicits_private_payment": 1.3,
    "credit_repair_or_rate_scam": 1.5,
    "pii_leak": 1.4,
    "relay_only": 0.8,
}
_ACTS: Final = (HEARD, SILENCED)
Floats: TypeAlias = NDArray[np.float64]
_LONGEST_HAN: Final = 3
# When the best weights are found: hardly any slope is left.
_FLAT: Final = 5e-3
_MOST_STEPS: Final = 600
_REMEMBERED: Final = 12
_NO_REACH: Final = 1e-9
_LINE: Final = 108


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
    holders: dict[str, list[int]],
    labels: Sequence[bool],
    shares: Sequence[float] | None = None,
    modesty: float = MODESTY,
) -> Weights:
    """Return the weights that tell the labelled texts apart; ``shares`` say how much the clues of each text count."""
    found = _weighed(holders, labels, shares, modesty)
    kept = {clue: holders[clue] for clue, weight in found.clues.items() if abs(weight) >= LEAST_WEIGHT}
    again = _weighed(kept, labels, shares, modesty)
    return Weights(round(again.start, 2), {clue: round(weight, 2) for clue, weight in again.clues.items()})


def _weighed(
    holders: dict[str, list[int]], labels: Sequence[bool], shares: Sequence[float] | None, modesty: float
) -> Weights:
    """Return the one best choice of weights, by steps that remember the last few slopes (L-BFGS)."""
    loss = _Loss(holders, labels, shares, modesty)
    at = np.zeros(len(holders) + 1)
    value, slope = loss(at)
    moves: deque[tuple[Floats, Floats]] = deque(maxlen=_REMEMBERED)
    for _ in range(_MOST_STEPS):
        if np.abs(slope).max() < _FLAT:
            break
        way = _downhill(slope, moves)
        reach = 1.0 if moves else 1.0 / float(np.abs(slope).sum())
        while (new := loss(at + reach * way))[0] > value + 1e-4 * reach * float(slope @ way) and reach > _NO_REACH:
            reach /= 2
        moves.append((reach * way, new[1] - slope))
        at = at + reach * way
        value, slope = new
    return Weights(float(at[-1]), dict(zip(holders, at.tolist(), strict=False)))


class _Loss:
    """What weights cost: how far they miss the labels, and their own size. The last weight is the start, it is free."""

    def __init__(
        self, holders: dict[str, list[int]], labels: Sequence[bool], shares: Sequence[float] | None, modesty: float
    ) -> None:
        self._truth = np.array(labels, dtype=np.float64)
        self._shares = np.ones(len(labels)) if shares is None else np.array(shares)
        self._texts = np.array([i for held in holders.values() for i in held], dtype=np.intp)
        self._clues = np.repeat(np.arange(len(holders)), [len(held) for held in holders.values()])
        self._modesty = modesty

    def __call__(self, at: Floats) -> tuple[float, Floats]:
        """Return the cost and how it changes with each weight."""
        weights, start = at[:-1], at[-1]
        margins = start + self._shares * np.bincount(self._texts, weights[self._clues], len(self._truth))
        missed = np.exp(-np.logaddexp(0, -margins)) - self._truth
        cost = np.logaddexp(0, margins) - self._truth * margins
        pulls = np.bincount(self._clues, (missed * self._shares)[self._texts], len(weights))
        slope = np.append(pulls + self._modesty * weights, missed.sum())
        return float(cost.sum() + self._modesty / 2 * weights @ weights), slope


def _downhill(slope: Floats, moves: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return the way down that the last moves, and what they did to the slope, suggest."""
    way = -slope
    shares: list[float] = []
    for move, change in reversed(moves):
        shares.append(float(move @ way) / float(move @ change))
        way = way - shares[-1] * change
    if moves:
        move, change = moves[-1]
        way = way * (float(move @ change) / float(change @ change))
    for (move, change), share in zip(moves, reversed(shares), strict=True):
        way = way + (share - float(change @ way) / float(move @ change)) * move
    return way


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
    """What can be weighed: which texts hold each clue, what each text says, and how much its clues count."""

    holders: dict[str, list[int]]
    labels: list[frozenset[Signal]]
    shares: list[float]
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
    shares: list[float] = []
    texts = list(texts)
    every = detector.clues((text.text, text.channel) for text in texts)
    for text, found in zip(texts, every, strict=True):
        shares.append(1 / growth(len(found)))
        read.append(words(detector, text.text, text.channel).union(found, together(found)))
        labels.append(frozenset(signal for signal, said in text.labels.items() if said))
    acts = {name: frozenset(act.signals) for name, act in detector.lexicon.acts.items()}
    return Evidence(holders_of(read), labels, shares, acts)


def main() -> None:
    """Weigh the texts named on the command line and print the file."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("files", nargs="+", type=Path)
    asked = options.parse_args()
    found = evidence(LexiconDetector(), [text for file in asked.files for text in read_labelled(file)])
    sys.stdout.write(HEAD + "scales:\n")
    for signal in SIGNALS:
        sys.stdout.write(document(signal, weigh(found.of(signal), found.says(signal), found.shares)))


__all__ = ["Evidence", "Weights", "document", "evidence", "holders_of", "weigh", "words"]

if __name__ == "__main__":
    main()

"""What numbers of contacts allow to say: intervals of a difference, and the limits within which chance alone moves."""

from dataclasses import dataclass
from math import exp, lgamma, log, sqrt
from typing import Final

from collection_guard.checks.rates import wilson

_NOTHING: Final = 1e-18
"""Beside the most likely outcome, what is rarer than this changes no sum of probabilities."""


@dataclass(frozen=True, slots=True)
class Share:
    """Some of a number of things, with the Wilson 95 % interval of the share."""

    hits: int
    of: int

    @property
    def value(self) -> float | None:
        """Return the share, None of nothing."""
        return self.hits / self.of if self.of else None

    @property
    def low(self) -> float:
        """Return the lower end of the interval; of nothing, 0."""
        return wilson(self.hits, self.of)[0]

    @property
    def high(self) -> float:
        """Return the upper end of the interval; of nothing, 1."""
        return wilson(self.hits, self.of)[1]


def difference(before: Share, after: Share) -> tuple[float, float]:
    """Return the 95 % interval of the second share less the first (Newcombe's hybrid of Wilson intervals)."""
    if before.value is None or after.value is None:
        return -1.0, 1.0
    middle = after.value - before.value
    low = middle - sqrt((after.value - after.low) ** 2 + (before.high - before.value) ** 2)
    high = middle + sqrt((after.high - after.value) ** 2 + (before.value - before.low) ** 2)
    return low, high


def outcomes(of: int, share: float) -> tuple[int, list[float]]:
    """Return the first number of hits that is at all likely, and the probability of it and each one after it."""
    if share <= 0 or share >= 1:
        return (0 if share <= 0 else of), [1.0]
    middle = min(of, int((of + 1) * share))
    odds = share / (1 - share)
    at_middle = exp(
        lgamma(of + 1)
        - lgamma(middle + 1)
        - lgamma(of - middle + 1)
        + middle * log(share)
        + (of - middle) * log(1 - share)
    )
    below: list[float] = []
    chance, hits = at_middle, middle
    while hits > 0 and chance > _NOTHING:
        chance *= hits / ((of - hits + 1) * odds)
        hits -= 1
        below.append(chance)
    above = [at_middle]
    chance, hits = at_middle, middle
    while hits < of and chance > _NOTHING:
        chance *= (of - hits) * odds / (hits + 1)
        hits += 1
        above.append(chance)
    return middle - len(below), below[::-1] + above


def tails(hits: int, of: int, share: float) -> tuple[float, float]:
    """Return how likely so few hits are, and how likely so many, where each of a number has the same chance."""
    first, chances = outcomes(of, share)
    place = hits - first
    return sum(chances[: max(0, place + 1)]), sum(chances[max(0, place) :])


def funnel_limit(of: int, share: float, level: float) -> float:
    """Return the share below which the share of hits stays by chance with a probability of ``level``.

    Between two numbers of hits it is interpolated, so that the limits of a funnel plot are smooth (Spiegelhalter).
    """
    first, chances = outcomes(of, share)
    reached = 0.0
    for hits, chance in enumerate(chances, first):
        if reached + chance >= level:
            return min(1.0, max(0.0, (hits - (reached + chance - level) / chance) / of))
        reached += chance
    return 1.0

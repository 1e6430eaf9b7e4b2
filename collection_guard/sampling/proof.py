"""What a sample of a given size proves: exactly, for draws without replacement from a population that is known."""

from fractions import Fraction
from math import ceil
from typing import Final

_CLOSE: Final = 1e-6
"""Where a probability in floating point comes so near to the limit, the exact one decides."""


def miss_probability(population: int, bad: int, size: int) -> float:
    """Return how likely a sample has none of the bad ones: C(population - bad, size) / C(population, size)."""
    if size > population - bad:
        return 0.0
    few, many = sorted((bad, size))
    chance = 1.0
    for place in range(few):
        chance *= (population - many - place) / (population - place)
    return chance


def _is_missed_less(population: int, bad: int, size: int, limit: Fraction) -> bool:
    """Say whether a sample misses all bad ones with less than a probability."""
    chance = miss_probability(population, bad, size)
    if abs(chance - float(limit)) > _CLOSE * float(limit):
        return chance < limit
    few, many = sorted((bad, size))
    over, under = 1, 1
    for place in range(few):
        over *= population - many - place
        under *= population - place
    return over * limit.denominator < limit.numerator * under


def discovery_size(population: int, rate: float, confidence: float) -> int:
    """Return the smallest sample that holds a bad one with more than a confidence, if so many of all are bad.

    The number of bad ones is rounded up: a rate of 0.5 % of 500 are three.
    """
    return _size(population, ceil(_exact(rate) * population), 1 - _exact(confidence))


def _size(population: int, bad: int, limit: Fraction) -> int:
    low, high = 0, population
    while low < high:
        middle = (low + high) // 2
        if _is_missed_less(population, bad, middle, limit):
            high = middle
        else:
            low = middle + 1
    return low


def most_unseen(population: int, size: int, confidence: float) -> int:
    """Return how many bad ones may be there at most, with a confidence, if a sample holds none of them.

    With one more the sample would have held one with more than that confidence.
    """
    limit = 1 - _exact(confidence)
    low, high = 0, population - size
    while low < high:
        middle = (low + high + 1) // 2
        if _is_missed_less(population, middle, size, limit):
            high = middle - 1
        else:
            low = middle
    return low


def _exact(value: float) -> Fraction:
    """Return the fraction that a person means by 0.95."""
    return Fraction(str(value))

"""What reviews of a sample say of a whole: shares over strata, corrected rates, and how far reviewers agree."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

from collection_guard.checks.rates import wilson

_Z: Final = NormalDist().inv_cdf(0.975)


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its 95 % interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Reviewed:
    """One stratum: how many it has, how many of them were reviewed, and of how many of these something was found."""

    population: int
    reviewed: int
    found: int


def share(strata: Iterable[Reviewed]) -> Estimate | None:
    """Return the share of all in which it would be found, by strata; None where of some stratum nothing was reviewed.

    The interval puts the Wilson intervals of the strata together (the method of variance estimates recovery, Zou and
    Donner); of one stratum it is its Wilson interval. That populations are finite is left out: it is a little too wide.
    """
    strata = [stratum for stratum in strata if stratum.population]
    total = sum(stratum.population for stratum in strata)
    if not strata or any(not stratum.reviewed for stratum in strata):
        return None
    value = below = above = 0.0
    for stratum in strata:
        weight, part = stratum.population / total, stratum.found / stratum.reviewed
        low, high = wilson(stratum.found, stratum.reviewed)
        value += weight * part
        below += (weight * (part - low)) ** 2
        above += (weight * (high - part)) ** 2
    return Estimate(value, max(0.0, value - sqrt(below)), min(1.0, value + sqrt(above)))


def rogan_gladen(apparent: float, sensitivity: float, specificity: float) -> float:
    """Return the true rate where so many are flagged by what finds and spares so many (Rogan and Gladen 1978)."""
    power = sensitivity + specificity - 1
    if power <= 0:
        raise ValueError("what flags right and wrong alike says nothing of a rate")
    return min(1.0, max(0.0, (apparent + specificity - 1) / power))


def kappa(pairs: Mapping[tuple[str, str], int]) -> Estimate | None:
    """Return Cohen's kappa of two reviewers, None where chance alone would make them agree, or nothing was reviewed.

    ``pairs`` counts the answers of the first and the second. The interval is that of Fleiss, Cohen and Everitt (1969).
    """
    total = sum(pairs.values())
    words = sorted({word for pair in pairs for word in pair})
    if not total:
        return None
    first = {word: sum(count for pair, count in pairs.items() if pair[0] == word) / total for word in words}
    second = {word: sum(count for pair, count in pairs.items() if pair[1] == word) / total for word in words}
    agreed = sum(pairs.get((word, word), 0) for word in words) / total
    chance = sum(first[word] * second[word] for word in words)
    if chance >= 1:
        return None
    value = (agreed - chance) / (1 - chance)
    rest = 1 - value
    on = sum(pairs.get((word, word), 0) / total * (1 - (first[word] + second[word]) * rest) ** 2 for word in words)
    off = rest**2 * sum(
        count / total * (second[left] + first[right]) ** 2 for (left, right), count in pairs.items() if left != right
    )
    variance = (on + off - (value - chance * rest) ** 2) / (1 - chance) ** 2 / total
    half = _Z * sqrt(max(0.0, variance))
    return Estimate(value, max(-1.0, value - half), min(1.0, value + half))

"""How far the clock of one side runs ahead of the other's, agency by agency, as their pairs of rows tell it."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from statistics import median
from typing import Final

from collection_guard.reconciliation.rows import Row

LEAST_PAIRS: Final = 5
"""Fewer pairs tell nothing of a clock."""
LEAST_SHARE: Final = 0.2
"""Nor does a peak that fewer than this share of the rows with a possible partner stand behind."""
_ROUNDS: Final = 3
_MOST_NEAR: Final = 50
"""A row with more possible partners than this says nothing of the clock."""

Pair = tuple[Row, Row]


@dataclass(frozen=True, slots=True)
class Skew:
    """How many seconds the first side's clock runs ahead of the second's; 0 where that cannot be told."""

    seconds: float = 0.0
    pairs: int = 0
    """Confident pairs that the estimate rests on."""
    spread: float = 0.0
    """Half of the pairs differ from the estimate by no more than this."""
    known: bool = False
    example: Pair | None = None
    """The pair whose difference is the median."""


def difference(left: Row, right: Row) -> float:
    """Return by how much later the left row is, both taken at the middle of what their times leave open."""
    return left.second + left.precision / 2 - right.second - right.precision / 2


def estimate_skews(pairs: Iterable[Pair], tolerance: float) -> dict[str | None, Skew]:
    """Return the skew of each agency from pairs that may be one contact, whatever their distance in time.

    First the difference is found around which most pairs lie. Then the median is taken of the confident pairs near
    it: rows that have one possible partner there, on both sides.
    """
    by_agency: dict[str | None, list[Pair]] = defaultdict(list)
    for left, right in pairs:
        by_agency[left.agency or right.agency].append((left, right))
    return {agency: _estimate(found, tolerance) for agency, found in by_agency.items()}


def _estimate(pairs: Sequence[Pair], tolerance: float) -> Skew:
    near = Counter(id(row) for pair in pairs for row in pair)
    telling = [(difference(*pair), pair) for pair in pairs if max(near[id(pair[0])], near[id(pair[1])]) <= _MOST_NEAR]
    if not telling:
        return Skew()
    centre = _peak(sorted(found for found, _ in telling), max(tolerance / 2, 1.0))
    confident: list[tuple[float, Pair]] = []
    for _ in range(_ROUNDS):
        confident = _confident(telling, centre, tolerance)
        moved = median(found for found, _ in confident) if confident else centre
        if moved == centre:
            break
        centre = moved
    rows = min(len({id(pair[side]) for _, pair in telling}) for side in (0, 1))
    if len(confident) < max(LEAST_PAIRS, LEAST_SHARE * rows):
        return Skew(pairs=len(confident))
    seconds = median(found for found, _ in confident)
    spread = median(abs(found - seconds) for found, _ in confident)
    _, example = min(confident, key=lambda item: (abs(item[0] - seconds), item[1][0].sort_key(), item[1][1].sort_key()))
    return Skew(seconds, len(confident), spread, known=True, example=example)


def _peak(differences: Sequence[float], width: float) -> float:
    """Return the difference that most others lie near, each counting less the farther off; 0 wins a tie.

    With this weight two logs that are the same have their peak at 0, however often a number was redialled.
    """
    sums = [0.0, *accumulate(differences)]

    def weight(centre: float) -> float:
        low, middle, high = (
            bisect_left(differences, centre - width),
            bisect_right(differences, centre),
            bisect_right(differences, centre + width),
        )
        below = (middle - low) * (width - centre) + sums[middle] - sums[low]
        above = (high - middle) * (width + centre) - (sums[high] - sums[middle])
        return below + above

    # Rounded, so that sums of floats do not decide between two peaks of one height.
    return min({0.0, *differences}, key=lambda centre: (-round(weight(centre), 3), abs(centre), centre))


def _confident(telling: Sequence[tuple[float, Pair]], centre: float, tolerance: float) -> list[tuple[float, Pair]]:
    near = [(found, pair) for found, pair in telling if abs(found - centre) <= tolerance]
    count = Counter(id(row) for _, pair in near for row in pair)
    return [(found, pair) for found, pair in near if count[id(pair[0])] == count[id(pair[1])] == 1]


def skew_of(left: Row, right: Row, skews: Mapping[str | None, Skew]) -> float:
    """Return the seconds by which the left clock runs ahead for a pair of rows."""
    found = skews.get(left.agency or right.agency)
    return found.seconds if found is not None else 0.0

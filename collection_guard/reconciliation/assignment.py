"""The best pairing of two sides, and how far every other pairing falls behind it.

A pairing gains what its edges gain; each row of either side has one partner at most. This is the Hungarian method on a
sparse graph: prices stand beside the rows such that no edge gains more than the prices of its two rows, edges of the
pairing gain exactly that, and rows without a partner have the price 0. What another pairing loses is then the slack of
its edges plus the prices of the rows that it leaves alone, which makes the nearest rival of a pair a shortest path.
"""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_FREE: Final = -1


@dataclass(frozen=True, slots=True)
class Rival:
    """The best pairing without one pair: what it loses, and the rows whose partner it changes."""

    loss: int
    left: frozenset[int]
    right: frozenset[int]
    leaves_others: bool
    """Other rows stay without a partner than before."""


@dataclass(slots=True)
class _Walk:
    """Shortest alternating ways from one row, by the distance at which each row is met."""

    near: dict[int, int]
    far_from: dict[int, int] = field(default_factory=dict)
    """For each row of the other side, the row from which it was met."""
    far: dict[int, int] = field(default_factory=dict)
    end: tuple[int, int, bool] | None = None
    """The nearest end: its distance, its row, and whether the row is of the other side."""


class Assignment:
    """The pairing of greatest gain of a bipartite graph. Gains are whole numbers above 0."""

    def __init__(self, gains: Mapping[tuple[int, int], int]) -> None:
        self._edges: tuple[dict[int, dict[int, int]], dict[int, dict[int, int]]] = ({}, {})
        for (left, right), gain in gains.items():
            self._edges[0].setdefault(left, {})[right] = gain
            self._edges[1].setdefault(right, {})[left] = gain
        self._price: tuple[dict[int, int], dict[int, int]] = (
            {left: max(found.values()) for left, found in self._edges[0].items()},
            dict.fromkeys(self._edges[1], 0),
        )
        self._partner: tuple[dict[int, int], dict[int, int]] = ({}, {})
        for left in self._edges[0]:
            self._place(left)

    def pairs(self) -> dict[int, int]:
        """Return the right row of each left row that has one."""
        return dict(self._partner[0])

    def _place(self, left: int) -> None:
        """Find the best place for one more row: a free partner, or that of a row which is better left alone."""
        walk = self._walk(0, left)
        assert walk.end is not None  # noqa: S101  # every row may at worst stay alone
        distance, last, is_right = walk.end
        for row, met in walk.near.items():
            if met < distance:
                self._price[0][row] -= distance - met
        for row, met in walk.far.items():
            if met < distance:
                self._price[1][row] += distance - met
        # A row that is left alone at the end passes its partner to the row from which it was met.
        right = last if is_right else self._partner[0].pop(last, _FREE)
        while right != _FREE:
            row = walk.far_from[right]
            before = self._partner[0].get(row, _FREE)
            self._partner[0][row], self._partner[1][right] = right, row
            right = before

    def _walk(self, side: int, start: int, *, most: int | None = None) -> _Walk:
        """Walk from a row over edges that are no pairs, and back over pairs, to the nearest end.

        A way ends at a row without a partner on the other side, or at a row of this side that is left alone at its
        price. It passes no row farther away than ``most``.
        """
        walk = _Walk({start: 0})
        other = 1 - side
        queue = [(0, 0, start)]
        done: set[tuple[int, int]] = set()
        best: tuple[int, int, bool] | None = None
        while queue:
            distance, kind, row = heapq.heappop(queue)
            if (best is not None and distance >= best[0]) or (most is not None and distance > most):
                break
            if (kind, row) in done:
                continue
            done.add((kind, row))
            if kind == 1:
                partner = self._partner[other].get(row)
                if partner is None:
                    best = (distance, row, True)
                    break
                walk.near[partner] = distance
                heapq.heappush(queue, (distance, 0, partner))
                continue
            alone = distance + self._price[side][row]
            if best is None or alone < best[0]:
                best = (alone, row, False)
            for far, gain in self._edges[side][row].items():
                if self._partner[side].get(row) == far:
                    continue
                met = distance + self._price[side][row] + self._price[other][far] - gain
                if met < walk.far.get(far, met + 1):
                    walk.far[far], walk.far_from[far] = met, row
                    heapq.heappush(queue, (met, 1, far))
        walk.end = best if best is not None and (most is None or best[0] <= most) else None
        return walk

    # --- rivals -------------------------------------------------------------------------------------------------

    def rivals(self, left: int, margin: int) -> list[Rival]:
        """Return the best pairings in which a paired row has another partner or none, if they lose less than a margin.

        One of them changes partners all around and leaves nobody alone who was not; the other leaves others alone.
        """
        right = self._partner[0][left]
        return [found for found in (self._ring(left, right, margin), self._apart(left, right, margin)) if found]

    def _ring(self, left: int, right: int, margin: int) -> Rival | None:
        """Return the best change of partners all around, which leaves nobody alone who was not."""
        distance, steps = self._way_to(left, right, margin)
        if distance is None:
            return None
        lefts = {left, *(row for row, _ in steps)}
        return Rival(distance, frozenset(lefts), frozenset({right, *(far for _, far in steps)}), leaves_others=False)

    def _way_to(self, left: int, right: int, margin: int) -> tuple[int | None, list[tuple[int, int]]]:
        """Return the shortest way from a row around to its own partner, and its edges."""
        met_from: dict[int, int] = {}
        far: dict[int, int] = {}
        queue = [(0, left)]
        done: set[int] = set()
        while queue:
            distance, row = heapq.heappop(queue)
            if row in done:
                continue
            done.add(row)
            for other, gain in self._edges[0][row].items():
                if self._partner[0].get(row) == other:
                    continue
                met = distance + self._price[0][row] + self._price[1][other] - gain
                if met >= margin or met >= far.get(other, met + 1):
                    continue
                far[other], met_from[other] = met, row
                if other != right and (partner := self._partner[1].get(other)) is not None:
                    heapq.heappush(queue, (met, partner))
        if right not in far:
            return None, []
        steps, row = [(met_from[right], right)], met_from[right]
        while row != left:
            other = self._partner[0][row]
            steps.append((met_from[other], other))
            row = met_from[other]
        return far[right], steps

    def _apart(self, left: int, right: int, margin: int) -> Rival | None:
        """Return the best pairing in which both rows of a pair find another place, or none."""
        one, two = self._leave(0, left, margin), self._leave(1, right, margin)
        if one is None or two is None or one.loss + two.loss >= margin:
            return None
        # Where the two ways meet, they make a ring, which leaves nobody alone.
        if one.left & two.left or one.right & two.right:
            return None
        return Rival(one.loss + two.loss, one.left | two.left, one.right | two.right, leaves_others=True)

    def _leave(self, side: int, row: int, margin: int) -> Rival | None:
        """Return what it costs to find a row another place than beside its partner, and the rows on the way."""
        walk = self._walk(side, row, most=margin)
        if walk.end is None:
            return None
        distance, last, is_far = walk.end
        own, others = {row}, set[int]()
        here = last
        if is_far:
            others.add(last)
            here = walk.far_from[last]
        while here != row:
            own.add(here)
            across = self._partner[side][here]
            others.add(across)
            here = walk.far_from[across]
        sides = (frozenset(own), frozenset(others))
        return Rival(distance, sides[side], sides[1 - side], leaves_others=True)


def components(gains: Mapping[tuple[int, int], int]) -> list[dict[tuple[int, int], int]]:
    """Return the edges that hang together, in the order of their first left rows."""
    above: dict[tuple[int, int], tuple[int, int]] = {}

    def root(row: tuple[int, int]) -> tuple[int, int]:
        top = row
        while above.setdefault(top, top) != top:
            top = above[top]
        while row != top:
            above[row], row = top, above[row]
        return top

    for left, right in gains:
        above[root((1, right))] = root((0, left))
    found: dict[tuple[int, int], dict[tuple[int, int], int]] = {}
    for pair, gain in sorted(gains.items()):
        found.setdefault(root((0, pair[0])), {})[pair] = gain
    return list(found.values())

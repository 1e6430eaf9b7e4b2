"""The best pairing, and the nearest rival of each pair, held against every pairing there is."""

from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from collection_guard.reconciliation.assignment import Assignment, components

GAINS = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 12), max_size=14)
MARGIN = 6


def pairings(gains: dict[tuple[int, int], int]) -> Iterator[dict[int, int]]:
    """Yield every pairing that the edges allow."""
    lefts = sorted({left for left, _ in gains})

    def from_place(place: int, taken: frozenset[int]) -> Iterator[dict[int, int]]:
        if place == len(lefts):
            yield {}
            return
        yield from from_place(place + 1, taken)
        for left, right in gains:
            if left == lefts[place] and right not in taken:
                for rest in from_place(place + 1, taken | {right}):
                    yield {left: right} | rest

    yield from from_place(0, frozenset())


def gain_of(pairing: dict[int, int], gains: dict[tuple[int, int], int]) -> int:
    """Return what a pairing gains."""
    return sum(gains[pair] for pair in pairing.items())


@given(GAINS)
def test_no_pairing_gains_more(gains: dict[tuple[int, int], int]) -> None:
    """The pairing found gains as much as the best of all pairings."""
    found = Assignment(gains).pairs()
    assert len(set(found.values())) == len(found)
    assert gain_of(found, gains) == max(gain_of(pairing, gains) for pairing in pairings(gains))


@settings(max_examples=300)
@given(GAINS)
@example({(0, 0): 1, (0, 1): 1, (1, 0): 1, (1, 1): 1})
@example({(0, 0): 8, (0, 1): 8})
def test_rivals_are_the_best_pairings_without_a_pair(gains: dict[tuple[int, int], int]) -> None:
    """A pair has a rival exactly if a pairing without it loses less than the margin, and the least loss is named."""
    assignment = Assignment(gains)
    best = assignment.pairs()
    for left, right in best.items():
        losses = [
            gain_of(best, gains) - gain_of(pairing, gains) for pairing in pairings(gains) if pairing.get(left) != right
        ]
        rivals = assignment.rivals(left, MARGIN)
        if min(losses) < MARGIN:
            assert min(rival.loss for rival in rivals) == min(losses)
        else:
            assert rivals == []
        for rival in rivals:
            assert left in rival.left
            assert right in rival.right


@given(GAINS)
def test_a_ring_leaves_nobody_alone(gains: dict[tuple[int, int], int]) -> None:
    """A rival that leaves nobody alone has a pairing of the same rows that loses as much."""
    assignment = Assignment(gains)
    best = assignment.pairs()
    for left in best:
        for rival in assignment.rivals(left, MARGIN):
            same = [
                pairing
                for pairing in pairings(gains)
                if pairing.get(left) != best[left]
                and gain_of(best, gains) - gain_of(pairing, gains) == rival.loss
                and (set(pairing) == set(best) and set(pairing.values()) == set(best.values()))
                is not rival.leaves_others
            ]
            assert same, rival


@given(GAINS)
def test_components_hang_together(gains: dict[tuple[int, int], int]) -> None:
    """Every edge lies within one component, and no row is in two."""
    found = components(gains)
    assert sorted(pair for edges in found for pair in edges) == sorted(gains)
    assert all(gains[pair] == gain for edges in found for pair, gain in edges.items())
    for side in (0, 1):
        rows = [{pair[side] for pair in edges} for edges in found]
        assert sum(map(len, rows)) == len({pair[side] for pair in gains})
    for edges in found:
        reached = {next(iter(edges))}
        while more := {pair for pair in edges if any(pair[0] == p[0] or pair[1] == p[1] for p in reached)} - reached:
            reached |= more
        assert reached == set(edges)

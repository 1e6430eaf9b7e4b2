"""Which rows of two sides are one contact: the same agency, number or case, and time, once the clocks agree."""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from collection_guard.reconciliation.assignment import Assignment, components
from collection_guard.reconciliation.rows import Row, may_be_same_number
from collection_guard.reconciliation.skew import Skew, difference, estimate_skews, skew_of

WIDEST_SKEW: Final = 14 * 3600.0
"""No clock that shows the time of any zone on earth is farther off from another in mainland China."""
MARGIN: Final = 1 / 12
"""A pairing is certain if every other loses at least so much against it, in tolerances: 10 of 120 seconds."""
ALONE: Final = 1.25
"""Two rows are taken apart rather than together if together they would differ by more than this, in tolerances."""
NEARBY: Final = 3600.0
"""Within so many seconds a row of the other side is worth a look, though it is too far off to be a partner."""
CONTRADICTION: Final = 0.25
"""What one contradiction between two rows counts, in tolerances: who answered, how long, who called."""


@dataclass(frozen=True, slots=True)
class Tolerances:
    """How far two rows of one contact may lie apart, in seconds."""

    time: float = 120.0
    duration: float = 5.0
    legs: float = 2.0
    skew: float = 60.0


@dataclass(frozen=True, slots=True)
class Group:
    """Rows that belong together in more than one way."""

    left: tuple[Row, ...]
    right: tuple[Row, ...]
    leaves_others: bool
    """Which of them stay without a partner cannot be told; else only who belongs to whom."""


@dataclass(frozen=True, slots=True)
class Matching:
    """What belongs together, and what has no partner."""

    pairs: tuple[tuple[Row, Row], ...] = ()
    left: tuple[Row, ...] = ()
    """Rows of the first side without a partner."""
    right: tuple[Row, ...] = ()
    groups: tuple[Group, ...] = ()
    incomparable: tuple[Row, ...] = ()
    """Rows with neither a number nor a case: nothing says which row of the other side they could be."""
    skews: Mapping[str | None, Skew] = field(default_factory=dict)
    nearest: Mapping[int, Row] = field(default_factory=dict)
    """For rows without a partner, by ``id``: the row of the other side that comes nearest in time."""


def match(lefts: Sequence[Row], rights: Sequence[Row], tolerances: Tolerances, *, same_clock: bool = False) -> Matching:
    """Match two sides, each row with one of the other at most. The order of the rows does not matter."""
    lefts, rights = sorted(lefts, key=Row.sort_key), sorted(rights, key=Row.sort_key)
    comparable = [row for row in lefts if row.number or row.case], [row for row in rights if row.number or row.case]
    incomparable = [row for row in (*lefts, *rights) if not (row.number or row.case)]
    index = _Index(comparable[1])
    skews: dict[str | None, Skew] = {}
    if not same_clock:
        wide = (
            (left, right)
            for left in comparable[0]
            for right in index.near(left, left.second - WIDEST_SKEW, left.second + WIDEST_SKEW)
            if not _contradictions(left, right, tolerances)
        )
        skews = estimate_skews(wide, tolerances.time)
    matching = _Pairing(comparable, index, skews, tolerances).matching()
    return Matching(
        matching.pairs, matching.left, matching.right, matching.groups, tuple(incomparable), skews, matching.nearest
    )


class _Index:
    """Rows of one side by number and by case, in the order of time."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_number: dict[str, list[Row]] = defaultdict(list)
        self._by_case: dict[str, list[Row]] = defaultdict(list)
        self.place = {id(row): place for place, row in enumerate(rows)}
        for row in rows:
            if row.number is not None:
                self._by_number[row.number].append(row)
            if row.case is not None:
                self._by_case[row.case].append(row)
        self._longest = max((row.lasting for row in rows), default=0.0)

    def near(self, left: Row, earliest: float, latest: float) -> Iterator[Row]:
        """Yield the rows of a span of time that may be of the same contact, by number or by case.

        A number says more than a case: where both rows have one, it has to be the same.
        """
        seen: set[int] = set()
        groups = [self._by_number.get(left.number, []) if left.number else []]
        groups.append(self._by_case.get(left.case, []) if left.case else [])
        for group in groups:
            first = bisect_left(group, earliest - self._longest, key=_second)
            last = bisect_right(group, latest, key=_second)
            for right in group[first:last]:
                if id(right) not in seen and _compatible(left, right):
                    seen.add(id(right))
                    yield right


def _second(row: Row) -> float:
    return row.second


def _compatible(left: Row, right: Row) -> bool:
    """Say whether nothing that is recorded rules out that two rows are one contact."""
    if not may_be_same_number(left, right):
        return False
    if left.agency and right.agency and left.agency != right.agency:
        return False
    directions = left.event.direction, right.event.direction
    return None in directions or directions[0] == directions[1]


def talk_differs(left: Row, right: Row, tolerances: Tolerances) -> bool:
    """Say whether two rows record talks of different length."""
    if left.talk is None or right.talk is None:
        return False
    room = tolerances.duration + left.talk_precision + right.talk_precision
    return abs(left.talk - right.talk) > room


def _contradictions(left: Row, right: Row, tolerances: Tolerances) -> int:
    """Count what two rows contradict each other in; it does not rule out that they are one contact."""
    answered = left.connected, right.connected
    return talk_differs(left, right, tolerances) + (None not in answered and answered[0] != answered[1])


def distance(left: Row, right: Row, skew: float) -> float:
    """Return the seconds between two rows: a note may be timed at any moment of its call, to its end."""
    low = left.second - skew
    start, end = right.second, right.second + right.precision + right.lasting
    return max(0.0, start - low - left.precision, low - end)


class _Pairing:
    def __init__(
        self,
        sides: tuple[Sequence[Row], Sequence[Row]],
        index: _Index,
        skews: Mapping[str | None, Skew],
        tolerances: Tolerances,
    ) -> None:
        self._lefts, self._rights = sides
        self._index = index
        self._skews = skews
        self._tolerances = tolerances
        self._reach = tolerances.time + 60
        self._collectors = _collectors(self._lefts) & _collectors(self._rights)
        self._skew_room = max((abs(skew.seconds) for skew in skews.values()), default=0.0)

    def matching(self) -> Matching:
        """Return the best pairing, with what is not certain about it."""
        gains = dict(self._gains())
        pairs: list[tuple[Row, Row]] = []
        groups: list[Group] = []
        paired: tuple[set[int], set[int]] = (set(), set())
        for own in components(gains):
            assignment = Assignment(own)
            found = assignment.pairs()
            loose = _groups(assignment, found, round(1000 * MARGIN * self._tolerances.time))
            for members_left, members_right, leaves_others in loose:
                paired[0].update(members_left)
                paired[1].update(members_right)
                groups.append(
                    Group(
                        tuple(self._lefts[place] for place in sorted(members_left)),
                        tuple(self._rights[place] for place in sorted(members_right)),
                        leaves_others,
                    )
                )
            for left, right in sorted(found.items()):
                if left not in paired[0]:
                    paired[0].add(left)
                    paired[1].add(right)
                    pairs.append((self._lefts[left], self._rights[right]))
        alone = (
            tuple(row for place, row in enumerate(self._lefts) if place not in paired[0]),
            tuple(row for place, row in enumerate(self._rights) if place not in paired[1]),
        )
        return Matching(tuple(pairs), *alone, tuple(groups), nearest=self._nearest(*alone))

    def _gains(self) -> Iterator[tuple[tuple[int, int], int]]:
        limit = self._tolerances.time
        for place, left in enumerate(self._lefts):
            room = self._reach + self._skew_room
            for right in self._index.near(left, left.second - room, left.second + room):
                apart = distance(left, right, skew_of(left, right, self._skews))
                if apart > limit:
                    continue
                against = _contradictions(left, right, self._tolerances) + self._other_collector(left, right)
                cost = apart + against * CONTRADICTION * limit
                gain = round(1000 * (ALONE * limit - cost))
                if gain > 0:
                    yield (place, self._index.place[id(right)]), gain

    def _other_collector(self, left: Row, right: Row) -> bool:
        """Say whether two rows name two collectors, both of whom both sides know: ids of other systems say nothing."""
        names = left.event.collector.id, right.event.collector.id
        return names[0] != names[1] and self._collectors.issuperset(names)

    def _nearest(self, lefts: Iterable[Row], rights: Iterable[Row]) -> dict[int, Row]:
        """Find for each row without a partner the row that could be of the same contact, were it nearer in time."""
        found: dict[int, Row] = {}
        across = _Index(self._lefts)
        for index, rows, sign in ((self._index, lefts, 1), (across, rights, -1)):
            for row in rows:
                near = index.near(row, row.second - NEARBY, row.second + NEARBY)
                best = min(
                    (
                        (abs(sign * difference(row, other) - skew_of(row, other, self._skews)), place, other)
                        for place, other in enumerate(near)
                    ),
                    default=None,
                )
                if best is not None:
                    found[id(row)] = best[2]
        return found


def _collectors(rows: Iterable[Row]) -> set[str | None]:
    return {row.event.collector.id for row in rows} - {None}


def _groups(
    assignment: Assignment, pairs: Mapping[int, int], margin: int
) -> list[tuple[frozenset[int], frozenset[int], bool]]:
    """Return the rows of which another pairing is as good, put together where they share a row."""
    groups: list[tuple[frozenset[int], frozenset[int], bool]] = []
    for left in sorted(pairs):
        for rival in assignment.rivals(left, margin):
            members, across, leaves = rival.left, rival.right, rival.leaves_others
            apart = []
            for group in groups:
                if group[0] & members or group[1] & across:
                    members, across, leaves = members | group[0], across | group[1], leaves or group[2]
                else:
                    apart.append(group)
            groups = [*apart, (members, across, leaves)]
    return groups

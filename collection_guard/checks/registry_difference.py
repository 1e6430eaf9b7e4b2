"""What two partner registries say differently: by firm, whatever rows and lists its names stand in."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

from collection_guard.facts.names import fold_name
from collection_guard.facts.registry import Period, RegistryIndex
from collection_guard.model.registry import RegistryData, RegistryEntry

ChangeKind = Literal["added", "removed", "renamed", "merged", "split", "spelling", "aliases", "dates"]
KINDS: Final[tuple[ChangeKind, ...]] = (
    "added",
    "removed",
    "renamed",
    "merged",
    "split",
    "spelling",
    "aliases",
    "dates",
)
_DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Firm:
    """One firm of a category: the name it has last, its other names, and when it is listed under any of them."""

    category: str
    name: str
    aliases: tuple[str, ...]
    periods: tuple[Period, ...]
    folded: frozenset[str]


@dataclass(frozen=True, slots=True)
class FirmChange:
    """One thing that differs of a firm: what it was and what it is, as far as it was or is there."""

    kind: ChangeKind
    category: str
    before: tuple[Firm, ...]
    after: tuple[Firm, ...]


@dataclass(frozen=True, slots=True)
class RegistryDifference:
    """Everything that differs, by category, kind and name; and how many firms each side has of each category."""

    changes: tuple[FirmChange, ...]
    counts: tuple[tuple[str, int, int], ...]


def compare_registries(old: RegistryData, new: RegistryData) -> RegistryDifference:
    """Return how two registries differ."""
    before, after = firms_of(old), firms_of(new)
    categories = sorted({*before, *after})
    changes: list[FirmChange] = []
    for category in categories:
        for was, is_now in _matched(before.get(category, ()), after.get(category, ())):
            changes += [FirmChange(kind, category, was, is_now) for kind in _kinds(was, is_now)]
    changes.sort(key=lambda one: (one.category, KINDS.index(one.kind), (one.before or one.after)[0].name))
    counts = tuple((one, len(before.get(one, ())), len(after.get(one, ()))) for one in categories)
    return RegistryDifference(tuple(changes), counts)


def firms_of(data: RegistryData) -> dict[str, tuple[Firm, ...]]:
    """Return the firms of a registry by category. Names of which one was an alias of the other are one firm."""
    index = RegistryIndex(data)
    entries: dict[str, list[RegistryEntry]] = defaultdict(list)
    # The later an entry is listed, the later it is told: the last one names the firm.
    for entry in sorted(data.rows, key=lambda row: (row.valid_to or date.max, row.valid_from or date.min, row.name)):
        entries[entry.category].append(entry)
    for published in sorted(data.lists, key=lambda one: (one.earliest, one.latest, one.name)):
        for entry in published.entries:
            entries[entry.category].append(entry)
    return {category: tuple(_firms(category, found, index)) for category, found in entries.items()}


def _firms(category: str, entries: Sequence[RegistryEntry], index: RegistryIndex) -> Iterator[Firm]:
    for group in _groups([frozenset(fold_name(name) for name in _names(entry)) for entry in entries]):
        own = [entries[place] for place in group]
        name = own[-1].name
        written = {fold_name(one): one for entry in own for one in _names(entry)} | {fold_name(name): name}
        aliases = sorted(one for folded, one in written.items() if folded != fold_name(name))
        periods = _joined(period for one in written.values() for period in index.periods(one, category))
        yield Firm(category, name, tuple(aliases), periods, frozenset(written))


def _names(entry: RegistryEntry) -> tuple[str, ...]:
    return (entry.name, *entry.aliases)


def _groups(sets: Sequence[frozenset[str]]) -> list[list[int]]:
    """Return the places of sets that hang together by what they share, each group in order."""
    group_of: dict[str, int] = {}
    members: dict[int, list[int]] = {}
    words: dict[int, set[str]] = {}
    for place, names in enumerate(sets):
        joined = sorted({group_of[name] for name in names if name in group_of})
        group = joined[0] if joined else place
        for other in joined[1:]:
            members[group] += members.pop(other)
            words[group] |= words.pop(other)
        members.setdefault(group, []).append(place)
        words.setdefault(group, set()).update(names)
        group_of.update(dict.fromkeys(words[group], group))
    return [sorted(found) for _, found in sorted(members.items())]


def _joined(periods: Iterable[Period]) -> tuple[Period, ...]:
    """Return the dates of several names as those of one firm: what is certain of one is certain."""
    spans = [(one.first or date.min, one.last or date.max, one.certain) for one in periods]
    edges = sorted({first for first, _, _ in spans} | {last + _DAY for _, last, _ in spans if last < date.max})
    found: list[Period] = []
    for place, first in enumerate(edges):
        last = edges[place + 1] - _DAY if place + 1 < len(edges) else date.max
        within = [certain for begin, end, certain in spans if begin <= first <= end]
        if not within:
            continue
        start, certain = (None if first == date.min else first), any(within)
        if found and found[-1].certain is certain and found[-1].last == first - _DAY:
            start = found.pop().first
        found.append(Period(start, None if last == date.max else last, certain))
    return tuple(found)


def _matched(before: Sequence[Firm], after: Sequence[Firm]) -> Iterator[tuple[tuple[Firm, ...], tuple[Firm, ...]]]:
    """Yield the firms of both sides that share a name, and those that share none with the other side."""
    both = [*before, *after]
    for group in _groups([firm.folded for firm in both]):
        yield (
            tuple(both[place] for place in group if place < len(before)),
            tuple(both[place] for place in group if place >= len(before)),
        )


def _kinds(before: tuple[Firm, ...], after: tuple[Firm, ...]) -> Iterator[ChangeKind]:
    if not before or not after:
        yield "removed" if before else "added"
        return
    if len(before) > 1 or len(after) > 1:
        yield "split" if len(after) > 1 else "merged"
        return
    (was,), (is_now,) = before, after
    if fold_name(was.name) != fold_name(is_now.name):
        yield "renamed"
    elif was.name != is_now.name:
        yield "spelling"
    if was.folded != is_now.folded:
        yield "aliases"
    if was.periods != is_now.periods:
        yield "dates"

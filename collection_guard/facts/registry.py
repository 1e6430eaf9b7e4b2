"""The partner registry, looked up by name, category and date (semantics 19-20)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from collection_guard.facts.names import fold_name, near_misses
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry

OPTIONAL_CATEGORY = "official_directory"
"""The category whose absence from a registry means that it was not given, not that nobody is in it."""

_Key = tuple[str, str]
_Step = tuple[date, bool | None]
"""From when on a name is listed (true), in doubt (null) or in no list (false)."""

_DAY: Final = timedelta(days=1)
_ANSWERS: Final = (False, True, None)
_NOT, _YES, _UNKNOWN = range(3)
_MOST_NAMES: Final = 100_000
_MOST_BYTES: Final = 64_000_000
"""How much is remembered of a registry: a log may hold any number of names."""


@dataclass(frozen=True, slots=True)
class Period:
    """Dates on which a name stands in a category, both ends included; ``certain`` is false where that is in doubt."""

    first: date | None
    last: date | None
    certain: bool = True


class RegistryIndex:
    """A registry prepared for look-ups. Names are folded; a near miss is a hint, never a match."""

    def __init__(self, data: RegistryData) -> None:
        self.digest = data.digest
        self._rows: dict[_Key, list[tuple[date, date]]] = defaultdict(list)
        self._written: dict[str, set[str]] = defaultdict(set)
        for entry in data.rows:
            self._note(entry)
            for key in keys_of(entry):
                self._rows[key].append((entry.valid_from or date.min, entry.valid_to or date.max))
        for partner_list in data.lists:
            for entry in partner_list.entries:
                self._note(entry)
        self._changes, self.known_from = _changes(data.lists)
        self._dates = sorted(self._turning_points())
        stranger = bytearray(len(self._dates) + 1)
        if self.known_from is not None:
            # Who stands in no list is not listed, but before the first list nothing is known.
            before = bisect_right(self._dates, self.known_from)
            stranger[:before] = bytes([_UNKNOWN]) * before
        self._stranger = bytes(stranger)
        self.width = len(stranger)
        # Plain dictionaries: Python looks into them faster than into a class of one's own.
        self._places: dict[date, int] = {}
        self._lines: dict[str, dict[str, bytes]] = {}
        self._hints: dict[_Key, tuple[str, ...]] = {}

    def _turning_points(self) -> set[date]:
        """Return every date on which some answer changes."""
        found = {at for changes in self._changes.values() for at, _ in changes}
        for rows in self._rows.values():
            found.update(first for first, _ in rows)
            found.update(last + _DAY for _, last in rows if last < date.max)
        return found.union(() if self.known_from is None else (self.known_from,)) - {date.min}

    def _note(self, entry: RegistryEntry) -> None:
        self._written[entry.category].update((entry.name, *entry.aliases))

    def listed(self, name: str, category: str, day: date) -> bool | None:
        """Say whether a name was listed in a category on a date of Asia/Shanghai; None if that is unknown."""
        try:
            # Three look-ups in dictionaries and one in a row of bytes: logs ask this of every contact.
            return _ANSWERS[self._lines[category][name][self._places[day]]]
        except KeyError:
            return self._first_time(name, category, day)

    def _first_time(self, name: str, category: str, day: date) -> bool | None:
        """Find out what is asked for the first time, and remember it."""
        lines = self._lines.setdefault(category, {})
        if len(lines) >= min(_MOST_NAMES, 1 + _MOST_BYTES // self.width):
            lines.clear()
        line = lines[name] = self.line(name, category)
        place = self._places[day] = bisect_right(self._dates, day)
        return _ANSWERS[line[place]]

    def categories(self) -> tuple[str, ...]:
        """Return the categories that the registry lists anybody in."""
        return tuple(sorted(self._written))

    def names(self, category: str) -> frozenset[str]:
        """Return every name and alias of a category, as written, whenever it was listed."""
        return frozenset(self._written.get(category, ()))

    def periods(self, name: str, category: str) -> tuple[Period, ...]:
        """Return when a name stands in a category, surely or in doubt, in the order of the dates."""
        steps = list(self._steps((category, fold_name(name))))
        ends = [start - _DAY for start, _ in steps[1:]]
        found = zip(steps, [*ends, None], strict=True) if steps else ()
        return tuple(
            Period(None if start == date.min else start, end, listed is True)
            for (start, listed), end in found
            if listed is not False
        )

    def hints(self, name: str, category: str) -> tuple[str, ...]:
        """Return names of the category that look like this one, whenever they were listed."""
        key = (category, name)
        found = self._hints.get(key)
        if found is None:
            if len(self._hints) >= _MOST_NAMES:
                self._hints.clear()
            found = self._hints[key] = near_misses(name, self._written.get(category, ()))
        return found

    def line(self, name: str, category: str) -> bytes:
        """Return the answers for a name, one for each span between two dates on which some answer changes."""
        if category == OPTIONAL_CATEGORY and category not in self._written:
            return bytes([_UNKNOWN]) * self.width
        steps = list(self._steps((category, fold_name(name))))
        if not steps:
            return self._stranger
        line = bytearray(self._stranger)
        places = [bisect_right(self._dates, start) for start, _ in steps]
        for (_, said), begin, end in zip(steps, places, [*places[1:], len(line)], strict=True):
            if said is not False:
                line[begin:end] = bytes([_UNKNOWN if said is None else _YES]) * (end - begin)
        return bytes(line)

    def _steps(self, key: _Key) -> Iterator[_Step]:
        """Yield each change of what rows and lists say of a key, the first from where it stands nowhere."""
        rows = self._rows.get(key, ())
        changes = self._changes.get(key, ())
        starts = {first for first, _ in rows} | {last + _DAY for _, last in rows if last < date.max}
        before: bool | None = False
        for start in sorted(starts.union(at for at, _ in changes)):
            # A row that lists a name settles it, whatever the lists leave open.
            said: bool | None = any(first <= start <= last for first, last in rows)
            if not said and changes:
                place = bisect_right(changes, start, key=lambda change: change[0])
                said = changes[place - 1][1] if place else False
            if said is not before:
                yield start, said
            before = said


def keys_of(entry: RegistryEntry) -> set[_Key]:
    """Return the keys under which an entry is found: its category with its name and each alias, folded."""
    return {(entry.category, fold_name(name)) for name in (entry.name, *entry.aliases) if name}


def _changes(lists: Iterable[PartnerList]) -> tuple[dict[_Key, list[_Step]], date | None]:
    """Return what lists say of each key they hold, and from when on a list is surely in force (null: there is none).

    What all lists agree on that may be in force is known, and what only some of them say is in doubt.
    """
    ordered = sorted(lists, key=lambda item: (item.earliest, item.latest, item.name))
    if not ordered:
        return {}, None
    changes: dict[_Key, list[_Step]] = defaultdict(list)
    keys = [frozenset(key for entry in item.entries for key in keys_of(entry)) for item in ordered]
    # A list known by its day is in force from it on; one known by its month is in doubt all that month.
    certain_from = [item.earliest if item.earliest == item.latest else item.latest + _DAY for item in ordered]
    begun = sorted(zip(certain_from, (item.earliest for item in ordered), strict=True))
    nothing: frozenset[_Key] = frozenset()
    surely_before, maybe_before = nothing, nothing
    taken, sure = 0, 0
    newest: date | None = None
    in_force: list[tuple[date, frozenset[_Key]]] = []
    for start in sorted({item.earliest for item in ordered}.union(certain_from)):
        while sure < len(begun) and begun[sure][0] <= start:
            newest = begun[sure][1] if newest is None else max(newest, begun[sure][1])
            sure += 1
        while taken < len(ordered) and ordered[taken].earliest <= start:
            in_force.append((ordered[taken].latest, keys[taken]))
            taken += 1
        # Whatever surely ended before the newest list began is replaced for good.
        in_force = [(latest, listed) for latest, listed in in_force if newest is None or latest >= newest]
        candidates = [listed for _, listed in in_force]
        maybe = candidates[0] if len(candidates) == 1 else nothing.union(*candidates)
        surely = nothing if newest is None else candidates[0].intersection(*candidates[1:])
        for key in (surely ^ surely_before) | (maybe ^ maybe_before):
            changes[key].append((start, True if key in surely else None if key in maybe else False))
        surely_before, maybe_before = surely, maybe
    return dict(changes), min(certain_from)

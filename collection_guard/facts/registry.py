"""The partner registry, looked up by name, category and date (semantics 19-20)."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from collection_guard.facts.names import fold_name, near_misses
from collection_guard.language.kleene import any_of
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry

OPTIONAL_CATEGORY = "official_directory"
"""The category whose absence from a registry means that it was not given, not that nobody is in it."""


class RegistryIndex:
    """A registry prepared for look-ups. Names are folded; a near miss is a hint, never a match."""

    def __init__(self, data: RegistryData) -> None:
        self.digest = data.digest
        self._rows: dict[tuple[str, str], list[tuple[date, date]]] = defaultdict(list)
        self._written: dict[str, set[str]] = defaultdict(set)
        for entry in data.rows:
            self._note(entry)
            for key in _keys(entry):
                self._rows[key].append((entry.valid_from or date.min, entry.valid_to or date.max))
        for partner_list in data.lists:
            for entry in partner_list.entries:
                self._note(entry)
        self._breaks, self._listed = _spans(data.lists)

    def _note(self, entry: RegistryEntry) -> None:
        self._written[entry.category].update((entry.name, *entry.aliases))

    def listed(self, name: str, category: str, day: date) -> bool | None:
        """Say whether a name was listed in a category on a date of Asia/Shanghai; None if that is unknown."""
        if category == OPTIONAL_CATEGORY and category not in self._written:
            return None
        key = (category, fold_name(name))
        by_row = any(first <= day <= last for first, last in self._rows.get(key, ()))
        if by_row or not self._breaks:
            return by_row
        span = self._listed[bisect_right(self._breaks, day)]
        return span(key)

    def categories(self) -> tuple[str, ...]:
        """Return the categories that the registry lists anybody in."""
        return tuple(sorted(self._written))

    def hints(self, name: str, category: str) -> tuple[str, ...]:
        """Return names of the category that look like this one, whenever they were listed."""
        return near_misses(name, self._written.get(category, ()))


def _keys(entry: RegistryEntry) -> Iterable[tuple[str, str]]:
    return {(entry.category, fold_name(name)) for name in (entry.name, *entry.aliases) if name}


class _Span:
    """A span of dates in which one of several lists was in force, it is not known which."""

    def __init__(self, candidates: list[frozenset[tuple[str, str]]], *, before_first: bool) -> None:
        self._candidates = candidates
        self._before_first = before_first

    def __call__(self, key: tuple[str, str]) -> bool | None:
        """Say whether the key was listed: what all candidates agree on is known, the rest is not."""
        votes: list[bool | None] = [key in listed for listed in self._candidates]
        if self._before_first:
            votes.append(None)
        if any_of(votes) is False:
            return False
        return True if all(votes) else None


def _spans(lists: Iterable[PartnerList]) -> tuple[list[date], list[_Span]]:
    """Return the dates on which the lists that may be in force change, and the span before and after each."""
    ordered = sorted(lists, key=lambda item: (item.earliest, item.latest, item.name))
    if not ordered:
        return [], []
    day = timedelta(days=1)
    breaks = sorted({at for item in ordered for at in (item.earliest, item.latest, item.latest + day)})
    keys = [frozenset(key for entry in item.entries for key in _keys(entry)) for item in ordered]
    spans = [_Span([], before_first=True)]
    for at in breaks:
        candidates = [keys[index] for index, item in enumerate(ordered) if _may_hold(item, ordered, at)]
        spans.append(_Span(candidates, before_first=not any(_surely_begun(item, at) for item in ordered)))
    return breaks, spans


def _may_hold(item: PartnerList, lists: list[PartnerList], day: date) -> bool:
    """Say whether a list may be the one in force: it may have begun, and none surely began after it."""
    if item.earliest > day:
        return False
    latest_start = min(item.latest, day)
    return not any(other is not item and other.earliest > latest_start and _surely_begun(other, day) for other in lists)


def _surely_begun(item: PartnerList, day: date) -> bool:
    """Say whether a list is surely in force by a date; one known by its month is in doubt all that month."""
    return item.latest < day or item.earliest == item.latest == day

"""What a partner registry may be wrong about although it can be read: names, and the course of the lists."""

import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path
from statistics import median
from typing import Final

from collection_guard.checks.near_names import difference_of, likeness
from collection_guard.facts.names import fold_name
from collection_guard.facts.partner_lists import RegistryReading, Row, RowPlace, examine_registry
from collection_guard.facts.registry import keys_of
from collection_guard.model.masking import mask_text
from collection_guard.model.problems import Problem
from collection_guard.model.registry import PartnerList

_DAY: Final = timedelta(days=1)
_LONG: Final = 3
"""So many times the usual distance between two lists is a gap."""
_SERIES: Final = 4
"""Fewer lists have no usual distance."""

Dated = Sequence[tuple[PartnerList, tuple[Row, ...]]]


@dataclass(frozen=True, slots=True)
class Examined:
    """A registry, everything that is wrong with it, and what may be."""

    path: str
    reading: RegistryReading
    doubts: tuple[Problem, ...]

    @property
    def problems(self) -> tuple[Problem, ...]:
        """Return everything for which the registry cannot be used, by place."""
        return tuple(sorted(self.reading.problems, key=Problem.sort_key))


def examine(path: Path) -> Examined:
    """Return a registry with all its problems and doubts."""
    reading = examine_registry(path)
    rows = [*reading.rows, *(row for _, rows in reading.lists for row in rows)]
    doubts = [
        *_look_alikes(rows),
        *_odd_characters(rows),
        *_gaps(reading.rows),
        *_twice(reading.lists),
        *_left_out(reading.lists),
        *_categories_gone(reading.lists),
        *_course(reading.lists, str(path)),
    ]
    return Examined(str(path), reading, tuple(sorted(_once(doubts), key=Problem.sort_key)))


def _once(doubts: list[Problem]) -> list[Problem]:
    """Return each doubt once: what a name is suspected of is said where it stands first."""
    seen: dict[tuple[object, ...], Problem] = {}
    for doubt in doubts:
        seen.setdefault((doubt.code, *sorted(map(str, doubt.values.items()))), doubt)
    return list(seen.values())


def _names_of(rows: Sequence[Row]) -> Iterator[tuple[RowPlace, str, str]]:
    """Yield every name and alias with its category, where it stands first."""
    seen: set[tuple[str, str]] = set()
    for place, entry in rows:
        for name in (entry.name, *entry.aliases):
            if (entry.category, name) not in seen:
                seen.add((entry.category, name))
                yield place, entry.category, name


def _look_alikes(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield names of one category that are two names, and one to the eye."""
    first: dict[tuple[str, str], list[tuple[RowPlace, str]]] = defaultdict(list)
    for place, category, name in _names_of(rows):
        alike = first[category, likeness(name)]
        if all(fold_name(name) != fold_name(other) for _, other in alike):
            if alike:
                before, other = alike[0]
                difference = difference_of(name, other)
                assert difference is not None  # noqa: S101  # names of one likeness have their difference named
                values = difference.values | {"name": mask_text(name), "other": mask_text(other), "place": str(before)}
                yield place.problem("registry_look_alike", **values)
            alike.append((place, name))


def _odd_characters(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield names with characters that nobody sees or types: they make another name of one that looks the same."""
    for place, _, name in _names_of(rows):
        odd = sorted({f"U+{ord(char):04X}" for char in name if unicodedata.category(char) in {"Cc", "Cf", "Co", "Cn"}})
        if odd:
            yield place.problem("registry_odd_character", name=mask_text(name), characters=", ".join(odd))


def _gaps(rows: Sequence[Row]) -> Iterator[Problem]:
    """Yield names whose rows leave dates between them on which they are not listed."""
    spans: dict[tuple[str, str], list[tuple[date, date, RowPlace, str]]] = defaultdict(list)
    for place, entry in rows:
        for key in keys_of(entry):
            spans[key].append((entry.valid_from or date.min, entry.valid_to or date.max, place, entry.name))
    for found in spans.values():
        found.sort(key=lambda span: span[:2])
        for (_, last, _, _), (first, _, place, name) in pairwise(found):
            if last < date.max and first > last + _DAY:
                ends = {"first": last + _DAY, "last": first - _DAY, "days": (first - last).days - 1}
                yield place.problem("registry_gap", name=mask_text(name), **ends)


def _twice(lists: Dated) -> Iterator[Problem]:
    """Yield names that one list holds twice in a category."""
    for _, rows in lists:
        seen: dict[tuple[str, str], RowPlace] = {}
        for place, entry in rows:
            keys = keys_of(entry)
            before = next((seen[key] for key in sorted(keys) if key in seen), None)
            if before is not None:
                yield place.problem("registry_twice", name=mask_text(entry.name), other=str(before))
            seen.update(dict.fromkeys(keys - seen.keys(), place))


def _left_out(lists: Dated) -> Iterator[Problem]:
    """Yield names that one list leaves out while the one before it and the one after it hold them."""
    held = [{key for _, entry in rows for key in keys_of(entry)} for _, rows in lists]
    for index in range(1, len(lists) - 1):
        shown: set[RowPlace] = set()
        gone = (held[index - 1] & held[index + 1]) - held[index]
        for place, entry in lists[index - 1][1]:
            if place not in shown and keys_of(entry) & gone and not keys_of(entry) & held[index]:
                shown.add(place)
                values = {
                    "name": mask_text(entry.name),
                    "missing": lists[index][0].name,
                    "after": lists[index + 1][0].name,
                }
                yield place.problem("registry_left_out", **values)


def _categories_gone(lists: Dated) -> Iterator[Problem]:
    """Yield lists in which a whole category of the list before is missing: a part of them may not have been saved."""
    for (before, rows_before), (after, rows) in pairwise(lists):
        held = {entry.category for _, entry in rows}
        for category in sorted({entry.category for _, entry in rows_before} - held):
            count = sum(1 for _, entry in rows_before if entry.category == category)
            place = next((place.file for place, _ in rows), after.name)
            values: dict[str, object] = {"category": category, "before": before.name, "count": count}
            yield Problem("registry_category_gone", place, values=values)


def _course(lists: Dated, folder: str) -> Iterator[Problem]:
    """Yield what is odd about the dates of lists: a month beside a day of it, and long stretches without a list."""
    published = [one for one, _ in lists]
    months = [one for one in published if one.earliest < one.latest]
    for month, day in product(months, published):
        if day.earliest == day.latest and month.earliest <= day.earliest <= month.latest:
            yield Problem("registry_month_and_day", folder, values={"month": month.name, "day": day.name})
    if len(published) < _SERIES:
        return
    usual = median((after.earliest - before.earliest).days for before, after in pairwise(published))
    for before, after in pairwise(published):
        days = (after.earliest - before.latest).days
        if days > _LONG * usual:
            values: dict[str, object] = {"before": before.name, "after": after.name}
            yield Problem("registry_lists_apart", folder, values=values | {"days": days, "usual": round(usual)})

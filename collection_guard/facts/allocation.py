"""Calls that a collector may assign to any one of several debts, and the limits that some assignment keeps.

A limit is broken only if every assignment breaks it. What is surely counted, and what may be, give the two ends.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from collection_guard.facts.debts import about
from collection_guard.facts.sheet import FactSheet, declared
from collection_guard.language.compiled import CompiledLimit
from collection_guard.language.kleene import YES, Interval, interval

if TYPE_CHECKING:
    from collection_guard.facts.history import Entry


@declared("measure")
def _open_debts(sheet: FactSheet, name: str) -> float | Interval:
    """Return how many of the debts that a call may count for keep all limits in some assignment of those before."""
    limits = sheet.rule_set.extensions.open_debts[name]
    shared = next((limit for limit in limits if limit.shared), limits[0])
    found = about(sheet, shared.measure)
    choices = [found.debts] if found.each else [(debt,) for debt in found.debts]
    lowest = sum(_is_open(sheet, limits, choice, only_sure=False) for choice in choices)
    highest = sum(_is_open(sheet, limits, choice, only_sure=True) for choice in choices)
    return interval(lowest, highest)


@dataclass(slots=True)
class _Load:
    """What is counted of one measure: for which debts surely, and which events are for any one of several."""

    fixed: dict[str, int] = field(default_factory=dict)
    free: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def note(self, entry: "Entry") -> None:
        if entry.each or len(entry.debts) == 1:
            for debt in entry.debts:
                self.fixed[debt] = self.fixed.get(debt, 0) + 1
        else:
            self.free[entry.event_id] = entry.debts


def _is_open(sheet: FactSheet, limits: tuple[CompiledLimit, ...], chosen: tuple[str, ...], *, only_sure: bool) -> bool:
    """Say whether the call may count for the chosen debts, with some assignment of the calls before it."""
    loads: list[tuple[CompiledLimit, _Load]] = []
    barred: set[str] = set()
    for limit in limits:
        load = _Load()
        for entry, truth in sheet.history.assignable(sheet, limit.measure):
            if truth == YES or not only_sure:
                load.note(entry)
        loads.append((limit, load))
        if any(load.fixed.get(debt, 0) >= limit.below for debt in chosen):
            return False
        if not limit.shared:
            # An event of this kind cannot have been for a chosen debt at all.
            barred |= load.free.keys()
            if any(set(debts) <= set(chosen) for debts in load.free.values()):
                return False
    return all(_fits(load, chosen, limit.below, barred) for limit, load in loads if limit.shared)


def _fits(load: _Load, chosen: tuple[str, ...], below: int, barred: set[str]) -> bool:
    """Say whether all events find a debt with room left: augmenting paths, as for any matching."""
    debts = {debt for names in load.free.values() for debt in names}
    room = {
        debt: (below - 1 if debt in chosen else max(below, load.fixed.get(debt, 0))) - load.fixed.get(debt, 0)
        for debt in debts
    }
    placed: dict[str, list[str]] = {debt: [] for debt in debts}
    allowed = {
        name: tuple(debt for debt in names if name not in barred or debt not in chosen)
        for name, names in load.free.items()
    }
    return all(_place(name, allowed, room, placed, set()) for name in sorted(allowed))


def _place(
    name: str,
    allowed: Mapping[str, tuple[str, ...]],
    room: Mapping[str, int],
    placed: Mapping[str, list[str]],
    seen: set[str],
) -> bool:
    """Find a debt for an event, moving others if need be."""
    for debt in allowed[name]:
        if debt in seen:
            continue
        seen.add(debt)
        if len(placed[debt]) < room[debt]:
            placed[debt].append(name)
            return True
        for other in list(placed[debt]):
            if _place(other, allowed, room, placed, seen):
                placed[debt].remove(other)
                placed[debt].append(name)
                return True
    return False

"""Three-valued truth, intervals and the settings of a reading."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

Tri = bool | None
"""True, False, or None where it is unknown."""

T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """What a configuration can set, as far as the core rules read it."""

    timezone: str | None = None
    assume_party: bool = False
    history_complete_from: dt.date | None = None
    history: Literal["complete", "from-earliest"] = "complete"
    country: str = "CN"
    permitted_from: dt.time = dt.time(8, 0)
    permitted_to: dt.time = dt.time(21, 0)
    failed_attempts: int = 3
    failed_dates: int = 2
    window_hours: int = 168
    social_messages_per_day: int | None = None
    contacts_per_day: int | None = None
    lawyer_titles: tuple[str, ...] = (
        "律师",
        "执业律师",
        "专职律师",
        "主办律师",
        "代理律师",
        "lawyer",
        "attorney",
        "attorney at law",
        "solicitor",
    )


def all_of(*values: Tri) -> Tri:
    """Kleene's "and" (line 1): false if one is false, else unknown if one is unknown."""
    if False in values:
        return False
    return None if None in values else True


def any_of(*values: Tri) -> Tri:
    """Kleene's "or" (line 1): true if one is true, else unknown if one is unknown."""
    if True in values:
        return True
    return None if None in values else False


def negation(value: Tri) -> Tri:
    """Kleene's "not" (line 1)."""
    return None if value is None else not value


def agreed(values: Iterable[T]) -> T | None:
    """Return what all readings have in common: their one value, or None (unknown) where they differ."""
    readings = list(values)
    return readings[0] if readings and all(reading == readings[0] for reading in readings) else None


def at_least(interval: tuple[float, float], bound: float) -> Tri:
    """Compare an interval (line 5): true or false where both ends agree, else unknown."""
    low, high = interval
    return agreed([low >= bound, high >= bound])


def verdict(applies_to: Tri, forbid: Tri) -> str:
    """Say what a rule finds (line 1)."""
    outcome = all_of(applies_to, forbid)
    if outcome is True:
        return "violation"
    if outcome is None:
        return "unassessable"
    return "not_applicable" if applies_to is False else "clear"


Facts = dict[str, Any]

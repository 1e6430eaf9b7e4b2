"""Kleene's strong three-valued logic, and what is known of a number that is not known exactly.

A fact that is unknown is ``None``. The truth of a condition is one of the small integers ``NO``, ``MAYBE`` and
``YES``; a conjunction is their minimum, a disjunction their maximum.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

NO: Final = 0
MAYBE: Final = 1
YES: Final = 2


def truth_of(value: bool | None) -> int:
    """Return the truth of a fact that is true, false or unknown."""
    return MAYBE if value is None else YES if value else NO


def fact_of(truth: int) -> bool | None:
    """Return true, false or unknown for a truth."""
    return None if truth == MAYBE else truth == YES


def all_of(values: Iterable[bool | None]) -> bool | None:
    """Return whether all hold: false as soon as one is false, else unknown if one is unknown."""
    unknown = False
    for value in values:
        if value is None:
            unknown = True
        elif not value:
            return False
    return None if unknown else True


def any_of(values: Iterable[bool | None]) -> bool | None:
    """Return whether one holds: true as soon as one is true, else unknown if one is unknown."""
    unknown = False
    for value in values:
        if value is None:
            unknown = True
        elif value:
            return True
    return None if unknown else False


def negation(value: bool | None) -> bool | None:
    """Return the opposite; the opposite of unknown is unknown."""
    return None if value is None else not value


@dataclass(frozen=True, slots=True)
class Interval:
    """A number known only to lie between two ends, both included; ``math.inf`` is no upper end."""

    low: float
    high: float

    def __post_init__(self) -> None:
        """Refuse an interval that holds nothing."""
        if self.low > self.high:
            msg = f"an interval from {self.low} to {self.high} holds nothing"
            raise ValueError(msg)


def interval(low: float, high: float) -> float | Interval:
    """Return the number itself where both ends are one, else the interval."""
    return low if low == high else Interval(low, high)


def ends(value: float | Interval) -> tuple[float, float]:
    """Return the lowest and the highest that a number can be."""
    return (value.low, value.high) if isinstance(value, Interval) else (value, value)


UNBOUNDED: Final = math.inf

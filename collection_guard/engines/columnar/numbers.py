"""Columns of numbers known exactly, in part or not at all, and the truth of tests on them."""

from dataclasses import dataclass

import numpy as np

from collection_guard.engines.columnar.arrays import Flags, Floats, Truths
from collection_guard.language.ir import Bounds, Inclusion, Test
from collection_guard.language.kleene import MAYBE, NO, YES, Interval, interval


@dataclass(frozen=True, slots=True)
class Numbers:
    """A column of numbers: the two ends of each, and whether anything is known of it."""

    low: Floats
    high: Floats
    known: Flags

    def value(self, row: int) -> float | Interval | None:
        """Return the value of a row as the reference gives it."""
        return interval(float(self.low[row]), float(self.high[row])) if self.known[row] else None


def truth_of_numbers(test: Test, numbers: Numbers) -> Truths:
    """Return the truth of a test on each number."""
    found = _plain_truth(test, numbers)
    if test.operator != "known":
        found = np.where(numbers.known, found, MAYBE)
    return np.asarray(YES - found if test.negated else found, np.int8)


def _plain_truth(test: Test, numbers: Numbers) -> Truths:
    constant = test.value
    match test.operator:
        case "known":
            return np.where(numbers.known, YES, NO).astype(np.int8)
        case "eq":
            assert isinstance(constant, int | float)  # noqa: S101  # numbers are compared with numbers alone
            return _equals(numbers, constant)
        case "in":
            assert isinstance(constant, frozenset)  # noqa: S101  # as above
            found = np.zeros(len(numbers.low), np.int8)
            for item in constant:
                assert isinstance(item, int | float)  # noqa: S101  # as above
                found = np.maximum(found, _equals(numbers, item))
            return found
        case "between":
            assert isinstance(constant, Bounds)  # noqa: S101  # as above
            over = _above(numbers, constant.low, constant.low_is)
            return np.minimum(over, YES - _above(numbers, constant.high, _complement(constant.high_is)))
        case operator:
            assert isinstance(constant, int | float)  # noqa: S101  # as above
            above = _above(numbers, constant, "included" if operator in {"lt", "ge"} else "excluded")
            return np.asarray(YES - above if operator in {"lt", "le"} else above, np.int8)


def _complement(inclusion: Inclusion) -> Inclusion:
    """Return how the end of an interval belongs to what lies above the interval."""
    if inclusion == "arguable":
        return inclusion
    return "excluded" if inclusion == "included" else "included"


def _equals(numbers: Numbers, constant: float) -> Truths:
    low, high = numbers.low, numbers.high
    inside = (low <= constant) & (constant <= high)
    return np.where(inside, np.where(low == high, YES, MAYBE), NO).astype(np.int8)


def _above(numbers: Numbers, bound: float, bound_is: Inclusion) -> Truths:
    """Return whether each number lies above a bound, which may itself belong to what is above it."""
    low, high = numbers.low, numbers.high
    surely = (low >= bound) if bound_is == "included" else (low > bound)
    never = (high <= bound) if bound_is == "excluded" else (high < bound)
    return np.where(surely, YES, np.where(never, NO, MAYBE)).astype(np.int8)

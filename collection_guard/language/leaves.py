"""The truth of one test on one value: the meaning of each operator."""

from functools import lru_cache
from typing import Any

from pydantic_core import SchemaValidator

from collection_guard.language.conditions import pattern_validator
from collection_guard.language.ir import Inclusion, Test
from collection_guard.language.kleene import MAYBE, NO, YES, ends


@lru_cache(maxsize=1024)
def _matcher(pattern: str) -> SchemaValidator:
    return pattern_validator(pattern)


def truth_of_test(test: Test, value: Any) -> int:
    """Return the truth of a test on a value; ``None`` is unknown."""
    found = _plain_truth(test, value)
    return YES - found if test.negated else found


def _plain_truth(test: Test, value: Any) -> int:
    if test.operator == "known":
        return NO if value is None else YES
    if value is None:
        return MAYBE
    constant: Any = test.value
    match test.operator:
        case "eq":
            return _equals(value, constant)
        case "in" if isinstance(value, str):
            return YES if value in constant else NO
        case "in":
            return max(_equals(value, item) for item in constant)
        case "contains":
            wanted = constant if isinstance(constant, frozenset) else {constant}
            return YES if wanted & value else NO
        case "matches":
            return YES if _matcher(constant).isinstance_python(value) else NO
        case "lt":
            return YES - _above(value, constant, "included")
        case "le":
            return YES - _above(value, constant, "excluded")
        case "gt":
            return _above(value, constant, "excluded")
        case "ge":
            return _above(value, constant, "included")
        case _:
            over = _above(value, constant.low, constant.low_is)
            return min(over, YES - _above(value, constant.high, _complement(constant.high_is)))


def _complement(inclusion: Inclusion) -> Inclusion:
    """Return how the end of an interval belongs to what lies above the interval."""
    return {"included": "excluded", "excluded": "included", "arguable": "arguable"}[inclusion]  # type: ignore[return-value]  # the words are the same three


def _equals(value: Any, constant: Any) -> int:
    if isinstance(value, str | bool | frozenset) or isinstance(constant, str | bool):
        return YES if value == constant else NO
    low, high = ends(value)
    if low == high:
        return YES if low == constant else NO
    return MAYBE if low <= constant <= high else NO


def _above(value: Any, bound: float, bound_is: Inclusion) -> int:
    """Return whether a number lies above a bound, which may itself belong to what is above it."""
    low, high = ends(value)
    if low > bound or (low == bound and bound_is == "included"):
        return YES
    if high < bound or (high == bound and bound_is == "excluded"):
        return NO
    return MAYBE

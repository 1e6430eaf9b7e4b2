"""Where the tests of a condition stand in a file: the leaves of the IR again, in its order, with their places."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from collection_guard.language.ir import Bounds, Test
from collection_guard.language.units import DAY, SECOND
from collection_guard.language.vocabulary import Fact
from collection_guard.language.yaml_positions import KeyPath

GROUPS: Final = ("all", "any", "none")
ZONES: Final = ("in_every_zone", "in_some_zone")
COMPARISONS: Final = ("lt", "le", "gt", "ge")


@dataclass(frozen=True, slots=True)
class WrittenTest:
    """One test as written: the number of the leaf that it belongs to, its place, and what stands there.

    Tests over zones share the leaf of their ``in_some_zone`` or ``in_every_zone``, whose place is ``leaf_path``.
    """

    leaf: int
    leaf_path: KeyPath
    leaf_text: str
    path: KeyPath
    fact: str
    operator: str | None
    operand: Any

    @property
    def text(self) -> str:
        """Return the test as the file says it."""
        return as_said(self.fact, self.operand if self.operator is None else {self.operator: self.operand})


def as_said(key: str, value: object) -> str:
    """Return an entry of a condition on one line."""
    return f"{key}: {_flow(value)}"


def _flow(value: object) -> str:
    match value:
        case dict():
            return "{" + ", ".join(as_said(str(key), item) for key, item in value.items()) + "}"
        case list():
            return "[" + ", ".join(_flow(item) for item in value) + "]"
        case str():
            # A text that could be read as something else keeps its quotes, as in a file.
            return value if value[:1].isalpha() or value[:1] == "$" else json.dumps(value, ensure_ascii=False)
        case _:
            return json.dumps(value, ensure_ascii=False, default=str)


def written_tests(data: dict[str, Any], path: KeyPath, first: int = 0) -> list[WrittenTest]:
    """Return the tests of a condition in the order in which its reader makes leaves of them."""
    tests: list[WrittenTest] = []
    leaves = first
    for leaf in _leaves(data, path):
        place, said = leaf.head
        tests += [
            WrittenTest(leaves, place, said, here, fact, operator, operand)
            for here, fact, operator, operand in leaf.tests
        ]
        leaves += 1
    return tests


@dataclass(frozen=True, slots=True)
class _Leaf:
    head: tuple[KeyPath, str]
    tests: list[tuple[KeyPath, str, str | None, Any]]


def _leaves(data: Any, path: KeyPath) -> Iterator[_Leaf]:
    for key, value in data.items():
        here = (*path, key)
        if key in GROUPS:
            for index, item in enumerate(value):
                yield from _leaves(item, (*here, index))
        elif key in ZONES:
            inside = [test for leaf in _leaves(value, here) for test in leaf.tests]
            yield _Leaf((here, as_said(key, value)), inside)
        else:
            for test in _tests(key, value, here):
                said = as_said(key, value if test[2] is None else {test[2]: test[3]})
                yield _Leaf((test[0], said), [test])


def _tests(key: str, value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, str, str | None, Any]]:
    if not isinstance(value, dict):
        yield path, key, None, value
        return
    for operator, operand in value.items():
        yield (*path, operator), key, operator, operand


@dataclass(frozen=True, slots=True)
class WrittenBound:
    """One bound as written: its place, and which end of its test it is."""

    test: WrittenTest
    end: str | None
    path: KeyPath

    def of(self, test: Test) -> float:
        """Return the bound's value in the leaf that was made of it."""
        constant: Any = test.value
        if isinstance(constant, Bounds):
            return constant.low if self.end == "from" else constant.high
        return float(constant)

    @property
    def text(self) -> str:
        """Return the bound as the file says it."""
        return self.test.text if self.end is None else f"{self.test.text} ({self.end})"


def bounds_in(test: WrittenTest) -> list[WrittenBound]:
    """Return the bounds of a test, none if it compares nothing by size."""
    if test.operator in COMPARISONS:
        return [WrittenBound(test, None, test.path)]
    if test.operator == "between":
        return [WrittenBound(test, end, (*test.path, end)) for end in ("from", "to")]
    return []


def unit_of(fact: Fact) -> int:
    """Return the unit by which a bound on a fact is tried: one, or one second of a time or a duration."""
    return SECOND if fact.type in {"local_time", "duration"} else 1


def can_be(fact: Fact, value: float) -> bool:
    """Say whether a fact can have a value: counts, durations and times are not negative, a day ends at midnight."""
    if fact.name == "contact.local_time":
        return 0 <= value < DAY
    counted = fact.name.startswith("measure.") or fact.type in {"local_time", "duration"}
    return value >= 0 or not counted

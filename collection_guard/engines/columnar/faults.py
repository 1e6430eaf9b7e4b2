"""The faults of a table as problems: how many rows have each, and which is the first."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

import polars as pl

from collection_guard.model.masking import mask_text
from collection_guard.model.problems import Problem
from collection_guard.model.texts import LANGS, Spoken, text

LISTED: Final = 5
"""Values of a column, or ids, that are told one by one; the others are counted."""
_MORE: Final = {"table_value": "table_values_more"}
_SHOWN: Final = 60
_UNSHOWN: Final = frozenset({"recipient.members"})
"""Columns whose text names people in ways that no pattern finds."""


class Faults:
    """Gathers the problems of one table, whose rows may have numbers in a file."""

    def __init__(self, file: str | None, numbers: pl.Series | None) -> None:
        self.found: list[Problem] = []
        self._file = file
        self._numbers = numbers

    def note(self, code: str, rows: pl.Series, **values: object) -> None:
        """Note what is wrong with the rows of a mask, if there are any."""
        count = int(rows.sum())
        if count:
            first = None if self._numbers is None else int(self._numbers.filter(rows)[0])
            self.found.append(counted(Problem(code, self._file, values=values), count, first))

    def note_each(self, code: str, given: pl.Series, wrong: list[object], *, column: str) -> None:
        """Note each of some values that stand in a column."""
        rows = pl.DataFrame({"value": given, "row": pl.int_range(len(given), eager=True)}).filter(given.is_in(wrong))
        for value, count, row in rows.group_by("value").agg(pl.len(), pl.col("row").min()).iter_rows():
            first = None if self._numbers is None else int(self._numbers[row])
            values: dict[str, object] = {"column": column, "value": shown(column, value)}
            self.found.append(counted(Problem(code, self._file, values=values), count, first))

    def note_column(self, code: str, **values: object) -> None:
        """Note what is wrong with a whole column."""
        self.found.append(Problem(code, self._file, values=values))


def shown(path: str, value: object) -> str:
    """Return as much of a value as may be printed."""
    return "…" if path in _UNSHOWN else mask_text(str(value))[:_SHOWN]


def counted(problem: Problem, count: int, row: int | None) -> Problem:
    """Return a problem with how many rows have it, and at the place of the first, if rows have places."""
    code = "table_rows.first" if row is not None else "table_rows.one" if count == 1 else "table_rows.many"
    said: object = Spoken({lang: text(code, lang, count=count) for lang in LANGS})
    if count == 1 and row is not None:
        said = ""  # the place says it all
    return replace(problem, row=row, values={**problem.values, "count": count, "rows": said})


def together(one: Problem, other: Problem) -> Problem:
    """Return the same problem of two parts of a log as one."""
    count, more = (problem.values.get("count") for problem in (one, other))
    if not isinstance(count, int) or not isinstance(more, int):
        return one
    return counted(one, count + more, min((row for row in (one.row, other.row) if row is not None), default=None))


def kind(problem: Problem) -> tuple[object, ...]:
    """Return what tells a problem from the others of a log; those of one kind are one."""
    return (problem.code, problem.file, *(str(problem.values.get(name)) for name in ("column", "value")))


def listed(problems: Iterable[Problem]) -> list[Problem]:
    """Return problems to be told, the most frequent first; of many alike, those beyond a few are counted in one."""
    told: list[Problem] = []
    groups: dict[tuple[str, str | None, object], list[Problem]] = {}
    for problem in sorted(problems, key=lambda one: (-_count(one), one.row or 0)):
        groups.setdefault((problem.code, problem.file, problem.values.get("column")), []).append(problem)
    for (code, file, column), group in groups.items():
        told += group[:LISTED]
        rest = group[LISTED:]
        if rest:
            values: dict[str, object] = {"column": column, "kinds": len(rest)}
            told.append(
                counted(
                    Problem(_MORE[code], file, values=values),
                    sum(map(_count, rest)),
                    min((one.row for one in rest if one.row is not None), default=None),
                )
            )
    return told


def _count(problem: Problem) -> int:
    count = problem.values.get("count")
    return count if isinstance(count, int) else 1

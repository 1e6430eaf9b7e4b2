"""Verdicts as Parquet: findings in one row each, or all verdicts as one small number for each contact and rule.

Evidence is for people and stands in the JSON lines. Nothing loads this module where polars is absent.
"""

import os
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import polars as pl

from collection_guard.audit.verdict_lines import WHICH, Which
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.judge import Judged

CODES: Final = {"not_applicable": 0, "clear": 1, "unassessable": 2, "violation": 3}
"""The number that stands for each verdict in a table of all."""


class VerdictTable:
    """Gathers the verdicts that were asked for, contact by contact or in columns, and writes them."""

    def __init__(self, which: Which) -> None:
        self._which = which
        self._rows: list[tuple[str, str, str, str, tuple[str, ...]]] = []
        self._frame: pl.DataFrame | None = None

    def __call__(self, judged: Judged) -> None:
        """Take one verdict."""
        verdict = judged.verdict
        if verdict.verdict in WHICH[self._which]:
            self._rows.append((verdict.event_id, verdict.case_id, verdict.rule, verdict.verdict, verdict.missing))

    def take_columns(self, found: LogVerdicts) -> None:
        """Take all verdicts at once."""
        self._frame = _wide(found) if self._which == "all" else _long(found, WHICH[self._which])

    def write(self, path: Path) -> None:
        """Write the table; under its name stands what was there before until all is written. Raises OSError."""
        frame = self._frame if self._frame is not None else self._gathered()
        target = path.resolve()
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f".{target.name}.unfinished-{os.getpid()}")
        try:
            frame.write_parquet(unfinished)
            unfinished.replace(target)
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def _gathered(self) -> pl.DataFrame:
        if self._which != "all":
            return _findings(self._rows)
        rules = list(dict.fromkeys(row[2] for row in self._rows))
        columns = _ids([(row[0], row[1]) for row in self._rows[:: max(len(rules), 1)]])
        for place, rule in enumerate(rules):
            words = (row[3] for row in self._rows[place :: len(rules)])
            columns[rule] = pl.Series([CODES[word] for word in words], dtype=pl.UInt8)
        return pl.DataFrame(columns)


def _ids(pairs: Sequence[tuple[str, str]]) -> dict[str, pl.Series]:
    """Return the columns of ids; what is no text in UTF-8 is written as it would be escaped."""
    return {
        name: pl.Series([pair[place].encode("utf-8", "backslashreplace").decode() for pair in pairs], dtype=pl.String)
        for place, name in enumerate(("event_id", "case_id"))
    }


def _findings(rows: Sequence[tuple[str, str, str, str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        _ids([(row[0], row[1]) for row in rows])
        | {
            "rule": pl.Series([row[2] for row in rows], dtype=pl.String),
            "verdict": pl.Series([row[3] for row in rows], dtype=pl.String),
            "missing": pl.Series([list(row[4]) for row in rows], dtype=pl.List(pl.String)),
        }
    )


def _wide(found: LogVerdicts) -> pl.DataFrame:
    events = [found.log.events[row] for row in found.rows.tolist()]
    columns = _ids([(event.event_id, event.case_id) for event in events])
    for rule in found.rules:
        codes = rule.outcomes.map(lambda outcome: CODES[outcome[0]])
        values = pl.Series(list(codes.values), dtype=pl.UInt8)
        columns[rule.id] = values.gather(codes.codes[found.rows].tolist())
    return pl.DataFrame(columns)


def _long(found: LogVerdicts, wanted: frozenset[str]) -> pl.DataFrame:
    events = found.log.events
    return _findings(
        [
            (events[row].event_id, events[row].case_id, rule.id, word, missing)
            for row in found.rows_with(*wanted)
            for rule, (word, missing) in zip(found.rules, found.outcomes(row), strict=True)
            if word in wanted
        ]
    )

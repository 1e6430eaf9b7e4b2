"""Verdicts as Parquet: findings in one row each, or all verdicts as one small number for each contact and rule.

Evidence is for people and stands in the JSON lines. Nothing loads this module where polars is absent.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from collection_guard.audit.verdict_lines import WHICH, Which
from collection_guard.engines.columnar.output import CODES, ids_of_pairs, table_of
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.judge import Judged
from collection_guard.model.whole_files import whole_path


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
        self._frame = table_of(found, None if self._which == "all" else WHICH[self._which])

    def write(self, path: Path) -> None:
        """Write the table; under its name stands what was there before until all is written. Raises OSError."""
        frame = self._frame if self._frame is not None else self._gathered()
        with whole_path(path) as unfinished:
            frame.write_parquet(unfinished)

    def _gathered(self) -> pl.DataFrame:
        if self._which != "all":
            return _findings(self._rows)
        rules = list(dict.fromkeys(row[2] for row in self._rows))
        columns = ids_of_pairs([(row[0], row[1]) for row in self._rows[:: max(len(rules), 1)]])
        for place, rule in enumerate(rules):
            words = (row[3] for row in self._rows[place :: len(rules)])
            columns[rule] = pl.Series([CODES[word] for word in words], dtype=pl.UInt8)
        return pl.DataFrame(columns)


def _findings(rows: Sequence[tuple[str, str, str, str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(
        ids_of_pairs([(row[0], row[1]) for row in rows])
        | {
            "rule": pl.Series([row[2] for row in rows], dtype=pl.String),
            "verdict": pl.Series([row[3] for row in rows], dtype=pl.String),
            "missing": pl.Series([list(row[4]) for row in rows], dtype=pl.List(pl.String)),
        }
    )

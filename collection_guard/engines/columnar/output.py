"""Verdicts as a table: those of some kinds in one row each, or all as one small number for each contact and rule."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl

from collection_guard.engines.base import VERDICTS
from collection_guard.engines.columnar.tables import FrameEvents
from collection_guard.engines.columnar.verdicts import LogVerdicts

CODES: Final = {"not_applicable": 0, "clear": 1, "unassessable": 2, "violation": 3}
"""The number that stands for each verdict in a table of all."""


def table_of(found: LogVerdicts, wanted: frozenset[str] | None) -> pl.DataFrame:
    """Return the verdicts of the kinds wanted as a table, in the order of contacts and rules.

    A row for each verdict; where no kinds are named, all verdicts: a row for each contact, a number for each rule.
    """
    return _wide(found) if wanted is None else _long(found, wanted)


def _ids_of(found: LogVerdicts) -> pl.DataFrame:
    """Return the ids of the contacts that were judged."""
    events = found.log.events
    if isinstance(events, FrameEvents):
        return events.ids()[found.rows.tolist()]
    return pl.DataFrame(ids_of_pairs([(events[row].event_id, events[row].case_id) for row in found.rows.tolist()]))


def _wide(found: LogVerdicts) -> pl.DataFrame:
    columns = _ids_of(found).to_dict()
    for rule in found.rules:
        codes = rule.outcomes.map(lambda outcome: CODES[outcome[0]])
        values = np.array(codes.values, np.uint8)
        columns[rule.id] = pl.Series(values[codes.codes[found.rows]], dtype=pl.UInt8)
    return pl.DataFrame(columns)


def _long(found: LogVerdicts, wanted: frozenset[str]) -> pl.DataFrame:
    rows, rules, words, lacks = [], [], [], []
    told: list[tuple[str, ...]] = []
    for number, rule in enumerate(found.rules):
        outcomes = rule.outcomes.values
        chosen = np.array([word in wanted for word, _ in outcomes], np.bool_)[rule.outcomes.codes[found.rows]]
        places = np.flatnonzero(chosen)
        codes = rule.outcomes.codes[found.rows[places]]
        rows.append(places)
        rules.append(np.full(len(places), number))
        words.append(np.array([VERDICTS.index(word) for word, _ in outcomes], np.int64)[codes])
        lacks.append(codes + len(told))
        told += [missing for _, missing in outcomes]
    row, rule_of, word, lack = (np.concatenate([np.zeros(0, np.int64), *part]) for part in (rows, rules, words, lacks))
    order = np.lexsort((rule_of, row))
    ids = _ids_of(found)[row[order].tolist()]
    found_table: pl.DataFrame = ids.with_columns(
        pl.Series("rule", [rule.id for rule in found.rules], pl.String).gather(rule_of[order].tolist()),
        pl.Series("verdict", list(VERDICTS), pl.String).gather(word[order].tolist()),
        pl.Series("missing", [list(one) for one in told], pl.List(pl.String)).gather(lack[order].tolist()),
    )
    return found_table


def ids_of_pairs(pairs: Sequence[tuple[str, str]]) -> dict[str, pl.Series]:
    """Return the columns of ids; what is no text in UTF-8 is written as it would be escaped."""
    return {
        name: pl.Series([pair[place].encode("utf-8", "backslashreplace").decode() for pair in pairs], dtype=pl.String)
        for place, name in enumerate(("event_id", "case_id"))
    }

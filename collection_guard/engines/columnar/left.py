"""What was left before a visit or a letter that may belong to it, as columns (semantics 21)."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Final

import numpy as np

from collection_guard.engines.columnar.arrays import Coded, Flags, Ints
from collection_guard.engines.columnar.pairs import NONE, RELATIONS, expanded, relation, sets_of
from collection_guard.facts.claims import COUNTERPARTS
from collection_guard.facts.clock import LONGEST_DAY
from collection_guard.facts.names import fold_name
from collection_guard.language.units import HOUR
from collection_guard.model.words import OTHER_CHANNEL

if TYPE_CHECKING:
    from collection_guard.engines.columnar.facts import FactColumns

_LONGEST_DATE: Final = 50 * HOUR
"""Longer than any date lasts, by whatever clocks."""
_NEAR: Final = LONGEST_DAY // timedelta(microseconds=1)
_AT_ONCE: Final = 2
"""How the instants of two contacts may be where no zone says their dates: the same, near, or too far."""


def left_before(facts: "FactColumns") -> list[tuple[Ints, int]]:
    """Return columns that are the same for rows before which the same was left, in the same relation to them.

    That is: earlier visits and letters of the case that were known by then and may be of the same date, the firms
    that they named, and whether collector and agency are the same.
    """
    log, channel = facts.log, facts.log["channel"]
    rows, left = _pairs(facts)
    same_day = np.where(log.at[rows] == log.at[left], _AT_ONCE, 1)
    zoned = facts.people.zone.where(lambda zone: zone is not None)
    same_day[zoned[rows]] = 0
    firms = facts.column("law_firm.firms")
    other: Flags = channel.where(OTHER_CHANNEL.__eq__)
    parts = [
        (same_day, _AT_ONCE + 1),
        (other[rows] | other[left], 2),
        (log.doubtful[left] | (log.surely_visible_from[left] > rows), 2),
        (_same(log["collector.id"], rows, left, str), RELATIONS),
        *((_same(log[name], rows, left, fold_name), RELATIONS) for name in ("collector.name", "agency")),
        (firms.codes[left], len(firms.values)),
    ]
    codes, width = np.zeros(len(rows), np.int64), 1
    for part, count in parts:
        codes, width = codes * count + part, width * count
    return sets_of(log.size, rows, codes, width)


def _pairs(facts: "FactColumns") -> tuple[Ints, Ints]:
    """Return the pairs of a row and what was left before it, in the order of rows."""
    log, channel, zones = facts.log, facts.log["channel"], facts.people.zone
    cases = log["case"].codes.astype(np.int64)
    width = log.size + 1
    asked_of, left_of = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    for word, counterparts in COUNTERPARTS.items():
        left = np.flatnonzero(channel.where(counterparts.__contains__))
        left = left[np.argsort(cases[left], kind="stable")]
        places = cases[left] * width + left
        asked = np.flatnonzero(channel.where(word.__eq__))
        since = np.minimum(log.row_from(log.at[asked] - _LONGEST_DATE), asked)
        base = cases[asked] * width
        owner, place = expanded(np.searchsorted(places, base + since), np.searchsorted(places, base + asked))
        asked_of.append(asked[owner])
        left_of.append(left[place])
    rows, left = np.concatenate(asked_of), np.concatenate(left_of)
    days = facts.people.days()[0]
    unzoned = zones.where(lambda zone: zone is None)[rows]
    near = np.where(unzoned, log.at[rows] - log.at[left] < _NEAR, days[rows] == days[left])
    known = near & (log.visible_from[left] <= rows)
    rows, left = rows[known], left[known]
    order = np.argsort(rows, kind="stable")
    return rows[order], left[order]


def _same(column: Coded, rows: Ints, left: Ints, key: Callable[[str], str]) -> Ints:
    """Return how the words of rows are to those of what was left before them."""
    pairs = np.unique(column.codes[np.concatenate([rows, left])])
    table: dict[str | None, int] = {None: NONE}
    known = np.full(len(column.values), NONE, np.int64)
    for code in pairs.tolist():
        value = column.values[code]
        known[code] = table.setdefault(None if value is None else key(value), len(table) - 1)
    return relation(known[column.codes[rows]], known[column.codes[left]])

"""One partition of a large audit: its verdicts as a table, and what the report counts in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from collection_guard.audit.calls import Calls
from collection_guard.audit.columnar import count_columns
from collection_guard.audit.columns import EmptyFields
from collection_guard.audit.report import NO_AGENCY, Counts, Violation
from collection_guard.audit.run import latest_rule_sets
from collection_guard.audit.taken import Contact, Position
from collection_guard.engines.base import VIOLATION
from collection_guard.engines.columnar.arrays import Coded, grouped
from collection_guard.engines.columnar.log import TEXT
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.output import table_of
from collection_guard.engines.columnar.passes import judged_by_case
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.model.words import CALL_CHANNELS

MOST_VIOLATIONS: Final = 200
"""Violations that the report of a large audit shows with their evidence: the first of the log."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of each partition."""

    written: bool
    """Whether verdicts are written at all."""
    wanted: frozenset[str] | None
    """The kinds of verdicts that are written, None for a table of all."""
    somewhere: Mapping[str, bool]
    """The fields that are empty somewhere in the whole log."""
    counted: bool = True
    """Whether the report's counts are wanted, and the first violations with their evidence."""


def judged_bucket(frame: pl.DataFrame, matter: Matter, question: Question) -> tuple[pl.DataFrame | None, Counts]:
    """Return the verdicts on a partition that holds whole cases, and what was counted in it.

    The table has the instants of the contacts as ``started_at``, by which tables are put in one order.
    """
    found = judged_by_case(frame, matter.compiled, matter.world)
    counts = _counted(found, matter, question.somewhere) if question.counted else Counts()
    if not question.written:
        return None, counts
    table = table_of(found, question.wanted)
    starts = frame.select("event_id", "started_at")
    return table.join(starts, on="event_id", how="left", maintain_order="left"), counts


def _counted(found: LogVerdicts, matter: Matter, somewhere: Mapping[str, bool]) -> Counts:
    counts = Counts(contacts_judged=len(found.rows))
    if not len(found.rows):
        return counts
    log = found.log
    empty = EmptyFields(
        [],
        matter.profiles,
        has_registry=matter.registry is not None,
        has_zone=matter.settings.timezone is not None,
        somewhere=somewhere,
    )
    count_columns(counts, found, empty, latest_rule_sets(matter.compiled))
    counts.earliest = log.events[int(found.rows[0])].started_at
    counts.latest = log.events[int(found.rows[-1])].started_at
    counts.calls = _calls(found, assume_party=matter.settings.assume_party)
    counts.texts = int(np.count_nonzero(log["content"].where(lambda text: text == TEXT)[found.rows]))
    for row in found.rows_with(VIOLATION):
        contact = Contact(log.events[row], Position())
        for item in found.judged(row, {VIOLATION}):
            verdict = item.verdict
            counts.violations.append(Violation(contact, verdict.rule, verdict.evidence, item.values))
        if len(counts.violations) >= MOST_VIOLATIONS:
            break
    return counts


def _calls(found: LogVerdicts, *, assume_party: bool) -> dict[str, Calls]:
    """Return the calls of each agency; contacts that are alike in all that tells are looked at once."""
    log = found.log
    relationships = log["recipient"].map(lambda recipient: recipient[1])
    told = [log[name] for name in ("agency", "channel", "direction", "outcome")]
    groups = grouped(len(found.rows), *(Coded(one.codes[found.rows], one.values) for one in (*told, relationships)))
    counts = np.bincount(groups.codes, minlength=len(groups.firsts))
    calls: dict[str, Calls] = {}
    for first, count in zip(groups.firsts.tolist(), counts.tolist(), strict=True):
        row = int(found.rows[first])
        if log["channel"].value(row) in CALL_CHANNELS:
            event = log.events[row]
            agency = event.agency or NO_AGENCY
            calls[agency] = calls.get(agency, Calls()) + Calls.of(event, count, assume_party=assume_party)
    return calls

"""The core rules as one hand-written Polars query, for ``comparison.py``: what somebody who knows Polars would write.

Written from docs/semantics.md for the form and the words of simulated logs, and for nothing else; it shares no code
with the engines, knows no packs, explains nothing and checks nothing. Unknown is null throughout, which Polars'
``&``, ``|`` and ``~`` treat as Kleene does; counts over uncertain pasts are intervals; what was recorded late is known
late. Not here, because these logs never have it: masked numbers and names, numbers that name a country, channels that
nobody knows, audiences that are unknown, incomplete histories, parameters that leave a
bound arguable, texts that somebody has to read.
"""

from collections.abc import Callable
from pathlib import Path

import polars as pl
from polars import col

from handwritten.common import CARRIED, SHANGHAI, Given, among, given, legal, local, number
from handwritten.history import contacted_today, hours, in_window, instructed, unreachable
from handwritten.people import facts_of_rows, recipients
from handwritten.rules import decided
from handwritten.said import disagreeing, firms, outcomes, signals

__all__ = ["Given", "given", "judge"]


def judge(log: Path, beside: Given, out: Path) -> None:
    """Read a log, judge it, and write what was found."""
    frame = pl.read_parquet(log).sort("started_at", "event_id").with_row_index("row")
    frame = frame.with_columns(col("row").cast(pl.Int64))
    cases = beside.cases
    zones = cases.select("case_id", "accessibility", zone=legal(col("timezone")), of_profile="borrower_id")
    frame = frame.join(zones, on="case_id", how="left", maintain_order="left").with_columns(
        zone=col("zone").fill_null(beside.timezone),
        known=pl.coalesce("recorded_at", "started_at"),
        borrower=pl.coalesce("borrower_id", "of_profile", "case_id"),
        day=col("started_at").dt.convert_time_zone(SHANGHAI).dt.date(),
        key=number(col("recipient.number")),
    )
    blank = col("recipient.number").fill_null("").str.strip_chars() == ""
    frame = frame.with_columns(
        today=local(frame, "started_at", "zone").dt.date(), unnumbered=among("channel", CARRIED) & blank
    )
    frame = facts_of_rows(frame, recipients(frame, cases, beside.timezone))
    frame = firms(signals(outcomes(frame)), beside.registry)
    steps: list[Callable[[pl.DataFrame], pl.DataFrame]] = [
        disagreeing,
        unreachable,
        contacted_today,
        lambda table: instructed(table, cases),
        lambda table: in_window(table, cases, beside.timezone),
        hours,
    ]
    for step in steps:
        frame = step(frame)
    decided(frame, beside).write_parquet(out)

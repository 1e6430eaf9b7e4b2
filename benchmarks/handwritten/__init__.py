"""The core rules as one hand-written Polars query, for ``comparison.py``: what somebody who knows Polars would write.

Written from docs/semantics.md for the form and the words of simulated logs, and for nothing else; it shares no code
with the engines, knows no packs, explains nothing and checks nothing. Unknown is null throughout, which Polars'
``&``, ``|`` and ``~`` treat as Kleene does; counts over uncertain pasts are intervals; what was recorded late is known
late. Not here, because these logs never have it: masked numbers and names, numbers that name a country, channels that
nobody knows, audiences that are unknown, incomplete histories, parameters that leave a
bound arguable, texts that somebody has to read; and in parts, contacts that do not name their borrower.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl
from polars import col

from handwritten.common import CARRIED, SHANGHAI, Given, among, given, legal, local, number
from handwritten.history import contacted_today, hours, in_window, instructed, unreachable
from handwritten.people import facts_of_rows, recipients
from handwritten.rules import decided
from handwritten.said import disagreeing, firms, outcomes, signals

__all__ = ["Given", "given", "judge", "judge_in_parts"]


def judge(log: Path, beside: Given, out: Path) -> None:
    """Read a log, judge it, and write what was found."""
    found(pl.read_parquet(log), beside).drop("started_at").write_parquet(out)


def judge_in_parts(folder: Path, out: Path, parts: int) -> None:
    """Read what is judged by, cut the log so that each borrower is whole in one part, and judge the parts in turn."""
    beside = given(folder)
    part = (col("borrower_id").hash() % parts).alias("part")
    with TemporaryDirectory() as kept:
        cut, verdicts = Path(kept, "cut"), Path(kept, "verdicts")
        verdicts.mkdir()
        pl.scan_parquet(folder / "log.parquet").sink_parquet(
            pl.PartitionBy(cut, key=part, include_key=False), compression="lz4", mkdir=True
        )
        for number, one in enumerate(cut.iterdir()):
            log = pl.read_parquet(one / "*.parquet")
            cases = beside.cases.join(log.select("case_id"), on="case_id", how="semi", maintain_order="left")
            found(log, replace(beside, cases=cases)).write_parquet(verdicts / f"{number}.parquet")
        in_order = pl.scan_parquet(verdicts / "*.parquet").sort("started_at", "event_id", "rule")
        in_order.drop("started_at").sink_parquet(out)


def found(log: pl.DataFrame, beside: Given) -> pl.DataFrame:
    """Return what is found in a log, with the instants of the contacts."""
    frame = log.sort("started_at", "event_id").with_row_index("row")
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
    return decided(frame, beside)

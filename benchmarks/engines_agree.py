"""Hold the engines to each other on a simulated log of any size: columns, pieces, Spark, and the engines one by one.

Run ``python benchmarks/engines_agree.py --contacts 1000000 [--profile rough] [--seed 7] [--sample 2000]
[--master 'local-cluster[2,1,1024]']``. It needs ``pip install 'collection-guard[large]'``, and ``[spark]`` for Spark.

The rough profile is the clean one with 2 in 100 of all fields empty, a tenth of the contacts at full hours, a number
and a collector that many cases share, and late records; in the wild one anything may be anything.

All verdicts and missing facts of all contacts must be the same in columns, in pieces (in two processes, in many
parts), and on Spark, if a master is named. On whole borrowers and cases of about ``--sample`` contacts, reference and
durable judge contact by contact: every verdict, what it lacks, and every fact must be that of the columns of the whole
log. The command ends with 1 where anything differs, and prints the first differences.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from collection_guard.audit.pieces import BYTES_EACH, Pieces, judge_pieces
from collection_guard.audit.profiles import read_profiles
from collection_guard.engines.columnar.canonical import canonical
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.output import table_of
from collection_guard.engines.columnar.passes import judged_by_case, key_column, with_borrowers
from collection_guard.engines.columnar.tables import PAST, FrameEvents, in_order
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.durable import is_available
from collection_guard.engines.judge import Judge
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs

SHOWN = 10
MISSING, TIES = 0.02, 0.1
REQUIRED = {"event_id", "case_id", "channel", "started_at"}
PARTS = 8
MANY = 1_000_000
FIXED = 250_000_000


def simulated(folder: Path, seed: int, contacts: int, profile: str) -> tuple[pl.DataFrame, Matter]:
    """Simulate a log, and return it in its canonical form, with what it is judged by."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    from simulate import simulate  # noqa: PLC0415  # a script beside the package

    simulate(seed, contacts, folder, "clean" if profile == "rough" else profile)
    parts = []
    with (folder / "events.jsonl").open("rb") as file:
        while lines := file.readlines(100_000_000):
            found = canonical(pl.read_ndjson(b"".join(lines), infer_schema_length=None))
            if found.problems:
                sys.exit("\n".join(problem.render("en") for problem in found.problems))
            parts.append(found.frame)
    frame = roughened(pl.concat(parts), seed) if profile == "rough" else pl.concat(parts)
    frame.write_parquet(folder / "log.parquet")
    settings = json.loads((folder / "settings.json").read_text("utf-8"))
    matter = Matter(
        tuple(load_packs(["core"])),
        settings["parameters"],
        Settings(timezone=settings["timezone"], history="from-earliest"),
        read_registry(folder / "registry.csv"),
        read_profiles(folder / "cases.jsonl"),
    )
    # As every way that reads a log does: a borrower that a contact lacks is that of the others of its case.
    return with_borrowers(frame, matter.world), replace(matter, earliest=frame["started_at"].min())


def roughened(frame: pl.DataFrame, seed: int) -> pl.DataFrame:
    """Return a clean log with what logs have: fields left empty, contacts at one instant, one number in many cases."""
    chance = np.random.default_rng(seed)

    def some(share: float) -> pl.Series:
        return pl.Series(chance.random(frame.height) < share)

    changed = frame.with_columns(
        *(pl.when(~some(MISSING)).then(pl.col(name)).alias(name) for name in frame.columns if name not in REQUIRED),
        pl.when(some(MISSING)).then(pl.lit("other")).otherwise("channel").alias("channel"),
        pl.when(some(TIES)).then(pl.col("started_at").dt.truncate("1h")).otherwise("started_at").alias("started_at"),
    )
    late = pl.col("started_at") + pl.duration(hours=30)
    return changed.with_columns(
        pl.when(some(MISSING))
        .then(pl.lit(frame["recipient.number"][0]))
        .otherwise("recipient.number")
        .alias("recipient.number"),
        pl.when(some(TIES)).then(pl.lit("1")).otherwise("collector.id").alias("collector.id"),
        pl.when(some(MISSING)).then(late).otherwise("recorded_at").alias("recorded_at"),
    )


def whole_keys(frame: pl.DataFrame, matter: Matter, sample: int) -> pl.DataFrame:
    """Return about so many contacts: with each all of its case and of its borrower, and so on."""
    keyed = frame.with_columns(key_column(frame, "borrower", matter.world).alias("_borrower"))
    cases = keyed["case_id"].unique().sort().sample(fraction=1.0, shuffle=True, seed=sample)
    chosen = keyed.filter(pl.col("case_id").is_in(cases.head(max(1, len(cases) * sample // frame.height)).implode()))
    while True:
        borrowers, of = chosen["_borrower"].drop_nulls().unique().implode(), chosen["case_id"].unique().implode()
        more = keyed.filter(pl.col("case_id").is_in(of) | pl.col("_borrower").is_in(borrowers).fill_null(value=False))
        if more.height == chosen.height:
            return in_order(chosen.drop("_borrower"))
        chosen = more


def one_by_one(found: LogVerdicts, sample: pl.DataFrame, matter: Matter, engine: str) -> Iterator[str]:
    """Yield how an engine that judges contact by contact differs from the columns."""
    rows = {event_id: row for row, event_id in enumerate(found.log.events.ids()["event_id"].to_list())}  # type: ignore[attr-defined]  # the events of a table
    judge = Judge(matter.compiled, matter.world, engine)
    for event in FrameEvents(sample):
        row = rows[event.event_id]
        ours = dict(zip((rule.id for rule in found.rules), found.outcomes(row), strict=True))
        for one in judge.judge(event):
            said = (one.verdict.verdict, one.verdict.missing)
            if said != ours[one.rule.id]:
                yield f"{event.event_id} {one.rule.id}: {engine} {said}, columns {ours[one.rule.id]}"
        for pack, sheet in zip(found.packs, judge.sheets(), strict=True):
            facts = pack.row_sheet(row)
            for name, fact in sheet.rule_set.vocabulary.items():
                if not fact.zoned and facts.value(name) != sheet.value(name):
                    yield f"{event.event_id} {name}: {engine} {sheet.value(name)}, columns {facts.value(name)}"
        judge.add(event)


def by_spark(folder: Path, matter: Matter, session: Any, together: int) -> pl.DataFrame:
    """Return all verdicts as Spark gives them."""
    from collection_guard.engines import spark  # noqa: PLC0415  # loads Spark

    table = session.read.parquet(str(folder / "log.parquet"))
    found = spark.verdicts(table, matter, None, together=together)
    return pl.DataFrame(found.toArrow())


@dataclass(frozen=True)
class Given:
    """What is simulated, and how much of it is judged contact by contact."""

    contacts: int
    profile: str
    seed: int
    sample: int


def disagreements(folder: Path, given: Given, session: Any = None) -> Iterator[str]:
    """Yield all differences that are found, saying on the way what was compared."""
    frame, matter = simulated(folder, given.seed, given.contacts, given.profile)
    found = judged_by_case(frame.with_columns(pl.lit(value=False).alias(PAST)), matter.compiled, matter.world)
    whole = table_of(found, None)
    print(f"{whole.height} contacts, {whole.width - 2} rules in columns", flush=True)
    each, processes = max(1, given.contacts // PARTS), 1 + (given.contacts >= MANY)
    pieces = Pieces([folder / "log.parquet"], [], None, processes * (FIXED + BYTES_EACH * each), processes)
    judge_pieces(pieces, matter, (folder / "v.parquet", None))
    yield from differing("in pieces", whole, pl.read_parquet(folder / "v.parquet"))
    if session is not None:
        yield from differing("on Spark", whole, by_spark(folder, matter, session, each))
    sample = whole_keys(frame, matter, given.sample)
    for engine in ("reference", *(["durable"] if is_available() else [])):
        yield from one_by_one(found, sample, matter, engine)
        print(f"{sample.height} contacts of whole borrowers and cases, {engine}", flush=True)


def differing(name: str, whole: pl.DataFrame, other: pl.DataFrame) -> Iterator[str]:
    print(f"{other.height} contacts, {name}", flush=True)
    other = other.cast(dict(whole.schema))  # type: ignore[arg-type]  # of the same columns
    if not whole.equals(other):
        ours, theirs = whole.head(other.height), other.head(whole.height)
        wrong = [one for one in whole.columns if whole.height != other.height or not ours[one].equals(theirs[one])]
        yield f"{name} differs from columns in {', '.join(wrong)}"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--contacts", type=int, default=100_000)
    options.add_argument("--profile", choices=("clean", "rough", "wild"), default="rough")
    options.add_argument("--seed", type=int, default=20251120)
    options.add_argument("--sample", type=int, default=2_000)
    options.add_argument("--master")
    asked = options.parse_args()
    given = Given(asked.contacts, asked.profile, asked.seed, asked.sample)
    with tempfile.TemporaryDirectory() as folder, cluster(asked.master) as session:
        found = list(islice(disagreements(Path(folder), given, session), SHOWN))
    print("\n".join(found) or f"the engines agree: {given}")
    sys.exit(1 if found else 0)


def cluster(master: str | None) -> Any:
    if master is None:
        return nullcontext()
    from collection_guard.audit.spark import session_of  # noqa: PLC0415  # loads Spark

    return session_of(master)


if __name__ == "__main__":
    main()

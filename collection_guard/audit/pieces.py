"""An audit in bounded memory: a log is cut into partitions that lie on disk, and each is judged by itself.

The log is read in slices and cut by the key of the first pass; each pass reads its partitions one by one, adds what it
computes, and cuts anew by the next key. Verdicts are gathered in one table, which takes its name once it is whole.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

import numpy as np
import polars as pl

from collection_guard.audit.bucket import MOST_VIOLATIONS, Question, judged_bucket
from collection_guard.audit.kept_profiles import KeptProfiles
from collection_guard.audit.report import Counts
from collection_guard.audit.slices import lacks_borrowers, same_ids, sizes_of, slices_of
from collection_guard.audit.workers import workers
from collection_guard.engines.columnar.canonical import canonical, flagged
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.passes import (
    GUEST,
    MAY_VISIT,
    PartitionKey,
    key_column,
    steps_of,
    with_borrowers,
    with_measures,
)
from collection_guard.engines.columnar.scan import Scan, scan_of, somewhere_of
from collection_guard.engines.columnar.tables import SCHEMA
from collection_guard.model.cycles import no_search_for_cycles
from collection_guard.model.problems import LogError
from collection_guard.model.scratch_folders import scratch_folder
from collection_guard.model.whole_files import whole_path

Work = Literal["borrowers", "measures", "verdicts"]
BYTES_EACH: Final = 6_000
"""Memory that judging a contact of a partition is taken to cost: an estimate on the safe side."""
_FIXED: Final = 250_000_000
"""Memory of the program itself, its libraries and packs."""
_SLICE: Final = 250_000
"""Rows that are read at a time."""
_LEAST: Final = 10_000
_PARALLEL_FROM: Final = 100_000
"""From so many contacts on a second process pays for its start."""


@dataclass(frozen=True, slots=True)
class Pieces:
    """What is audited, and within what."""

    logs: Sequence[Path]
    past: Sequence[Path]
    since: datetime | None
    memory: int
    """Bytes that the audit may take."""
    processes: int = 1


@dataclass(slots=True)
class _Spill:
    """Partitions on disk: tables that are cut by a key and appended to a folder for each part."""

    folder: Path
    key: PartitionKey
    parts: int
    of: str
    """What is cut, as no other does at the same time."""
    _written: int = 0

    def add(self, frame: pl.DataFrame, matter: Matter) -> pl.Series:
        """Cut a table; contacts of an unknown key that may be any visit all parts."""
        keys = key_column(frame, self.key, matter.world)
        known = frame.with_columns(
            (keys.hash(0) % self.parts).fill_null(0).alias("part"), pl.lit(value=False).alias(GUEST)
        )
        tables = [known]
        if self.key in MAY_VISIT and keys.null_count():
            strangers = known.filter(keys.is_null())
            others = pl.DataFrame({"part": range(1, self.parts)}, schema={"part": pl.UInt64})
            tables.append(
                strangers.drop("part").join(others, how="cross").with_columns(pl.lit(value=True).alias(GUEST))
            )
        for table in tables:
            for (part,), rows in table.select(sorted(table.columns)).partition_by("part", as_dict=True).items():
                place = self.folder / f"{part}"
                place.mkdir(parents=True, exist_ok=True)
                self._written += 1
                rows.drop("part").write_parquet(place / f"{self.of}-{self._written}.parquet", compression="lz4")
        return keys

    def each(self) -> list[Path]:
        """Return the folders of the parts."""
        return sorted(self.folder.iterdir()) if self.folder.exists() else []


@dataclass(frozen=True, slots=True)
class _Stage:
    """One pass: by what key contacts lie together, what is done to them, and by what key they are cut then."""

    work: Work
    key: PartitionKey
    next_key: PartitionKey | None


@dataclass(frozen=True, slots=True)
class _Task:
    """A stage on one part."""

    stage: _Stage
    part: Path
    spill: Path
    parts: int
    question: Question | None


_here: list[Matter] = []
"""What this process judges by, once it was told."""


def _tell(matter: Matter) -> None:
    _here[:] = [matter]


def _do(task: _Task) -> tuple[int, Counts | None]:
    """Do a stage on one part; return how many contacts it held, and what was counted."""
    with no_search_for_cycles():
        return _done(task, _here[0])


def _done(task: _Task, matter: Matter) -> tuple[int, Counts | None]:
    frame = pl.read_parquet(sorted(task.part.glob("*.parquet")), glob=False)
    hosts = int((~frame[GUEST]).sum())
    if isinstance(matter.profiles, KeptProfiles):
        matter.profiles.hold(frame["case_id"].unique().to_list())
    if task.stage.work == "verdicts":
        assert task.question is not None  # noqa: S101  # the last stage has one
        table, counts = judged_bucket(frame, matter, task.question)
        if table is not None:
            task.spill.mkdir(parents=True, exist_ok=True)
            table.write_parquet(task.spill / f"{task.part.name}.parquet", compression="lz4")
        return hosts, counts
    if task.stage.work == "borrowers":
        made = with_borrowers(frame, matter.world)
    else:
        steps = steps_of(matter.compiled)[task.stage.key]
        made = with_measures(frame, steps, matter.compiled, matter.world)
    assert task.stage.next_key is not None  # noqa: S101  # verdicts come last
    spill = _Spill(task.spill, task.stage.next_key, task.parts, task.part.name)
    spill.add(made.drop(GUEST), matter)
    return hosts, None


@dataclass(slots=True)
class Outcome:
    """What came of an audit in pieces."""

    scan: Scan
    counts: Counts
    rows: dict[str, int] = field(default_factory=dict)
    """Rows of each file."""


def judge_pieces(
    given: Pieces,
    matter: Matter,
    verdicts: tuple[Path, frozenset[str] | None] | None,
    progress: Callable[[int, int], None] | None = None,
    *,
    counted: bool = True,
) -> Outcome:
    """Judge logs in pieces, and write the verdicts of the kinds wanted to a file; of no kinds named, a table of all.

    ``progress`` is given how many contacts were handled, and how many there are to handle in all passes together.
    Without ``counted`` nothing is counted for a report.
    Raises LogError with every problem of the logs, OSError for a file that cannot be written.
    """
    _tell(matter)
    with scratch_folder() as folder:
        run = _Run(given, matter, folder, progress)
        outcome = run.read()
        run.judge(outcome, verdicts, counted=counted)
        return outcome


class _Run:
    """One audit in pieces."""

    def __init__(
        self, given: Pieces, matter: Matter, folder: Path, progress: Callable[[int, int], None] | None
    ) -> None:
        self._given = given
        self._matter = matter
        self._folder = folder
        self._progress = progress
        self._each = max(_LEAST, int((given.memory / given.processes - _FIXED) / BYTES_EACH))
        self._stages: list[_Stage] = []
        self._done = self._todo = 0

    def read(self) -> Outcome:
        """Read all logs into the parts of the first stage."""
        given, steps = self._given, steps_of(self._matter.compiled)
        scan, hashes, pairs = Scan(), [], _Pairs()
        sizes = sizes_of((*given.logs, *given.past), scan)
        total = sum(sizes.values())
        # A borrower that some contact of a case lacks is looked for among the others of the case, before all else.
        ahead = "borrower" in steps and any(map(lacks_borrowers, sizes))
        works: list[tuple[Work, PartitionKey]] = [("borrowers", "case")] if ahead else []
        works += [("measures", key) for key in steps]
        works.append(("verdicts", "case"))
        self._todo = total * (1 + len(works))
        spill = _Spill(self._folder / "0", works[0][1], self._parts(total), "log")
        for path in sizes:
            for part in slices_of(path, min(self._each, _SLICE)):
                for problem in part.problems:
                    scan.note(problem)
                if not part.frame.width:
                    continue
                found = canonical(part.frame, str(path), part.numbers)
                table = flagged(found.frame, past=path in given.past, since=given.since)
                scan.take(scan_of(found, table, part.frame.height))
                hashes.append(table["event_id"].drop_nulls().hash(0).to_numpy())
                # Of a log with faults nothing is judged; what is left of it is only looked through.
                if not scan.problems:
                    pairs.add(spill.add(table, self._matter), table["case_id"])
                self._advance(part.frame.height)
        for problem in same_ids(sizes, _twice(hashes)):
            scan.note(problem)
        if scan.problems:
            raise LogError(scan.told())
        if list(steps) == ["borrower"] and not ahead and pairs.are_one_each():
            # Whole borrowers are whole cases: the one cut serves both.
            works = [("verdicts", "borrower")]
        self._todo = self._done + (scan.judged + scan.past) * len(works)
        following = [key for _, key in works[1:]]
        self._stages = [_Stage(work, key, after) for (work, key), after in zip(works, [*following, None], strict=True)]
        return Outcome(scan, Counts(), {str(path): size for path, size in sizes.items()})

    def _parts(self, rows: int) -> int:
        return max(1, -(-rows // self._each))

    def _advance(self, rows: int) -> None:
        self._done += rows
        if self._progress is not None:
            self._progress(min(self._done, self._todo), self._todo)

    def judge(self, outcome: Outcome, verdicts: tuple[Path, frozenset[str] | None] | None, *, counted: bool) -> None:
        """Do all stages, and write the verdicts."""
        matter = replace(self._matter, earliest=outcome.scan.earliest)
        _tell(matter)
        somewhere = somewhere_of(outcome.scan.empty, matter)
        question = Question(verdicts is not None, verdicts[1] if verdicts else None, somewhere, counted)
        parts = self._parts(outcome.scan.judged + outcome.scan.past)
        many = self._given.processes > 1 and outcome.scan.rows >= _PARALLEL_FROM
        with workers(self._given.processes if many else 1, _tell, matter) as pool:
            for number, stage in enumerate(self._stages):
                source, target = self._folder / str(number), self._folder / str(number + 1)
                tasks = [_Task(stage, part, target, parts, question) for part in sorted(source.glob("*"))]
                for (rows, counts), task in zip(_all(tasks, pool), tasks, strict=True):
                    self._advance(rows)
                    if counts is not None:
                        outcome.counts.take(counts, MOST_VIOLATIONS)
                    for file in task.part.iterdir():
                        file.unlink()
        if verdicts is not None:
            _write(self._folder / str(len(self._stages)), *verdicts, matter, question)


def _all(tasks: Sequence[_Task], pool: Executor | None) -> Iterator[tuple[int, Counts | None]]:
    return map(_do, tasks) if pool is None else pool.map(_do, tasks)


def _write(folder: Path, path: Path, wanted: frozenset[str] | None, matter: Matter, question: Question) -> None:
    """Put the verdicts of all parts in the order of the log, under the name of the file once all is written."""
    order = ["started_at", "event_id"] if wanted is None else ["started_at", "event_id", "rule"]
    if not folder.exists():
        empty = pl.DataFrame(schema={**SCHEMA, "past": pl.Boolean, GUEST: pl.Boolean})
        table, _ = judged_bucket(empty, matter, question)
        assert table is not None  # noqa: S101  # verdicts are asked for
        folder.mkdir(parents=True)
        table.write_parquet(folder / "none.parquet")
    with whole_path(path) as unfinished:
        parts = pl.scan_parquet(sorted(folder.glob("*.parquet")), glob=False)
        parts.sort(order).drop("started_at").sink_parquet(unfinished)


class _Pairs:
    """The keys under which each case was cut."""

    def __init__(self) -> None:
        self._pairs: list[pl.DataFrame] = []

    def add(self, keys: pl.Series, cases: pl.Series) -> None:
        """Note the keys of contacts, and their cases."""
        self._pairs.append(pl.DataFrame({"case": cases.hash(0), "key": keys.hash(0)}).unique())

    def are_one_each(self) -> bool:
        """Say whether no case was cut under two keys."""
        pairs = pl.concat(self._pairs).unique() if self._pairs else pl.DataFrame({"case": []})
        return pairs["case"].n_unique() == pairs.height


def _twice(hashes: list[np.ndarray]) -> pl.Series:
    """Return the hashes of ids that came more than once."""
    if not hashes:
        return pl.Series(dtype=pl.UInt64)
    everything = pl.Series(np.sort(np.concatenate(hashes)), dtype=pl.UInt64)
    return everything.filter(everything == everything.shift(1)).unique()

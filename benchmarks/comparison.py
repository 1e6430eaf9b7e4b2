"""What an audit costs from Parquet to Parquet, by each way there is, and what the rule step costs by other engines.

Run ``python benchmarks/comparison.py [--contacts 10000 100000] [--rounds 3] [--sample 2000] [--out TABLE.json]``. It
needs the extra: ``pip install '.[bench]'`` in a clone. Sizes from 10,000 to 10,000,000 make sense. A log is simulated
for each size, kept in ``--folder`` if one is named; what is more than a million contacts are the same ones again, under
other ids and numbers. Whatever is compared must agree first; the works then run in turns, so that ratios do not depend
on how fast the machine is at the time. Times are of the processor, of all its cores and processes together, the median
of the rounds; memory is the peak of a process of its own.

End to end: read the same file, judge every rule of the core pack, three-valued, with intervals and ``recorded_at``,
and write event, case, rule, verdict and missing facts of every violation and unassessable verdict. The profiles of
cases and the registry are there already, as each way holds them; or, "from files", they are read within the time, and
the log is cut so that memory is bounded: the query in parts, columns in pieces; "without recorded_at", the log says of
no contact when it was recorded. From 2,000,000 contacts on these alone
are run, each time in a process of its own. Contact by contact works on the first borrowers of the log alone, because
it takes long; costs are per contact. With ``--spark`` Spark runs as well, once, on a cluster of two workers with a
gigabyte each.

The rule step alone is that of ``rule_step.py``, on the first size.
"""

import argparse
import ctypes
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import bench_extra  # noqa: F401  # the first of them all: it says what is not installed
import handwritten
import polars as pl
from rule_step import OURS, HostEngine, rule_steps

from collection_guard import __version__
from collection_guard.audit.kept_profiles import KeptProfiles, kept_profiles
from collection_guard.audit.pieces import Pieces, judge_pieces
from collection_guard.audit.profiles import read_profiles
from collection_guard.engines.base import UNASSESSABLE, VIOLATION
from collection_guard.engines.columnar.canonical import canonical
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.output import table_of
from collection_guard.engines.columnar.passes import judged_by_case
from collection_guard.engines.columnar.tables import PAST, FrameEvents, in_order
from collection_guard.engines.judge import Judge
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.profile import CaseProfile

SEED = 20251120
SIMULATED = 1_000_000
IN_PIECES = 2_000_000
QUERY: Final = "hand-written query"
COLUMNS: Final = "columnar"
PIECES: Final = "columnar, in pieces (1 GiB)"
QUERY_FROM_FILES: Final = "from files: the query, in parts"
PIECES_FROM_FILES: Final = "from files: columnar, in pieces (4 GiB)"
QUERY_UNRECORDED: Final = "without recorded_at: the query"
COLUMNS_UNRECORDED: Final = "without recorded_at: columnar"
BARE: Final = "bare reading of Parquet"
ALONE: Final = {
    BARE: "bare",
    QUERY: "query",
    COLUMNS: "columnar",
    PIECES: "pieces",
    QUERY_FROM_FILES: "query_from_files",
    PIECES_FROM_FILES: "pieces_from_files",
    QUERY_UNRECORDED: "query_unrecorded",
    COLUMNS_UNRECORDED: "columnar_unrecorded",
}
LARGE: Final = (BARE, QUERY_FROM_FILES, PIECES_FROM_FILES)
PR_SET_CHILD_SUBREAPER: Final = 36
PART: Final = 500_000
"""Contacts that the query judges together, about, where the log is cut."""
MASTER = "local-cluster[2,1,1024]"
PREFIXES = ("165", "166", "162", "167", "170", "171", "191", "193", "198", "199")
FINDINGS = frozenset({VIOLATION, UNASSESSABLE})
OTHERS = ("durable-rules", "zen-engine", "rule-engine", "polars", "numpy", "pydantic")


def prepare(folder: Path, contacts: int) -> None:
    """Make Parquet of the simulated lines, and of those again under other ids until there are enough."""
    parts = []
    with (folder / "events.jsonl").open("rb") as file:
        while lines := file.readlines(100_000_000):
            parts.append(folder / f"part-{len(parts)}.parquet")
            canonical(pl.read_ndjson(b"".join(lines), infer_schema_length=None)).frame.write_parquet(parts[-1])
    once = pl.scan_parquet(parts)
    again = range(-(-contacts // SIMULATED))
    whole = pl.concat([renamed(once, place) for place in again]).head(contacts) if len(again) > 1 else once
    whole.sink_parquet(folder / "log.parquet")
    for part in parts:
        part.unlink()
    if len(again) > 1:
        lines = (folder / "cases.jsonl").read_text("utf-8").splitlines(keepends=True)
        with (folder / "cases.jsonl").open("w", encoding="utf-8") as file:
            for place in again:
                for line in lines:
                    said = line.replace('_id":"', f'_id":"{place}')
                    said = said.replace('"number":"165', f'"number":"{PREFIXES[place]}')
                    file.write(said)


def renamed(log: pl.LazyFrame, place: int) -> pl.LazyFrame:
    """Return a log under ids and numbers of its own."""
    ids = [pl.concat_str(pl.lit(str(place)), name).alias(name) for name in ("event_id", "case_id", "borrower_id")]
    number = pl.concat_str(pl.lit(PREFIXES[place]), pl.col("recipient.number").str.slice(3))
    return log.with_columns(
        *ids,
        number.alias("recipient.number"),
        pl.col("recipient.members").str.replace_all('"165', f'"{PREFIXES[place]}', literal=True),
    )


def kept(path: Path) -> KeptProfiles:
    found = kept_profiles(path)
    return found if found is not None else sys.exit(f"{path} holds no profiles")


class Works:
    """The works that are compared, on a log of one size."""

    def __init__(self, folder: Path, contacts: int, sample: int) -> None:
        sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
        from simulate import simulate  # noqa: PLC0415  # a script beside the package

        if not (folder / "log.parquet").exists():
            simulate(SEED, min(contacts, SIMULATED), folder, "clean")
            prepare(folder, contacts)
        self.folder = folder
        self.log = folder / "log.parquet"
        self.unrecorded = folder / "unrecorded.parquet"
        self.verdicts = folder / "verdicts.parquet"
        self.settings = json.loads((folder / "settings.json").read_text("utf-8"))
        self.contacts = contacts
        # Borrowers stand one after the other; the last one of the sample is left out, for it may be cut.
        first = pl.scan_parquet(self.log).head(sample).collect()
        self.sample = first.filter(pl.col("borrower_id") != first["borrower_id"][-1])
        self.some = folder / "some.parquet"
        self.sample.write_parquet(self.some)

    def beside_profiles(self, profiles: Mapping[str, CaseProfile]) -> Matter:
        """Return what columns judge by, with profiles."""
        return Matter(
            tuple(load_packs(["core"])),
            self.settings["parameters"],
            Settings(timezone=self.settings["timezone"]),
            read_registry(self.folder / "registry.csv"),
            profiles,
        )

    @cached_property
    def matter(self) -> Matter:
        """What columns judge by, held."""
        return self.beside_profiles(read_profiles(self.folder / "cases.jsonl"))

    @cached_property
    def beside(self) -> handwritten.Given:
        """What the query judges by, held."""
        return handwritten.given(self.folder)

    def hold(self) -> None:
        """Read what is not to be measured."""
        if self.contacts < IN_PIECES:
            _ = self.beside, self.matter.world
            unknown = pl.lit(None, pl.Datetime("us", "UTC")).alias("recorded_at")
            pl.read_parquet(self.log).with_columns(unknown).write_parquet(self.unrecorded)

    def bare(self) -> None:
        log = pl.scan_parquet(self.log)
        for offset in range(0, self.contacts, IN_PIECES):
            log.slice(offset, IN_PIECES).collect()

    def query(self, path: Path | None = None) -> None:
        handwritten.judge(path or self.log, self.beside, self.verdicts)

    def query_unrecorded(self) -> None:
        self.query(self.unrecorded)

    def columnar_unrecorded(self) -> None:
        self.columnar(self.unrecorded)

    def query_from_files(self) -> None:
        handwritten.judge_in_parts(self.folder, self.verdicts, max(1, self.contacts // PART))

    def columnar(self, path: Path | None = None) -> None:
        frame = canonical(pl.read_parquet(path or self.log)).frame.with_columns(pl.lit(value=False).alias(PAST))
        matter = replace(self.matter, earliest=frame["started_at"].min())
        table_of(judged_by_case(frame, matter.compiled, matter.world), FINDINGS).write_parquet(self.verdicts)

    def pieces(self, memory: int = 2**30, matter: Matter | None = None) -> None:
        given = Pieces([self.log], [], None, memory)
        judge_pieces(given, matter or self.matter, (self.verdicts, FINDINGS), counted=False)

    def pieces_from_files(self) -> None:
        self.pieces(2**32, self.beside_profiles(kept(self.folder / "cases.jsonl")))

    def spark(self) -> None:
        settings = {"rules": ["core"], "timezone": self.settings["timezone"], "parameters": self.settings["parameters"]}
        (self.folder / "spark.yaml").write_text(json.dumps(settings), "utf-8")
        command = [sys.executable, "-m", "collection_guard", "audit", str(self.log), "--engine", "spark"]
        command += ["--master", MASTER, "--config", str(self.folder / "spark.yaml")]
        command += ["--cases", str(self.folder / "cases.jsonl"), "--registry", str(self.folder / "registry.csv")]
        command += ["--verdicts", str(self.verdicts), "--verdicts-of", "findings", "--fail-on", "never", "--quiet"]
        # The Java that the command leaves behind becomes a child of this process, so that its time is counted.
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1)
        subprocess.run(command, check=True, capture_output=True)
        with suppress(ChildProcessError):
            while True:
                os.wait()

    def each(self, make: Any = None) -> None:
        frame = in_order(pl.read_parquet(self.some))
        matter = replace(self.matter, earliest=frame["started_at"].min())
        judge = Judge(matter.compiled, matter.world, "durable", make)
        rows = []
        for event in FrameEvents(frame):
            judged = sorted(judge.judge(event), key=lambda one: one.rule.id)
            rows += [
                (event.event_id, event.case_id, one.rule.id, one.verdict.verdict, list(one.verdict.missing))
                for one in judged
                if one.verdict.verdict in FINDINGS
            ]
            judge.add(event)
        names = ["event_id", "case_id", "rule", "verdict", "missing"]
        pl.DataFrame(rows, schema=names, orient="row").write_parquet(self.verdicts)

    def agree(self) -> None:
        """Exit unless all ways give the same verdicts."""
        self.columnar(self.some)
        ours = pl.read_parquet(self.verdicts).rows()
        for name, work in (("contact by contact", self.each), ("Host", lambda: self.each(HostEngine))):
            work()
            if pl.read_parquet(self.verdicts).rows() != ours:
                sys.exit(f"columnar and {name} disagree")
        for query, others in (
            (QUERY, (COLUMNS, PIECES, QUERY_FROM_FILES, PIECES_FROM_FILES)),
            (QUERY_UNRECORDED, (COLUMNS_UNRECORDED,)),
        ):
            getattr(self, ALONE[query])()
            whole = pl.read_parquet(self.verdicts)
            for name in others:
                getattr(self, ALONE[name])()
                if not whole.equals(pl.read_parquet(self.verdicts)):
                    sys.exit(f"{query} and {name} disagree")


def processor() -> float:
    """Return the time of the processor that this process and the ended ones that it started have taken."""
    mine, theirs = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return mine.ru_utime + mine.ru_stime + theirs.ru_utime + theirs.ru_stime


def medians(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each work in seconds; the works take turns."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            started = processor()
            work()
            times[name].append(processor() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}


def alone(work: str, folder: Path, contacts: int, sample: int) -> tuple[float, int]:
    """Do a work in a process of its own; return its time in seconds, and the peak of its memory in megabytes."""
    command = [sys.executable, __file__, "--only", work, "--folder", str(folder)]
    command += ["--contacts", str(contacts), "--sample", str(sample)]
    seconds, size = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(seconds), int(size)


def only(work: str, folder: Path, contacts: int, sample: int) -> None:
    """Do one work, and print its time, and the peak of memory: of this program, not of the one it was forked from."""
    works = Works(folder, contacts, sample)
    works.hold()
    started = processor()
    getattr(works, work)()
    seconds = processor() - started
    (line,) = (line for line in Path("/proc/self/status").read_text("utf-8").splitlines() if line.startswith("VmHWM"))
    print(seconds, int(line.split()[1]) // 1024)


def versions() -> dict[str, str]:
    found = {"collection-guard": __version__, "python": platform.python_version(), "cores": str(os.cpu_count())}
    for name in OTHERS:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            found[name] = "absent"
    return found


def measure(
    folder: Path, contacts: int, sample: int, rounds: int, *, steps: bool, spark: bool = False
) -> dict[str, Any]:
    """Return what works cost on a log of one size, in microseconds a contact."""
    works = Works(folder, contacts, sample)
    if contacts >= IN_PIECES:
        return measure_large(works, sample, rounds)
    works.hold()
    works.agree()
    count = works.sample.height
    whole: dict[str, Callable[[], object]] = {name: getattr(works, work) for name, work in ALONE.items()}
    some: dict[str, Callable[[], object]] = {
        "contact by contact, durable": works.each,
        "contact by contact, Host": lambda: works.each(HostEngine),
    }
    costs = {name: seconds * 1e6 / contacts for name, seconds in medians(whole, rounds).items()}
    if spark:
        works.query()
        whole_table = pl.read_parquet(works.verdicts)
        costs |= {
            name: s * 1e6 / contacts for name, s in medians({f"Spark, {MASTER}, the command": works.spark}, 1).items()
        }
        if not whole_table.equals(pl.read_parquet(works.verdicts)):
            sys.exit("columnar and Spark disagree")
    costs |= {name: seconds * 1e6 / count for name, seconds in medians(some, rounds).items()}
    found: dict[str, Any] = {"contacts": contacts, "cases": len(works.matter.profiles), "sample": count, "us": costs}
    if steps:
        ways = rule_steps(works.sample, works.matter)
        answers = [way() for way in ways.values()]
        if any(answer != answers[0] for answer in answers):
            sys.exit("the engines disagree on the rule step")
        found["rule step us"] = {name: s * 1e6 / count for name, s in medians(dict(ways), rounds).items()}
    found["peak MB"] = {name: alone(work, folder, contacts, sample)[1] for name, work in ALONE.items()}
    return found


def measure_large(works: Works, sample: int, rounds: int) -> dict[str, Any]:
    """Return what works from files cost on a log that is not to be held; each round is held to the same verdicts."""
    times: dict[str, list[float]] = {name: [] for name in LARGE}
    peaks: dict[str, list[int]] = {name: [] for name in LARGE}
    whole = None
    for _ in range(rounds):
        for name in LARGE:
            seconds, size = alone(ALONE[name], works.folder, works.contacts, sample)
            times[name].append(seconds * 1e6 / works.contacts)
            peaks[name].append(size)
            print(f"  {name}: {times[name][-1]:.2f} us a contact, {size} MB", file=sys.stderr, flush=True)
            if name != BARE:
                verdicts = pl.read_parquet(works.verdicts)
                if whole is not None and not whole.equals(verdicts):
                    sys.exit(f"{name} disagrees with the others")
                whole = verdicts
    with (works.folder / "cases.jsonl").open("rb") as file:
        cases = sum(1 for _ in file)
    return {
        "contacts": works.contacts,
        "cases": cases,
        "us": {name: statistics.median(taken) for name, taken in times.items()},
        "rounds": rounds,
        "peak MB": {name: max(sizes) for name, sizes in peaks.items()},
    }


def show(found: dict[str, Any]) -> None:
    """Print what was found on a log of one size."""
    costs = found["us"]
    print(f"\n{found['contacts']} contacts, {found['cases']} cases; all ways agree; us a contact of the processor")
    for name, cost in costs.items():
        of = {"from files": QUERY_FROM_FILES, "without recorded_at": QUERY_UNRECORDED}
        query = of.get(name.partition(":")[0], QUERY if QUERY in costs else QUERY_FROM_FILES)
        print(f"  {name:40} {cost:10.2f}   {costs[query] / cost:8.3f} of the speed of {query}")
    for name, cost in found.get("rule step us", {}).items():
        ours = found["rule step us"][OURS]
        print(f"  rule step: {name:48} {cost:10.2f}   ratio to our durable engine {cost / ours:6.2f}")
    for name, size in found["peak MB"].items():
        print(f"  peak memory: {name:40} {size:6} MB")


def growth(results: list[dict[str, Any]]) -> None:
    """Print how the cost of a contact grows from one size to the next."""
    for less, more in pairwise(results):
        print(f"\nfrom {less['contacts']} to {more['contacts']} contacts the cost of one becomes")
        for name in ALONE:
            if name in less["us"] and name in more["us"]:
                print(f"  {name:40} {more['us'][name] / less['us'][name]:6.2f} times as much")


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--contacts", type=int, nargs="+", default=[10_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--sample", type=int, default=2_000)
    options.add_argument("--folder", type=Path)
    options.add_argument("--spark", action="store_true")
    options.add_argument("--out", type=Path)
    options.add_argument("--only", help=argparse.SUPPRESS)
    given = options.parse_args()
    if given.only:
        only(given.only, given.folder, given.contacts[0], given.sample)
        return
    print(", ".join(f"{name} {number}" for name, number in versions().items()) + f", seed {SEED}")
    results = []
    for place, contacts in enumerate(given.contacts):
        with tempfile.TemporaryDirectory() as temporary:
            folder = given.folder / str(contacts) if given.folder else Path(temporary)
            folder.mkdir(parents=True, exist_ok=True)
            found = measure(folder, contacts, given.sample, given.rounds, steps=place == 0, spark=given.spark)
            show(found)
            results.append(found)
    if given.out:
        given.out.write_text(json.dumps({"versions": versions(), "found": results}, indent=1) + "\n", "utf-8")
    growth(results)
    print("\nNot measured: the report, evidence, detection of signals, logs of real agencies.")


if __name__ == "__main__":
    main()

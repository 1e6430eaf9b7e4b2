"""What judging a log in columns costs, against judging it contact by contact and against reading it at all.

Run ``python benchmarks/columnar.py [--contacts 2000 20000] [--rounds 3]``. A log is simulated for each size; all
verdicts and missing facts of both engines must agree first. The works then run in turns in one process, so that the
ratios do not depend on the machine. The time is that of the processor (of all its cores together), the median of the
rounds.

Bare reading: the fields of the same contacts from Parquet into columns. Both engines begin with contacts as Python
objects, which is what every reader of logs makes; making them from JSON lines is printed by itself.

Not measured: the report, the evidence of violations, the detection of signals, memory, and logs of real agencies.
"""

import argparse
import json
import platform
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from collection_guard import __version__
from collection_guard.audit.profiles import read_profiles
from collection_guard.engines.columnar.log import log_of
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.judge import Judge, in_order
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.model import Event

SEED = 20251120


def flat(record: dict[str, Any], above: str = "") -> dict[str, str | None]:
    """Return the fields of a contact as columns of text, lists and signals as JSON."""
    found: dict[str, str | None] = {}
    for name, value in record.items():
        if isinstance(value, dict) and name != "signals":
            found |= flat(value, f"{above}{name}.")
        else:
            found[above + name] = value if value is None or isinstance(value, str) else json.dumps(value)
    return found


class Works:
    """The works that are compared, on a log of one size."""

    def __init__(self, folder: Path, contacts: int) -> None:
        sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
        from simulate import simulate  # noqa: PLC0415  # a script beside the package

        simulate(SEED, contacts, folder, "clean")
        self.lines = (folder / "events.jsonl").read_text("utf-8").splitlines()
        settings = json.loads((folder / "settings.json").read_text("utf-8"))
        self.events = in_order(map(Event.model_validate_json, self.lines))
        self.parquet = folder / "events.parquet"
        pl.DataFrame([flat(json.loads(line)) for line in self.lines], infer_schema_length=None).write_parquet(
            self.parquet
        )
        registry = RegistryIndex(read_registry(folder / "registry.csv"))
        profiles = read_profiles(folder / "cases.jsonl")
        self.world = World(Settings(timezone=settings["timezone"]), profiles, registry, None, self.events[0].started_at)
        self.packs = compile_packs(load_packs(["core"]), settings["parameters"])

    def one_by_one(self, engine: str = "auto") -> list[tuple[str, str, tuple[str, ...]]]:
        judge = Judge(self.packs, self.world, engine)
        found = []
        for event in self.events:
            judged = sorted(judge.judge(event), key=lambda one: one.rule.id)
            found.extend((one.rule.id, one.verdict.verdict, one.verdict.missing) for one in judged)
            judge.add(event)
        return found

    def in_columns(self) -> LogVerdicts:
        return LogVerdicts(self.events, self.world, self.packs, lambda _: None)

    def agree(self) -> bool:
        """Say whether both engines give every verdict alike."""
        found = self.in_columns()
        ours = [
            (rule.id, *outcome)
            for row in range(found.log.size)
            for rule, outcome in zip(found.rules, found.outcomes(row), strict=True)
        ]
        return ours == self.one_by_one()


def medians(works: dict[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Return the median time of each work in seconds."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(rounds):
        for name, work in works.items():
            started = time.process_time()
            work()
            times[name].append(time.process_time() - started)
    return {name: statistics.median(taken) for name, taken in times.items()}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--contacts", type=int, nargs="+", default=[2_000, 20_000])
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    python = f"Python {platform.python_version()} on {platform.machine()}"
    print(f"collection-guard {__version__}, {python}, numpy {np.__version__}, polars {pl.__version__}, seed {SEED}")
    for contacts in given.contacts:
        with tempfile.TemporaryDirectory() as folder:
            works = Works(Path(folder), contacts)
            if not works.agree():
                sys.exit("the engines disagree")
            report(works, contacts, given.rounds)
    print("Not measured: the report, evidence, detection of signals, memory, logs of real agencies.")


def report(works: Works, contacts: int, rounds: int) -> None:
    """Measure the works on one log, and print what they cost and how they compare."""
    found = medians(
        {
            "contact by contact": works.one_by_one,
            "in columns": works.in_columns,
            "of which fields into columns": lambda: log_of(works.events),
            "contacts from JSON lines": lambda: list(map(Event.model_validate_json, works.lines)),
            "bare reading of Parquet": lambda: pl.read_parquet(works.parquet),
        },
        rounds,
    )
    print(f"\n{contacts} contacts, {len(works.world.profiles)} cases, median of {rounds}; the engines agree")
    for name, seconds in found.items():
        print(f"  {name:30} {seconds * 1e6 / contacts:9.1f} us a contact")
    columns = found["in columns"]
    print(f"  ratio of contact by contact to columns: {found['contact by contact'] / columns:.1f}")
    print(f"  ratio of columns to bare reading: {columns / max(found['bare reading of Parquet'], 1e-9):.0f}")


if __name__ == "__main__":
    main()

"""What asking and telling cost in one process: memory, SQLite with a million past contacts, PostgreSQL.

    python benchmarks/guard.py                      # memory and SQLite
    python benchmarks/guard.py --postgres URL       # and PostgreSQL, in a database that is empty
    python benchmarks/guard.py --past 100000 --calls 500

Every call is lawful: a check that keeps its place, and the record that takes it. Beside each stands the bare durable
step in the same run: one row written and committed as the store does it.
"""

import argparse
import platform
import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import collection_guard as cg
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.guard.gate import Gate
from collection_guard.guard.scene import row_of
from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.stores.base import Keys, Locks, Row, Store
from collection_guard.guard.stores.memory import MemoryStore
from collection_guard.guard.stores.postgres import PostgresStore
from collection_guard.guard.stores.sqlite import SqliteStore
from collection_guard.guard.surroundings import Surroundings, surroundings
from collection_guard.language.packs import load_packs
from collection_guard.model.registry import RegistryData

NOON = datetime(2025, 11, 20, 4, tzinfo=UTC)
AGENCY = "诚信催收有限公司"


def number_of(borrower: int) -> str:
    """Return the number of a borrower."""
    return f"138{borrower:08d}"


def rules(borrowers: int) -> Surroundings:
    """Return the core rules with three contacts a day, and a profile of every borrower."""
    profiles = {
        f"C-{one}": cg.CaseProfile.model_validate(
            {"case_id": f"C-{one}", "borrower_id": f"B-{one}", "timezone": "Asia/Shanghai"}
            | {"numbers": [{"number": number_of(one)}], "emergency_contacts": [], "quiet_windows": []}
            | {"instructions": [], "accessibility": []}
        )
        for one in range(borrowers)
    }
    registry = RegistryIndex(RegistryData((cg.RegistryEntry(name=AGENCY, category="collection_agency"),)))
    world = World(Settings(timezone="Asia/Shanghai"), profiles, registry)
    return surroundings(load_packs(["core"]), {"contacts_per_day": 3}, world)


def call(borrower: int) -> dict[str, object]:
    """Return a call to a borrower."""
    return {
        "case_id": f"C-{borrower}",
        "agency": AGENCY,
        "channel": "call",
        "direction": "outbound",
        "recipient": {"number": number_of(borrower), "relationship": "self"},
    }


def fill(store: Store, around: Surroundings, borrowers: int, past: int) -> None:
    """Record contacts of the last four hundred days, evenly over the borrowers, none of them today."""
    chance = random.Random(6)
    outcome = {"network": "busy"}
    template = cg.Event.model_validate({**call(0), "event_id": "E", "started_at": NOON, "outcome": outcome})
    first = row_of(around, template)
    with store.transaction(Locks(("fill",)), durable=False) as step:
        for number in range(past):
            borrower = number % borrowers
            at = first.at - int(timedelta(days=1 + chance.random() * 399) / timedelta(microseconds=1))
            started = (NOON + timedelta(microseconds=at - first.at)).isoformat()
            payload = (
                first.payload.replace('"E"', f'"E-{number}"', 1)
                .replace('"C-0"', f'"C-{borrower}"', 1)
                .replace(number_of(0), number_of(borrower), 1)
                .replace(template.started_at.isoformat().replace("+00:00", "Z"), started, 1)
            )
            keys = Keys(
                f"C-{borrower}", f"C-{borrower}", f"B-{borrower}", f"+86{number_of(borrower)}", None, first.keys.agency
            )
            step.record(Row(f"E-{number}", at, at, 0, keys, payload))


def shown(seconds: list[float]) -> str:
    """Return how long steps took."""
    took = sorted(one * 1e3 for one in seconds)
    at = [took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99, 0.999)]
    return f"p50 {at[0]:.2f}  p99 {at[1]:.2f}  p99.9 {at[2]:.2f} ms  {1e3 / statistics.fmean(took):,.0f}/s"


def timed(step: Callable[[], object]) -> float:
    """Run a step, and return how long it took."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def measure(name: str, store: Store, around: Surroundings, borrowers: int, calls: int, *, hour: int = 0) -> None:
    """Ask and tell, each call of another borrower."""
    chance = random.Random(hour)
    clock = [NOON + timedelta(hours=hour)]
    gate = Gate(lambda: around, store, now=lambda: clock[0])
    chosen = chance.sample(range(borrowers), calls + 50)
    for borrower in chosen[:50]:
        gate.check(call(borrower))
    asked, told = [], []
    for place, borrower in enumerate(chosen[50:]):
        clock[0] += timedelta(milliseconds=5)
        began = time.perf_counter()
        token = gate.check(call(borrower)).token
        asked.append(time.perf_counter() - began)
        made = {**call(borrower), "event_id": f"N-{place}", "started_at": clock[0], "outcome": {"network": "busy"}}
        clock[0] += timedelta(milliseconds=5)
        began = time.perf_counter()
        gate.record(made, token=token)
        told.append(time.perf_counter() - began)
    print(f"{name:28} check   {shown(asked)}", flush=True)
    print(f"{name:28} record  {shown(told)}", flush=True)


def bare(folder: Path, mode: str, calls: int) -> None:
    """Write one row and commit it, as durable as the store does."""
    connection = sqlite3.connect(folder / f"bare-{mode}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {mode}")
    connection.execute("CREATE TABLE bare (id integer PRIMARY KEY, payload text)")

    def step() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare (payload) VALUES (?)", ("x" * 500,))
        connection.execute("COMMIT")

    print(f"{'bare step, synchronous ' + mode:28}         {shown([timed(step) for _ in range(calls)])}", flush=True)


def main() -> None:
    """Measure every store."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--past", type=int, default=1_000_000)
    parser.add_argument("--borrowers", type=int, default=50_000)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--postgres", metavar="URL")
    given = parser.parse_args()
    print(f"collection-guard {cg.__version__}, Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}")
    around = rules(given.borrowers)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for mode in ("NORMAL", "FULL"):
            bare(folder, mode, given.calls)
        memory = MemoryStore()
        fill(memory, around, given.borrowers, min(given.past, 100_000))
        measure("memory, 100,000 past", memory, around, given.borrowers, given.calls)
        began = time.perf_counter()
        filled = SqliteStore(folder / "guard.db", GuardOptions().durability)
        fill(filled, around, given.borrowers, given.past)
        print(f"filled in {time.perf_counter() - began:.0f} s, {(folder / 'guard.db').stat().st_size / 1e6:.0f} MB")
        measure(f"SQLite, {given.past:,} past", filled, around, given.borrowers, given.calls)
        filled.close()
        killed = SqliteStore(folder / "guard.db", "kill")
        measure("SQLite, durability: kill", killed, around, given.borrowers, given.calls, hour=1)
        killed.close()
    if given.postgres:
        server = PostgresStore(given.postgres)
        fill(server, around, given.borrowers, min(given.past, 100_000))
        measure("PostgreSQL, 100,000 past", server, around, given.borrowers, given.calls)
        server.close()
    print("Not measured: several processes at once, denials, and contacts of hours with thousands under way.")


if __name__ == "__main__":
    main()

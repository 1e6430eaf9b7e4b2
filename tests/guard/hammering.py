"""One process of many that ask for one borrower at once: each thread asks, and every second one records."""

import os
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import collection_guard as cg
from collection_guard.facts.world import Settings, World
from collection_guard.guard.gate import Gate
from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.stores.opening import open_store
from collection_guard.guard.surroundings import Surroundings, surroundings
from collection_guard.language.packs import load_packs

NOON = datetime(2025, 11, 20, 4, tzinfo=UTC)
PARAMETERS = {"rest": "0s", "weekly": 99, "most_in_dates": 99, "closes": "24:00", "opens": "00:00"}


def around(most: int) -> Surroundings:
    """Return rules that allow so many contacts a day, and in seven days."""
    known = cg.CaseProfile.model_validate(
        {"case_id": f"C-{most}", "timezone": "Asia/Shanghai", "numbers": [{"number": "13800000001"}]}
        | {"emergency_contacts": [], "quiet_windows": [], "instructions": [], "accessibility": []}
    )
    packs = load_packs([Path(__file__).parent / "pack"])
    world = World(Settings(timezone="Asia/Shanghai"), {known.case_id: known})
    return surroundings(packs, PARAMETERS | {"most": most}, world, "reference")


def call(most: int) -> dict[str, object]:
    """Return an attempt to call the borrower whose limit this is."""
    return {
        "case_id": f"C-{most}",
        "channel": "call",
        "direction": "outbound",
        "recipient": {"number": "13800000001", "relationship": "self"},
    }


def dialer(address: str, rules: dict[int, Surroundings], process: int, threads: int) -> str:
    """Ask from many threads at once; return how many contacts were allowed of each borrower."""
    store = open_store(address, GuardOptions())
    options = GuardOptions(next_permitted=0)
    guards = {most: Gate(lambda made=made: made, store, options, now=lambda: NOON) for most, made in rules.items()}  # type: ignore[misc]  # bound at once
    allowed: dict[int, list[str]] = {most: [] for most in guards}
    begin = threading.Barrier(threads)

    def ask(number: int) -> None:
        begin.wait()
        for most, guard in guards.items():
            decision = guard.check(call(most))
            if decision.decision == "allow":
                allowed[most].append(decision.token)
                if number % 2:
                    made = {**call(most), "event_id": f"{process}-{most}-{number}", "started_at": NOON}
                    guard.record(made, token=decision.token)
            elif decision.reason.code not in {"reserved", "violation"}:
                allowed[most] += [decision.reason.en] * 100  # a refusal for any other reason is no proof of a limit

    running = [threading.Thread(target=ask, args=(number,)) for number in range(threads)]
    for thread in running:
        thread.start()
    for thread in running:
        thread.join()
    return " ".join(str(len(tokens)) for tokens in allowed.values())


def main() -> None:
    """Fork processes that begin together, and print what each was allowed."""
    address, processes, threads = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    rules = {most: around(most) for most in (3, 7)}
    open_store(address, GuardOptions()).close()
    pipes = []
    for process in range(processes):
        reading, writing = os.pipe()
        if not os.fork():
            os.write(writing, dialer(address, rules, process, threads).encode())
            os._exit(0)
        os.close(writing)
        pipes.append(reading)
    for reading in pipes:
        with os.fdopen(reading) as said:
            sys.stdout.write(said.read() + "\n")


if __name__ == "__main__":
    main()

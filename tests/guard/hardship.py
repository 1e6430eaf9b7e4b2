"""Writers that are killed, and a disk that is full: what was acknowledged must be there afterwards.

Run as a program, so that it can fork writers that are ready at once, and limit its own files.
"""

import json
import os
import random
import resource
import select
import signal
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path

from collection_guard.guard.gate import Gate
from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.stores.base import Locks
from collection_guard.guard.stores.opening import open_store
from collection_guard.guard.surroundings import Surroundings
from collection_guard.model.problems import StoreError
from guard.hammering import NOON, around, call

LIMIT = 3
OPTIONS = GuardOptions(next_permitted=0)


def guard_at(path: Path, rules: Surroundings, at: datetime) -> Gate:
    """Return a guard over the file, at an instant."""
    return Gate(lambda: rules, open_store(str(path), OPTIONS), OPTIONS, now=lambda: at)


def event(name: str, at: datetime) -> dict[str, object]:
    """Return a contact that was made."""
    return {**call(LIMIT), "event_id": name, "started_at": at}


def writer(path: Path, rules: Surroundings, at: datetime, number: int, pipe: int) -> None:
    """Ask and record without end, and acknowledge each step when it is done."""
    guard = guard_at(path, rules, at)
    for count in range(1_000):
        decision = guard.check(call(LIMIT))
        os.write(pipe, f"{decision.decision}\n".encode())
        if decision.decision == "allow" and count % 2:
            guard.record(event(f"{number}-{count}", at), token=decision.token)
            os.write(pipe, f"recorded {number}-{count}\n".encode())
        guard.record(event(f"old-{number}-{count}", at - timedelta(days=60)))
        os.write(pipe, f"recorded old-{number}-{count}\n".encode())


def killed(path: Path, times: int, seed: int) -> dict[str, int]:
    """Kill writers at random moments; return how much was acknowledged, and what was wrong afterwards."""
    rules, chance = around(LIMIT), random.Random(seed)
    found = {"kills": 0, "acknowledged": 0, "lost": 0, "over": 0, "not_given_back": 0}
    for number in range(times):
        at = NOON + timedelta(weeks=4 * number)
        reading, writing = os.pipe()
        child = os.fork()
        if not child:
            os.close(reading)
            writer(path, rules, at, number, writing)
            os._exit(0)
        os.close(writing)
        select.select([reading], [], [], 30)
        time.sleep(chance.uniform(0, 0.05))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        with os.fdopen(reading) as acknowledged:
            lines = acknowledged.read().split("\n")[:-1]
        recorded = [line.removeprefix("recorded ") for line in lines if line.startswith("recorded ")]
        store = open_store(str(path), GuardOptions())
        with store.transaction(Locks(), durable=False) as step:
            found["lost"] += sum(step.recorded(name) is None for name in recorded)
        store.close()
        found["over"] += max(0, lines.count("allow") + allowed_now(path, rules, at) - LIMIT)
        made = sum(not name.startswith("old") for name in recorded)
        left = allowed_now(path, rules, at + timedelta(seconds=121))
        # A contact may have been recorded whose acknowledgement was killed: one place at the most.
        found["not_given_back"] += not 0 <= LIMIT - made - left <= 1
        found["kills"] += 1
        found["acknowledged"] += len(lines)
    return found


def allowed_now(path: Path, rules: Surroundings, at: datetime) -> int:
    """Return how many contacts are still allowed; their places are given back."""
    with guard_at(path, rules, at) as guard:
        tokens = []
        while (decision := guard.check(call(LIMIT))).decision == "allow":
            tokens.append(decision.token)
        for token in tokens:
            guard.cancel(token)
        return len(tokens)


def full(path: Path) -> dict[str, object]:
    """Fill the disk, as far as this process may: return what is answered then, and what is there afterwards."""
    rules = around(LIMIT)
    guard = guard_at(path, rules, NOON)
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, hard))
    recorded = []
    refused = ""
    for number in range(10_000):
        name = f"E-{number}"
        try:
            guard.record({**event(name, NOON - timedelta(days=60)), "content": "x" * 500})
        except StoreError as error:
            refused = str(error)
            break
        recorded.append(name)
    # Where a contact found no room a place still may: now there is room for nothing at all.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    decision = guard.check(call(LIMIT))
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    again = guard.check(call(LIMIT))
    guard.close()
    store = open_store(str(path), GuardOptions())
    with store.transaction(Locks(), durable=False) as step:
        lost = sum(step.recorded(name) is None for name in recorded)
    return {
        "recorded": len(recorded),
        "lost": lost,
        "refused": refused,
        "decision": decision.decision,
        "reason": decision.reason.code,
        "again": again.decision,
    }


if __name__ == "__main__":
    task, folder, *rest = sys.argv[1:]
    file = Path(folder) / "guard.db"
    sys.stdout.write(json.dumps(killed(file, int(rest[0]), int(rest[1])) if task == "kill" else full(file)))

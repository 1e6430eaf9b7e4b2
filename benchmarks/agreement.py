"""Whether a guard and an audit of its decision log agree, over simulated contacts of any number.

    python benchmarks/agreement.py --contacts 100000
    python benchmarks/agreement.py --contacts 3000 --seed 8 --rules core --keep FOLDER

Contacts in which anything may be missing go through `check` and `record` of one guard, in their order: some are not
asked for, some not recorded, some recorded hours later, some twice. Then `audit` judges the decision log, and nothing
else, and `log replay` judges its checks as of their own instant. Every difference is printed: an event, a rule, and
what each says. Exits with 1 if there is one.
"""

import argparse
import heapq
import json
import os
import platform
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import collection_guard as cg
from collection_guard.audit.reading import read_logs
from collection_guard.facts.world import Settings, World
from collection_guard.guard.log.replay import replay
from collection_guard.guard.settings import GuardOptions
from collection_guard.guard.surroundings import surroundings
from collection_guard.language.packs import load_packs
from collection_guard.library import profiles_given
from collection_guard.model.event import Event
from collection_guard.version import __version__

SIMULATE: Final = Path(__file__).parents[1] / "examples" / "simulate.py"
LATE: Final = (0, 0, 0, 0, 40, 5_000, 90_000)
"""After how many seconds a contact is recorded."""
SHOWN: Final = 20
MOST_MB: Final = 10_000
Said = dict[tuple[str, str], tuple[str, tuple[str, ...]]]
"""What a rule said of an event, and what was missing; where it does not apply, nothing."""


class Clock:
    """The clock of the guard: it never stands still, and never goes back."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def __call__(self) -> datetime:
        """Return the instant."""
        return self.at

    def until(self, at: datetime) -> None:
        """Move on to an instant, if it is still to come."""
        self.at = max(self.at + timedelta(milliseconds=1), at)


def live(events: list[Event], guard: cg.Guard, clock: Clock, chance: random.Random) -> Counter[str]:
    """Take contacts through a guard as dialers do, and count what was done."""
    done = Counter[str]()
    waiting: list[tuple[datetime, int, Event, str | None]] = []

    def record_until(at: datetime | None) -> None:
        while waiting and (at is None or waiting[0][0] <= at):
            due, _, event, token = heapq.heappop(waiting)
            clock.until(due)
            guard.record(event, token=token)
            done["recorded"] += 1
            if chance.random() < 0.02:
                guard.record(event)
                done["recorded twice"] += 1

    for number, event in enumerate(events):
        record_until(event.started_at)
        clock.until(event.started_at)
        token = None
        if chance.random() < 0.6:
            decision = guard.check(event)
            token = decision.token
            done[f"checked: {decision.decision}"] += 1
        if chance.random() < 0.9:
            due = clock.at + timedelta(seconds=chance.choice(LATE))
            heapq.heappush(waiting, (due, number, event, token))
        elif token is not None:
            guard.cancel(token)
            done["cancelled"] += 1
    record_until(None)
    return done


def logged(folder: Path) -> Iterator[tuple[str, Said]]:
    """Yield each contact of a decision log with what the guard said of it."""
    for path in sorted(folder.iterdir()):
        with path.open("rb") as lines:
            for line in lines:
                said = json.loads(line)
                if said["kind"] != "record":
                    continue
                event_id, verdicts = said["event"]["event_id"], said["verdicts"]
                found: Said = {
                    (event_id, rule): (word, ()) for word in ("violation", "clear") for rule in verdicts[word]
                }
                for rule, missing in verdicts["unassessable"].items():
                    found[event_id, rule] = ("unassessable", tuple(missing))
                yield event_id, found


def audited(folder: Path, log: Path, settings: dict[str, Any], rules: str) -> tuple[Said, dict[str, Any], float]:
    """Audit a decision log by the command, and return its verdicts, its counts and how long it took."""
    command = [sys.executable, "-m", "collection_guard", "audit", str(log), "--rules", rules, "--fail-on", "never"]
    command += ["--quiet", "--format", "json", "--out", str(folder / "report.json")]
    command += ["--timezone", settings["timezone"]] if settings["timezone"] else []
    command += ["--verdicts", str(folder / "verdicts.jsonl"), "--verdicts-of", "all"]
    for name, value in settings["parameters"].items():
        command += ["--param", f"{name}={value}"]
    begun = time.monotonic()
    # A line of the log holds far more than the contact: what an audit refuses by its size is small here.
    allowed = {**os.environ, "COLLECTION_GUARD_MAX_LOG_MB": str(MOST_MB)}
    subprocess.run(command, check=True, cwd=folder, env=allowed)
    took = time.monotonic() - begun
    found: Said = {}
    with (folder / "verdicts.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            said = json.loads(line)
            if said["verdict"] != "not_applicable":
                found[said["event_id"], said["rule"]] = (said["verdict"], tuple(said.get("missing", ())))
    return found, json.loads((folder / "report.json").read_text("utf-8"))["counts"], took


def agree(folder: Path, contacts: int, seed: int, rules: str) -> int:
    """Simulate, ask, record, audit and compare; return how many differences there are."""
    simulated = folder / "simulated"
    size = ["--seed", str(seed), "--contacts", str(contacts), "--out", str(simulated), "--profile", "wild"]
    subprocess.run([sys.executable, str(SIMULATE), *size], check=True, stdout=subprocess.DEVNULL)
    settings = json.loads((simulated / "settings.json").read_text("utf-8"))
    if "core" not in rules.split(","):
        settings["parameters"] = {}
    profiles = profiles_given(simulated / "cases.jsonl", settings["timezone"])
    intake = read_logs([simulated / "events.jsonl"], timezone=settings["timezone"], profiles=profiles)
    events = sorted((one.event for one in intake.contacts), key=lambda one: (one.started_at, one.event_id))
    clock = Clock(datetime(2000, 1, 1, tzinfo=UTC))
    options = {"decision_log": str(folder / "log"), "log_key": str(folder / "key"), "next_permitted": 0}
    opened = cg.GuardSettings(
        rules=rules.split(","),
        parameters=settings["parameters"],
        registry=simulated / "registry.csv",
        cases=profiles,
        timezone=settings["timezone"],
        detector="lexicon",
        options=GuardOptions.model_validate(options),
    )
    begun = time.monotonic()
    with cg.Guard.open(opened, now=clock) as guard:
        done = live(events, guard, clock, random.Random(seed))
    print(f"through the guard in {time.monotonic() - begun:.0f} s: {dict(sorted(done.items()))}", flush=True)

    said: Said = {}
    for _, one in logged(folder / "log"):
        said |= one
    found, counts, took = audited(folder, folder / "log", settings, rules)
    print(f"audited in {took:.0f} s: {counts['contacts']} contacts, {counts['set_aside']} lines set aside", flush=True)
    differences = sorted(key for key in said.keys() | found.keys() if said.get(key) != found.get(key))
    for event_id, rule in differences[:SHOWN]:
        print(f"  {event_id} {rule}: guard {said.get((event_id, rule))}, audit {found.get((event_id, rule))}")
    print(f"verdicts of records: {len(said)} of the guard, {len(found)} of the audit, {len(differences)} differ")

    begun = time.monotonic()
    again = replay(
        folder / "log",
        surroundings(load_packs(rules.split(",")), settings["parameters"], World(Settings(settings["timezone"]))),
    )
    print(f"replayed in {time.monotonic() - begun:.0f} s: {again.checks} checks, {again.records} records")
    for one in again.differences[:SHOWN]:
        print(f"  {one.kind} {one.event_id} {one.rule}: logged {one.logged}, replayed {one.replayed}")
    print(f"verdicts of checks and records: {len(again.differences)} differ")
    return len(differences) + len(again.differences) + abs(counts["contacts"] - again.records)


def main() -> None:
    """Read the command line and compare."""
    parser = argparse.ArgumentParser(description="Compare a guard with an audit of its decision log.")
    parser.add_argument("--contacts", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=6)
    parser.add_argument("--rules", default="core")
    parser.add_argument("--keep", type=Path, help="a folder for the log and the verdicts")
    given = parser.parse_args()
    print(f"collection-guard {__version__}, Python {platform.python_version()}, {platform.machine()}")
    print(f"{given.contacts} simulated contacts, seed {given.seed}, rules {given.rules}", flush=True)
    with tempfile.TemporaryDirectory() as temporary:
        folder = given.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        differences = agree(folder.resolve(), given.contacts, given.seed, given.rules)
    print("they agree" if not differences else f"{differences} differences")
    if differences:
        raise SystemExit(1)


if __name__ == "__main__":
    main()

"""Simulate contact logs of any size, with every planted wrong known.

    python examples/simulate.py --seed 7 --contacts 50000 --out FOLDER
    python examples/simulate.py --seed 7 --contacts 5000 --out FOLDER --profile wild
    python examples/simulate.py --seed 7 --contacts 3000 --out FOLDER --profile ledgers

The clean profile writes a log in which every fact that the core rules need is recorded, and planted.jsonl, the
(event, rule) pairs that are violations: all of them and no others. The wild profile writes whatever the event
model allows, for tests that hold two engines to each other. The ledgers profile writes notes, calls, recordings and
lists of one month that disagree in places, for `collection-guard reconcile`; planted.jsonl has the places.
"""

import argparse
import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Final

from simulator import ledgers, lives, rule_ids, wild
from simulator.world import DATA, LIMITS, SHANGHAI, World

PARAMETERS: Final = {
    "social_messages_per_day": LIMITS["social-account-bombing"],
    "contacts_per_day": LIMITS["repeated-contact"],
}


def simulate(seed: int, contacts: int, out: Path, profile: str = "clean") -> Counter[str]:
    """Write a simulated log of exactly this many contacts to a folder, and return what was written, counted."""
    out.mkdir(parents=True, exist_ok=True)
    write = {"clean": clean_log, "wild": wild_log, "ledgers": ledgers.write_ledgers}[profile]
    return write(seed, contacts, out)


def clean_log(seed: int, contacts: int, out: Path) -> Counter[str]:
    """Write one borrower's story after another until the log has its size."""
    world, counts = World(), Counter(dict.fromkeys(rule_ids.ALL, 0))
    with ExitStack() as stack:
        events, cases, planted = (
            stack.enter_context((out / name).open("w", encoding="utf-8", newline="\n"))
            for name in ("events.jsonl", "cases.jsonl", "planted.jsonl")
        )
        for story in lives.stories(seed, world):
            if counts["contacts"] >= contacts:
                break
            counts["borrowers"] += 1
            for case_id in story.cases:
                cases.write(_line(story.profile(case_id)))
                counts["cases"] += 1
            # A rule looks back only, so what is cut off at the end changes no verdict on what is kept.
            for plan in story.planned[: contacts - counts["contacts"]]:
                counts["contacts"] += 1
                event_id = f"E-{counts['contacts']:09d}"
                events.write(_line(plan.event | {"event_id": event_id}))
                for rule in plan.wrongs:
                    planted.write(_line({"event_id": event_id, "rule": rule}))
                    counts[rule] += 1
    (out / "registry.csv").write_bytes((DATA / "partners.csv").read_bytes())
    settings = {
        "profile": "clean",
        "seed": seed,
        "contacts": contacts,
        "timezone": SHANGHAI,
        "history": "complete",
        "first_day": lives.FIRST_DAY.isoformat(),
        "last_day": lives.LAST_DAY.isoformat(),
        "parameters": PARAMETERS,
    }
    _write_settings(out, settings)
    return counts


def wild_log(seed: int, contacts: int, out: Path) -> Counter[str]:
    """Write contacts, profiles and a registry in which anything may be missing."""
    counts = Counter[str]()
    world = wild.Wilderness(seed, contacts)
    counts["contacts"] = _write_lines(out / "events.jsonl", world.events())
    counts["cases"] = _write_lines(out / "cases.jsonl", world.profiles())
    with (out / "registry.csv").open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("name", "category", "aliases", "valid_from", "valid_to", "source"))
        rows.writerows(world.registry())
    settings = {
        "profile": "wild",
        "seed": seed,
        "contacts": contacts,
        "timezone": world.timezone,
        "parameters": PARAMETERS,
    }
    _write_settings(out, settings)
    return counts


def _line(record: dict[str, Any]) -> str:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")) + "\n"


def _write_lines(path: Path, records: Iterable[dict[str, Any]] | Iterator[dict[str, Any]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            file.write(_line(record))
            count += 1
    return count


def _write_settings(out: Path, settings: dict[str, Any]) -> None:
    text = json.dumps(settings, ensure_ascii=False, indent=2) + "\n"
    (out / "settings.json").write_text(text, encoding="utf-8", newline="\n")


def main() -> None:
    """Read the command line, simulate, and print what was written."""
    parser = argparse.ArgumentParser(description="Simulate contact logs with planted wrongs.")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--contacts", type=int, default=1000)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--profile", choices=("clean", "wild", "ledgers"), default="clean")
    given = parser.parse_args()
    counts = simulate(given.seed, given.contacts, given.out, given.profile)
    width = max(len(name) for name in counts)
    for name, count in sorted(counts.items()):
        print(f"{name:<{width}}  {count}")


if __name__ == "__main__":
    main()

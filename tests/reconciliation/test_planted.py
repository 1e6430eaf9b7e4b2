"""A simulated month of ledgers: the discrepancies planted in it are found, all of them and no others."""

import json
import random
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

SIMULATE = Path(__file__).parents[2] / "examples" / "simulate.py"
SEEDS = [random.SystemRandom().randrange(10**9) for _ in range(3)]
CONTACTS = 3_000
KINDS = 14

Planted = Counter[tuple[str, tuple[str, ...]]]


def simulated(folder: Path, seed: int) -> Path:
    """Simulate a month of notes, calls, recordings and lists."""
    arguments = ["--seed", str(seed), "--contacts", str(CONTACTS), "--out", str(folder), "--profile", "ledgers"]
    subprocess.run([sys.executable, str(SIMULATE), *arguments], check=True, capture_output=True)
    return folder


def reconciled(folder: Path) -> dict[str, Any]:
    """Return what the command finds in the ledgers."""
    command = [sys.executable, "-m", "collection_guard", "reconcile", "--format", "json", "--quiet"]
    for path in sorted(folder.glob("notes-*.csv")):
        command += ["--notes", path.name]
    command += ["--calls", "calls.csv", "--recordings", "recordings.csv", "--timezone", "Asia/Shanghai"]
    command += ["--own-numbers", "numbers.csv", "--collectors", "collectors.csv"]
    done = subprocess.run(command, check=False, capture_output=True, cwd=folder)
    assert done.returncode == 1, done.stderr.decode()
    result: dict[str, Any] = json.loads(done.stdout)
    return result


def found(result: dict[str, Any]) -> Planted:
    """Return the findings as they are planted: the kind, and the ids of what it is about."""
    count: Planted = Counter()
    for finding in result["findings"]:
        rows = [row["id"] for row in finding["rows"] if row["side"] != "recordings"]
        subjects = rows or [row["id"] for row in finding["rows"]]
        if finding["kind"] == "clock-skew":
            subjects = [finding["agency"]]
        count[finding["kind"], tuple(sorted(subjects))] += 1
    return count


@pytest.mark.parametrize("seed", SEEDS, ids=["first", "second", "third"])
def test_planted_discrepancies_are_found_exactly(tmp_path: Path, seed: int) -> None:
    """Through wrong clocks, minutes without seconds, legs and masked numbers each one is found, and no other."""
    print(f"seed {seed}")  # noqa: T201 -- so that a failure can be repeated
    folder = simulated(tmp_path, seed)
    planted: Planted = Counter()
    for line in (folder / "planted.jsonl").read_text("utf-8").splitlines():
        wrong = json.loads(line)
        planted[wrong["kind"], tuple(wrong["rows"])] += 1
    result = reconciled(folder)
    assert found(result) - planted == Counter(), f"seed {seed}"
    assert planted - found(result) == Counter(), f"seed {seed}"
    assert len({kind for kind, _ in planted}) == KINDS, f"a kind that was not planted at seed {seed}"
    counts = result["counts"]
    assert counts["legs"] > 0
    assert counts["calls"]["set_aside_by_reason"]["redelivery"] > 0
    assert counts["notes"]["other_channels"] > 0
    for side in ("notes", "calls"):
        given = counts[side]
        assert given["contacts"] + given["rejected"] + given["set_aside"] == given["rows_read"]

"""The comparison of what audits cost: on a small log all its ways agree, and each has its figure."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

COMPARISON = Path(__file__).parents[2] / "benchmarks/comparison.py"
ALONE = {
    "bare reading of Parquet",
    "hand-written query",
    "columnar",
    "columnar, in pieces (1 GiB)",
    "from files: the query, in parts",
    "from files: columnar, in pieces (4 GiB)",
    "without recorded_at: the query",
    "without recorded_at: columnar",
}
WAYS = ALONE | {"contact by contact, durable", "contact by contact, Host"}


@pytest.mark.no_cover
@pytest.mark.skipif(find_spec("zen") is None or find_spec("rule_engine") is None, reason="needs the extra [bench]")
@pytest.mark.skipif(find_spec("durable_rules_engine") is None, reason="durable-rules cannot be imported here")
def test_all_ways_agree_and_are_measured(tmp_path: Path) -> None:
    """The hand-written query, columns, pieces and contact by contact give one result before anything is measured."""
    command = [sys.executable, str(COMPARISON), "--contacts", "500", "--rounds", "1", "--sample", "150"]
    ran = subprocess.run(  # our own script
        [*command, "--out", str(tmp_path / "table.json")], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "all ways agree" in ran.stdout
    (found,) = json.loads((tmp_path / "table.json").read_text("utf-8"))["found"]
    assert found["contacts"] == 500
    assert found["us"].keys() == WAYS
    assert all(cost > 0 for cost in (*found["us"].values(), *found["rule step us"].values()))
    assert found["peak MB"].keys() == ALONE

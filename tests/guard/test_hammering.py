"""Processes and threads that ask at once never exceed a limit together."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROCESSES, THREADS = 8, 32


@pytest.mark.no_cover
@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_eight_processes_of_32_threads_are_allowed_exactly_the_limit(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """256 threads ask for two borrowers: three contacts of the one are allowed, seven of the other, and never more."""
    address = str(tmp_path / "guard.db") if kind == "sqlite" else request.getfixturevalue("database")
    tests = Path(__file__).parent.parent
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])}
    command = [sys.executable, "-m", "guard.hammering", address, str(PROCESSES), str(THREADS)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    said = [line.split() for line in done.stdout.splitlines()]
    assert len(said) == PROCESSES
    assert sum(int(three) for three, _ in said) == 3
    assert sum(int(seven) for _, seven in said) == 7

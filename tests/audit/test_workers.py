"""Processes that work for an audit: none outlives it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

WORK = """
import os, signal, sys, time
from collection_guard.audit.workers import workers

def tell(path):
    open(f"{path}/{os.getpid()}", "w").close()

def work(_number):
    time.sleep(600)

def end(number, frame):
    raise SystemExit(143)

if __name__ == "__main__":
    signal.signal(signal.SIGTERM, end)
    with workers(2, tell, sys.argv[1]) as pool:
        for _ in pool.map(work, range(2)):
            pass
"""


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 143), (signal.SIGKILL, -signal.SIGKILL)])
def test_workers_end_with_the_process_that_started_them(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Interrupted or killed in the middle of their work, their process leaves none of them behind."""
    (tmp_path / "work.py").write_text(WORK)
    told = tmp_path / "told"
    told.mkdir()
    process = subprocess.Popen([sys.executable, tmp_path / "work.py", told], stderr=subprocess.DEVNULL)
    while len(list(told.iterdir())) < 2:
        assert process.poll() is None
    process.send_signal(number)
    assert process.wait() == code
    for one in told.iterdir():
        while lives(int(one.name)):
            pass


def lives(process: int) -> bool:
    """Say whether a process lives: one that ended, but was not yet asked how, does not."""
    try:
        os.kill(process, 0)
        return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (ProcessLookupError, FileNotFoundError):
        return False

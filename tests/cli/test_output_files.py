"""What is written appears under its name only when it is whole, and takes nobody's place."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from collection_guard.model.whole_files import whole_file

NOVEMBER = Path(__file__).parents[2] / "examples/november"
AUDIT = [sys.executable, "-m", "collection_guard", "audit", "contacts.xlsx", "--format", "json", "--out"]


def test_what_stood_there_stays_until_all_is_written(tmp_path: Path) -> None:
    """A run that fails leaves the file of the last one, and no other."""
    path = tmp_path / "out.json"
    path.write_text("before", "utf-8")
    with pytest.raises(UnicodeEncodeError), whole_file(path) as file:
        file.write("now\ud800")
    assert path.read_text("utf-8") == "before"
    assert [file.name for file in tmp_path.iterdir()] == ["out.json"]


def test_a_link_is_followed(tmp_path: Path) -> None:
    """A link stays one, and what it leads to is written."""
    link, path = tmp_path / "link", tmp_path / "real" / "out.json"
    link.symlink_to(path)
    with whole_file(link) as file:
        file.write("now")
    assert link.is_symlink()
    assert path.read_text("utf-8") == "now"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_pipe_is_written_to_and_stays_a_pipe(tmp_path: Path) -> None:
    """What is no regular file is never replaced by one: a pipe here, as /dev/null and /dev/stdout are not."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    heard: list[str] = []
    listener = threading.Thread(target=lambda: heard.append(pipe.read_text("utf-8")))
    listener.start()
    done = subprocess.run([*AUDIT, str(pipe)], check=False, capture_output=True, text=True, cwd=NOVEMBER)
    listener.join()
    assert done.returncode == 1, done.stderr
    assert heard[0].startswith("{")
    assert stat.S_ISFIFO(pipe.stat().st_mode)

"""What is written appears under its name only when it is whole, and takes nobody's place."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from collection_guard.model.whole_files import whole_file

NOVEMBER = Path(__file__).parents[2] / "examples/november"


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
    reader = os.open(pipe, os.O_RDWR | os.O_NONBLOCK)  # held open by both ends, so that nobody waits for the other
    try:
        with whole_file(pipe) as file:
            file.write("now")
        assert stat.S_ISFIFO(pipe.stat().st_mode)
        assert os.read(reader, 10) == b"now"
    finally:
        os.close(reader)


def audited(folder: Path, *more: str, **streams: Any) -> subprocess.CompletedProcess[str]:
    """Audit the example's log, copied into a folder."""
    if not (folder / "contacts.xlsx").exists():
        shutil.copy(NOVEMBER / "contacts.xlsx", folder)
    command = [sys.executable, "-m", "collection_guard", "audit", "contacts.xlsx", "--timezone", "Asia/Shanghai"]
    command += ["--lang", "en", *more]
    streams = {"stdout": subprocess.PIPE} | streams
    return subprocess.run(command, check=False, stderr=subprocess.PIPE, text=True, cwd=folder, **streams)


def test_no_output_takes_the_place_of_an_input_or_of_another_output(tmp_path: Path) -> None:
    """A log is never changed: naming it, or one file twice, as an output is refused before anything is read."""
    shutil.copy(NOVEMBER / "contacts.xlsx", tmp_path)
    before = (tmp_path / "contacts.xlsx").read_bytes()
    done = audited(tmp_path, "--out", "contacts.xlsx", "--verdicts", "v", "--rejected", "./v")
    assert done.returncode == 2
    assert done.stderr.count("is also an input, or another output") == 2
    assert (tmp_path / "contacts.xlsx").read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["contacts.xlsx"]


def test_the_report_comes_though_rejected_rows_cannot_be_written(tmp_path: Path) -> None:
    """Where the file of rejected rows cannot be written the report is printed all the same, and the exit code is 2."""
    done = audited(tmp_path, "--rejected", "contacts.xlsx/rejected.csv")
    assert done.returncode == 2
    assert "Audit of collection contacts" in done.stdout
    assert "rejected.csv" in done.stderr
    assert audited(tmp_path, "--rejected", "new/rejected.csv").returncode == 1
    assert (tmp_path / "new/rejected.csv").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_a_full_disk_is_no_violation(tmp_path: Path) -> None:
    """Output that cannot be written ends with the code of a usage error, never with the one for violations."""
    with Path("/dev/full").open("w") as full:
        done = audited(tmp_path, stdout=full)
    assert done.returncode == 2
    assert "cannot be written" in done.stderr


def test_a_fault_of_the_program_has_a_code_of_its_own(tmp_path: Path) -> None:
    """An unforeseen exception prints where, not what, and is told apart from violations by its code."""
    breaking = "import collection_guard.cli.audit as a, collection_guard.cli.main as m, sys\n"
    breaking += "def fall(*_, **__): raise KeyError('13800000001')\n"
    breaking += "a._run = fall\nsys.argv[1:] = ['audit', 'x.csv', '--lang', 'en']\nm.run()"
    done = subprocess.run([sys.executable, "-c", breaking], check=False, capture_output=True, text=True, cwd=tmp_path)
    assert done.returncode == 70
    assert "KeyError" in done.stderr
    assert "13800000001" not in done.stderr


def test_a_log_without_a_contact_says_so(tmp_path: Path) -> None:
    """Of a log that holds a header alone, nothing is said to be in order."""
    (tmp_path / "h.csv").write_text("case_id,channel,started_at,phone_number\n", "utf-8")
    command = [
        sys.executable,
        "-m",
        "collection_guard",
        "audit",
        "h.csv",
        "--timezone",
        "Asia/Shanghai",
        "--lang",
        "en",
    ]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    assert "no contact was judged" in done.stdout
    assert "every verdict reached" not in done.stdout


@pytest.mark.parametrize("log", ["contacts.xlsx", "contacts.gb18030.csv"])
def test_a_log_may_come_by_the_standard_input(log: str, tmp_path: Path) -> None:
    """What is piped in is judged as the file is, and its rows are named by where they came from."""
    command = [sys.executable, "-m", "collection_guard", "audit", "-", "--format", "json"]
    command += ["--timezone", "Asia/Shanghai"]
    with (NOVEMBER / log).open("rb") as file:
        piped = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path, stdin=file)
    command[command.index("-")] = str(NOVEMBER / log)
    named = subprocess.run(command, check=False, capture_output=True, text=True, cwd=tmp_path)
    one, other = json.loads(piped.stdout), json.loads(named.stdout)
    assert one["counts"] == other["counts"]
    assert one["by_rule"] == other["by_rule"]
    assert piped.returncode == named.returncode == 1
    assert (tmp_path / "stdin.rejected.csv").read_text("utf-8-sig").count("stdin") > 0


def test_more_by_the_standard_input_than_memory_takes_is_refused(tmp_path: Path) -> None:
    """The limit on logs holds for what is piped in; without anything, the log is empty."""
    given = {"COLLECTION_GUARD_MAX_LOG_MB": "1"}
    command = [sys.executable, "-m", "collection_guard", "audit", "-", "--lang", "en"]
    for size, said in ((1_000_001, "logs"), (0, "stdin: the file is empty")):
        done = subprocess.run(
            command, check=False, capture_output=True, cwd=tmp_path, input=b"x" * size, env={**os.environ, **given}
        )
        assert done.returncode == 4
        assert said in done.stderr.decode()

"""A decision log after a crash: the line that was cut off is told, all else stands, and a forger gains nothing."""

import json
import os
import signal
import subprocess
import sys
from datetime import timedelta
from itertools import zip_longest
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from collection_guard.audit.reading import read_logs
from collection_guard.cli.main import app
from collection_guard.guard.log.pseudonyms import Pseudonyms
from collection_guard.guard.log.writer import DecisionLog
from collection_guard.model.chain import BEGINNING, SUFFIX, line_of, log_files, read_heads
from collection_guard.model.problems import LogError, StoreError
from collection_guard.model.verification import Verification, verify
from guard.lives import options
from guard.making import MORNING, Clock, answered, open_guard

AT = MORNING.isoformat()
ZONE = ["--timezone", "Asia/Shanghai", "--param", "contacts_per_day=3", "--lang", "en"]


def opened(folder: Path) -> DecisionLog:
    return DecisionLog(folder, Pseudonyms(b"of a test, long enough", "CN"))


def lived(folder: Path, *ids: str, days: int = 0) -> Path:
    """Record a contact for each id with one guard, and return the file of its log."""
    before = set(log_files(folder / "log")) if (folder / "log").is_dir() else set()
    clock = Clock(MORNING + timedelta(days=days))
    guard = open_guard(clock, options=options(folder))
    for one in ids:
        guard.record(answered(one, clock.at))
        clock.move(hours=1)
    guard.close()
    (path,) = set(log_files(folder / "log")) - before
    return path


def said(*words: str | Path) -> tuple[int, str, str]:
    done = CliRunner().invoke(app, [str(word) for word in words])
    return done.exit_code, done.stdout, done.stderr


def codes(found: Verification) -> list[str]:
    return [one.code for one in found.problems]


def told(found: Verification) -> list[str]:
    return [one.place() for one in found.cut_off]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, bytes]:
    """Return the name and the lines of a writer's file that holds two contacts."""
    path = lived(tmp_path_factory.mktemp("log"), "E-1", "E-2")
    return path.name, path.read_bytes()


def test_whatever_byte_a_crash_leaves_the_next_writer_recovers(log: tuple[str, bytes], tmp_path: Path) -> None:
    """Cut off at any byte of its last line, a log is whole again, and says where a line is missing; none is lost."""
    name, written = log
    lines = written.splitlines(keepends=True)
    last = line_of(name.removesuffix(SUFFIX), len(lines) + 1, hash_of_last(written), {"kind": "note", "said": "还款"})
    row = len(lines) + 1
    for kept in range(1, len(last)):
        folder = tmp_path / str(kept)
        folder.mkdir()
        path = folder / name
        path.write_bytes(written + last[:kept])
        torn = verify(folder)
        assert (codes(torn), told(torn)) == (["log_line_cut"], [])
        assert [one.line for one in torn.problems] == [row]
        opened(folder).note("cancel", AT, {"token": "1"})
        found = verify(folder)
        assert (codes(found), told(found)) == ([], [f"{path}:{row}"])
        assert path.read_bytes() == written
        assert {head.seq for head in found.heads().values()} == {len(lines), 2}
    for kept in (0, len(last), len(last) + 1):
        (tmp_path / name).write_bytes(written + (last + b"\n")[:kept])
        whole = verify(tmp_path)
        assert (codes(whole), told(whole)) == ([], []), "nothing of a line, and all that it says, is whole"


def hash_of_last(written: bytes) -> str:
    """Return the hash by which the next line follows."""
    found = Verification()
    found.read(written, "log")
    (head,) = found.heads().values()
    return head.hash


@pytest.mark.parametrize("share", [0.0, 0.6, 0.9, None])
def test_nothing_but_the_line_cut_off_is_lost_to_the_commands(
    log: tuple[str, bytes], tmp_path: Path, share: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before it is recovered the rest is judged, and the exit code is 4; recovered, it is a warning, and the code 0."""
    name, written = log
    *_, last = lines = written.splitlines(keepends=True)
    (tmp_path / "log").mkdir()
    path = tmp_path / "log" / name
    # A third of a character is no text: still all that stands before it is read.
    kept = last.index("诚".encode()) + 1 if share is None else max(1, int(len(last) * share))
    path.write_bytes(b"".join(lines[:-1]) + last[:kept])
    monkeypatch.chdir(tmp_path)
    place = f"log/{name}:{len(lines)}"
    for command in (["log", "verify", "log", "--lang", "en"], ["log", "replay", "log", *ZONE], ["audit", "log", *ZONE]):
        code, out, err = said(*command)
        assert (code, f"{place}: the last line is not whole" in err) == (4, True)
        assert command[1] == "verify" or "judged again: 0 checks and 1 record" in out or "Contacts" in out
    intake = read_logs(["log"])
    assert [one.event.event_id for one in intake.contacts] == ["E-1"]
    assert intake.rows_read == len(lines)
    assert intake.set_aside_by_reason()["decision_cut_off"] == 1
    lived(tmp_path, "E-3", days=60)
    for command in (["log", "verify", "log", "--lang", "en"], ["log", "replay", "log", *ZONE]):
        code, out, err = said(*command)
        assert (code, f"{place}: one line of the writer" in err) == (0, True)
    code, out, err = said("audit", "log", *ZONE, "--fail-on", "never", "--format", "json")
    assert (code, err) == (0, "")
    report = json.loads(out)
    found = [(one["code"], f"{one['file']}:{one['row']}") for one in report["data_findings"]]
    assert found == [("DECISION_LOG_CUT_OFF", place)]
    assert (report["counts"]["contacts"], report["broken_decision_logs"]) == (2, [])


def test_a_crash_in_the_first_line_is_recovered_too(log: tuple[str, bytes], tmp_path: Path) -> None:
    """A writer of which there is only the beginning of a line costs the folder nothing."""
    name, written = log
    (tmp_path / "log").mkdir()
    (tmp_path / "log" / name).write_bytes(written[:40])
    assert codes(verify(tmp_path / "log")) == ["log_line_cut"]
    assert read_logs([tmp_path / "log"]).rows_read == 1
    lived(tmp_path, "E-3")
    found = verify(tmp_path / "log")
    assert (codes(found), len(told(found))) == ([], 1)
    assert [one.event.event_id for one in read_logs([tmp_path / "log"]).contacts] == ["E-3"]


def test_what_is_done_to_a_recovered_log_shows(log: tuple[str, bytes], tmp_path: Path) -> None:
    """Lines taken from before the cut, put after it or changed, and another telling of it, are found."""
    name, written = log
    path = tmp_path / name
    path.write_bytes(written + b'{"writer":"' + name[:7].encode())
    opened(tmp_path).note("cancel", AT, {"token": "1"})
    (other,) = set(log_files(tmp_path)) - {path}
    lines = written.splitlines(keepends=True)
    after = line_of(name.removesuffix(SUFFIX), len(lines) + 1, hash_of_last(written), {"kind": "note"}) + b"\n"
    for changed in (b"".join(lines[:-1]), b"".join(lines[1:]), written + after, written.replace(b"E-1", b"E-7")):
        path.write_bytes(changed)
        assert codes(verify(tmp_path))
    path.write_bytes(written)
    copy = tmp_path / f"copy{SUFFIX}"
    copy.write_bytes(b"".join(lines[:2]))
    assert codes(verify(tmp_path)) == [], "a copy that was made earlier"
    copy.unlink()
    telling = other.read_bytes()
    assert codes(verify(tmp_path)) == []
    first, second = telling.splitlines(keepends=True)
    other.write_bytes(first.replace(b'"tail":"', b'"tail":"AAAA') + second)
    assert codes(verify(tmp_path)) == ["log_chain_broken"]
    odd = line_of(other.name.removesuffix(SUFFIX), 1, BEGINNING, {"kind": "cut_off", "of": name}) + b"\n"
    other.write_bytes(odd)
    assert codes(verify(tmp_path)) == ["log_line_unreadable"]
    other.write_bytes(telling)
    path.write_bytes(written + b'{"writer":"another tail')
    assert codes(verify(tmp_path)) == ["log_line_cut"]
    path.write_bytes(written + b'{"writer":"' + name[:7].encode())  # as a crash before the bytes were cut off
    assert (codes(verify(tmp_path)), told(verify(tmp_path))) == ([], [f"{path}:{len(lines) + 1}"])


def test_the_file_of_a_writer_that_lives_is_left_alone(tmp_path: Path) -> None:
    """Only what nobody writes any more was cut off: the beginning of a line may be one that is being written."""
    first = opened(tmp_path)
    first.note("cancel", AT, {"token": "1"})
    (path,) = log_files(tmp_path)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"writer":')
    opened(tmp_path).note("cancel", AT, {"token": "2"})
    assert path.read_bytes() == whole + b'{"writer":'
    first.close()
    opened(tmp_path).note("cancel", AT, {"token": "3"})
    assert path.read_bytes() == whole
    assert codes(verify(tmp_path)) == []


KILLED = """
import resource, signal, sys
from pathlib import Path
from collection_guard.guard.log.pseudonyms import Pseudonyms
from collection_guard.guard.log.writer import DecisionLog

log = DecisionLog(Path(sys.argv[1]), Pseudonyms(b"of a test, long enough", "CN"))
log.note("cancel", sys.argv[2], {"token": "1"})
(path,) = Path(sys.argv[1]).iterdir()
resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size + 60, resource.RLIM_INFINITY))
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
log.note("cancel", sys.argv[2], {"token": "2"})
"""


def test_a_process_killed_within_a_line_leaves_a_log_that_recovers(tmp_path: Path) -> None:
    """The system ends a process after 60 bytes of a line; the next writer tells of them."""
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), AT], check=False, capture_output=True)
    assert done.returncode == -signal.SIGXFSZ
    (path,) = log_files(tmp_path)
    assert len(path.read_bytes().splitlines()[1]) == 60
    opened(tmp_path).note("cancel", AT, {"token": "3"})
    found = verify(tmp_path)
    assert (codes(found), told(found)) == ([], [f"{path}:2"])


def test_a_line_that_can_neither_be_written_nor_taken_back_ends_its_chain(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What follows goes into a file of its own, and its first line tells of it."""
    log = opened(tmp_path)
    log.note("cancel", AT, {"token": "1"})
    (path,) = log_files(tmp_path)

    def refuse(*_: Any) -> int:
        raise OSError(5, "no disk")

    with monkeypatch.context() as broken:
        broken.setattr(os, "ftruncate", refuse)
        broken.setattr(os, "write", _thirty_bytes_only(os.write))
        with pytest.raises(StoreError):
            log.note("cancel", AT, {"token": "2"})
    assert codes(verify(tmp_path)) == ["log_line_cut"]
    log.note("cancel", AT, {"token": "3"})
    found = verify(tmp_path)
    assert (codes(found), told(found), len(found.heads())) == ([], [f"{path}:2"], 2)


def _thirty_bytes_only(write: Any) -> Any:
    left = [30]

    def some(file: int, line: bytes) -> int:
        if not left[0]:
            raise OSError(28, "no space")
        written: int = write(file, line[: left[0]])
        left[0] -= written
        return written

    return some


def forms(first: Path, second: Path) -> dict[str, dict[str, bytes]]:
    """Return how two writers' files may come: by name, what stands in it."""
    one, two = first.read_bytes(), second.read_bytes()
    turns = zip_longest(one.splitlines(keepends=True), two.splitlines(keepends=True), fillvalue=b"")
    mark = b"\xef\xbb\xbf"
    return {
        "one file": {"log.jsonl": one + two},
        "renamed": {"a.jsonl": one, f"b{SUFFIX}": two},
        "blank lines": {first.name: one + b"\n", second.name: b"\n" + two + b"\n \n"},
        "marks of UTF-8": {"log.jsonl": mark + one + mark + two},
        "ends of Windows": {first.name: one.replace(b"\n", b"\r\n"), second.name: two},
        "no end of the last line": {first.name: one.removesuffix(b"\n"), second.name: two},
        "in turns": {"log.jsonl": b"".join(line for pair in turns for line in pair)},
        "a copy": {first.name: one, second.name: two, f"copy{SUFFIX}": one},
    }


def test_chains_are_whole_in_whatever_file_and_under_whatever_name(tmp_path: Path) -> None:
    """Put together, renamed, copied, or passed through programs that add marks and ends, no line reads as forged."""
    first, second = lived(tmp_path, "E-1", "E-2"), lived(tmp_path, "E-3", days=60)
    for form, files in forms(first, second).items():
        folder = tmp_path / form
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        found = Verification()
        for path in sorted(folder.iterdir()):
            found.read(path, str(path))
        found.settle()
        assert (codes(found), len(found.heads())) == ([], 2), form
        intake = read_logs([folder])
        assert (intake.broken, intake.rejected) == ((), ()), form
        assert sorted(one.event.event_id for one in intake.contacts) == ["E-1", "E-2", "E-3"], form
    whole = tmp_path / "one file" / "log.jsonl"
    assert said("log", "verify", whole, "--lang", "en")[:2] == (0, "whole: 2 writers, 5 lines\n")
    assert said("log", "replay", whole, *ZONE)[1].endswith(
        "0 checks and 3 records, 0 differences; 0 of them were decided by other rules\n"
    )
    damaged = forms(first, second)["one file"]["log.jsonl"].splitlines(keepends=True)
    for gone in range(len(damaged) - 1):
        found = Verification()
        found.read(b"".join(damaged[:gone] + damaged[gone + 1 :]), "log")
        ends = gone == first.read_bytes().count(b"\n") - 1
        assert bool(codes(found)) != ends, "only the end of a chain can be taken unseen"


def test_two_chains_of_one_writer_that_differ_show(tmp_path: Path) -> None:
    """A file that somebody made anew beside the one as written is found, whole as it is in itself."""
    path = lived(tmp_path, "E-1", "E-2")
    writer, previous, lines = path.name.removesuffix(SUFFIX), BEGINNING, []
    for number, line in enumerate(path.read_bytes().splitlines(), 1):
        content = {name: value for name, value in json.loads(line).items() if name not in {"writer", "seq", "prev"}}
        lines.append(line_of(writer, number, previous, content | {"at": AT, "beside": ["forged"]}))
        found = Verification()
        found.read(b"".join(one + b"\n" for one in lines), "log")
        previous = found.heads()[writer].hash
    (tmp_path / "log" / f"forged{SUFFIX}").write_bytes(b"".join(line + b"\n" for line in lines))
    assert codes(verify(tmp_path / "log")) == ["log_two_chains"]


def test_numbers_beyond_all_bounds_are_told_not_stumbled_over(tmp_path: Path) -> None:
    """A line that tells of a cut after line "infinity" is named with its place, and heads that say so are refused."""
    without_end: dict[str, Any] = {"seq": float("inf"), "hash": BEGINNING}
    line = line_of("a", 1, BEGINNING, {"kind": "cut_off", "of": "b", "after": without_end, "tail": ""})
    (tmp_path / f"a{SUFFIX}").write_bytes(line + b"\n")
    (tmp_path / "heads.json").write_text(json.dumps({"a": without_end}), encoding="utf-8")
    found = verify(tmp_path)
    assert [(one.code, one.line) for one in found.problems] == [("log_line_unreadable", 1)]
    with pytest.raises(LogError):
        read_heads(tmp_path / "heads.json")

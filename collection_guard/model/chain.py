"""The hash chain of a decision log: whatever is changed, removed, moved or put in between shows."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from collection_guard.model.problems import LogError, Problem

BEGINNING: Final = "0" * 64
"""What stands where the first line of a writer names the one before it."""
SUFFIX: Final = ".decisions.jsonl"


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a writer: its number, and its hash."""

    seq: int
    hash: str


def hash_of(line: bytes) -> str:
    """Return the hash of a line, without its end."""
    return hashlib.sha256(line).hexdigest()


def line_of(writer: str, seq: int, previous: str, content: Mapping[str, Any]) -> bytes:
    """Return one line of a chain, without its end."""
    said = {"writer": writer, "seq": seq, "prev": previous, **content}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=False).encode()


def log_files(folder: Path) -> list[Path]:
    """Return the files of a decision log, one a writer; raise LogError if there is no such folder."""
    if not folder.is_dir():
        raise LogError([Problem("no_such_file", values={"path": str(folder)})])
    return sorted(folder.glob(f"*{SUFFIX}"))


def lines_of(path: Path) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file with their numbers; a last one without its end is yielded too."""
    with path.open("rb") as file:
        yield from enumerate(file, 1)


def verify(folder: Path, heads: Mapping[str, Head] | None = None) -> tuple[dict[str, Head], list[Problem]]:
    """Return the head of every writer, and everything that shows that the log is not as it was written.

    ``heads`` were kept elsewhere: against them shows that lines at the end, or a whole writer, were removed.
    """
    found: dict[str, Head] = {}
    problems: list[Problem] = []
    wanted = dict(heads or {})
    files = log_files(folder)
    if not files and not wanted:
        problems.append(Problem("log_absent", str(folder)))
    for path in files:
        writer = path.name.removesuffix(SUFFIX)
        kept = wanted.pop(writer, None)
        head, broken = verify_lines(lines_of(path), str(path), writer, kept)
        problems += broken
        if head is not None:
            found[writer] = head
    problems += [Problem("log_writer_gone", str(folder), values={"writer": writer}) for writer in sorted(wanted)]
    return found, problems


def verify_lines(
    lines: Iterable[tuple[int, bytes]], file: str, writer: str | None, kept: Head | None = None
) -> tuple[Head | None, list[Problem]]:
    """Return the head of one writer's lines, and what shows that they are not as they were written.

    Without a ``writer``, as where the name of the file does not tell, it is that of the first line. No head is told of
    lines of which one cannot be read.
    """
    head: Head | None = None
    problems: list[Problem] = []
    for number, raw in lines:

        def problem(code: str, line: int = number, **values: object) -> None:
            problems.append(Problem(code, file, line, values=values))

        line = raw.removesuffix(b"\n")
        said = _object(line)
        if line == raw:
            problem("log_line_cut")
        if said is None:
            problem("log_line_unreadable")
            return None, problems
        writer = str(said.get("writer")) if writer is None else writer
        if said.get("writer") != writer:
            problem("log_other_writer", writer=str(said.get("writer")))
        expected = 1 if head is None else head.seq + 1
        if said.get("seq") != expected:
            problem("log_number", seq=str(said.get("seq")), expected=expected)
        if said.get("prev") != (BEGINNING if head is None else head.hash):
            problem("log_chain_broken")
        head = Head(said["seq"] if isinstance(said.get("seq"), int) else expected, hash_of(line))
        if kept is not None and head.seq == kept.seq and head.hash != kept.hash:
            problem("log_head_differs", seq=kept.seq)
    last = 0 if head is None else head.seq
    if kept is not None and last < kept.seq:
        problems.append(Problem("log_end_gone", file, values={"last": last, "seq": kept.seq}))
    return head, problems


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return said if isinstance(said, dict) else None


def read_heads(path: Path) -> dict[str, Head]:
    """Read heads that were kept: a JSON object of writers; raise LogError for what is none."""
    try:
        said = json.loads(path.read_bytes())
        return {str(writer): Head(int(head["seq"]), str(head["hash"])) for writer, head in said.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise LogError([Problem("log_heads_unreadable", str(path), values={"cause": str(error)})]) from error

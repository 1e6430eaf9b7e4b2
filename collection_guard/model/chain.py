"""The lines of a decision log, each linked to the one before it by its hash; one chain a writer."""

import hashlib
import json
import re
from base64 import b64decode, b64encode
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from collection_guard.model.problems import LogError, Problem

BEGINNING: Final = "0" * 64
"""What stands where the first line of a writer names the one before it."""
SUFFIX: Final = ".decisions.jsonl"
CUT_OFF: Final = "cut_off"
"""The kind of a line that tells what a crash left of another writer's last line."""
_FIRST: Final = re.compile(rb'\{"writer":"[^"]*","seq":\d+,"prev":"')
"""How every line begins."""
_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Head:
    """The last line of a writer: its number, and its hash."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it stands in a file, without its end, and without the mark of UTF-8 that a program put before it."""

    number: int
    written: bytes
    said: dict[str, Any] | None
    """None where it is no object of JSON."""
    ended: bool

    @property
    def is_torn(self) -> bool:
        """Say whether it is the beginning of a line: a whole one that lacks its end alone says all that it said."""
        return not self.ended and self.said is None


@dataclass(frozen=True, slots=True)
class CutOff:
    """What a crash left of a line: whose it was, after which line it came, and its bytes."""

    writer: str
    after: Head
    tail: bytes

    def said(self) -> dict[str, Any]:
        """Return it as a line of another writer tells it."""
        after = {"seq": self.after.seq, "hash": self.after.hash}
        return {"of": self.writer, "after": after, "tail": b64encode(self.tail).decode("ascii")}

    @classmethod
    def of(cls, said: Mapping[str, Any]) -> Self:
        """Return what a line tells; raise ValueError, TypeError, KeyError or OverflowError where it is none."""
        after = Head(int(said["after"]["seq"]), str(said["after"]["hash"]))
        return cls(str(said["of"]), after, b64decode(said["tail"], validate=True))


def hash_of(line: bytes) -> str:
    """Return the hash of a line, without its end."""
    return hashlib.sha256(line).hexdigest()


def line_of(writer: str, seq: int, previous: str, content: Mapping[str, Any]) -> bytes:
    """Return one line of a chain, without its end."""
    said = {"writer": writer, "seq": seq, "prev": previous, **content}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"), sort_keys=False).encode()


def is_log(data: bytes) -> bool:
    """Say whether a file begins as a decision log does."""
    return _FIRST.match(data.removeprefix(_MARK)) is not None


def log_files(folder: Path) -> list[Path]:
    """Return the files of a decision log, or the one that is named; raise LogError if there is no such folder."""
    if folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise LogError([Problem("no_such_file", values={"path": str(folder)})])
    return sorted(folder.glob(f"*{SUFFIX}"))


def lines_of(source: Path | bytes) -> Iterator[Line]:
    """Yield the lines of a file, or of what it holds, with their numbers; blank ones say nothing and are left out."""
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        yield from _lines_in(file)


def _lines_in(file: BinaryIO) -> Iterator[Line]:
    for number, raw in enumerate(file, 1):
        written = raw.removeprefix(_MARK).rstrip(b"\r\n")
        if written.strip():
            yield Line(number, written, object_in(written), raw.endswith(b"\n"))


def object_in(line: bytes) -> dict[str, Any] | None:
    """Return the object that a line is, None if it is none."""
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
    except (OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise LogError([Problem("log_heads_unreadable", str(path), values={"cause": str(error)})]) from error

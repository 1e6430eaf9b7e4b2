"""One file, opened and taken apart."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Final

from collection_guard.model.problems import Problem
from collection_guard.model.tables.cells import cell_text
from collection_guard.model.tables.delimited import ScoreRow, read_delimited
from collection_guard.model.tables.encodings import Decoded, Recognise, decode
from collection_guard.model.tables.grids import BrokenRow, Grid, JsonRow
from collection_guard.model.tables.json_text import looks_like_json, read_json
from collection_guard.model.tables.kinds import kind_of
from collection_guard.model.tables.parquet import RecordShape, read_parquet
from collection_guard.model.tables.workbook import read_workbook

_HEAD: Final = 200
"""Lines in which known words are looked for, to confirm an encoding."""


@dataclass(slots=True)
class TableFile:
    """What a file holds: tables, or JSON objects."""

    path: str
    digest: str
    encoding: str | None = None
    confirmed: bool = True
    grids: list[Grid] = field(default_factory=list)
    objects: list[JsonRow] | None = None
    broken: list[BrokenRow] = field(default_factory=list)
    blank_rows: list[int] = field(default_factory=list)
    instants_without_zone: tuple[str, ...] = ()
    """Columns of times that the file keeps as instants, though it does not say so: they are taken as UTC."""


def read_table_file(
    path: Path,
    *,
    encoding: str | None,
    score: ScoreRow,
    knows: Callable[[str], bool],
    record: RecordShape = MappingProxyType({}),
    names_apart: bool = False,
    firmly: bool = True,
    data: bytes | None = None,
) -> TableFile | Problem:
    """Read a file into tables or objects.

    ``score`` counts the known headers of a row, ``knows`` says whether a word is a known value: together they
    confirm an encoding and find the delimiter. ``record`` is what a file of nested columns may hold.
    An encoding that was not told ``firmly`` is that of the log, and of a file beside it that does not show its own.
    Names of columns that the file keeps apart from its rows stay so with ``names_apart``, else they are row 0.
    ``data`` is what the file holds, where it was read already.
    """
    name = str(path)
    if data is None:
        read = bytes_of(path)
        if isinstance(read, Problem):
            return read
        data = read
    found = TableFile(name, hashlib.sha256(data).hexdigest())
    kind = kind_of(data)
    if kind == "workbook":
        grids = read_workbook(data, name)
        if isinstance(grids, Problem):
            return grids
        found.grids = grids
        return found
    if kind == "parquet":
        return _parquet(found, data, record, names_apart=names_apart)
    if kind != "text":
        return Problem(kind, name)

    def recognise(text: str) -> int:
        cells = [cell for line in text.splitlines()[:_HEAD] for cell in _words(line)]
        return score(cells) + sum(map(knows, cells))

    decoded = decode(data, name, encoding, recognise, firmly=firmly)
    if not isinstance(decoded, Decoded):
        return decoded
    found.encoding, found.confirmed = decoded.encoding, decoded.confirmed
    if looks_like_json(decoded.text):
        found.objects, found.broken, found.blank_rows = read_json(decoded.text)
    else:
        found.grids = [read_delimited(decoded.text, score)]
    return found


def read_text(data: bytes, name: str, *, encoding: str | None, recognise: Recognise) -> Decoded | Problem:
    """Return the text that some bytes are, or the problem that they are none; ``recognise`` counts known words."""
    kind = kind_of(data)
    if kind in {"workbook", "parquet"}:
        return Problem("file_no_text", name)
    # An encoding that was told may well have zero bytes: UTF-16 without its mark is not known by itself.
    if kind != "text" and not (kind == "file_binary" and encoding is not None):
        return Problem("file_no_text" if kind == "file_binary" else kind, name)
    return decode(data, name, encoding, recognise)


def bytes_of(path: Path) -> bytes | Problem:
    """Return what a file holds, or the problem that it cannot be read."""
    if path.is_dir():
        return Problem("file_is_folder", str(path))
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return Problem("file_missing", str(path))
    except (OSError, ValueError) as error:
        return Problem("file_unreadable", str(path), values={"cause": str(error)})


def _parquet(found: TableFile, data: bytes, record: RecordShape, *, names_apart: bool) -> TableFile | Problem:
    read = read_parquet(data, found.path, record)
    if isinstance(read, Problem):
        return read
    if isinstance(read, Grid):
        if read.names is not None and not names_apart:
            read.rows.insert(0, (0, list(read.names)))
            read.names = None
        found.grids = [read]
    else:
        found.objects, found.broken = read.rows, read.broken
    found.instants_without_zone = read.instants_without_zone
    return found


def _words(line: str) -> list[str]:
    for mark in ("\t", ";", "|", "，", '"', ":", "{", "}"):
        line = line.replace(mark, ",")
    return [cell_text(cell) for cell in line.split(",")]

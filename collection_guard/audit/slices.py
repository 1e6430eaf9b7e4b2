"""Logs read a slice at a time: Parquet and JSON lines, each row with its number in the file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import polars as pl

from collection_guard.engines.columnar.canonical import canonical
from collection_guard.engines.columnar.faults import LISTED, counted, shown
from collection_guard.engines.columnar.scan import Scan
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables.json_text import read_json
from collection_guard.model.texts import LANGS, Spoken

_LINES: Final = (".jsonl", ".ndjson")
_PARQUET: Final = b"PAR1"
_MARK: Final = b"\xef\xbb\xbf"
"""With which some programs begin a file of UTF-8."""
_EACH: Final = 250_000
"""Rows that are read at a time where ids are looked for."""


@dataclass(frozen=True, slots=True)
class Slice:
    """Some rows of a log, their numbers in the file, and what could not be read there."""

    frame: pl.DataFrame
    numbers: pl.Series
    problems: Sequence[Problem] = ()


def sizes_of(paths: Sequence[Path], scan: Scan) -> dict[Path, int]:
    """Return how many rows each log has, of those that can be read in slices; the others are noted as problems."""
    sizes = {}
    for path in paths:
        try:
            sizes[path] = _rows_in(path)
        except LogError as error:
            for problem in error.problems:
                scan.note(problem)
    return sizes


def _rows_in(path: Path) -> int:
    try:
        with path.open("rb") as file:
            if path.suffix in _LINES:
                rows = sum(1 for line in file if line.removeprefix(_MARK).strip())
                if not rows:
                    raise LogError([Problem("file_empty", str(path))])
                return rows
            parquet = file.read(len(_PARQUET)) == _PARQUET
    except OSError as error:
        cause = error.strerror or str(error)
        raise LogError([Problem("file_unreadable", str(path), values={"cause": cause})]) from None
    if not parquet:
        raise LogError([Problem("not_in_slices", str(path))])
    try:
        table = pl.scan_parquet(path, glob=False)
        if not table.collect_schema():
            raise LogError([Problem("file_empty", str(path))])
        return int(table.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        raise LogError([_broken(path, error)]) from None


def slices_of(path: Path, rows: int) -> Iterator[Slice]:
    """Yield a log in slices of so many rows."""
    yield from _slices_of_lines(path, rows) if path.suffix in _LINES else _slices_of_table(path, rows)


def _slices_of_table(path: Path, rows: int) -> Iterator[Slice]:
    table = pl.scan_parquet(path, glob=False)
    # A table without rows is looked at as well: its columns tell whether it is a log at all.
    for offset in range(0, max(1, _rows_in(path)), rows):
        try:
            frame = table.slice(offset, rows).collect()
        except pl.exceptions.PolarsError as error:
            yield Slice(pl.DataFrame(), pl.Series(dtype=pl.Int64), [_broken(path, error)])
            return
        yield Slice(frame, pl.int_range(offset + 1, offset + 1 + frame.height, eager=True))


def _broken(path: Path, error: Exception) -> Problem:
    return Problem("parquet_broken", str(path), values={"cause": str(error).splitlines()[0]})


def _slices_of_lines(path: Path, rows: int) -> Iterator[Slice]:
    with path.open("rb") as file:
        plain = (line.removeprefix(_MARK) if number == 1 else line for number, line in enumerate(file, 1))
        filled = ((number, line) for number, line in enumerate(plain, 1) if line.strip())
        while lines := list(islice(filled, rows)):
            yield _of_lines(lines, path)


def _of_lines(lines: Sequence[tuple[int, bytes]], path: Path) -> Slice:
    """Return lines as a table; those that are broken are told, and left out."""
    try:
        return Slice(_table([line for _, line in lines]), _numbers(lines))
    except pl.exceptions.PolarsError as error:
        cause = str(error).splitlines()[0]
    problems: dict[int, Problem] = {}
    for number, line in lines:
        problem = _problem_of(line)
        if problem is not None:
            said = Spoken({lang: problem.cause(lang) for lang in LANGS})
            problems[number] = counted(Problem("table_line", str(path), values={"cause": said}), 1, number)
    whole = [(number, line) for number, line in lines if number not in problems]
    if not whole:
        return Slice(pl.DataFrame(), _numbers(whole), list(problems.values()))
    try:
        return Slice(_table([line for _, line in whole]), _numbers(whole), list(problems.values()))
    except pl.exceptions.PolarsError as error:
        cause = str(error).splitlines()[0] or cause
    values: dict[str, object] = {"first": lines[0][0], "last": lines[-1][0], "cause": cause}
    mixed = Problem("table_lines_differ", str(path), values=values)
    return Slice(pl.DataFrame(), pl.Series(dtype=pl.Int64), [*problems.values(), mixed])


def _table(lines: Sequence[bytes]) -> pl.DataFrame:
    return pl.read_ndjson(b"".join(lines), infer_schema_length=None)


def _numbers(lines: Sequence[tuple[int, bytes]]) -> pl.Series:
    return pl.Series([number for number, _ in lines], dtype=pl.Int64)


def _problem_of(line: bytes) -> Problem | None:
    """Return why a line is no object of JSON, None if it is one."""
    try:
        _, broken, _ = read_json(line.decode("utf-8"))
    except UnicodeDecodeError:
        return Problem("row_bad_character")
    return Problem(broken[0].reason, values=dict(broken[0].values)) if broken else None


def lacks_borrowers(path: Path) -> bool:
    """Say whether some contact of a log may lack its borrower."""
    if path.suffix in _LINES:
        return True
    table = pl.scan_parquet(path, glob=False)
    if "borrower_id" not in table.collect_schema():
        return True
    return bool(table.select(pl.col("borrower_id").is_null().any()).collect().item())


def same_ids(sizes: Mapping[Path, int], hashes: pl.Series) -> list[Problem]:
    """Return a problem for each id that really comes twice, at the place of the first row that has it.

    The logs are read once more: this is for a log that is refused.
    """
    if not len(hashes):
        return []
    rows = []
    for place, path in enumerate(sizes):
        for part in (one for one in slices_of(path, _EACH) if one.frame.width):
            found = canonical(part.frame, str(path), part.numbers)
            ids = pl.DataFrame({"id": found.frame["event_id"], "place": place, "row": found.rows})
            rows.append(ids.filter((pl.col("id") != "") & pl.col("id").hash(0).is_in(hashes.implode())))
    order = pl.concat(rows).sort("place", "row")
    twice = (
        order.group_by("id").agg(pl.len().alias("count"), pl.col("place", "row").first()).filter(pl.col("count") > 1)
    )
    twice = twice.sort("count", "place", "row", descending=[True, False, False])
    files = [str(path) for path in sizes]
    problems = []
    for event_id, count, place, row in twice.head(LISTED).iter_rows():
        values: dict[str, object] = {"column": "event_id", "value": shown("event_id", event_id)}
        problems.append(counted(Problem("table_id_twice", files[place], values=values), count, row))
    if twice.height > LISTED:
        more: dict[str, object] = {"column": "event_id", "kinds": twice.height - LISTED}
        problems.append(Problem("table_ids_more", values=more))
    return problems

"""Which files an audit reads: those named, those that a pattern fits, and the logs in a folder."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from glob import glob, has_magic
from pathlib import Path
from typing import Final

from collection_guard.model.problems import Problem

SUFFIXES: Final = frozenset(
    {".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".xlsx", ".xlsm", ".xls", ".xlsb", ".ods", ".parquet"}
)
"""In a folder the name tells a log from what lies beside it; a file that is named is read whatever its name."""
REJECTED: Final = ".rejected.csv"
"""The end of the name under which an audit lists rejected rows: in the next audit of the folder it is no log."""
_LOCK: Final = "~$"
"""Excel keeps such a file beside a workbook that is open."""


@dataclass(slots=True)
class Places:
    """The logs of an audit."""

    paths: list[Path] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)
    """Files of a folder that were not taken for logs."""
    problems: list[Problem] = field(default_factory=list)


def find_logs(given: Iterable[str | Path], no_logs: Iterable[str | Path] = ()) -> Places:
    """Return the files that were named, and those that patterns and folders stand for, each of these once.

    ``no_logs`` are files, and folders, that may lie in a folder of logs and have another use, such as case profiles.
    """
    places = Places()
    others = {_resolved(Path(item)) for item in no_logs}
    named = [Path(item) for item in given]
    seen = {_resolved(path) for path in named if not _stands_for_others(path)}
    for path in named:
        if not _stands_for_others(path):
            places.paths.append(path)
            continue
        found = _in_folder(path, places) if path.is_dir() else _fitting(path, places)
        logs = [log for log in found if not {(place := _resolved(log)), place.parent} & others]
        if not logs:
            places.problems.append(
                Problem("folder_without_logs" if path.is_dir() else "pattern_without_logs", str(path))
            )
        for log in logs:
            # What two patterns fit is one log; only a file that is named twice is taken for a mistake.
            if _resolved(log) not in seen:
                seen.add(_resolved(log))
                places.paths.append(log)
    return places


def _stands_for_others(path: Path) -> bool:
    try:
        return path.is_dir() or (has_magic(str(path)) and not path.exists())
    except (OSError, ValueError):  # a name that no file can have: reading it will say so
        return False


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, ValueError, RuntimeError):
        return path


def _fitting(pattern: Path, places: Places) -> list[Path]:
    found: list[Path] = []
    # A pattern may begin anywhere, and with a folder that is a pattern too.
    for path in map(Path, sorted(glob(str(pattern), recursive=True))):  # noqa: PTH207  # Path.glob starts at one folder
        if path.is_dir():
            found += _in_folder(path, places) if "**" not in pattern.parts else []
        elif not _is_own(path):
            found.append(path)
    return found


def _in_folder(folder: Path, places: Places) -> list[Path]:
    inside = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    files = [folder / path for path in sorted(inside) if not any(part.startswith(".") for part in path.parts)]
    files = [path for path in files if not _is_own(path)]
    places.left_out += [path for path in files if path.suffix.lower() not in SUFFIXES]
    return [path for path in files if path.suffix.lower() in SUFFIXES]


def _is_own(path: Path) -> bool:
    return path.name.startswith(_LOCK) or path.name.endswith(REJECTED)

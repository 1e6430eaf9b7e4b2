"""Large audits from the command line: which one is asked for, what it needs, and what it cannot do."""

import os
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from collection_guard.audit.places import find_logs
from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis
from collection_guard.audit.verdict_lines import WHICH, Which
from collection_guard.cli.exits import missing_file
from collection_guard.configuration import Configuration
from collection_guard.model.problems import ConfigurationError, LogError, Problem

SPARK: Final = "spark"
_UNITS: Final = {
    "": 1,
    **{letter: 1000**power for power, letter in enumerate("KMGT", 1)},
    **{f"{letter}I": 1024**power for power, letter in enumerate("KMGT", 1)},
}
_SIZE: Final = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]I?)?B?")
_LEAST: Final = 400 * 2**20
"""Less than this the program needs for itself."""
_FOR_READERS: Final = ("map", "preset", "encoding")
_FORMATS: Final = ("text", "json")
_EACH: Final = 2**30
"""Memory from which on another process is started."""


def memory_of(size: str) -> int:
    """Return how many bytes a size such as ``1GiB`` or ``1500MB`` is; raise ConfigurationError if it is none."""
    found = _SIZE.fullmatch(size.strip().upper())
    if found is None:
        raise ConfigurationError([Problem("memory_unread", values={"value": size})])
    count = int(float(found[1]) * _UNITS[found[2] or ""])
    if count < _LEAST:
        code = "memory_too_little" if found[2] else "memory_without_unit"
        raise ConfigurationError([Problem(code, values={"value": size, "least": "400MiB"})])
    there = _memory_there()
    if there is not None and count > there:
        values: dict[str, object] = {"value": size, "there": f"{there / 2**30:.1f} GiB"}
        raise ConfigurationError([Problem("memory_too_much", values=values)])
    return count


def _memory_there() -> int | None:
    """Return the bytes of memory of this machine, None where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


@dataclass(frozen=True, slots=True)
class LargeAudit:
    """A large audit that was asked for: within a memory, or by Spark."""

    memory: int | None
    master: str | None
    verdicts: tuple[Path, frozenset[str] | None] | None
    detector: str | None

    def report(
        self,
        logs: Sequence[Path],
        past: Sequence[Path],
        since: datetime | None,
        basis: Basis,
        progress: Callable[[int, int], None] | None,
    ) -> Report:
        """Audit logs. Raises what the audit raises."""
        if self.memory is None:
            spark: Any = import_module("collection_guard.audit.spark")
            found: Report = spark.audit_files(logs, past, since, self.master, basis, self.detector, self.verdicts)
            return found
        large: Any = import_module("collection_guard.audit.large")
        pieces: Any = import_module("collection_guard.audit.pieces")
        processes = max(1, min(os.cpu_count() or 1, self.memory // _EACH))
        places, older = find_logs(logs), find_logs(past, logs)
        problems = places.problems + older.problems
        if problems:
            raise LogError(problems)
        for path in (*places.paths, *older.paths):
            if not path.is_file():
                raise missing_file(path)
        given = pieces.Pieces(places.paths, older.paths, since, self.memory, processes)
        within: Report = large.audit_pieces(given, basis, self.detector, self.verdicts, progress)
        return within


def large_audit(
    settings: Configuration,
    memory: str | None,
    master: str | None,
    *,
    output_format: str,
    others: Mapping[str, object],
    verdicts: Path | None,
    which: Which,
) -> LargeAudit | None:
    """Return the large audit that options ask for, None if they ask for none; raise ConfigurationError."""
    engine = settings["engine"]
    spark = engine == SPARK
    if not spark and memory is None:
        if master is not None:
            raise ConfigurationError([_bad("--master", master, "--engine spark")])
        return None
    problems = []
    if spark and memory is not None:
        problems.append(_bad("--memory", memory, "--engine auto | columnar"))
    if not spark and master is not None:
        problems.append(_bad("--master", master, "--engine spark"))
    if not spark and engine not in {"auto", "columnar"}:
        problems.append(_bad("--engine", engine, "--memory: auto | columnar"))
    if output_format not in _FORMATS:
        problems.append(_bad("--format", output_format, " | ".join(_FORMATS)))
    if verdicts is not None and verdicts.suffix != ".parquet":
        problems.append(Problem("large_verdicts", values={"value": str(verdicts)}))
    problems += [Problem("large_option", values={"option": f"--{name}"}) for name in _FOR_READERS if settings[name]]
    problems += [Problem("large_option", values={"option": name}) for name, value in others.items() if value]
    needed = ("polars", *(("pyspark", "pyarrow", "pandas") if spark else ()))
    absent = ", ".join(name for name in needed if find_spec(name) is None)
    if absent:
        problems.append(Problem("spark_unavailable" if spark else "memory_unavailable", values={"modules": absent}))
    if problems:
        raise ConfigurationError(problems)
    written = (verdicts, None if which == "all" else WHICH[which]) if verdicts is not None else None
    return LargeAudit(memory_of(memory) if memory is not None else None, master, written, settings["detector"])


def _bad(option: str, value: str, reason: str) -> Problem:
    return Problem("bad_option", values={"option": option, "value": value, "reason": reason})

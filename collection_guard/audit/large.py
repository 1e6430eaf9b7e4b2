"""Audits of logs that no memory holds, in pieces on one machine or by Spark: the report counts, and shows the first."""

import hashlib
import pickle
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import polars as pl

from collection_guard.audit.bucket import MOST_VIOLATIONS, Question, judged_bucket
from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.pieces import Outcome, Pieces, judge_pieces
from collection_guard.audit.report import Counts, Report
from collection_guard.audit.run import Basis, blank_report
from collection_guard.audit.taken import CaseCounts, FileReading, Intake
from collection_guard.engines.columnar import COLUMNAR, fit_columns
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.scan import Scan, somewhere_of
from collection_guard.facts.world import Detector

SPARK: Final = "spark"
Verdicts = tuple[Path, frozenset[str] | None] | None
"""The file that verdicts go to, and the kinds that are written, None for a table of all."""


def _detector(name: str | None) -> Detector | None:
    return detector_in_use(name)[0]


def matter_of(basis: Basis, detector: str | None) -> Matter:
    """Return what contacts are judged by, to travel to other processes; the detector travels by its name."""
    return Matter(
        tuple(basis.packs),
        basis.parameters,
        basis.settings,
        basis.registry,
        basis.profiles,
        partial(_detector, detector),
    )


def audit_pieces(
    given: Pieces,
    basis: Basis,
    detector: str | None,
    verdicts: Verdicts,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Audit logs within a memory; ``progress`` is given how much was done, and how much there is to do.

    Raises LogError with every problem of the logs, OSError for a file that cannot be written.
    """
    matter = matter_of(basis, detector)
    fit_columns(COLUMNAR, matter.compiled)
    outcome = judge_pieces(given, matter, verdicts, progress)
    past = {str(path) for path in given.past}
    files = [
        FileReading(path, _digest(Path(path)), None, True, None, (), rows, past=path in past)
        for path, rows in outcome.rows.items()
    ]
    return report_of(outcome, basis, matter, COLUMNAR, files)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def report_of(outcome: Outcome, basis: Basis, matter: Matter, engine: str, files: Sequence[FileReading]) -> Report:
    """Return the report of a large audit."""
    scan = outcome.scan
    intake = Intake(
        (),
        (),
        (),
        scan.rows,
        files=tuple(files),
        cases=CaseCounts(
            given=scan.judged - scan.by_number - scan.by_event, by_number=scan.by_number, by_event=scan.by_event
        ),
        counted_past=scan.past,
        counted_aside={"blocked": scan.blocked} if scan.blocked else {},
    )
    report = blank_report(basis, matter.compiled, intake, engine)
    report.take(outcome.counts, MOST_VIOLATIONS)
    return report


class Finish:
    """What is done with the contacts of whole cases: their verdicts as a table, and what is counted in them."""

    def __init__(self, *, written: bool, wanted: frozenset[str] | None) -> None:
        self._written = written
        self._wanted = wanted
        self._somewhere: Mapping[str, bool] | None = None

    def __call__(self, frame: pl.DataFrame, matter: Matter, scan: Scan) -> tuple[pl.DataFrame | None, bytes]:
        """Judge contacts; return their verdicts and the counts."""
        if self._somewhere is None:
            self._somewhere = somewhere_of(scan.empty, matter)
        table, counts = judged_bucket(frame, matter, Question(self._written, self._wanted, self._somewhere))
        return table, pickle.dumps(counts)


def counted(parts: Sequence[bytes]) -> Counts:
    """Return the counts of all parts together."""
    counts = Counts()
    for part in parts:
        counts.take(pickle.loads(part), MOST_VIOLATIONS)  # noqa: S301  # made by our own workers
    return counts

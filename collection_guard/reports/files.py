"""Reports that are files of their own: what their suffix says they are, and what writing them needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from collection_guard.audit.report import Report
from collection_guard.facts.world import Detector
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import Lang
from collection_guard.model.whole_files import whole_file
from collection_guard.reports.comparison import Comparison
from collection_guard.reports.review_csv import render_review_csv
from collection_guard.sampling.draw import Sample

WORKBOOK: Final = ".xlsx"
PAGE: Final = ".html"
_NEEDS: Final[Mapping[str, tuple[str, Problem]]] = {
    PAGE: ("jinja2", Problem("page_needs_extra")),
    WORKBOOK: ("xlsxwriter", Problem("excel_needs_extra")),
}
"""By suffix: what a writer imports, and what is wrong where that is absent."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a file tells, and how: the report, the language in which it opens, whether persons are masked, last time.

    ``detector`` finds in a text the words on which a finding rests, and what of it must not be printed once more.
    """

    report: Report
    lang: Lang
    masked: bool = True
    detector: Detector | None = None
    comparison: Comparison | None = None


def check_report_files(paths: list[Path]) -> None:
    """Raise ConfigurationError for files that could not be written once all is judged."""
    problems = [
        Problem("report_suffix", values={"path": str(path), "known": " ".join(_NEEDS)})
        for path in paths
        if path.suffix.lower() not in _NEEDS
    ]
    for suffix in _NEEDS:
        if any(path.suffix.lower() == suffix for path in paths):
            problems += missing_writer(suffix)
    if problems:
        raise ConfigurationError(problems)


def missing_writer(suffix: str = WORKBOOK) -> list[Problem]:
    """Return the problem that files of a kind cannot be written here, if they cannot."""
    module, problem = _NEEDS[suffix]
    return [] if find_spec(module) is not None else [problem]


def write_report_file(told: Told, path: Path) -> None:
    """Write a report to a file in the form that its suffix names. Raises OSError."""
    if path.suffix.lower() == PAGE:
        import_module("collection_guard.reports.html.document").write_html(told, path)
    else:
        writer = import_module("collection_guard.reports.excel.report")
        writer.write_workbook(told.report, path, told.lang, masked=told.masked)


def write_review_file(sample: Sample, path: Path, lang: Lang, *, masked: bool = True) -> None:
    """Write the list that people fill in, as a workbook or as CSV. Raises OSError."""
    if path.suffix.lower() == WORKBOOK:
        writer = import_module("collection_guard.reports.excel.review")
        writer.write_review_workbook(sample, path, lang, masked=masked)
        return
    with whole_file(path) as file:
        file.write(render_review_csv(sample, lang, masked=masked))

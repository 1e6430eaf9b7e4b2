"""Reports that are files of their own: what their suffix says they are, and what writing them needs."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from collection_guard.audit.report import Report
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import Lang

WORKBOOK: Final = ".xlsx"
SUFFIXES: Final = (WORKBOOK,)


def check_report_files(paths: list[Path]) -> None:
    """Raise ConfigurationError for files that could not be written once all is judged."""
    problems = [
        Problem("report_suffix", values={"path": str(path), "known": " ".join(SUFFIXES)})
        for path in paths
        if path.suffix.lower() not in SUFFIXES
    ]
    if any(path.suffix.lower() == WORKBOOK for path in paths):
        problems += missing_writer()
    if problems:
        raise ConfigurationError(problems)


def missing_writer() -> list[Problem]:
    """Return the problem that workbooks cannot be written here, if they cannot."""
    return [] if find_spec("xlsxwriter") is not None else [Problem("excel_needs_extra")]


def write_report_file(report: Report, path: Path, lang: Lang, *, masked: bool = True) -> None:
    """Write a report to a file in the form that its suffix names. Raises OSError."""
    writer = import_module("collection_guard.reports.excel.report")
    writer.write_workbook(report, path, lang, masked=masked)

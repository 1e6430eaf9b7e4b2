"""What a workbook costs: memory and time of writing it, by the number of its rows, and of those that no sheet holds.

Run ``python benchmarks/workbook.py [--rows 2500 25000] [--contacts 2000]``. A log is simulated and judged; its
findings are repeated until there are so many rows (200,000 contacts of the simulated month have 25,171 findings).
Each workbook is written by a process of its own: memory is how much its peak rises while it writes, above what the
report itself takes. Each is opened again by openpyxl, row by row, and its rows are counted.

Not measured: Excel itself, texts of other lengths, the report and the log, which are held in memory before.
"""

import argparse
import multiprocessing
import platform
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import openpyxl
from report_page import judged

from collection_guard import __version__
from collection_guard.audit.report import Report
from collection_guard.model.texts import text
from collection_guard.reports.excel.report import write_workbook


def peak() -> float:
    """Return the most memory that this process has had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3


def written(report: Report, rows: int, path: Path, answer: Any) -> None:
    """Write a workbook of so many rows, and tell by how much the memory rose and how long it took."""
    every = report.violations
    report.violations = [every[place % len(every)] for place in range(rows)]
    before, begun = peak(), time.process_time()
    write_workbook(report, path, "zh")
    answer.put((peak() - before, time.process_time() - begun))


def rows_of(path: Path) -> int:
    """Return how many findings a workbook lists."""
    book = openpyxl.load_workbook(path, read_only=True)
    name = text("sheet.violations", "zh")
    return sum(
        sum(1 for _ in sheet.iter_rows(values_only=True)) - 1
        for sheet in book.worksheets
        if sheet.title.startswith(name)
    )


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, nargs="+", default=[2_500, 25_000])
    parser.add_argument("--contacts", type=int, default=2_000)
    given = parser.parse_args()
    print(f"collection-guard {__version__}, Python {platform.python_version()}, {platform.machine()}")
    fork = multiprocessing.get_context("fork")
    with tempfile.TemporaryDirectory() as folder:
        report = judged(Path(folder), given.contacts)
        print(f"contacts {report.contacts:,}, findings {len(report.violations):,}")
        for rows in given.rows:
            path, answer = Path(folder) / f"{rows}.xlsx", fork.SimpleQueue()
            process = fork.Process(target=written, args=(report, rows, path, answer))
            process.start()
            process.join()
            if process.exitcode:
                sys.exit(process.exitcode)
            rise, spent = answer.get()
            print(
                f"rows {rows:,}: memory rose by {rise:.0f} MB, {spent:.1f} s of the processor, "
                f"{path.stat().st_size / 1e6:.2f} MB, {rows_of(path):,} rows read back"
            )
    print(
        "Not measured: Excel itself, texts of other lengths, the report and the log, which are held in memory before."
    )


if __name__ == "__main__":
    main()

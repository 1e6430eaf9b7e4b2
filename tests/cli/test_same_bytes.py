"""Same input, same bytes: in two processes that differ in all that must not matter."""

import os
import subprocess
import sys
from pathlib import Path

from tests.cli.test_november import november

__all__ = ["november"]

SCRIPT = """
from typer.testing import CliRunner
from collection_guard.cli.main import app
drawn = ["--seed", "2025-11", "--size", "150", "--rule", "threat-made"]
reports = ["--report", "OUT/r.html", "--report", "OUT/r.xlsx"]
for command in (
    ["audit", "contacts.xlsx", *reports, "--format", "json", "--out", "OUT/r.json"],
    ["timeline", "contacts.xlsx", "--case", "YZ-1101", "--report", "OUT/t.html", "--out", "OUT/t.txt"],
    ["sample", "contacts.xlsx", *drawn, "--write", "OUT/s.xlsx", "--out", "OUT/s.txt"],
    ["sample", "contacts.xlsx", *drawn, "--write", "OUT/s.csv"],
):
    result = CliRunner().invoke(app, [*command, "--lang", "zh", "--quiet"])
    assert result.exit_code in (0, 1), result.output + result.stderr
"""
FILES = ("r.html", "r.json", "r.xlsx", "s.csv", "s.xlsx", "t.html", "t.txt")
ODD = {
    "one": {"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"},
    "two": {"PYTHONHASHSEED": "4242", "LC_ALL": "de_DE.UTF-8", "TZ": "America/New_York", "COLUMNS": "200"},
}


def test_reports_samples_and_timelines_are_the_same_bytes_in_any_process(november: Path) -> None:
    """Neither the order of sets, nor the locale, nor the zone of the machine, nor the clock is in a file."""
    for name, more in ODD.items():
        (november / name).mkdir()
        script = SCRIPT.replace("OUT", name)
        subprocess.run([sys.executable, "-c", script], cwd=november, env=os.environ | more, check=True)
    one, two = ([(november / name / file).read_bytes() for file in FILES] for name in ODD)
    assert [file for file, left, right in zip(FILES, one, two, strict=True) if left != right] == []
    assert all(one)

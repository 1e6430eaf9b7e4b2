"""Writes the expected reports anew: ``cd tests && python -m reports.write_golden``, then read the difference."""

import re
from pathlib import Path

from collection_guard.model.texts import LANGS
from collection_guard.reports import render_csv, render_json, render_text
from collection_guard.version import __version__
from reports.november import whole_report

GOLDEN = Path(__file__).parent / "golden"


def rendered() -> dict[str, str]:
    """Return the reports as they are now, by the name of the file that holds what is expected."""
    report = whole_report()
    # The version of the program changes with every release, and nothing else in the report with it.
    version = re.escape(f'"version": "{__version__}"')
    found = {"report.json": re.sub(version, '"version": "VERSION"', render_json(report))}
    for lang in LANGS:
        found[f"report.{lang}.txt"] = render_text(report, lang)
        found[f"report.{lang}.csv"] = render_csv(report, lang)
    return found


if __name__ == "__main__":
    for name, words in rendered().items():
        (GOLDEN / name).write_text(words, "utf-8", newline="")

"""The formats of a check, and the one place that knows them all."""

from typing import Final, Literal

from collection_guard.checks.report import CheckReport
from collection_guard.model.texts import Lang
from collection_guard.reports.check_json import render_check_json
from collection_guard.reports.check_text import render_check_text
from collection_guard.reports.github import render_github
from collection_guard.reports.junit import render_junit
from collection_guard.reports.markdown import render_markdown
from collection_guard.reports.sarif import render_sarif

CheckFormat = Literal["text", "junit", "sarif", "github", "json", "markdown"]
CHECK_FORMATS: Final[tuple[CheckFormat, ...]] = ("text", "junit", "sarif", "github", "json", "markdown")


def render_check(
    report: CheckReport, output_format: CheckFormat, lang: Lang, *, masked: bool = True
) -> tuple[str, int]:
    """Return the check in a format, and how many findings had to be left out of it for the size of the format."""
    match output_format:
        case "sarif":
            return render_sarif(report, lang, masked=masked)
        case "junit":
            return render_junit(report, lang, masked=masked), 0
        case "github":
            return render_github(report, lang, masked=masked), 0
        case "markdown":
            return render_markdown(report, lang, masked=masked), 0
        case "json":
            return render_check_json(report, masked=masked), 0
        case "text":
            return render_check_text(report, lang, masked=masked), 0

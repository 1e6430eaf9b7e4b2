"""What an audit found, as people and programs read it: one file a format."""

from typing import Final, Literal

from collection_guard.audit.report import Report
from collection_guard.model.texts import Lang
from collection_guard.reports.comparison import Comparison
from collection_guard.reports.csv_report import render_csv
from collection_guard.reports.json_report import render_json
from collection_guard.reports.quality_csv import render_quality_csv
from collection_guard.reports.terminal import render_text

__all__ = ["FORMATS", "Format", "render", "render_csv", "render_json", "render_quality_csv", "render_text"]

Format = Literal["text", "json", "csv"]
FORMATS: Final = ("text", "json", "csv")


def render(
    report: Report,
    output_format: Format,
    lang: Lang,
    *,
    masked: bool = True,
    color: bool = False,
    width: int = 80,
    read_with: str | None = None,
    comparison: Comparison | None = None,
) -> str:
    """Return the report in a format. JSON holds both languages and ignores ``lang``.

    ``read_with`` are the arguments with which the command line reads the same logs in the same way.
    """
    match output_format:
        case "json":
            return render_json(report, masked=masked, comparison=comparison)
        case "csv":
            return render_csv(report, lang, masked=masked)
        case "text":
            return render_text(
                report, lang, masked=masked, color=color, width=width, read_with=read_with, comparison=comparison
            )

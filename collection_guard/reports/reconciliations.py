"""The reports of a reconciliation, by format."""

from collection_guard.model.texts import Lang
from collection_guard.reconciliation.run import Reconciliation
from collection_guard.reports import Format
from collection_guard.reports.reconciliation_csv import render_reconciliation_csv
from collection_guard.reports.reconciliation_json import render_reconciliation_json
from collection_guard.reports.reconciliation_text import render_reconciliation_text


def render_reconciliation(
    result: Reconciliation, output_format: Format, lang: Lang, *, masked: bool = True, color: bool = False
) -> str:
    """Return the report in a format. JSON holds both languages and ignores ``lang``."""
    match output_format:
        case "json":
            return render_reconciliation_json(result, masked=masked)
        case "csv":
            return render_reconciliation_csv(result, lang, masked=masked)
        case "text":
            return render_reconciliation_text(result, lang, masked=masked, color=color)

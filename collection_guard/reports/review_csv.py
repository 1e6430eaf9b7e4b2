"""The list that people fill in, as CSV."""

import csv
import io

from collection_guard.model.plain import harmless
from collection_guard.model.texts import Lang
from collection_guard.reports.review_rows import columns_of, header_of, rows_of
from collection_guard.reports.wording import Wording
from collection_guard.sampling.draw import Sample


def render_review_csv(sample: Sample, lang: Lang, *, masked: bool = True) -> str:
    """Return the list as CSV that spreadsheets open: with a byte order mark, and no cell that is a formula."""
    say = Wording(sample.report, lang, masked=masked)
    columns = columns_of(sample)
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([header_of(column, lang) for column in columns])
    for row in rows_of(sample, say):
        writer.writerow([harmless(row[column]) for column in columns])
    return "\ufeff" + file.getvalue()

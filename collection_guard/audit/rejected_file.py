"""The file of rejected rows: where each stands, what was wrong, and what to do, for whoever made the log."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from collection_guard.audit.taken import Rejected
from collection_guard.model.masking import masked_cell
from collection_guard.model.plain import harmless
from collection_guard.model.texts import Lang, text
from collection_guard.model.whole_files import whole_file

COLUMNS: Final = ("file", "sheet", "row", "column", "value", "reason", "help")


def write_rejected(path: Path, rows: Iterable[Rejected], lang: Lang, *, masked: bool = True) -> None:
    """Write rejected rows as CSV with a byte order mark, which Excel opens as it is; values are masked."""
    with whole_file(path, encoding="utf-8-sig", errors="backslashreplace") as file:
        writer = csv.writer(file)
        writer.writerow([text(f"rejected_file.{name}", lang) for name in COLUMNS])
        for row in rows:
            place = row.position
            value = row.value or ""
            cells = (
                place.file or "",
                place.sheet or "",
                "" if place.row is None else str(place.row),
                row.column or row.path or "",
                masked_cell(row.path, value, lang) if masked else value,
                row.cause(lang),
                row.help(lang) or "",
            )
            # Half a character has no form in UTF-8, and is written as its number.
            writer.writerow([harmless(cell.encode("utf-8", "backslashreplace").decode()) for cell in cells])

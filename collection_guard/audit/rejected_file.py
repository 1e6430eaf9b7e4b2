"""The file of rejected rows: where each stands, what was wrong, and what to do, for whoever made the log."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from collection_guard.audit.taken import Rejected
from collection_guard.model.masking import mask_value
from collection_guard.model.texts import Lang, text

COLUMNS: Final = ("file", "sheet", "row", "column", "value", "reason", "help")
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def write_rejected(path: Path, rows: Iterable[Rejected], lang: Lang, *, masked: bool = True) -> None:
    """Write rejected rows as CSV with a byte order mark, which Excel opens as it is; values are masked."""
    with path.open("w", encoding="utf-8-sig", newline="", errors="backslashreplace") as file:
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
                mask_value(row.path or "", value) if masked else value,
                row.cause(lang),
                row.help(lang) or "",
            )
            writer.writerow([_inert(cell) for cell in cells])


def _inert(cell: str) -> str:
    """Keep a cell from being a formula: what a log says must not run in the spreadsheet that shows it."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell

"""What a file holds: bytes become text, and text or a workbook becomes rows of cells. Nothing here knows debts."""

from collection_guard.model.tables.cells import Cell, cell_text, is_blank
from collection_guard.model.tables.files import TableFile, bytes_of, read_table_file, read_text
from collection_guard.model.tables.grids import BrokenRow, Grid, JsonRow

__all__ = [
    "BrokenRow",
    "Cell",
    "Grid",
    "JsonRow",
    "TableFile",
    "bytes_of",
    "cell_text",
    "is_blank",
    "read_table_file",
    "read_text",
]

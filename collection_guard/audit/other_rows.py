"""Rows of a table that are no contacts: titles, totals, repeated headers, and what stands below."""

import re
from collections.abc import Sequence
from typing import Final

from collection_guard.audit.layout import Layout
from collection_guard.audit.times import read_time
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.tables import Cell, cell_text, is_blank

_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9_./-]*[0-9][A-Za-z0-9_./-]*")
"""A lone cell of this form is a contact of which all but an identifier is missing, and no title."""


def is_empty(cells: Sequence[Cell]) -> bool:
    """Say whether a row holds nothing."""
    return all(is_blank(cell) for cell in cells)


def no_contact(cells: Sequence[Cell], layout: Layout, when: Sequence[int]) -> str | None:
    """Return why a row of a table is no contact, or None if it may be one."""
    times = [cells[index] for index in when if index < len(cells) and not is_blank(cells[index])]
    if times and _repeats_header(cells, layout):
        return "repeated_header"
    # A sum, or a signature, may stand under the header of the time: 合计 | 12 笔.
    if any(read_time(cell) is not None for cell in times):
        return None
    filled = [cell_text(cell) for cell in cells if not is_blank(cell)]
    if not filled:
        return "blank"
    first = fold_word(filled[0])
    # 合计3笔 and Total 9 are sums; SUM001 and SUM-001 are ids of contacts that lack a time.
    is_identifier = _IDENTIFIER.fullmatch(filled[0]) is not None
    if any(first == word or (not is_identifier and _continues(first, word)) for word in tables().total):
        return "total"
    if (len(filled) == 1 and not times and _IDENTIFIER.fullmatch(filled[0]) is None) or any(
        _continues(first, word) for word in tables().footer
    ):
        return "title"
    return None


def _continues(text: str, word: str) -> bool:
    return text.startswith(word) and not text[len(word) : len(word) + 1].isalpha()


def _repeats_header(cells: Sequence[Cell], layout: Layout) -> bool:
    if not cells or cell_text(cells[0]) != layout.names[0]:
        return False
    texts = [cell_text(cell) for cell in cells]
    return texts[: layout.width] == list(layout.names[: len(texts)])

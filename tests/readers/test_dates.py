"""Dates of profiles and partner lists."""

from datetime import date

import pytest

from collection_guard.model.tables.cells import cell_text, is_blank
from collection_guard.model.tables.dates import read_date
from readers.making import local

DAY = date(2025, 11, 1)


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("2025-11-01", DAY),
        ("2025/11/1", DAY),
        ("2025.11.01", DAY),
        ("2025年11月1日", DAY),
        ("20251101", DAY),
        (20251101, DAY),
        (20251101.0, DAY),
        (45962, DAY),
        (45962.0, DAY),
        ("2025-11-01 00:00:00", DAY),
        (local("2025-11-01"), DAY),
        (DAY, DAY),
        (local("2025-11-01 10:00"), None),
        ("2025-11-01 10:00", None),
        ("2025-02-30", None),
        ("01/11/2025", None),
        (17, None),
        (45962.5, None),
        (True, None),
        (None, None),
        ("", None),
    ],
)
def test_each_form_of_a_date_is_read(cell: object, value: date | None) -> None:
    """The year comes first, or it is a cell of Excel; a time of day makes it no date."""
    assert read_date(cell) == value  # type: ignore[arg-type] # hostile cells too


def test_the_text_of_a_cell_is_what_a_person_sees() -> None:
    """Whole numbers have no point, times no T, truth values are words."""
    cells = [None, True, 7, 13800138000.0, 0.5, local("2025-11-01 10:00"), DAY, '="a""b"', "'007", "\u200bx\u3000"]
    shown = ["", "true", "7", "13800138000", "0.5", "2025-11-01 10:00:00", "2025-11-01", 'a"b', "007", "x"]
    assert [cell_text(cell) for cell in cells] == shown
    assert is_blank(" \u3000\u200b")
    assert not is_blank("0")

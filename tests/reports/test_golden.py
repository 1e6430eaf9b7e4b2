"""The reports word for word, against what is expected of them."""

import pytest

from reports.write_golden import GOLDEN, rendered


@pytest.mark.parametrize("name", ["report.zh.txt", "report.en.txt", "report.zh.csv", "report.en.csv", "report.json"])
def test_a_report_says_word_for_word_what_is_expected(name: str) -> None:
    """A change of any word is meant: write_golden.py writes the expected reports anew."""
    assert rendered()[name] == (GOLDEN / name).read_bytes().decode("utf-8")


def test_every_expected_report_is_rendered() -> None:
    """No file of expectations is left behind."""
    assert sorted(path.name for path in GOLDEN.iterdir()) == sorted(rendered())

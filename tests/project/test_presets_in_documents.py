"""The table of log formats in the documents is made of the presets themselves."""

import re

import pytest

from collection_guard.model.texts import Lang
from collection_guard.reports.presets import preset_table
from project.tree import ROOT


@pytest.mark.parametrize(("page", "lang"), [("docs/audit.md", "en"), ("docs/zh/audit.md", "zh")])
def test_the_table_of_presets_is_that_of_the_data(page: str, lang: Lang) -> None:
    """Between its two marks the page on audits holds the lines that the presets give."""
    text = (ROOT / page).read_text("utf-8")
    (shown,) = re.findall(r"<!-- presets -->\n(.*?)\n<!-- /presets -->", text, re.DOTALL)
    assert shown.splitlines() == preset_table(lang)

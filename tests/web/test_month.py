"""The page of a tenth of a month of a large bank, made by the command that measures a whole one."""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from project.tree import ROOT

from web.chromium import Seen, needs_chromium
from web.packed import unpacked

CONTACTS = 20_000
LIMIT = 8_000_000 * CONTACTS // 200_000
"""A page of 200,000 contacts may take 8 MB."""


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """Return the page, and what the command printed."""
    page = tmp_path_factory.mktemp("month") / "month.html"
    command = [sys.executable, str(ROOT / "benchmarks/report_page.py"), "--contacts", str(CONTACTS), "--rounds", "1"]
    done = subprocess.run([*command, "--keep", str(page)], capture_output=True, encoding="utf-8", check=True)
    return page, done.stdout


@pytest.mark.no_cover  # what these lines are is covered on the small page; tracing thousands of findings takes long
def test_the_command_prints_what_it_measures(month: tuple[Path, str]) -> None:
    """Versions, sizes, times, and what it does not measure; the page keeps to its share of the limit."""
    page, printed = month
    assert printed.startswith("collection-guard ")
    assert f"contacts {CONTACTS:,}" in printed
    assert "size of the page" in printed
    assert "Not measured: " in printed
    assert page.stat().st_size < LIMIT


@needs_chromium
@pytest.mark.no_cover  # as above
def test_a_large_page_answers(browser: Browser, month: tuple[Path, str]) -> None:
    """With thousands of findings the page has no error, asks for nothing, and search, filters and paging answer."""
    path, printed = month
    content = unpacked(path.read_text("utf-8"))
    rules = Counter(content["rules"][number]["id"] for number in content["findings"]["rule"])
    context = browser.new_context(reduced_motion="reduce")
    seen = Seen(context.new_page(), path)
    shown = re.search(r"findings ([\d,]+)", printed)
    assert shown is not None
    assert seen.found[0] == int(shown[1].replace(",", "")) == rules.total() > 1000
    seen.page.select_option("#by-rule-id", "threat-made")
    assert seen.found[0] == rules["threat-made"]
    seen.page.click("button[type=reset]")
    expect(seen.page.locator("#result")).to_have_attribute("data-findings", str(rules.total()))
    event = content["contacts"]["id"][content["findings"]["contact"][-1]]
    seen.page.fill("#search", event)
    of_event = [place for place in content["findings"]["contact"] if content["contacts"]["id"][place] == event]
    expect(seen.page.locator("#result")).to_have_attribute("data-findings", str(len(of_event)))
    assert seen.found == (len(of_event), 1)
    seen.page.locator("#list details summary").first.click()
    expect(seen.page.locator(".timeline [aria-current=true]")).to_have_count(1)
    assert (seen.console, seen.requests) == ([], [seen.own])
    context.close()

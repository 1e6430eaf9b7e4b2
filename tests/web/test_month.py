"""The page of a month of a large bank: 200,000 contacts, audited by the command, and opened in a real browser."""

import json
import re
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from project.tree import ROOT

from web.axe import faults, needs_axe
from web.chromium import Seen, needs_chromium
from web.packed import figures, unpacked
from web.simulated import write_month

CONTACTS = 200_000
LIMIT = 8_000_000
"""Bytes that the page of a month may take."""


@dataclass(frozen=True)
class Month:
    """The page, and how many findings each rule has in the file of verdicts."""

    page: Path
    by_rule: Counter[str]
    contacts: int


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Month:
    """Return the page of the month, as the command writes it, and what the verdicts say."""
    folder = tmp_path_factory.mktemp("month")
    write_month(folder / "month.csv", CONTACTS)
    command = [sys.executable, "-m", "collection_guard", "audit", "month.csv", "--timezone", "Asia/Shanghai"]
    command += ["--report", "r.html", "--verdicts", "v.jsonl", "--out", "r.txt", "--quiet", "--lang", "zh"]
    done = subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (1, "")
    with (folder / "v.jsonl").open(encoding="utf-8") as lines:
        found = [json.loads(line) for line in lines]
    violations = [one for one in found if one["verdict"] == "violation"]
    return Month(
        folder / "r.html",
        Counter(one["rule"] for one in violations),
        len({one["event_id"] for one in violations}),
    )


@needs_chromium
@pytest.mark.long
@pytest.mark.no_cover  # what these lines are is covered on the small page; tracing thousands of findings takes long
def test_the_page_of_a_month_answers(browser: Browser, month: Month) -> None:
    """It is small, shows what the verdicts say, has no error, asks for nothing; search, filters, paging answer."""
    assert month.page.stat().st_size < LIMIT
    words = month.page.read_text("utf-8")
    shown = figures(words)
    assert 15_000 < month.by_rule.total() < 25_000
    assert [shown[name] for name in ("contacts", "violations", "contacts_in_violation")] == [
        str(count) for count in (CONTACTS, month.by_rule.total(), month.contacts)
    ]
    content = unpacked(words)
    context = browser.new_context(reduced_motion="reduce")
    seen = Seen(context.new_page(), month.page)
    assert seen.found == (month.by_rule.total(), month.contacts)
    seen.page.select_option("#by-rule-id", "threat-made")
    assert seen.found[0] == month.by_rule["threat-made"] > 100
    seen.page.click("#next-page")
    seen.page.click("button[type=reset]")
    expect(seen.page.locator("#result")).to_have_attribute("data-findings", str(month.by_rule.total()))
    event = content["contacts"]["id"][content["findings"]["contact"][-1]]
    seen.page.fill("#search", event)
    of_event = [place for place in content["findings"]["contact"] if content["contacts"]["id"][place] == event]
    expect(seen.page.locator("#result")).to_have_attribute("data-findings", str(len(of_event)))
    assert seen.found == (len(of_event), 1)
    seen.page.click("#language")
    assert seen.page.inner_text("#result").endswith("contacts")
    seen.page.locator("#list details summary").first.click()
    expect(seen.page.locator(".timeline [aria-current=true]")).to_have_count(1)
    seen.page.fill("#search", "")
    seen.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert seen.page.locator("#list details").count() == 500
    assert "first 500" in seen.page.inner_text("#result")
    seen.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert "first 500" not in seen.page.inner_text("#result")
    assert (seen.console, seen.requests) == ([], [seen.own])
    context.close()


@needs_chromium
@needs_axe
@pytest.mark.long
@pytest.mark.no_cover  # as above
def test_axe_finds_nothing_serious_in_the_page_of_a_month(browser: Browser, month: Month) -> None:
    """Forty agencies, a full funnel and a full list of findings, in the dark."""
    context = browser.new_context(color_scheme="dark", reduced_motion="reduce")
    seen = Seen(context.new_page(), month.page)
    seen.page.locator("#list details summary").first.click()
    assert faults(seen) == []
    context.close()


@pytest.mark.no_cover  # as above
def test_the_command_prints_what_it_measures(tmp_path: Path) -> None:
    """Versions, sizes, times, and what it does not measure."""
    command = [sys.executable, str(ROOT / "benchmarks/report_page.py"), "--contacts", "1000", "--rounds", "1"]
    done = subprocess.run(
        [*command, "--keep", str(tmp_path / "r.html")], capture_output=True, encoding="utf-8", check=True
    )
    assert done.stdout.startswith("collection-guard ")
    assert re.search(r"contacts 1,000, findings \d+, engine", done.stdout)
    assert "size of the page" in done.stdout
    assert "Not measured: " in done.stdout
    assert (tmp_path / "r.html").exists()

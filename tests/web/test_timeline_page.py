"""The page of a complaint in a real browser: no error, no network, usable by everybody, on a telephone and on paper."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from web.axe import faults, needs_axe
from web.chromium import Plain, needs_chromium
from web.conftest import NOVEMBER

pytestmark = needs_chromium


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return the page of the example's complaint, in both languages."""
    folder = tmp_path_factory.mktemp("timeline")
    shutil.copytree(NOVEMBER, folder, dirs_exist_ok=True)
    command = [sys.executable, "-m", "collection_guard", "timeline", "contacts.xlsx", "--case", "YZ-1101"]
    command += ["--around", "2025-11-05", "--reference", "TS-2025-0042", "--quiet", "--out", "t.txt"]
    for lang in ("zh", "en"):
        subprocess.run([*command, "--lang", lang, "--report", f"{lang}.html"], cwd=folder, check=True)
    return {lang: folder / f"{lang}.html" for lang in ("zh", "en")}


@needs_axe
@pytest.mark.parametrize(("lang", "scheme"), [("zh", "light"), ("en", "dark")])
def test_the_page_of_a_complaint_is_usable(browser: Browser, pages: dict[str, Path], lang: str, scheme: str) -> None:
    """No error, no request, nothing serious for axe-core; a finding leads to its contact; a telephone holds it."""
    context = browser.new_context(color_scheme=scheme, reduced_motion="reduce", viewport={"width": 360, "height": 800})
    seen = Plain(context.new_page(), pages[lang])
    page = seen.page
    assert faults(seen) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    link = page.locator("article a").first
    link.click()
    target = page.locator(link.get_attribute("href") or "")
    assert target.locator("td.violation").count() == 1
    assert page.evaluate("document.documentElement.lang") == {"zh": "zh-CN", "en": "en"}[lang]
    # On paper: as wide as the sheet, and black on white whatever the screen is.
    page.emulate_media(media="print")
    page.set_viewport_size({"width": 690, "height": 1000})
    assert page.evaluate("document.documentElement.scrollWidth") <= 690
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert (seen.console, seen.requests) == ([], [seen.own])
    context.close()

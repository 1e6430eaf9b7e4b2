"""Takes the pictures of the documents anew: ``cd tests && python -m web.screenshots``, then look at them."""

import subprocess
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Page
from project.tree import ROOT

from web.chromium import Plain, Seen, opened_browser
from web.conftest import audited

IMAGES = ROOT / "docs" / "images"


def month(folder: Path) -> Path:
    """Return a page of a simulated log, large enough for grades and a funnel."""
    page = folder / "month.html"
    command = [sys.executable, str(ROOT / "benchmarks/report_page.py"), "--contacts", "20000", "--rounds", "1"]
    subprocess.run([*command, "--keep", str(page)], check=True)
    return page


def still(page: Page) -> None:
    """Keep the bar of sections out of the pictures of what is below it."""
    page.evaluate("document.querySelector('.sections').style.position = 'static'")


def main() -> None:
    """Take all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, opened_browser() as browser:
        november = audited(Path(folder) / "november", "contacts.xlsx").page
        for lang in ("zh", "en"):
            context = browser.new_context(viewport={"width": 1200, "height": 880}, reduced_motion="reduce")
            page = Seen(context.new_page(), november).page
            if lang == "en":
                page.click("#language")
                page.mouse.click(5, 500)
            page.screenshot(path=IMAGES / f"report-summary.{lang}.png")
            page.fill("#search", "threat-made")
            page.locator("#list details summary").first.click()
            still(page)
            page.locator("#list li").first.screenshot(path=IMAGES / f"report-finding.{lang}.png")
            page = Seen(context.new_page(), month(Path(folder)) if lang == "zh" else Path(folder) / "month.html").page
            if lang == "en":
                page.click("#language")
            still(page)
            page.locator("#hours").screenshot(path=IMAGES / f"report-hours.{lang}.png")
            page.locator("#agencies").screenshot(path=IMAGES / f"report-agencies.{lang}.png")
            context.close()
            complaint = browser.new_context(viewport={"width": 1000, "height": 900}, reduced_motion="reduce")
            command = [sys.executable, "-m", "collection_guard", "timeline", "contacts.xlsx", "--case", "YZ-1101"]
            command += ["--around", "2025-11-05", "--reference", "TS-2025-0042", "--quiet", "--out", "t.txt"]
            subprocess.run([*command, "--lang", lang, "--report", "t.html"], cwd=november.parent, check=True)
            page = Plain(complaint.new_page(), november.with_name("t.html")).page
            page.screenshot(path=IMAGES / f"timeline.{lang}.png")
            complaint.close()
        telephone = browser.new_context(
            viewport={"width": 390, "height": 844}, color_scheme="dark", reduced_motion="reduce"
        )
        Seen(telephone.new_page(), november).page.screenshot(path=IMAGES / "report-telephone.png")
        telephone.close()


if __name__ == "__main__":
    main()

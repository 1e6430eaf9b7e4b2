"""A real browser to open reports in, and what a page did in it."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PATIENCE = 240_000
"""Milliseconds: the machines that run the tests are shared; how long something takes says nothing about the page."""
expect.set_options(timeout=PATIENCE)
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="the Debian package chromium is not installed")


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Run Chromium without a window; as root it has no sandbox, and it loads nothing but our own file."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


class Plain:
    """What a page did: what it said on the console, and what it asked the network for."""

    def __init__(self, page: Page, path: Path) -> None:
        self.page = page
        self.console: list[str] = []
        self.requests: list[str] = []
        page.set_default_timeout(PATIENCE)
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.goto(path.as_uri())
        self.own = path.as_uri()


class Seen(Plain):
    """The same of a report, whose findings are unpacked by a script."""

    def __init__(self, page: Page, path: Path) -> None:
        super().__init__(page, path)
        page.wait_for_selector("html[data-ready=true]")

    @property
    def found(self) -> tuple[int, int]:
        """Return how many findings the list has, and in how many contacts."""
        result = self.page.locator("#result")
        return int(result.get_attribute("data-findings") or -1), int(result.get_attribute("data-contacts") or -1)

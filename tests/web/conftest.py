"""One browser and one audit of the example for all tests of the page."""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from web.chromium import Seen, opened_browser

NOVEMBER = Path(__file__).parents[2] / "examples" / "november"


@dataclass(frozen=True)
class Audited:
    """What one run of the command wrote."""

    page: Path
    report: dict[str, Any]
    verdicts: list[dict[str, Any]]


def audited(folder: Path, log: str, *more: str, source: Path = NOVEMBER) -> Audited:
    """Audit a log of an example's folder, in a copy of it."""
    shutil.copytree(source, folder, dirs_exist_ok=True)
    command = [sys.executable, "-m", "collection_guard", "audit", log, "--quiet", "--lang", "zh", "--report", "r.html"]
    command += ["--format", "json", "--out", "r.json", "--verdicts", "v.jsonl", "--verdicts-of", "all", *more]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder)
    assert done.returncode in {0, 1}, done.stderr
    verdicts = [json.loads(line) for line in (folder / "v.jsonl").read_text("utf-8").splitlines()]
    return Audited(folder / "r.html", json.loads((folder / "r.json").read_text("utf-8")), verdicts)


@pytest.fixture(scope="session")
def november(tmp_path_factory: pytest.TempPathFactory) -> Audited:
    """Return the audit of the example."""
    return audited(tmp_path_factory.mktemp("november"), "contacts.xlsx")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the browser; while it runs, no other test of the process could run a loop of asyncio."""
    with opened_browser() as found:
        yield found


@pytest.fixture
def seen(browser: Browser, november: Audited) -> Iterator[Seen]:
    """Return the page of the example, opened."""
    context = browser.new_context(
        color_scheme="light", reduced_motion="reduce", viewport={"width": 1280, "height": 900}
    )
    yield Seen(context.new_page(), november.page)
    context.close()

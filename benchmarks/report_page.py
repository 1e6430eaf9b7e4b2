"""What the web page of a month costs: how large it is, how long it takes to write, and when a browser shows it.

Run ``python benchmarks/report_page.py [--contacts 200000] [--rounds 5] [--keep FILE.html]``. A log is simulated
and judged; then the page is written, and opened that many times in Chromium without a window, each time by a fresh
context. First paint is what the browser itself reports (first-contentful-paint); the page is ready when its findings
are unpacked and listed. Both are medians of the rounds, on this machine and with whatever else it is doing.

Not measured: reading logs of real agencies, other browsers, a screen, a slow disk.
"""

import argparse
import json
import platform
import resource
import shutil
import statistics
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from collection_guard import __version__
from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.intake import take_events
from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, run_audit
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model import Event
from collection_guard.reports.files import Told, write_report_file

SEED = 20251120
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAINTED = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def judged(folder: Path, contacts: int) -> Report:
    """Simulate a log and judge it."""
    sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
    from simulate import PARAMETERS, simulate  # noqa: PLC0415  # a script beside the package

    simulate(SEED, contacts, folder)
    profiles = read_profiles(folder / "cases.jsonl", timezone="Asia/Shanghai")
    with (folder / "events.jsonl").open(encoding="utf-8") as lines:
        intake = take_events((Event.model_validate_json(line) for line in lines), profiles=profiles)
    basis = Basis(
        load_packs(["core"]),
        parameters=PARAMETERS,
        settings=Settings("Asia/Shanghai"),
        registry=read_registry(folder / "registry.csv"),
        profiles=profiles,
    )
    return run_audit(intake, basis)


def opened(page: Path, rounds: int) -> tuple[list[float], list[float]]:
    """Open a page in a browser again and again: milliseconds to its first paint, and until its findings are listed."""
    painted, ready = [], []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for _ in range(rounds):
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            tab = context.new_page()
            tab.goto(page.as_uri(), wait_until="commit")
            tab.wait_for_selector("html[data-ready=true]", timeout=120_000)
            ready.append(float(tab.evaluate("performance.now()")))
            tab.wait_for_function(PAINTED)
            painted.append(float(tab.evaluate(PAINTED)))
            context.close()
        browser.close()
    return painted, ready


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--contacts", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="where the page is kept")
    given = parser.parse_args()
    print(f"collection-guard {__version__}, Python {platform.python_version()}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder:
        report = judged(Path(folder), given.contacts)
        page = given.keep or Path(folder) / "report.html"
        begun = time.process_time()
        write_report_file(Told(report, "zh", detector=detector_in_use("lexicon")[0]), page.resolve())
        spent = time.process_time() - begun
        print(f"contacts {report.contacts:,}, findings {len(report.violations):,}, engine {report.engine}")
        print(f"size of the page {page.stat().st_size / 1e6:.2f} MB")
        print(f"time of the processor to write it {spent:.1f} s")
        print(f"most memory of the whole run {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3:,.0f} MB")
        if CHROMIUM is None:
            print("Chromium is not installed: not opened")
        else:
            painted, ready = opened(page.resolve(), given.rounds)
            for name, found in (("first paint", painted), ("findings listed", ready)):
                rounds = json.dumps([round(value) for value in found])
                print(
                    f"{name}, median of {given.rounds}: {statistics.median(found) / 1000:.2f} s (each, in ms: {rounds})"
                )
    print("Not measured: reading logs of real agencies, other browsers, a screen, a slow disk.")


if __name__ == "__main__":
    main()

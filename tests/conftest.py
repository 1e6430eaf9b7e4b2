"""What holds for every test: Hypothesis without deadlines, and no skipped test where CI runs."""

import os
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# The machines that run the tests are shared; how long an example takes says nothing about it.
settings.register_profile("default", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("default"), print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "default")

TRACED = {"language", "facts", "engines", "rules", "conformance", "audit", "checks", "readers", "cli"}
"""The folders whose tests hold what decides what is lawful at full branch coverage; tracing the rest shows nothing
more, and takes as long as the tests themselves."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave tests of other folders untraced, and begin long ones first: no process is to end long after the others."""
    for item in items:
        if item.path.relative_to(Path(__file__).parent).parts[0] not in TRACED:
            item.add_marker("no_cover")
    items.sort(key=lambda item: item.get_closest_marker("long") is None)


@pytest.hookimpl(tryfirst=True)
def pytest_sessionstart(session: pytest.Session) -> None:
    """End the tracing that pytest-cov begins in a worker beside that of the worker.

    It would take over wherever the worker's is paused, and a test that is not to be traced would be all the same.
    """
    coverage = session.config.pluginmanager.getplugin("_cov")
    if hasattr(session.config, "workerinput") and getattr(coverage, "cov_controller", None) is not None:
        coverage.cov_controller.cov.stop()


def _refuse(report: pytest.TestReport | pytest.CollectReport) -> None:
    """Turn a skip into a failure: a test that CI does not run protects nobody."""
    if report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped, and in CI no test may be: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if os.environ.get("CI"):
        _refuse(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    report = yield
    if os.environ.get("CI"):
        _refuse(report)
    return report

"""A folder with something of everything that a check can find, and the check of it."""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from collection_guard.audit.reading import read_logs
from collection_guard.audit.run import Basis
from collection_guard.checks.bench import Bench
from collection_guard.checks.examine import Examiner
from collection_guard.checks.rates import parse_limits
from collection_guard.checks.report import CheckReport
from collection_guard.checks.run import Judgement, run_check
from collection_guard.checks.targets import Search
from collection_guard.checks.waivers import read_waivers
from collection_guard.cli.check import configuration_problems
from collection_guard.configuration import FILE_NAME, ConfigurationFile
from collection_guard.facts.world import Settings
from collection_guard.language.packs import Pack, load_packs

HERE = Path(__file__).parent
SCENE = HERE / "scene"
TODAY = date(2026, 1, 1)
NUMBER = "13812345678"
"""Somebody's number: in samples, in the log and in the reason of a waiver."""
ALL = ("samples", "house", "late", "november.csv", "partners", "notes.yaml", "missing.csv")


@contextmanager
def inside(folder: Path) -> Iterator[None]:
    """Work in a folder."""
    before = Path.cwd()
    os.chdir(folder)
    try:
        yield
    finally:
        os.chdir(before)


@cache
def packs() -> list[Pack]:
    """Return the small pack."""
    return load_packs([SCENE / "house"])


def bench(**basis: Any) -> Bench:
    """Return what judges by the small pack; naive times are those of Shanghai."""
    plain = {"settings": Settings(timezone="Asia/Shanghai"), "engine": "reference"}
    return Bench(Basis(packs(), **(plain | basis)))


def check(
    folder: Path,
    *paths: str,
    waivers: str | None = None,
    limits: Sequence[str] = (),
    exclude: Sequence[str] = (),
    strict: bool = False,
    max_rejected: int = 0,
    today: date = TODAY,
    **judgement: Any,
) -> CheckReport:
    """Return the check of paths in a folder, by the small pack."""
    judge = bench()
    with inside(folder):
        search = Search(
            read_log=lambda path: read_logs([path], timezone="Asia/Shanghai"),
            configuration_keys=frozenset(ConfigurationFile.model_fields),
            configuration_name=FILE_NAME,
            exclude=exclude,
        )
        examiner = Examiner(judge, parse_limits(limits, judge.rules), configuration_problems, strict, max_rejected)
        waived = read_waivers(Path(waivers), judge.rules) if waivers else ()
        return run_check(
            [Path(path) for path in paths], search, examiner, Judgement(today, waivers=waived, **judgement)
        )


def whole() -> CheckReport:
    """Return the check of the whole scene: every kind of finding stands in it."""
    return check(SCENE, *ALL, waivers="waivers.yaml", limits=["twice-a-day=10%"], strict=True)


def copy(folder: Path) -> Path:
    """Return a copy of the scene to change."""
    return Path(shutil.copytree(SCENE, folder / "scene"))


def standing(report: CheckReport, **wanted: str) -> list[str]:
    """Return the codes of findings, of those whose fields are as wanted."""
    return [
        finding.code
        for finding in report.findings
        if all(getattr(finding, name) == value for name, value in wanted.items())
    ]

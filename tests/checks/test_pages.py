"""The pages on checks: every option and format is named, and every example is one that holds."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from checks.conftest import ROOT
from checks.scene import inside
from collection_guard.checks.waivers import read_waivers
from collection_guard.cli.main import app
from collection_guard.pytest_plugin import Conduct, conduct_for
from collection_guard.reports.checks import CHECK_FORMATS

PAGES = (ROOT / "docs/checks.md", ROOT / "docs/zh/checks.md")
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))


def blocks(page: Path, kind: str) -> list[str]:
    """Return the blocks of a kind."""
    return re.findall(rf"^```{kind}\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)


@each_page
def test_every_option_and_format_is_named(page: Path) -> None:
    """The tables hold each option and each format once, and none that is not there."""
    text = page.read_text("utf-8")
    commands: Any = typer.main.get_command(app)
    options = {name for one in commands.commands["check"].params for name in one.opts if name.startswith("--")}
    assert sorted(re.findall(r"^\| `(--[a-z-]+)", text, re.MULTILINE)) == sorted(options)
    assert sorted(re.findall(r"^\| `([a-z]+)` \|", text.split("`--out`")[1], re.MULTILINE)) == sorted(CHECK_FORMATS)


@each_page
def test_the_samples_of_the_page_hold(page: Path, tmp_path: Path) -> None:
    """The examples of samples are judged by the core pack as the page says."""
    (written,), (line,) = blocks(page, "yaml samples"), blocks(page, "json")
    (tmp_path / "a.conduct.yaml").write_text(written, "utf-8")
    (tmp_path / "b.jsonl").write_text(line, "utf-8")
    assert json.loads(line)["expect"]
    with inside(tmp_path):
        done = CliRunner().invoke(app, ["check", ".", "--detector", "none", "--lang", "en"])
    assert done.exit_code == 0, done.output
    assert "3 of 3 passed" in done.output
    assert "1 of 1 passed" in done.output


@each_page
def test_the_waivers_of_the_page_can_be_read(page: Path, tmp_path: Path) -> None:
    """The example of waivers is valid."""
    (written,) = blocks(page, "yaml waivers")
    (tmp_path / "w.yaml").write_text(written, "utf-8")
    (waiver,) = read_waivers(tmp_path / "w.yaml", {"contact-outside-permitted-hours"})
    assert waiver.entry.ticket == "LAW-118"


@each_page
def test_the_test_of_the_page_passes(page: Path, tmp_path: Path) -> None:
    """The example of the fixture is a test that passes."""
    (written,) = blocks(page, "python")
    space: dict[str, object] = {}
    exec(written, space)  # noqa: S102  # the page's own example
    (tmp_path / "collection-guard.yaml").write_text("detector: none\n")
    test = space["test_no_call_at_night"]
    assert callable(test)
    test(fixture_in(tmp_path))


def fixture_in(folder: Path) -> Conduct:
    """Return what the fixture gives to a test in a folder."""

    class Config:
        rootpath = folder

        def getini(self, _: str) -> str:
            return ""

    return conduct_for(Config(), folder / "test_it.py")  # type: ignore[arg-type]  # of it no more is read

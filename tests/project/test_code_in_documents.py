"""The Python in the documents runs, and says what the documents say."""

import inspect
import re
from pathlib import Path

import pytest

import collection_guard
from collection_guard.audit.report import Report
from project.tree import READMES, ROOT

PAGES = (ROOT / "docs/library.md", ROOT / "docs/zh/library.md")
HEADINGS = (("## Parameters of the call", "## 调用的参数"), ("## What comes back", "## 返回什么"))


@pytest.mark.parametrize("path", [*READMES, *PAGES], ids=lambda path: str(path.relative_to(ROOT)))
def test_the_python_of_the_documents_runs(
    path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each block of Python runs where the example is, one after the other, and its assertions hold."""
    monkeypatch.chdir(ROOT / "examples/november")
    blocks = re.findall(r"^```python\n(.*?)^```", path.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    exec(compile("\n".join(blocks), path.name, "exec"), {})  # noqa: S102 - running them is the subject
    assert re.search(r"\d+ contacts, \d+ violations", capsys.readouterr().out)


@pytest.mark.parametrize("page", ["docs/guard.md", "docs/zh/guard.md"])
def test_the_python_of_the_page_on_the_guard_runs(page: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each block of Python runs where the example is, one after the other, and its assertions hold."""
    monkeypatch.chdir(ROOT / "examples/november")
    blocks = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert blocks
    exec(compile("\n".join(blocks), page, "exec"), {})  # noqa: S102 - running them is the subject


@pytest.mark.parametrize(("page", "heading"), list(zip(PAGES, HEADINGS[0], strict=True)), ids=("en", "zh"))
def test_the_page_names_every_parameter_of_the_call(page: Path, heading: str) -> None:
    """The table of parameters holds those of the call, and no other."""
    table = page.read_text("utf-8").split(heading)[1].split("## ")[0]
    named = [name for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)`", row)]
    assert sorted(named) == sorted(inspect.signature(collection_guard.audit).parameters)


@pytest.mark.parametrize(("page", "heading"), list(zip(PAGES, HEADINGS[1], strict=True)), ids=("en", "zh"))
def test_the_page_names_only_what_a_report_has(page: Path, heading: str) -> None:
    """Each attribute and method in the table of the report exists."""
    table = page.read_text("utf-8").split(heading)[1].split("## ")[0]
    named = [name for row in re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE) for name in re.findall(r"`(\w+)", row)]
    assert named
    known = {*dir(Report), *Report.__dataclass_fields__}
    assert [name for name in named if name not in known] == []

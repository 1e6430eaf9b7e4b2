"""Nothing unfinished and nothing of one machine is in the project."""

import re
import tomllib
from pathlib import Path

import pytest

from project.tree import PACKAGE, ROOT, files, modules

# The words are put together here so that this file does not hold them.
UNFINISHED = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
REGISTRIES = ("pypi" + r"\.org", "python" + "hosted", "registry" + r"\.npmjs", "deb" + r"\.debian\.org")
HOSTS = re.compile("|".join(REGISTRIES))
PLACES = re.compile(r"(?<![\w.])/(work|root|home|tmp)/\w" + r"|\.\./sha" + "red")
SUFFIXES = {".py", ".md", ".yaml", ".toml", ".csv", ".json", ".jsonl", ".txt", ".sh", ".html", ".cfg", ""}
LIMIT = 500


def texts() -> list[Path]:
    """Return the files that hold text."""
    return [path for path in files() if path.suffix in SUFFIXES and path.name != "LICENSE"]


@pytest.mark.parametrize("path", texts(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_unfinished_and_nothing_of_one_machine(path: Path) -> None:
    """No file holds a mark of unfinished work, a host of a package registry, or a path of somebody's machine."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError:
        return  # a log in another encoding: an example, which has a test of its own
    patterns = (HOSTS, PLACES) if path.suffix in {".csv", ".jsonl"} else (UNFINISHED, HOSTS, PLACES)
    found = [
        f"{path.relative_to(ROOT)}:{number}: {hit[0]}"
        for number, line in enumerate(lines, 1)
        for pattern in patterns
        if (hit := pattern.search(line))
    ]
    assert found == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_suppressions_say_why(path: Path) -> None:
    """Each suppressed warning of a checker carries its reason in words beside it."""
    silenced = r"#\s*(noqa(:\s*[A-Z0-9, ]+)?|type:\s*ignore(\[[\w, -]+\])?|pragma:\s*no (cover|branch))"
    bare, reason = re.compile(silenced), re.compile(silenced + r"\s*(#|--?|—)\s*\S")
    wrong = [
        f"{path}:{number}: {line.strip()}"
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if bare.search(line) and not reason.search(line)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_files_are_about_one_subject(path: Path) -> None:
    """No module has grown beyond what one subject needs."""
    assert len(path.read_text("utf-8").splitlines()) <= LIMIT
    assert not re.search(r"util|helper|manager|misc", path.stem)


def test_every_ignored_check_says_why() -> None:
    """Each check that the configuration of ruff leaves out has its reason beside it."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.split("ignore = [", 1)[1].split("]", 1)[0]
    entries = [line for line in block.splitlines() if line.strip()]
    assert entries
    assert [line for line in entries if "#" not in line] == []
    assert tomllib.loads(text)["tool"]["mypy"]["strict"] is True

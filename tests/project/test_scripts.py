"""The scripts: what they say where something is missing."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project.tree import ROOT

SCRIPTS = [*sorted((ROOT / "scripts").iterdir()), ROOT / ".ci/run"]
# A Python that answers like the real one but for one module.
FAKE = """#!/usr/bin/env bash
if [[ "$*" == *"{without}"* ]]; then exit 1; fi
exec "{python}" "$@"
"""


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Return a clone without a virtual environment."""
    shutil.copytree(ROOT / "scripts", tmp_path / "clone/scripts")
    shutil.copy(ROOT / "pyproject.toml", tmp_path / "clone")
    return tmp_path / "clone"


def run(clone: Path, script: str, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a script of a clone with an empty home."""
    command = [str(clone / "scripts" / script), *words]
    plain = {"HOME": str(clone), "PATH": os.defpath} | environment
    return subprocess.run(command, check=False, capture_output=True, text=True, env=plain)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_scripts_are_whole(path: Path) -> None:
    """Each script is executable where it is to be run, reads as bash, and stops at the first error."""
    assert subprocess.run(["bash", "-n", str(path)], check=False).returncode == 0
    text = path.read_text("utf-8")
    assert "set -euo pipefail" in text or "environment.sh" in text
    assert os.access(path, os.X_OK) == text.startswith("#!")


@pytest.mark.parametrize(
    ("without", "package"),
    [("ensurepip", "python3-venv"), ("Python.h", "python3-dev")],
)
def test_a_missing_debian_package_is_named(clone: Path, tmp_path: Path, without: str, package: str) -> None:
    """Where Python cannot make environments, or its headers are missing, the script names the package and stops."""
    fake = tmp_path / "python3"
    fake.write_text(FAKE.format(without=without, python=sys.executable), "utf-8")
    fake.chmod(0o755)
    done = run(clone, "demo", PYTHON=str(fake))
    if without == "Python.h" and sys.version_info >= (3, 13):
        assert "python3-dev" not in done.stderr
        return
    assert done.returncode == 2
    assert package in done.stderr
    assert "apt-get install python3-venv python3-dev gcc git" in done.stderr
    assert not (clone / ".venv/bin/collection-guard").exists()


def test_a_missing_python_is_named(clone: Path) -> None:
    """Without Python the script says what it needs."""
    done = run(clone, "demo", PYTHON="python-of-nowhere")
    assert done.returncode == 2
    assert "python-of-nowhere is not installed" in done.stderr


def test_an_old_python_is_refused(clone: Path, tmp_path: Path) -> None:
    """A Python below 3.11 is refused with its version."""
    fake = tmp_path / "python3"
    fake.write_text(FAKE.format(without="version_info < (3, 11)", python=sys.executable), "utf-8")
    fake.chmod(0o755)
    done = run(clone, "demo", PYTHON=str(fake))
    assert done.returncode == 2
    assert "too old" in done.stderr


def test_an_unknown_part_is_refused_before_anything_is_installed(clone: Path) -> None:
    """A misspelt part of the tests is refused, with the parts that there are."""
    done = run(clone, "test", "typos")
    assert done.returncode == 2
    assert "lint types tests wheel demo" in done.stderr
    assert not (clone / ".venv").exists()


def test_a_folder_of_wheels_holds_one_version_only(clone: Path) -> None:
    """A folder that holds something is refused, so that wheels of two versions never mix."""
    folder = clone / "wheels"
    folder.mkdir()
    (folder / "old.whl").touch()
    done = run(clone, "wheelhouse", str(folder))
    assert done.returncode == 2
    assert "is not empty" in done.stderr

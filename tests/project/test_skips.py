"""Where CI runs, no test is skipped."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from project.tree import ROOT

SKIPPING = """
import pytest

def test_skips():
    pytest.skip('the package fonts-nowhere is absent')

@pytest.mark.xfail(strict=True)
def test_expected_to_fail():
    assert False
"""
SKIPPING_WHOLE = 'import pytest\npytest.skip("no such module", allow_module_level=True)\n'


def outcome(folder: Path, source: str, *, ci: bool) -> tuple[int, str]:
    """Run a test file under the configuration of this project."""
    shutil.copy(ROOT / "tests/conftest.py", folder / "conftest.py")
    (folder / "pytest.ini").write_text("[pytest]\n", "utf-8")
    (folder / "test_it.py").write_text(source, "utf-8")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "COV"))}
    environment["CI"] = "true" if ci else ""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", "pytest.ini", str(folder)]
    done = subprocess.run(command, check=False, capture_output=True, text=True, cwd=folder, env=environment)
    return done.returncode, done.stdout


@pytest.mark.parametrize("source", [SKIPPING, SKIPPING_WHOLE], ids=["one test", "a whole module"])
def test_a_skipped_test_fails_where_ci_runs(tmp_path: Path, source: str) -> None:
    """With CI set a skip is a failure that gives the reason of the skip."""
    code, output = outcome(tmp_path, source, ci=True)
    assert code not in {0, 5}
    assert "in CI no test may be" in output
    assert "absent" in output or "no such module" in output


def test_elsewhere_a_skip_is_a_skip_and_an_expected_failure_stays_one(tmp_path: Path) -> None:
    """Without CI a machine that lacks something is no failure."""
    code, output = outcome(tmp_path, SKIPPING, ci=False)
    assert code == 0
    assert "1 skipped, 1 xfailed" in output

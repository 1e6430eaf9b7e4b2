"""A repository laid out by `init --ci`, end to end through the installed command."""

import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from checks.conftest import ROOT, environment_of, lend_packages
from checks.test_hooks import action, git, run_action, values
from collection_guard.version import __version__

Run = Callable[..., subprocess.CompletedProcess[str]]
CHECK = "collection-guard check rules samples collection-guard.yaml mapping.yaml partners --waivers waivers.yaml"
RULE = "contact-outside-permitted-hours"


@pytest.fixture
def repository(tmp_path: Path, installed: Run) -> Path:
    """Return a repository that `init --ci` has laid out and that is committed."""
    registry = str(ROOT / "examples/november/partners")
    done = installed("collection-guard", "init", "--ci", "--registry", registry, "house", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    commands = [line.strip() for line in done.stdout.split("\n\n")[-1].splitlines()[1:]]
    assert commands == ["cd house", "collection-guard audit sample.csv", CHECK]
    git(tmp_path / "house", "init", "-q")
    git(tmp_path / "house", "add", ".")
    git(tmp_path / "house", "commit", "-q", "-m", "all")
    return tmp_path / "house"


def later(repository: Path) -> None:
    """Permit contacts until 22:00 instead of 21:00."""
    pack = repository / "rules/house/pack.yaml"
    text = pack.read_text("utf-8")
    assert text.count('value: "21:00"') == 1
    pack.write_text(text.replace('value: "21:00"', 'value: "22:00"'), "utf-8")


def test_a_changed_bound_is_caught_before_and_named_after(repository: Path, installed: Run) -> None:
    """The repository passes its check, 22:00 for 21:00 fails it, mutate had caught that, and diff names who flips."""
    assert installed("collection-guard", "audit", "sample.csv", cwd=repository).returncode == 1
    passed = installed(*shlex.split(CHECK), cwd=repository)
    assert passed.returncode == 0, passed.stdout
    assert " 0 failing" in passed.stdout

    words = ("rules", "mutate", "rules/house", "--rule", RULE, "--all")
    mutants = installed("collection-guard", *words, cwd=repository).stdout.splitlines()
    (moved,) = [line for line in mutants if "to: $permitted_to +1s" in line]
    assert f"{RULE}: caught: bound moved" in moved

    shutil.copytree(repository / "rules/house", repository.parent / "before")
    later(repository)
    failed = installed(*shlex.split(CHECK), cwd=repository)
    assert failed.returncode == 3
    assert "the end of the permitted hours is no longer permitted" in failed.stdout
    assert "samples/hours.conduct.yaml (labelled samples): 2 of 3 passed" in failed.stdout

    words = ("rules", "diff", str(repository.parent / "before"), "rules/house", "sample.csv")
    diff = installed("collection-guard", *words, cwd=repository)
    assert diff.returncode == 0, diff.stderr
    assert "21:00" in diff.stdout
    assert "22:00" in diff.stdout
    (flip,) = [line for line in diff.stdout.splitlines() if "S-3" in line and RULE in line]
    assert "Example Collections" in flip
    assert "violation → clear" in flip


def test_the_hook_of_the_repository_runs_its_check(
    repository: Path, scratch: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`pre-commit run` passes on the repository as laid out, and fails on the changed bound."""
    env = environment_of(scratch) | {"PRE_COMMIT_HOME": str(tmp_path_factory.mktemp("pre-commit"))}

    def pre_commit() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", "run", "--all-files"]
        return subprocess.run(command, cwd=repository, env=env, capture_output=True, encoding="utf-8", check=False)

    done = pre_commit()
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Passed" in done.stdout
    later(repository)
    assert pre_commit().returncode == 1


def test_the_workflow_of_the_repository_is_one_of_the_action(repository: Path, scratch: Path) -> None:
    """The workflow gives the action inputs that it has; with them the action passes, and fails on the changed bound.

    What GitHub itself does (checking out, the variable, uploading) is not run here: only that the steps are there.
    """
    workflow: dict[Any, Any] = yaml.safe_load((repository / ".github/workflows/conduct.yml").read_text("utf-8"))
    steps = workflow["jobs"]["check"]["steps"]
    (used,) = [step for step in steps if step["uses"] == "./.collection-guard"]
    assert any(step.get("with", {}).get("path") == ".collection-guard" for step in steps)
    assert set(used["with"]) <= set(action()["inputs"])
    code, _, outputs, summary = run_action(repository, scratch, **used["with"])
    assert code == 0, summary
    upload = steps[-1]
    assert upload["with"]["sarif_file"] == "${{ steps.conduct.outputs.sarif }}"
    assert used["id"] == "conduct"
    assert set(action()["outputs"]) == set(outputs)
    later(repository)
    assert run_action(repository, scratch, **used["with"])[0] == 3


def test_the_action_installs_what_it_belongs_to(tmp_path: Path) -> None:
    """The install step of the action, run as GitHub runs it, puts this version into the Python that is named.

    What is checked: the shell of the step, and that what it installs is the folder of the action. What is not: fetching
    what collection_guard needs, pip, and what builds the wheel: those are lent by the environment of the tests.
    """
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, capture_output=True)
    lend_packages(venv)
    declared = action()
    step = declared["runs"]["steps"][0]
    inputs = {name: str(one.get("default", "")) for name, one in declared["inputs"].items()}
    nothing_fetched = {"PIP_NO_INDEX": "1", "PIP_NO_DEPS": "1", "PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_CACHE_DIR": "1"}
    env = environment_of(venv / "bin") | nothing_fetched
    env |= values(step["env"], inputs | {"python": str(venv / "bin/python")})
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    version = subprocess.run(
        [str(venv / "bin/collection-guard"), "--version"], env=env, capture_output=True, check=True
    )
    assert version.stdout.decode() == f"collection-guard {__version__}\n"
    where = [str(venv / "bin/python"), "-c", "import collection_guard; print(collection_guard.__file__)"]
    found = subprocess.run(where, cwd=tmp_path, env=environment_of(venv / "bin"), capture_output=True, check=True)
    assert found.stdout.decode().startswith(str(venv))

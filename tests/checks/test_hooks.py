"""The pre-commit hook and the GitHub action, in scratch repositories that install the built wheel."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from pre_commit.clientlib import load_manifest

from checks.conftest import ROOT, environment_of
from checks.scene import SCENE

CONFIG = "rules: [house]\ntimezone: Asia/Shanghai\nengine: reference\ndetector: none\n"
GOOD = (
    'events: [{channel: call, direction: outbound, started_at: "2025-11-20T22:00:00+08:00"}]\n'
    "expect: [{rule: call-at-night, verdict: violation}]\n"
)


def git(folder: Path, *words: str) -> None:
    """Run git in a folder, as nobody in particular."""
    who = ("-c", "user.name=Nobody", "-c", "user.email=nobody@example.org", "-c", "init.defaultBranch=main")
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Return a repository with a pack and a sample that holds."""
    shutil.copytree(SCENE / "house", tmp_path / "house")
    (tmp_path / "collection-guard.yaml").write_text(CONFIG)
    (tmp_path / "samples").mkdir()
    (tmp_path / "samples/night.conduct.yaml").write_text(GOOD)
    (tmp_path / "notes.txt").write_text("not for the hook\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "all")
    return tmp_path


def hook() -> dict[str, Any]:
    """Return the hook as the project declares it."""
    (declared,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    found: dict[str, Any] = declared
    return found


def pre_commit(repository: Path, scratch: Path, tmp_home: Path) -> subprocess.CompletedProcess[str]:
    """Run the hook on all files, from the environment into which the wheel is installed."""
    config = {"repos": [{"repo": "local", "hooks": [hook() | {"language": "system"}]}]}
    (repository / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    git(repository, "add", ".")
    command = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
    env = environment_of(scratch) | {"PRE_COMMIT_HOME": str(tmp_home)}
    return subprocess.run(command, cwd=repository, env=env, capture_output=True, encoding="utf-8", check=False)


def test_the_hook_checks_samples_and_packs(
    repository: Path, scratch: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """`pre-commit run` passes on what holds, fails on a changed bound, and looks at nothing else."""
    home = tmp_path_factory.mktemp("pre-commit")
    done = pre_commit(repository, scratch, home)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "samples/night.conduct.yaml (labelled samples): 1 of 1 passed" in done.stdout
    assert "house (rule pack): 9 of 9 passed" in done.stdout
    pack = repository / "house/pack.yaml"
    pack.write_text(pack.read_text("utf-8").replace('value: "21:00"', 'value: "22:30"'), "utf-8")
    done = pre_commit(repository, scratch, home)
    assert done.returncode == 1
    assert "exit code: 3" in done.stdout
    assert "expected violation, found clear" in done.stdout


def test_the_hook_is_installed_from_the_clone() -> None:
    """The hook is a Python hook, which pre-commit installs by pip from the repository that declares it."""
    assert hook()["language"] == "python"
    assert hook()["entry"].split() == ["collection-guard", "check"]
    (read,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert read["id"] == "collection-guard-check"


def action() -> dict[str, Any]:
    """Return the action as the project declares it."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    return found


def values(env: dict[str, str], inputs: dict[str, str]) -> dict[str, str]:
    """Fill in what GitHub fills in: the inputs of the action, and its folder."""
    contexts = {f"${{{{ inputs.{name} }}}}": value for name, value in inputs.items()}
    contexts["${{ github.action_path }}"] = str(ROOT)
    return {name: contexts[value] for name, value in env.items()}


def run_action(repository: Path, scratch: Path, **given: str) -> tuple[int, str, dict[str, str], str]:
    """Run the check of the action as GitHub does; return exit code, commands, outputs and the summary of the job."""
    declared = action()
    inputs = {name: str(one.get("default", "")) for name, one in declared["inputs"].items()} | given
    step = declared["runs"]["steps"][1]
    files = {name: repository.parent / f"{repository.name}-{name}" for name in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
    for path in files.values():
        path.write_text("")
    env = environment_of(scratch) | values(step["env"], inputs) | {name: str(path) for name, path in files.items()}
    # As the runner calls bash for a step.
    command = ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]]
    done = subprocess.run(command, cwd=repository, env=env, capture_output=True, encoding="utf-8", check=False)
    outputs = dict(line.split("=", 1) for line in files["GITHUB_OUTPUT"].read_text().splitlines())
    return done.returncode, done.stdout, outputs, files["GITHUB_STEP_SUMMARY"].read_text("utf-8")


def test_the_action_reports_in_every_way(repository: Path, scratch: Path) -> None:
    """The action prints commands, writes SARIF and the summary of the job, and ends as the check does."""
    paths = "samples\n\nhouse\n"
    code, lines, outputs, summary = run_action(repository, scratch, paths=paths)
    assert (code, outputs) == (0, {"sarif": "collection-guard.sarif", "exit-code": "0"})
    assert "**The check passes.**" in summary
    assert lines.startswith("::notice title=collection-guard::")
    assert (repository / "collection-guard.sarif").is_file()
    (repository / "samples/night.conduct.yaml").write_text(GOOD.replace("verdict: violation", "verdict: clear"))
    code, lines, outputs, summary = run_action(repository, scratch, paths=paths, sarif="out/a b.sarif")
    assert (code, outputs) == (1, {"sarif": "out/a b.sarif", "exit-code": "1"})
    assert lines.startswith("::error file=samples/night.conduct.yaml,line=2,col=10,title=")
    assert "**The check fails.**" in summary
    assert (repository / "out/a b.sarif").is_file()


def test_the_action_passes_arguments_and_runs_none_of_them(repository: Path, scratch: Path) -> None:
    """Arguments reach the command one a line, whole; what looks like a command in an input is a path like any other."""
    marker = repository / "marker"
    evil = f"samples\n$(touch {marker})\n`touch {marker}`; touch {marker}\n"
    code, _, outputs, _ = run_action(repository, scratch, paths=evil)
    assert (code, outputs["exit-code"]) == (4, "4")
    assert not marker.exists()
    args = "--exclude\nnotes and more.txt\n--lang\nzh"
    code, lines, _, _ = run_action(repository, scratch, paths="samples", args=args)
    assert code == 0
    assert "检查结果" in lines


def test_the_action_is_well_made() -> None:
    """No input stands in a script, each step names its shell, and all that the steps read is declared."""
    declared = action()
    assert declared["runs"]["using"] == "composite"
    for step in declared["runs"]["steps"]:
        assert "${{" not in step["run"]
        assert step["shell"] == "bash"
        values(step["env"], dict.fromkeys(declared["inputs"], ""))
    install = declared["runs"]["steps"][0]
    assert "pip install" in install["run"]
    assert install["env"]["ACTION_FOLDER"] == "${{ github.action_path }}"

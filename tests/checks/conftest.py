"""A scratch environment into which the built wheel is installed, as a user's repository has one."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of commands of a new environment that holds the wheel, and borrows what the wheel needs.

    The clone is not on its path: what runs there is what was installed.
    """
    folder = tmp_path_factory.mktemp("scratch")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder / "dist"), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True)
    (wheel,) = (folder / "dist").glob("*.whl")
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True, capture_output=True)
    python = venv / "bin/python"
    own = [sys.executable, "-m", "pip", "--python", str(python), "install", "--no-deps", "--no-index", "--quiet"]
    subprocess.run([*own, "--disable-pip-version-check", str(wheel)], check=True, capture_output=True)
    lend_packages(venv)
    return venv / "bin"


def lend_packages(venv: Path) -> None:
    """Let a new environment find the packages of this one, behind its own.

    A folder named in a .pth file is searched last, and .pth files in it (such as the clone's) are not read.
    """
    (site,) = venv.glob("lib/python*/site-packages")
    here = [path for path in sys.path if Path(path).name == "site-packages"]
    (site / "borrowed.pth").write_text("".join(f"{path}\n" for path in here), "utf-8")


@pytest.fixture
def installed(scratch: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Return a function that runs a command of the scratch environment in a folder."""

    def run(*words: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
        env = environment_of(scratch) | environment
        command = [str(scratch / words[0]), *words[1:]]
        return subprocess.run(command, cwd=cwd, env=env, capture_output=True, encoding="utf-8", check=False)

    return run


def environment_of(scratch: Path) -> dict[str, str]:
    """Return the environment of a user who has the scratch environment first on the path, and English."""
    foreign = ("COLLECTION_GUARD_", "PYTEST", "COV", "PYTHON", "VIRTUAL_ENV", "GIT_", "PRE_COMMIT")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
    return plain | {"PATH": f"{scratch}{os.pathsep}{os.environ['PATH']}", "COLLECTION_GUARD_LANG": "en"}

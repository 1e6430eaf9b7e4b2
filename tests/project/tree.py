"""The files of the project, as the tests here look at them."""

import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "collection_guard"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")


@cache
def files() -> tuple[Path, ...]:
    """Return every file that git keeps or would keep."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, check=True, capture_output=True).stdout.decode().split("\0")
    return tuple(path for name in listed if name and (path := ROOT / name).is_file())


def modules() -> list[Path]:
    """Return the modules of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def markdown() -> list[Path]:
    """Return the documents."""
    return [path for path in files() if path.suffix == ".md"]

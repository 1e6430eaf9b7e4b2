"""The wheel holds everything that the package needs at run time."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from collection_guard.version import __version__
from project.tree import PACKAGE, ROOT, files

DATA = {".yaml", ".csv", ".json", ".typed"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> set[str]:
    """Return the names of the files in a wheel built from the clone."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(ROOT)]
    subprocess.run(command, check=True, capture_output=True)
    (path,) = folder.glob("*.whl")
    assert path.name == f"collection_guard-{__version__}-py3-none-any.whl"
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_the_wheel_holds_every_module_and_every_table(wheel: set[str]) -> None:
    """Modules, texts and tables of words are in the wheel."""
    kept = [path for path in files() if path.is_relative_to(PACKAGE) and (path.suffix in {".py"} | DATA)]
    wanted = {path.relative_to(ROOT).as_posix() for path in kept}
    assert "collection_guard/py.typed" in wanted
    assert any(name.startswith("collection_guard/messages/") for name in wanted)
    assert any(name.startswith("collection_guard/audit/vocabulary/") and name.endswith(".yaml") for name in wanted)
    assert sorted(wanted - wheel) == []


def test_the_wheel_holds_the_packs(wheel: set[str]) -> None:
    """The packs of rules are in the wheel, where the package looks for them."""
    rules = ROOT / "rules"
    wanted = {
        "collection_guard/_rules/" + path.relative_to(rules).as_posix()
        for path in files()
        if path.is_relative_to(rules) and path.suffix in DATA
    }
    assert "collection_guard/_rules/core/pack.yaml" in wanted
    assert sorted(wanted - wheel) == []


def test_the_wheel_holds_nothing_of_tests_and_examples(wheel: set[str]) -> None:
    """What is only of use in a clone is not installed."""
    tops = {name.split("/")[0] for name in wheel}
    assert tops == {"collection_guard", f"collection_guard-{__version__}.dist-info"}
    assert [name for name in wheel if Path(name).suffix in {".pyc", ".csv.rejected"}] == []


def test_the_wheel_carries_the_licence(wheel: set[str]) -> None:
    """The text of the licence comes with the package."""
    assert any(name.endswith("licenses/LICENSE") for name in wheel)

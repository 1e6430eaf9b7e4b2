"""What the package imports is what it asks for."""

import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

from project.tree import ROOT, modules

THROUGH = {"pydantic-core": "pydantic"}
"""Distributions that come pinned with another one, and are used through it."""


WHERE_PRESENT = {"pytest": "collection_guard/pytest_plugin.py"}
"""What only one module imports, which nothing loads where it is absent: pytest itself loads its plugin."""
ASKED_BY_OTHERS = {"pandas", "collection-guard"}
"""What PySpark asks for and does not bring, and our own extras in one another."""
OF_SPARK = ("collection_guard/engines/spark.py", "collection_guard/audit/spark.py")
OF_EXTRAS = {
    "large": (
        "collection_guard/engines/columnar/",
        *(
            f"collection_guard/audit/{name}.py"
            for name in ("verdict_table", "bucket", "large", "pieces", "slices", "kept_profiles")
        ),
        *OF_SPARK,
    ),
    "spark": OF_SPARK,
    "serve": ("collection_guard/guard/sidecar/",),
    "excel": ("collection_guard/reports/excel/",),
    "report": ("collection_guard/reports/html/",),
}
"""Where the distributions of an extra are imported: nothing loads these modules without it."""


def declared() -> set[str]:
    """Return the distributions that an installation of the package brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return _distributions(project["dependencies"])


def of_extra(extra: str) -> set[str]:
    """Return the distributions that an extra brings."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    return _distributions(project["optional-dependencies"][extra])


def _distributions(lines: list[str]) -> set[str]:
    return {_name(re.split(r"[^\w.-]", line)[0]) for line in lines}


def _name(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def imported() -> dict[str, list[str]]:
    """Return every module of others that the package imports, with the places where it does."""
    found: dict[str, list[str]] = {}
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            match node:
                case ast.Import(names=names):
                    tops = [alias.name.split(".")[0] for alias in names]
                case ast.ImportFrom(module=str(module), level=0):
                    tops = [module.split(".")[0]]
                case _:
                    continue
            for top in tops:
                if top not in sys.stdlib_module_names and top != "collection_guard":
                    found.setdefault(top, []).append(f"{path.relative_to(ROOT)}:{node.lineno}")
    return found


def imported_by_name() -> set[str]:
    """Return the modules of others that the package imports by name, where they can be."""
    return {
        node.args[0].value.split(".")[0]
        for path in modules()
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "attr", getattr(node.func, "id", None)) == "import_module"
        and isinstance(node.args[0], ast.Constant)
        and isinstance(node.args[0].value, str)
    }


def test_everything_imported_is_declared() -> None:
    """Each module that is imported belongs to a distribution that the package, or the extra of its room, asks for."""
    owners = packages_distributions()
    undeclared = {}
    for top, places in imported().items():
        names = {_name(name) for name in owners.get(top, [top])}
        names = {THROUGH.get(name, name) for name in names}
        rooms = [room for extra, folders in OF_EXTRAS.items() if names & of_extra(extra) for room in folders]
        outside = [place for place in places if not any(place.startswith(room) for room in rooms)]
        if (
            outside
            and not names & declared()
            and {place.split(":")[0] for place in outside} != {WHERE_PRESENT.get(top)}
        ):
            undeclared[top] = outside
    assert undeclared == {}


def test_everything_declared_is_used() -> None:
    """No distribution is asked for that nothing imports; durable-rules is imported by name, where it can be."""
    owners = packages_distributions()
    used = {_name(name) for top in {*imported(), *imported_by_name()} for name in owners.get(top, [top])}
    assert declared() - used - {"durable-rules"} == set()
    for extra in OF_EXTRAS:
        assert of_extra(extra) - used - ASKED_BY_OTHERS == set()

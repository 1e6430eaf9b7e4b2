"""Imports point one way through the rooms of the package."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from project.tree import PACKAGE, modules

# What each room may import from, beside itself.
ROOMS = {
    "model": set(),
    "language": {"model"},
    "facts": {"model", "language"},
    "engines": {"model", "language", "facts"},
    "guard": {"model", "language", "facts", "engines"},
    "audit": {"model", "language", "facts", "engines"},
    "checks": {"model", "language", "facts", "engines", "audit"},
    "reconciliation": {"model", "language", "facts", "engines", "audit"},
    "complaints": {"model", "language", "facts", "engines", "audit"},
    "sampling": {"model", "language", "facts", "engines", "audit", "checks"},
    "reports": {
        "model",
        "language",
        "facts",
        "engines",
        "guard",
        "audit",
        "checks",
        "reconciliation",
        "complaints",
        "sampling",
    },
    "cli": {
        "model",
        "language",
        "facts",
        "engines",
        "guard",
        "audit",
        "checks",
        "reconciliation",
        "complaints",
        "sampling",
        "reports",
    },
}
TOP = {"model", "language", "facts", "engines", "guard", "audit"}
OF_ENTRY_POINTS = {"__main__.py": TOP | {"cli"}, "pytest_plugin.py": TOP | {"checks", "reports", "cli"}}
"""What may be imported where others than our own code begin."""


def imported(path: Path) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything of the package that a module imports."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                found = [alias.name for alias in names]
            case ast.ImportFrom(module=str(module), level=0, names=names):
                found = [f"{module}.{alias.name}" for alias in names]
            case ast.ImportFrom(level=level) if level:
                found = ["collection_guard.<relative>"]
            case _:
                continue
        for name in found:
            if name.split(".")[0] == "collection_guard":
                yield node.lineno, name


def room_of(path: Path) -> str:
    """Return the room that a module stands in; empty for the top of the package."""
    parts = path.relative_to(PACKAGE).parts
    return parts[0] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    """A module imports only from its own room and those before it."""
    room = room_of(path)
    assert room in {"", *ROOMS}, f"a room that the design does not know: {room}"
    wrong = []
    for line, name in imported(path):
        target = name.split(".")[1] if "." in name else ""
        if target in ROOMS:
            allowed = ROOMS[room] | {room} if room else OF_ENTRY_POINTS.get(path.name, TOP)
            if target not in allowed:
                wrong.append(f"{path}:{line}: {name}")
        elif target == "<relative>":
            wrong.append(f"{path}:{line}: a relative import")
        elif target not in {"version", "__version__"} and room not in {"", "cli"}:
            wrong.append(f"{path}:{line}: {name}, which stands at the top of the package")
    assert wrong == []


def test_every_room_is_known() -> None:
    """Each folder of the package that holds code is a room of the design."""
    folders = {path.relative_to(PACKAGE).parts[0] for path in modules() if path.parent != PACKAGE}
    assert folders <= set(ROOMS)
    assert {"model", "language", "facts", "engines", "audit", "cli"} <= folders


def test_facts_and_engines_read_no_clock_and_no_environment() -> None:
    """Below the audit a verdict is a function of its inputs: no clock, environment, network or randomness."""
    banned = {"os", "socket", "random", "urllib", "http", "subprocess", "secrets"}
    clocks = {"now", "today", "utcnow", "time_ns", "monotonic"}
    wrong = []
    for path in modules():
        if room_of(path) not in {"language", "facts", "engines"}:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            elif isinstance(node, ast.Attribute) and node.attr in clocks:
                wrong.append(f"{path}:{node.lineno}: {node.attr}")
            wrong += [f"{path}:{node.lineno}: {name}" for name in names if name.split(".")[0] in banned]
    assert wrong == []

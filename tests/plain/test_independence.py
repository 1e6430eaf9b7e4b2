"""The plain reading shares nothing with the engine but the records themselves."""

import ast
from pathlib import Path

HERE = Path(__file__).parent
HELD_AGAINST_IT = {HERE / "engine_reading.py"}


def test_plain_reading_imports_records_alone() -> None:
    """Of the package, only the model of what happened is imported."""
    files = sorted(set(HERE.glob("*.py")) - HELD_AGAINST_IT)
    imported: set[str] = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                imported.add(node.module)
            elif isinstance(node, ast.Import):
                imported.update(alias.name for alias in node.names)
    ours = {name for name in imported if name.split(".")[0] == "collection_guard"}
    assert ours == {"collection_guard.model"}

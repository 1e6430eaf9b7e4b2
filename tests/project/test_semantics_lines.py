"""Each line of the semantics is tested under its number."""

import ast
import re

from project.tree import ROOT, files

NUMBERED = re.compile(r"^(\d+)\. \*\*", re.MULTILINE)
TEST = re.compile(r"test_s(\d{1,2})_")


def lines_written() -> list[int]:
    """Return the numbers of the lines in the document."""
    return [int(number) for number in NUMBERED.findall((ROOT / "docs/semantics.md").read_text("utf-8"))]


def lines_tested() -> dict[int, list[str]]:
    """Return the tests that carry the number of a line."""
    found: dict[int, list[str]] = {}
    for path in files():
        if path.suffix != ".py" or "tests" not in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.FunctionDef) and (match := TEST.match(node.name)):
                found.setdefault(int(match[1]), []).append(f"{path.name}::{node.name}")
    return found


def test_the_lines_are_numbered_without_a_gap() -> None:
    """The document has the lines 1 to 26, each once and in order."""
    assert lines_written() == list(range(1, 27))


def test_every_line_has_a_test_of_its_number() -> None:
    """No line of the semantics is without a test named after it, and no test names a line that is not there."""
    tested, written = set(lines_tested()), set(lines_written())
    assert sorted(written - tested) == [], "lines without a test"
    assert sorted(tested - written) == [], "tests of lines that do not exist"

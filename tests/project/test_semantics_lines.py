"""Each line of the semantics is tested under its number."""

import ast
import re

import pytest

from project.tree import ROOT, files

NUMBERED = re.compile(r"^(\d+)\. \*\*", re.MULTILINE)
CODE = re.compile(r"`([a-z][a-zA-Z_.: -]*)`")
TEST = re.compile(r"test_s(\d{1,2})_")


def lines_written(page: str = "docs/semantics.md") -> list[int]:
    """Return the numbers of the lines in a document."""
    return [int(number) for number in NUMBERED.findall((ROOT / page).read_text("utf-8"))]


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


@pytest.mark.parametrize("page", ["docs/semantics.md", "docs/zh/semantics.md"])
def test_the_lines_are_numbered_without_a_gap(page: str) -> None:
    """The document has the lines 1 to 26, each once and in order, in both languages."""
    assert lines_written(page) == list(range(1, 27))


def test_both_languages_name_the_same_things() -> None:
    """Each line names the same facts, fields, words and rules in Chinese as in English."""
    pages = [(ROOT / page).read_text("utf-8") for page in ("docs/semantics.md", "docs/zh/semantics.md")]
    english, chinese = ([set(CODE.findall(line)) for line in NUMBERED.split(page)[2::2]] for page in pages)
    assert [english[index] ^ chinese[index] for index in range(26)] == [set()] * 26


def test_every_line_has_a_test_of_its_number() -> None:
    """No line of the semantics is without a test named after it, and no test names a line that is not there."""
    tested, written = set(lines_tested()), set(lines_written())
    assert sorted(written - tested) == [], "lines without a test"
    assert sorted(tested - written) == [], "tests of lines that do not exist"

"""Documents: links resolve, both languages say as much, versions agree."""

import re
from pathlib import Path

import pytest

from collection_guard.version import __version__
from project.tree import READMES, ROOT, markdown

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)|!\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, as they are made where Markdown is shown."""
    headings = re.findall(r"^#+\s+(.*)$", FENCE.sub("", path.read_text("utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", markdown(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_resolve(path: Path) -> None:
    """Each link to a file of the project finds the file, and each anchor its heading."""
    wrong = []
    for match in LINK.finditer(FENCE.sub("", path.read_text("utf-8"))):
        target = match[1] or match[2]
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = target.partition("#")
        file = path.parent / name if name else path
        if not file.exists() or (anchor and file.suffix == ".md" and anchor not in anchors(file)):
            wrong.append(target)
    assert wrong == []


def shape(path: Path) -> list[str]:
    """Return the levels of the headings and the blocks of a document, in their order."""
    text = path.read_text("utf-8")
    return [match[1] or "code" for match in re.finditer(r"^(#+) |^```\w*\n.*?^```", text, re.MULTILINE | re.DOTALL)]


PAIRS = [(READMES[0], READMES[1]), *((ROOT / "docs" / path.name, path) for path in (ROOT / "docs/zh").glob("*.md"))]


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda path: path.name)
def test_both_languages_say_as_much(english: Path, chinese: Path) -> None:
    """A document in Chinese has the same sections and the same blocks as its English original."""
    assert shape(english) == shape(chinese)


NAME = re.compile(r"`(-{0,2}[a-z][a-z0-9_.-]*)`")
PLACEHOLDERS = {"code", "pack.name"}
"""What stands in the type of code and is a word of the language all the same."""


@pytest.mark.parametrize(("english", "chinese"), PAIRS, ids=lambda path: path.name)
def test_both_languages_name_the_same(english: Path, chinese: Path) -> None:
    """Options, keys, facts, files and values that a document names are named by its twin as well."""
    named = [set(NAME.findall(FENCE.sub("", path.read_text("utf-8")))) - PLACEHOLDERS for path in (english, chinese)]
    assert named[0] ^ named[1] == set()


def test_changelog_begins_with_this_version() -> None:
    """The newest entry of the changelog is about the version of the package."""
    entries = re.findall(r"^## (\S+)", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE)
    assert entries[0] == __version__
    assert len(entries) == len(set(entries))


def test_the_licence_is_whole() -> None:
    """The licence is the whole text of the Apache License 2.0."""
    text = (ROOT / "LICENSE").read_text("utf-8")
    assert "Version 2.0, January 2004" in text
    assert "9. Accepting Warranty or Additional Liability." in text
    assert "END OF TERMS AND CONDITIONS" in text

"""The links of pages as built: each leads to a page and an anchor that are there.

Nothing that a page shows may come from elsewhere: the site is read where there is no network.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself when it shows a page, by the tag and attribute that name it, and in a style sheet.
FETCHED: Final = {("script", "src"), ("link", "href"), ("img", "src"), ("iframe", "src"), ("source", "src")}
_IN_STYLES: Final = re.compile(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')]+)")


@dataclass
class _Read(HTMLParser):
    """The ids of a page, and what it refers to."""

    ids: set[str] = field(default_factory=set)
    references: list[tuple[int, str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in {"id", "name"} and value:
                self.ids.add(value)
            if name in {"href", "src"} and value:
                self.references.append((self.getpos()[0], tag, name, value))


@cache
def _page(path: Path) -> _Read:
    read = _Read()
    read.feed(path.read_text("utf-8"))
    return read


def broken(folder: Path) -> Iterator[str]:
    """Yield each reference of the pages in a folder that leads nowhere, or would be fetched from another place."""
    for path in sorted(folder.rglob("*.html")):
        for line, tag, name, value in _page(path).references:
            place = f"{path.relative_to(folder)}:{line}"
            url = urlsplit(value)
            if url.scheme or url.netloc:
                if (tag, name) in FETCHED and url.scheme != "data":
                    yield f"{place}: fetched from elsewhere: {value}"
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.is_file() or not target.is_relative_to(folder.resolve()):
                yield f"{place}: no such page: {value}"
            elif url.fragment and target.suffix == ".html" and unquote(url.fragment) not in _page(target).ids:
                yield f"{place}: no such anchor: {value}"
    for path in sorted(folder.rglob("*.css")):
        for match in _IN_STYLES.finditer(path.read_text("utf-8")):
            yield f"{path.relative_to(folder)}: fetched from elsewhere: {match[1]}"

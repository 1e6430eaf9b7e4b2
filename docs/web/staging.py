"""Which document becomes which page of the site, and the pages as Sphinx reads them.

A document is Chinese if a folder on its way is called `zh`, else English; the name of its page is its path without the
folder of its language. So `docs/zh/audit.md` and `docs/rules/zh/core/index.md` are the pages `audit` and
`rules/core/index` of the Chinese site. The navigation is made from the index of each folder: its links, in their
order, by its headings, then whatever it does not name.
"""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

HERE: Final = Path(__file__).parent
ROOT: Final = HERE.parents[1]
LANGUAGES: Final = ("en", "zh")
# Documents elsewhere in the project that the site holds too, with the names of their pages.
ELSEWHERE: Final = {
    "examples/november/README.md": ("en", "november"),
    "examples/november/README.zh-CN.md": ("zh", "november"),
    "examples/kamailio/README.md": ("en", "kamailio"),
    "examples/kamailio/README.zh-CN.md": ("zh", "kamailio"),
    "examples/dialers/README.md": ("en", "dialers"),
    "examples/dialers/README.zh-CN.md": ("zh", "dialers"),
    "examples/reconcile/README.md": ("en", "day-of-calls"),
    "examples/reconcile/README.zh-CN.md": ("zh", "day-of-calls"),
}
PICTURES: Final = "images"
MORE: Final = {"en": "More", "zh": "其他"}

_CODE: Final = re.compile(r"^(```+|~~~+).*?^\1|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(?<!!)\[(?P<text>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_IMAGE: Final = re.compile(r"!\[[^\]]*\]\((?P<target>[^)\s]+)\)")
_HEADING: Final = re.compile(r"^## +(.*)$", re.MULTILINE)
_SCHEME: Final = re.compile(r"[a-z]+:")
# A line that breaks between two Chinese characters: a browser would show the break as a space.
_BREAK: Final = re.compile(r"(?<=[\u3000-\u303f\u3400-\u9fff\uff00-\uffef])\n *(?=[\u3400-\u9fff\uff08])")


@dataclass(frozen=True, slots=True)
class Page:
    """A page: its language, its name, and the document that it is made from."""

    language: str
    name: str
    source: Path


class Stage:
    """The pages of a project, and what is wrong with their links."""

    def __init__(self, root: Path = ROOT) -> None:
        self.root = root
        self.pages = list(self._found())
        self.by_source = {page.source: page for page in self.pages}
        self.problems: list[str] = []
        self.pictures: set[Path] = set()

    def _found(self) -> Iterator[Page]:
        documents = self.root / "docs"
        for path in sorted(documents.rglob("*.md")):
            *folders, file = path.relative_to(documents).parts
            if folders[:1] == ["web"]:
                continue
            name = "/".join([*(folder for folder in folders if folder not in LANGUAGES), file.removesuffix(".md")])
            yield Page("zh" if "zh" in folders else "en", name, path)
        for place, (language, name) in ELSEWHERE.items():
            if (self.root / place).is_file():
                yield Page(language, name, self.root / place)

    def names(self, language: str) -> set[str]:
        """Return the names of the pages in a language."""
        return {page.name for page in self.pages if page.language == language}

    def write(self, language: str, folder: Path) -> None:
        """Write the pages of a language as Sphinx reads them."""
        for page in self.pages:
            if page.language == language:
                text = self._linked(page)
                if PurePosixPath(page.name).name == "index":
                    text += self._navigation(page)
                target = folder / f"{page.name}.md"
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_text(text, "utf-8")
        for picture in self.pictures:
            (folder / PICTURES).mkdir(parents=True, exist_ok=True)
            shutil.copy(picture, folder / PICTURES)

    def _linked(self, page: Page) -> str:
        """Return the text of a page, its links leading to the pages that their documents become."""
        text = page.source.read_text("utf-8")
        # Code stays as it is: something of the same length in its place keeps the positions of everything else.
        prose = _CODE.sub(lambda match: re.sub(r"[^\n]", "\0", match[0]), text)
        changes = {match.span(): "" for match in _BREAK.finditer(prose)}
        for match in _LINK.finditer(prose):
            target = match["target"]
            if not _SCHEME.match(target) and not target.startswith("#"):
                line = prose[: match.start()].count("\n") + 1
                changes[match.span("target")] = self._led(page, target, line)
        for match in _IMAGE.finditer(prose):
            if not _SCHEME.match(match["target"]):
                line = prose[: match.start()].count("\n") + 1
                changes[match.span("target")] = self._pictured(page, match["target"], line)
        parts, last = [], 0
        for (start, end), new in sorted(changes.items()):
            parts += [text[last:start], new]
            last = end
        return "".join([*parts, text[last:]])

    def _led(self, page: Page, target: str, line: int) -> str:
        """Return a link of a page as it leads to the page of a document; note it if there is none."""
        place, mark, anchor = target.partition("#")
        found = self.target(page, place)
        if found is None:
            self.problems.append(f"{page.source.relative_to(self.root)}:{line}: no page of the site: {target}")
            return target
        way = os.path.relpath(PurePosixPath(found.language, found.name), PurePosixPath(page.language, page.name).parent)
        return (f"{way}.md" if found.language == page.language else f"other:{way}.html") + mark + anchor

    def _pictured(self, page: Page, target: str, line: int) -> str:
        """Return where a picture of a page stands in the site; note it if there is none."""
        picture = Path(os.path.normpath(page.source.parent / target))
        if not picture.is_file():
            self.problems.append(f"{page.source.relative_to(self.root)}:{line}: no picture: {target}")
            return target
        self.pictures.add(picture)
        return os.path.relpath(PurePosixPath(PICTURES, picture.name), PurePosixPath(page.name).parent)

    def target(self, page: Page, place: str) -> Page | None:
        """Return the page that a link of a page leads to."""
        return self.by_source.get(Path(os.path.normpath(page.source.parent / place)))

    def sections(self, index: Page) -> dict[str, list[str]]:
        """Return the pages that belong under an index, by the headings under which it names them."""
        text = index.source.read_text("utf-8")
        folder = PurePosixPath(index.name).parent
        below = {
            name
            for name in self.names(index.language)
            if name != index.name
            and (PurePosixPath(name).parent == folder or (name.endswith("/index") and _under(name, folder)))
        }
        headings = [(0, ""), *((match.start(), match[1]) for match in _HEADING.finditer(text))]
        found: dict[str, list[str]] = {}
        named: set[str] = set()
        for match in _LINK.finditer(text):
            page = self.target(index, match["target"].partition("#")[0])
            if page and page.language == index.language and page.name in below - named:
                heading = [title for start, title in headings if start <= match.start()][-1]
                found.setdefault(heading, []).append(page.name)
                named.add(page.name)
        if below - named:
            found[MORE[index.language]] = sorted(below - named)
        return found

    def _navigation(self, index: Page) -> str:
        folder = PurePosixPath(index.name).parent
        lines = []
        for heading, names in self.sections(index).items():
            lines += ["", "```{toctree}", ":hidden:", *([f":caption: {heading}"] if heading else []), ""]
            lines += [*(os.path.relpath(name, folder) for name in names), "```"]
        return "\n".join([*lines, ""])


def _under(name: str, folder: PurePosixPath) -> bool:
    """Say whether an index is the next one below a folder."""
    return PurePosixPath(name).parent.is_relative_to(folder)

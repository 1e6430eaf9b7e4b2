"""The documentation site: built strictly in both languages, whole without a network, and searchable in Chinese."""

import importlib
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest
import yaml
from py_mini_racer import MiniRacer

from collection_guard.engines.base import VERDICTS
from collection_guard.language.schema import SEVERITIES, Effect, OnUnknown, PackFile
from collection_guard.language.vocabulary import PARTY_CLASSES
from collection_guard.model import words
from project.tree import ROOT

WEB = ROOT / "docs/web"
# As much of a browser as the search asks for before it shows anything.
BROWSER = """
var window = globalThis;
var document = {addEventListener() {}, getElementById() { return null; }, documentElement: {dataset: {}}};
var SPHINX_HIGHLIGHT_ENABLED = false, DOCUMENTATION_OPTIONS = {};
function _ready() {}
"""
FOUND = "JSON.stringify(Search._performSearch(...Search._parseQuery(%s)).map((result) => result[0]))"


@pytest.fixture(scope="module")
def web() -> Iterator[Callable[[str], ModuleType]]:
    """Return what imports a module of the site, which are scripts beside the package, not a part of it."""
    sys.path.insert(0, str(WEB))
    yield importlib.import_module
    sys.path.remove(str(WEB))


def made(site: Path, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Build the site of a project."""
    command = [sys.executable, str(root / "docs/web/make_site.py"), str(site)]
    return subprocess.run(command, check=False, capture_output=True, text=True)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the site, as it is built."""
    folder = tmp_path_factory.mktemp("web") / "site"
    done = made(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_site_holds_every_page_and_opens_without_a_server(site: Path, web: Callable[[str], ModuleType]) -> None:
    """Every document is a page of its language, with the way to the other one; the front door leads to both."""
    stage = web("staging").Stage()
    assert {"audit", "library", "checks", "event-format", "vocabulary"} <= stage.names("en")
    for page in stage.pages:
        html = (site / page.language / f"{page.name}.html").read_text("utf-8")
        other = "en" if page.language == "zh" else "zh"
        assert re.search(rf'hreflang="{other}"[^>]*href="[^"]*{other}/{page.name}.html"', html)
    front = (site / "index.html").read_text("utf-8")
    assert 'href="zh/index.html"' in front
    assert 'href="en/index.html"' in front
    assert "回到顶部" in (site / "zh/audit.html").read_text("utf-8")


def test_every_page_stands_in_both_languages(web: Callable[[str], ModuleType]) -> None:
    """A page of one language has its twin in the other: docs/NAME.md and docs/zh/NAME.md."""
    stage = web("staging").Stage()
    assert stage.names("en") == stage.names("zh")


def test_every_index_names_its_pages(web: Callable[[str], ModuleType]) -> None:
    """A new page has its line in docs/index.md and docs/zh/index.md; from there the navigation takes it."""
    staging = web("staging")
    stage = staging.Stage()
    for page in stage.pages:
        if page.name.endswith("index"):
            assert stage.sections(page).get(staging.MORE[page.language], []) == [], page.source


def test_generated_pages_are_current(web: Callable[[str], ModuleType]) -> None:
    """Event format, vocabulary, glossary and rules say what the code says; `scripts/docs pages` writes them anew."""
    assert web("make_pages").stale() == []


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Return a small project with a sound site."""
    root = tmp_path / "project"
    shutil.copytree(WEB, root / "docs/web")
    (root / "collection_guard").symlink_to(ROOT / "collection_guard")
    (root / "docs/zh").mkdir()
    (root / "docs/index.md").write_text("# Documents\n\n[one](one.md) [中文](zh/one.md#第一)\n", "utf-8")
    (root / "docs/one.md").write_text("# One\n\n## First part\n\n[there](#first-part) [file](index.md)\n", "utf-8")
    (root / "docs/zh/index.md").write_text("# 文档\n\n[一](one.md#第一) [English](../one.md#first-part)\n", "utf-8")
    (root / "docs/zh/one.md").write_text("# 一\n\n## 第一\n\n这一行在此\n断开。\n", "utf-8")
    return root


def added(project: Path, page: str, *links: str) -> None:
    """Add links to a page."""
    path = project / page
    path.write_text("\n\n".join([path.read_text("utf-8"), *links, ""]), "utf-8")


def test_a_picture_of_a_document_is_in_the_site(project: Path, web: Callable[[str], ModuleType]) -> None:
    """A picture comes along with the pages that show it; one that is not there is a problem with its line."""
    (project / "docs/images").mkdir()
    (project / "docs/images/a.png").write_bytes(b"picture")
    added(project, "docs/zh/one.md", "![a](../images/a.png)", "![b](../images/b.png)")
    stage = web("staging").Stage(project)
    stage.write("zh", project / "staged")
    assert "![a](images/a.png)" in (project / "staged/one.md").read_text("utf-8")
    assert (project / "staged/images/a.png").read_bytes() == b"picture"
    assert stage.problems == ["docs/zh/one.md:11: no picture: ../images/b.png"]


def test_a_line_break_inside_chinese_is_no_space(project: Path, web: Callable[[str], ModuleType]) -> None:
    """Chinese that is broken between lines reads on without a gap, and code stays as it is."""
    added(project, "docs/zh/one.md", "```text\n第一行\n第二行\n```")
    stage = web("staging").Stage(project)
    stage.write("zh", project / "staged")
    staged = (project / "staged/one.md").read_text("utf-8")
    assert "这一行在此断开。" in staged
    assert "第一行\n第二行" in staged
    assert stage.problems == []


def test_a_link_that_leads_nowhere_fails_the_build(project: Path) -> None:
    """An anchor that is not there, within a language or across, and a picture from the web are errors, all at once."""
    added(project, "docs/one.md", "[x](#second-part)", "![x](https://example.com/picture.png)")
    added(project, "docs/zh/one.md", "[x](index.md#第二)", "[x](../one.md#third-part)")
    done = made(project.parent / "site", project)
    assert done.returncode == 1
    assert done.stderr.rstrip().endswith("6 problems"), done.stderr  # none of a sound link; two are seen twice
    for said in (
        "en/one.md:8: WARNING: 'myst' cross-reference target not found: 'second-part'",
        "fetched from elsewhere: https://example.com/picture.png",
        "zh/one.md:8: WARNING: local id not found in doc 'index': '第二'",
        "no such anchor: ../en/one.html#third-part",
    ):
        assert said in done.stderr, done.stderr


def test_a_link_out_of_the_site_is_named_with_its_place(project: Path) -> None:
    """A link to what is no page of the site is an error that names the document and the line."""
    added(project, "docs/one.md", "[x](two.md)", "`[not](a-link.md)` [y](../pyproject.toml)")
    done = made(project.parent / "site", project)
    assert done.returncode == 1
    assert "docs/one.md:8: no page of the site: two.md" in done.stderr
    assert "docs/one.md:10: no page of the site: ../pyproject.toml" in done.stderr
    assert "a-link" not in done.stderr


def test_whatever_a_page_would_fetch_is_found(tmp_path: Path, web: Callable[[str], ModuleType]) -> None:
    """Scripts, styles and fonts from elsewhere are found, and links to nowhere; a click may lead elsewhere."""
    (tmp_path / "outside.html").write_text("<p>outside", "utf-8")
    folder = tmp_path / "site"
    folder.mkdir()
    (folder / "sound.html").write_text(
        '<a href="https://example.com">there</a> <a href="#here" id="here">here</a>'
        '<img src="data:image/png;base64,AA"> <link rel="stylesheet" href="own.css">',
        "utf-8",
    )
    (folder / "own.css").write_text("p { background: url(data:image/png;base64,AA), url('own.png') }", "utf-8")
    assert list(web("links").broken(folder)) == []
    (folder / "wrong.html").write_text(
        '<script src="//example.com/a.js"></script>\n<link href="https://example.com/b.css">\n'
        '<a href="nowhere.html">x</a>\n<a href="../outside.html">x</a>\n<a href="sound.html#there">x</a>',
        "utf-8",
    )
    (folder / "wrong.css").write_text(
        '@import "https://example.com/c.css"; p { src: url(//example.com/d.woff) }', "utf-8"
    )
    assert list(web("links").broken(folder)) == [
        "wrong.html:1: fetched from elsewhere: //example.com/a.js",
        "wrong.html:2: fetched from elsewhere: https://example.com/b.css",
        "wrong.html:3: no such page: nowhere.html",
        "wrong.html:4: no such page: ../outside.html",
        "wrong.html:5: no such anchor: sound.html#there",
        "wrong.css: fetched from elsewhere: https://example.com/c.css",
        "wrong.css: fetched from elsewhere: //example.com/d.woff",
    ]


def test_a_folder_of_something_else_is_not_emptied(project: Path, tmp_path: Path) -> None:
    """A site is never written over a folder that holds something else."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine/notes.txt").write_text("mine", "utf-8")
    assert made(tmp_path / "mine", project).returncode == 2
    assert (tmp_path / "mine/notes.txt").is_file()


def searched(site: Path, language: str, *queries: str) -> list[set[str]]:
    """Return the pages that the search of a site finds, by the very code and index that a browser runs."""
    folder = site / language
    with closing(MiniRacer()) as browser:
        browser.eval(BROWSER)
        for name in ("_static/language_data.js", "_static/searchtools.js", "searchindex.js"):
            browser.eval((folder / name).read_text("utf-8"))
        return [set(json.loads(str(browser.eval(FOUND % json.dumps(query))))) for query in queries]


def test_the_search_finds_chinese(site: Path, web: Callable[[str], ModuleType]) -> None:
    """A term is found on every page that holds it in its text, and what no page holds is not found."""
    terms = ("安宁时段", "停催", "爆通讯录", "合作机构名单", "律师函")
    found = searched(site, "zh", *terms, "龘龘", "veränderlich")
    assert found[-2:] == [set(), set()]
    for term, pages in zip(terms, found, strict=False):
        holding = set()
        for page in web("staging").Stage().pages:
            prose = re.sub(r"^```.*?^```", "", page.source.read_text("utf-8"), flags=re.MULTILINE | re.DOTALL)
            if page.language == "zh" and term in prose:
                holding.add(page.name)
        assert holding
        assert holding <= pages, term


def test_the_search_finds_english_and_names_in_code(site: Path) -> None:
    """Words are found in any form, Chinese on English pages too, and values by their name."""
    plain, form, chinese, value = searched(site, "en", "profile", "profiles", "安宁时段", "emergency_contact")
    assert plain == form
    assert "event-format" in plain
    assert "glossary" in chinese
    assert {"event-format", "vocabulary"} <= value


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Yield each text of the generated pages with its path."""
    if isinstance(value, dict) and value.keys() <= {"en", "zh"} and all(isinstance(one, str) for one in value.values()):
        yield path, value
    elif isinstance(value, dict):
        for name, one in value.items():
            yield from leaves(one, f"{path}/{name}")
    elif isinstance(value, list):
        for number, one in enumerate(value):
            yield from leaves(one, f"{path}/{number}")


@pytest.mark.parametrize("name", ["texts.yaml", "glossary.yaml"])
def test_the_words_of_generated_pages_stand_in_both_languages(name: str) -> None:
    """Each text of a generated page is there in Chinese and in English."""
    found = dict(leaves(yaml.safe_load((WEB / name).read_text("utf-8"))))
    assert len(found) > 50
    assert [path for path, texts in found.items() if set(texts) != {"en", "zh"} or not all(texts.values())] == []


def test_the_glossary_names_every_word(web: Callable[[str], ModuleType]) -> None:
    """Each word that events, profiles, lists and rules may hold stands beside one term, in both languages."""
    terms = [term for section in web("glossary").terms() for term in section["terms"]]
    named = [word for term in terms for word in term.get("words", ())]
    lists = {name: value for name, value in vars(words).items() if name.isupper() and not isinstance(value, str)}
    del lists["WEEKDAYS"]
    known = {word for value in lists.values() for word in value}
    known |= {*VERDICTS, *SEVERITIES, *get_args(Effect), *get_args(OnUnknown), *PARTY_CLASSES}
    known |= set(get_args(PackFile.model_fields["status"].annotation))
    assert known - set(named) == set()
    assert sorted(named) == sorted(set(named))
    assert [term for term in terms if not (term["en"] and term["zh"])] == []

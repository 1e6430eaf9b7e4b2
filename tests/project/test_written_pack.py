"""The pack in the page on writing rules is a real one."""

import re
from pathlib import Path

import pytest

from collection_guard.engines.durable import is_available
from collection_guard.engines.examples import run_examples
from collection_guard.engines.judge import engine_maker
from collection_guard.language.conditions import _OPERATORS
from collection_guard.language.packs import load_packs
from collection_guard.language.schema import Rule
from collection_guard.language.yaml_positions import parse_yaml
from project.tree import ROOT

PAGE = ROOT / "docs/rules.md"
CHINESE = ROOT / "docs/zh/rules.md"
SAID = {
    "third-party-while-reachable",
    "eighth-attempt-in-seven-dates",
    "call-within-a-week-of-conversation",
    "fourth-answered-call-of-day",
    "seventh-unanswered-dial-of-day",
    "too-many-actual-contacts",
    "third-person-contacted-again",
}
"""The seven things about frequency that the language must be able to say."""


def block_of(page: Path) -> str:
    """Return the pack that a page shows."""
    (block,) = re.findall(r"^```yaml pack\n(.*?)^```", page.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    return str(block)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Return the pack of the page as a file."""
    path = tmp_path / "pack.yaml"
    path.write_text(block_of(PAGE), "utf-8")
    return path


@pytest.mark.parametrize("engine", ["reference", "durable"])
def test_the_pack_of_the_page_does_what_it_says(written: Path, engine: str) -> None:
    """Every example of the written pack comes out as written, on both engines."""
    if engine == "durable" and not is_available():
        pytest.skip("durable-rules cannot be imported here")
    packs = load_packs([written])
    results, problems = run_examples(packs, engine_maker(engine), engine)
    assert problems == []
    assert [f"{result.rule}: {result.name}: {result.found}" for result in results if not result.passed] == []
    assert {result.rule for result in results} == SAID
    for rule in SAID:
        assert {"violation", "clear", "unassessable"} <= {r.expected for r in results if r.rule == rule}


def test_both_languages_show_the_same_pack() -> None:
    """The pack of the Chinese page differs in its comments only, which are in Chinese there."""
    english, chinese = (parse_yaml(block_of(page), "pack") for page in (PAGE, CHINESE))
    assert english.data == chinese.data
    assert english.problems == chinese.problems == []
    comments = re.findall(r"# (.*)$", block_of(CHINESE), re.MULTILINE)
    assert [comment for comment in comments if not re.search(r"[\u4e00-\u9fff]", comment)] == []


@pytest.mark.parametrize("page", [PAGE, CHINESE], ids=("en", "zh"))
def test_the_page_names_every_operator_and_every_key_of_a_rule(page: Path) -> None:
    """No operator of the language and no key of a rule is left out of the page."""
    text = page.read_text("utf-8")
    assert [word for word in _OPERATORS if not re.search(rf"\b{word}:", text)] == []
    assert [key for key in Rule.model_fields if f"`{key}`" not in text] == []

"""The catalogue of texts: complete in both languages, and everything that the code asks for is in it."""

import ast
import string
from pathlib import Path

import pytest

from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.texts import text
from project.tree import PACKAGE, modules

MESSAGES = sorted((PACKAGE / "messages").glob("*.yaml"))
PROBLEM_MAKERS = {"Problem", "problem", "_problem"}


def catalogue() -> dict[str, dict[str, str]]:
    """Return every text by its code."""
    return {code: texts for path in MESSAGES for code, texts in read_yaml(path).data.items()}


def placeholders(text: str) -> set[str]:
    """Return the names that a text is to be filled with."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("path", MESSAGES, ids=lambda path: path.name)
def test_every_text_stands_in_both_languages_with_the_same_values(path: Path) -> None:
    """Each code has Chinese and English texts, not empty, that are filled in with the same values."""
    document = read_yaml(path)
    assert document.problems == []
    wrong = []
    for code, texts in document.data.items():
        if set(texts) != {"zh", "en"} or not all(isinstance(text, str) and text.strip() for text in texts.values()):
            wrong.append(f"{code}: not in both languages")
        elif placeholders(texts["zh"]) != placeholders(texts["en"]):
            wrong.append(f"{code}: {placeholders(texts['zh'])} and {placeholders(texts['en'])}")
    assert wrong == []


def test_words_about_a_number_agree_with_it() -> None:
    """Of one thing a text speaks in the singular, of any other number in the plural, however the number is written."""
    said = {count: text("report.history_complete", "en", count=count) for count in (1, "1", 0, 2, "2,203")}
    assert said[1] == said["1"]
    assert said[1].endswith("1 verdict looks back past its earliest contact")
    assert said[0].endswith("0 verdicts look back past its earliest contact")
    assert said["2,203"].endswith("2,203 verdicts look back past its earliest contact")
    assert said[2].endswith("2 verdicts look back past its earliest contact")


def test_no_code_stands_in_two_files() -> None:
    """A code has one text; a second file does not change it."""
    codes = [code for path in MESSAGES for code in read_yaml(path).data]
    assert sorted(codes) == sorted(set(codes))


def test_every_help_belongs_to_a_problem() -> None:
    """A help without its problem would never be shown."""
    texts = catalogue()
    helps = [code for code in texts if code.startswith("problem.") and code.endswith(".help")]
    assert helps
    assert [code for code in helps if code.removesuffix(".help") not in texts] == []


def test_english_problems_are_written_in_one_style() -> None:
    """A problem is one sentence without a capital and without a full stop; user input stands in backticks."""
    wrong = [
        f"{code}: {texts['en']}"
        for code, texts in catalogue().items()
        if code.startswith("problem.")
        and (texts["en"][0].isupper() or texts["en"].endswith("."))
        and not texts["en"].split()[0].isupper()  # an abbreviation such as CSV
    ]
    assert wrong == []


def test_every_text_that_the_code_names_is_there() -> None:
    """No problem is raised without words for it, and no text is printed that has none."""
    known = catalogue()
    missing = []
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function, first = node.func, node.args[0]
            if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
                continue
            name = function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")
            code = {"text": first.value} | dict.fromkeys(PROBLEM_MAKERS, f"problem.{first.value}")
            if isinstance(function, ast.Attribute) and name == "text":
                continue  # a method of the same name takes other arguments
            if code.get(name, next(iter(known))) not in known:
                missing.append(f"{path.relative_to(PACKAGE)}:{node.lineno}: {code[name]}")
    assert missing == []


def test_every_problem_of_the_catalogue_is_raised_somewhere() -> None:
    """A text for a problem that cannot happen would be a promise that nobody keeps."""
    code = "\n".join(path.read_text("utf-8") for path in modules())
    unused = [
        name
        for name in catalogue()
        if name.startswith("problem.")
        and not name.endswith(".help")
        and f'"{name.removeprefix("problem.")}"' not in code
        and f'"{name.removeprefix("problem.").removesuffix("_near")}"' not in code
    ]
    assert unused == []

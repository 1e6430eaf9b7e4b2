"""Each way to be wrong has a file, and each file says at its head what must be said of it, in both languages."""

import re
from pathlib import Path

import pytest
from project.tree import PACKAGE

from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import load_packs
from collection_guard.language.yaml_positions import read_yaml
from collection_guard.model.problems import Problem, RulesError
from collection_guard.model.texts import LANGS, Lang

FOLDER = Path(__file__).parents[1] / "bad_rules"
FILES = sorted(FOLDER.glob("*.yaml"))
EXPECTED = re.compile(r"^# (en|zh) (.*)$", re.MULTILINE)
MISSPELT = "unknown fact `contact.chanel`; nearest: contact.channel; `collection-guard rules facts` lists all"
TWICE = "the rule id `too-often` is used twice (first at folders/two_files/again.yaml:2:9)"
NOT_OF_A_FILE = {
    "no_such_pack",
    "pack_twice",
    "yaml_unreadable",
    "override_unknown",
    "override_type",
    "override_least",
    "durable_unavailable",
    "verdict_table_needs_extra",
    "example_kind",
    "example_beside_facts",
    "fact_by_zone",
    "rule_too_large",
    "rule_too_wide",
    "shape_bool",
    "shape_instant",
    "wrong_shape",
}
"""Problems of what is asked for, of examples and of configurations; they are tested with what raises them."""


def problems_of(*names: Path) -> tuple[Problem, ...]:
    """Return everything that is wrong with packs."""
    try:
        compile_packs(load_packs(names))
    except RulesError as error:
        return error.problems
    return ()


def said(problems: tuple[Problem, ...], lang: Lang) -> list[str]:
    """Return the problems as a person reads them, with places inside the folder."""
    return [problem.render(lang).replace(f"{FOLDER}/", "") for problem in problems]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_wrong_is_said_with_its_place_cause_and_help(path: Path) -> None:
    """Each bad file is refused with just the problems that stand at its head, in Chinese and English."""
    found = problems_of(path)
    expected = EXPECTED.findall(path.read_text("utf-8"))
    for lang in LANGS:
        assert said(found, lang) == [line for one, line in expected if one == lang]
    assert found
    for problem in found:
        assert "None" not in problem.render("en")
        assert problem.line is not None


def test_many_mistakes_are_told_in_one_run() -> None:
    """A misspelt fact, a wrong type, a duplicate key, an impossible word and a missing translation, all at once."""
    codes = {problem.code for problem in problems_of(FOLDER / "many_mistakes.yaml")}
    assert codes >= {
        "unknown_fact",
        "wrong_constant",
        "yaml_duplicate_key",
        "impossible_word",
        "missing_translation",
        "unknown_key",
        "wrong_word",
        "bad_window",
        "unknown_placeholder",
        "forbid_or_require",
        "unknown_zone",
        "unknown_relationship",
        "shape_empty",
    }


def test_the_problems_of_all_files_and_packs_are_told_in_one_run() -> None:
    """A folder of several files and a second pack beside it: nothing stops at the first problem."""
    found = problems_of(FOLDER / "folders/two_files", FOLDER / "misspelt_fact.yaml", FOLDER / "folders/no_header")
    assert said(found, "en") == [
        "folders/no_header: the folder holds no pack.yaml; a pack is a folder with a pack.yaml, or one YAML file",
        "folders/two_files/pack.yaml:4:7: unknown time zone `Asia/Shanghay`; nearest: Asia/Shanghai",
        f"folders/two_files/rules.yaml:2:9: {TWICE}",
        f"folders/two_files/rules.yaml:8:14: {MISSPELT}",
        f"misspelt_fact.yaml:37:14: {MISSPELT}",
    ]


def test_a_file_in_another_encoding_is_refused_at_its_first_foreign_byte() -> None:
    """A file that is not UTF-8 is not read by guess."""
    path = FOLDER / "folders/not_utf8.yaml"
    assert said(problems_of(path), "en") == [
        "folders/not_utf8.yaml:3:13: is not encoded in UTF-8 (byte 0xB0); save it as UTF-8"
    ]


def test_every_problem_of_rules_has_its_bad_file() -> None:
    """No message of the language goes untested: each is raised by a bad file, or by a named exception."""
    codes = {
        code.removeprefix("problem.")
        for code in read_yaml(PACKAGE / "messages/language.yaml").data
        if code.startswith("problem.") and not code.endswith(".help")
    }
    paths = [*FILES, FOLDER / "folders/not_utf8.yaml", FOLDER / "folders/no_header"]
    raised = {problem.code for path in paths for problem in problems_of(path)}
    assert codes - raised == NOT_OF_A_FILE

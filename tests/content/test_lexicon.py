"""The lexicon is checked when it is read, all at once, and its own tests hold."""

import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collection_guard.cli.main import app
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.lexicon import lexicon_folder, load_lexicon
from collection_guard.facts.content.lint import lint
from collection_guard.facts.content.phrases import PhraseError, parse, steps
from collection_guard.model.problems import RulesError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of the lexicon that a test may change."""
    return Path(shutil.copytree(lexicon_folder(), tmp_path / "lexicon"))


ENTRY = """
entries:
  - id: test-phrase
    act: {act}
    phrases: [{phrase}]
"""


def add(folder: Path, act: str = "abuse", phrase: str = "大笨鹅", more: str = "") -> Path:
    (folder / "added.yaml").write_text(ENTRY.format(act=act, phrase=phrase) + more, "utf-8")
    return folder


def problems(folder: Path) -> list[tuple[str, str, int | None]]:
    with pytest.raises(RulesError) as caught:
        load_lexicon(folder)
    return [(problem.code, Path(problem.file or "").name, problem.line) for problem in caught.value.problems]


def test_the_lexicon_passes_its_own_checks() -> None:
    """No phrase stands twice or can never be found, every example holds, nothing fires on everyday texts."""
    found = [problem.render("en") for problem in lint(LexiconDetector())]
    assert found == []


def test_every_entry_has_an_example() -> None:
    """Each entry brings at least one text on which it must fire."""
    assert [item.entry.id for item in load_lexicon().entries if not item.entry.examples.fires] == []


def test_a_phrase_is_added_without_code(folder: Path) -> None:
    """One more line of YAML and the phrase is heard, disguised as well."""
    before = LexiconDetector.from_folder(folder)
    assert not before.read("你这只大笨鹅").signals["abuse"]
    after = LexiconDetector.from_folder(add(folder))
    assert after.read("你这只大.笨.鵝").signals["abuse"]
    assert before.lexicon.digest != after.lexicon.digest


def test_all_problems_at_once(folder: Path) -> None:
    """Unknown keys, acts and concepts and broken phrases are all told, each with its file and line."""
    (folder / "added.yaml").write_text(
        "entries:\n"
        "  - id: one\n    act: abusee\n    phrases: [甲乙]\n"
        "  - id: two\n    act: abuse\n    phrases: ['{kinn}甲']\n"
        "  - id: two\n    act: abuse\n    phrases: ['甲(乙', '~甲']\n",
        "utf-8",
    )
    (folder / "other.yaml").write_text("entries:\n  - id: three\n    act: abuse\n    phrase: [甲]\n", "utf-8")
    assert set(problems(folder)) == {
        ("lexicon_unknown_act", "added.yaml", 3),
        ("lexicon_unknown_concept", "added.yaml", 7),
        ("lexicon_id_twice", "added.yaml", 8),
        ("lexicon_phrase_bracket", "added.yaml", 10),
        ("lexicon_phrase_edge", "added.yaml", 10),
        ("lexicon_unknown_key_near", "other.yaml", 4),
        ("lexicon_value", "other.yaml", 2),
    }


def test_broken_yaml_is_told_with_its_place(folder: Path) -> None:
    """A syntax error and a key given twice are problems with line and column."""
    (folder / "added.yaml").write_text("entries: [\n", "utf-8")
    (folder / "other.yaml").write_text("version: a\nversion: b\n", "utf-8")
    codes = {(code, file) for code, file, _ in problems(folder)}
    assert codes == {("lexicon_yaml", "added.yaml"), ("lexicon_key_twice", "other.yaml")}


def test_problems_name_the_nearest_word(folder: Path) -> None:
    """A misspelt act is answered with the act that was probably meant."""
    with pytest.raises(RulesError) as caught:
        load_lexicon(add(folder, act="abusee"))
    assert "abuse" in caught.value.problems[0].render("en")
    assert "abuse" in caught.value.problems[0].render("zh")


def test_missing_lexicon(tmp_path: Path) -> None:
    """A folder without lexicon files is a problem, not an empty lexicon."""
    assert [code for code, _, _ in problems(tmp_path)] == ["lexicon_missing"]


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ("    examples: {fires: [小白兔]}\n", "lexicon_dead"),
        ("    examples: {silent: [大笨鹅]}\n", "lexicon_loud"),
        ("benign: [湖里有一只大笨鹅]\n", "lexicon_loud"),
        ("  - id: test-double\n    act: abuse\n    phrases: [大笨鹅]\n", "lexicon_duplicate"),
        ("  - id: test-dead\n    act: abuse\n    phrases: [袋款人]\n", "lexicon_dead_phrase"),
    ],
)
def test_lint_finds(folder: Path, more: str, code: str) -> None:
    """The checks find dead and loud entries, doubles, and phrases that reading would rewrite."""
    detector = LexiconDetector.from_folder(add(folder, more=more))
    assert {problem.code for problem in lint(detector)} == {code}


def forms(name: str) -> frozenset[str]:
    return {"debt": frozenset({"贷款", "借款"})}[name]


def test_the_pattern_language() -> None:
    """Choices, options, concepts and gaps compile to sets of strings at distances."""
    ((only,),) = steps("(已|)逾期", forms, str)
    assert only.forms == {"已逾期", "逾期"}
    ((first, second),) = steps("{debt}~5未还", forms, str)
    assert (first.concept, second.forms, second.gap, second.across_clauses) == (
        "debt",
        {"未还"},
        5,
        False,
    )
    ((_, wide),) = steps("甲~~乙", forms, str)
    assert (wide.gap, wide.across_clauses) == (25, True)
    assert len(steps("甲~乙|丙~丁", forms, str)) == 2


@pytest.mark.parametrize("phrase", ["(甲", "甲)", "{debt", "~甲", "甲~", "", "甲~99乙"])
def test_broken_phrases_are_refused(phrase: str) -> None:
    """Unmatched brackets, gaps at an edge, empty phrases and endless gaps are refused."""
    with pytest.raises(PhraseError):
        parse(phrase)


def test_rules_lint_checks_a_lexicon(folder: Path) -> None:
    """``rules lint`` of a lexicon's folder finds what is wrong in it, with its place, and ends with exit 3."""
    silent = "    examples: {silent: [大笨鹅]}\n"
    result = CliRunner().invoke(app, ["rules", "lint", str(add(folder, more=silent)), "--lang", "en"])
    assert result.exit_code == 3
    assert "added.yaml:3" in result.stdout
    assert "test-phrase" in result.stdout

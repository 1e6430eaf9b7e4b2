"""Packs found, read and held against their schema."""

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.language import packs
from collection_guard.language.packs import (
    examples_of,
    load_packs,
    overrides_for,
    rules_root,
    shipped_packs,
)
from collection_guard.language.placeholders import unfilled
from collection_guard.language.salvage import salvaged_header, salvaged_rules
from collection_guard.language.schema import PackFile
from collection_guard.language.shapes import known_keys, note_places
from collection_guard.language.yaml_positions import Document, parse_yaml
from collection_guard.model.problems import RulesError
from language.small import a_pack, a_rule, loaded, measure, named, parameter, written


def codes(*names: str | Path) -> list[str]:
    """Return the problems of packs."""
    with pytest.raises(RulesError) as caught:
        load_packs(names)
    return [problem.code for problem in caught.value.problems]


def test_a_pack_that_comes_along_is_found_by_name() -> None:
    """`core` is a name, and need not be a path."""
    assert "core" in shipped_packs()
    (pack,) = load_packs(["core"])
    assert Path(pack.document.file).parent == rules_root() / "core"


def test_packs_of_an_installed_wheel_stand_inside_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a wheel the packs lie in the package; in a checkout beside it."""
    package = tmp_path / "collection_guard"
    shutil.copytree(rules_root() / "core", package / "_rules/core")
    monkeypatch.setattr(packs, "__file__", str(package / "language/packs.py"))
    assert rules_root() == package / "_rules"
    assert shipped_packs() == ["core"]
    shutil.rmtree(package / "_rules")
    assert rules_root() == tmp_path / "rules"


def test_a_pack_is_a_folder_or_one_file(tmp_path: Path) -> None:
    """Rules may stand in the header, in files beside it, or both; a small pack is one file."""
    folder = written(tmp_path / "p", a_pack(a_rule("b-rule")))
    written(folder, {"rules": [a_rule("a-rule"), a_rule("c-rule")]}, "more.yaml")
    written(folder, {"conformance": 1}, "conformance.yaml")
    assert [rule.id for rule, _, _ in load_packs([folder])[0].rules] == ["a-rule", "b-rule", "c-rule"]
    alone = written(tmp_path, a_pack(a_rule()), "alone.yaml") / "alone.yaml"
    assert [rule.id for rule, _, _ in load_packs([str(alone)])[0].rules] == ["a-rule"]


def test_packs_are_sorted_by_name_whatever_the_order_asked_for(tmp_path: Path) -> None:
    """The order on the command line changes nothing."""
    one = written(tmp_path / "one", a_pack(a_rule("rule-a"), pack="z-pack"))
    two = written(tmp_path / "two", a_pack(a_rule("rule-b"), pack="b-pack"))
    for asked in ([one, two], [two, one]):
        assert [pack.header.pack for pack in load_packs(asked)] == ["b-pack", "z-pack"]


def test_the_digest_tells_what_a_pack_says_and_not_how_it_is_laid_out(tmp_path: Path) -> None:
    """Moving a rule to another file keeps the digest, changing a word of it does not."""
    rules = [a_rule("a-rule"), a_rule("b-rule")]
    whole = loaded(tmp_path / "whole", a_pack(*rules))
    split = written(tmp_path / "split", a_pack())
    written(split, {"rules": [rules[1]]}, "a.yaml")
    written(split, {"rules": [rules[0]]}, "z.yaml")
    assert load_packs([split])[0].digest == whole.digest
    other = loaded(tmp_path / "other", a_pack(rules[0], rules[1] | {"severity": "major"}))
    assert other.digest != whole.digest


@pytest.mark.parametrize(
    ("name", "lang", "expected"),
    [
        ("cores", "en", "no rule pack and no path is named `cores`; packs that come along: core; nearest: core"),
        ("zzz", "en", "no rule pack and no path is named `zzz`; packs that come along: core"),
        ("zzz", "zh", "没有名为 `zzz` 的规则包或路径; 现有规则包：core"),
    ],
)
def test_a_name_that_is_no_pack(name: str, lang: str, expected: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The packs that come along are named, and the nearest where one is near."""
    monkeypatch.setattr(packs, "shipped_packs", lambda: ["core"])
    with pytest.raises(RulesError) as caught:
        load_packs([name])
    assert [problem.render(lang) for problem in caught.value.problems] == [expected]  # type: ignore[arg-type]  # both are languages


def test_a_pack_loaded_twice_is_told_once(tmp_path: Path) -> None:
    """Not each of its rules is told again."""
    folder = written(tmp_path, a_pack(a_rule("a-rule"), a_rule("b-rule")))
    assert codes(folder, folder) == ["pack_twice"]


def test_two_packs_cannot_share_a_rule_id(tmp_path: Path) -> None:
    """A verdict names its rule by id alone, so the id means one rule."""
    one = written(tmp_path / "one", a_pack(a_rule(), pack="one"))
    two = written(tmp_path / "two", a_pack(a_rule(), pack="two"))
    with pytest.raises(RulesError) as caught:
        load_packs([one, two])
    (problem,) = caught.value.problems
    assert problem.code == "rule_twice"
    assert str(problem.values["first"]).startswith(f"{one}/pack.yaml:")


def test_a_folder_whose_header_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """Of its rules nothing can be said without the header; a broken file beside it does not hide the others."""
    folder = written(tmp_path, {"rules": [a_rule(forbid={"contact.chanel": "call"})]}, "rules.yaml")
    (folder / "pack.yaml").write_text("pack: [", "utf-8")
    assert codes(folder) == ["yaml_syntax"]
    written(folder, a_pack())
    (folder / "broken.yaml").write_text("a: 'b", "utf-8")
    assert sorted(codes(folder)) == ["unknown_fact", "yaml_syntax"]


def test_examples_are_named_with_their_places(tmp_path: Path) -> None:
    """Every example of every rule is found, with its place."""
    pack = loaded(tmp_path, a_pack(a_rule(), a_rule("b-rule")))
    found = [(rule.id, example.name, path) for _, rule, example, _, path in examples_of([pack])]
    assert found == [("a-rule", "none", ("rules", 0, "examples", 0)), ("b-rule", "none", ("rules", 1, "examples", 0))]


def test_overrides_go_to_the_pack_that_has_the_parameter(tmp_path: Path) -> None:
    """A name alone means every pack that has it; `pack.name` means one."""
    pack = loaded(tmp_path, a_pack(a_rule(), parameters={"limit": parameter("int", 3)}))
    assert overrides_for(pack, {"limit": 4}) == {"limit": 4}
    assert overrides_for(pack, {"small.limit": 4}) == {"limit": 4}
    assert overrides_for(pack, {"other.limit": 4, "unknown": 5}) == {}


def test_the_vocabulary_of_a_pack_holds_its_measures_and_facts(tmp_path: Path) -> None:
    """Measures are numbers or durations by what they count, and look at the past."""
    counts = {"events": "int", "local_dates": "int", "numbers": "int", "talk_seconds": "float", "elapsed": "duration"}
    pack = loaded(
        tmp_path,
        a_pack(
            a_rule(),
            measures={f"of_{count}": measure(count=count) for count in counts},
            facts={"borrower.busy": {"title": named("busy"), "when": {"measure.of_events": {"ge": 1}}}},
        ),
    )
    assert {name: pack.facts[f"measure.of_{name}"].type for name in counts} == counts
    assert all(pack.facts[f"measure.of_{name}"].of_history for name in counts)
    assert pack.facts["borrower.busy"].type == "bool"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("no braces", []),
        ("{contact.channel} and {contact.channel}", []),
        ("{contact.chanel}", ["unknown_placeholder"]),
        ("{}", ["unknown_placeholder"]),
        ("{contact.channel!r}", ["unknown_placeholder"]),
        ("{{contact.channel}}", ["lone_brace"]),
        ("}", ["lone_brace"]),
        ("{a} {", ["unknown_placeholder", "lone_brace"]),
    ],
)
def test_braces_in_texts_name_facts(text: str, expected: list[str]) -> None:
    """What would stay unfilled in a message is told when the pack is loaded."""
    assert [code for code, _ in unfilled(text, {"contact.channel"})] == expected


def test_known_keys_follow_the_schema() -> None:
    """The nearest key is looked for among those of the place."""
    assert "party_classes" in known_keys(PackFile, ())
    assert "severity" in known_keys(PackFile, ("rules", 0))
    assert known_keys(PackFile, ("rules", 0, "in_force")) == ["from", "to"]
    assert "window" in known_keys(PackFile, ("measures", "any"))
    assert known_keys(PackFile, ("rules", 0, "title", "en", "deeper")) == []
    assert known_keys(PackFile, ("rules", 0, "forbid", "contact.channel")) == []


def test_places_of_data_that_no_file_holds_are_those_that_it_has() -> None:
    """Of a path, the names that pydantic adds for the shapes that it tried are left out."""
    document = Document("configuration", {"rules": [{"id": "a"}]})
    note_places(document, ("rules", "list[rule]", 0, "id", "str", 5))
    assert set(document.places) == {("rules",), ("rules", 0), ("rules", 0, "id")}


ANY = st.recursive(
    st.none() | st.integers() | st.sampled_from(["call", "x", ""]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    *PackFile.model_fields,
                    "where",
                    "since",
                    "window",
                    "when",
                    "id",
                    "forbid",
                    "require",
                    "in_force",
                    "message",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(ANY)
def test_anything_can_be_salvaged(data: object) -> None:
    """Whatever a file holds, what is left of it is a header and rules."""
    header = salvaged_header(data)
    assert header.rules == salvaged_rules(data)
    for rule in header.rules:
        assert isinstance(rule.applies_to, dict)


@given(ANY)
def test_any_data_is_refused_with_places(tmp_path_factory: pytest.TempPathFactory, data: object) -> None:
    """No data make loading fail in another way than by problems, each with its place."""
    path = tmp_path_factory.mktemp("p") / "any.yaml"
    path.write_text(json.dumps(data), "utf-8")
    with pytest.raises(RulesError) as caught:
        load_packs([path])
    for problem in caught.value.problems:
        assert problem.line is not None
        assert problem.render("zh")
    assert parse_yaml(path.read_text("utf-8"), "f").problems == []

"""YAML as it is read here: with places, without what hides or changes a value."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.language.packs import rules_root
from collection_guard.language.yaml_positions import Document, as_written, parse_yaml, read_yaml

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**17), 10**17) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner, max_size=4),
    max_leaves=12,
)


@given(PLAIN)
def test_json_is_read_as_what_it_says(data: Any) -> None:
    """Whatever JSON says is YAML that says the same."""
    text = json.dumps(data, ensure_ascii=True)
    document = parse_yaml(text, "f")
    assert document.problems == []
    assert document.data == data


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("21:00", "21:00"),
        ("no", "no"),
        ("on", "on"),
        ("True", "True"),
        ("true", True),
        ("~", None),
        ("", None),
        ("0", 0),
        ("007", "007"),
        ("-12", -12),
        ("+5", 5),
        ("1_000", "1_000"),
        ("0x1F", "0x1F"),
        ("622588000000000000", 622588000000000000),
        ("6225880000000000001", "6225880000000000001"),
        ("1.5", 1.5),
        (".5", 0.5),
        ("1.5e3", 1500.0),
        ("1.5e400", "1.5e400"),
        (".inf", ".inf"),
        ("2025-01-01", "2025-01-01"),
        ("'5'", "5"),
        ('"true"', "true"),
        ("=", "="),
    ],
)
def test_plain_scalars_are_read_as_in_yaml_1_2(text: str, expected: Any) -> None:
    """A time is no number of base 60, `no` is a word, and what is too long for a number is an identifier."""
    found = parse_yaml(f"a: {text}", "f").data["a"]
    assert found == expected
    assert type(found) is type(expected)


def test_every_key_and_value_has_its_place() -> None:
    """Lines and columns count from one, and a character beyond the basic plane is one."""
    document = parse_yaml("a: 1\nb:\n  - 'x'\n  - {c: 😀, d: e}\n", "f")
    assert document.place(("a",)) == (1, 4)
    assert document.place(("b",), at_key=True) == (2, 1)
    assert document.place(("b", 1, "d")) == (4, 15)
    assert document.place(("b", 1, "d"), at_key=True) == (4, 12)
    assert document.place(("b", 1, "missing", "deeper")) == (4, 5)
    assert Document("f").place(("any",)) == (1, 1)


def test_the_two_loaders_agree_on_every_file_of_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """With and without libyaml the same data stands at the same places."""
    files = sorted(rules_root().glob("core/*.yaml")) + sorted((Path(__file__).parent / "sayable").glob("*.yaml"))
    fast = [read_yaml(file) for file in files]
    monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
    slow = [read_yaml(file) for file in files]
    assert len(fast) > 5
    assert fast == slow


@given(st.text(alphabet="ab:-[]{}&*!|>'\"\\#%@`,? \n\t\x07é爱😀", max_size=40))
def test_no_text_makes_it_fail(text: str) -> None:
    """Any text is data, or a problem with a place that lies in the text."""
    document = parse_yaml(text, "f")
    for problem in document.problems:
        assert problem.line is not None
        assert 1 <= problem.line <= text.count("\n") + 2


@given(st.binary(max_size=30))
def test_no_bytes_make_it_fail(tmp_path_factory: pytest.TempPathFactory, raw: bytes) -> None:
    """Any file is data, or a problem."""
    path = tmp_path_factory.mktemp("y") / "f.yaml"
    path.write_bytes(raw)
    document = read_yaml(path)
    assert isinstance(document.problems, list)
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        assert [problem.code for problem in document.problems] == ["yaml_not_utf8"]


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    """Windows editors write one; the first key is the first key."""
    path = tmp_path / "f.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: 1\n")
    document = read_yaml(path, "shown.yaml")
    assert document.data == {"a": 1}
    assert document.file == "shown.yaml"
    assert document.place(("a",), at_key=True) == (1, 1)


def test_what_cannot_be_opened_is_a_problem(tmp_path: Path) -> None:
    """A missing file and a folder are named with the system's reason."""
    for path in (tmp_path / "none.yaml", tmp_path):
        (problem,) = read_yaml(path).problems
        assert problem.code == "yaml_unreadable"
        assert problem.place() == str(path)
    assert "No such file" in read_yaml(tmp_path / "none.yaml").problems[0].render("en")


def test_a_foreign_byte_has_its_place_in_characters(tmp_path: Path) -> None:
    """The column counts characters before the byte, not bytes."""
    path = tmp_path / "f.yaml"
    path.write_bytes("a: 1\nb: 爱".encode() + b"\xff")
    (problem,) = read_yaml(path).problems
    assert (problem.line, problem.column, problem.values["byte"]) == (2, 5, "FF")


def test_a_syntax_error_says_what_was_found() -> None:
    """The reason of a syntax error is what was being read and what was found."""
    (problem,) = parse_yaml("a: b: c", "f").problems
    assert problem.render("en") == "f:1:5: is no valid YAML: mapping values are not allowed here"
    (problem,) = parse_yaml("a: 'b", "f").problems
    assert problem.values["reason"] == "while scanning a quoted scalar found unexpected end of stream"


def test_half_a_character_is_refused() -> None:
    """JSON can write half of a character; no text can hold it, and printing it would fail."""
    assert parse_yaml('a: "\\ud83d\\ude00"', "f").data == {"a": "😀"}
    document = parse_yaml('a: 1\nb: "x\\ud83d"\n"\\ude00": 1', "f")
    assert [problem.render("en") for problem in document.problems] == [
        "f:2:4: holds the character U+D83D, which YAML does not allow",
        "f:3:1: holds the character U+DE00, which YAML does not allow",
    ]


def test_duplicate_keys_name_the_first() -> None:
    """The second of two equal keys is refused; the first stands."""
    document = parse_yaml("a: 1\nb: {c: 1, c: 2}\na: 3\n", "f")
    assert document.data == {"a": 1, "b": {"c": 1}}
    assert [(p.code, p.line, p.column, p.values) for p in document.problems] == [
        ("yaml_duplicate_key", 2, 11, {"key": "c", "first": 2}),
        ("yaml_duplicate_key", 3, 1, {"key": "a", "first": 1}),
    ]


@pytest.mark.parametrize("opening", ["[", "{a: "])
def test_depth_is_bounded_with_and_without_libyaml(opening: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of brackets upon brackets is refused by either loader, and not by a crash."""
    closing = {"[": "]", "{a: ": "}"}[opening]
    for fast in (True, False):
        if not fast:
            monkeypatch.delattr(yaml, "CSafeLoader", raising=False)
        for depth in (61, 20_000 if opening == "[" else 3_000):
            document = parse_yaml(opening * depth + "1" + closing * depth, "f")
            assert {problem.code for problem in document.problems} == {"yaml_too_deep"}
            assert document.data is None
        assert parse_yaml(opening * 60 + "1" + closing * 60, "f").problems == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (None, "null"),
        ([1, "a"], '[1, "a"]'),
        ({"a": None}, '{"a": null}'),
        (5, 5),
        ("call", "call"),
        ("5", '"5"'),
        ("null", '"null"'),
        ("爱" * 300, "爱" * 200 + "…"),
        ([1] * 300, ("[" + "1, " * 300)[:200] + "…"),
    ],
)
def test_values_are_shown_as_the_file_writes_them(value: object, expected: object) -> None:
    """A message shows `true` and not `True`, a text that looks like a number in quotes, and no page of data."""
    assert as_written(value) == expected


def test_no_loader_constructs_objects() -> None:
    """Tags are refused before anything is made of them."""
    document = parse_yaml("!!python/object/apply:os.system ['true']", "f")
    assert [problem.code for problem in document.problems] == ["yaml_tag"]
    assert parse_yaml("a: !custom b", "f").problems[0].place() == "f:1:4"

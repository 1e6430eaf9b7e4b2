"""The difference of two versions of a pack: in words, and in the contacts of a log that flip."""

import json
from pathlib import Path
from typing import Any

from language.small import a_pack, a_rule, measure, named, parameter, written
from typer.testing import CliRunner

from checks.scene import NUMBER, copy
from collection_guard.cli.main import app

HEAD = "event_id,case_id,agency,channel,direction,started_at,number,relationship\n"


def diff(*words: str) -> str:
    """Return what ``rules diff`` says in English."""
    found = CliRunner().invoke(app, ["rules", "diff", *words, "--lang", "en"])
    assert found.exit_code == 0, found.output
    return found.stdout


def changed(tmp_path: Path, old: dict[str, Any], new: dict[str, Any], *more: str) -> dict[str, Any]:
    """Return the difference of two packs as JSON."""
    before, after = written(tmp_path / "old", old), written(tmp_path / "new", new)
    found: dict[str, Any] = json.loads(diff(str(before), str(after), *more, "--format", "json"))
    return found


def test_the_same_pack_has_no_difference(tmp_path: Path) -> None:
    """Nothing is said to have changed where nothing did, whatever the order of the rules."""
    rules = [a_rule("a-rule"), a_rule("b-rule")]
    before, after = written(tmp_path / "old", a_pack(*rules)), written(tmp_path / "new", a_pack(*rules[::-1]))
    assert "Nothing changed" in diff(str(before), str(after))
    found = json.loads(diff(str(before), str(after), "--format", "json"))
    assert (found["rules"], found["declared"], found["flips"]) == ([], [], [])


def test_rules_that_come_and_go_are_named(tmp_path: Path) -> None:
    """A rule is added, removed or changed, with its condition in words in both languages."""
    old = a_pack(a_rule("goes"), a_rule("stays"), a_rule("changes"))
    new = a_pack(a_rule("comes"), a_rule("stays"), a_rule("changes", severity="critical"))
    found = changed(tmp_path, old, new)
    assert [(rule["id"], rule["change"]) for rule in found["rules"]] == [
        ("changes", "changed"),
        ("comes", "added"),
        ("goes", "removed"),
    ]
    assert found["rules"][0]["parts"] == [{"part": "severity", "before": "minor", "after": "critical"}]
    assert found["rules"][0]["condition"] is None
    assert "contact.channel is call" in "".join(found["rules"][1]["condition"]["after"]["en"])
    assert "contact.channel 为 call" in "".join(found["rules"][2]["condition"]["before"]["zh"])


def test_each_part_of_a_rule_is_held_against_the_other(tmp_path: Path) -> None:
    """Texts, sources, dates, effects and the number of examples are told one by one."""
    more: dict[str, Any] = {
        "effect": "review",
        "on_unknown": "deny",
        "in_force": {"from": "2025-10-01"},
        "title": named("other title"),
        "message": named("other message"),
        "remedy": named("other remedy"),
        "sources": [{"title": "another", "says": "something"}],
        "examples": [{"name": str(index), "verdict": "clear", "facts": {}} for index in range(2)],
    }
    (rule,) = changed(tmp_path, a_pack(a_rule()), a_pack(a_rule(**more)))["rules"]
    assert {part["part"] for part in rule["parts"]} == set(more)
    assert [(part["before"], part["after"]) for part in rule["parts"] if part["part"] == "examples"] == [(1, 2)]


def test_a_parameter_shows_in_every_rule_that_rests_on_it(tmp_path: Path) -> None:
    """Its own value is told, and the condition of each rule as it then reads; a dated value is no less a change."""

    def pack(**value: Any) -> dict[str, Any]:
        return a_pack(
            a_rule(forbid={"measure.m": {"ge": "$limit"}}),
            a_rule("other"),
            measures={"m": measure()},
            parameters={"limit": parameter("int", **value)},
        )

    found = changed(tmp_path, pack(value=3), pack(value=4))
    assert found["declared"] == [{"part": "$limit", "before": {"value": 3}, "after": {"value": 4}}]
    assert [rule["id"] for rule in found["rules"]] == ["a-rule"]
    condition = found["rules"][0]["condition"]
    assert ["at least 3" in "".join(condition["before"]["en"]), "at least 4" in "".join(condition["after"]["en"])] == [
        True,
        True,
    ]
    dated = pack(values=[{"from": "2025-01-01", "value": 5}, {"from": "2026-01-01", "value": 3}])
    assert [rule["id"] for rule in changed(tmp_path, pack(value=3), dated)["rules"]] == ["a-rule"]


def test_what_is_declared_beside_rules_is_told(tmp_path: Path) -> None:
    """Sets, measures, definitions and tables, each by name and only as far as it differs."""
    old = a_pack(a_rule(), sets={"s": {"contact.channel": "call"}}, measures={"m": measure(window="7d")})
    new = a_pack(a_rule(), sets={}, measures={"m": measure(window="8d")}, third_party_classes=["contact", "unrelated"])
    found = {part["part"]: (part["before"], part["after"]) for part in changed(tmp_path, old, new)["declared"]}
    assert found == {
        "s": ({"contact.channel": "call"}, None),
        "measure.m": ({"window": "7d"}, {"window": "8d"}),
        "third_party_classes": (["contact"], ["contact", "unrelated"]),
    }


def scene(tmp_path: Path) -> tuple[Path, Path, Path]:
    """Return a pack, the same with the night an hour later, and a log around both bounds."""
    folder = copy(tmp_path)
    later = folder / "later"
    later.mkdir()
    text = (folder / "house/pack.yaml").read_text("utf-8")
    assert 'value: "21:00"' in text
    (later / "pack.yaml").write_text(text.replace('value: "21:00"', 'value: "22:00"'), "utf-8")
    clocks = ["20:59:59", "21:00:00", "21:59:59", "22:00:00"]
    rows = [
        f"E-{index},C-{index},{'甲公司' if index < 2 else '乙公司'},call,outbound,2025-11-20 {clock},,self"
        for index, clock in enumerate(clocks)
    ]
    rows.append(f"{NUMBER},C-9,乙公司,call,outbound,2025-11-20 21:30:00,,self")
    (folder / "log.csv").write_text(HEAD + "\n".join(rows) + "\n", "utf-8")
    return folder / "house", later, folder / "log.csv"


def test_the_contacts_that_flip_are_counted_by_rule_and_agency(tmp_path: Path) -> None:
    """From 21:00 up to 22:00 a violation is one no more; neither the second before nor 22:00 itself flips."""
    old, new, log = scene(tmp_path)
    found = json.loads(diff(str(old), str(new), str(log), "--timezone", "Asia/Shanghai", "--format", "json"))
    assert (found["contacts"], found["contacts_flipped"]) == (5, 3)
    turned = [(one["rule"], one["agency"], one["before"], one["after"], one["count"]) for one in found["flips"]]
    assert turned == [
        ("call-at-night", "乙公司", "violation", "clear", 2),
        ("call-at-night", "甲公司", "violation", "clear", 1),
    ]
    assert found["flips"][1]["examples"] == ["E-1"]
    back = json.loads(diff(str(new), str(old), str(log), "--timezone", "Asia/Shanghai", "--format", "json"))
    assert [(one["before"], one["after"], one["count"]) for one in back["flips"]] == [
        ("clear", "violation", 2),
        ("clear", "violation", 1),
    ]


def test_an_id_that_is_somebodys_number_is_masked(tmp_path: Path) -> None:
    """In every format, unless the whole is asked for."""
    old, new, log = scene(tmp_path)
    for output_format in ("text", "markdown", "json"):
        words = [str(old), str(new), str(log), "--timezone", "Asia/Shanghai", "--format", output_format]
        assert NUMBER not in diff(*words)
        assert NUMBER in diff(*words, "--unmasked")


def test_a_rule_that_is_no_more_flips_what_it_said(tmp_path: Path) -> None:
    """Where one version lacks a rule, the rule does not apply."""
    old, _, log = scene(tmp_path)
    gone = tmp_path / "gone"
    text = (old / "pack.yaml").read_text("utf-8")
    gone.mkdir()
    (gone / "pack.yaml").write_text(text[: text.index("  - id: mother-called")], "utf-8")
    found = json.loads(diff(str(old), str(gone), str(log), "--timezone", "Asia/Shanghai", "--format", "json"))
    assert {(one["rule"], one["after"]) for one in found["flips"]} == {
        ("mother-called", "not_applicable"),
        ("twice-a-day", "not_applicable"),
    }


def test_text_and_markdown_say_the_same_in_both_languages(tmp_path: Path) -> None:
    """The lines of the report differ in their form alone; Markdown has a table and a diff."""
    old, new, log = scene(tmp_path)
    words = ["rules", "diff", str(old), str(new), str(log), "--timezone", "Asia/Shanghai"]
    english = diff(*words[2:])
    assert '$quiet_from: value: "21:00" → value: "22:00"' in english
    assert "3 of 5 contacts flip" in english
    assert "call-at-night, 甲公司: violation → clear: 1 (E-1)" in english
    marked = diff(*words[2:], "--format", "markdown")
    assert "```diff\n" in marked
    assert "| call-at-night | 甲公司 | violation → clear | 1 | E-1 |" in marked
    chinese = CliRunner().invoke(app, [*words, "--lang", "zh"]).stdout
    assert "5 次联系中有 3 次的判定改变" in chinese
    assert len(chinese.splitlines()) == len(english.splitlines())


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    """An unknown pack on either side is told in one run, and a format that does not exist is refused."""
    missing = CliRunner().invoke(app, ["rules", "diff", "cores", "care", str(tmp_path / "none.csv"), "--lang", "en"])
    assert missing.exit_code == 3
    assert "cores" in missing.stderr
    assert "care" in missing.stderr
    wrong = CliRunner().invoke(app, ["rules", "diff", "core", "core", "--format", "pdf", "--lang", "en"])
    assert wrong.exit_code == 2

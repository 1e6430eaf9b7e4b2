"""What paths are: recognised by what they hold; nothing is skipped without a word."""

import shutil
from pathlib import Path

import pytest
from openpyxl import Workbook

from checks.scene import SCENE, check, copy, standing
from collection_guard.checks.report import CheckReport
from collection_guard.model.problems import Problem

NOVEMBER = Path(__file__).parents[2] / "examples/november"


def kinds(report: CheckReport) -> dict[str, str | None]:
    """Return what each checked thing was taken for."""
    return {item.path: item.kind for item in report.items}


def codes(report: CheckReport) -> list[str]:
    return [finding.problem.code for finding in report.findings if isinstance(finding.problem, Problem)]


def test_each_thing_is_recognised_by_what_it_holds(tmp_path: Path) -> None:
    """A folder of everything is taken apart into what it holds, whatever the names."""
    folder = tmp_path / "all"
    shutil.copytree(SCENE / "house", folder / "rules-of-ours")
    shutil.copytree(NOVEMBER / "partners", folder / "lists")
    shutil.copy(SCENE / "november.csv", folder / "a.txt")
    shutil.copy(SCENE / "samples/labelled.jsonl", folder / "b.txt")
    shutil.copy(SCENE / "samples/night.conduct.yaml", folder / "c.yml")
    shutil.copy(SCENE / "waivers.yaml", folder / "d.yaml")
    shutil.copy(NOVEMBER / "cases.jsonl", folder / "e")
    shutil.copy(NOVEMBER / "collection-guard.yaml", folder / "f.yaml")
    shutil.copy(NOVEMBER / "contacts.gb18030.csv", folder / "g.csv")
    (folder / "h.yaml").write_text("columns: {拨打时间: started_at}\n", "utf-8")
    (folder / "i.json").write_text(
        '{\n "format": "collection-guard-baseline",\n "format_version": 1,\n "findings": []}'
    )
    (folder / "j.csv").write_text("name,category\n甲公司,collection_agency\n", "utf-8")
    (folder / "k.jsonl").write_text('{"name": "甲", "category": "law_firm"}\n', "utf-8")
    (folder / "l.csv").write_text("case_id,numbers\nC-1,13800000000\n", "utf-8")
    book = Workbook()
    for row in (["联系时间", "案件编号", "催收方式"], ["2025-11-03 10:00:00", "C-1", "短信"]):
        book.active.append(row)
    book.save(folder / "m.bin")
    (folder / "n.jsonl").write_text((SCENE / "samples/labelled.jsonl").read_text().splitlines()[0] + "\n")
    report = check(tmp_path, "all", fail_on="never")
    assert kinds(report) == {
        "all/rules-of-ours": "pack",
        "all/lists": "registry",
        "all/a.txt": "batch",
        "all/b.txt": "samples",
        "all/c.yml": "samples",
        "all/d.yaml": "waivers",
        "all/e": "profiles",
        "all/f.yaml": "configuration",
        "all/g.csv": "batch",
        "all/h.yaml": "mapping",
        "all/i.json": "baseline",
        "all/j.csv": "registry",
        "all/k.jsonl": "registry",
        "all/l.csv": "profiles",
        "all/m.bin": "batch",
        "all/n.jsonl": "batch",
    }
    assert codes(report) == []


def test_the_rules_that_come_along_are_recognised() -> None:
    """The folder of the shipped packs and its lexicon pass their own check."""
    report = check(Path(__file__).parents[2] / "rules", "lexicon")
    assert (kinds(report), standing(report)) == ({"lexicon": "lexicon"}, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("notes.txt", "some words\nand more\n"),
        ("README.md", "# Samples\n\nwords, words\n"),
        ("other.yaml", "a: 1\n"),
        ("list.yaml", "[1, 2]\n"),
        ("other.json", '{"a": 1}\n'),
        ("table.csv", "a,b\n1,2\n"),
    ],
)
def test_what_is_not_recognised_is_an_error(tmp_path: Path, name: str, text: str) -> None:
    """A file that is nothing to check is a problem of the input, in a folder and by itself."""
    (tmp_path / name).write_text(text, "utf-8")
    shutil.copytree(SCENE / "samples", tmp_path / "samples")
    for paths in (("samples", name), (".",)):
        report = check(tmp_path, *paths)
        assert codes(report) == ["check_unrecognised"]
        assert "input" in report.consequences()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.pdf", b"%PDF-1.7", "file_pdf"),
        ("a.csv", b"", "file_empty"),
        ("a.yaml", b"a: [", "yaml_syntax"),
        ("a.yaml", b"\xff\xfe\x00", "yaml_not_utf8"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    """A file of another kind, an empty one and broken YAML are problems of their own names."""
    (tmp_path / name).write_bytes(data)
    report = check(tmp_path, ".")
    assert codes(report) == [code]
    assert report.consequences() == {"input"}


def test_a_missing_path_and_an_empty_folder_are_errors(tmp_path: Path) -> None:
    """A path that is not there, and a folder that holds nothing, cannot pass."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "hidden").mkdir()
    (tmp_path / "hidden/.gitkeep").touch()
    report = check(tmp_path, "empty", "hidden", "nowhere")
    assert codes(report) == ["check_folder_empty", "check_folder_empty", "file_missing"]
    assert report.consequences() == {"input"}


def test_what_is_excluded_is_named(tmp_path: Path) -> None:
    """Files left out on request are not checked, and the report says which they are."""
    (tmp_path / "README.md").write_text("# words\n")
    shutil.copytree(SCENE / "samples", tmp_path / "samples")
    report = check(tmp_path, ".", exclude=["*.md", "samples/night*"])
    assert sorted(report.excluded) == ["README.md", "samples/night.conduct.yaml"]
    assert (kinds(report), standing(report)) == ({"samples/labelled.jsonl": "samples"}, [])


def test_a_file_is_checked_once(tmp_path: Path) -> None:
    """A file that is reached by two paths, and a pack by two of its files, is checked once."""
    folder = copy(tmp_path)
    (folder / "house/more.yaml").write_text("rules: []\n")
    text = (folder / "house/pack.yaml").read_text("utf-8")
    head, _, rules = text.partition("rules:\n")
    (folder / "house/pack.yaml").write_text(head, "utf-8")
    (folder / "house/night.yaml").write_text("rules:\n" + rules, "utf-8")
    (folder / "house/more.yaml").unlink()
    report = check(folder, "samples", "samples/labelled.jsonl", "house/night.yaml", "house/pack.yaml", "house")
    assert kinds(report) == {
        "house": "pack",
        "samples/labelled.jsonl": "samples",
        "samples/night.conduct.yaml": "samples",
    }
    assert sum(len(item.passed) for item in report.items if item.kind == "pack") == 9


def test_a_file_of_rules_without_its_pack_is_an_error(tmp_path: Path) -> None:
    """Rules beside no header cannot be checked, and are not passed over."""
    (tmp_path / "more.yaml").write_text("rules:\n  - {id: a}\n")
    assert codes(check(tmp_path, "more.yaml")) == ["check_rules_without_pack"]


def test_a_pack_may_be_one_file(tmp_path: Path) -> None:
    """A pack in a file of any name is checked like one in a folder."""
    shutil.copy(SCENE / "late/pack.yaml", tmp_path / "late.yaml")
    report = check(tmp_path, "late.yaml")
    assert standing(report) == ["example_verdict", "example_verdict_missing", "example_missing"]
    assert report.consequences() == {"rules"}


def test_an_invalid_pack_is_a_finding_at_its_place(tmp_path: Path) -> None:
    """A pack that cannot be loaded is reported with file, line and column, and as invalid."""
    folder = copy(tmp_path)
    path = folder / "late/pack.yaml"
    path.write_text(path.read_text("utf-8").replace("severity: major", "severity: grave"), "utf-8")
    report = check(folder, "late")
    (finding,) = report.findings
    assert (finding.code, finding.place.file, finding.place.line) == ("wrong_word", "late/pack.yaml", 13)
    assert report.consequences() == {"rules"}


def test_logs_named_by_dates_are_no_registry(tmp_path: Path) -> None:
    """A folder whose files are named by dates holds a registry only if they are no logs."""
    folder = tmp_path / "logs"
    folder.mkdir()
    shutil.copy(SCENE / "november.csv", folder / "2025-11-01.csv")
    report = check(tmp_path, "logs", max_rejected=9, fail_on="never")
    assert kinds(report) == {"logs/2025-11-01.csv": "batch"}
    (folder / "2025-11-01.csv").write_text("name,category\n甲,law_frm\n", "utf-8")
    wrong = check(tmp_path, "logs")
    assert (kinds(wrong), codes(wrong)) == ({"logs": "registry"}, ["registry_category"])
    assert wrong.consequences() == {"input"}


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("a.jsonl", '{"case_id": "C", "timezone": "Mars"}\n', "profile_value"),
        ("a.yaml", "waivers: [{rule: call-at-night}]\n", "missing_key"),
        ("collection-guard.yaml", "timezon: Asia/Shanghai\n", "unknown_key"),
        ("a.yaml", "columns: {a: b}\n", None),
        ("a.json", '{"format": "collection-guard-baseline"}', "missing_key"),
        ("a.csv", "name,category\n,law_firm\n", "registry_no_name"),
    ],
)
def test_lists_and_settings_are_validated(tmp_path: Path, name: str, text: str, code: str | None) -> None:
    """What is only read by other commands is validated, by the very code that reads it there."""
    (tmp_path / name).write_text(text, "utf-8")
    report = check(tmp_path, name)
    assert report.consequences() == {"input"}
    assert code is None or code in codes(report)


def test_results_do_not_hang_on_the_order_of_paths() -> None:
    """Paths in another order give the same report."""

    def told(report: CheckReport) -> list[object]:
        return [(item.path, item.passed, [(one.code, one.place) for one in item.findings]) for item in report.items]

    names = ["samples", "house", "november.csv", "partners"]
    assert told(check(SCENE, *names)) == told(check(SCENE, *reversed(names)))

"""`registry validate`, `registry diff` and `registry lookup`, and what a check says of a registry."""

import json
import shutil
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from checks.scene import inside
from collection_guard.checks.registry_doubts import examine
from collection_guard.cli.main import app
from collection_guard.model.texts import LANGS

NOVEMBER = Path(__file__).parents[2] / "examples/november"
HEAD = "name,category,aliases,valid_from,valid_to\n"


def write(folder: Path, *lines: str, name: str = "registry.csv", head: str = HEAD) -> Path:
    """Write a registry."""
    path = folder / name
    path.write_text(head + "".join(f"{line}\n" for line in lines), "utf-8")
    return path


def run(folder: Path, *words: str, lang: str = "en") -> Result:
    """Run a command on registries in a folder."""
    with inside(folder):
        return CliRunner().invoke(app, ["registry", *words, "--lang", lang])


def doubts(path: Path) -> list[tuple[str, str | None, int | None]]:
    """Return what is doubtful by code, file and row, each of which can be told in both languages."""
    found = examine(path)
    assert found.problems == ()
    for lang in LANGS:
        assert all("None" not in one.render(lang) for one in found.doubts)
    return [(one.code, Path(one.file).name if one.file else None, one.row) for one in found.doubts]


def test_every_fault_and_every_doubt_comes_in_one_run(tmp_path: Path) -> None:
    """Duplicates after folding, overlaps, reversed dates, empty names, unknown categories, look-alikes and gaps."""
    write(
        tmp_path,
        "甲（一）所,law_firm,,,",
        "甲(一)所,law_firm,,,",
        "乙所,law_firm,,2025-01-01,2025-06-30",
        "乙所,law_firm,,2025-06-30,",
        "丙所,law_firm,,2025-06-30,2025-01-01",
        ",law_firm,,,",
        "丁所,餐饮,,,",
        "博源所,law_firm,,,",
        "搏源所,law_firm,,,",
        "戊所,law_firm,,,2025-06-30",
        "戊所,law_firm,,2025-07-02,",
        "己所,law_firm,,明天,",
    )
    done = run(tmp_path, "validate", "registry.csv")
    assert done.exit_code == 4
    lines = done.stdout.splitlines()
    assert [line.split(": ")[:2] for line in lines] == [
        ["error", "registry.csv:3"],
        ["error", "registry.csv:5"],
        ["error", "registry.csv:6"],
        ["error", "registry.csv:7"],
        ["error", "registry.csv:8"],
        ["error", "registry.csv:13"],
        ["warning", "registry.csv:10"],
        ["warning", "registry.csv:12"],
    ]
    assert "“搏” and “博” differ" in lines[6]
    assert "not listed from 2025-07-01 to 2025-07-01 (1 days)" in lines[7]
    assert done.stderr == "registry.csv: whole lists: 0, names: 6, errors: 6, warnings: 2\n"


def test_warnings_alone_do_not_fail_unless_asked(tmp_path: Path) -> None:
    """A registry with doubts only can be used: exit code 0, and 4 under --strict."""
    write(tmp_path, "己所,law_firm", "已所,law_firm", head="name,category\n")
    assert run(tmp_path, "validate", "registry.csv").exit_code == 0
    assert run(tmp_path, "validate", "registry.csv", "--strict").exit_code == 4
    found = json.loads(run(tmp_path, "validate", "registry.csv", "--format", "json").stdout)
    assert [(one["code"], one["row"]) for one in found[0]["warnings"]] == [("registry_look_alike", 3)]
    assert set(found[0]["warnings"][0]["cause"]) == set(LANGS)
    assert found[0]["errors"] == []


def test_characters_that_nobody_sees_are_named(tmp_path: Path) -> None:
    """A mark that no reader takes away, here of music, is told by its number: the name in a log would not be found."""
    assert doubts(write(tmp_path, "甲\U0001d173所,law_firm")) == [("registry_odd_character", "registry.csv", 2)]


def test_rows_that_follow_each_other_leave_no_gap(tmp_path: Path) -> None:
    """A row that begins on the day after the one before ends, or never ends, leaves no date out."""
    path = write(tmp_path, "甲,law_firm,,,2025-06-30", "甲,law_firm,,2025-07-01,2025-07-31", "甲,law_firm,,2025-08-01,")
    assert doubts(path) == []


def lists(folder: Path, **names: str) -> None:
    """Write lists, each a word of names of one character, with a law firm that stands in all of them."""
    for written, each in names.items():
        rows = [*(f"{name}公司,collection_agency" for name in each.replace("-", "")), "常在所,law_firm"]
        write(folder, *rows, name=written.removeprefix("d").replace("_", "-") + ".csv", head="name,category\n")


def test_lists_are_held_against_those_beside_them(tmp_path: Path) -> None:
    """Twice in one list, left out of one list only, a whole category gone: each at the row or list that shows it."""
    lists(tmp_path, d2025_01_10="甲乙丙", d2025_02_10="甲丙丙", d2025_03_10="甲乙丙", d2025_04_10="-")
    assert doubts(tmp_path) == [
        ("registry_left_out", "2025-01-10.csv", 3),
        ("registry_twice", "2025-02-10.csv", 4),
        ("registry_category_gone", "2025-04-10.csv", None),
    ]


def test_a_list_of_which_a_part_is_missing_is_told(tmp_path: Path) -> None:
    """Where each category is a file of its own, the date that lacks one is named with how many it had before."""
    write(tmp_path, "甲公司", "乙公司", name="2025-01-01-催收机构.csv", head="name\n")
    write(tmp_path, "丙所", name="2025-01-01-律所.csv", head="name\n")
    write(tmp_path, "丙所", name="2025-02-01-律所.csv", head="name\n")
    (only,) = examine(tmp_path).doubts
    assert only.code == "registry_category_gone"
    assert only.values["count"] == 2
    assert only.file is not None
    assert only.file.endswith("2025-02-01-律所.csv")


def test_a_name_that_stays_away_or_comes_back_under_an_alias_is_not_left_out(tmp_path: Path) -> None:
    """Only a single list that omits a name is suspected; a firm that is there under another name is not missing."""
    write(tmp_path, "甲公司,collection_agency,", name="2025-01-01.csv", head="name,category,aliases\n")
    write(tmp_path, "新甲公司,collection_agency,甲公司", name="2025-02-01.csv", head="name,category,aliases\n")
    write(tmp_path, "甲公司,collection_agency,", name="2025-03-01.csv", head="name,category,aliases\n")
    assert doubts(tmp_path) == []


def test_the_course_of_the_lists_is_looked_at(tmp_path: Path) -> None:
    """A list known by its month beside one of a day in it, and a stretch much longer than usual, are doubts."""
    months = {f"d2025_{month:02}_01": "甲" for month in (1, 2, 3, 4, 9)}
    lists(tmp_path, **months, d2025_03="甲")
    assert doubts(tmp_path) == [
        ("registry_lists_apart", tmp_path.name, None),
        ("registry_month_and_day", tmp_path.name, None),
    ]
    (apart, _) = examine(tmp_path).doubts
    assert apart.values == {"before": "2025-04-01.csv", "after": "2025-09-01.csv", "days": 153, "usual": 31}


def test_few_lists_have_no_usual_distance(tmp_path: Path) -> None:
    """Three lists far apart are no reason for suspicion."""
    lists(tmp_path, d2015_01_01="甲", d2015_01_02="甲", d2025_01_01="甲")
    assert doubts(tmp_path) == []


def test_dates_that_cannot_be_read_are_errors_of_the_folder(tmp_path: Path) -> None:
    """A file whose name holds no date, or an impossible one, is named, and the rest is checked all the same."""
    lists(tmp_path, d2025_01_01="甲甲")
    write(tmp_path, "甲,law_firm", name="2025-02-30.csv")
    write(tmp_path, "甲,law_firm", name="latest.csv")
    found = examine(tmp_path)
    assert [one.code for one in found.problems] == ["registry_bad_date_name", "registry_file_name"]
    assert [one.code for one in found.doubts] == ["registry_twice"]


def test_the_configured_registry_is_validated_where_none_is_named(tmp_path: Path) -> None:
    """Without a path the registry of the configuration is checked; without either the command says what to do."""
    assert run(tmp_path, "validate").exit_code == 2
    (tmp_path / "collection-guard.yaml").write_text("registry: registry.csv\n")
    assert run(tmp_path, "validate").exit_code == 4
    write(tmp_path, "甲,law_firm")
    done = run(tmp_path, "validate", lang="zh")
    assert done.exit_code == 0
    assert "0 个错误" in done.stderr


def test_several_registries_are_all_checked(tmp_path: Path) -> None:
    """One that is missing does not hide what is wrong with another."""
    write(tmp_path, ",law_firm", name="a.csv")
    done = run(tmp_path, "validate", "none.csv", "a.csv", str(NOVEMBER / "partners"))
    assert done.exit_code == 4
    assert len(done.stderr.splitlines()) == 3
    assert [line.split(": ")[1] for line in done.stdout.splitlines()] == ["none.csv", "a.csv:2"]


def test_a_check_notes_what_is_doubtful_and_fails_on_what_is_wrong(tmp_path: Path) -> None:
    """`check` shows the doubts of a registry as notes, and its faults as failures."""
    write(tmp_path, "己所,law_firm", "已所,law_firm")
    with inside(tmp_path):
        done = CliRunner().invoke(app, ["check", "registry.csv", "--lang", "en"])
        assert done.exit_code == 0
        assert "`已所` looks like `己所` at registry.csv:2" in done.stdout
        write(tmp_path, "己所,law_firm", "己所,law_firm")
        assert CliRunner().invoke(app, ["check", "registry.csv", "--lang", "en"]).exit_code == 4


# --- the other two commands ---------------------------------------------------------------------------------------


def test_diff_takes_files_and_folders(tmp_path: Path) -> None:
    """Both sides may be a file or a folder; the answer is text in either language, or JSON."""
    shutil.copytree(NOVEMBER / "partners", tmp_path / "partners")
    write(tmp_path, "澜川明理律师事务所,law_firm,,2025-09-16,")
    done = run(tmp_path, "diff", "partners", "registry.csv")
    assert done.exit_code == 0
    assert "law_firm (2 → 1 firms)" in done.stdout
    assert "removed: 砚江(澜川)正声律师事务所 (was listed from 2025-09-16 on)" in done.stdout
    assert "澜川明理" not in done.stdout
    assert "律师事务所（2 家 → 1 家）" in run(tmp_path, "diff", "partners", "registry.csv", lang="zh").stdout
    found = json.loads(run(tmp_path, "diff", "registry.csv", "partners", "--format", "json").stdout)
    assert found["format"] == "collection-guard-registry-diff/1"
    assert {one["change"] for one in found["changes"]} == {"added"}
    assert found["categories"]["law_firm"] == {"old": 1, "new": 2}
    assert run(tmp_path, "diff", "partners", "partners").stdout == "both registries say the same\n"


def test_diff_says_what_is_wrong_with_both_sides(tmp_path: Path) -> None:
    """Problems of both registries are said at once, with exit code 4; a format that there is not is refused with 2."""
    write(tmp_path, ",law_firm")
    done = run(tmp_path, "diff", "none.csv", "registry.csv")
    assert done.exit_code == 4
    assert len(done.stderr.splitlines()) == 2
    assert run(tmp_path, "diff", "registry.csv", "registry.csv", "--format", "html").exit_code == 2


def test_a_published_list_is_compared_by_itself(tmp_path: Path) -> None:
    """The name of a single list may say the category that its columns leave out."""
    write(tmp_path, "甲所", name="2025-01-01-律所.csv", head="name\n")
    write(tmp_path, "乙所", name="2025-02-01-律所.csv", head="name\n")
    done = run(tmp_path, "diff", "2025-01-01-律所.csv", "2025-02-01-律所.csv")
    assert done.stdout.count("listed at all dates") == 2


def test_lookup_says_why_near_names_are_no_match(tmp_path: Path) -> None:
    """A name that is not listed comes with what is near it: when it is listed, where, and in what it differs."""
    write(
        tmp_path,
        "甲(北京)律师事务所,law_firm,,,2025-06-30",
        "甲(上海)律师事务所,law_firm,,,",
        "甲(北京)律师事务所,collection_agency,,,",
    )
    words = ("lookup", "甲（北京）律师事务所", "--on", "2025-07-01", "--registry", "registry.csv")
    done = run(tmp_path, *words, "--category", "law_firm")
    assert done.stdout.splitlines() == [
        "2025-07-01: 甲（北京）律师事务所 is not listed (law_firm)",
        "  listed until 2025-06-30",
        "  no match: 甲(北京)律师事务所 (law_firm, until 2025-06-30): the same name, listed until 2025-06-30",
        (
            "  no match: 甲(北京)律师事务所 (collection_agency, at all dates): "
            "the same name, listed in another category (collection_agency)"
        ),
        "  no match: 甲(上海)律师事务所 (law_firm, at all dates): what stands in brackets differs: “北京” and “上海”",
    ]
    (law_firm,) = json.loads(run(tmp_path, *words, "--category", "law_firm", "--json").stdout)
    assert law_firm["listed"] is False
    assert law_firm["periods"] == [{"from": None, "to": "2025-06-30", "certain": True}]
    assert [one["reason"] for one in law_firm["near"]] == ["expired", "category", "bracket_content"]
    assert law_firm["near"][2]["why"]["zh"] == "括号内不同：“北京”与“上海”"
    # What is listed needs no hints.
    assert "no match" not in run(tmp_path, *words, "--category", "collection_agency").stdout


@pytest.mark.parametrize(
    ("on", "said"),
    [
        ("2025-09-15", "surely in force from 2025-09-16; nothing is known before it"),
        ("2025-11-02", "from 2025-11-01 to 2025-11-30 the lists disagree"),
        ("2025-12-01", "is listed (collection_agency)"),
    ],
)
def test_lookup_says_why_an_answer_is_unknown(on: str, said: str) -> None:
    """Before the first list, and in the month of one of which only the month is known, the reason is given."""
    done = run(
        NOVEMBER, "lookup", "霁城云帆科技服务有限公司", "--on", on, "--registry", "partners-by-month",
        "--category", "collection_agency",
    )  # fmt: skip
    assert said in done.stdout
    assert date.fromisoformat(on).isoformat() in done.stdout


def test_lookup_masks_numbers_in_names(tmp_path: Path) -> None:
    """Somebody's number in a name is masked unless asked otherwise."""
    write(tmp_path, "甲所 13812345678,law_firm")
    words = ("lookup", "甲所", "--on", "2025-07-01", "--registry", "registry.csv")
    assert "13812345678" not in run(tmp_path, *words).stdout + run(tmp_path, *words, "--json").stdout
    assert "13812345678" in run(tmp_path, *words, "--unmasked").stdout
    write(tmp_path, "甲所 13812345678,law_firm", "甲所 13812345678,law_firm", "甲所13812345678\u202e,law_firm")
    assert "13812345678" not in run(tmp_path, "validate", "registry.csv").stdout

"""Partner registries: rows with dates, and folders of whole lists."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.partner_lists import read_registry, registry_digest
from collection_guard.model.problems import LogError
from collection_guard.model.registry import RegistryData, RegistryEntry
from collection_guard.model.texts import LANGS
from readers.making import csv_text, sheet, told

HEADER = ("机构名称", "类别", "别名", "生效日期", "失效日期", "来源")


def write(folder: Path, text: str, name: str = "registry.csv") -> Path:
    """Write one file of a registry."""
    path = folder / name
    path.write_text(text, "utf-8")
    return path


def problems(path: Path) -> list[tuple[str, int | None]]:
    """Return the problems of a registry by code and row, each of which can be told in both languages."""
    with pytest.raises(LogError) as caught:
        read_registry(path)
    for problem in caught.value.problems:
        for lang in LANGS:
            assert "None" not in problem.render(lang)
    return [(problem.code, problem.row or problem.line) for problem in caught.value.problems]


def test_s20_rows_have_dates_aliases_and_a_category_in_words(tmp_path: Path) -> None:
    """Chinese headers and words, dates in several forms, several aliases."""
    rows = [
        ("2025年合作机构名单",),
        HEADER,
        ("澜川公司", "催收机构", "澜川|澜川（集团）", "2025-10-01", "2025/12/31", "公告"),
        ("砚江律师事务所", "律所", "", "20251001", "", ""),
    ]
    data = read_registry(write(tmp_path, csv_text(rows)))
    assert data.rows == (
        RegistryEntry(
            name="澜川公司",
            category="collection_agency",
            aliases=("澜川", "澜川（集团）"),
            valid_from=date(2025, 10, 1),
            valid_to=date(2025, 12, 31),
            source="公告",
        ),
        RegistryEntry(name="砚江律师事务所", category="law_firm", valid_from=date(2025, 10, 1)),
    )
    assert data.lists == ()


@pytest.mark.parametrize(
    ("word", "category"),
    [
        ("催收机构", "collection_agency"),
        ("律师事务所", "law_firm"),
        ("营销", "marketing"),
        ("增信担保", "guarantee"),
        ("官方名录", "official_directory"),
        ("Law Firm", "law_firm"),
    ],
)
def test_categories_have_chinese_and_english_words(tmp_path: Path, word: str, category: str) -> None:
    """Each category of the model has its words."""
    assert read_registry(write(tmp_path, csv_text([HEADER, ("甲", word)]))).rows[0].category == category


def test_csv_excel_and_json_lines_give_the_same_registry(tmp_path: Path) -> None:
    """The form of the file is no part of what it says: the digest is the same."""
    text = csv_text([HEADER, ("甲", "催收机构", "乙|丙", "2025-10-01", "", "公告")])
    found = sheet([HEADER, ("甲", "催收机构", "乙|丙", date(2025, 10, 1), None, "公告")])
    assert found.parent is not None
    found.parent.create_sheet("empty")
    found.parent.save(tmp_path / "registry.xlsx")
    line = (
        '{"name":"甲","category":"collection_agency","aliases":["乙","丙"],"valid_from":"2025-10-01","source":"公告"}'
    )
    one, two, three = (
        read_registry(path)
        for path in (write(tmp_path, text), tmp_path / "registry.xlsx", write(tmp_path, line, "registry.jsonl"))
    )
    assert one.rows == two.rows == three.rows
    assert one.digest == two.digest == three.digest


@given(st.permutations(["甲", "乙", "丙", "丁"]), st.permutations(["a", "b"]))
def test_the_digest_does_not_hang_on_the_order(names: list[str], aliases: list[str]) -> None:
    """Rows and aliases in any order have one digest; another date has another."""

    def data(day: int) -> RegistryData:
        return RegistryData(
            rows=tuple(
                RegistryEntry(name=name, category="law_firm", aliases=tuple(aliases), valid_from=date(2025, 1, day))
                for name in names
            )
        )

    plain = RegistryData(
        rows=tuple(
            RegistryEntry(name=name, category="law_firm", aliases=("a", "b"), valid_from=date(2025, 1, 1))
            for name in "甲乙丙丁"
        )
    )
    assert registry_digest(data(1)) == registry_digest(plain)
    assert registry_digest(data(2)) != registry_digest(plain)


def test_s20_a_folder_holds_whole_lists_by_day_or_month(tmp_path: Path) -> None:
    """Files of one date are parts of one list; a month spans its days; other files are not lists."""
    write(tmp_path, csv_text([("name", "category"), ("甲", "催收机构")]), "2025-09-16-催收.csv")
    write(tmp_path, csv_text([("name",), ("乙",)]), "2025-09-16-律师事务所.csv")
    write(tmp_path, csv_text([("name", "category"), ("甲", "催收机构")]), "2025-02.csv")
    write(tmp_path, "# 说明", "README.md")
    write(tmp_path, "x", ".hidden.csv")
    month, day = read_registry(tmp_path).lists
    assert (month.earliest, month.latest) == (date(2025, 2, 1), date(2025, 2, 28))
    assert (day.earliest, day.latest) == (date(2025, 9, 16), date(2025, 9, 16))
    assert sorted((entry.name, entry.category) for entry in day.entries) == [
        ("乙", "law_firm"),
        ("甲", "collection_agency"),
    ]
    assert day.name == "2025-09-16-催收.csv, 2025-09-16-律师事务所.csv"


def test_the_digest_of_lists_does_not_hang_on_the_names_of_files(tmp_path: Path) -> None:
    """Renaming a part, or splitting a list, does not change what the registry says."""
    one, two = tmp_path / "one", tmp_path / "two"
    one.mkdir()
    two.mkdir()
    write(one, csv_text([("name", "category"), ("甲", "律所"), ("乙", "律所")]), "2025-09-16.csv")
    write(two, csv_text([("name", "category"), ("乙", "律所")]), "2025-09-16-b.csv")
    write(two, csv_text([("name", "category"), ("甲", "律所")]), "2025-09-16-a.csv")
    assert read_registry(one).digest == read_registry(two).digest


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("甲", "律所"), ("甲", "律所")], ("registry_overlap", 3)),
        (
            [("甲（一）", "律所", "", "2025-01-01", "2025-06-30"), ("甲(一)", "律所", "", "2025-06-30", "")],
            ("registry_overlap", 3),
        ),
        ([("甲", "律所", "乙"), ("乙", "律所")], ("registry_overlap", 3)),
        ([("", "律所")], ("registry_no_name", 2)),
        ([("甲", "")], ("registry_no_category", 2)),
        ([("甲", "餐饮")], ("registry_category", 2)),
        ([("甲", "律师所")], ("registry_category", 2)),
        ([("甲", "律所", "", "明天")], ("registry_date", 2)),
        ([("甲", "律所", "", "2025-02-30")], ("registry_date", 2)),
        ([("甲", "律所", "", "2025-06-30", "2025-01-01")], ("registry_dates_reversed", 2)),
        ([], ("registry_empty", None)),
    ],
)
def test_rows_that_contradict_or_say_nothing_are_problems(
    tmp_path: Path, rows: list[tuple[str, ...]], expected: tuple[str, int | None]
) -> None:
    """Overlaps, empty names, unknown categories and bad dates, each with its row."""
    assert problems(write(tmp_path, csv_text([HEADER, *rows]))) == [expected]


def test_rows_that_follow_each_other_do_not_overlap(tmp_path: Path) -> None:
    """A firm may leave and come back, and be listed in two categories."""
    rows = [
        HEADER,
        ("甲", "律所", "", "", "2025-06-29"),
        ("甲", "律所", "甲,所", "2025-06-30", ""),
        ("甲", "催收机构", "", "", ""),
    ]
    assert len(read_registry(write(tmp_path, csv_text(rows))).rows) == 3


def test_a_category_that_is_nearly_one_is_pointed_out(tmp_path: Path) -> None:
    """The help names the nearest category and all there are."""
    with pytest.raises(LogError, match="nearest: law_firm; there are: collection_agency, guarantee, law_firm"):
        read_registry(write(tmp_path, csv_text([HEADER, ("甲", "律师事务")])))


def test_every_mistake_of_a_folder_comes_in_one_run(tmp_path: Path) -> None:
    """Names without a date or with an impossible one, rows with dates, files that cannot be read."""
    write(tmp_path, "x", "list.csv")
    write(tmp_path, "x", "2025-02-30.csv")
    write(tmp_path, "x", "2025-13-firms.csv")
    write(tmp_path, csv_text([HEADER, ("甲", "律所", "", "2025-01-01")]), "2025-03-01.csv")
    write(tmp_path, "", "2025-03-02.csv")
    write(tmp_path, "a,b\n1,2\n", "2025-03-03.csv")
    write(tmp_path, csv_text([("name", "名称", "category"), ("甲", "乙", "律所")]), "2025-03-04.csv")
    write(tmp_path, csv_text([("name", "category"), ("甲", "律所")]) + '"乙,律所\n', "2025-03-05.csv")
    write(tmp_path, '{"name":"甲","category":"律所","sorce":1}\nx\n', "2025-03-06.jsonl")
    codes = sorted(code for code, _ in problems(tmp_path))
    assert codes == sorted(
        [
            "registry_file_name",
            "registry_bad_date_name",
            "registry_bad_date_name",
            "registry_dates_in_list",
            "file_empty",
            "registry_no_header",
            "registry_two_headers",
            "row_quote_unclosed",
            "registry_unknown_field",
            "row_json_syntax",
        ]
    )


def test_a_folder_without_lists_and_a_file_that_is_not_there_are_problems(tmp_path: Path) -> None:
    """Neither reads as a registry in which nobody is listed."""
    assert problems(tmp_path) == [("registry_no_lists", None)]
    assert problems(tmp_path / "none.csv") == [("file_missing", None)]


def test_values_of_json_that_are_no_text_are_problems(tmp_path: Path) -> None:
    """A name that is a list is shown as what it is and listed nowhere."""
    path = write(
        tmp_path, '{"name":"甲","category":["律所"]}\n{"name":"乙","category":"律所","valid_from":{"y":1}}\n', "r.jsonl"
    )
    assert problems(path) == [("registry_category", 1), ("registry_date", 2)]


@given(st.binary(max_size=200))
def test_any_bytes_are_a_registry_or_a_problem(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    """Never a traceback, never an empty registry in silence."""
    path = tmp_path_factory.mktemp("registry") / "registry.csv"
    path.write_bytes("机构名称,类别\n甲,律所\n".encode() + data)
    try:
        assert read_registry(path).rows
    except LogError as error:
        told(error)

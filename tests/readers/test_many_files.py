"""Many files in one audit: named, by patterns and by folders, each vendor by its own map."""

import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.maps import split_pattern
from collection_guard.audit.reading import read_logs
from collection_guard.audit.taken import Intake
from collection_guard.configuration import configure
from collection_guard.model.problems import ConfigurationError, LogError
from readers.making import HEADER, ROW, csv_text, told, whole

ZONE = "Asia/Shanghai"
OTHER_HEADER = ("案件", "对端", "起始", "结论")
OTHER_ROW = ("C-2", "13800000002", "2025-11-03 10:00:00", "X1")
OTHER_MAP = """
columns: {案件: case_id, 对端: recipient.number, 起始: started_at, 结论: outcome}
values: {outcome: {X1: 关机}}
defaults: {channel: call, direction: outbound, agency: 乙公司}
"""


def write(path: Path, *rows: Any) -> Path:
    """Write rows as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(csv_text(rows), "utf-8")
    return path


def cases(intake: Intake) -> list[str]:
    """Return the cases of the contacts, in the order of their places."""
    return [contact.event.case_id for contact in whole(intake).contacts]


def test_a_folder_stands_for_the_logs_in_it(tmp_path: Path) -> None:
    """Logs below it are read; what is no log is named, and what an audit wrote is none, nor are lists of partners."""
    write(tmp_path / "a.csv", HEADER, ROW)
    write(tmp_path / "deep" / "b.CSV", HEADER, ("C-9", *ROW[1:]))
    for name in ("readme.md", "a.rejected.csv", "~$a.xlsx", ".hidden.csv", "cases.jsonl"):
        (tmp_path / name).write_text("x", "utf-8")
    write(tmp_path / "partners" / "2025-09-16.csv", ("name", "category"), ("甲", "law_firm"))
    intake = read_logs([tmp_path], timezone=ZONE, no_logs=[tmp_path / "cases.jsonl", tmp_path / "partners"])
    assert cases(intake) == ["C-1", "C-9"]
    assert [Path(name).name for name in intake.left_out] == ["readme.md"]


def test_a_pattern_stands_for_the_files_that_fit(tmp_path: Path) -> None:
    """Where two patterns fit one file, it is read once; ``**`` goes into folders."""
    write(tmp_path / "a.csv", HEADER, ROW)
    write(tmp_path / "b.csv", HEADER, ("C-2", *ROW[1:]))
    write(tmp_path / "in" / "c.csv", HEADER, ("C-3", *ROW[1:]))
    (tmp_path / "b.rejected.csv").write_text("x", "utf-8")
    given = [tmp_path / "a*.csv", tmp_path / "?.csv", tmp_path / "b.csv"]
    assert cases(read_logs(given, timezone=ZONE)) == ["C-1", "C-2"]
    assert cases(read_logs([tmp_path / "**" / "*.csv"], timezone=ZONE)) == ["C-1", "C-2", "C-3"]
    assert cases(read_logs([tmp_path / "i*"], timezone=ZONE)) == ["C-3"]


def test_a_file_whose_name_looks_like_a_pattern_is_that_file(tmp_path: Path) -> None:
    """[1].csv is what browsers call a second download."""
    write(tmp_path / "log[1].csv", HEADER, ROW)
    assert cases(read_logs([tmp_path / "log[1].csv"], timezone=ZONE)) == ["C-1"]


def test_folders_and_patterns_without_logs_and_all_else_that_is_wrong_come_in_one_run(tmp_path: Path) -> None:
    """Every problem of every file is told at once, with what to do."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.md").write_text("x", "utf-8")
    write(tmp_path / "a.csv", ("x", "y"), ("1", "2"))
    given = [tmp_path / "empty", tmp_path / "*.xlsx", tmp_path / "a.csv", tmp_path / "none.csv"]
    with pytest.raises(LogError) as caught:
        read_logs(given)
    codes = {problem.code for problem in caught.value.problems}
    assert codes == {"folder_without_logs", "pattern_without_logs", "no_header", "file_missing"}
    told(caught.value)


@pytest.mark.parametrize("way", ["pattern", "files", "general"])
def test_each_vendor_is_read_by_its_own_map(tmp_path: Path, way: str) -> None:
    """By a pattern on the command line, by ``files`` in the map, or as the map of all that no other is for."""
    ours, theirs = write(tmp_path / "ours.csv", HEADER, ROW), write(tmp_path / "agency-b.csv", OTHER_HEADER, OTHER_ROW)
    map_b, map_a = tmp_path / "b.yaml", tmp_path / "a.yaml"
    map_a.write_text("defaults: {agency: 甲公司}", "utf-8")
    map_b.write_text(("files: ['agency-b*']\n" if way == "files" else "") + OTHER_MAP, "utf-8")
    given = {
        "pattern": [f"agency-b.csv={map_b}", f"*ours*={map_a}"],
        "files": [map_a, map_b],
        "general": [f"ours.csv={map_a}", str(map_b)],
    }[way]
    for paths in ([ours, theirs], [theirs, ours]):
        intake = whole(read_logs(paths, timezone=ZONE, map_file=given))
        found = {contact.event.agency: contact.event for contact in intake.contacts}
        assert set(found) == {"甲公司", "乙公司"}
        assert found["乙公司"].outcome.network == "powered_off"
        assert found["甲公司"].outcome.network == "connected"
        assert intake.unmapped == ()


def test_each_sheet_of_a_workbook_may_have_its_own_map(tmp_path: Path) -> None:
    """A sheet that a map names is read by it; with such maps alone, the other sheets are set aside."""
    book = openpyxl.Workbook()
    for title, rows in (("甲", (HEADER, ROW)), ("乙", (OTHER_HEADER, OTHER_ROW)), ("丙", (HEADER, ROW))):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    del book["Sheet"]
    path = tmp_path / "log.xlsx"
    book.save(path)
    of_a, of_b, of_all = (tmp_path / name for name in ("a.yaml", "b.yaml", "all.yaml"))
    of_a.write_text("sheet: [甲]\ndefaults: {agency: 甲公司}", "utf-8")
    of_b.write_text("sheet: 乙\n" + OTHER_MAP, "utf-8")
    of_all.write_text("defaults: {agency: 丙公司}", "utf-8")
    intake = whole(read_logs([path], timezone=ZONE, map_file=[of_a, of_b]))
    assert [contact.event.agency for contact in intake.contacts] == ["乙公司", "甲公司"]
    assert intake.set_aside_by_reason() == {"sheet_not_named": 2}
    intake = whole(read_logs([path], timezone=ZONE, map_file=[of_a, of_all, of_b]))
    assert {(c.position.sheet, c.event.agency) for c in intake.contacts} == {
        ("甲", "甲公司"), ("乙", "乙公司"), ("丙", "丙公司"),
    }  # fmt: skip
    of_b.write_text("sheet: 丁", "utf-8")
    with pytest.raises(LogError, match="there is no sheet `丁`; there are: 甲, 乙, 丙"):
        read_logs([path], timezone=ZONE, map_file=of_b)


def test_two_maps_for_one_log_are_refused_with_both_named(tmp_path: Path) -> None:
    """Which of them is meant, nobody can say."""
    path = write(tmp_path / "a.csv", HEADER, ROW)
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    for file in (first, second):
        file.write_text("defaults: {agency: 甲}", "utf-8")
    for maps in ([first, second], [f"*.csv={first}", f"a*={second}"]):
        with pytest.raises(LogError) as caught:
            read_logs([path], timezone=ZONE, map_file=maps)
        [problem] = caught.value.problems
        assert (problem.code, problem.file) == ("map_rivals", str(path))
        assert str(first) in problem.render("zh")
        assert str(second) in problem.render("en")
        told(caught.value)
    assert cases(read_logs([path], timezone=ZONE, map_file=[first, f"a*={second}"])) == ["C-1"]


def test_a_map_for_no_log_is_named_and_every_fault_of_every_map_is_told(tmp_path: Path) -> None:
    """A pattern with a slip of the pen must not leave a log unmapped in silence."""
    path = write(tmp_path / "a.csv", HEADER, ROW)
    good, bad, worse = (tmp_path / name for name in ("good.yaml", "bad.yaml", "worse.yaml"))
    good.write_text("files: agency-*.csv\ndefaults: {agency: 甲}", "utf-8")
    assert read_logs([path], timezone=ZONE, map_file=good).unused_maps == (str(good),)
    bad.write_text("files: [7]", "utf-8")
    worse.write_text("colums: {}", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        read_logs([path], map_file=[bad, f"*={worse}", tmp_path / "none.yaml"])
    assert {problem.code for problem in caught.value.problems} == {"map_text", "map_unknown_key", "yaml_unreadable"}


def test_the_zone_of_a_map_for_this_log_wins_over_the_configured_one(tmp_path: Path) -> None:
    """A vendor abroad writes its own local times, whatever zone the others are in."""
    ours, theirs = (
        write(tmp_path / name, HEADER, (name, *ROW[1:3], "2025-11-03 09:00", *ROW[4:])) for name in ("a.csv", "b.csv")
    )
    file = tmp_path / "b.yaml"
    file.write_text("files: b.csv\ntimezone: Asia/Tokyo", "utf-8")
    intake = read_logs([ours, theirs], timezone=ZONE, map_file=file)
    hours = {c.event.case_id: c.event.started_at.isoformat()[11:] for c in intake.contacts}
    assert hours == {"a.csv": "09:00:00+08:00", "b.csv": "09:00:00+09:00"}
    assert {Path(item.path).name: item.zone for item in intake.files} == {"a.csv": ZONE, "b.csv": "Asia/Tokyo"}


def test_ids_that_two_vendors_share_are_told_apart_by_a_prefix(tmp_path: Path) -> None:
    """Without it the second contact is rejected, as one of another content under the same id."""
    header = ("流水号", *HEADER)
    first, second = (
        write(tmp_path / "a.csv", header, ("1", *ROW)),
        write(tmp_path / "b.csv", header, ("1", "C-2", *ROW[1:])),
    )
    assert read_logs([first, second], timezone=ZONE).rejected_by_reason() == {"duplicate_differs": 1}
    file = tmp_path / "b.yaml"
    file.write_text("files: b.csv\nid_prefix: 'B:'", "utf-8")
    intake = whole(read_logs([first, second], timezone=ZONE, map_file=file))
    assert {contact.event.event_id for contact in intake.contacts} == {"1", "B:1"}


def test_the_configuration_takes_one_map_or_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a path, a list, or patterns and paths; beside the configuration file wherever one works."""
    file = tmp_path / "sub" / "collection-guard.yaml"
    file.parent.mkdir()
    monkeypatch.chdir(tmp_path)
    for written, read in (
        ("map: a.yaml", ["{}/a.yaml"]),
        ("map: [a.yaml, 'x*=b.yaml']", ["{}/a.yaml", "x*={}/b.yaml"]),
        ("map: {'x*.csv': a.yaml}", ["x*.csv={}/a.yaml"]),
    ):
        file.write_text(written, "utf-8")
        assert configure({}, file, {})["map"] == [item.format(file.parent) for item in read]
    assert configure({}, None, {"COLLECTION_GUARD_MAP": "a.yaml,b*=c.yaml"})["map"] == ["a.yaml", "b*=c.yaml"]
    file.write_text("map: [7]", "utf-8")
    with pytest.raises(ConfigurationError) as caught:
        configure({}, file, {})
    told(caught.value)
    with pytest.raises(ConfigurationError):
        configure({}, None, {"COLLECTION_GUARD_MAP": ""} | {"COLLECTION_GUARD_FOLD": "third"})


def test_an_equals_sign_in_the_name_of_a_map_is_no_pattern(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of the whole name comes first, then the split behind which there is a file."""
    monkeypatch.chdir(tmp_path)
    for name in ("a=b.yaml", "c.yaml"):
        (tmp_path / name).write_text("", "utf-8")
    assert split_pattern("a=b.yaml") == (None, Path("a=b.yaml"))
    assert split_pattern("x=a=b.yaml") == ("x", Path("a=b.yaml"))
    assert split_pattern("x=y=c.yaml") == ("x=y", Path("c.yaml"))
    assert split_pattern("x=y=none.yaml") == ("x", Path("y=none.yaml"))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=25), st.randoms(use_true_random=False))
def test_a_log_cut_into_files_in_any_order_is_the_same_log(
    tmp_path_factory: pytest.TempPathFactory, parts: list[int], chance: random.Random
) -> None:
    """Ids supplied by content, cases and rows are the same, however the rows are spread over files."""
    folder = tmp_path_factory.mktemp("cut")
    rows = [(f"C-{place % 5}", *ROW[1:4], str(place // 5), "关机") for place in range(len(parts))]
    whole_log = read_logs([write(folder / "whole.csv", HEADER, *rows)], timezone=ZONE)
    paths = [
        write(
            folder / f"part{number}.csv",
            HEADER,
            *(row for row, part in zip(rows, parts, strict=True) if part == number),
        )
        for number in sorted(set(parts))
    ]
    chance.shuffle(paths)
    cut = whole(read_logs(paths, timezone=ZONE))
    assert sorted(c.event.model_dump_json() for c in cut.contacts) == sorted(
        c.event.model_dump_json() for c in whole_log.contacts
    )
    assert cut.rows_read == whole_log.rows_read

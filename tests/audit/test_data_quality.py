"""The quality of the data: what each column of each file held, and what two files share."""

import csv
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers.making import HEADER, ROW, csv_text, whole

from collection_guard.audit.quality import SheetQuality, quality_of
from collection_guard.audit.reading import read_logs
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Intake
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.texts import LANGS
from collection_guard.reports import render_json, render_quality_csv, render_text

ZONE = "Asia/Shanghai"
PACKS = load_packs(["core"])


def read(folder: Path, *files: tuple[Any, ...], **options: Any) -> Intake:
    """Write each group of rows as a file, and read all of them."""
    paths = []
    for number, rows in enumerate(files):
        paths.append(folder / f"{number}.csv")
        paths[-1].write_text(csv_text(rows), "utf-8")
    return whole(read_logs(paths, **{"timezone": ZONE, **options}))


def column(sheet: SheetQuality, path: str) -> tuple[int, int, int]:
    """Return in how many rows a column is filled, and how many of its cells are unknown or lost."""
    [found] = [item for item in sheet.reading.column_readings if item.path == path]
    return found.filled, found.unknown, found.lost


def test_each_column_is_counted_filled_unknown_and_lost(tmp_path: Path) -> None:
    """Rows that are no contacts are not counted; a rejected row is."""
    header = (*HEADER, "客户号", "备注", "内部码", "时长")
    rows = [
        (*ROW, "6.22588E+18", "n", "x", "5"),
        ("C-2", "拜把子", "-", "2025-11-05 10:00:00", "很久", "关机", "B-2", "", "", ""),
        ("C-3", "", "13800000003", "昨天", "", "关机", "", "", "", ""),
        ("合计", "2", "", "", "", "", "", "", "", ""),
    ]
    [sheet] = quality_of(read(tmp_path, (header, *rows)))
    assert (sheet.contacts, sheet.rejected, sheet.set_aside, sheet.reading.rows) == (2, 1, 1, 3)
    assert column(sheet, "case_id") == (3, 0, 0)
    assert column(sheet, "recipient.relationship") == (2, 1, 0)
    assert column(sheet, "callee") == (2, 0, 0)
    assert column(sheet, "talk_seconds") == (2, 1, 0)
    assert column(sheet, "borrower_id") == (2, 0, 1)
    assert (sheet.form, sheet.reading.zone) == ("year-first", ZONE)
    assert sheet.first is not None
    assert sheet.last is not None
    assert (sheet.first.day, sheet.last.day) == (3, 5)
    ways = {item.header: sheet.how(item) for item in sheet.reading.column_readings}
    assert (ways["客户号"], ways["备注"], ways["内部码"], ways["时长"]) == ("known", "kept", "unknown", "ambiguous")


def test_json_objects_are_counted_by_their_fields(tmp_path: Path) -> None:
    """A field that no object gives is no column; times with an offset need no zone."""
    path = tmp_path / "log.jsonl"
    event = {"event_id": "E", "case_id": "C", "channel": "sms", "started_at": "2025-11-03T10:00:00+08:00"}
    lines = [event, event | {"event_id": "F", "recipient": {"relationship": "拜把子", "number": None}}]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")
    [sheet] = quality_of(whole(read_logs([path])))
    assert column(sheet, "recipient.relationship") == (1, 1, 0)
    assert column(sheet, "channel") == (2, 0, 0)
    assert {item.path for item in sheet.reading.column_readings} == {
        "event_id", "case_id", "channel", "started_at", "recipient.relationship", "recipient.number",
    }  # fmt: skip
    assert sheet.reading.zone is None


def test_what_two_files_share_is_told_by_kind(tmp_path: Path) -> None:
    """Delivered twice, contradicted, and counted twice; what stands twice in one file is none of these."""
    header = ("流水号", *HEADER)
    twice, other = ("1", *ROW), ("2", *ROW)
    changed = ("2", "C-8", *ROW[1:])
    plain = ("", "C-9", *ROW[1:])
    intake = read(tmp_path, (header, twice, other, plain, plain), (header, twice, changed, plain))
    assert Counter({item.kind: item.count for item in intake.overlaps}) == Counter(
        redelivered=1, contradicted=1, counted_twice=1
    )
    assert all(
        {Path(item.kept.file or "").name, Path(item.other.file or "").name} == {"0.csv", "1.csv"}
        for item in intake.overlaps
    )
    assert read(tmp_path, (header, twice, twice, plain, plain)).overlaps == ()


@given(st.permutations(range(4)))
def test_overlaps_do_not_hang_on_the_order_of_the_files(
    tmp_path_factory: pytest.TempPathFactory, order: list[int]
) -> None:
    """The files in any order share the same."""
    folder = tmp_path_factory.mktemp("order")
    rows = [(HEADER, ROW), (HEADER, ROW, ("C-2", *ROW[1:])), (HEADER, ("C-2", *ROW[1:])), (HEADER, ROW)]
    for number, table in enumerate(rows):
        (folder / f"{number}.csv").write_text(csv_text([*table, ("合计", number)]), "utf-8")
    found = read_logs([folder / f"{number}.csv" for number in order], timezone=ZONE).overlaps
    assert found == read_logs([folder / f"{number}.csv" for number in range(4)], timezone=ZONE).overlaps


def test_every_report_tells_the_quality_of_the_data_masked(tmp_path: Path) -> None:
    """On the terminal in both languages, in JSON and as a table; a header that is somebody's number is masked."""
    header = (*HEADER, "13800138000", "=cmd()")
    file = tmp_path / "m.yaml"
    file.write_text("columns: {被叫号码: recipient.number}", "utf-8")
    intake = read(tmp_path, (header, (*ROW, "a", "b")), (header, (*ROW, "a", "b")), map_file=file)
    report = run_audit(intake, Basis(PACKS, settings=Settings(ZONE)))
    for lang in LANGS:
        words = render_text(report, lang)
        assert "2025-11-03" in words
        assert "13800138000" not in words
        table = list(csv.reader(io.StringIO(render_quality_csv(report, lang).removeprefix("\ufeff"))))
        assert len(table) == 1 + 2 * len(header)
        assert {row[8] for row in table[1:]} == {*HEADER, "138****8000", "'=cmd()"}
    assert "by the mapping file" in render_text(report, "en", width=200)
    assert "says the same" not in render_text(report, "en")
    assert "have no id and say the same as one elsewhere" in " ".join(render_text(report, "en").split())
    data = json.loads(render_json(report))["data_quality"]
    assert [item["kind"] for item in data["overlaps"]] == ["counted_twice"]
    assert [sheet["contacts"] for sheet in data["sheets"]] == [1, 1]
    assert {item["known_by"] for item in data["sheets"][0]["columns"]} == {"known", "map", "unknown"}
    assert "13800138000" not in render_json(report)


def test_many_files_are_listed_and_the_worst_are_shown_in_detail(tmp_path: Path) -> None:
    """Columns are shown of five files; the one with what nobody knows is among them."""
    files = [(HEADER, (f"C-{number}", *ROW[1:])) for number in range(7)]
    files[6] = (HEADER, ("C-6", "拜把子", *ROW[2:]))
    report = run_audit(read(tmp_path, *files), Basis(PACKS, settings=Settings(ZONE)))
    words = " ".join(render_text(report, "en", width=200).split())
    assert words.count("the columns of its 1 row") == 5
    assert "6.csv: the columns of its" in words
    assert "The columns of 2 more files or sheets" in words


@given(st.lists(st.integers(0, 2), min_size=1, max_size=12), st.randoms(use_true_random=False))
def test_a_log_cut_into_files_of_any_format_has_the_same_verdicts(
    tmp_path_factory: pytest.TempPathFactory, parts: list[int], chance: Any
) -> None:
    """CSV, JSON lines and Parquet parts in any order give the digest of the whole."""
    pl = pytest.importorskip("polars")
    folder = tmp_path_factory.mktemp("formats")
    rows = [
        {"event_id": f"E-{place}", "case_id": f"C-{place % 2}", "channel": "call", "direction": "outbound",
         "started_at": f"2025-11-0{1 + place % 3}T2{place % 3}:00:0{place % 10}+08:00", "agency": "某公司"}
        for place in range(len(parts))
    ]  # fmt: skip
    nested = [
        row | {"recipient": {"relationship": "self" if number else "parent"}}
        for row, number in zip(rows, parts, strict=True)
    ]
    (folder / "whole.jsonl").write_text("".join(json.dumps(row) + "\n" for row in nested), "utf-8")
    paths = []
    for number, name in ((0, "a.csv"), (1, "b.jsonl"), (2, "c.parquet")):
        part = [row for row, own in zip(nested, parts, strict=True) if own == number]
        if not part:
            continue
        paths.append(folder / name)
        flat = [{**row, "recipient.relationship": row["recipient"]["relationship"]} for row in part]
        for row in flat:
            del row["recipient"]
        if name.endswith("csv"):
            paths[-1].write_text(csv_text([tuple(flat[0]), *(tuple(row.values()) for row in flat)]), "utf-8")
        elif name.endswith("jsonl"):
            paths[-1].write_text("".join(json.dumps(row) + "\n" for row in part), "utf-8")
        else:
            pl.DataFrame(part).write_parquet(paths[-1])
    chance.shuffle(paths)
    basis = Basis(PACKS, settings=Settings(ZONE), engine="reference")
    digests = {
        run_audit(whole(read_logs(logs, timezone=ZONE)), basis).verdict_digest
        for logs in (paths, [folder / "whole.jsonl"])
    }
    assert len(digests) == 1

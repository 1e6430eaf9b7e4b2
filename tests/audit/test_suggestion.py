"""A mapping file proposed from a log: what is sure takes effect, what is not waits for a person."""

import random
import re
from pathlib import Path
from typing import Any

import openpyxl
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from readers.making import HEADER, csv_text, told, whole
from typer.testing import CliRunner

from collection_guard.audit.mapping import read_mapping
from collection_guard.audit.reading import read_logs
from collection_guard.audit.suggestion import suggest
from collection_guard.audit.vocabulary.headers import headers
from collection_guard.cli.main import app
from collection_guard.language.yaml_positions import parse_yaml
from collection_guard.model.problems import LogError
from collection_guard.model.texts import LANGS
from collection_guard.reports.suggested_map import render_map

ZONE = "Asia/Shanghai"
HEAD = ("编号", "对端号", "拨号时刻", "人", "结论", "机构名", "长短", "说明", "序号")
LONG = "说好了下周还款，请不要再打到单位来，谢谢你们的理解和配合"
ROWS = [
    ("A0001", "13800000001", "2025-11-03 10:00:00", "父亲-高建国", "已接通", "某某服务有限公司", "00:00:35", LONG, "1"),
    (
        "A0002",
        "13800000002",
        "2025-11-03 11:00:00",
        "本人-李四四",
        "关机",
        "某某服务有限公司",
        "00:01:35",
        LONG[:22],
        "2",
    ),
    (
        "A0003",
        "13900000003",
        "2025-11-03 12:00:00",
        "配偶-王五五",
        "X9",
        "某某服务有限公司",
        "00:00:00",
        LONG[:25],
        "3",
    ),
]


def write(folder: Path, *rows: Any, name: str = "log.csv") -> Path:
    """Write rows as CSV."""
    path = folder / name
    path.write_text(csv_text(rows), "utf-8")
    return path


def proposed(path: Path, folder: Path, **options: Any) -> tuple[str, dict[str, str]]:
    """Return the text of a proposed map, and the columns that take effect in it."""
    words = render_map(suggest(path, **options), "zh")
    file = folder / "map.yaml"
    file.write_text(words, "utf-8")
    read_mapping(file)
    return words, parse_yaml(words, "map.yaml").data.get("columns") or {}


def test_strong_grounds_are_written_out_and_doubts_are_comments(tmp_path: Path) -> None:
    """Numbers, times, lengths and cells with a relationship are told by their shape; ids and texts are not."""
    words, columns = proposed(write(tmp_path, HEAD, *ROWS), tmp_path)
    assert columns == {
        "对端号": "recipient.number",
        "拨号时刻": "started_at",
        "人": "recipient.relationship",
        "长短": "talk_seconds",
    }
    for line in (
        '# "说明": content',
        '# "说明": extra.note',
        '# "编号": event_id',
        '# "机构名": agency',
        '# "序号": event_id',
    ):
        assert f"  {line}" in words
    assert '#     "X9": ' in words
    assert "# timezone: " in words


@pytest.mark.parametrize("lang", LANGS)
def test_the_file_is_accepted_as_it_is_and_names_nobody(tmp_path: Path, lang: str) -> None:
    """In both languages; samples, of whatever column, show no number and no name in full."""
    named = [(*row, name) for row, name in zip(ROWS, ("钱某甲", "孙某乙", "周某丙"), strict=True)]
    path, file = write(tmp_path, (*HEAD, "谁"), *named), tmp_path / "map.yaml"
    done = CliRunner().invoke(app, ["map", "suggest", str(path), "--lang", lang, "--out", str(file)])
    assert done.exit_code == 0, done.output
    words = file.read_text("utf-8")
    assert not re.search(r"1[38][09]0000000|钱某甲|孙某乙|周某丙|高建国|李四四|王五五|下周还款", words)
    with_channel = words.replace("# defaults:\n#   channel: call", "defaults:\n  channel: call")
    assert with_channel != words
    file.write_text(with_channel, "utf-8")
    intake = whole(read_logs([path], timezone=ZONE, map_file=file))
    assert [c.event.recipient.relationship for c in intake.contacts] == ["parent", "self", "spouse"]
    assert [c.event.talk_seconds for c in intake.contacts] == [35, 95, 0]


def test_a_table_without_a_header_is_mapped_by_the_places_of_its_columns(tmp_path: Path) -> None:
    """No row is taken for a header, and none is lost."""
    path = write(tmp_path, *ROWS)
    words, columns = proposed(path, tmp_path)
    assert columns == {"2": "recipient.number", "3": "started_at", "4": "recipient.relationship", "7": "talk_seconds"}
    assert "header_row: none" in words
    file = tmp_path / "map.yaml"
    file.write_text(words + "defaults: {channel: call}\n", "utf-8")
    assert len(whole(read_logs([path], timezone=ZONE, map_file=file)).contacts) == 3


def test_columns_that_may_be_the_same_are_left_to_a_person(tmp_path: Path) -> None:
    """Two columns of numbers, or two known headers for one field: both are named, and neither takes effect."""
    rows = [("13800000001", "13900000001", "x")] * 3
    words, columns = proposed(write(tmp_path, ("甲号", "乙号", "丙"), *rows), tmp_path)
    assert columns == {}
    assert "甲号, 乙号" in words
    _, columns = proposed(
        write(tmp_path, ("案件编号", "拨打时间", "通话时间"), ("C", "2025-11-03 10:00", "2025-11-03 10:00")), tmp_path
    )
    assert columns == {"案件编号": "case_id"}


def test_what_needs_no_map_says_so(tmp_path: Path) -> None:
    """Known headers are written out as they are known; a preset is named; JSON objects name their fields."""
    row = ("C-1", "本人", "13800000001", "2025-11-03 10:00:00", "30", "已接通")
    _, columns = proposed(write(tmp_path, HEADER, row), tmp_path)
    known = {name: found.path for name in HEADER if (found := headers().find(name)) is not None}
    assert columns == known
    start, end = "2025-11-03 10:00:00", "2025-11-03 10:00:30"
    call = ["", "8001", "13800000001", "out", '"x" <8001>', "SIP/1", "SIP/2", "Dial", "a", start, start, end]
    call += ["30", "25", "ANSWERED", "DOCUMENTATION", "1762135200.1", ""]
    words = render_map(suggest(write(tmp_path, call, call)), "en")
    assert "preset: asterisk-master" in words
    lines = tmp_path / "log.jsonl"
    lines.write_text('{"event_id": "E"}\n', "utf-8")
    with pytest.raises(LogError, match="name their fields themselves"):
        suggest(lines)


def test_of_a_workbook_the_fullest_sheet_is_taken_or_the_one_named(tmp_path: Path) -> None:
    """The others are named; a sheet that is not there is a mistake; a Parquet table has its own names."""
    book = openpyxl.Workbook()
    notes, log = book.create_sheet("说明"), book.create_sheet("记录")
    notes.append(["甲", "乙"])
    for row in (HEAD, *ROWS):
        log.append(list(row))
    path = tmp_path / "log.xlsx"
    book.save(path)
    words, columns = proposed(path, tmp_path)
    assert 'sheet: "记录"' in words
    assert "对端号" in columns
    assert 'sheet: "说明"' in proposed(path, tmp_path, sheet="说明")[0]
    with pytest.raises(LogError, match="there is no sheet `x`; there are: 说明, 记录"):
        suggest(path, sheet="x")
    frame = tmp_path / "log.parquet"
    pl.DataFrame(ROWS, schema=list(HEAD), orient="row").write_parquet(frame)
    assert proposed(frame, tmp_path)[1] == columns


CELL = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["13800000001", "2025-11-03 10:00", "父亲-高某", "关机", "=1+1", "# x", "a: b", "'", '"', "00:01:02"]
    ),
)


@given(st.lists(st.lists(CELL, min_size=1, max_size=5), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_of_any_table_comes_a_map_that_can_be_read_or_a_problem(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], chance: random.Random
) -> None:
    """Whatever stands in cells and headers, the file is YAML that audit accepts."""
    folder = tmp_path_factory.mktemp("any")
    path = folder / "log.csv"
    path.write_bytes(csv_text(rows).encode("utf-8", "replace"))
    try:
        found = suggest(path)
    except LogError as error:
        told(error)
        return
    file = folder / "map.yaml"
    file.write_text(render_map(found, chance.choice(LANGS)), "utf-8")
    read_mapping(file)


def test_a_header_of_words_that_are_values_elsewhere(tmp_path: Path) -> None:
    """电话 is a channel too; numbers and times below say that it is the name of a column here."""
    rows = [(f"C-{n}", "父亲", f"1390000000{n}", f"2025-11-0{n} 10:00:00") for n in (1, 2, 3)]
    _, columns = proposed(write(tmp_path, ("合约编码", "对象", "电话", "时刻甲"), *rows), tmp_path)
    assert columns == {"对象": "recipient.relationship", "电话": "recipient.number", "时刻甲": "started_at"}
    words, _ = proposed(write(tmp_path, ("电话", "父亲"), ("短信", "母亲")), tmp_path)
    assert "header_row: none" in words

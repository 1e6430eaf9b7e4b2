"""Logs read in slices: every problem of all of them at once, with file and row."""

from pathlib import Path
from types import SimpleNamespace

import polars as pl
import pytest

from collection_guard.audit import pieces, slices
from collection_guard.audit.large import matter_of
from collection_guard.audit.pieces import Pieces, judge_pieces
from collection_guard.audit.run import Basis
from collection_guard.engines.columnar.faults import LISTED, shown
from collection_guard.engines.columnar.scan import Scan
from collection_guard.facts.world import Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.problems import LogError, Problem

LINE = '{"event_id":"%s","case_id":"C","channel":"%s","started_at":"2025-11-01T10:00:00Z"}'


def problems_of(*logs: Path) -> list[Problem]:
    """Return what an audit in pieces says of logs that it refuses."""
    matter = matter_of(Basis(load_packs(["core"]), settings=Settings(timezone="Asia/Shanghai")), None)
    with pytest.raises(LogError) as caught:
        judge_pieces(Pieces(logs, [], None, 400 * 2**20), matter, None)
    return list(caught.value.problems)


@pytest.mark.parametrize("each", [2, 250_000])
def test_all_that_is_wrong_is_told_at_once(tmp_path: Path, each: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken lines, words, ids, files that are none: all in one go, wherever in the log, each at its first row."""
    monkeypatch.setattr(pieces, "_SLICE", each)
    log = tmp_path / "log.jsonl"
    lines = [LINE % ("a", "call"), "", '{"event_id":', LINE % ("a", "pigeon"), "[1]", LINE % ("", "call"), '"half']
    log.write_text("\n".join(lines), "utf-8")
    good = tmp_path / "good.parquet"
    pl.read_ndjson((LINE % ("a", "call")).encode()).write_parquet(good)
    table = tmp_path / "table.csv"
    table.write_text("event_id,case_id\n1,2\n")
    cut = tmp_path / "cut.parquet"
    cut.write_bytes(good.read_bytes()[:-5])
    told = problems_of(log, good, table, cut, tmp_path / "none.parquet")
    assert [(one.place(), one.code, one.values.get("count")) for one in told] == [
        (str(cut), "parquet_broken", None),
        (f"{log}:1", "table_id_twice", 3),
        (f"{log}:3", "table_line", 3),
        (f"{log}:4", "table_value", 1),
        (f"{log}:6", "table_value_missing", 1),
        (str(tmp_path / "none.parquet"), "file_unreadable", None),
        (str(table), "not_in_slices", None),
    ]
    said = {one.code: one.render("zh") for one in told}
    assert "共 3 行，此为首行" in said["table_line"]
    assert "不是有效的 JSON" in said["table_line"]
    assert "scan_csv" in said["not_in_slices"]
    assert "--memory" in said["not_in_slices"]


def test_many_ids_that_come_twice_are_counted(tmp_path: Path) -> None:
    """Of a file that is given twice under two names, a few ids are named and the others counted."""
    for name in ("one.jsonl", "two.jsonl"):
        (tmp_path / name).write_text("\n".join(LINE % (f"E{place}", "call") for place in range(LISTED + 4)))
    told = problems_of(tmp_path / "one.jsonl", tmp_path / "two.jsonl")
    places = [(one.place(), one.values.get("value")) for one in told if one.code == "table_id_twice"]
    assert places == [(f"{tmp_path / 'one.jsonl'}:{place + 1}", f"E{place}") for place in range(LISTED)]
    assert [one.values["kinds"] for one in told if one.code == "table_ids_more"] == [4]


def test_fields_of_two_types_are_told_with_their_rows(tmp_path: Path) -> None:
    """Lines that are whole, each by itself, but make no table together, are told by the rows read together."""
    log = tmp_path / "log.jsonl"
    lines = [(LINE % ("a", "call"))[:-1] + more for more in (',"recipient":1}', ',"recipient":{"number":"1"}}', "")]
    log.write_text("\n".join(lines))
    told = problems_of(log)
    assert [one.code for one in told] == ["table_lines_differ", "table_line"]
    assert "rows 1 to 3" in told[0].render("en")


def test_characters_that_are_none_are_told_by_their_line(tmp_path: Path) -> None:
    """A line that is not in UTF-8 is a broken line, and costs no other."""
    log = tmp_path / "log.jsonl"
    log.write_bytes((LINE % ("a", "call")).encode() + b'\n{"event_id":"\xff"}\n')
    assert [one.place() for one in problems_of(log)] == [f"{log}:2"]


def test_a_slice_that_breaks_off_ends_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of a Parquet file that cannot be read are a problem of the log, and no failure of the program."""
    path = tmp_path / "log.parquet"
    pl.DataFrame({"event_id": [f"E{place}" for place in range(50_000)]}).write_parquet(path, compression="zstd")
    data = bytearray(path.read_bytes())
    data[100:4000] = bytes(3900)
    path.write_bytes(data)
    monkeypatch.setattr(slices, "_rows_in", lambda _path: 50_000)
    (part,) = slices.slices_of(path, 100_000)
    assert [problem.code for problem in part.problems] == ["parquet_broken"]


def test_a_name_with_brackets_is_that_of_one_file(tmp_path: Path) -> None:
    """``log[1].parquet`` is itself, neither ``log1.parquet`` nor broken; of several folders ``*`` is one, too."""
    folder = tmp_path / "x[1]*"
    folder.mkdir()
    for name, rows in (("log1.parquet", 3), ("log[1].parquet", 1)):
        lines = "\n".join(LINE % (f"{name}-{row}", "call") for row in range(rows))
        pl.read_ndjson(lines.encode()).write_parquet(folder / name)
    (part,) = slices.slices_of(folder / "log[1].parquet", 10)
    assert part.frame["event_id"].to_list() == ["log[1].parquet-0"]
    assert slices.sizes_of([folder / "log[1].parquet"], Scan()) == {folder / "log[1].parquet": 1}


def test_a_log_without_rows_does_not_pass_as_clean(tmp_path: Path) -> None:
    """A file of nothing is told as empty, and a table that is no log by its columns, though it has no rows."""
    for name, content in (("empty.jsonl", b""), ("blank.jsonl", b"\xef\xbb\xbf\n\n")):
        (tmp_path / name).write_bytes(content)
    pl.DataFrame({"foo": []}, schema={"foo": pl.String}).write_parquet(tmp_path / "foo.parquet")
    pl.DataFrame().write_parquet(tmp_path / "none.parquet")
    told = problems_of(*(tmp_path / name for name in ("empty.jsonl", "blank.jsonl", "foo.parquet", "none.parquet")))
    assert {(Path(one.file or "").name, one.code) for one in told} >= {
        ("empty.jsonl", "file_empty"),
        ("blank.jsonl", "file_empty"),
        ("foo.parquet", "table_column_unknown"),
        ("foo.parquet", "table_column_missing"),
        ("none.parquet", "file_empty"),
    }


def test_json_lines_may_begin_with_the_mark_of_utf_8(tmp_path: Path) -> None:
    """As in the ordinary audit, three bytes at the beginning are no part of the first line."""
    log = tmp_path / "log.jsonl"
    log.write_bytes(b"\xef\xbb\xbf" + (LINE % ("a", "call")).encode())
    (part,) = slices.slices_of(log, 10)
    assert (part.frame["event_id"].to_list(), part.problems) == (["a"], ())


def test_ids_that_come_twice_are_masked(tmp_path: Path) -> None:
    """An id that somebody made of a name and numbers is not printed, and a value is masked before it is cut."""
    log = tmp_path / "log.jsonl"
    log.write_text("\n".join([LINE % ("北京张伟13812345678", "call")] * 2), "utf-8")
    (told,) = problems_of(log)
    assert "13812345678" not in told.render("zh")
    assert "138123" not in shown("recipient.relationship", "无" * 54 + "13812345678")


def test_parts_of_parts_never_overwrite_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many parts there are, what is cut from each of them stays."""
    monkeypatch.setattr(pieces, "key_column", lambda frame, _key, _world: frame["case_id"])
    frame = pl.DataFrame({"case_id": [str(place) for place in range(6_000)]})
    for part in ("0", "1", "2"):
        pieces._Spill(tmp_path, "case", 1_200, part).add(frame, SimpleNamespace(world=None))
    assert sum(pl.read_parquet(file).height for file in tmp_path.rglob("*.parquet")) == 3 * frame.height

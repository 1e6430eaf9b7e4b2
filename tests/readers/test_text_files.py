"""Text files: encodings are confirmed, delimiters found, broken quotes cost one row, JSON objects stand alone."""

import codecs
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.audit.reading import read_logs
from collection_guard.audit.vocabulary import tables
from collection_guard.model.problems import LogError, Problem
from collection_guard.model.tables import delimited
from collection_guard.model.tables.delimited import read_delimited
from collection_guard.model.tables.encodings import Decoded, decode
from collection_guard.model.tables.json_text import looks_like_json, read_json
from readers.making import HEADER, ROW, csv_text, read_text, whole

LOG = csv_text([HEADER, ROW])


@pytest.mark.parametrize(
    ("encoding", "mark", "found"),
    [
        ("utf-8", b"", "utf-8"),
        ("utf-8", codecs.BOM_UTF8, "utf-8-sig"),
        ("gb18030", b"", "gb18030"),
        ("gbk", b"", "gb18030"),
        ("utf-16-le", codecs.BOM_UTF16_LE, "utf-16"),
        ("utf-16-be", codecs.BOM_UTF16_BE, "utf-16"),
        ("utf-32-le", codecs.BOM_UTF32_LE, "utf-32"),
    ],
)
def test_an_encoding_is_found_and_confirmed(tmp_path: Path, encoding: str, mark: bytes, found: str) -> None:
    """The same log in each encoding gives the same contact, and the report names the encoding."""
    path = tmp_path / "log.csv"
    path.write_bytes(mark + LOG.encode(encoding))
    intake = whole(read_logs([path], timezone="Asia/Shanghai"))
    [file] = intake.files
    assert (file.encoding, file.encoding_confirmed) == (found, True)
    assert intake.contacts[0].event.recipient.relationship == "self"


def test_traditional_text_in_big5_is_told_from_gb18030_by_its_words(tmp_path: Path) -> None:
    """Bytes that are valid in both are read in the one in which known words appear."""
    text = "案件編號,聯絡人姓名,關係,電話號碼,聯繫時間,催收方式\nC-1,王小明,父親,13800000001,2025-11-03 10:00,簡訊\n"
    path = tmp_path / "log.csv"
    path.write_bytes(text.encode("big5"))
    intake = whole(read_logs([path], timezone="Asia/Shanghai"))
    assert intake.files[0].encoding == "big5hkscs"
    assert intake.contacts[0].event.recipient.relationship == "parent"


def test_a_sparse_gbk_file_with_an_ascii_header_is_read(tmp_path: Path) -> None:
    """A few Chinese words among ASCII, which detectors take for Korean or Thai, confirm GB18030."""
    text = "case_id,callee,started_at,channel,relationship\n" + "".join(
        f"C-{n},1380000000{n},2025-11-03 10:0{n},call,{'母亲' if n == 7 else 'friend'}\n" for n in range(9)
    )
    intake = whole(read_text(tmp_path, text, encoding="gb18030"))
    assert intake.files[0].encoding == "gb18030"
    assert intake.files[0].encoding_confirmed
    assert intake.contacts[7].event.recipient.relationship == "parent"


def test_a_damaged_utf8_file_is_not_read_as_something_else() -> None:
    """Bytes that happen to be valid GB18030 too are no such text when the words in them are UTF-8."""
    whole_text = "案件编号,与本人关系,被叫号码\n".encode()
    damaged = next(
        data
        for at in range(len(whole_text))
        for byte in range(0x80, 0x100)
        if not _valid_utf8(data := whole_text[:at] + bytes([byte]) + whole_text[at + 1 :])
        and isinstance(decode(data, "log", "gb18030", known), Decoded)
    )
    found = decode(damaged, "log", None, lambda text: sum(word in text for word in ("编号", "关系", "号码")))
    assert isinstance(found, Problem)
    assert found.code == "encoding_broken"


def test_an_encoding_that_nothing_confirms_is_said(tmp_path: Path) -> None:
    """Bytes that decode but hold no known word are read, and the assumption is named in both languages."""
    text = "case_id,callee,started_at,channel,agency\nC-1,1,2025-11-03 10:00,call,{}\n"
    # The bytes of 某某 in GB18030 are valid UTF-8 by chance; those of 澜川 are not.
    for agency, encoding in (("某某", "utf-8"), ("澜川", "gb18030")):
        [file] = read_text(tmp_path, text.format(agency), encoding="gb18030").files
        assert (file.encoding, file.encoding_confirmed) == (encoding, False)
        [assumed] = [item for item in file.assumptions if item.code == "encoding_unconfirmed"]
        assert encoding in assumed.cause("zh")
        assert "--encoding" in (assumed.help("en") or "")


def test_bytes_that_are_valid_utf8_by_chance_are_read_as_the_words_say(tmp_path: Path) -> None:
    """The GB18030 bytes of some words are valid UTF-8; a known word among them tells which was meant."""
    word = next(word for word in relationship_words() if not word.isascii() and _valid_utf8(word.encode("gb18030")))
    text = f"case_id,callee,started_at,channel,relationship\nC-1,1,2025-11-03 10:00,call,{word}\n"
    [file] = read_text(tmp_path, text, encoding="gb18030").files
    assert (file.encoding, file.encoding_confirmed) == ("gb18030", True)


def relationship_words() -> tuple[str, ...]:
    """Return the known words of relationships."""
    return tables().by_path["recipient.relationship"].words()


def _valid_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def test_a_named_encoding_wins(tmp_path: Path) -> None:
    """--encoding is obeyed even where another would be found, and refused by name if it is none."""
    latin = "case_id,callee,started_at,channel,agency\nC-1,1,2025-11-03 10:00,call,José & Müller\n"
    path = tmp_path / "latin.csv"
    path.write_bytes(latin.encode("cp1252"))
    intake = read_logs([path], timezone="Asia/Shanghai", encoding="cp1252")
    assert intake.contacts[0].event.agency == "José & Müller"
    path.write_bytes(codecs.BOM_UTF8 + LOG.encode())
    assert read_logs([path], timezone="Asia/Shanghai", encoding="utf-8").contacts[0].event.case_id == "C-1"
    for wrong in ("klingon", "base64", "rot13"):
        with pytest.raises(LogError, match="unknown encoding"):
            read_logs([path], encoding=wrong)
    with pytest.raises(LogError, match="no valid ascii text"):
        read_logs([path], encoding="ascii")


def known(text: str) -> int:
    """Count two words."""
    return text.count("母亲") + text.count("name")


@given(st.binary(max_size=300))
def test_any_bytes_are_a_text_or_a_problem(data: bytes) -> None:
    """Decoding never fails otherwise, and a text encodes back to the bytes it came from."""
    found = decode(data, "log", None, known)
    if isinstance(found, Decoded):
        marked = any(data.startswith(mark) for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        assert marked or found.text.encode(found.encoding) == data
    else:
        assert isinstance(found, Problem)


@pytest.mark.parametrize("delimiter", [",", "\t", ";", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    """Commas, tabs, semicolons and bars are told apart by the header."""
    assert read_text(tmp_path, csv_text([HEADER, ROW], delimiter)).contacts[0].event.case_id == "C-1"


def count_letters(cells: Any) -> int:
    """Score a row by its known header cells."""
    return sum(cell in ("a", "b", "c") for cell in cells)


ROWS = st.lists(
    st.lists(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00\r"), max_size=8),
        min_size=3,
        max_size=3,
    ),
    max_size=12,
)


@given(ROWS)
def test_rows_written_as_csv_are_read_back_with_their_lines(rows: list[list[str]]) -> None:
    """Whatever cells hold, quoted CSV comes back cell by cell, each row at the line on which it starts."""
    text = csv_text([["a", "b", "c"], *rows])
    grid = read_delimited(text, count_letters)
    assert grid.broken == []
    filled = [(row, cells) for row, cells in grid.rows if cells]
    assert [cells for _, cells in filled] == [["a", "b", "c"], *rows]
    lines = text.split("\n")
    assert all(lines[row - 1].startswith((str(cells[0]).split("\n")[0], '"')) for row, cells in filled)


@given(st.integers(0, 5), st.integers(0, 2))
def test_one_unclosed_quote_costs_its_own_row_alone(at: int, column: int) -> None:
    """A stray opening quote loses the row it stands in; every other row is read."""
    rows = [[f"a{n}", f"b{n}", f"c{n}"] for n in range(6)]
    broken = [list(row) for row in rows]
    broken[at][column] = '"' + broken[at][column]
    text = "a,b,c\n" + "".join(",".join(row) + "\n" for row in broken)
    grid = read_delimited(text, count_letters)
    assert [item.row for item in grid.broken] == [at + 2]
    assert [cells for _, cells in grid.rows if cells][1:] == [row for n, row in enumerate(rows) if n != at]


def test_a_file_of_broken_quotes_ends_and_loses_nothing() -> None:
    """Hundreds of unclosed quotes are hundreds of broken rows, not a hang."""
    text = "a,b,c\n" + '"x,1,2\n' * 501
    grid = read_delimited(text, count_letters)
    assert len(grid.broken) + len([1 for _, cells in grid.rows if cells]) == 502
    assert len(grid.broken) >= 250


def test_a_cell_beyond_all_measure_is_a_broken_row(monkeypatch: pytest.MonkeyPatch) -> None:
    """The row of such a cell is lost and named; those before and after it are read."""
    monkeypatch.setattr(delimited, "_LONGEST_CELL", 50)
    grid = read_delimited("a,b,c\n1,2,3\n" + "x" * 60 + ",2,3\n4,5,6\n", count_letters)
    assert [(item.row, item.reason) for item in grid.broken] == [(3, "row_cell_too_long")]
    assert [row for row, cells in grid.rows if cells] == [1, 2, 4]


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


@given(st.lists(VALUES, max_size=6), st.booleans())
def test_json_lines_and_arrays_give_the_same_objects(values: list[Any], spread: bool) -> None:
    """Each object is read, whatever stands beside it; what is no object is named."""
    lines = "\n".join(json.dumps(value) for value in values)
    array = json.dumps(values, indent=2 if spread else None)
    objects = [value for value in values if isinstance(value, dict)]
    for text in (lines, array):
        if not text:
            continue
        if text is lines and text.lstrip().startswith("["):
            continue
        rows, broken, _ = read_json(text)
        assert [row.data for row in rows] == objects
        assert len(broken) == len(values) - len(objects)


@given(st.lists(VALUES, max_size=6), st.sampled_from((None, 0, 2)), st.booleans())
def test_objects_over_several_lines_are_read_as_on_one(values: list[Any], indent: int | None, blank: bool) -> None:
    """Objects that a program printed for people are the same objects, each at the line on which it begins."""
    objects = [value for value in values if isinstance(value, dict)]
    texts = [json.dumps(value, indent=indent) for value in objects]
    rows, broken, blanks = read_json(("\n\n" if blank else "\n").join(texts))
    assert [row.data for row in rows] == objects
    first = 1
    for row, text in zip(rows, texts, strict=True):
        assert row.row == first
        first += text.count("\n") + (2 if blank else 1)
    assert (broken, len(blanks)) == ([], max(0, len(texts) - 1) * blank + (not objects))


def test_a_broken_object_over_several_lines_costs_no_other() -> None:
    """A key that stands twice is one broken object; a line that is cut off costs itself, and what it seemed to open."""
    twice = json.dumps({"b": [1, 2], "c": "x"}, indent=1).replace('"c"', '"b"')
    long = {"x": ["y" * 50] * 400}
    rows, broken, _ = read_json(f'{twice}\n{json.dumps(long, indent=1)}\n{{"a": 1')
    assert [row.data for row in rows] == [long]
    assert [(item.row, item.reason) for item in broken] == [
        (1, "row_json_duplicate_key"),
        (7 + 404 + 1, "row_json_syntax"),
    ]
    rows, broken, _ = read_json('{"a": 1,\n{"b": 2}\n{\n"c": 3\n}\n')
    assert [(row.row, row.data) for row in rows] == [(2, {"b": 2}), (3, {"c": 3})]
    assert [item.row for item in broken] == [1]
    assert [item.row for item in read_json('{"a": 1\n} x\n')[1]] == [1, 2]
    assert [item.row for item in read_json('{"a":' * 9_000)[1]] == [1]


@given(st.text(max_size=80) | st.text('[]{}:,"\\u d8019e-.NaNtruefalsnul \n', max_size=60))
def test_any_text_is_json_or_a_list_of_what_is_broken(text: str) -> None:
    """Reading JSON ends in rows and broken rows, never in an exception."""
    looks_like_json(text)
    rows, broken, _ = read_json(text)
    if text.strip():
        assert rows or broken or text.split() == ["[", "]"] or text.strip().replace(" ", "") in ("[]", "\ufeff")


def test_blank_lines_between_json_lines_are_set_aside(tmp_path: Path) -> None:
    """A blank line is a row that is no contact; blank lines at the end are no rows."""
    event = '{"event_id":"E-%d","case_id":"C","channel":"sms","started_at":"2025-11-03T10:00:00+08:00"}\n'
    intake = whole(read_text(tmp_path, "\ufeff" + event % 1 + "\n" + event % 2 + "\n\n", name="log.jsonl"))
    assert intake.set_aside_by_reason() == {"blank": 1}
    assert [contact.position.row for contact in intake.contacts] == [1, 3]


def test_the_same_file_twice_is_refused_and_a_copy_is_pointed_out(tmp_path: Path) -> None:
    """Contacts without an id would count double."""
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    for path in (first, second):
        path.write_text(LOG, "utf-8")
    with pytest.raises(LogError, match="named twice"):
        read_logs([first, tmp_path / "." / "a.csv"], timezone="Asia/Shanghai")
    [finding] = read_logs([first, second], timezone="Asia/Shanghai").findings
    assert finding.code == "SAME_FILE_TWICE"
    assert str(first) in finding.cause("zh")
    assert finding.help("en")


def test_what_is_no_file_is_a_problem(tmp_path: Path) -> None:
    """An empty folder, a missing file and an unreadable name are told apart."""
    with pytest.raises(LogError) as caught:
        read_logs([tmp_path, tmp_path / "none.csv", tmp_path / "x\x00y.csv"])
    assert {problem.code for problem in caught.value.problems} == {
        "folder_without_logs",
        "file_missing",
        "file_unreadable",
    }


def test_an_array_keeps_what_stands_beside_a_bad_element() -> None:
    """A duplicate key, a number that is none and an element that is no object cost themselves alone."""
    text = '[{"a": 1, "a": 2}, {"b": [NaN]}, 7, {"c": 3}]'
    rows, broken, _ = read_json(text)
    assert [(row.row, row.data) for row in rows] == [(4, {"c": 3})]
    assert [(item.row, item.reason) for item in broken] == [
        (1, "row_json_duplicate_key"),
        (2, "row_json_not_finite"),
        (3, "row_json_no_object"),
    ]


@given(st.integers(1, 300), st.booleans())
def test_deep_json_is_read_or_refused_and_never_too_deep_for_what_follows(depth: int, lists: bool) -> None:
    """Nesting up to a limit is data; beyond it the row is broken."""
    inner = "1"
    for _ in range(depth):
        inner = f"[{inner}]" if lists else f'{{"x":{inner}}}'
    rows, broken, _ = read_json(f'{{"a":{inner}}}')
    assert (len(rows), len(broken)) == ((1, 0) if depth < 50 else (0, 1))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_kind_of_line_end_ends_the_file(tmp_path: Path, end: str) -> None:
    """A file of an old Macintosh ends with its last row, as any other does."""
    intake = whole(read_text(tmp_path, LOG.replace("\n", end)))
    assert (len(intake.contacts), intake.rejected) == (1, ())


@pytest.mark.parametrize(
    ("first", "is_total"),
    [
        ("合计", True),
        ("合计：9", True),
        ("合计3笔", True),
        ("Total 9", True),
        ("SUM", True),
        ("SUM001", False),
        ("SUM-001", False),
        ("Total_7", False),
        ("总计A1", False),
    ],
)
def test_an_identifier_that_begins_like_a_sum_is_no_sum(tmp_path: Path, first: str, is_total: bool) -> None:
    """A contact without a time is rejected, and not set aside for the letters that its id begins with."""
    intake = whole(read_text(tmp_path, csv_text([HEADER, ROW, (first, "本人", "", "", "9", "")])))
    assert [row.reason for row in intake.set_aside] == ["total"] * is_total
    assert [row.reason for row in intake.rejected] == ["time_missing"] * (not is_total)

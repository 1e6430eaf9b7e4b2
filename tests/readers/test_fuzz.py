"""Truncated, mis-encoded, mixed and hostile files: a problem or an intake, never a traceback, never a silent loss."""

import io
import json
import random
from pathlib import Path

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.audit.reading import read_logs
from collection_guard.audit.taken import Intake
from collection_guard.model.problems import InputError
from readers.making import HEADER, ROW, csv_text, local, sheet, told, whole

TIMES = [
    "2025-11-03 10:00:00",
    "2025/11/3 10:05",
    "2025年11月3日10时",
    "20251103100000",
    "1762135200",
    "05/11/2025 10:00",
    "?",
    "",
]
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["C-1", "C-2", "", "6.2E+18", "合计"]),
        st.sampled_from(["本人", "母亲", "父亲-高某", "某", "同学"]),
        st.sampled_from(["13800000001", "138****0001", '="13800000002"', ""]),
        st.sampled_from(TIMES),
        st.sampled_from(["0", "30", "1分5秒", "x", "-"]),
        st.sampled_from(["已接通", "关机", "呼叫限制", "怪", "导入催记"]),
    ),
    min_size=1,
    max_size=8,
)
ENCODINGS = st.sampled_from(["utf-8", "utf-8-sig", "gb18030", "utf-16", "big5"])


def attempt(path: Path, timezone: str | None = "Asia/Shanghai") -> Intake | None:
    """Read a file; return what came in, whole, or None where a problem was told."""
    try:
        intake = whole(read_logs([path], timezone=timezone))
    except InputError as error:
        told(error)
        return None
    for row in intake.rejected:
        assert row.cause("zh")
        assert row.cause("en")
    return intake


def folder_of(factory: pytest.TempPathFactory) -> Path:
    """Return a new folder."""
    return factory.mktemp("fuzz")


@given(ROWS, ENCODINGS, st.data())
def test_a_text_log_cut_or_damaged_anywhere(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, ...]], encoding: str, data: st.DataObject
) -> None:
    """Cut at any byte, with bytes changed, inserted or removed."""
    content = bytearray(csv_text([HEADER, *rows]).encode(encoding, "replace"))
    for _ in range(data.draw(st.integers(0, 4))):
        at = data.draw(st.integers(0, max(len(content) - 1, 0)))
        match data.draw(st.sampled_from(["change", "insert", "remove", "cut", "quote"])):
            case "change" if content:
                content[at] = data.draw(st.integers(0, 255))
            case "insert":
                content[at:at] = data.draw(st.binary(max_size=4))
            case "remove":
                del content[at : at + 3]
            case "quote":
                content[at:at] = b'"'
            case _:
                del content[at:]
    path = folder_of(tmp_path_factory) / "log.csv"
    path.write_bytes(bytes(content))
    attempt(path)


LINES = st.lists(
    st.sampled_from(
        [
            ",".join(ROW),
            ",".join(HEADER),
            "合计,,,,9,",
            "标题",
            "",
            "C-1,本人",
            ",".join(ROW) + ",x",
            ",,,,,",
            "a\tb;c|d",
            "{}",
            "\x0c",
        ]
    )
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters='"\r\n\x00'), max_size=20),
    max_size=14,
)


@given(LINES, LINES)
def test_every_line_of_a_text_without_quotes_is_accounted_for(
    tmp_path_factory: pytest.TempPathFactory, before: list[str], after: list[str]
) -> None:
    """Each line is the header, a contact, a rejected row or a row set aside, each line once."""
    lines = [*before, ",".join(HEADER), *after]
    while not lines[-1].strip(",;|\t \u3000\u00a0\ufeff\u200b\x0c"):
        lines.pop()
    path = folder_of(tmp_path_factory) / "log.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8", newline="")
    intake = attempt(path)
    if intake is None:
        return
    [reading] = intake.files[0].sheets or [None]
    if reading is None or intake.files[0].encoding != "utf-8":
        return
    seen = [row.position.row for part in (intake.contacts, intake.rejected, intake.set_aside) for row in part]
    assert len(seen) == len(set(seen))
    missing = set(range(1, len(lines) + 1)) - set(seen) - set(reading.header_rows)
    assert not [
        number
        for number in missing
        if lines[number - 1].strip("\ufeff \t\u3000\u00a0\u200b,;|\x0c\x1c\x1d\x1e\x85\u2028\u2029")
    ]


@given(st.lists(st.sampled_from(["utf-8", "gb18030", "utf-16-le"]), min_size=2, max_size=3), ROWS)
def test_files_glued_together_from_several_encodings(
    tmp_path_factory: pytest.TempPathFactory, encodings: list[str], rows: list[tuple[str, ...]]
) -> None:
    """A file half in UTF-8 and half in GB18030 is refused or read, and nothing is lost on the way."""
    path = folder_of(tmp_path_factory) / "log.csv"
    path.write_bytes(b"".join(csv_text([HEADER, *rows]).encode(encoding) for encoding in encodings))
    attempt(path)


EVENT = (
    '{"event_id":"E-%d","case_id":"C-1","channel":"call","started_at":"2025-11-03T10:00:00+08:00",'
    '"recipient":{"number":"138"}}'
)


@given(st.lists(st.text('{}[]",:\\u0d8e1.-+ntrfalse CO\n', max_size=30), max_size=5), st.integers(0, 400))
def test_json_lines_cut_and_mixed_with_anything(
    tmp_path_factory: pytest.TempPathFactory, between: list[str], cut: int
) -> None:
    """Whole events are read wherever they stand; each other line is told."""
    text = "\n".join(EVENT % number + "\n" + junk for number, junk in enumerate(["", *between])) + "\n"
    path = folder_of(tmp_path_factory) / "log.jsonl"
    path.write_text(text, "utf-8")
    intake = attempt(path)
    assert intake is not None
    assert {f"E-{number}" for number in range(len(between) + 1)} <= {c.event.event_id for c in intake.contacts}
    path.write_text(text[:cut] or "{", "utf-8")
    attempt(path)


CELLS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10)
JSON = st.recursive(
    CELLS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["name", "number", "members", "roles", "relationship", "x"]), inner, max_size=3
        )
    ),
    max_leaves=6,
)
FIELDS = st.sampled_from(
    [
        "event_id",
        "case_id",
        "channel",
        "started_at",
        "ended_at",
        "recorded_at",
        "talk_seconds",
        "content",
        "signals",
        "extra",
        "recipient",
        "outcome",
        "claims",
        "collector",
        "agency",
        "direction",
        "nonsense",
    ]
)


@given(
    st.dictionaries(FIELDS, JSON, max_size=6), st.sampled_from(["recipient", "outcome", "claims", "collector"]), JSON
)
def test_json_fields_of_any_type(
    tmp_path_factory: pytest.TempPathFactory, fields: dict[str, object], group: str, value: object
) -> None:
    """A value of any type in any field is read or rejected."""
    base = json.loads(EVENT % 1)
    names = {"recipient": "members", "outcome": "party", "claims": "law_firms", "collector": "kind"}
    lines = [json.dumps(base | fields), json.dumps(base | {"event_id": "E-2", group: {names[group]: value}})]
    path = folder_of(tmp_path_factory) / "log.jsonl"
    path.write_text("\n".join(lines), "utf-8")
    intake = attempt(path)
    assert intake is None or intake.rows_read == 2


def workbook_bytes() -> bytes:
    """Return a workbook of a few rows."""
    found = sheet([("标题",), HEADER, *[(*ROW[:3], local(f"2025-11-03 10:0{n}"), n, "已接通") for n in range(5)]])
    book = found.parent
    assert isinstance(book, openpyxl.Workbook)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


WORKBOOKS = [workbook_bytes(), (Path(__file__).parent / "log.xls").read_bytes()]


@given(st.integers(0, 1), st.integers(0, 2**31), st.integers(1, 40), st.booleans())
@settings(max_examples=60)
def test_a_workbook_cut_or_damaged_anywhere(
    tmp_path_factory: pytest.TempPathFactory, which: int, seed: int, changes: int, cut: bool
) -> None:
    """Bytes changed all over a workbook, or its end missing: refused, or read without loss."""
    chance = random.Random(seed)
    content = bytearray(WORKBOOKS[which])
    if cut:
        del content[chance.randrange(len(content)) :]
    for _ in range(changes):
        if content:
            content[chance.randrange(len(content))] = chance.randrange(256)
    path = folder_of(tmp_path_factory) / "log.xlsx"
    path.write_bytes(bytes(content))
    attempt(path)


TYPED = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.datetimes(local("1900-03-01"), local("2199-01-01"))
    | st.times()
    | st.timedeltas()
    | st.text("中a1-:/.年月日时 =", max_size=12)
)


@given(st.lists(st.lists(TYPED, min_size=6, max_size=7), min_size=1, max_size=5))
@settings(max_examples=60)
def test_a_workbook_of_cells_of_any_type(tmp_path_factory: pytest.TempPathFactory, rows: list[list[object]]) -> None:
    """Whatever type a cell has under whatever header, the row is read or told."""
    found = sheet([HEADER, *rows])
    book = found.parent
    assert isinstance(book, openpyxl.Workbook)
    path = folder_of(tmp_path_factory) / "log.xlsx"
    book.save(path)
    attempt(path)

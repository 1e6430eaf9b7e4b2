"""Tables of contacts: the same log as of events, whatever the form of the table, and every fault of it told at once."""

import json
import random
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from plain.random_log import RandomLog

from collection_guard.audit.borrowers import with_borrowers as completed
from collection_guard.audit.taken import Contact, Position
from collection_guard.engines.columnar import tables
from collection_guard.engines.columnar.canonical import Canonical, canonical, flagged
from collection_guard.engines.columnar.log import log_of
from collection_guard.engines.columnar.passes import with_borrowers
from collection_guard.engines.columnar.scan import Scan, scan_of
from collection_guard.engines.columnar.tables import FrameEvents, _codes, frame_of, in_order, log_of_frame
from collection_guard.engines.judge import in_order as ordered
from collection_guard.facts.world import World
from collection_guard.model import Event
from collection_guard.model.problems import Problem

START = datetime(2025, 11, 3, 2, 0, tzinfo=UTC)


def random_events(seed: int) -> list[Event]:
    """Return contacts of which any field may be missing."""
    chance = random.Random(seed)
    signals: list[dict[str, bool | None] | None] = [None, {}, {"threat": True, "abuse": None}, {"claims_lawyer": False}]
    events = [
        event.model_copy(update={"content": chance.choice(("a", "", None)), "signals": chance.choice(signals)})
        for event in RandomLog(seed).records(cases=5).events
    ]
    return ordered(events)


@pytest.mark.parametrize("seed", range(3))
def test_a_table_is_the_log_of_its_events(seed: int) -> None:
    """Every column of a log is the same, be it made of events or of a table; so are the events built from it."""
    events = random_events(seed)
    of_events, of_table = log_of(events), log_of_frame(in_order(frame_of(reversed(events))))
    for name, column in of_events.columns.items():
        other = of_table[name]
        assert [other.value(row) for row in range(len(events))] == [column.value(row) for row in range(len(events))]
    for name in ("at", "visible_from", "surely_visible_from", "doubtful", "ended", "has_end", "talk", "has_talk"):
        assert np.array_equal(getattr(of_events, name), getattr(of_table, name)), name
    assert list(of_table.events) == list(events)
    assert list(of_table.events[2:5]) == events[2:5]
    missing = of_events.other_fields(), of_table.other_fields()
    assert [missing[0].value(row) for row in range(len(events))] == [
        missing[1].value(row) for row in range(len(events))
    ]


def test_an_empty_table_is_an_empty_log() -> None:
    """Of no rows there is a log without events."""
    assert log_of_frame(frame_of([])).size == 0


def lines_of(events: list[Event]) -> bytes:
    """Return events as JSON lines."""
    return "".join(event.model_dump_json(exclude_none=True, exclude={"extra"}) + "\n" for event in events).encode()


@pytest.mark.parametrize("form", ["nested", "flat", "csv", "maps"])
def test_every_form_becomes_canonical(form: str, tmp_path: Path) -> None:
    """Structures as JSON has them, flat columns, texts as CSV has them, and maps for signals: all are one table."""
    events = random_events(1)
    flat = frame_of(events)
    match form:
        case "nested":
            given = pl.read_ndjson(lines_of(events), infer_schema_length=None)
        case "flat":
            given = flat.with_columns(
                pl.col("started_at").dt.convert_time_zone("Asia/Shanghai").cast(pl.Datetime("ms", "Asia/Shanghai"))
            )
        case "csv":
            given = flat.with_columns(
                pl.col(pl.Datetime).dt.strftime("%+"),
                pl.col("talk_seconds").cast(pl.String),
                pl.col(pl.Boolean).cast(pl.String),
            )
        case _:
            kind = pl.List(pl.Struct({"key": pl.String, "value": pl.Boolean}))
            maps = [
                None if e.signals is None else [{"key": k, "value": v} for k, v in e.signals.items()] for e in events
            ]
            given = flat.with_columns(pl.Series("signals", maps, dtype=kind))
    found = canonical(given)
    assert found.problems == []
    kept = [e for e in events if not (e.outcome.network == "blocked" and e.channel in {"call", "voice_notice"})]
    assert found.blocked == len(events) - len(kept)
    assert [said(event) for event in FrameEvents(found.frame)] == [said(event) for event in kept]


def said(event: Event) -> Event:
    """Return an event without signals of which nothing is said: a structure has a place for each."""
    return event.model_copy(update={"signals": {k: v for k, v in (event.signals or {}).items() if v is not None}})


def whole(**columns: Any) -> pl.DataFrame:
    """Return a table of two contacts, with other columns."""
    base = {"event_id": ["a", "b"], "case_id": ["C", "C"], "channel": ["call", "call"], "started_at": [START, START]}
    return pl.DataFrame(base | columns)


@pytest.mark.parametrize(
    ("columns", "code", "named"),
    [
        ({"chanel": ["call", "sms"]}, "table_column_unknown", "channel"),
        ({"collector": pl.Series([{"nme": "x"}, None])}, "table_column_unknown", "collector.name"),
        ({"event_id": [1.5, 2.5]}, "table_column_type", "Float64"),
        ({"started_at": [START.replace(tzinfo=None)] * 2}, "table_column_type", "started_at"),
        ({"started_at": [1, 2]}, "table_column_type", "started_at"),
        ({"outcome.message_left": [1, 0]}, "table_column_type", "message_left"),
        ({"signals": [1, 0]}, "table_column_type", "signals"),
        ({"started_at": ["2025-11-03T10:00:00+08:00", "yesterday"]}, "table_unread", "yesterday"),
        ({"talk_seconds": ["3", "long"]}, "table_unread", "long"),
        ({"talk_seconds": [3.0, -1.0]}, "table_unread", "-1"),
        ({"channel": ["call", "telegram"]}, "table_value", "telegram"),
        ({"outcome.network": ["connected", "接通"]}, "table_value", "接通"),
        ({"signals": ["{}", "{threat}"]}, "table_value", "{threat}"),
        ({"recipient.timezone": ["Asia/Shanghai", "Mars/Olympus"]}, "table_value", "Mars"),
        ({"event_id": ["a", None]}, "table_value_missing", "event_id"),
        ({"case_id": ["", "C"]}, "table_value_missing", "case_id"),
    ],
)
def test_what_is_no_contact_is_told(columns: dict[str, Any], code: str, named: str) -> None:
    """A column that is none, a type that is none, a word or time that is none: each with its column and how often."""
    (problem,) = canonical(whole(**columns), "log.parquet").problems
    assert problem.code == code
    for lang in ("zh", "en"):
        assert named in problem.render(lang)  # type: ignore[arg-type]  # one of the languages
        assert "log.parquet" in problem.render(lang)  # type: ignore[arg-type]  # as above


def test_all_faults_at_once() -> None:
    """Every fault of a table is told, and the same fault of several parts is one that counts more."""
    table = whole(channel=["pigeon", "pigeon"], direction=["up", "outbound"])
    found = canonical(table)
    scan = Scan()
    for _ in range(2):
        scan.take(scan_of(found, flagged(found.frame, past=False, since=None), table.height))
    assert [(one.values["column"], one.values["count"]) for one in scan.told()] == [("channel", 4), ("direction", 2)]
    missing = canonical(pl.DataFrame({"event_id": ["a"], "extra.note": ["x"]})).problems
    assert [one.values["column"] for one in missing] == ["case_id", "channel", "started_at"]


def test_no_fault_hides_another() -> None:
    """A column that is none, a type that is none, times, words and empty ids: each is told, with its first row."""
    table = whole(
        event_id=["", "b"],
        chanel=["call", "sms"],
        started_at=["2025-11-03T10:00:00+08:00", "13800138000 yesterday"],
        channel=["call", "pigeon"],
        talk_seconds=[-1.0, 1e12],
        ended_at=[1, 2],
        **{"recipient.members": ["[]", "[张三 13800138000]"]},
    )
    found = canonical(table, "log.parquet", pl.Series([11, 12]))
    places = {(one.code, one.values.get("column"), one.place(), one.values.get("count")) for one in found.problems}
    assert places == {
        ("table_column_unknown", "chanel", "log.parquet", None),
        ("table_column_type", "ended_at", "log.parquet", None),
        ("table_value_missing", "event_id", "log.parquet:11", 1),
        ("table_unread", "started_at", "log.parquet:12", 1),
        ("table_unread", "talk_seconds", "log.parquet:11", 2),
        ("table_value", "channel", "log.parquet:12", 1),
        ("table_value", "recipient.members", "log.parquet:12", 1),
    }
    said = " ".join(one.render("zh") for one in found.problems)
    assert "13800138000" not in said
    assert "张三" not in said
    assert "共 2 行，此为首行" in said
    assert found.rows is not None
    assert found.rows.to_list() == [11, 12]


def test_required_columns_that_are_absent_are_not_empty_as_well() -> None:
    """What is said of a column that is not there is that it is not there."""
    found = canonical(whole().drop("started_at"), None, pl.Series([1, 2]))
    assert [one.code for one in found.problems] == ["table_column_missing"]


def test_of_many_words_the_most_frequent_are_named() -> None:
    """A column of nothing but words that are none is told by a few of them and the number of the others."""
    words = [f"w{place}" for place in range(9) for _ in range(9 - place)]
    size = len(words)
    table = pl.DataFrame(
        {"event_id": range(size), "case_id": ["C"] * size, "channel": words, "started_at": [START] * size}
    )
    found = canonical(table, "log.parquet", pl.int_range(1, size + 1, eager=True))
    scan = Scan()
    for problem in (*found.problems, *found.problems):
        scan.note(problem)
    told = scan.told()
    assert [one.values.get("value") for one in told] == ["w0", "w1", "w2", "w3", "w4", None]
    assert [one.values["count"] for one in told] == [18, 16, 14, 12, 10, 20]
    assert (told[-1].values["kinds"], told[-1].row) == (4, words.index("w5") + 1)


def test_identifiers_that_are_numbers_are_text() -> None:
    """Whole numbers lose nothing as text; a column of nothing is missing."""
    found = canonical(whole(event_id=[9007199254740993, 2], borrower_id=[None, None]))
    assert found.problems == []
    assert found.frame["event_id"].to_list() == ["9007199254740993", "2"]


def test_what_is_history() -> None:
    """History is what is of the past, or was known before an instant."""
    later = START.replace(hour=5)
    frame = canonical(whole(recorded_at=[None, later])).frame
    assert flagged(frame, past=True, since=None)["past"].to_list() == [True, True]
    assert flagged(frame, past=False, since=None)["past"].to_list() == [False, False]
    assert flagged(frame, past=False, since=START.replace(hour=3))["past"].to_list() == [True, False]


@pytest.mark.parametrize("seed", range(3))
def test_borrowers_are_completed_as_by_the_intake(seed: int) -> None:
    """A borrower that some contacts of a case, or its profile, name is that of the others, where all agree."""
    log = RandomLog(seed).records(cases=6)
    chance = random.Random(seed)
    events = [
        event.model_copy(
            update={"borrower_id": chance.choice((None, f"B{event.case_id}", f"B{event.case_id}", chance.choice("XY")))}
        )
        if chance.random() < 0.7
        else event
        for event in ordered(log.events)
    ]
    expected, _, _ = completed([Contact(event, Position()) for event in events], log.profiles)
    found = with_borrowers(frame_of(events), World(profiles=log.profiles))
    assert found["borrower_id"].to_list() == [contact.event.borrower_id for contact in expected]


def test_json_of_tables_is_plain() -> None:
    """Lists and mappings stand in a table as JSON."""
    event = next(e for e in random_events(0) if e.recipient.roles)
    assert json.loads(frame_of([event])["recipient.roles"][0]) == list(event.recipient.roles or ())


def test_cells_of_any_type_are_numbered() -> None:
    """Equal cells have one number, whatever their type; what is missing has one of its own."""
    for cells in ([30, 10, None, 30], ["b", "a", None, "b"], [True, False, None, True]):
        codes, width = _codes(pl.Series(cells))
        assert codes[0] == codes[3]
        assert len(set(codes.tolist())) == 3
        assert codes.max() < width


def test_events_beyond_those_that_are_kept_are_built_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept once built is bounded; an event is the same, kept or not."""
    monkeypatch.setattr(tables, "_MOST_BUILT", 1)
    events = random_events(1)
    built = FrameEvents(in_order(frame_of(events)))
    assert [*built, *built] == [*events, *events]
    assert built[0] is built[0]
    assert built[1] is not built[1]


def test_a_problem_without_a_count_is_told_once() -> None:
    """The same problem, met again, counts more where it counts; where it does not, it is told once all the same."""
    scan = Scan()
    for _ in range(2):
        scan.note(Problem("columns_cannot", values={"name": "p"}))
        scan.note(Problem("columns_cannot", values={"column": "c", "count": 2}))
    assert [problem.values.get("count") for problem in scan.told()] == [4, None]


def test_a_part_without_rows_is_scanned() -> None:
    """A part of a log in which there is nothing has no contact and no time."""
    frame = frame_of(random_events(1)).clear()
    scan = scan_of(Canonical(frame, 0, []), frame, 0)
    assert (scan.judged, scan.past, scan.earliest) == (0, 0, None)

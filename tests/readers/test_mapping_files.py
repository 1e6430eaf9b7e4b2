"""A mapping file settles what the known words leave open, and is checked before anything is read."""

from pathlib import Path

import pytest

from collection_guard.audit.mapping import read_mapping
from collection_guard.audit.reading import read_logs
from collection_guard.model.problems import ConfigurationError, LogError
from collection_guard.model.texts import LANGS
from readers.making import read_rows, whole


def mapped(folder: Path, text: str) -> Path:
    """Write a mapping file."""
    path = folder / "map.yaml"
    path.write_text(text, "utf-8")
    return path


def test_headers_words_and_defaults_of_ones_own_are_read(tmp_path: Path) -> None:
    """Columns, words, facts of a result word, defaults and ignored columns all hold, and are named in the report."""
    map_file = mapped(
        tmp_path,
        """
columns:
  {对端: recipient.number, 起始: started_at, 结论: outcome, 备用: extra.spare, 秒: talk_seconds,
   号码类: recipient.relationship}
values:
  outcome:
    {X1: {network: connected, party: 本人, message_left: 否}, X2: 关机, X3: ~, X4: internal, X5: {set_aside: legal}}
  recipient.relationship: {甲: 母亲, 乙: 紧急联系人}
defaults: {channel: 预测外呼, agency: 澜川公司, outcome.answered_by: 人工}
ignore: [内部码]
timezone: Asia/Shanghai
time_format: "%d.%m.%Y %H:%M"
""",
    )
    header = ("对端", "起始", "结论", "备用", "内部码", "秒", "号码类")
    rows = [header] + [
        ("13800000001", "05.11.2025 10:00", word, "s", "zzz", "5", relation)
        for word, relation in (("X1", "甲"), ("X2", "乙"), ("X3", ""), ("X4", ""), ("X5", ""), ("X9", "母亲"))
    ]
    intake = whole(read_rows(tmp_path, rows, timezone=None, map_file=map_file))
    first, second, third, last = (contact.event for contact in intake.contacts)
    assert (first.channel, first.collector.kind, first.direction) == ("call", "auto", "outbound")
    assert (first.agency, first.extra, first.talk_seconds) == ("澜川公司", {"spare": "s"}, 5)
    assert (first.outcome.network, first.outcome.party, first.outcome.message_left) == ("connected", "borrower", False)
    assert first.outcome.answered_by == "human"
    assert first.started_at.isoformat() == "2025-11-05T10:00:00+08:00"
    assert (first.recipient.relationship, second.recipient.roles) == ("parent", ("emergency_contact",))
    assert (second.outcome.network, second.outcome.answered_by) == ("powered_off", "nobody")
    assert (third.outcome.network, third.outcome.disposition) == (None, None)
    assert (last.outcome.disposition, last.recipient.relationship) == ("unknown", "parent")
    assert intake.set_aside_by_reason() == {"internal": 1, "legal": 1}
    [file] = intake.files
    codes = {item.code for item in (*file.assumptions, *file.sheets[0].assumptions)}
    assert {"mapped", "ignored", "default", "mapped_words", "naive_times"} <= codes
    for lang in LANGS:
        assert all(item.cause(lang) for item in (*file.assumptions, *file.sheets[0].assumptions))


def test_the_configured_zone_wins_over_that_of_the_mapping_file(tmp_path: Path) -> None:
    """The command line is over the file."""
    map_file = mapped(tmp_path, "timezone: Asia/Tokyo\n")
    rows = [("案件编号", "被叫号码", "拨打时间"), ("C-1", "1", "2025-11-03 10:00")]
    [contact] = read_rows(tmp_path, rows, timezone="Asia/Shanghai", map_file=map_file).contacts
    assert contact.event.started_at.utcoffset().total_seconds() == 8 * 3600  # type: ignore[union-attr] # aware


def test_the_map_settles_two_headers_for_one_field(tmp_path: Path) -> None:
    """One is ignored, or both are named: then the one that is filled counts."""
    rows = [
        ("案件编号", "被叫号码", "拨打时间", "通话开始时间", "通话结果"),
        ("C-1", "1", "2025-11-03 10:00", "2025-11-03 10:01", "关机"),
    ]
    with pytest.raises(LogError, match="several columns are `started_at`"):
        read_rows(tmp_path, rows)
    [contact] = read_rows(tmp_path, rows, map_file=mapped(tmp_path, "ignore: [通话开始时间]")).contacts
    assert contact.event.started_at.minute == 0
    both = mapped(tmp_path, "columns: {拨打时间: started_at, 通话开始时间: started_at}")
    assert [row.reason for row in read_rows(tmp_path, rows, map_file=both).rejected] == ["two_values"]
    rows[1] = ("C-1", "1", "", "2025-11-03 10:01", "关机")
    assert read_rows(tmp_path, rows, map_file=both).contacts[0].event.started_at.minute == 1


def test_a_mapped_ambiguous_header_is_used(tmp_path: Path) -> None:
    """序号 is the event id where the map says so."""
    rows = [("序号", "案件编号", "被叫号码", "拨打时间"), ("7", "C-1", "1", "2025-11-03 10:00")]
    [contact] = read_rows(tmp_path, rows, map_file=mapped(tmp_path, "columns: {序号: event_id}")).contacts
    assert contact.event.event_id == "7"


@pytest.mark.parametrize(
    ("text", "place", "code", "nearest"),
    [
        ("colums: {a: b}", (1, 1), "map_unknown_key", "columns"),
        ("- a", (1, 1), "map_not_a_mapping", None),
        ("columns: [a]", (1, 10), "map_group", None),
        ("columns: {\n  对端: recipient.nummer}", (2, 7), "map_unknown_path", "recipient.number"),
        ("columns: {a: 7}", (1, 14), "map_unknown_path", None),
        ("columns: {ab: agency, A B: agency}", (1, 23), "map_header_twice", None),
        ("values:\n  agency: {a: b}", (2, 3), "map_no_words", None),
        ("values:\n  outcome: {a: 关机机}", (2, 16), "map_unknown_word", "关机"),
        ("values: {outcome: {a: {network: offf}}}", (1, 33), "map_unknown_word", None),
        ("values: {outcome: {a: {netwrok: busy}}}", (1, 24), "map_unknown_path", "network"),
        ("values: {channel: {a: {network: busy}}}", (1, 23), "map_group", None),
        ("values: {channel: 7}", (1, 19), "map_group", None),
        ("defaults: {channnel: call}", (1, 12), "map_unknown_path", "channel"),
        ("defaults: {started_at: x}", (1, 12), "map_unknown_path", None),
        ("defaults: {channel: pigeon}", (1, 21), "map_unknown_word", None),
        ("defaults: {agency: [a]}", (1, 20), "map_group", None),
        ("ignore: a", (1, 9), "map_list", None),
        ("sheet: 7", (1, 8), "map_text", None),
        ("header_row: 0", (1, 13), "map_row", None),
        ("header_row: true", (1, 13), "map_row", None),
        ("timezone: Asia/Shanghia", (1, 11), "map_unknown_zone", "Asia/Shanghai"),
        ("a: 1\na: 2", (2, 1), "yaml_duplicate_key", None),
    ],
)
def test_what_is_wrong_with_a_mapping_file_is_told_with_its_place(
    tmp_path: Path, text: str, place: tuple[int, int], code: str, nearest: str | None
) -> None:
    """Line, column, cause and nearest name, before any log is opened."""
    with pytest.raises(ConfigurationError) as caught:
        read_logs([], map_file=mapped(tmp_path, text))
    problem = next(problem for problem in caught.value.problems if problem.code == code)
    assert (problem.line, problem.column) == place
    if nearest is not None:
        assert problem.values["nearest"] == nearest
    assert "None" not in problem.render("zh")


def test_all_that_is_wrong_with_a_mapping_file_comes_in_one_run(tmp_path: Path) -> None:
    """Three mistakes are three problems."""
    with pytest.raises(ConfigurationError) as caught:
        read_mapping(mapped(tmp_path, "colums: {}\nsheet: 3\ndefaults: {channel: pigeon}\n"))
    assert len(caught.value.problems) == 3


def test_an_empty_mapping_file_says_nothing(tmp_path: Path) -> None:
    """A file of comments is no mistake."""
    assert read_mapping(mapped(tmp_path, "# nothing\n")).columns == {}


def test_an_unknown_zone_is_refused_with_the_nearest(tmp_path: Path) -> None:
    """--timezone Asia/Shanghia is a mistake of the command line."""
    with pytest.raises(ConfigurationError, match="nearest: Asia/Shanghai"):
        read_logs([], timezone="Asia/Shanghia")
    assert tmp_path

"""The vocabulary files: whole, without contradiction, and read as they say."""

import json
from pathlib import Path

import pytest

from collection_guard.audit.vocabulary import fold_word, headers, tables
from collection_guard.audit.vocabulary.files import channel_file, header_file, outcome_file, relationship_file
from collection_guard.audit.vocabulary.headers import COLUMN_PATHS
from collection_guard.audit.vocabulary.tables import WordTable
from collection_guard.model import words as model
from collection_guard.model.event import Event
from readers.making import HEADER, ROW, one, read_rows, read_text

CLOSED = {
    "direction": model.DIRECTIONS,
    "channel": model.CHANNELS,
    "collector.kind": model.COLLECTOR_KINDS,
    "recipient.relationship": model.RELATIONSHIPS,
    "recipient.roles": model.ROLES,
    "recipient.audience": model.AUDIENCES,
    "outcome.network": model.NETWORKS,
    "outcome.answered_by": model.ANSWERED_BY,
    "outcome.party": model.PARTIES,
    "outcome.disposition": model.DISPOSITIONS,
    "outcome.state_change": model.STATE_CHANGES,
    "signals": model.SIGNALS,
}


@pytest.mark.parametrize("path", CLOSED)
def test_every_word_of_the_model_means_itself(path: str) -> None:
    """A log may use the model's own words in any column."""
    table = tables().by_path[path]
    for word in CLOSED[path]:
        meaning = table.meaning(word)
        assert meaning is not None
        assert word in [value[0] if isinstance(value, tuple) else value for value in meaning.values()]


def test_every_word_of_the_files_is_found_as_its_file_says() -> None:
    """No entry of a data file is shadowed by another."""
    relationships = relationship_file()
    table = tables().by_path["recipient.relationship"]
    for name, listed in relationships.relationship.items():
        assert [table.meaning(word) for word in listed] == [{"recipient.relationship": name}] * len(listed)
    for role, listed in relationships.roles.items():
        assert [table.meaning(word) for word in listed] == [{"recipient.roles": (role,)}] * len(listed)
    for entry in channel_file().channels:
        for word in entry.words:
            said = tables().by_path["channel"].meaning(word) or {}
            assert (said.get("channel"), said.get("set_aside")) == (entry.channel, entry.set_aside)
    for result in outcome_file().outcomes:
        for word in result.words:
            meaning = tables().outcome.meaning(word)
            assert meaning is not None, word
            assert meaning.get("outcome.network") == result.network, word
            assert meaning.get("outcome.party") == result.party, word


def test_every_header_of_the_file_names_its_path() -> None:
    """Each header is found under its path; an ambiguous one under none; each path is a field or extra."""
    for entry in header_file().columns:
        assert entry.path in COLUMN_PATHS or entry.path.startswith("extra.")
        for word in (*entry.words, *entry.exact):
            found = headers().find(word)
            assert found is not None, word
            assert found.path == entry.path
        for word in entry.ambiguous:
            assert headers().find(word) is None
            assert entry.path in headers().candidates(word)


def test_paths_that_columns_may_fill_are_fields_of_the_event() -> None:
    """Each path leads to a field of the model, or is one of the raw columns that the reader turns into such."""
    for path in COLUMN_PATHS:
        if path in ("callee", "caller", "outcome", "hangup", "started_at.date"):
            continue
        group, _, name = path.partition(".")
        assert group in Event.model_fields
        if name and group not in ("signals", "fields"):
            inner = Event.model_fields[group].annotation
            assert inner is not None
            assert name in inner.model_fields


@pytest.mark.parametrize(
    ("one_way", "another"),
    [
        ("NO ANSWER", "no-answer"),
        ("No_Answer", "noanswer"),
        ("母親", "母亲"),
        ("ＰＴＰ", "ptp"),
        (" 关机 ", "关机"),
        ("客户（生意）", "客户(生意)"),
    ],
)
def test_ways_of_writing_a_word_are_folded(one_way: str, another: str) -> None:
    """Case, width, spaces, hyphens and traditional forms do not make another word."""
    assert fold_word(one_way) == fold_word(another)


def test_a_sign_is_no_hyphen() -> None:
    """-1 and 1 are two codes."""
    assert fold_word("-1") != fold_word("1")


def test_a_word_with_two_meanings_is_a_mistake_of_the_file() -> None:
    """A data file cannot say two things of one word unnoticed."""
    table = WordTable()
    table.add(("a",), {"x": 1})
    with pytest.raises(ValueError, match="A"):
        table.add(("A",), {"x": 2})
    assert table.words() == ("a",)


def test_unknown_words_have_candidates_and_no_meaning() -> None:
    """The nearest known words are offered, at most three, and an ambiguous word names its readings."""
    table = tables().by_path["recipient.relationship"]
    assert table.meaning("母亲大人") is None
    assert "母亲" in table.nearest("母亲大人")
    assert len(table.nearest("母亲大人")) <= 3
    assert table.meaning("派出所") is None
    assert table.nearest("派出所") == ("community_body",)
    assert tables().outcome.nearest("空号错号") == ("空号", "错号")
    assert tables().outcome.nearest("♞♞♞") == ()


HEAD = ("案件编号", "拨打时间", "催收方式", "通话结果", "通话时长")


@pytest.mark.parametrize(
    ("channel", "result", "talk", "expected"),
    [
        ("电催", "已接通", "30", ("connected", None, None, None, None)),
        ("电催", "本人接听", "30", ("connected", "human", "borrower", None, "debtor_reachable")),
        ("电催", "承诺还款", "30", ("connected", "human", "borrower", "promise", None)),
        ("电催", "二次放号", "0", ("unallocated", None, None, None, "recycled_number")),
        ("电催", "非本人", "9", ("connected", "human", "wrong_party", None, "wrong_number")),
        ("电催", "要求停催", "9", (None, "human", None, None, "cease")),
        ("电催", "SUBSCRIBER_ABSENT", "0", ("out_of_coverage", "nobody", "nobody", None, None)),
        ("电催", "系统异常", "0", ("congestion", "nobody", "nobody", None, None)),
        ("电催", "NORMAL_CLEARING", "5", ("connected", None, None, None, None)),
        ("电催", "NORMAL_CLEARING", "0", (None, None, None, None, None)),
        ("电催", "failed", "0", ("congestion", "nobody", "nobody", None, None)),
        ("电催", "失败", "0", ("congestion", "nobody", "nobody", None, None)),
        ("语音通知", "失败", "", ("congestion", "nobody", "nobody", None, None)),
        ("短信", "失败", "", ("undelivered", None, None, None, None)),
        ("短信", "failed", "", ("undelivered", None, None, None, None)),
        ("短信", "成功", "", ("sent", None, None, None, None)),
        ("电催", "成功", "5", ("connected", None, None, None, None)),
        ("电催", "失联", "0", (None, None, None, None, None)),
        ("电催", "从未见过的词", "0", ("unknown", None, None, "unknown", "unknown")),
        ("短信", "运营商拦截", "", ("unknown", None, None, "unknown", "unknown")),
        ("飞鸽传书", "关机", "", ("powered_off", "nobody", "nobody", None, None)),
        ("飞鸽传书", "成功", "", ("unknown", None, None, "unknown", "unknown")),
        ("飞鸽传书", "failed", "", ("unknown", None, None, "unknown", "unknown")),
    ],
)
def test_a_result_word_says_several_facts(
    tmp_path: Path, channel: str, result: str, talk: str, expected: tuple[str | None, ...]
) -> None:
    """Network, who answered, who was reached, what was agreed and what changed come out of one raw word."""
    outcome = one(tmp_path, HEAD, ("C-1", "2025-11-03 10:00", channel, result, talk)).outcome
    found = (outcome.network, outcome.answered_by, outcome.party, outcome.disposition, outcome.state_change)
    assert found == expected


@pytest.mark.parametrize(("word", "left"), [("留言", True), ("AL", True), ("答录机", None), ("传真", False)])
def test_whether_a_message_was_left_is_known_where_the_word_says_so(
    tmp_path: Path, word: str, left: bool | None
) -> None:
    """A machine that answered is not yet a message left."""
    outcome = one(tmp_path, HEAD, ("C-1", "2025-11-03 10:00", "电催", word, "9")).outcome
    assert (outcome.answered_by, outcome.message_left) == ("machine", left)


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("电催", ("call", "human", None, None)),
        ("预测外呼", ("call", "auto", None, "outbound")),
        ("AI外呼", ("call", "ai", None, "outbound")),
        ("语音通知", ("voice_notice", None, None, None)),
        ("朋友圈", ("social_post", None, "public", None)),
        ("外访", ("visit", None, None, "outbound")),
        ("WhatsApp", ("whatsapp", None, None, None)),
        ("飞鸽传书", ("other", None, None, None)),
    ],
)
def test_a_channel_word_says_channel_collector_audience_and_direction(
    tmp_path: Path, word: str, expected: tuple[str | None, ...]
) -> None:
    """人工外呼 is an outbound call by a person; a word that nobody knows is another channel."""
    event = one(tmp_path, ("案件编号", "联系时间", "催收方式"), ("C-1", "2025-11-03 10:00", word))
    assert (event.channel, event.collector.kind, event.recipient.audience, event.direction) == expected


def test_the_nearest_words_of_what_nobody_knows_are_those_of_its_column(tmp_path: Path) -> None:
    """Beside a name the word is looked at alone; a column of one signal has yes and no; nothing near is nothing."""
    header = (*HEADER, "threat")
    rows = [
        header,
        (*ROW[:1], "二舅-高某", *ROW[2:5], "已接听", "是的"),
        (*ROW[:1], "高某(姑姑家)", *ROW[2:5], "@@", "1"),
    ]
    found = {item.value: item.nearest for item in read_rows(tmp_path, rows).unmapped}
    assert "舅舅" in found["二舅-高某"]
    assert "姑姑" in found["高某(姑姑家)"]
    assert "已接通" in found["已接听"]
    assert "是" in found["是的"]
    assert found["@@"] == ()


TOLD = {"defaults": {"direction": "outbound", "recipient.audience": "private", "outcome.party": "borrower"}}


@pytest.mark.parametrize(
    ("header", "word", "path", "expected"),
    [
        ("时区", "纽约", "recipient.timezone", "unknown"),
        ("时区", "GMT-5小时", "recipient.timezone", "unknown"),
        ("时区", "未知", "recipient.timezone", "unknown"),
        ("时区", "", "recipient.timezone", None),
        ("受众", "亲友们", "recipient.audience", "unknown"),
        ("受众", "", "recipient.audience", "private"),
        ("呼叫方向", "转接", "direction", None),
        ("呼叫方向", "", "direction", "outbound"),
        ("实际接听人", "鬼", "outcome.party", None),
        ("实际接听人", "未知", "outcome.party", None),
        ("实际接听人", "", "outcome.party", "borrower"),
        ("通话结果", "从未见过的词", "outcome.party", None),
        ("通话结果", "从未见过的词", "outcome.network", "unknown"),
    ],
)
def test_a_word_that_nobody_can_read_is_not_absent(
    tmp_path: Path, header: str, word: str, path: str, expected: str | None
) -> None:
    """No default, fall-back zone, private audience or sent message stands in for what was recorded."""
    told = tmp_path / "map.yaml"
    told.write_text(json.dumps(TOLD), encoding="utf-8")
    head, cells = ("案件编号", "联系时间", "催收方式", header), ("C-1", "2025-11-03 10:00", "电催", word)
    value: object = one(tmp_path, head, cells, map_file=told)
    for part in path.split("."):
        value = getattr(value, part)
    assert value == expected


def test_a_member_of_whom_something_cannot_be_read(tmp_path: Path) -> None:
    """Members of a group go through the same tables as the recipient."""
    data = {
        "event_id": "1", "case_id": "C", "channel": "wechat", "started_at": "2025-11-03T10:00:00+08:00",
        "recipient": {"audience": "group", "members": [{"timezone": "纽约", "audience": "怪", "relationship": "舅"}]},
    }  # fmt: skip
    [contact] = read_text(tmp_path, json.dumps(data) + "\n", name="log.jsonl").contacts
    [member] = contact.event.recipient.members or ()
    assert (member.timezone, member.audience, member.relationship) == ("unknown", "unknown", None)


def test_the_words_of_a_default_channel_are_read_on_it(tmp_path: Path) -> None:
    """成功 of a log of messages is sent, also where the mapping file says that all are messages."""
    told = tmp_path / "map.yaml"
    told.write_text("defaults: {channel: sms}\n", encoding="utf-8")
    outcome = one(tmp_path, ("案件编号", "联系时间", "联系结果"), ("C-1", "2025-11-03 10:00", "失败"), map_file=told)
    assert outcome.outcome.network == "undelivered"

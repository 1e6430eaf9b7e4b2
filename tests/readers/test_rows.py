"""A row becomes an event: what its cells say, and nothing more."""

from pathlib import Path
from typing import Any

import pytest

from collection_guard.audit.taken import Intake
from collection_guard.model.event import Event
from collection_guard.model.words import SIGNALS, SUPPLIED_ONLY_SIGNALS
from readers.making import HEADER, ROW, csv_text, one, read_rows, read_text, whole

BASE = ("案件编号", "联系时间", "催收方式")
CELLS = ("C-1", "2025-11-03 10:00", "电催")


def with_columns(folder: Path, **cells: Any) -> Event:
    """Return the event of a row with further columns."""
    return one(folder, (*BASE, *cells), (*CELLS, *cells.values()))


def test_columns_of_all_kinds_reach_their_fields(tmp_path: Path) -> None:
    """Each mapped column fills its path; unmapped columns are kept in extra under their own header."""
    event = with_columns(
        tmp_path,
        流水号="T-1",
        客户号="B-1",
        委外机构="澜川公司",
        坐席工号="A01",
        坐席姓名="高某",
        呼叫方向="呼出",
        联系人姓名="王某",
        关系="母亲",
        联系人角色="紧急联系人",
        电话号码="+86 138-0000-0001",
        时区="北京时间",
        受众="单聊",
        通话时长="62",
        通话结果="已接通",
        实际接听人="第三人",
        接听类型="人工",
        声称律所="某律师事务所",
        自称姓名="高某",
        自称身份="律师",
        转写文本=" 您好\u200b ",
        登记时间="2025-11-03 11:00",
        备注="说会还",
        内部编码="X9",
    )
    assert event.model_dump(exclude_defaults=True, exclude={"started_at", "recorded_at"}) == {
        "event_id": "T-1",
        "case_id": "C-1",
        "borrower_id": "B-1",
        "agency": "澜川公司",
        "collector": {"id": "A01", "name": "高某", "kind": "human"},
        "channel": "call",
        "direction": "outbound",
        "talk_seconds": 62.0,
        "recipient": {
            "name": "王某",
            "number": "+86 138-0000-0001",
            "timezone": "Asia/Shanghai",
            "relationship": "parent",
            "roles": ("emergency_contact",),
            "audience": "private",
        },
        "outcome": {"network": "connected", "answered_by": "human", "party": "third_party"},
        "claims": {"law_firm": "某律师事务所", "person": "高某", "title": "律师"},
        "content": "您好\u200b",
        "extra": {"note": "说会还", "内部编码": "X9"},
    }


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ('="13800000001"', "13800000001"),
        ("13800000001\t", "13800000001"),
        ("'13800000001", "13800000001"),
        ("１３８０００００００１", "13800000001"),
        ("13800000001.0", "13800000001"),
        ("+8613800000001", "+8613800000001"),
        ("138****0001", "138****0001"),
        ("1.3800000001E+10", "13800000001"),
        ("1.38E+10", None),
        ("1.380000000E+10", None),
        ("010-12345678", "010-12345678"),
        ("6225880112345678.0", None),
        ("a1b2c3", "a1b2c3"),
    ],
)
def test_what_excel_does_to_identifiers_is_undone(tmp_path: Path, cell: str, number: str | None) -> None:
    """Marks that keep text as text are removed; digits that are gone are missing, not invented."""
    assert with_columns(tmp_path, 电话号码=cell).recipient.number == number


def test_s04_an_identifier_that_lost_digits_is_missing_and_found(tmp_path: Path) -> None:
    """6.22588E+18 is no key: the contact is kept under its number, with a finding that counts the cells."""
    rows = [("案件编号", "被叫号码", "拨打时间")] + [
        ("6.22588E+18", "13800000001", f"2025-11-03 10:0{n}") for n in range(3)
    ]
    intake = whole(read_rows(tmp_path, rows))
    [finding] = intake.findings
    assert (finding.code, finding.column, finding.count, finding.position.row) == (
        "ID_PRECISION_LOST",
        "案件编号",
        3,
        2,
    )
    assert {intake.has_case(contact.event.case_id) for contact in intake.contacts} == {False}
    assert len({contact.event.case_id for contact in intake.contacts}) == 1


@pytest.mark.parametrize(
    ("relation", "name", "expected"),
    [
        ("父亲-高某", "", ("parent", None, "高某")),
        ("父亲：高某", "", ("parent", None, "高某")),
        ("高某(父亲)", "", ("parent", None, "高某")),
        ("紧急联系人-高某", "", (None, ("emergency_contact",), "高某")),
        ("", "父亲-高某", ("parent", None, "高某")),
        ("", "本人", ("self", None, None)),
        ("", "高某", (None, None, "高某")),
        ("母亲", "父亲-高某", ("parent", None, "父亲-高某")),
        ("其他", "高某", (None, None, "高某")),
        ("父亲-高某/母亲-王某", "", (None, None, None)),
        ("某人-高某", "", (None, None, None)),
        ("本人/配偶", "", (None, None, None)),
        ("本人-母亲", "", (None, None, None)),
        ("本人(配偶)", "", (None, None, None)),
        ("父母/朋友", "", (None, None, None)),
        ("父亲/高某", "", ("parent", None, "高某")),
        ("父亲-高某/王某", "", (None, None, None)),
        ("家人-本人", "", (None, None, None)),
        ("本人-母亲-13800000009", "", (None, None, None)),
        ("本人-母亲 高某", "", (None, None, None)),
        ("父亲-未知", "", (None, None, None)),
        ("父亲-紧急联系人", "", ("parent", ("emergency_contact",), None)),
        ("父亲-高某、王某", "", (None, None, None)),
        ("", "本人-母亲", (None, None, "本人-母亲")),
    ],
)
def test_a_relationship_and_a_name_in_one_cell_are_told_apart(
    tmp_path: Path, relation: str, name: str, expected: tuple[Any, ...]
) -> None:
    """关系-姓名 is read where its first part is known; a cell that names several persons is not."""
    recipient = with_columns(tmp_path, 关系=relation, 联络人=name).recipient
    assert (recipient.relationship, recipient.roles, recipient.name) == expected


@pytest.mark.parametrize("cell", ["本人/配偶", "本人-母亲", "父母/朋友", "家人-本人"])
def test_two_relationships_in_one_cell_are_a_word_that_nobody_knows(tmp_path: Path, cell: str) -> None:
    """The first of two relationships is not taken with the second as a name: the cell is counted as it stands."""
    intake = read_rows(tmp_path, [(*BASE, "关系"), (*CELLS, cell)])
    assert [(item.path, item.value) for item in intake.unmapped] == [("recipient.relationship", cell)]


def test_a_number_beside_relationship_and_name_is_read(tmp_path: Path) -> None:
    """关系-姓名-电话 gives all three; a column of its own wins."""
    assert with_columns(tmp_path, 关系="父亲-高某-13800000009").recipient.number == "13800000009"
    event = with_columns(tmp_path, 关系="父亲-高某-13800000009", 电话号码="13800000001")
    assert event.recipient.number == "13800000001"


def test_unknown_words_are_unknown_listed_and_never_guessed(tmp_path: Path) -> None:
    """Relationship, role, party: null; disposition and state change: unknown; each counted with candidates."""
    header = (
        *BASE,
        "关系",
        "联系人角色",
        "实际接听人",
        "outcome.disposition",
        "outcome.state_change",
        "时区",
        "通话时长",
    )
    rows = [header] + [(*CELLS, "母亲大人", "甲|通讯录", "鬼", "怪", "变", "Mars/Base", "很久")] * 2
    intake = whole(read_rows(tmp_path, rows))
    event = intake.contacts[0].event
    assert (event.recipient.relationship, event.recipient.roles, event.outcome.party) == (None, None, None)
    assert (event.outcome.disposition, event.outcome.state_change) == ("unknown", "unknown")
    assert (event.recipient.timezone, event.talk_seconds) == ("unknown", None)
    listed = {(item.path, item.value): (item.count, item.nearest) for item in intake.unmapped}
    assert listed["recipient.relationship", "母亲大人"][0] == 2
    assert "母亲" in listed["recipient.relationship", "母亲大人"][1]
    assert {path for path, _ in listed} == {
        "recipient.relationship",
        "recipient.roles",
        "outcome.party",
        "outcome.disposition",
        "outcome.state_change",
        "recipient.timezone",
        "talk_seconds",
    }


@pytest.mark.parametrize(
    ("cell", "roles"),
    [
        ("无", ()),
        ("紧急联系人|通讯录", ("emergency_contact", "address_book")),
        ("紧急联系人、甲", ("emergency_contact",)),
        ("甲", None),
        ("", None),
    ],
)
def test_roles_are_a_list(tmp_path: Path, cell: str, roles: tuple[str, ...] | None) -> None:
    """None is an empty list; an unknown role leaves open whether it is that of an emergency contact."""
    assert with_columns(tmp_path, 联系人角色=cell).recipient.roles == roles


TEXT_SIGNALS = [signal for signal in SIGNALS if signal not in SUPPLIED_ONLY_SIGNALS]


@pytest.mark.parametrize(
    ("cell", "true", "others"),
    [
        ("threat|abuse", {"threat", "abuse"}, False),
        ("威胁、辱骂", {"threat", "abuse"}, False),
        ("无", set(), False),
        ("none", set(), False),
        ("distress", {"distress"}, False),
        ("threat|某某", {"threat"}, None),
    ],
)
def test_signals_listed_are_true_and_absent_ones_false(
    tmp_path: Path, cell: str, true: set[str], others: bool | None
) -> None:
    """Supplied-only signals are never false by absence; beside a name that nobody knows nothing is."""
    signals = with_columns(tmp_path, 内容信号=cell).signals or {}
    assert {name for name, value in signals.items() if value} == true
    for name in TEXT_SIGNALS:
        assert signals.get(name) is (True if name in true else others)
    for name in SUPPLIED_ONLY_SIGNALS - true:
        assert name not in signals


def test_an_empty_cell_of_signals_is_unknown(tmp_path: Path) -> None:
    """Nothing is known of the content where nobody looked at it."""
    assert with_columns(tmp_path, 内容信号="").signals is None


def test_a_column_of_one_signal_is_what_it_says(tmp_path: Path) -> None:
    """It completes and corrects the list; a word that is neither yes nor no is unknown."""
    signals = with_columns(tmp_path, 内容信号="threat", 情绪危急="否", 威胁="否", 堵门="也许").signals or {}
    assert signals["distress"] is False
    assert signals["threat"] is False
    assert "doorstep_obstruction" not in signals
    assert signals["abuse"] is False


@pytest.mark.parametrize(
    ("cell", "firm", "firms"),
    [("甲律所", "甲律所", None), ("甲律所|乙律所", None, ("甲律所", "乙律所")), ("无", None, ()), ("", None, None)],
)
def test_firms_claimed_are_one_several_none_or_unknown(
    tmp_path: Path, cell: str, firm: str | None, firms: tuple[str, ...] | None
) -> None:
    """Bars separate several; 无 says that none was claimed; an empty cell says nothing."""
    claims = with_columns(tmp_path, 声称律所=cell).claims
    assert (claims.law_firm, claims.law_firms) == (firm, firms)


@pytest.mark.parametrize(
    ("direction", "number", "other"),
    [
        ("呼出", "13800000001", {"caller": "02011112222"}),
        ("呼入", "02011112222", {"callee": "13800000001"}),
        ("", "13800000001", {"caller": "02011112222"}),
    ],
)
def test_the_recipient_of_an_inbound_call_is_the_caller(
    tmp_path: Path, direction: str, number: str, other: dict[str, str]
) -> None:
    """The other party is the one called, or the one who called."""
    event = with_columns(tmp_path, 呼叫方向=direction, 主叫号码="02011112222", 被叫号码="13800000001")
    assert (event.recipient.number, event.extra) == (number, other)


def test_what_a_header_implies_is_an_assumption_that_is_named(tmp_path: Path) -> None:
    """拨打时间 says outbound and a call, 短信内容 a text message; both together say nothing of the channel."""
    intake = read_rows(tmp_path, [HEADER, ROW])
    event = intake.contacts[0].event
    assert (event.channel, event.direction) == ("call", "outbound")
    assumed = {
        item.values["path"]: item for item in intake.files[0].sheets[0].assumptions if item.code == "implied_by_header"
    }
    assert set(assumed) == {"channel", "direction"}
    assert "outbound" in assumed["direction"].cause("zh")
    sms = one(
        tmp_path, ("案件编号", "发送时间", "手机号", "短信内容"), ("C-1", "2025-11-03 10:00", "13800000001", "您好")
    )
    assert (sms.channel, sms.direction) == ("sms", None)
    both = read_rows(tmp_path, [(*HEADER, "短信内容"), (*ROW, "")])
    assert [row.reason for row in both.rejected] == ["channel_missing"]


def test_a_column_of_its_own_silences_what_a_header_implies(tmp_path: Path) -> None:
    """An empty cell of a direction column is unknown, though the header 拨打时间 would say outbound."""
    intake = read_rows(tmp_path, [(*HEADER, "呼叫方向"), (*ROW, "")])
    assert intake.contacts[0].event.direction is None


def test_a_hangup_cause_completes_the_result(tmp_path: Path) -> None:
    """The result word comes first; the cause says what it leaves open, and an unknown cause reports no change."""
    event = with_columns(tmp_path, 通话结果="要求停催", 挂机原因="USER_BUSY")
    assert (event.outcome.network, event.outcome.state_change) == ("busy", "cease")
    event = with_columns(tmp_path, 通话结果="关机", 挂机原因="???")
    assert (event.outcome.network, event.outcome.state_change) == ("powered_off", None)


@pytest.mark.parametrize(
    ("column", "word", "reason"),
    [
        ("催收方式", "诉讼", "legal"),
        ("催收方式", "外卖", "parcel"),
        ("催收方式", "内部备注", "internal"),
        ("通话结果", "导入催记", "administrative_note"),
        ("通话结果", "呼叫限制", "blocked"),
    ],
)
def test_rows_that_are_no_contacts_are_set_aside_by_reason(tmp_path: Path, column: str, word: str, reason: str) -> None:
    """Litigation, parcels, notes and calls stopped by a gate are counted, and judged by no rule."""
    row = dict(zip((*BASE, "通话结果"), (*CELLS, "已接通"), strict=True)) | {column: word}
    intake = whole(read_rows(tmp_path, [list(row), list(row.values())]))
    assert intake.set_aside_by_reason() == {reason: 1}
    assert intake.set_aside[0].cause("zh")


def test_a_blocked_message_is_a_contact(tmp_path: Path) -> None:
    """Sending was the act; only calls that a gate stopped never were."""
    intake = read_rows(tmp_path, [(*BASE, "通话结果"), ("C-1", "2025-11-03 10:00", "短信", "黑名单号码")])
    assert intake.contacts[0].event.outcome.network == "blocked"


def test_a_repeated_header_is_set_aside(tmp_path: Path) -> None:
    """Logs glued together carry their header again."""
    intake = whole(read_rows(tmp_path, [HEADER, ROW, HEADER, ("C-2", *ROW[1:])]))
    assert intake.set_aside_by_reason() == {"repeated_header": 1}
    assert len(intake.contacts) == 2


def test_placeholders_for_nothing_are_nothing(tmp_path: Path) -> None:
    """-, N/A, NULL and their like are empty cells, not unknown words."""
    for blank in ("-", "—", "N/A", "null", "\\N", "(空)", "　"):
        intake = read_rows(tmp_path, [(*BASE, "关系", "通话结果"), (*CELLS, blank, blank)])
        assert intake.unmapped == ()
        assert intake.contacts[0].event.outcome.disposition is None


def read_json(folder: Path, text: str) -> Intake:
    """Read JSON lines without a configured zone."""
    return read_text(folder, text, name="log.jsonl", timezone=None)


def test_json_words_go_through_the_same_tables(tmp_path: Path) -> None:
    """A JSON log may say 电催 and 母亲; what is not known is unknown and counted; ids are supplied."""
    line = (
        '{"channel":"电催","started_at":"2025-11-03T10:00:00+08:00","case_id":null,'
        '"recipient":{"relationship":"母亲","number":13800000001,"roles":["紧急联系人"],"audience":"??"},'
        '"outcome":{"network":"空号","party":"本人","state_change":"停催","message_left":false},'
        '"signals":{"threat":null,"abuse":true},"content":"","extra":{"k":[1]},"claims":null}'
    )
    intake = whole(read_json(tmp_path, line))
    event = intake.contacts[0].event
    assert (event.channel, event.collector.kind, event.recipient.relationship) == ("call", "human", "parent")
    assert (event.recipient.number, event.recipient.roles) == ("13800000001", ("emergency_contact",))
    assert (event.outcome.network, event.outcome.party, event.outcome.state_change) == (
        "unallocated",
        "borrower",
        "cease",
    )
    assert (event.outcome.message_left, event.signals, event.content, event.extra) == (
        False,
        {"abuse": True},
        "",
        {"k": [1]},
    )
    assert event.event_id.startswith("row-")
    assert event.case_id.startswith("number:")
    assert event.direction is None
    assert [(item.path, item.value) for item in intake.unmapped] == [("recipient.audience", "??")]


def test_json_members_are_recipients_whose_words_are_read(tmp_path: Path) -> None:
    """Each member of a group has a relationship and roles; an unknown field of a member is refused."""
    line = (
        '{"event_id":"E","case_id":"C","channel":"wechat","started_at":"2025-11-03T10:00:00+08:00","recipient":'
        '{"audience":"group","members":[{"relationship":"母亲","roles":["通讯录"]},{"relationship":"??"}]}}\n'
    )
    intake = read_json(tmp_path, line + line.replace('"E"', '"F"').replace("relationship", "relationshp"))
    members = intake.contacts[0].event.recipient.members or ()
    assert [(member.relationship, member.roles) for member in members] == [("parent", ("address_book",)), (None, None)]
    assert [row.reason for row in intake.rejected] == ["unknown_field"]


def test_a_json_array_and_json_lines_give_the_same_events(tmp_path: Path) -> None:
    """The form of the file is no part of a contact."""
    lines = [f'{{"case_id":"C-{n}","channel":"sms","started_at":"2025-11-03T10:0{n}:00+08:00"}}' for n in range(4)]
    first = read_json(tmp_path, "\n".join(lines))
    second = read_json(tmp_path, "[" + ",\n".join(lines) + "]")
    assert [c.event for c in first.contacts] == [c.event for c in second.contacts]


@pytest.mark.parametrize("header", ["序号", "length_in_sec", "party", "内容", "机构"])
def test_ambiguous_headers_are_not_used_and_are_named(tmp_path: Path, header: str) -> None:
    """What may mean two things means none until a mapping file says which."""
    intake = read_text(tmp_path, csv_text([(header, *HEADER[:4]), ("7", *ROW[:4])]))
    [reading] = intake.files[0].sheets
    assert header in reading.ambiguous
    assert (intake.contacts[0].event.extra or {})[header] == "7"
    [assumed] = [item for item in reading.assumptions if item.code == "ambiguous_header"]
    assert header in assumed.cause("en")


@pytest.mark.parametrize(
    "cut",
    [
        '"recipient":{"members":[3]}',
        '"recipient":{"members":"x"}',
        '"recipient":{"members":[{"members":[7]}]}',
        '"recipient":{"roles":[1]}',
        '"recipient":{"roles":{}}',
        '"recipient":{"number":true}',
        '"recipient":[]',
        '"signals":[1]',
        '"signals":7',
        '"extra":[]',
        '"talk_seconds":[]',
        '"started_at":[]',
        '"content":5',
        '"claims":{"law_firm":["a"]}',
        '"outcome":{"party":5}',
        '"signals":{"threat":1}',
    ],
)
def test_json_of_another_type_rejects_its_row(tmp_path: Path, cut: str) -> None:
    """A list where a word belongs is not made into one."""
    line = '{"event_id":"E","case_id":"C","channel":"sms","started_at":"2025-11-03T10:00:00+08:00",' + cut + "}"
    line = line.replace('"started_at":"2025-11-03T10:00:00+08:00",', "") if "started_at" in cut else line
    assert [row.reason for row in read_json(tmp_path, line).rejected] == ["field_type"]


def test_json_lists_are_lists(tmp_path: Path) -> None:
    """Signals, firms and roles may be given as lists of names."""
    line = (
        '{"channel":"sms","started_at":"2025-11-03T10:00:00+08:00","signals":["威胁"],'
        '"claims":{"law_firms":["甲","乙"]},"recipient":{"roles":[]}}'
    )
    event = read_json(tmp_path, line).contacts[0].event
    assert event.signals is not None
    assert (event.signals["threat"], event.signals["abuse"]) == (True, False)
    assert (event.claims.law_firms, event.recipient.roles) == (("甲", "乙"), ())


def test_members_in_a_cell_are_json(tmp_path: Path) -> None:
    """A table may hold the members of a group as JSON in one cell."""
    header = ("案件编号", "联系时间", "催收方式", "recipient.members")
    rows = [header, ("C-1", "2025-11-03 10:00", "微信", '[{"relationship":"母亲"}]'), (*CELLS, "[{")]
    intake = whole(read_rows(tmp_path, rows))
    members = intake.contacts[0].event.recipient.members or ()
    assert [member.relationship for member in members] == ["parent"]
    assert [row.reason for row in intake.rejected] == ["field_type"]

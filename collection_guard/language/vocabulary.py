"""The vocabulary: every fact that a rule may name, with its type, its meaning and the fields it is read from.

The order of this table is the order in which missing facts are named.
"""

from dataclasses import dataclass
from typing import Final, Literal

from collection_guard.model.words import (
    ACCESSIBILITY_NEEDS,
    ANSWERED_BY,
    AUDIENCES,
    CHANNELS,
    COLLECTOR_KINDS,
    DIRECTIONS,
    DISPOSITIONS,
    NETWORKS,
    OTHER_CHANNEL,
    PARTIES,
    RELATIONSHIPS,
    ROLES,
    SIGNALS,
    STATE_CHANGES,
    SUPPLIED_ONLY_SIGNALS,
    UNKNOWN,
    WEEKDAYS,
)

FactType = Literal["bool", "int", "float", "str", "enum", "local_time", "duration", "set"]
Stage = Literal["before", "after"]

PARTY_CLASSES: Final = (
    "debtor",
    "obligor",
    "representative",
    "contact",
    "institution",
    "unrelated",
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: its name, type, stage, meaning in both languages, and the fields it is read from.

    ``stage`` says from when it can be known: before the contact, or only after it. A ``zoned`` fact has one value in
    each zone that the recipient may be in, and stands only inside ``in_every_zone`` or ``in_some_zone``. A fact
    ``of_history`` looks at earlier events, and can therefore not itself filter them, unless it ``filters``: then it
    looks at single events before its own, and never at a measure.
    """

    name: str
    type: FactType
    stage: Stage
    doc: dict[str, str]
    fields: tuple[str, ...]
    words: tuple[str, ...] = ()
    zoned: bool = False
    of_history: bool = False
    filters: bool = False


def _fact(
    name: str,
    kind: FactType,
    stage: Stage,
    zh: str,
    en: str,
    fields: str,
    /,
    *,
    words: tuple[str, ...] = (),
    zoned: bool = False,
    of_history: bool = False,
) -> Fact:
    return Fact(name, kind, stage, {"zh": zh, "en": en}, tuple(fields.split()), words, zoned, of_history)


_ADDRESSEE: Final = (
    "recipient.relationship recipient.number recipient.roles recipient.audience recipient.members "
    "profile.numbers profile.emergency_contacts"
)
_ZONE: Final = "recipient.timezone profile.timezone recipient.number settings.timezone"
_REACHED: Final = "outcome.network outcome.answered_by outcome.party outcome.message_left content"

_SIGNAL_DOCS: Final[dict[str, tuple[str, str]]] = {
    "debt_disclosure": (
        "透露某人负有债务或正被催收",
        "tells that a person has a debt, or that debts are being collected",
    ),
    "threat": ("威胁", "threatens"),
    "abuse": ("辱骂、贬损", "insults or degrades"),
    "impersonates_authority": (
        "冒充公检法、监管或政府机关",
        "poses as police, court, regulator or another authority",
    ),
    "claims_lawyer": ("自称律师或律所", "claims to be, or to act for, a lawyer or law firm"),
    "public_shaming": ("公开欠款信息或以公开相胁", "makes the debt public, or says that it will"),
    "false_legal_claim": ("虚构法律后果", "states a legal consequence that the law does not attach"),
    "third_party_pressure": (
        "要求第三人还款或施压",
        "tells a third party to pay, or to make the borrower pay",
    ),
    "solicits_private_payment": ("要求付款至非官方账户", "asks for payment to a private account"),
    "credit_repair_or_rate_scam": (
        "收费征信修复、降息骗局",
        "offers credit repair or a rate cut by an intermediary",
    ),
    "pii_leak": ("泄露借款人敏感信息", "leaks personal data of the borrower"),
    "relay_only": ("仅请转告回电", "only asks to pass on a request to call back"),
    "doorstep_obstruction": (
        "堵门、滞留（仅由外部提供）",
        "blocks the door or will not leave (supplied only)",
    ),
    "distress": ("情绪困扰（仅由外部提供）", "the person is in distress (supplied only)"),
}

_FACTS: Final = (
    _fact(
        "contact.channel",
        "enum",
        "before",
        "触达渠道",
        "the channel of the contact",
        "channel",
        words=tuple(word for word in CHANNELS if word != OTHER_CHANNEL),
    ),
    _fact(
        "contact.direction",
        "enum",
        "before",
        "呼出或呼入",
        "who made the contact",
        "direction",
        words=DIRECTIONS,
    ),
    _fact(
        "contact.audience",
        "enum",
        "before",
        "受众：私人、群组或公众",
        "who can read or hear it: one person, a group, or the public",
        "recipient.audience",
        words=tuple(word for word in AUDIENCES if word != UNKNOWN),
    ),
    _fact(
        "contact.local_time",
        "local_time",
        "before",
        "接收方当地的开始时刻（按每个可能时区）",
        "the local time at the recipient when it started, in each zone that may be the recipient's",
        "started_at " + _ZONE,
        zoned=True,
    ),
    _fact(
        "contact.weekday",
        "enum",
        "before",
        "接收方当地的星期（按每个可能时区）",
        "the weekday at the recipient when it started, in each zone that may be the recipient's",
        "started_at " + _ZONE,
        words=WEEKDAYS,
        zoned=True,
    ),
    _fact(
        "contact.local_end",
        "local_time",
        "after",
        "接收方当地的结束时刻，自开始日零点起算，可超过 24:00",
        "the local time at which it ended, counted from the midnight before it started (it may pass 24:00); "
        "without ended_at, the start plus the talk time",
        "ended_at talk_seconds outcome.network " + _ZONE,
        zoned=True,
    ),
    _fact("contact.talk_seconds", "float", "after", "通话秒数", "the talk time in seconds", "talk_seconds"),
    _fact(
        "contact.network",
        "enum",
        "after",
        "网络侧结果",
        "what the network reported",
        "outcome.network",
        words=tuple(word for word in NETWORKS if word != UNKNOWN),
    ),
    _fact(
        "contact.answered_by",
        "enum",
        "after",
        "由人、机器或无人应答",
        "who answered: a person, a machine or nobody; a person if somebody in person was reached",
        "outcome.answered_by outcome.network outcome.party",
        words=ANSWERED_BY,
    ),
    _fact(
        "contact.party",
        "enum",
        "after",
        "实际联系到的人",
        "who was reached; a call that did not connect, or that a machine answered, reached nobody",
        "outcome.party outcome.network outcome.answered_by",
        words=PARTIES,
    ),
    _fact(
        "contact.disposition",
        "enum",
        "after",
        "约定或处置结果；未报告为 none",
        "what was agreed or done; none where none was reported",
        "outcome.disposition",
        words=(*(word for word in DISPOSITIONS if word != UNKNOWN), "none"),
    ),
    _fact(
        "contact.state_change",
        "enum",
        "after",
        "报告的状态变更；未报告为 none",
        "a change of state that was reported; none where none was",
        "outcome.state_change",
        words=(*(word for word in STATE_CHANGES if word != UNKNOWN), "none"),
    ),
    _fact("contact.message_left", "bool", "after", "是否留言", "a message was left", "outcome.message_left"),
    _fact(
        "contact.conveyed",
        "bool",
        "after",
        "内容已传达（发送即为行为；电话须有人接听或留言）",
        "something was conveyed: a message by being sent, a call by reaching a person or leaving a message",
        "channel " + _REACHED,
    ),
    _fact(
        "contact.reached_third_party",
        "bool",
        "after",
        "传达给了借款人及其授权人以外的人",
        "what was conveyed reached someone who is neither the borrower nor authorised",
        "channel " + _REACHED + " " + _ADDRESSEE,
    ),
    _fact(
        "contact.in_elected_quiet_window",
        "bool",
        "before",
        "处于借款人自选的安宁时段内",
        "it started inside a do-not-disturb window that the borrower elected",
        "profile.quiet_windows started_at " + _ZONE,
    ),
    _fact(
        "recipient.relationship",
        "enum",
        "before",
        "与借款人的关系",
        "the relationship to the borrower, as recorded",
        "recipient.relationship",
        words=RELATIONSHIPS,
    ),
    _fact(
        "recipient.roles",
        "set",
        "before",
        "联系人角色",
        "how the person came to be listed",
        "recipient.roles",
        words=ROLES,
    ),
    _fact(
        "recipient.party_class",
        "enum",
        "before",
        "当事人类别（由规则包的表决定）",
        "the party class, by the table of the rule pack; the number outranks the word",
        _ADDRESSEE,
        words=PARTY_CLASSES,
    ),
    _fact(
        "recipient.is_third_party",
        "bool",
        "before",
        "联系对象是第三人",
        "the addressee is a third party; of a group, a member is",
        _ADDRESSEE,
    ),
    _fact(
        "recipient.is_borrower",
        "bool",
        "before",
        "联系对象是借款人",
        "the addressee is the borrower",
        _ADDRESSEE,
    ),
    _fact(
        "recipient.is_emergency_contact",
        "bool",
        "before",
        "联系对象是借款人事先指定的紧急联系人",
        "the addressee is an emergency contact that the borrower named beforehand",
        "recipient.number recipient.name recipient.roles recipient.members profile.emergency_contacts",
    ),
    _fact(
        "recipient.number_is_own",
        "bool",
        "before",
        "号码当日属于借款人本人",
        "the number is the borrower's own on that date",
        "recipient.number profile.numbers",
    ),
    _fact("recipient.has_number", "bool", "before", "有号码", "the contact was to a number", "recipient.number"),
    _fact(
        "recipient.number_reported_wrong",
        "bool",
        "before",
        "号码已被报告为错号或二次放号",
        "the number was reported before as wrong, or as somebody else's by now",
        "recipient.number profile.instructions outcome.state_change",
        of_history=True,
    ),
    _fact(
        "recipient.has_asked_to_cease",
        "bool",
        "before",
        "对方已要求停止联系",
        "a request to cease that binds this contact was known before",
        "profile.instructions outcome.state_change recipient.number recipient.name " + _ADDRESSEE,
        of_history=True,
    ),
    _fact(
        "borrower.accessibility",
        "set",
        "before",
        "借款人的无障碍需求",
        "the borrower's accessibility needs",
        "profile.accessibility",
        words=ACCESSIBILITY_NEEDS,
    ),
    _fact("agency.name", "str", "before", "催收机构名称", "the name of the agency", "agency"),
    _fact(
        "agency.is_listed",
        "bool",
        "before",
        "机构当日在合作机构名单（催收类）上",
        "the agency was on the partner list as a collection agency on that date",
        "agency registry",
    ),
    _fact(
        "collector.kind",
        "enum",
        "before",
        "坐席类型：人工、自动或智能",
        "what made the contact: a person, an automatic dialer or a voice robot",
        "collector.kind",
        words=COLLECTOR_KINDS,
    ),
    _fact(
        "law_firm.is_claimed",
        "bool",
        "after",
        "声称了律师事务所",
        "a law firm was claimed by name",
        "claims.law_firm claims.law_firms content signals",
    ),
    _fact(
        "law_firm.all_listed",
        "bool",
        "after",
        "所称律所当日均在合作机构名单上",
        "every law firm claimed was on the partner list on that date",
        "claims.law_firm claims.law_firms content signals registry",
    ),
    _fact(
        "law_firm.all_in_official_directory",
        "bool",
        "after",
        "所称律所当日均在官方名录中",
        "every law firm claimed was in the official directory on that date",
        "claims.law_firm claims.law_firms content signals registry",
    ),
    _fact(
        "law_firm.names_disagree",
        "bool",
        "after",
        "同一次触达（或上门与所留函件）出现不同律所名称",
        "one contact, or a visit and the letter it left, names two different firms",
        "claims.law_firm claims.law_firms content signals",
        of_history=True,
    ),
    _fact(
        "law_firm.lawyer_is_claimed",
        "bool",
        "after",
        "声称是律师",
        "someone claimed to be a lawyer",
        "claims.title signals content",
    ),
    _fact(
        "content.recorded_empty",
        "bool",
        "after",
        "内容有记录且为空：什么都没说",
        "the content was recorded and is empty: nothing was said",
        "content",
    ),
    *(
        _fact(
            f"content.{name}",
            "bool",
            "after",
            _SIGNAL_DOCS[name][0],
            "the content " + _SIGNAL_DOCS[name][1] if name not in SUPPLIED_ONLY_SIGNALS else _SIGNAL_DOCS[name][1],
            "signals" if name in SUPPLIED_ONLY_SIGNALS else "content signals",
        )
        for name in SIGNALS
    ),
)

FACTS: Final[dict[str, Fact]] = {fact.name: fact for fact in _FACTS}
"""The facts that are computed in code, by name. Packs add measures and facts of their own."""

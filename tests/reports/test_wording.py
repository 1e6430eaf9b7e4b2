"""The words that the reports of all formats share."""

import re
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard import reports
from collection_guard.audit.report import Violation
from collection_guard.audit.run import Basis, run_audit
from collection_guard.engines import messages
from collection_guard.engines.base import VERDICTS
from collection_guard.engines.messages import message_of, spoken, word
from collection_guard.language.schema import SEVERITIES, Effect, OnUnknown, PackFile
from collection_guard.language.vocabulary import FACTS, PARTY_CLASSES
from collection_guard.model import words
from collection_guard.model.texts import LANGS, Lang, catalogue, text
from collection_guard.reports.wording import (
    Wording,
    holds_personal_number,
    per_thousand,
    percent,
    said,
)
from reports.november import CLAIMED, LISTED, REGISTRY, SETTINGS, audit, event, intake, packs, whole_report


def closed_lists() -> dict[str, tuple[str, ...]]:
    """Return every closed list of words that the model has."""
    return {
        name: tuple(value)
        for name, value in vars(words).items()
        if name.isupper() and isinstance(value, tuple | frozenset)
    }


@pytest.mark.parametrize(("name", "listed"), closed_lists().items(), ids=closed_lists())
def test_every_word_of_the_model_is_a_word_of_both_languages(name: str, listed: tuple[str, ...]) -> None:
    """What an event may say can be said to a person; a missing word would raise here."""
    assert listed
    for value in listed:
        for lang in LANGS:
            assert text(f"word.{value}", lang), f"{name}: {value}"


def test_every_verdict_severity_and_status_is_a_word_of_both_languages() -> None:
    """So are the words that rules, packs and facts use."""
    statuses = get_args(PackFile.model_fields["status"].annotation)
    enums = {value for fact in FACTS.values() for value in fact.words}
    for value in {*VERDICTS, *SEVERITIES, *get_args(Effect), *get_args(OnUnknown), *statuses, *PARTY_CLASSES, *enums}:
        for lang in LANGS:
            assert text(f"word.{value}", lang)


def test_every_field_that_a_fact_is_read_from_has_a_name() -> None:
    """A column that would help is named as people name columns."""
    for fact in FACTS.values():
        for path in fact.fields:
            for lang in LANGS:
                assert text(f"field.{path}", lang)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_a_share_is_100_percent_of_all_alone_and_0_of_none_alone(part: int, more: int) -> None:
    """Rounding never says that all were judged, or none, when it is not so."""
    whole = part + more
    shown = percent(part, whole)
    assert (shown == "100.0 %") == (whole > 0 and part == whole)
    assert (shown == "0.0 %") == (whole > 0 and part == 0)
    if whole:
        assert abs(float(shown.removesuffix(" %")) - 100 * part / whole) <= 0.1


def test_a_share_of_nothing_is_no_number() -> None:
    """Where nothing applies there is nothing to divide by."""
    assert (percent(0, 0), per_thousand(0, 0)) == ("—", "—")


def test_a_rate_per_thousand_never_rounds_a_violation_away() -> None:
    """One in a hundred thousand is shown as little, not as none."""
    assert [per_thousand(1, 100_000), per_thousand(0, 100), per_thousand(1, 3)] == ["<0.1", "0.0", "333.3"]


@pytest.mark.parametrize(
    ("lang", "expected"),
    [("zh", "只可联系本人。"), ("en", "Only the borrower may be contacted.")],
)
def test_a_source_written_in_both_languages_is_shown_in_one(lang: Lang, expected: str) -> None:
    """`中文 / English` gives the side that was asked for, whichever stands first."""
    assert said("只可联系本人。 / Only the borrower may be contacted.", lang) == expected
    assert said("Only the borrower may be contacted. / 只可联系本人。", lang) == expected


@pytest.mark.parametrize("words", ["只有中文", "English / and more", "甲 / 乙"])
def test_a_source_in_one_language_is_shown_as_it_is(words: str) -> None:
    """Nothing is cut from a text that merely holds a stroke."""
    assert [said(words, lang) for lang in LANGS] == [words, words]


@pytest.mark.parametrize(
    ("name", "value", "zh", "en"),
    [
        ("recipient.relationship", "parent", "父母", "parent"),
        ("recipient.is_third_party", True, "是", "yes"),
        ("recipient.is_third_party", None, "未知", "unknown"),
        (
            "recipient.roles",
            ["address_book", "emergency_contact"],
            "通讯录联系人、紧急联系人",
            "from the address book, emergency contact",
        ),
        ("recipient.roles", [], "无", "none"),
        (
            "contact.local_time",
            {"America/New_York": "07:30:00", "America/Chicago": "06:30:00"},
            "07:30:00 (America/New_York)、06:30:00 (America/Chicago)",
            "07:30:00 (America/New_York), 06:30:00 (America/Chicago)",
        ),
        ("agency.name", "call", "call", "call"),
        ("contact.talk_seconds", 62, "62", "62"),
    ],
)
def test_values_of_facts_are_words_of_the_language(name: str, value: Any, zh: str, en: str) -> None:
    """Enumerations, truth values, sets and local times are said as people say them; names stay names."""
    assert [spoken(value, FACTS[name], lang, masked=True) for lang in LANGS] == [zh, en]


def test_an_uncertain_count_is_said_as_what_it_may_be() -> None:
    """An interval has two ends, or none above."""
    assert [spoken([2, 4], None, lang, masked=True) for lang in LANGS] == ["2 至 4", "2 to 4"]
    assert [spoken([2, None], None, lang, masked=True) for lang in LANGS] == ["至少 2", "at least 2"]


def wording(lang: Lang, **options: bool) -> tuple[Wording, dict[str, Violation]]:
    """Return the wording of the whole report, and its violations by rule."""
    report = whole_report()
    return Wording(report, lang, **options), {item.rule: item for item in report.violations}


def test_messages_hold_the_values_of_their_facts() -> None:
    """Placeholders are filled with words of the language, measures of the pack included."""
    chinese, found = wording("zh")
    english, _ = wording("en")
    assert chinese.message(found["mother-called"]) == "联系了父母，当日此前 1 次。"
    assert english.message(found["mother-called"]) == "The parent was contacted, after 1 contacts on the same day."
    assert english.message(found["after-hours"]) == "It was 21:30:00 (Asia/Shanghai) at the recipient."
    assert chinese.remedy(found["after-hours"]) == "请在 21:00 前联系。"


def test_a_message_of_a_rule_alone_is_filled_the_same() -> None:
    """An explanation says what the report says."""
    report = whole_report()
    for item in report.violations:
        for lang in LANGS:
            expected = Wording(report, lang).message(item)
            assert message_of(report.rules[item.rule].rule, item.values, lang) == expected


def test_evidence_says_each_fact_and_the_near_miss_beside_a_look_up() -> None:
    """A firm that is not listed is shown with the listed name that looks like it, as a hint."""
    chinese, found = wording("zh")
    assert chinese.evidence(found["firm-not-listed"]) == [
        "声称了律师事务所：是",
        "所称律所当日均在合作机构名单上：否",
        f"“{CLAIMED}”于 2025-11-06 不在名单上（类别：律师事务所）；名单上有相似但不同的名称：{LISTED}",
    ]
    english, _ = wording("en")
    assert english.evidence(found["firm-not-listed"])[-1].endswith(f"similar but not the same: {LISTED}")


def test_evidence_is_said_for_every_fact_of_every_violation() -> None:
    """No fact of the evidence is left out, and none is shown by its name alone if it has a meaning."""
    report = whole_report()
    for lang in LANGS:
        say = Wording(report, lang)
        for item in report.violations:
            facts = [name for name in item.evidence if not name.endswith(":")]
            lines = say.evidence(item)
            assert len(lines) >= len(facts)
            assert all(any(say.meaning(item.rule, name) in line for line in lines) for name in facts)


@pytest.mark.parametrize(
    ("fields", "rule", "expected"),
    [
        ({"recipient": {"relationship": "parent"}}, "third-party-not-emergency-contact", "deterministic"),
        ({"content": "x", "signals": {"threat": True}}, "threat-made", "supplied signal"),
        ({"signals": {"threat": True}}, "threat-made", "supplied signal"),
    ],
)
def test_a_violation_says_how_it_was_established(fields: dict[str, Any], rule: str, expected: str) -> None:
    """What fields show is deterministic; what a signal says is as good as its supplier."""
    person = {"relationship": "self", **fields.get("recipient", {}), "roles": []}
    contact = event("E-1", "2025-11-04T10:00:00+08:00", channel="sms", **{**fields, "recipient": person})
    report = audit(intake([contact]), "core")
    found = {item.rule: item for item in report.violations}
    assert Wording(report, "en").basis(found[rule]) == expected


@pytest.mark.parametrize(
    "identifier",
    ["13812345678", "C-13812345678", "138-1234-5678", "+8613812345678", "013812345678", "11010519491231002X",
     "4111 1111 1111 1111", "20251120101010-13812345678", "１３８１２３４５６７８"],
)  # fmt: skip
def test_an_identifier_that_is_somebodys_number_is_known_as_one(identifier: str) -> None:
    """Some systems use a telephone, identity or card number as the id of a case."""
    assert holds_personal_number(identifier)


@pytest.mark.parametrize(
    "identifier", ["E-1", "HD2511-013", "20251120-0001", "row-00112233445566aa", "1700000000.123", "YZ-1101", "A017"]
)
def test_an_identifier_of_a_record_stays_whole(identifier: str) -> None:
    """With a masked id, nobody could find the record again."""
    assert not holds_personal_number(identifier)


def test_an_instant_at_the_edge_of_the_calendar_is_shown_as_recorded() -> None:
    """The year 10000 has no form in any zone; the record has one."""
    last = datetime.fromisoformat("9999-12-31T23:59:59-12:00")
    assert Wording(whole_report(), "en").moment(last) == "9999-12-31 23:59:59 -12:00"


def test_a_word_of_nobodys_list_stays_as_it_is() -> None:
    """A channel that a pack adds is shown by its name."""
    assert word("carrier_pigeon", "zh") == "carrier_pigeon"


class Heard:
    """What a detector heard: a threat, and a firm."""

    signals: ClassVar[dict[str, bool]] = {"threat": True}
    spans: ClassVar[dict[str, list[object]]] = {}
    law_firms = (CLAIMED,)
    detector = "ears"
    version = "1"


def test_what_was_heard_in_the_text_is_told_from_what_fields_say() -> None:
    """A detector can err: its findings are for a person to confirm."""
    contact = event("E-1", "2025-11-04T10:00:00+08:00", channel="sms", content="x", recipient={"relationship": "self"})
    basis = Basis(packs("core"), settings=SETTINGS, registry=REGISTRY, engine="reference", detector=lambda *_: Heard())
    report = run_audit(intake([contact]), basis)
    found = {item.rule: item for item in report.violations}
    assert Wording(report, "en").basis(found["threat-made"]) == "detected in the text"
    assert Wording(report, "zh").basis(found["law-firm-not-on-registry"]) == "关键词"


def test_every_text_of_the_reports_is_used_by_one() -> None:
    """A text that no report asks for is never read."""
    rooms = [Path(reports.__file__).parent.rglob("*.py"), [Path(messages.__file__)]]
    code = "\n".join(path.read_text("utf-8") for room in rooms for path in room)
    unused = [
        name
        for name in catalogue()
        if name.startswith(("report.", "csv.")) and not re.search(rf'["\'.]{name.rpartition(".")[2]}["\']', code)
    ]
    assert unused == []

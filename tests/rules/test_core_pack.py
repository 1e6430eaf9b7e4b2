"""The core pack is whole, says what it rests on, and counts what it means to count."""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
import pytz

from collection_guard.engines.base import MakeEngine
from collection_guard.engines.durable import DurableEngine, is_available
from collection_guard.engines.examples import run_examples
from collection_guard.engines.judge import Judge, in_order
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiling import compile_packs
from collection_guard.language.kleene import ends
from collection_guard.language.packs import Pack, load_packs, rules_root
from collection_guard.language.schema import Rule
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile
from collection_guard.model.words import NETWORKS, RELATIONSHIPS

Json = dict[str, Any]

SUBJECTS = {
    "third_parties.yaml": {
        "third-party-while-borrower-reachable",
        "third-party-not-emergency-contact",
        "third-party-contact-beyond-relay",
        "third-party-asked-to-pay",
        "debt-disclosed-to-third-party",
    },
    "hours.yaml": {
        "contact-outside-permitted-hours",
        "contact-runs-into-quiet-hours",
        "contact-in-elected-quiet-window",
    },
    "registry_and_claims.yaml": {
        "agency-not-on-registry",
        "law-firm-not-on-registry",
        "law-firm-not-in-official-directory",
        "law-firm-names-disagree",
        "lawyer-claimed-without-firm",
    },
    "instructions.yaml": {"contact-to-number-reported-wrong", "contact-after-cease-request"},
    "content.yaml": {
        "threat-made",
        "abusive-language",
        "authority-impersonated",
        "false-legal-consequence-claimed",
        "debt-publicised",
        "payment-to-private-account",
        "fee-for-credit-repair-or-rate-cut",
        "personal-data-in-message",
    },
    "channels_and_counts.yaml": {
        "social-account-bombing",
        "repeated-contact",
        "doorstep-obstruction",
        "inaccessible-channel",
        "distressed-not-handed-over",
    },
}
UNDATED_SOURCES = {"A0 网易新闻（怡婷）", "A3 银行服务综述"}
DATED_SOURCES = {
    ("A1 财富在线", date(2026, 1, 5)),
    ("A1 商业洞察", date(2025, 12, 30)),
    ("A1 新浪财经", date(2025, 12, 28)),
    ("A1 凤凰网财经", date(2025, 12, 18)),
    ("A1 深圳商报", date(2025, 12, 15)),
    ("A1 新浪财经", date(2025, 12, 10)),
    ("A1 犀牛财经", date(2025, 12, 3)),
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")


@cache
def core() -> Pack:
    """Return the pack as read from its files."""
    return load_packs(["core"])[0]


RULES = [rule for rule, _, _ in core().rules]
each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)


def test_the_pack_has_its_rules_and_no_others() -> None:
    """Each rule id stands in the file of its subject."""
    found: dict[str, set[str]] = {}
    for rule, document, _ in core().rules:
        found.setdefault(document.file.rsplit("/", 1)[-1], set()).add(rule.id)
    assert found == SUBJECTS
    files = {path.name for path in (rules_root() / "core").glob("*.yaml")}
    assert files == {"pack.yaml", "conformance.yaml", *SUBJECTS}


def test_the_pack_says_that_it_is_no_law() -> None:
    """A house policy drawn from press articles is not to be taken for the law."""
    header = core().header
    assert header.status == "house-policy"
    assert "不是法律" in header.about.zh
    assert "it is not law" in header.about.en


@each_rule
def test_each_rule_has_examples_of_each_outcome(rule: Rule) -> None:
    """Facts show a violation, a clear and an unassessable contact; a whole event shows how facts are read."""
    by_facts = {example.verdict for example in rule.examples if example.facts is not None}
    assert {"violation", "clear", "unassessable"} <= by_facts
    assert "not_applicable" in {example.verdict for example in rule.examples}
    assert any(example.event is not None for example in rule.examples)


@each_rule
def test_examples_are_named_apart_and_say_what_was_missing(rule: Rule) -> None:
    """An unassessable example names the missing facts, and no two examples of a rule share a name."""
    assert {name: count for name, count in Counter(e.name for e in rule.examples).items() if count > 1} == {}
    for example in rule.examples:
        assert (example.missing is not None) == (example.verdict == "unassessable"), example.name
        assert (example.facts is None) != (example.event is None), example.name


@pytest.mark.parametrize(
    "make",
    [
        ReferenceEngine,
        pytest.param(
            DurableEngine, marks=pytest.mark.skipif(not is_available(), reason="durable-rules cannot be imported here")
        ),
    ],
)
def test_all_examples_come_out_as_written(make: MakeEngine) -> None:
    """Each example of each rule has the verdict, and the missing facts, that it states."""
    name = "reference" if make is ReferenceEngine else "durable"
    results, problems = run_examples([core()], make, name)
    assert problems == []
    assert [result for result in results if not result.passed] == []
    assert len(results) == sum(len(rule.examples) for rule in RULES)


@each_rule
def test_texts_stand_in_both_languages(rule: Rule) -> None:
    """A compliance officer reads title, message, remedy and sources in Chinese and in English."""
    for text in (rule.title, rule.message, rule.remedy):
        assert CHINESE.search(text.zh), text
        assert not CHINESE.search(text.en), text
        assert re.search(r"[A-Za-z]", text.en), text
    for source in rule.sources:
        chinese, _, english = source.says.partition(" / ")
        assert CHINESE.search(chinese), source
        assert re.search(r"[a-z]{3}", english), source


@each_rule
def test_sources_are_articles_with_their_dates(rule: Rule) -> None:
    """A rule cites an article of the known list with its date; the two articles without one are cited without."""
    for source in rule.sources:
        if source.published is None:
            assert source.title in UNDATED_SOURCES
        else:
            assert (source.title, source.published) in DATED_SOURCES


@each_rule
def test_what_is_critical_is_denied_where_it_is_unknown(rule: Rule) -> None:
    """The guard denies on an unknown critical rule, and what only advises blocks nothing."""
    assert (rule.on_unknown == "deny") == (rule.severity == "critical")
    assert (rule.effect == "note") == (rule.severity == "advisory")
    if rule.severity == "critical":
        assert rule.effect == "block"


def test_only_the_partner_list_has_a_date_of_force() -> None:
    """The articles give one date: partner institutions are managed by list from 1 October 2025 on."""
    assert {rule.id: rule.in_force.since for rule in RULES if rule.in_force.since or rule.in_force.until} == {
        "agency-not-on-registry": date(2025, 10, 1)
    }


def test_limits_without_a_source_have_no_default() -> None:
    """The articles name no number of contacts: until a house sets one, the two rules are not in force."""
    unset = {rule.id: rule.unset for rule in compile_packs([core()])[0].rule_sets[0].rules if rule.unset}
    assert unset == {
        "social-account-bombing": ("social_messages_per_day",),
        "repeated-contact": ("contacts_per_day",),
    }


def test_s06_each_relationship_has_one_party_class() -> None:
    """Every relationship is of exactly one class, and those of three classes are third parties."""
    classes = core().header.party_classes
    assert sorted(word for words in classes.values() for word in words) == sorted(RELATIONSHIPS)
    third = {word for name in core().header.third_party_classes for word in classes[name]}
    assert set(RELATIONSHIPS) - third == {
        "self",
        "co_borrower",
        "guarantor",
        "attorney",
        "agent_authorised",
        "guardian",
        "executor",
        "heir",
    }


def test_s16_mainland_china_has_one_legal_time() -> None:
    """Every zone that the database has for mainland China, under old names too, is judged by Asia/Shanghai."""
    zones = core().header.legal_zones
    assert {
        *pytz.country_timezones["CN"],
        "PRC",
        "Asia/Chongqing",
        "Asia/Chungking",
        "Asia/Harbin",
        "Asia/Kashgar",
    } == {
        *zones,
        "Asia/Shanghai",
    }
    assert set(zones.values()) == {"Asia/Shanghai"}


def test_s21_titles_of_lawyers_say_so() -> None:
    """A title in the list claims a lawyer in so many words; a legal department or adviser does not."""
    said = re.compile(r"律[师師]|lawyer|attorney|counsel|solicitor|barrister")
    titles = core().header.lawyer_titles
    assert [title for title in titles if not said.search(title)] == []
    assert len(titles) == len(set(titles))
    assert {"法务", "法律顾问", "legal adviser"}.isdisjoint(titles)


# What the pack counts. The case has one number of the borrower's own, the mother is an emergency contact.
OWN, MOTHER = "13800000001", "13900000002"
NOW = datetime.fromisoformat("2025-11-20T10:00:00+08:00")
PROFILE: Json = {
    "case_id": "C-1",
    "borrower_id": "B-1",
    "timezone": "Asia/Shanghai",
    "numbers": [{"number": OWN}],
    "emergency_contacts": [{"number": MOTHER}],
}
FAILING = {"no_answer", "busy", "rejected", "powered_off", "suspended", "unallocated", "out_of_coverage", "forwarded"}
MESSAGES = (
    "sms",
    "wechat",
    "enterprise_wechat",
    "qq",
    "whatsapp",
    "alipay_msg",
    "app_push",
    "email",
    "letter",
    "social_post",
)


def contact(event_id: str, hours_ago: float, **fields: Any) -> Json:
    """Return a call to the borrower's own number, some hours before the contact that is judged."""
    at = (NOW - timedelta(hours=hours_ago)).isoformat()
    to = {"number": OWN, "relationship": "self"}
    base: Json = {"event_id": event_id, "case_id": "C-1", "channel": "call", "direction": "outbound", "recipient": to}
    return {**base, "started_at": at, **fields}


def failed(event_id: str, hours_ago: float, **fields: Any) -> Json:
    """Return an unanswered call to the borrower's own number."""
    return contact(event_id, hours_ago, outcome={"network": "no_answer"}, **fields)


def measured(history: list[Json], *names: str, judged: Json | None = None) -> list[tuple[float, float]]:
    """Return the lowest and the highest value of measures at a contact after a history."""
    limits = {"contacts_per_day": 9, "social_messages_per_day": 9}
    world = World(Settings("Asia/Shanghai"), {"C-1": CaseProfile.model_validate(PROFILE)})
    judge = Judge(compile_packs([core()], limits), world, "reference")
    last = Event.model_validate(judged or contact("Z", 0, channel="sms"))
    for event in in_order([*(Event.model_validate(one) for one in history), last]):
        list(judge.judge(event))
        if event is not last:
            judge.add(event)
    sheet = judge.sheets()[0]
    return [ends(sheet.value(f"measure.{name}")) for name in names]


def attempts(history: list[Json]) -> tuple[float, float]:
    """Return how many failed attempts a history holds, at least and at most."""
    return measured(history, "failed_attempts")[0]


@pytest.mark.parametrize("network", NETWORKS)
def test_s13_network_outcomes_that_are_failed_attempts(network: str) -> None:
    """Eight outcomes of the network are failed attempts; congestion and blocked calls are none."""
    count = 1 if network in FAILING else 0
    low, high = attempts([contact("A", 20, outcome={"network": network, "answered_by": "human", "party": "borrower"})])
    assert (low, high) == (count, count)


@pytest.mark.parametrize(
    ("says", "fields", "expected"),
    [
        ("a voice notice counts", {"channel": "voice_notice", "outcome": {"network": "busy"}}, (1, 1)),
        ("a video call does not", {"channel": "video", "outcome": {"network": "busy"}}, (0, 0)),
        ("a visit does not", {"channel": "visit", "outcome": {"party": "nobody"}}, (0, 0)),
        ("a message does not", {"channel": "sms", "outcome": {"network": "undelivered"}}, (0, 0)),
        ("an inbound call does not", {"direction": "inbound", "outcome": {"network": "busy"}}, (0, 0)),
        ("a call of unknown direction may", {"direction": None, "outcome": {"network": "busy"}}, (0, 1)),
        ("another's number does not", {"recipient": {"number": MOTHER}, "outcome": {"network": "busy"}}, (0, 0)),
        ("a masked number may", {"recipient": {"number": "138****0001"}, "outcome": {"network": "busy"}}, (0, 1)),
        ("a machine counts", {"outcome": {"network": "connected", "answered_by": "machine"}}, (1, 1)),
        ("a machine counts without a network", {"outcome": {"answered_by": "machine"}}, (1, 1)),
        ("a congested call does not", {"outcome": {"network": "congestion", "answered_by": "machine"}}, (0, 0)),
        ("a blocked call does not", {"outcome": {"network": "blocked", "answered_by": "machine"}}, (0, 0)),
        ("a third party counts", {"outcome": {"network": "connected", "party": "third_party"}}, (1, 1)),
        ("a wrong party counts", {"outcome": {"network": "connected", "party": "wrong_party"}}, (1, 1)),
        ("a guarantor counts", {"outcome": {"network": "connected", "party": "authorised_party"}}, (1, 1)),
        ("a third party counts without a network", {"outcome": {"party": "third_party"}}, (1, 1)),
        ("the borrower does not", {"outcome": {"network": "connected", "party": "borrower"}}, (0, 0)),
        ("the borrower does not, without a network either", {"outcome": {"party": "borrower"}}, (0, 0)),
        ("whoever was reached may have been somebody else", {"outcome": {"network": "connected"}}, (0, 1)),
        ("of a call without an outcome nothing is known", {"outcome": None}, (0, 1)),
    ],
)
def test_s13_what_a_failed_attempt_is(says: str, fields: Json, expected: tuple[int, int]) -> None:
    """A failed attempt is a call to the borrower's own number that did not reach the borrower."""
    assert attempts([contact("A", 20, **fields)]) == expected


@pytest.mark.parametrize(
    ("says", "fields", "expected"),
    [
        ("the borrower answered", {"outcome": {"network": "connected", "party": "borrower"}}, (0, 0)),
        ("the borrower called", {"direction": "inbound", "outcome": {"party": "borrower"}}, (0, 0)),
        ("the borrower opened the door", {"channel": "visit", "outcome": {"party": "borrower"}}, (0, 0)),
        (
            "the borrower answered the mother's telephone",
            {"recipient": {"number": MOTHER}, "outcome": {"network": "connected", "party": "borrower"}},
            (0, 0),
        ),
        (
            "the mother answered hers",
            {"recipient": {"number": MOTHER}, "outcome": {"network": "connected", "party": "third_party"}},
            (3, 3),
        ),
        ("no reply makes up for a call", {"outcome": {"network": "no_answer", "disposition": "replied"}}, (4, 4)),
        ("a call may have reached him", {"recipient": {"number": MOTHER}, "outcome": {"network": "connected"}}, (0, 3)),
    ],
)
def test_s14_what_a_connection_is(says: str, fields: Json, expected: tuple[int, int]) -> None:
    """The borrower in person, on any channel and in either direction, ends the count of failed attempts."""
    before = [failed("A", 50), failed("B", 49), failed("C", 48)]
    assert attempts([*before, contact("D", 20, **fields)]) == expected


@pytest.mark.parametrize("channel", MESSAGES)
@pytest.mark.parametrize(
    ("says", "fields", "expected"),
    [
        ("delivered", {"outcome": {"network": "delivered", "party": "borrower"}}, (3, 3)),
        ("replied to", {"outcome": {"disposition": "replied"}}, (0, 0)),
        ("replied to by the mother", {"recipient": {"number": MOTHER}, "outcome": {"disposition": "replied"}}, (3, 3)),
        ("its end is a word that no table knows", {"outcome": {"disposition": "unknown"}}, (0, 3)),
        ("from his own number", {"direction": "inbound"}, (0, 0)),
        (
            "from his own number, by somebody else",
            {"direction": "inbound", "outcome": {"party": "third_party"}},
            (3, 3),
        ),
        (
            "from his own number, by somebody else to whom one replied",
            {"direction": "inbound", "outcome": {"party": "third_party", "disposition": "replied"}},
            (3, 3),
        ),
        ("from the mother's number", {"direction": "inbound", "recipient": {"number": MOTHER}}, (3, 3)),
        (
            "from the mother's number, by him",
            {"direction": "inbound", "recipient": {"number": MOTHER}, "outcome": {"party": "borrower"}},
            (0, 0),
        ),
        ("from a masked number", {"direction": "inbound", "recipient": {"number": "138****0001"}}, (0, 3)),
        ("to or from his own number", {"direction": None}, (0, 3)),
    ],
)
def test_s14_which_messages_are_connections(channel: str, says: str, fields: Json, expected: tuple[int, int]) -> None:
    """A message is a connection if it is the borrower's own or was replied to, and never by being delivered."""
    before = [failed("A", 50), failed("B", 49), failed("C", 48)]
    assert attempts([*before, contact("D", 20, channel=channel, **fields)]) == expected


def test_s15_attempts_count_by_case_in_the_window_since_the_connection() -> None:
    """Attempts and their dates are counted for the case, within 168 hours, after the last connection."""
    reached = contact("C", 120, outcome={"network": "connected", "party": "borrower"})
    history = [failed("A", 200), failed("B", 130), reached, failed("D", 30), failed("E", 29)]
    elsewhere = failed("F", 60, case_id="C-2", borrower_id="B-1")
    assert measured([*history, elsewhere], "failed_attempts", "failed_attempt_dates") == [(2, 2), (1, 1)]
    without = [one for one in history if one is not reached]
    assert measured(without, "failed_attempts", "failed_attempt_dates") == [(3, 3), (2, 2)]
    on_the_edge = [failed("A", 168), failed("B", 168.001)]
    assert measured(on_the_edge, "failed_attempts", "failed_attempt_dates") == [(1, 1), (1, 1)]


def test_s26_contacts_are_counted_by_borrower_and_local_day() -> None:
    """Contacts to one borrower count over all his cases, from midnight of the borrower's day on."""
    judged = contact("Z", 0, channel="wechat", borrower_id="B-1")
    history = [
        contact("A", 10.001, channel="qq", borrower_id="B-1"),
        contact("B", 10, channel="qq", borrower_id="B-1"),
        contact("C", 5, channel="wechat", borrower_id="B-1", case_id="C-2", recipient={"relationship": "self"}),
        contact("D", 4, borrower_id="B-1"),
        contact("E", 3, channel="qq", borrower_id="B-1", direction="inbound"),
        contact("F", 2, channel="qq", borrower_id="B-1", recipient={"number": MOTHER, "relationship": "parent"}),
        contact("G", 1, channel="qq", borrower_id="B-2", case_id="C-3", recipient={"relationship": "self"}),
    ]
    assert measured(history, "contacts_today", "social_messages_today", judged=judged) == [(3, 3), (2, 2)]

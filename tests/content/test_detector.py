"""What a text says: acts in their context, with evidence that can be checked."""

import json
import sys
import unicodedata
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opencc import OpenCC

from collection_guard.facts.content.characters import is_han
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.reading import Detector, ExplainingDetector, Reading
from collection_guard.facts.content.schema import SIGNALS

DETECTOR = LexiconDetector()
TRADITIONAL = OpenCC("s2t")
CORPUS = Path(__file__).parent / "corpus_work.jsonl"
TEXTS = [json.loads(line) for line in CORPUS.read_text("utf-8").splitlines()]
PLAIN = [
    (row["text"], row["channel"])
    for row in TEXTS
    if row["lang"] == "zh-Hans" and row["difficulty"] in ("plain", "negation") and len(row["text"]) < 60
]


def said(text: str, kind: str | None = None) -> set[str]:
    return {signal for signal, value in DETECTOR.read(text, kind).signals.items() if value}


SAYS = [
    ("您儿子在我行的贷款已逾期42天，请转告他。", "sms", {"debt_disclosure"}),
    ("ni zai bu huan qian jiu zhao ren da duan ni de tui", "sms", {"debt_disclosure", "threat"}),
    ("关于您的逾期账单，我们不会联系您的家人和同事。", "sms", {"debt_disclosure"}),
    ("反诈提醒：凡自称公检法要求转账到安全账户的，都是诈骗。", "sms", set()),
    ("律师函须经法务审批后方可寄出，不得以律所名义发函。", "internal_note", set()),
    ("再不还就等着坐牢，逾期三个月了", "sms", {"debt_disclosure", "threat", "false_legal_claim"}),
    ("明天把你的照片贴到村口，欠钱不还", "sms", {"debt_disclosure", "threat", "public_shaming"}),
    ("你欠钱不还的事已经发到同学群了", "sms", {"debt_disclosure", "public_shaming"}),
    ("麻烦您转告周先生给我们回个电话，谢谢。", "sms", {"relay_only"}),
    ("专业征信修复，七天洗白，收费1500元，不成功退款", "sms", {"credit_repair_or_rate_scam"}),
    ("您的贷款逾期，请转到我的个人微信。", "wechat", {"debt_disclosure", "solicits_private_payment"}),
    ("You deadbeat, you owe us $300.", "sms", {"debt_disclosure", "abuse"}),
    ("明天下午三点开会，请带上材料。", "wechat", set()),
    ("If you do not pay today we will kill you", "sms", {"debt_disclosure", "threat"}),
    ("We will not tell your boss if you do not pay.", "sms", {"debt_disclosure"}),
]


@pytest.mark.parametrize(("text", "kind", "signals"), SAYS)
def test_a_text_says(text: str, kind: str, signals: set[str]) -> None:
    """Typical texts, disguised, denied and harmless ones, say what a reader hears in them."""
    assert said(text, kind) == signals


def test_nothing_said() -> None:
    """Empty content is nothing said: every signal is false, none is missing."""
    reading = DETECTOR.read("")
    assert set(reading.signals) == set(SIGNALS)
    assert not any(reading.signals.values())
    assert reading.law_firm is None


def test_only_the_collector_counts() -> None:
    """In a transcript of two speakers the customer's words are not the collector's acts."""
    spoken = "坐席：您好，您的贷款逾期了。客户：你这个臭不要脸的老赖，信不信我打断你的腿。"
    assert said(spoken, "call_transcript") == {"debt_disclosure"}
    turned = "客户：您好。坐席：你的贷款逾期了，你这个臭不要脸的老赖，信不信我打断你的腿。"
    assert said(turned, "call_transcript") == {"debt_disclosure", "abuse", "threat"}


def test_denial_and_its_denial() -> None:
    """What is denied is not done; "do not think that we will not" denies nothing."""
    assert "threat" not in said("我们不会告诉你的单位领导，欠款可以协商")
    assert "threat" in said("别以为我们不会告诉你的单位领导，欠款赶紧还")


def test_relay_excludes_everything_else() -> None:
    """A request to call back that tells of the debt is no mere request."""
    assert said("请转告他回个电话，他的贷款逾期三个月了") == {"debt_disclosure"}


FIRMS = [
    ("我是柳湾知衡律师事务所的律师，您的借款", "柳湾知衡律师事务所"),
    ("博源(北京)律师事务所受银行委托，就您的欠款函告", "博源(北京)律师事务所"),
    ("示例（映州）律师事务所依法接受委托，贵方欠款", "示例（映州）律师事务所"),
    ("柳湾知.衡律·师事\u200b务所通知你还款", "柳湾知衡律师事务所"),
    ("和信律师事务所受托催告您的逾期借款", "和信律师事务所"),
    ("This is Marrow & Finch LLP calling about your loan.", "Marrow & Finch LLP"),
    ("安瀾律師事務所就您的欠款寄發律師函", "安瀾律師事務所"),
    ("我是律师，你的欠款今天必须还", None),
    ("您可以自行委托律师事务所处理您的欠款", None),
]


@pytest.mark.parametrize(("text", "firm"), FIRMS)
def test_the_firm_is_named_as_written(text: str, firm: str | None) -> None:
    """A law firm's name is freed of disguise, and its brackets and script stay as written."""
    assert DETECTOR.read(text, "sms").law_firm == firm


def test_lawyers_are_named() -> None:
    """A person whom the text calls a lawyer is named."""
    assert DETECTOR.read("示例律师事务所指派王律师处理您的欠款").persons == ("王",)


def exact(text: str, reading: Reading) -> bool:
    return all(
        span.text and text[span.start : span.end] == span.text for spans in reading.spans.values() for span in spans
    )


def test_evidence_is_exact_over_the_corpus() -> None:
    """Every signal that is true has evidence, and all evidence is an exact substring of the text."""
    for row in TEXTS[::3]:
        reading = DETECTOR.read(row["text"], row["channel"])
        assert exact(row["text"], reading)
        for signal, value in reading.signals.items():
            assert bool(reading.spans.get(signal)) == value


@settings(max_examples=150)
@given(st.text(max_size=120))
def test_evidence_is_exact_for_any_text(text: str) -> None:
    """Whatever the text, reading it ends with exact evidence."""
    assert exact(text, DETECTOR.read(text))


SEPARATORS = ["\u200b", ".", "·", "-", "*", " ", "❤", "/", "_", "\ufeff", "~", "|"]


@settings(max_examples=150)
@given(st.sampled_from(PLAIN), st.sampled_from(SEPARATORS), st.randoms(use_true_random=False))
def test_separators_change_no_signal(text_and_kind: tuple[str, str], separator: str, random: object) -> None:
    """Characters that separate, put between Chinese characters, change no signal."""
    text, kind = text_and_kind
    choose = random.random  # type: ignore[attr-defined]  # Hypothesis gives a random.Random
    changed = text[:1]
    for before, after in pairwise(text):
        changed += (separator if is_han(before) and is_han(after) and choose() < 0.5 else "") + after
    reading = DETECTOR.read(changed, kind)
    assert dict(reading.signals) == dict(DETECTOR.read(text, kind).signals)
    assert exact(changed, reading)


WIDE = str.maketrans({chr(code): chr(code + 0xFEE0) for code in range(0x30, 0x7B) if chr(code).isalnum()})


@settings(max_examples=100)
@given(st.sampled_from(PLAIN))
def test_full_width_changes_no_signal(text_and_kind: tuple[str, str]) -> None:
    """Full-width letters and digits change no signal."""
    text, kind = text_and_kind
    changed = text.translate(WIDE)
    assert unicodedata.normalize("NFKC", changed) == unicodedata.normalize("NFKC", text)
    reading = DETECTOR.read(changed, kind)
    assert dict(reading.signals) == dict(DETECTOR.read(text, kind).signals)
    assert exact(changed, reading)


@settings(max_examples=150)
@given(st.sampled_from(PLAIN))
def test_traditional_forms_change_no_signal(text_and_kind: tuple[str, str]) -> None:
    """Traditional characters change no signal."""
    text, kind = text_and_kind
    changed = str(TRADITIONAL.convert(text))
    reading = DETECTOR.read(changed, kind)
    assert dict(reading.signals) == dict(DETECTOR.read(text, kind).signals)
    assert exact(changed, reading)


def steps_of(text: str) -> int:
    """Count the lines of Python that reading a text executes: a measure of cost without a clock."""
    count = 0

    def trace(frame: object, event: str, argument: object) -> object:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)  # type: ignore[arg-type]  # the frame is not looked at
    try:
        DETECTOR.read(text, "call_transcript")
    finally:
        sys.settrace(before)
    return count


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "unit", ["不会不会抓你坐牢", "别以为不会抓你", "催收员：还钱。客户：没有。", "欠钱“抓你”，", "某某律师事务所LLP "]
)
def test_cost_of_reading_grows_with_length(unit: str) -> None:
    """Ten times the text costs about ten times the work: denials, turns, quotations and names included."""
    DETECTOR.read(unit)
    small, large = steps_of(unit * 30), steps_of(unit * 300)
    assert large < 13 * small


def test_long_and_hostile_texts_are_read() -> None:
    """A very long text, surrogates, NUL and combining marks end in a reading, with bounded evidence."""
    sentence = "您的贷款逾期，再不还就上门抓人坐牢。"
    long = sentence * (1_000_000 // len(sentence.encode()) + 1)  # a megabyte
    reading = DETECTOR.read(long)
    assert reading.signals["threat"]
    assert len(reading.spans["threat"]) <= 20
    assert exact(long, reading)
    hostile = "逾\x00期\ud800欠" + "\u0301" * 100_000 + "款，您还"
    assert exact(hostile, DETECTOR.read(hostile))
    cut = "北京明正律师事务所\ud83d致函：您的欠款"  # a message that was cut within a sign
    assert DETECTOR.read(cut).law_firm == "北京明正律师事务所"


def test_it_is_a_detector_that_explains() -> None:
    """The detector keeps the protocol that others may implement, and names itself."""
    assert isinstance(DETECTOR, Detector)
    assert isinstance(DETECTOR, ExplainingDetector)
    reading = DETECTOR.read("您的贷款逾期")
    assert (reading.detector, reading.version) == (DETECTOR.name, DETECTOR.version)
    assert reading.lexicon_digest


@pytest.mark.parametrize(
    ("text", "kind", "code"),
    [
        ("我们不会打断你的腿", "sms", "negated"),
        ("反诈提醒：凡收费洗白征信逾期记录的都是诈骗", "sms", "framed"),
        ("坐席：您好。客户：你这个骗子。", "call_transcript", "speaker"),
        ("预约的师傅明天去你家安装", "sms", "blocked"),
    ],
)
def test_explanations_say_why_not(text: str, kind: str, code: str) -> None:
    """An entry that was found and did not count says what silenced it."""
    explanation = DETECTOR.explain(text, kind)
    assert code in {step.code for step in explanation.steps if not step.fired}


def test_explanation_and_reading_agree() -> None:
    """Explaining a text reads it the same, and every true signal has a step that fired."""
    for row in TEXTS[::7]:
        explanation = DETECTOR.explain(row["text"], row["channel"])
        reading = DETECTOR.read(row["text"], row["channel"])
        assert explanation.reading == reading
        fired = {signal for step in explanation.steps if step.fired for signal in step.signals}
        for signal, value in reading.signals.items():
            assert not value or signal in fired

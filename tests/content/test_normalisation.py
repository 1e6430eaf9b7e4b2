"""Texts are read as they were meant, and every character leads back to the original."""

import sys

from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.content.lexicon import Lexicon, load_lexicon
from collection_guard.facts.content.normalisation import Normalised

LEXICON: Lexicon = load_lexicon()


def read(text: str) -> str:
    return LEXICON.normalise(text).text


def test_disguises_are_undone() -> None:
    """Separators, widths, traditional forms, Pinyin, homophones, split characters and emoji are written back."""
    meant = {
        "公.安.经.侦": "公安经侦",
        "降【息】退【费】": "降息退费",
        "逾\u200b期\u200b贷\u200b款": "逾期贷款",
        "征❤信❤修❤复": "征信修复",
        "欠款￥８，６００元": "欠款¥8600元",
        "債務人": "债务人",
        "gong安局": "公安局",
        "账d逾q": "账单逾期",
        "da断你的gou腿": "打断你的狗腿",
        "袋款": "贷款",
        "借钅戋不还": "借钱不还",
        "还💰": "还钱",
        "逾，期，贷，款": "逾期贷款",
        "ㄑ款": "欠款",
        "p.a.y y.o.u.r l.o.a.n": "pay your loan",
        "0verdue l0an": "overdue loan",
        "ni zai bu huan qian jiu da duan ni de tui": "你再不还钱就打断你的腿",
        "嗰筆數你走唔甩": "那笔账你跑不掉",
    }
    assert {text: read(text) for text in meant} == meant


def test_what_is_meant_is_left_alone() -> None:
    """Ordinary words that merely sound like others, English words and the marks of clauses stay."""
    for text in (
        "预期收益",
        "归还前请联系",
        "法律是公正的",
        "本期待还金额",
        "we erase late payments",
        "明天开会，别迟到。",
        "women can run a long song",
    ):
        assert read(text) == text


def check_map(normalised: Normalised) -> None:
    assert len(normalised.text) == len(normalised.starts) == len(normalised.ends)
    size = len(normalised.original)
    for start, end in zip(normalised.starts, normalised.ends, strict=True):
        assert 0 <= start < end <= size
    assert list(normalised.starts) == sorted(normalised.starts)


@given(st.text(max_size=80))
def test_every_character_leads_back(text: str) -> None:
    """Whatever the text, every folded character stands for a range of the original, in order."""
    check_map(LEXICON.normalise(text))


@given(st.text(alphabet="逾期欠款qianyu贷dai.·❤ 【】，还钱s0l1an", max_size=60))
def test_every_disguised_character_leads_back(text: str) -> None:
    """The map holds where words are written back as well."""
    check_map(LEXICON.normalise(text))


def test_hostile_texts_do_not_crash() -> None:
    """Lone surrogates, NUL, bidirectional marks and very many combining marks are read."""
    assert read("\ud800逾\x00期\udfff\u202e") == "逾期"
    assert read("还" + "\u0301" * 100_000 + "钱") == "还钱"
    assert read("") == ""


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
        LEXICON.normalise(text)
    finally:
        sys.settrace(before)
    return count


def test_cost_grows_with_length() -> None:
    """Twenty times the text costs about twenty times the work, for plain and for hostile texts."""
    for unit in ("您的贷款已逾期，", "逾.期❤", '"\'"', "a b c ", "ni zai bu ", "【逾】", "逾，期，"):
        read(unit)
        small, large = steps_of(unit * 20), steps_of(unit * 400)
        assert large < 24 * small, unit

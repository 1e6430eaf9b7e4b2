"""Texts read together say what each says alone, and reading them takes work in proportion to their length."""

import json
import re
import subprocess
import sys
import tracemalloc
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import pytest
from content.small import small_lexicon
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.facts.content.batch import batches, code_points
from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.finder import StringFinder
from collection_guard.facts.content.ragged import Lists, Whole, once, stably, whole
from collection_guard.facts.content.reading import BatchDetector, Detector, Given, Reading, readings
from collection_guard.facts.content.schema import KINDS

DETECTOR = LexiconDetector()
FILES = sorted(Path(__file__).parent.glob("corpus_*.jsonl"))
ROWS = [json.loads(line) for file in FILES for line in file.read_text("utf-8").splitlines()[::40]]
LABELLED = [(row["text"], row["channel"]) for row in ROWS]
PIECES = [
    *("不会", "别以为", "禁止", "，", "。", "：", "“", "”", "【", "】", "\n", "坐席：", "客户：", "反诈提醒：", "凡"),
    *("某某律师事务所", "Marsh & Poe LLP", "not ", "¥500", "三千", "\x1f", "\x00", "\ud800", "\u0301", "💰", "qian "),
]
NEAR = ["别以为", "不会告诉你的单位领导", "打断你的腿", "欠款逾期", "抓你坐牢", "还钱", "骗子", "贷款", "他说"]


def mixed() -> st.SearchStrategy[Given]:
    """Return labelled texts, texts with pieces put in that change what stands around them, and any other texts."""
    kinds = st.sampled_from([*KINDS, None, "fax"])
    cut = st.tuples(st.sampled_from(LABELLED), st.integers(0, 60), st.sampled_from(PIECES)).map(
        lambda made: made[0][0][: made[1]] + made[2] + made[0][0][made[1] :]
    )
    # Short texts, whose neighbours are near: what stands in one could deny, cancel or frame what stands in the next.
    short = st.lists(st.sampled_from([*PIECES, *NEAR]), min_size=1, max_size=3).map("".join)
    return st.sampled_from(LABELLED) | st.tuples(cut | short | st.text(max_size=30), kinds)


@settings(max_examples=100)
@given(st.lists(mixed(), max_size=12), st.integers(1, 5))
def test_a_batch_answers_as_each_text_alone(texts: list[Given], size: int) -> None:
    """Whatever stands beside a text, in whatever order and number, it says what it says alone."""
    alone = [DETECTOR.read(text, kind) for text, kind in texts]
    assert DETECTOR.read_many(texts) == alone
    assert DETECTOR.read_many(texts[::-1]) == alone[::-1]
    parts = [texts[at : at + size] for at in range(0, len(texts), size)]
    assert [reading for part in parts for reading in DETECTOR.read_many(part)] == alone
    assert list(readings(DETECTOR, iter(texts))) == alone


def test_a_denial_is_taken_back_by_its_own_text_alone() -> None:
    """Words that would take a denial back do not, if they end the text before."""
    denied, cancel = "不会告诉你的单位领导，欠款可以协商", "别以为"
    assert not DETECTOR.read(denied).signals["threat"]
    assert DETECTOR.read(cancel + denied).signals["threat"]
    assert not DETECTOR.read_many([(cancel, None), (denied, None)])[1].signals["threat"]


def test_many_labelled_texts_answer_as_each_alone() -> None:
    """Batches as large as they become in an audit answer the same."""
    assert len(list(batches(LABELLED * 3))) > 1
    assert DETECTOR.read_many(LABELLED * 3) == [DETECTOR.read(*text) for text in LABELLED] * 3


def test_explanations_tell_what_a_batch_reads() -> None:
    """A text is explained by what it says beside others."""
    for text, reading in zip(LABELLED[::4], DETECTOR.read_many(LABELLED[::4]), strict=True):
        assert DETECTOR.explain(*text).reading == reading


def test_batches_keep_the_order_and_are_bounded() -> None:
    """All texts come in their order, few enough together to stay in near memory, a long one with none behind it."""
    texts: list[Given] = [("逾期" * size, None) for size in [3, 1, 40_000, 2, *[1] * 1_200]]
    groups = list(batches(texts))
    assert [text for group in groups for text in group] == texts
    assert len(groups[0]) == 3
    assert max(map(len, groups)) < 1_000


def found_in(strings: Sequence[str], text: str) -> tuple[Whole, Whole, Whole]:
    """Return what of some strings stands in a text."""
    return StringFinder(strings).find(text, code_points(text))


@settings(max_examples=150)
@given(st.frozensets(st.text("abcd", min_size=1, max_size=5), max_size=30), st.text("abcde", max_size=40))
def test_every_string_is_found(strings: frozenset[str], text: str) -> None:
    """Every string is found wherever it stands, inside others as well, its places in their order."""
    known = sorted(strings)
    found = list(zip(*(part.tolist() for part in found_in(known, f"{text}\x1f")), strict=True))
    assert all(one[1] < other[1] for one, other in combinations(found, 2) if one[0] == other[0])
    expected = [
        (len(string), at, number)
        for number, string in enumerate(known)
        for at in range(len(text))
        if text.startswith(string, at)
    ]
    assert sorted((end - start, start, number) for number, start, end in found) == sorted(expected)


def test_no_string_reaches_from_one_text_into_the_next() -> None:
    """A string with a character that separates texts is never found, and the others are."""
    found = found_in(["\x1f", "a\x1fb", "\x1fb", "b"], "\x1fa\x1fb\x1f")
    assert [part.tolist() for part in found] == [[3], [3], [4]]


GEESE = """
acts:
  abuse: {signals: [abuse], zh: 辱骂, en: insults}
concepts:
  bird: [鹅, 白鹅]
entries:
  - id: near-ducks
    act: abuse
    phrases: ['{bird}~3鸭~~4鸡']
    negation: none
"""


@pytest.fixture(scope="module")
def geese(tmp_path_factory: pytest.TempPathFactory) -> LexiconDetector:
    """Return a detector that looks for three birds in a row."""
    return LexiconDetector.from_folder(small_lexicon(tmp_path_factory.mktemp("geese") / "lexicon", GEESE))


@settings(max_examples=200)
@given(st.lists(st.text("鹅白鸭鸡天，。", max_size=14), min_size=1, max_size=6))
def test_phrases_are_found_as_written(geese: LexiconDetector, texts: list[str]) -> None:
    """A gap holds as many characters as it says, and marks only where it may cross them."""
    written = re.compile("鹅[^，。]{0,3}鸭[^。]{0,4}鸡")
    folded = [geese.lexicon.normalise(text).text for text in texts]
    said = [reading.signals["abuse"] for reading in geese.read_many([(text, None) for text in texts])]
    assert said == [bool(written.search(text)) for text in folded]


@given(st.lists(st.integers(0, 9) | st.integers(0, 2**62), max_size=30))
def test_equal_keys_keep_their_order(keys: list[int]) -> None:
    """Keys are sorted without a change among equal ones, however large they are."""
    order, ordered = stably(whole(keys))
    assert order.tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert ordered.tolist() == sorted(keys)
    assert once(whole(keys)).tolist() == sorted(set(keys))


@given(st.lists(st.lists(st.integers(0, 99), max_size=4), min_size=1, max_size=8), st.data())
def test_lists_end_to_end(lists: list[list[int]], data: st.DataObject) -> None:
    """Of lists laid end to end each is got back, as often as it is asked for."""
    which = data.draw(st.lists(st.integers(0, len(lists) - 1), max_size=9))
    owners, items = Lists(lists).at(whole(which))
    assert items.tolist() == [item for one in which for item in lists[one]]
    assert owners.tolist() == [place for place, one in enumerate(which) for _ in lists[one]]


def peak_of(text: str) -> int:
    """Return the most memory that reading a text takes, which bounds what is worked on at any step."""
    tracemalloc.start()
    try:
        DETECTOR.read(text, "call_transcript")
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "unit",
    ["不会不会抓你坐牢", "别以为不会抓你", "催收员：还钱。客户：没有。", "欠钱“抓你”，", "反诈提醒：凡抓你坐牢，"],
)
def test_work_on_a_text_grows_with_its_length(unit: str) -> None:
    """Five times the text is about five times the work of every step: what is found is never put to all else found."""
    DETECTOR.read(unit)
    assert peak_of(unit * 2_000) < 8 * peak_of(unit * 400)


class OneByOne:
    """A detector of somebody's own that reads one text at a time."""

    name = "house"
    version = "1"

    def __init__(self) -> None:
        self.asked: list[Given] = []

    def read(self, text: str, kind: str | None = None) -> Reading:
        self.asked.append((text, kind))
        return Reading({"abuse": "鹅" in text}, {}, self.name, self.version)


def test_a_detector_that_reads_one_by_one_is_asked_text_by_text() -> None:
    """What only has ``read`` keeps working wherever many texts are read, and is asked when its answer is wanted."""
    detector = OneByOne()
    assert isinstance(detector, Detector)
    assert not isinstance(detector, BatchDetector)
    assert isinstance(DETECTOR, BatchDetector)
    every = readings(detector, [("鹅", "sms"), ("鸭", None)])
    assert next(every).signals == {"abuse": True}
    assert detector.asked == [("鹅", "sms")]
    assert [reading.signals for reading in every] == [{"abuse": False}]


def test_nothing_is_loaded_before_a_text_is_read() -> None:
    """Commands that read no text do not pay for what reads texts."""
    program = (
        "import sys, collection_guard, collection_guard.cli.main, collection_guard.cli.audit\n"
        "print([name for name in sys.modules if name.startswith('collection_guard.facts.content')])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    for module in ("ragged", "batch", "lexicon", "detector", "loading"):
        assert f"'collection_guard.facts.content.{module}'" not in done.stdout


def test_arrays_of_nothing() -> None:
    """A batch of no texts, and of empty ones, is read."""
    assert DETECTOR.read_many([]) == []
    empty: Sequence[Given] = [("", None), (" ", "sms"), ("", "fax")]
    assert [any(reading.signals.values()) for reading in DETECTOR.read_many(empty)] == [False] * 3
    assert found_in((), "abc")[0].size == 0

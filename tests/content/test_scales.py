"""Scales: what words tell only together, and how their weights are found."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.lexicon import load_lexicon
from collection_guard.facts.content.weighing import Weights, document, weigh, words
from collection_guard.model.problems import RulesError

BASE = Path(__file__).resolve().parents[2] / "rules" / "lexicon"
SCALE = """
scales:
  - id: test-scale
    act: {act}
    start: -2
    cues: {{鸿雁: 1.5, 白鹭: 1.5, 标本: -3}}
frames:
  - id: test-frame
    phrases: [动物园]
    scope: text
    silences: [abuse]
"""


@pytest.fixture
def detector(tmp_path: Path) -> LexiconDetector:
    """Return a detector that weighs two birds against their being stuffed."""
    (tmp_path / "base.yaml").write_text(
        "acts:\n  abuse: {signals: [abuse], zh: 辱骂, en: insults}\n"
        "speakers: {collector: [催收员], customer: [客户]}\n",
        "utf-8",
    )
    (tmp_path / "characters.yaml").write_bytes((BASE / "characters.yaml").read_bytes())
    (tmp_path / "scale.yaml").write_text(SCALE.format(act="abuse"), "utf-8")
    return LexiconDetector.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("看那只鸿雁，还有白鹭", True),
        ("看那只鸿雁", False),
        ("鸿雁鸿雁鸿雁", False),
        ("鸿雁和白鹭都是标本", False),
        ("动物园里有鸿雁，也有白鹭", False),
        ("催收员：鸿雁，白鹭。\n客户：什么？", True),
        ("催收员：鸿雁。\n客户：白鹭。", False),
    ],
)
def test_words_are_weighed_together(detector: LexiconDetector, text: str, said: bool) -> None:
    """A scale tips by different words, of the collector, against those of the other side, and not inside a frame."""
    assert detector.read(text).signals["abuse"] is said


def test_evidence_is_where_the_words_stand(detector: LexiconDetector) -> None:
    """The evidence of a scale is the clauses of its heaviest words, exact pieces of the text."""
    text = "天晴了，看那只鸿雁，还有白鹭，回家"
    spans = detector.read(text).spans["abuse"]
    assert [span.text for span in spans] == ["看那只鸿雁", "还有白鹭"]
    assert [step.code for step in detector.explain(text).steps if step.fired] == ["weighed"]


def test_a_scale_is_checked(tmp_path: Path) -> None:
    """A scale of an unknown act is told with its line."""
    (tmp_path / "scale.yaml").write_text(SCALE.format(act="abus"), "utf-8")
    with pytest.raises(RulesError) as caught:
        load_lexicon(tmp_path)
    assert ("lexicon_unknown_act", 4) in {(problem.code, problem.line) for problem in caught.value.problems}


LABELLED = [
    *[(frozenset({"debt", "the", f"w{i}"}), True) for i in range(20)],
    *[(frozenset({"book", "the", f"v{i}"}), False) for i in range(20)],
]


def test_weights_tell_texts_apart_with_few_words() -> None:
    """What separates the texts is weighed, what all of them or single ones hold is not."""
    found = weigh([text for text, _ in LABELLED], [label for _, label in LABELLED])
    assert set(found.words) <= {"debt", "book"}
    assert all((found.of(text) > 0) is label for text, label in LABELLED)


@given(st.lists(st.tuples(st.frozensets(st.sampled_from("abcdef")), st.booleans()), min_size=12, max_size=60))
def test_weights_never_lose_to_knowing_nothing(texts: list[tuple[frozenset[str], bool]]) -> None:
    """Whatever the texts, the weighed answer is about as often right as always giving the commoner one."""
    found = weigh([text for text, _ in texts], [label for _, label in texts])
    right = sum((found.of(text) > 0) is label for text, label in texts)
    commoner = max(sum(label for _, label in texts), sum(not label for _, label in texts))
    assert right >= commoner - len(texts) // 4
    assert weigh([text for text, _ in texts], [label for _, label in texts]) == found


def test_words_of_a_text(detector: LexiconDetector) -> None:
    """What is weighed are runs of up to three characters and of two English words, said by the collector."""
    assert words(detector, "还钱吧 pay it now") == {
        *("还", "钱", "吧", "还钱", "钱吧", "还钱吧"),
        *("pay", "it", "now", "pay it", "it now"),
    }
    assert "白" not in words(detector, "催收员：鸿。\n客户：白。", "call_transcript")


def test_the_document_is_a_lexicon_file(tmp_path: Path, detector: LexiconDetector) -> None:
    """What weighing prints can be laid into the lexicon as it is."""
    text = document("abuse", "abuse", Weights(-1.0, {"鸿雁": 2.0, "it's": -0.5}), caution=0.5)
    folder = Path(detector.lexicon.scales[0].file).parent
    (folder / "scale.yaml").write_text(text, "utf-8")
    again = LexiconDetector.from_folder(folder)
    assert [(item.scale.id, item.scale.start) for item in again.lexicon.scales] == [("abuse-weighed", -1.5)]
    assert again.read("鸿雁").signals["abuse"]

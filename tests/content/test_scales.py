"""Scales: what clues tell only together, and how their weights are found."""

from math import exp
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.evaluation import Labelled, read_labelled
from collection_guard.facts.content.lexicon import load_lexicon
from collection_guard.facts.content.schema import SIGNALS
from collection_guard.facts.content.weighing import (
    FEWEST_TEXTS,
    LENIENCE,
    MODESTY,
    Weights,
    document,
    evidence,
    holders_of,
    weigh,
    words,
)
from collection_guard.model.problems import RulesError

HERE = Path(__file__).parent
BASE = HERE.parents[1] / "rules" / "lexicon"
SCALE = """
weighed: true
scales:
  - id: test-scale
    signal: {signal}
    start: -4
    clues:
      '2.5': '@cooking'
      '1.5': 鸿雁|白鹭|wild geese|geese
      '-1': '-cooking'
      '-3': 标本
      '-5': '%test-frame'
concepts:
  negator: [不会]
acts:
  cooking: {{zh: 做饭, en: cooks}}
entries:
  - {{id: cooks, act: cooking, phrases: [炒菜]}}
frames:
  - id: test-frame
    phrases: [动物园]
    scope: text
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
    (tmp_path / "scale.yaml").write_text(SCALE.format(signal="abuse"), "utf-8")
    return LexiconDetector.from_folder(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("看那只鸿雁，还有白鹭", True),
        ("看那只鸿雁", False),
        ("鸿雁鸿雁鸿雁", False),
        ("鸿雁和白鹭都是标本", False),
        ("动物园里有鸿雁，也有白鹭", False),
        ("鴻.雁和白❤鷺", True),
        ("炒菜", True),
        ("不会炒菜，有鸿雁和白鹭", False),
        ("催收员：鸿雁，白鹭。\n客户：什么？", True),
        ("催收员：鸿雁。\n客户：白鹭。", False),
        ("two geese fly", False),
        ("two wild geese fly", True),
        ("two wild geesey fly", False),
    ],
)
def test_clues_are_weighed_together(detector: LexiconDetector, text: str, said: bool) -> None:
    """A scale tips by words and acts of the collector, and against what weighs less."""
    assert detector.read(text).signals["abuse"] is said


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("炒菜", None, False),
        ("炒菜吗？", None, True),
        ("鸿雁吗？", None, False),
        ("炒菜", "sms", True),
        ("动物园里炒菜", None, False),
        ("动物园里炒菜吗？", None, False),
    ],
)
def test_two_clues_weigh_together(detector: LexiconDetector, text: str, kind: str | None, said: bool) -> None:
    """A pair weighs where both of it are there: what is heard, and what the text looks like."""
    file = Path(detector.lexicon.scales[0].file)
    weights = "      '9': '=question+@cooking|=sms+@cooking'\n"
    file.write_text(file.read_text("utf-8").replace("      '2.5': '@cooking'\n", weights), "utf-8")
    assert LexiconDetector.from_folder(file.parent).read(text, kind).signals["abuse"] is said


def test_evidence_is_where_the_words_stand(detector: LexiconDetector) -> None:
    """The evidence of a scale is the clauses of its heaviest words, exact pieces of the text."""
    text = "天晴了，看那只鸿雁，还有白鹭，回家"
    spans = detector.read(text).spans["abuse"]
    assert [span.text for span in spans] == ["看那只鸿雁", "还有白鹭"]
    steps = [step for step in detector.explain(text).steps if step.fired]
    assert [(step.code, step.by) for step in steps] == [("weighed", "白鹭 +1.50 鸿雁 +1.50  -1.92 = +1.08")]


def test_an_act_can_be_outweighed(detector: LexiconDetector) -> None:
    """What an entry of a weighed file hears counts as much as the scale says; any other file's entry decides."""
    folder = Path(detector.lexicon.scales[0].file).parent
    entry = "entries:\n  - {id: own, act: abuse, phrases: [大笨鹅]}\n"
    (folder / "own.yaml").write_text("weighed: true\n" + entry, "utf-8")
    weighed = LexiconDetector.from_folder(folder)
    assert not weighed.read("大笨鹅").signals["abuse"]
    (step,) = [step for step in weighed.explain("大笨鹅").steps if not step.fired]
    assert (step.code, step.entry) == ("outweighed", "test-scale")
    (folder / "own.yaml").write_text(entry, "utf-8")
    assert LexiconDetector.from_folder(folder).read("大笨鹅").signals["abuse"]


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("signal: abuse", "signal: abus", "lexicon_value", 5),
        ("@cooking", "@cookin", "lexicon_unknown_clue", 7),
        ("%test-frame", "%frame", "lexicon_unknown_clue", 7),
        ("鸿雁", "鴻雁", "lexicon_unknown_clue", 7),
    ],
)
def test_a_scale_is_checked(detector: LexiconDetector, old: str, new: str, code: str, line: int) -> None:
    """A scale of an unknown signal and a clue that can never be found are told with their line."""
    file = Path(detector.lexicon.scales[0].file)
    file.write_text(file.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(RulesError) as caught:
        load_lexicon(file.parent)
    assert (code, line) in {(problem.code, problem.line) for problem in caught.value.problems}


LABELLED = [
    *[(frozenset({"debt", "the", f"w{i}"}), True) for i in range(20)],
    *[(frozenset({"book", "the", f"v{i}"}), False) for i in range(20)],
]


def test_weights_tell_texts_apart_with_few_words() -> None:
    """What separates the texts is weighed, what all of them or single ones hold is not."""
    found = weigh(holders_of([text for text, _ in LABELLED]), [label for _, label in LABELLED])
    assert set(found.clues) <= {"debt", "book"}
    assert all((found.of(text) > 0) is label for text, label in LABELLED)


@pytest.mark.parametrize(("others", "said"), [("", True), ("催收员：鸭。\n客户：鹅？“雀”3", False)])
def test_more_must_speak_where_more_is_heard(detector: LexiconDetector, others: str, said: bool) -> None:
    """What two words outweigh in a short text, they do not among many acts, frames and shapes."""
    file = Path(detector.lexicon.scales[0].file)
    file.write_text(file.read_text("utf-8").replace("start: -4", "start: -5"), "utf-8")
    text = "鸿雁，白鹭" + others
    assert LexiconDetector.from_folder(file.parent).read(text, "call_transcript").signals["abuse"] is said


@given(st.lists(st.tuples(st.frozensets(st.sampled_from("abcdef")), st.booleans()), min_size=12, max_size=60))
def test_weights_never_lose_to_knowing_nothing(texts: list[tuple[frozenset[str], bool]]) -> None:
    """Whatever the texts, the weighed answer is about as often right as always giving the commoner one."""
    holders, labels = holders_of([text for text, _ in texts]), [label for _, label in texts]
    found = weigh(holders, labels)
    right = sum((found.of(text) > 0) is label for text, label in texts)
    assert right >= max(sum(labels), len(labels) - sum(labels)) - len(texts) // 4
    assert weigh(holders, labels) == found


def test_words_of_a_text(detector: LexiconDetector) -> None:
    """What is weighed are runs of up to three characters and of two English words, said by the collector."""
    assert words(detector, "还钱吧 pay it now") == {
        *("还", "钱", "吧", "还钱", "钱吧", "还钱吧"),
        *("pay", "it", "now", "pay it", "it now"),
    }
    assert "白" not in words(detector, "催收员：鸿。\n客户：白。", "call_transcript")
    found = evidence(detector, [Labelled(id="1", text="用锅炒菜做早饭", labels={"abuse": True})] * FEWEST_TEXTS)
    assert {"炒", "炒菜", "@cooking", "=no_you+@cooking"} <= found.holders.keys()
    assert found.says("abuse") == [True] * FEWEST_TEXTS


def test_the_document_is_a_lexicon_file(detector: LexiconDetector) -> None:
    """What weighing prints can be laid into the lexicon as it is."""
    text = "scales:\n" + document("threat", Weights(-1.0, {"鸿雁": 2.0, "白鹭": 2.0, "it's": -0.5}))
    folder = Path(detector.lexicon.scales[0].file).parent
    (folder / "more.yaml").write_text(text, "utf-8")
    scale = LexiconDetector.from_folder(folder).lexicon.balance.scales["threat"]
    assert scale.scale.start == round(-1.0 + LENIENCE["threat"], 2)
    assert scale.weights == {"鸿雁": 2.0, "白鹭": 2.0, "it's": -0.5}


def test_the_weights_are_those_of_the_labelled_texts() -> None:
    """No weight of the lexicon could be moved with gain on the texts that the documentation names.

    This is what the command ends with, told without running it: at the best weights the texts pull each weight exactly
    as much as its cost holds it.
    """
    detector = LexiconDetector()
    files = [HERE / "corpus_work.jsonl", *sorted(HERE.glob("corpus_breadth_*.jsonl"))]
    found = evidence(detector, [text for file in files for text in read_labelled(file)])
    assert set(detector.lexicon.balance.scales) == set(SIGNALS)
    far: list[tuple[str, str, float]] = []
    for signal in SIGNALS:
        compiled, holders = detector.lexicon.balance.scales[signal], found.of(signal)
        margins = [compiled.scale.start - LENIENCE[signal]] * len(found.labels)
        assert set(compiled.weights) <= set(holders)
        for clue, weight in compiled.weights.items():
            for i in holders[clue]:
                margins[i] += weight * found.shares[i]
        missed = [1 / (1 + exp(-margin)) - said for margin, said in zip(margins, found.says(signal), strict=True)]
        for clue, weight in compiled.weights.items():
            pull = sum(missed[i] * found.shares[i] for i in holders[clue]) + MODESTY * weight
            # Weights are rounded, which a clue of many texts feels in each of them.
            if abs(pull) > 0.3 + 0.004 * len(holders[clue]):
                far.append((signal, clue, round(pull, 2)))
    assert far == []

"""The measure of a detector: its arithmetic is right, and our detector holds its level on the working texts."""

import json
from pathlib import Path

import pytest

from collection_guard.facts.content.detector import LexiconDetector
from collection_guard.facts.content.evaluation import Counts, evaluate, read_labelled, table, wilson
from collection_guard.facts.content.schema import SIGNALS
from collection_guard.model.problems import InputError

CORPUS = Path(__file__).parent / "corpus_work.jsonl"


def test_wilson_intervals() -> None:
    """The interval agrees with published values, and a share of nothing has none."""
    low, high = wilson(8, 10) or (0.0, 0.0)
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert wilson(0, 0) is None
    assert wilson(0, 5) == (0.0, pytest.approx(0.4345, abs=1e-4))


def test_counts() -> None:
    """Precision, recall and F1 are those of the counts."""
    counts = Counts()
    for said, truth in [(True, True)] * 3 + [(True, False)] + [(False, True)] * 2 + [(False, False)] * 5:
        counts.add(said, truth)
    assert (counts.precision, counts.recall, counts.f1) == (3 / 4, 3 / 5, 6 / 9)
    assert Counts().f1 is None


def line(text: str, true: set[str], **more: object) -> str:
    labels = {signal: signal in true for signal in SIGNALS}
    row = {"id": "t", "text": text, "channel": "sms", "labels": labels, "difficulty": "plain", **more}
    return json.dumps(row, ensure_ascii=False)


def test_answers_are_counted(tmp_path: Path) -> None:
    """Right, wrong and borderline answers and firms are told apart."""
    file = tmp_path / "texts.jsonl"
    firm = "青石律师事务所"
    rows = [
        line("您的贷款逾期12天", {"debt_disclosure"}),
        line("您的贷款逾期12天", set(), borderline=["debt_disclosure"]),
        line("明天见", {"threat"}),
        line(f"我是{firm}的律师，您的贷款逾期", {"debt_disclosure", "claims_lawyer"}, law_firm=firm),
    ]
    file.write_text("\n".join(rows), "utf-8")
    result = evaluate(LexiconDetector(), read_labelled(file))
    debt = result.signals["debt_disclosure"]
    assert (debt.hit, debt.false_alarm, debt.missed) == (2, 1, 0)
    assert result.signals["threat"].missed == 1
    assert result.clear_cut.false_alarm == 0
    assert (result.firms_named, result.firms_exact) == (1, 1)
    assert "law firms exact: 1 of 1" in table(result)


def test_bad_lines_are_told(tmp_path: Path) -> None:
    """Lines that are no labelled texts are problems with their numbers."""
    file = tmp_path / "texts.jsonl"
    file.write_text('{"id": 1\n' + line("甲", set()) + '\n{"id": "x"}\n', "utf-8")
    with pytest.raises(InputError) as caught:
        read_labelled(file)
    assert [problem.line for problem in caught.value.problems] == [1, 3]


def test_the_level_holds_on_the_working_texts() -> None:
    """On the texts that may be looked at, the detector stays well above what is asked on unseen ones."""
    result = evaluate(LexiconDetector(), read_labelled(CORPUS))
    assert (result.micro.f1 or 0) >= 0.93
    assert (result.signals["debt_disclosure"].f1 or 0) >= 0.94
    assert (result.difficulties["evasion"].recall or 0) >= 0.9
    assert result.firms_exact >= 0.9 * result.firms_named
    assert result.spans.hit >= 0.9 * result.spans.positives

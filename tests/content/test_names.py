"""The law firms that texts claim: cut out of longer phrases, freed of disguise, and silent where none is claimed."""

from pathlib import Path

import pytest

from collection_guard.facts.content.detector import LexiconDetector

DETECTOR = LexiconDetector()
CASES = [
    line.split("\t")
    for line in (Path(__file__).parent / "firm_names.tsv").read_text("utf-8").splitlines()
    if not line.startswith("#")
]


@pytest.mark.parametrize(("kind", "firm", "text"), CASES, ids=[text[:24] for _, _, text in CASES])
def test_the_firm_claimed_is_named_exactly(kind: str, firm: str, text: str) -> None:
    """The first firm is the one claimed, no character more or less; texts that claim none name none."""
    written = text.replace("\\n", "\n").replace("\\u200b", "\u200b")
    assert DETECTOR.read(written, kind).law_firm == (None if firm == "-" else firm)


def test_every_firm_of_a_text_is_named_in_order() -> None:
    """Several firms are all named, in the order of the text, each once."""
    text = "您的欠款先由明理律师事务所发函，后由正道律师事务所起诉，明理律师事务所另行通知。"
    assert DETECTOR.read(text, "sms").law_firms == ("明理律师事务所", "正道律师事务所")
    text = "Marsh & Vine LLP and Poe Law Group jointly demand payment of your loan."
    assert DETECTOR.read(text, "sms").law_firms == ("Marsh & Vine LLP", "Poe Law Group")


def test_the_script_of_a_name_is_that_of_the_text_around_it() -> None:
    """A name in a traditional passage stays traditional, however much simplified text follows far away."""
    passage = "安瀾律師事務所就閣下拖欠之貸款寄發律師函，請儘快還清。" * 12
    text = passage + "您的贷款已经逾期，请尽快与我们联系还款。" * 100
    assert DETECTOR.read(text, "letter").law_firm == "安瀾律師事務所"

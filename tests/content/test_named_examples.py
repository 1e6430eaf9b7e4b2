"""What a disclosure, a disguised threat, a denial, a warning and an internal note say, and how they are judged."""

import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import CliRunner

from collection_guard.cli.main import app

# Each text: its kind and channel, who received it, what it says, a signal with the mark of what bears on it in the
# explanation, and a rule with its verdict.
EXAMPLES: Final[dict[str, tuple[str, ...]]] = {
    "阿姨您好，您儿子的贷款已逾期42天，请转告他尽快还款。": (
        *("sms", "sms", "parent", "debt_disclosure", "debt disclosed", "heard:"),
        *("debt-disclosed-to-third-party", "violation"),
    ),
    "ni zai bu huan qian jiu zhao ren da duan ni de tui": (
        *("sms", "sms", "self", "debt_disclosure threat", "threat", "heard:"),
        *("threat-made", "violation"),
    ),
    "关于您的逾期账单，我们不会联系您的家人和同事。": (
        *("sms", "sms", "self", "debt_disclosure", "threat", "denied by"),
        *("threat-made", "clear"),
    ),
    "反诈提醒：凡收费修复征信、洗白逾期记录的都是诈骗，请勿轻信。": (
        *("sms", "sms", "self", "", "credit repair or rate scam", "rules it out"),
        *("fee-for-credit-repair-or-rate-cut", "clear"),
    ),
    "内部通知：律师函须经法务审批，未经授权不得以律所名义对外发函。": (
        *("internal_note", "other", "self", "", "claims to be a lawyer", "warned against"),
        *("lawyer-claimed-without-firm", "not_applicable"),
    ),
}


def lines(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_each_is_explained(tmp_path: Path) -> None:
    """The command tells what each text says, which entry heard it, and why another did not count."""
    texts = tmp_path / "texts.jsonl"
    rows = [
        {"id": f"t-{number}", "text": text, "channel": example[0]}
        for number, (text, example) in enumerate(EXAMPLES.items())
    ]
    texts.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    result = CliRunner().invoke(app, ["signals", str(texts), "--explain", "--lang", "en"])
    assert result.exit_code == 0
    explained = dict(zip(EXAMPLES, re.split(r"^(?=\S+: )", result.stdout, flags=re.MULTILINE)[1:], strict=True))
    for text, explanation in explained.items():
        _, _, _, said, about, mark, _, _ = EXAMPLES[text]
        head, steps = explanation.split("\n", 2)[1:]
        assert set(re.findall(r"\((\w+)\)", head)) == set(said.split())
        assert any(f"({about})" in step and mark in step for step in steps.splitlines())


@pytest.mark.no_cover
def test_each_is_judged(tmp_path: Path) -> None:
    """An audit with the detector finds the disclosure and the threat, with the words, and nothing in the others."""
    log, verdicts = tmp_path / "log.jsonl", tmp_path / "verdicts.jsonl"
    events = [
        {
            "event_id": f"E-{number}",
            "case_id": f"C-{number}",
            "channel": channel,
            "direction": "outbound",
            "started_at": f"2026-01-12T10:0{number}:00+08:00",
            "recipient": {"relationship": relationship, "audience": "private"},
            "content": text,
        }
        for number, (text, (_, channel, relationship, *_)) in enumerate(EXAMPLES.items())
    ]
    log.write_text("\n".join(json.dumps(event) for event in events), "utf-8")
    command = ["audit", str(log), "--detector", "lexicon", "--verdicts", str(verdicts), "--verdicts-of", "all"]
    assert CliRunner().invoke(app, [*command, "--quiet"]).exit_code == 1
    judged = {(row["event_id"], row["rule"]): row for row in lines(verdicts.read_text("utf-8"))}
    content_rules = {example[6] for example in EXAMPLES.values()}
    for number, (text, (*_, rule, verdict)) in enumerate(EXAMPLES.items()):
        row = judged[f"E-{number}", rule]
        assert row["verdict"] == verdict, text
        others = {judged[f"E-{number}", other]["verdict"] for other in content_rules - {rule}}
        assert "violation" not in others, text
        if verdict == "violation":
            (heard,) = (note for key, note in row["evidence"].items() if key.endswith(":"))
            assert heard["heard_by"].startswith("lexicon ")
            assert all(words in text for words in heard["words"])

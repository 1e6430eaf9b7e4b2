"""One event explained as one JSON object, for programs.

``event``
    its id, case and instant
``verdicts``
    of every rule, in the order of the explanation in words: ``rule``, ``pack``, ``title``, ``severity``, ``verdict``,
    ``facts`` (the facts on which it rests, with their values), ``missing``, ``not_set`` (parameters without which the
    rule is not in force), and of a violation ``message``, ``remedy`` and ``evidence``
``next_lawful``
    what a guard would have decided before the contact (``decision``, ``reason``, ``rules``), and the next ``intervals``
    in which the same attempt is lawful, each ``from`` a second ``to`` another, which is not in it, with the ``rule``
    that forbids it until then; where there are none, ``lasting`` names the rules that time alone does not cure;
    ``words_left_out``: what was said was not weighed, since nobody knew it before
"""

import json
from collections.abc import Iterable
from typing import Any, Final

from collection_guard.engines.evidence import show
from collection_guard.engines.judge import Judged
from collection_guard.facts.sheet import FactSheet
from collection_guard.guard.decision import finding_of, reason_of
from collection_guard.guard.foresight import Foresight
from collection_guard.model.masking import mask_any
from collection_guard.reports.explanation import facts_named, in_gravity
from collection_guard.reports.foresight import SEARCHED_DAYS
from collection_guard.reports.wording import Speech

FORMAT: Final = "collection-guard-explanation"
FORMAT_VERSION: Final = 1


def render_explanation_json(
    judged: Iterable[Judged], sheets: list[FactSheet], foresight: Foresight, *, rule: str | None = None
) -> str:
    """Return the explanation of one event as JSON, of all rules or of one, with its line end."""
    event, speech = sheets[0].event, Speech("en")
    sheet_of = {sheet.rule_set.pack: sheet for sheet in sheets}
    ruling = foresight.ruling
    content = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "event": {
            "event_id": speech.key(event.event_id),
            "case_id": speech.key(event.case_id),
            "started_at": event.started_at.isoformat(),
        },
        "verdicts": [
            _verdict(item, sheet_of[item.pack.name]) for item in in_gravity(judged) if rule in {None, item.rule.id}
        ],
        "next_lawful": {
            "decision": ruling.decision,
            "reason": reason_of(ruling.reason, rules=", ".join(ruling.rules)).model_dump(),
            "rules": ruling.rules,
            "lasting": foresight.lasting,
            "words_left_out": foresight.words_left_out,
            "searched_days": SEARCHED_DAYS,
            "intervals": [interval.model_dump(mode="json") for interval in foresight.intervals],
        },
    }
    return json.dumps(content, ensure_ascii=False, indent=1) + "\n"


def _verdict(item: Judged, sheet: FactSheet) -> dict[str, Any]:
    rule, vocabulary = item.rule.rule, sheet.rule_set.vocabulary
    said: dict[str, Any] = {
        "rule": rule.id,
        "pack": item.pack.name,
        "title": rule.title.model_dump(),
        "severity": rule.severity,
        "verdict": item.verdict.verdict,
        "not_set": list(item.rule.unset),
        "facts": mask_any("", {name: show(sheet, vocabulary[name]) for name in facts_named(item, sheet)}),
        "missing": list(item.verdict.missing),
    }
    finding = finding_of(item, vocabulary)
    if finding is not None and finding.remedy is not None:
        said |= finding.model_dump(mode="json", include={"message", "remedy", "evidence"})
    return said

"""A conformance run as text and as JSON."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from collection_guard.checks.conformance.run import STATUSES, CaseResult, Detail
from collection_guard.engines.messages import word
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang, text


def conformance_json(results: Sequence[CaseResult]) -> str:
    """Return a JSON array: one object for each case, in the order of the file."""
    return json.dumps([_object(result) for result in results], ensure_ascii=False, indent=1) + "\n"


def _object(result: CaseResult) -> dict[str, Any]:
    details: list[dict[str, Any]] = [
        {
            "target": one.target,
            "rule": one.rule,
            "expected": one.expected,
            "found": one.found,
            "holds": one.holds,
            "gated": one.gated,
        }
        for one in result.details
    ]
    details += [
        {
            "file": problem.file,
            "line": problem.line,
            "column": problem.column,
            "code": problem.code,
            "problem": problem.cause("en"),
            "nearest": problem.values.get("nearest"),
        }
        for problem in result.problems
    ]
    return {
        "id": result.id,
        "regime": result.regime,
        "status": result.status,
        "gated": result.gated,
        "details": details,
    }


def conformance_text(results: Sequence[CaseResult], lang: Lang) -> str:
    """Return each case with what is not as expected, and the sums by regime."""
    lines = [line for result in results for line in _case(result, lang)]
    regimes = sorted({result.regime for result in results})
    for regime in [*regimes, None] if len(regimes) > 1 else regimes:
        counts = Counter(result.status for result in results if regime in {None, result.regime})
        passed, failed, not_gated, not_readable = (counts[status] for status in STATUSES)
        lines.append(
            text(
                "conformance.summary",
                lang,
                regime=plain(regime) if regime is not None else text("conformance.total", lang),
                passed=passed,
                failed=failed,
                not_gated=not_gated,
                not_readable=not_readable,
            )
        )
    return "\n".join(lines) + "\n"


def _case(result: CaseResult, lang: Lang) -> Iterator[str]:
    yield text(
        "conformance.case",
        lang,
        status=word(result.status, lang),
        id=plain(result.id),
        regime=plain(result.regime),
        title=plain(result.title),
    )
    for problem in result.problems:
        yield f"    {problem.render(lang)}"
    for one in result.details:
        if not one.gated:
            yield f"    {_detail('conformance.shown', one, lang)}"
        elif not one.holds:
            yield f"    {_detail('conformance.detail', one, lang)}"


def _detail(code: str, one: Detail, lang: Lang) -> str:
    return text(code, lang, target=one.target, rule=one.rule, expected=one.expected, found=plain(one.found))

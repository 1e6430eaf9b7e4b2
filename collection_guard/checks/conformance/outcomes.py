"""What an expectation demands of a judged case, and whether it is so."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from collection_guard.checks.conformance.judging import JudgedCase, Said
from collection_guard.checks.conformance.mapping import LabelMapping
from collection_guard.checks.conformance.reading import CASE, targets_of
from collection_guard.checks.conformance.vocabulary import vocabulary
from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION

_NEGATIVE: Final[Mapping[str, str | None]] = {
    "prohibited": None,
    "violation": None,
    "likely_violation": None,
    "not_recommended": "advisory",
    "presumed_violation": "presumption",
}
"""Outcomes that demand a violation, and the force that the rule must have (null: any)."""
_POSITIVE: Final[Mapping[str, frozenset[str]]] = {
    "no_violation": frozenset({CLEAR, NOT_APPLICABLE}),
    "permitted": frozenset({CLEAR, NOT_APPLICABLE}),
    "presumed_compliance": frozenset({CLEAR, NOT_APPLICABLE}),
    "not_applicable": frozenset({NOT_APPLICABLE}),
}
"""Outcomes that demand one of some verdicts of every rule on every event of the target."""
_FACTS: Final[Mapping[str, tuple[str, bool]]] = {
    "is_communication": ("is_communication", True),
    "is_not_communication": ("is_communication", False),
    "is_attempt_to_communicate": ("is_attempt_to_communicate", True),
    "is_limited_content": ("is_limited_content", True),
    "is_not_limited_content": ("is_limited_content", False),
    "is_not_duplicative": ("is_not_duplicative", True),
    "is_valid_request": ("is_valid_request", True),
    "safe_harbor_available": ("safe_harbor_available", True),
    "no_safe_harbor": ("safe_harbor_available", False),
}
"""Outcomes that demand a fact to be true or false."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found of one target: whether it is as demanded, and what the engine said."""

    target: str
    holds: bool
    found: str


class _NothingBehindItError(Exception):
    """The mapping has nothing of the kind that an outcome asks for."""


def held_against(case: JudgedCase, wanted: Mapping[str, Any], said: LabelMapping) -> list[Found] | None:
    """Hold one expectation against a judged case; None if the mapping has nothing that the outcome could ask."""
    outcome = wanted["outcome"]
    as_of = None if "as_of" not in wanted else datetime.fromisoformat(wanted["as_of"])
    try:
        return [
            _one(case, target, outcome, wanted.get("value"), said, as_of) for target in targets_of(wanted["target"])
        ]
    except _NothingBehindItError:
        open_ended = outcome in vocabulary().not_gated["outcomes"]
        return [Found(target, False, "—") for target in targets_of(wanted["target"])] if open_ended else None


def _one(case: JudgedCase, target: str, outcome: str, value: Any, said: LabelMapping, as_of: datetime | None) -> Found:
    if outcome in _NEGATIVE or outcome in _POSITIVE:
        return _by_verdicts(case, target, outcome, said, as_of)
    if outcome in _FACTS:
        return _by_fact(case, target, outcome, said, as_of)
    return _OTHERS.get(outcome, _undecided)(case, target, outcome, value, said, as_of)


def _events(case: JudgedCase, target: str, as_of: datetime | None) -> list[str]:
    return [event.event_id for event in case.events(as_of)] if target == CASE else [target]


def _verdicts(case: JudgedCase, target: str, rules: list[str], as_of: datetime | None) -> list[tuple[str, Said]]:
    if not rules:
        raise _NothingBehindItError
    return [(name, one) for name in _events(case, target, as_of) for one in case.on(name, rules, as_of)]


def _by_verdicts(case: JudgedCase, target: str, outcome: str, said: LabelMapping, as_of: datetime | None) -> Found:
    found = _verdicts(case, target, said.rules, as_of)
    if outcome in _NEGATIVE:
        force = _NEGATIVE[outcome]
        holds = any(one.verdict == VIOLATION and force in {None, one.rule.rule.force} for _, one in found)
    else:
        holds = all(one.verdict in _POSITIVE[outcome] for _, one in found)
    return Found(target, holds, _shown(found))


def _shown(found: list[tuple[str, Said]]) -> str:
    """Return what was said, the gravest first: violations, then what could not be assessed."""
    for verdict in (VIOLATION, UNASSESSABLE):
        parts = [
            f"{name} {one.rule.id}" + (f" ({', '.join(one.missing)})" if one.missing else "")
            for name, one in found
            if one.verdict == verdict
        ]
        if parts:
            return f"{verdict}: {'; '.join(parts)}"
    return CLEAR if any(one.verdict == CLEAR for _, one in found) else NOT_APPLICABLE


def _by_fact(case: JudgedCase, target: str, outcome: str, said: LabelMapping, as_of: datetime | None) -> Found:
    key, demanded = _FACTS[outcome]
    if key not in said.facts:
        raise _NothingBehindItError
    values = [case.sheet(name, as_of).value(said.facts[key]) for name in _events(case, target, as_of)]
    return Found(target, bool(values) and all(value is demanded for value in values), _truths(values))


def _truths(values: list[Any]) -> str:
    words = {True: "true", False: "false", None: "unknown"}
    return ", ".join(dict.fromkeys(words.get(value, str(value)) for value in values)) or "nothing"


def _rebutted(
    case: JudgedCase, target: str, outcome: str, _value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    found = [pair for pair in _verdicts(case, target, said.rules, as_of) if pair[1].verdict == VIOLATION]
    factors = sorted({factor for _, one in found for factor in one.factors})
    holds = bool(found) and bool(factors) == (outcome == "violation_rebuttal_factor")
    return Found(target, holds, ", ".join(factors) or ("none" if found else "no violation"))


def _against_compliance(
    case: JudgedCase, target: str, _outcome: str, _value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    found = _verdicts(case, target, said.compliance_factors, as_of)
    factors = sorted({one.rule.id for _, one in found if one.verdict == VIOLATION})
    return Found(target, bool(factors), ", ".join(factors) or "none")


def _counted(
    case: JudgedCase, target: str, outcome: str, _value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    if said.counted is None:
        raise _NothingBehindItError
    values = [case.counted(name, said.counted, as_of) for name in _events(case, target, as_of)]
    return Found(target, all(value is (outcome == "counted") for value in values), _truths(values))


def _one_of(
    case: JudgedCase, target: str, _outcome: str, value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    if said.counters is None:
        raise _NothingBehindItError
    counted = case.counted(target, said.counters.calls, as_of)
    debts, each = case.debts_of(target, said.counters.calls)
    holds = counted is True and not each and set(debts) == {str(name) for name in value}
    return Found(target, holds, f"{_truths([counted])}: {'each' if each else 'one'} of {', '.join(debts)}")


def _counters(
    case: JudgedCase, target: str, _outcome: str, value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    if said.counters is None:
        raise _NothingBehindItError
    ids = _events(case, target, as_of)
    at = as_of if target == CASE and as_of is not None else case.after(ids[-1])
    found = {
        str(debt): {
            kind: case.measured(name, at, str(debt))
            for kind, name in (("calls", said.counters.calls), ("conversations", said.counters.conversations))
        }
        for debt in value
    }
    holds = all(
        found[str(debt)][kind] == (count, count) for debt, counts in value.items() for kind, count in counts.items()
    )
    shown = {debt: {kind: _number(*both) for kind, both in one.items()} for debt, one in found.items()}
    return Found(target, holds, str(shown))


def _number(low: float, high: float) -> str:
    return f"{low:g}" if low == high else f"{low:g} to {high:g}"


def _count_equals(
    case: JudgedCase, target: str, _outcome: str, value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    if said.count is None:
        raise _NothingBehindItError
    low, high = case.measured(said.count, as_of or case.after(_events(case, target, None)[-1]), None)
    return Found(target, low == high == value, _number(low, high))


def _retained(
    case: JudgedCase, target: str, _outcome: str, value: Any, said: LabelMapping, _as_of: datetime | None
) -> Found:
    if said.retention is None:
        raise _NothingBehindItError
    found = case.kept_until(said, None if target == CASE else target)
    return Found(target, found == str(value), found or "nothing")


def _undecided(
    case: JudgedCase, target: str, _outcome: str, _value: Any, said: LabelMapping, as_of: datetime | None
) -> Found:
    return Found(target, False, _shown(_verdicts(case, target, said.rules, as_of)))


_Ask = Callable[[JudgedCase, str, str, Any, LabelMapping, datetime | None], Found]
_OTHERS: Final[Mapping[str, _Ask]] = {
    "compliance_rebuttal_factor": _against_compliance,
    "violation_rebuttal_factor": _rebutted,
    "no_rebuttal_factor": _rebutted,
    "counted": _counted,
    "not_counted": _counted,
    "counted_toward_one_of": _one_of,
    "counters": _counters,
    "count_equals": _count_equals,
    "retain_until": _retained,
}

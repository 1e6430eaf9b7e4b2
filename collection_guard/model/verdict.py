"""Verdicts: what the rules say of one event."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one rule says of one event: the verdict, the facts that were missing, and the evidence."""

    event_id: str
    case_id: str
    rule: str
    verdict: str
    missing: tuple[str, ...] = ()
    evidence: dict[str, object] = field(default_factory=dict)

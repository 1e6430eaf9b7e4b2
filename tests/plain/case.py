"""The shape of a hand-written case, and short words for writing one."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# Thursday, 20 November 2025, ten in the morning in Shanghai.
NOW = "2025-11-20T10:00:00+08:00"
OWN, OLD, MUM, NEW = "13800000001", "13600000004", "13900000002", "13700000003"
SELF: Json = {"number": OWN, "relationship": "self"}
MOTHER: Json = {"number": MUM, "relationship": "parent", "name": "王芳"}
REACHED: Json = {"network": "connected", "party": "borrower"}
MET_THIRD: Json = {"network": "connected", "party": "third_party"}


@dataclass(frozen=True)
class Case:
    """Events with their profiles, registry and settings, and what the text says of some of them."""

    line: int
    says: str
    events: list[Json]
    facts: dict[str, Json] = field(default_factory=dict)
    verdicts: dict[str, dict[str, str]] = field(default_factory=dict)
    profiles: list[Json] = field(default_factory=list)
    registry: Json | None = None
    settings: Json = field(default_factory=dict)


def at(day: int, clock: str = "10:00:00") -> str:
    """Return an instant of November 2025 by the clock of Shanghai."""
    return f"2025-11-{day:02}T{clock}+08:00"


def event(event_id: str = "e", started_at: str = NOW, to: Json | None = None, **fields: Any) -> Json:
    """Return an event as JSON: an outbound call unless it says otherwise."""
    return {
        "event_id": event_id,
        "case_id": "C1",
        "channel": "call",
        "direction": "outbound",
        "started_at": started_at,
        "recipient": to or {},
        **fields,
    }


def failed(event_id: str, started_at: str, **fields: Any) -> Json:
    """Return an unanswered call to the borrower's own number."""
    return event(event_id, started_at, SELF, **{"outcome": {"network": "no_answer"}, **fields})


def profile(**fields: Any) -> Json:
    """Return the profile of the case: one number of the borrower's, the mother as emergency contact."""
    return {
        "case_id": "C1",
        "timezone": "Asia/Shanghai",
        "numbers": [{"number": OWN}, {"number": OLD, "valid_to": "2025-10-31"}],
        "emergency_contacts": [{"name": "王芳", "number": MUM}],
        "quiet_windows": [],
        "instructions": [],
        "accessibility": [],
        **fields,
    }


def one(
    line: int,
    says: str,
    given: Json,
    facts: Json | None = None,
    verdicts: dict[str, str] | None = None,
    *,
    case: Json | None = None,
    registry: Json | None = None,
    before: list[Json] | None = None,
    **settings: Any,
) -> Case:
    """Return a case that asks about one event; the configured zone is Shanghai unless it says otherwise."""
    asked = given["event_id"]
    return Case(
        line,
        says,
        [*(before or []), given],
        {asked: facts or {}},
        {asked: verdicts or {}},
        [] if case is None else [case],
        registry,
        {"timezone": "Asia/Shanghai", **settings},
    )

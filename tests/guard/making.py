"""A guard over a borrower who can be called lawfully, with a clock that a test moves."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import collection_guard as cg
from collection_guard.guard.settings import GuardOptions

MORNING = datetime(2025, 11, 20, 2, tzinfo=UTC)
"""Ten o'clock in Shanghai, on a Thursday."""
OWN, MUM = "13800000001", "13900000002"
PARTNERS = [cg.RegistryEntry(name="诚信催收有限公司", category="collection_agency")]


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self, at: datetime = MORNING) -> None:
        self.at = at

    def __call__(self) -> datetime:
        return self.at

    def move(self, **span: float) -> None:
        """Move the clock on, or back."""
        self.at += timedelta(**span)


def profile(**fields: Any) -> cg.CaseProfile:
    """Return the profile of case C-1: everything about it is known, and nothing forbids a call."""
    given = {
        "case_id": "C-1",
        "borrower_id": "B-1",
        "timezone": "Asia/Shanghai",
        "numbers": [{"number": OWN}],
        "emergency_contacts": [{"name": "高母", "number": MUM}],
        "quiet_windows": [],
        "instructions": [],
        "accessibility": [],
    }
    return cg.CaseProfile.model_validate(given | fields)


def attempt(**fields: Any) -> dict[str, Any]:
    """Return an attempt to call the borrower."""
    given: dict[str, Any] = {
        "case_id": "C-1",
        "agency": "诚信催收有限公司",
        "channel": "call",
        "direction": "outbound",
        "recipient": {"number": OWN, "relationship": "self"},
    }
    return given | fields


def answered(event_id: str, at: datetime, **fields: Any) -> dict[str, Any]:
    """Return a call to the borrower that was answered, as it is recorded."""
    outcome = {"network": "connected", "answered_by": "human", "party": "borrower"}
    return attempt(event_id=event_id, started_at=at, outcome=outcome, **fields)


def open_guard(now: Callable[[], datetime], **settings: Any) -> cg.Guard:
    """Return a guard of the core rules that allows three contacts a day."""
    given: dict[str, Any] = {
        "parameters": {"contacts_per_day": 3},
        "registry": PARTNERS,
        "cases": [profile()],
        "timezone": "Asia/Shanghai",
    }
    options = settings.pop("options", {})
    return cg.Guard.open(
        cg.GuardSettings(**(given | settings), options=GuardOptions.model_validate(options)),
        now=now,
    )

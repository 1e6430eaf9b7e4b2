"""Small sides of a reconciliation, for tests."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from collection_guard.audit.intake import take_events
from collection_guard.audit.taken import Intake
from collection_guard.model import Event
from collection_guard.reconciliation.findings import Finding
from collection_guard.reconciliation.recordings import Recording, RecordingIntake
from collection_guard.reconciliation.rows import Row
from collection_guard.reconciliation.run import Reconciliation, Terms, reconcile

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = datetime(2025, 11, 3, 12, 0, 7, tzinfo=SHANGHAI)
"""Not a whole minute, so that the times of a side count as exact."""
AGENCY = "远山催收服务有限公司"


def at(seconds: float) -> datetime:
    """Return a moment after noon."""
    return NOON + timedelta(seconds=seconds)


def contact(event_id: str, seconds: float, **more: Any) -> Event:
    """Return a contact some seconds after noon: a call of an agency to one number, unless told otherwise."""
    given: dict[str, Any] = {
        "event_id": event_id,
        "case_id": f"event:{event_id}",
        "channel": "call",
        "agency": AGENCY,
        "number": "13800000001",
        "network": None,
        "collector": None,
        "extra": None,
    } | more
    return Event(
        event_id=given["event_id"],
        case_id=given["case_id"],
        channel=given["channel"],
        agency=given["agency"],
        started_at=at(seconds),
        ended_at=None if given.get("lasts") is None else at(seconds + given["lasts"]),
        talk_seconds=given.get("talk"),
        direction=given.get("direction"),
        collector={"id": given["collector"], "name": given.get("name")},
        recipient={"number": given["number"]},
        outcome={"network": given["network"], "answered_by": given.get("answered_by")},
        extra=given["extra"],
    )


def taken(events: Iterable[Event]) -> Intake:
    """Take in one side."""
    return take_events(events, timezone="Asia/Shanghai")


def compared(
    notes: Sequence[Event],
    calls: Sequence[Event],
    recordings: Iterable[Recording] | None = None,
    terms: Terms | None = None,
    **lists: Any,
) -> Reconciliation:
    """Reconcile some notes with some calls."""
    recorded = None if recordings is None else RecordingIntake(tuple(recordings))
    return reconcile(taken(notes), taken(calls), recorded, terms or Terms(zone="Asia/Shanghai"), **lists)


def said(finding: Finding) -> tuple[str, ...]:
    """Return the kind of a finding and the ids of what it is about."""
    ids = [item.event.event_id if isinstance(item, Row) else item.name for item in finding.items]
    return (finding.kind, *sorted(ids))


def all_said(result: Reconciliation) -> list[tuple[str, ...]]:
    """Return all findings in short, sorted."""
    return sorted(said(finding) for finding in result.findings)

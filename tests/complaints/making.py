"""Complaints and logs for the tests of timelines."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from reports.november import REGISTRY, SETTINGS, event, intake, packs

from collection_guard.audit.run import Basis
from collection_guard.complaints.selection import Complaint
from collection_guard.complaints.timeline import Timeline, trace
from collection_guard.model.event import Event

MINE = "13812345678"
MOTHERS = "13987654321"


def call(event_id: str, started_at: str, **fields: Any) -> Event:
    """Return a call to the borrower who complains, at a lawful hour unless told otherwise."""
    recipient = {"number": MINE, "relationship": "self"}
    return event(event_id, started_at, **{"recipient": recipient, "content": "", **fields})


def timeline(
    complaint: Complaint, items: Sequence[Event], pack: str = "core", engine: str = "reference", **rest: Any
) -> Timeline:
    """Return the timeline of a complaint over contacts."""
    basis = Basis(packs(pack), settings=replace(SETTINGS), registry=REGISTRY, engine=engine)
    return trace(intake(items, **rest), basis, complaint)

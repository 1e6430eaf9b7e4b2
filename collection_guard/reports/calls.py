"""Calls made and effective calls (有效通话) of each agency."""

from collections.abc import Iterable

from collection_guard.audit.calls import Calls
from collection_guard.audit.report import NO_AGENCY, Report


def calls_by_agency(report: Report) -> dict[str, Calls] | None:
    """Return the calls of each agency; None where a log was judged in parts and they were not counted."""
    if report.contacts and not report.intake.contacts:
        return None if report.calls is None else {name: report.calls.get(name, Calls()) for name in report.by_agency}
    counts = dict.fromkeys(report.by_agency, Calls())
    for contact in report.intake.contacts:
        event = contact.event
        counts[event.agency or NO_AGENCY] += Calls.of(event, 1, assume_party=report.settings.assume_party)
    return counts


def of_all(calls: Iterable[Calls]) -> Calls:
    """Return the calls of all agencies together."""
    return sum(calls, Calls())

"""How rows become an intake: ids and cases are supplied, gate events and duplicates taken out, no row lost."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from collection_guard.audit.borrowers import with_borrowers
from collection_guard.audit.cases import CaseFinder
from collection_guard.audit.identity import resolve_duplicates, supply_ids
from collection_guard.audit.legs import without_second_legs
from collection_guard.audit.overlaps import Overlaps
from collection_guard.audit.taken import (
    PLACEHOLDER,
    CaseCounts,
    Contact,
    Intake,
    Position,
    Rejected,
    SetAside,
)
from collection_guard.facts.world import has_case
from collection_guard.model.event import Event
from collection_guard.model.profile import CaseProfile


@dataclass(slots=True)
class Tray:
    """Rows on their way in. An event whose id or case the file lacks carries the placeholder there."""

    drafts: list[Contact] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    set_aside: list[SetAside] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.drafts) + len(self.rejected) + len(self.set_aside)

    def add(self, row: Contact | Rejected | SetAside) -> None:
        """Put a row where it belongs."""
        match row:
            case Contact():
                self.drafts.append(row)
            case Rejected():
                self.rejected.append(row)
            case SetAside():
                self.set_aside.append(row)

    def settle(self, cases: CaseFinder, since: datetime | None = None) -> Intake:
        """Supply ids and cases, and take out gate events, second legs, redeliveries and contradictory duplicates.

        What was known before ``since`` is history, as are rows marked so.
        """
        rows_read = len(self)
        calls = without_second_legs(self._not_blocked(), self.set_aside)
        overlaps = Overlaps()
        kept = resolve_duplicates(supply_ids(calls, overlaps), self.rejected, self.set_aside, overlaps)
        counts: Counter[str] = Counter()
        contacts = []
        for one in kept:
            contact = one if since is None or one.past else replace(one, past=one.event.known_from < since)
            event, how = contact.event, "given"
            if event.case_id == PLACEHOLDER:
                how, case_id = cases.find(event)
                event = event.model_copy(update={"case_id": case_id})
            elif not has_case(event.case_id):
                how = "by_event" if event.case_id.startswith("event:") else "by_number"
            counts[how] += not contact.past
            contacts.append(contact.with_event(event))
        contacts, supplied, disputed = with_borrowers(contacts, cases.profiles)
        contacts.sort(key=lambda contact: contact.position.sort_key())
        self.rejected.sort(key=lambda row: row.position.sort_key())
        self.set_aside.sort(key=lambda row: row.position.sort_key())
        return Intake(
            tuple(contact for contact in contacts if not contact.past),
            tuple(self.rejected),
            tuple(self.set_aside),
            rows_read,
            cases=CaseCounts(**counts, borrower_by_case=supplied, borrower_disputed=disputed),
            overlaps=overlaps.found(),
            past=tuple(contact for contact in contacts if contact.past),
        )

    def _not_blocked(self) -> list[Contact]:
        """Set aside calls that a gate or limit stopped: nobody was called (semantics 4)."""
        through = []
        for contact in self.drafts:
            if contact.event.was_stopped:
                self.set_aside.append(SetAside(contact.position, "blocked"))
            else:
                through.append(contact)
        return through


def take_events(
    events: Iterable[Event],
    *,
    past: Iterable[Event] = (),
    since: datetime | None = None,
    timezone: str | None = None,
    country: str = "CN",
    profiles: Mapping[str, CaseProfile] | None = None,
) -> Intake:
    """Take in events that are already built, as the library call does; their position is their number.

    Those of ``past``, and what was known before ``since``, are history and are not judged.
    """
    tray = Tray()
    for number, event in enumerate(events, 1):
        tray.add(Contact(event, Position(row=number)))
    for number, event in enumerate(past, 1):
        tray.add(Contact(event, Position(row=number), past=True))
    return tray.settle(CaseFinder(profiles, timezone=timezone, country=country), since)


__all__ = ["CaseCounts", "Contact", "Intake", "Position", "Rejected", "SetAside", "Tray", "take_events"]

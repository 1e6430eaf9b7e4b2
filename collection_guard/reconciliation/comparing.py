"""What two sides say of one contact, held against each other, finding by finding."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import pytz

from collection_guard.audit.taken import Position
from collection_guard.facts.numbers import number_key
from collection_guard.reconciliation.allowed import Absence, AllowList, id_key, name_key
from collection_guard.reconciliation.findings import Finding, Item, Weight
from collection_guard.reconciliation.links import Links, Use, items_of
from collection_guard.reconciliation.matching import Matching, Tolerances, talk_differs
from collection_guard.reconciliation.rows import Row

_OTHER_AGENCY: Final = "other_agency"


@dataclass(slots=True)
class Comparison:
    """Makes findings of what was matched; kinds that are off are counted alone."""

    tolerances: Tolerances
    severities: Mapping[str, Weight]
    zone: str | None = None
    findings: list[Finding] = field(default_factory=list)
    off: Counter[str] = field(default_factory=Counter)
    unknown: Counter[str] = field(default_factory=Counter)
    """Contacts that could not be held against a list, by what they do not record."""

    def found(
        self,
        kind: str,
        *items: Item,
        agency: str | None = None,
        listed_at: Position | None = None,
        nearest: Row | None = None,
        **values: object,
    ) -> None:
        """Add a finding, unless its kind is off."""
        severity = self.severities[kind]
        if severity == "off":
            self.off[kind] += 1
        else:
            self.findings.append(Finding(kind, severity, items, values, agency, listed_at, nearest))

    # --- notes and calls ----------------------------------------------------------------------------------------

    def of_matching(self, matching: Matching) -> None:
        """Compare notes with calls."""
        for note, call in matching.pairs:
            self._pair(note, call)
        for row in (*matching.left, *matching.right):
            self.found(_alone(row), row, agency=row.event.agency, nearest=matching.nearest.get(id(row)))
        for group in matching.groups:
            if group.leaves_others:
                rows = (*group.left, *group.right)
                agency = next((row.event.agency for row in rows if row.event.agency), None)
                self.found("ambiguous-match", *rows, agency=agency, notes=len(group.left), calls=len(group.right))
        for row in matching.incomparable:
            self.found("not-comparable", row, agency=row.event.agency)
        for skew in matching.skews.values():
            if skew.known and skew.example is not None and abs(skew.seconds) > self.tolerances.skew:
                note, call = skew.example
                agency = note.event.agency or call.event.agency
                ahead = "ahead" if skew.seconds > 0 else "behind"
                self.found(
                    "clock-skew", note, call, agency=agency, seconds=abs(skew.seconds), pairs=skew.pairs, way=ahead
                )

    def _pair(self, note: Row, call: Row) -> None:
        agency = note.event.agency or call.event.agency
        if note.connected is True and call.connected is False:
            self.found("outcome-differs-from-note", note, call, agency=agency, way="noted", call=call.talk)
        elif note.connected is False and call.connected is True and self._talked(call):
            self.found("outcome-differs-from-note", note, call, agency=agency, way="hidden", call=call.talk)
        elif note.connected is not False and talk_differs(note, call, self.tolerances):
            self.found("talk-differs-from-note", note, call, agency=agency, note=note.talk, call=call.talk)

    def _talked(self, call: Row) -> bool:
        """Say whether somebody talked: a mailbox that answers, or a call cut off at once, may count as no answer."""
        machine = call.event.outcome.answered_by == "machine"
        return not machine and call.talk is not None and call.talk > self.tolerances.duration

    # --- recordings ---------------------------------------------------------------------------------------------

    def of_recordings(self, links: Links, calls: Mapping[int, Row], *, given: bool) -> None:
        """Compare calls with their recordings; ``calls`` has the call of each contact that has one."""
        for use in links.uses:
            if len(use.items) > 1:
                items = items_of(use)
                agency = next((item.event.agency for item in items if isinstance(item, Row)), None)
                self.found("recording-used-twice", *items, agency=agency, contacts=len(use.items))
        if not given:
            return
        by_contact = links.by_contact()
        for contact, call in calls.items():
            uses = by_contact.get(contact, [])
            recorded = [use for use in uses if use.recordings]
            if recorded:
                self._length(call, [use for use in recorded if len(use.items) == 1])
            elif contact not in links.unclear and call.connected and (call.talk is None or self._talked(call)):
                name = call.recording
                self.found("call-without-recording", call, agency=call.event.agency, name=name or "")
        for recording in links.loose:
            agency = recording.contact.event.agency if recording.contact is not None else None
            self.found("recording-without-call", recording, agency=agency)

    def _length(self, call: Row, uses: Sequence[Use]) -> None:
        """Hold a talk against its recording; a call may be recorded in one piece, in several, or leg by leg."""
        # Copies of one sound count once.
        recordings = [use.recordings[0] for use in uses]
        lengths = [recording.seconds for recording in recordings if recording.seconds is not None]
        if call.talk is None or not lengths or len(lengths) < len(recordings):
            return
        room = self.tolerances.duration + call.talk_precision
        if all(abs(call.talk - length) > room for length in (*lengths, sum(lengths))):
            self.found(
                "talk-differs-from-recording",
                call,
                *recordings,
                agency=call.event.agency,
                call=call.talk,
                recording=sum(lengths),
            )

    # --- lists --------------------------------------------------------------------------------------------------

    def of_own_numbers(self, contacts: Sequence[Sequence[Row]], allowed: AllowList, country: str) -> None:
        """Look up the numbers from which contacts were made: one finding a contact."""
        for rows in contacts:
            keys = [(number_key(number, country), number, row) for row in rows for number in _own_numbers(row)]
            if not keys:
                self.unknown["own_number"] += any(row.side == "calls" for row in rows)
                continue
            for key, number, row in keys:
                if key is None:
                    self.unknown["own_number"] += 1
                    continue
                absence = allowed.absence(key, row.event.agency or _agency(rows), self._day(row))
                if absence is not None:
                    self._absent("number-not-on-list", rows, row, absence, number=number)
                    break

    def of_collectors(self, contacts: Sequence[Sequence[Row]], allowed: AllowList) -> None:
        """Look up who made contacts: one finding a contact."""
        for rows in contacts:
            known = False
            for row in rows:
                key = _collector_key(row, allowed)
                if key is None:
                    continue
                known = True
                absence = allowed.absence(key, row.event.agency or _agency(rows), self._day(row))
                if absence is not None:
                    self._absent("collector-not-on-list", rows, row, absence)
                    break
            self.unknown["collector"] += not known

    def _absent(self, kind: str, rows: Sequence[Row], row: Row, absence: Absence, number: str = "") -> None:
        entry = absence.entry
        self.found(
            kind,
            row,
            *(other for other in rows if other is not row),
            agency=row.event.agency or _agency(rows),
            listed_at=None if entry is None else entry.position,
            why=absence.why,
            until=entry.last if entry is not None and absence.why == "no_longer" else None,
            since=entry.first if entry is not None and absence.why == "not_yet" else None,
            other=entry.agency if entry is not None and absence.why == _OTHER_AGENCY else None,
            number=number,
        )

    def _day(self, row: Row) -> date:
        """Return the date of a contact: in the configured zone, else as it was recorded."""
        return (row.at if self.zone is None else row.at.astimezone(pytz.timezone(self.zone))).date()


def _alone(row: Row) -> str:
    if row.side == "notes":
        return "note-without-call"
    return "unanswered-call-not-noted" if row.connected is False else "call-not-noted"


def _agency(rows: Sequence[Row]) -> str | None:
    return next((row.event.agency for row in rows if row.event.agency), None)


def _own_numbers(row: Row) -> Iterator[str]:
    key = "callee" if row.event.direction == "inbound" else "caller"
    for contact in (row.contact, *row.legs):
        value = (contact.event.extra or {}).get(key)
        if value:
            yield str(value)


def _collector_key(row: Row, allowed: AllowList) -> str | None:
    collector = row.event.collector
    if collector.id and allowed.holds("id:"):
        return id_key(collector.id)
    return name_key(collector.name) if collector.name and allowed.holds("name:") else None

"""Reconciliation: notes against calls against recordings and lists, as one result."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

import pytz

from collection_guard.audit.taken import Intake
from collection_guard.language.schema import SEVERITIES, Severity
from collection_guard.reconciliation.allowed import AllowList
from collection_guard.reconciliation.comparing import Comparison
from collection_guard.reconciliation.findings import Finding, Weight, kinds
from collection_guard.reconciliation.links import link
from collection_guard.reconciliation.matching import Matching, Tolerances, match
from collection_guard.reconciliation.recordings import RecordingIntake
from collection_guard.reconciliation.rows import Row, fold_legs, rows_of
from collection_guard.reconciliation.skew import Skew


@dataclass(frozen=True, slots=True)
class Terms:
    """By what notes, calls and recordings are held against each other."""

    tolerances: Tolerances = field(default_factory=Tolerances)
    severities: Mapping[str, Weight] = field(default_factory=lambda: dict(kinds()))
    country: str = "CN"
    zone: str | None = None
    first: date | None = None
    last: date | None = None
    """Findings before or after these dates are left out; rows of the next day may still be partners."""


@dataclass(slots=True)
class AgencyCounts:
    """What an agency noted and called, and how its clock runs."""

    name: str | None
    notes: int = 0
    calls: int = 0
    matched: int = 0
    findings: Counter[Severity] = field(default_factory=Counter)
    skew: Skew | None = None


@dataclass(slots=True)
class Reconciliation:
    """What was compared, what does not agree, and what it rests on."""

    terms: Terms
    notes: Intake
    calls: Intake
    recordings: RecordingIntake | None
    note_rows: list[Row]
    call_rows: list[Row]
    other_channels: tuple[int, int]
    """Notes and calls of other channels than the telephone; no record of a call could show them."""
    legs: int
    matching: Matching
    findings: list[Finding]
    off: dict[str, int]
    outside: int
    """Findings left out because they lie outside the dates asked for."""
    unknown: dict[str, int]
    linked: int
    """Recordings of one call or more."""
    unclear_recordings: int
    with_own_numbers: bool
    with_collectors: bool
    agencies: list[AgencyCounts] = field(default_factory=list)

    @property
    def matched(self) -> int:
        """Return how many pairs of a note and a call were found, those of groups among them."""
        return len(self.matching.pairs) + sum(min(len(g.left), len(g.right)) for g in self.matching.groups)

    def by_kind(self) -> dict[str, int]:
        """Count the findings by kind, the gravest first."""
        count = Counter((SEVERITIES.index(finding.severity), finding.kind) for finding in self.findings)
        return {kind: number for (_, kind), number in sorted(count.items())}

    def by_severity(self) -> dict[Severity, int]:
        """Count the findings by severity."""
        count = Counter(finding.severity for finding in self.findings)
        return {severity: count[severity] for severity in SEVERITIES}

    def at_or_above(self, severity: Severity) -> int:
        """Count the findings of a severity or above it."""
        grave = SEVERITIES[: SEVERITIES.index(severity) + 1]
        return sum(finding.severity in grave for finding in self.findings)

    def coarse(self) -> dict[str, list[str]]:
        """Return the files whose times or lengths tell no seconds."""
        rows = [*self.note_rows, *self.call_rows]
        return {
            "time": sorted({row.position.file or "" for row in rows if row.precision}),
            "talk": sorted({row.position.file or "" for row in rows if row.talk_precision}),
        }

    def strangers(self) -> bool:
        """Say whether both sides name agencies, and none in common: then no row can have a partner."""
        names = [{row.agency for row in rows} for rows in (self.note_rows, self.call_rows)]
        return all(names) and not any(None in found for found in names) and names[0].isdisjoint(names[1])


def reconcile(
    notes: Intake,
    calls: Intake,
    recordings: RecordingIntake | None = None,
    terms: Terms | None = None,
    *,
    own_numbers: AllowList | None = None,
    collectors: AllowList | None = None,
) -> Reconciliation:
    """Hold notes against calls, recordings and lists. The order of the rows does not matter."""
    terms = terms or Terms()
    note_rows, other_notes = rows_of(notes.contacts, "notes", terms.country)
    all_calls, other_calls = rows_of(calls.contacts, "calls", terms.country)
    call_rows = fold_legs(all_calls, terms.tolerances.legs)
    matching = match(note_rows, call_rows, terms.tolerances)
    contacts = _contacts(matching)
    # What a note says of its recording says nothing of a call that may be another's.
    unclear = {id(row) for group in matching.groups for row in group.left}
    contact_of = {id(row): place for place, rows in enumerate(contacts) for row in rows if id(row) not in unclear}
    comparison = Comparison(terms.tolerances, terms.severities, terms.zone)
    comparison.of_matching(matching)
    given = recordings.recordings if recordings is not None else ()
    links = link(given, [*note_rows, *call_rows], contact_of, terms.tolerances, terms.country)
    with_call = {place: rows[0] for place, rows in enumerate(contacts) if rows[0].side == "calls"}
    comparison.of_recordings(links, with_call, given=recordings is not None)
    if own_numbers is not None:
        comparison.of_own_numbers(contacts, own_numbers, terms.country)
    if collectors is not None:
        comparison.of_collectors(contacts, collectors)
    inside = [finding for finding in comparison.findings if _lies_inside(finding, terms)]
    result = Reconciliation(
        terms,
        notes,
        calls,
        recordings,
        note_rows,
        call_rows,
        (len(other_notes), len(other_calls)),
        len(all_calls) - len(call_rows),
        matching,
        sorted(inside, key=Finding.sort_key),
        dict(comparison.off),
        len(comparison.findings) - len(inside),
        {name: count for name, count in comparison.unknown.items() if count},
        sum(len(use.recordings) for use in links.uses),
        links.unclear_recordings,
        own_numbers is not None,
        collectors is not None,
    )
    result.agencies = _by_agency(result)
    return result


def _contacts(matching: Matching) -> list[list[Row]]:
    """Return the rows of each contact, its call first; where the partner of a row is unclear, it stands alone."""
    paired = [[call, note] for note, call in matching.pairs]
    unclear = [row for group in matching.groups for row in (*group.right, *group.left)]
    return [*paired, *([row] for row in (*matching.left, *matching.right, *matching.incomparable, *unclear))]


def _lies_inside(finding: Finding, terms: Terms) -> bool:
    at = finding.at
    if at is None or finding.kind == "clock-skew":
        return True
    day = (at if terms.zone is None else at.astimezone(pytz.timezone(terms.zone))).date()
    return (terms.first is None or terms.first <= day) and (terms.last is None or day <= terms.last)


def _by_agency(result: Reconciliation) -> list[AgencyCounts]:
    matching = result.matching
    partner = {id(row): other for pair in matching.pairs for row, other in (pair, pair[::-1])}
    names: dict[str | None, str | None] = {None: None}
    for row in (*result.note_rows, *result.call_rows):
        names.setdefault(row.agency, row.event.agency)
    counts = {key: AgencyCounts(name, skew=matching.skews.get(key)) for key, name in names.items()}
    for row in result.note_rows:
        counts[_agency_of(row, partner)].notes += 1
    for row in result.call_rows:
        counts[_agency_of(row, partner)].calls += 1
    for note, call in matching.pairs:
        counts[note.agency or call.agency].matched += 1
    for group in matching.groups:
        agency = next((row.agency for row in (*group.left, *group.right) if row.agency), None)
        counts[agency].matched += min(len(group.left), len(group.right))
    keys = {name: key for key, name in names.items()}
    folded = {row.event.agency: row.agency for row in (*result.note_rows, *result.call_rows)}
    for finding in result.findings:
        key = folded.get(finding.agency, keys.get(finding.agency))
        counts.setdefault(key, AgencyCounts(finding.agency)).findings[finding.severity] += 1
    some = [found for found in counts.values() if found.notes or found.calls or found.findings]
    return sorted(some, key=lambda found: (found.name is None, found.name or ""))


def _agency_of(row: Row, partner: Mapping[int, Row]) -> str | None:
    other = partner.get(id(row))
    return row.agency or (other.agency if other is not None else None)

"""The timeline of a complaint: each contact with the verdicts of every rule, and what they amount to."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from collection_guard.audit.columns import EmptyFields
from collection_guard.audit.dates import local_date
from collection_guard.audit.report import Report, Violation
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Contact, Intake
from collection_guard.complaints.selection import Complaint, Selection, select
from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.judge import Judged
from collection_guard.language.schema import SEVERITIES

if TYPE_CHECKING:
    from collection_guard.engines.columnar.verdicts import LogVerdicts  # only where numpy is

CLEAR: Final = "clear"
_NO_WRONG: Final = "advisory"
"""The severity of what is told in passing: it makes no complaint a right one."""

Outcome = Literal["established", "partly", "refuted", "open"]
"""What the verdicts carry: all of it, part of it, nothing of it happened, or it cannot be told."""


@dataclass(frozen=True, slots=True)
class JudgedContact:
    """A contact with its verdicts, but for the rules that do not apply to it."""

    contact: Contact
    judged: tuple[Judged, ...]
    empty: Mapping[str, tuple[str, ...]]
    """For each rule that cannot be judged, the fields whose emptiness that may hang on."""

    def with_verdict(self, verdict: str) -> list[Judged]:
        """Return the verdicts of one kind."""
        return [item for item in self.judged if item.verdict.verdict == verdict]

    @property
    def verdict(self) -> str:
        """Return the verdict on the contact as a whole: the worst of those of its rules."""
        found = {item.verdict.verdict for item in self.judged}
        return next((word for word in (VIOLATION, UNASSESSABLE, CLEAR) if word in found), NOT_APPLICABLE)

    def violations(self, ranks: Mapping[str, int]) -> list[Violation]:
        """Return its violations, the gravest first."""
        found = [
            Violation(self.contact, item.rule.id, item.verdict.evidence, item.values)
            for item in self.with_verdict(VIOLATION)
        ]
        return sorted(found, key=lambda item: (ranks[item.rule], item.rule))


@dataclass(frozen=True, slots=True)
class Point:
    """One thing that is complained of, or may be: a rule, and the contacts that it says something of."""

    rule: str
    violated: tuple[JudgedContact, ...]
    open: tuple[JudgedContact, ...]
    clear: tuple[JudgedContact, ...]

    @property
    def outcome(self) -> Outcome:
        """Return what the verdicts carry; that nothing of the kind was recorded refutes nothing."""
        if self.violated:
            return "established"
        return "refuted" if self.clear and not self.open else "open"


@dataclass(frozen=True, slots=True)
class Timeline:
    """A complaint, the contacts that it is about with their verdicts, and the audit that these are from."""

    complaint: Complaint
    selection: Selection
    contacts: tuple[JudgedContact, ...]
    report: Report

    @property
    def ranks(self) -> dict[str, int]:
        """Return the rank of each rule by its severity, 0 being the gravest."""
        return {rule: SEVERITIES.index(info.rule.severity) for rule, info in self.report.rules.items()}

    def points(self) -> list[Point]:
        """Return what is complained of; where that was not said, every rule that applied, the gravest first."""
        by_rule: dict[str, dict[str, list[JudgedContact]]] = {rule: {} for rule in self.complaint.about}
        for contact in self.contacts:
            for item in contact.judged:
                if item.rule.id in by_rule or not self.complaint.about:
                    by_rule.setdefault(item.rule.id, {}).setdefault(item.verdict.verdict, []).append(contact)
        ranks = self.ranks
        return [
            Point(rule, *(tuple(found.get(word, ())) for word in (VIOLATION, UNASSESSABLE, CLEAR)))
            for rule, found in sorted(by_rule.items(), key=lambda pair: (ranks[pair[0]], pair[0]))
        ]

    @property
    def outcome(self) -> Outcome:
        """Return the conclusion as far as the verdicts carry it; people confirm it.

        Where the rules complained of are named, part of them is enough for *partly*, and all of them are asked for.
        Where they are not, any broken rule above an advisory one shows that the complaint has a reason.
        """
        points = self.points()
        if not self.complaint.about:
            points = [point for point in points if self.report.rules[point.rule].rule.severity != _NO_WRONG]
        found = [point.outcome for point in points]
        if "established" in found:
            whole = not self.complaint.about or set(found) == {"established"}
            return "established" if whole else "partly"
        selection = self.selection
        known = not selection.possible and not selection.before and self.log_holds_the_day
        return "refuted" if found and set(found) == {"refuted"} and known else "open"

    @property
    def log_holds_the_day(self) -> bool:
        """Say whether the day complained of lies in the log; of one before or after it nothing is known."""
        around, zone = self.complaint.around, self.report.settings.timezone
        if around is None or self.report.earliest is None or self.report.latest is None:
            return True
        return local_date(self.report.earliest, zone) <= around <= local_date(self.report.latest, zone)

    def missing(self) -> list[tuple[str, int, tuple[str, ...]]]:
        """Return the fields that were empty where a verdict hangs on them: contacts, rules; the most helpful first."""
        contacts: Counter[str] = Counter()
        rules: dict[str, set[str]] = {}
        for item in self.contacts:
            contacts.update({path for fields in item.empty.values() for path in fields})
            for rule, fields in item.empty.items():
                for path in fields:
                    rules.setdefault(path, set()).add(rule)
        found = [(path, count, tuple(sorted(rules[path]))) for path, count in contacts.items()]
        return sorted(found, key=lambda item: (-item[1], -len(item[2]), item[0]))


class _Wanted:
    """Keeps the verdicts on some contacts of a log, and passes over the others."""

    def __init__(self, wanted: set[str]) -> None:
        self._wanted = wanted
        self.judged: dict[str, list[Judged]] = {event_id: [] for event_id in wanted}

    def __call__(self, judged: Judged) -> None:
        if judged.verdict.event_id in self._wanted and judged.verdict.verdict != NOT_APPLICABLE:
            self.judged[judged.verdict.event_id].append(judged)

    def take_columns(self, found: "LogVerdicts") -> None:
        """Look at the rows of the contacts alone."""
        for row, event in enumerate(found.log.events):
            if event.event_id in self._wanted:
                for judged in found.judged(row):
                    self(judged)


def trace(
    intake: Intake, basis: Basis, complaint: Complaint, progress: Callable[[int], None] | None = None
) -> Timeline:
    """Judge the whole log, since rules look back, and return the contacts that a complaint is about."""
    settings = basis.settings
    zone, country = settings.timezone, settings.country
    selection = select(intake.contacts, complaint, timezone=zone, country=country, past=intake.past)
    wanted = _Wanted({item.event.event_id for item in selection.contacts})
    report = run_audit(intake, basis, wanted, progress)
    empty = EmptyFields(
        [item.event for item in (*intake.contacts, *intake.past)],
        basis.profiles,
        has_registry=basis.registry is not None,
        has_zone=settings.timezone is not None,
    )
    contacts = tuple(_judged_contact(item, wanted.judged[item.event.event_id], empty) for item in selection.contacts)
    return Timeline(complaint, selection, contacts, report)


def _judged_contact(contact: Contact, judged: Sequence[Judged], empty: EmptyFields) -> JudgedContact:
    return JudgedContact(contact, tuple(judged), dict(_empty_of(contact, judged, empty)))


def _empty_of(contact: Contact, judged: Sequence[Judged], empty: EmptyFields) -> Iterator[tuple[str, tuple[str, ...]]]:
    for item in judged:
        if item.verdict.verdict == UNASSESSABLE:
            fields = empty.of(contact.event, item.verdict.missing, item.pack.rule_sets[-1])
            yield item.rule.id, tuple(sorted(fields))

"""An audit by the columnar engine: the same report as contact by contact, filled from columns.

What is only counted is counted for all rows that were judged alike together; their first rows come in the order in
which a judge would have met them. Single contacts are looked at where a violation needs its evidence.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from collection_guard.audit.columns import EmptyFields
from collection_guard.audit.report import NO_AGENCY, AgencyTally, Counts, Report, Tally, Violation
from collection_guard.audit.taken import Contact
from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.columnar.arrays import Coded
from collection_guard.engines.columnar.log import Log
from collection_guard.engines.columnar.verdicts import LogVerdicts
from collection_guard.engines.judge import Judged
from collection_guard.facts.world import World
from collection_guard.language.compiled import CompiledPack, RuleSet
from collection_guard.model.event import Event
from collection_guard.model.words import OTHER_CHANNEL


@runtime_checkable
class TakesColumns(Protocol):
    """A taker of verdicts that takes them all at once."""

    def take_columns(self, found: LogVerdicts) -> None:
        """Take all verdicts."""


def judge_columns(
    report: Report,
    contacts: Sequence[Contact],
    packs: Sequence[CompiledPack],
    world: World,
    empty: EmptyFields,
    rule_sets: Mapping[str, RuleSet],
    each: Callable[[Judged], None] | None,
    progress: Callable[[int], None] | None,
) -> None:
    """Judge contacts, which are in the order of their history, and fill the report."""
    size = len(contacts)

    def done(share: float) -> None:
        if progress is not None:
            progress(int(share * size))

    events = [contact.event for contact in contacts]
    found = LogVerdicts(events, world, packs, done, [row for row in range(size) if not contacts[row].past])
    count_columns(report, found, empty, rule_sets)
    for row in found.rows_with(VIOLATION):
        for item in found.judged(row, {VIOLATION}):
            verdict = item.verdict
            report.violations.append(Violation(contacts[row], verdict.rule, verdict.evidence, item.values))
    report.verdict_digest = _digest(found)
    if isinstance(each, TakesColumns):
        each.take_columns(found)
    elif each is not None:
        for row in found.rows.tolist():
            for item in found.judged(row):
                each(item)


def count_columns(counts: Counts, found: LogVerdicts, empty: EmptyFields, rule_sets: Mapping[str, RuleSet]) -> None:
    """Count verdicts and what they lack, by rule and agency."""
    _count(counts, found)
    _count_agencies(counts, found)
    _count_empty_fields(counts, found, empty, rule_sets)
    counts.looks_past_log = found.looking_past_log()


def _count(report: Counts, found: LogVerdicts) -> None:
    for alike in found.alike():
        words = [word for word, _ in alike.outcomes]
        for rule, (word, missing) in zip(found.rules, alike.outcomes, strict=True):
            report.by_rule.setdefault(rule.id, Tally()).add(word, alike.count)
            if word == UNASSESSABLE:
                report.missing.setdefault(rule.id, Counter())[missing] += alike.count
        report.contacts_in_violation += alike.count * (VIOLATION in words)
        report.contacts_fully_assessed += alike.count * (UNASSESSABLE not in words)


def _count_agencies(report: Counts, found: LogVerdicts) -> None:
    events = found.log.events
    for alike in found.alike(found.log["agency"].map(lambda agency: agency or NO_AGENCY)):
        agency = report.by_agency.setdefault(events[alike.first].agency or NO_AGENCY, AgencyTally())
        words = [word for word, _ in alike.outcomes]
        agency.contacts += alike.count
        agency.contacts_in_violation += alike.count * (VIOLATION in words)
        agency.contacts_assessed += alike.count * (UNASSESSABLE not in words)
        for rule, word in zip(found.rules, words, strict=True):
            agency.verdicts.add(word, alike.count)
            agency.tallies.setdefault(rule.id, Tally()).add(word, alike.count)
            if word == VIOLATION:
                agency.by_rule[rule.id] += alike.count


def _count_empty_fields(
    report: Counts, found: LogVerdicts, empty: EmptyFields, rule_sets: Mapping[str, RuleSet]
) -> None:
    """Count the fields whose emptiness verdicts hang on, once for all rows in which the same ones are empty."""
    for alike in found.alike(*_shapes(found.log, empty)):
        event: Event = found.log.events[alike.first]
        for rule, (word, missing) in zip(found.rules, alike.outcomes, strict=True):
            if word == UNASSESSABLE:
                hanging = empty.of(event, missing, rule_sets[rule.id])
                report.empty_fields.setdefault(rule.id, Counter()).update(dict.fromkeys(hanging, alike.count))


def _shapes(log: Log, empty: EmptyFields) -> tuple[Coded, ...]:
    """Return columns in which rows are alike in which the same fields are empty."""
    shapes = [log[name].map(_shape) for name in ("recipient", "outcome", "claims")]
    shapes += [log[name].map(lambda value: _shape((value,))) for name in ("recipient.name", "recipient.number")]
    shapes.append(log["channel"].map(lambda word: word == OTHER_CHANNEL))
    return (
        log["case"].map(empty.of_profile),
        *shapes,
        log["signals"].map(_given),
        log["content"],
        log.other_fields(),
    )


def _shape(values: Sequence[Any]) -> tuple[tuple[bool, bool, bool], ...]:
    """Return which of several fields are missing, empty or of an unknown word."""
    return tuple((value is None, not value, value == "unknown") for value in values)


def _given(signals: Sequence[tuple[str, bool | None]] | None) -> frozenset[str]:
    """Return the names of the signals that a contact gives, and a name that is none where it gives a list at all."""
    return frozenset(name for name, value in signals or () if value is not None) | ({""} if signals else frozenset())


def _digest(found: LogVerdicts) -> str:
    """Return the digest of all verdicts but those that do not apply, in the order of contacts and rules."""
    lines: dict[int, list[bytes]] = {}
    digest = hashlib.sha256()
    for row, group in zip(found.rows.tolist(), found.groups.codes[found.rows].tolist(), strict=True):
        if group not in lines:
            lines[group] = [
                "\0".join(("", rule.id, word, *missing)).encode("utf-8", "surrogatepass") + b"\n"
                for rule, (word, missing) in zip(found.rules, found.outcomes_of(group), strict=True)
                if word != NOT_APPLICABLE
            ]
        event_id = found.log.events[row].event_id.encode("utf-8", "surrogatepass")
        digest.update(b"".join([event_id + line for line in lines[group]]))
    return digest.hexdigest()

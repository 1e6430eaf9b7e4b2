"""Waivers: violations that somebody answers for, in a file, until a date."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from collection_guard.audit.report import Violation
from collection_guard.facts.clock import local_date
from collection_guard.facts.names import fold_name
from collection_guard.language.packs import validated
from collection_guard.language.schema import Part, RuleId, Words
from collection_guard.language.yaml_positions import Document, read_yaml
from collection_guard.model.event import Day
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.texts import nearest

Said = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""A text that says something: blanks are no reason."""


class Scope(Part):
    """What a waiver covers: everything that is named must fit. Dates are those of the contact, both inclusive."""

    case: Words | None = None
    event: Words | None = None
    agency: Words | None = None
    since: Annotated[Day | None, Field(alias="from")] = None
    until: Annotated[Day | None, Field(alias="to")] = None


class WaiverEntry(Part):
    """One waiver: the rule, what of it is waived, why, who answers for it, and the last day on which it holds."""

    rule: RuleId
    scope: Scope
    reason: Said
    approver: Said
    ticket: Said
    expires: Day


class WaiverFile(Part):
    """A file of waivers."""

    waivers: list[WaiverEntry]


@dataclass(frozen=True, slots=True)
class Waiver:
    """A waiver, and where it stands."""

    entry: WaiverEntry
    file: str
    line: int
    column: int

    def lapsed(self, today: date) -> bool:
        """Say whether it holds no longer; it holds through the day on which it expires."""
        return today > self.entry.expires

    def covers(self, violation: Violation, zone: str) -> bool:
        """Say whether it is about a violation; the date of a contact is that of its pack's zone."""
        scope, event = self.entry.scope, violation.contact.event
        if violation.rule != self.entry.rule:
            return False
        if scope.case not in {None, event.case_id} or scope.event not in {None, event.event_id}:
            return False
        if scope.agency is not None and fold_name(scope.agency) != fold_name(event.agency or ""):
            return False
        day = local_date(event.started_at, zone)
        return (scope.since is None or scope.since <= day) and (scope.until is None or day <= scope.until)


@dataclass(slots=True)
class WaiverUse:
    """A waiver, how many violations it is about, and how it stands on the day of the run."""

    waiver: Waiver
    lapsed: bool
    days_left: int
    matches: int = 0


def read_waivers(path: Path, known_rules: Collection[str]) -> list[Waiver]:
    """Return the waivers of a file; raise ConfigurationError with every problem of it."""
    document = read_yaml(path)
    problems = list(document.problems)
    file = None if problems else validated(WaiverFile, document, problems)
    waivers: list[Waiver] = []
    for index, entry in enumerate(file.waivers if file is not None else ()):
        problems += _problems_of(entry, document, index, known_rules)
        waivers.append(Waiver(entry, document.file, *document.place(("waivers", index))))
    if problems:
        raise ConfigurationError(problems)
    return waivers


def _problems_of(entry: WaiverEntry, document: Document, index: int, known_rules: Collection[str]) -> list[Problem]:
    found: list[Problem] = []
    if entry.rule not in known_rules:
        near = nearest(entry.rule, known_rules)
        found.append(document.problem("check_unknown_rule", ("waivers", index, "rule"), id=entry.rule, nearest=near))
    scope = entry.scope
    if scope == Scope():
        found.append(document.problem("waiver_without_scope", ("waivers", index, "scope"), id=entry.rule))
    if scope.since is not None and scope.until is not None and scope.until < scope.since:
        path = ("waivers", index, "scope")
        found.append(document.problem("waiver_dates", path, first=scope.since, last=scope.until))
    return found


def matching(waivers: list[WaiverUse], violation: Violation, zones: Mapping[str, str]) -> Waiver | None:
    """Return the waiver that holds for a violation, None if none does; each that is about it is counted.

    ``zones`` are those of the rules' packs, by rule.
    """
    found: Waiver | None = None
    for use in waivers:
        if use.waiver.covers(violation, zones[violation.rule]):
            use.matches += 1
            if found is None and not use.lapsed:
                found = use.waiver
    return found

"""The audit: everything that was read, judged in its order, verdict by verdict."""

import hashlib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from typing import Any

from collection_guard.audit.columns import EmptyFields
from collection_guard.audit.report import NO_AGENCY, AgencyTally, PackInfo, Report, RuleInfo, Tally, Violation
from collection_guard.audit.taken import Contact, Intake
from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.columnar import COLUMNAR, fit_columns, takes_columns
from collection_guard.engines.durable import is_available
from collection_guard.engines.judge import Judge, Judged
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.signals import EXPECTED_AT_ONCE, expect
from collection_guard.facts.world import Detector, Settings, World
from collection_guard.language.compiled import CompiledPack, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import facts_of
from collection_guard.language.packs import Pack
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData

EachVerdict = Callable[[Judged], None]


@dataclass(frozen=True, slots=True)
class Basis:
    """What a log is judged by: packs, parameters, settings, the registry, case profiles, the engine."""

    packs: Iterable[Pack]
    parameters: Mapping[str, Any] = field(default_factory=dict)
    settings: Settings = field(default_factory=Settings)
    registry: RegistryData | None = None
    profiles: Mapping[str, CaseProfile] = field(default_factory=dict)
    detector: Detector | None = None
    detector_name: str | None = None
    engine: str = "auto"


def run_audit(
    intake: Intake,
    basis: Basis,
    each: EachVerdict | None = None,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Judge everything that was taken in, and return what was found.

    ``each`` is given every verdict, sorted by ``started_at``, ``event_id`` and rule id, whatever the order of the
    input; ``progress`` the number of contacts judged so far.
    """
    compiled = compile_packs(list(basis.packs), basis.parameters)
    judged = sorted(intake.contacts, key=_place)
    contacts = sorted((*intake.contacts, *intake.past), key=_place) if intake.past else judged
    earliest = contacts[0].event.started_at if contacts else None
    registry = RegistryIndex(basis.registry) if basis.registry is not None else None
    kept = intake.kept()
    world = World(basis.settings, basis.profiles, registry, basis.detector, earliest, kept)
    # The judge is made in any case: a rule that its engine cannot take is refused whatever the size of the log.
    judge = Judge(compiled, world, basis.engine)
    # What was kept beside single contacts stands in no column.
    columns = not kept and takes_columns(basis.engine, len(contacts)) and fit_columns(basis.engine, compiled)
    report = blank_report(basis, compiled, intake, COLUMNAR if columns else judge.engine_name)
    report.engine_note = _note(basis.engine, compiled, len(contacts), columns=columns)
    report.earliest = judged[0].event.started_at if judged else None
    report.latest = judged[-1].event.started_at if judged else None
    report.profiles_met = len({contact.event.case_id for contact in judged} & basis.profiles.keys())
    rule_set_of = latest_rule_sets(compiled)
    empty = EmptyFields(
        [item.event for item in contacts],
        basis.profiles,
        has_registry=registry is not None,
        has_zone=basis.settings.timezone is not None,
    )
    if columns:
        columnar = import_module("collection_guard.audit.columnar")
        columnar.judge_columns(report, contacts, compiled, world, empty, rule_set_of, each, progress)
        return report
    _judge_each(report, contacts, judge, empty, rule_set_of, each, progress)
    return report


def latest_rule_sets(packs: Iterable[CompiledPack]) -> dict[str, RuleSet]:
    """Return the last rule set of each rule."""
    return {rule.id: pack.rule_sets[-1] for pack in packs for rule in pack.rule_sets[-1].rules}


def blank_report(basis: Basis, compiled: Sequence[CompiledPack], intake: Intake, engine: str) -> Report:
    """Return a report in which nothing is counted yet."""
    last_sets = [pack.rule_sets[-1] for pack in compiled]
    report = Report(
        engine=engine,
        engine_note=None,
        settings=basis.settings,
        packs=[
            PackInfo(
                pack.name, pack.version, pack.status, pack.digest, dict(last.parameters), last.vocabulary, pack.regime
            )
            for pack, last in zip(compiled, last_sets, strict=True)
        ],
        registry_digest=basis.registry.digest if basis.registry is not None else None,
        detector=basis.detector_name,
        intake=intake,
        rules={
            rule.id: RuleInfo(rule.rule, last.pack, rule.unset, frozenset(facts_of(rule.whole)))
            for last in last_sets
            for rule in last.rules
        },
        profiles_read=len(basis.profiles),
    )
    report.by_rule = {rule: Tally() for rule in sorted(report.rules)}
    return report


def _place(contact: Contact) -> tuple[datetime, str]:
    """Return the place of a contact in the total order of a history."""
    return contact.event.started_at, contact.event.event_id


def _note(engine: str, packs: Sequence[CompiledPack], contacts: int, *, columns: bool) -> str | None:
    """Return why ``auto`` did not take the engine that it would have taken, None where it did."""
    if engine != "auto" or columns:
        return None
    if not is_available():
        return "durable_unavailable"
    return "columns_cannot" if takes_columns(engine, contacts) and not fit_columns(engine, packs) else None


def _judge_each(
    report: Report,
    contacts: Sequence[Contact],
    judge: Judge,
    empty: EmptyFields,
    rule_sets: Mapping[str, RuleSet],
    each: EachVerdict | None,
    progress: Callable[[int], None] | None,
) -> None:
    digest = hashlib.sha256()
    # INVARIANT (order-free): contacts are judged in the total order of line 4, not in that of the input.
    # INVARIANT (no-look-ahead): an event joins the past only after it was judged.
    for index, contact in enumerate(contacts):
        if progress is not None:
            progress(index)
        if index % EXPECTED_AT_ONCE == 0:
            expect(judge.world.detector, (item.event for item in contacts[index : index + EXPECTED_AT_ONCE]))
        if contact.past:
            judge.add(contact.event)
            continue
        judged = sorted(judge.judge(contact.event), key=lambda item: item.rule.id)
        _count(report, contact, judged)
        for item in judged:
            if item.verdict.verdict == UNASSESSABLE:
                hanging = empty.of(contact.event, item.verdict.missing, rule_sets[item.rule.id])
                report.empty_fields.setdefault(item.rule.id, Counter()).update(hanging)
            if item.verdict.verdict != NOT_APPLICABLE:
                verdict = item.verdict
                said = (verdict.event_id, verdict.rule, verdict.verdict, *verdict.missing)
                digest.update("\0".join(said).encode("utf-8", "surrogatepass") + b"\n")
            if each is not None:
                each(item)
        judge.add(contact.event)
    if progress is not None:
        progress(len(contacts))
    report.verdict_digest = digest.hexdigest()


def _count(report: Report, contact: Contact, judged: list[Judged]) -> None:
    agency = report.by_agency.setdefault(contact.event.agency or NO_AGENCY, AgencyTally())
    agency.contacts += 1
    violated = unknown = False
    for item in judged:
        verdict = item.verdict
        report.by_rule[verdict.rule].add(verdict.verdict)
        agency.verdicts.add(verdict.verdict)
        agency.tallies.setdefault(verdict.rule, Tally()).add(verdict.verdict)
        report.looks_past_log += item.looks_past_log
        if verdict.verdict == VIOLATION:
            violated = True
            agency.by_rule[verdict.rule] += 1
            report.violations.append(Violation(contact, verdict.rule, verdict.evidence, item.values))
        elif verdict.verdict == UNASSESSABLE:
            unknown = True
            report.missing.setdefault(verdict.rule, Counter())[verdict.missing] += 1
    report.contacts_in_violation += violated
    agency.contacts_in_violation += violated
    report.contacts_fully_assessed += not unknown
    agency.contacts_assessed += not unknown

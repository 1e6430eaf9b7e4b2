"""A case judged: every event in its order, under the pack of its regime, and what can be asked of it afterwards."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from collection_guard.checks.conformance.mapping import LabelMapping, Mapped
from collection_guard.checks.conformance.translation import Translated
from collection_guard.engines.base import NOT_APPLICABLE, VIOLATION, MakeEngine
from collection_guard.engines.judge import Judge, in_order
from collection_guard.engines.reference import verdict_of
from collection_guard.facts.atoms import truth_of
from collection_guard.facts.clock import local_date
from collection_guard.facts.debts import about
from collection_guard.facts.keys import voided_numbers
from collection_guard.facts.numbers import number_key
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.sheet import FactSheet
from collection_guard.facts.world import Detector, Settings, World
from collection_guard.language.compiled import CompiledMeasure, CompiledPack, CompiledRule
from collection_guard.language.kleene import YES, ends, fact_of
from collection_guard.model.event import Event, Outcome

_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class RegimePack:
    """A pack with its mapping, and an engine for each span of its dates."""

    pack: CompiledPack
    mapped: Mapped


@dataclass(frozen=True, slots=True)
class Said:
    """What one rule said of one event, and the factors against its presumption."""

    rule: CompiledRule
    verdict: str
    missing: tuple[str, ...]
    factors: tuple[str, ...]


@dataclass(slots=True)
class JudgedCase:
    """The verdicts and fact sheets of a case, by event id."""

    regime: RegimePack
    case: Translated
    text: str | None
    said: dict[str, dict[str, Said]] = field(default_factory=dict)
    sheets: dict[str, FactSheet] = field(default_factory=dict)

    def on(self, event_id: str, rules: list[str], as_of: datetime | None = None) -> list[Said]:
        """Return what rules said of an event, by what was known at its instant, or at a later one."""
        found = [self.said[event_id][rule] for rule in rules if rule in self.said[event_id]]
        found = [one for one in found if self.text is None or one.rule.rule.text in {None, self.text}]
        if as_of is None:
            return found
        sheet = self._again(self.sheets[event_id].event, as_of)
        return [Said(one.rule, _verdict(one, sheet), (), _factors(one.rule, sheet)) for one in found]

    def sheet(self, event_id: str, as_of: datetime | None = None) -> FactSheet:
        """Return the facts of an event, by what was known at its instant, or at a later one."""
        sheet = self.sheets[event_id]
        return sheet if as_of is None else self._again(sheet.event, as_of)

    def _again(self, event: Event, as_of: datetime) -> FactSheet:
        sheet = self.sheets[event.event_id]
        return FactSheet(event, sheet.world, sheet.rule_set, sheet.history, max(as_of, event.started_at))

    def events(self, until: datetime | None = None) -> Iterator[Event]:
        """Yield the events in their order, up to an instant."""
        return (event for event in in_order(self.case.events) if until is None or event.started_at <= until)

    def counted(self, event_id: str, name: str, as_of: datetime | None) -> bool | None:
        """Say whether a measure counts an event, as known at an instant (none given: after the whole case)."""
        measure = self.regime.pack.rule_sets[-1].measures[name]
        own = self.sheets[event_id].rule_set.measures.get(name, measure)
        sheet = self.sheets[event_id]
        last = max(event.known_from for event in self.case.events)
        told = [one.at for one in self.case.profile.instructions or () if one.at is not None]
        later = self._again(sheet.event, as_of or max([last, *told]))
        void = voided_numbers(later, own) or frozenset()
        if number_key(sheet.event.recipient.number, sheet.world.settings.country) in void - {None}:
            return False
        return fact_of(truth_of(own.where, sheet))

    def debts_of(self, event_id: str, name: str) -> tuple[tuple[str, ...], bool]:
        """Return the debts that a measure by debts counts an event for, and whether for each of them."""
        sheet = self.sheets[event_id]
        found = about(sheet, sheet.rule_set.measures[name])
        return found.debts, found.each

    def measured(self, name: str, at: datetime, debt: str | None) -> tuple[float, float]:
        """Return the ends of a measure for a call that would be made at an instant, about a debt."""
        sheet = self._probe(at, debt)
        measure: CompiledMeasure = sheet.rule_set.measures[name]
        return ends(sheet.history.measured(sheet, measure) or 0.0)

    def _probe(self, at: datetime, debt: str | None) -> FactSheet:
        event = next(iter(in_order(self.case.events)))
        sheet = self.sheets[event.event_id]
        calls = [
            one for one in self.case.events if one.direction == "outbound" and one.recipient.relationship == "self"
        ]
        model = calls[0] if calls else event
        fields: dict[str, Any] = {**(model.fields or {}), "discussed": None, "allocated_to": None}
        fields |= {"opened_by_collector": None, "opened_by_borrower": None}
        if debt is not None:
            fields["debts"] = [debt]
        probe = model.model_copy(
            update={
                "event_id": "\U0010ffff",
                "started_at": at,
                "recorded_at": None,
                "ended_at": None,
                "outcome": Outcome(),
                "fields": fields,
            }
        )
        return FactSheet(probe, sheet.world, sheet.rule_set, sheet.history)

    def after(self, event_id: str) -> datetime:
        """Return the instant just after an event."""
        return self.sheets[event_id].event.started_at + _INSTANT

    def kept_until(self, said: LabelMapping, event_id: str | None) -> str | None:
        """Return until which date something is kept, None if there is nothing from which it counts."""
        last = self.regime.pack.rule_sets[-1]
        node, years, each = last.extensions.retentions[said.retention or ""]
        names = [event.event_id for event in self.events()]
        if each and event_id is not None:
            names = [event_id]
        found = [name for name in names if truth_of(node, self.sheets[name]) == YES]
        if not found:
            return None
        event = self.sheets[found[-1]].event
        day = local_date(event.started_at, self.case.zone)
        leap = day.month == 2 and day.day == 29  # the day that other years lack
        return (day.replace(day=28) if leap else day).replace(year=day.year + years).isoformat()


def _verdict(one: Said, sheet: FactSheet) -> str:
    day = local_date(sheet.event.started_at, sheet.borrower_zone or "UTC")
    return verdict_of(one.rule, sheet) if one.rule.in_force_on(day) else NOT_APPLICABLE


def _factors(rule: CompiledRule, sheet: FactSheet) -> tuple[str, ...]:
    return tuple(name for name, node in rule.rebuttal if truth_of(node, sheet) == YES)


def judged(
    regime: RegimePack, case: Translated, text: str | None, detector: Detector | None, make: MakeEngine
) -> JudgedCase:
    """Judge the events of a case one by one in their order, by what was known at the instant of each."""
    registry = RegistryIndex(case.registry) if case.registry is not None else None
    world = World(Settings(timezone=case.zone), _profiles(case), registry, detector)
    judge = Judge([regime.pack], world, make=make)
    result = JudgedCase(regime, case, text)
    for event in in_order(case.events):
        found = list(judge.judge(event))
        (sheet,) = judge.sheets()
        result.sheets[event.event_id] = sheet
        result.said[event.event_id] = {
            one.rule.id: Said(
                one.rule,
                one.verdict.verdict,
                one.verdict.missing,
                _factors(one.rule, sheet) if one.verdict.verdict == VIOLATION else (),
            )
            for one in found
        }
        judge.add(event)
    return result


def _profiles(case: Translated) -> Mapping[str, Any]:
    return {case.profile.case_id: case.profile}

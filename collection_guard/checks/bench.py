"""Where samples are judged: packs, registry, profiles and settings as configured, and what a sample says instead."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from collection_guard.audit.run import Basis
from collection_guard.checks.samples import Label, Sample
from collection_guard.engines.base import VIOLATION
from collection_guard.engines.judge import Judge, in_order
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.vocabulary import Fact
from collection_guard.model.event import Event
from collection_guard.model.problems import ConfigurationError, InputError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData, RegistryEntry
from collection_guard.model.texts import nearest
from collection_guard.model.verdict import Verdict

_PARAMETER = "parameter."


@dataclass(frozen=True, slots=True)
class LabelResult:
    """One expectation, what came out, and in what the two differ: None, or verdict, missing or evidence."""

    sample: Sample
    label: Label
    verdict: Verdict
    differs: str | None
    differing: dict[str, Any] = field(default_factory=dict)
    """Of the evidence: what was found in place of each part that was expected and is not so."""

    @property
    def name(self) -> str:
        """Return the name of the expectation as that of a test."""
        expected = self.label.expectation
        parts = (self.sample.name, self.label.event.event_id, expected.rule, expected.verdict)
        return " / ".join(part for part in parts if part)


class Bench:
    """Judges samples by packs."""

    def __init__(self, basis: Basis) -> None:
        self.basis = basis
        self._packs = list(basis.packs)
        self._compiled: dict[str, list[CompiledPack]] = {}
        self._registry = RegistryIndex(basis.registry) if basis.registry is not None else None
        self.rules = {rule.id: rule.rule for pack in self.compiled({}) for rule in pack.rule_sets[-1].rules}
        self._facts: dict[str, Fact] = {}
        for pack in self.compiled({}):
            self._facts.update(pack.rule_sets[-1].vocabulary)

    def compiled(self, parameters: Mapping[str, Any]) -> list[CompiledPack]:
        """Return the packs with parameters of a sample over those that are configured."""
        key = json.dumps(parameters, sort_keys=True, default=str)
        if key not in self._compiled:
            self._compiled[key] = compile_packs(self._packs, {**self.basis.parameters, **parameters})
        return self._compiled[key]

    def problems(self, sample: Sample) -> list[Problem]:
        """Return what is wrong with a sample by these packs: unknown rules, facts and parameters."""
        found: list[Problem] = []

        def problem(code: str, label: Label | None, **values: object) -> None:
            line, column = (sample.line, sample.column) if label is None else (label.line, label.column)
            found.append(Problem(code, sample.file, line, column, values=values))

        for label in sample.labels:
            rule = label.expectation.rule
            if rule not in self.rules:
                problem("check_unknown_rule", label, id=rule, nearest=nearest(rule, self.rules))
            names = [*(label.expectation.missing or ()), *(label.expectation.evidence or ())]
            for name in names:
                if name.removesuffix(":") not in self._facts and not name.startswith(_PARAMETER):
                    problem("unknown_fact", label, name=name, nearest=nearest(name, self._facts))
        try:
            self.compiled(sample.parameters or {})
        except ConfigurationError as error:
            for cause in error.problems:
                problem(cause.code, None, **cause.values)
        return found

    def verdicts(
        self,
        events: Iterable[Event],
        *,
        profile: CaseProfile | None = None,
        registry: Iterable[RegistryEntry] | None = None,
        settings: Settings | None = None,
        parameters: Mapping[str, Any] | None = None,
    ) -> dict[tuple[str, str], Verdict]:
        """Return the verdicts on events that share a history, by event and rule."""
        ordered = in_order(events)
        world = self._world(ordered, profile, registry, settings)
        judge = Judge(self.compiled(parameters or {}), world, self.basis.engine)
        found: dict[tuple[str, str], Verdict] = {}
        for event in ordered:
            found.update({(event.event_id, item.rule.id): item.verdict for item in judge.judge(event)})
            judge.add(event)
        return found

    def world_of(self, sample: Sample) -> World:
        """Return what surrounds the events of a sample: as configured, and what the sample says instead."""
        settings = sample.settings_over(self.basis.settings)
        return self._world(in_order(sample.events), sample.profile, sample.registry, settings)

    def _world(
        self,
        ordered: list[Event],
        profile: CaseProfile | None,
        registry: Iterable[RegistryEntry] | None,
        settings: Settings | None,
    ) -> World:
        profiles = dict(self.basis.profiles)
        if profile is not None:
            profiles[profile.case_id] = profile
        return World(
            self.basis.settings if settings is None else settings,
            profiles,
            self._registry if registry is None else RegistryIndex(RegistryData(tuple(registry))),
            self.basis.detector,
            ordered[0].started_at if ordered else None,
        )

    def run(self, sample: Sample) -> tuple[list[LabelResult], list[Verdict]]:
        """Return each expectation with what came out, and the violations that an exhaustive sample does not expect.

        Raises InputError if the sample does not fit the packs.
        """
        problems = self.problems(sample)
        if problems:
            raise InputError(problems)
        verdicts = self.verdicts(
            sample.events,
            profile=sample.profile,
            registry=sample.registry,
            settings=sample.settings_over(self.basis.settings),
            parameters=sample.parameters,
        )
        results = [_compared(sample, label, verdicts) for label in sample.labels]
        expected = {(label.event.event_id, label.expectation.rule) for label in sample.labels}
        unexpected = [
            verdict
            for key, verdict in verdicts.items()
            if verdict.verdict == VIOLATION and key[0] in sample.exhaustive and key not in expected
        ]
        return results, unexpected


def _compared(sample: Sample, label: Label, verdicts: Mapping[tuple[str, str], Verdict]) -> LabelResult:
    expected = label.expectation
    found = verdicts[label.event.event_id, expected.rule]
    if found.verdict != expected.verdict:
        return LabelResult(sample, label, found, "verdict")
    if expected.missing is not None and sorted(expected.missing) != sorted(found.missing):
        return LabelResult(sample, label, found, "missing")
    plain = json.loads(json.dumps(found.evidence, ensure_ascii=False))
    differing = {
        name: plain.get(name)
        for name, value in (expected.evidence or {}).items()
        if name not in plain or not _holds(value, plain[name])
    }
    return LabelResult(sample, label, found, "evidence" if differing else None, differing)


def _holds(expected: Any, found: Any) -> bool:
    """Say whether what was found is, or contains, what was expected of it."""
    if isinstance(expected, dict) and isinstance(found, dict):
        return all(key in found and _holds(value, found[key]) for key, value in expected.items())
    return bool(expected == found) and isinstance(expected, bool) == isinstance(found, bool)

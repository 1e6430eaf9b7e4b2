"""What rules are tried on: their examples and labelled samples, each with the facts on which a rule is judged."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from collection_guard.checks.bench import Bench
from collection_guard.checks.examine import samples_of
from collection_guard.checks.samples import Label, Sample
from collection_guard.checks.targets import Search
from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE
from collection_guard.engines.examples import read_example, typed_facts
from collection_guard.engines.judge import Judge, in_order, missing_facts
from collection_guard.engines.reference import verdict_of
from collection_guard.facts.clock import local_date
from collection_guard.facts.sheet import FactSource
from collection_guard.facts.world import World
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import tests_of
from collection_guard.language.packs import Pack, examples_of, overrides_for
from collection_guard.language.schema import Example, Rule
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.event import Event
from collection_guard.model.problems import InputError, Problem


@dataclass(frozen=True, slots=True)
class Wanted:
    """What must come out of one rule: its verdict and, where given, the missing facts; and where that is said."""

    rule: str
    name: str
    place: str
    verdict: str
    missing: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule is judged on: the facts, the rule set that reads them, the day, and what is wanted.

    ``given`` names the facts that an example gives itself, so that no definition of them is used.
    """

    wanted: Wanted
    rule_set: RuleSet
    day: date
    facts: FactSource
    given: frozenset[str] = frozenset()

    def rule_in(self, rule_set: RuleSet) -> CompiledRule:
        """Return the rule that is judged."""
        return next(rule for rule in rule_set.rules if rule.id == self.wanted.rule)

    def meets(self, rule: CompiledRule) -> bool:
        """Say whether a rule gives on these facts what is wanted."""
        word = verdict_of(rule, self.facts) if rule.in_force_on(self.day) else NOT_APPLICABLE
        if word != self.wanted.verdict:
            return False
        if self.wanted.missing is None:
            return True
        missing = missing_facts(rule, self.facts, self.rule_set) if word == UNASSESSABLE else ()
        return sorted(missing) == sorted(self.wanted.missing)


class Trial(Protocol):
    """An example or a sample: what it says of rules of one pack, under which parameters."""

    @property
    def rules(self) -> frozenset[str]:
        """Return the ids of the rules that it says something of."""

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return the parameters under which it is judged, over the pack's own."""

    def scenes(self, compiled: CompiledPack) -> Iterator[Scene]:
        """Yield what its rules are judged on; only rules that the compiled pack holds."""


@dataclass(frozen=True, slots=True)
class ExampleTrial:
    """An example of a rule."""

    rule: Rule
    example: Example
    document: Document
    path: KeyPath
    below: Mapping[str, Any] = field(default_factory=dict)
    """Parameters as the pack below an overlay has them, for whose rules the example was written."""

    @property
    def rules(self) -> frozenset[str]:
        """Return the rule that it is an example of."""
        return frozenset({self.rule.id})

    @property
    def parameters(self) -> Mapping[str, Any]:
        """Return the parameters of the example, over those for which it was written."""
        return {**self.below, **(self.example.parameters or {})}

    def scenes(self, compiled: CompiledPack) -> Iterator[Scene]:
        """Yield the facts as given, or those of the event after everything before it."""
        example = self.example
        line, column = self.document.place((*self.path, "name"))
        missing = None if example.missing is None else tuple(example.missing)
        place = f"{self.document.file}:{line}:{column}"
        wanted = Wanted(self.rule.id, example.name, place, example.verdict, missing)
        if example.facts is not None:
            day = example.on or self.rule.in_force.since or date.max
            rule_set = compiled.on(day)
            facts = typed_facts(example.facts, rule_set, self.document, (*self.path, "facts"))
            yield Scene(wanted, rule_set, day, facts, frozenset(example.facts))
            return
        event, earlier, world = read_example(example, self.document, self.path)
        yield from _on_events([*earlier, event], {event.event_id: [wanted]}, world, compiled)


@dataclass(frozen=True, slots=True)
class SampleTrial:
    """A labelled sample, as far as it speaks of the rules of one pack."""

    sample: Sample
    labels: tuple[Label, ...]
    parameters: Mapping[str, Any]
    world: World

    @property
    def rules(self) -> frozenset[str]:
        """Return the rules that its labels name."""
        return frozenset(label.expectation.rule for label in self.labels)

    def scenes(self, compiled: CompiledPack) -> Iterator[Scene]:
        """Yield the facts of each labelled event."""
        held = {rule.id for rule in compiled.rule_sets[0].rules}
        wanted: dict[str, list[Wanted]] = {}
        for label in self.labels:
            expected = label.expectation
            if expected.rule not in held:
                continue
            place = f"{self.sample.file}:{label.line}:{label.column}"
            missing = None if expected.missing is None else tuple(expected.missing)
            name = " / ".join(part for part in (self.sample.name, label.event.event_id) if part)
            of_event = wanted.setdefault(label.event.event_id, [])
            of_event.append(Wanted(expected.rule, name, place, expected.verdict, missing))
        yield from _on_events(list(self.sample.events), wanted, self.world, compiled)


def _on_events(
    events: list[Event], wanted: Mapping[str, list[Wanted]], world: World, compiled: CompiledPack
) -> Iterator[Scene]:
    judge = Judge([compiled], world, "reference")
    left = len(wanted)
    for event in in_order(events):
        for judged in judge.judge(event):
            del judged  # only the facts are wanted: which rule says what is asked of each rule later
        sheet = judge.sheets()[0]
        day = local_date(event.started_at, compiled.zone)
        for one in wanted.get(event.event_id, ()):
            scene = Scene(one, sheet.rule_set, day, sheet)
            # What the sheet has not yet been asked is asked now, before the history grows.
            for test in tests_of(scene.rule_in(sheet.rule_set).whole):
                sheet.value(test.fact) if not sheet.rule_set.vocabulary[test.fact].zoned else sheet.zones()
            yield scene
        left -= event.event_id in wanted
        if not left:
            return
        judge.add(event)


class Compiler:
    """Compiles some of the rules of a pack under given parameters, each combination once."""

    def __init__(self, pack: Pack) -> None:
        self._pack = pack
        self._compiled: dict[tuple[frozenset[str], str], CompiledPack] = {}

    def compiled(self, rules: frozenset[str], parameters: Mapping[str, Any]) -> CompiledPack:
        """Return the pack with only some of its rules; raise InputError if the parameters do not fit it."""
        key = (rules, json.dumps(parameters, sort_keys=True, default=str))
        if key not in self._compiled:
            part = replace(self._pack, rules=[one for one in self._pack.rules if one[0].id in rules])
            self._compiled[key] = compile_packs([part], parameters)[0]
        return self._compiled[key]


def trials_of(pack: Pack, only: str | None = None) -> list[Trial]:
    """Return the examples of the rules of a pack, or of one of them."""
    return [
        ExampleTrial(rule, example, document, path, _untightened(pack, owner))
        for owner, rule, example, document, path in examples_of([pack])
        if only in {None, rule.id} and (example.facts is not None or example.event is not None)
    ]


def _untightened(pack: Pack, owner: Pack) -> dict[str, Any]:
    """Return what an overlay tightens as the pack has it for which an example was written.

    A parameter without one value (unset, or dated) cannot be set back: an example that needs it fails, and is counted.
    """
    if owner is pack:
        return {}
    before = {name: owner.header.parameters[name].value for name in pack.header.tighten}
    return {name: value for name, value in before.items() if value is not None}


def sample_trials(pack: Pack, samples: Iterable[Sample], bench: Bench) -> list[Trial]:
    """Return what samples say of the rules of a pack; raise InputError if one does not fit the packs of the bench."""
    ids = {rule.id for rule, _, _ in pack.rules}
    trials: list[Trial] = []
    problems: list[Problem] = []
    for sample in samples:
        problems += bench.problems(sample)
        labels = tuple(label for label in sample.labels if label.expectation.rule in ids)
        if labels:
            parameters = overrides_for(pack, {**bench.basis.parameters, **(sample.parameters or {})})
            trials.append(SampleTrial(sample, labels, parameters, bench.world_of(sample)))
    if problems:
        raise InputError(problems)
    return trials


def find_samples(paths: list[Path], search: Search) -> list[Sample]:
    """Return the labelled samples among files and folders; raise InputError with everything that is wrong."""
    search.look(paths)
    problems = list(search.problems)
    samples: list[Sample] = []
    for target in search.targets:
        if target.kind == "samples":
            found, wrong = samples_of(target)
            samples += found
            problems += [*target.problems, *wrong]
    if not samples and not problems:
        problems.append(Problem("no_samples", values={"path": ", ".join(str(path) for path in paths)}))
    if problems:
        raise InputError(problems)
    return samples

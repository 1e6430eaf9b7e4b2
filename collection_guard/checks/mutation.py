"""Mutation: which small changes of a pack its examples and samples do not catch.

A mutant is caught by an example or a sample of a rule, or by a case of the pack, that rests on what was changed and no
longer comes out as written. One that nothing catches is equivalent only if no consistent case of the leaves tells its
verdict from that of the original; where there are too many cases to try, it counts as a survivor.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal

from collection_guard.checks.conformance.pack_cases import PackCase
from collection_guard.checks.enumeration import Case, TooManyCasesError, cases, truth_in
from collection_guard.checks.mutants import Mutant, mutants_of
from collection_guard.checks.trials import Compiler, Scene, Trial
from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.conditions import ConditionReader, Value
from collection_guard.language.ir import Node
from collection_guard.language.kleene import MAYBE, NO, YES
from collection_guard.language.pack import Pack, overrides_for
from collection_guard.model.problems import InputError, Problem, RulesError

Fate = Literal["caught", "survived", "equivalent"]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a mutant, and the example or sample that caught it."""

    mutant: Mutant
    fate: Fate
    by: str | None = None


@dataclass(slots=True)
class Mutation:
    """What became of all mutants; and what could not be used, because it fails or cannot be read as it is."""

    outcomes: list[Outcome] = field(default_factory=list)
    failing: int = 0
    problems: list[Problem] = field(default_factory=list)

    def count(self, fate: Fate) -> int:
        """Return how many mutants came to an end."""
        return sum(1 for outcome in self.outcomes if outcome.fate == fate)

    @property
    def score(self) -> Fraction:
        """Return the share caught of those that are not equivalent, exactly; of none, all are caught."""
        whole = len(self.outcomes) - self.count("equivalent")
        return Fraction(self.count("caught"), whole) if whole else Fraction(1)

    def add(self, other: "Mutation") -> None:
        """Count another pack's mutants in."""
        self.outcomes += other.outcomes
        self.failing += other.failing
        self.problems += other.problems


def mutate(pack: Pack, trials: Sequence[Trial], only: str | None = None, cases: Sequence[PackCase] = ()) -> Mutation:
    """Return what becomes of every mutant of a pack, or of one of its rules."""
    return _Run(pack, trials, only, cases).mutation()


@dataclass(slots=True)
class _Shown:
    """One trial as the pack stands: its parameters and its scenes, all of which come out as written."""

    trial: Trial
    parameters: Mapping[str, Any]
    scenes: list[Scene]


class _Run:
    def __init__(self, pack: Pack, trials: Sequence[Trial], only: str | None, whole: Sequence[PackCase]) -> None:
        self._pack = pack
        self._only = only
        self._found = Mutation()
        self._compiler = Compiler(pack)
        self._rests_on = {rule.id: _names_below(pack, rule.model_dump(mode="json")) for rule, _, _ in pack.rules}
        self._shown = list(self._as_written(trials))
        self._whole = [case for case in whole if case.holds(self._compiler.compiled(case.rules, {}))]
        self._found.failing += len(whole) - len(self._whole)
        self._case_rests_on = {
            case.name: frozenset().union(
                case.asked, _names_below(pack, sorted(case.asked)), *(self._rests_on[rule] for rule in case.rules)
            )
            for case in self._whole
        }

    def _as_written(self, trials: Sequence[Trial]) -> Iterator[_Shown]:
        for trial in trials:
            rules = trial.rules if self._only is None else trial.rules & {self._only}
            if not rules:
                continue
            parameters = overrides_for(self._pack, trial.parameters)
            try:
                compiled = self._compiler.compiled(rules, parameters)
                scenes = list(trial.scenes(compiled))
            except InputError as error:
                self._found.problems += error.problems
                continue
            passed = [scene for scene in scenes if scene.meets(scene.rule_in(scene.rule_set))]
            self._found.failing += len(scenes) - len(passed)
            yield _Shown(trial, parameters, passed)

    def mutation(self) -> Mutation:
        """Return what becomes of every mutant."""
        for mutant in mutants_of(self._pack, self._only):
            try:
                outcome = self._outcome(mutant)
            except RulesError:
                continue  # what the loader refuses, no author can leave in a pack
            self._found.outcomes.append(outcome)
        return self._found

    def _outcome(self, mutant: Mutant) -> Outcome:
        compiler = Compiler(mutant.pack)
        by = self._caught_in_rule(mutant, compiler) if mutant.rule else self._caught_in_header(mutant, compiler)
        by = by or self._caught_by_case(mutant, compiler)
        if by is not None:
            return Outcome(mutant, "caught", by)
        return Outcome(mutant, "equivalent" if self._is_equivalent(mutant, compiler) else "survived")

    def _caught_in_rule(self, mutant: Mutant, compiler: Compiler) -> str | None:
        """Return what catches a mutant of a rule: the facts are those of the original, only the rule is another."""
        assert mutant.rule is not None  # noqa: S101  # as asked
        compiler.compiled(frozenset({mutant.rule}), _shifted(mutant, {}, self._pack))
        for shown in self._shown:
            for scene in shown.scenes:
                if scene.wanted.rule != mutant.rule:
                    continue
                compiled = compiler.compiled(frozenset({mutant.rule}), _shifted(mutant, shown.parameters, self._pack))
                if not scene.meets(scene.rule_in(compiled.on(scene.day))):
                    return _name(scene)
        return None

    def _caught_in_header(self, mutant: Mutant, compiler: Compiler) -> str | None:
        """Return what catches a mutant of what rules rest on: everything is computed once more."""
        compiler.compiled(frozenset(), _shifted(mutant, {}, self._pack))
        for shown in self._shown:
            rules = frozenset(
                scene.wanted.rule for scene in shown.scenes if mutant.subject in self._rests_on[scene.wanted.rule]
            )
            if not rules:
                continue
            passed = {(scene.wanted.rule, scene.wanted.place) for scene in shown.scenes}
            compiled = compiler.compiled(rules, _shifted(mutant, shown.parameters, self._pack))
            for scene in shown.trial.scenes(compiled):
                held = (scene.wanted.rule, scene.wanted.place) in passed
                if held and not scene.meets(scene.rule_in(scene.rule_set)):
                    return _name(scene)
        return None

    def _caught_by_case(self, mutant: Mutant, compiler: Compiler) -> str | None:
        """Return the case that catches a mutant, of those that ask what was changed or what rests on it."""
        for number, case in enumerate(self._whole):
            touched = mutant.rule in case.rules if mutant.rule else mutant.subject in self._case_rests_on[case.name]
            if touched and not case.holds(compiler.compiled(case.rules, _shifted(mutant, {}, self._pack))):
                # What caught one mutant of a thing mostly catches the next.
                self._whole.insert(0, self._whole.pop(number))
                return case.name
        return None

    # --- equivalence ------------------------------------------------------------------------------------------

    def _is_equivalent(self, mutant: Mutant, compiler: Compiler) -> bool:
        """Say whether no case tells a mutant from the original, under any parameters that are tried."""
        if mutant.kind in {"parameter", "measure", "force"} or (mutant.rule is None and mutant.condition is None):
            return False
        tried = {json.dumps(shown.parameters, sort_keys=True, default=str): shown.parameters for shown in self._shown}
        pairs: list[tuple[RuleSet, RuleSet]] = []
        rules = frozenset({mutant.rule} if mutant.rule else ())
        for parameters in [{}, *tried.values()]:
            before: CompiledPack = self._compiler.compiled(rules, parameters)
            after = compiler.compiled(rules, _shifted(mutant, parameters, self._pack))
            pairs += zip(before.rule_sets, after.rule_sets, strict=True)
        found = [self._same(mutant, before, after) for before, after in pairs]
        told = [one for one in found if one is not None]
        return bool(told) and all(told)

    def _same(self, mutant: Mutant, before: RuleSet, after: RuleSet) -> bool | None:
        """Say whether no case tells two apart; None where neither is in force."""
        if mutant.rule is not None:
            one, other = before.rules[0], after.rules[0]
            if one.unset and other.unset:
                return None
            nodes: tuple[Node, ...] = (one.scope, one.whole, other.scope, other.whole)
            return bool(one.unset) == bool(other.unset) and _told_apart_by_none(
                nodes, before, lambda case: _verdict(one, case) == _verdict(other, case)
            )
        assert mutant.condition is not None  # noqa: S101  # as asked
        left, right = (
            _header_node(mutant.condition, rule_set, pack)
            for rule_set, pack in ((before, self._pack), (after, mutant.pack))
        )
        return _told_apart_by_none((left, right), before, lambda case: truth_in(left, case) == truth_in(right, case))


def _told_apart_by_none(nodes: Sequence[Node], rule_set: RuleSet, same: Any) -> bool:
    try:
        return all(same(case) for case in cases(nodes, rule_set.vocabulary))
    except TooManyCasesError:
        return False


def _verdict(rule: CompiledRule, case: Case) -> str:
    """Return the verdict of a rule in a case, as the reference engine does on facts."""
    whole = truth_in(rule.whole, case)
    if whole == YES:
        return VIOLATION
    if whole == MAYBE:
        return UNASSESSABLE
    return NOT_APPLICABLE if truth_in(rule.scope, case) == NO else CLEAR


def _header_node(condition: tuple[str, str], rule_set: RuleSet, pack: Pack) -> Node:
    part, name = condition
    if part == "facts":
        return rule_set.defined[name]
    values = {key: Value(one.type, rule_set.parameters.get(key)) for key, one in pack.header.parameters.items()}
    return ConditionReader(pack.document, pack.facts, values).read(pack.header.sets[name], ("sets", name))


def _shifted(mutant: Mutant, parameters: Mapping[str, Any], pack: Pack) -> dict[str, Any]:
    """Return parameters with those changed that stand for others in a mutant."""
    found = dict(parameters)
    for name, (own, change) in mutant.shifted.items():
        if own in parameters:
            other = change.of(pack.header.parameters[own].type, parameters[own])
            found[name] = parameters[own] if other is None else other
    return found


def _name(scene: Scene) -> str:
    return f"{scene.wanted.rule}: {scene.wanted.name}"


def _names_below(pack: Pack, data: Any) -> set[str]:
    """Return the names of everything declared that a part of a pack rests on, directly or through others."""
    header = pack.header
    declared: dict[str, Any] = {f"${name}": None for name in header.parameters}
    declared |= header.sets
    declared |= {f"measure.{name}": measure.model_dump(mode="json") for name, measure in header.measures.items()}
    declared |= {name: fact.when for name, fact in header.facts.items()}
    declared |= {f"consent.{name}": consent.model_dump(mode="json") for name, consent in header.consents.items()}
    declared |= {f"retention.{name}": found.model_dump(mode="json") for name, found in header.retentions.items()}
    declared |= {
        f"measure.{name}": [[f"measure.{limit.measure}", limit.below] for limit in found.limits]
        for name, found in header.open_debts.items()
    }
    found: set[str] = set()
    waiting = [data]
    while waiting:
        for word in _words(waiting.pop()):
            if word in declared and word not in found:
                found.add(word)
                waiting.append(declared[word])
    return found


def _words(data: Any) -> Iterator[str]:
    match data:
        case dict():
            for key, value in data.items():
                yield str(key)
                yield from _words(value)
        case list():
            for item in data:
                yield from _words(item)
        case str():
            yield from data.split()

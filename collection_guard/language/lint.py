"""The linter of rule packs: small classes, each with a severity defined by its consequence."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal, Protocol

from collection_guard.language.compiled import CompiledPack, RuleSet
from collection_guard.language.ir import Atom, Node, Test, atoms_of, negated, tests_of, truth
from collection_guard.language.kleene import NO, YES
from collection_guard.language.pack import Pack
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.problems import Problem

Consequence = Literal["error", "warning"]
_ENUMERABLE: Final = 14
"""Conditions with more leaves than this are not enumerated."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something found: an ``error`` makes verdicts wrong or empty, a ``warning`` makes a pack hard to trust."""

    consequence: Consequence
    problem: Problem


class Check(Protocol):
    """One check of a pack."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield what is found."""


class ExampleKinds:
    """Every rule shows by example when it is violated, when it is clear, and when it cannot be judged."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each kind of example that a rule lacks."""
        del compiled
        for rule, document, path in pack.rules:
            kinds = {example.verdict for example in rule.examples}
            for kind in ("violation", "clear", "unassessable"):
                if kind not in kinds:
                    problem = document.problem("lint_example_kind", (*path, "examples"), id=rule.id, kind=kind)
                    yield Issue("warning", problem)


class Unused:
    """A parameter, a set, a measure or a defined fact that nothing uses is a rule that somebody forgot."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for everything declared and never used."""
        del compiled
        header, document = pack.header, pack.document
        said = json.dumps([rule.model_dump(mode="json") for rule, _, _ in pack.rules], ensure_ascii=False)
        declared = header.model_dump(mode="json")
        tables = json.dumps([declared[part] for part in ("sets", "measures", "facts")], ensure_ascii=False)
        everything = said + tables
        for name in header.parameters:
            if f'"${name}"' not in everything and f"${name} local date" not in everything:
                yield Issue("warning", document.problem("lint_unused", ("parameters", name), name=f"${name}"))
        for name in header.measures:
            if f'"measure.{name}"' not in everything:
                yield Issue("warning", document.problem("lint_unused", ("measures", name), name=f"measure.{name}"))
        resting = said + json.dumps([fact.when for fact in header.facts.values()], ensure_ascii=False)
        for name in header.facts:
            if f'"{name}"' not in resting:
                yield Issue("warning", document.problem("lint_unused", ("facts", name), name=name))
        used = {measure.where for measure in header.measures.values() if isinstance(measure.where, str)}
        used |= {measure.since for measure in header.measures.values() if isinstance(measure.since, str)}
        for name in header.sets:
            if name not in used:
                yield Issue("warning", document.problem("lint_unused", ("sets", name), name=name))


class Hopeless:
    """A rule that can never be violated, or always is, says nothing."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield an error for each rule whose condition is constant."""
        places = {rule.id: (document, path) for rule, document, path in pack.rules}
        for rule in _latest(compiled).rules:
            if rule.unset:
                continue
            document, path = places[rule.id]
            possible = _values(rule.whole)
            if possible == {NO}:
                yield _issue(document, path, "lint_never", rule.id)
            elif possible == {YES}:
                yield _issue(document, path, "lint_always", rule.id)


class SameCondition:
    """Two rules of one condition are one rule told twice."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each rule that repeats the condition of another in force at the same time."""
        places = {rule.id: (document, path) for rule, document, path in pack.rules}
        seen: dict[tuple[Node, object], str] = {}
        for rule in _latest(compiled).rules:
            if rule.unset:
                continue
            key = (rule.whole, rule.rule.in_force)
            if key in seen:
                document, path = places[rule.id]
                yield Issue("warning", document.problem("lint_same", path, id=rule.id, other=seen[key]))
            seen.setdefault(key, rule.id)


CHECKS: Final[tuple[Check, ...]] = (ExampleKinds(), Unused(), Hopeless(), SameCondition())


def lint(pack: Pack, compiled: CompiledPack) -> list[Issue]:
    """Return everything that the checks find in a pack, by place."""
    issues = [issue for check in CHECKS for issue in check.issues(pack, compiled)]
    return sorted(issues, key=lambda issue: issue.problem.sort_key())


def _issue(document: Document, path: KeyPath, code: str, rule: str) -> Issue:
    return Issue("error", document.problem(code, path, id=rule))


def _latest(compiled: CompiledPack) -> RuleSet:
    return compiled.rule_sets[-1]


def _values(node: Node) -> set[int]:
    """Return the truths that a condition can take, trying its leaves; leaves on different facts are independent."""
    plain = list(dict.fromkeys(_positive(atom) for atom in atoms_of(node)))
    if len(plain) > _ENUMERABLE:
        return {NO, YES}
    found: set[int] = set()
    for truths in product((NO, YES), repeat=len(plain)):
        values = dict(zip(plain, truths, strict=True))
        if _contradicts(values):
            continue
        found.add(truth(node, lambda atom, values=values: _signed(atom, values)))  # type: ignore[misc]  # bound at once
    return found


def _positive(atom: Atom) -> Atom:
    opposite = negated(atom)
    if isinstance(atom, Test):
        return Test(atom.fact, atom.operator, atom.value) if atom.negated else atom
    assert not isinstance(opposite, Test)  # noqa: S101  # the opposite of a zoned leaf is one
    return min(atom, opposite, key=repr)  # type: ignore[return-value]  # both are leaves over zones


def _signed(atom: Atom, values: dict[Atom, int]) -> int:
    return values[atom] if atom in values else YES - values[_positive(atom)]


def _contradicts(values: dict[Atom, int]) -> bool:
    """Say whether one fact would have to be two things at once."""
    held: dict[str, set[object]] = {}
    for atom, value in values.items():
        if isinstance(atom, Test) and atom.operator in {"eq", "in"} and value == YES:
            words: set[object] = set(atom.value) if isinstance(atom.value, frozenset) else {atom.value}
            held[atom.fact] = held[atom.fact] & words if atom.fact in held else words
    if any(not words for words in held.values()):
        return True
    # A truth value that is not true is false, and the other way round.
    for atom, value in values.items():
        if isinstance(atom, Test) and atom.operator == "eq" and isinstance(atom.value, bool):
            opposite = Test(atom.fact, "eq", not atom.value)
            if values.get(opposite) == value:
                return True
    return False


def facts_used(node: Node) -> tuple[str, ...]:
    """Return the facts that a condition names, in order, each once."""
    return tuple(dict.fromkeys(test.fact for test in tests_of(node)))

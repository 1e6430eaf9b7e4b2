"""The linter of rule packs: small classes, each with a severity defined by its consequence."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal, Protocol

from collection_guard.checks.enumeration import TooManyCasesError, cases, truth_in
from collection_guard.engines.durable import grouped
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.ir import All, AnyOf, Node, tests_of
from collection_guard.language.kleene import NO, YES
from collection_guard.language.pack import Pack
from collection_guard.language.schema import SEVERITIES, Text
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.problems import Problem, RulesError

Consequence = Literal["error", "warning"]
_MOST_CASES: Final = 20_000
"""Conditions with more cases than this are not enumerated."""


@dataclass(frozen=True, slots=True)
class Issue:
    """Something found: an ``error`` makes verdicts wrong or empty, a ``warning`` makes a pack hard to trust."""

    consequence: Consequence
    problem: Problem


_CHINESE: Final = re.compile("[\u4e00-\u9fff]")
_MEASURED: Final = re.compile(
    r"\d+ *(?:d|h|m|s|days?|hours?|minutes?|seconds?|天|日|小时|分钟|秒)|\d{1,2}:\d{2}(?::\d{2})?"
)


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
            possible = _values(rule.whole, _latest(compiled))
            if YES not in possible:
                yield _issue(document, path, "lint_never", rule.id)
            elif NO not in possible:
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


class Shadowed:
    """A rule whose every violation is also one of a rule at least as grave, and not the other way round, adds nothing.

    Rules that look at one thing from two sides, of which each is violated without the other, are left alone.
    """

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each rule that another one in force on the same days implies."""
        places = {rule.id: (document, path) for rule, document, path in pack.rules}
        rule_set = _latest(compiled)
        for rule in rule_set.rules:
            over = next((other for other in rule_set.rules if _shadows(other, rule, rule_set)), None)
            if over is not None:
                document, path = places[rule.id]
                yield Issue("warning", document.problem("lint_shadowed", path, id=rule.id, other=over.id))


class IdleCondition:
    """A part of a condition that changes no verdict is a mistake, or misleads who reads it."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each leaf that stands twice in one conjunction, or in scope and condition alike."""
        places = {rule.id: (document, path) for rule, document, path in pack.rules}
        for rule in _latest(compiled).rules:
            document, path = places[rule.id]
            for name in _said_twice(rule.whole, frozenset()):
                yield Issue("warning", document.problem("lint_twice", path, id=rule.id, name=name))


class Untranslated:
    """A text that stands in one language twice tells half of its readers nothing."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each text that is the same in both languages, or whose Chinese holds none."""
        del compiled
        for document, path, words in _texts(pack):
            if words.zh == words.en or not _CHINESE.search(words.zh):
                where = ".".join(str(part) for part in path if isinstance(part, str))
                yield Issue("warning", document.problem("lint_untranslated", path, where=where))


class IdleDates:
    """A parameter without a value on some of a rule's days leaves a gap; a value that repeats the last one is idle."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each rule that would hold before its parameter has a value, and for each idle value."""
        places = {rule.id: (document, path) for rule, document, path in pack.rules}
        first, *later = compiled.rule_sets
        for rule in first.rules:
            document, path = places[rule.id]
            force = rule.rule.in_force
            for name in rule.unset:
                values = pack.header.parameters[name].values
                since = values[0].since if values else None
                if since is not None and later and (force.since is None or force.since < since):
                    problem = document.problem("lint_date_gap", (*path, "in_force"), id=rule.id, name=name, date=since)
                    yield Issue("warning", problem)
        for name, parameter in pack.header.parameters.items():
            for index, entry in enumerate(parameter.values or ()):
                before = (parameter.values or [])[index - 1] if index else None
                if before is not None and before.value == entry.value:
                    path = ("parameters", name, "values", index)
                    yield Issue("warning", pack.document.problem("lint_date_idle", path, name=name, date=entry.since))


class Units:
    """A time or a duration as a mere text is compared letter by letter, and never by its length."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each parameter of text that reads as a time or a duration, or as a clock."""
        del compiled
        for name, parameter in pack.header.parameters.items():
            path: KeyPath = ("parameters", name)
            if parameter.type != "str":
                continue
            for value in (parameter.value, *(entry.value for entry in parameter.values or ())):
                if isinstance(value, str) and _MEASURED.fullmatch(value.strip()):
                    yield Issue("warning", pack.document.problem("lint_unit", path, name=name, value=value))


class Sources:
    """A rule must say what it rests on, and a source without a date or an address can hardly be looked up."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each rule of a verified pack of which no source says when or where it was published."""
        del compiled
        if pack.header.status not in {"verified", "press-verified"}:
            return
        for rule, document, path in pack.rules:
            if not any(source.published or source.url for source in rule.sources):
                yield Issue("warning", document.problem("lint_source", (*path, "sources"), id=rule.id))


class TooLarge:
    """A rule with too many leaves or alternatives cannot be judged by the engine durable."""

    def issues(self, pack: Pack, compiled: CompiledPack) -> Iterator[Issue]:
        """Yield a warning for each rule that only the engine reference takes."""
        del pack
        try:
            list(grouped(_latest(compiled).rules))
        except RulesError as error:
            yield from (Issue("warning", problem) for problem in error.problems)


CHECKS: Final[tuple[Check, ...]] = (
    ExampleKinds(),
    Unused(),
    Hopeless(),
    SameCondition(),
    Shadowed(),
    IdleCondition(),
    Untranslated(),
    IdleDates(),
    Units(),
    Sources(),
    TooLarge(),
)


def lint(pack: Pack, compiled: CompiledPack) -> list[Issue]:
    """Return everything that the checks find in a pack, by place."""
    issues = [issue for check in CHECKS for issue in check.issues(pack, compiled)]
    return sorted(issues, key=lambda issue: issue.problem.sort_key())


def _issue(document: Document, path: KeyPath, code: str, rule: str) -> Issue:
    return Issue("error", document.problem(code, path, id=rule))


def _latest(compiled: CompiledPack) -> RuleSet:
    return compiled.rule_sets[-1]


def _shadows(over: CompiledRule, rule: CompiledRule, rule_set: RuleSet) -> bool:
    """Say whether one rule is violated whenever another is, and also where the other is not."""
    if over.id == rule.id or over.unset or rule.unset or over.rule.in_force != rule.rule.in_force:
        return False
    if SEVERITIES.index(over.rule.severity) > SEVERITIES.index(rule.rule.severity):
        return False
    # What one rule needs and the other does not name, the other cannot imply.
    if not {test.fact for test in tests_of(over.whole)} <= {test.fact for test in tests_of(rule.whole)}:
        return False
    both = (over.whole, rule.whole)
    try:
        told = {tuple(truth_in(node, case) for node in both) for case in cases(both, rule_set.vocabulary, _MOST_CASES)}
    except TooManyCasesError:
        return False
    violated = {pair for pair in told if pair[1] == YES}
    return bool(violated) and all(pair[0] == YES for pair in violated) and any(pair == (YES, NO) for pair in told)


def _said_twice(node: Node, above: frozenset[Node]) -> Iterator[str]:
    """Yield the facts of leaves that stand once more beside or below the same leaf, where they change nothing."""
    if not isinstance(node, All | AnyOf):
        return
    parts = list(_merged(node))
    seen: set[Node] = set()
    for part in parts:
        if not isinstance(part, All | AnyOf):
            if part in above or part in seen:
                yield ", ".join(test.fact for test in tests_of(part))
            seen.add(part)
    for part in parts:
        yield from _said_twice(part, above | seen)


def _merged(node: All | AnyOf) -> Iterator[Node]:
    """Yield the parts of a group, with those of groups of its own kind in their place."""
    for part in node.parts:
        if isinstance(part, All | AnyOf) and type(part) is type(node):
            yield from _merged(part)
        else:
            yield part


def _texts(pack: Pack) -> Iterator[tuple[Document, KeyPath, Text]]:
    header = pack.header
    yield pack.document, ("title",), header.title
    yield pack.document, ("about",), header.about
    for part in ("parameters", "measures", "facts"):
        for name, declared in getattr(header, part).items():
            yield pack.document, (part, name, "title"), declared.title
    for rule, document, path in pack.rules:
        for part in ("title", "message", "remedy"):
            yield document, (*path, part), getattr(rule, part)


def _values(node: Node, rule_set: RuleSet) -> set[int]:
    """Return the truths that a condition can take; all of them where there are too many cases to try."""
    try:
        return {truth_in(node, case) for case in cases([node], rule_set.vocabulary, _MOST_CASES)}
    except TooManyCasesError:
        return {NO, YES}

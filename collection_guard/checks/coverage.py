"""What examples and samples show of rules: each leaf true, false and unknown, each bound at -1, 0 and +1.

The unit of a bound is one for numbers. For local times and durations it is one second, as fine as a pack can write
them: a value less than a second below a bound also shows its -1, one less than a second above it its +1.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

from collection_guard.checks.trials import Compiler, Scene, Trial
from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import RuleSet
from collection_guard.language.ir import Atom, InZones, Node, Test, atoms_of, tests_of
from collection_guard.language.kleene import MAYBE, NO, YES, Interval
from collection_guard.language.pack import Pack
from collection_guard.language.schema import Condition, Rule
from collection_guard.language.vocabulary import Fact
from collection_guard.language.written import WrittenBound, WrittenTest, bounds_in, can_be, unit_of, written_tests
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.problems import InputError, Problem

TRUTHS: Final = {YES: "yes", NO: "no", MAYBE: "unknown"}
STEPS: Final = {-1: "below", 0: "at", 1: "above"}


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that nothing shows: of a leaf a truth, of a bound a step; and where it stands."""

    kind: str
    subject: str
    file: str
    line: int
    column: int
    text: str
    lacks: str


@dataclass(slots=True)
class Coverage:
    """What is shown, of what could be; and the examples that could not be read."""

    leaves_seen: int = 0
    leaves: int = 0
    bounds_seen: int = 0
    bounds: int = 0
    gaps: list[Gap] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    @property
    def share(self) -> Fraction:
        """Return the share that is shown, exactly; of nothing, all is shown."""
        whole = self.leaves + self.bounds
        return Fraction(self.leaves_seen + self.bounds_seen, whole) if whole else Fraction(1)

    def add(self, other: "Coverage") -> None:
        """Count another coverage in."""
        self.leaves_seen += other.leaves_seen
        self.leaves += other.leaves
        self.bounds_seen += other.bounds_seen
        self.bounds += other.bounds
        self.gaps += other.gaps
        self.problems += other.problems


@dataclass(slots=True)
class _Subject:
    """A rule, or a fact that the pack defines: its tests as written, and what was seen of them."""

    name: str
    document: Document
    tests: list[WrittenTest]
    truths: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    steps: dict[KeyPath, set[int]] = field(default_factory=lambda: defaultdict(set))
    constants: dict[KeyPath, float] = field(default_factory=dict)

    def see(self, node: Node, facts: FactSource, vocabulary: Mapping[str, Fact]) -> None:
        """Note what facts show of a condition."""
        written = iter(self.tests)
        for number, atom in enumerate(atoms_of(node)):
            self.truths[number].add(truth_of_atom(atom, facts))
            for test in tests_of(atom):
                for bound in bounds_in(next(written)):
                    self.constants[bound.path] = bound.of(test)
                    unit = unit_of(vocabulary[test.fact])
                    for value in _values(atom, test, facts):
                        step = _step(value, bound.of(test), unit)
                        if step is not None:
                            self.steps[bound.path].add(step)

    def count(self, rule_set: RuleSet) -> Coverage:
        """Return what was seen of what can be."""
        found = Coverage()
        leaves = {test.leaf: test for test in self.tests}
        for number, test in leaves.items():
            can = [YES, NO] if test.operator == "known" and test.path == test.leaf_path else [YES, NO, MAYBE]
            found.leaves += len(can)
            for truth in can:
                if truth in self.truths[number]:
                    found.leaves_seen += 1
                else:
                    found.gaps.append(self._gap("leaf", test.leaf_path, test.leaf_text, TRUTHS[truth]))
        for test in self.tests:
            for bound in bounds_in(test):
                self._count_bound(bound, rule_set.vocabulary[test.fact], found)
        return found

    def _count_bound(self, bound: WrittenBound, fact: Fact, found: Coverage) -> None:
        unit, constant = unit_of(fact), self.constants.get(bound.path)
        for step, word in STEPS.items():
            if constant is not None and not can_be(fact, constant + step * unit):
                continue
            found.bounds += 1
            if step in self.steps[bound.path]:
                found.bounds_seen += 1
            else:
                found.gaps.append(self._gap("bound", bound.path, bound.text, word))

    def _gap(self, kind: str, path: KeyPath, text: str, lacks: str) -> Gap:
        line, column = self.document.place(path, at_key=kind == "leaf")
        return Gap(kind, self.name, self.document.file, line, column, text, lacks)


def coverage_of(pack: Pack, trials: Iterable[Trial], only: str | None = None) -> Coverage:
    """Return what trials show of the rules of a pack, or of one, and of the facts defined for them."""
    rules = {
        rule.id: _Subject(rule.id, document, rule_tests(rule, path))
        for rule, document, path in pack.rules
        if only in {None, rule.id}
    }
    defined = {
        name: _Subject(name, pack.document, written_tests(fact.when, ("facts", name, "when")))
        for name, fact in pack.header.facts.items()
    }
    compiler = Compiler(pack)
    total = Coverage()
    used: set[str] = set()
    for trial in trials:
        if not trial.rules & set(rules):
            continue
        try:
            for scene in trial.scenes(compiler.compiled(trial.rules & set(rules), trial.parameters)):
                used |= _see(scene, rules, defined)
        except InputError as error:
            total.problems += error.problems
    latest = compiler.compiled(frozenset(rules), {}).rule_sets[-1]
    for subject in rules.values():
        total.add(subject.count(latest))
    for name, subject in defined.items():
        if name in used:
            total.add(subject.count(latest))
    return total


def _see(scene: Scene, rules: Mapping[str, _Subject], defined: Mapping[str, _Subject]) -> set[str]:
    """Note what a scene shows of its rule and of the defined facts below it; return the names of these."""
    rule_set = scene.rule_set
    rule = scene.rule_in(rule_set)
    if not rule.in_force_on(scene.day):
        return set()
    looked: set[str] = set()
    waiting: list[tuple[_Subject, Node]] = [(rules[rule.id], rule.whole)]
    while waiting:
        subject, node = waiting.pop()
        subject.see(node, scene.facts, rule_set.vocabulary)
        for test in tests_of(node):
            inside = rule_set.defined.get(test.fact)
            if inside is not None and test.fact not in looked and test.fact not in scene.given:
                looked.add(test.fact)
                waiting.append((defined[test.fact], inside))
    return looked


def rule_tests(rule: Rule, path: KeyPath) -> list[WrittenTest]:
    """Return the tests of a rule as written, in the order of its leaves: the scope first."""
    tests: list[WrittenTest] = []
    parts: tuple[tuple[str, Condition | None], ...] = (
        ("applies_to", rule.applies_to),
        ("forbid", rule.forbid),
        ("require", rule.require),
    )
    for key, condition in parts:
        if condition is not None:
            tests += written_tests(condition, (*path, key), tests[-1].leaf + 1 if tests else 0)
    return tests


def _values(atom: Atom, test: Test, facts: FactSource) -> Iterator[Any]:
    if isinstance(atom, InZones):
        for zone in facts.zones() or ():
            yield facts.value_in_zone(test.fact, zone)
    else:
        yield facts.value(test.fact)


def _step(value: Any, bound: float, unit: int) -> int | None:
    """Return on which side of a bound a number lies, no further than one unit away; None of any other."""
    if value is None or isinstance(value, Interval) or abs(value - bound) > unit:
        return None
    return int(value > bound) - int(value < bound)

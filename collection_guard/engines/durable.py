"""The durable engine: durable-rules decides, on truth values and nothing else.

The leaf conditions are evaluated in typed code; what is asserted is one small integer per leaf (0 false, 1 unknown,
2 true). Strings, floats, nulls and escapes, where durable-rules is silently wrong, never reach it. Each rule becomes
three monotone conditions: *true* (every test ``>= 2``) and *possible* (``>= 1``) of the whole, and *possible* of the
scope. They are multiplied out here, for durable-rules refuses what nests deep, what is constant is not asked at all,
and what several rules share is asked once. The C module is used in the one pattern that holds under fuzzing: one
ruleset, one session, one constant id, a fact asserted, its actions drained, the fact retracted, all under a lock.
Each action carries the whole fact back, so what is asserted is short: a leaf that is false is left out, which no test
tells from 0.
"""

import itertools
import json
import math
import threading
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import CompiledRule, RuleSet
from collection_guard.language.ir import All, AnyOf, Atom, Node, atoms_of
from collection_guard.language.kleene import YES
from collection_guard.model.problems import Problem, RulesError

MAX_ATOMS: Final = 32
"""A fact that passes more than 64 tests at once raises an exception, and a true leaf passes two."""
MAX_ALTERNATIVES: Final = 64
"""Of one rule. An ``$or`` of more than 14 ``$and`` is refused, so each alternative becomes a rule of durable-rules."""
MAX_TOGETHER: Final = 240
"""256 rules that share one test crash the compiler of durable-rules; more never stand in one ruleset."""
MAX_REMEMBERED: Final = 100_000
_ENVELOPE: Final = '"sid":"0","id":"1"'
_RETRACTED: Final = "{" + _ENVELOPE + "}"
"""A fact is retracted by its id alone."""


class UnavailableError(ImportError):
    """durable-rules cannot be imported here."""


def load_module() -> Any:
    """Return the C module of durable-rules; raise UnavailableError where it cannot be imported."""
    try:
        return import_module("durable_rules_engine")
    except ImportError as error:
        raise UnavailableError(str(error)) from error


def is_available() -> bool:
    """Say whether durable-rules can be imported here."""
    try:
        load_module()
    except UnavailableError:
        return False
    return True


class DurableEngine:
    """Decides the rules of a rule set with durable-rules."""

    name = "durable"

    def __init__(self, rule_set: RuleSet) -> None:
        self._rules = rule_set.rules
        self._groups = [group for rules in grouped(rule_set.rules) for group in _standing(rules)]

    def verdicts(self, facts: FactSource) -> list[str]:
        """Return the verdict of each rule of the rule set, in its order."""
        truths: dict[Atom, int] = {}
        found: dict[str, str] = {}
        for group in self._groups:
            for atom in group.atoms:
                if atom not in truths:
                    truths[atom] = truth_of_atom(atom, facts)
            found.update(group.verdicts(tuple(truths[atom] for atom in group.atoms)))
        return [found[rule.id] for rule in self._rules]


def grouped(rules: tuple[CompiledRule, ...]) -> Iterator[list[CompiledRule]]:
    """Yield the rules in groups small enough for one ruleset each; raise RulesError for a rule too large."""
    problems: list[Problem] = []
    for rule in rules:
        atoms, count = len(_atoms([rule])), max(_count(rule.whole), _count(rule.scope))
        if atoms > MAX_ATOMS:
            problems.append(_refusal("rule_too_large", rule, atoms=atoms, limit=MAX_ATOMS))
        elif count > MAX_ALTERNATIVES:
            problems.append(_refusal("rule_too_wide", rule, count=count, limit=MAX_ALTERNATIVES))
    if problems:
        raise RulesError(problems)
    group: list[CompiledRule] = []
    for rule in rules:
        if group and (sum(map(_made, [*group, rule])) > MAX_TOGETHER or len(_atoms([*group, rule])) > MAX_ATOMS):
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _refusal(code: str, rule: CompiledRule, **values: object) -> Problem:
    file, line, column = rule.place or (None, None, None)
    return Problem(code, file, line, column, values={"id": rule.id} | values)


def _standing(rules: list[CompiledRule]) -> list["_Group"]:
    """Return groups for rules, each of which stands the fullest fact that there is.

    How many tests durable-rules holds at once depends also on how many rules and alternatives share one. All of them
    pass on the fact whose every leaf is true, and no other fact passes more: if that one is taken, all are.
    """
    group = _Group(rules)
    if group.stands():
        return [group]
    if len(rules) == 1:
        raise RulesError([_refusal("rule_too_wide", rules[0], count=_count(rules[0].whole), limit=MAX_ALTERNATIVES)])
    half = len(rules) // 2
    return _standing(rules[:half]) + _standing(rules[half:])


def _atoms(rules: list[CompiledRule]) -> tuple[Atom, ...]:
    return tuple(dict.fromkeys(atom for rule in rules for atom in atoms_of(rule.whole)))


def _made(rule: CompiledRule) -> int:
    """Return how many rules of durable-rules a rule becomes, at the most."""
    return 2 * _count(rule.whole) + _count(rule.scope)


def _count(node: Node) -> int:
    """Return how many alternatives a condition is when multiplied out."""
    match node:
        case AnyOf():
            return sum(_count(part) for part in node.parts)
        case All():
            return math.prod(_count(part) for part in node.parts)
        case _:
            return 1


def alternatives(node: Node) -> list[frozenset[Atom]]:
    """Return a condition multiplied out: sets of leaves, of which one must hold whole. None holds another.

    Of nothing, a conjunction is one empty set, which always holds, and a disjunction is no set at all.
    """
    match node:
        case AnyOf():
            found = [one for part in node.parts for one in alternatives(part)]
        case All():
            parts = [alternatives(part) for part in node.parts]
            found = [frozenset().union(*chosen) for chosen in itertools.product(*parts)]
        case _:
            return [frozenset({node})]
    distinct = list(dict.fromkeys(found))
    return [one for one in distinct if not any(other < one for other in distinct)]


class _Group:
    """One ruleset of durable-rules, and what it has already answered."""

    def __init__(self, rules: list[CompiledRule]) -> None:
        self._rules = rules
        self.atoms = _atoms(rules)
        self._fields = {atom: f"a{index}" for index, atom in enumerate(self.atoms)}
        self._texts = [("", f',"{name}":1', f',"{name}":2') for name in self._fields.values()]
        self._lock = threading.Lock()
        self._known: dict[tuple[int, ...], dict[str, str]] = {}
        self._always: set[str] = set()
        self._asking: dict[str, set[str]] = defaultdict(set)
        """Which conditions hold when a rule of durable-rules fires: t, p or s, and the place of the rule."""
        self._definition = self._rules_as_json()
        self._module = load_module()
        self._ruleset = self._create()

    def _create(self) -> int | None:
        """Return a ruleset of durable-rules, None where no rule hangs on any leaf."""
        if not self._definition:
            return None
        ruleset: int = self._module.create_ruleset("guard", json.dumps(self._definition))
        return ruleset

    def stands(self) -> bool:
        """Say whether the fact whose every leaf is true can be asserted."""
        try:
            self._fired((YES,) * len(self.atoms))
        except self._module.error:
            return False
        return True

    def _rules_as_json(self) -> dict[str, Any]:
        definition: dict[str, Any] = {}
        names: dict[tuple[frozenset[Atom], int], str] = {}
        for index, rule in enumerate(self._rules):
            conditions = {"t": (rule.whole, 2), "p": (rule.whole, 1), "s": (rule.scope, 1)}
            for kind, (node, level) in conditions.items():
                choices = alternatives(node)
                if frozenset() in choices:
                    self._always.add(f"{kind}{index}")
                    continue
                for atoms in choices:
                    name = names.setdefault((atoms, level), f"{len(names)}")
                    definition[name] = {"all": [{"m": self._conjunction(atoms, level)}]}
                    self._asking[name].add(f"{kind}{index}")
        return definition

    def _conjunction(self, atoms: frozenset[Atom], level: int) -> dict[str, Any]:
        """Return the test of some leaves, always in the same order, so that rules share tests."""
        tests = [{"$gte": {self._fields[atom]: level}} for atom in self.atoms if atom in atoms]
        return tests[0] if len(tests) == 1 else {"$and": tests}

    def verdicts(self, signature: tuple[int, ...]) -> Mapping[str, str]:
        """Return the verdict of each rule; it is a function of the truths of the leaves, so each is asked once."""
        with self._lock:
            known = self._known.get(signature)
            if known is None:
                known = self._decide(signature)
                if len(self._known) < MAX_REMEMBERED:
                    self._known[signature] = known
            return known

    def _decide(self, signature: tuple[int, ...]) -> dict[str, str]:
        # INVARIANT (engines-agree): true is a violation, possible and not true unassessable, as in Kleene's logic.
        fired = self._fired(signature)
        verdicts: dict[str, str] = {}
        for index, rule in enumerate(self._rules):
            if f"t{index}" in fired:
                verdicts[rule.id] = VIOLATION
            elif f"p{index}" in fired:
                verdicts[rule.id] = UNASSESSABLE
            else:
                verdicts[rule.id] = CLEAR if f"s{index}" in fired else NOT_APPLICABLE
        return verdicts

    def _fired(self, signature: tuple[int, ...]) -> set[str]:
        """Assert one fact, drain its actions, retract it."""
        fired = set(self._always)
        if self._ruleset is None:
            return fired
        truths = "".join([texts[truth] for texts, truth in zip(self._texts, signature, strict=True)])
        try:
            unhandled, state = self._module.assert_fact(self._ruleset, "{" + _ENVELOPE + truths + "}")
            if not unhandled:
                started = self._module.start_action_for_state(self._ruleset, state)
                action = started[1] if started else None
                while action:
                    # '{"NAME":{"m":…}}': the name alone is wanted, and it has no escapes.
                    fired |= self._asking[action[2 : action.index('"', 2)]]
                    action = self._module.complete_and_start_action(self._ruleset, state)
            self._module.retract_fact(self._ruleset, _RETRACTED)
        except BaseException:
            # After an exception between start and completion the session keeps a lease: begin afresh.
            self._ruleset = self._create()
            raise
        return fired

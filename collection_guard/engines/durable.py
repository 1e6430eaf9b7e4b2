"""The durable engine: durable-rules decides, on truth values and nothing else.

The leaf conditions are evaluated in typed code; what is asserted is one small integer per leaf (0 false, 1 unknown,
2 true). Strings, floats, nulls and escapes, where durable-rules is silently wrong, never reach it. Each rule becomes
three monotone conditions: *true* (every test ``>= 2``) and *possible* (``>= 1``) of the whole, and *possible* of the
scope. The C module is used in the one pattern that holds under fuzzing: one ruleset, one session, one constant id,
a fact asserted, its actions drained, the fact retracted, all under a lock.
"""

import json
import threading
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import Any, Final

from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import CompiledRule, RuleSet
from collection_guard.language.ir import All, AnyOf, Atom, InZones, Node, Test, atoms_of
from collection_guard.model.problems import Problem, RulesError

MAX_ATOMS: Final = 32
"""A fact that passes more than 64 tests at once raises an exception, and a true leaf passes two."""
MAX_RULES: Final = 40
"""256 rules that share one test crash the compiler of durable-rules; each of ours makes three."""
MAX_ALTERNATIVES: Final = 64
"""Conditions are multiplied out; past some thousands of alternatives durable-rules refuses them."""
MAX_REMEMBERED: Final = 100_000
_ALWAYS: Final = "always"


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
        self._groups = [_Group(rules) for rules in grouped(rule_set.rules)]

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
    problems = [
        Problem("rule_too_large", values={"id": rule.id, "atoms": len(_atoms([rule])), "limit": MAX_ATOMS})
        for rule in rules
        if len(_atoms([rule])) > MAX_ATOMS
    ]
    problems += [
        Problem("rule_too_wide", values={"id": rule.id, "count": _alternatives(rule.whole), "limit": MAX_ALTERNATIVES})
        for rule in rules
        if _alternatives(rule.whole) > MAX_ALTERNATIVES
    ]
    if problems:
        raise RulesError(problems)
    group: list[CompiledRule] = []
    for rule in rules:
        if group and (len(group) == MAX_RULES or len(_atoms([*group, rule])) > MAX_ATOMS):
            yield group
            group = []
        group.append(rule)
    if group:
        yield group


def _atoms(rules: list[CompiledRule]) -> tuple[Atom, ...]:
    return tuple(dict.fromkeys(atom for rule in rules for atom in atoms_of(rule.whole)))


def _alternatives(node: Node) -> int:
    """Return how many conjunctions a condition is when multiplied out."""
    match node:
        case AnyOf():
            return sum(_alternatives(part) for part in node.parts)
        case All():
            product = 1
            for part in node.parts:
                product *= _alternatives(part)
            return product
        case _:
            return 1


class _Group:
    """One ruleset of durable-rules, and what it has already answered."""

    def __init__(self, rules: list[CompiledRule]) -> None:
        self._rules = rules
        self.atoms = _atoms(rules)
        self._fields = {atom: f"a{index}" for index, atom in enumerate(self.atoms)}
        self._lock = threading.Lock()
        self._known: dict[tuple[int, ...], dict[str, str]] = {}
        self._definition = json.dumps(self._rules_as_json())
        self._module = load_module()
        self._ruleset = self._create()

    def _create(self) -> int:
        ruleset: int = self._module.create_ruleset("guard", self._definition)
        return ruleset

    def _rules_as_json(self) -> dict[str, Any]:
        definition: dict[str, Any] = {}
        for index, rule in enumerate(self._rules):
            conditions = {"t": (rule.whole, 2), "p": (rule.whole, 1), "s": (rule.scope, 1)}
            for kind, (node, level) in conditions.items():
                definition[f"{kind}{index}"] = {"all": [{"m": self._condition(node, level)}]}
        return definition

    def _condition(self, node: Node, level: int) -> dict[str, Any]:
        match node:
            case Test() | InZones():
                return {"$gte": {self._fields[node]: level}}
            case All() | AnyOf():
                parts = [self._condition(part, level) for part in node.parts]
                if len(parts) == 1:
                    return parts[0]
                if not parts:  # of nothing: true for a conjunction, false for a disjunction
                    return {"$gte": {_ALWAYS: 0 if isinstance(node, All) else 1}}
                return {"$and" if isinstance(node, All) else "$or": parts}

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
        truths = dict(zip(self._fields.values(), signature, strict=True))
        message = json.dumps({"sid": "0", "id": "1", _ALWAYS: 0} | truths)
        fired: set[str] = set()
        try:
            unhandled, state = self._module.assert_fact(self._ruleset, message)
            if not unhandled:
                started = self._module.start_action_for_state(self._ruleset, state)
                action = started[1] if started else None
                while action:
                    fired.update(json.loads(action))
                    action = self._module.complete_and_start_action(self._ruleset, state)
            self._module.retract_fact(self._ruleset, message)
        except BaseException:
            # After an exception between start and completion the session keeps a lease: begin afresh.
            self._ruleset = self._create()
            raise
        return fired

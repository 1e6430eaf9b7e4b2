"""The reference engine: a plain interpreter of the rules, which defines what they mean.

A rule is violated when its scope and what it forbids are both true in Kleene's logic. True: ``violation``.
Unknown: ``unassessable``. False: ``not_applicable`` if the scope is false, else ``clear`` (semantics 1).
"""

from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.facts.atoms import truth_of
from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import CompiledRule, RuleSet
from collection_guard.language.kleene import MAYBE, NO, YES


def verdict_of(rule: CompiledRule, facts: FactSource) -> str:
    """Return the verdict of one rule on facts."""
    # INVARIANT (missing-is-never-clear): only a condition that no completion changes is decided.
    match truth_of(rule.whole, facts):
        case truth if truth == YES:
            return VIOLATION
        case truth if truth == MAYBE:
            return UNASSESSABLE
    return NOT_APPLICABLE if truth_of(rule.scope, facts) == NO else CLEAR


class ReferenceEngine:
    """Decides each rule by walking its condition."""

    name = "reference"

    def __init__(self, rule_set: RuleSet) -> None:
        self._rules = rule_set.rules

    def verdicts(self, facts: FactSource) -> list[str]:
        """Return the verdict of each rule of the rule set, in its order."""
        return [verdict_of(rule, facts) for rule in self._rules]

"""The invariant engines-agree: durable says what the reference says, of any rule on any facts."""

from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.durable import DurableEngine, is_available
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import Atom, truth
from collection_guard.language.kleene import MAYBE, NO, YES
from collection_guard.language.packs import load_packs, shipped_packs
from collection_guard.model.problems import RulesError
from engines.core_facts import core_facts
from engines.vectors import FactVector, a_vector, rule_set_of, rules, vectors

pytestmark = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be imported here")
SAYABLE = Path(__file__).parents[1] / "language/sayable"
LIMITS = {"contacts_per_day": 3, "social_messages_per_day": 5}


def rule_sets() -> dict[str, RuleSet]:
    """Return the last rule set of every pack, and one of all their rules together."""
    found: dict[str, RuleSet] = {}
    for name in [*shipped_packs(), SAYABLE]:
        (pack,) = compile_packs(load_packs([name]), LIMITS if name == "core" else {})
        found[pack.name] = pack.rule_sets[-1]
    together = tuple(rule for one in found.values() for rule in one.rules)
    return found | {"all together": replace(found["core"], rules=together)}


RULE_SETS = rule_sets()


def durable_or_skip(rule_set: RuleSet) -> DurableEngine:
    """Return the durable engine of rules; an example whose rules it refuses as too large is left aside."""
    try:
        return DurableEngine(rule_set)
    except RulesError:
        reject()


def verdicts(engine: DurableEngine, rules: tuple[CompiledRule, ...], of_leaf: dict[Atom, int]) -> list[str]:
    """Return what durable says, the truths of the leaves being given."""
    found: dict[str, str] = {}
    for group in engine._groups:
        found.update(group.verdicts(tuple(of_leaf[atom] for atom in group.atoms)))
    return [found[rule.id] for rule in rules]


def expected(rule: CompiledRule, of_leaf: dict[Atom, int]) -> str:
    """Return the verdict that the truths of the leaves make, by semantics line 1."""
    whole = truth(rule.whole, of_leaf.__getitem__)
    if whole == YES:
        return VIOLATION
    if whole == MAYBE:
        return UNASSESSABLE
    return NOT_APPLICABLE if truth(rule.scope, of_leaf.__getitem__) == NO else CLEAR


@settings(max_examples=60)
@given(rules(size=10, most=8), st.lists(vectors(), min_size=1, max_size=6))
def test_engines_agree_on_rules_and_facts_at_random(found: list[CompiledRule], facts: list[FactVector]) -> None:
    """Whatever the rules, and whatever is known of the facts, both engines give the same verdicts in the same order."""
    rule_set = rule_set_of(found)
    durable, reference = durable_or_skip(rule_set), ReferenceEngine(rule_set)
    for one in facts:
        assert durable.verdicts(one) == reference.verdicts(one)


@pytest.mark.parametrize("pack", RULE_SETS)
@pytest.mark.parametrize("value", [NO, MAYBE, YES])
def test_rows_on_which_every_leaf_is_one(pack: str, value: int) -> None:
    """The row whose every leaf is true, unknown or false is decided, on every pack and on all together."""
    rule_set = RULE_SETS[pack]
    row = dict.fromkeys(rule_set.atoms(), value)
    found = verdicts(DurableEngine(rule_set), rule_set.rules, row)
    assert found == [expected(rule, row) for rule in rule_set.rules]
    if value == MAYBE:
        assert set(found) == {UNASSESSABLE}
    if value == YES:
        assert set(found) == {VIOLATION}


@pytest.mark.parametrize("pack", RULE_SETS)
def test_rows_at_random_on_every_pack(pack: str) -> None:
    """Leaves may be of any truth, also such as contradict one another: the verdicts are those of the tree."""
    rule_set, chance = RULE_SETS[pack], Random(pack)
    engine = DurableEngine(rule_set)
    for _ in range(60):
        weights = [chance.random() + 0.05 for _ in range(3)]
        row = {atom: chance.choices((NO, MAYBE, YES), weights)[0] for atom in rule_set.atoms()}
        assert verdicts(engine, rule_set.rules, row) == [expected(rule, row) for rule in rule_set.rules]


def test_no_facts_at_all() -> None:
    """Where nothing is known, no rule of the core pack is clear unless by what it asks of the record."""
    rule_set = RULE_SETS["core"]
    nothing: FactSource = core_facts(Random(0), rule_set, unknown=1.0)
    found = DurableEngine(rule_set).verdicts(nothing)
    assert found == ReferenceEngine(rule_set).verdicts(nothing)
    assert VIOLATION not in found


def test_engines_agree_on_the_core_pack() -> None:
    """On facts at random of the whole vocabulary, known in whole, in part or not at all, every verdict occurs."""
    rule_set, chance = RULE_SETS["core"], Random(20251120)
    durable, reference = DurableEngine(rule_set), ReferenceEngine(rule_set)
    seen: set[str] = set()
    for number in range(400):
        facts = core_facts(chance, rule_set, unknown=(number % 5) / 5)
        found = durable.verdicts(facts)
        assert found == reference.verdicts(facts)
        seen.update(found)
    assert seen == {VIOLATION, UNASSESSABLE, CLEAR, NOT_APPLICABLE}


@given(rules(size=6, most=6), st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_order_free_of_rules(found: list[CompiledRule], chance: Random) -> None:
    """Shuffled rules have the same verdicts, rule by rule, on both engines."""
    shuffled = list(found)
    chance.shuffle(shuffled)
    facts = [a_vector(chance.randrange(2**32)) for _ in range(4)]
    for make in (ReferenceEngine, durable_or_skip):
        one, other = make(rule_set_of(found)), make(rule_set_of(shuffled))
        for vector in facts:
            by_rule = dict(zip([rule.id for rule in found], one.verdicts(vector), strict=True))
            assert by_rule == dict(zip([rule.id for rule in shuffled], other.verdicts(vector), strict=True))

"""What durable-rules cannot stand is kept from it, refused beforehand, or survived."""

import itertools
import json
import threading
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from collection_guard.engines import durable
from collection_guard.engines.durable import DurableEngine, alternatives, is_available
from collection_guard.engines.reference import ReferenceEngine
from collection_guard.language.compiled import CompiledRule
from collection_guard.language.ir import All, AnyOf, Node, Test
from collection_guard.model.problems import RulesError
from engines.vectors import FactVector, rule_of, rule_set_of

pytestmark = pytest.mark.skipif(not is_available(), reason="durable-rules cannot be imported here")
NOTHING = All(())


def leaf(number: int) -> Test:
    """Return a leaf of its own."""
    return Test(f"f{number}", "eq", True)


def a_rule(wrong: Node, scope: Node = NOTHING, number: int = 0) -> CompiledRule:
    """Return a rule."""
    return rule_of(number, scope, wrong)


def rows(size: int, seed: int = 1) -> list[FactVector]:
    """Return rows of truth values and unknowns: none known, all true, all false, and some at random."""
    chance = Random(seed)
    names = [f"f{number}" for number in range(size)]
    found = [FactVector({}, None), *(FactVector(dict.fromkeys(names, value), None) for value in (True, False))]
    for _ in range(20):
        share = chance.random()
        found.append(FactVector({name: chance.choice((None, chance.random() < share)) for name in names}, None))
    return found


def assert_agree(rules: list[CompiledRule], size: int) -> DurableEngine:
    """Hold durable to the reference on rows of some leaves."""
    rule_set = rule_set_of(rules)
    engine, reference = DurableEngine(rule_set), ReferenceEngine(rule_set)
    for row in rows(size):
        assert engine.verdicts(row) == reference.verdicts(row)
    return engine


def refused(rules: list[CompiledRule]) -> list[str]:
    """Return the problems with which rules are refused."""
    with pytest.raises(RulesError) as caught:
        DurableEngine(rule_set_of(rules))
    return [problem.render("en") for problem in caught.value.problems]


def disjunction(size: int) -> Node:
    """Return a condition of some leaves, of which one is enough."""
    return AnyOf(tuple(leaf(number) for number in range(size)))


def test_a_rule_of_33_leaves_is_refused_and_one_of_32_is_not() -> None:
    """A fact that passes more than 64 tests at once raises an exception, and a true leaf passes two."""
    assert_agree([a_rule(disjunction(32))], 32)
    assert_agree([a_rule(All(disjunction(32).parts), scope=leaf(3))], 32)  # type: ignore[union-attr]  # it has parts
    assert refused([a_rule(disjunction(33)), a_rule(leaf(1), number=1), a_rule(disjunction(40), number=2)]) == [
        (
            "f.yaml:1:1: the rule `rule-000` has 33 leaf conditions; the durable engine takes 32; "
            "split it, or use --engine reference"
        ),
        (
            "f.yaml:3:1: the rule `rule-002` has 40 leaf conditions; the durable engine takes 32; "
            "split it, or use --engine reference"
        ),
    ]


def product(*sizes: int) -> Node:
    """Return a conjunction of disjunctions, each of its own leaves."""
    numbers = itertools.count()
    return All(tuple(AnyOf(tuple(leaf(next(numbers)) for _ in range(size))) for size in sizes))


def test_too_many_alternatives_are_refused() -> None:
    """A conjunction of disjunctions multiplies out; past 64 alternatives it is refused, in scope or condition."""
    assert_agree([a_rule(product(8, 8))], 16)
    assert_agree([a_rule(product(2, 2, 2, 2, 2, 2))], 12)
    assert refused([a_rule(product(5, 13))]) == [
        (
            "f.yaml:1:1: the rule `rule-000` multiplies out into 65 alternatives; the durable engine takes 64; "
            "split it, or use --engine reference"
        )
    ]
    assert "multiplies out into 65" in refused([a_rule(AnyOf(()), scope=product(5, 13))])[0]
    assert "4294967296" in refused([a_rule(product(*[4] * 8), scope=product(*[4] * 8))])[0]


@pytest.mark.parametrize("depth", [16, 31])
def test_deep_nesting_is_no_hazard(depth: int) -> None:
    """durable-rules refuses conditions that nest deep; multiplied out beforehand, none does."""
    node: Node = leaf(depth)
    for number in reversed(range(depth)):
        node = All((leaf(number), node)) if number % 2 else AnyOf((leaf(number), node))
    assert_agree([a_rule(node)], depth + 1)
    for _ in range(40):
        node = All((AnyOf((node,)),))
    assert_agree([a_rule(node)], depth + 1)


def test_many_rules_that_share_a_leaf_are_split_over_rulesets() -> None:
    """256 rules that share one test crash the compiler of durable-rules; here none comes near."""
    rules = [a_rule(leaf(0), scope=leaf(number % 5), number=number) for number in range(300)]
    engine = assert_agree(rules, 5)
    assert len(engine._groups) > 3
    assert max(len(group._definition) for group in engine._groups) <= durable.MAX_TOGETHER


def test_rules_of_many_alternatives_that_share_leaves_stand_together() -> None:
    """Disjunctions over all leaves, in several rules and beside single leaves, do not exceed what is held at once."""
    shared = [a_rule(disjunction(32), number=number) for number in range(8)]
    assert_agree(shared, 32)
    one = AnyOf(tuple(leaf(number) for number in range(1, 32)))
    assert_agree([a_rule(one, scope=leaf(0), number=number) for number in range(8)], 32)
    pairs = [a_rule(All((leaf(0), leaf(number))), number=number) for number in range(1, 32)]
    singles = [a_rule(leaf(number), number=100 + number) for number in range(32)]
    assert_agree([*singles, *pairs], 32)


def test_a_group_that_does_not_stand_is_halved_down_to_the_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A single rule that the fullest fact breaks is refused and named."""
    rules = [a_rule(leaf(number), number=number) for number in range(5)]
    monkeypatch.setattr(durable._Group, "stands", lambda group: len(group._rules) == 1)
    assert [len(group._rules) for group in assert_agree(rules, 5)._groups] == [1] * 5
    monkeypatch.setattr(durable._Group, "stands", lambda group: "rule-003" not in {r.id for r in group._rules})
    assert "`rule-003` multiplies out into 1 alternatives" in refused(rules)[0]


def test_the_fullest_fact_is_tried_on_every_ruleset() -> None:
    """A ruleset of durable-rules that holds more than it can stand says so, and not only when it judges."""
    rules = [a_rule(leaf(number), number=number) for number in range(33)]
    assert not durable._Group(rules).stands()
    assert durable._Group(rules[:32]).stands()


@pytest.mark.parametrize("scope", [All(()), AnyOf(()), leaf(0), All((All(()), All(())))])
@pytest.mark.parametrize("wrong", [All(()), AnyOf(()), leaf(1), AnyOf((AnyOf(()), leaf(0), All(())))])
def test_conditions_of_nothing(scope: Node, wrong: Node) -> None:
    """What is always true or never is not asked of durable-rules, and decided all the same."""
    assert_agree([a_rule(wrong, scope)], 2)
    assert_agree([a_rule(wrong, scope), a_rule(leaf(1), leaf(0), 1)], 2)


def test_no_rules_at_all() -> None:
    """An empty rule set has no verdicts."""
    assert DurableEngine(rule_set_of([])).verdicts(FactVector({}, None)) == []


def test_alternatives_hold_no_other() -> None:
    """A condition multiplied out says each way to be true once, without leaves that it does not need."""
    a, b, c = leaf(0), leaf(1), leaf(2)
    assert alternatives(AnyOf((a, All((a, b)), All((b, a, b)), c))) == [frozenset({a}), frozenset({c})]
    assert alternatives(All((AnyOf((a, b)), AnyOf((b, a))))) == [frozenset({a}), frozenset({b})]
    assert alternatives(All(())) == [frozenset()]
    assert alternatives(AnyOf(())) == []


class Failing:
    """The module of durable-rules, but for one function that fails once."""

    def __init__(self, module: Any, name: str, error: BaseException) -> None:
        self._module = module
        self._name = name
        self._error: BaseException | None = error

    def __getattr__(self, name: str) -> Any:
        function = getattr(self._module, name)
        if name != self._name or self._error is None:
            return function

        def fail(*_: Any) -> Any:
            error, self._error = self._error, None
            assert error is not None
            raise error

        return fail


@pytest.mark.parametrize("error", [RuntimeError("lost"), KeyboardInterrupt(), MemoryError()], ids=repr)
@pytest.mark.parametrize("name", ["assert_fact", "start_action_for_state", "complete_and_start_action", "retract_fact"])
def test_an_exception_between_start_and_completion_leaves_a_working_engine(name: str, error: BaseException) -> None:
    """The ruleset is thrown away, for its session keeps a lease and would stay silent; the error is not swallowed."""
    rules = [a_rule(leaf(number), scope=leaf(number + 1), number=number) for number in range(6)]
    rule_set = rule_set_of(rules)
    engine, reference = DurableEngine(rule_set), ReferenceEngine(rule_set)
    row = FactVector({f"f{number}": True for number in range(7)}, None)
    before = [group._ruleset for group in engine._groups]
    for group in engine._groups:
        group._module = Failing(group._module, name, error)
    with pytest.raises(type(error)):
        engine.verdicts(row)
    assert [group._ruleset for group in engine._groups] != before
    for one in [row, *rows(7)]:
        assert engine.verdicts(one) == reference.verdicts(one)


def test_no_action_for_an_accepted_fact_is_no_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where durable-rules reports a state without an action, nothing has fired."""
    (group,) = DurableEngine(rule_set_of([a_rule(leaf(0))]))._groups
    fake = SimpleNamespace(
        assert_fact=lambda *_: (0, 1), start_action_for_state=lambda *_: None, retract_fact=lambda *_: None
    )
    monkeypatch.setattr(group, "_module", fake)
    assert group._fired((2,)) == {"s0"}


def test_what_was_answered_once_is_remembered_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdicts are a function of the truths of the leaves; past the bound they are worked out again."""
    monkeypatch.setattr(durable, "MAX_REMEMBERED", 2)
    engine = assert_agree([a_rule(leaf(0), scope=leaf(1)), a_rule(leaf(2), number=1)], 3)
    assert [len(group._known) for group in engine._groups] == [2]


def test_what_rules_share_is_asked_once_and_false_leaves_are_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each action carries the whole fact back, so few rules of durable-rules fire, and facts are short."""
    scope = AnyOf((leaf(0), leaf(1)))
    rules = [a_rule(leaf(2 + number % 2), scope, number) for number in range(8)]
    (group,) = assert_agree(rules, 4)._groups
    # Of the scope two alternatives, possible; with either leaf that is wrong, both true and possible.
    assert len(group._definition) == 2 + 2 * 2 * 2
    told: list[str] = []
    module = group._module
    spied = SimpleNamespace(
        assert_fact=lambda ruleset, fact: told.append(fact) or module.assert_fact(ruleset, fact),  # type: ignore[func-returns-value]  # to note it on the way
        start_action_for_state=module.start_action_for_state,
        complete_and_start_action=module.complete_and_start_action,
        retract_fact=module.retract_fact,
    )
    monkeypatch.setattr(group, "_module", spied)
    truths = {"f0": 0, "f1": 2, "f2": 1, "f3": 0}
    fired = group._fired(tuple(truths[atom.fact] for atom in group.atoms))  # type: ignore[union-attr]  # tests
    assert fired == {f"s{number}" for number in range(8)} | {f"p{number}" for number in (0, 2, 4, 6)}
    fields = {atom.fact: group._fields[atom] for atom in group.atoms}  # type: ignore[union-attr]  # tests
    assert [json.loads(fact) for fact in told] == [{"sid": "0", "id": "1", fields["f1"]: 2, fields["f2"]: 1}]


def test_threads_share_an_engine() -> None:
    """Eight threads ask one engine at once, and each is answered as by the reference."""
    size = 24
    rules = [
        a_rule(AnyOf((leaf(number), All((leaf(number + 1), leaf(number + 2))))), scope=leaf(number + 3), number=number)
        for number in range(20)
    ]
    rule_set = rule_set_of(rules)
    engine, reference = DurableEngine(rule_set), ReferenceEngine(rule_set)
    wrong: list[FactVector] = []
    done: list[int] = []
    start = threading.Barrier(8)

    def ask(seed: int) -> None:
        start.wait()
        mine = [row for number in range(8) for row in rows(size, 100 * seed + number)]
        wrong.extend(row for row in mine if engine.verdicts(row) != reference.verdicts(row))
        done.append(len(mine))

    threads = [threading.Thread(target=ask, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert done == [184] * 8

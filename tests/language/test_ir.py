"""The tree that engines read: its opposite, its truth, and the leaves on which it hangs."""

from collections.abc import Callable
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collection_guard.language.ir import (
    All,
    AnyOf,
    Atom,
    InZones,
    Node,
    Test,
    atoms_of,
    deciding_atoms,
    negated,
    open_atoms,
    truth,
)
from collection_guard.language.ir import tests_of as leaves_of
from collection_guard.language.kleene import MAYBE, NO, YES
from language.conditions_at_random import LEAVES, conditions, zoned

TRUTHS = st.fixed_dictionaries({leaf.fact: st.sampled_from((NO, MAYBE, YES)) for leaf in LEAVES})
A, B, C = LEAVES[:3]


def of_leaf(truths: dict[str, int]) -> Callable[[Atom], int]:
    """Return how true a leaf is, given the truths of the facts."""

    def found(atom: Atom) -> int:
        assert isinstance(atom, Test)
        return YES - truths[atom.fact] if atom.negated else truths[atom.fact]

    return found


@given(zoned())
def test_the_opposite_of_the_opposite_is_the_condition_itself(node: Node) -> None:
    """Negation only moves into the leaves, and moving it twice changes nothing."""
    assert negated(negated(node)) == node
    assert len(list(leaves_of(negated(node)))) == len(list(leaves_of(node)))


@given(conditions(), TRUTHS)
def test_the_opposite_has_the_opposite_truth(node: Node, truths: dict[str, int]) -> None:
    """What is true becomes false, and what is unknown stays unknown."""
    assert truth(negated(node), of_leaf(truths)) == YES - truth(node, of_leaf(truths))


@given(conditions(), TRUTHS)
def test_truth_is_the_lowest_of_a_conjunction_and_the_highest_of_a_disjunction(
    node: Node, truths: dict[str, int]
) -> None:
    """The early end of evaluation changes no truth."""

    def plain(one: Node) -> int:
        match one:
            case All():
                return min([YES, *map(plain, one.parts)])
            case AnyOf():
                return max([NO, *map(plain, one.parts)])
            case _:
                return of_leaf(truths)(one)

    assert truth(node, of_leaf(truths)) == plain(node)


@given(conditions(), TRUTHS, st.randoms(use_true_random=False))
def test_a_condition_hangs_on_its_open_leaves(node: Node, truths: dict[str, int], chance: Random) -> None:
    """Only an undecided condition has open leaves, all of them unknown; knowing them decides it, whatever they are."""
    found = list(open_atoms(node, of_leaf(truths)))
    undecided = truth(node, of_leaf(truths)) == MAYBE
    assert bool(found) == undecided
    facts = {test.fact for atom in found for test in leaves_of(atom)}
    assert all(truths[fact] == MAYBE for fact in facts)
    if undecided:
        told = truths | {fact: chance.choice((NO, YES)) for fact in sorted(facts)}
        assert truth(node, of_leaf(told)) != MAYBE


@given(conditions(), TRUTHS)
def test_a_true_condition_rests_on_its_deciding_leaves(node: Node, truths: dict[str, int]) -> None:
    """What is true stays true if all but the deciding leaves is forgotten; what is not true has none."""
    found = list(deciding_atoms(node, of_leaf(truths)))
    if truth(node, of_leaf(truths)) != YES:
        assert found == []
        return
    kept = {test.fact for atom in found for test in leaves_of(atom)}
    forgotten = {fact: value if fact in kept else MAYBE for fact, value in truths.items()}
    assert truth(node, of_leaf(forgotten)) == YES


def test_a_leaf_beside_a_deciding_sibling_is_not_open() -> None:
    """What is unknown in a part that is decided anyhow is not missing (semantics 2)."""
    truths = {A.fact: MAYBE, B.fact: NO, C.fact: MAYBE}
    node = AnyOf((All((A, B)), C))
    assert list(open_atoms(node, of_leaf(truths))) == [C]


def test_leaves_are_named_from_left_to_right_and_tests_also_inside_zones() -> None:
    """A condition over zones is one leaf to an engine, and its tests are found all the same."""
    inside = InZones("every", AnyOf((B, C)))
    node = All((A, AnyOf((inside, B))))
    assert list(atoms_of(node)) == [A, inside, B]
    assert list(leaves_of(node)) == [A, B, C, B]
    assert negated(inside) == InZones("some", All((negated(B), negated(C))))

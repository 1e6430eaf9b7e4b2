"""The invariant missing-is-never-clear, on rules and facts at random."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from collection_guard.engines.base import CLEAR, NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.judge import missing_facts
from collection_guard.engines.reference import verdict_of
from collection_guard.language.compiled import CompiledRule
from collection_guard.language.kleene import Interval
from engines.vectors import (
    VOCABULARY,
    FactVector,
    completion,
    rule_set_of,
    rules,
    settled_rule,
    vectors,
)

INCLUSIONS = st.fixed_dictionaries({end: st.sampled_from(("included", "excluded")) for end in ("start", "end")})


@given(rules(), vectors(), INCLUSIONS, st.randoms(use_true_random=False))
def test_missing_is_never_clear(
    found: list[CompiledRule], facts: FactVector, inclusions: dict[str, str], chance: Random
) -> None:
    """A violation is one under every completion of what is missing; what is clear or not applicable is under none.

    What a rule asks of the record (`known`) keeps its answer: it does not change when the world is imagined.
    """
    (rule,) = found
    verdict = verdict_of(rule, facts)
    told = settled_rule(rule, facts, inclusions)
    for _ in range(5):
        whole = verdict_of(told, completion(facts, chance))
        assert whole != UNASSESSABLE
        if verdict == VIOLATION:
            assert whole == VIOLATION
        if verdict in {CLEAR, NOT_APPLICABLE}:
            assert whole != VIOLATION
        if verdict == NOT_APPLICABLE:
            assert whole == NOT_APPLICABLE


@given(rules(), vectors(), INCLUSIONS, st.randoms(use_true_random=False))
def test_a_verdict_hangs_on_the_facts_it_names(
    found: list[CompiledRule], facts: FactVector, inclusions: dict[str, str], chance: Random
) -> None:
    """What is named as missing is unknown or known only in part, and knowing it decides the rule."""
    (rule,) = found
    named = missing_facts(rule, facts, rule_set_of(found))
    assert bool(named) == (verdict_of(rule, facts) == UNASSESSABLE)
    order = list(VOCABULARY)
    plain = [name for name in named if not name.startswith("parameter.")]
    assert plain == sorted(plain, key=order.index)
    assert set(named) - set(plain) <= {"parameter.start", "parameter.end"}
    assert list(named[len(plain) :]) == sorted(set(named) - set(plain))
    for name in plain:
        zones = facts.zones()
        if VOCABULARY[name].zoned:
            values = [facts.value_in_zone(name, zone) for zone in zones or ()]
            assert zones is None or any(value is None for value in values)
        else:
            assert facts.value(name) is None or isinstance(facts.value(name), Interval)
    if named:
        told = settled_rule(rule, facts, inclusions)
        # Whoever learns the zones learns the local time and the weekday with them.
        learned = set(plain) | ({"contact.local_time", "contact.weekday"} if facts.zones() is None else set())
        assert verdict_of(told, completion(facts, chance, learned)) != UNASSESSABLE

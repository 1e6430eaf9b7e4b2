"""Three-valued logic, and numbers that are known only to lie between two ends."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.language.kleene import (
    MAYBE,
    NO,
    YES,
    Interval,
    all_of,
    any_of,
    ends,
    fact_of,
    interval,
    negation,
    truth_of,
)

FACTS = st.sampled_from((True, False, None))


@given(FACTS)
def test_a_fact_is_its_truth_and_back(fact: bool | None) -> None:
    """True, false and unknown are three truths, and nothing is lost between the two forms."""
    assert fact_of(truth_of(fact)) is fact
    assert truth_of(fact) == {False: NO, None: MAYBE, True: YES}[fact]


@given(st.lists(FACTS))
def test_and_is_the_lowest_truth_and_or_the_highest(facts: list[bool | None]) -> None:
    """One false fact decides a conjunction and one true fact a disjunction, wherever they stand among unknown ones."""
    truths = [truth_of(fact) for fact in facts]
    assert truth_of(all_of(facts)) == min(truths, default=YES)
    assert truth_of(any_of(facts)) == max(truths, default=NO)


@given(st.lists(FACTS))
def test_de_morgan(facts: list[bool | None]) -> None:
    """Not all is some not; the opposite of unknown is unknown."""
    assert negation(all_of(facts)) is any_of(negation(fact) for fact in facts)
    assert negation(None) is None


def test_an_interval_of_one_number_is_that_number() -> None:
    """Where both ends are one, nothing is uncertain."""
    assert interval(3, 3) == 3
    assert interval(2, math.inf) == Interval(2, math.inf)
    assert ends(interval(2, 5)) == (2, 5)
    assert ends(4) == (4, 4)


def test_an_interval_that_holds_nothing_is_refused() -> None:
    """A lowest value above the highest is a fault of whoever counted."""
    with pytest.raises(ValueError, match="from 3 to 2 holds nothing"):
        interval(3, 2)

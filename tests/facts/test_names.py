"""Names as keys: what is folded, and that a near miss is a hint and never a match."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.names import fold_name, near_misses
from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.registry import RegistryData, RegistryEntry

FIRM = "博源(北京)律师事务所"
names = st.text("博源天平诚信北京上海()（）律师事务所 誠 ABc", min_size=1, max_size=12)


@pytest.mark.parametrize(
    "written",
    ["博源（北京）律师事务所", "博源 (北京) 律师 事务所", "博源(北京)律師事務所", "\u3000博源（北京)律師事务所\n"],
)
def test_s19_ways_to_write_one_name(written: str) -> None:
    """Bracket width, spaces and traditional forms are folded."""
    assert fold_name(written) == fold_name(FIRM)


@pytest.mark.parametrize(
    "written", ["北京博源律师事务所", "博源北京律师事务所", "博源[北京]律师事务所", "博源(北京)律所"]
)
def test_s19_nothing_more_is_folded(written: str) -> None:
    """Another order, no brackets, brackets of another kind, a shorter form: another name."""
    assert fold_name(written) != fold_name(FIRM)


def test_s19_letters_of_another_case_are_another_name() -> None:
    """Capital letters are not folded."""
    assert fold_name("ABC律师事务所") != fold_name("abc律师事务所")


def test_near_miss_of_the_same_characters_comes_first() -> None:
    """The name of the same characters in another order leads the hints, and strangers are not among them."""
    known = ["博源(上海)律师事务所", "北京博源律师事务所", "天平会计师公司"]
    assert near_misses(FIRM, known)[0] == "北京博源律师事务所"
    assert "天平会计师公司" not in near_misses(FIRM, known)


def test_near_misses_are_few_and_in_a_fixed_order() -> None:
    """At most three hints, the same whatever the order of the list."""
    known = [f"博源(北京)律师事务所{number}分所" for number in "一二三四五"]
    assert len(near_misses(FIRM, known)) == 3
    assert near_misses(FIRM, known) == near_misses(FIRM, reversed(known))


@given(names)
def test_folding_twice_is_folding_once(name: str) -> None:
    """A folded name folds to itself, and so does the name in other brackets and with spaces."""
    folded = fold_name(name)
    assert fold_name(folded) == folded
    assert fold_name(f" {name} ".replace("(", "（").replace(")", "）")) == folded


@given(names, st.lists(names, max_size=6))
def test_s19_near_miss_is_a_hint_and_never_a_match(claimed: str, listed: list[str]) -> None:
    """A name is listed only if it folds to a listed one, whatever the hints say; hints come from the list alone."""
    rows = tuple(RegistryEntry(name=name, category="law_firm") for name in listed)
    index = RegistryIndex(RegistryData(rows=rows))
    folded = {fold_name(name) for name in listed}
    assert index.listed(claimed, "law_firm", date(2025, 11, 20)) is (fold_name(claimed) in folded)
    assert set(index.hints(claimed, "law_firm")) <= set(listed)
    assert index.hints(claimed, "collection_agency") == ()

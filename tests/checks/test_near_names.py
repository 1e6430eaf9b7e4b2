"""Near names of a registry: each says why it is no match, and none ever is one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.checks.near_names import difference_of, likeness, near_names
from collection_guard.facts.names import fold_name
from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry
from collection_guard.model.texts import LANGS
from collection_guard.reports.registry import why_not

DAY = date(2025, 11, 20)


@pytest.mark.parametrize(
    ("asked", "listed", "reason", "values"),
    [
        ("博源(北京)律师事务所", "博源（上海）律师事务所", "bracket_content", {"here": "北京", "there": "上海"}),
        ("博源(北京)律师事务所", "北京博源律师事务所", "order", {}),
        ("博源(北京)律师事务所", "博源北京律师事务所", "brackets", {}),
        ("博源(北京)律师事务所", "博源律师事务所", "bracket_missing", {"content": "北京"}),
        ("博源律师事务所", "博源(北京)律师事务所", "bracket_missing", {"content": "北京"}),
        ("博源律师事务所上海分所", "博源律师事务所", "branch", {}),
        ("博源律师事务所", "博源律师事务所上海分所", "head", {}),
        ("澜川信用管理砚江分公司", "澜川信用管理有限公司", "branch", {}),
        ("博源律师事务所北京分所", "博源律师事务所上海分所", "other_branch", {}),
        ("博源律师事务所", "搏源律师事务所", "look_alike", {"here": "博", "there": "搏"}),
        ("ABC信用公司", "abc信用公司", "look_alike", {"here": "ABC", "there": "abc"}),
        ("АВС信用公司", "ABC信用公司", "look_alike", {"here": "АВС", "there": "ABC"}),
        ("博远律师事务所", "博源律师事务所", "one_character", {"here": "远", "there": "源"}),
        ("博源天律师事务所", "博源律师事务所", "one_more", {"character": "天"}),
        ("博源律师事务所", "博源天律师事务所", "one_less", {"character": "天"}),
        ("博源律所", "博源律师事务所", "legal_form", {"here": "律所", "there": "律师事务所"}),
        ("澜川", "澜川信用管理有限公司", "part", {"rest": "…信用管理有限公司"}),
        ("澜川信用管理集团西南总部", "澜川信用管理", "whole", {"rest": "…集团西南总部"}),
    ],
)
def test_each_kind_of_difference_is_named(asked: str, listed: str, reason: str, values: dict[str, str]) -> None:
    """A near name says in what it differs, in words of both languages."""
    difference = difference_of(asked, listed)
    assert difference is not None
    assert (difference.reason, difference.values) == (reason, values)
    for lang in LANGS:
        words = why_not(difference, lang)
        assert all(str(value) in words for value in values.values())


def test_names_that_differ_in_much_have_no_difference_to_name() -> None:
    """Two branches of different firms, or names of other firms, are not explained away."""
    assert difference_of("博源律师事务所北京分所", "天平律师事务所北京分所") is None
    assert difference_of("博源北京分部", "天平上海分部") is None
    assert difference_of("澜川启衡信用管理有限公司", "砚江安和商务服务有限公司") is None
    assert difference_of("甲", "甲乙丙丁") is None


def index(*rows: RegistryEntry) -> RegistryIndex:
    return RegistryIndex(RegistryData(rows=rows))


def row(name: str, first: date | None = None, last: date | None = None, category: str = "law_firm") -> RegistryEntry:
    return RegistryEntry(name=name, category=category, valid_from=first, valid_to=last)


def reasons(found: RegistryIndex, name: str, day: date = DAY) -> list[tuple[str, str, bool | None]]:
    """Return what stands near a name: the name, the reason and whether it is listed itself."""
    return [(near.name, near.difference.reason, near.listed) for near in near_names(found, name, "law_firm", day)]


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([row("甲律所", None, date(2025, 11, 19))], "expired"),
        ([row("甲律所", date(2025, 11, 21))], "not_yet"),
        ([row("甲律所", None, date(2025, 11, 19)), row("甲律所", date(2025, 11, 21))], "between"),
    ],
)
def test_a_name_listed_on_other_days_says_when(rows: list[RegistryEntry], reason: str) -> None:
    """The name itself stands first, with the dates of which the one asked for is none."""
    assert reasons(index(*rows), "甲 律所") == [("甲律所", reason, False)]


def test_a_name_in_doubt_says_from_when_to_when() -> None:
    """In the month of a list of which only the month is known, the doubt is named with its ends."""
    lists = (
        PartnerList(date(2025, 9, 1), date(2025, 9, 1), (row("乙律所"),)),
        PartnerList(date(2025, 11, 1), date(2025, 11, 30), (row("甲律所"), row("乙律所"))),
    )
    (near,) = near_names(RegistryIndex(RegistryData(lists=lists)), "甲律所", "law_firm", DAY)[:1]
    assert near.difference.reason == "in_doubt"
    assert near.difference.values == {"first": date(2025, 11, 1), "last": date(2025, 11, 30)}
    assert near.listed is None


def test_a_name_of_another_category_says_so() -> None:
    """A law firm that is listed as an agency only is pointed out as such."""
    found = index(row("甲律所", category="collection_agency"), row("乙律所"))
    (near,) = near_names(found, "甲律所", "law_firm", DAY)[:1]
    assert (near.category, near.difference.reason, near.listed) == ("collection_agency", "category", True)


def test_a_row_that_holds_on_no_day_says_nothing() -> None:
    """A row whose end lies before its beginning lists nobody, and is no reason for anything."""
    assert near_names(index(row("甲律所", DAY, date(2025, 1, 1))), "甲律所", "law_firm", DAY) == ()


def test_near_names_are_few_and_the_surest_come_first() -> None:
    """At most five names are given, those with a named difference before those that are merely alike."""
    names = ["博源(上海)律师事务所", "搏源(北京)律师事务所", *(f"博源{x}京天地律师事务所" for x in "南东中燕汴盛")]
    found = reasons(index(*map(row, names)), "博源(北京)律师事务所")
    assert [reason for _, reason, _ in found] == ["look_alike", "bracket_content", "alike", "alike", "alike"]


texts = st.text("博源搏天平北上京海()（）律师事务所分有限公司aAа ", min_size=1, max_size=10)


@given(texts, texts)
def test_names_of_one_likeness_have_their_difference_named(one: str, other: str) -> None:
    """Whatever two names are, saying what differs never fails, and two that look the same are said to."""
    difference = difference_of(one, other)
    if likeness(one) == likeness(other):
        assert difference is not None
        assert difference.reason == "look_alike"


@given(texts, st.lists(texts, max_size=5))
def test_s19_a_near_name_is_never_the_name(asked: str, listed: list[str]) -> None:
    """Of the category asked for, no near name folds to the name that is not listed."""
    found = index(*map(row, listed))
    if found.listed(asked, "law_firm", DAY) is False:
        near = near_names(found, asked, "law_firm", DAY)
        assert all(fold_name(one.name) != fold_name(asked) for one in near)
        assert len(near) <= 5

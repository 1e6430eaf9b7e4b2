"""The difference of two registries: by firm, whatever rows and lists its names stand in."""

import json
from datetime import date, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from collection_guard.checks.registry_difference import KINDS, compare_registries, firms_of
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.registry import Period, RegistryIndex
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry
from collection_guard.model.texts import LANGS
from collection_guard.reports.registry import difference_json, difference_lines

FIRST, LATER = date(2025, 9, 16), date(2025, 11, 14)


def row(
    name: str, *aliases: str, first: date | None = None, last: date | None = None, category: str = "law_firm"
) -> RegistryEntry:
    return RegistryEntry(name=name, category=category, aliases=aliases, valid_from=first, valid_to=last)


def rows(*entries: RegistryEntry) -> RegistryData:
    return RegistryData(rows=entries)


def told(old: RegistryData, new: RegistryData) -> list[str]:
    """Return what differs in words, and see that it can be told in both languages and as JSON."""
    found = compare_registries(old, new)
    assert len(list(difference_lines(found, "zh"))) == len(list(difference_lines(found, "en")))
    assert len(json.loads(difference_json(found))["changes"]) == len(found.changes)
    return [line.strip() for line in difference_lines(found, "en")]


def test_each_kind_of_change_is_told() -> None:
    """Added, removed, renamed, written otherwise, other names, other dates: each by category, with what it was."""
    old = rows(
        row("甲所", "甲"),
        row("乙所", first=FIRST),
        row("丙（一）所"),
        row("丁所", "丁"),
        row("戊所"),
        row("己公司", category="collection_agency"),
    )
    new = rows(
        row("新甲所", "甲所"),
        row("乙所", first=FIRST, last=LATER),
        row("丙(一)所"),
        row("丁所", "丁字"),
        row("庚所"),
        row("己公司", category="collection_agency"),
    )
    assert told(old, new) == [
        "law_firm (5 → 5 firms)",
        "added: 庚所 (listed at all dates)",
        "removed: 戊所 (was listed at all dates)",
        "renamed: 甲所 → 新甲所",
        "written otherwise: 丙（一）所 → 丙(一)所",
        "names of 丁所: added 丁字; removed 丁",
        "names of 新甲所: added 新甲所; removed 甲",
        "dates of 乙所: from 2025-09-16 on → from 2025-09-16 to 2025-11-14",
    ]


def test_firms_that_become_one_and_one_that_becomes_two() -> None:
    """Where names of two firms are now names of one, or the other way round, no renaming is guessed."""
    two, one = rows(row("甲所"), row("乙所")), rows(row("甲所", "乙所"))
    assert told(two, one) == ["law_firm (2 → 1 firms)", "now one firm: 乙所, 甲所 → 甲所"]
    assert told(one, two) == ["law_firm (1 → 2 firms)", "no longer one firm: 甲所 → 乙所, 甲所"]


def test_a_category_that_one_side_lacks() -> None:
    """Who stands in another category now is removed from the one and added to the other."""
    assert told(rows(row("甲所")), rows(row("甲所", category="collection_agency"))) == [
        "collection_agency (0 → 1 firms)",
        "added: 甲所 (listed at all dates)",
        "law_firm (1 → 0 firms)",
        "removed: 甲所 (was listed at all dates)",
    ]


def test_a_folder_that_gains_a_list() -> None:
    """One list more: who it omits ends the day before, who it names begins, and a renamed firm goes on."""
    before = PartnerList(FIRST, FIRST, (row("甲所"), row("乙所"), row("丙所")), "1")
    after = PartnerList(LATER, LATER, (row("甲所"), row("新乙所", "乙所"), row("丁所")), "2")
    assert told(RegistryData(lists=(before,)), RegistryData(lists=(before, after))) == [
        "law_firm (3 → 4 firms)",
        "added: 丁所 (listed from 2025-11-14 on)",
        "renamed: 乙所 → 新乙所",
        "names of 新乙所: added 新乙所; removed —",
        "dates of 丙所: from 2025-09-16 on → from 2025-09-16 to 2025-11-13",
    ]


def test_a_list_known_by_its_month_is_told_with_its_doubt() -> None:
    """Learning the day of a list is a change of dates, from in doubt to certain."""
    month = RegistryData(lists=(PartnerList(date(2025, 11, 1), date(2025, 11, 30), (row("甲所"),)),))
    day = RegistryData(lists=(PartnerList(LATER, LATER, (row("甲所"),)),))
    assert told(month, day)[1] == (
        "dates of 甲所: from 2025-11-01 to 2025-11-30 (in doubt), from 2025-12-01 on → from 2025-11-14 on"
    )


def test_rows_and_lists_that_say_the_same_do_not_differ() -> None:
    """The form of a registry is no part of what it says."""
    lists = (PartnerList(FIRST, FIRST, (row("甲所"),)), PartnerList(LATER, LATER, (row("乙所"),)))
    same = rows(row("甲所", first=FIRST, last=LATER - timedelta(days=1)), row("乙所", first=LATER))
    assert told(RegistryData(lists=lists), same) == ["both registries say the same"]


def test_personal_numbers_in_names_are_masked() -> None:
    """A name that holds somebody's number is shown with most of it masked, unless asked otherwise."""
    found = compare_registries(rows(), rows(row("甲所 13812345678")))
    for lang in LANGS:
        assert "13812345678" not in "".join(difference_lines(found, lang))
    assert "13812345678" not in difference_json(found)
    assert "13812345678" in difference_json(found, masked=False)


names = st.sampled_from(["甲", "乙", "丙", "丁", "戊"])
days = st.none() | st.integers(0, 9).map(lambda step: FIRST + timedelta(days=step))
entries = st.builds(
    lambda name, aliases, ends: row(name, *aliases, first=ends[0], last=ends[1]),
    names,
    st.lists(names, max_size=2),
    st.tuples(days, days).filter(lambda ends: None in ends or ends[0] <= ends[1]),
)
registries = st.lists(entries, max_size=6).map(lambda found: rows(*found))


@given(registries)
def test_a_registry_does_not_differ_from_itself(data: RegistryData) -> None:
    """Nothing differs between a registry and the same rows in another order."""
    assert compare_registries(data, rows(*reversed(data.rows))).changes == ()


@given(registries, registries)
def test_what_is_told_one_way_is_told_the_other_way(old: RegistryData, new: RegistryData) -> None:
    """Turned round, what was added is removed, and the rest is the same with its sides changed."""
    turned = {"added": "removed", "removed": "added"}
    there, back = compare_registries(old, new).changes, compare_registries(new, old).changes
    many = {"split", "merged"}

    def key(kind: str, before: object, after: object) -> tuple[str, str, str]:
        return ("regrouped" if kind in many else kind, str(before), str(after))

    assert sorted(key(turned.get(one.kind, one.kind), one.after, one.before) for one in there) == sorted(
        key(one.kind, one.before, one.after) for one in back
    )
    assert all(one.kind in KINDS for one in there)


@given(registries)
def test_the_dates_of_a_firm_are_those_of_its_names(data: RegistryData) -> None:
    """A firm is listed on just the days on which one of its names is."""
    index = RegistryIndex(data)
    for category, firms in firms_of(data).items():
        assert not any(one.folded & other.folded for one in firms for other in firms if one is not other)
        for firm in firms:
            for step in range(-2, 12):
                day = FIRST + timedelta(days=step)
                listed = any(index.listed(name, category, day) for name in (firm.name, *firm.aliases))
                assert listed is any(_holds(period, day) for period in firm.periods)
            assert all(
                one.last is not None and two.first is not None and one.last + timedelta(days=1) < two.first
                for one, two in zip(firm.periods, firm.periods[1:], strict=False)
            )


def _holds(period: Period, day: date) -> bool:
    return (period.first or date.min) <= day <= (period.last or date.max)


def test_the_shipped_example_differs_as_its_lists_do() -> None:
    """Between the two lists of the example one agency left and one joined."""
    folder = Path(__file__).parents[2] / "examples/november/partners"
    old, new = (read_registry(folder / f"{day}.csv") for day in (FIRST, LATER))
    assert told(old, new) == [
        "collection_agency (4 → 4 firms)",
        "added: 霁城云帆科技服务有限公司 (listed at all dates)",
        "removed: 岚浦博达后援服务有限公司 (was listed at all dates)",
    ]

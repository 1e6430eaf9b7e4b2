"""The partner registry by date: rows, whole lists, and lists known only by their month."""

from collections.abc import Iterable
from datetime import date, timedelta
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.registry import RegistryIndex
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry

FIRST = date(2025, 9, 1)
DAY = timedelta(days=1)
NAMES = ("甲", "乙")


def row(name: str, first: date | None = None, last: date | None = None, aliases: Iterable[str] = ()) -> RegistryEntry:
    return RegistryEntry(name=name, category="law_firm", valid_from=first, valid_to=last, aliases=tuple(aliases))


def published(earliest: date, latest: date, listed: Iterable[str]) -> PartnerList:
    return PartnerList(earliest, latest, tuple(row(name) for name in listed), f"{earliest}{latest}")


def is_listed(data: RegistryData, name: str, day: date) -> bool | None:
    return RegistryIndex(data).listed(name, "law_firm", day)


def test_s20_dates_of_a_row_are_inclusive() -> None:
    """A row holds on its first and on its last day, and on no day beside them; a null end is open."""
    data = RegistryData(rows=(row("甲", FIRST, FIRST + DAY), row("乙", None, FIRST), row("丙", FIRST)))
    said = {name: [is_listed(data, name, FIRST + DAY * step) for step in (-1, 0, 1, 2)] for name in "甲乙丙"}
    assert said == {
        "甲": [False, True, True, False],
        "乙": [True, True, False, False],
        "丙": [False, True, True, True],
    }


def test_s20_alias_is_listed_under_its_row() -> None:
    """An alias holds as long as its row, in the row's category and in no other."""
    data = RegistryData(rows=(row("甲", FIRST, FIRST, ["甲方（北京）"]),))
    assert is_listed(data, "甲方(北京)", FIRST) is True
    assert is_listed(data, "甲方(北京)", FIRST + DAY) is False
    assert RegistryIndex(data).listed("甲", "collection_agency", FIRST) is False
    assert RegistryIndex(data).categories() == ("law_firm",)


def test_s20_whole_list_replaces_the_one_before() -> None:
    """Before the first list nothing is known; who is omitted from the next is listed no longer."""
    data = RegistryData(lists=(published(FIRST, FIRST, "甲乙"), published(FIRST + 5 * DAY, FIRST + 5 * DAY, "乙")))
    assert [is_listed(data, "甲", FIRST + DAY * step) for step in (-1, 0, 4, 5, 99)] == [None, True, True, False, False]
    assert [is_listed(data, "乙", FIRST + DAY * step) for step in (-1, 0, 4, 5, 99)] == [None, True, True, True, True]


def test_s20_list_known_by_its_month() -> None:
    """In its month only what it and the list before agree on is known; after it, all of it is."""
    november = published(date(2025, 11, 1), date(2025, 11, 30), "乙丙")
    data = RegistryData(lists=(published(FIRST, FIRST, "甲乙"), november))
    for day in (date(2025, 11, 1), date(2025, 11, 14), date(2025, 11, 30)):
        assert [is_listed(data, name, day) for name in "甲乙丙丁"] == [None, True, None, False]
    assert [is_listed(data, name, date(2025, 10, 31)) for name in "甲乙丙丁"] == [True, True, False, False]
    assert [is_listed(data, name, date(2025, 12, 1)) for name in "甲乙丙丁"] == [False, True, True, False]


def test_s20_row_beside_lists() -> None:
    """A row that lists a name on a date settles it, whatever the lists leave open."""
    data = RegistryData(rows=(row("甲", FIRST, FIRST),), lists=(published(FIRST + DAY, FIRST + DAY, "乙"),))
    assert [is_listed(data, "甲", FIRST + DAY * step) for step in (-1, 0, 1)] == [None, True, False]


def test_s21_official_directory_that_was_not_given() -> None:
    """A registry without rows of the official directory does not say that nobody is in it."""
    index = RegistryIndex(RegistryData(rows=(row("甲"),)))
    assert index.listed("甲", "official_directory", FIRST) is None
    directory = RegistryEntry(name="甲", category="official_directory")
    index = RegistryIndex(RegistryData(lists=(PartnerList(FIRST, FIRST, (directory,)),)))
    assert index.listed("甲", "official_directory", FIRST) is True
    assert index.listed("乙", "official_directory", FIRST) is False


def test_nothing_given_lists_nobody() -> None:
    """A registry that was given and is empty lists nobody."""
    assert is_listed(RegistryData(), "甲", FIRST) is False


days = st.integers(0, 14).map(lambda step: FIRST + DAY * step)
lists_by_day = st.builds(lambda day, listed: published(day, day, listed), days, st.sets(st.sampled_from(NAMES)))
# Months of three days are as good as months of thirty, and can be tried out whole.
lists_by_month = st.builds(
    lambda number, listed: published(FIRST + 4 * DAY * number, FIRST + DAY * (4 * number + 2), listed),
    st.integers(0, 3),
    st.sets(st.sampled_from(NAMES)),
)
registries = st.lists(
    st.one_of(lists_by_day, lists_by_month), max_size=4, unique_by=lambda item: (item.earliest, item.latest)
)


def by_trying_out(lists: list[PartnerList], name: str, day: date) -> bool | None:
    """Try out every first day of every list. One known by its month may take effect at the close of its last day."""
    answers: set[bool | None] = set()
    starts: list[list[float]] = []
    for item in lists:
        first, last = item.earliest.toordinal(), item.latest.toordinal()
        starts.append([first] if first == last else [*range(first, last + 1), last + 0.5])
    for chosen in product(*starts):
        begun = [(start, item) for start, item in zip(chosen, lists, strict=True) if start <= day.toordinal()]
        newest = max((start for start, _ in begun), default=None)
        in_force = [item for start, item in begun if start == newest]
        answers.update(name in {entry.name for entry in item.entries} for item in in_force)
        if not in_force:
            answers.add(None)
    return answers.pop() if len(answers) == 1 else None


@given(registries)
def test_s20_lists_by_trying_out_every_start(lists: list[PartnerList]) -> None:
    """Whatever day each list of a month began on: what all those readings agree on is known, and the rest is not."""
    index = RegistryIndex(RegistryData(lists=tuple(lists)))
    for step in range(-1, 19):
        day = FIRST + DAY * step
        for name in NAMES:
            expected = by_trying_out(lists, name, day) if lists else False
            assert index.listed(name, "law_firm", day) is expected, (day, name)


spans = st.tuples(st.sampled_from(NAMES), st.none() | days, st.none() | days)


@given(st.lists(spans, max_size=4))
def test_s20_rows_by_trying_out_every_day(rows: list[tuple[str, date | None, date | None]]) -> None:
    """A name is listed on just the days that lie between the ends of one of its rows."""
    index = RegistryIndex(RegistryData(rows=tuple(row(*given) for given in rows)))
    for step in range(-1, 17):
        day = FIRST + DAY * step
        for name in NAMES:
            expected = any(
                owner == name and (first is None or first <= day) and (last is None or day <= last)
                for owner, first, last in rows
            )
            assert index.listed(name, "law_firm", day) is expected

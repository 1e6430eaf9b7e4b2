"""Ten years of published lists: what is listed on which date, held against a plain reading of the lists."""

import csv
from calendar import monthrange
from datetime import date, timedelta
from functools import cache
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collection_guard.facts import registry as module
from collection_guard.facts.partner_lists import read_registry
from collection_guard.facts.registry import Period, RegistryIndex
from collection_guard.model.registry import PartnerList, RegistryData, RegistryEntry

DAY = timedelta(days=1)
FIRST_YEAR, YEARS = 2016, 10
CATEGORIES = ("collection_agency", "law_firm")
NAMES = ("甲（北京）公司", "乙公司", "丙公司", "丁 公司")
ALIASES = {"乙公司": "乙"}


def ten_years(seed: int) -> dict[str, list[tuple[str, str]]]:
    """Return ten years of lists by their dates: known by their day, or only by their month; some months have none."""
    rng = Random(seed)
    lists: dict[str, list[tuple[str, str]]] = {}
    for number in range(12 * YEARS):
        year, month = FIRST_YEAR + number // 12, number % 12 + 1
        if rng.random() < 0.2:
            continue
        day = rng.randint(1, monthrange(year, month)[1])
        written = f"{year}-{month:02}" if rng.random() < 0.4 else f"{year}-{month:02}-{day:02}"
        lists[written] = [(name, category) for name in NAMES for category in CATEGORIES if rng.random() < 0.6] or [
            (NAMES[0], CATEGORIES[0])
        ]
    return lists


@cache
def days_of(written: str) -> tuple[date, date]:
    """Return the first and the last day on which a list may have taken effect."""
    if len(written) > len("YYYY-MM"):
        return date.fromisoformat(written), date.fromisoformat(written)
    first = date.fromisoformat(f"{written}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def plainly(lists: dict[str, list[tuple[str, str]]], name: str, category: str, day: date) -> bool | None:
    """Read the lists again: the newest that surely began by a day, and all that may have begun since, must agree.

    There is at most one list a month here, so that nothing else can happen.
    """
    said: set[bool | None] = set()
    newest: tuple[date, bool] | None = None
    for written, rows in lists.items():
        first, last = days_of(written)
        holds = any(name in {one, ALIASES.get(one)} and category == kind for one, kind in rows)
        if last < day or first == last == day:
            newest = max(newest or (first, holds), (first, holds))
        elif first <= day and first != last:
            said.add(holds)
    said.add(None if newest is None else newest[1])
    return said.pop() if len(said) == 1 else None


def boundaries(lists: dict[str, list[tuple[str, str]]]) -> list[date]:
    """Return each day on which a list may begin or its doubt may end, the days beside it, and the ends of all time."""
    edges = {edge for written in lists for edge in days_of(written)}
    return sorted({edge + DAY * step for edge in edges for step in (-1, 0, 1)} | {date.min, date.max})


def in_memory(lists: dict[str, list[tuple[str, str]]]) -> RegistryData:
    """Return the lists as they are read."""
    return RegistryData(
        lists=tuple(
            PartnerList(
                *days_of(written),
                tuple(
                    RegistryEntry(name=name, category=category, aliases=(ALIASES[name],) if name in ALIASES else ())
                    for name, category in rows
                ),
                written,
            )
            for written, rows in lists.items()
        )
    )


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**9))
def test_s20_ten_years_of_lists_are_right_at_every_boundary(seed: int) -> None:
    """On the day a list begins, the day before and the day after, each name is listed as the lists plainly say."""
    lists = ten_years(seed)
    index = RegistryIndex(in_memory(lists))
    for day in boundaries(lists):
        for name, category in (
            (NAMES[0], CATEGORIES[0]),
            (ALIASES["乙公司"], CATEGORIES[1]),
            ("戊公司", CATEGORIES[0]),
        ):
            assert index.listed(name, category, day) is plainly(lists, name, category, day), (name, category, day)


@pytest.mark.parametrize("seed", [1, 2])
def test_s20_a_folder_of_ten_years_is_read_as_it_stands(tmp_path: Path, seed: int) -> None:
    """Ten years of files, one a list, or one a category, say the same as the lists they were written from."""
    lists = ten_years(seed)
    for number, (written, rows) in enumerate(lists.items()):
        parts = {f"{written}.csv": rows}
        if number % 3 == 0:
            parts = {f"{written}-{kind}.csv": [row for row in rows if row[1] == kind] for kind in CATEGORIES}
        for name, part in parts.items():
            if part:
                with (tmp_path / name).open("w", encoding="utf-8", newline="") as file:
                    csv.writer(file).writerows(
                        [("name", "category", "aliases"), *((*row, ALIASES.get(row[0], "")) for row in part)]
                    )
    index = RegistryIndex(read_registry(tmp_path))
    said = RegistryIndex(in_memory(lists))
    for day in boundaries(lists):
        for name, category in product((*NAMES[:2], "乙"), CATEGORIES):
            assert index.listed(name, category, day) is plainly(lists, name, category, day)
    assert index.periods(NAMES[0], CATEGORIES[0]) == said.periods(NAMES[0], CATEGORIES[0])


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 10**9))
def test_s20_periods_say_what_a_lookup_says(seed: int) -> None:
    """A name is listed on just the days of its certain periods; a day in doubt is never answered with no."""
    lists = ten_years(seed)
    index = RegistryIndex(in_memory(lists))
    for name in NAMES:
        periods = index.periods(name, CATEGORIES[0])
        for day in boundaries(lists):
            within = [p for p in periods if (p.first or date.min) <= day <= (p.last or date.max)]
            assert len(within) <= 1
            answer = index.listed(name, CATEGORIES[0], day)
            assert (answer is True) is bool(within and within[0].certain)
            if within and not within[0].certain:
                assert answer is None


def test_s20_periods_of_rows_and_lists() -> None:
    """Rows give certain periods, adjoining ones are one; a list known by its month gives one in doubt first."""

    def entry(first: date | None, last: date | None) -> RegistryEntry:
        return RegistryEntry(name="甲", category="law_firm", valid_from=first, valid_to=last)

    rows = (entry(None, date(2020, 1, 31)), entry(date(2020, 2, 1), date(2020, 2, 29)), entry(date(2020, 4, 1), None))
    assert RegistryIndex(RegistryData(rows=rows)).periods("甲", "law_firm") == (
        Period(None, date(2020, 2, 29)),
        Period(date(2020, 4, 1), None),
    )
    month = PartnerList(date(2020, 2, 1), date(2020, 2, 29), (entry(None, None),))
    after = PartnerList(date(2020, 6, 1), date(2020, 6, 1), ())
    index = RegistryIndex(RegistryData(lists=(month, after)))
    assert index.periods("甲", "law_firm") == (
        Period(date(2020, 2, 1), date(2020, 2, 29), certain=False),
        Period(date(2020, 3, 1), date(2020, 5, 31)),
    )
    assert index.periods("乙", "law_firm") == index.periods("甲", "marketing") == ()


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many names a log holds, only so many are remembered, and the answers stay the same."""
    monkeypatch.setattr(module, "_MOST_NAMES", 3)
    rows = tuple(RegistryEntry(name=f"{number}号公司", category="law_firm") for number in range(0, 10, 2))
    index = RegistryIndex(RegistryData(rows=rows))
    for _ in range(2):
        for number in range(10):
            name = f"{number}号公司"
            assert index.listed(name, "law_firm", date(2025, 1, 1)) is (number % 2 == 0)
            assert index.hints(name, "law_firm") == index.hints(name, "law_firm")
    assert len(index._lines["law_firm"]) <= 3
    assert len(index._hints) <= 3
    assert index.names("law_firm") == {row.name for row in rows}
    assert index.names("marketing") == frozenset()

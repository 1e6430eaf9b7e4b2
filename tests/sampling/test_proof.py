"""What a sample of a given size proves equals what tables print and what SciPy computes."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from scipy.stats import hypergeom

from collection_guard.sampling.proof import discovery_size, miss_probability, most_unseen

RATES = ("0.01", "0.005", "0.001")
LEVELS = (0.90, 0.95, 0.99)


@pytest.mark.parametrize(
    ("population", "sizes"),
    # As audit manuals print them: for each rate the sizes at 90, 95 and 99 % confidence.
    [
        (500, ((184, 225, 300), (268, 316, 392), (451, 476, 496))),
        (2_000, ((217, 277, 410), (411, 517, 737), (1_368, 1_553, 1_800))),
        (10_000, ((227, 294, 448), (449, 581, 878), (2_056, 2_588, 3_689))),
        (100_000, ((229, 298, 458), (459, 596, 915), (2_276, 2_950, 4_499))),
    ],
)
def test_discovery_sizes_are_those_of_published_tables(population: int, sizes: tuple[tuple[int, ...], ...]) -> None:
    """The smallest sample that finds at least one, for each rate and confidence."""
    found = tuple(tuple(discovery_size(population, float(rate), level) for level in LEVELS) for rate in RATES)
    assert found == sizes


@given(st.integers(1, 5_000), st.data())
def test_the_chance_to_miss_all_is_that_of_scipy(population: int, data: st.DataObject) -> None:
    """The hypergeometric probability of none."""
    bad, size = data.draw(st.integers(0, population)), data.draw(st.integers(0, population))
    expected = hypergeom.pmf(0, population, bad, size)
    assert miss_probability(population, bad, size) == pytest.approx(expected, rel=1e-8, abs=1e-300)


@given(st.integers(1, 20_000), st.sampled_from(RATES), st.sampled_from(LEVELS))
@example(500, "0.001", 0.90)
def test_one_less_would_not_do(population: int, rate: str, level: float) -> None:
    """The size has more than the confidence asked for, and the one below has not."""
    size = discovery_size(population, float(rate), level)
    bad = -(-population * int(1000 * float(rate)) // 1000)
    assert hypergeom.sf(0, population, bad, size) > level - 1e-9
    assert hypergeom.sf(0, population, bad, size - 1) <= level + 1e-9


@given(st.integers(1, 3_000), st.data(), st.sampled_from(LEVELS))
def test_what_none_in_a_sample_leaves_possible(population: int, data: st.DataObject, level: float) -> None:
    """So many bad ones would be missed with a probability that cannot be ruled out; one more could be."""
    size = data.draw(st.integers(0, population))
    most = most_unseen(population, size, level)
    assert hypergeom.pmf(0, population, most, size) >= 1 - level - 1e-9
    if most < population - size:
        assert hypergeom.pmf(0, population, most + 1, size) < 1 - level + 1e-9


def test_a_whole_population_leaves_nothing_open_and_an_empty_one_asks_for_nothing() -> None:
    """The ends of the scale."""
    assert most_unseen(40, 40, 0.95) == 0
    assert most_unseen(40, 0, 0.95) == 40
    assert discovery_size(0, 0.01, 0.95) == 0
    assert discovery_size(1, 0.001, 0.99) == 1


def test_large_populations_are_quick_to_work_out() -> None:
    """Ten million contacts, one of them bad: nearly all must be listened to."""
    assert discovery_size(10_000_000, 0.0000001, 0.95) == 9_500_001

"""What numbers allow to say equals what SciPy and published tables say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from collection_guard.reports.intervals import Share, difference, funnel_limit, tails

SIZES = st.integers(1, 3000)
CHANCES = st.floats(0.001, 0.6)


@pytest.mark.parametrize(
    ("hits", "of", "low", "high"),
    # As audit manuals print them, in per cent.
    [(0, 300, "0.00", "1.26"), (3, 300, "0.34", "2.90"), (12, 1000, "0.69", "2.09"), (0, 30, "0.00", "11.35")],
)
def test_wilson_intervals_are_those_of_published_tables(hits: int, of: int, low: str, high: str) -> None:
    """The interval of a share rounds to the published one, and is that of SciPy."""
    share = Share(hits, of)
    assert (f"{100 * share.low:.2f}", f"{100 * share.high:.2f}") == (low, high)


@given(st.data(), SIZES)
def test_wilson_intervals_are_those_of_scipy(data: st.DataObject, of: int) -> None:
    """Whatever the numbers, the interval is the one that SciPy computes."""
    share = Share(data.draw(st.integers(0, of)), of)
    expected = binomtest(share.hits, of).proportion_ci(method="wilson")
    assert (share.low, share.high) == pytest.approx((expected.low, expected.high), abs=1e-12)


def test_of_nothing_anything_is_possible() -> None:
    """A share of nothing is none, and its interval and that of a difference from it leave everything open."""
    assert (Share(0, 0).value, Share(0, 0).low, Share(0, 0).high) == (None, 0.0, 1.0)
    assert difference(Share(0, 0), Share(1, 2)) == difference(Share(1, 2), Share(0, 0)) == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("after", "before", "low", "high"),
    # Newcombe 1998, table II, method 10.
    [((56, 70), (48, 80), 0.0524, 0.3339), ((9, 10), (3, 10), 0.1705, 0.8090), ((10, 10), (0, 20), 0.6791, 1.0)],
)
def test_intervals_of_a_difference_are_the_published_ones(
    after: tuple[int, int], before: tuple[int, int], low: float, high: float
) -> None:
    """The interval of the difference of two shares is the one that Newcombe printed."""
    assert difference(Share(*before), Share(*after)) == pytest.approx((low, high), abs=5e-5)


@given(SIZES, CHANCES, st.data())
def test_tails_are_those_of_scipy(of: int, chance: float, data: st.DataObject) -> None:
    """How likely so few and so many hits are is what the binomial distribution of SciPy says."""
    hits = data.draw(st.integers(0, of))
    expected = (binom.cdf(hits, of, chance), binom.sf(hits - 1, of, chance))
    assert tails(hits, of, chance) == pytest.approx(expected, abs=1e-9)


@given(SIZES, CHANCES, st.sampled_from([0.001, 0.025, 0.975, 0.999]))
def test_limits_of_the_funnel_lie_at_the_quantile_of_scipy(of: int, chance: float, level: float) -> None:
    """A limit is the quantile of the binomial distribution, moved towards the number before it by what is too much."""
    quantile = int(binom.ppf(level, of, chance))
    reached, before = binom.cdf(quantile, of, chance), binom.cdf(quantile - 1, of, chance)
    expected = (quantile - (reached - level) / (reached - before)) / of
    assert funnel_limit(of, chance, level) == pytest.approx(min(1.0, max(0.0, expected)), abs=1e-6)


@pytest.mark.parametrize(("chance", "hits"), [(0.0, 0), (1.0, 40)])
def test_what_always_or_never_happens_has_no_width(chance: float, hits: int) -> None:
    """Where nobody or everybody is in violation, that is no chance: the limits close up, and the outcome is certain."""
    assert tails(hits, 40, chance) == (1.0, 1.0)
    assert funnel_limit(40, chance, 0.975) == pytest.approx(chance, abs=0.03)
    assert tails(20, 40, chance)[chance < 0.5] == pytest.approx(0)

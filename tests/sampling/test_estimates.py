"""Shares over strata, corrected rates and agreement, against published values and SciPy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from collection_guard.sampling.estimates import Reviewed, kappa, rogan_gladen, share


@given(st.integers(1, 400), st.data())
def test_of_one_stratum_the_interval_is_that_of_wilson(of: int, data: st.DataObject) -> None:
    """As SciPy computes it."""
    found = data.draw(st.integers(0, of))
    estimate = share([Reviewed(1_000, of, found)])
    expected = binomtest(found, of).proportion_ci(method="wilson")
    assert estimate is not None
    assert (estimate.value, estimate.low, estimate.high) == pytest.approx((found / of, expected.low, expected.high))


STRATA = st.lists(
    st.integers(1, 50).flatmap(lambda of: st.builds(Reviewed, st.integers(of, 900), st.just(of), st.integers(0, of))),
    min_size=1,
    max_size=6,
)


@given(STRATA)
def test_a_share_over_strata_lies_within_its_interval_and_weighs_by_population(strata: list[Reviewed]) -> None:
    """It is the sum over all of what each stratum lets expect, divided by all."""
    estimate = share(strata)
    assert estimate is not None
    expected = sum(one.population * one.found / one.reviewed for one in strata) / sum(one.population for one in strata)
    assert estimate.value == pytest.approx(expected)
    assert 0 <= estimate.low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= estimate.high <= 1


def test_where_nothing_was_reviewed_nothing_is_estimated() -> None:
    """A stratum that nobody looked at may hold anything; one that is empty holds nothing."""
    assert share([Reviewed(10, 5, 1), Reviewed(3, 0, 0)]) is None
    assert share([]) is None
    assert share([Reviewed(10, 5, 1), Reviewed(0, 0, 0)]) == share([Reviewed(10, 5, 1)])


@pytest.mark.parametrize(
    ("apparent", "sensitivity", "specificity", "true"),
    # The herd of the manual of epiR: 23 of 150 positive, 96 % and 89 %: 5.1 %. Then the ends.
    [(23 / 150, 0.96, 0.89, 0.0510), (0.0, 1.0, 1.0, 0.0), (0.05, 0.9, 0.9, 0.0), (0.99, 0.9, 0.95, 1.0)],
)
def test_corrected_rates_are_the_published_ones(
    apparent: float, sensitivity: float, specificity: float, true: float
) -> None:
    """The correction of Rogan and Gladen, kept between none and all."""
    assert rogan_gladen(apparent, sensitivity, specificity) == pytest.approx(true, abs=5e-5)


@given(st.floats(0, 1), st.floats(0.51, 1), st.floats(0.51, 1))
def test_the_correction_undoes_what_errors_did(true: float, sensitivity: float, specificity: float) -> None:
    """What would be flagged at a true rate is corrected to that rate."""
    apparent = true * sensitivity + (1 - true) * (1 - specificity)
    assert rogan_gladen(apparent, sensitivity, specificity) == pytest.approx(true, abs=1e-9)


def test_what_flags_right_and_wrong_alike_corrects_nothing() -> None:
    """A coin says nothing of a rate."""
    with pytest.raises(ValueError, match="alike"):
        rogan_gladen(0.5, 0.5, 0.5)


@pytest.mark.parametrize(
    ("pairs", "value", "error"),
    [
        # Fleiss, Statistical Methods for Rates and Proportions, table 18.1: kappa .676, standard error .088.
        (
            {("a", "a"): 75, ("a", "b"): 1, ("a", "c"): 4, ("b", "a"): 5, ("b", "b"): 4, ("b", "c"): 1, ("c", "c"): 10},
            0.676,
            0.088,
        ),
        # Twenty and fifteen agreed, five and ten not: 0.40.
        ({("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}, 0.40, 0.127),
    ],
)
def test_kappa_is_the_published_one(pairs: dict[tuple[str, str], int], value: float, error: float) -> None:
    """And so is its standard error, a quarter of the interval but for rounding."""
    found = kappa(pairs)
    assert found is not None
    assert found.value == pytest.approx(value, abs=5e-4)
    assert (found.high - found.low) / (2 * 1.959964) == pytest.approx(error, abs=6e-4)


def test_kappa_at_its_ends() -> None:
    """Whole agreement is 1; agreement that chance alone would give has none; nothing reviewed has none."""
    whole = kappa({("y", "y"): 8, ("n", "n"): 5})
    assert whole is not None
    assert whole.value == pytest.approx(1)
    assert kappa({("y", "y"): 8}) is None
    assert kappa({}) is None

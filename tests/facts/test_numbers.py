"""Telephone numbers as keys, and the zones that a number alone tells."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collection_guard.facts.numbers import number_key, zones_of_number

KEY = "+8613800000001"
digits = st.integers(0, 99_999_999).map(lambda tail: f"138{tail:08d}")


@pytest.mark.parametrize(
    "written",
    [
        "13800000001",
        " 138 0000 0001 ",
        "138-0000-0001",
        "+86 138 0000 0001",
        "+8613800000001",
        "008613800000001",
        "（+86）13800000001",
        "１３８　００００　０００１",
    ],
)
def test_s07_ways_to_write_one_number(written: str) -> None:
    """Spaces, signs, full width and the country code change nothing."""
    assert number_key(written) == KEY


@pytest.mark.parametrize(
    "written",
    [
        *("138****0001", "138••••0001", "138●●●●0001", "1650000XX03", "138xxxx0001", "138##0001"),
        *("138----0001", "138....0001", "138    0001", "138////0001", "138????0001", "138○○○○0001", "138____0001"),
        *("138…0001", "138 - 0001"),
    ],
)
def test_s07_masked_number_is_no_key(written: str) -> None:
    """A number of which characters are blotted out decides nothing, and tells no zone."""
    assert number_key(written) is None
    assert zones_of_number(f"+86{written}") == ()


@pytest.mark.parametrize(
    "written", [None, "", "  ", "\u3000", "未知", "无", "0", "-", "匿名", "unknown number", "13800000001、13700000001"]
)
def test_missing_number_is_no_key(written: str | None) -> None:
    """What is missing, blank, a word for nothing or more than one number is no key."""
    assert number_key(written) is None
    assert zones_of_number(written) == ()


@pytest.mark.parametrize("written", ["wxid_li4", "h:9f2c44", "a@example.com"])
def test_account_is_its_own_key(written: str) -> None:
    """What is no telephone number at all is a key as it stands."""
    assert number_key(f" {written} ") == written
    assert zones_of_number(f"+{written}") == ()


@pytest.mark.parametrize("written", ["95588", "110", "800123"])
def test_service_numbers_have_a_key_each(written: str) -> None:
    """Short numbers of services and extensions are keys too, each its own."""
    assert number_key(written) is not None
    assert number_key(written) != number_key(f"{written}1")


def test_digits_that_no_plan_knows_are_no_key() -> None:
    """Digits that cannot be a number of any country say nothing, and tell no zone."""
    assert number_key("+999 1") is None
    assert zones_of_number("+999 1") == ()


def test_country_of_the_log() -> None:
    """A number without a country code is dialled in the configured country."""
    assert number_key("212-555-0188", "US") == "+12125550188"
    assert number_key("212-555-0188", "CN") != "+12125550188"


def test_s16_zones_only_of_a_number_that_names_its_country() -> None:
    """Only an explicit country code tells where a number lies; a number of no place tells nothing."""
    assert zones_of_number("13800000001") == ()
    assert zones_of_number("+86 138 0000 0001") == ("Asia/Shanghai",)
    assert zones_of_number("00442071234567") == ("Europe/London",)
    assert zones_of_number("+1 212 555 0188") == ("America/New_York",)
    assert zones_of_number("+870 773 111 632") == ()


@given(digits, st.sampled_from(("+86", "0086", "+86 ", "")), st.sampled_from(("", " ", "-")))
def test_keys_are_one_to_one(number: str, code: str, gap: str) -> None:
    """However it is written, a number has one key, and that key is its own."""
    key = number_key(f"{code}{number[:3]}{gap}{number[3:7]}{gap}{number[7:]}")
    assert key == f"+86{number}"
    assert number_key(key) == key


@given(digits, digits)
def test_two_numbers_have_two_keys(one: str, other: str) -> None:
    """Keys are equal only where the numbers are."""
    assert (number_key(one) == number_key(other)) == (one == other)


@given(st.integers(0, 10**10 - 1))
def test_plain_mobile_numbers_are_read_as_any_number(digits: int) -> None:
    """The short way for numbers of mainland China gives the key that the long way gives."""
    number = f"1{digits:010d}"
    assert number_key(number) == number_key(f"{number[:3]} {number[3:]}")
    assert zones_of_number(number) == ()

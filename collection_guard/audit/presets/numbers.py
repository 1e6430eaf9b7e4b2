"""Dial strings of telephone systems: what is a subscriber's number in them, and what an extension of one's own."""

from collections.abc import Iterable
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException

from collection_guard.audit.presets.schema import Sides
from collection_guard.facts.numbers import number_key


class DialStrings:
    """Reads the numbers of one telephone system, dialled in one country."""

    def __init__(self, sides: Sides | None, country: str, own: Iterable[str] = ()) -> None:
        self._sides = sides
        self._country = country
        self._own = {number_key(number, country) for number in own}
        self._read: dict[tuple[str, str | None], str] = {}

    def number(self, text: str, country_code: str | None = None) -> str:
        """Return a number without what the telephone system put around it and dialled before it."""
        if self._sides is None:
            return text
        key = (text, country_code)
        if key not in self._read:  # the same numbers are dialled over and over
            self._read[key] = self._number(text, country_code, self._sides)
        return self._read[key]

    def _number(self, text: str, country_code: str | None, sides: Sides) -> str:
        for pattern in sides.strip:
            text = pattern.sub("", text)
        if country_code and country_code.isdigit() and text.isdigit():
            return f"+{country_code}{text}"
        if text.isdigit() and not _is_number(text, self._country):
            for prefix in sides.prefixes:
                rest = text.removeprefix(prefix)
                if rest != text and _is_number(rest, self._country):
                    return rest
        return text

    def is_inside(self, number: str | None) -> bool | None:
        """Say whether a number, as ``number`` returns it, is one's own and no subscriber's; None of nothing."""
        if self._sides is None or not number:
            return None
        return self._sides.inside.fullmatch(number) is not None or number_key(number, self._country) in self._own


@lru_cache(maxsize=200_000)
def _is_number(digits: str, country: str) -> bool:
    written = f"+{digits[2:]}" if digits.startswith("00") else digits
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(written, country))
    except NumberParseException:
        return False

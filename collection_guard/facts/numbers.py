"""Telephone numbers as keys: two ways of writing one number give one key; a masked number gives none."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, timezone

_DIALLABLE: Final = re.compile(r"[+\d\s().\-/]+")
_MASK: Final = re.compile(r"[*＊•●#]|[xX×]{2,}")
_FOLDED: Final = str.maketrans("０１２３４５６７８９＋－（）　", "0123456789+-() ")
_UNKNOWN_ZONE: Final = "Etc/Unknown"


@lru_cache(maxsize=200_000)
def number_key(number: str | None, country: str = "CN") -> str | None:
    """Return the key of a number, or None if it can be none: missing, empty or masked.

    Numbers without a country code are read as dialled in ``country``. What is no telephone number at all, such
    as the digest that a bank gives in place of one, is its own key.
    """
    if number is None:
        return None
    plain = number.translate(_FOLDED).strip()
    if not plain or _MASK.search(plain):
        return None
    parsed = _parsed(plain, country)
    if parsed is None:
        return plain
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


@lru_cache(maxsize=200_000)
def zones_of_number(number: str | None) -> tuple[str, ...]:
    """Return all zones that a number with an explicit country code may lie in, sorted; else none."""
    if number is None:
        return ()
    plain = number.translate(_FOLDED).strip()
    if _MASK.search(plain) or not plain.startswith(("+", "00")):
        return ()
    parsed = _parsed(plain, "CN")
    if parsed is None:
        return ()
    zones = timezone.time_zones_for_number(parsed)
    return tuple(sorted(zone for zone in zones if zone != _UNKNOWN_ZONE))


def _parsed(plain: str, country: str) -> phonenumbers.PhoneNumber | None:
    if not _DIALLABLE.fullmatch(plain):
        return None
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        return phonenumbers.parse(plain, country)
    except NumberParseException:
        return None

"""Telephone numbers as keys: two ways of writing one number give one key; a masked number gives none."""

import re
from functools import lru_cache
from typing import Final

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, timezone

_DIALLABLE: Final = re.compile(r"[+\d\s().\-/]+")
_RUN: Final = re.compile(r"[ .\-/]{2,}")
"""Separators stand one by one; a run of them stands for digits that are not shown."""
_ACCOUNT: Final = re.compile(r"(?=.*[A-Za-z])[\w.@+:=/\-]{6,}", re.ASCII)
"""What names an account: wxid_li4, an e-mail address, the digest that a bank gives in place of a number."""
_SHORT: Final = re.compile(r"\d{3,6}")
"""Service numbers, such as 95588, and extensions."""
_MASK: Final = re.compile(r"[*＊•●#]|[xX×]{2,}")
_MOBILE: Final = re.compile(r"1(?:[3-689][0-9]|7[0-8])[0-9]{8}")
"""Mobile numbers of mainland China as they are mostly written, but for those that begin like a code of a carrier."""
_FOLDED: Final = str.maketrans("０１２３４５６７８９＋－（）　", "0123456789+-() ")
_UNKNOWN_ZONE: Final = "Etc/Unknown"


@lru_cache(maxsize=200_000)
def number_key(number: str | None, country: str = "CN") -> str | None:
    """Return the key of a number, or None if it can be none: missing, masked, several numbers, or no number at all.

    Numbers without a country code are read as dialled in ``country``. What names an account in place of a number is
    its own key (letters, and six characters or more), and so is a service number.
    """
    if number is None:
        return None
    if country == "CN" and _MOBILE.fullmatch(number):
        return "+86" + number
    plain = number.translate(_FOLDED).strip()
    if not plain or _MASK.search(plain):
        return None
    parsed = _parsed(plain, country)
    if parsed is None:
        is_account = _ACCOUNT.fullmatch(plain) and not _RUN.search(plain)
        return plain if is_account or _SHORT.fullmatch(plain) else None
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)


@lru_cache(maxsize=200_000)
def zones_of_number(number: str | None) -> tuple[str, ...]:
    """Return all zones that a number with an explicit country code may lie in, sorted; else none."""
    if number is None or _MOBILE.fullmatch(number):
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
    if not _DIALLABLE.fullmatch(plain) or _RUN.search(plain):
        return None
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    try:
        parsed = phonenumbers.parse(plain, country)
    except NumberParseException:
        return None
    return parsed if phonenumbers.is_possible_number(parsed) else None

"""Amounts, dates and numbers that identify: found by scanning runs of digits, not by listing them."""

from collections.abc import Iterable
from typing import Final

from collection_guard.facts.content.matching import Quantity, Range

_DIGITS: Final = frozenset("0123456789")
_NUMERALS: Final = frozenset("0123456789一二三四五六七八九十百千万两零几多半.壹贰叁肆伍陆柒捌玖拾佰仟俩w")
_SPOKEN: Final = frozenset("零一二三四五六七八九幺洞两0123456789")
_UNITS: Final = ("元", "块", "圆", "美元", "港币", "港元", "rmb", "usd", "dollars", "yuan", "hkd", "大洋", "刀", "毛")
_SCALES: Final = frozenset("百千万k佰仟w")
_SIGNS: Final = frozenset("¥$€£")
_ID_WEIGHTS: Final = 18


def _runs(text: str, alphabet: frozenset[str]) -> Iterable[Range]:
    places = [i for i, char in enumerate(text) if char in alphabet]
    if not places:
        return
    start = previous = places[0]
    for place in places[1:]:
        if place != previous + 1:
            yield start, previous + 1
            start = place
        previous = place
    yield start, previous + 1


def amounts(text: str) -> list[Range]:
    """Return sums of money: digits or numerals with a unit, a sign, or a scale that only money has in speech."""
    found: list[Range] = []
    for start, end in _runs(text, _NUMERALS):
        run = text[start:end]
        if text.startswith(_UNITS, end) or text.startswith(tuple(" " + unit for unit in _UNITS), end):
            unit = text.startswith(("块", "元", "圆", "毛"), end)
            found.append((start, end + unit))
        elif start and text[start - 1] in _SIGNS:
            found.append((start - 1, end))
        elif start > 1 and text[start - 1] == " " and text[start - 2] in _SIGNS:
            found.append((start - 2, end))
        elif len(run) > 1 and not _SCALES.isdisjoint(run) and run[0] not in _SCALES:
            # Spoken sums leave the unit out: 八千多, 一万二, 两千三百五; years, floors and people do not.
            if not text.startswith(("人", "年", "个", "次", "名", "家", "公里", "米", "平", "天", "步", "字", "部", "分", "遍", "种"), end):
                found.append((start, end))
    return found


def numbers(text: str) -> list[Range]:
    """Return runs of digits or numerals."""
    return list(_runs(text, _NUMERALS))


def _grouped(text: str) -> Iterable[Range]:
    """Yield runs of digits that single spaces may group."""
    start = end = -2
    for left, right in _runs(text, _DIGITS):
        if start >= 0 and left == end + 1 and text[end] == " ":
            end = right
            continue
        if start >= 0:
            yield start, end
        start, end = left, right
    if start >= 0:
        yield start, end


def id_numbers(text: str) -> list[Range]:
    """Return full identity numbers: seventeen digits and a digit or X, the middle a date of birth."""
    found: list[Range] = []
    for start, end in _grouped(text):
        digits = text[start:end].replace(" ", "")
        if len(digits) == _ID_WEIGHTS - 1 and text.startswith("x", end):
            end += 1
        elif len(digits) != _ID_WEIGHTS:
            continue
        month, day = int(digits[10:12]), int(digits[12:14])
        if digits[6:8] in ("18", "19", "20") and 1 <= month <= 12 and 1 <= day <= 31:
            found.append((start, end))
    return found


def long_numbers(text: str) -> list[Range]:
    """Return runs of nine or more digits, a letter before them included: numbers of documents."""
    found: list[Range] = []
    for start, end in _grouped(text):
        if end - start >= 9:
            lettered = start > 0 and "a" <= text[start - 1] <= "z"
            found.append((start - lettered, end))
    return found


def spoken_digits(text: str) -> list[Range]:
    """Return runs of at least fifteen digits read out one by one."""
    return [(start, end) for start, end in _runs(text, _SPOKEN) if end - start >= 15]


def card_numbers(text: str) -> list[Range]:
    """Return full numbers of bank cards: fifteen to nineteen digits that are no identity number."""
    persons = set(id_numbers(text))
    return [
        (start, end)
        for start, end in _grouped(text)
        if 15 <= len(text[start:end].replace(" ", "")) <= 19 and (start, end) not in persons
    ]


def social_security_numbers(text: str) -> list[Range]:
    """Return numbers written as three, two and four digits."""
    found: list[Range] = []
    for start, end in _grouped(text):
        if [len(part) for part in text[start:end].split(" ")] == [3, 2, 4]:
            found.append((start, end))
    return found


QUANTITIES: Final[dict[str, Quantity]] = {
    "amount": amounts,
    "number": numbers,
    "id_number": id_numbers,
    "card_number": card_numbers,
    "long_number": long_numbers,
    "spoken_digits": spoken_digits,
    "ssn": social_security_numbers,
}
# One way of writing each quantity, for the checks of the lexicon.
SAMPLES: Final[dict[str, str]] = {
    "amount": "¥500",
    "number": "3",
    "id_number": "990000199001010016",
    "card_number": "6200000000000000",
    "long_number": "900000009",
    "spoken_digits": "九九零零零零一九九零零一零一零零一六",
    "ssn": "900-00-0000",
}

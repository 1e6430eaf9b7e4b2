"""Amounts, dates and numbers that identify: found by scanning runs of digits, not by listing them."""

import re
from typing import Final

from collection_guard.facts.content.context import Range

_DIGITS: Final = re.compile("[0-9]+")
_NUMERALS: Final = re.compile("[0-9一二三四五六七八九十百千万两零几多半.壹贰叁肆伍陆柒捌玖拾佰仟俩幺洞wk]+")
_SHORT_UNITS: Final = ("块", "元", "圆", "毛")
_LONG_UNITS: Final = ("元", "块", "圆", "美元", "港币", "港元", "大洋", "毛")
_WORDS: Final = ("rmb", "usd", "dollars", "yuan", "hkd", "bucks", "euros", "pounds")
_SCALES: Final = frozenset("百千万k佰仟w")
_UNITS: Final = (*_LONG_UNITS, *_WORDS, *(f" {word}" for word in _WORDS))
_COUNTED: Final = (*"人年个次名家米平天步字部分遍种", "公里")
_SIGNS: Final = frozenset("¥$€£")
_ID_LENGTH: Final = 18
_CARD_LENGTHS: Final = range(15, 20)
_SPOKEN: Final = re.compile(f"[零一二三四五六七八九幺洞两0-9]{{{_CARD_LENGTHS[0]},}}")
_SHORTEST_NUMBER: Final = 9


def _amounts(text: str, runs: list[Range]) -> list[Range]:
    """Return sums of money: digits or numerals with a unit, a sign, or a scale that only money has in speech."""
    found: list[Range] = []
    for start, end in runs:
        run = text[start:end]
        if text.startswith(_UNITS, end):
            found.append((start, end + text.startswith(_SHORT_UNITS, end)))
        elif start and text[start - 1] in _SIGNS:
            found.append((start - 1, end))
        elif start > 1 and text[start - 1] == " " and text[start - 2] in _SIGNS:
            found.append((start - 2, end))
        # Spoken sums leave the unit out: 八千多, 一万二, 两千三百五; years, floors and people do not.
        elif _spoken_sum(run) and not text.startswith(_COUNTED, end):
            found.append((start, end))
    return found


def _spoken_sum(run: str) -> bool:
    """Tell whether numerals have the scale of a sum of money."""
    return len(run) > 1 and run[0] not in _SCALES and not _SCALES.isdisjoint(run)


def _grouped(text: str, runs: list[Range]) -> list[Range]:
    """Return runs of digits that single spaces may group."""
    found: list[Range] = []
    for start, end in runs:
        if found and start == found[-1][1] + 1 and text[start - 1] == " ":
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def _id_number(text: str, start: int, end: int) -> Range | None:
    """Return a full identity number: seventeen digits and a digit or X, the middle a date of birth."""
    digits = text[start:end].replace(" ", "")
    if len(digits) == _ID_LENGTH - 1 and text.startswith("x", end):
        end += 1
    elif len(digits) != _ID_LENGTH:
        return None
    month, day = int(digits[10:12]), int(digits[12:14])
    dated = digits[6:8] in ("18", "19", "20") and 1 <= month <= 12 and 1 <= day <= 31
    return (start, end) if dated else None


def quantities(text: str) -> dict[str, list[Range]]:
    """Return the places of every quantity, by its name."""
    runs = [run.span() for run in _NUMERALS.finditer(text)]
    if not runs:
        return {}
    found = {"number": runs, "amount": _amounts(text, runs)}
    if sum(end - start for start, end in runs) < _SHORTEST_NUMBER:
        return found
    digits = [run.span() for run in _DIGITS.finditer(text)]
    for start, end in _grouped(text, digits):
        size = end - start - text.count(" ", start, end)
        identity = _id_number(text, start, end)
        if identity is not None:
            found.setdefault("id_number", []).append(identity)
        elif size in _CARD_LENGTHS:
            found.setdefault("card_number", []).append((start, end))
        if size >= _SHORTEST_NUMBER:
            lettered = start > 0 and "a" <= text[start - 1] <= "z"
            found.setdefault("long_number", []).append((start - lettered, end))
        if [len(part) for part in text[start:end].split(" ")] == [3, 2, 4]:
            found.setdefault("ssn", []).append((start, end))
    found["spoken_digits"] = [run.span() for run in _SPOKEN.finditer(text)]
    return found


# The names of the quantities, with one way of writing each for the checks of the lexicon. Law firms are found with
# their names.
SAMPLES: Final[dict[str, str]] = {
    "amount": "¥500",
    "number": "3",
    "id_number": "990000199001010016",
    "card_number": "6200000000000000",
    "long_number": "900000009",
    "spoken_digits": "九九零零零零一九九零零一零一零零一六",
    "ssn": "900-00-0000",
    "firm_name": "柳湾知衡律师事务所",
}

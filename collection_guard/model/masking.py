"""Personal data as it is shown: enough to find a record again, not enough to know a person."""

import re
from typing import Any, Final

from collection_guard.model import texts

_DIGIT: Final = "0-9０-９"
_RUN: Final = re.compile(rf"[{_DIGIT}]{{7,}}[xX]?")
_GAP: Final = r"[ ._\-]?"
_MOBILE: Final = rf"1{_GAP}[3-9](?:{_GAP}[{_DIGIT}]){{9}}"
_IDENTITY: Final = (
    rf"[1-9][{_DIGIT}]{{5}}{_GAP}(?:19|20)[{_DIGIT}]{{2}}{_GAP}[{_DIGIT}]{{4}}{_GAP}[{_DIGIT}]{{3}}[{_DIGIT}Xx]"
)
_CARD: Final = rf"[{_DIGIT}]{{4}}(?:[ \-][{_DIGIT}]{{4}}){{3,4}}(?:[ \-][{_DIGIT}]{{1,3}})?"
_LANDLINE: Final = rf"0[{_DIGIT}]{{2,3}}[ \-][{_DIGIT}]{{7,8}}"
_SPACED: Final = re.compile(rf"(?<![{_DIGIT}])(?:{_IDENTITY}|{_MOBILE}|{_CARD}|{_LANDLINE})(?![{_DIGIT}])")
_ADDRESS: Final = re.compile(r"(?<![\w.+\-])[\w.+\-]+@(?=[\w\-]+\.[\w.\-]+)")
_MASKED: Final = re.compile(r"\+?\d{0,7}[*＊•●xX]{2,}\d{0,4}[xX]?|[^*＊•●\d]{1,2}[*＊•●]+")
"""A number or a name that the log itself masks already."""
_COUNTRY: Final = re.compile(r"(\+86[ \-]?|\+\d{1,3}[ \-]|0086|86(?=1[3-9]\d{9}$))")
_HAN: Final = re.compile(r"[\u3400-\u9fff\U00020000-\U0003ffff·]+")
_SPREAD: Final = re.compile(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])")
"""Spaces that make a short name as wide as a long one: 李　明."""
_TWO_LETTER_SURNAMES: Final = re.compile(
    "欧阳|司马|上官|诸葛|东方|皇甫|尉迟|公孙|慕容|令狐|司徒|长孙|宇文|夏侯|轩辕|端木|独孤|南宫|西门|百里"
)
_NUMBER_PATHS: Final = frozenset({"recipient.number", "callee", "caller", "number", "members.number"})
_NAME_PATHS: Final = frozenset(
    {"recipient.name", "collector.name", "claims.person", "extra.debtor_name", "members.name"}
)
_IDENTIFIER_PATHS: Final = frozenset({"borrower_id"})
_RELATION_PATHS: Final = frozenset({"recipient.relationship"})
_RELATION: Final = re.compile(r"(.+?\s*[-—－–:：/]\s*)(.+)", re.DOTALL)
"""A cell such as 二舅-高某某: behind the word for the relationship stands a name."""
_RELATION_AFTER: Final = re.compile(r"(.+?)(\s*[(（].+[)）])", re.DOTALL)
"""高某某(二舅): before it."""
_UNSHOWN_PATHS: Final = frozenset({"content", "extra.note"})
"""What was said names people in ways that no pattern finds."""


def mask_number(number: str) -> str:
    """Mask a telephone number but for its first three and last four digits: 138****8000."""
    plain = number.strip()
    if _MASKED.fullmatch(plain):
        return plain
    head = ""
    if (country := _COUNTRY.match(plain)) is not None:
        head, plain = country[0], plain[country.end() :]
    if len(plain) >= 10:
        return f"{head}{plain[:3]}{'*' * (len(plain) - 7)}{plain[-4:]}"
    # A short number gives too much away with seven digits shown.
    return head + _tail(plain, 2)


def mask_identifier(identifier: str) -> str:
    """Mask an identity or card number but for its last four characters."""
    plain = identifier.strip()
    return plain if _MASKED.fullmatch(plain) else _tail(plain, 4)


def mask_name(name: str) -> str:
    """Mask a person's name: a Chinese one but for the surname, another but for its initials: 高**, 欧阳*, J*** S***."""
    plain = _SPREAD.sub("", name.strip())
    if _MASKED.fullmatch(plain):
        return plain
    if _HAN.fullmatch(plain):
        kept = 2 if _TWO_LETTER_SURNAMES.match(plain) and len(plain) > 2 else 1
        return plain[:kept] + "*" * (len(plain) - kept)
    words = plain.split()
    if len(words) < 2:
        return plain[:1] + "*" * (len(plain) - 1)
    # Which word is the surname differs from people to people, and any of them names a person.
    return " ".join(word[0] + "***" for word in words)


def mask_text(text: str) -> str:
    """Mask every run of seven or more digits in a text, and the names of e-mail addresses."""
    plain = _SPACED.sub(lambda found: _mask_run(found[0]), text)
    plain = _RUN.sub(lambda found: _mask_run(found[0]), plain)
    return _ADDRESS.sub(lambda found: found[0][0] + "***@", plain)


def mask_value(path: str, value: str) -> str:
    """Mask a value by what its path holds."""
    if path in _NUMBER_PATHS:
        return mask_number(value)
    if path in _NAME_PATHS:
        return mask_name(value)
    if path in _IDENTIFIER_PATHS:
        return mask_identifier(value)
    return _mask_relation(value) if path in _RELATION_PATHS else mask_text(value)


def _mask_relation(value: str) -> str:
    """Mask the name that may stand beside the word for a relationship."""
    plain = mask_text(value)
    if (found := _RELATION_AFTER.fullmatch(plain)) is not None:
        return mask_name(found[1]) + found[2]
    if (found := _RELATION.fullmatch(plain)) is not None:
        return found[1] + "-".join(mask_name(part) for part in found[2].split("-"))
    return plain


def masked_cell(path: str | None, value: str, lang: texts.Lang) -> str:
    """Return a cell as it is shown: masked by what its column holds and by its look, or its length alone."""
    if path in _UNSHOWN_PATHS:
        return texts.text("masked.not_shown", lang, count=len(value))
    return mask_text(mask_value(path or "", value))


def mask_any(path: str, value: Any) -> Any:
    """Mask a value of any shape, such as evidence: texts by their path, lists and mappings within."""
    if isinstance(value, str):
        return mask_value(path, value)
    if isinstance(value, dict):
        return {name: mask_any(f"{path}.{name}" if path else str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [mask_any(path, inner) for inner in value]
    return value


def _mask_run(run: str) -> str:
    digits = re.sub(r"[ ._\-]", "", run)
    if len(digits) == 11 and digits[0] in "1１":
        return digits[:3] + "****" + digits[-4:]
    return _tail(digits, 4)


def _tail(text: str, kept: int) -> str:
    if len(text) <= kept:
        return "*" * len(text)
    return "*" * (len(text) - kept) + text[-kept:]

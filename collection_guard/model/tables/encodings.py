"""Bytes to text: a byte order mark, then strict UTF-8, then strict GB18030, then Big5; never a guess by chance."""

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from collection_guard.model.problems import Problem

Recognise = Callable[[str], int]
"""Counts the known words at the head of a text: it confirms that an encoding is the right one."""

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_HEAD: Final = 64_000
_LONG: Final = re.compile("[\u0800-\U0010ffff]")
"""A character that UTF-8 writes in three bytes or four: such sequences are hardly valid by chance."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and its encoding; ``confirmed`` says that known words were found in it."""

    text: str
    encoding: str
    confirmed: bool = True


def decode(
    data: bytes, file: str, encoding: str | None, recognise: Recognise, *, firmly: bool = True
) -> Decoded | Problem:
    """Return the text of a file, or the problem that stands in the way.

    An encoding that was told, but not ``firmly`` of this very file, leaves one that shows its own as it is.
    """
    if encoding is not None and (firmly or not _shows_its_own(data)):
        return _as_told(data, file, encoding)
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _strict(data, file, name)
    try:
        return _utf8_or_chance(data, data.decode("utf-8"), recognise)
    except UnicodeDecodeError as error:
        utf8 = error
    # Chinese words alone tell the candidates apart; ASCII words look the same in all of them.
    broken = _foreign(data[:_HEAD].decode("utf-8", "replace"), recognise)
    best: tuple[int, str, str] | None = None
    for name in ("gb18030", "big5hkscs"):
        try:
            text = data.decode(name)
        except UnicodeDecodeError:
            continue
        score = _foreign(text[:_HEAD], recognise)
        if best is None or score > best[0]:
            best = (score, text, name)
    if best is None or broken > best[0]:
        return _broken(file, data, utf8, "utf-8")
    score, text, name = best
    return Decoded(text, name, confirmed=score > 0)


def _shows_its_own(data: bytes) -> bool:
    """Say whether a file bears the mark of an encoding, or is valid UTF-8."""
    try:
        return any(data.startswith(mark) for mark, _ in _MARKS) or bool(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False


def _utf8_or_chance(data: bytes, text: str, recognise: Recognise) -> Decoded:
    """Take a text that is valid UTF-8 for what it seems, unless known words say that this is by chance.

    A few Chinese characters of GB18030 may be valid UTF-8 as well: 某某 reads as ĳĳ.
    """
    if text.isascii():
        return Decoded(text, "utf-8")
    score = _foreign(text[:_HEAD], recognise)
    if score == 0:
        try:
            other = data.decode("gb18030")
        except UnicodeDecodeError:
            other = ""
        if _foreign(other[:_HEAD], recognise) > 0:
            return Decoded(other, "gb18030")
    return Decoded(text, "utf-8", confirmed=score > 0 or _LONG.search(text) is not None)


def _foreign(text: str, recognise: Recognise) -> int:
    ascii_only = "".join(letter if letter < "\x80" else "\ufffd" for letter in text)
    return recognise(text) - recognise(ascii_only)


def _as_told(data: bytes, file: str, encoding: str) -> Decoded | Problem:
    try:
        # Some codecs turn bytes into bytes; those are no encodings of a text.
        name = codecs.lookup(encoding).name
        "".encode(name)
    except (LookupError, UnicodeError):
        return Problem("encoding_unknown", file, values={"encoding": encoding})
    if name == "utf-8" and data.startswith(codecs.BOM_UTF8):
        name = "utf-8-sig"
    return _strict(data, file, name)


def _strict(data: bytes, file: str, name: str) -> Decoded | Problem:
    try:
        return Decoded(data.decode(name), name)
    except UnicodeDecodeError as error:
        return _broken(file, data, error, name)


def _broken(file: str, data: bytes, error: UnicodeDecodeError, name: str) -> Problem:
    line = data.count(b"\n", 0, error.start) + 1
    # A file that ends inside a character was cut off.
    code = "encoding_cut_off" if error.end >= len(data) and "end of data" in error.reason else "encoding_broken"
    return Problem(code, file, line, values={"encoding": name, "offset": error.start})

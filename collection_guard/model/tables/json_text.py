"""JSON lines, or one JSON array: each object stands for itself, a broken one costs no other."""

import json
import math
import re
from typing import Any, Final

from collection_guard.model.tables.grids import BrokenRow, JsonRow

_HALF: Final = re.compile(r"\\u[dD][89a-fA-F]")
_DEEPEST: Final = 50
_SPACE: Final = re.compile(r"[ \t\r\n]*")


class _DuplicateKeyError(ValueError):
    """A key stands twice in one object: which of the two is meant, nobody can say."""


class _NotFiniteError(ValueError):
    """NaN or infinity, which JSON does not have."""


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        raise _DuplicateKeyError(next(key for key in keys if keys.count(key) > 1))
    return found


def _no_constant(name: str) -> Any:
    raise _NotFiniteError(name)


class _TooLargeError(ValueError):
    """A number that no computer holds as one: it would be read as infinity, or not at all."""


_MOST_DIGITS: Final = 4000
"""Python refuses to read whole numbers of somewhat more; a number has none so long."""
_SHOWN: Final = 6
"""More of a number may be somebody's."""


def _finite(number: str) -> float:
    found = float(number)
    if not math.isfinite(found):
        raise _TooLargeError(number)
    return found


def _whole(number: str) -> int:
    if len(number) > _MOST_DIGITS:
        raise _TooLargeError(number)
    return int(number)


_LENIENT: Final = json.JSONDecoder(parse_int=float)
_WINDOW: Final = 8192
"""So much text is looked at for the end of an object, and more only where it goes on; an error counts lines."""
_EDGE: Final = 16
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_no_duplicates, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
)


def looks_like_json(text: str) -> bool:
    """Say whether a text begins as JSON lines or a JSON array does."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    return head.startswith("{") or re.match(r"\[\s*[{\]]", head) is not None


def read_json(text: str) -> tuple[list[JsonRow], list[BrokenRow], list[int]]:
    """Return the objects of a text, what is broken in it, and the blank lines between.

    An object may stand on several lines, as programs print it for people; it is counted by its first.
    """
    text = text.lstrip("\ufeff")
    if text.lstrip().startswith("["):
        return (*_read_array(text), [])
    rows: list[JsonRow] = []
    broken: list[BrokenRow] = []
    # Where files were put together, the marks of UTF-8 that each began with stand before lines.
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\n\ufeff", "\n").rstrip("\n \t")
    blank: list[int] = []
    number, at = 0, 0
    while at <= len(text):
        number, end = number + 1, _end_of_line(text, at)
        line = text[at:end].strip()
        if not line:
            blank.append(number)
        else:
            end = _add(number, text, at, end, rows, broken)
            number += text.count("\n", at, end)
        at = end + 1
    return rows, broken, blank


def _end_of_line(text: str, at: int) -> int:
    end = text.find("\n", at)
    return len(text) if end < 0 else end


def _add(number: int, text: str, at: int, end: int, rows: list[JsonRow], broken: list[BrokenRow]) -> int:
    """Take what stands on a line, and return where it ends: on that line, or if it goes on, on a later one."""
    line = text[at:end].strip()
    try:
        data = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        last = _end_over_lines(text, at, end) if line.startswith("{") else end
        if last == end:
            broken.append(_broken(number, error))
            return end
    else:
        _take(number, data, line, rows, broken)
        return end
    whole = text[at:last].strip()
    try:
        _take(number, _DECODER.decode(whole), whole, rows, broken)
    except (ValueError, RecursionError) as error:
        broken.append(_broken(number, error))
    return last


def _end_over_lines(text: str, at: int, end: int) -> int:
    """Return the end of the line on which an object ends that begins on one, that of the first if it is none."""
    start, size = _skip(text, at), _WINDOW
    while True:
        try:
            _, length = _LENIENT.raw_decode(text[start : start + size])
        except json.JSONDecodeError as error:
            # Text cannot go on over a line: what is cut off ends where the window does.
            if start + size >= len(text) or (error.pos < size - _EDGE and not error.msg.startswith("Unterminated")):
                return end
            size *= 16
        except RecursionError:
            return end
        else:
            last = _end_of_line(text, start + length)
            return end if text[start + length : last].strip() else last


def _take(number: int, data: Any, source: str, rows: list[JsonRow], broken: list[BrokenRow]) -> None:
    if not isinstance(data, dict):
        broken.append(BrokenRow(number, "row_json_no_object"))
    elif source.count("[") + source.count("{") > _DEEPEST and _is_deep(data):
        broken.append(BrokenRow(number, "row_json_too_deep", {"limit": _DEEPEST}))
    elif _HALF.search(source) and _is_half(data):
        broken.append(BrokenRow(number, "row_bad_character"))
    else:
        rows.append(JsonRow(number, data))


def _is_deep(data: Any) -> bool:
    """Say whether data nests deeper than any record does; what reads it later may go into it step by step."""
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True


def _is_half(data: Any) -> bool:
    r"""Say whether half of a character (\ud800) is in some data: JSON can write it, and no text can hold it."""
    try:
        json.dumps(data, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


def _broken(number: int, error: Exception) -> BrokenRow:
    match error:
        case _DuplicateKeyError():
            return BrokenRow(number, "row_json_duplicate_key", {"key": str(error)})
        case _NotFiniteError():
            return BrokenRow(number, "row_json_not_finite", {"word": str(error)})
        case _TooLargeError():
            said = str(error)
            shown = said if len(said) <= _SHOWN else said[: _SHOWN // 2] + "…"
            return BrokenRow(number, "row_json_number_too_large", {"number": shown})
        case json.JSONDecodeError():
            return BrokenRow(number, "row_json_syntax", {"column": error.colno, "cause": error.msg})
        case _:
            return BrokenRow(number, "row_json_syntax", {"column": 1, "cause": type(error).__name__})


def _read_array(text: str) -> tuple[list[JsonRow], list[BrokenRow]]:
    """Read an array element by element, so that one that is cut off keeps what came before."""
    rows: list[JsonRow] = []
    broken: list[BrokenRow] = []
    at, number = _skip(text, text.index("[") + 1), 0
    while not text.startswith("]", at):
        number, start = number + 1, at
        try:
            data, at = _DECODER.raw_decode(text, at)
        except (_DuplicateKeyError, _NotFiniteError, _TooLargeError) as error:
            broken.append(_broken(number, error))
            # The element is whole, only not usable: a lenient decoder says where it ends.
            _, at = _LENIENT.raw_decode(text, at)
        except (ValueError, RecursionError) as error:
            return rows, [*broken, _broken(number, error)]
        else:
            _take(number, data, text[start:at], rows, broken)
        at = _skip(text, at)
        if text.startswith(",", at):
            at = _skip(text, at + 1)
        elif not text.startswith("]", at):
            return rows, [*broken, BrokenRow(number + 1, "row_json_array_cut_off")]
    if text[at + 1 :].strip():
        broken.append(BrokenRow(number + 1, "row_json_after_array"))
    return rows, broken


def _skip(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at

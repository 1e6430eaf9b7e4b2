"""JSON lines, or one JSON array: each object stands for itself, a broken one costs no other."""

import json
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


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_no_duplicates, parse_constant=_no_constant)


def looks_like_json(text: str) -> bool:
    """Say whether a text begins as JSON lines or a JSON array does."""
    head = text[:4096].lstrip("\ufeff \t\r\n")
    return head.startswith("{") or re.match(r"\[\s*[{\]]", head) is not None


def read_json(text: str) -> tuple[list[JsonRow], list[BrokenRow], list[int]]:
    """Return the objects of a text, what is broken in it, and the blank lines between."""
    text = text.lstrip("\ufeff")
    if text.lstrip().startswith("["):
        return (*_read_array(text), [])
    rows: list[JsonRow] = []
    broken: list[BrokenRow] = []
    lines = text.replace("\r\n", "\n").replace("\r", "\n").rstrip("\n \t").split("\n")
    blank: list[int] = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            blank.append(number)
            continue
        _add(number, line.strip(), rows, broken)
    return rows, broken, blank


def _add(number: int, line: str, rows: list[JsonRow], broken: list[BrokenRow]) -> None:
    try:
        data = _DECODER.decode(line)
    except (ValueError, RecursionError) as error:
        broken.append(_broken(number, error))
        return
    _take(number, data, line, rows, broken)


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
        except (_DuplicateKeyError, _NotFiniteError) as error:
            broken.append(_broken(number, error))
            # The element is whole, only not usable: a lenient decoder says where it ends.
            _, at = json.JSONDecoder().raw_decode(text, at)
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

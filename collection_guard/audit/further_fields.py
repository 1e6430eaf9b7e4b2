"""Further fields of events in columns of a table (``fields.purpose``), read by the types of the common vocabulary."""

import re
from typing import Any, Final

from collection_guard.audit.values import RowError, WordReader
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.language.fields import EVENT_FIELDS, common_fields
from collection_guard.language.schema import EventField
from collection_guard.model.tables import cell_text
from collection_guard.model.texts import nearest

_LIST: Final = re.compile(r"[|｜、,，;；]")


def read_fields(given: dict[str, tuple[str, Any]], words: WordReader) -> dict[str, Any] | None:
    """Return the further fields that a row gives: an object of JSON, columns of one field each; None if it has none.

    Raises RowError for a value that a field does not take.
    """
    found: dict[str, Any] = dict(given["fields"][1]) if "fields" in given else {}
    for path, (header, cell) in given.items():
        if path.startswith(EVENT_FIELDS):
            name = path.removeprefix(EVENT_FIELDS)
            found[name] = _value(common_fields()[name], path, header, cell, words)
    return found or None


def _value(field: EventField, path: str, header: str, cell: Any, words: WordReader) -> Any:
    text = cell_text(cell)
    match field.type:
        case "bool":
            said = words.known("boolean", text)
            if said is None:
                raise _refused(path, header, cell, ("true", "false"))
            return bool(said[""])
        case "enum":
            word = text.strip().casefold()
            if word not in field.words:
                raise _refused(path, header, cell, tuple(field.words))
            return word
        case "set":
            return (
                [] if text.casefold() in tables().none else [part.strip() for part in _LIST.split(text) if part.strip()]
            )
        case "int" | "float":
            return _number(field.type, path, header, cell)
        case _:
            return text


def _number(kind: str, path: str, header: str, cell: Any) -> float:
    try:
        number = float(cell_text(cell))
    except ValueError:
        raise _refused(path, header, cell, ("12",)) from None
    if kind == "float":
        return number
    if number != number // 1:
        raise _refused(path, header, cell, ("12",))
    return int(number)


def _refused(path: str, header: str, cell: Any, allowed: tuple[str, ...]) -> RowError:
    near = nearest(cell_text(cell), allowed) or allowed[0]
    return RowError("further_field", path, header, cell, allowed=", ".join(allowed), nearest=near)

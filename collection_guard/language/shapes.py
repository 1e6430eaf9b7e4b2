"""Data of a document held against its schema: each mismatch a problem with its place, cause and nearest name."""

from collections.abc import Iterable
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.mismatches import mismatch
from collection_guard.model.problems import Problem
from collection_guard.model.texts import nearest

_Model = TypeVar("_Model", bound=BaseModel)
_CODES: Final[dict[str, str]] = {
    "string_type": "shape_text",
    "string_too_short": "shape_empty",
    "too_short": "shape_empty",
    "dict_type": "shape_mapping",
    "model_type": "shape_mapping",
    "list_type": "shape_list",
    "tuple_type": "shape_list",
    "bool_type": "shape_bool",
    "date_type": "shape_date",
    "date_parsing": "shape_date",
    "date_from_datetime_parsing": "shape_date",
    "date_from_datetime_inexact": "shape_date",
    "number_as_time": "shape_date",
    "datetime_type": "shape_instant",
    "datetime_parsing": "shape_instant",
    "datetime_from_date_parsing": "shape_instant",
    "timezone_aware": "shape_instant",
    "string_pattern_mismatch": "shape_pattern",
}
"""What is said of a value that pydantic refuses for one of these reasons; of all others, pydantic's own words."""


def validated(model: type[_Model], document: Document, problems: list[Problem]) -> _Model | None:
    """Return a document as a model, or None and a problem with its place for each thing that is wrong."""
    try:
        return model.model_validate(document.data if document.data is not None else {})
    except ValidationError as error:
        problems.extend(shape_problems(model, document, error))
        return None


def shape_problems(
    model: type[BaseModel], document: Document, error: ValidationError, base: KeyPath = ()
) -> list[Problem]:
    """Return a problem for each thing that is wrong with the data at a path of a document."""
    return detailed_problems(model, document, error.errors(include_url=False), base)


def detailed_problems(
    model: type[BaseModel], document: Document, errors: Iterable[ErrorDetails], base: KeyPath = ()
) -> list[Problem]:
    """Return a problem for each thing that pydantic finds wrong with the data at a path of a document.

    Where a value may be one of several shapes, pydantic reports what it lacks for each; one of them is enough.
    """
    placed: dict[KeyPath, ErrorDetails] = {}
    found: list[Problem] = []
    for details in errors:
        path = _real(document, base, details["loc"])
        name = str(details["loc"][-1]) if details["loc"] else ""
        match details["type"]:
            case "extra_forbidden":
                near = nearest(name, known_keys(model, path[len(base) : -1]))
                found.append(document.problem("unknown_key", path, at_key=True, name=name, nearest=near))
            case "missing":
                code = "missing_translation" if name in {"zh", "en"} else "missing_key"
                found.append(document.problem(code, path, name=name, parent=_spoken(document, path)))
            case _ if path not in placed or details["type"] == "literal_error":
                placed[path] = details
    deepest = {path: details for path, details in placed.items() if not _covered(path, placed)}
    return found + [value_problem(document, path, details) for path, details in deepest.items()]


def _real(document: Document, base: KeyPath, loc: tuple[int | str, ...]) -> KeyPath:
    """Return the path of an error in the data: without the names of shapes that were tried, and of what is missing."""
    path = base
    for part in loc:
        if (*path, part) in document.places:
            path = (*path, part)
    return path


def _covered(path: KeyPath, placed: dict[KeyPath, ErrorDetails]) -> bool:
    return any(len(other) > len(path) and other[: len(path)] == path for other in placed)


def value_problem(document: Document, path: KeyPath, details: ErrorDetails) -> Problem:
    """Return the problem of a value that is none of those that can stand at a path."""
    name, kind, found = _spoken(document, path), details["type"], details["input"]
    if kind == "literal_error":
        words = details["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
        near = nearest(str(found), words.split(", "))
        return document.problem("wrong_word", path, name=name, value=found, options=words, nearest=near)
    at_key = details["loc"][-1:] == ("[key]",)
    values = {
        "name": name,
        "value": found,
        "reason": mismatch(details),
        "pattern": details.get("ctx", {}).get("pattern"),
        "nearest": details.get("ctx", {}).get("nearest"),
    }
    return document.problem(_CODES.get(kind, "wrong_shape"), path, at_key=at_key, **values)


def _spoken(document: Document, path: KeyPath) -> str:
    return ".".join(str(part) for part in path) or document.whole


def note_places(document: Document, loc: tuple[int | str, ...]) -> None:
    """Note which parts of a path are in data that no file holds: pydantic adds the names of shapes that it tried."""
    data: Any = document.data
    path: KeyPath = ()
    for part in loc:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            continue
        path = (*path, part)
        document.places[path] = (1, 1)


def known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that a model knows at a path."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in path:
        node = _resolved(schema, node)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            patterned = next(iter(node.get("patternProperties", {}).values()), None)
            node = node.get("properties", {}).get(part) or node.get("additionalProperties") or patterned or {}
    return list(_resolved(schema, node).get("properties", {}))


def _resolved(schema: dict[str, Any], node: Any) -> dict[str, Any]:
    while isinstance(node, dict) and ("$ref" in node or "anyOf" in node):
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node["anyOf"][0]
    return node if isinstance(node, dict) else {}

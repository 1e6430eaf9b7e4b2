"""JSON objects as rows: the fields of the public event, flattened to the paths that columns have."""

from collections.abc import Iterable
from typing import Any, Final

from collection_guard.audit.layout import ColumnPlan
from collection_guard.audit.values import RowError
from collection_guard.audit.vocabulary.headers import EVENT_PATHS
from collection_guard.model.event import Claims, Collector, Event, Outcome, Recipient
from collection_guard.model.texts import nearest
from collection_guard.model.words import SIGNALS

_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "collector": tuple(Collector.model_fields),
    "recipient": tuple(Recipient.model_fields),
    "outcome": tuple(Outcome.model_fields),
    "claims": tuple(Claims.model_fields),
}
_FIELDS: Final = tuple(Event.model_fields)
RECORD: Final = {name: _GROUPS.get(name, ()) for name in _FIELDS}
"""The fields of an event, and the parts of its groups."""
_PLANS: Final = {path: ColumnPlan(place, path, path) for place, path in enumerate((*EVENT_PATHS, "fields"))}

Cells = list[tuple[ColumnPlan, Any]]


def flatten(data: dict[str, Any]) -> tuple[Cells, dict[str, Any] | None]:
    """Return the cells of an object by path, and its ``extra``; raise RowError for what no event has."""
    cells: Cells = []
    extra: dict[str, Any] | None = None
    for name, value in data.items():
        if name not in _FIELDS:
            raise _unknown(name, _FIELDS)
        if value is None:
            continue
        if name == "extra":
            extra = _object(name, value)
        elif name == "fields":
            cells.append((_PLANS[name], _object(name, value)))
        elif name in _GROUPS:
            cells += _group(name, value, _GROUPS[name])
        elif name == "signals" and isinstance(value, dict):
            cells.append((_PLANS["signals"], _signals(value)))
        else:
            cells.append((_PLANS[name], value))
    return cells, extra


def _group(name: str, value: Any, known: tuple[str, ...]) -> Iterable[tuple[ColumnPlan, Any]]:
    if not isinstance(value, dict):
        raise RowError("field_type", name, name, value)
    for part, inner in value.items():
        if part not in known:
            raise _unknown(f"{name}.{part}", [f"{name}.{other}" for other in known])
        if name == "recipient" and part == "members" and isinstance(inner, list):
            _check_members(inner, known)
        yield _PLANS[f"{name}.{part}"], inner


def _check_members(members: list[Any], known: tuple[str, ...]) -> None:
    for member in members:
        if not isinstance(member, dict):
            raise RowError("field_type", "recipient.members", "recipient.members", member)
        for part, inner in member.items():
            if part not in known:
                raise _unknown(f"members.{part}", [f"members.{other}" for other in known])
            if part == "members" and isinstance(inner, list):
                _check_members(inner, known)


def _signals(value: dict[str, Any]) -> dict[str, bool | None]:
    for name, inner in value.items():
        if name not in SIGNALS:
            raise _unknown(f"signals.{name}", [f"signals.{other}" for other in SIGNALS])
        if inner is not None and not isinstance(inner, bool):
            raise RowError("field_type", f"signals.{name}", f"signals.{name}", inner)
    return value


def _object(name: str, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise RowError("field_type", name, name, value)
    return value


def _unknown(name: str, known: Iterable[str]) -> RowError:
    return RowError("unknown_field", name, name, field=name, nearest=nearest(name, known))

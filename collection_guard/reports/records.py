"""The records in words: what each field of events, case profiles and partner lists means."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from collection_guard.model.event import Event, Record
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryEntry
from collection_guard.model.texts import Lang, has_text, text

ROOTS: Final[tuple[type[Record], ...]] = (Event, CaseProfile, RegistryEntry)
"""The records that are documented, each with those that it holds."""

KindName = Literal["text", "number", "bool", "instant", "date", "time", "map", "word", "record"]
_PLAIN: Final[dict[object, KindName]] = {
    str: "text",
    float: "number",
    bool: "bool",
    AwareDatetime: "instant",
    date: "date",
    time: "time",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """The type of a field: what it is, the words or the record that it is made of, and whether it is a list of them."""

    name: KindName
    listed: bool = False
    words: tuple[str, ...] = ()
    record: type[Record] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a record, by the name that it has in JSON."""

    record: type[Record]
    name: str
    kind: Kind
    required: bool

    @property
    def code(self) -> str:
        """Return the code of its text in the catalogue."""
        return f"record.{self.record.__name__}.{self.name}"

    def meaning(self, lang: Lang) -> str:
        """Return what the field means."""
        return text(self.code, lang)

    def absent(self, lang: Lang) -> str:
        """Return what it means that the field is null or left out."""
        if self.required:
            return text("record.required", lang)
        return text(f"{self.code}.absent" if has_text(f"{self.code}.absent") else "record.absent", lang)


def fields_of(record: type[Record]) -> list[Field]:
    """Return the fields of a record, in their order."""
    return [
        Field(record, info.alias or name, _kind(info.annotation), info.is_required())
        for name, info in record.model_fields.items()
    ]


def records_in(root: type[Record]) -> list[type[Record]]:
    """Return a record and all that it holds, each once, in the order in which they are first met."""
    found = [root]
    for record in found:
        for field in fields_of(record):
            if field.kind.record is not None and field.kind.record not in found:
                found.append(field.kind.record)
    return found


def documented_schema(model: type[BaseModel], lang: Lang) -> dict[str, Any]:
    """Return the JSON Schema of a model, with the meaning of every documented field in a language."""
    schema = model.model_json_schema(by_alias=True)
    for name, part in ((model.__name__, schema), *schema.get("$defs", {}).items()):
        if has_text(f"record.{name}"):
            part["description"] = text(f"record.{name}", lang)
        for field, properties in part.get("properties", {}).items():
            if has_text(f"record.{name}.{field}"):
                properties["description"] = text(f"record.{name}.{field}", lang)
    return schema


def _parts(annotation: object) -> Iterator[object]:
    """Yield what an annotation says, without the wrappers of pydantic and without null."""
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _parts(get_args(annotation)[0])
    elif origin in {Union, UnionType}:
        for part in get_args(annotation):
            yield from _parts(part)
    elif annotation is not NoneType:
        yield annotation


def _kind(annotation: object) -> Kind:
    (part,) = _parts(annotation)
    origin, arguments = get_origin(part), get_args(part)
    if origin is tuple:
        inside = _kind(arguments[0])
        return Kind(inside.name, listed=True, words=inside.words, record=inside.record)
    if origin is dict:
        return Kind("map", words=_kind(arguments[0]).words)
    if origin is Literal:
        return Kind("word", words=tuple(arguments))
    if isinstance(part, type) and issubclass(part, Record):
        return Kind("record", record=part)
    return Kind(_PLAIN[part])

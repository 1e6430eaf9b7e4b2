"""Further fields of events and profiles: a common vocabulary of them, and those that a pack declares itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from collection_guard.language.schema import EventField, PackFile
from collection_guard.language.vocabulary import Fact
from collection_guard.language.yaml_positions import read_yaml

_VOCABULARY: Final = Path(__file__).with_name("event_fields.yaml")
PREFIX: Final = "field."
EVENT_FIELDS: Final = "fields."
"""Stands before the name of a further field where a table has a column of it."""


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field as facts read it: where it stands, and of which type and words it is."""

    name: str
    type: str
    words: frozenset[str]
    of_profile: bool
    instructs: bool = False
    """Only the person contacted can say it."""


@cache
def common_fields() -> Mapping[str, EventField]:
    """Return the fields that every pack may ask for, by name."""
    data = read_yaml(_VOCABULARY).data
    return {name: EventField.model_validate(said) for name, said in data.items()}


def column_paths() -> tuple[str, ...]:
    """Return the common fields of events, as columns of a table are named."""
    return tuple(f"{EVENT_FIELDS}{name}" for name, field in common_fields().items() if field.of == "event")


def declared_fields(header: PackFile) -> dict[str, EventField]:
    """Return the fields that a pack asks for or declares; names that nobody knows are left out."""
    asked = {name: common_fields()[name] for name in header.fields if name in common_fields()}
    return asked | header.own_fields


def fact_of_field(name: str, field: EventField) -> Fact:
    """Return the entry of the vocabulary for a field."""
    title = {"zh": field.title.zh, "en": field.title.en}
    path = f"{'profile.' if field.of == 'profile' else ''}fields.{name}"
    return Fact(f"{PREFIX}{name}", field.type, field.stage, title, (path,), tuple(field.words))

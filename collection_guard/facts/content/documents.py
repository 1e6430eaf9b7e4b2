"""YAML documents with the place of every value, and Pydantic's complaints turned into problems with that place."""

import difflib
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from collection_guard.model.mismatches import mismatch
from collection_guard.model.problems import Problem

Place: TypeAlias = tuple[int, int]
Address: TypeAlias = tuple[str | int, ...]
Model = TypeVar("Model", bound=BaseModel)


class Document:
    """One YAML file: its value, the place of every part of it, and what is wrong with it."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.value: Any = None
        self.places: dict[Address, Place] = {}
        self.problems: list[Problem] = []
        try:
            node = yaml.compose(file.read_text("utf-8"), Loader=yaml.CSafeLoader)
        except UnicodeDecodeError as error:
            self.problems.append(Problem("lexicon_encoding", file=str(file), values={"at": error.start}))
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            self.problems.append(
                Problem(
                    "lexicon_yaml",
                    file=str(file),
                    line=mark.line + 1 if mark else None,
                    column=mark.column + 1 if mark else None,
                    values={"cause": error.problem or error.context or ""},
                )
            )
        else:
            self.value = {} if node is None else self._read(node, ())

    def _read(self, node: yaml.Node, address: Address) -> Any:
        self.places[address] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.MappingNode):
            value: dict[str, Any] = {}
            for key_node, item in node.value:
                key = str(key_node.value)
                place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
                if key in value:
                    self.problem("lexicon_key_twice", (*address, key), place=place, key=key)
                value[key] = self._read(item, (*address, key))
                self.places[(*address, key)] = place
            return value
        if isinstance(node, yaml.SequenceNode):
            return [self._read(item, (*address, i)) for i, item in enumerate(node.value)]
        return _scalar(node)

    def place(self, address: Address) -> Place | None:
        """Return the place of a part, or of the nearest part around it."""
        while address and address not in self.places:
            address = address[:-1]
        return self.places.get(address)

    def problem(self, code: str, address: Address, place: Place | None = None, **values: object) -> None:
        """Note a problem at a part of the document."""
        line, column = place or self.place(address) or (None, None)
        self.problems.append(Problem(code, file=str(self.file), line=line, column=column, values=values))

    def validated(self, model: type[Model]) -> Model | None:
        """Return the document as a model, or None; what is wrong is noted.

        Items of lists that are wrong are left out: so what is wrong with the others is found in the same run.
        """
        if self.value is None:
            return None
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            details = error.errors()
        for detail in details:
            self._complain(detail, model)
        self._leave_out({detail["loc"][:2] for detail in details})
        try:
            return model.model_validate(self.value)
        except ValidationError:
            return None

    def _leave_out(self, faulty: set[Address]) -> None:
        """Take items out of their lists; the places of the others move with them."""
        for key, items in self.value.items() if isinstance(self.value, dict) else ():
            if not isinstance(items, list):
                continue
            kept = [index for index in range(len(items)) if (key, index) not in faulty]
            moved = {old: new for new, old in enumerate(kept)}
            self.value[key] = [items[index] for index in kept]
            places: dict[Address, Place] = {}
            for address, place in self.places.items():
                if address[:1] != (key,) or len(address) < 2:
                    places[address] = place
                elif address[1] in moved:
                    places[key, moved[int(address[1])], *address[2:]] = place
            self.places = places

    def _complain(self, detail: ErrorDetails, model: type[BaseModel]) -> None:
        address = detail["loc"]
        where = ".".join(str(part) for part in address)
        if detail["type"] == "extra_forbidden":
            key = str(address[-1])
            known = _keys_of(model, address[:-1])
            near = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            if near:
                self.problem("lexicon_unknown_key_near", address, key=key, near=near[0])
            else:
                self.problem("lexicon_unknown_key", address, key=key, known=", ".join(sorted(known)))
            return
        self.problem("lexicon_value", address, where=where, cause=mismatch(detail))


def _scalar(node: yaml.Node) -> Any:
    """Read a scalar as YAML does, but words as words: ``no`` and ``on`` are phrases here."""
    if node.tag == "tag:yaml.org,2002:int":
        return int(node.value) if node.value.lstrip("-").isdigit() else node.value
    if node.tag == "tag:yaml.org,2002:null" and node.value in ("", "~", "null"):
        return None
    return node.value


def _keys_of(model: Any, address: Address) -> list[str]:
    """Return the keys that the model allows at an address."""
    for part in address:
        if isinstance(part, int):
            continue
        fields = getattr(model, "model_fields", {})
        if part not in fields:
            continue
        model = _model_in(fields[part].annotation)
    return [field.alias or name for name, field in getattr(model, "model_fields", {}).items()]


def _model_in(annotation: Any) -> Any:
    """Return the model inside a list, a mapping or an optional annotation."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    for inner in getattr(annotation, "__args__", ()):
        found = _model_in(inner)
        if found is not None:
            return found
    return None

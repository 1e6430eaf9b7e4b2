"""YAML read with the line and column of every key and value; duplicate keys are refused.

Plain scalars are read as in YAML 1.2: ``21:00`` stays a text and is not 1260, ``no`` is not false.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from collection_guard.model.problems import Problem

Place = tuple[int, int]
KeyPath = tuple[str | int, ...]

_INT: Final = re.compile(r"[-+]?\d+")
_FLOAT: Final = re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?")
_WORDS: Final[dict[str, Any]] = {"": None, "~": None, "null": None, "true": True, "false": False}
_DEPTH: Final = 60
"""No rule nests this deep; a file that does is hostile or broken."""


@dataclass(slots=True)
class Document:
    """One YAML file: its data, the place of everything in it, and what was wrong with it as YAML."""

    file: str
    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    key_places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def problem(self, code: str, path: KeyPath = (), *, at_key: bool = False, **values: object) -> Problem:
        """Return a problem at the place of a path, or of the nearest thing above it that has one."""
        line, column = self.place(path, at_key=at_key)
        return Problem(code, self.file, line, column, values=values)

    def place(self, path: KeyPath, *, at_key: bool = False) -> Place:
        """Return line and column of a path, or of the nearest thing above it that has one."""
        if at_key and path in self.key_places:
            return self.key_places[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


class _Loader(yaml.SafeLoader):
    """A loader without aliases: they hide what a rule says, and can blow a small file up without bound."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one node; an alias is a syntax error."""
        if self.check_event(yaml.AliasEvent):
            mark: Any = self.get_event().start_mark  # type: ignore[no-untyped-call]  # the stubs leave it open
            raise yaml.MarkedYAMLError(problem="aliases (*name) are not read", problem_mark=mark)
        return super().compose_node(parent, index)


def _composed(text: str) -> yaml.Node | None:
    """Return the nodes of a text: by libyaml where it is plain and sound, else by the loader that explains.

    The fast way is taken only after its events have shown neither an alias nor a depth that could exhaust a stack.
    """
    fast: Any = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        try:
            depth = 0
            for event in yaml.parse(text, Loader=fast):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if isinstance(event, yaml.AliasEvent) or depth > _DEPTH:
                    break
            else:
                return yaml.compose(text, Loader=fast)
        except yaml.YAMLError:
            pass  # the other loader says what is wrong, in the same words on every machine
    return yaml.compose(text, Loader=_Loader)


def read_yaml(path: Path, name: str | None = None) -> Document:
    """Read a YAML file; what is wrong stands in the document's problems."""
    document = Document(name or str(path))
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        document.problems.append(Problem("yaml_unreadable", document.file, 1, 1, values={"reason": _reason(error)}))
        return document
    return parse_yaml(text, document.file)


def parse_yaml(text: str, name: str) -> Document:
    """Read YAML from a text; what is wrong stands in the document's problems."""
    document = Document(name)
    try:
        node = _composed(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        reason = " ".join(part for part in (error.context, error.problem) if part)
        document.problems.append(Problem("yaml_syntax", name, line, column, values={"reason": reason}))
        return document
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        document.problems.append(Problem("yaml_syntax", name, 1, 1, values={"reason": _reason(error)}))
        return document
    if node is not None:
        document.data = _Builder(document).build(node, ())
    return document


def _reason(error: Exception) -> str:
    return (str(error) or type(error).__name__).splitlines()[0]


class _Builder:
    """Turns composed nodes into plain data and notes the places."""

    def __init__(self, document: Document) -> None:
        self._document = document

    def build(self, node: yaml.Node, path: KeyPath) -> Any:
        self._document.places[path] = (node.start_mark.line + 1, node.start_mark.column + 1)
        if len(path) > _DEPTH:
            self._document.problems.append(self._document.problem("yaml_too_deep", path, limit=_DEPTH))
            return None
        match node:
            case yaml.MappingNode():
                return self._mapping(node, path)
            case yaml.SequenceNode():
                return [self.build(item, (*path, index)) for index, item in enumerate(node.value)]
            case _:
                return _scalar(node)

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self._document.problems.append(Problem("yaml_key", self._document.file, *place))
                continue
            key = str(key_node.value)
            if key in data:
                first = self._document.key_places[(*path, key)][0]
                values: dict[str, object] = {"key": key, "first": first}
                self._document.problems.append(
                    Problem("yaml_duplicate_key", self._document.file, *place, values=values)
                )
                continue
            self._document.key_places[(*path, key)] = place
            data[key] = self.build(value_node, (*path, key))
        return data


def _scalar(node: Any) -> Any:
    text = str(node.value)
    if node.style:
        return text
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        # A number too long to be one is an identifier that somebody forgot to quote.
        return int(text) if len(text) <= 18 and (text == "0" or not text.lstrip("+-").startswith("0")) else text
    if _FLOAT.fullmatch(text):
        return float(text)
    return text

"""YAML read with the line and column of every key and value; duplicate keys are refused.

Plain scalars are read as in YAML 1.2: ``21:00`` stays a text and is not 1260, ``no`` is not false.
"""

import codecs
import json
import math
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.reader import ReaderError

from collection_guard.model.problems import Problem

Place = tuple[int, int]
KeyPath = tuple[str | int, ...]

_INT: Final = re.compile(r"[-+]?\d+")
_FLOAT: Final = re.compile(r"[-+]?(\d+\.\d*|\.\d+)([eE][-+]?\d+)?")
_WORDS: Final[dict[str, Any]] = {"": None, "~": None, "null": None, "true": True, "false": False}
_DEPTH: Final = 60
"""No rule nests this deep; a file that does is hostile or broken."""
_SHOWN: Final = 200
"""How many characters of a value are shown at the most."""


@dataclass(slots=True)
class Document:
    """One YAML file: its data, the place of everything in it, and what was wrong with it as YAML."""

    file: str
    data: Any = None
    places: dict[KeyPath, Place] = field(default_factory=dict)
    key_places: dict[KeyPath, Place] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    whole: str = "file"
    """What all of it is called where a message names it."""

    def problem(self, code: str, path: KeyPath = (), *, at_key: bool = False, **values: object) -> Problem:
        """Return a problem at the place of a path, or of the nearest thing above it that has one."""
        line, column = self.place(path, at_key=at_key)
        shown = {name: value if name == "nearest" else as_written(value) for name, value in values.items()}
        return Problem(code, self.file, line, column, values=shown)

    def place(self, path: KeyPath, *, at_key: bool = False) -> Place:
        """Return line and column of a path, or of the nearest thing above it that has one."""
        if at_key and path in self.key_places:
            return self.key_places[path]
        while path and path not in self.places:
            path = path[:-1]
        return self.places.get(path, (1, 1))


def as_written(value: object) -> object:
    """Return a value as the file would write it (``true``, ``null``, ``"5"``), not as Python shows it, and not all."""
    if value is None or isinstance(value, bool | list | dict):
        value = json.dumps(value, ensure_ascii=False, default=str)
    elif isinstance(value, str) and not isinstance(_plain(value), str):
        value = f'"{value}"'
    return f"{value[:_SHOWN]}…" if isinstance(value, str) and len(value) > _SHOWN else value


class _RefusedError(yaml.MarkedYAMLError):
    """Something that is YAML, but is not read here; ``code`` names the problem."""

    def __init__(self, code: str, mark: yaml.Mark) -> None:
        super().__init__(problem=code, problem_mark=mark)
        self.code = code


def _refused(event: Any) -> str | None:
    """Return the code of a problem for what is not read, None for everything else.

    Anchors and aliases hide what a rule says, and can blow a small file up without bound; tags change types unseen.
    """
    if getattr(event, "anchor", None) is not None:
        return "yaml_alias"
    return "yaml_tag" if getattr(event, "tag", None) is not None else None


class _Loader(yaml.SafeLoader):
    """The loader that explains: pure Python, so that it says the same on every machine."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        """Compose one node, or refuse it."""
        event: Any = self.peek_event()  # type: ignore[no-untyped-call]  # the stubs leave it open
        code = _refused(event)
        if code is not None:
            raise _RefusedError(code, event.start_mark)
        return super().compose_node(parent, index)


def _composed(text: str) -> yaml.Node | None:
    """Return the nodes of a text: by libyaml where it is plain and sound, else by the loader that explains.

    The fast way is taken only after its events have shown nothing refused, and no depth that could exhaust a stack.
    """
    fast: Any = getattr(yaml, "CSafeLoader", None)
    if fast is not None:
        try:
            depth = 0
            for event in yaml.parse(text, Loader=fast):
                depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
                if _refused(event) or depth > _DEPTH:
                    break
            else:
                return yaml.compose(text, Loader=fast)
        except (yaml.YAMLError, UnicodeError):
            pass  # the other loader says what is wrong, in the same words on every machine
    return yaml.compose(text, Loader=_Loader)


def read_yaml(path: Path, name: str | None = None) -> Document:
    """Read a YAML file; what is wrong stands in the document's problems."""
    document = Document(name or str(path))
    try:
        raw = path.read_bytes().removeprefix(codecs.BOM_UTF8)
    except OSError as error:
        values: dict[str, object] = {"reason": error.strerror or type(error).__name__}
        document.problems.append(Problem("yaml_unreadable", document.file, values=values))
        return document
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        values = {"byte": f"{raw[error.start]:02X}"}
        place = _end_of(raw[: error.start].decode("utf-8"))
        document.problems.append(Problem("yaml_not_utf8", document.file, *place, values=values))
        return document
    return parse_yaml(text, document.file)


def _end_of(text: str) -> Place:
    """Return the line and column just behind a text."""
    return text.count("\n") + 1, len(text) - text.rfind("\n")


def parse_yaml(text: str, name: str) -> Document:
    """Read YAML from a text; what is wrong stands in the document's problems."""
    document = Document(name)
    try:
        node = _composed(text)
    except ReaderError as error:
        values: dict[str, object] = {"character": f"U+{ord(text[error.position]):04X}"}
        place = _end_of(text[: error.position])
        document.problems.append(Problem("yaml_character", name, *place, values=values))
    except yaml.MarkedYAMLError as error:
        document.problems.append(_syntax_problem(error, name))
    except RecursionError:  # only a file of brackets upon brackets nests so deep that reading it fails
        document.problems.append(Problem("yaml_too_deep", name, 1, 1, values={"limit": _DEPTH}))
    else:
        if node is not None:
            data = _Builder(document).build(node, ())
            deep = any(problem.code == "yaml_too_deep" for problem in document.problems)
            document.data = None if deep else data
    return document


def _syntax_problem(error: yaml.MarkedYAMLError, name: str) -> Problem:
    mark = error.problem_mark
    assert mark is not None  # noqa: S101  # every error of the scanner, the parser and the composer has its place
    place = (mark.line + 1, mark.column + 1)
    if isinstance(error, _RefusedError):
        return Problem(error.code, name, *place)
    if mark.buffer is not None and mark.buffer[mark.pointer] == "\t":
        return Problem("yaml_tab", name, *place)
    reason = " ".join(part for part in (error.context, error.problem) if part)
    return Problem("yaml_syntax", name, *place, values={"reason": reason})


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
                text = self._text(node)
                return text if getattr(node, "style", None) else _plain(text)

    def _text(self, node: yaml.Node) -> str:
        """Return the text of a scalar; JSON writes a character beyond the basic plane as two halves."""
        text = str(node.value)
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            half = next(character for character in text if "\ud800" <= character <= "\udfff")
            place = (node.start_mark.line + 1, node.start_mark.column + 1)
            values: dict[str, object] = {"character": f"U+{ord(half):04X}"}
            self._document.problems.append(Problem("yaml_character", self._document.file, *place, values=values))
            return ""

    def _mapping(self, node: yaml.MappingNode, path: KeyPath) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key_node, value_node in node.value:
            place = (key_node.start_mark.line + 1, key_node.start_mark.column + 1)
            if not isinstance(key_node, yaml.ScalarNode):
                self._document.problems.append(Problem("yaml_key", self._document.file, *place))
                continue
            key = self._text(key_node)
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


def _plain(text: str) -> Any:
    """Return what a text without quotes means."""
    if text in _WORDS:
        return _WORDS[text]
    if _INT.fullmatch(text):
        # A number too long to be one is an identifier that somebody forgot to quote.
        digits = text.lstrip("+-")
        return int(text) if len(digits) <= 18 and (digits == "0" or not digits.startswith("0")) else text
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        return float(text)
    return text

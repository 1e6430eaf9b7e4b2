"""Packs of rules: found, read, checked, and compiled, with all problems of all files at once."""

import hashlib
import json
import string
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

import pytz
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from collection_guard.language.schema import Example, PackFile, Rule, RuleFile
from collection_guard.language.vocabulary import FACTS, PARTY_CLASSES, Fact
from collection_guard.language.yaml_positions import Document, KeyPath, read_yaml
from collection_guard.model.problems import Problem, RulesError
from collection_guard.model.texts import nearest
from collection_guard.model.words import RELATIONSHIPS

HEADER: Final = "pack.yaml"
BESIDE: Final = frozenset({"conformance.yaml"})
"""Files of a pack's folder that hold no rules."""

_Model = TypeVar("_Model", bound=BaseModel)


@dataclass(slots=True)
class Pack:
    """A pack as read: its header, its rules, and the document and place that each came from."""

    header: PackFile
    document: Document
    rules: list[tuple[Rule, Document, KeyPath]] = field(default_factory=list)
    facts: dict[str, Fact] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """Return a digest of all that the pack says, whatever the order of its files and rules."""
        said = self.header.model_dump(mode="json")
        said["rules"] = sorted((rule.model_dump(mode="json") for rule, _, _ in self.rules), key=lambda r: r["id"])
        return hashlib.sha256(json.dumps(said, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def rules_root() -> Path:
    """Return the folder of the packs that come with collection_guard: in the wheel, or beside the package."""
    package = Path(__file__).resolve().parent.parent
    shipped = package / "_rules"
    return shipped if shipped.is_dir() else package.parent / "rules"


def shipped_packs() -> list[str]:
    """Return the names of the packs that come with collection_guard."""
    return sorted(folder.parent.name for folder in rules_root().glob(f"*/{HEADER}"))


def load_packs(names: Iterable[str | Path]) -> list[Pack]:
    """Read packs by name, or by the path of a folder or a file, sorted by name.

    Raises RulesError with every problem of every file.
    """
    problems: list[Problem] = []
    packs: list[Pack] = []
    for name in names:
        path = _path_of(name, problems)
        if path is not None:
            pack = _load_pack(path, problems)
            if pack is not None:
                packs.append(pack)
    packs.sort(key=lambda pack: pack.header.pack)
    _refuse_doubles(packs, problems)
    if problems:
        raise RulesError(problems)
    return packs


def _path_of(name: str | Path, problems: list[Problem]) -> Path | None:
    shipped = rules_root() / str(name)
    if isinstance(name, str) and "/" not in name and (shipped / HEADER).is_file():
        return shipped
    path = Path(name)
    if (path / HEADER).is_file() or path.is_file():
        return path
    near = nearest(str(name), shipped_packs())
    problems.append(
        Problem("no_such_pack", values={"name": name, "nearest": near, "known": ", ".join(shipped_packs())})
    )
    return None


def _load_pack(path: Path, problems: list[Problem]) -> Pack | None:
    files = [path] if path.is_file() else sorted(path.glob("*.yaml"))
    documents = [read_yaml(file) for file in files if file.name not in BESIDE]
    header_name = path.name if path.is_file() else HEADER
    pack: Pack | None = None
    rules: list[tuple[Rule, Document, KeyPath]] = []
    for document in documents:
        problems.extend(document.problems)
        is_header = Path(document.file).name == header_name
        if document.data is None and document.problems:
            continue
        model: PackFile | RuleFile | None = (
            validated(PackFile, document, problems) if is_header else validated(RuleFile, document, problems)
        )
        if model is None:
            continue
        rules += [(rule, document, ("rules", index)) for index, rule in enumerate(model.rules)]
        if isinstance(model, PackFile):
            pack = Pack(model, document)
    if pack is not None:
        pack.rules = sorted(rules, key=lambda entry: entry[0].id)
        _check_tables(pack, problems)
        pack.facts = _facts_of(pack, problems)
        _check_texts(pack, problems)
    return pack


def validated(model: type[_Model], document: Document, problems: list[Problem]) -> _Model | None:
    """Return a document as a model, or None and a problem with its place for each thing that is wrong."""
    try:
        return model.model_validate(document.data if document.data is not None else {})
    except ValidationError as error:
        problems.extend(_schema_problem(model, document, details) for details in error.errors())
        return None


def _schema_problem(model: type[BaseModel], document: Document, details: ErrorDetails) -> Problem:
    path = tuple(part for part in details["loc"])
    name = str(path[-1]) if path else ""
    match details["type"]:
        case "extra_forbidden":
            near = nearest(name, _known_keys(model, path[:-1]))
            return document.problem("unknown_key", path, at_key=True, name=name, nearest=near)
        case "missing":
            code = "missing_translation" if name in {"zh", "en"} else "missing_key"
            return document.problem(code, path[:-1], name=name, parent=_spoken(path[:-1]))
        case "literal_error":
            words = details["ctx"]["expected"].replace("'", "")
            options = words.replace(" or ", ", ").split(", ")
            near = nearest(str(details["input"]), options)
            return document.problem("wrong_word", path, name=name, value=details["input"], options=words, nearest=near)
        case _:
            found = (
                details["input"]
                if isinstance(details["input"], str | int | float | bool)
                else type(details["input"]).__name__
            )
            return document.problem("wrong_shape", path, name=_spoken(path), value=found, reason=details["msg"])


def _spoken(path: KeyPath) -> str:
    return ".".join(str(part) for part in path) or "file"


def _known_keys(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that a model knows at a path."""
    schema = model.model_json_schema()
    node: dict[str, Any] = schema
    for part in path:
        node = _resolved(schema, node)
        if isinstance(part, int):
            node = node.get("items", {})
        else:
            node = node.get("properties", {}).get(part) or node.get("additionalProperties") or {}
    return list(_resolved(schema, node).get("properties", {}))


def _resolved(schema: dict[str, Any], node: Any) -> dict[str, Any]:
    while isinstance(node, dict) and ("$ref" in node or "anyOf" in node):
        node = schema["$defs"][node["$ref"].rsplit("/", 1)[1]] if "$ref" in node else node["anyOf"][0]
    return node if isinstance(node, dict) else {}


def _refuse_doubles(packs: list[Pack], problems: list[Problem]) -> None:
    seen: dict[str, str] = {}
    names: set[str] = set()
    for pack in packs:
        if pack.header.pack in names:
            problems.append(pack.document.problem("pack_twice", ("pack",), name=pack.header.pack))
        names.add(pack.header.pack)
        for rule, document, path in pack.rules:
            line, column = document.place((*path, "id"))
            here = f"{document.file}:{line}:{column}"
            if rule.id in seen:
                first = seen[rule.id]
                problems.append(document.problem("rule_twice", (*path, "id"), id=rule.id, first=first))
            seen.setdefault(rule.id, here)


def _check_tables(pack: Pack, problems: list[Problem]) -> None:
    header, document = pack.header, pack.document

    def check(code: str, path: KeyPath, word: str, known: Iterable[str]) -> None:
        known = list(known)
        if word not in known:
            problems.append(document.problem(code, path, value=word, nearest=nearest(word, known)))

    check("unknown_zone", ("zone",), header.zone, pytz.all_timezones)
    for name, words in header.party_classes.items():
        check("unknown_class", ("party_classes", name), name, PARTY_CLASSES)
        for index, word in enumerate(words):
            check("unknown_relationship", ("party_classes", name, index), word, RELATIONSHIPS)
    for index, name in enumerate(header.third_party_classes):
        check("unknown_class", ("third_party_classes", index), name, PARTY_CLASSES)
    for zone, legal in header.legal_zones.items():
        check("unknown_zone", ("legal_zones", zone), zone, pytz.all_timezones)
        check("unknown_zone", ("legal_zones", zone), legal, pytz.all_timezones)
    placed: dict[str, str] = {}
    for name, words in header.party_classes.items():
        for index, word in enumerate(words):
            if word in placed:
                path = ("party_classes", name, index)
                problems.append(document.problem("class_twice", path, value=word, first=placed[word]))
            placed[word] = name


def _facts_of(pack: Pack, problems: list[Problem]) -> dict[str, Fact]:
    """Return the vocabulary of a pack: the facts computed in code, its measures, and the facts it defines."""
    facts: dict[str, Fact] = dict(FACTS)
    for name, measure in pack.header.measures.items():
        kind: Any = {"talk_seconds": "float", "elapsed": "duration"}.get(measure.count, "int")
        title = {"zh": measure.title.zh, "en": measure.title.en}
        facts[f"measure.{name}"] = Fact(f"measure.{name}", kind, "before", title, (), of_history=True)
    for name, defined in pack.header.facts.items():
        title = {"zh": defined.title.zh, "en": defined.title.en}
        if name in facts:
            problems.append(pack.document.problem("fact_twice", ("facts", name), at_key=True, name=name))
        facts[name] = Fact(name, "bool", "before", title, (), of_history=True)
    return facts


def _check_texts(pack: Pack, problems: list[Problem]) -> None:
    """Hold the placeholders of messages and remedies against the vocabulary."""
    for rule, document, path in pack.rules:
        for part in ("message", "remedy"):
            for lang in ("zh", "en"):
                where = (*path, part, lang)
                words: str = getattr(getattr(rule, part), lang)
                for name in _placeholders(words, document, where, problems):
                    if name not in pack.facts:
                        near = nearest(name, pack.facts)
                        problems.append(document.problem("unknown_placeholder", where, name=name, nearest=near))


def _placeholders(words: str, document: Document, where: KeyPath, problems: list[Problem]) -> list[str]:
    try:
        return [name for _, name, _, _ in string.Formatter().parse(words) if name is not None]
    except ValueError as error:
        problems.append(document.problem("bad_placeholder", where, reason=error))
        return []


def examples_of(packs: Iterable[Pack]) -> Iterable[tuple[Pack, Rule, Example, Document, KeyPath]]:
    """Yield every example of every rule, with its place."""
    for pack in packs:
        for rule, document, path in pack.rules:
            for index, example in enumerate(rule.examples):
                yield pack, rule, example, document, (*path, "examples", index)


def overrides_for(pack: Pack, overrides: Mapping[str, Any]) -> dict[str, Any]:
    """Return the overridden parameters that are this pack's: ``name`` or ``pack.name``."""
    mine: dict[str, Any] = {}
    for name, value in overrides.items():
        owner, _, rest = name.rpartition(".")
        if owner in {"", pack.header.pack} and rest in pack.header.parameters:
            mine[rest] = value
    return mine

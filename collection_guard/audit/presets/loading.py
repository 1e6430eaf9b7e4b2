"""The presets and code tables that come along, read and validated once."""

from functools import cache
from importlib import resources
from typing import Any, Final

from collection_guard.audit.presets.schema import CodeTable, Facts, Preset
from collection_guard.audit.vocabulary.tables import Meaning, WordTable, tables
from collection_guard.language.yaml_positions import parse_yaml
from collection_guard.model.problems import InputError

_FACTS: Final = ("network", "answered_by", "party", "disposition", "state_change", "message_left")
_RULES: Final = ("needs_talk", "set_aside")


NO_PRESET: Final = "none"
"""The name that says: read the file by the words of its header alone."""


def _documents(folder: str) -> list[Any]:
    found = []
    place = resources.files("collection_guard.audit.presets") / folder
    for file in sorted(place.iterdir(), key=lambda item: item.name):
        document = parse_yaml(file.read_text("utf-8"), f"{folder}/{file.name}")
        if document.problems:
            raise InputError(document.problems)
        found.append(document.data)
    return found


@cache
def presets() -> dict[str, Preset]:
    """Return every preset by its name."""
    found = [Preset.model_validate(data) for data in _documents("formats")]
    for preset in found:
        for path, names in preset.codes.items():
            for name in names:
                code_tables()[name]  # a name that is none is a mistake of the data
                word_table(name, path)
    return {preset.name: preset for preset in found}


@cache
def code_tables() -> dict[str, CodeTable]:
    """Return every code table by its name."""
    return {table.name: table for table in map(CodeTable.model_validate, _documents("codes"))}


def words_of(preset: Preset) -> dict[str, WordTable]:
    """Return what the codes of a preset mean, by the path of their column."""
    found: dict[str, WordTable] = {}
    for path, names in preset.codes.items():
        found[path] = WordTable()
        for name in reversed(names):  # the first table named outranks the others
            found[path].overlay(word_table(name, path))
    return found


@cache
def word_table(name: str, path: str) -> WordTable:
    """Return what the codes of a table mean in a column of a path."""
    source, table = code_tables()[name], WordTable()
    for code in source.codes:
        if path in ("outcome", "hangup"):
            flagged = [source.flags[flag] for flag in code.flags]
            table.add(code.code, facts_of([code] if code.set_aside else [code, *flagged]))
        else:
            known = {} if code.word is None else tables().by_path[path].meaning(code.word)
            if known is None:
                raise ValueError(code.word)
            table.add(code.code, known)
    return table


def facts_of(sources: list[Facts]) -> Meaning:
    """Return what some sources say together; an earlier one comes before a later one."""
    found: dict[str, Any] = {}
    for source in sources:
        for name in _FACTS:
            if getattr(source, name) is not None:
                found.setdefault(f"outcome.{name}", getattr(source, name))
        for name in _RULES:
            if getattr(source, name) is not None:
                found.setdefault(name, getattr(source, name))
    return found


def flags_of(preset: Preset, raised: list[str]) -> Meaning:
    """Return what flags that a row raises itself say, by the tables of the preset."""
    known = {
        name: facts for table in preset.codes.get("outcome", ()) for name, facts in code_tables()[table].flags.items()
    }
    return facts_of([known[name] for name in raised if name in known])

"""Packs of rules: found, read, checked, and compiled, with all problems of all files at once."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import pytz

from collection_guard.language.compiling import conditions_wrong
from collection_guard.language.declarations import declared_facts
from collection_guard.language.overlays import overlaid, refuse_doubles
from collection_guard.language.pack import Pack, overrides_for
from collection_guard.language.placeholders import unfilled
from collection_guard.language.salvage import salvaged
from collection_guard.language.schema import Example, PackFile, Rule, RuleFile
from collection_guard.language.shapes import validated
from collection_guard.language.vocabulary import FACTS, PARTY_CLASSES, Fact
from collection_guard.language.written import GROUPS, ZONES
from collection_guard.language.yaml_positions import Document, KeyPath, read_yaml
from collection_guard.model.problems import Problem, RulesError
from collection_guard.model.texts import nearest
from collection_guard.model.words import RELATIONSHIPS

__all__ = [
    "BESIDE",
    "HEADER",
    "Pack",
    "examples_of",
    "load_packs",
    "overrides_for",
    "rules_root",
    "shipped_packs",
    "validated",
]

HEADER: Final = "pack.yaml"
BESIDE: Final = frozenset({"conformance.yaml"})
"""Files of a pack's folder that hold no rules."""


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
    refuse_doubles(packs, problems)
    if problems:
        # What else is wrong is told in the same run, and not only once these are mended.
        raise RulesError([*problems, *(problem for pack in packs for problem in conditions_wrong(pack))])
    return packs


def _path_of(name: str | Path, problems: list[Problem]) -> Path | None:
    shipped = rules_root() / str(name)
    if isinstance(name, str) and "/" not in name and (shipped / HEADER).is_file():
        return shipped
    path = Path(name)
    if (path / HEADER).is_file() or path.is_file():
        return path
    if path.is_dir():
        problems.append(Problem("no_pack_header", str(path), values={"header": HEADER}))
        return None
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
        if document.data is None:
            if not document.problems:
                problems.append(document.problem("yaml_empty"))
            continue
        kind: type[PackFile | RuleFile] = PackFile if is_header else RuleFile
        model = validated(kind, document, problems) or salvaged(kind, document.data)
        rules += [(rule, document, ("rules", index)) for index, rule in enumerate(model.rules)]
        if isinstance(model, PackFile):
            pack = Pack(model, document)
    if pack is not None:
        pack.rules = sorted(rules, key=lambda entry: entry[0].id)
        _check_tables(pack, problems)
        if pack.header.extends is not None:
            _extend(pack, pack.header.extends, path, problems)
        pack.facts = _facts_of(pack, problems)
        _check_texts(pack, problems)
    return pack


def _extend(pack: Pack, name: str, path: Path, problems: list[Problem]) -> None:
    """Lay a pack over the one that it extends: beside it, else one that comes along. Overlays do not pile up."""
    folder = path.parent if path.is_file() else path
    beside = folder.parent / name
    found = beside if (beside / HEADER).is_file() else _path_of(name, problems)
    base = _load_pack(found, problems) if found is not None and found != path else None
    if base is not None and base.header.extends is None:
        overlaid(pack, base, problems)
    elif not problems:
        problems.append(pack.document.problem("overlay_base", ("extends",), name=name))


def _check_tables(pack: Pack, problems: list[Problem]) -> None:
    header, document = pack.header, pack.document

    def check(code: str, path: KeyPath, word: str, known: Iterable[str], *, at_key: bool = False) -> None:
        known = list(known)
        if word not in known:
            near = nearest(word, known)
            problems.append(document.problem(code, path, at_key=at_key, value=word, nearest=near))

    if isinstance(document.data, dict) and "extends" not in document.data:
        absent = [name for name in ("party_classes", "third_party_classes") if name not in document.data]
        problems.extend(document.problem("missing_key", (), name=name, parent="file") for name in absent)
    check("unknown_zone", ("zone",), header.zone, pytz.all_timezones)
    placed: dict[str, str] = {}
    for name, words in header.party_classes.items():
        check("unknown_class", ("party_classes", name), name, PARTY_CLASSES, at_key=True)
        for index, word in enumerate(words):
            path = ("party_classes", name, index)
            check("unknown_relationship", path, word, RELATIONSHIPS)
            if word in placed:
                problems.append(document.problem("class_twice", path, value=word, first=placed[word]))
            placed[word] = name
    for index, name in enumerate(header.third_party_classes):
        check("unknown_class", ("third_party_classes", index), name, PARTY_CLASSES)
    for zone, legal in header.legal_zones.items():
        check("unknown_zone", ("legal_zones", zone), zone, pytz.all_timezones, at_key=True)
        check("unknown_zone", ("legal_zones", zone), legal, pytz.all_timezones)


def _facts_of(pack: Pack, problems: list[Problem]) -> dict[str, Fact]:
    """Return the vocabulary of a pack: the facts computed in code, its measures, and the facts it defines."""
    facts: dict[str, Fact] = dict(FACTS)
    facts |= declared_facts(pack, problems)
    for name, measure in pack.header.measures.items():
        kind: Any = {"talk_seconds": "float", "elapsed": "duration"}.get(measure.count, "int")
        title = {"zh": measure.title.zh, "en": measure.title.en}
        facts[f"measure.{name}"] = Fact(f"measure.{name}", kind, "before", title, (), of_history=True)
    for name, found in pack.header.open_debts.items():
        title = {"zh": found.title.zh, "en": found.title.en}
        facts[f"measure.{name}"] = Fact(f"measure.{name}", "int", "before", title, (), of_history=True)
    for name, defined in pack.header.facts.items():
        title = {"zh": defined.title.zh, "en": defined.title.en}
        if name in facts:
            problems.append(pack.document.problem("fact_twice", ("facts", name), at_key=True, name=name))
        # A definition that rests on no history may itself filter past events.
        named = list(_named_in(defined.when))
        used = [facts[key] for key in named if key in facts]
        plain = len(used) == len(named) and not any(one.zoned or (one.of_history and not one.filters) for one in used)
        facts[name] = Fact(name, "bool", "before", title, (), of_history=not plain)
    return facts


def _named_in(condition: Any) -> Iterator[str]:
    """Yield the facts that a condition names, as written."""
    for key, value in condition.items() if isinstance(condition, dict) else ():
        if key in GROUPS:
            for part in value if isinstance(value, list) else ():
                yield from _named_in(part)
        elif key in ZONES:
            yield from _named_in(value)
        else:
            yield key


def _check_texts(pack: Pack, problems: list[Problem]) -> None:
    """Hold the placeholders of messages and remedies against the vocabulary."""
    for rule, document, path in pack.rules:
        for part in ("message", "remedy"):
            for lang in ("zh", "en"):
                words: str = getattr(getattr(rule, part), lang)
                for code, values in unfilled(words, pack.facts):
                    problems.append(document.problem(code, (*path, part, lang), **values))


def examples_of(packs: Iterable[Pack]) -> Iterable[tuple[Pack, Rule, Example, Document, KeyPath]]:
    """Yield every example of every rule, with its place, and the pack whose parameters it was written for.

    That is the pack below an overlay, for rules that come from there, where the overlay tightens parameters.
    """
    for pack in packs:
        below = pack.untightened
        inherited = set() if below is None else {rule.id for rule, _, _ in below.rules}
        for rule, document, path in pack.rules:
            owner = below if below is not None and rule.id in inherited else pack
            for index, example in enumerate(rule.examples):
                yield owner, rule, example, document, (*path, "examples", index)

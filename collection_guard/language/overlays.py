"""Overlays: a pack that extends another, and may only be stricter than it.

It may add whatever the other does not have, raise the severity of a rule, and change a parameter in the direction that
the parameter itself declares as stricter. Anything else is refused, with both values and both places.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from collection_guard.language.conditions import typed_constant
from collection_guard.language.pack import Pack
from collection_guard.language.schema import SEVERITIES, Parameter
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.problems import Problem
from collection_guard.model.texts import nearest

_NAMED: Final = (
    "parameters",
    "sets",
    "measures",
    "facts",
    "texts",
    "channels",
    "own_fields",
    "calendars",
    "consents",
    "instructions",
    "open_debts",
    "retentions",
)
_LISTS: Final = ("fields", "one_debt", "lawyer_titles")
_TABLES: Final = ("party_classes", "third_party_classes", "legal_zones")


def overlaid(pack: Pack, base: Pack, problems: list[Problem]) -> None:
    """Make an overlay whole: what it says over what the pack says that it extends."""
    own, below = pack.header, base.header
    merged: dict[str, Any] = {}
    for part in _NAMED:
        mine, theirs = getattr(own, part), getattr(below, part)
        for name in mine:
            if name in theirs:
                _refuse(pack, base, problems, "overlay_redefines", (part, name), (part, name), name=name)
        merged[part] = theirs | mine
    for part in _LISTS:
        merged[part] = list(dict.fromkeys((*getattr(below, part), *getattr(own, part))))
    for part in _TABLES:
        if part not in own.model_fields_set:
            merged[part] = getattr(below, part)
        elif getattr(own, part) != getattr(below, part):
            _refuse(pack, base, problems, "overlay_table", (part,), (part,), name=part)
    for name, value in own.tighten.items():
        parameter = below.parameters.get(name)
        if parameter is None:
            near = nearest(name, below.parameters)
            problems.append(pack.document.problem("unknown_parameter", ("tighten", name), name=name, nearest=near))
        elif _is_stricter(parameter, value):
            merged["parameters"][name] = parameter.model_copy(update={"value": value, "values": None})
        else:
            values: dict[str, object] = {"name": name, "value": value, "now": _shown(parameter)}
            values["stricter"] = parameter.stricter or "—"
            _refuse(pack, base, problems, "overlay_looser", ("tighten", name), ("parameters", name), **values)
    pack.header = own.model_copy(update=merged)
    pack.untightened = base if own.tighten else None
    _with_rules_of(pack, base, problems)


def refuse_doubles(packs: Iterable[Pack], problems: list[Problem]) -> None:
    """Refuse packs that share a name or the id of a rule: once for two packs that bring the very same rules."""
    seen: dict[str, tuple[Pack, Document, tuple[int, int]]] = {}
    names: set[str] = set()
    sharing: set[tuple[str, str]] = set()
    for pack in packs:
        if pack.header.pack in names:
            problems.append(pack.document.problem("pack_twice", ("pack",), name=pack.header.pack))
            continue
        names.add(pack.header.pack)
        for rule, document, path in pack.rules:
            place = document.place((*path, "id"))
            if rule.id not in seen:
                seen[rule.id] = (pack, document, place)
                continue
            other, first, there = seen[rule.id]
            pair = (other.header.pack, pack.header.pack)
            is_same = place == there and Path(document.file).resolve() == Path(first.file).resolve()
            if not is_same:
                at = f"{first.file}:{there[0]}:{there[1]}"
                problems.append(document.problem("rule_twice", (*path, "id"), id=rule.id, first=at))
            elif pair not in sharing:
                sharing.add(pair)
                problems.append(_shared(pack, other))


def _shared(pack: Pack, other: Pack) -> Problem:
    """Return what is wrong where an overlay is named beside the pack that it extends, or another overlay on that."""
    over, beside = (other, pack) if pack.header.extends is None else (pack, other)
    code = "overlay_and_base" if beside.header.extends is None else "overlays_of_one"
    return over.document.problem(
        code, ("extends",), name=over.header.pack, other=beside.header.pack, base=over.header.extends
    )


def _with_rules_of(pack: Pack, base: Pack, problems: list[Problem]) -> None:
    raised = pack.header.raise_severity
    ids = {rule.id: (document, path) for rule, document, path in base.rules}
    for name in raised:
        if name not in ids:
            near = nearest(name, ids)
            problems.append(pack.document.problem("no_such_rule", ("raise_severity", name), id=name, nearest=near))
    for rule, document, path in pack.rules:
        if rule.id in ids:
            first, there = ids[rule.id]
            line, column = first.place((*there, "id"))
            place = f"{first.file}:{line}:{column}"
            problems.append(document.problem("rule_twice", (*path, "id"), id=rule.id, first=place))
    own = {rule.id for rule, _, _ in pack.rules}
    for rule, document, path in base.rules:
        if rule.id in own:
            continue
        severity = raised.get(rule.id, rule.severity)
        if SEVERITIES.index(severity) > SEVERITIES.index(rule.severity):
            line, column = document.place((*path, "severity"))
            at = ("raise_severity", rule.id)
            place = f"{document.file}:{line}:{column}"
            problems.append(
                pack.document.problem(
                    "overlay_severity", at, id=rule.id, value=severity, now=rule.severity, first=place
                )
            )
        pack.rules.append((rule.model_copy(update={"severity": severity}), document, path))
    pack.rules.sort(key=lambda entry: entry[0].id)


def _refuse(
    pack: Pack, base: Pack, problems: list[Problem], code: str, path: KeyPath, other: KeyPath, **values: object
) -> None:
    line, column = base.document.place(other)
    first = f"{base.document.file}:{line}:{column}"
    problems.append(pack.document.problem(code, path, at_key=False, first=first, **values))


def _shown(parameter: Parameter) -> object:
    return parameter.value if parameter.values is None else [entry.value for entry in parameter.values]


def _is_stricter(parameter: Parameter, value: Any) -> bool:
    """Say whether a value is as strict as all that the parameter has, in the direction that it declares."""
    now = [parameter.value] if parameter.values is None else [entry.value for entry in parameter.values]
    if parameter.stricter == "subset":
        is_list = isinstance(value, list) and bool(value)
        return is_list and all(isinstance(old, list) and set(value) <= set(old) for old in now)
    new = typed_constant(parameter.type, value)
    known = [typed_constant(parameter.type, old) for old in now if old is not None]
    if new is None or parameter.stricter is None or None in known:
        return False
    return all(new <= old if parameter.stricter == "lower" else new >= old for old in known if old is not None)

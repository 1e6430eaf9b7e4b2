"""Small changes to the conditions, bounds and parameters of a pack, as an author might make them by mistake."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from collection_guard.language.pack import Pack
from collection_guard.language.schema import Condition, Force, Measure, PackFile, Parameter, Rule
from collection_guard.language.units import DAY, HOUR, SECOND, parse_duration, parse_local_time, show_local_time
from collection_guard.language.windows import parse_window
from collection_guard.language.written import COMPARISONS, GROUPS, ZONES, as_said
from collection_guard.language.yaml_positions import Document, KeyPath

_INCLUSIVE: Final = {"lt": "le", "le": "lt", "gt": "ge", "ge": "gt"}
_OPPOSITE: Final = {"lt": "gt", "gt": "lt", "le": "ge", "ge": "le"}
_INCLUSIONS: Final = ("included", "excluded", "arguable")
_SWAPPED: Final = {"all": "any", "any": "all", "in_every_zone": "in_some_zone", "in_some_zone": "in_every_zone"}
_BESIDE: Final = "__"
"""Stands between the name of a parameter and the change of it that one mutant makes, as no parameter's name does."""


@dataclass(frozen=True, slots=True)
class Change:
    """A change of one value: by so many units, or whether a bound is included."""

    by: int = 0
    flips: bool = False

    def of(self, kind: str, value: Any) -> Any:
        """Return the changed value of a type; None where there is none."""
        if self.flips:
            return "excluded" if value == "included" else "included"
        match kind:
            case "int" | "float" if isinstance(value, int | float) and not isinstance(value, bool):
                return value + self.by
            case "local_time" if isinstance(value, str):
                clock = parse_local_time(value)
                moved = None if clock is None else clock + self.by * SECOND
                return None if moved is None or not 0 <= moved <= DAY else show_local_time(moved)
            case "duration" if isinstance(value, str):
                length = parse_duration(value)
                seconds = None if length is None else length // SECOND + self.by
                return None if seconds is None or seconds <= 0 else f"{seconds}s"
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of a pack: what kind, of what, where, and how it read before and reads after.

    ``pack`` is the changed pack. ``shifted`` names parameters that stand for others in it with a change of their value.
    """

    kind: str
    subject: str
    file: str
    line: int
    column: int
    before: str
    after: str
    pack: Pack
    rule: str | None = None
    condition: tuple[str, str] | None = None
    shifted: dict[str, tuple[str, Change]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Variant:
    """A changed condition, and what was changed in it."""

    kind: str
    path: KeyPath
    before: str
    after: str
    data: dict[str, Any]
    shifted: dict[str, tuple[str, Change]] = field(default_factory=dict)


def mutants_of(pack: Pack, only: str | None = None) -> Iterator[Mutant]:
    """Yield every mutant of a pack, or those of one of its rules."""
    for rule, document, path in pack.rules:
        if only in {None, rule.id}:
            yield from _of_rule(pack, rule, document, path)
    if only is None:
        yield from _of_header(pack)


# --- rules --------------------------------------------------------------------------------------------------------


def _of_rule(pack: Pack, rule: Rule, document: Document, path: KeyPath) -> Iterator[Mutant]:
    def mutant(variant: _Variant, changed: Rule) -> Mutant:
        rules = [(changed if one.id == rule.id else one, where, at) for one, where, at in pack.rules]
        header = _with_shifted(pack.header, variant.shifted)
        other = Pack(header, pack.document, rules, pack.facts)
        place = document.place(variant.path, at_key=variant.kind == "dropped")
        return Mutant(
            variant.kind,
            rule.id,
            document.file,
            *place,
            variant.before,
            _readable(variant, pack.header),
            other,
            rule.id,
            shifted=variant.shifted,
        )

    for key in ("applies_to", "forbid", "require"):
        condition: Condition | None = getattr(rule, key)
        if condition is not None:
            for variant in distinct(condition, (*path, key), pack.header):
                yield mutant(variant, rule.model_copy(update={key: variant.data}))
    if len(rule.applies_to) > 1:
        whole = _Variant("scope", (*path, "applies_to"), as_said("applies_to", rule.applies_to), "applies_to: {}", {})
        yield mutant(whole, rule.model_copy(update={"applies_to": {}}))
    if rule.forbid is not None:
        swapped = _Variant("negated", (*path, "forbid"), "forbid", "require", {})
        yield mutant(swapped, rule.model_copy(update={"forbid": None, "require": rule.forbid}))
    if rule.require is not None:
        swapped = _Variant("negated", (*path, "require"), "require", "forbid", {})
        yield mutant(swapped, rule.model_copy(update={"require": None, "forbid": rule.require}))
    for name, end in (("since", "from"), ("until", "to")):
        day = getattr(rule.in_force, name)
        for step in (-1, 1) if day is not None else ():
            moved = day + timedelta(days=step)
            force = Force.model_construct(**{"since": rule.in_force.since, "until": rule.in_force.until, name: moved})
            here = (*path, "in_force", end)
            yield mutant(
                _Variant("force", here, f"{end}: {day}", f"{end}: {moved}", {}),
                rule.model_copy(update={"in_force": force}),
            )


def _with_shifted(header: PackFile, shifted: dict[str, tuple[str, Change]]) -> PackFile:
    """Return a header with parameters that are others, changed."""
    if not shifted:
        return header
    more = {name: changed_parameter(header.parameters[own], change) for name, (own, change) in shifted.items()}
    return header.model_copy(update={"parameters": {**header.parameters, **more}})


def _readable(variant: _Variant, header: PackFile) -> str:
    """Return how a mutant reads, with the change of a parameter beside its name."""
    said = variant.after
    for name, (own, change) in variant.shifted.items():
        unit = "s" if header.parameters[own].type in {"local_time", "duration"} else ""
        said = said.replace(f"${name}", f"not ${own}" if change.flips else f"${own} {change.by:+d}{unit}")
    return said


def changed_parameter(parameter: Parameter, change: Change) -> Parameter:
    """Return a parameter with each of its values changed; one that cannot be keeps what it is."""

    def changed(value: Any) -> Any:
        other = None if value is None else change.of(parameter.type, value)
        return value if other is None else other

    values = None
    if parameter.values is not None:
        values = [entry.model_copy(update={"value": changed(entry.value)}) for entry in parameter.values]
    return parameter.model_copy(update={"value": changed(parameter.value), "values": values})


# --- what stands in the header ------------------------------------------------------------------------------------


def _of_header(pack: Pack) -> Iterator[Mutant]:
    header = pack.header

    def mutant(variant: _Variant, subject: str, part: str, name: str, changed: Any, **more: Any) -> Mutant:
        parts = {**getattr(header, part), name: changed}
        own = _with_shifted(header.model_copy(update={part: parts}), variant.shifted)
        other = Pack(own, pack.document, pack.rules, pack.facts)
        place = pack.document.place(variant.path, at_key=variant.kind == "dropped")
        said = (variant.before, _readable(variant, header))
        return Mutant(variant.kind, subject, pack.document.file, *place, *said, other, shifted=variant.shifted, **more)

    for name, parameter in header.parameters.items():
        for variant, value in _of_parameter(name, parameter):
            yield mutant(variant, f"${name}", "parameters", name, value)
    for name, fact in header.facts.items():
        for variant in distinct(fact.when, ("facts", name, "when"), header):
            definition = fact.model_copy(update={"when": variant.data})
            yield mutant(variant, name, "facts", name, definition, condition=("facts", name))
    for name, condition in header.sets.items():
        for variant in distinct(condition, ("sets", name), header):
            yield mutant(variant, name, "sets", name, variant.data, condition=("sets", name))
    for name, measure in header.measures.items():
        for variant, other in _of_measure(name, measure, header, only_whether_any=_asks_whether_any(pack, name)):
            yield mutant(variant, f"measure.{name}", "measures", name, other)


def _asks_whether_any(pack: Pack, name: str) -> bool:
    """Say whether all that a pack asks of a measure is whether it counts anything: at least one, or none."""
    header = pack.header
    said: list[Any] = [rule.model_dump(mode="json", exclude={"examples"}) for rule, _, _ in pack.rules]
    said += [fact.when for fact in header.facts.values()] + list(header.sets.values())
    said += [one.model_dump(mode="json") for one in (*header.measures.values(), *header.consents.values())]
    limits = [limit for found in header.open_debts.values() for limit in found.limits if limit.measure == name]
    tests = [test for part in said for test in _tests_of(part, f"measure.{name}")]
    return all(limit.below == 1 for limit in limits) and all(test in _WHETHER_ANY for test in tests)


_WHETHER_ANY: Final = ({"ge": 1}, {"lt": 1}, {"gt": 0}, {"le": 0})


def _tests_of(data: Any, fact: str) -> Iterator[Any]:
    """Yield what a part of a pack, as written, asks of a fact."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == fact:
                yield value
            else:
                yield from _tests_of(value, fact)
    elif isinstance(data, list):
        for item in data:
            yield from _tests_of(item, fact)


def _of_parameter(name: str, parameter: Parameter) -> Iterator[tuple[_Variant, Parameter]]:
    path: KeyPath = ("parameters", name)
    if parameter.value is not None:
        for before, after, value in _values(parameter.type, parameter.value):
            variant = _Variant("parameter", (*path, "value"), before, after, {})
            yield variant, parameter.model_copy(update={"value": value})
    for index, entry in enumerate(parameter.values or ()):
        for before, after, value in _values(parameter.type, entry.value):
            entries = list(parameter.values or ())
            entries[index] = entry.model_copy(update={"value": value})
            variant = _Variant("parameter", (*path, "values", index, "value"), before, after, {})
            yield variant, parameter.model_copy(update={"values": entries})


def _values(kind: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """Yield other values of a type, each with how the old and the new one read."""
    others: list[Any] = []
    match kind:
        case "int" | "float" | "duration":
            others = [Change(by).of(kind, value) for by in (-1, 1)]
        case "local_time":
            hour = HOUR // SECOND
            others = [Change(by).of(kind, value) for by in (-1, 1, -hour, hour)]
        case "inclusion":
            others = [word for word in _INCLUSIONS if word != value]
        case "bool" if isinstance(value, bool):
            others = [not value]
        case "words" if isinstance(value, list) and len(value) > 1:
            others = [[word for word in value if word != left] for left in value]
    for other in others:
        if other is not None:
            yield as_said("value", value), as_said("value", other), other


def _of_measure(
    name: str, measure: Measure, header: PackFile, *, only_whether_any: bool
) -> Iterator[tuple[_Variant, Measure]]:
    """Yield the changes of a measure; where rules only ask whether there is any, it is all the same what is counted."""
    path: KeyPath = ("measures", name)
    for key in ("where", "since"):
        condition = getattr(measure, key)
        if isinstance(condition, dict):
            for variant in distinct(condition, (*path, key), header):
                yield variant, measure.model_copy(update={key: variant.data})
    others: list[tuple[str, Any]] = [("window", window) for window in _windows(measure.window)]
    if measure.since is not None:
        others.append(("since", None))
    if not only_whether_any:
        others += [("count", other) for one, other in _COUNTS if one == measure.count]
    others += [("key", other) for one, other in _KEYS if one == measure.key]
    for key, value in others:
        after = as_said(key, value) if value is not None else ""
        kind = "measure" if value is not None else "dropped"
        variant = _Variant(kind, (*path, key), as_said(key, getattr(measure, key)), after, {})
        yield variant, measure.model_copy(update={key: value})


_COUNTS: Final = (("events", "local_dates"), ("local_dates", "events"), ("numbers", "events"))
_KEYS: Final = (("case", "borrower"), ("borrower", "case"), ("number", "case"), ("collector", "agency"))


def _windows(written: str) -> list[str]:
    """Return other windows: a little longer or shorter, or another calendar unit."""
    window = parse_window(written, lambda _name, _kind: None)
    if window is None:
        return []  # a window by a parameter changes with it
    match window.kind:
        case "elapsed":
            return [f"{window.size // SECOND + step}s" for step in (-1, 1) if window.size // SECOND + step > 0]
        case "local_dates":
            return [f"{window.size + step} local dates" for step in (-1, 1) if window.size + step > 0]
        case "local_day":
            return ["this local week", "24h"]
        case "local_week":
            return ["this local day", "this local month"]
        case "local_month":
            return ["this local week"]
        case _:
            return []


# --- conditions ---------------------------------------------------------------------------------------------------


def distinct(condition: Condition, path: KeyPath, header: PackFile) -> Iterator[_Variant]:
    """Yield the changes of a condition, each result once."""
    seen = {json.dumps(condition, sort_keys=True, default=str)}
    whole = _Variants(header).of(condition, path)
    for variant in (*whole, *_of_whole(condition, path)):
        key = json.dumps([variant.data, sorted(variant.shifted)], sort_keys=True, default=str)
        if key not in seen:
            seen.add(key)
            yield variant


def _of_whole(condition: Condition, path: KeyPath) -> Iterator[_Variant]:
    if len(condition) == 1:
        ((key, value),) = condition.items()
        yield _Variant("dropped", (*path, key), as_said(key, value), "", {})
    elif condition:
        said = as_said("all", condition)
        yield _Variant("negated", path, said, as_said("none", [condition]), {"none": [condition]})


@dataclass(frozen=True, slots=True)
class _Variants:
    """Makes the changes of a condition, in it and below."""

    header: PackFile

    def of(self, condition: dict[str, Any], path: KeyPath) -> Iterator[_Variant]:
        """Yield the changes of a condition other than that it goes as a whole."""
        if len(condition) > 1:
            items = [{key: value} for key, value in condition.items()]
            yield _Variant("group", path, as_said("all", condition), as_said("any", items), {"any": items})
        for key, value in condition.items():
            here, said = (*path, key), as_said(key, value)
            if len(condition) > 1:
                rest = {name: other for name, other in condition.items() if name != key}
                yield _Variant("dropped", here, said, "", rest)
            denied = {"none": [{key: value}]}
            yield _Variant("negated", here, said, as_said("none", [{key: value}]), _replaced(condition, key, denied))
            for variant in self._entry(key, value, here):
                yield _Variant(
                    variant.kind,
                    variant.path,
                    variant.before,
                    variant.after,
                    _replaced(condition, key, variant.data),
                    variant.shifted,
                )

    def _entry(self, key: str, value: Any, here: KeyPath) -> Iterator[_Variant]:
        """Yield the changes of one entry; their data stand in its place."""
        said = as_said(key, value)
        if key in _SWAPPED and (key in ZONES or len(value) > 1):
            other = _SWAPPED[key]
            kind = "zones" if key in ZONES else "group"
            yield _Variant(kind, here, said, as_said(other, value), {other: value})
        if key in ZONES:
            for variant in self.of(value, here):
                yield _moved(variant, {key: variant.data})
        elif key in GROUPS:
            yield from self._group(key, value, here)
        elif isinstance(value, dict):
            for operator, operand in value.items():
                yield from self._operator(key, value, operator, operand, (*here, operator))
        else:
            for path, after, shifted in self._operand(value, here, self._kind_of(value)):
                kind = "word" if isinstance(value, list) else "bound"
                yield _Variant(kind, path, said, as_said(key, after), {key: after}, shifted)

    def _group(self, key: str, items: list[Any], here: KeyPath) -> Iterator[_Variant]:
        if key == "none" and len(items) > 1:
            said = as_said(key, items)
            yield _Variant("group", here, said, as_said("none", [{"all": items}]), {"none": [{"all": items}]})
        for index, item in enumerate(items):
            there = (*here, index)
            others = [other for number, other in enumerate(items) if number != index]
            if others:
                yield _Variant("dropped", there, _entries(item), "", {key: others})
            for variant in self.of(item, there):
                changed = [*items[:index], variant.data, *items[index + 1 :]]
                yield _moved(variant, {key: changed})

    def _operator(
        self, fact: str, tests: dict[str, Any], operator: str, operand: Any, here: KeyPath
    ) -> Iterator[_Variant]:
        def variant(kind: str, path: KeyPath, changed: dict[str, Any], **more: Any) -> _Variant:
            whole = {name: value for name, value in tests.items() if name != operator} | changed
            return _Variant(kind, path, as_said(fact, tests), as_said(fact, whole), {fact: whole}, **more)

        if len(tests) > 1:
            yield variant("dropped", here, {})
        if operator in COMPARISONS:
            yield variant("inclusion", here, {_INCLUSIVE[operator]: operand})
            yield variant("operator", here, {_OPPOSITE[operator]: operand})
        if operator == "between":
            for end in ("from", "to"):
                for path, after, shifted in self._operand(operand[end], (*here, end), self._kind_of(operand[end])):
                    yield variant("bound", path, {operator: {**operand, end: after}}, shifted=shifted)
                name = f"{end}_is"
                held = operand.get(name, "included" if end == "from" else "excluded")
                for after, shifted in self._inclusions(held):
                    path = (*here, name if name in operand else end)
                    yield variant("inclusion", path, {operator: {**operand, name: after}}, shifted=shifted)
        elif operator not in {"known", "matches"}:
            kind = "word" if isinstance(operand, list) else "bound"
            for path, after, shifted in self._operand(operand, here, self._kind_of(operand)):
                yield variant(kind, path, {operator: after}, shifted=shifted)

    def _kind_of(self, operand: Any) -> str | None:
        """Return the type of a number, a time or a duration, None of anything else."""
        if isinstance(operand, bool) or operand is None:
            return None
        if isinstance(operand, int | float):
            return "float"
        if isinstance(operand, str):
            parameter = self.header.parameters.get(operand[1:]) if operand.startswith("$") else None
            if parameter is not None:
                return parameter.type
            return "local_time" if parse_local_time(operand) is not None else "duration"
        return None

    def _operand(
        self, operand: Any, path: KeyPath, kind: str | None
    ) -> Iterator[tuple[KeyPath, Any, dict[str, tuple[str, Change]]]]:
        """Yield an operand one unit down and up, or without each of its words."""
        if isinstance(operand, list):
            for index in range(len(operand)) if len(operand) > 1 else ():
                yield (*path, index), [*operand[:index], *operand[index + 1 :]], {}
            return
        for step in (-1, 1):
            change = Change(step)
            if isinstance(operand, str) and operand.startswith("$") and operand[1:] in self.header.parameters:
                if kind in {"int", "float", "local_time", "duration"}:
                    name = f"{operand[1:]}{_BESIDE}{'minus' if step < 0 else 'plus'}"
                    yield path, f"${name}", {name: (operand[1:], change)}
            else:
                other = change.of(kind or "", operand)
                if other is not None:
                    yield path, other, {}

    def _inclusions(self, held: str) -> Iterator[tuple[str, dict[str, tuple[str, Change]]]]:
        if not held.startswith("$"):
            yield "excluded" if held == "included" else "included", {}
            return
        name = f"{held[1:]}{_BESIDE}flipped"
        yield f"${name}", {name: (held[1:], Change(flips=True))}


def _replaced(condition: dict[str, Any], key: str, by: dict[str, Any]) -> dict[str, Any]:
    """Return a condition with one entry replaced by another condition."""
    if len(condition) == 1:
        return by
    if set(by) == {key}:
        return {name: by[key] if name == key else value for name, value in condition.items()}
    return {"all": [by if name == key else {name: value} for name, value in condition.items()]}


def _moved(variant: _Variant, data: dict[str, Any]) -> _Variant:
    return _Variant(variant.kind, variant.path, variant.before, variant.after, data, variant.shifted)


def _entries(condition: dict[str, Any]) -> str:
    return ", ".join(as_said(key, value) for key, value in condition.items())

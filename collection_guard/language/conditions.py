"""Conditions read from a pack: held against the vocabulary, turned into the intermediate representation."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, cast, get_args

from pydantic_core import SchemaError, SchemaValidator, core_schema

from collection_guard.language.ir import (
    All,
    AnyOf,
    Bounds,
    Constant,
    Inclusion,
    InZones,
    Node,
    Operator,
    Test,
    negated,
)
from collection_guard.language.schema import ParameterType
from collection_guard.language.units import parse_duration, parse_local_time
from collection_guard.language.vocabulary import Fact, FactType
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.problems import Problem
from collection_guard.model.texts import nearest

_GROUPS: Final = ("all", "any", "none")
_ZONES: Final = ("in_every_zone", "in_some_zone")
_ORDERED: Final = frozenset({"int", "float", "local_time", "duration"})
_OPERATORS: Final[dict[str, frozenset[str]]] = {
    "not": frozenset({"enum", "str", "bool", "int", "float"}),
    "not_in": frozenset({"enum", "str", "int"}),
    "lt": _ORDERED,
    "le": _ORDERED,
    "gt": _ORDERED,
    "ge": _ORDERED,
    "between": _ORDERED,
    "matches": frozenset({"str"}),
    "contains": frozenset({"set"}),
    "known": frozenset({"bool", "int", "float", "str", "enum", "local_time", "duration", "set"}),
}
_INCLUSIONS: Final = get_args(Inclusion)
_PARAMETER_TYPES: Final[dict[FactType, tuple[ParameterType, ...]]] = {
    "bool": ("bool",),
    "int": ("int",),
    "float": ("int", "float"),
    "str": ("str", "words"),
    "enum": ("str", "words"),
    "set": ("str", "words"),
    "local_time": ("local_time",),
    "duration": ("duration",),
}
_WRONG: Final[dict[FactType, str]] = {
    "bool": "wrong_truth",
    "local_time": "wrong_time",
    "duration": "wrong_duration",
}


@dataclass(frozen=True, slots=True)
class Value:
    """A parameter as a condition sees it: its type, and its value on the date in question (None: not set).

    Without a type it is a parameter that is itself wrong. That is said where it is declared, and not again here.
    """

    type: ParameterType | None
    value: Any


class _UnsetError(Exception):
    """A parameter without a value: the rule is not in force."""


class _BadError(Exception):
    """A constant that was refused; the problem is noted."""


@dataclass(slots=True)
class ConditionReader:
    """Reads conditions of one document. Problems are collected; ``unset`` names parameters without a value.

    ``later`` names the facts that are defined only further down.
    """

    document: Document
    facts: Mapping[str, Fact]
    parameters: Mapping[str, Value]
    problems: list[Problem] = field(default_factory=list)
    unset: set[str] = field(default_factory=set)
    later: Collection[str] = ()
    _zoned: int = 0

    def read(self, data: object, path: KeyPath, *, in_zones: bool = False) -> Node:
        """Return the condition written at a path; of what is wrong nothing remains but the problem."""
        if not isinstance(data, dict):
            self._problem("condition_no_mapping", path)
            return All(())
        parts = [self._entry(key, value, (*path, key), in_zones=in_zones) for key, value in data.items()]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _entry(self, key: str, value: object, path: KeyPath, *, in_zones: bool) -> Node:
        if key in _GROUPS:
            return self._group(key, value, path, in_zones=in_zones)
        if key in _ZONES:
            if in_zones:
                self._problem("zones_nested", path, at_key=True, key=key)
                return All(())
            before = len(self.problems), self._zoned
            body = self.read(value, path, in_zones=True)
            if before == (len(self.problems), self._zoned):
                self._problem("zones_without_fact", path, at_key=True, key=key)
            return InZones("every" if key == "in_every_zone" else "some", body)
        return self._test(key, value, path, in_zones=in_zones)

    def _group(self, key: str, value: object, path: KeyPath, *, in_zones: bool) -> Node:
        if not isinstance(value, list) or not value:
            self._problem("group_no_list", path, key=key)
            return All(())
        parts = tuple(self.read(item, (*path, index), in_zones=in_zones) for index, item in enumerate(value))
        if key == "all":
            return All(parts)
        return AnyOf(parts) if key == "any" else negated(AnyOf(parts))

    def _test(self, name: str, value: object, path: KeyPath, *, in_zones: bool) -> Node:
        fact = self.facts.get(name)
        if fact is None and name in self.later:
            self._problem("fact_below", path, at_key=True, name=name)
            return All(())
        if fact is None:
            known = (*self.facts, *_GROUPS, *_ZONES)
            self._problem("unknown_fact", path, at_key=True, name=name, nearest=nearest(name, known))
            return All(())
        if fact.zoned and not in_zones:
            self._problem("fact_needs_zone", path, at_key=True, name=name)
            return All(())
        self._zoned += fact.zoned
        if not isinstance(value, dict):
            return self._equals(fact, value, path, negate=False)
        parts = [self._operator(fact, word, operand, (*path, word)) for word, operand in value.items()]
        if not parts:
            self._problem("no_operator", path, name=name)
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _operator(self, fact: Fact, word: str, operand: object, path: KeyPath) -> Node:
        types = _OPERATORS.get(word)
        if types is None:
            near, options = nearest(word, _OPERATORS), ", ".join(_OPERATORS)
            self._problem("unknown_operator", path, at_key=True, word=word, nearest=near, options=options)
            return All(())
        if fact.type not in types:
            self._problem("operator_type", path, at_key=True, word=word, name=fact.name, type=fact.type)
            return All(())
        if word in {"not", "not_in"}:
            parameter = self._named(operand)
            is_list = isinstance(operand, list) or (parameter is not None and parameter.type == "words")
            if (word == "not_in") != is_list and (parameter is None or parameter.type is not None):
                self._problem("operator_list", path, word=word)
                return All(())
            return self._equals(fact, operand, path, negate=True)
        if word == "known":
            if not isinstance(operand, bool):
                self._problem("known_truth", path, value=operand)
                return All(())
            return Test(fact.name, "known", True, negated=not operand)
        try:
            if word == "between":
                constant: Constant = self._bounds(fact, operand, path)
            elif word == "matches":
                constant = self._pattern(operand, path)
            else:
                constant = self._constant(fact, operand, path)
        except (_UnsetError, _BadError):
            return All(())
        return Test(fact.name, cast("Operator", word), constant)

    def _equals(self, fact: Fact, value: object, path: KeyPath, *, negate: bool) -> Node:
        if fact.type == "set":
            self._problem("set_needs_contains", path, name=fact.name)
            return All(())
        if isinstance(value, list) and not value:
            self._problem("empty_list", path, name=fact.name)
            return All(())
        places = [(*path, index) for index in range(len(value))] if isinstance(value, list) else [path]
        items = value if isinstance(value, list) else [value]
        found = [self._read(fact, item, place) for item, place in zip(items, places, strict=True)]
        constants = [constant for constant in found if constant is not None]
        if len(constants) < len(items):
            return All(())
        if len(constants) == 1 and not isinstance(value, list) and not isinstance(constants[0], frozenset):
            return Test(fact.name, "eq", constants[0], negate)
        # A parameter of words among the items stands for each of its words.
        words = [one for item in constants for one in (item if isinstance(item, frozenset) else (item,))]
        return Test(fact.name, "in", frozenset(cast("list[str]", words)), negate)

    def _named(self, operand: object) -> Value | None:
        if isinstance(operand, str) and operand.startswith("$"):
            return self.parameters.get(operand[1:])
        return None

    def _parameter(self, operand: str, types: tuple[ParameterType, ...], path: KeyPath) -> Any:
        """Return the value of a parameter on the date in question."""
        name = operand[1:]
        parameter = self.parameters.get(name)
        if parameter is None:
            near = nearest(name, self.parameters)
            self._problem("unknown_parameter", path, name=name, nearest=near)
            raise _BadError
        if parameter.type is None:
            raise _UnsetError
        if parameter.type not in types:
            self._problem("parameter_type", path, name=name, type=parameter.type, needed=" / ".join(types))
            raise _BadError
        if parameter.value is None:
            self.unset.add(name)
            raise _UnsetError
        return parameter.value

    def _read(self, fact: Fact, operand: object, path: KeyPath) -> Constant | None:
        """Return a constant, or None where there is none; why is noted."""
        try:
            return self._constant(fact, operand, path)
        except (_UnsetError, _BadError):
            return None

    def _constant(self, fact: Fact, operand: object, path: KeyPath) -> Constant:
        if isinstance(operand, str) and operand.startswith("$"):
            operand = self._parameter(operand, _PARAMETER_TYPES[fact.type], path)
            if isinstance(operand, list):
                return frozenset(self._word(fact, item, path) for item in operand)
        if fact.type in {"enum", "set", "str"}:
            return self._word(fact, operand, path)
        constant = typed_constant(fact.type, operand)
        if constant is None:
            self._problem(wrong_constant(fact, operand), path, name=fact.name, type=fact.type, value=operand)
            raise _BadError
        return constant

    def _word(self, fact: Fact, operand: object, path: KeyPath) -> str:
        if not isinstance(operand, str):
            self._problem(wrong_constant(fact, operand), path, name=fact.name, type=fact.type, value=operand)
            raise _BadError
        if fact.words and operand not in fact.words:
            near, options = nearest(operand, fact.words), ", ".join(fact.words)
            self._problem("impossible_word", path, name=fact.name, value=operand, nearest=near, options=options)
            raise _BadError
        return operand

    def _bounds(self, fact: Fact, operand: object, path: KeyPath) -> Bounds:
        keys = {"from", "to", "from_is", "to_is"}
        if not isinstance(operand, dict) or not {"from", "to"} <= set(operand) or not set(operand) <= keys:
            self._problem("between_shape", path)
            raise _BadError
        low = self._read(fact, operand["from"], (*path, "from"))
        high = self._read(fact, operand["to"], (*path, "to"))
        low_end = self._inclusion(operand.get("from_is", "included"), (*path, "from_is"))
        high_end = self._inclusion(operand.get("to_is", "excluded"), (*path, "to_is"))
        if low is None or high is None or low_end is None or high_end is None:
            raise _BadError
        bounds = Bounds(cast("float", low), cast("float", high), low_end[0], high_end[0], low_end[1], high_end[1])
        if bounds.low > bounds.high or (bounds.low == bounds.high and "excluded" in {bounds.low_is, bounds.high_is}):
            self._problem("between_order", path, low=self._shown(operand["from"]), high=self._shown(operand["to"]))
            raise _BadError
        return bounds

    def _shown(self, operand: object) -> object:
        """Return an operand as written; of a parameter also its value."""
        parameter = self._named(operand)
        return operand if parameter is None else f"{operand} = {parameter.value}"

    def _inclusion(self, operand: object, path: KeyPath) -> tuple[Inclusion, str | None] | None:
        named = operand[1:] if isinstance(operand, str) and operand.startswith("$") else None
        if named is not None:
            try:
                operand = self._parameter(cast("str", operand), ("inclusion",), path)
            except (_UnsetError, _BadError):
                return None
        if operand not in _INCLUSIONS:
            near = nearest(str(operand), _INCLUSIONS)
            self._problem("inclusion", path, value=operand, nearest=near)
            return None
        if operand == "arguable" and named is None:
            self._problem("arguable_needs_parameter", path)
            return None
        return cast("Inclusion", operand), named

    def _pattern(self, operand: object, path: KeyPath) -> str:
        if isinstance(operand, str) and operand.startswith("$"):
            operand = self._parameter(operand, ("str",), path)
        if not isinstance(operand, str):
            self._problem("pattern_text", path, value=operand)
            raise _BadError
        try:
            pattern_validator(operand)
        except SchemaError as error:
            self._problem("bad_pattern", path, value=operand, reason=_reason(error))
            raise _BadError from None
        return operand

    def _problem(self, code: str, path: KeyPath, *, at_key: bool = False, **values: object) -> None:
        self.problems.append(self.document.problem(code, path, at_key=at_key, **values))


def _reason(error: SchemaError) -> str:
    """Return why an expression is refused; the lines above the last draw it once more."""
    return str(error).splitlines()[-1].strip().removeprefix("error: ")


def wrong_constant(fact: Fact, operand: object) -> str:
    """Return the code of the problem of a constant that is none of its fact's type: each has its own help."""
    if operand is None:
        return "constant_null"
    return _WRONG.get(fact.type, "wrong_constant")


def typed_constant(kind: str, operand: object) -> bool | float | None:
    """Return a constant of a type that is no word, or None if it is none of that type."""
    match kind:
        case "bool":
            return operand if isinstance(operand, bool) else None
        case "int":
            return operand if isinstance(operand, int) and not isinstance(operand, bool) else None
        case "float":
            return operand if isinstance(operand, int | float) and not isinstance(operand, bool) else None
        case "local_time":
            return parse_local_time(operand) if isinstance(operand, str) else None
        case _:
            return parse_duration(operand) if isinstance(operand, str) else None


def pattern_validator(pattern: str) -> SchemaValidator:
    """Return a matcher of a regular expression in linear time; what needs backtracking is refused."""
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))

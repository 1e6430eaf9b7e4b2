"""The examples of rules, run: facts as given, or whole events with profile, history and registry."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from typing import Any, Final, TypeVar

from pydantic import BaseModel, TypeAdapter, ValidationError

from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, MakeEngine
from collection_guard.engines.judge import Judge, in_order, missing_facts
from collection_guard.facts.atoms import truth_of
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Settings, World
from collection_guard.language.compiled import CompiledPack, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.conditions import typed_constant, wrong_constant
from collection_guard.language.kleene import UNBOUNDED, Interval, fact_of
from collection_guard.language.packs import Pack, examples_of
from collection_guard.language.schema import Example, Rule
from collection_guard.language.shapes import shape_problems, value_problem
from collection_guard.language.units import HOUR, MINUTE, SECOND
from collection_guard.language.vocabulary import Fact
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.event import Event
from collection_guard.model.problems import ConfigurationError, InputError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData, RegistryEntry
from collection_guard.model.texts import nearest

_Model = TypeVar("_Model", bound=BaseModel)
_SETTINGS: Final = TypeAdapter(Settings)
_CLOCK: Final = re.compile(r"(\d{2,3}):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,6}))?)?")
_OF_EVENTS: Final = ("event", "profile", "history", "registry", "settings")


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """One example: what was expected, and what came out."""

    rule: str
    name: str
    place: str
    expected: str
    found: str
    expected_missing: tuple[str, ...] | None
    found_missing: tuple[str, ...]

    @property
    def passed(self) -> bool:
        """Say whether the example came out as written."""
        same_missing = self.expected_missing is None or self.expected_missing == self.found_missing
        return self.expected == self.found and same_missing


class GivenFacts:
    """Facts as an example gives them; a fact that is not given is unknown, a defined one is worked out."""

    def __init__(self, given: Mapping[str, Any], rule_set: RuleSet) -> None:
        self._given = given
        self._rule_set = rule_set

    def value(self, name: str) -> Any:
        """Return the value of a fact, None if it is unknown."""
        if name not in self._given and name in self._rule_set.defined:
            return fact_of(truth_of(self._rule_set.defined[name], self))
        return self._given.get(name)

    def zones(self) -> tuple[str, ...] | None:
        """Return the zones that facts are given in, None if there are none."""
        vocabulary = self._rule_set.vocabulary
        zones = {zone for name, value in self._given.items() if vocabulary[name].zoned for zone in value or ()}
        return tuple(sorted(zones)) or None

    def value_in_zone(self, name: str, zone: str) -> Any:
        """Return the value of a fact in one zone."""
        if self._rule_set.vocabulary[name].zoned:
            return (self._given.get(name) or {}).get(zone)
        return self.value(name)


def typed_facts(raw: Mapping[str, Any], rule_set: RuleSet, document: Document, path: KeyPath) -> GivenFacts:
    """Return the facts of an example with their types; raise InputError with the place of what is wrong."""
    problems: list[Problem] = []
    given: dict[str, Any] = {}
    for name, value in raw.items():
        fact = rule_set.vocabulary.get(name)
        if fact is None:
            near = nearest(name, rule_set.vocabulary)
            problems.append(document.problem("unknown_fact", (*path, name), at_key=True, name=name, nearest=near))
            continue
        if fact.zoned and value is not None and not isinstance(value, dict):
            problems.append(document.problem("fact_by_zone", (*path, name), name=name, value=value))
            continue
        try:
            given[name] = _typed(fact, value)
        except (TypeError, ValueError):
            code = wrong_constant(fact, value)
            problems.append(document.problem(code, (*path, name), name=name, type=fact.type, value=value))
    if problems:
        raise InputError(problems)
    return GivenFacts(given, rule_set)


def _typed(fact: Fact, value: Any) -> Any:
    if value is None:
        return None
    if fact.zoned:
        return {zone: _typed_one(fact, one) for zone, one in value.items()}
    if isinstance(value, list) and fact.type not in {"set", "enum", "str", "bool"}:
        low, high = value
        return Interval(_typed_one(fact, low), UNBOUNDED if high is None else _typed_one(fact, high))
    return _typed_one(fact, value)


def _typed_one(fact: Fact, value: Any) -> Any:
    typed: Any = None
    match fact.type:
        case "local_time":
            typed = _clock(value)
        case "set":
            typed = frozenset(value) if isinstance(value, list) and set(value) <= set(fact.words) else None
        case "enum":
            typed = value if value in fact.words else None
        case "str":
            typed = value if isinstance(value, str) else None
        case kind:
            typed = typed_constant(kind, value)
    if typed is None:
        raise ValueError(value)
    return typed


def _clock(text: str) -> int:
    """Return the microseconds of HH:MM:SS.ffffff; the end of a contact may pass 24:00."""
    match = _CLOCK.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()[:3])
    return hours * HOUR + minutes * MINUTE + seconds * SECOND + int((match[4] or "").ljust(6, "0"))


def run_examples(
    packs: list[Pack], make: MakeEngine, engine_name: str, only: str | None = None
) -> tuple[list[ExampleResult], list[Problem]]:
    """Run the examples of all rules, or of one, and return the results and what could not be read."""
    results: list[ExampleResult] = []
    problems: list[Problem] = []
    compiled: dict[str, CompiledPack] = {}
    make = cache(make)  # examples share engines: to make one takes longer than to ask it
    for pack, rule, example, document, path in examples_of(packs):
        if only is not None and rule.id != only:
            continue
        try:
            _check_kind(example, document, path)
            key = json.dumps([pack.header.pack, example.parameters], sort_keys=True)
            if key not in compiled:
                compiled[key] = _compiled(pack, example, document, path)
            line, column = document.place((*path, "name"))
            found, missing = (
                _by_facts(compiled[key], rule, example, document, path, make)
                if example.facts is not None
                else _by_event(compiled[key], rule, example, document, path, engine_name, make)
            )
        except InputError as error:
            problems.extend(error.problems)
            continue
        expected_missing = None if example.missing is None else tuple(example.missing)
        place = f"{document.file}:{line}:{column}"
        results.append(ExampleResult(rule.id, example.name, place, example.verdict, found, expected_missing, missing))
    return results, problems


def _check_kind(example: Example, document: Document, path: KeyPath) -> None:
    """Refuse an example of neither facts nor an event, and one that says what it then does not use."""
    if example.facts is None:
        problems = [] if example.event is not None else [document.problem("example_kind", path, name=example.name)]
    else:
        given = [key for key in _OF_EVENTS if getattr(example, key) is not None]
        problems = [document.problem("example_beside_facts", (*path, key), at_key=True, key=key) for key in given]
    if problems:
        raise InputError(problems)


def _compiled(pack: Pack, example: Example, document: Document, path: KeyPath) -> CompiledPack:
    """Compile a pack with the parameters of an example; what is wrong with them has the place of the example."""
    try:
        return compile_packs([pack], example.parameters)[0]
    except ConfigurationError as error:
        at = (*path, "parameters")
        raise InputError(
            document.problem(problem.code, (*at, str(problem.values["name"])), at_key=True, **problem.values)
            for problem in error.problems
        ) from None


def _by_facts(
    pack: CompiledPack,
    rule: Rule,
    example: Example,
    document: Document,
    path: KeyPath,
    make: MakeEngine,
) -> tuple[str, tuple[str, ...]]:
    day = example.on or rule.in_force.since or date.max
    rule_set = pack.on(day)
    facts = typed_facts(example.facts or {}, rule_set, document, (*path, "facts"))
    words = make(rule_set).verdicts(facts)
    compiled, word = next(pair for pair in zip(rule_set.rules, words, strict=True) if pair[0].id == rule.id)
    if not compiled.in_force_on(day):
        return NOT_APPLICABLE, ()
    missing = missing_facts(compiled, facts, rule_set) if word == UNASSESSABLE else ()
    return word, missing


def _by_event(
    pack: CompiledPack,
    rule: Rule,
    example: Example,
    document: Document,
    path: KeyPath,
    engine_name: str,
    make: MakeEngine,
) -> tuple[str, tuple[str, ...]]:
    event, earlier, world = read_example(example, document, path)
    judge = Judge([pack], world, engine_name, make)
    for one in in_order([*earlier, event]):
        judged = list(judge.judge(one))
        if one is event:
            verdict = next(item.verdict for item in judged if item.rule.id == rule.id)
            return verdict.verdict, verdict.missing
        judge.add(one)
    raise AssertionError(example.name)  # pragma: no cover  # the event is among those in order


def read_example(example: Example, document: Document, path: KeyPath) -> tuple[Event, list[Event], World]:
    """Return the event of an example, those before it, and their world; raise InputError with places."""
    problems: list[Problem] = []

    def reading(model: type[_Model], data: Any, *where: str | int) -> _Model | None:
        try:
            return model.model_validate(data)
        except ValidationError as error:
            problems.extend(shape_problems(model, document, error, (*path, *where)))
            return None

    profile: CaseProfile | None = None
    if example.profile is not None:
        own = {"case_id": "case"} | example.profile
        profile = reading(CaseProfile, own, "profile")
    case = {"case_id": profile.case_id if profile else "case"}
    event = reading(Event, {"event_id": "event"} | case | (example.event or {}), "event")
    earlier = [
        reading(Event, {"event_id": f"earlier-{index}"} | case | data, "history", index)
        for index, data in enumerate(example.history or [])
    ]
    registry: RegistryIndex | None = None
    if example.registry is not None:
        rows = [reading(RegistryEntry, data, "registry", index) for index, data in enumerate(example.registry)]
        registry = RegistryIndex(RegistryData(tuple(row for row in rows if row is not None)))
    settings = _settings(example, document, path, problems)
    if problems or event is None or settings is None:
        raise InputError(problems)
    profiles = {profile.case_id: profile} if profile else {}
    return event, [one for one in earlier if one is not None], World(settings, profiles, registry)


def _settings(example: Example, document: Document, path: KeyPath, problems: list[Problem]) -> Settings | None:
    data = example.settings or {}
    at = (*path, "settings")
    known = [one.name for one in fields(Settings)]
    for name in data:
        if name not in known:
            near = nearest(name, known)
            problems.append(document.problem("unknown_key", (*at, name), at_key=True, name=name, nearest=near))
    try:
        # As JSON, so that a date is a text and nothing else is taken for what it is not.
        return _SETTINGS.validate_json(json.dumps({name: data[name] for name in data if name in known}), strict=True)
    except ValidationError as error:
        problems.extend(
            value_problem(document, (*at, str(details["loc"][0])), details)
            for details in error.errors(include_url=False)
        )
        return None


def failures(results: list[ExampleResult]) -> Iterator[ExampleResult]:
    """Yield the examples that did not come out as written."""
    return (result for result in results if not result.passed)

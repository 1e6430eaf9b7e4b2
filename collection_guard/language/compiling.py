"""Packs compiled: conditions type-checked and read into the IR, parameters filled in, date by date."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, get_args

from collection_guard.language.compiled import CompiledMeasure, CompiledPack, CompiledRule, RuleSet, Tables
from collection_guard.language.conditions import ConditionReader, Value, typed_constant
from collection_guard.language.extending import extensions_of
from collection_guard.language.ir import All, Inclusion, InZones, Node, atoms_of, negated, tests_of
from collection_guard.language.pack import Pack, overrides_for
from collection_guard.language.schema import Condition, Measure, Parameter, Rule
from collection_guard.language.vocabulary import Fact, Stage
from collection_guard.language.windows import Window, parse_window
from collection_guard.language.yaml_positions import Document, KeyPath
from collection_guard.model.problems import ConfigurationError, Problem, RulesError
from collection_guard.model.texts import nearest


def compile_packs(packs: Iterable[Pack], overrides: Mapping[str, Any] | None = None) -> list[CompiledPack]:
    """Compile packs with parameters overridden by a configuration (``name`` or ``pack.name``).

    Raises RulesError with every problem of the packs, ConfigurationError with those of the overrides.
    """
    packs = list(packs)
    overrides = overrides or {}
    refused = _check_overrides(packs, overrides)
    if refused:
        raise ConfigurationError(refused)
    problems: list[Problem] = []
    compiled = [_compile(pack, overrides_for(pack, overrides), problems) for pack in packs]
    if problems:
        raise RulesError(problems)
    return compiled


def conditions_wrong(pack: Pack) -> list[Problem]:
    """Return what is wrong with the conditions of a pack that is refused anyhow."""
    problems: list[Problem] = []
    _compile(pack, {}, problems)
    return problems


def _check_overrides(packs: list[Pack], overrides: Mapping[str, Any]) -> list[Problem]:
    problems: list[Problem] = []
    known = {name for pack in packs for name in pack.header.parameters}
    known |= {f"{pack.header.pack}.{name}" for pack in packs for name in pack.header.parameters}
    for name, value in overrides.items():
        if name not in known:
            values: dict[str, object] = {"name": name, "nearest": nearest(name, known)}
            problems.append(Problem("override_unknown", values=values))
            continue
        for pack in packs:
            for own, given in overrides_for(pack, {name: value}).items():
                parameter = pack.header.parameters[own]
                if not _is_of_type(parameter, given):
                    values = {"name": name, "value": given, "type": parameter.type}
                    problems.append(Problem("override_type", values=values))
                elif _is_too_small(parameter, given):
                    values = {"name": name, "value": given, "least": parameter.least}
                    problems.append(Problem("override_least", values=values))
    return problems


def _is_of_type(parameter: Parameter, value: Any) -> bool:
    if value is None:
        return True
    match parameter.type:
        case "inclusion":
            return value in get_args(Inclusion)
        case "str":
            return isinstance(value, str)
        case "words":
            return isinstance(value, list) and bool(value) and all(isinstance(word, str) for word in value)
        case kind:
            return typed_constant(kind, value) is not None


def _is_too_small(parameter: Parameter, value: Any) -> bool:
    """Say whether a value of the parameter's type lies below the least that makes sense."""
    size, least = typed_constant(parameter.type, value), typed_constant(parameter.type, parameter.least)
    return isinstance(size, int | float) and isinstance(least, int | float) and size < least


def _compile(pack: Pack, overrides: Mapping[str, Any], problems: list[Problem]) -> CompiledPack:
    for name, parameter in pack.header.parameters.items():
        path: KeyPath = ("parameters", name)
        if parameter.values is not None and parameter.value is not None:
            problems.append(pack.document.problem("parameter_two_values", path, name=name))
        dated = parameter.values or []
        for index, entry in enumerate(dated):
            if index and entry.since <= dated[index - 1].since:
                problems.append(pack.document.problem("parameter_dates", (*path, "values", index), name=name))
        given: list[tuple[KeyPath, Any]] = [((*path, "value"), parameter.value)]
        given += [((*path, "values", index, "value"), entry.value) for index, entry in enumerate(dated)]
        problems.extend(
            pack.document.problem("parameter_value", place, name=name, type=parameter.type, value=value)
            for place, value in [*given, ((*path, "least"), parameter.least)]
            if not _is_of_type(parameter, value)
        )
        problems.extend(
            pack.document.problem("parameter_least", place, name=name, value=value, least=parameter.least)
            for place, value in given
            if _is_too_small(parameter, value)
        )
    days = {entry.since for parameter in pack.header.parameters.values() for entry in parameter.values or []}
    rule_sets: list[RuleSet] = []
    found: dict[tuple[str | None, int | None, int | None, str], Problem] = {}
    for since in [None, *sorted(days)]:
        one = Compilation(pack, _values_on(pack, overrides, since), since, [])
        rule_sets.append(one.rule_set())
        for problem in one.problems:  # the same thing is wrong from every date on: say it once
            found.setdefault((problem.file, problem.line, problem.column, problem.code), problem)
    problems.extend(found.values())
    header = pack.header
    return CompiledPack(
        header.pack,
        header.version,
        header.status,
        header.zone,
        pack.digest,
        tuple(rule_sets),
        header.extends,
        header.regime,
    )


def _values_on(pack: Pack, overrides: Mapping[str, Any], day: date | None) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for name, parameter in pack.header.parameters.items():
        value = parameter.value
        for entry in parameter.values or []:
            if day is not None and entry.since <= day:
                value = entry.value
        value = overrides.get(name, value)
        values[name] = Value(parameter.type, value) if _is_of_type(parameter, value) else Value(None, None)
    return values


@dataclass(slots=True)
class Compilation:
    """The compilation of one pack for one span of dates."""

    pack: Pack
    values: Mapping[str, Value]
    since: date | None
    problems: list[Problem]
    read_sets: dict[str, tuple[Node, set[str]]] = field(default_factory=dict)
    unset_by_fact: dict[str, set[str]] = field(default_factory=dict)

    def rule_set(self) -> RuleSet:
        header = self.pack.header
        defined: dict[str, Node] = {}
        # Facts that rest on no measure come first: filters of past events may use them.
        for name in header.facts:
            if not self.pack.facts[name].of_history:
                self._define(name, defined)
        for name in header.sets:
            self.events(name, ("sets", name))
        measures: dict[str, CompiledMeasure] = {}
        for name, measure in header.measures.items():
            measures[name], self.unset_by_fact[f"measure.{name}"] = self._measure(name, measure, measures)
        extensions = extensions_of(self, measures)
        for name in header.facts:
            if name not in defined:
                self._define(name, defined)
        defined = {name: defined[name] for name in header.facts}
        rules = [self._rule(rule, document, path, self.unset_by_fact) for rule, document, path in self.pack.rules]
        class_of = {word: name for name, words in header.party_classes.items() for word in words}
        tables = Tables(
            class_of,
            frozenset(header.third_party_classes),
            dict(header.legal_zones),
            frozenset(title.casefold() for title in header.lawyer_titles),
        )
        vocabulary = self._vocabulary(measures, defined)
        values = {name: value.value for name, value in self.values.items()}
        sets = {name: node for name, (node, _) in self.read_sets.items()}
        return RuleSet(
            header.pack, self.since, tables, vocabulary, measures, defined, tuple(rules), values, sets, extensions
        )

    def _define(self, name: str, defined: dict[str, Node]) -> None:
        """Read the definition of a fact. It may use those above it, so that none can go in a circle."""
        named = list(self.pack.header.facts)
        above = set(named[: named.index(name)])
        facts = {key: fact for key, fact in self.pack.facts.items() if key not in named or key in above}
        later = [key for key in named if key not in above]
        path: KeyPath = ("facts", name, "when")
        entry = self.pack.header.facts[name]
        defined[name], unset = self.condition(entry.when, self.pack.document, path, facts, later)
        self.unset_by_fact[name] = unset | self._unset_of(defined[name], self.unset_by_fact)

    def _vocabulary(self, measures: Mapping[str, CompiledMeasure], defined: Mapping[str, Node]) -> dict[str, Fact]:
        """Return the vocabulary with the fields and stages of measures and defined facts filled in."""
        facts = dict(self.pack.facts)

        def fields_of(nodes: Iterable[Node]) -> tuple[str, ...]:
            names = [test.fact for node in nodes for test in tests_of(node)]
            return tuple(dict.fromkeys(path for name in names for path in facts[name].fields))

        for name, measure in measures.items():
            nodes = [measure.where] if measure.since is None else [measure.where, measure.since]
            key = f"measure.{name}"
            facts[key] = replace(facts[key], fields=fields_of(nodes))
        for name, node in defined.items():
            stages = {facts[test.fact].stage for test in tests_of(node)}
            stage: Stage = "after" if "after" in stages else "before"
            facts[name] = replace(facts[name], fields=fields_of([node]), stage=stage)
        return facts

    def _unset_of(self, node: Node, unset_by_fact: Mapping[str, set[str]]) -> set[str]:
        return {name for test in tests_of(node) for name in unset_by_fact.get(test.fact, set())}

    def condition(
        self,
        data: Condition,
        document: Document,
        path: KeyPath,
        facts: Mapping[str, Fact],
        later: Collection[str] = (),
    ) -> tuple[Node, set[str]]:
        reader = ConditionReader(document, facts, self.values, later=later)
        node = reader.read(data, path)
        self.problems += reader.problems
        return node, reader.unset

    def _measure(self, name: str, measure: Measure, above: Collection[str]) -> tuple[CompiledMeasure, set[str]]:
        path: KeyPath = ("measures", name)
        where, unset = self.events(measure.where, (*path, "where"), above)
        since: Node | None = None
        if measure.since is not None:
            since, more = self.events(measure.since, (*path, "since"), above)
            unset = unset | more
        window, more = self._window(measure.window, (*path, "window"))
        keys = tuple(measure.key) if isinstance(measure.key, list) else (measure.key,)
        void = tuple(measure.void_once_reported)
        return CompiledMeasure(name, measure.count, where, since, window, keys, void), unset | more

    def _window(self, written: str, path: KeyPath) -> tuple[Window, set[str]]:
        """Read a window, and the names of parameters without a value in it."""
        document = self.pack.document
        problems: list[Problem] = []
        unset: set[str] = set()

        def parameter(name: str, kind: str) -> int | None:
            value = self.values.get(name)
            if value is None:
                problems.append(
                    document.problem("unknown_parameter", path, name=name, nearest=nearest(name, self.values))
                )
            elif value.type is not None and value.type != kind:
                problems.append(document.problem("parameter_type", path, name=name, type=value.type, needed=kind))
            elif value.value is None:
                unset.add(name)
            else:
                number = typed_constant(kind, value.value)
                return None if number is None else int(number)
            return None

        window = parse_window(written, parameter)
        if window is None and not problems and not unset:
            problems.append(document.problem("bad_window", path, value=written))
        self.problems += problems
        return window or Window("ever"), unset

    def events(self, data: str | Condition, path: KeyPath, above: Collection[str] = ()) -> tuple[Node, set[str]]:
        """Read the filter of a measure: a named set, or a condition over facts that need no history.

        What stands at the measure itself may also use the measures ``above`` it.
        """
        document, sets = self.pack.document, self.pack.header.sets
        if isinstance(data, str):
            if data not in sets:
                near = nearest(data, sets)
                self.problems.append(document.problem("unknown_set", path, name=data, nearest=near))
                return All(()), set()
            name = data
            if name not in self.read_sets:
                self.read_sets[name] = self._past_events(sets[name], ("sets", name))
            return self.read_sets[name]
        return self._past_events(data, path, above)

    def _past_events(self, data: Condition, path: KeyPath, above: Collection[str] = ()) -> tuple[Node, set[str]]:
        """Read a filter of past events, which can only look at the events themselves."""
        document = self.pack.document
        node, unset = self.condition(data, document, path, self.pack.facts)
        unset = unset | self._unset_of(node, self.unset_by_fact)
        for test in tests_of(node):
            fact = self.pack.facts[test.fact]
            if fact.of_history and not fact.filters and test.fact.removeprefix("measure.") not in above:
                self.problems.append(document.problem("filter_of_history", path, name=test.fact))
        if any(isinstance(atom, InZones) for atom in atoms_of(node)):
            self.problems.append(document.problem("filter_of_zones", path))
        return node, unset

    def _rule(
        self, rule: Rule, document: Document, path: KeyPath, unset_by_fact: Mapping[str, set[str]]
    ) -> CompiledRule:
        facts = self.pack.facts
        scope, unset = self.condition(rule.applies_to, document, (*path, "applies_to"), facts)
        if (rule.forbid is None) == (rule.require is None):
            self.problems.append(document.problem("forbid_or_require", path, id=rule.id))
        if rule.forbid is not None:
            wrong, more = self.condition(rule.forbid, document, (*path, "forbid"), facts)
        else:
            wanted, more = self.condition(rule.require or {}, document, (*path, "require"), facts)
            wrong = negated(wanted)
        if rule.in_force.since and rule.in_force.until and rule.in_force.since > rule.in_force.until:
            self.problems.append(document.problem("force_dates", (*path, "in_force"), id=rule.id))
        unset = unset | more | self._unset_of(scope, unset_by_fact) | self._unset_of(wrong, unset_by_fact)
        rebuttal: list[tuple[str, Node]] = []
        for name, factor in rule.rebuttal.items():
            node, more = self.condition(factor.when, document, (*path, "rebuttal", name, "when"), facts)
            rebuttal.append((name, node))
            unset = unset | more
        if rule.rebuttal and rule.force != "presumption":
            self.problems.append(document.problem("rebuttal_of_binding", (*path, "rebuttal"), at_key=True, id=rule.id))
        if rule.text is not None and rule.text not in self.pack.header.texts:
            near = nearest(rule.text, self.pack.header.texts)
            self.problems.append(document.problem("unknown_text", (*path, "text"), name=rule.text, nearest=near))
        place = (document.file, *document.place((*path, "id")))
        return CompiledRule(rule, scope, All((scope, wrong)), tuple(sorted(unset)), tuple(rebuttal), place)

"""The rule step alone, for ``comparison.py``: the truth of every leaf is there, asked is which rules hold.

Each engine answers which rules are violated, possible, and applicable. A condition that several rules share is asked
once, and no answer is remembered from one contact to the next.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain
from typing import Any, Final

import polars as pl

from collection_guard.engines.base import UNASSESSABLE, VIOLATION
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.tables import FrameEvents, in_order
from collection_guard.engines.durable import DurableEngine
from collection_guard.engines.judge import Judge
from collection_guard.facts.atoms import truth_of_atom
from collection_guard.facts.sheet import FactSource
from collection_guard.language.compiled import RuleSet
from collection_guard.language.ir import All, AnyOf, Node, truth
from collection_guard.language.kleene import MAYBE, YES

OURS: Final = "our durable engine, the C module of durable-rules"
Fired = tuple[frozenset[str], ...]


class HostGroup:
    """The rules of one ruleset of durable-rules, asked through ``durable.engine.Host``."""

    def __init__(self, group: Any, number: int) -> None:
        from durable.engine import Host  # noqa: PLC0415  # of the extra

        self.fired: set[str] = set()
        self.name, self.always, self.fields = f"guard{number}", frozenset(group._always), group._fields  # noqa: SLF001  # measured as it is
        rules = {
            name: {**rule, "run": self._note(group._asking[name])}  # noqa: SLF001  # as above
            for name, rule in group._definition.items()  # noqa: SLF001  # as above
        }
        self.host = Host({self.name: rules}) if rules else None

    def _note(self, asking: set[str]) -> Callable[[Any], None]:
        return lambda _: self.fired.update(asking)

    def of(self, signature: tuple[int, ...]) -> frozenset[str]:
        self.fired.clear()
        if self.host is not None:
            # As short as the C module is given it: what is false is left out.
            truths = {name: truth for name, truth in zip(self.fields.values(), signature, strict=True) if truth}
            fact = {"sid": "0", "id": "1", **truths}
            try:
                self.host.assert_fact(self.name, fact)
            except Exception as error:  # of a fact that no rule takes, Host says so by raising
                if type(error).__name__ not in {"MessageNotHandledException", "MessageObservedException"}:
                    raise
            self.host.retract_fact(self.name, fact)
        return self.always | self.fired


class HostEngine:
    """An engine that decides through Host."""

    name = "host"

    def __init__(self, rule_set: RuleSet) -> None:
        self.rules = rule_set.rules
        self.durable = DurableEngine(rule_set)
        self.groups = [HostGroup(group, place) for place, group in enumerate(self.durable._groups)]  # noqa: SLF001  # as above

    def verdicts(self, facts: FactSource) -> list[str]:
        found: dict[str, str] = {}
        for mine, group in zip(self.groups, self.durable._groups, strict=True):  # noqa: SLF001  # as above
            fired = mine.of(tuple(truth_of_atom(atom, facts) for atom in group.atoms))
            for index, rule in enumerate(group._rules):  # noqa: SLF001  # as above
                word = "clear" if f"s{index}" in fired else "not_applicable"
                word = UNASSESSABLE if f"p{index}" in fired else word
                found[rule.id] = VIOLATION if f"t{index}" in fired else word
        return [found[rule.id] for rule in self.rules]


def signatures(sample: pl.DataFrame, matter: Matter) -> list[tuple[Any, list[tuple[int, ...]]]]:
    """Return the rulesets of the rules, and the truths of their leaves on each contact of a sample."""
    matter = replace(matter, earliest=sample["started_at"].min())
    judge = Judge(matter.compiled, matter.world, "durable")
    engine = DurableEngine(matter.compiled[0].rule_sets[-1])
    found: list[tuple[Any, list[tuple[int, ...]]]] = [(group, []) for group in engine._groups]  # noqa: SLF001  # as above
    for event in FrameEvents(in_order(sample)):
        list(judge.judge(event))
        (sheet,) = judge.sheets()
        for group, truths in found:
            truths.append(tuple(truth_of_atom(atom, sheet) for atom in group.atoms))
        judge.add(event)
    return found


def text_of(node: Node, fields: dict[Any, str], level: int) -> str:
    """Return a condition in the words that zen-engine and rule-engine share."""
    match node:
        case All() | AnyOf():
            word = " and " if isinstance(node, All) else " or "
            constant = "1 == 1" if isinstance(node, All) else "1 == 2"
            return "(" + (word.join(text_of(part, fields, level) for part in node.parts) or constant) + ")"
        case _:
            return f"{fields[node]} >= {level}"


def conditions(group: Any) -> dict[str, list[str]]:
    """Return what is asked of the rules of a ruleset, true, possible and applicable: each condition, and of which."""
    found: dict[str, list[str]] = {}
    for index, rule in enumerate(group._rules):  # noqa: SLF001  # as above
        for kind, node, level in (("t", rule.whole, 2), ("p", rule.whole, 1), ("s", rule.scope, 1)):
            found.setdefault(text_of(node, group._fields, level), []).append(f"{kind}{index}")  # as above
    return found


def rule_steps(sample: pl.DataFrame, matter: Matter) -> dict[str, Callable[[], list[Fired]]]:
    """Return the ways to decide rules on truths that are there already."""
    import rule_engine  # noqa: PLC0415  # of the extra
    import zen  # noqa: PLC0415  # as above

    given = signatures(sample, matter)
    hosts = [HostGroup(group, 100 + place) for place, (group, _) in enumerate(given)]
    asked = [conditions(group) for group, _ in given]
    zens = [zen.compile_expression("[" + ", ".join(one) + "]") for one in asked]
    plain = [[(rule_engine.Rule(text), names) for text, names in one.items()] for one in asked]

    def each(decide: Callable[[int, Any, tuple[int, ...]], Any]) -> list[Fired]:
        rows = zip(*(truths for _, truths in given), strict=True)
        return [tuple(frozenset(decide(place, given[place][0], one)) for place, one in enumerate(row)) for row in rows]

    def facts(group: Any, one: tuple[int, ...]) -> dict[str, int]:
        return dict(zip(group._fields.values(), one, strict=True))  # as above

    def by_zen(place: int, group: Any, one: tuple[int, ...]) -> Iterator[str]:
        said = zens[place].evaluate(facts(group, one))
        return chain.from_iterable(names for names, true in zip(asked[place].values(), said, strict=True) if true)

    def by_rule_engine(place: int, group: Any, one: tuple[int, ...]) -> Iterator[str]:
        known = facts(group, one)
        return chain.from_iterable(names for rule, names in plain[place] if rule.matches(known))

    def by_walk(_: int, group: Any, one: tuple[int, ...]) -> Iterator[str]:
        of_atom = dict(zip(group.atoms, one, strict=True)).__getitem__
        for index, rule in enumerate(group._rules):  # noqa: SLF001  # as above
            whole = truth(rule.whole, of_atom)
            yield from (f"{kind}{index}" for kind, least in (("t", YES), ("p", MAYBE)) if whole >= least)
            if truth(rule.scope, of_atom) >= MAYBE:
                yield f"s{index}"

    return {
        OURS: lambda: each(lambda _, group, one: group._fired(one)),  # noqa: SLF001  # as above
        "durable-rules, Host": lambda: each(lambda place, _, one: hosts[place].of(one)),
        "zen-engine, one expression a ruleset": lambda: each(by_zen),
        "rule-engine, a Rule for each condition": lambda: each(by_rule_engine),
        "our reference, a walk for each condition": lambda: each(by_walk),
    }

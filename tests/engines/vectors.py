"""Facts at random, known in part or as intervals; their completions; and rules at random over them."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

from hypothesis import strategies as st

from collection_guard.language.compiled import CompiledRule, RuleSet, Tables
from collection_guard.language.ir import All, AnyOf, Bounds, InZones, Node, Test
from collection_guard.language.kleene import Interval, ends
from collection_guard.language.schema import Force, Rule
from collection_guard.language.units import HOUR
from collection_guard.language.vocabulary import FACTS, Fact

TITLE = {"zh": "m", "en": "m"}
MEASURES = tuple(f"measure.m{number}" for number in range(4))
CLOCK, WEEKDAY = "contact.local_time", "contact.weekday"
PLAIN = (
    "contact.direction",
    "contact.channel",
    "recipient.is_borrower",
    "content.threat",
    "recipient.roles",
    "agency.name",
    *MEASURES,
)
VOCABULARY: dict[str, Fact] = {
    **{name: FACTS[name] for name in (*PLAIN[:6], CLOCK, WEEKDAY)},
    **{name: Fact(name, "int", "before", TITLE, (), of_history=True) for name in MEASURES},
}
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/Paris")
NAMES = ("甲公司", "乙公司", "丙")


@dataclass(frozen=True)
class FactVector:
    """Facts as values: None is unknown, an interval is known only in part; zoned facts stand under their zones."""

    plain: Mapping[str, Any]
    by_zone: Mapping[str, Mapping[str, Any]] | None

    def value(self, name: str) -> Any:
        """Return the value of a fact."""
        return self.plain.get(name)

    def zones(self) -> tuple[str, ...] | None:
        """Return the zones that the recipient may be in."""
        return tuple(self.by_zone) if self.by_zone else None

    def value_in_zone(self, name: str, zone: str) -> Any:
        """Return the value of a fact in a zone."""
        if VOCABULARY[name].zoned:
            assert self.by_zone is not None
            return self.by_zone[zone].get(name)
        return self.value(name)


def a_value(name: str, chance: Random) -> Any:
    """Return a value that a fact can have."""
    fact = VOCABULARY[name]
    match fact.type:
        case "bool":
            return chance.random() < 0.5
        case "int":
            return chance.randint(0, 6)
        case "set":
            return frozenset(word for word in fact.words if chance.random() < 0.5)
        case "enum":
            return chance.choice(fact.words[:4])
        case "local_time":
            return chance.choice((7, 8, 9, 20, 21)) * HOUR + chance.choice((-1, 0, 0, 1))
        case _:
            return chance.choice(NAMES)


def in_part(name: str, chance: Random) -> Any:
    """Return what is known of a fact: its value, nothing, or of a number the ends between which it lies."""
    kind = chance.random()
    if kind < 0.35:
        return None
    value = a_value(name, chance)
    if VOCABULARY[name].type == "int" and kind < 0.7:
        return Interval(value, chance.choice((value + 1, value + 3, math.inf)))
    return value


def a_vector(seed: int) -> FactVector:
    """Return facts of which some are unknown."""
    chance = Random(seed)
    zones = chance.sample(ZONES, chance.randint(0, 3))
    by_zone = {zone: {name: in_part(name, chance) for name in (CLOCK, WEEKDAY)} for zone in zones}
    return FactVector({name: in_part(name, chance) for name in PLAIN}, by_zone or None)


def completion(facts: FactVector, chance: Random, only: Iterable[str] | None = None) -> FactVector:
    """Return the facts with what is unknown filled in; with ``only``, of some facts."""
    wanted = set(VOCABULARY) if only is None else set(only)

    def told(name: str, value: Any) -> Any:
        if name not in wanted:
            return value
        if isinstance(value, Interval):
            low, high = ends(value)
            return chance.randint(int(low), 9 if high == math.inf else int(high))
        return a_value(name, chance) if value is None else value

    zones = facts.by_zone
    if zones is None and wanted & {CLOCK, WEEKDAY}:
        zones = {zone: {} for zone in chance.sample(ZONES, chance.randint(1, 3))}
    by_zone = None
    if zones is not None:
        by_zone = {
            zone: {name: told(name, values.get(name)) for name in (CLOCK, WEEKDAY)} for zone, values in zones.items()
        }
    return FactVector({name: told(name, value) for name, value in facts.plain.items()}, by_zone)


def vectors() -> st.SearchStrategy[FactVector]:
    """Return a strategy of facts known in part."""
    return st.integers(0, 2**32).map(a_vector)


def _numbers(fact: str, numbers: st.SearchStrategy[int]) -> st.SearchStrategy[Test]:
    compared = st.builds(Test, st.just(fact), st.sampled_from(("eq", "lt", "le", "gt", "ge")), numbers, st.booleans())
    inclusions = st.sampled_from(("included", "excluded", "arguable"))

    def bounds(low: int, high: int, low_is: str, high_is: str) -> Bounds:
        low, high = sorted((low, high))
        names = ("start" if low_is == "arguable" else None, "end" if high_is == "arguable" else None)
        return Bounds(low, high, low_is, high_is, *names)  # type: ignore[arg-type]  # both are inclusions

    between = st.builds(bounds, numbers, numbers, inclusions, inclusions)
    among = st.frozensets(numbers, min_size=1, max_size=3)
    return (
        compared
        | st.builds(Test, st.just(fact), st.just("between"), between, st.booleans())
        | st.builds(Test, st.just(fact), st.just("in"), among, st.booleans())
    )


def _words(fact: str) -> st.SearchStrategy[Test]:
    words = st.sampled_from(VOCABULARY[fact].words[:4])
    among = st.frozensets(words, min_size=1, max_size=3)
    return st.builds(Test, st.just(fact), st.just("eq"), words, st.booleans()) | st.builds(
        Test, st.just(fact), st.just("in"), among, st.booleans()
    )


def _truths(fact: str) -> st.SearchStrategy[Test]:
    return st.builds(Test, st.just(fact), st.just("eq"), st.booleans(), st.booleans())


def _known(names: Iterable[str]) -> st.SearchStrategy[Test]:
    return st.builds(Test, st.sampled_from(tuple(names)), st.just("known"), st.just(True), st.booleans())


def leaves() -> st.SearchStrategy[Node]:
    """Return a strategy of tests of facts that depend on no zone, by every operator."""
    roles = st.sampled_from(VOCABULARY["recipient.roles"].words)
    return st.one_of(
        *(_numbers(name, st.integers(0, 6)) for name in MEASURES),
        *(_words(name) for name in ("contact.direction", "contact.channel")),
        *(_truths(name) for name in ("recipient.is_borrower", "content.threat")),
        st.builds(
            Test,
            st.just("recipient.roles"),
            st.just("contains"),
            roles | st.frozensets(roles, min_size=1, max_size=2),
            st.booleans(),
        ),
        st.builds(
            Test, st.just("agency.name"), st.just("matches"), st.sampled_from(("^甲", "公司$", "x")), st.booleans()
        ),
        _known(PLAIN),
    )


def _tree(leaf: st.SearchStrategy[Node], size: int) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaf,
        lambda inner: (
            st.builds(All, st.lists(inner, max_size=3).map(tuple))
            | st.builds(AnyOf, st.lists(inner, max_size=3).map(tuple))
        ),
        max_leaves=size,
    )


def conditions(size: int = 8) -> st.SearchStrategy[Node]:
    """Return a strategy of conditions, with conditions over zones among their leaves."""
    hours = st.sampled_from((8, 9, 20, 21)).map(lambda hour: hour * HOUR)
    inside = _tree(_numbers(CLOCK, hours) | _words(WEEKDAY) | leaves(), 3)
    zoned = st.builds(InZones, st.sampled_from(("some", "every")), inside)
    return _tree(leaves() | leaves() | zoned, size)


def rule_of(number: int, scope: Node, wrong: Node) -> CompiledRule:
    """Return a rule of a scope and of what it forbids."""
    rule = Rule.model_construct(id=f"rule-{number:03d}", in_force=Force())  # type: ignore[call-arg]  # no text is read
    return CompiledRule(rule, scope, All((scope, wrong)), (), place=("f.yaml", number + 1, 1))


def rules(size: int = 8, most: int = 1) -> st.SearchStrategy[list[CompiledRule]]:
    """Return a strategy of rules."""
    pairs = st.lists(st.tuples(conditions(3), conditions(size)), min_size=1, max_size=most)
    return pairs.map(lambda found: [rule_of(number, *pair) for number, pair in enumerate(found)])


def rule_set_of(found: Iterable[CompiledRule], vocabulary: Mapping[str, Fact] = VOCABULARY) -> RuleSet:
    """Return a rule set of rules."""
    tables = Tables({}, frozenset(), {}, frozenset())
    return RuleSet("p", None, tables, vocabulary, {}, {}, tuple(found), {})


def settled(node: Node, facts: FactVector, inclusions: Mapping[str, str], *, keep_known: bool) -> Node:
    """Return a condition with its arguable bounds settled and, on demand, what it asks of the record answered."""

    def leaf(test: Test) -> Node:
        if test.operator == "known" and keep_known:
            held = (facts.value(test.fact) is not None) != test.negated
            return All(()) if held else AnyOf(())
        if isinstance(test.value, Bounds):
            old = test.value
            low = inclusions["start"] if old.low_is == "arguable" else old.low_is
            high = inclusions["end"] if old.high_is == "arguable" else old.high_is
            return Test(test.fact, "between", Bounds(old.low, old.high, low, high), test.negated)  # type: ignore[arg-type]  # as above
        return test

    match node:
        case Test():
            return leaf(node)
        case InZones():
            return InZones(node.quantifier, settled(node.body, facts, inclusions, keep_known=keep_known))
        case All():
            return All(tuple(settled(part, facts, inclusions, keep_known=keep_known) for part in node.parts))
        case AnyOf():
            return AnyOf(tuple(settled(part, facts, inclusions, keep_known=keep_known) for part in node.parts))


def settled_rule(rule: CompiledRule, facts: FactVector, inclusions: Mapping[str, str]) -> CompiledRule:
    """Return a rule whose arguable bounds are settled, and whose questions of the record are answered."""
    scope = settled(rule.scope, facts, inclusions, keep_known=True)
    whole = settled(rule.whole, facts, inclusions, keep_known=True)
    return CompiledRule(rule.rule, scope, whole)

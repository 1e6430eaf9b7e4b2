"""Packs at random: measures of every kind, facts defined over them, rules on all facts, dates of change."""

from collections.abc import Iterable
from datetime import date
from random import Random

from collection_guard.language.compiled import CompiledMeasure, CompiledPack, CompiledRule, RuleSet, Tables
from collection_guard.language.ir import All, AnyOf, Bounds, InZones, Node, Test
from collection_guard.language.schema import Force, Key, Rule
from collection_guard.language.units import HOUR
from collection_guard.language.vocabulary import FACTS, Fact, FactType
from collection_guard.language.windows import Window

TITLE = {"zh": "m", "en": "m"}
COUNTS = ("events", "local_dates", "numbers", "talk_seconds", "elapsed")
WINDOWS = (
    Window("elapsed", 30 * HOUR),
    Window("elapsed", 168 * HOUR),
    Window("local_dates", 1),
    Window("local_dates", 4),
    Window("local_day"),
    Window("local_week"),
    Window("local_month"),
    Window("ever"),
)
KEYS: tuple[tuple[Key, ...], ...] = (
    ("case",),
    ("case",),
    ("borrower",),
    ("number",),
    ("collector",),
    ("agency",),
    ("case", "number"),
    ("collector", "number"),
    ("borrower", "agency", "number"),
)
HOURS = tuple(hour * HOUR for hour in (0, 6, 8, 9, 12, 20, 21, 24))
STRINGS = ("诚信公司", "誠信公司", "别家公司")
SPANS = (0, HOUR, 24 * HOUR, 168 * HOUR)


def _bounds(chance: Random, values: tuple[float, ...]) -> Bounds:
    low, high = sorted((chance.choice(values), chance.choice(values)))
    low_is, high_is = (chance.choice(("included", "excluded", "arguable")) for _ in range(2))
    names = ("start" if low_is == "arguable" else None, "end" if high_is == "arguable" else None)
    return Bounds(low, high, low_is, high_is, *names)


def _test(fact: Fact, chance: Random) -> Test:
    negated = chance.random() < 0.4
    if chance.random() < 0.08:
        return Test(fact.name, "known", True, negated)
    match fact.type:
        case "bool":
            return Test(fact.name, "eq", chance.random() < 0.6, negated)
        case "enum":
            words = chance.sample(fact.words, min(len(fact.words), chance.randint(1, 4)))
            return Test(fact.name, "in", frozenset(words), negated)
        case "set":
            return Test(fact.name, "contains", chance.choice(fact.words), negated)
        case "str":
            if chance.random() < 0.5:
                return Test(fact.name, "matches", "^.信", negated)
            return Test(fact.name, "eq", chance.choice(STRINGS), negated)
        case kind:
            values = {"local_time": HOURS, "duration": SPANS, "float": (0.0, 45.5, 91.0, 5400.0)}.get(kind)
            return _of_number(fact, values or (0, 1, 2, 3), chance, negated=negated)


def _of_number(fact: Fact, values: tuple[float, ...], chance: Random, *, negated: bool) -> Test:
    operator = chance.choice(("eq", "in", "lt", "le", "gt", "ge", "between"))
    if operator == "between":
        return Test(fact.name, "between", _bounds(chance, values), negated)
    if operator == "in":
        return Test(fact.name, "in", frozenset(chance.sample(values, 2)), negated)
    return Test(fact.name, operator, chance.choice(values), negated)


def condition(facts: list[Fact], chance: Random, depth: int = 2) -> Node:
    """Return a condition on some facts, nested at most so deep; facts of a zone stand inside a zone."""
    if depth and chance.random() < 0.5:
        parts = tuple(condition(facts, chance, depth - 1) for _ in range(chance.randint(1, 3)))
        return All(parts) if chance.random() < 0.5 else AnyOf(parts)
    fact = chance.choice(facts)
    if not fact.zoned:
        return _test(fact, chance)
    beside = tuple(_test(chance.choice(facts), chance) for _ in range(chance.randint(0, 2)))
    body = chance.choice((All, AnyOf))((_test(fact, chance), *beside))
    return InZones(chance.choice(("some", "every")), body)


def _measure(number: int, chance: Random) -> CompiledMeasure:
    countable = [fact for fact in FACTS.values() if not fact.of_history and not fact.zoned]
    where = condition(countable, chance) if chance.random() < 0.7 else All(())
    since = condition(countable, chance, 1) if chance.random() < 0.5 else None
    return CompiledMeasure(
        f"m{number}", chance.choice(COUNTS), where, since, chance.choice(WINDOWS), chance.choice(KEYS)
    )


def _rule(number: int, facts: list[Fact], chance: Random) -> CompiledRule:
    force = Force.model_validate({"from": date(2025, 10, 3)}) if chance.random() < 0.3 else Force()
    scope = condition(facts, chance, 1)
    unset = ("limit",) if chance.random() < 0.05 else ()
    return _compiled(number, scope, condition(facts, chance), force, unset)


def _compiled(number: int, scope: Node, wrong: Node, force: Force, unset: tuple[str, ...] = ()) -> CompiledRule:
    rule = Rule.model_construct(id=f"rule-{number}", in_force=force)
    object.__setattr__(rule, "message", _SILENT)
    object.__setattr__(rule, "remedy", _SILENT)
    return CompiledRule(rule, scope, All((scope, wrong)), unset, place=("f.yaml", number + 1, 1))


def with_measures(measures: Iterable[CompiledMeasure]) -> dict[str, Fact]:
    """Return the vocabulary with measures in it."""
    vocabulary = dict(FACTS)
    for measure in measures:
        kind: FactType = {"elapsed": "duration", "talk_seconds": "float"}.get(measure.count, "int")  # type: ignore[assignment]  # these are types
        vocabulary[f"measure.{measure.name}"] = Fact(
            f"measure.{measure.name}", kind, "before", TITLE, (), of_history=True
        )
    return vocabulary


def pack_of_measures(tables: Tables, measures: list[CompiledMeasure], wrongs: Iterable[Node] = ()) -> CompiledPack:
    """Return a pack of measures, and of rules that forbid conditions whatever the contact."""
    named = {measure.name: measure for measure in measures}
    rules = tuple(_compiled(number, All(()), wrong, Force()) for number, wrong in enumerate(wrongs))
    rule_set = RuleSet("measures", None, tables, with_measures(measures), named, {}, rules, {})
    return CompiledPack("measures", "1", "draft", "Asia/Shanghai", "", (rule_set,))


def _rule_set(tables: Tables, chance: Random, since: date | None, measures: int, rules: int) -> RuleSet:
    made = {measure.name: measure for measure in (_measure(number, chance) for number in range(measures))}
    vocabulary = with_measures(made.values())
    facts = [fact for name, fact in vocabulary.items() if name.startswith("measure.")]
    defined = {"borrower.defined": condition([*facts, *FACTS.values()], chance)}
    vocabulary["borrower.defined"] = Fact("borrower.defined", "bool", "before", TITLE, (), of_history=True)
    # Half of what rules look at are measures and what is defined over them.
    likely = [*facts, vocabulary["borrower.defined"]]
    named = [chance.choice((chance.choice(likely), chance.choice(list(FACTS.values())))) for _ in range(40)]
    found = tuple(_rule(number, named, chance) for number in range(rules))
    return RuleSet("random", since, tables, vocabulary, made, defined, found, {})


def random_pack(tables: Tables, chance: Random, measures: int = 4, rules: int = 5) -> CompiledPack:
    """Return a pack whose rules and measures change on a date, or do not."""
    sets = [_rule_set(tables, chance, None, measures, rules)]
    if chance.random() < 0.4:
        sets.append(_rule_set(tables, chance, date(2025, 10, 5), measures, rules))
    zone = chance.choice(("Asia/Shanghai", "America/New_York"))
    return CompiledPack("random", "1", "draft", zone, "", tuple(sets))


class _Silence:
    """A text without placeholders."""

    zh = en = "m"


_SILENT = _Silence()

"""Facts at random of the whole vocabulary of a pack."""

from random import Random
from typing import Any

from collection_guard.engines.examples import GivenFacts
from collection_guard.language.compiled import RuleSet
from collection_guard.language.kleene import UNBOUNDED, Interval
from collection_guard.language.units import HOUR, MINUTE
from collection_guard.language.vocabulary import Fact

ZONES = ("Asia/Shanghai", "Europe/Paris")


def _value(fact: Fact, chance: Random) -> Any:
    match fact.type:
        case "bool":
            return chance.random() < 0.5
        case "enum":
            return chance.choice(fact.words)
        case "set":
            return frozenset(word for word in fact.words if chance.random() < 0.3)
        case "str":
            return chance.choice(("甲公司", ""))
        case "local_time":
            return chance.choice((0, 8 * HOUR - 1, 8 * HOUR, 12 * HOUR, 21 * HOUR - 1, 21 * HOUR, 30 * HOUR))
        case "duration":
            return chance.choice((0, MINUTE, HOUR, 24 * HOUR, UNBOUNDED))
        case _:
            low = chance.randint(0, 6)
            return low if chance.random() < 0.6 else Interval(low, chance.choice((low + 1, UNBOUNDED)))


def core_facts(chance: Random, rule_set: RuleSet, unknown: float) -> GivenFacts:
    """Return facts of which each is unknown with some probability; what the pack defines is worked out."""
    given: dict[str, Any] = {}
    for name, fact in rule_set.vocabulary.items():
        if name in rule_set.defined:
            continue
        if fact.zoned:
            given[name] = {zone: _value(fact, chance) for zone in ZONES if chance.random() >= unknown}
        elif chance.random() >= unknown:
            given[name] = _value(fact, chance)
    return GivenFacts(given, rule_set)

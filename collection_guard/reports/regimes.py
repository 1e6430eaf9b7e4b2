"""What packs say side by side: hours by weekday, limits, third parties, force, sources, status."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from collection_guard.engines.messages import word
from collection_guard.facts.atoms import truth_of
from collection_guard.language.compiled import CompiledPack, CompiledRule, RuleSet
from collection_guard.language.compiling import compile_packs
from collection_guard.language.ir import InZones, Node, atoms_of, tests_of
from collection_guard.language.kleene import NO
from collection_guard.language.packs import load_packs
from collection_guard.language.units import DAY, MINUTE, SECOND, show_local_time
from collection_guard.model.texts import Lang, text
from collection_guard.model.words import WEEKDAYS

_STEP: Final = 15 * MINUTE
_OTHERS: Final = frozenset({"recipient.is_third_party", "contact.reached_third_party", "field.addressee"})


@dataclass(frozen=True, slots=True)
class Hours:
    """On which days a rule allows what span: weekdays first to last, or holidays; no span where it bars the day."""

    days: str
    spans: str


class _Clock:
    """A moment of a week as facts: a weekday and a time of day, on a holiday or on none."""

    def __init__(self, weekday: str, clock: int, *, holiday: bool) -> None:
        self._facts: dict[str, object] = {"contact.weekday": weekday, "contact.local_time": clock}
        self._holiday = holiday

    def value(self, name: str) -> object:
        """Return the value of a fact; of a calendar, whether it is a holiday."""
        return self._holiday if name.startswith("calendar.") else self._facts.get(name)

    def zones(self) -> tuple[str, ...] | None:
        """Return no zone: the time is the local one."""
        return None

    def value_in_zone(self, name: str, _zone: str) -> object:
        """Return the same as everywhere."""
        return self.value(name)


def windows_of(rule: CompiledRule) -> list[InZones]:
    """Return the conditions on local time of a rule, each true outside the hours."""
    return [
        atom
        for atom in atoms_of(rule.whole)
        if isinstance(atom, InZones) and any(test.fact == "contact.local_time" for test in tests_of(atom.body))
    ]


def hours_of(rule: CompiledRule, holidays: str, barred: str) -> list[Hours]:
    """Return the permitted hours of a rule by weekday, and on holidays where it knows any."""
    bodies = [atom.body for atom in windows_of(rule)]
    if not bodies or any(test.fact == "contact.local_end" for test in tests_of(rule.whole)):
        return []  # a rule on when a contact ends says nothing of when it may begin
    by_day = [(day, _spans(bodies, day, holiday=False) or barred) for day in WEEKDAYS]
    found: list[Hours] = []
    for day, spans in by_day:
        if found and found[-1].spans == spans:
            first = found[-1].days.split("–")[0]
            found[-1] = Hours(f"{first}–{day}", spans)
        else:
            found.append(Hours(day, spans))
    if any(test.fact.startswith("calendar.") for body in bodies for test in tests_of(body)):
        found.append(Hours(holidays, _spans(bodies, WEEKDAYS[0], holiday=True) or barred))
    return found


def _spans(outside: list[Node], weekday: str, *, holiday: bool) -> str:
    """Return the spans of a day in which no condition says that it is outside the hours."""
    allowed = [
        clock
        for clock in range(0, DAY, _STEP)
        if all(truth_of(body, _Clock(weekday, clock + SECOND, holiday=holiday)) == NO for body in outside)
    ]
    spans: list[list[int]] = []
    for clock in allowed:
        if spans and spans[-1][1] == clock:
            spans[-1][1] = clock + _STEP
        else:
            spans.append([clock, clock + _STEP])
    return ", ".join(f"{_clock(start)}–{_clock(end)}" for start, end in spans)


def _clock(moment: int) -> str:
    return show_local_time(moment)[:5]


def limits_of(rule_set: RuleSet) -> Iterator[CompiledRule]:
    """Yield the rules that rest on what was counted before."""
    names = {f"measure.{name}" for name in (*rule_set.measures, *rule_set.extensions.open_debts)}
    return (rule for rule in rule_set.rules if names & _named(rule.whole, rule_set))


def on_third_parties(rule_set: RuleSet) -> Iterator[CompiledRule]:
    """Yield the rules on who else may be contacted, or learn of a debt."""
    return (rule for rule in rule_set.rules if _OTHERS & _named(rule.whole, rule_set))


def _named(node: Node, rule_set: RuleSet) -> set[str]:
    found: set[str] = set()
    for test in tests_of(node):
        found.add(test.fact)
        if test.fact in rule_set.defined:
            found |= _named(rule_set.defined[test.fact], rule_set)
    return found


def in_force_from(pack: CompiledPack) -> str:
    """Return from when on the rules of a pack hold: the earliest and latest date on which one begins, if any does."""
    days = sorted({rule.rule.in_force.since for rule in pack.rule_sets[-1].rules if rule.rule.in_force.since})
    return " … ".join(dict.fromkeys(day.isoformat() for day in (days[:1] + days[-1:])))


def forces_of(rules: Iterable[CompiledRule]) -> list[str]:
    """Return how binding rules are, each word once."""
    return list(dict.fromkeys(rule.rule.force for rule in rules))


def sources_of(rule_set: RuleSet) -> list[str]:
    """Return the titles of the sources of a pack, each once."""
    return list(dict.fromkeys(source.title for rule in rule_set.rules for source in rule.rule.sources))


def regime_lines(names: Iterable[str], lang: Lang) -> Iterator[str]:
    """Yield one line for each pack: regime, version, verification status, force, and from when its rules hold."""
    for name in names:
        packs = load_packs([name])
        (pack,) = compile_packs(packs)
        said = packs[0].header.regime or packs[0].header.title
        rules = pack.rule_sets[-1].rules
        days = in_force_from(pack)
        yield text(
            "regimes.line",
            lang,
            pack=pack.name,
            version=pack.version,
            status=word(pack.status, lang),
            regime=said.zh if lang == "zh" else said.en,
            rules=len(rules),
            force=("、" if lang == "zh" else ", ").join(word(force, lang) for force in forces_of(rules)),
            since=text("regimes.since", lang, days=days) if days else text("regimes.undated", lang),
        )


def titled(rule: CompiledRule, lang: Lang) -> str:
    """Return the title of a rule in a language."""
    return rule.rule.title.zh if lang == "zh" else rule.rule.title.en

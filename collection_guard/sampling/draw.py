"""The draw: which of all verdicts, or contacts, people are asked about. Anybody can repeat it from the seed alone.

Each item has a number, the SHA-256 of the seed and of what it is; of each stratum those with the smallest numbers
are drawn. So the draw depends neither on the order of the input nor on a generator of random numbers.
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Final

from collection_guard.audit.dates import local_date
from collection_guard.audit.report import Report, Violation
from collection_guard.audit.run import Basis, run_audit
from collection_guard.audit.taken import Contact, Intake
from collection_guard.engines.base import NOT_APPLICABLE, UNASSESSABLE, VIOLATION
from collection_guard.engines.judge import Judged
from collection_guard.language.schema import SEVERITIES
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.sampling.plan import Plan

if TYPE_CHECKING:
    from collection_guard.engines.columnar.verdicts import LogVerdicts  # only where numpy is

CLEAR: Final = "clear"
WHOLE: Final = ""
"""In place of a rule: the contact as a whole."""
_CONTENT: Final = "content."
_NONE: Final = "—"
_SHORT: Final = 12

Stratum = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One question: a contact, a rule (or the contact as a whole), what the program says, and its stratum."""

    id: str
    contact: Contact
    rule: str
    verdict: str
    stratum: Stratum
    second: bool = False
    """A second person is asked as well."""

    @property
    def key(self) -> tuple[str, str]:
        """Return what it is about."""
        return self.contact.event.event_id, self.rule


@dataclass(frozen=True, slots=True)
class StratumCount:
    """How many items a stratum has, and how many of them are drawn."""

    population: int
    drawn: int


@dataclass(frozen=True, slots=True)
class Sample:
    """A draw: the plan, its items in the order of their numbers, the strata, and digests of both lists."""

    plan: Plan
    items: tuple[Item, ...]
    strata: Mapping[Stratum, StratumCount]
    population_digest: str
    digest: str
    report: Report
    violations: Mapping[tuple[str, str], Violation]
    verdicts: Mapping[str, Counter[str]]
    """Of each rule, how many items of the population have which verdict."""
    parts: Mapping[tuple[str, bool], Counter[Stratum]]
    """Of each rule, flagged items and others apart: how many of the population lie in which stratum."""

    @property
    def population(self) -> int:
        """Return how many items there are to draw from."""
        return sum(stratum.population for stratum in self.strata.values())


class _Words:
    """Keeps the verdict of each rule that is asked about on each contact; of all rules, for contacts as a whole."""

    def __init__(self, rules: Collection[str] | None) -> None:
        self._rules = rules
        self.found: dict[str, dict[str, str]] = defaultdict(dict)

    def __call__(self, judged: Judged) -> None:
        verdict = judged.verdict
        if verdict.verdict != NOT_APPLICABLE and (self._rules is None or verdict.rule in self._rules):
            self.found[verdict.event_id][verdict.rule] = verdict.verdict

    def take_columns(self, found: "LogVerdicts") -> None:
        """Take the verdicts of all rows, without their evidence."""
        for row, event in enumerate(found.log.events):
            for rule, (word, _) in zip(found.rules, found.outcomes(row), strict=True):
                if word != NOT_APPLICABLE and (self._rules is None or rule.id in self._rules):
                    self.found[event.event_id][rule.id] = word


def rules_on_content(report_rules: Mapping[str, object], facts_of: Callable[[str], Collection[str]]) -> list[str]:
    """Return the rules that rest on what was said: of these a person can say more than a log."""
    return sorted(rule for rule in report_rules if any(name.startswith(_CONTENT) for name in facts_of(rule)))


def draw(intake: Intake, basis: Basis, plan: Plan, progress: Callable[[int], None] | None = None) -> Sample:
    """Judge a log and draw a sample of its verdicts, or of its contacts."""
    rules = None if plan.of == "contacts" else (set(plan.rules) if plan.rules is not None else None)
    words = _Words(rules)
    report = run_audit(intake, basis, words, progress)
    asked: Collection[str] = plan.rules or ()
    if plan.of == "verdicts" and plan.rules is None:
        asked = rules_on_content(report.rules, lambda rule: report.rules[rule].facts)
    items = (
        _contacts(intake, words, report, plan)
        if plan.of == "contacts"
        else _verdicts(intake, words, set(asked), report, plan)
    )
    by_stratum: dict[Stratum, list[Item]] = defaultdict(list)
    verdicts: dict[str, Counter[str]] = defaultdict(Counter)
    parts: dict[tuple[str, bool], Counter[Stratum]] = defaultdict(Counter)
    for item in items:
        parts[item.rule, item.verdict == VIOLATION][item.stratum] += 1
        by_stratum[item.stratum].append(item)
        verdicts[item.rule][item.verdict] += 1
    sizes = allocate({stratum: len(found) for stratum, found in by_stratum.items()}, plan.size, plan.minimum)
    drawn: list[Item] = []
    for stratum, found in by_stratum.items():
        chosen = sorted(found, key=lambda item: item.id)[: sizes[stratum]]
        twice = ceil(plan.second_review * len(chosen))
        drawn += [_with_second(item, second=place < twice) for place, item in enumerate(chosen)]
    # The order tells a reader nothing: strata are mixed.
    drawn.sort(key=lambda item: hashlib.sha256(item.id.encode()).digest())
    return Sample(
        plan,
        tuple(drawn),
        {name: StratumCount(len(found), sizes[name]) for name, found in sorted(by_stratum.items())},
        digest_of(item.id + item.verdict for item in sorted(items, key=lambda item: item.id)),
        digest_of(item.id for item in drawn),
        report,
        _violations(report, plan),
        verdicts,
        parts,
    )


def _with_second(item: Item, *, second: bool) -> Item:
    return Item(item.id, item.contact, item.rule, item.verdict, item.stratum, second)


def _verdicts(intake: Intake, words: _Words, asked: Collection[str], report: Report, plan: Plan) -> list[Item]:
    return [
        _item(contact, rule, word, report, plan)
        for contact in intake.contacts
        for rule, word in words.found.get(contact.event.event_id, {}).items()
        if rule in asked and word in {VIOLATION, CLEAR}
    ]


def _contacts(intake: Intake, words: _Words, report: Report, plan: Plan) -> list[Item]:
    """Return each contact with the worst verdict of its rules; the severity is that of its gravest violation."""
    found = []
    for contact in intake.contacts:
        verdicts = words.found.get(contact.event.event_id, {})
        violated = [rule for rule, word in verdicts.items() if word == VIOLATION]
        word = next((one for one in (VIOLATION, UNASSESSABLE, CLEAR) if one in verdicts.values()), NOT_APPLICABLE)
        ranks = [SEVERITIES.index(report.rules[rule].rule.severity) for rule in violated]
        severity = SEVERITIES[min(ranks)] if ranks else _NONE
        found.append(_item(contact, WHOLE, word, report, plan, severity))
    return found


def _item(contact: Contact, rule: str, verdict: str, report: Report, plan: Plan, severity: str | None = None) -> Item:
    event = contact.event
    number = hashlib.sha256(f"{plan.seed}\0{event.event_id}\0{rule}".encode("utf-8", "surrogatepass")).hexdigest()
    if severity is None:
        severity = report.rules[rule].rule.severity
    stratum = []
    for name in plan.strata:
        match name:
            case "agency":
                value: object = event.agency
            case "channel":
                value = event.channel
            case "collector":
                value = event.collector.id
            case "direction":
                value = event.direction
            case "month":
                value = local_date(event.started_at, report.settings.timezone).isoformat()[:7]
            case "rule":
                value = rule
            case "severity":
                value = severity
            case "verdict":
                value = verdict
            case _:
                value = (event.extra or {}).get(name.removeprefix("extra."))
        stratum.append(_NONE if value is None else str(value))
    return Item(number[: 2 * _SHORT], contact, rule, verdict, tuple(stratum))


def _violations(report: Report, plan: Plan) -> dict[tuple[str, str], Violation]:
    if plan.of == "contacts":
        return {}
    return {(item.contact.event.event_id, item.rule): item for item in report.violations}


def allocate(populations: Mapping[Stratum, int], size: int, minimum: int) -> dict[Stratum, int]:
    """Return how many to draw of each stratum: a minimum of each, the rest in proportion to their populations.

    Raises ConfigurationError where the minima alone ask for more than the size.
    """
    floors = {name: min(minimum, count) for name, count in populations.items()}
    least = sum(floors.values())
    if least > size:
        values: dict[str, object] = {"size": size, "least": least, "strata": len(populations), "minimum": minimum}
        raise ConfigurationError([Problem("sample_too_small", values=values)])
    left = min(size, sum(populations.values())) - least
    room = {name: count - floors[name] for name, count in populations.items()}
    rest = sum(room.values())
    shares = {name: divmod(left * count, rest) if rest else (0, 0) for name, count in room.items()}
    sizes = {name: floors[name] + shares[name][0] for name in populations}
    over = left - sum(whole for whole, _ in shares.values())
    # What is left of a division goes to the largest remainders; among equals, by name.
    for name in sorted(populations, key=lambda one: (-shares[one][1], one))[:over]:
        sizes[name] += 1
    return sizes


def digest_of(lines: Iterable[str]) -> str:
    """Return the SHA-256 of lines."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()

"""The scorecard: what the numbers of each agency and each rule allow to say, and what they do not.

A rate is that of contacts in violation among contacts, with its Wilson 95 % interval. Agencies are ranked by the lower
end of it: what can be said of them for sure, so that nobody is ranked by the chance of a few contacts.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any, Final, Literal

import yaml

from collection_guard.audit.report import NO_AGENCY, AgencyTally, Report, Tally
from collection_guard.reports.intervals import Share, funnel_limit, tails
from collection_guard.reports.wording import bases_of

Block = Literal["contacts", "speech", "data"]
Place = Literal["above", "high", "within", "low", "below"]
NOT_ENOUGH: Final = "N"
LEVELS: Final = {"low": 0.025, "high": 0.975, "below": 0.001, "above": 0.999}
"""The limits of the funnel: 95 % and 99.8 % of agencies that are no better and no worse than all lie within."""
_CONTENT: Final = "content."


@cache
def scheme() -> Mapping[str, Any]:
    """Return how agencies are scored."""
    found: Mapping[str, Any] = yaml.safe_load(
        (resources.files("collection_guard.reports") / "scorecard.yaml").read_text("utf-8")
    )
    return found


@dataclass(frozen=True, slots=True)
class BlockScore:
    """The points of one block; None where too little of it could be assessed to say anything."""

    block: Block
    weight: int
    points: float | None
    weighted: float = 0.0
    """The violations, each counted as much as it weighs."""
    assessed: int = 0
    """The contacts that the most widely assessed rule of the block could assess; of data, the verdicts reached."""


@dataclass(frozen=True, slots=True)
class AgencyScore:
    """One agency: its rate, what chance allows, its score and its grade."""

    name: str
    tally: AgencyTally
    share: Share
    """Contacts in violation, of contacts."""
    blocks: tuple[BlockScore, ...]
    place: Place
    fatal: Counter[str] = field(default_factory=Counter)
    """Established violations of rules of which one is too many."""
    unconfirmed: Counter[str] = field(default_factory=Counter)
    """Violations of these that only a detector heard: to be confirmed by a person."""

    @property
    def enough(self) -> bool:
        """Say whether there are contacts enough for a grade."""
        return self.tally.contacts >= int(scheme()["enough"])

    @property
    def score(self) -> float | None:
        """Return the points out of 100, over the blocks that could be measured; None without data enough."""
        measured = [block for block in self.blocks if block.points is not None]
        if not self.enough or not any(block.block != "data" for block in measured):
            return None
        return 100 * sum(block.points or 0.0 for block in measured) / sum(block.weight for block in measured)

    @property
    def grade(self) -> str:
        """Return A to D, or N for too little data."""
        score = self.score
        if score is None:
            return NOT_ENOUGH
        if self.fatal:
            return "D"
        return next((grade for grade, least in scheme()["grades"].items() if score >= least), "D")


@dataclass(frozen=True, slots=True)
class RuleScore:
    """One rule: of how many verdicts that apply it could be assessed, and how many of these are violations."""

    rule: str
    tally: Tally
    share: Share
    """Violations, of verdicts that say yes or no."""
    assessable: Share
    """Verdicts that say yes or no, of verdicts that apply."""


@dataclass(frozen=True, slots=True)
class FunnelPoint:
    """The limits for an agency of so many contacts, by the names of LEVELS."""

    contacts: int
    limits: Mapping[str, float]


def agency_scores(report: Report) -> list[AgencyScore]:
    """Return the scores of all agencies, the worst that can be said for sure first."""
    of_all = Share(report.contacts_in_violation, report.contacts).value or 0.0
    speech = {rule for rule, info in report.rules.items() if any(name.startswith(_CONTENT) for name in info.facts)}
    fatal_rules = frozenset(scheme()["fatal"])
    established: dict[str, Counter[str]] = {name: Counter() for name in report.by_agency}
    unconfirmed: dict[str, Counter[str]] = {name: Counter() for name in report.by_agency}
    if report.violations_left_out:
        # Which of them only a detector heard was not kept: none of what may have been heard is taken as established.
        for name, tally in report.by_agency.items():
            for rule, count in tally.by_rule.items():
                heard_only = report.detector is not None and rule in speech
                (unconfirmed if heard_only else established)[name][rule] += count
    for item in () if report.violations_left_out else report.violations:
        kinds = unconfirmed if "basis_detected" in bases_of(item) else established
        kinds[item.contact.event.agency or NO_AGENCY][item.rule] += 1
    found = []
    for name, tally in report.by_agency.items():
        share = Share(tally.contacts_in_violation, tally.contacts)
        sure, heard = established[name], unconfirmed[name]
        blocks = (
            _conduct(report, "contacts", tally, {*tally.tallies} - speech, sure, heard),
            _conduct(report, "speech", tally, {*tally.tallies} & speech, sure, heard),
            _data(tally),
        )
        place = place_of(share, of_all)
        gates = (_only(sure, fatal_rules), _only(heard, fatal_rules))
        found.append(AgencyScore(name, tally, share, blocks, place, *gates))
    return sorted(found, key=lambda score: (-score.share.low, -score.share.hits, score.name))


def worst_agencies(report: Report, most: int = 3) -> list[AgencyScore]:
    """Return the agencies with the highest rates that can be said for sure, none without a violation."""
    return [score for score in agency_scores(report) if score.share.hits][:most]


def rule_scores(report: Report) -> list[RuleScore]:
    """Return the scores of all rules: the most violated first, as the report ranks them, then the others by id."""
    ranked = [rule for rule, _ in report.worst_rules(len(report.by_rule))]
    rest = sorted(rule for rule in report.by_rule if rule not in ranked)
    return [
        RuleScore(rule, tally, Share(tally.violation, tally.assessed), Share(tally.assessed, tally.applicable))
        for rule in [*ranked, *rest]
        for tally in [report.by_rule[rule]]
    ]


def place_of(share: Share, of_all: float) -> Place:
    """Return where an agency lies in the funnel of one that is as all are together."""
    few, many = tails(share.hits, share.of, of_all)
    if many < 1 - LEVELS["above"]:
        return "above"
    if few < LEVELS["below"]:
        return "below"
    if many < 1 - LEVELS["high"]:
        return "high"
    return "low" if few < LEVELS["low"] else "within"


def funnel(report: Report, steps: int = 60) -> list[FunnelPoint]:
    """Return the limits of the funnel over the sizes of the agencies, closer together where they bend."""
    of_all = Share(report.contacts_in_violation, report.contacts).value
    if of_all is None:
        return []
    most = max(tally.contacts for tally in report.by_agency.values())
    sizes = sorted({max(1, round(most ** (step / steps))) for step in range(steps + 1)})
    return [
        FunnelPoint(size, {name: funnel_limit(size, of_all, level) for name, level in LEVELS.items()}) for size in sizes
    ]


def _conduct(
    report: Report, block: Block, tally: AgencyTally, rules: set[str], sure: Counter[str], heard: Counter[str]
) -> BlockScore:
    """Return the points of a block of rules: all of them without a violation, none from ``zero_at`` on.

    A block of which fewer contacts than are enough for a grade could be assessed is not measured.
    """
    weight = int(scheme()["blocks"][block]["weight"])
    assessed = max((tally.tallies[rule].assessed for rule in rules), default=0)
    if assessed < int(scheme()["enough"]):
        return BlockScore(block, weight, None, assessed=assessed)
    weights, unconfirmed = scheme()["severities"], scheme()["unconfirmed"]
    weighted = sum(
        weights[report.rules[rule].rule.severity] * (sure[rule] + unconfirmed * heard[rule]) for rule in sorted(rules)
    )
    lost = 1000 * weighted / assessed / scheme()["blocks"][block]["zero_at"]
    return BlockScore(block, weight, weight * max(0.0, 1 - lost), weighted, assessed)


def _data(tally: AgencyTally) -> BlockScore:
    """Return the points for what is known: in proportion to the share of verdicts that could be reached."""
    weight, share = int(scheme()["blocks"]["data"]["weight"]), tally.verdicts.assessable_share
    return BlockScore("data", weight, None if share is None else weight * share, assessed=tally.verdicts.assessed)


def _only(counts: Counter[str], rules: frozenset[str]) -> Counter[str]:
    return Counter({rule: count for rule, count in sorted(counts.items()) if rule in rules})

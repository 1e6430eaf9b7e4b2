"""What a check found: each thing that was checked with what passed and what did not, waivers, baseline and counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from collection_guard.audit.report import Report
from collection_guard.checks.findings import LEVELS, STANDINGS, Consequence, Finding, Passed, Standing
from collection_guard.checks.rates import Rate
from collection_guard.checks.targets import TargetKind
from collection_guard.checks.waivers import WaiverUse
from collection_guard.language.schema import SEVERITIES, Rule


@dataclass(slots=True)
class Item:
    """One thing that was checked."""

    path: str
    kind: TargetKind | None
    """None for what could not be recognised, and for what belongs to the whole run."""
    passed: list[Passed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    rates: list[Rate] = field(default_factory=list)
    batch: Report | None = None

    def counted(self) -> Counter[Standing]:
        """Count the findings by how they stand."""
        return Counter(finding.standing for finding in self.findings)


@dataclass(slots=True)
class BaselineUse:
    """What a baseline knows, and how much of it was not found again."""

    path: str
    known: int
    gone: int


@dataclass(slots=True)
class CheckReport:
    """The result of one check. Nothing in it depends on the clock but for ``today``, which is given."""

    items: list[Item]
    rules: Mapping[str, Rule]
    today: date
    fail_on: str
    strict: bool
    max_rejected: int
    waivers: list[WaiverUse] = field(default_factory=list)
    baseline: BaselineUse | None = None
    excluded: list[str] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """Return all findings, in the order of what was checked."""
        return [finding for item in self.items for finding in item.findings]

    @property
    def passed(self) -> int:
        """Return how many things came out as they should."""
        return sum(len(item.passed) for item in self.items)

    def counted(self) -> dict[Standing, int]:
        """Count the findings by how they stand; a waived one is counted like any other."""
        counts = Counter(finding.standing for finding in self.findings)
        return {standing: counts[standing] for standing in STANDINGS}

    def consequences(self) -> set[Consequence]:
        """Return what the findings that fail lead to."""
        return {finding.consequence for finding in self.findings if finding.standing == "fails"}

    def gravest_first(self) -> list[Finding]:
        """Return all findings, those that fail and the gravest before the others."""
        severity = {name: place for place, name in enumerate(SEVERITIES)}

        def rank(finding: Finding) -> tuple[int, int, int]:
            grave = severity[finding.severity] if finding.severity is not None else 0
            return STANDINGS.index(finding.standing), LEVELS.index(finding.level), grave

        return sorted(self.findings, key=rank)

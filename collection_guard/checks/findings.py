"""What a check finds: each finding with its place, its words, and whether it makes the check fail."""

import hashlib
from dataclasses import dataclass, field
from typing import Final, Literal

from collection_guard.audit.report import Report, Violation
from collection_guard.audit.taken import Finding as DataFault
from collection_guard.audit.taken import Rejected
from collection_guard.checks.waivers import Waiver
from collection_guard.language.schema import Severity
from collection_guard.model.problems import Problem

Kind = Literal[
    "violation",
    "expectation",
    "unexpected",
    "example",
    "rate",
    "unassessable",
    "rejected",
    "data",
    "waiver",
    "baseline",
    "problem",
]
Standing = Literal["fails", "waived", "known", "noted"]
"""Whether a finding makes the check fail, is waived, stands in the baseline, or is only worth knowing."""
Consequence = Literal["rules", "input", "violations", "unassessable"]
"""Which exit code a finding that fails leads to."""
Level = Literal["error", "warning", "note"]

STANDINGS: Final[tuple[Standing, ...]] = ("fails", "waived", "known", "noted")
LEVELS: Final[tuple[Level, ...]] = ("error", "warning", "note")
LEVEL_OF: Final[dict[Severity, Level]] = {
    "critical": "error",
    "major": "error",
    "minor": "warning",
    "advisory": "note",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: a line of a text file, or a row of a sheet or an element of an array, which is none."""

    file: str
    line: int | None = None
    column: int | None = None
    sheet: str | None = None
    row: int | None = None

    def sort_key(self) -> tuple[str, str, int, int]:
        """Order places as a person reads."""
        return (self.file, self.sheet or "", self.line or self.row or 0, self.column or 0)


@dataclass(frozen=True, slots=True)
class Passed:
    """One thing that came out as it should: an expectation, an example, a rule on a batch, a file that is valid."""

    name: str
    place: Place
    rule: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that did not.

    ``check.<code>`` of the catalogue says what, filled in by ``values``; a violation, a problem, a rejected row and
    a fault of the data say it themselves. ``name`` is that of the test it would have been, had it passed. ``identity``
    is what it is about, whatever line it stands on: what has none can be neither waived nor known.
    """

    kind: Kind
    code: str
    name: str
    place: Place
    level: Level = "error"
    consequence: Consequence = "violations"
    standing: Standing = "fails"
    rule: str | None = None
    severity: Severity | None = None
    event: str | None = None
    case: str | None = None
    values: dict[str, object] = field(default_factory=dict)
    identity: tuple[str, ...] = ()
    violation: Violation | None = None
    report: Report | None = None
    problem: Problem | Rejected | DataFault | None = None
    waiver: Waiver | None = None

    @property
    def fingerprint(self) -> str:
        """Return what tells this finding from others and survives moved lines: of the rule, the case and the event."""
        parts = (self.kind, *self.identity) if self.identity else (self.kind, self.code, self.place.file, self.name)
        return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]

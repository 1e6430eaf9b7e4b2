"""Better or worse than last time: a report held against an earlier one, as far as the numbers allow to say.

What was judged by both is compared: where a rule was added or left out since, contacts are counted as in violation by
the rules of both. A difference counts as one if its 95 % interval leaves out zero.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from collection_guard.audit.report import NO_AGENCY, Report
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.reports.intervals import Share, difference
from collection_guard.reports.json_report import FORMAT, FORMAT_VERSION
from collection_guard.reports.wording import Wording, per_thousand

Direction = Literal["better", "worse", "no_clear_difference"]
LESS_ASSESSABLE: Final = 0.05
"""A share assessable that fell by so much can hide violations."""


@dataclass(frozen=True, slots=True)
class Change:
    """A share of violations then and now."""

    before: Share
    after: Share

    @property
    def interval(self) -> tuple[float, float]:
        """Return the 95 % interval of the difference."""
        return difference(self.before, self.after)

    @property
    def direction(self) -> Direction:
        """Return whether that is better, worse, or no difference that the numbers can tell from chance."""
        low, high = self.interval
        return "worse" if low > 0 else "better" if high < 0 else "no_clear_difference"

    @property
    def rates(self) -> tuple[str, str]:
        """Return both rates per 1,000."""
        return per_thousand(self.before.hits, self.before.of), per_thousand(self.after.hits, self.after.of)

    @property
    def reach(self) -> tuple[str, str]:
        """Return the ends of the interval of the difference, per 1,000."""
        low, high = (f"{1000 * end:+,.1f}" for end in self.interval)
        return low, high


@dataclass(frozen=True, slots=True)
class Comparison:
    """A report beside an earlier one."""

    first: datetime | None
    last: datetime | None
    """The period of the earlier one."""
    overall: Change
    """Contacts in violation, of contacts, by the rules of both."""
    assessable: Change
    """Verdicts reached, of those that apply."""
    agencies: Mapping[str, Change]
    """Of the agencies in both, contacts in violation by the rules of each time."""
    rules: Mapping[str, Change]
    """Of the rules in both, violations of the verdicts that say yes or no."""
    new_agencies: tuple[str, ...]
    caveats: tuple[str, ...]
    """Why the two may not be alike; ``report.compare.<code>`` of the catalogue says it."""


class _Part(BaseModel):
    """A part of the earlier report; what else stands in it is of no use here."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Tally(_Part):
    violation: int
    clear: int
    unassessable: int


class _Agency(_Part):
    agency: str | None
    contacts: int
    contacts_in_violation: int


class _Violation(_Part):
    rule: str
    event_id: str
    file: str | None
    sheet: str | None
    row: int | None


class _Pack(_Part):
    name: str
    digest: str
    parameters: dict[str, Any]


class _File(_Part):
    digest: str


class _Run(_Part):
    packs: list[_Pack]
    registry_digest: str | None
    detector: str | None
    files: list[_File]


class _Counts(_Part):
    contacts: int
    contacts_in_violation: int
    violations_left_out: int = 0


class _Period(_Part):
    earliest: AwareDatetime | None
    latest: AwareDatetime | None


class Earlier(_Part):
    """An earlier report, as far as it is compared."""

    masked: bool
    run: _Run
    counts: _Counts
    period: _Period
    by_rule: dict[str, _Tally]
    by_agency: list[_Agency]
    violations: list[_Violation]


def read_previous(path: Path) -> Earlier:
    """Return an earlier report; raise ConfigurationError for a file that is none."""
    try:
        found = json.loads(path.read_text("utf-8"))
    except OSError as error:
        values: dict[str, object] = {"reason": error.strerror or str(error)}
        raise ConfigurationError([Problem("previous_unreadable", str(path), values=values)]) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError([Problem("previous_no_report", str(path))]) from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise ConfigurationError([Problem("previous_no_report", str(path))])
    if found.get("format_version") != FORMAT_VERSION:
        raise ConfigurationError([Problem("previous_other_version", str(path))])
    try:
        return Earlier.model_validate(found)
    except ValidationError as error:
        raise ConfigurationError([Problem("previous_no_report", str(path))]) from error


def compare(report: Report, earlier: Earlier) -> Comparison:
    """Return a report beside an earlier one."""
    say = Wording(report, "en", masked=earlier.masked)  # agencies are named as the earlier report names them
    common = report.by_rule.keys() & earlier.by_rule.keys()
    before = {row.agency: Share(row.contacts_in_violation, row.contacts) for row in earlier.by_agency}
    agencies = {}
    for name, tally in sorted(report.by_agency.items()):
        known = before.get(None if name == NO_AGENCY else say.shown(name))
        if known is not None:
            agencies[name] = Change(known, Share(tally.contacts_in_violation, tally.contacts))
    assessable = Change(_assessable(earlier.by_rule.values()), Share(report.total.assessed, report.total.applicable))
    return Comparison(
        earlier.period.earliest,
        earlier.period.latest,
        Change(
            Share(_contacts_before(earlier, common), earlier.counts.contacts),
            Share(_contacts_now(report, common), report.contacts),
        ),
        assessable,
        agencies,
        {rule: _of_rule(report, earlier, rule) for rule in sorted(common)},
        tuple(name for name in sorted(report.by_agency) if name not in agencies),
        tuple(_caveats(report, earlier, assessable)),
    )


def _contacts_before(earlier: Earlier, common: Iterable[str]) -> int:
    # An audit in pieces lists the first violations only; it counted the contacts of all of its rules.
    if earlier.counts.violations_left_out:
        return earlier.counts.contacts_in_violation
    wanted = frozenset(common)
    found = [item for item in earlier.violations if item.rule in wanted]
    return len({(item.file, item.sheet, item.row, item.event_id) for item in found})


def _contacts_now(report: Report, common: Iterable[str]) -> int:
    wanted = frozenset(common)
    return len({item.contact.event.event_id for item in report.violations if item.rule in wanted})


def _assessable(rows: Collection[_Tally]) -> Share:
    reached = sum(row.violation + row.clear for row in rows)
    return Share(reached, reached + sum(row.unassessable for row in rows))


def _of_rule(report: Report, earlier: Earlier, rule: str) -> Change:
    row, tally = earlier.by_rule[rule], report.by_rule[rule]
    before = Share(row.violation, row.violation + row.clear)
    return Change(before, Share(tally.violation, tally.assessed))


def _caveats(report: Report, earlier: Earlier, assessable: Change) -> Iterable[str]:
    run = earlier.run
    if report.by_rule.keys() != earlier.by_rule.keys():
        yield "earlier_counted" if earlier.counts.violations_left_out else "other_rules"
    elif {pack.name: pack.digest for pack in report.packs} != {pack.name: pack.digest for pack in run.packs}:
        yield "rules_changed"
    if {pack.name: _plain(pack.parameters) for pack in report.packs} != {
        pack.name: pack.parameters for pack in run.packs
    }:
        yield "other_parameters"
    if report.detector != run.detector:
        yield "other_detector"
    if report.registry_digest != run.registry_digest:
        yield "other_registry"
    if {file.digest for file in report.intake.files} & {file.digest for file in run.files}:
        yield "same_files"
    last = earlier.period.latest
    if last is not None and report.earliest is not None and report.earliest <= last:
        yield "periods_overlap"
    if (assessable.before.value or 0.0) - (assessable.after.value or 0.0) > LESS_ASSESSABLE:
        yield "less_assessable"


def _plain(parameters: Mapping[str, Any]) -> Any:
    """Return parameters as JSON keeps them."""
    return json.loads(json.dumps(parameters))

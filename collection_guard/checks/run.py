"""A check from its paths to its report: examined, waived, held against the baseline, and put under the threshold."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Literal

from collection_guard.checks.baseline import against, baseline_of, is_kept
from collection_guard.checks.examine import Examiner, problem_finding, rates_of
from collection_guard.checks.findings import Finding, Place
from collection_guard.checks.report import BaselineUse, CheckReport, Item
from collection_guard.checks.targets import Search
from collection_guard.checks.waivers import Waiver, WaiverUse, matching
from collection_guard.language.schema import SEVERITIES, Severity

Threshold = Severity | Literal["never"]


@dataclass(frozen=True, slots=True)
class Judgement:
    """By what findings are judged: the threshold, waivers, the baseline, and the day on which it is done."""

    today: date
    fail_on: Threshold = "minor"
    waivers: Sequence[Waiver] = ()
    warn_days: int = 14
    baseline: Counter[str] | None = None
    baseline_path: str = ""


def run_check(paths: Sequence[Path], search: Search, examiner: Examiner, judgement: Judgement) -> CheckReport:
    """Check what the paths hold, and return what was found."""
    search.look(paths)
    items = [Item(problem.file or "", None, findings=[problem_finding(problem)]) for problem in search.problems]
    items += [examiner.examine(target) for target in search.targets]
    items.sort(key=lambda item: item.path)
    uses = [
        WaiverUse(waiver, waiver.lapsed(judgement.today), (waiver.entry.expires - judgement.today).days)
        for waiver in judgement.waivers
    ]
    zones = {rule.id: pack.zone for pack in examiner.bench.compiled({}) for rule in pack.rule_sets[-1].rules}
    for item in items:
        item.findings = [_waived(finding, uses, zones) for finding in item.findings]
        rates_of(item, examiner.limits)
        item.findings.sort(key=lambda finding: (finding.place.sort_key(), finding.event or "", finding.rule or ""))
    report = CheckReport(
        items,
        examiner.bench.rules,
        judgement.today,
        judgement.fail_on,
        examiner.strict,
        examiner.max_rejected,
        uses,
        excluded=search.excluded,
    )
    own = Item("", None)
    if judgement.baseline is not None:
        own.findings += mark_known(report, judgement.baseline, judgement.baseline_path)
    own.findings += _of_waivers(uses, judgement)
    for item in items:
        item.findings = [_under_threshold(finding, judgement.fail_on) for finding in item.findings]
    own.findings = [_under_threshold(finding, judgement.fail_on) for finding in own.findings]
    by_file: dict[str, Item] = {}
    for finding in own.findings:
        by_file.setdefault(finding.place.file, Item(finding.place.file, None)).findings.append(finding)
    items += by_file.values()
    return report


def mark_known(report: CheckReport, baseline: Counter[str], path: str) -> list[Finding]:
    """Mark the findings that a baseline knows, and return the finding that some of it was not found again."""
    marked, gone = against(report.findings, baseline)
    rest = iter(marked)
    for item in report.items:
        item.findings = [next(rest) for _ in item.findings]
    report.baseline = BaselineUse(path, baseline.total(), gone)
    if not gone:
        return []
    values: dict[str, object] = {"count": gone}
    return [Finding("baseline", "baseline_gone", "baseline", Place(path), "note", standing="noted", values=values)]


def adopt_baseline(report: CheckReport, path: str) -> str:
    """Return the baseline of a check as text; from then on its findings are known."""
    words = baseline_of(report.findings)
    counts = Counter(finding.fingerprint for finding in report.findings if is_kept(finding))
    mark_known(report, counts, path)
    return words


def _waived(finding: Finding, uses: list[WaiverUse], zones: dict[str, str]) -> Finding:
    if finding.violation is None:
        return finding
    waiver = matching(uses, finding.violation, zones)
    return finding if waiver is None else replace(finding, standing="waived", waiver=waiver)


def _under_threshold(finding: Finding, fail_on: Threshold) -> Finding:
    """Return a finding as one only noted, where the threshold is above it."""
    if finding.standing != "fails" or finding.kind != "violation" or finding.severity is None:
        return finding
    grave: tuple[str, ...] = () if fail_on == "never" else SEVERITIES[: SEVERITIES.index(fail_on) + 1]
    return finding if finding.severity in grave else replace(finding, standing="noted")


def _of_waivers(uses: list[WaiverUse], judgement: Judgement) -> list[Finding]:
    """Return what is wrong with the waivers: lapsed ones fail, unused ones and those that lapse soon are noted."""
    found: list[Finding] = []
    for use in uses:
        entry, waiver = use.waiver.entry, use.waiver
        values: dict[str, object] = {
            "rule": entry.rule,
            "ticket": entry.ticket,
            "approver": entry.approver,
            "expires": entry.expires.isoformat(),
            "days": abs(use.days_left),
            "count": use.matches,
        }
        place = Place(waiver.file, waiver.line, waiver.column)
        name = f"{entry.rule} / {entry.ticket}"
        codes: list[str] = []
        if use.lapsed:
            codes.append("waiver_lapsed")
        elif use.days_left <= judgement.warn_days:
            codes.append("waiver_lapses_soon")
        if not use.matches:
            codes.append("waiver_unused")
        for code in codes:
            lapsed = code == "waiver_lapsed"
            found.append(
                Finding(
                    "waiver",
                    code,
                    name,
                    place,
                    "error" if lapsed else "warning",
                    standing="fails" if lapsed else "noted",
                    rule=entry.rule,
                    values=values,
                    waiver=waiver,
                )
            )
    return found

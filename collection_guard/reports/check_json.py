"""A whole check as one JSON object, for programs. Texts stand in both languages; keys are sorted.

``format``, ``format_version``, ``masked``
    what this is, and whether personal data is masked
``run``
    ``program`` and its version, ``today``, ``fail_on``, ``strict``, ``max_rejected``, ``excluded`` paths
``counts``
    ``passed``, and the findings by how they stand: ``fails``, ``waived``, ``known`` (from the baseline), ``noted``
``items``
    each thing that was checked: ``path``, ``kind``, ``passed``, ``findings``, ``rates``, of a batch its ``contacts``,
    ``violations`` and ``verdict_digest``
``findings``
    each with ``kind``, ``id``, ``rule``, ``severity``, ``standing``, ``level``, place, ``message``, ``help``,
    ``evidence``, ``fingerprint`` and, where it is waived, the waiver
``waivers``
    each with its place, how many violations it is about, and whether it has lapsed
``baseline``
    how many findings it knows, and how many were not found again; null without one
"""

import json
from collections.abc import Callable
from typing import Any, Final

from collection_guard.checks.findings import Finding
from collection_guard.checks.rates import Rate
from collection_guard.checks.report import CheckReport, Item
from collection_guard.checks.waivers import Waiver, WaiverUse
from collection_guard.model.texts import LANGS
from collection_guard.reports.check_wording import CheckWording
from collection_guard.version import __version__

FORMAT: Final = "collection-guard-check"
FORMAT_VERSION: Final = 1


def render_check_json(report: CheckReport, *, masked: bool = True) -> str:
    """Return the whole check as JSON, with its line end."""
    return json.dumps(_Json(report, masked=masked).whole(), ensure_ascii=False, sort_keys=True, indent=1) + "\n"


class _Json:
    def __init__(self, report: CheckReport, *, masked: bool) -> None:
        self._report = report
        self._masked = masked
        self._wordings = {lang: CheckWording(report, lang, masked=masked) for lang in LANGS}
        self._say = self._wordings["en"]

    def whole(self) -> dict[str, Any]:
        """Return everything."""
        report = self._report
        return {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "masked": self._masked,
            "run": {
                "program": {"name": "collection-guard", "version": __version__},
                "today": report.today.isoformat(),
                "fail_on": report.fail_on,
                "strict": report.strict,
                "max_rejected": report.max_rejected,
                "excluded": [self._say.key(path) for path in report.excluded],
            },
            "counts": {"passed": report.passed} | report.counted(),
            "items": [self._item(item) for item in report.items],
            "findings": [self._finding(finding) for finding in report.findings],
            "waivers": [self._use(use) for use in report.waivers],
            "baseline": None
            if report.baseline is None
            else {
                "path": self._say.key(report.baseline.path),
                "known": report.baseline.known,
                "gone": report.baseline.gone,
            },
        }

    def _each(self, words: Callable[[CheckWording], str]) -> dict[str, str]:
        return {lang: words(say) for lang, say in self._wordings.items()}

    def _item(self, item: Item) -> dict[str, Any]:
        batch = None
        if item.batch is not None:
            batch = {
                "contacts": item.batch.contacts,
                "rejected": len(item.batch.intake.rejected),
                "violations": item.batch.total.violation,
                "unassessable": item.batch.total.unassessable,
                "verdict_digest": item.batch.verdict_digest,
            }
        return {
            "path": self._say.key(item.path),
            "kind": item.kind,
            "passed": [self._say.name(passed) for passed in item.passed],
            "findings": len(item.findings),
            "rates": [_rate(rate) for rate in item.rates],
            "batch": batch,
        }

    def _finding(self, finding: Finding) -> dict[str, Any]:
        say, place = self._say, finding.place
        helps = {lang: wording.help(finding) for lang, wording in self._wordings.items()}
        return {
            "kind": finding.kind,
            "id": say.id_of(finding),
            "name": say.name(finding),
            "rule": finding.rule,
            "severity": finding.severity,
            "level": finding.level,
            "standing": finding.standing,
            "event_id": None if finding.event is None else say.key(finding.event),
            "file": say.key(place.file),
            "line": place.line,
            "column": place.column,
            "sheet": None if place.sheet is None else say.key(place.sheet),
            "row": place.row,
            "message": self._each(lambda wording: wording.message(finding)),
            "help": {lang: words for lang, words in helps.items() if words is not None} or None,
            "evidence": {lang: wording.evidence(finding) for lang, wording in self._wordings.items()},
            "fingerprint": finding.fingerprint,
            "waiver": None if finding.standing != "waived" or finding.waiver is None else self._waiver(finding.waiver),
        }

    def _waiver(self, waiver: Waiver) -> dict[str, Any]:
        say, entry = self._say, waiver.entry
        return {
            "rule": entry.rule,
            "reason": say.shown(entry.reason),
            "approver": say.shown(entry.approver),
            "ticket": say.key(entry.ticket),
            "expires": entry.expires.isoformat(),
            "file": say.key(waiver.file),
            "line": waiver.line,
        }

    def _use(self, use: WaiverUse) -> dict[str, Any]:
        return self._waiver(use.waiver) | {"lapsed": use.lapsed, "days_left": use.days_left, "matches": use.matches}


def _rate(rate: Rate) -> dict[str, Any]:
    low, high = rate.interval()
    return {
        "rule": rate.rule,
        "violations": rate.violations,
        "waived": rate.waived,
        "assessed": rate.assessed,
        "unassessable": rate.unassessable,
        "share": None if rate.share is None else float(rate.share),
        "interval_95": [low, high],
        "limit": rate.limit.written,
        "exceeded": rate.exceeded,
    }

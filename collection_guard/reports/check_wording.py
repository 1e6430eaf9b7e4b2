"""What the reports of a check say in words: findings, waivers, rates and counts, masked or not."""

import json
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Final

from collection_guard.audit.report import Report
from collection_guard.audit.taken import Finding as DataFault
from collection_guard.audit.taken import Rejected
from collection_guard.checks.findings import STANDINGS, Finding, Passed, Place, Standing
from collection_guard.checks.rates import Rate
from collection_guard.checks.report import CheckReport, Item
from collection_guard.checks.waivers import Waiver
from collection_guard.engines.messages import word
from collection_guard.language.schema import Rule
from collection_guard.model.masking import mask_identifier, mask_text
from collection_guard.model.plain import plain
from collection_guard.model.problems import Problem
from collection_guard.model.texts import Lang, has_text, text
from collection_guard.reports.wording import Wording, holds_personal_number, number

_WORDS: Final = frozenset({"expected", "found"})
_KEYS: Final = frozenset({"event", "ticket"})


class FindingWording:
    """Says findings in one language."""

    def __init__(self, rules: Mapping[str, Rule], lang: Lang, *, masked: bool = True) -> None:
        self.rules = rules
        self.lang: Lang = lang
        self.masked = masked
        self._wordings: dict[int, Wording] = {}

    def text(self, code: str, /, **values: object) -> str:
        """Return a text of the catalogue."""
        return text(code, self.lang, **values)

    def shown(self, value: object) -> str:
        """Return anything that came from the input as text, masked."""
        words = plain(str(value))
        return mask_text(words) if self.masked else words

    def key(self, value: str) -> str:
        """Return an identifier or a path: whole, unless it is somebody's number."""
        words = plain(value)
        return mask_identifier(words) if self.masked and holds_personal_number(words) else words

    def _of(self, report: Report) -> Wording:
        found = self._wordings.get(id(report))
        if found is None:
            found = self._wordings[id(report)] = Wording(report, self.lang, masked=self.masked)
        return found

    # Findings

    def message(self, finding: Finding) -> str:
        """Return what was found, in one sentence."""
        if finding.violation is not None and finding.report is not None:
            say = self._of(finding.report)
            values = {"event": self.key(finding.violation.contact.event.event_id)}
            return self.text("check.violation", message=say.message(finding.violation), **values)
        match finding.problem:
            case Problem() as problem:
                return self.shown(problem.cause(self.lang))
            case Rejected() as row:
                column = "" if row.column is None else self.shown(row.column)
                cause = self.shown(row.cause(self.lang))
                return self.text("check.rejected_column", cause=cause, column=column) if column else cause
            case DataFault() as fault:
                return self.shown(fault.cause(self.lang))
        return self.text(f"check.{finding.code}", **self._values(finding))

    def _values(self, finding: Finding) -> dict[str, object]:
        return {name: self._value(name, value) for name, value in finding.values.items()}

    def _value(self, name: str, value: object) -> object:
        match value:
            case str() if name in _WORDS:
                return word(value, self.lang)
            case str() if name in _KEYS:
                return self.key(value)
            case tuple():
                return self.listed(self.shown(item) for item in value) or word("none", self.lang)
            case dict():
                return self.shown(json.dumps(value, ensure_ascii=False, sort_keys=True))
            case Fraction() | float():
                return share(value)
            case int():
                return number(value)
            case None:
                return "—"
            case _:
                return self.shown(value)

    def listed(self, words: Iterable[str]) -> str:
        """Return words as a list inside a sentence."""
        return self.text("report.list_sign").join(words)

    def help(self, finding: Finding) -> str | None:
        """Return what to do about a finding, where there is something to say."""
        if finding.violation is not None and finding.report is not None:
            return self._of(finding.report).remedy(finding.violation)
        if finding.problem is not None:
            words = finding.problem.help(self.lang)
            return None if words is None else self.shown(words)
        code = f"check.{finding.code}.help"
        return self.text(code, **self._values(finding)) if has_text(code) else None

    def evidence(self, finding: Finding) -> list[str]:
        """Return the facts that make a violation one."""
        if finding.violation is None or finding.report is None:
            return []
        return self._of(finding.report).evidence(finding.violation)

    def title(self, finding: Finding) -> str:
        """Return a short name of what was found: the rule's title, else the kind of finding."""
        rule = self.rules.get(finding.rule or "")
        if finding.violation is not None and rule is not None:
            return rule.title.zh if self.lang == "zh" else rule.title.en
        return self.text(f"check.kind.{finding.kind}")

    def standing(self, standing: Standing) -> str:
        """Return how a finding stands, in a word."""
        return self.text(f"check.standing.{standing}")

    def waiver(self, waiver: Waiver) -> str:
        """Say who answers for a waived finding, until when, and why."""
        entry = waiver.entry
        return self.text(
            "check.waived_by",
            approver=self.shown(entry.approver),
            ticket=self.key(entry.ticket),
            expires=entry.expires.isoformat(),
            reason=self.shown(entry.reason),
        )

    def label(self, finding: Finding) -> str:
        """Return the first words of a finding: how it stands, and the rule or the code that it is about."""
        return self.text("check.label", standing=self.standing(finding.standing), id=self.id_of(finding))

    def id_of(self, finding: Finding) -> str:
        """Return the rule of a violation, else the name under which this kind of finding goes."""
        return finding.rule if finding.violation is not None and finding.rule else rule_id_of(finding)

    def name(self, thing: Finding | Passed) -> str:
        """Return the name of the test that a finding, or what passed, stands for."""
        return self.shown(thing.name)

    def place(self, place: Place) -> str:
        """Return ``file:line:column``, or ``file:sheet:row``."""
        numbers = (place.line, place.column) if place.line is not None else (place.row,)
        parts = [self.key(part) for part in (place.file, place.sheet) if part]
        return ":".join([*parts, *(str(part) for part in numbers if part is not None)])


class CheckWording(FindingWording):
    """Says things of one check in one language."""

    def __init__(self, report: CheckReport, lang: Lang, *, masked: bool = True) -> None:
        super().__init__(report.rules, lang, masked=masked)
        self.report = report

    def item(self, item: Item) -> str:
        """Say what one checked thing is and how it came out."""
        kind = self.text(f"check.item.{item.kind or 'none'}")
        if item.batch is not None:
            total, contacts = item.batch.total, number(item.batch.contacts)
            violations, unassessable = number(total.violation), number(total.unassessable)
            batch = self.text("check.batch", contacts=contacts, violations=violations, unassessable=unassessable)
            return self.text("check.item", path=self.key(item.path), kind=kind, count=batch)
        tested = len(item.passed) + len(item.findings)
        passed = self.text("check.passed_of", passed=number(len(item.passed)), tested=number(tested))
        return self.text("check.item", path=self.key(item.path), kind=kind, count=passed)

    def rate(self, rate: Rate) -> str:
        """Say how often a rule was violated, within which bounds, and against which limit."""
        low, high = rate.interval()
        values: dict[str, Any] = {
            "rule": rate.rule,
            "violations": number(rate.violations),
            "assessed": number(rate.assessed),
            "waived": number(rate.waived),
            "share": "—" if rate.share is None else share(rate.share),
            "low": share(low),
            "high": share(high),
            "limit": rate.limit.written,
        }
        return self.text("check.rate_of", **values)

    def counts(self) -> list[tuple[str, int]]:
        """Return the counts of the whole check: what passed, and the findings by how they stand."""
        counted = self.report.counted()
        found = [(self.text("check.count.passed"), self.report.passed)]
        return found + [(self.text(f"check.count.{standing}"), counted[standing]) for standing in STANDINGS]

    def summary(self) -> str:
        """Return the counts as one line."""
        parts = [self.text("check.count_of", name=name, count=number(count)) for name, count in self.counts()]
        return self.text("check.summary", counts=self.listed(parts))

    def remarks(self) -> list[str]:
        """Return what else must be said of a run: the threshold, the baseline, and what was left out on request."""
        report = self.report
        today = report.today.isoformat()
        fail_on = word(report.fail_on, self.lang)
        code = "check.no_threshold" if report.fail_on == "never" else "check.threshold"
        found = [self.text(code, fail_on=fail_on, today=today)]
        if report.baseline is not None:
            known, path = number(report.baseline.known), self.key(report.baseline.path)
            found.append(self.text("check.baseline", path=path, known=known, gone=number(report.baseline.gone)))
        if report.waivers:
            used = sum(1 for use in report.waivers if use.matches and not use.lapsed)
            found.append(self.text("check.waivers", count=number(len(report.waivers)), used=number(used)))
        if report.excluded:
            paths = self.listed(self.key(path) for path in report.excluded)
            found.append(self.text("check.excluded", count=number(len(report.excluded)), paths=paths))
        return found


def rule_id_of(finding: Finding) -> str:
    """Return the name under which findings of a kind go: of a rule if it is violated, else of the check."""
    if finding.kind == "violation" and finding.rule is not None:
        return finding.rule
    code = finding.kind if finding.kind in {"problem", "rejected", "data"} else finding.code
    return "check/" + code.replace("_", "-")


def share(value: Fraction | float) -> str:
    """Return a share in per cent, with two digits that count where it is small."""
    percent = float(value) * 100
    if percent in {0.0, 100.0}:
        return f"{percent:.0f} %"
    return f"{percent:.2f} %" if percent >= 0.1 else f"{percent:.2g} %"

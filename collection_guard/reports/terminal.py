"""The report on a terminal: what was found first, then what could not be known, what was assumed, and by what rules."""

import shlex
from collections import defaultdict
from typing import Final

from collection_guard.audit.report import Report, Violation
from collection_guard.language.schema import SEVERITIES
from collection_guard.model.texts import Lang
from collection_guard.reports.comparison import Comparison
from collection_guard.reports.ground import Ground
from collection_guard.reports.page import Page
from collection_guard.reports.scorecard import AgencyScore, worst_agencies
from collection_guard.reports.section import LISTED, Section
from collection_guard.reports.wording import Wording, gravest_first, number, per_thousand, percent

_WORST: Final = 3


def render_text(
    report: Report,
    lang: Lang,
    *,
    masked: bool = True,
    width: int = 80,
    color: bool = False,
    most: int = 10,
    read_with: str | None = None,
    comparison: Comparison | None = None,
) -> str:
    """Return the report as text no wider than ``width`` cells, with at most ``most`` findings in full.

    ``read_with`` are the arguments with which a command reads the same logs in the same way.
    """
    page = Page(width, color=color)
    _Terminal(report, Wording(report, lang, masked=masked), page, most, read_with, comparison).write()
    return page.text()


class _Terminal(Section):
    def __init__(
        self,
        report: Report,
        wording: Wording,
        page: Page,
        most: int,
        read_with: str | None,
        comparison: Comparison | None,
    ) -> None:
        super().__init__(report, wording, page)
        self.comparison = comparison
        self.most = most
        self.read_with = read_with

    def write(self) -> None:
        """Write all sections that have something to say."""
        self._summary()
        self._worst()
        self._by_rule()
        self._by_agency()
        self._findings()
        Ground(self.report, self.say, self.page).write()
        self._next()

    def _summary(self) -> None:
        report, say = self.report, self.say
        self.title("title")
        self._broken()
        warning = say.nothing_to_hear()
        if warning is not None:
            self.page.line(warning)
            self.page.blank()
        total = report.total
        period = ""
        if report.earliest is not None and report.latest is not None:
            period = say.period(report.earliest, report.latest)
        found = report.by_severity()
        severities = [f"{say.word(name)} {number(found[name])}" for name in SEVERITIES if found[name]]
        count = number(total.violation)
        self.page.pairs(
            [
                (say.text("report.contacts"), number(report.contacts)),
                (say.text("report.period_label"), period),
                (
                    say.text("report.assessable"),
                    say.text(
                        "report.assessable_of",
                        share=percent(total.assessed, total.applicable),
                        part=number(total.assessed),
                        whole=number(total.applicable),
                    ),
                ),
                (
                    say.text("report.fully_assessed"),
                    say.text(
                        "report.share_of",
                        share=percent(report.contacts_fully_assessed, report.contacts),
                        part=number(report.contacts_fully_assessed),
                    ),
                ),
                (
                    say.text("report.in_violation"),
                    say.text(
                        "report.share_of",
                        share=percent(report.contacts_in_violation, report.contacts),
                        part=number(report.contacts_in_violation),
                    ),
                ),
                (
                    say.text("report.violations"),
                    say.text("report.with_severities", count=count, severities=say.listed(severities))
                    if severities
                    else count,
                ),
                (say.text("report.history"), say.history()),
                *self._compared(),
            ]
        )
        if not report.violations:
            code = "none_found" if report.contacts else "nothing_judged"
            share = percent(total.assessed, total.applicable)
            self.page.blank()
            self.page.line(say.text(f"report.{code}", share=share))

    def _broken(self) -> None:
        """Say before all else that a decision log is not as it was written."""
        found = self.report.intake.broken
        if not found:
            return
        self.page.line(self.say.text("report.broken"))
        for item in found[:LISTED]:
            self.page.item(item.render(self.say.lang))
        self.left_out(len(found) - LISTED)
        self.page.blank()

    def _compared(self) -> list[tuple[str, str]]:
        say, found = self.say, self.comparison
        if found is None:
            return []
        words = [say.change(found.overall), *(say.text(f"report.compare.{code}") for code in found.caveats)]
        return [(say.text("report.compared"), say.text("report.clause_sign").join(words))]

    def _worst(self) -> None:
        say, report = self.say, self.report
        agencies, rules = worst_agencies(report, _WORST), report.worst_rules(_WORST)
        if not rules:
            return
        self.title("worst", most=_WORST)
        rows = [
            (
                say.text("report.worst_agency", place=place),
                say.text("report.worst_agency_of", name=say.agency(score.name), **self._agency_values(score)),
            )
            for place, score in enumerate(agencies, 1)
        ]
        rows += [
            (
                say.text("report.worst_rule", place=place),
                say.text(
                    "report.worst_rule_of",
                    rule=self.rule(rule),
                    severity=say.word(report.rules[rule].rule.severity),
                    count=number(tally.violation),
                ),
            )
            for place, (rule, tally) in enumerate(rules, 1)
        ]
        self.page.pairs(rows)

    def _agency_values(self, score: AgencyScore) -> dict[str, object]:
        low, high = (f"{1000 * end:,.1f}" for end in (score.share.low, score.share.high))
        return {
            "contacts": number(score.share.of),
            "count": number(score.share.hits),
            "rate": per_thousand(score.share.hits, score.share.of),
            "low": low,
            "high": high,
        }

    def _by_rule(self) -> None:
        found = self.report.worst_rules(len(self.report.by_rule))
        if not found:
            return
        self.title("by_rule")
        rank = {severity: index for index, severity in enumerate(SEVERITIES)}
        found.sort(key=lambda pair: rank[self.report.rules[pair[0]].rule.severity])
        self.page.table(
            self.columns("violations", "severity", "assessable", "rule", right=("violations", "assessable")),
            [
                [
                    number(tally.violation),
                    self.severity(rule),
                    percent(tally.assessed, tally.applicable),
                    self.rule(rule),
                ]
                for rule, tally in found
            ],
        )

    def _by_agency(self) -> None:
        if not self.report.by_agency:
            return
        self.title("by_agency")
        ranked = sorted(self.report.by_agency.items(), key=lambda pair: (-pair[1].contacts_in_violation, pair[0]))
        self.page.table(
            self.columns(
                "contacts",
                "in_violation",
                "rate",
                "assessable",
                "agency",
                right=("contacts", "in_violation", "rate", "assessable"),
            ),
            [
                [
                    number(tally.contacts),
                    number(tally.contacts_in_violation),
                    per_thousand(tally.contacts_in_violation, tally.contacts),
                    percent(tally.verdicts.assessed, tally.verdicts.applicable),
                    self.say.agency(name),
                ]
                for name, tally in ranked[:LISTED]
            ],
        )
        self.left_out(len(ranked) - LISTED)

    def _selection(self) -> list[Violation]:
        """Choose the findings to show: of each severity the first of every rule, then the second of every rule ...

        Within a turn the rules come first that are violated most.
        """
        turn: dict[str, int] = defaultdict(int)
        ranked = []
        for place, violation in enumerate(gravest_first(self.report)):
            severity = SEVERITIES.index(self.report.rules[violation.rule].rule.severity)
            often = self.report.by_rule[violation.rule].violation
            ranked.append((severity, turn[violation.rule], -often, place, violation))
            turn[violation.rule] += 1
        return [violation for *_, violation in sorted(ranked, key=lambda item: item[:4])[: self.most]]

    def _findings(self) -> None:
        selection = self._selection()
        if not selection:
            return
        self.title("findings", shown=number(len(selection)), count=number(self.report.total.violation))
        if self.report.violations_left_out:
            self.page.line(self.say.text("report.first_findings", count=number(len(self.report.violations))))
        for violation in selection:
            self.page.blank()
            self._finding(violation)

    def _finding(self, violation: Violation) -> None:
        say, contact = self.say, violation.contact
        event = contact.event
        self.page.heading(self.severity(violation.rule), self.rule(violation.rule))
        numbers = say.number_of(contact)
        direction = [say.word(event.direction)] if event.direction else []
        rows = [
            ("where", say.text("report.where", place=say.place(contact.position), id=say.key(event.event_id))),
            ("when", say.moment(event.started_at)),
            (
                "agency",
                say.text(
                    "report.agency_and_collector", agency=say.agency(event.agency), collector=say.collector(contact)
                ),
            ),
            ("case", say.case(contact)),
            ("whom", " ".join(part for part in (say.recipient(contact), numbers) if part)),
            ("channel", say.listed([say.word(event.channel), *direction])),
            ("what", say.message(violation)),
            *(("why" if place == 0 else "", line) for place, line in enumerate(say.evidence(violation))),
            ("remedy", say.remedy(violation)),
            *(("source" if place == 0 else "", line) for place, line in enumerate(say.sources(violation.rule))),
        ]
        self.page.pairs([(say.text(f"report.label.{code}") if code else "", words) for code, words in rows])

    def _next(self) -> None:
        say, report = self.say, self.report
        self.title("next")
        for violation in self._selection()[:1]:
            event, position = violation.contact.event, violation.contact.position
            event_id = say.key(event.event_id)
            file = say.key(position.file) if position.file is not None else "LOG"
            self.page.item(say.text("report.next_explain"))
            self.page.command(f"collection-guard explain {shlex.quote(event_id)} {self.read_with or shlex.quote(file)}")
        for column in report.missing_columns()[:1]:
            self.page.item(say.text("report.next_column", field=say.field(column.field), count=number(column.verdicts)))
        if report.intake.rejected:
            self.page.item(say.text("report.next_rejected", count=number(len(report.intake.rejected))))
        if not report.violations and not report.missing and not report.intake.rejected:
            self.page.item(say.text("report.next_nothing" if report.contacts else "report.next_no_contact"))

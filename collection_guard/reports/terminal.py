"""The report on a terminal: what was found first, then what could not be known, what was assumed, and by what rules."""

import shlex
from collections import Counter, defaultdict
from typing import Final

from collection_guard.audit.report import AgencyTally, Report, Violation
from collection_guard.audit.taken import Assumption, Finding, Position, Rejected
from collection_guard.language.schema import SEVERITIES
from collection_guard.model.texts import Lang
from collection_guard.reports.page import Column, Page, Styled
from collection_guard.reports.wording import Wording, gravest_first, number, per_thousand, percent

_STYLES: Final = {"critical": "1;31", "major": "33", "minor": "36", "advisory": "2"}
_WORST: Final = 3
_COLUMNS: Final = 5
_LISTED: Final = 20
"""Entries of a list that may be long; the machine-readable reports hold all of them."""
_DIGEST: Final = 12


def render_text(
    report: Report, lang: Lang, *, masked: bool = True, width: int = 80, color: bool = False, most: int = 10
) -> str:
    """Return the report as text no wider than ``width`` cells, with at most ``most`` findings in full."""
    page = Page(width, color=color)
    _Terminal(report, Wording(report, lang, masked=masked), page, most).write()
    return page.text()


class _Terminal:
    def __init__(self, report: Report, wording: Wording, page: Page, most: int) -> None:
        self.report = report
        self.say = wording
        self.page = page
        self.most = most

    def write(self) -> None:
        """Write all sections that have something to say."""
        self._summary()
        self._worst()
        self._by_rule()
        self._by_agency()
        self._findings()
        self._unknown()
        self._assumed()
        self._rows()
        self._unmapped()
        self._data()
        self._not_in_force()
        self._run()
        self._next()

    def _title(self, code: str, **values: object) -> None:
        self.page.title(self.say.text(f"report.{code}", **values))

    def _columns(self, *names: str, right: tuple[str, ...] = ()) -> list[Column]:
        return [Column(self.say.text(f"report.column.{name}"), right=name in right) for name in names]

    def _severity(self, rule: str) -> Styled:
        severity = self.report.rules[rule].rule.severity
        return Styled(self.say.word(severity), _STYLES[severity])

    def _rule(self, rule: str) -> str:
        return self.say.text("report.named", name=self.say.of(self.report.rules[rule].rule.title), id=rule)

    def _summary(self) -> None:
        report, say = self.report, self.say
        self._title("title")
        total = report.total
        period = ""
        if report.earliest is not None and report.latest is not None:
            period = say.text("report.period", earliest=say.moment(report.earliest), latest=say.moment(report.latest))
        found = Counter(report.rules[item.rule].rule.severity for item in report.violations)
        severities = [f"{say.word(name)} {number(found[name])}" for name in SEVERITIES if found[name]]
        count = number(len(report.violations))
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
                (say.text("report.history"), self._history()),
            ]
        )
        if not report.violations:
            code = "none_found" if report.contacts else "nothing_judged"
            share = percent(total.assessed, total.applicable)
            self.page.blank()
            self.page.line(say.text(f"report.{code}", share=share))

    def _history(self) -> str:
        """Say what is taken for granted of what came before the log; semantics 5 wants it on the first screen."""
        settings = self.report.settings
        if settings.history_complete_from is not None:
            return self.say.text("report.history_from", date=settings.history_complete_from.isoformat())
        if settings.history == "from-earliest":
            return self.say.text("report.history_earliest")
        return self.say.text("report.history_complete", count=number(self.report.looks_past_log))

    def _worst(self) -> None:
        say, report = self.say, self.report
        agencies, rules = report.worst_agencies(_WORST), report.worst_rules(_WORST)
        if not rules:
            return
        self._title("worst", most=_WORST)
        rows = [
            (
                say.text("report.worst_agency", place=place),
                say.text("report.worst_agency_of", name=say.agency(name), **self._agency_values(tally)),
            )
            for place, (name, tally) in enumerate(agencies, 1)
        ]
        rows += [
            (
                say.text("report.worst_rule", place=place),
                say.text(
                    "report.worst_rule_of",
                    rule=self._rule(rule),
                    severity=say.word(report.rules[rule].rule.severity),
                    count=number(tally.violation),
                ),
            )
            for place, (rule, tally) in enumerate(rules, 1)
        ]
        self.page.pairs(rows)

    def _agency_values(self, tally: AgencyTally) -> dict[str, object]:
        return {
            "contacts": number(tally.contacts),
            "count": number(tally.contacts_in_violation),
            "rate": per_thousand(tally.contacts_in_violation, tally.contacts),
        }

    def _by_rule(self) -> None:
        found = self.report.worst_rules(len(self.report.by_rule))
        if not found:
            return
        self._title("by_rule")
        rank = {severity: index for index, severity in enumerate(SEVERITIES)}
        found.sort(key=lambda pair: rank[self.report.rules[pair[0]].rule.severity])
        self.page.table(
            self._columns("violations", "severity", "assessable", "rule", right=("violations", "assessable")),
            [
                [
                    number(tally.violation),
                    self._severity(rule),
                    percent(tally.assessed, tally.applicable),
                    self._rule(rule),
                ]
                for rule, tally in found
            ],
        )

    def _by_agency(self) -> None:
        if not self.report.by_agency:
            return
        self._title("by_agency")
        ranked = sorted(self.report.by_agency.items(), key=lambda pair: (-pair[1].contacts_in_violation, pair[0]))
        self.page.table(
            self._columns(
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
                for name, tally in ranked[:_LISTED]
            ],
        )
        self._left_out(len(ranked) - _LISTED)

    def _left_out(self, count: int) -> None:
        if count > 0:
            self.page.line(self.say.text("report.left_out", count=number(count)))

    def _selection(self) -> list[Violation]:
        """Choose the findings to show: of each severity the first of every rule, then the second of every rule ..."""
        turn: dict[str, int] = defaultdict(int)
        ranked = []
        for place, violation in enumerate(gravest_first(self.report)):
            severity = SEVERITIES.index(self.report.rules[violation.rule].rule.severity)
            ranked.append((severity, turn[violation.rule], place, violation))
            turn[violation.rule] += 1
        return [violation for *_, violation in sorted(ranked, key=lambda item: item[:3])[: self.most]]

    def _findings(self) -> None:
        selection = self._selection()
        if not selection:
            return
        self._title("findings", shown=number(len(selection)), count=number(len(self.report.violations)))
        for violation in selection:
            self.page.blank()
            self._finding(violation)

    def _finding(self, violation: Violation) -> None:
        say, contact = self.say, violation.contact
        event = contact.event
        self.page.heading(self._severity(violation.rule), self._rule(violation.rule))
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

    def _unknown(self) -> None:
        report, say = self.report, self.say
        facts = report.missing_facts()
        if not facts:
            return
        self._title("unknown", count=number(report.total.unassessable))
        meanings = {
            name: say.meaning(rule, name)
            for rule, combinations in sorted(report.missing.items())
            for names in combinations
            for name in names
        }
        ranked = sorted(facts.items(), key=lambda pair: (-pair[1], pair[0]))
        self.page.table(
            self._columns("verdicts", "missing", right=("verdicts",)),
            [
                [
                    number(count),
                    say.text("report.named", name=meanings[name], id=name) if meanings[name] != name else name,
                ]
                for name, count in ranked[:_LISTED]
            ],
        )
        self._left_out(len(ranked) - _LISTED)
        columns = report.missing_columns()
        if columns:
            self.page.blank()
            self.page.line(say.text("report.columns_help"))
            self.page.table(
                self._columns("verdicts", "rules", "field", right=("verdicts", "rules")),
                [
                    [number(item.verdicts), number(len(item.rules)), say.field(item.field)]
                    for item in columns[:_COLUMNS]
                ],
            )
        self.page.blank()
        self.page.line(say.text("report.per_rule_help"))
        tallies = [(rule, report.by_rule[rule]) for rule in report.missing]
        tallies.sort(key=lambda pair: (-pair[1].unassessable, pair[0]))
        self.page.table(
            self._columns("unassessable", "assessable", "rule", "helps_most", right=("unassessable", "assessable")),
            [
                [
                    number(tally.unassessable),
                    percent(tally.assessed, tally.applicable),
                    say.of(report.rules[rule].rule.title),
                    next((say.field(item.field) for item in report.missing_columns(rule)), "—"),
                ]
                for rule, tally in tallies
            ],
        )

    def _assumed(self) -> None:
        report, say = self.report, self.say
        settings, cases = report.settings, report.intake.cases
        self._title("assumed")
        self.page.item(self._history())
        if settings.timezone is None:
            self.page.item(say.text("report.zone_none"))
        else:
            self.page.item(say.text("report.zone_of_naive", zone=settings.timezone))
        self.page.item(say.text("report.country", country=settings.country))
        self.page.item(say.text("report.assume_party" if settings.assume_party else "report.no_assumed_party"))
        without_case = cases.by_number + cases.by_event
        if cases.by_profile:
            self.page.item(say.text("report.cases_by_profile", count=number(cases.by_profile)))
        if without_case:
            self.page.item(say.text("report.cases_unknown", count=number(without_case)))
        nameless = sum(1 for item in report.intake.contacts if item.event.borrower_id is None)
        if nameless:
            self.page.item(say.text("report.borrower_is_case", count=number(nameless)))
        for file, sheet, assumption in say.assumptions():
            place = say.place(Position(file, sheet))
            self.page.item(say.text("report.of_file", file=place, words=self._with_help(assumption)))

    def _with_help(self, item: Rejected | Assumption | Finding) -> str:
        words, advice = self.say.cause(item), self.say.help(item)
        return words if advice is None else self.say.text("report.with_help", words=words, help=advice)

    def _rows(self) -> None:
        say, intake = self.say, self.report.intake
        self._title("rows")
        self.page.line(
            say.text(
                "report.row_sum",
                contacts=number(len(intake.contacts)),
                rejected=number(len(intake.rejected)),
                set_aside=number(len(intake.set_aside)),
                read=number(intake.rows_read),
            )
        )
        reasons = intake.rejected_by_reason()
        if reasons:
            self.page.blank()
            self.page.line(say.text("report.rejected"))
            first = {row.reason: row for row in reversed(intake.rejected)}
            self.page.table(
                self._columns("rows", "reason", "first_at", right=("rows",)),
                [
                    [number(count), self._with_help(first[reason]), say.place(first[reason].position)]
                    for reason, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
                ],
            )
        aside = intake.set_aside_by_reason()
        if aside:
            self.page.blank()
            self.page.line(say.text("report.set_aside"))
            earliest = {row.reason: row for row in reversed(intake.set_aside)}
            self.page.table(
                self._columns("rows", "reason", "first_at", right=("rows",)),
                [
                    [
                        number(count),
                        say.cause(earliest[reason]),
                        say.place(earliest[reason].position),
                    ]
                    for reason, count in sorted(aside.items(), key=lambda pair: (-pair[1], pair[0]))
                ],
            )

    def _unmapped(self) -> None:
        say, found = self.say, self.report.intake.unmapped
        if not found:
            return
        self._title("unmapped")
        ranked = sorted(found, key=lambda item: (-item.count, item.path, item.value))
        self.page.table(
            self._columns("rows", "value", "field", "nearest", right=("rows",)),
            [
                [
                    number(item.count),
                    say.raw(item.path, item.value) or "",
                    say.field(item.path),
                    say.listed([say.shown(word) for word in item.nearest]) or "—",
                ]
                for item in ranked[:_LISTED]
            ],
        )
        self._left_out(len(ranked) - _LISTED)
        self.page.line(say.text("report.map_them"))

    def _data(self) -> None:
        say, found = self.say, self.report.intake.findings
        if not found:
            return
        self._title("data")
        self.page.table(
            self._columns("rows", "finding", "first_at", right=("rows",)),
            [
                [
                    number(item.count),
                    say.text("report.named", name=self._with_help(item), id=item.code),
                    say.place(item.position),
                ]
                for item in found
            ],
        )

    def _not_in_force(self) -> None:
        found = self.report.not_in_force()
        if not found:
            return
        self._title("not_in_force")
        for info in sorted(found, key=lambda item: item.rule.id):
            names = self.say.listed(list(info.unset))
            self.page.item(self.say.text("report.unset", rule=self._rule(info.rule.id), names=names))

    def _run(self) -> None:
        say, report = self.say, self.report
        self._title("run")
        rows = [(say.text("report.engine"), report.engine)]
        if report.engine_note is not None:
            rows.append(("", say.text(f"engine_note.{report.engine_note}")))
        rows += [
            (
                say.text("report.pack"),
                say.text(
                    "report.pack_of",
                    name=pack.name,
                    version=pack.version,
                    status=say.word(pack.status),
                    digest=pack.digest[:_DIGEST],
                ),
            )
            for pack in report.packs
        ]
        registry = report.registry_digest
        rows.append((say.text("report.registry"), registry[:_DIGEST] if registry else say.text("report.no_registry")))
        rows.append((say.text("report.detector"), report.detector or say.text("report.no_detector")))
        rows += [(say.text("report.file"), self._file(place)) for place in range(len(report.intake.files))]
        rows.append((say.text("report.verdict_digest"), report.verdict_digest[:_DIGEST]))
        self.page.pairs(rows)

    def _file(self, place: int) -> str:
        file = self.report.intake.files[place]
        parts = [
            self.say.key(file.path),
            self.say.text("report.file_rows", rows=number(file.rows)),
            file.encoding or "",
            file.zone or "",
            file.digest[:_DIGEST],
        ]
        return self.say.text("report.comma").join(part for part in parts if part)

    def _next(self) -> None:
        say, report = self.say, self.report
        self._title("next")
        for violation in self._selection()[:1]:
            event, position = violation.contact.event, violation.contact.position
            event_id = say.key(event.event_id)
            file = say.key(position.file) if position.file is not None else "LOG"
            command = f"collection-guard explain {shlex.quote(event_id)} {shlex.quote(file)}"
            self.page.item(say.text("report.next_explain", command=command))
        for column in report.missing_columns()[:1]:
            self.page.item(say.text("report.next_column", field=say.field(column.field), count=number(column.verdicts)))
        if report.intake.rejected:
            self.page.item(say.text("report.next_rejected", count=number(len(report.intake.rejected))))
        if not report.violations and not report.missing and not report.intake.rejected:
            self.page.item(say.text("report.next_nothing"))

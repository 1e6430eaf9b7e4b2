"""What the findings rest on: what could not be known, what was assumed, what became of the rows, and by what rules."""

from typing import Final

from collection_guard.audit.taken import Assumption, Position, Rejected
from collection_guard.reports.quality import Quality
from collection_guard.reports.section import LISTED, Section
from collection_guard.reports.wording import number, percent

_COLUMNS: Final = 5
_DIGEST: Final = 12


class Ground(Section):
    """Writes the sections after the findings."""

    def write(self) -> None:
        """Write all that has something to say."""
        self.unknown()
        self.assumed()
        self.rows()
        Quality(self.report, self.say, self.page).write()
        self.not_in_force()
        self.run()

    def unknown(self) -> None:
        """Write what could not be known, by fact, by column and by rule."""
        report, say = self.report, self.say
        facts = report.missing_facts()
        if not facts:
            return
        self.title("unknown", count=number(report.total.unassessable))
        meanings = {
            name: say.meaning(rule, name)
            for rule, combinations in sorted(report.missing.items())
            for names in combinations
            for name in names
        }
        ranked = sorted(facts.items(), key=lambda pair: (-pair[1], pair[0]))
        self.page.table(
            self.columns("verdicts", "missing", right=("verdicts",)),
            [
                [
                    number(count),
                    say.text("report.named", name=meanings[name], id=name) if meanings[name] != name else name,
                ]
                for name, count in ranked[:LISTED]
            ],
        )
        self.left_out(len(ranked) - LISTED)
        columns = report.missing_columns()
        if columns:
            self.page.blank()
            self.page.line(say.text("report.columns_help"))
            self.page.table(
                self.columns("verdicts", "rules", "field", right=("verdicts", "rules")),
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
            self.columns("unassessable", "assessable", "rule", "helps_most", right=("unassessable", "assessable")),
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

    def assumed(self) -> None:
        """Write what was taken for granted."""
        report, say = self.report, self.say
        settings, cases = report.settings, report.intake.cases
        self.title("assumed")
        self.page.item(self.say.history())
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
        if cases.borrower_by_case:
            self.page.item(say.text("report.borrower_by_case", count=number(cases.borrower_by_case)))
        if cases.borrower_disputed:
            self.page.item(say.text("report.borrower_disputed", count=number(cases.borrower_disputed)))
        nameless = sum(1 for item in report.intake.contacts if item.event.borrower_id is None)
        if nameless:
            self.page.item(say.text("report.borrower_is_case", count=number(nameless)))
        for file, sheet, assumption in say.assumptions():
            # Which columns a map names, and which zone, stands with the quality of the data.
            if assumption.code == "mapped" or assumption.values.get("zone", "") == settings.timezone:
                continue
            place = say.place(Position(file, sheet))
            self.page.item(say.text("report.of_file", file=place, words=self._with_help(assumption)))

    def _with_help(self, item: Rejected | Assumption) -> str:
        words, advice = self.say.cause(item), self.say.help(item)
        return words if advice is None else self.say.text("report.with_help", words=words, help=advice)

    def rows(self) -> None:
        """Write what became of the rows."""
        say, intake = self.say, self.report.intake
        self.title("rows")
        self.page.line(
            say.text(
                "report.row_sum_with_history" if self.report.history else "report.row_sum",
                contacts=number(self.report.contacts),
                history=number(self.report.history),
                rejected=number(len(intake.rejected)),
                set_aside=number(sum(intake.set_aside_by_reason().values())),
                read=number(intake.rows_read),
            )
        )
        for code, names in (("left_out_files", intake.left_out), ("unused_maps", intake.unused_maps)):
            if names:
                shown = say.listed([say.key(name) for name in names[:LISTED]])
                self.page.line(say.text(f"report.{code}", count=number(len(names)), names=shown))
        reasons = intake.rejected_by_reason()
        if reasons:
            self.page.blank()
            self.page.line(say.text("report.rejected"))
            first = {row.reason: row for row in reversed(intake.rejected)}
            self.page.table(
                self.columns("rows", "reason", "first_at", right=("rows",)),
                [
                    [number(count), self._with_help(first[reason]), self._cell(first[reason])]
                    for reason, count in sorted(reasons.items(), key=lambda pair: (-pair[1], pair[0]))
                ],
            )
        aside = intake.set_aside_by_reason()
        if aside:
            self.page.blank()
            self.page.line(say.text("report.set_aside"))
            earliest = {row.reason: row for row in reversed(intake.set_aside)}
            self.page.table(
                self.columns("rows", "reason", "first_at", right=("rows",)),
                [
                    [
                        number(count),
                        say.text(f"set_aside.{reason}"),
                        say.place(earliest[reason].position) if reason in earliest else "—",
                    ]
                    for reason, count in sorted(aside.items(), key=lambda pair: (-pair[1], pair[0]))
                ],
            )

    def _cell(self, row: Rejected) -> str:
        """Return where a rejected row stands, and what stood in the column that was wrong."""
        place, column = self.say.place(row.position), row.column or row.path
        value = self.say.raw(row.path, row.value)
        if column is None or value is None:
            return place
        return self.say.text("report.cell", place=place, column=self.say.shown(column), value=value)

    def not_in_force(self) -> None:
        """Write which rules a missing parameter keeps out of force."""
        found = self.report.not_in_force()
        if not found:
            return
        self.title("not_in_force")
        for info in sorted(found, key=lambda item: item.rule.id):
            names = self.say.listed(list(info.unset))
            self.page.item(self.say.text("report.unset", rule=self.rule(info.rule.id), names=names))

    def run(self) -> None:
        """Write by what it was judged."""
        say, report = self.say, self.report
        self.title("run")
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
        if report.profiles_read:
            read = number(report.profiles_read)
            said = say.text("report.profiles_read", read=read)
            if report.profiles_met is not None:
                said = say.text("report.profiles_of", read=read, met=number(report.profiles_met))
            rows.append((say.text("report.profiles"), said))
        else:
            rows.append((say.text("report.profiles"), say.text("report.no_profiles")))
        rows.append((say.text("report.detector"), report.detector or say.text("report.no_detector")))
        rows += [(say.text("report.file"), self._file(place)) for place in range(len(report.intake.files))]
        rows.append((say.text("report.verdict_digest"), report.verdict_digest[:_DIGEST]))
        self.page.pairs(rows)

    def _file(self, place: int) -> str:
        file = self.report.intake.files[place]
        parts = [
            self.say.key(file.path),
            self.say.text("report.history_rows" if file.past else "report.file_rows", rows=number(file.rows)),
            file.encoding or "",
            file.zone or "",
            file.digest[:_DIGEST],
        ]
        return self.say.text("report.comma").join(part for part in parts if part)

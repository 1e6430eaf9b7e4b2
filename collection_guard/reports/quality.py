"""The quality of the data on a terminal: sheet by sheet what was read, then what no table knows and what is faulty."""

from typing import Final

from collection_guard.audit.quality import SheetQuality, quality_of
from collection_guard.audit.taken import Finding, Overlap, Position
from collection_guard.model.texts import has_text
from collection_guard.reports.section import LISTED, Section
from collection_guard.reports.wording import number, percent

_DETAILED: Final = 5
"""Sheets of which every column is shown; --quality lists the columns of all."""


class Quality(Section):
    """Writes the sections on the data of the log."""

    def write(self) -> None:
        """Write all that has something to say."""
        sheets = quality_of(self.report.intake)
        if sheets:
            self.title("quality")
            self._sheets(sheets)
            worst = sorted(sheets, key=lambda sheet: -sheet.trouble)[:_DETAILED]
            for sheet in sheets:
                if sheet in worst:
                    self._columns_of(sheet)
            if len(sheets) > _DETAILED:
                self.page.blank()
                self.page.line(self.say.text("report.more_sheets", count=number(len(sheets) - _DETAILED)))
        self._overlaps()
        self._faults()
        self._unmapped()

    def _place(self, sheet: SheetQuality) -> str:
        return self.say.place(Position(sheet.file.path, sheet.reading.sheet))

    def _sheets(self, sheets: tuple[SheetQuality, ...]) -> None:
        say = self.say
        for sheet in sheets[:LISTED]:
            words = say.text(
                "report.sheet",
                contacts=number(sheet.contacts),
                rows=number(sheet.contacts + sheet.rejected + sheet.set_aside),
                file=self._place(sheet),
            )
            parts = [words]
            if sheet.first is not None and sheet.last is not None:
                parts.append(say.text("report.from_to", first=say.day(sheet.first), last=say.day(sheet.last)))
            if times := self._times(sheet):
                parts.append(say.text("report.times_read", times=times))
            self.page.item(say.text("report.clause_sign").join(parts))
        self.left_out(len(sheets) - LISTED)

    def _times(self, sheet: SheetQuality) -> str:
        """Say how the times of a sheet are written, and by which clock they were read."""
        say = self.say
        form = "" if sheet.form is None else say.text(f"time_form.{sheet.form}")
        zone = sheet.reading.zone or (say.text("report.with_zone") if sheet.contacts else "")
        return say.listed([part for part in (form, zone) if part])

    def _columns_of(self, sheet: SheetQuality) -> None:
        say, columns = self.say, sheet.judged()
        self.page.blank()
        map_file = sheet.reading.map_file
        name = say.text("report.columns_of", file=self._place(sheet), rows=number(sheet.reading.rows))
        if map_file is not None:
            name = say.text("report.with_map", words=name, map=say.key(map_file))
        self.page.line(name)
        lost = any(column.lost for column in columns)
        names = ("filled", "unknown_values", "digits_lost", "header", "holds")
        shown = [name for name in names if lost or name != "digits_lost"]
        rows = []
        for column in columns:
            cells = {
                "filled": percent(column.filled, sheet.reading.rows),
                "unknown_values": number(column.unknown) if column.unknown else "",
                "digits_lost": number(column.lost) if column.lost else "",
                "header": say.shown(column.header),
                "holds": self._field(sheet, column.header, column.path),
            }
            rows.append([cells[name] for name in shown])
        if rows:
            self.page.table(self.columns(*shown, right=("filled", "unknown_values", "digits_lost")), rows)
        kept = [say.shown(column.header) for column in sheet.kept()]
        if kept:
            self.page.line(say.text("report.kept_columns", names=say.listed(kept)))
        if sheet.reading.unmapped:
            unread = [say.shown(name) for name in sheet.reading.unmapped]
            self.page.line(say.text("report.unread_columns", names=say.listed(unread)))

    def _field(self, sheet: SheetQuality, header: str, path: str) -> str:
        words = self.say.field(path) if header != path or has_text(f"field.{path}") else path
        return self.say.text("report.by_map", words=words) if header in sheet.reading.mapped else words

    def _overlaps(self) -> None:
        found = self.report.intake.overlaps
        if not found:
            return
        self.title("overlaps")
        for item in found[:LISTED]:
            self.page.item(self.overlap(item))
        self.left_out(len(found) - LISTED)

    def overlap(self, item: Overlap) -> str:
        """Say what two sheets share."""
        say = self.say
        return say.text(
            f"overlap.{item.kind}", count=number(item.count), first=say.place(item.kept), other=say.place(item.other)
        )

    def _faults(self) -> None:
        say, found = self.say, self.report.intake.findings
        if not found:
            return
        self.title("data")
        self.page.table(
            self.columns("rows", "finding", "first_at", right=("rows",)),
            [
                [
                    number(item.count),
                    say.text("report.named", name=self._with_help(item), id=item.code),
                    say.place(item.position),
                ]
                for item in found
            ],
        )

    def _with_help(self, item: Finding) -> str:
        words, advice = self.say.cause(item), self.say.help(item)
        return words if advice is None else self.say.text("report.with_help", words=words, help=advice)

    def _unmapped(self) -> None:
        say, found = self.say, self.report.intake.unmapped
        if not found:
            return
        self.title("unmapped")
        ranked = sorted(found, key=lambda item: (-item.count, item.path, item.value))
        self.page.table(
            self.columns("rows", "value", "field", "nearest", right=("rows",)),
            [
                [
                    number(item.count),
                    say.raw(item.path, item.value) or "",
                    say.field(item.path),
                    say.listed([say.shown(word) for word in item.nearest]),
                ]
                for item in ranked[:LISTED]
            ],
        )
        self.left_out(len(ranked) - LISTED)
        self.page.line(say.text("report.map_them"))

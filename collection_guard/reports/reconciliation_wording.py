"""What the reports of a reconciliation say in words: findings, the rows that show them, and what they rest on."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from collection_guard.model.masking import mask_number, mask_text
from collection_guard.model.plain import plain
from collection_guard.model.texts import Lang
from collection_guard.reconciliation.findings import Finding, Item
from collection_guard.reconciliation.recordings import Recording
from collection_guard.reconciliation.rows import Row
from collection_guard.reconciliation.run import Reconciliation
from collection_guard.reports.wording import Speech, holds_personal_number, number

_LENGTHS: Final = frozenset({"note", "call", "recording", "seconds"})


class ReconciliationWording(Speech):
    """Says things of one reconciliation in one language, masked or not."""

    def __init__(self, result: Reconciliation, lang: Lang, *, masked: bool = True) -> None:
        super().__init__(lang, masked=masked, zone=result.terms.zone)
        self.result = result

    # --- findings -----------------------------------------------------------------------------------------------

    def kind(self, kind: str) -> str:
        """Return the title of a kind of finding, with its id."""
        return self.text("report.named", name=self.text(f"reconcile.kind.{kind}"), id=kind)

    def remedy(self, finding: Finding) -> str:
        """Return what to do about a finding."""
        return self.text(f"reconcile.remedy.{finding.kind}")

    def says(self, finding: Finding) -> str:
        """Return what does not agree."""
        values: dict[str, object] = {
            name: self.seconds(value) if name in _LENGTHS else value for name, value in finding.values.items()
        }
        first = finding.items[0]
        if "why" in values:
            values["number"] = self.phone(str(values.get("number", "")))
            values["collector"] = self.collector(first.contact) if isinstance(first, Row) else ""
            values["why"] = self.text(
                f"reconcile.why.{values['why']}",
                other=self.shown(values["other"]),
                until=values["until"],
                since=values["since"],
            )
        if finding.kind == "outcome-differs-from-note":
            values["how"] = self.text(f"reconcile.how.{values['way']}", call=values["call"])
        if finding.kind == "clock-skew":
            values |= {"way": self.text(f"reconcile.way.{values['way']}"), "pairs": number(_int(values["pairs"]))}
        words = self.text(f"reconcile.says.{finding.kind}", **values)
        if finding.nearest is not None and isinstance(first, Row):
            apart = self.seconds(abs(first.second - finding.nearest.second))
            words = self.text("reconcile.nearest_is", words=words, apart=apart)
        return words

    def seconds(self, value: object) -> str:
        """Return a length of time."""
        if not isinstance(value, int | float):
            return self.word("unknown")
        return self.text("reconcile.seconds", count=f"{round(value, 1):,g}" if value < 1e6 else number(round(value)))

    def phone(self, value: str) -> str:
        """Return a telephone number."""
        return mask_text(mask_number(plain(value))) if self.masked else plain(value)

    # --- rows ---------------------------------------------------------------------------------------------------

    def label(self, item: Item) -> str:
        """Return what an item is: a note, a call, a recording."""
        return self.text(f"reconcile.label.{item.side if isinstance(item, Row) else 'recordings'}")

    def item(self, item: Item) -> str:
        """Return where an item stands and what it says."""
        return self.row(item) if isinstance(item, Row) else self.recording(item)

    def row(self, row: Row) -> str:
        """Return where a row stands and what it says."""
        event = row.event
        parts = [
            self.place(row.position),
            self.moment(row.at),
            self.case(row.contact) if row.case is not None else None,
            self.number_of(row.contact),
            None if event.collector.id is None and event.collector.name is None else self.collector(row.contact),
            None if event.outcome.network is None else self.word(event.outcome.network),
            None if row.talk is None else self.seconds(row.talk),
            None if row.recording is None else self.file(row.recording),
        ]
        return self.text("report.comma").join(part for part in parts if part)

    def recording(self, recording: Recording) -> str:
        """Return where a recording stands, its name and its length."""
        length = self.text("reconcile.length_unknown") if recording.seconds is None else self.seconds(recording.seconds)
        return self.text(
            "reconcile.recording_row",
            place=self.place(recording.position),
            name=self.file(recording.name),
            length=length,
        )

    def file(self, name: str) -> str:
        """Return the name of a recording: whole, unless somebody's number stands in it."""
        return self.shown(name) if holds_personal_number(name) else plain(name)

    def span(self, rows: list[Row]) -> str:
        """Return the first and the last moment of some rows, which are in order."""
        return self.period(rows[0].at, rows[-1].at) if rows else self.text("reconcile.no_rows")

    # --- what it rests on ---------------------------------------------------------------------------------------

    def rests(self) -> Iterator[str]:
        """Yield what the comparison takes for granted, and what it leaves out."""
        result, tolerances = self.result, self.result.terms.tolerances
        yield self._rests("tolerance", seconds=self.seconds(tolerances.time))
        yield self._rests("duration", seconds=self.seconds(tolerances.duration))
        yield self._rests("skew", seconds=self.seconds(tolerances.skew))
        for name, files in result.coarse().items():
            if files:
                yield self._rests(f"coarse_{name}", files=self.listed([self.key(file) for file in files]))
        if result.legs:
            yield self._rests("legs", count=number(result.legs), seconds=self.seconds(tolerances.legs))
        certain = sum(not group.leaves_others for group in result.matching.groups)
        if certain:
            yield self._rests("groups", count=number(certain))
        if result.unclear_recordings:
            yield self._rests("unclear_recordings", count=number(result.unclear_recordings))
        for name, count in sorted(result.unknown.items()):
            yield self._rests(f"unknown_{name}", count=number(count))
        if result.strangers():
            yield self._rests("strangers")
        dates = [_dates(rows) for rows in (result.note_rows, result.call_rows)]
        if dates[0] is not None and dates[1] is not None and dates[0] != dates[1]:
            yield self._rests("periods", notes=" – ".join(dates[0]), calls=" – ".join(dates[1]))
        for kind, count in sorted(result.off.items()):
            yield self._rests("off", kind=self.kind(kind), count=number(count))
        if result.outside:
            yield self._rests("outside", count=number(result.outside))

    def _rests(self, code: str, **values: object) -> str:
        return self.text(f"reconcile.rests.{code}", **values)


def _dates(rows: list[Row]) -> tuple[str, str] | None:
    if not rows:
        return None

    def shown(at: datetime) -> str:
        return at.date().isoformat()

    return shown(rows[0].at), shown(rows[-1].at)


def _int(value: object) -> int:
    return value if isinstance(value, int) else 0

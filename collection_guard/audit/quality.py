"""The quality of what was read, sheet by sheet: how many rows became contacts, from when to when, by which clock."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from collection_guard.audit.taken import ColumnReading, FileReading, Intake, Position, SheetReading

_STARTED: Final = ("started_at", "started_at.date")


@dataclass(frozen=True, slots=True)
class SheetQuality:
    """One sheet, or one file without sheets, and what became of its rows."""

    file: FileReading
    reading: SheetReading
    contacts: int
    rejected: int
    set_aside: int
    first: datetime | None
    last: datetime | None

    @property
    def form(self) -> str | None:
        """Return the form of the times at which contacts began."""
        forms = (column.form for column in self.reading.column_readings if column.path in _STARTED)
        return next((form for form in forms if form is not None), None)

    @property
    def trouble(self) -> int:
        """Return how many cells could not be read: the sheets with most of them are shown first."""
        return sum(column.unknown + column.lost for column in self.reading.column_readings) + self.rejected

    def judged(self) -> list[ColumnReading]:
        """Return the columns that hold fields of the event."""
        return [column for column in self.reading.column_readings if column.is_judged]

    def kept(self) -> list[ColumnReading]:
        """Return the columns that are known, and are kept without being judged."""
        others = {*self.reading.unmapped, *self.reading.ambiguous}
        return [c for c in self.reading.column_readings if not c.is_judged and c.header not in others]

    def how(self, column: ColumnReading) -> str:
        """Return how it is known what a column holds."""
        reading = self.reading
        if column.header in reading.mapped:
            return "map"
        if column.header in reading.ambiguous:
            return "ambiguous"
        if column.header in reading.unmapped:
            return "unknown"
        return "known" if column.is_judged else "kept"


def quality_of(intake: Intake) -> tuple[SheetQuality, ...]:
    """Return the quality of each sheet that was read, in the order of the files."""
    read = (*intake.contacts, *intake.past)

    def counted(places: Iterable[Position]) -> Counter[tuple[str | None, str | None]]:
        return Counter((place.file, place.sheet) for place in places)

    contacts = counted(contact.position for contact in read)
    rejected = counted(row.position for row in intake.rejected)
    set_aside = counted(row.position for row in intake.set_aside)
    times: dict[tuple[str | None, str | None], list[datetime]] = {}
    for contact in read:
        place, start = (contact.position.file, contact.position.sheet), contact.event.started_at
        first, last = times.get(place, (start, start))
        times[place] = [min(first, start), max(last, start)]
    found = []
    for file in intake.files:
        for sheet in file.sheets:
            place = (file.path, sheet.sheet)
            begin, end = times.get(place, (None, None))
            found.append(SheetQuality(file, sheet, contacts[place], rejected[place], set_aside[place], begin, end))
    return tuple(found)

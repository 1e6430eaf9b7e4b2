"""Recordings: from a list with their lengths, or from a folder of the files themselves."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

from collection_guard.audit.durations import read_duration
from collection_guard.audit.taken import Contact, Position, Rejected
from collection_guard.audit.times import Family, Fold, TimeError, family_of, localise, order_of, read_time
from collection_guard.audit.values import PrecisionLostError, RowError, identifier, shown
from collection_guard.model.event import Event, Outcome, Recipient
from collection_guard.model.problems import InputError, LogError, Problem
from collection_guard.model.tables import cell_text
from collection_guard.reconciliation.lists import ListFile, read_list
from collection_guard.reconciliation.sound_files import SoundError, read_wav

_SOUND: Final = frozenset({".wav", ".wave"})
_OTHER_SOUND: Final = frozenset(
    {".mp3", ".amr", ".m4a", ".aac", ".ogg", ".opus", ".flac", ".gsm", ".wma", ".v3", ".vox", ".au"}
)
_SHORTEST_ID: Final = 6
"""A shorter part of a file name may be anything."""
_AUDIBLE: Final = 1.0
"""Below a second two files may well hold the same silence."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording. What is None is not known of it."""

    position: Position
    name: str
    seconds: float | None = None
    call_id: str | None = None
    digest: str | None = None
    contact: Contact | None = None
    """When and of whom it is, where the list says so."""

    @property
    def parts(self) -> tuple[str, ...]:
        """Return the parts of its path."""
        return path_parts(self.name)

    @property
    def sound(self) -> str | None:
        """Return the digest of what is heard, unless it is too short to tell recordings apart."""
        return self.digest if self.seconds is None or self.seconds >= _AUDIBLE else None

    def ids(self) -> Iterable[str]:
        """Yield the parts of its file name that may be the id of a call, in lower case, the longest first."""
        stem = self.parts[-1].rpartition(".")[0] if self.parts and "." in self.parts[-1] else "".join(self.parts[-1:])
        bounds = [0, *(place for place, sign in enumerate(stem) if not sign.isalnum()), len(stem)]
        found = {stem}
        for first in bounds:
            start = first + (0 < first < len(stem) and not stem[first].isalnum())
            found.update(stem[start:last] for last in bounds if last - start >= _SHORTEST_ID)
        return sorted(found, key=lambda part: (-len(part), part))


def path_parts(name: str) -> tuple[str, ...]:
    """Return the parts of a path or an address, so that one can be found in the other from the end."""
    path = unquote(urlsplit(name).path) if "://" in name else name
    return tuple(part.casefold() for part in path.replace("\\", "/").split("/") if part not in ("", "."))


@dataclass(frozen=True, slots=True)
class RecordingIntake:
    """What was read of the recordings: recordings + rejected + set aside = rows or files read."""

    recordings: tuple[Recording, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    set_aside: tuple[Position, ...] = ()
    """Files of a folder that are no sound."""

    @property
    def rows_read(self) -> int:
        """Return how many rows or files were read."""
        return len(self.recordings) + len(self.rejected) + len(self.set_aside)


def read_recordings(
    paths: Iterable[Path], *, timezone: str | None = None, fold: Fold | None = None, encoding: str | None = None
) -> RecordingIntake:
    """Read lists and folders of recordings; raise LogError with what concerns more than one of them."""
    found: list[Recording] = []
    rejected: list[Rejected] = []
    aside: list[Position] = []
    problems: list[Problem] = []
    for path in paths:
        if path.is_dir():
            _folder(path, found, rejected, aside)
            continue
        try:
            listed = read_list(path, "recordings", encoding=encoding)
            reading = _Reading(listed, timezone, fold)
        except InputError as error:
            problems += error.problems
            continue
        rejected += listed.broken
        for place, cells in listed.rows:
            try:
                found.append(reading.recording(place, cells))
            except RowError as error:
                rejected.append(Rejected(place, error.reason, error.header, error.path, error.value, error.values))
    if problems:
        raise LogError(problems)
    return RecordingIntake(tuple(found), tuple(rejected), tuple(aside))


def _folder(folder: Path, found: list[Recording], rejected: list[Rejected], aside: list[Position]) -> None:
    for path in sorted(item for item in folder.rglob("*") if item.is_file()):
        place, suffix = Position(str(path)), path.suffix.lower()
        if suffix in _OTHER_SOUND:
            rejected.append(Rejected(place, "recording_format", values={"suffix": suffix}))
        elif suffix not in _SOUND:
            aside.append(place)
        else:
            try:
                sound = read_wav(path)
            except SoundError as error:
                rejected.append(Rejected(place, str(error)))
                continue
            name = path.relative_to(folder).as_posix()
            found.append(Recording(place, name, sound.seconds, digest=sound.digest))


class _Reading:
    """The rows of one list of recordings."""

    def __init__(self, found: ListFile, timezone: str | None, fold: Fold | None) -> None:
        self._zone, self._fold = timezone, fold
        self._unit = found.units.get("seconds", 1.0)
        times = [cells["started_at"] for _, cells in found.rows if "started_at" in cells]
        try:
            self._day_first, example = order_of([times])
        except TimeError as error:
            raise LogError([Problem(str(error), found.path)]) from None
        if example is not None:
            raise LogError([Problem("time_order_ambiguous", found.path, values={"value": example})])
        self._family: Family | None = family_of(
            (cell for cell in times if not isinstance(cell, list | dict)), day_first=self._day_first, told=None
        )

    def recording(self, place: Position, cells: dict[str, Any]) -> Recording:
        for name, cell in cells.items():
            if isinstance(cell, list | dict | bool):
                raise RowError("field_type", name, name, cell)
        if not cell_text(cells.get("file")):
            raise RowError("recording_without_name", "file")
        return Recording(
            place,
            cell_text(cells["file"]),
            self._seconds(cells),
            self._identifier(cells, "call_id"),
            cell_text(cells["digest"]) if "digest" in cells else None,
            self._contact(place, cells),
        )

    def _seconds(self, cells: dict[str, Any]) -> float | None:
        if "seconds" not in cells:
            return None
        seconds = read_duration(cells["seconds"], self._unit)
        if seconds is None:
            raise RowError("recording_length", "seconds", "seconds", cells["seconds"])
        return seconds

    def _identifier(self, cells: dict[str, Any], name: str) -> str | None:
        if name not in cells:
            return None
        try:
            return identifier(cells[name], name, name)
        except PrecisionLostError:
            raise RowError("recording_digits_lost", name, name, shown(cells[name])) from None

    def _contact(self, place: Position, cells: dict[str, Any]) -> Contact | None:
        """Return when and of whom a recording is, as a contact of which nothing else is known."""
        if "started_at" not in cells:
            return None
        number, case = self._identifier(cells, "number"), self._identifier(cells, "case_id")
        event = Event(
            event_id=f"recording:{cell_text(cells['file'])}",
            case_id=case or f"event:{cell_text(cells['file'])}",
            agency=cell_text(cells["agency"]) if "agency" in cells else None,
            channel="call",
            started_at=self._instant(cells["started_at"]),
            recipient=Recipient(number=number),
            outcome=Outcome(network="connected"),
        )
        return Contact(event, place)

    def _instant(self, cell: Any) -> datetime:
        path = "started_at"
        reading = read_time(cell, day_first=self._day_first)
        if reading is None:
            raise RowError("time_unreadable", path, path, cell)
        if reading.family != self._family:
            raise RowError("time_other_form", path, path, cell, form=reading.family, expected=self._family)
        if not isinstance(reading.value, datetime):
            raise RowError("time_without_clock", path, path, cell)
        if reading.value.tzinfo is not None:
            return reading.value
        if self._zone is None:
            raise RowError("time_without_zone", path, path, cell)
        try:
            return localise(reading.value, self._zone, self._fold)
        except TimeError as error:
            raise RowError(str(error), path, path, cell, zone=self._zone) from None

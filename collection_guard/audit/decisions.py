"""The decision log of a guard as contacts: its records, with what was kept beside them; its checks are counted."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from pathlib import Path
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from collection_guard.audit.intake import Tray
from collection_guard.audit.taken import Contact, Finding, Position, Rejected, SetAside, SheetReading
from collection_guard.facts.kept import Kept, KeptFacts
from collection_guard.model.chain import SUFFIX, is_log, object_in
from collection_guard.model.event import Event
from collection_guard.model.mismatches import mismatch
from collection_guard.model.problems import Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.tables import TableFile
from collection_guard.model.verification import Verification

_NOTE: Final = "decision_note"
_CHECKED: Final = "check"
_HEAD: Final = 4096
"""Bytes by which a decision log is known."""


class _Line(BaseModel):
    """What the reader takes of a line; the log holds more."""

    model_config = ConfigDict(frozen=True)


class _ProfileLine(_Line):
    digest: str
    profile: CaseProfile


class _RecordLine(_Line):
    event: Event
    profile: str | None
    kept: dict[str, KeptFacts]
    token: str | None = None
    beside: tuple[str, ...] = ()


class _CheckLine(_Line):
    token: str
    decision: Literal["allow", "review", "deny"]
    overridden: dict[str, str] | None = None


@dataclass(slots=True)
class Decisions:
    """What the decision logs of a run have given so far: a check and its record may stand in two files."""

    _recorded: set[str] = field(default_factory=set)
    """Tokens on which a contact was recorded."""
    _moved: set[Position] = field(default_factory=set)
    """Lines of contacts that were moved when a clock was put right."""
    _lines: Verification = field(default_factory=Verification)

    @staticmethod
    def cut_off(path: Path, data: bytes | None) -> tuple[bytes, int] | None:
        """Return a log up to the line that was cut off at its end, and that line's number; None for any other file.

        The bytes of half a line may be half a character, and no reader of text would take the rest.
        """
        named = data is None and path.name.endswith(SUFFIX)
        try:
            if data is None:
                with path.open("rb") as file:
                    data = file.read(_HEAD)
                    data += file.read() if named or is_log(data) else b""
        except (OSError, ValueError):
            return None  # reading it will say what is wrong
        end = data.rfind(b"\n") + 1
        if not (named or is_log(data)) or not data[end:].strip() or object_in(data[end:]) is not None:
            return None
        return data[:end], data.count(b"\n") + 1

    @property
    def broken(self) -> list[Problem]:
        """Return what shows that the logs are not as they were written."""
        return self._lines.problems

    def verify(self, file: str, source: Path | bytes) -> None:
        """Hold the lines of one file against their chains."""
        self._lines.read(source, file)

    def findings(self) -> Iterator[Finding]:
        """Yield what is to be said of the logs, when all are read."""
        self._lines.settle()
        for one in self._lines.cut_off:
            yield Finding("DECISION_LOG_CUT_OFF", Position(one.file, None, one.line), None, 1)
        for file, broken in groupby(self._lines.problems, lambda problem: problem.file):
            rows = [one.line for one in broken]
            yield Finding("DECISION_LOG_BROKEN", Position(file, None, rows[0]), None, len(set(rows)))

    def read(self, found: TableFile, tray: Tray) -> SheetReading:
        """Read the lines of one writer."""
        for broken in found.broken:
            tray.add(Rejected(Position(found.path, None, broken.row), broken.reason, values=broken.values))
        for row in found.blank_rows:
            tray.add(SetAside(Position(found.path, None, row), "blank"))
        profiles: dict[str, CaseProfile] = {}
        records = 0
        for item in found.objects or ():
            place = Position(found.path, None, item.row)
            try:
                line = self._line(place, item.data, profiles)
            except ValidationError as error:
                first = error.errors(include_url=False)[0]
                path = ".".join(str(part) for part in first["loc"])
                line = Rejected(place, "field_invalid", path, path, values={"cause": mismatch(first)})
            records += isinstance(line, Contact)
            tray.add(line)
        return SheetReading(rows=records)

    def _line(
        self, place: Position, said: dict[str, Any], profiles: dict[str, CaseProfile]
    ) -> Contact | Rejected | SetAside:
        match said.get("kind"):
            case "profile":
                told = _ProfileLine.model_validate(said)
                profiles[told.digest] = told.profile
            case "record":
                record = _RecordLine.model_validate(said)
                if record.profile is not None and record.profile not in profiles:
                    values: dict[str, object] = {"digest": record.profile}
                    return Rejected(place, "decision_without_profile", "profile", "profile", values=values)
                if record.token is not None:
                    self._recorded.add(record.token)
                if "moved" in record.beside:
                    self._moved.add(place)
                profile = None if record.profile is None else profiles[record.profile]
                return Contact(record.event, place, kept=Kept(profile, record.kept))
            case "check":
                check = _CheckLine.model_validate(said)
                how = "overridden" if check.overridden is not None else check.decision
                return SetAside(place, _CHECKED, {"token": check.token, "how": how})
        return SetAside(place, _NOTE)

    def settle(self, tray: Tray) -> None:
        """Say of each check what came of it, and keep of each contact the line that was written last.

        A contact whose first acknowledgement was lost is recorded again, and the first line came to nothing.
        """
        tray.set_aside[:] = [self._settled(one) if one.reason == _CHECKED else one for one in tray.set_aside]
        latest = self._latest(tray.drafts)
        kept: list[Contact] = []
        again: list[Contact] = []
        for one in tray.drafts:
            (kept if one.kept is None or latest[one.event.event_id] is one else again).append(one)
        tray.drafts[:] = kept
        tray.set_aside += [SetAside(one.position, "recorded_again") for one in again]

    def _settled(self, check: SetAside) -> SetAside:
        how = check.values["how"]
        recorded = check.values["token"] in self._recorded
        reason = "check_recorded" if recorded and how != "overridden" else f"check_{how}"
        return replace(check, reason=reason, values={})

    def _latest(self, contacts: Iterable[Contact]) -> dict[str, Contact]:
        found: dict[str, Contact] = {}
        for one in contacts:
            if one.kept is not None:
                other = found.get(one.event.event_id)
                if other is None or self._order(other) <= self._order(one):
                    found[one.event.event_id] = one
        return found

    def _order(self, contact: Contact) -> tuple[bool, datetime]:
        # What a clock ahead recorded says that it is later than what replaced it.
        return contact.position in self._moved, contact.event.known_from

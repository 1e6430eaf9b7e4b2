"""What an audit took in: contacts, rejected rows and rows set aside, each with its place, and how files were read."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from collection_guard.facts.kept import Kept
from collection_guard.facts.world import has_case
from collection_guard.model.event import Event
from collection_guard.model.problems import Problem
from collection_guard.model.texts import Lang, has_text, help_text, text

PLACEHOLDER: Final = "\x00"
"""Stands for an identifier that the file lacks until one is supplied."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a row stands: file, sheet, and the line or row in it, from 1 (in a JSON array: the element)."""

    file: str | None = None
    sheet: str | None = None
    row: int | None = None

    def sort_key(self) -> tuple[str, str, int]:
        """Order positions as a person reads."""
        return (self.file or "", self.sheet or "", self.row or 0)


@dataclass(frozen=True, slots=True)
class Leg:
    """What a row of a telephone system says of the call that it is of."""

    system: str
    ids: tuple[str, ...] = ()
    """Identifiers of calls: rows that share one are of one call."""
    of_row: bool = False
    """The id of the event names this row, and not all rows of its call."""
    number: str | None = None
    """The key of the other party's number; none: an extension, or nobody."""
    seconds: float | None = None
    """Without identifiers: rows that began within so many seconds of each other may be of one call."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A row that became an event."""

    event: Event
    position: Position
    leg: Leg | None = None
    """Until second legs are set aside."""
    past: bool = False
    """It is part of the history of later contacts, and is not judged itself."""
    kept: Kept | None = None
    """What its log kept in place of personal data."""

    def with_event(self, event: Event) -> "Contact":
        """Return the contact as another event, no longer as a leg."""
        return Contact(event, self.position, past=self.past, kept=self.kept)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that cannot become an event; ``rejected.<reason>`` of the catalogue says why."""

    position: Position
    reason: str
    column: str | None = None
    path: str | None = None
    value: str | None = None
    values: dict[str, object] = field(default_factory=dict)

    def cause(self, lang: Lang) -> str:
        """Return why the row was rejected, in one sentence."""
        return text(f"rejected.{self.reason}", lang, **self._shown(lang))

    def help(self, lang: Lang) -> str | None:
        """Return what to do about it, where there is something to say."""
        shown = self._shown(lang)
        if "nearest" in self.values:
            shown["nearest"] = self.values["nearest"]  # where nothing is near, its clause is left out
        return help_text(f"rejected.{self.reason}.help", lang, **shown)

    def _shown(self, lang: Lang) -> dict[str, object]:
        shown = {name: "—" if value is None else value for name, value in self.values.items()}
        for name in ("form", "expected"):
            if name in shown:
                shown[name] = text(f"time_form.{shown[name]}", lang)
        return shown


@dataclass(frozen=True, slots=True)
class SetAside:
    """A row that is no contact; ``set_aside.<reason>`` of the catalogue says what it is."""

    position: Position
    reason: str
    values: dict[str, object] = field(default_factory=dict)

    def cause(self, lang: Lang) -> str:
        """Return what the row is."""
        return text(f"set_aside.{self.reason}", lang)


@dataclass(frozen=True, slots=True)
class Assumption:
    """Something that was taken for granted; ``assumption.<code>`` of the catalogue says what."""

    code: str
    values: dict[str, object] = field(default_factory=dict)

    def cause(self, lang: Lang) -> str:
        """Return what was assumed, in one sentence."""
        return text(f"assumption.{self.code}", lang, **self._shown(lang))

    def help(self, lang: Lang) -> str | None:
        """Return what to do if it does not hold, where there is something to say."""
        code = f"assumption.{self.code}.help"
        return text(code, lang, **self._shown(lang)) if has_text(code) else None

    def _shown(self, lang: Lang) -> dict[str, object]:
        """Return the values; one that has a text for each language is said in the one asked for."""
        return {name: value[lang] if isinstance(value, dict) else value for name, value in self.values.items()}


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """What one column held: in how many rows something, a word that nobody knows, an identifier that lost digits."""

    header: str
    path: str
    filled: int
    unknown: int = 0
    lost: int = 0
    form: str | None = None
    """The form of its times, for a column of times."""

    @property
    def is_judged(self) -> bool:
        """Say whether some rule may read the column."""
        return not self.path.startswith("extra.")


@dataclass(frozen=True, slots=True)
class SheetReading:
    """How one table was read: which header names which path, and which name none."""

    sheet: str | None = None
    header_rows: tuple[int, ...] = ()
    columns: dict[str, str] = field(default_factory=dict)
    unmapped: tuple[str, ...] = ()
    ambiguous: dict[str, tuple[str, ...]] = field(default_factory=dict)
    assumptions: tuple[Assumption, ...] = ()
    zone: str | None = None
    """The zone in which its naive times were read, if it has such."""
    rows: int = 0
    """Rows that were read as contacts, whether they became one or not: those of which the columns are counted."""
    column_readings: tuple[ColumnReading, ...] = ()
    map_file: str | None = None
    mapped: frozenset[str] = frozenset()
    """The headers whose meaning the mapping file says."""


@dataclass(frozen=True, slots=True)
class FileReading:
    """How one file was read."""

    path: str
    digest: str
    encoding: str | None
    encoding_confirmed: bool
    zone: str | None
    sheets: tuple[SheetReading, ...]
    rows: int
    assumptions: tuple[Assumption, ...] = ()
    past: bool = False
    """It holds the history of what is judged."""


@dataclass(frozen=True, slots=True)
class UnmappedValue:
    """A word that no table knows, how often it stood there, and known words that look like it."""

    path: str
    value: str
    count: int
    nearest: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault of the data; ``finding.<code>`` of the catalogue says which. The position is that of the first."""

    code: str
    position: Position
    column: str | None
    count: int
    values: dict[str, object] = field(default_factory=dict)

    def cause(self, lang: Lang) -> str:
        """Return what is wrong with the data, in one sentence."""
        return text(f"finding.{self.code}", lang, column=self.column, count=self.count, **self.values)

    def help(self, lang: Lang) -> str:
        """Return what to do about it."""
        return text(f"finding.{self.code}.help", lang, column=self.column, count=self.count, **self.values)


@dataclass(frozen=True, slots=True)
class Overlap:
    """What two files or sheets share: how many contacts, and where the first of them stands in both.

    ``redelivered`` (one id and one content, set aside), ``contradicted`` (one id and two contents, rejected) or
    ``counted_twice`` (no id and one content, kept).
    """

    kind: str
    kept: Position
    other: Position
    count: int


@dataclass(frozen=True, slots=True)
class CaseCounts:
    """How the case and the borrower of each contact were found."""

    given: int = 0
    by_profile: int = 0
    by_number: int = 0
    by_event: int = 0
    borrower_by_case: int = 0
    """Contacts whose borrower is named only on other contacts of the case, or in its profile."""
    borrower_disputed: int = 0
    """Cases of which two borrowers are named."""


@dataclass(frozen=True, slots=True)
class Intake:
    """Everything that was read.

    INVARIANT (nothing-lost): contacts + contacts of the history + rejected + set aside = rows read.
    """

    contacts: tuple[Contact, ...]
    """What is to be judged."""
    rejected: tuple[Rejected, ...]
    set_aside: tuple[SetAside, ...]
    rows_read: int
    files: tuple[FileReading, ...] = ()
    unmapped: tuple[UnmappedValue, ...] = ()
    findings: tuple[Finding, ...] = ()
    cases: CaseCounts = CaseCounts()
    overlaps: tuple[Overlap, ...] = ()
    left_out: tuple[str, ...] = ()
    """Files of a folder that were not taken for logs."""
    unused_maps: tuple[str, ...] = ()
    """Mapping files that are for no log of these."""
    past: tuple[Contact, ...] = ()
    """Contacts that are the history of others and are not judged."""
    counted_past: int = 0
    """Such contacts of a large audit, which only counts them."""
    counted_aside: Mapping[str, int] = field(default_factory=dict)
    """Rows that a large audit set aside, by reason."""
    broken: tuple[Problem, ...] = ()
    """What shows that a decision log is not as it was written: contacts may be missing, or not what they were."""

    def kept(self) -> dict[str, Kept]:
        """Return what logs kept in place of personal data, by event."""
        return {one.event.event_id: one.kept for one in (*self.contacts, *self.past) if one.kept is not None}

    def has_case(self, case_id: str) -> bool:
        """Say whether a case id is one, and not the key of a contact whose case is unknown."""
        return has_case(case_id)

    def set_aside_by_reason(self) -> dict[str, int]:
        """Count the rows set aside by reason."""
        counts = Counter(item.reason for item in self.set_aside)
        return dict(sorted((counts + Counter(self.counted_aside)).items()))

    def rejected_by_reason(self) -> dict[str, int]:
        """Count the rejected rows by reason."""
        return dict(sorted(Counter(item.reason for item in self.rejected).items()))

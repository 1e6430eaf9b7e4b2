"""A case profile: what the creditor knows of the borrower and the case."""

import re
from datetime import date, datetime, time
from typing import Annotated, Any, Final, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from collection_guard.model.event import ClockTime, Day, Identifier, Instant, Record, Zone, as_tuple
from collection_guard.model.words import Accessibility, Channel, InstructionKind, Weekday

Place = Literal["home", "workplace", "mobile"]
GivenTo = Literal["creditor", "prior_collector"]

_BETWEEN_NUMBERS: Final = re.compile(r"[/,;，；、|&\n]|或|和|及")
_SIGN: Final = re.compile(r"[0-9０-９A-Za-z*＊]")
_LONG_RUN: Final = re.compile(r"\d{7,}")
_DIGITS_OF_A_NUMBER: Final = 7


def _one_number(number: str) -> str:
    """Refuse several numbers where one belongs, and what is no number at all: both would silently decide nothing."""
    if number.isascii() and number.isdigit():
        return number  # nothing stands between the digits that could part two numbers
    if not _SIGN.search(number):
        raise PydanticCustomError("no_number", "no number")
    parts = sum(
        sum(character.isdigit() for character in part) >= _DIGITS_OF_A_NUMBER for part in _BETWEEN_NUMBERS.split(number)
    )
    if max(parts, len(_LONG_RUN.findall(number))) > 1:
        raise PydanticCustomError("several_numbers", "several numbers in the place of one")
    return number


def _in_order(first: date | None, last: date | None) -> None:
    """Refuse dates that end before they begin; both ends are inclusive."""
    if first is not None and last is not None and last < first:
        raise PydanticCustomError("dates_reversed", "valid_to lies before valid_from")


def _has_duration(first: datetime | None, last: datetime | None) -> None:
    """Refuse instants that end where or before they begin; the last is exclusive."""
    if first is not None and last is not None and last <= first:
        raise PydanticCustomError("instants_reversed", "the end does not lie after the beginning")


def _of_no_zone(clock: time) -> time:
    if clock.tzinfo is not None:
        raise PydanticCustomError("clock_with_offset", "a local time of day has no offset")
    return clock


LocalClock = Annotated[ClockTime, AfterValidator(_of_no_zone)]


class OwnNumber(Record):
    """A number of the borrower's own. Dates are inclusive, in the borrower's zone; null is open."""

    number: Annotated[str, AfterValidator(_one_number)]
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _dates(self) -> "OwnNumber":
        _in_order(self.valid_from, self.valid_to)
        return self


class EmergencyContact(Record):
    """A contact that the borrower named beforehand. Dates as for the borrower's own numbers."""

    name: str | None = None
    number: Annotated[str, AfterValidator(_one_number)] | None = None
    timezone: Zone | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None

    @model_validator(mode="after")
    def _somebody(self) -> "EmergencyContact":
        if not (self.name or "").strip() and self.number is None:
            raise PydanticCustomError("nobody", "neither a name nor a number")
        _in_order(self.valid_from, self.valid_to)
        return self


class QuietWindow(Record):
    """A do-not-disturb window that the borrower elected (安宁模式), in the borrower's local time.

    ``start`` is inclusive, ``end`` exclusive; a window may span midnight, and ``weekdays`` name the day on
    which it starts (null: all). Without ``start`` it begins the day, without ``end`` it ends it. ``from`` and
    ``to`` are the instants between which it is in force, ``to`` exclusive.
    """

    start: LocalClock | None = None
    end: LocalClock | None = None
    weekdays: Annotated[tuple[Weekday, ...], Field(min_length=1), BeforeValidator(as_tuple)] | None = None
    valid_from: Annotated[Instant | None, Field(alias="from")] = None
    valid_to: Annotated[Instant | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _has_a_length(self) -> "QuietWindow":
        if self.start is not None and self.start == self.end:
            raise PydanticCustomError("empty_window", "start and end are the same; leave both out for a whole day")
        if not self.model_fields_set:
            raise PydanticCustomError("window_of_nothing", "nothing is given; a whole day begins at 00:00")
        _has_duration(self.valid_from, self.valid_to)
        return self


class Instruction(Record):
    """An instruction given to the collector. ``at`` is when it became known; ``expires`` is exclusive."""

    kind: InstructionKind
    number: Annotated[str, AfterValidator(_one_number)] | None = None
    channel: Channel | None = None
    declared_channel: str | None = Field(
        default=None, description="With the channel other: which one, as a pack declares it (social_private)."
    )
    at: Instant | None = None
    expires: Instant | None = None
    debt: str | None = None
    place: Place | None = None
    scope: str | None = Field(default=None, description="What a consent allows: call, after_hours.")
    given_to: GivenTo | None = Field(default=None, description="To whom it was said; null: to this collector.")

    @model_validator(mode="after")
    def _lasts(self) -> "Instruction":
        _has_duration(self.at, self.expires)
        return self


class Location(Record):
    """One piece of evidence of where the borrower is; pieces may disagree, and then every zone is a candidate."""

    timezone: Zone
    evidence: str | None = None


class DebtGroup(Record):
    """Debts that are held under one account. Where one rule takes them for one debt depends on what they are."""

    account: str
    debts: Annotated[tuple[str, ...], BeforeValidator(as_tuple)]
    kind: str | None = None


class CaseProfile(Record):
    """One case. A list that is null or absent is unknown; an empty list is none."""

    case_id: Identifier
    borrower_id: str | None = None
    timezone: Zone | None = None
    locations: Annotated[tuple[Location, ...] | None, BeforeValidator(as_tuple)] = None
    numbers: Annotated[tuple[OwnNumber, ...] | None, BeforeValidator(as_tuple)] = None
    emergency_contacts: Annotated[tuple[EmergencyContact, ...] | None, BeforeValidator(as_tuple)] = None
    quiet_windows: Annotated[tuple[QuietWindow, ...] | None, BeforeValidator(as_tuple)] = None
    instructions: Annotated[tuple[Instruction, ...] | None, BeforeValidator(as_tuple)] = None
    accessibility: Annotated[tuple[Accessibility, ...] | None, BeforeValidator(as_tuple)] = None
    history_from: Day | None = None
    debt_groups: Annotated[tuple[DebtGroup, ...] | None, BeforeValidator(as_tuple)] = None
    fields: dict[str, Any] | None = Field(
        default=None, description="Further fields that a rule pack declares of profiles, by name."
    )

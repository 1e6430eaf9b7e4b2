"""A case profile: what the creditor knows of the borrower and the case."""

from typing import Annotated

from pydantic import BeforeValidator, Field, model_validator
from pydantic_core import PydanticCustomError

from collection_guard.model.event import ClockTime, Day, Identifier, Instant, Record, Zone, as_tuple
from collection_guard.model.words import Accessibility, Channel, InstructionKind, Weekday


class OwnNumber(Record):
    """A number of the borrower's own. Dates are inclusive, in the borrower's zone; null is open."""

    number: str
    valid_from: Day | None = None
    valid_to: Day | None = None


class EmergencyContact(Record):
    """A contact that the borrower named beforehand. Dates as for the borrower's own numbers."""

    name: str | None = None
    number: str | None = None
    timezone: Zone | None = None
    valid_from: Day | None = None
    valid_to: Day | None = None


class QuietWindow(Record):
    """A do-not-disturb window that the borrower elected (安宁模式), in the borrower's local time.

    ``start`` is inclusive, ``end`` exclusive; a window may span midnight, and ``weekdays`` name the day on
    which it starts (null: all). Without ``start`` it begins the day, without ``end`` it ends it. ``from`` and
    ``to`` are the instants between which it is in force, ``to`` exclusive.
    """

    start: ClockTime | None = None
    end: ClockTime | None = None
    weekdays: Annotated[tuple[Weekday, ...] | None, BeforeValidator(as_tuple)] = None
    valid_from: Annotated[Instant | None, Field(alias="from")] = None
    valid_to: Annotated[Instant | None, Field(alias="to")] = None

    @model_validator(mode="after")
    def _has_a_length(self) -> "QuietWindow":
        if self.start is not None and self.start == self.end:
            raise PydanticCustomError("empty_window", "start and end are the same; leave both out for a whole day")
        return self


class Instruction(Record):
    """An instruction given to the collector. ``at`` is when it became known; ``expires`` is exclusive."""

    kind: InstructionKind
    number: str | None = None
    channel: Channel | None = None
    at: Instant | None = None
    expires: Instant | None = None


class CaseProfile(Record):
    """One case. A list that is null or absent is unknown; an empty list is none."""

    case_id: Identifier
    borrower_id: str | None = None
    timezone: Zone | None = None
    numbers: Annotated[tuple[OwnNumber, ...] | None, BeforeValidator(as_tuple)] = None
    emergency_contacts: Annotated[tuple[EmergencyContact, ...] | None, BeforeValidator(as_tuple)] = None
    quiet_windows: Annotated[tuple[QuietWindow, ...] | None, BeforeValidator(as_tuple)] = None
    instructions: Annotated[tuple[Instruction, ...] | None, BeforeValidator(as_tuple)] = None
    accessibility: Annotated[tuple[Accessibility, ...] | None, BeforeValidator(as_tuple)] = None
    history_from: Day | None = None

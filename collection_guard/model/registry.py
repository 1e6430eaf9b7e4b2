"""The partner registry: who was listed as what, and when."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated

from pydantic import BeforeValidator

from collection_guard.model.event import Day, Identifier, Record, as_tuple


class RegistryEntry(Record):
    """One listed name. Dates are inclusive, on the Asia/Shanghai date of the contact; null is open."""

    name: Identifier
    category: Identifier
    aliases: Annotated[tuple[str, ...], BeforeValidator(as_tuple)] = ()
    valid_from: Day | None = None
    valid_to: Day | None = None
    source: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerList:
    """A whole list as published, in force from a day that lies between ``earliest`` and ``latest``.

    A list known by its day has both equal; one known only by its month spans the month.
    """

    earliest: date
    latest: date
    entries: tuple[RegistryEntry, ...]
    name: str = ""


@dataclass(frozen=True, slots=True)
class RegistryData:
    """What was read: rows with dates of their own, and whole lists that replace each other."""

    rows: tuple[RegistryEntry, ...] = ()
    lists: tuple[PartnerList, ...] = ()
    digest: str = ""

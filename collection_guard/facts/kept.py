"""What is kept beside an event whose personal data is gone: what was derived from them when it was judged."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, Field

from collection_guard.model.profile import CaseProfile


@dataclass(frozen=True, slots=True)
class Firms:
    """The law firms that one contact claimed, and whether it may have claimed more."""

    names: tuple[str, ...]
    maybe_more: bool


class KeptFacts(BaseModel):
    """Facts as they were under one pack; what a log of an earlier version does not hold is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, serialize_by_alias=True)

    recipient_zones: tuple[str, ...] | None = Field(None, alias="recipient.zones")
    borrower_zones: tuple[str, ...] | None = Field(None, alias="borrower.zones")
    number_is_own: bool | None = Field(None, alias="recipient.number_is_own")
    is_emergency_contact: bool | None = Field(None, alias="recipient.is_emergency_contact")
    agency_is_listed: bool | None = Field(None, alias="agency.is_listed")
    all_listed: bool | None = Field(None, alias="law_firm.all_listed")
    all_in_directory: bool | None = Field(None, alias="law_firm.all_in_official_directory")
    firms: Firms = Field(alias="law_firm.firms")
    whole_from: date | None = Field(None, alias="history.whole_from")
    """From when the last of all cases is whole, by their profiles."""
    whole_from_of: frozenset[date | None] = Field(frozenset(), alias="history.whole_from_of")
    """From when the cases of the borrower are."""

    def values(self) -> dict[str, Any]:
        """Return the facts by their names."""
        return {alias: getattr(self, name) for name, alias in FACTS.items()}


FACTS: Final[dict[str, str]] = {
    name: field.alias
    for name, field in KeptFacts.model_fields.items()
    if field.alias is not None and not field.alias.startswith("history.")
}
"""The facts that are kept: the name of each, by that of its field."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept beside one event: the profile of its case as it was, and facts by pack."""

    profile: CaseProfile | None
    facts: Mapping[str, KeptFacts]

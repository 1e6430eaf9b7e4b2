"""All hand-written cases, and how to make records of them."""

import datetime as dt
from dataclasses import dataclass

from collection_guard.model import CaseProfile, Event, PartnerList, RegistryData, RegistryEntry

from . import cases_claims, cases_past, cases_reached, cases_signals, cases_time, cases_whom
from .case import Case, Json
from .values import Settings

CASES: tuple[Case, ...] = (
    *cases_time.CASES,
    *cases_past.CASES,
    *cases_whom.CASES,
    *cases_reached.CASES,
    *cases_claims.CASES,
    *cases_signals.CASES,
)


@dataclass(frozen=True)
class Records:
    """The input of a case as records of the model."""

    events: list[Event]
    profiles: dict[str, CaseProfile]
    registry: RegistryData | None
    settings: Settings


def of_line(line: int) -> list[Case]:
    """Return the cases of one line of the semantics."""
    return [case for case in CASES if case.line == line]


def _registry(given: Json | None) -> RegistryData | None:
    if given is None:
        return None
    return RegistryData(
        rows=tuple(RegistryEntry.model_validate(row) for row in given["rows"]),
        lists=tuple(
            PartnerList(
                earliest=dt.date.fromisoformat(item["earliest"]),
                latest=dt.date.fromisoformat(item["latest"]),
                entries=tuple(RegistryEntry.model_validate(row) for row in item["entries"]),
            )
            for item in given["lists"]
        ),
    )


def _settings(given: Json) -> Settings:
    values = dict(given)
    for name in ("permitted_from", "permitted_to"):
        if name in values:
            values[name] = dt.time.fromisoformat(values[name])
    if "history_complete_from" in values:
        values["history_complete_from"] = dt.date.fromisoformat(values["history_complete_from"])
    return Settings(**values)


def records(case: Case) -> Records:
    """Return the input of a case as records."""
    profiles = [CaseProfile.model_validate(item) for item in case.profiles]
    return Records(
        [Event.model_validate(item) for item in case.events],
        {item.case_id: item for item in profiles},
        _registry(case.registry),
        _settings(case.settings),
    )

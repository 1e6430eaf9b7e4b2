"""A first look at a log too large to hold: what is wrong with it, and what every partition has to know of the whole."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol, runtime_checkable

import polars as pl

from collection_guard.engines.columnar.canonical import Canonical
from collection_guard.engines.columnar.faults import kind, listed, together
from collection_guard.engines.columnar.matter import Matter
from collection_guard.engines.columnar.tables import PAST, SCHEMA, WITHIN
from collection_guard.facts.world import has_case
from collection_guard.model.problems import Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.words import OTHER_CHANNEL, UNKNOWN

_NONE_REPORTED: Final = ("outcome.state_change", "outcome.disposition")
_GROUPS: Final = ("group", "public")


@runtime_checkable
class KnowsLacks(Protocol):
    """Profiles that know which fields some of them do not give."""

    lacking: frozenset[str]


@dataclass(slots=True)
class Scan:
    """What is known of a whole log before any of it is judged. Parts of a log are scanned apart, and added."""

    rows: int = 0
    blocked: int = 0
    judged: int = 0
    past: int = 0
    earliest: datetime | None = None
    nameless: bool = False
    """Some contact of a case names no borrower."""
    by_number: int = 0
    by_event: int = 0
    empty: set[str] = field(default_factory=set)
    """The fields that are empty in some contact."""
    problems: dict[tuple[object, ...], Problem] = field(default_factory=dict)

    def take(self, other: "Scan") -> None:
        """Add what was seen elsewhere."""
        for name in ("rows", "blocked", "judged", "past", "by_number", "by_event"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.earliest = min((one for one in (self.earliest, other.earliest) if one is not None), default=None)
        self.nameless |= other.nameless
        self.empty |= other.empty
        for problem in other.problems.values():
            self.note(problem)

    def note(self, problem: Problem) -> None:
        """Keep a problem; one that was seen already counts more."""
        key = kind(problem)
        known = self.problems.get(key)
        self.problems[key] = problem if known is None else together(known, problem)

    def told(self) -> list[Problem]:
        """Return the problems to be told, the most frequent first."""
        return listed(self.problems.values())


def scan_of(found: Canonical, frame: pl.DataFrame, rows: int) -> Scan:
    """Return what there is to know of a part of a log: how it was read, its contacts with history flagged, its rows."""
    scan = Scan(rows, found.blocked)
    for problem in found.problems:
        scan.note(problem)
    if not frame.height:
        return scan
    judged = frame.filter(~pl.col(PAST))
    scan.judged, scan.past = judged.height, frame.height - judged.height
    scan.earliest = frame.select(pl.col("started_at").min()).item()
    nameless = frame.filter(pl.col("borrower_id").is_null())["case_id"].drop_nulls().unique()
    scan.nameless = any(map(has_case, nameless.to_list()))
    caseless = judged["case_id"].drop_nulls()
    odd = caseless.filter(caseless.str.starts_with("number:") | caseless.str.starts_with("event:"))
    kinds = Counter("event" if case.startswith("event:") else "number" for case in odd if not has_case(case))
    scan.by_number, scan.by_event = kinds["number"], kinds["event"]
    scan.empty = {path for path in SCHEMA if _is_empty_somewhere(frame, path)}
    return scan


def _is_empty_somewhere(frame: pl.DataFrame, path: str) -> bool:
    """Say whether a field is empty in some contact, as the report asks of measures, which look at many contacts."""
    column = frame[path]
    if path in _NONE_REPORTED:
        return bool((column == UNKNOWN).any())
    if path == "recorded_at":
        return bool(frame[WITHIN].is_not_null().any())
    if path == "channel":
        return bool((column == OTHER_CHANNEL).any())
    if path == "recipient.members":
        groups = frame["recipient.audience"].is_in(_GROUPS)
        return bool((groups & (column.is_null() | (column == "[]"))).any())
    if path == "signals":
        return bool((column.is_null() | (column == "{}")).any())
    return column.null_count() > 0 or (column.dtype == pl.String and bool((column == UNKNOWN).any()))


def somewhere_of(empty: set[str], matter: Matter) -> dict[str, bool]:
    """Return which of the fields that facts are read from are empty somewhere in the whole log."""
    found: dict[str, bool] = {path: path in empty for path in SCHEMA}
    found["registry"] = matter.registry is None
    found["settings.timezone"] = matter.settings.timezone is None
    for name in CaseProfile.model_fields:
        found[f"profile.{name}"] = _lacks(matter.profiles, name)
    return found


def _lacks(profiles: Mapping[str, Any], name: str) -> bool:
    if isinstance(profiles, KnowsLacks):
        return not profiles or name in profiles.lacking
    return not profiles or any(getattr(profile, name) is None for profile in profiles.values())

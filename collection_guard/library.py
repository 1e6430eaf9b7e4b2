"""The audit as a typed library call."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.intake import take_events
from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.reading import read_logs
from collection_guard.audit.report import Report
from collection_guard.audit.run import Basis, EachVerdict, run_audit
from collection_guard.facts.partner_lists import read_registry, registry_digest
from collection_guard.facts.world import HistoryReading, Settings
from collection_guard.language.packs import load_packs
from collection_guard.model.event import Event
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData, RegistryEntry


def audit(
    events: Iterable[Event] | Path | Sequence[Path],
    *,
    past: Iterable[Event] | Path | Sequence[Path] = (),
    since: datetime | None = None,
    rules: Iterable[str | Path] = ("core",),
    parameters: Mapping[str, Any] | None = None,
    registry: RegistryData | Iterable[RegistryEntry] | Path | None = None,
    cases: Mapping[str, CaseProfile] | Iterable[CaseProfile] | Path | None = None,
    timezone: str | None = None,
    country: str = "CN",
    history: HistoryReading = "complete",
    history_complete_from: date | None = None,
    assume_party: bool = False,
    engine: str = "auto",
    detector: str | None = None,
    each: EachVerdict | None = None,
) -> Report:
    """Judge contacts, and return what was found: counts, violations with their evidence, what could not be known.

    ``events`` are events, or the paths of logs. ``past``, of the same kind, and what was known before ``since``, are
    the history of the others and are not judged. ``timezone`` is the zone of times without one and of recipients of
    whom nothing better is known. ``detector`` names what hears content signals, such as ``lexicon``; without one,
    signals that the events do not give are unknown. ``each`` is given every verdict, sorted by ``started_at``,
    ``event_id`` and rule id.

    Raises RulesError for a pack that is invalid, LogError for a log, profile file or registry that cannot be read,
    ConfigurationError for a setting that is none; each with every problem found.
    """
    if since is not None and since.tzinfo is None:
        raise ConfigurationError([Problem("since_without_zone", values={"value": since.isoformat()})])
    profiles = profiles_given(cases, timezone)
    paths, older = _paths(events), _paths(past)
    if paths is None:
        built: Any = events
        gone: Any = past
        intake = take_events(built, past=gone, since=since, timezone=timezone, country=country, profiles=profiles)
    else:
        intake = read_logs(
            paths, history=older or (), since=since, timezone=timezone, country=country, profiles=profiles
        )
    settings = Settings(timezone, country, assume_party, history, history_complete_from)
    packs = load_packs(rules)
    read, name = detector_in_use(detector)
    basis = Basis(packs, parameters or {}, settings, registry_given(registry), profiles, read, name, engine)
    return run_audit(intake, basis, each)


def _paths(events: object) -> list[Path] | None:
    if isinstance(events, Path):
        return [events]
    if isinstance(events, list | tuple) and events and all(isinstance(item, Path) for item in events):
        return list(events)
    return None


def profiles_given(
    cases: Mapping[str, CaseProfile] | Iterable[CaseProfile] | Path | None, timezone: str | None
) -> Mapping[str, CaseProfile]:
    """Return case profiles by case, whichever way they are given."""
    if cases is None:
        return {}
    if isinstance(cases, Path):
        return read_profiles(cases, timezone=timezone)
    if isinstance(cases, Mapping):
        return cases
    return {profile.case_id: profile for profile in cases}


def registry_given(registry: RegistryData | Iterable[RegistryEntry] | Path | None) -> RegistryData | None:
    """Return a registry with its digest, whichever way it is given."""
    if registry is None or isinstance(registry, RegistryData):
        return registry
    if isinstance(registry, Path):
        return read_registry(registry)
    data = RegistryData(rows=tuple(registry))
    return RegistryData(data.rows, data.lists, registry_digest(data))

"""The audit as a typed library call."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, TypeVar

from collection_guard.arguments import Arguments
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
from collection_guard.model.problems import Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData, RegistryEntry

_Kind = TypeVar("_Kind")


def audit(
    events: Iterable[Event] | str | Path | Sequence[str | Path],
    *,
    past: Iterable[Event] | str | Path | Sequence[str | Path] = (),
    since: datetime | None = None,
    rules: str | Path | Iterable[str | Path] = ("core",),
    parameters: Mapping[str, Any] | None = None,
    registry: RegistryData | Iterable[RegistryEntry] | str | Path | None = None,
    cases: Mapping[str, CaseProfile] | Iterable[CaseProfile] | str | Path | None = None,
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
    ConfigurationError for arguments that are none of what is taken; each with every problem found.
    """
    given = Arguments()
    settings = given.settings(
        timezone=timezone,
        country=country,
        history=history,
        history_complete_from=history_complete_from,
        engine=engine,
        detector=detector,
    )
    addressee = given.truth("assume_party", assume_party)
    from_when = given.instant("since", since)
    log, older = given.events("events", events), given.events("past", past)
    pack_names, own_parameters = given.names("rules", rules), given.mapping("parameters", parameters)
    told, listed = given.profiles("cases", cases), given.registry("registry", registry)
    if log and older and isinstance(log[0], Path) != isinstance(older[0], Path):
        given.problems.append(Problem("argument_past"))
    given.settle()

    zone, dialled_in = settings["timezone"], settings["country"]
    profiles = profiles_given(told, zone)
    known: dict[str, Any] = {"since": from_when, "timezone": zone, "country": dialled_in, "profiles": profiles}
    if log and isinstance(log[0], Path):
        intake = read_logs(_only(Path, log), history=_only(Path, older), **known)
    else:
        intake = take_events(_only(Event, log), past=_only(Event, older), **known)
    reading = Settings(zone, dialled_in, addressee, settings["history"], settings["history_complete_from"])
    packs = load_packs(pack_names)
    read, name = detector_in_use(settings["detector"])
    basis = Basis(packs, own_parameters, reading, registry_given(listed), profiles, read, name, settings["engine"])
    return run_audit(intake, basis, each)


def _only(kind: type[_Kind], items: Iterable[object]) -> list[_Kind]:
    """Return what was seen to be all of one kind, as such."""
    return [item for item in items if isinstance(item, kind)]


def profiles_given(
    cases: Mapping[str, CaseProfile] | Iterable[CaseProfile] | str | Path | None, timezone: str | None
) -> Mapping[str, CaseProfile]:
    """Return case profiles by case, whichever way they are given."""
    given = Arguments()
    told = given.profiles("cases", cases)
    given.settle()
    return read_profiles(told, timezone=timezone) if isinstance(told, Path) else told


def registry_given(registry: RegistryData | Iterable[RegistryEntry] | str | Path | None) -> RegistryData | None:
    """Return a registry with its digest, whichever way it is given."""
    given = Arguments()
    told = given.registry("registry", registry)
    given.settle()
    if told is None or isinstance(told, RegistryData):
        return told
    if isinstance(told, Path):
        return read_registry(told)
    data = RegistryData(rows=tuple(told))
    return RegistryData(data.rows, data.lists, registry_digest(data))

"""What the commands have in common: packs, registry, profiles and logs, loaded as configured."""

import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pytz

from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.places import find_logs
from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.reading import read_logs
from collection_guard.audit.run import Basis
from collection_guard.audit.taken import Intake
from collection_guard.cli.exits import Gathering, missing_file, say
from collection_guard.configuration import Configuration
from collection_guard.facts.clock import start_of_day
from collection_guard.facts.partner_lists import read_registry
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import Pack, load_packs
from collection_guard.model.problems import ConfigurationError, LogError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData
from collection_guard.model.texts import Lang, text

_MB: Final = 1_000_000
_MEMORY: Final = 60
"""Reading and judging a text file took 62 times its size in memory when it was measured."""
_ENOUGH: Final = 20
_NIGHT: Final = (22, 7)
_SHARE: Final = 4
"""A quarter of the contacts at night is more than any agency makes, and less than a wrong zone moves there."""


def load_basis(config: Configuration, gathering: Gathering, *, keep_profiles: bool = False) -> Basis | None:
    """Return what a log is judged by; what cannot be loaded is left in the gathering.

    With ``keep_profiles`` they stay in their file where that can be: a large audit holds those at hand.
    """
    detector = gathering.attempt(lambda: detector_in_use(config["detector"]))
    packs = gathering.attempt(lambda: checked_packs(config))
    registry = gathering.attempt(lambda: load_registry(config))
    profiles = gathering.attempt(lambda: load_profiles(config, kept=keep_profiles))
    if packs is None or profiles is None:
        return None
    return Basis(
        packs=packs,
        parameters=config["parameters"],
        settings=config.settings,
        registry=registry,
        profiles=profiles,
        detector=detector[0] if detector else None,
        detector_name=detector[1] if detector else None,
        engine=config["engine"],
    )


def checked_packs(config: Configuration) -> list[Pack]:
    """Return the packs, compiled once so that all that is wrong with them is known."""
    packs = load_packs(config["rules"])
    compile_packs(packs, config["parameters"])
    return packs


def load_registry(config: Configuration) -> RegistryData | None:
    """Return the partner registry, None if none is configured."""
    if config["registry"] is None:
        return None
    path = Path(config["registry"])
    if not path.exists():
        raise missing_file(path)
    return read_registry(path, encoding=config["encoding"])


def load_profiles(config: Configuration, *, kept: bool = False) -> Mapping[str, CaseProfile]:
    """Return the case profiles by case, none if none are configured.

    Those of JSON lines may be ``kept`` in their file, and read as they are asked for.
    """
    if config["cases"] is None:
        return {}
    path = Path(config["cases"])
    if not path.exists():
        raise missing_file(path)
    if kept:
        keeping: Any = import_module("collection_guard.audit.kept_profiles")  # needs what large audits need
        in_file: Mapping[str, CaseProfile] | None = keeping.kept_profiles(path)
        if in_file is not None:
            return in_file
    return read_profiles(path, timezone=config["timezone"], fold=config["fold"], encoding=config["encoding"])


def load_logs(
    paths: Sequence[Path],
    config: Configuration,
    profiles: dict[str, CaseProfile],
    past: Sequence[Path] = (),
    since: datetime | None = None,
) -> Intake:
    """Return what the logs hold, row by row; those of the past, and what was known before an instant, as history.

    What shows that a decision log is not as it was written is said at once.
    """
    no_logs = [config[name] for name in ("cases", "registry") if config[name]]
    logs = find_logs(paths, no_logs).paths
    _refuse_too_large([*logs, *find_logs(past, [*no_logs, *logs]).paths], config["max_log_mb"])
    intake = read_logs(
        paths,
        timezone=config["timezone"],
        fold=config["fold"],
        map_file=config["map"],
        encoding=config["encoding"],
        preset=config["preset"],
        country=config["country"],
        profiles=profiles,
        no_logs=no_logs,
        history=past,
        since=since,
        standard_input=lambda: _standard_input(config["max_log_mb"]),
    )
    for problem in intake.broken:
        say(problem, config.lang)
    return intake


def beginning_of(since: str | None, timezone: str | None) -> datetime | None:
    """Return the instant that ``--since`` names: one with an offset, or the beginning of a date in the zone configured.

    Raises ConfigurationError.
    """
    if since is None:
        return None
    try:
        moment = datetime.fromisoformat(since)
    except ValueError:
        values: dict[str, object] = {"option": "--since", "value": since, "reason": "YYYY-MM-DD"}
        raise ConfigurationError([Problem("bad_option", values=values)]) from None
    if moment.tzinfo is not None:
        return moment
    if timezone is None or moment.time() != time.min:
        raise ConfigurationError([Problem("since_without_zone", values={"value": since})])
    return start_of_day(moment.date(), timezone)


def _standard_input(most: int) -> bytes:
    """Return what comes by the standard input; raise LogError if it is more than memory takes."""
    data = sys.stdin.buffer.read(most * _MB + 1)
    _refuse_size(len(data), most, "-")
    return data


def _refuse_too_large(logs: Sequence[Path], most: int) -> None:
    """Raise LogError for logs that together are more than the memory of an ordinary machine takes."""
    size = sum(log.stat().st_size for log in logs if log.is_file())
    _refuse_size(size, most, str(logs[0]) if len(logs) == 1 else None)


def _refuse_size(size: int, most: int, log: str | None) -> None:
    if size > most * _MB:
        in_mb = -(-size // _MB)
        values: dict[str, object] = {"size": in_mb, "most": most, "memory": -(-in_mb * _MEMORY // 1000)}
        raise LogError([Problem("logs_too_large", log, values=values)])


def odd_hours(intake: Intake, timezone: str | None, lang: Lang) -> str | None:
    """Return what to look at if so many contacts begin at night that their times may be those of another zone."""
    naive = any(
        one.code == "naive_times" for file in intake.files for sheet in file.sheets for one in sheet.assumptions
    )
    if timezone is None or not naive or len(intake.contacts) < _ENOUGH:
        return None
    zone = pytz.timezone(timezone)
    hours = [contact.event.started_at.astimezone(zone).hour for contact in intake.contacts]
    odd = sum(1 for hour in hours if hour >= _NIGHT[0] or hour < _NIGHT[1])
    if odd * _SHARE < len(hours):
        return None
    return text("note.odd_hours", lang, odd=odd, contacts=len(hours), zone=timezone)

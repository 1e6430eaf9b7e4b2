"""The guard as a typed library: opened by a configuration, asked before each contact, told after it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from collection_guard.arguments import Arguments
from collection_guard.audit.detection import detector_in_use
from collection_guard.configuration import Configuration, configure, configured
from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import HistoryReading, Settings, World
from collection_guard.guard.gate import Gate
from collection_guard.guard.log.opening import open_log
from collection_guard.guard.settings import IN_MEMORY, GuardOptions, Mode
from collection_guard.guard.stores.base import Store
from collection_guard.guard.stores.opening import open_store
from collection_guard.guard.surroundings import Surroundings, surroundings
from collection_guard.language.packs import load_packs
from collection_guard.library import profiles_given, registry_given
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData, RegistryEntry

Registry = RegistryData | Sequence[RegistryEntry] | Path
Cases = Mapping[str, CaseProfile] | Sequence[CaseProfile] | Path
Source = str | Path | Mapping[str, Any] | Callable[[], Configuration]
"""Where settings come from: a file, the same as a mapping, or whatever gathers them anew each time."""


@dataclass(frozen=True, slots=True)
class GuardSettings:
    """Everything that a guard is opened with; paths of rules, registry and cases are read anew by every reload."""

    rules: Sequence[str | Path] = ("core",)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    registry: Registry | None = None
    cases: Cases | None = None
    timezone: str | None = None
    country: str = "CN"
    history: HistoryReading = "complete"
    history_complete_from: date | None = None
    assume_party: bool = False
    engine: str = "auto"
    detector: str | None = None
    store: str | Store = IN_MEMORY
    mode: Mode = "enforce"
    options: GuardOptions = field(default_factory=GuardOptions)


class Guard(Gate):
    """The guard of a dialer."""

    @classmethod
    def open(cls, config: Source | GuardSettings, *, now: Callable[[], datetime] | None = None) -> Self:
        """Open a guard by a ``collection-guard.yaml``, by the same settings as a mapping, or by settings built in code.

        What returns a configuration is called again by each reload.

        ``now`` is the clock. Raises RulesError, LogError or ConfigurationError with everything that is wrong, and
        StoreError if the store cannot be opened.
        """
        if isinstance(config, GuardSettings):
            config = _checked(config)
        settings = config if isinstance(config, GuardSettings) else _settings(_configuration(config))
        given = settings.store
        # A configuration file is read anew by a reload too; where the store stands is settled when it is opened.
        load = (lambda: _load(settings)) if isinstance(config, GuardSettings) else (lambda: _reload(config))
        return cls(
            load,
            open_store(given, settings.options) if isinstance(given, str) else given,
            settings.options,
            settings.mode,
            now,
            open_log(settings.options, settings.country),
        )


def _checked(settings: GuardSettings) -> GuardSettings:
    """Return settings built in code, each of which is one; raise ConfigurationError with all that are none."""
    given = Arguments()
    given.settings(
        timezone=settings.timezone,
        country=settings.country,
        history=settings.history,
        history_complete_from=settings.history_complete_from,
        engine=settings.engine,
        detector=settings.detector,
        mode=settings.mode,
    )
    given.truth("assume_party", settings.assume_party)
    rules, parameters = given.names("rules", settings.rules), given.mapping("parameters", settings.parameters)
    cases = None if settings.cases is None else given.profiles("cases", settings.cases)
    registry = given.registry("registry", settings.registry)
    if not isinstance(settings.options, GuardOptions):
        given.refuse("argument_options", "options", settings.options)
    if not isinstance(settings.store, str) and not callable(getattr(settings.store, "transaction", None)):
        given.refuse("argument_store", "store", settings.store)
    given.settle()
    return replace(settings, rules=rules, parameters=parameters, cases=cases, registry=registry)


def _configuration(config: Source) -> Configuration:
    if callable(config):
        return config()
    if isinstance(config, Mapping):
        return configured(config)
    if not isinstance(config, str | Path):
        raise ConfigurationError([Problem("config_source", values={"kind": type(config).__name__})])
    return configure({}, Path(config))


def _reload(config: Source) -> Surroundings:
    return _load(_settings(_configuration(config)))


def _settings(config: Configuration) -> GuardSettings:
    plain = config.settings
    return GuardSettings(
        rules=config["rules"],
        parameters=config["parameters"],
        registry=None if config["registry"] is None else Path(config["registry"]),
        cases=None if config["cases"] is None else Path(config["cases"]),
        timezone=plain.timezone,
        country=plain.country,
        history=plain.history,
        history_complete_from=plain.history_complete_from,
        assume_party=plain.assume_party,
        engine=config["engine"],
        detector=config["detector"],
        store=config["store"],
        mode=config["mode"],
        options=config["guard"],
    )


def surroundings_of(config: Configuration) -> Surroundings:
    """Return the rules of a configuration alone, as a log that holds all else is judged by them."""
    return _load(replace(_settings(config), registry=None, cases=None, detector=None))


def _load(settings: GuardSettings) -> Surroundings:
    registry = registry_given(settings.registry)
    detector, _ = detector_in_use(settings.detector)
    world = World(
        Settings(
            settings.timezone,
            settings.country,
            settings.assume_party,
            settings.history,
            settings.history_complete_from,
        ),
        profiles_given(settings.cases, settings.timezone),
        RegistryIndex(registry) if registry is not None else None,
        detector,
    )
    return surroundings(load_packs(settings.rules), settings.parameters, world, settings.engine)

"""What the commands have in common: packs, registry, profiles and logs, loaded as configured."""

from collections.abc import Sequence
from pathlib import Path

from collection_guard.audit.detection import detector_in_use
from collection_guard.audit.profiles import read_profiles
from collection_guard.audit.reading import read_logs
from collection_guard.audit.run import Basis
from collection_guard.audit.taken import Intake
from collection_guard.cli.exits import Gathering, missing_file
from collection_guard.configuration import Configuration
from collection_guard.facts.partner_lists import read_registry
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import Pack, load_packs
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData


def load_basis(config: Configuration, gathering: Gathering) -> Basis | None:
    """Return what a log is judged by; what cannot be loaded is left in the gathering."""
    detector = gathering.attempt(lambda: detector_in_use(config["detector"]))
    packs = gathering.attempt(lambda: checked_packs(config))
    registry = gathering.attempt(lambda: load_registry(config))
    profiles = gathering.attempt(lambda: load_profiles(config))
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
    return read_registry(path)


def load_profiles(config: Configuration) -> dict[str, CaseProfile]:
    """Return the case profiles by case, none if none are configured."""
    if config["cases"] is None:
        return {}
    path = Path(config["cases"])
    if not path.exists():
        raise missing_file(path)
    return read_profiles(path, timezone=config["timezone"], fold=config["fold"])


def load_logs(paths: Sequence[Path], config: Configuration, profiles: dict[str, CaseProfile]) -> Intake:
    """Return what the logs hold, row by row."""
    return read_logs(
        paths,
        timezone=config["timezone"],
        fold=config["fold"],
        map_file=config["map"],
        encoding=config["encoding"],
        preset=config["preset"],
        country=config["country"],
        profiles=profiles,
        no_logs=[config[name] for name in ("cases", "registry") if config[name]],
    )

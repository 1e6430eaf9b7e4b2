"""What contacts are judged by, in a form that travels to other processes: packs, settings, registry, profiles."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any

from collection_guard.facts.registry import RegistryIndex
from collection_guard.facts.world import Detector, Settings, World
from collection_guard.language.compiled import CompiledPack
from collection_guard.language.compiling import compile_packs
from collection_guard.language.packs import Pack
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData


def no_detector() -> Detector | None:
    """Return no detector."""
    return None


@dataclass(frozen=True)
class Matter:
    """All that contacts are judged by. What is made of it, compiled rules and indexes, stays where it was made."""

    packs: tuple[Pack, ...]
    parameters: Mapping[str, Any]
    settings: Settings
    registry: RegistryData | None
    profiles: Mapping[str, CaseProfile]
    make_detector: Callable[[], Detector | None] = no_detector
    earliest: datetime | None = None
    """The start of the earliest contact of the whole log."""

    @cached_property
    def compiled(self) -> list[CompiledPack]:
        """Return the packs compiled; the same packs in the same order in every process."""
        return compile_packs(list(self.packs), self.parameters)

    @cached_property
    def world(self) -> World:
        """Return the surroundings of contacts."""
        registry = RegistryIndex(self.registry) if self.registry is not None else None
        return World(self.settings, self.profiles, registry, self.make_detector(), self.earliest)

    def __getstate__(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self)}

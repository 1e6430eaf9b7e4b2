"""The arguments of the library call: what each of them is, and all that is wrong with them at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from collection_guard.configuration import check_value
from collection_guard.model.event import Event
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.profile import CaseProfile
from collection_guard.model.registry import RegistryData, RegistryEntry

_Record = TypeVar("_Record", Event, CaseProfile, RegistryEntry)


@dataclass(slots=True)
class Arguments:
    """Reads the arguments one by one, and keeps what is wrong with them until all were read."""

    problems: list[Problem] = field(default_factory=list)

    def settle(self) -> None:
        """Raise ConfigurationError with everything that was wrong."""
        if self.problems:
            raise ConfigurationError(self.problems)

    def settings(self, **given: object) -> dict[str, Any]:
        """Return settings as the configuration keeps them: the same words, zones and dates as anywhere else."""
        found: dict[str, Any] = {}
        for name, value in given.items():
            found[name] = value
            if value is not None:
                try:
                    found[name] = check_value(name, value, name)
                except ConfigurationError as error:
                    self.problems.extend(error.problems)
        return found

    def truth(self, name: str, value: object) -> bool:
        """Return a truth value; a word such as "no" is none."""
        if not isinstance(value, bool):
            self.refuse("argument_truth", name, value)
        return value is True

    def instant(self, name: str, value: object) -> datetime | None:
        """Return an instant, which needs its zone."""
        if isinstance(value, datetime) and value.tzinfo is None:
            self.problems.append(Problem("since_without_zone", values={"value": value.isoformat()}))
        elif value is not None and not isinstance(value, datetime):
            self.refuse("argument_instant", name, value)
        return value if isinstance(value, datetime) else None

    def events(self, name: str, value: object) -> list[Path] | list[Event]:
        """Return the paths of logs, or events."""
        if isinstance(value, str | Path):
            return [Path(value)]
        items = self._items("argument_events", name, value)
        if items and all(isinstance(item, str | Path) for item in items):
            return [Path(item) for item in items]
        return self._all_of(Event, "argument_events", name, items)

    def names(self, name: str, value: object) -> list[str | Path]:
        """Return the names or paths of packs."""
        if isinstance(value, str | Path):
            return [value]
        items = self._items("argument_packs", name, value)
        for item in items:
            if not isinstance(item, str | Path):
                self.refuse("argument_packs", name, item)
                break
        return [item for item in items if isinstance(item, str | Path)]

    def mapping(self, name: str, value: object) -> dict[str, Any]:
        """Return parameters of packs by name."""
        if value is None:
            return {}
        if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
            self.refuse("argument_parameters", name, value)
            return {}
        return dict(value)

    def profiles(self, name: str, value: object) -> Path | dict[str, CaseProfile]:
        """Return the path of case profiles, or profiles by case id."""
        if value is None:
            return {}
        if isinstance(value, str | Path):
            return Path(value)
        items = self._items("argument_cases", name, value.values() if isinstance(value, Mapping) else value)
        found: dict[str, CaseProfile] = {}
        for profile in self._all_of(CaseProfile, "argument_cases", name, items):
            if profile.case_id in found:
                self.problems.append(Problem("argument_case_twice", values={"case_id": profile.case_id}))
            found[profile.case_id] = profile
        if isinstance(value, Mapping) and not self.problems:
            for key, profile in value.items():
                if key != profile.case_id:
                    values: dict[str, object] = {"key": key, "case_id": profile.case_id}
                    self.problems.append(Problem("argument_case_key", values=values))
        return found

    def registry(self, name: str, value: object) -> RegistryData | Path | list[RegistryEntry] | None:
        """Return the registry, its path, or its rows."""
        if value is None or isinstance(value, RegistryData):
            return value
        if isinstance(value, str | Path):
            return Path(value)
        return self._all_of(RegistryEntry, "argument_registry", name, self._items("argument_registry", name, value))

    def _items(self, code: str, name: str, value: object) -> list[Any]:
        """Return what a collection holds; a record is none, though it can be walked through."""
        if isinstance(value, Iterable) and not isinstance(value, str | bytes | Event | CaseProfile | RegistryEntry):
            return list(value)
        self.refuse(code, name, value)
        return []

    def _all_of(self, kind: type[_Record], code: str, name: str, items: list[Any]) -> list[_Record]:
        strange = [item for item in items if not isinstance(item, kind)]
        if strange:
            self.refuse(code, name, strange[0])
        return [item for item in items if isinstance(item, kind)]

    def refuse(self, code: str, name: str, value: object) -> None:
        """Note that an argument is none of what is taken."""
        self.problems.append(Problem(code, values={"name": name, "kind": type(value).__name__}))

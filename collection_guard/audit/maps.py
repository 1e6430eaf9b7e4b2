"""Several mapping files in one audit: which of them is for which log, and for which of its sheets.

A map that names logs (its ``files``, or a pattern before it on the command line) is for those alone, and there it
takes the place of maps that name none. Among the maps of one workbook, the one that names a sheet is for that sheet.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from collection_guard.audit.mapping import Mapping, read_mapping
from collection_guard.model.problems import ConfigurationError, Problem

MapFiles = str | Path | Sequence[str | Path] | None
"""Mapping files as they are given: each a path, or ``PATTERN=PATH``."""


@dataclass(slots=True)
class _Given:
    mapping: Mapping
    patterns: tuple[str, ...]
    used: bool = False

    def matches(self, path: Path) -> bool:
        return any(_matches(path, pattern) for pattern in self.patterns)


def _matches(path: Path, pattern: str) -> bool:
    """Say whether a pattern fits the end of a path; one that begins at the root has to fit all of it."""
    try:
        return path.match(pattern) or path.absolute().match(pattern)
    except ValueError:  # an empty pattern
        return False


@dataclass(frozen=True, slots=True)
class FileMaps:
    """The maps of one log."""

    mappings: tuple[Mapping, ...]
    named: bool = False
    """They name this log, and are not for any."""

    def of(self, sheet: str | None) -> Mapping | None:
        """Return the map of a sheet, None if the maps name other sheets only. A text file is a sheet without name."""
        if not self.mappings:
            return Mapping()
        by_name = [mapping for mapping in self.mappings if sheet in mapping.sheets]
        rest = [mapping for mapping in self.mappings if sheet is None or not mapping.sheets]
        return next(iter(by_name or rest), None)

    def rivals(self, sheets: Iterable[str | None]) -> tuple[Mapping, Mapping] | None:
        """Return two maps that are for the same sheet of the log, if there are such."""
        for sheet in sheets:
            by_name = [mapping for mapping in self.mappings if sheet in mapping.sheets]
            rest = [mapping for mapping in self.mappings if sheet is None or not mapping.sheets]
            found = by_name or rest
            if len(found) > 1:
                return found[0], found[1]
        return None

    def sheets(self) -> tuple[str, ...]:
        """Return the sheets that they name."""
        return tuple(sheet for mapping in self.mappings for sheet in mapping.sheets)


@dataclass(slots=True)
class Maps:
    """All maps of a run."""

    given: list[_Given] = field(default_factory=list)

    @property
    def timezone(self) -> str | None:
        """Return the zone that the maps which are for any log name."""
        zones = (item.mapping.timezone for item in self.given if not item.patterns)
        return next((zone for zone in zones if zone is not None), None)

    def of(self, path: Path) -> FileMaps:
        """Return the maps of a log."""
        found = [item for item in self.given if item.matches(path)]
        chosen = found or [item for item in self.given if not item.patterns]
        for item in chosen:
            item.used = True
        return FileMaps(tuple(item.mapping for item in chosen), named=bool(found))

    def unused(self) -> list[str]:
        """Return the maps that name logs of which none was read."""
        return [item.mapping.file or "" for item in self.given if item.patterns and not item.used]


def read_maps(files: MapFiles) -> Maps:
    """Read mapping files; raise ConfigurationError with every problem of every one."""
    given = [] if files is None else [files] if isinstance(files, str | Path) else list(files)
    maps = Maps()
    problems: list[Problem] = []
    for item in given:
        pattern, path = split_pattern(item)
        try:
            mapping = read_mapping(path)
        except ConfigurationError as error:
            problems += error.problems
        else:
            maps.given.append(_Given(mapping, mapping.files if pattern is None else (pattern,)))
    if problems:
        raise ConfigurationError(problems)
    return maps


def split_pattern(given: str | Path) -> tuple[str | None, Path]:
    """Return the pattern and the path of ``PATTERN=PATH``; a file whose name holds ``=`` is that file."""
    if isinstance(given, Path) or "=" not in given or Path(given).is_file():
        return None, Path(given)
    places = [place for place, letter in enumerate(given) if letter == "="]
    at = next((place for place in places if Path(given[place + 1 :]).is_file()), places[0])
    return given[:at], Path(given[at + 1 :])

"""The preset of a sheet or of JSON objects: as named, else as told by them; and what to say where neither decides."""

from collection_guard.audit.presets.loading import NO_PRESET, presets
from collection_guard.audit.presets.recognition import (
    fits_objects,
    header_row,
    presets_of_grid,
    presets_of_objects,
    reads_most_times,
    time_places,
    widths_in_words,
    widths_seen,
)
from collection_guard.audit.presets.schema import Preset
from collection_guard.model.problems import ConfigurationError, Problem
from collection_guard.model.tables import Grid, TableFile
from collection_guard.model.texts import nearest


def check_preset(name: str | None) -> None:
    """Raise ConfigurationError if no preset has a name."""
    if name is not None and name != NO_PRESET and name not in presets():
        values: dict[str, object] = {"name": name, "nearest": nearest(name, presets()), "known": known_presets()}
        raise ConfigurationError([Problem("preset_unknown", values=values)])


def known_presets() -> str:
    """Return the names of all presets, for a message."""
    return ", ".join(presets())


def choose_preset(name: str | None, found: TableFile, grid: Grid | None) -> Preset | Problem | None:
    """Return the preset of a sheet, or of the objects of a file; None if no name is given and nothing tells one."""
    if name == NO_PRESET:
        return None
    if name is not None:
        return _named(presets()[name], found, grid)
    fitting = presets_of_objects(found.objects or ()) if grid is None else presets_of_grid(grid)
    if len(fitting) > 1:
        names = ", ".join(preset.name for preset in fitting)
        sheet = None if grid is None else grid.sheet
        return Problem("preset_ambiguous", found.path, sheet=sheet, values={"names": names})
    return fitting[0] if fitting else None


def _named(preset: Preset, found: TableFile, grid: Grid | None) -> Preset | Problem:
    values: dict[str, object] = {"preset": preset.name}
    if grid is None:
        if fits_objects(preset, found.objects or ()):
            return preset
        keys = ", ".join(preset.objects.required) if preset.objects is not None else "—"
        return Problem("preset_without_keys", found.path, values={**values, "keys": keys})
    if header_row(preset, grid) is not None or (preset.rows and reads_most_times(preset, grid)):
        return preset
    if preset.rows:
        values |= {"widths": widths_in_words(preset), "seen": widths_seen(grid), "place": time_places(preset)}
        return Problem("preset_other_width", found.path, sheet=grid.sheet, values=values)
    headers = ", ".join(preset.header.required) if preset.header is not None else "—"
    return Problem("preset_without_headers", found.path, sheet=grid.sheet, values={**values, "headers": headers})

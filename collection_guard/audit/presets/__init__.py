"""Presets: log formats of telephone systems and agencies' case systems, as data, and how a file is read by one."""

from collection_guard.audit.presets.loading import NO_PRESET, code_tables, presets
from collection_guard.audit.presets.schema import Preset

__all__ = ["NO_PRESET", "Preset", "code_tables", "presets"]

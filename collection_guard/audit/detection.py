"""The detector of a run: each distinct text is read once."""

from functools import lru_cache
from typing import Final

from collection_guard.facts.content.loading import load_detector
from collection_guard.facts.world import ContentReading, Detector

NO_DETECTOR: Final = "none"
REMEMBERED: Final = 50_000
"""Messages repeat; this many distinct texts are kept with what was heard in them."""


def detector_in_use(name: str | None) -> tuple[Detector | None, str | None]:
    """Return the detector of a name as a run uses it, and how a report names it; none if none is named.

    Raises ConfigurationError if no detector of that name is installed, or if it cannot be used.
    """
    if name is None or name == NO_DETECTOR:
        return None, None
    found = load_detector(name)

    @lru_cache(maxsize=REMEMBERED)
    def read(text: str, kind: str | None) -> ContentReading:
        return found.read(text, kind)

    return read, f"{found.name} {found.version}"

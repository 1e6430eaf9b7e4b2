"""The detector in use: ours, or one that somebody installed."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from collection_guard.facts.content.detector import NAME, LexiconDetector
from collection_guard.facts.content.reading import Detector
from collection_guard.model.problems import ConfigurationError, Problem

GROUP: Final = "collection_guard.detectors"


def installed_detectors() -> dict[str, EntryPoint | None]:
    """Return the names of all detectors; None stands for our own."""
    found: dict[str, EntryPoint | None] = {point.name: point for point in entry_points(group=GROUP)}
    found[NAME] = None
    return found


@cache
def load_detector(name: str | None = None) -> Detector:
    """Return a detector by name, ours if no name is given.

    An entry point names a class or a function without parameters that makes the detector.
    """
    if name is None or name == NAME:
        return LexiconDetector()
    known = installed_detectors()
    point = known.get(name)
    values: dict[str, object] = {"name": name}
    if point is None:
        values["known"] = ", ".join(sorted(known))
        raise ConfigurationError([Problem("detector_unknown", values=values)])
    try:
        detector = point.load()()
    except Exception as error:
        values["cause"] = f"{type(error).__name__}: {error}"
        raise ConfigurationError([Problem("detector_broken", values=values)]) from error
    if not isinstance(detector, Detector):
        values["cause"] = "no name, version or read()"
        raise ConfigurationError([Problem("detector_broken", values=values)])
    return detector

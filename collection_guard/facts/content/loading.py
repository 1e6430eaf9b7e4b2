"""The detector in use: our own, over our lexicon or one of somebody's own, or a detector that somebody installed."""

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Final

from collection_guard.facts.content.checked import checked
from collection_guard.facts.content.choice import CHARACTERS_FILE, folder_named
from collection_guard.facts.content.detector import NAME, LexiconDetector
from collection_guard.facts.content.lexicon import Lexicon, lexicon_folder, load_lexicon
from collection_guard.facts.content.reading import Detector
from collection_guard.model.problems import ConfigurationError, Problem

GROUP: Final = "collection_guard.detectors"
_DIGEST: Final = 12


class OwnLexiconDetector(LexiconDetector):
    """Hears what a text says by a lexicon of somebody's own; its version tells which one."""

    def __init__(self, lexicon: Lexicon) -> None:
        super().__init__(lexicon)
        self.version = f"{LexiconDetector.version}+{lexicon.digest[:_DIGEST]}"


def installed_detectors() -> dict[str, EntryPoint | None]:
    """Return the names of all detectors; None stands for our own."""
    found: dict[str, EntryPoint | None] = {point.name: point for point in entry_points(group=GROUP)}
    found[NAME] = None
    return found


def load_detector(name: str | None = None) -> Detector:
    """Return a detector by name, ours if no name is given, ours over a lexicon of one's own if it names a folder.

    An entry point names a class or a function without parameters that makes the detector.
    Raises ConfigurationError if there is none, or if it cannot be used, and RulesError with all that is wrong with a
    lexicon. A folder is read anew each time: what was changed in it is heard from the next start or reload on.
    """
    if name is None:
        return _by_name(None)
    folder = folder_named(name)
    if folder is None and Path(name).is_dir() and name not in installed_detectors():
        folder = name
    return _by_name(name) if folder is None else _over(name, folder)


def _over(name: str, folder: str) -> Detector:
    place = Path(folder)
    values: dict[str, object] = {"name": name, "path": folder}
    if not folder or not place.is_dir():
        raise ConfigurationError([Problem("detector_folder", values=values)])
    if not (lexicon_folder(place) / CHARACTERS_FILE).is_file():
        values |= {"file": CHARACTERS_FILE, "ours": str(lexicon_folder())}
        raise ConfigurationError([Problem("detector_no_lexicon", values=values)])
    return OwnLexiconDetector(load_lexicon(place))


@cache
def _by_name(name: str | None) -> Detector:
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
    return checked(name, detector)

"""The detector of a run: each distinct text is read once, and many are read together."""

from collections import OrderedDict
from collections.abc import Iterable
from importlib import import_module
from itertools import islice
from threading import Lock
from typing import Any, Final

from collection_guard.facts.content.reading import BatchDetector, Given, Reading, readings
from collection_guard.facts.content.reading import Detector as ReadingDetector
from collection_guard.facts.world import Detector

NO_DETECTOR: Final = "none"
REMEMBERED: Final = 50_000
"""Messages repeat; this many distinct texts are kept with what was heard in them."""
_AHEAD: Final = 1_024


class RememberingDetector:
    """Keeps what was heard; where a text is asked for, some that are expected are read with it.

    A text that is never asked for may be read in vain, so none is read before one is asked for, and none ahead by a
    detector that reads texts one by one.
    """

    def __init__(self, detector: ReadingDetector, most: int = REMEMBERED) -> None:
        self._detector, self._most = detector, most
        self._known: OrderedDict[Given, Reading] = OrderedDict()
        self._expected: dict[Given, None] = {}
        self._lock = Lock()

    def expect(self, texts: Iterable[Given]) -> None:
        """Take the texts, with their kinds, that may be asked for next, in place of those taken before."""
        if isinstance(self._detector, BatchDetector):
            with self._lock:
                self._expected = {given: None for given in texts if given not in self._known}

    def __call__(self, text: str, kind: str | None) -> Reading:
        """Return what a text of a kind says."""
        given = (text, kind)
        with self._lock:
            known = self._known.get(given)
            if known is not None:
                self._known.move_to_end(given)
                return known
            self._expected.pop(given, None)
            asked = [given, *islice(self._expected, _AHEAD)]
            for ahead in asked[1:]:
                del self._expected[ahead]
        found = list(readings(self._detector, asked))
        with self._lock:
            self._known.update(zip(asked, found, strict=True))
            while len(self._known) > self._most:
                self._known.popitem(last=False)
        return found[0]


def detector_named(name: str | None) -> ReadingDetector:
    """Return a detector by its name, or ours.

    Raises ConfigurationError if no detector of that name is installed, or if it cannot be used.
    """
    # Loaded when a text is to be read: hearing brings numpy and the lexicon.
    loading: Any = import_module("collection_guard.facts.content.loading")
    detector: ReadingDetector = loading.load_detector(name)
    return detector


def detector_in_use(name: str | None) -> tuple[Detector | None, str | None]:
    """Return the detector of a name as a run uses it, and how a report names it; none if none is named.

    Raises ConfigurationError if no detector of that name is installed, or if it cannot be used.
    """
    if name is None or name == NO_DETECTOR:
        return None, None
    found = detector_named(name)
    return RememberingDetector(found), f"{found.name} {found.version}"


__all__ = ["NO_DETECTOR", "REMEMBERED", "RememberingDetector", "detector_in_use", "detector_named"]

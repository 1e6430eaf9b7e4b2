"""When Python looks for garbage: seldom through what lasts, for whoever asks meanwhile waits.

What a full search finds in use mostly lasts: contacts, profiles, what was worked out of them. It is left out of the
next searches, so that each looks through no more than what came since. Once an hour one looks through everything, for
what lasted may be garbage by now: connections that were closed, profiles that were loaded anew.
"""

import gc
import time
from collections.abc import Callable
from typing import Final, Literal

_HOUR: Final = 3600.0
_ALL: Final = 2
"""The generation of a full search."""


def settle() -> None:
    """Look through everything now, and leave what is in use out of every later search."""
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Searches:
    """Watches over the searches of this process."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._whole_at = now() + _HOUR

    def begin(self) -> None:
        """Begin to watch."""
        settle()
        gc.callbacks.append(self._watch)

    def end(self) -> None:
        """Leave it to Python again."""
        gc.callbacks.remove(self._watch)
        gc.unfreeze()

    def _watch(self, phase: Literal["start", "stop"], info: dict[str, int]) -> None:
        if info["generation"] != _ALL:
            return
        if phase == "stop":
            gc.freeze()
        elif self._now() >= self._whole_at:
            self._whole_at = self._now() + _HOUR
            gc.unfreeze()

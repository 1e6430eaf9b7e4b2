"""Content signals: as given with the event, else as heard in its content (semantics 22 and 25)."""

from collections.abc import Callable

from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.facts.world import ContentReading
from collection_guard.model.words import SIGNALS, SUPPLIED_ONLY_SIGNALS


@fact("content.reading")
def _reading(sheet: FactSheet) -> ContentReading | None:
    """Return what the detector heard, None without a detector or without a text."""
    event = sheet.event
    detector = sheet.world.detector
    return detector(event.content, event.channel) if detector is not None and event.content else None


@fact("content.recorded_empty")
def _recorded_empty(sheet: FactSheet) -> bool:
    return not sheet.event.content and sheet.event.content is not None


def _signal(name: str) -> Callable[[FactSheet], bool | None]:
    def compute(sheet: FactSheet) -> bool | None:
        event = sheet.event
        given = (event.signals or {}).get(name)  # type: ignore[call-overload]  # the keys are these names
        if given is not None:
            return bool(given)
        if name in SUPPLIED_ONLY_SIGNALS or event.content is None:
            return None
        if not event.content:
            return False  # nothing was said
        reading: ContentReading | None = sheet.value("content.reading")
        return None if reading is None else reading.signals.get(name)

    return compute


for _name in SIGNALS:
    fact(f"content.{_name}")(_signal(_name))

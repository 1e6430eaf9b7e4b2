"""Content signals: as given with the event, else as heard in its content (semantics 22 and 25)."""

from collections.abc import Callable, Iterable
from typing import Final

from collection_guard.facts.sheet import FactSheet, fact
from collection_guard.facts.world import ContentReading, Detector, ExpectingDetector
from collection_guard.model.event import Event
from collection_guard.model.masking import mask_text
from collection_guard.model.words import SIGNALS, SUPPLIED_ONLY_SIGNALS, UNKNOWN

KIND_OF_CHANNEL: Final = {
    "call": "call_transcript",
    "voice_notice": "call_transcript",
    "video": "call_transcript",
    "visit": "call_transcript",
    "sms": "sms",
    "wechat": "wechat",
    "enterprise_wechat": "wechat",
    "qq": "wechat",
    "whatsapp": "wechat",
    "alipay_msg": "wechat",
    "app_push": "app_push",
    "email": "email",
    "letter": "letter",
    "social_post": "group_chat",
}
"""What kind of text goes over a channel, to one person."""
EXPECTED_AT_ONCE: Final = 2_048
"""Of so many events a detector is told ahead that their content may be asked for."""


def kind_of(event: Event) -> str | None:
    """Return the kind of text that an event's content is, None if its channel does not tell."""
    audience = event.recipient.audience
    if audience == UNKNOWN:
        return None
    return "group_chat" if audience in {"group", "public"} else KIND_OF_CHANNEL.get(event.channel)


def heard(detector: Detector | None, event: Event) -> ContentReading | None:
    """Return what a detector hears in an event's content, None without a detector or without a text."""
    return detector(event.content, kind_of(event)) if detector is not None and event.content else None


def expect(detector: Detector | None, events: Iterable[Event]) -> None:
    """Tell a detector of whose content it may be asked next, so that it can read many texts together."""
    if isinstance(detector, ExpectingDetector):
        detector.expect((event.content, kind_of(event)) for event in events if event.content)


@fact("content.reading")
def _reading(sheet: FactSheet) -> ContentReading | None:
    # The words of a kept event are gone; what was heard in them stands in its signals.
    return heard(sheet.world.detector, sheet.event) if sheet.kept is None else None


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
        if reading is None:
            return None
        if reading.signals.get(name):
            _note(sheet, name, reading)
        return reading.signals.get(name)

    return compute


def _note(sheet: FactSheet, name: str, reading: ContentReading) -> None:
    """Keep who heard it and in which words, masked: what was heard is an allegation that a person confirms."""
    heard = [span.text for span in reading.spans.get(name, ())]
    # What leaks an address or a number is just what must not be printed once more.
    words = ["*" * len(text) for text in heard] if name == "pii_leak" else [mask_text(text) for text in heard]
    sheet.note(f"content.{name}", heard_by=f"{reading.detector} {reading.version}", words=words)


for _name in SIGNALS:
    fact(f"content.{_name}")(_signal(_name))

"""Content signals: as given, else as heard, else unknown."""

from collections.abc import Iterable
from typing import Any

import pytest

from collection_guard.facts.content.reading import Reading, Span
from collection_guard.facts.signals import expect, kind_of
from collection_guard.model.words import CHANNELS, SIGNALS, SUPPLIED_ONLY_SIGNALS

from .making import event, sheet_of

HEARD = [name for name in SIGNALS if name not in SUPPLIED_ONLY_SIGNALS]


class Ears:
    """A detector that hears the same of every text, and remembers what it was given."""

    def __init__(self, **signals: bool) -> None:
        self.signals = signals
        self.given: list[tuple[str, str | None]] = []

    def __call__(self, text: str, kind: str | None) -> Reading:
        self.given.append((text, kind))
        spans = {name: (Span(0, len(text), text),) for name, found in self.signals.items() if found}
        return Reading(self.signals, spans, "ears", "7")


def said(name: str, **fields: Any) -> Any:
    detector = fields.pop("detector", None)
    return sheet_of(event(**fields), detector=detector).value(f"content.{name}")


@pytest.mark.parametrize("name", SIGNALS)
@pytest.mark.parametrize("given", [True, False])
def test_s22_given_signal_wins(name: str, given: bool) -> None:
    """What is given with the event goes before what is heard in it, and before its silence."""
    contrary = Ears(**{name: not given})
    assert said(name, content="……", signals={name: given}, detector=contrary) is given
    assert said(name, content="", signals={name: given}) is given
    assert said(name, signals={name: given}) is given
    assert contrary.given == []


@pytest.mark.parametrize("name", HEARD)
def test_s22_signal_not_given_is_heard(name: str) -> None:
    """One by one: a signal that is missing or null beside given ones is heard in the content, once for all of them."""
    for heard in (True, False):
        ears = Ears(**{name: heard})
        assert said(name, content="……", signals={name: None}, detector=ears) is heard
        assert said(name, content="……", signals={"distress": True}, detector=ears) is heard
    assert said(name, content="……", detector=Ears()) is None  # it does not decide this one
    assert said(name, content="……") is None  # nobody listened
    assert said(name, detector=Ears(**{name: True})) is None  # nothing was recorded


@pytest.mark.parametrize("name", SIGNALS)
def test_s22_nothing_was_said(name: str) -> None:
    """In an empty content there is no signal but those that no text can show; a missing one says nothing."""
    assert said(name, content="") is (None if name in SUPPLIED_ONLY_SIGNALS else False)
    assert said(name) is None


@pytest.mark.parametrize("name", sorted(SUPPLIED_ONLY_SIGNALS))
def test_s25_supplied_signal_is_never_heard(name: str) -> None:
    """Whatever a detector hears, these are unknown unless they are supplied."""
    assert said(name, content="……", detector=Ears(**{name: True})) is None


def test_content_is_heard_once() -> None:
    """The text of a contact is read once, whichever signals are asked for, and with its kind."""
    ears = Ears(threat=True, abuse=True)
    sheet = sheet_of(event(channel="sms", content="……"), detector=ears)
    assert (sheet.value("content.threat"), sheet.value("content.abuse")) == (True, True)
    assert ears.given == [("……", "sms")]


@pytest.mark.parametrize("channel", CHANNELS)
def test_kind_of_a_text(channel: str) -> None:
    """What is written or said to many is a group chat; of the channels only "other" does not tell the kind."""
    assert kind_of(event(channel=channel, recipient={"audience": "group"})) == "group_chat"
    assert (kind_of(event(channel=channel)) is None) is (channel == "other")


def test_words_that_were_heard_are_evidence_and_masked() -> None:
    """Who heard a signal and in which words is kept beside it; a number in the words is masked."""
    sheet = sheet_of(event(content="打13800000001"), detector=Ears(threat=True, abuse=False))
    assert sheet.value("content.threat") is True
    assert sheet.value("content.abuse") is False
    assert sheet.notes["content.threat"]["heard_by"] == "ears 7"
    assert "13800000001" not in str(sheet.notes)
    assert "content.abuse" not in sheet.notes


@pytest.mark.parametrize(("content", "expected"), [(None, False), ("", True), ("您好", False)])
def test_s12_recorded_empty(content: str | None, expected: bool) -> None:
    """Content that was recorded and is empty is told apart from content that was not recorded."""
    assert said("recorded_empty", content=content) is expected


class Listening(Ears):
    """The same, told ahead of what it may be asked."""

    def __init__(self) -> None:
        super().__init__()
        self.expected: list[tuple[str, str | None]] = []

    def expect(self, texts: Iterable[tuple[str, str | None]]) -> None:
        self.expected = list(texts)


def test_s22_what_may_be_asked_is_told_ahead() -> None:
    """A detector that can read many texts together is told the contents that there are; no other is told anything."""
    events = [event(content="甲", channel="sms"), event(content=""), event(), event(content="乙", channel="letter")]
    listening, ears = Listening(), Ears()
    for detector in (listening, ears, None):
        expect(detector, events)
    assert listening.expected == [("甲", "sms"), ("乙", "letter")]
    assert listening.given == ears.given == []

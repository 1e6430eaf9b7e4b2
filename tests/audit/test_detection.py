"""The detector of a run reads each distinct text once, many together where it can."""

from collections.abc import Sequence

from collection_guard.audit.detection import RememberingDetector
from collection_guard.facts.content.reading import Given, Reading


class Alone:
    """A detector that reads one text at a time, and notes what it was asked."""

    name = "house"
    version = "1"

    def __init__(self) -> None:
        self.asked: list[list[Given]] = []

    def read(self, text: str, kind: str | None = None) -> Reading:
        self.asked.append([(text, kind)])
        return Reading({"abuse": text == "鹅"}, {}, self.name, self.version)


class Together(Alone):
    """The same, for many texts together."""

    def read_many(self, texts: Sequence[Given]) -> list[Reading]:
        found = [self.read(text, kind) for text, kind in texts]
        self.asked = [*self.asked[: -len(texts)], list(texts)]
        return found


def test_what_is_expected_is_read_with_what_is_asked_for() -> None:
    """The first text asked for brings those that are expected; none is read twice, and none before one is asked for."""
    detector = Together()
    heard = RememberingDetector(detector)
    heard.expect([("鹅", "sms"), ("鸭", None), ("鹅", "sms"), ("鸡", None)])
    assert detector.asked == []
    assert not heard("鸭", None).signals["abuse"]
    assert detector.asked == [[("鸭", None), ("鹅", "sms"), ("鸡", None)]]
    assert heard("鹅", "sms").signals["abuse"]
    heard.expect([("鹅", "sms"), ("雁", None)])
    assert heard("鹅", "letter").signals["abuse"]
    assert detector.asked[1:] == [[("鹅", "letter"), ("雁", None)]]


def test_what_is_not_asked_for_is_not_read_one_by_one() -> None:
    """A detector that reads texts one by one reads those alone that are asked for."""
    detector = Alone()
    heard = RememberingDetector(detector)
    heard.expect([("鹅", "sms"), ("鸭", None)])
    heard("鸭", None)
    heard("鸭", None)
    assert detector.asked == [[("鸭", None)]]


def test_so_many_are_remembered() -> None:
    """What was asked for longest ago is forgotten first."""
    detector = Together()
    heard = RememberingDetector(detector, most=2)
    for text in ("鹅", "鸭", "鹅", "鸡", "鹅", "鸭"):
        heard(text, None)
    assert [asked[0][0] for asked in detector.asked] == ["鹅", "鸭", "鸡", "鸭"]

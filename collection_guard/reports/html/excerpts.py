"""The words on which a finding rests, marked in the text in which they stand.

Masked, only what is near the words is shown, with numbers, the people whom the log names, and what leaks personal data
made unreadable; unmasked, the whole text.
"""

import re
from collections.abc import Iterable
from typing import Final

from collection_guard.audit.report import Violation
from collection_guard.facts.signals import heard
from collection_guard.facts.world import ContentReading, Detector
from collection_guard.model.event import Event
from collection_guard.model.masking import mask_name, mask_text
from collection_guard.model.plain import plain

Piece = tuple[str, bool]
"""A piece of a text, and whether it is what was heard."""
NEAR: Final = 30
"""So many characters before and after what was heard are shown."""
_SHORTEST_NAME: Final = 2
_ADDRESSED: Final = re.compile(r"[\u3400-\u9fff]{1,3}(?=先生|女士|小姐)")
_CONTENT: Final = "content."
_GAP: Final = "…"


def excerpt(violation: Violation, detector: Detector | None, *, masked: bool) -> list[Piece]:
    """Return the text of a contact with what was heard in it; nothing where a finding does not rest on its words.

    Where the log itself says what was said, the detector only finds the place; where it finds none, the text begins.
    """
    event = violation.contact.event
    reading = heard(detector, event)
    if not event.content or reading is None or not any(name.startswith(_CONTENT) for name in violation.evidence):
        return []
    words = [*_noted(violation), *_spans(violation, reading)]
    text = plain(event.content)
    if masked:
        text, words = _hidden(event, text, reading), [_hidden(event, word, reading) for word in words]
    return _pieces(text, _marks(text, words), near=NEAR if masked else None)


def _noted(violation: Violation) -> Iterable[str]:
    for name, notes in violation.evidence.items():
        if name.endswith(":") and isinstance(notes, dict):
            yield from (str(word) for word in (*notes.get("words", ()), *notes.get("names", ())))


def _spans(violation: Violation, reading: ContentReading) -> Iterable[str]:
    for name in violation.evidence:
        yield from (plain(span.text) for span in reading.spans.get(name.removeprefix(_CONTENT), ()))


def _hidden(event: Event, text: str, reading: ContentReading) -> str:
    """Return a text without what must not be printed once more."""
    for span in reading.spans.get("pii_leak", ()):
        text = text.replace(plain(span.text), "*" * len(span.text))
    people = [event.recipient, *(event.recipient.members or ())]
    names = {event.collector.name, event.claims.person, *(person.name for person in people)}
    for name in sorted(
        (name for name in names if name and len(name) >= _SHORTEST_NAME), key=lambda name: (-len(name), name)
    ):
        text = text.replace(name, mask_name(name))
    return mask_text(_ADDRESSED.sub(lambda found: mask_name(found[0]), text))


def _marks(text: str, words: Iterable[str]) -> list[tuple[int, int]]:
    """Return where words stand in a text; what overlaps is one place."""
    found = sorted(
        (hit.start(), hit.end()) for word in {*words} if word.strip("* ") for hit in re.finditer(re.escape(word), text)
    )
    marks: list[tuple[int, int]] = []
    for start, end in found:
        if marks and start <= marks[-1][1]:
            marks[-1] = (marks[-1][0], max(end, marks[-1][1]))
        else:
            marks.append((start, end))
    return marks


def _pieces(text: str, marks: list[tuple[int, int]], near: int | None) -> list[Piece]:
    pieces: list[Piece] = []
    done = 0
    for place, (start, end) in enumerate(marks):
        before = text[done:start]
        if near is not None:
            first = place == 0
            if len(before) > (near if first else 2 * near):
                before = (before[:near] if not first else "") + _GAP + before[-near:]
        pieces += [(before, False), (text[start:end], True)]
        done = end
    rest = text[done:]
    most = None if near is None else near if marks else 2 * near
    if most is not None and len(rest) > most:
        rest = rest[:most] + _GAP
    pieces.append((rest, False))
    return [piece for piece in pieces if piece[0]]

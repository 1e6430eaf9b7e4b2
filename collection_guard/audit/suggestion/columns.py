"""What one column may hold, by its header and by the shape of its values."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from collection_guard.audit.durations import read_duration
from collection_guard.audit.times import read_time
from collection_guard.audit.vocabulary.files import header_file
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.headers import headers
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.tables import Cell, cell_text
from collection_guard.model.tables.cells import narrow

Ground = Literal["header_known", "header_ambiguous", "header_near", "times", "numbers", "lengths", "words", "relations",
                 "identities", "firms", "agencies", "texts", "names", "distinct", "repeated"]  # fmt: skip
"""Why a column may hold a field; ``map_ground.<ground>`` of the catalogue says it."""

_WORD_PATHS: Final = ("recipient.relationship", "outcome", "channel", "direction", "recipient.audience")
_PHONE: Final = re.compile(
    r"(?:\+|00)?(?:86[ -]?)?(?:1[3-9]\d[ -]?\d{4}[ -]?\d{4}|0\d{2,3}[ -]?\d{7,8})|\+\d[\d -]{8,15}"
)
_IDENTITY: Final = re.compile(r"[1-9]\d{5}(?:18|19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}[\dXx]")
_KEY: Final = re.compile(r"[A-Za-z0-9_./-]*\d[A-Za-z0-9_./-]*")
_HAN_NAME: Final = re.compile(r"[\u4e00-\u9fff·]{2,4}")
_RELATION: Final = re.compile(r"(.+?)\s*[-—－–:：/]\s*.+|.+?[(（]\s*(.+?)\s*[)）]")
_CLOCKED: Final = re.compile(r"\d{1,2}:\d{2}:\d{2}|\d+\s*分(?:\d+\s*秒)?|\d+\s*秒")
_NEAR: Final = 0.6
_MOST: Final = 0.8
"""The share of the values that has to have a shape: some cells of any real column are of another."""
_LONG: Final = 20
_FEW: Final = 0.5


@dataclass(frozen=True, slots=True)
class Guess:
    """A field that a column may hold, how sure that is (from 0 to 1), and why."""

    path: str
    confidence: float
    grounds: tuple[Ground, ...]


def guesses_of(header: str | None, cells: Sequence[Cell]) -> tuple[Guess, ...]:
    """Return what a column may hold, the most likely first; a header that is known decides."""
    if header is not None and (known := headers().find(header)) is not None:
        return (Guess(known.path, 1.0, ("header_known",)),)
    found: dict[str, Guess] = {}
    by_header = _by_header(header)
    by_values = _by_values(cells)
    for guess in (*by_header, *by_values):
        other = found.get(guess.path)
        if other is None:
            found[guess.path] = guess
        else:
            # Two grounds that do not hang on each other: both would have to mislead.
            sure = 1 - (1 - other.confidence) * (1 - guess.confidence)
            found[guess.path] = Guess(guess.path, sure, (*other.grounds, *guess.grounds))
    return tuple(sorted(found.values(), key=lambda guess: (-guess.confidence, guess.path))[:3])


def _by_header(header: str | None) -> list[Guess]:
    if header is None:
        return []
    candidates = headers().candidates(header)
    if candidates:
        return [Guess(path, 0.6, ("header_ambiguous",)) for path in candidates]
    key = fold_word(header)
    best: dict[str, float] = {}
    for entry in header_file().columns:
        for word in entry.words:
            other = fold_word(word)
            ratio = difflib.SequenceMatcher(None, key, other).ratio()
            if len(other) > 1 and other in key:
                ratio = max(ratio, _NEAR)
            best[entry.path] = max(best.get(entry.path, 0.0), ratio)
    return [Guess(path, 0.8 * ratio, ("header_near",)) for path, ratio in best.items() if ratio >= _NEAR]


def _by_values(cells: Sequence[Cell]) -> list[Guess]:
    texts = [narrow(cell_text(cell)) for cell in cells]
    if not texts:
        return []
    shapes = (_times(cells), _numbers(texts), _lengths(cells, texts), *_words(texts), _relations(texts), _firms(texts))
    found = [guess for guess in shapes if guess is not None]
    if found:
        return found
    return [*_texts(texts), *_names(texts), *_keys(texts)]


def _share(texts: Sequence[str], pattern: re.Pattern[str]) -> float:
    return sum(pattern.fullmatch(text) is not None for text in texts) / len(texts)


def _times(cells: Sequence[Cell]) -> Guess | None:
    readings = [read_time(cell) for cell in cells]
    whole = sum(reading is not None and reading.family not in ("clock", "serial") for reading in readings)
    share = whole / len(cells)
    return Guess("started_at", 0.9 * share, ("times",)) if share >= _MOST else None


def _numbers(texts: Sequence[str]) -> Guess | None:
    if (share := _share(texts, _IDENTITY)) >= _MOST:
        return Guess("borrower_id", 0.8 * share, ("identities",))
    share = _share(texts, _PHONE)
    return Guess("recipient.number", 0.9 * share, ("numbers",)) if share >= _MOST else None


def _lengths(cells: Sequence[Cell], texts: Sequence[str]) -> Guess | None:
    lengths = [read_duration(cell) for cell in cells]
    if any(length is None or length > 24 * 3600 for length in lengths):
        return None
    clocked = _share(texts, _CLOCKED)
    # Small whole numbers may be anything: an amount of days, a code, a count.
    return Guess("talk_seconds", 0.9 if clocked >= _MOST else 0.3, ("lengths",))


def _words(texts: Sequence[str]) -> list[Guess | None]:
    distinct = set(texts)
    found: list[Guess | None] = []
    for path in _WORD_PATHS:
        table = tables().by_path[path]
        known = sum(table.meaning(text) is not None for text in distinct) / len(distinct)
        found.append(Guess(path, 0.9 * known, ("words",)) if known >= _FEW else None)
    return found


def _relations(texts: Sequence[str]) -> Guess | None:
    """Look for cells such as 父亲-高某某 and 高某某(父亲)."""
    table = tables().by_path["recipient.relationship"]
    fitting = [found for text in texts if (found := _RELATION.fullmatch(text)) is not None]
    known = sum(table.meaning(found[1] or found[2]) is not None for found in fitting) / len(texts)
    return Guess("recipient.relationship", 0.9 * known, ("relations",)) if known >= _FEW else None


def _firms(texts: Sequence[str]) -> Guess | None:
    endings: tuple[tuple[str, str, Ground], ...] = (
        ("律师事务所", "claims.law_firm", "firms"),
        ("公司", "agency", "agencies"),
    )
    for ending, path, ground in endings:
        share = sum(text.endswith(ending) for text in texts) / len(texts)
        if share >= _MOST:
            return Guess(path, 0.8 * share, (ground,))
    return None


def _texts(texts: Sequence[str]) -> list[Guess]:
    """Long texts: what was said, or what the collector notes; only a person can tell."""
    if sum(map(len, texts)) / len(texts) <= _LONG:
        return []
    return [Guess("content", 0.4, ("texts",)), Guess("extra.note", 0.4, ("texts",))]


def _names(texts: Sequence[str]) -> list[Guess]:
    if _share(texts, _HAN_NAME) < _MOST or len(set(texts)) < _FEW * len(texts):
        return []
    return [Guess(path, 0.4, ("names",)) for path in ("recipient.name", "extra.debtor_name", "collector.name")]


def _keys(texts: Sequence[str]) -> list[Guess]:
    if _share(texts, _KEY) < _MOST or len(texts) < 3:
        return []
    if len(set(texts)) == len(texts):
        return [Guess("event_id", 0.4, ("distinct",)), Guess("case_id", 0.3, ("distinct",))]
    return [Guess("case_id", 0.3, ("repeated",)), Guess("collector.id", 0.3, ("repeated",))]

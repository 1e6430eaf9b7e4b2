"""Content signals as a log gives them: a list in one column, and columns of one signal each."""

import re
from typing import Any, Final

from collection_guard.audit.values import RowError, WordReader
from collection_guard.audit.vocabulary.folding import fold_word
from collection_guard.audit.vocabulary.tables import tables
from collection_guard.model.tables import cell_text
from collection_guard.model.words import SIGNALS, SUPPLIED_ONLY_SIGNALS

_LIST: Final = re.compile(r"[|｜、,，;；]")
TEXT_SIGNALS: Final = tuple(signal for signal in SIGNALS if signal not in SUPPLIED_ONLY_SIGNALS)
"""Signals that a text can show; a list that leaves one out says that it is not there."""


def read_signals(given: dict[str, tuple[str, Any]], words: WordReader) -> dict[str, bool | None] | None:
    """Return the signals that a row gives, or None if it gives none.

    In a list, a signal named is true and one not named is false; ``none`` and 无 make all false. A signal that
    other systems supply is true if named, else unknown: no list of text signals says that it is absent. A signal
    in a column of its own is what that column says.
    """
    found: dict[str, bool | None] = {}
    if "signals" in given:
        found.update(_listed(*given["signals"], words))
    for path, (header, cell) in given.items():
        if path.startswith("signals."):
            found[path.removeprefix("signals.")] = _flag(path, header, cell, words)
    return {name: value for name, value in found.items() if value is not None} or None


def _listed(header: str, cell: Any, words: WordReader) -> dict[str, bool | None]:
    if isinstance(cell, dict):  # a JSON object, whose names and values were checked when it was taken apart
        return cell
    if isinstance(cell, list) and all(isinstance(item, str) for item in cell):
        names = list(cell)
    elif isinstance(cell, str):
        text = cell_text(cell)
        names = [] if fold_word(text) in tables().none else [part.strip() for part in _LIST.split(text)]
    else:
        raise RowError("field_type", "signals", header, cell)
    named: set[str] = set()
    unknown = False
    for name in names:
        if not name:
            continue
        meaning = words.meaning("signals", name)
        if meaning:
            named.add(meaning[""])
        else:
            unknown = True
    # A name that nobody knows may be any of the signals: then nothing is known to be absent.
    found: dict[str, bool | None] = {} if unknown else dict.fromkeys(TEXT_SIGNALS, False)
    found.update(dict.fromkeys(named, True))
    return found


def _flag(path: str, header: str, cell: Any, words: WordReader) -> bool | None:
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, list | dict):
        raise RowError("field_type", path, header, cell)
    text = cell_text(cell)
    meaning = words.known("boolean", text)
    if meaning is None:
        words.count(path, text)
        return None
    return bool(meaning[""])

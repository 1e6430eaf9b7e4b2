"""Text as it was written to text as it was meant, with a map of every character back to the original."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from collection_guard.facts.content.characters import (
    CLAUSE_END,
    CLOSE_BRACKET,
    CLOSE_QUOTE,
    CONTEXTUAL,
    MARKS,
    OPEN_BRACKET,
    OPEN_QUOTE,
    SENTENCE_END,
    SOFT,
    CharacterTable,
    Folding,
    is_han,
    is_latin,
)

# A single character between marks is no clause: from three in a row on, the marks are separators.
_SPLIT_BY_MARKS = 3
_LETTERS_AND_DIGITS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_DIGIT: Final = re.compile("[0-9]")
_LATIN_LETTER: Final = re.compile("[a-z]")
# What must be read by its neighbours; where there are digits, commas as well.
_BY_NEIGHBOURS: Final = re.compile("[" + re.escape("".join(sorted(CONTEXTUAL | {SOFT, "'"}))) + "]")
_BY_NEIGHBOURS_OR_COMMA: Final = re.compile(_BY_NEIGHBOURS.pattern.removesuffix("]") + CLAUSE_END + "]")


class Normalised:
    """A folded text; ``starts[i]`` and ``ends[i]`` bound what character ``i`` was in the original.

    Without ends, every character was one character.
    """

    __slots__ = ("_ends", "original", "starts", "text")

    def __init__(self, original: str, text: str, starts: Sequence[int], ends: Sequence[int] | None = None) -> None:
        self.original, self.text, self.starts, self._ends = original, text, starts, ends

    @property
    def ends(self) -> Sequence[int]:
        """Return where each character ends in the original."""
        if self._ends is None:
            self._ends = [start + 1 for start in self.starts]
        return self._ends

    def original_range(self, start: int, end: int) -> tuple[int, int]:
        """Return the range of the original that a range of the folded text came from."""
        starts, ends = self.starts, self._ends
        return starts[start], starts[end - 1] + 1 if ends is None else ends[end - 1]


class _SingleFolding(dict[int, str]):
    """The folding as a table for ``str.translate``, where one character becomes one character.

    What is dropped or becomes several characters becomes a space, which is read by its neighbours.
    """

    def __init__(self, folding: Folding) -> None:
        super().__init__()
        self._folding = folding

    def __missing__(self, code: int) -> str:
        folded = self._folding[chr(code)]
        if len(folded) != 1 or folded in self._folding.table.emoji:
            folded = SOFT
        self[code] = folded
        return folded


def _plain(folded: str) -> bool:
    """Tell whether a folded text has nothing that must be read by its neighbours."""
    if _BY_NEIGHBOURS.search(folded):
        return False
    if _DIGIT.search(folded) and (CLAUSE_END in folded or _LATIN_LETTER.search(folded)):
        return False
    marks = folded.count(CLAUSE_END) + folded.count(SENTENCE_END)
    return OPEN_BRACKET not in folded and (marks < _SPLIT_BY_MARKS - 1 or marks * 3 <= len(folded))


class Normaliser:
    """Folds texts, character by character, in one pass."""

    def __init__(self, table: CharacterTable) -> None:
        self.folding = self._fold = Folding(table)
        self._single = _SingleFolding(self._fold)
        self._leet = table.leet
        self._emoji = table.emoji
        self._emoji_words = frozenset(table.emoji_words)

    def fold(self, text: str) -> str:
        """Return the folded form alone, for patterns."""
        return self.normalise(text).text

    def normalise(self, text: str) -> Normalised:
        """Fold a text and keep the map back to it."""
        folded = text.translate(self._single)
        if _plain(folded):
            return Normalised(text, folded, range(len(text)))
        return self._normalised(text, folded)

    def _normalised(self, text: str, single: str) -> Normalised:
        """Fold a text whose signs must be read by their neighbours, given what each character is by itself."""
        out: list[str] = []
        at: list[int] = []
        fold = self._fold
        pending = -1
        single_letters = 0
        quoted = False
        signs = _BY_NEIGHBOURS_OR_COMMA if _DIGIT.search(single) else _BY_NEIGHBOURS
        for begin, i in _stretches(signs, single):
            if begin < i:  # characters that stand for themselves
                if pending >= 0:
                    # Chinese characters need no space between them; English words and numbers do.
                    if out and out[-1].isascii() and single[begin].isascii():
                        out.append(" ")
                        at.append(pending)
                        single_letters += 1
                    pending = -1
                out.extend(single[begin:i])
                at.extend(range(begin, i))
            if i == len(text):
                break
            folded = fold[text[i]]
            if folded not in _LETTERS_AND_DIGITS:
                if not folded:
                    continue
                if folded == '"':
                    quoted = not quoted
                    folded = OPEN_QUOTE if quoted else CLOSE_QUOTE
                elif folded in CONTEXTUAL or folded in self._emoji:
                    folded = self._in_context(folded, text, i, out, pending >= 0)
                if folded == SOFT:
                    if pending < 0:
                        pending = i
                    continue
                if folded in MARKS:
                    if folded != CLAUSE_END or not self._inside_number(text, i, out):
                        pending = -1
                        out.append(folded)
                        at.append(i)
                    continue
            if pending >= 0:
                if out and out[-1].isascii() and folded.isascii():
                    out.append(" ")
                    at.append(pending)
                    single_letters += 1
                pending = -1
            out.extend(folded)
            at.extend([i] * len(folded))
        meant = "".join(out)
        if self._split(meant, single_letters):
            out, at = self._joined(text, out, at, single_letters)
            meant = "".join(out)
        return Normalised(text, meant, at)

    @staticmethod
    def _split(meant: str, spaces: int) -> bool:
        """Tell whether words of a text may be split by what ``_joined`` undoes."""
        if spaces >= 2 or CLOSE_BRACKET in meant or (_DIGIT.search(meant) and _LATIN_LETTER.search(meant)):
            return True
        marks = sum(map(meant.count, MARKS))
        return marks >= _SPLIT_BY_MARKS - 1 and marks * 3 > len(meant)

    def _joined(self, text: str, out: list[str], at: list[int], spaces: int) -> tuple[list[str], list[int]]:
        """Undo what splits words: digits for letters, letters apart, brackets and marks inside words."""
        meant = "".join(out)
        if _DIGIT.search(meant) and _LATIN_LETTER.search(meant):
            self._unleet(out)
        if spaces >= 2 and sum(len(word) == 1 for word in "".join(out).split(" ")) >= 3:
            out, at = _join_single_letters(out, at, text)
        if CLOSE_BRACKET in out:
            out, at = _open_split_brackets(out, at)
        marks = sum(map(out.count, MARKS))
        if marks >= _SPLIT_BY_MARKS - 1 and marks * 3 > len(out):
            out, at = _join_across_marks(out, at)
        return out, at

    def _in_context(self, folded: str, text: str, i: int, out: list[str], spaced: bool) -> str:
        """Read a sign by its neighbours."""
        before = out[-1] if out and not spaced else ""
        after = self._fold[text[i + 1]][:1] if i + 1 < len(text) else ""
        if folded in self._emoji:
            meant = self._emoji[folded]
            words = self._emoji_words
            if (out and out[-1] + meant in words) or meant + after in words:
                return meant
            return SOFT
        if folded == ".":
            if before.isdigit() and after.isdigit():
                return "."
            # A full stop ends a sentence after a word; after a single letter it is an initial or a separator.
            word = len(out) > 1 and not spaced and before.isascii() and before.isalnum() and out[-2].isascii()
            return SENTENCE_END if word and after in ("", SOFT, '"', *MARKS) and out[-2].isalnum() else SOFT
        if folded == ",":
            return CLAUSE_END
        if folded == "'":
            return "'" if is_latin(before or " ") and is_latin(after or " ") else SOFT
        if folded == "@":
            if is_latin(before or " ") and is_latin(after or " "):
                return "a"
            return "@" if after in ("全", "所", "a", "e") else SOFT
        if folded == "%":
            return "%" if before.isdigit() else SOFT
        if folded == "$" and is_latin(before or " ") and is_latin(after or " "):
            return "s"
        return folded if after.isdigit() or after == SOFT else SOFT

    def _inside_number(self, text: str, i: int, out: list[str]) -> bool:
        """Tell whether a comma groups the digits of a number."""
        after = self._fold[text[i + 1]] if i + 1 < len(text) else ""
        return bool(out) and out[-1].isdigit() and after.isdigit()

    def _unleet(self, out: list[str]) -> None:
        """Read digits that stand between the letters of a word as letters, in place."""
        for i in range(len(out) - 1):
            if out[i] in self._leet and is_latin(out[i + 1]):
                inside = i > 0 and is_latin(out[i - 1])
                leads = (
                    (i == 0 or not out[i - 1].isalnum() or is_han(out[i - 1]))
                    and len(out) > i + 4
                    and all(is_latin(letter) for letter in out[i + 1 : i + 5])
                )
                if inside or leads:
                    out[i] = self._leet[out[i]]


def _stretches(signs: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield where characters that stand for themselves begin and end: at a sign, at the latest with the text."""
    begin = 0
    for sign in signs.finditer(text):
        i = sign.start()
        yield begin, i
        begin = i + 1
    yield begin, len(text)


def _join_single_letters(out: list[str], at: list[int], text: str) -> tuple[list[str], list[int]]:
    """Join Latin letters that are written apart: three or more of them in a row are one word.

    Where the separator changes ("p.a.y u.p"), a new word begins.
    """
    drop: set[int] = set()
    run: list[int] = []  # the spaces between the letters of the run
    separator = ""
    size = len(out)

    def alone(i: int) -> bool:
        return is_latin(out[i]) and (i == 0 or not is_latin(out[i - 1])) and (i + 1 == size or not is_latin(out[i + 1]))

    for i in range(size):
        if not alone(i):
            if out[i] != " ":
                run = _closed(run, drop)
            continue
        if i + 2 < size and out[i + 1] == " " and alone(i + 2):
            between = text[at[i] + 1 : at[i + 2]]
            if run and between != separator:
                run = _closed(run, drop)
                separator = ""
                continue
            separator = between
            run.append(i + 1)
        else:
            run = _closed(run, drop)
    _closed(run, drop)
    if not drop:
        return out, at
    kept = [i for i in range(size) if i not in drop]
    return [out[i] for i in kept], [at[i] for i in kept]


def _closed(run: list[int], drop: set[int]) -> list[int]:
    """End a run of single letters: from two spaces on, they are dropped."""
    if len(run) >= 2:
        drop.update(run)
    return []


def _open_split_brackets(out: list[str], at: list[int]) -> tuple[list[str], list[int]]:
    """Drop brackets around a single Chinese character inside a word."""
    drop: set[int] = set()
    for i in range(len(out) - 2):
        if out[i] == OPEN_BRACKET and out[i + 2] == CLOSE_BRACKET and is_han(out[i + 1]):
            drop.update((i, i + 2))
    if not drop:
        return out, at
    kept = [i for i in range(len(out)) if i not in drop]
    return [out[i] for i in kept], [at[i] for i in kept]


def _join_across_marks(out: list[str], at: list[int]) -> tuple[list[str], list[int]]:
    """Drop marks that stand between single Chinese characters, three or more in a row."""
    drop: set[int] = set()
    run: list[int] = []
    i, size = 0, len(out)
    while i < size:
        if is_han(out[i]) and i + 2 < size and out[i + 1] in MARKS and is_han(out[i + 2]):
            run.append(i + 1)
            i += 2
            continue
        if len(run) >= _SPLIT_BY_MARKS - 1:
            drop.update(run)
        run = []
        i += 1
    if not drop:
        return out, at
    kept = [i for i in range(size) if i not in drop]
    return [out[i] for i in kept], [at[i] for i in kept]

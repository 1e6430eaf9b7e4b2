"""Law firms and lawyers that a text names."""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind
from opencc import OpenCC

from collection_guard.facts.content.characters import (
    CLOSE_BRACKET,
    OPEN_BRACKET,
    Folding,
    is_han,
    is_latin,
)
from collection_guard.facts.content.context import Range
from collection_guard.facts.content.normalisation import Normalised
from collection_guard.facts.content.schema import Names

_LONGEST_NAME: Final = 24
_LONGEST_LATIN_NAME: Final = 8  # words
# A place inside a name has at least this much before it that is no name, and this much of the name after it.
_SHORTEST_PREFIX: Final = 2
# How far around a name the text tells whether it is written in simplified characters.
_AROUND: Final = 200
_SHORTEST_PROPER: Final = 2
# A branch is part of the name that it follows: 某某律师事务所上海分所.
_BRANCH: Final = "分所"
_LONGEST_PLACE: Final = 4
# The legal form of a firm may follow the kind of firm that it is: "Hale Legal LLP".
_LONGEST_FORM: Final = 4
# A proper name without a place is no longer than this; what stands before it belongs to the sentence.
_LONGEST_PROPER: Final = 5
# 某某律师（上海）事务所: the bracket may stand inside the word that ends the name.
_OFFICE: Final = "事务所"
_LAWYERS: Final = "律师"
# What a firm of any trade may be called, so that it is a law firm's name only after words that say so.
_ANY_TRADE: Final = "llc"
_JOINTS: Final = ("&", "＆")
_FORMS: Final = ("LL", "P.", "PL")
_FORMS_IN_FULL: Final = ("LLP", "LLC", "PLLC", "P.C.", "P.A.")
# Forms that firms themselves write with stops, and one that only a disguise does.
_FORMS_WITH_STOPS: Final = ("P.L.L.C.", "L.L.C.")
_FORM_DISGUISED: Final = ("L.L.P", "L.L.P.")
_OFFICES: Final = ("office", "offices", "firm", "chambers")
_TRADES: Final = ("Advocates", "Solicitors", "Barristers", "Attorneys")
_LONGEST_TRADE: Final = 12
_LETTERED: Final = 4
# A word of names has at least this many letters beside the digits that stand for letters.
_FEWEST_LETTERS: Final = 2
# Signs that stand between letters only to disguise a word.
_APART: Final = "-/*_|~+="
_LAST_PLAIN: Final = "\x7f"
# Full-width signs and letters, as they are usually written.
_WIDE: Final = {chr(code + 0xFEE0): chr(code) for code in range(0x21, 0x7F)}
_IN_WORDS: Final = frozenset("&＆.'’-,@")


@dataclass(frozen=True, slots=True)
class Named:
    """A name found in a text, as a range of the folded text and as cleaned of disguise."""

    start: int
    end: int
    name: str


class _Scripts(dict[str, int]):
    """Whether a character is written in traditional texts only (1), in simplified ones only (-1), or in both."""

    def __init__(self) -> None:
        super().__init__()
        self._simplified, self._traditional = OpenCC("t2s"), OpenCC("s2t")

    def __missing__(self, char: str) -> int:
        self[char] = 0
        if is_han(char):  # half a character, as of a message that was cut, is none that can be converted
            simplified, traditional = self._simplified.convert(char), self._traditional.convert(char)
            self[char] = (simplified != char) - (traditional != char and simplified == char)
        return self[char]


class NameFinder:
    """Cuts the names of firms out of a text, backwards from the words that end such names."""

    def __init__(self, names: Names, folding: Folding) -> None:
        self._folding = folding
        self._scripts = _Scripts()
        # A text without any of these names no firm.
        self.cues = frozenset((*names.firm_ends, _OFFICE, *names.latin_ends, *names.latin_leads))
        self._ends = _automaton([*names.firm_ends, _OFFICE])
        self._stops = _automaton(names.firm_stops)
        self._leads = frozenset(names.firm_leads)
        self._starts = tuple(names.firm_starts)
        self._places = _automaton(names.places)
        self._latin_ends = tuple(names.latin_ends)
        self._latin_ends_automaton = _automaton(names.latin_ends)
        self._latin_leads = _automaton(names.latin_leads)
        self._latin_stops = frozenset(names.latin_stops)
        self._latin_titles = frozenset(names.latin_titles)
        self._latin_trades = tuple(names.latin_trades)
        # Words that say what a firm is, not which: (Barristers & Solicitors) is no name.
        self._latin_kinds = frozenset(("", "and", *_JOINTS, *map(str.lower, _TRADES), *names.latin_trades))
        self._known_words = frozenset(word for end in names.latin_ends for word in end.split() if word.isalpha())
        self._titles = _automaton(names.person_titles)
        self._surnames = frozenset(names.surnames)

    def firms(self, normalised: Normalised) -> list[Named]:
        """Return the law firms that a text names, in the order of the text."""
        text = normalised.text
        found: list[Named] = []
        before = 0
        for _, at, end in self._ends.find_matches_as_indexes(text):
            start = at if text[at:end] != _OFFICE else _bracketed(text, at)
            if start < 0:
                continue
            left = max(before, self._left_edge(text, start))
            before = end
            if left < start and sum(map(is_han, text[left:start])) >= 2:
                stop = end + _branch(text[end : end + _LONGEST_PLACE + len(_BRANCH)])
                found.append(Named(left, stop, self._cleaned(normalised, left, start, stop)))
        normalised = _legible(normalised)
        last = 0
        for start, end in self._latin_places(text):
            named = self._latin_name(normalised, start, end, last) if start >= last else None
            if named is not None:
                found.append(named)
                last = named.end
        for _, start, end in self._latin_leads.find_matches_as_indexes(text):
            # "Law Offices of ..." is part of the name, "attorney at ..." is not.
            kept = start if text[start:end].removesuffix(" of") in self._latin_ends else None
            led = self._led_name(normalised, end, kept)
            if led is not None and not any(led.name in named.name for named in found):
                found.append(led)
        return sorted(found, key=lambda named: named.start)

    def _latin_places(self, text: str) -> list[Range]:
        """Return where the ends of English names stand; of two in a row the legal form alone."""
        places = [
            (start, end)
            for _, start, end in self._latin_ends_automaton.find_matches_as_indexes(text)
            if not (start and text[start - 1].isalnum()) and not (end < len(text) and is_latin(text[end]))
        ]
        return [
            place
            for place, after in zip_longest(places, places[1:])
            if after is None or after[0] - place[1] > 1 or after[1] - after[0] > _LONGEST_FORM
        ]

    def _led_name(self, normalised: Normalised, at: int, kept: int | None) -> Named | None:
        """Return the capitalised words that follow "attorney at", or also the words before them from ``kept`` on."""
        original = normalised.original
        start = normalised.ends[at - 1]
        right, words, joined = start, 0, False
        line = original[start : start + 80].partition("\n")[0]
        for word in line.split(" "):
            bare = word.strip(".,;:!?")
            joins = bare in ("&", "and") and words > 0
            if word and not joins and not bare[:1].isupper():
                break
            right += len(word) + (right > start or not word)
            words += bool(bare) and not joins
            joined = joined or joins
            if word and word[-1] in ",.;:!?" and len(bare) > 1:
                break
        name = original[start:right].strip(" .,;:!?\n").removesuffix(" and").removesuffix(" &")
        if kept is not None and words:
            head = original[normalised.starts[kept] : start].strip()
            return Named(kept, at, self._plain(f"{head} {name}").strip())
        if words < 2 or not joined:  # one capitalised word may be a person or a place
            return None
        return Named(at, max(at + 1, bisect_left(normalised.starts, right)), self._plain(name))

    def _left_edge(self, text: str, start: int) -> int:
        """Return where a Chinese firm's name begins, going back from its end."""
        left = start
        depth = 0
        while left > 0 and start - left < _LONGEST_NAME:
            char = text[left - 1]
            if char == CLOSE_BRACKET:
                depth += 1
            elif char == OPEN_BRACKET:
                if not depth:
                    break
                depth -= 1
            elif not is_han(char):
                break
            left -= 1
        if depth:  # the bracket that closes before the name belongs to a heading: 【…】
            left = text.rfind(CLOSE_BRACKET, left, start) + 1
        if left < start and text[left] == CLOSE_BRACKET:
            left += 1
        cut = left
        for _, _, end in self._stops.find_matches_as_indexes(text[left:start]):
            cut = left + end
        if text[cut : cut + 1] == CLOSE_BRACKET:
            cut += 1
        close = text.find(CLOSE_BRACKET, cut, start)
        if close >= 0 and OPEN_BRACKET not in text[cut:close]:  # so does one whose opening a stop has cut off
            cut = close + 1
        cut = self._from_place(text, self._after_leads(text, cut, start), start)
        if text.startswith(OPEN_BRACKET, cut):  # a name does not begin with its bracket
            close = text.find(CLOSE_BRACKET, cut, start)
            cut = close + 1 if close >= 0 else cut
        return cut

    def _from_place(self, text: str, left: int, start: int) -> int:
        """Return where the place stands with which most names of firms begin, if other words stand before it."""
        head = text.find(OPEN_BRACKET, left, start)
        head = start if head < 0 else head
        for _, place, end in self._places.find_matches_as_indexes(text[left:head]):
            if place < _SHORTEST_PREFIX:
                if not place:
                    break
                continue
            if head - left - end >= _SHORTEST_PROPER:
                return left + place
        return left

    def _after_leads(self, text: str, left: int, start: int) -> int:
        """Return where a name stands after the words that lead to it: one before it, or any in what is too long."""
        head = text.find(OPEN_BRACKET, left, start)
        head = start if head < 0 else head
        if text[left : left + 1] in self._leads and head - left > _SHORTEST_PROPER:
            left += not text.startswith(self._starts, left)
        if head - left > _LONGEST_PROPER and not any(self._places.find_matches_as_indexes(text[left:head])):
            for at in range(head - _SHORTEST_PROPER - 1, left, -1):
                if text[at] in self._leads and not text.startswith(self._starts, at):
                    return at + 1
        return left

    def _cleaned(self, normalised: Normalised, start: int, proper: int, end: int) -> str:
        """Return a name without its disguise: brackets stay as written, and the characters of a traditional text.

        Before ``proper`` the name is its owner's: what only sounds like some other word stays as written as well.
        """
        cleaned: list[str] = []
        previous = -1
        scripts, variants = self._scripts, self._folding.table.variants
        # Single traditional characters in a simplified text are a disguise; what stands around tells which it is.
        # - but for the words that end the name, which are disguised oftenest.
        first, last = normalised.starts[start], normalised.ends[end - 1]
        around = normalised.original[max(0, first - _AROUND) : normalised.starts[proper] if proper < end else last]
        disguised = sum(map(scripts.__getitem__, around + normalised.original[last : last + _AROUND])) < 0
        for i in range(start, end):
            char = normalised.text[i]
            left, right = normalised.starts[i], normalised.ends[i]
            source = normalised.original[left:right]
            if not cleaned and source and not any(map(str.isalnum, source)):  # a sign that reads like a word
                continue
            if char in (OPEN_BRACKET, CLOSE_BRACKET):  # as written, whatever kind it is
                char = next((sign for sign in source if self._folding[sign] == char), char)
            elif len(source) == 1 and is_han(source) and self._folding[source] == char:
                hidden = source in variants or (disguised and scripts[source] > 0)
                char = char if hidden else source
            elif i < proper and all(map(is_han, source)):
                char = source if left != previous else ""
            previous = left
            cleaned.append(char)
        return "".join(cleaned)

    def _latin_name(self, normalised: Normalised, start: int, end: int, least: int) -> Named | None:
        """Return an English firm's name: the capitalised words before its end, in the original's spelling."""
        original = normalised.original
        right = normalised.ends[end - 1]
        left = self._latin_left(original, normalised.starts[start], right)
        if least:  # two firms in a row are two names
            left = max(left, normalised.ends[least - 1])
        name = original[left:right].strip(" ,.& ")
        if name[-2:-1] == "." and original[right : right + 1] == ".":  # P.C.
            name += "."
        while name.split(" ")[0].lower() in ("and", "of", "&", "the"):
            name = name.partition(" ")[2]
        end_word = original[normalised.starts[start] : right]
        words = {word.strip(",.").lower() for word in name.split(" ")}
        if not words - self._latin_kinds or name.lower() == end_word.lower() or name == name.lower():
            return None
        if end_word.islower() and name.removesuffix(end_word).endswith(", "):  # "..., attorneys": what they are
            return None
        if normalised.text[start:end] == _ANY_TRADE:
            before = original[:left].rstrip(" ,: ").lower()
            joined = any(f" {joint} " in name for joint in (*_JOINTS, "and"))
            if (
                not joined
                and not before.endswith(self._latin_trades)
                and not name.lower().removesuffix(" llc").endswith(self._latin_trades)
            ):
                return None
        head = bisect_left(normalised.starts, original.index(name[:1], left, right))
        trade = original[right : right + _LONGEST_TRADE].removeprefix(", ")
        if (
            original.startswith(", ", right) and trade.startswith(_TRADES) and not name.endswith(_FORMS_IN_FULL)
        ):  # "..., Advocates" with a capital
            name += next(f", {word}" for word in _TRADES if trade.startswith(word))
        return Named(min(head, start), end, " ".join(self._plain(name).split()))

    def _latin_left(self, original: str, left: int, right: int) -> int:
        """Return where an English firm's name begins, going back word by word from the word that ends it."""
        words = 0
        while words < _LONGEST_LATIN_NAME:
            begin, word = _word_before(original, left)
            if not word:
                break
            bare = word.strip(".,")
            lower = bare.lower()
            if lower in self._latin_titles:  # "Dear Ms Poe, Marsh LLP": the person addressed ends at the comma
                comma = original.find(",", begin, right)
                return comma + 1 if comma >= 0 else left
            joins = word in _JOINTS or lower == "and" or (lower == "of" and self._of_the_name(original, begin))
            ends_sentence = word[-1] == "." and len(bare) > 2
            if not joins and (ends_sentence or not bare[:1].isupper() or lower in self._latin_stops):
                break
            if word[-1] == "," and words and not original[left:right].lstrip().startswith(_FORMS):
                follows = original[left:right].split()
                if not follows or not (follows[0][0].isupper() or follows[0] in _JOINTS or follows[0] == "and"):
                    break
            left = begin
            words += 1
        return left

    def _of_the_name(self, original: str, at: int) -> bool:
        """Tell whether "of" belongs to a name, as in "Law Offices of ...", and not to "Kim of ..."."""
        _, before = _word_before(original, at)
        return before.lower() in _OFFICES

    def _plain(self, name: str) -> str:
        """Return a Latin name without full-width letters and invisible characters."""
        kept: list[str] = []
        for char in name:
            folded = self._folding[char]
            if char.isascii() or _accented(char):
                kept.append(char)
            elif char in _JOINTS:
                kept.append(_JOINTS[0])
            elif folded and folded.isalnum():
                kept.append(folded.upper() if char.isupper() else folded)
            elif char == "’":
                kept.append("'")
        return " ".join(self._lettered(_joined_letters(word)) for word in "".join(kept).split(" "))

    def _lettered(self, word: str) -> str:
        """Return a word with letters for the digits that stand between its letters."""
        leet = self._folding.table.leet
        read = "".join(leet.get(char, char) for char in word)
        if not word.isalpha() and read.lower() in self._known_words:
            return read[0].upper() + read[1:]
        if word.isalpha() or sum(map(str.isalpha, word)) < _FEWEST_LETTERS:
            return word
        inner = [leet.get(char, char) if word[at].isalpha() else char for at, char in enumerate(word[1:])]
        return word[0] + "".join(inner)

    def lawyers(self, normalised: Normalised) -> list[Named]:
        """Return the persons that a text calls lawyers."""
        text = normalised.text
        found: list[Named] = []
        for _, start, end in self._titles.find_matches_as_indexes(text):
            if text.startswith(("事务所", "函", "费", "所", "团", "行", "协会"), end):
                continue
            for size in (3, 2, 1):
                left = start - size
                if left >= 0 and text[left] in self._surnames and all(map(is_han, text[left:start])):
                    before = text[left - 1] if left else ""
                    if size == 1 or not before or not is_han(before) or before in "是叫由派即系为师姓":
                        found.append(Named(left, end, self._cleaned(normalised, left, start, start)))
                        break
        return found


def _joined_letters(word: str) -> str:
    """Return letters with stops or hyphens between them as one word: "M.a.r.s.h", "L-a-w", but "P.C." is a form."""
    if word in _FORM_DISGUISED:
        return word.replace(".", "")
    for sign, fewest in ((".", _LETTERED), *((sign, _LETTERED - 1) for sign in _APART)):
        letters = list(filter(None, word.split(sign)))
        if len(letters) >= fewest and max(map(len, letters)) == 1 and word not in _FORMS_WITH_STOPS:
            return "".join(letters)
    return word


def _word_before(text: str, at: int) -> tuple[int, str]:
    """Return where the word before a place begins, and the word; signs of names are part of it."""
    while at and text[at - 1] in "  ":
        at -= 1
    begin = at
    while begin and (text[begin - 1].isalnum() or text[begin - 1] in _IN_WORDS or _splits(text, begin - 1)):
        begin -= 1
    return begin, text[begin:at]


def _splits(text: str, at: int) -> bool:
    """Tell whether a sign stands between two letters that each stand alone, as in "M/a/r/s/h"."""
    around = text[max(0, at - 2) : at], text[at + 1 : at + 3]
    return (
        text[at] in _APART
        and around[0][-1:].isalpha()
        and around[1][:1].isalpha()
        and not any(map(str.isalpha, around[0][:-1] + around[1][1:]))
    )


def _legible(normalised: Normalised) -> Normalised:
    """Return the same text over an original without invisible characters and full-width signs."""
    original = normalised.original
    if original.isascii() or not any(char > _LAST_PLAIN and (char in _WIDE or _hidden(char)) for char in set(original)):
        return normalised
    shown: list[str] = []
    at: list[int] = []
    for char in original:
        at.append(len(shown))
        if not _hidden(char):
            shown.append(_WIDE.get(char, char))
    at.append(len(shown))
    starts = [at[start] for start in normalised.starts]
    ends = [max(at[end], start + 1) for start, end in zip(starts, normalised.ends, strict=True)]
    return Normalised("".join(shown), normalised.text, starts, ends)


def _hidden(char: str) -> bool:
    return unicodedata.category(char) == "Cf"


def _accented(char: str) -> bool:
    """Tell whether a letter is a Latin one with an accent, as names are written with, and no look-alike."""
    return char.isalpha() and unicodedata.normalize("NFD", char)[:1].isascii()


def _bracketed(text: str, end: int) -> int:
    """Return where the word for lawyers stands before a bracket that ends at a place, or -1."""
    if not text.startswith(CLOSE_BRACKET, end - 1):
        return -1
    opened = text.rfind(OPEN_BRACKET, max(0, end - _LONGEST_NAME), end)
    return opened - len(_LAWYERS) if opened > len(_LAWYERS) and text.endswith(_LAWYERS, 0, opened) else -1


def _branch(text: str) -> int:
    """Return the length of a branch at the beginning of a text: a place and the word for branch."""
    place = text.find(_BRANCH)
    return place + len(_BRANCH) if place >= 0 and all(map(is_han, text[:place])) else 0


def unique(names: Iterable[Named]) -> tuple[str, ...]:
    """Return the names once each, in order."""
    return tuple(dict.fromkeys(named.name for named in names))


def _automaton(strings: list[str]) -> AhoCorasick:
    return AhoCorasick(strings or ["\0"], matchkind=MatchKind.LeftmostLongest)


__all__ = ["NameFinder", "Named", "Range", "unique"]

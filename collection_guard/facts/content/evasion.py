"""Words in disguise - Pinyin, initials, homophones, split characters - written back to what was meant."""

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import lru_cache
from itertools import combinations
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from collection_guard.facts.content.characters import is_han, is_latin
from collection_guard.facts.content.normalisation import Normalised
from collection_guard.facts.content.schema import Evasions

# A disguise of more characters than this is spelled out in full, or not used at all.
_LONGEST_WORD: Final = 4
# A word all in Pinyin is only taken for one from this length on: shorter ones are English words as well.
_SHORTEST_PINYIN: Final = 4
# This many syllables in a row, and nothing else in Latin letters, are a sentence in Pinyin.
_PINYIN_SENTENCE: Final = 4
# ... and at least this many words of the lexicon must be among them.
_PINYIN_WORDS: Final = 2
_LATIN_TOKEN: Final = re.compile("[a-z]+")
# So many different words in Latin letters are kept with their syllables.
_REMEMBERED: Final = 4096


class Readings:
    """Toneless readings of characters, and the characters of a reading."""

    def __init__(self, syllables: Mapping[str, str]) -> None:
        self.characters = dict(syllables)
        self.reading: dict[str, str] = {}
        for syllable, characters in syllables.items():
            for char in characters:
                self.reading.setdefault(char, syllable)

    def of(self, word: str) -> list[str] | None:
        """Return the reading of every character of a word, or None if one has none."""
        readings = [self.reading.get(char) for char in word]
        return [reading for reading in readings if reading] if all(readings) else None


class Disguises:
    """Finds disguised words and writes them back, keeping the map to the original."""

    def __init__(
        self,
        evasions: Evasions,
        readings: Readings,
        literals: Collection[str],
        fold: Callable[[str], str],
    ) -> None:
        self._readings = readings
        self._syllables = lru_cache(_REMEMBERED)(self._cut)
        table = {
            folded: meant
            for variant, meant in self._variants(evasions, frozenset(literals)).items()
            if (folded := fold(variant))
        }
        self.count = len(table)
        self._variants_list = list(table)
        self._meant = list(table.values())
        self._matcher = AhoCorasick(self._variants_list or ["\0"], matchkind=MatchKind.LeftmostLongest)
        self._latin_edges = [(is_latin(variant[0]), is_latin(variant[-1])) for variant in self._variants_list]
        self._defaults = evasions.defaults
        self._by_sound = self._sounds([*evasions.words, *sorted(literals)])
        self._longest_sound = max((len(key) for key in self._by_sound), default=1)
        self._latin_words = frozenset(evasions.latin_words)
        # Which characters stand next to each other in the lexicon: tells which character a syllable stands for.
        self._pairs = frozenset(
            literal[i : i + 2] for literal in (*literals, *evasions.words) for i in range(len(literal) - 1)
        )

    def _variants(self, evasions: Evasions, literals: frozenset[str]) -> dict[str, str]:
        table: dict[str, str] = {}
        # What the lexicon itself looks for is no disguise of something else.
        never = literals.union(evasions.never)
        words = frozenset(evasions.words)
        for word in evasions.words:
            readings = self._readings.of(word)
            if readings is None:
                continue
            if len(word) <= _LONGEST_WORD:
                for variant in _spelled(word, readings):
                    table.setdefault(variant, word)
            if len(word) > 1:
                for i, reading in enumerate(readings):
                    for char in self._readings.characters.get(reading, ""):
                        variant = word[:i] + char + word[i + 1 :]
                        if variant not in never and variant not in words:
                            table.setdefault(variant, word)
        for given in (evasions.split, evasions.sounds_like, evasions.dialect):
            table.update((variant, meant) for meant, variants in given.items() for variant in variants)
        table.update((word, word) for word in (*evasions.keep, *evasions.words))
        return table

    def _sounds(self, literals: Iterable[str]) -> dict[tuple[str, ...], str]:
        found: dict[tuple[str, ...], str] = {}
        for literal in literals:
            if len(literal) > 1 and all(is_han(char) for char in literal):
                readings = self._readings.of(literal)
                if readings:
                    found.setdefault(tuple(readings), literal)
        return found

    @property
    def patterns(self) -> list[str]:
        """Return the disguises that are looked for."""
        return self._variants_list

    def undo(self, normalised: Normalised) -> Normalised:
        """Write disguised words back."""
        text = normalised.text
        if text.isascii() and not self._may_be_pinyin(text):
            return normalised
        read = self._undo_pinyin(normalised)
        return self._undo_words(read, read.text)

    @staticmethod
    def _may_be_pinyin(text: str) -> bool:
        """Tell whether a text in Latin letters alone could be Pinyin: English gives itself away soon."""
        return not any(f" {word} " in f" {text} " for word in ("the", "your", "is", "of", "this", "and", "for"))

    def _undo_words(self, normalised: Normalised, text: str) -> Normalised:
        edits: list[tuple[int, int, str]] = []
        for index, start, end in self._matcher.find_matches_as_indexes(text):
            meant, variant = self._meant[index], self._variants_list[index]
            if meant == variant:
                continue
            first_latin, last_latin = self._latin_edges[index]
            if first_latin and start and is_latin(text[start - 1]):
                continue
            if last_latin and end < len(text) and is_latin(text[end]):
                continue
            edits.append((start, end, meant))
        return _edited(normalised, edits)

    def _undo_pinyin(self, normalised: Normalised) -> Normalised:
        text = normalised.text
        tokens = [token.span() for token in _LATIN_TOKEN.finditer(text)]
        if not tokens:
            return normalised
        letters = sum(end - start for start, end in tokens)
        edits: list[tuple[int, int, str]] = []
        run: list[tuple[int, int, str]] = []
        for start, end in [*tokens, (len(text) + 2, len(text) + 2)]:
            near = bool(run) and text[run[-1][1] : start] in ("", " ")
            syllables = self._syllables(text[start:end]) if start < len(text) else None
            if run and (not near or not syllables):
                edits.extend(self._sentence(text, run, letters))
                run = []
            place = start
            for syllable in syllables or []:
                run.append((place, place + len(syllable), syllable))
                place += len(syllable)
        return _unspaced(_edited(normalised, edits)) if edits else normalised

    def _sentence(self, text: str, run: list[tuple[int, int, str]], letters: int) -> list[tuple[int, int, str]]:
        """Read a run of syllables, if it is Pinyin: a sentence of it, or a word next to Chinese characters."""
        start, end = run[0][0], run[-1][1]
        before = text[start - 1] if start else ""
        after = text[end] if end < len(text) else ""
        beside = (before and is_han(before)) or (after and is_han(after))
        word = text[start:end]
        # English words are syllables now and then; a sentence in Pinyin is nearly all there is in letters.
        whole = len(run) >= _PINYIN_SENTENCE and (end - start) * 5 > letters * 4
        if whole:
            edits = self._decoded(run, before, after)
            words = sum(len(meant) > 1 for _, _, meant in edits)
            return edits if words >= _PINYIN_WORDS else []
        if beside and len(word) > 1 and word not in self._latin_words:
            return self._decoded(run, before, after)
        return []

    def _cut(self, token: str) -> list[str] | None:
        """Cut a token into the fewest syllables, or return None if it is none."""
        if len(token) > 40:
            return None
        best: list[list[str] | None] = [None] * (len(token) + 1)
        best[0] = []
        for i in range(len(token)):
            head = best[i]
            if head is None:
                continue
            for j in range(i + 1, min(i + 6, len(token)) + 1):
                known = best[j]
                if token[i:j] in self._readings.characters and (known is None or len(known) > len(head) + 1):
                    best[j] = [*head, token[i:j]]
        return best[len(token)]

    def _decoded(self, run: list[tuple[int, int, str]], before: str, after: str) -> list[tuple[int, int, str]]:
        """Return the characters that syllables stand for: the lexicon's words first, then likely neighbours."""
        edits: list[tuple[int, int, str]] = []
        i = 0
        while i < len(run):
            for size in range(min(self._longest_sound, len(run) - i), 0, -1):
                meant = self._by_sound.get(tuple(syllable for _, _, syllable in run[i : i + size]), "")
                if size == 1:
                    meant = self._likely(run[i][2], before, after if i == len(run) - 1 else "")
                if meant:
                    edits.append((run[i][0], run[i + size - 1][1], meant))
                    before = meant[-1]
                    i += size
                    break
        return edits

    def _likely(self, syllable: str, before: str, after: str) -> str:
        usual = self._defaults.get(syllable, "")

        def weight(char: str) -> float:
            pairs = (before + char in self._pairs) + (char + after in self._pairs)
            return 2 * pairs + 2.5 * (
                char == usual
            )  # one neighbour is weaker than the usual character, two are stronger

        return max(self._readings.characters[syllable], key=weight) if not usual or before or after else usual


def _spelled(word: str, readings: list[str]) -> Iterable[str]:
    """Return a word with some of its characters as Pinyin or as initials."""
    places = range(len(word))
    for size in range(1, len(word) + 1):
        for chosen in combinations(places, size):
            mixed = "".join(readings[i] if i in chosen else word[i] for i in places)
            if size < len(word):
                yield mixed
                yield "".join(readings[i][0] if i in chosen else word[i] for i in places)
                if size > 1:
                    yield " ".join(_runs(word, readings, chosen))
            elif len(mixed) >= _SHORTEST_PINYIN and len(word) > 1:
                yield mixed
                yield " ".join(readings)


def _runs(word: str, readings: list[str], chosen: tuple[int, ...]) -> Iterable[str]:
    """Return the parts of a mixed word, syllables in a row apart from each other."""
    part = ""
    for i, char in enumerate(word):
        if i in chosen and i - 1 in chosen:
            yield part
            part = readings[i]
        else:
            part += readings[i] if i in chosen else char
    yield part


def _unspaced(normalised: Normalised) -> Normalised:
    """Drop the spaces that stood between syllables."""
    text = normalised.text
    kept = [
        i
        for i, char in enumerate(text)
        if char != " " or i == 0 or i + 1 == len(text) or not (is_han(text[i - 1]) or is_han(text[i + 1]))
    ]
    return Normalised(
        normalised.original,
        "".join(text[i] for i in kept),
        [normalised.starts[i] for i in kept],
        [normalised.ends[i] for i in kept],
    )


def _edited(normalised: Normalised, edits: list[tuple[int, int, str]]) -> Normalised:
    """Replace ranges; every new character stands for the whole range that it replaces."""
    if not edits:
        return normalised
    text: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, meant in edits:
        text.append(normalised.text[at:start])
        starts += normalised.starts[at:start]
        ends += normalised.ends[at:start]
        first, last = normalised.original_range(start, end)
        # Characters of the disguise that stand for themselves keep their own place.
        own = normalised.text[start:end] if end - start == len(meant) else ""
        for i, char in enumerate(meant):
            text.append(char)
            starts.append(normalised.starts[start + i] if own else first)
            ends.append(normalised.ends[start + i] if own else last)
        at = end
    text.append(normalised.text[at:])
    starts += normalised.starts[at:]
    ends += normalised.ends[at:]
    return Normalised(normalised.original, "".join(text), starts, ends)

"""How one character is read: folding to a canonical form, and which characters only separate."""

import unicodedata
from collections.abc import Mapping
from typing import Final

from opencc import OpenCC
from pydantic import BaseModel, ConfigDict

# The canonical marks of the folded text. Everything else that is no letter and no digit separates softly.
SENTENCE_END: Final = "。"
CLAUSE_END: Final = "，"
COLON: Final = "："
OPEN_QUOTE: Final = "“"
CLOSE_QUOTE: Final = "”"
OPEN_BRACKET: Final = "（"
CLOSE_BRACKET: Final = "）"
SOFT: Final = " "
MARKS: Final = frozenset("。，：“”（）")

_MARKS: Final[Mapping[str, str]] = (
    dict.fromkeys("。！？；!?;\n\r\u2028\u2029\x0b\x0c\x85…⋯", SENTENCE_END)
    | dict.fromkeys("，﹐", CLAUSE_END)
    | dict.fromkeys("：:﹕", COLON)
    | dict.fromkeys("“「『«„‟", OPEN_QUOTE)
    | dict.fromkeys("”」』»", CLOSE_QUOTE)
    | dict.fromkeys("（([【〔［{〖《〈<＜", OPEN_BRACKET)
    | dict.fromkeys("）)]】〕］}〗》〉>＞", CLOSE_BRACKET)
)
# These mean something only by their neighbours; the normaliser decides.
CONTEXTUAL: Final = frozenset(".,'@$¥€£%\"")
_APOSTROPHES: Final = frozenset("'’‘`´ʼ")
_DROPPED_CATEGORIES: Final = frozenset({"Mn", "Me", "Cf", "Cs", "Co", "Cn"})


class CharacterTable(BaseModel):
    """The file ``characters.yaml``: how single characters are read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    variants: dict[str, str] = {}
    looks_like_latin: dict[str, str] = {}
    bopomofo: dict[str, str] = {}
    leet: dict[str, str] = {}
    emoji: dict[str, str] = {}
    emoji_words: list[str] = []


def is_han(char: str) -> bool:
    """Tell whether a character is a Chinese character."""
    return "\u3400" <= char <= "\u9fff" or "\U00020000" <= char <= "\U000323af" or char == "々"


def is_latin(char: str) -> bool:
    """Tell whether a folded character is a Latin letter."""
    return "a" <= char <= "z"


class Folding(dict[str, str]):
    """Canonical form of each character, computed when first met and kept.

    The empty string means that the character is dropped, a space that it separates softly.
    """

    def __init__(self, table: CharacterTable) -> None:
        super().__init__()
        self.table = table
        self._simplify = OpenCC("t2s")

    def __missing__(self, char: str) -> str:
        folded = self._fold(char)
        self[char] = folded
        return folded

    def _fold(self, char: str) -> str:
        if char in _MARKS:
            return _MARKS[char]
        if char in _APOSTROPHES:
            return "'"
        given = self.table.looks_like_latin.get(char.lower()) or self.table.bopomofo.get(char)
        if given is not None:
            return given
        if char in self.table.variants:
            return self.table.variants[char]
        if char in self.table.emoji:
            return char
        if unicodedata.category(char) in _DROPPED_CATEGORIES:
            return ""
        plain = unicodedata.normalize("NFKC", char)
        if plain != char:
            return "".join(self[part] if part != char else self._one(part) for part in plain)
        return self._one(char)

    def _one(self, char: str) -> str:
        if is_han(char):
            simple = str(self._simplify.convert(char))
            return self.table.variants.get(simple, simple)
        if char in CONTEXTUAL:
            return char
        if char.isascii() and char.isalnum():
            return char.lower()
        decomposed = unicodedata.normalize("NFKD", char)
        if decomposed[0].isascii() and decomposed[0].isalpha():
            return decomposed[0].lower()
        if unicodedata.category(char) == "Nd":
            return str(unicodedata.digit(char))
        return SOFT

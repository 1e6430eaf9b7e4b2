"""Names of firms as keys: bracket width, spaces and traditional forms are folded, nothing more."""

import difflib
import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Final

import opencc

_BRACKETS: Final = str.maketrans("（）【】［］｛｝〔〕", "()[][]{}[]")
_SPACE: Final = re.compile(r"\s+")
_NEAR: Final = 0.6


@cache
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=200_000)
def fold_name(name: str) -> str:
    """Return the form under which two ways of writing one name are equal."""
    plain = _SPACE.sub("", name.translate(_BRACKETS))
    return str(_to_simplified().convert(plain))


def near_misses(name: str, known: Iterable[str], most: int = 3) -> tuple[str, ...]:
    """Return listed names that look like this one: a hint for a person, never a match.

    Names of the same characters in another order or in other brackets come first.
    """
    letters = sorted(fold_name(name).replace("(", "").replace(")", ""))
    scored: list[tuple[float, str]] = []
    for candidate in set(known):
        folded = fold_name(candidate)
        if sorted(folded.replace("(", "").replace(")", "")) == letters:
            scored.append((2.0, candidate))
            continue
        matcher = difflib.SequenceMatcher(None, fold_name(name), folded, autojunk=False)
        if matcher.quick_ratio() >= _NEAR and (ratio := matcher.ratio()) >= _NEAR:
            scored.append((ratio, candidate))
    scored.sort(key=lambda pair: (-pair[0], pair[1]))
    return tuple(candidate for _, candidate in scored[:most])

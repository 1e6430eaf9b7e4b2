"""The form under which two ways of writing one word are equal."""

import re
import unicodedata
from functools import lru_cache
from typing import Final

from collection_guard.facts.names import fold_name

_SPACE: Final = re.compile(r"[\s_]+")
_HYPHEN: Final = re.compile(r"(?<=[^\W\d_])-(?=[^\W\d_])")


@lru_cache(maxsize=100_000)
def fold_word(word: str) -> str:
    """Fold width, case, spaces, underscores, hyphens between letters, and traditional forms."""
    plain = _SPACE.sub("", unicodedata.normalize("NFKC", word).casefold())
    return fold_name(_HYPHEN.sub("", plain))

"""Search that finds Chinese: runs of characters are indexed by pairs, and looked for by pairs.

Sphinx' own search for Chinese needs a dictionary, and finds only the words that the dictionary cuts alike in the page
and in what is asked. Pairs need none, find any two characters that stand together, and work in both languages' pages,
which all hold some Chinese.
"""

import re
from itertools import pairwise
from typing import Any, Final

from sphinx.application import Sphinx
from sphinx.search.en import SearchEnglish

_PIECE: Final = re.compile(r"[㐀-鿿]+|[^\W㐀-鿿]+")
_HAN: Final = "㐀"

_SPLIT_IN_BROWSER: Final = r"""
function splitQuery(query) {
  const words = [];
  for (const piece of query.match(/[\u3400-\u9fff]+|(?:(?![\u3400-\u9fff])[\p{Letter}\p{Number}_])+/gu) || []) {
    if (piece.length < 2 || !/^[\u3400-\u9fff]/.test(piece)) words.push(piece);
    else for (let i = 0; i + 1 < piece.length; i++) words.push(piece.slice(i, i + 2));
  }
  return words;
}
"""


class PairSearch(SearchEnglish):
    """Words of letters as in English; Chinese by single characters and by pairs."""

    lang = "pairs"
    js_splitter_code = _SPLIT_IN_BROWSER

    def split(self, input: str) -> list[str]:  # noqa: A002 - the name of the method that it takes the place of
        """Return the terms of a text."""
        terms: list[str] = []
        for piece in _PIECE.findall(input):
            terms += [piece] if piece < _HAN else [*piece, *map("".join, pairwise(piece))]
        return terms


def setup(app: Sphinx) -> dict[str, Any]:
    """Make the search of both languages one of pairs."""
    app.add_search_language(PairSearch)
    app.connect("config-inited", lambda _, config: setattr(config, "html_search_language", PairSearch.lang))
    return {"parallel_read_safe": True}

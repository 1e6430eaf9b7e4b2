"""The names of facts in braces, in the texts of messages and remedies."""

import re
from collections.abc import Collection, Iterator
from typing import Any, Final

from collection_guard.model.texts import nearest

PLACEHOLDER: Final = re.compile(r"\{([a-z_.0-9]+)\}")
"""The name of a fact in the text of a message or a remedy."""
_BRACES: Final = re.compile(r"\{([^{}]*)\}")


def unfilled(words: str, facts: Collection[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the code and the values of a problem for each pair of braces that no fact fills, and for a lone one."""
    for name in _BRACES.findall(words):
        if name not in facts:
            yield "unknown_placeholder", {"name": f"{{{name}}}", "nearest": nearest(name, facts)}
    if "{" in (rest := _BRACES.sub("", words)) or "}" in rest:
        yield "lone_brace", {}
